"""Callbacks through the door for commands: `POST /callbacks/{ticket}/cancel` calls nobody back for this ticket."""

from __future__ import annotations

from aiohttp import web

from hotline.control import bad
from ivr.callbacks.board import Callbacks


def cancelling(callbacks: Callbacks) -> web.RouteDef:
    """What the door answers about callbacks: `{"ticket", "end"}`, or 400 and why not."""

    async def on_cancel(request: web.Request) -> web.Response:
        ticket = request.match_info["ticket"]
        try:
            cancelled = callbacks.cancel(ticket)
        except KeyError:
            raise bad(f"no callback {ticket!r} waits: `hotline callbacks --open` shows which do") from None
        if not cancelled:
            raise bad(f"{ticket}: the caller's phone rings already")
        return web.json_response({"ticket": ticket, "end": "cancelled"})

    return web.post("/callbacks/{ticket}/cancel", on_cancel)
