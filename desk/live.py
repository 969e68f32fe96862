"""The floor as it changes, on a WebSocket: whole at first, then what changed (`desk.telling`), to whoever may see it.

However many look, the floor is looked at once for each change, at most ten times a second. Whoever cannot keep up
misses states, never the last one. A session that ended is noticed within seconds, and its sockets are closed.

A page that only listens asks for nothing, for hours: the wallboard, the big screen. So it says `visible` or `hidden` on
its socket, and while it is looked at its session counts as used; its longest time ends it all the same.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import Any

import structlog
from aiohttp import WSCloseCode, WSMsgType, web

from desk.asker import ASKER, Asker
from desk.floor_api import Floor
from desk.refusal import Refusal, wait
from desk.roles import Permission
from desk.route import Route, one_of
from desk.session_api import own
from desk.sessions import Sessions
from desk.telling import Telling

log = structlog.get_logger()

AT_MOST_EVERY = 0.1
AT_LEAST_EVERY = 5.0
"""Seconds between two messages: a sign of life, and what time alone changed of lines."""
LINES_EVERY = 1.0
"""Seconds between two tellings of how lines stand to agents: their own seat is told at once."""
LOOK_EVERY = 3.0
"""Seconds between two looks whether the sessions still hold."""
MOST = 1000
PER_USER = 5
VISIBLE, HIDDEN = "visible", "hidden"
SIGNED_OUT = 4401
"""The code with which a socket is closed whose session ended."""


class _Listener:
    """One socket."""

    def __init__(self, asker: Asker, session: str, socket: web.WebSocketResponse) -> None:
        self.asker, self.session, self.socket = asker, session, socket
        self.told = 0
        """The state of the floor that it was told last."""
        self.due = asyncio.Event()
        self.visible = False
        """Whether the page said that somebody can see it."""

    def hear(self, said: str) -> None:
        """What the page says of itself; anything else is not looked at."""
        if said in (VISIBLE, HIDDEN):
            self.visible = said == VISIBLE

    def news(self, telling: Telling) -> bytes | None:
        """What it does not know yet."""
        if Permission.FLOOR in self.asker.permissions:
            return telling.whole(self.told)
        return telling.own(self.asker.agent, self.told)


class Live:
    """Let `run` run; call `changed` when the floor did something."""

    def __init__(self, floor: Floor, sessions: Sessions, now: Callable[[], datetime]) -> None:
        self._floor, self._sessions, self._now = floor, sessions, now
        self._listeners: set[_Listener] = set()
        self._changed = asyncio.Event()
        self._telling = Telling()
        self._lines_told, self._owed = -LINES_EVERY, False

    def routes(self) -> list[Route]:
        need = one_of(Permission.FLOOR, Permission.FLOOR_OWN)
        return [
            Route(
                "GET",
                "/api/v1/live",
                need,
                self._on_socket,
                "A WebSocket with the floor: whole first, then what changed. Closed with 4401 when the session ends. "
                "A page says `visible` or `hidden`: while it is looked at its session counts as used.",
                socket=True,
            )
        ]

    @property
    def listeners(self) -> int:
        """Pages that listen."""
        return len(self._listeners)

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
        clock, refreshed = asyncio.get_running_loop().time, 0.0
        while True:
            wait = AT_LEAST_EVERY
            if self._telling.version and self._owed:  # agents are owed how lines stand
                wait = LINES_EVERY
            try:
                async with asyncio.timeout(wait):
                    await self._changed.wait()
            except TimeoutError:
                pass
            self._changed.clear()
            refresh = clock() - refreshed >= AT_LEAST_EVERY
            if self._listeners:
                try:
                    self._tell_all(clock(), refresh=refresh)
                except Exception:  # whoever looks must not end the engine that they look at
                    log.exception("the floor could not be told to who looks")
            refreshed = clock() if refresh else refreshed
            await asyncio.sleep(AT_MOST_EVERY)

    def _tell_all(self, now: float, *, refresh: bool) -> None:
        lines = refresh or now - self._lines_told >= LINES_EVERY
        self._lines_told = now if lines else self._lines_told
        self._owed = not lines
        self._telling.take(self._floor.floor(), lines=lines, refresh=refresh)
        for listener in self._listeners:
            if refresh or listener.news(self._telling) is not None:
                listener.due.set()

    async def _look(self) -> None:
        while True:
            await asyncio.sleep(LOOK_EVERY)
            looked_at = list(self._listeners)
            if not looked_at:
                continue
            try:
                now = self._now()
                holding = await self._sessions.holding({one.session for one in looked_at}, now)
                await self._sessions.used({one.session for one in looked_at if one.visible} & holding, now)
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
        if self._telling.version and len(self._listeners) > 1:
            listener.due.set()  # what the others know
        else:
            self.changed()
        try:
            async with asyncio.TaskGroup() as tasks:
                telling = tasks.create_task(self._tell_one(listener))
                async for message in socket:
                    if message.type is WSMsgType.ERROR:
                        break
                    if message.type is WSMsgType.TEXT:
                        listener.hear(message.data)
                telling.cancel()
        finally:
            self._listeners.discard(listener)
        return socket

    async def _tell_one(self, listener: _Listener) -> None:
        try:
            while True:
                await listener.due.wait()
                listener.due.clear()
                message = listener.news(self._telling) or self._telling.sign()
                listener.told = self._telling.version
                async with asyncio.timeout(10.0):
                    await listener.socket.send_frame(message, WSMsgType.TEXT)
        except (TimeoutError, ConnectionError):
            await _close(listener.socket)


async def _close(socket: web.WebSocketResponse, code: int = SIGNED_OUT, why: bytes = b"signed out") -> None:
    try:
        await socket.close(code=code, message=why)
    except Exception as error:  # it is gone by itself
        log.info("a socket of the live floor was not closed in good order", error=type(error).__name__)
