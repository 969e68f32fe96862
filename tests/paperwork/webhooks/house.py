"""A receiver on a real socket, the outbox in a real database, and calls that end."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from time import time
from typing import Any

from aiohttp import web
from sqlalchemy import insert

from paperwork.webhooks.book import Webhooks
from paperwork.webhooks.hosts import Hosts
from paperwork.webhooks.sender import Post, Sender
from paperwork.webhooks.signing import EVENT, ID, SIGNATURE, genuine
from records.store import Store
from records.tables import cdr

BEGAN = datetime(2026, 10, 1, 1, 0, tzinfo=UTC)
NUMBER = "13900000011"
HOSTS = Hosts.of(["127.0.0.1"])


class Sealer:
    """Turns a secret around."""

    def seal(self, secret: str, user: str) -> bytes:
        return f"{user}|{secret[::-1]}".encode()

    def open(self, sealed: bytes, user: str) -> str:
        of, _, secret = sealed.decode().partition("|")
        assert of == user
        return secret[::-1]


@dataclass
class Receiver:
    """Keeps what it gets, and answers as it is told."""

    url: str = ""
    got: list[dict[str, Any]] = field(default_factory=list)
    heads: list[dict[str, str]] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    answer: Callable[[], Awaitable[web.StreamResponse]] | None = None
    arrived: asyncio.Event = field(default_factory=asyncio.Event)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        body = await request.read()
        self.got.append(json.loads(body))
        self.heads.append(dict(request.headers))
        self.bodies.append(body)
        self.arrived.set()
        return web.Response(text="ok") if self.answer is None else await self.answer()

    def says(self, status: int, **more: Any) -> None:
        async def answer() -> web.StreamResponse:
            return web.Response(status=status, **more)

        self.answer = answer

    @property
    def ids(self) -> list[str]:
        return [one["id"] for one in self.got]

    def genuine(self, secret: str) -> bool:
        return all(
            genuine(secret, head[SIGNATURE], body, int(time()))
            and head[ID] == one["id"]
            and head[EVENT] == one["event"]
            for head, body, one in zip(self.heads, self.bodies, self.got, strict=True)
        )


@asynccontextmanager
async def receiver() -> AsyncIterator[Receiver]:
    here = Receiver()
    app = web.Application()
    app.router.add_route("*", "/{tail:.*}", here.handle)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    here.url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    try:
        yield here
    finally:
        await runner.cleanup()


@dataclass
class Outbox:
    """The hotline's side, its clock in our hands."""

    store: Store
    book: Webhooks
    sender: Sender
    post: Post
    later: timedelta = timedelta(0)

    def now(self) -> datetime:
        return BEGAN + self.later

    async def add(self, name: str, url: str, *events: str) -> str:
        return await self.book.add(name, url, events or ("call.ended",), self.now())

    async def end_calls(self, *names: str, **more: Any) -> None:
        await end_calls(self.store, self.now(), *names, **more)

    async def states(self, name: str) -> dict[str, str]:
        return {one.event_id: one.state.value for one in await self.book.page(name, limit=500)}


async def end_calls(store: Store, at: datetime, *names: str, **more: Any) -> None:
    """Records of calls that ended then."""
    row = {
        "started": at - timedelta(minutes=2),
        "ended": at,
        "number": NUMBER,
        "dialled": "12320",
        "plan": "3f2a",
        "line": "immunization",
        "agent": "ann",
        "outcome": "talked",
        "reason": "caller_hung_up",
        "keys": "1",
        "waited": 1.0,
        "talked": 60.0,
        "segments": [],
        **more,
    }
    await store.do(insert(cdr).values([{**row, "id": name} for name in names]))


@asynccontextmanager
async def outbox(
    url: str, *, patience: float = 5.0, linger: float = 20.0, hosts: Hosts = HOSTS
) -> AsyncIterator[Outbox]:
    """`linger` so long that a round is over when everybody was told, or failed."""
    store, post = Store(url), Post(hosts, "0", patience)
    book = Webhooks(store, Sealer(), hosts)
    here: Outbox
    here = Outbox(store, book, Sender(book, post, lambda: here.now(), linger), post)
    try:
        yield here
    finally:
        await here.sender._end_lanes()
        await post.close()
        await store.close()
