"""The floor as it changes, on a WebSocket: whole at first and after each change, to whoever may see it.

However many look, the floor is told once for each change, at most ten times a second. Whoever cannot keep up misses
states, never the last one. A session that ended is noticed within seconds, and its sockets are closed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import orjson
import structlog
from aiohttp import WSCloseCode, WSMsgType, web

from desk.asker import ASKER, Asker
from desk.floor_api import Floor, own_part
from desk.refusal import Refusal, wait
from desk.roles import Permission
from desk.route import Route, one_of
from desk.session_api import own
from desk.sessions import Sessions

log = structlog.get_logger()

AT_MOST_EVERY = 0.1
AT_LEAST_EVERY = 5.0
"""Seconds between two states: lengths of time move on by themselves."""
LOOK_EVERY = 3.0
"""Seconds between two looks whether the sessions still hold."""
MOST = 1000
PER_USER = 5
SIGNED_OUT = 4401
"""The code with which a socket is closed whose session ended."""


class _Listener:
    """One socket."""

    def __init__(self, asker: Asker, session: str, socket: web.WebSocketResponse) -> None:
        self.asker, self.session, self.socket = asker, session, socket
        self.next: bytes | None = None
        self.due = asyncio.Event()

    def tell(self, state: bytes) -> None:
        self.next = state
        self.due.set()


class Live:
    """Let `run` run; call `changed` when the floor did something."""

    def __init__(self, floor: Floor, sessions: Sessions, now: Callable[[], datetime]) -> None:
        self._floor, self._sessions, self._now = floor, sessions, now
        self._listeners: set[_Listener] = set()
        self._changed = asyncio.Event()

    def routes(self) -> list[Route]:
        need = one_of(Permission.FLOOR, Permission.FLOOR_OWN)
        return [
            Route(
                "GET",
                "/api/v1/live",
                need,
                self._on_socket,
                "A WebSocket with the floor, at first and after every change. Closed with 4401 when the session ends.",
                socket=True,
            )
        ]

    def changed(self, *_: Any) -> None:
        """Something on the floor is not as it was."""
        self._changed.set()

    async def close(self, _app: web.Application) -> None:
        """The engine ends: nobody is left to wait for it."""
        async with asyncio.TaskGroup() as tasks:
            for listener in list(self._listeners):
                tasks.create_task(_close(listener.socket, WSCloseCode.GOING_AWAY, b"the engine ends"))

    # ── telling ─────────────────────────────────────────────────────────────

    async def run(self) -> None:
        """Tell every state to all who listen, and close whose session ended."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._tell())
            tasks.create_task(self._look())

    async def _tell(self) -> None:
        while True:
            try:
                async with asyncio.timeout(AT_LEAST_EVERY):
                    await self._changed.wait()
            except TimeoutError:
                pass
            self._changed.clear()
            if self._listeners:
                try:
                    self._tell_all()
                except Exception:  # whoever looks must not end the engine that they look at
                    log.exception("the floor could not be told to who looks")
            await asyncio.sleep(AT_MOST_EVERY)

    def _tell_all(self) -> None:
        floor = self._floor.floor()
        parts: dict[str | None, bytes] = {}
        whole: bytes | None = None
        for listener in self._listeners:
            if Permission.FLOOR in listener.asker.permissions:
                whole = whole or _spelt(floor)
                listener.tell(whole)
                continue
            agent = listener.asker.agent
            if agent not in parts:
                parts[agent] = _spelt(own_part(floor, agent))
            listener.tell(parts[agent])

    async def _look(self) -> None:
        while True:
            await asyncio.sleep(LOOK_EVERY)
            looked_at = list(self._listeners)
            if not looked_at:
                continue
            try:
                holding = await self._sessions.holding({one.session for one in looked_at}, self._now())
            except Exception as error:  # the database's; the next look is soon
                log.warning("whether sessions hold is not known", error=type(error).__name__)
                continue
            gone = [one for one in looked_at if one.session not in holding]
            async with asyncio.TaskGroup() as tasks:
                for listener in gone:
                    tasks.create_task(_close(listener.socket))

    # ── one socket ──────────────────────────────────────────────────────────

    async def _on_socket(self, request: web.Request) -> web.StreamResponse:
        asker = request[ASKER]
        session, user = own(request)
        theirs = sum(one.asker.who == asker.who for one in self._listeners)
        if len(self._listeners) >= MOST or theirs >= PER_USER:
            raise wait(5.0, "too_many_sockets", f"{user.name} has enough of these open")
        socket = web.WebSocketResponse(heartbeat=20.0, max_msg_size=1024, compress=False, timeout=2.0)
        if not socket.can_prepare(request).ok:
            raise Refusal(426, "websocket_only", "open this as a WebSocket", {"Upgrade": "websocket"})
        await socket.prepare(request)
        listener = _Listener(asker, session.hash, socket)
        self._listeners.add(listener)
        self.changed()
        try:
            async with asyncio.TaskGroup() as tasks:
                telling = tasks.create_task(self._tell_one(listener))
                async for message in socket:  # nothing is to be said here: what comes is not looked at
                    if message.type is WSMsgType.ERROR:
                        break
                telling.cancel()
        finally:
            self._listeners.discard(listener)
        return socket

    @staticmethod
    async def _tell_one(listener: _Listener) -> None:
        try:
            while True:
                await listener.due.wait()
                listener.due.clear()
                if listener.next is not None:
                    async with asyncio.timeout(10.0):
                        await listener.socket.send_str(listener.next.decode())
        except (TimeoutError, ConnectionError):
            await _close(listener.socket)


def _spelt(floor: Mapping[str, Any]) -> bytes:
    return orjson.dumps(floor, option=orjson.OPT_NON_STR_KEYS)  # presences are keys


async def _close(socket: web.WebSocketResponse, code: int = SIGNED_OUT, why: bytes = b"signed out") -> None:
    try:
        await socket.close(code=code, message=why)
    except Exception as error:  # it is gone by itself
        log.info("a socket of the live floor was not closed in good order", error=type(error).__name__)
