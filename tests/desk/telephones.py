"""A switch that is made up: it keeps secrets, and answers each SIP message that it hears with a line about it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import aiohttp
from aiohttp import web

from desk.gate import Gate
from desk.listening import listening
from desk.refusal import Refusal


@dataclass
class MadeUpTelephones:
    """Is `desk.telephone.Telephones`."""

    url: str = ""
    secrets: dict[str, str] = field(default_factory=dict)
    heard: list[str] = field(default_factory=list)
    away: bool = False
    http: aiohttp.ClientSession | None = None
    forgot: asyncio.Event = field(default_factory=asyncio.Event)
    """A secret was taken away."""
    left: asyncio.Event = field(default_factory=asyncio.Event)
    """Somebody's socket is gone."""
    spoken: list[web.WebSocketResponse] = field(default_factory=list)
    """Its sockets."""
    flood: int = 0
    """Messages that it says at once to whoever says something."""

    def phone_of(self, agent: str) -> str | None:
        return None if agent == "nobody" else f"web-{agent}"

    async def let_in(self, phone: str, secret: str) -> None:
        self._there()
        self.secrets[phone] = secret

    async def let_out(self, phone: str) -> None:
        self._there()
        self.secrets.pop(phone, None)
        self.forgot.set()

    async def connect(self) -> aiohttp.ClientWebSocketResponse:
        self._there()
        assert self.http is not None
        return await self.http.ws_connect(self.url, protocols=("sip",))

    def _there(self) -> None:
        if self.away or not self.url:
            raise Refusal(503, "switch_away", "the switch does not answer")

    async def _on_socket(self, request: web.Request) -> web.StreamResponse:
        socket = web.WebSocketResponse(protocols=("sip",))
        await socket.prepare(request)
        self.spoken.append(socket)
        more = "x" * (20_000 if self.flood else 0)
        try:
            async for message in socket:
                self.heard.append(message.data)
                for number in range(max(1, self.flood)):
                    await socket.send_str(f"SIP/2.0 200 OK\r\nX: {number}\r\n\r\n{more}")
        finally:
            self.left.set()
        return socket


@asynccontextmanager
async def made_up_telephones() -> AsyncIterator[MadeUpTelephones]:
    """The switch, listening."""
    telephones, app = MadeUpTelephones(), web.Application()
    app.router.add_get("/ws", telephones._on_socket)
    async with listening(app, Gate("127.0.0.1"), 0) as port, aiohttp.ClientSession() as telephones.http:
        telephones.url = f"http://127.0.0.1:{port}/ws"
        yield telephones
