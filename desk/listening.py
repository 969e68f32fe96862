"""Listening: TLS, patience with slow clients, a share of the connections for each address.

A connection that brings no whole request in `HEADERS` seconds is closed, and so is one that rests as long.
"""

from __future__ import annotations

import asyncio
import ssl
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import orjson
from aiohttp import web

from desk.gate import Gate
from desk.rates import neighbourhood

HEADERS = 20.0
MOST = 2000
PER_ADDRESS = 500
"""Connections at once; all come from one address behind a proxy, or from an institution."""


class _Handler(web.RequestHandler):
    """One connection; what is no HTTP is refused in our shape."""

    __slots__ = ()

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        del exc, message
        code = "bad_request" if status < 500 else "internal"
        body = orjson.dumps({"error": code, "message": "this request cannot be read", "request": ""})
        answer = web.Response(status=status, body=body, content_type="application/json", headers={"Server": "hotline"})
        answer.force_close()
        return answer


class _Server(web.Server):
    """Knows how many connections each address has."""

    def __init__(self, server: web.Server, gate: Gate, **options: Any) -> None:
        super().__init__(server.request_handler, request_factory=server.request_factory, **options)
        self._gate, self._options = gate, options
        self._places: Counter[str] = Counter()
        self._place_of: dict[web.RequestHandler, str] = {}

    def __call__(self) -> web.RequestHandler:
        return _Handler(self, loop=self._loop, **self._options)

    def connection_made(self, handler: web.RequestHandler, transport: asyncio.Transport) -> None:
        super().connection_made(handler, transport)
        peer = transport.get_extra_info("peername")
        place = neighbourhood(str(peer[0])) if peer else ""
        self._places[place] += 1
        self._place_of[handler] = place
        share = MOST if self._gate.behind_proxy else PER_ADDRESS
        if self._places[place] > share or len(self._place_of) > MOST:
            transport.abort()

    def connection_lost(self, handler: web.RequestHandler, exc: BaseException | None = None) -> None:
        super().connection_lost(handler, exc)
        place = self._place_of.pop(handler, None)
        if place is not None:
            self._places[place] -= 1
            if not self._places[place]:
                del self._places[place]


class _Runner(web.AppRunner):
    """Runs the application on our server."""

    def __init__(self, app: web.Application, gate: Gate) -> None:
        super().__init__(app, access_log=None, handle_signals=False, shutdown_timeout=2.0)
        self._gate = gate

    async def _make_server(self) -> web.Server:
        return _Server(
            await super()._make_server(),
            self._gate,
            access_log=None,
            keepalive_timeout=HEADERS,
            lingering_time=2.0,
            max_line_size=8190,
            max_field_size=8190,
            max_headers=64,
        )


@asynccontextmanager
async def listening(
    app: web.Application, gate: Gate, port: int, tls: ssl.SSLContext | None = None
) -> AsyncIterator[int]:
    """Listen; yields the port (which one, when `port` is 0). Raises OSError when it is taken."""
    runner = _Runner(app, gate)
    await runner.setup()
    try:
        site = web.TCPSite(runner, gate.host, port, ssl_context=tls, reuse_port=False)
        await site.start()
        yield runner.addresses[0][1]
    finally:
        await runner.cleanup()
