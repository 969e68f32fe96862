"""The floor through the API: the same as the door for commands tells, cut to what the asker may see.

Whose seat a command is for is never in the request: the session says it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from aiohttp import web

from desk.asked import Asked, told
from desk.asker import ASKER, Asker
from desk.ledger import Ledger
from desk.refusal import Refusal, bad, forbidden
from desk.roles import Permission
from desk.route import Route, one_of
from desk.schemas import TEXT, listing, things
from desk.telling import as_theirs
from records.audit import Act


class Floor(Protocol):
    """The running floor: `hotline.desk_floor` is it."""

    def floor(self, *, private: bool = False) -> dict[str, Any]:
        """As `hotline floor --json`; with whole numbers when `private`."""
        ...

    async def desk(self, agent: str, verb: str, asked: Asked) -> Any:
        """What an agent wants. Raises Refusal."""
        ...

    async def lead(self, leader: str, verb: str, asked: Asked) -> Any:
        """What a shift leader wants. Raises Refusal."""
        ...


_OBJECT: dict[str, Any] = {}
_MANY = listing({"type": "object"})
_FLOOR = things(
    now=TEXT, plan=TEXT, lines=_MANY, agents=_MANY, offers=_MANY, talks=_MANY, callbacks=_MANY, alerts=_MANY
)
"""And `today`, the day's figures, for who sees the whole floor."""


class FloorApi:
    """`/api/v1/floor`, `desk`, `lead`."""

    def __init__(self, floor: Floor, ledger: Ledger) -> None:
        self._floor, self._ledger = floor, ledger

    def routes(self) -> list[Route]:
        private = {"private": "1 for whole numbers: needs numbers.read and a `reason`, and is audited"}
        return [
            Route(
                "GET",
                "/api/v1/floor",
                one_of(Permission.FLOOR, Permission.FLOOR_OWN),
                self._on_floor,
                "How the floor stands; an agent sees the lines and their own seat.",
                query={**private, "reason": "why"},
                answer=_FLOOR,
            ),
            Route(
                "POST",
                "/api/v1/desk/{verb}",
                one_of(Permission.DESK),
                self._on_desk,
                "What an agent does at their own seat: docs/floor.md has the verbs.",
                body=_OBJECT,
                answer={},
                refuses=(409,),
            ),
            Route(
                "POST",
                "/api/v1/lead/{verb}",
                one_of(Permission.LEAD),
                self._on_lead,
                "What a shift leader does: docs/floor.md has the verbs.",
                body=_OBJECT,
                answer={},
                refuses=(409,),
            ),
        ]

    # ── looking ─────────────────────────────────────────────────────────────

    async def _on_floor(self, request: web.Request) -> web.Response:
        asker = request[ASKER]
        if Permission.FLOOR not in asker.permissions:
            if "private" in request.query:
                raise forbidden()
            return web.json_response(own_part(self._floor.floor(), asker.agent))
        private = await self._unmasked(request, "floor")
        return web.json_response(self._floor.floor(private=private))

    async def _unmasked(self, request: web.Request, about: str) -> bool:
        """Whether whole numbers are asked for; written down before they are shown. Raises Refusal."""
        wanted = request.query.get("private", "0")
        if wanted == "0":
            return False
        if wanted != "1":
            raise bad("`private` is 1 or 0")
        asker = request[ASKER]
        if Permission.NUMBERS not in asker.permissions:
            raise forbidden()
        reason = request.query.get("reason", "").strip()
        if not 1 <= len(reason) <= 500 or "\0" in reason:
            raise bad("say why in `reason`: whole numbers are written into the audit log")
        await self._ledger.write(asker.who, Act.NUMBERS_SHOWN, about=about, reason=reason, calls=[])
        return True

    # ── doing ───────────────────────────────────────────────────────────────

    async def _on_desk(self, request: web.Request) -> web.Response:
        agent, verb, asked = await self._command(request)
        self._ledger.note(request[ASKER].who, "desk_command", about=agent, verb=verb)
        return web.json_response(await self._floor.desk(agent, verb, asked))

    async def _on_lead(self, request: web.Request) -> web.Response:
        leader, verb, asked = await self._command(request)
        whom = next((asked[name] for name in ("agent", "call") if isinstance(asked.get(name), str)), None)
        about = None if whom is None else "".join(sign for sign in whom if sign.isprintable())[:100].strip() or None
        self._ledger.note(request[ASKER].who, "lead_command", about=about, verb=verb)
        return web.json_response(await self._floor.lead(leader, verb, asked))

    @staticmethod
    async def _command(request: web.Request) -> tuple[str, str, Asked]:
        asker: Asker = request[ASKER]
        verb = request.match_info["verb"]
        if not verb.replace("-", "").isalpha() or not verb.isascii() or len(verb) > 30:
            raise bad("this is nothing that can be done")
        if asker.agent is None:
            raise Refusal(409, "no_seat", "this account is no agent of the plan: an administrator can tie it to one")
        return asker.agent, verb, await told(request)


def own_part(floor: Mapping[str, Any], agent: str | None) -> dict[str, Any]:
    """What an agent sees of the floor: how lines stand, not who waits; their own seat, talk and alerts."""
    mine = [one for one in floor["agents"] if one["id"] == agent]
    return {
        "now": floor["now"],
        "plan": floor["plan"],
        "lines": [{**line, "waiting": []} for line in floor["lines"]],
        "agents": mine,
        "offers": [one for one in floor["offers"] if agent is not None and one["agent"] == agent],
        "talks": [as_theirs("talks", one) for one in floor["talks"] if agent is not None and one["agent"] == agent],
        "callbacks": [],
        "answers": [one for one in floor["answers"] if agent is not None and one["agent"] == agent],
        "alerts": [one for one in floor["alerts"] if agent is not None and one["agent"] == agent],
    }
