"""The telephone in the page: the door by which a browser's SIP comes to the switch, for whoever sits at a seat.

The switch's own WebSocket listens on loopback alone; this door is all that a browser sees of it. It opens to a
signed-in user with a seat, from our own pages, once for each agent; it reads what passes (`desk.sip`), and whoever
speaks in another's name is put out and written down. The secret of the phone is made anew each time it is asked for,
and is worth nothing after signing out.

While a telephone is on, its session counts as used: an agent who waits for calls asks for nothing, behind whatever
other window, and a talk may last.
"""

from __future__ import annotations

import asyncio
import re
import secrets
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from time import monotonic
from typing import Protocol

import aiohttp
import structlog
from aiohttp import WSCloseCode, WSMsgType, web

from desk.asked import flag, only, text, told
from desk.asker import ASKER
from desk.ledger import Ledger
from desk.rates import Rates
from desk.refusal import Refusal, bad, wait
from desk.roles import Permission
from desk.route import Route, one_of
from desk.schemas import TEXT, things
from desk.session_api import own
from desk.sessions import Sessions
from desk.sip import ALIVE, HEARD, LARGEST, objection

log = structlog.get_logger()

SIGNED_OUT = 4401
NOT_YOURS = 4403
ELSEWHERE = 4409
"""Codes of closing: the session ended; SIP of another phone; the telephone is in another tab."""
MOST = 1000
LOOK_EVERY = 3.0
"""Seconds between two looks whether the sessions still hold."""
PING = 3.0
"""Seconds without a word after which a browser is pinged; it has half as many to answer.

So a page whose network is gone is out of the switch after 4.5 s at most, and its caller rings elsewhere
(docs/reliability.md). The browser's own process answers, however busy the page is."""
BEHIND = 64
"""Messages that may wait for a browser: the switch itself must never wait for one."""
PATIENCE = 10.0
"""Seconds that one message may take to a browser, and half as many to the switch."""
BURST, A_SECOND = 80.0, 10.0
"""Messages of one browser."""
REALM = "hotline"
_TAB = re.compile(r"[A-Za-z0-9_-]{8,64}")


class Telephones(Protocol):
    """The switch as a browser's phone needs it: `hotline.desk_telephones` is it."""

    def phone_of(self, agent: str) -> str | None:
        """The SIP account of an agent's browser; None where there is none."""
        ...

    async def let_in(self, phone: str, secret: str) -> None:
        """Let it register with this secret. Raises Refusal."""
        ...

    async def let_out(self, phone: str) -> None:
        """Take its secret away. Raises Refusal."""
        ...

    async def connect(self) -> aiohttp.ClientWebSocketResponse:
        """A WebSocket to the switch that speaks SIP. Raises Refusal."""
        ...


class _Line:
    """One browser on the telephone."""

    def __init__(
        self, who: str, session: str | None, agent: str, tab: str, socket: web.WebSocketResponse, *, dials: bool
    ) -> None:
        self.who, self.session, self.agent, self.tab, self.socket = who, session, agent, tab, socket
        self.dials = dials
        self.closed = False

    async def close(self, code: int, why: bytes) -> None:
        if self.closed:
            return
        self.closed = True
        try:
            await self.socket.close(code=code, message=why)
        except Exception as error:  # it is gone by itself
            log.info("a telephone's socket was not closed in good order", error=type(error).__name__)


class Telephone:
    """Let `run` run."""

    def __init__(self, telephones: Telephones, sessions: Sessions, ledger: Ledger, now: Callable[[], datetime]) -> None:
        self._telephones, self._sessions, self._ledger, self._now = telephones, sessions, ledger, now
        self._lines: dict[str, _Line] = {}
        """By agent: each has one telephone."""
        self._given: dict[str, str] = {}
        """Phone → the session that was told its secret."""

    def routes(self) -> list[Route]:
        need = one_of(Permission.DESK)
        return [
            Route(
                "POST",
                "/api/v1/phone/credentials",
                need,
                self._on_credentials,
                "With what the page's telephone registers: a secret made for this session, taken away when it ends.",
                body={"tab": TEXT, "take": {"type": "boolean"}},
                required=("tab",),
                answer=things(phone=TEXT, secret=TEXT, realm=TEXT),
                refuses=(409, 503),
            ),
            Route(
                "GET",
                "/api/v1/phone",
                need,
                self._on_socket,
                "A WebSocket (`sip`) to the switch for the page's telephone, one for each agent. Closed with 4401 when "
                "the session ends, 4403 after SIP of another phone, 4409 when it is open in another tab.",
                query={"tab": "8 to 64 letters or digits that name this tab", "take": "1 to take it from another tab"},
                required=("tab",),
                refuses=(409, 503),
                socket=True,
            ),
        ]

    @property
    def open(self) -> int:
        """How many browsers are on the telephone."""
        return len(self._lines)

    async def run(self) -> None:
        """Close whose session ended, and take their secrets away."""
        while True:
            await asyncio.sleep(LOOK_EVERY)
            try:
                await self._look()
            except Exception as error:  # the database's, or the switch's; the next look is soon
                log.warning("whether sessions of telephones hold is not known", error=type(error).__name__)

    async def close(self, _app: web.Application) -> None:
        """The engine ends: browsers come back to the next one."""
        async with asyncio.TaskGroup() as tasks:
            for line in list(self._lines.values()):
                tasks.create_task(line.close(WSCloseCode.GOING_AWAY, b"the engine ends"))

    async def _look(self) -> None:
        asked = {line.session for line in self._lines.values() if line.session} | set(self._given.values())
        if not asked:
            return
        now = self._now()
        holding = await self._sessions.holding(asked, now)
        await self._sessions.used({line.session for line in self._lines.values() if line.session} & holding, now)
        for line in [line for line in self._lines.values() if line.session and line.session not in holding]:
            await line.close(SIGNED_OUT, b"signed out")
        for phone in [phone for phone, session in self._given.items() if session not in holding]:
            session = self._given[phone]
            await self._telephones.let_out(phone)
            if self._given.get(phone) == session:
                del self._given[phone]

    # ── who may ─────────────────────────────────────────────────────────────

    async def _on_credentials(self, request: web.Request) -> web.Response:
        asked = await told(request)
        only(asked, "tab", "take")
        agent, phone = self._seat(request)
        tab = _tab(text(asked, "tab"))
        session, _ = own(request)
        taken = self._elsewhere(agent, tab)
        if taken is not None and not (asked.get("take") is not None and flag(asked, "take")):
            raise Refusal(409, "elsewhere", "the telephone of this seat is open in another tab")
        if taken is not None:
            self._ledger.note(request[ASKER].who, "phone_taken", about=agent)
            await taken.close(ELSEWHERE, b"taken by another tab")
        secret = secrets.token_urlsafe(24)
        await self._telephones.let_in(phone, secret)
        self._given[phone] = session.hash
        return web.json_response({"phone": phone, "secret": secret, "realm": REALM})

    def _seat(self, request: web.Request) -> tuple[str, str]:
        """The agent who asks, and their browser's phone. Raises Refusal."""
        agent = request[ASKER].agent
        if agent is None:
            raise Refusal(409, "no_seat", "this account is no agent of the plan: an administrator can tie it to one")
        phone = self._telephones.phone_of(agent)
        if phone is None:
            raise Refusal(409, "no_browser", "this seat has no telephone in the browser")
        return agent, phone

    def _elsewhere(self, agent: str, tab: str) -> _Line | None:
        line = self._lines.get(agent)
        return None if line is None or line.tab == tab or line.closed else line

    # ── one browser ─────────────────────────────────────────────────────────

    async def _on_socket(self, request: web.Request) -> web.StreamResponse:
        agent, phone = self._seat(request)
        session, _ = own(request)
        return await self.serve(request, agent, phone, request[ASKER].who, session.hash)

    async def serve(
        self, request: web.Request, agent: str, phone: str, who: str, session: str | None, *, dials: bool = False
    ) -> web.StreamResponse:
        """Join a browser that is `phone` to the switch, until either is gone. `dials`: it may begin calls."""
        tab, take = _tab(request.query.get("tab", "")), request.query.get("take", "0")
        if take not in ("0", "1"):
            raise bad("`take` is 1 or 0")
        if len(self._lines) >= MOST:
            raise wait(5.0, "too_many_sockets", "too many telephones are open")
        socket = web.WebSocketResponse(
            protocols=("sip",), heartbeat=PING, max_msg_size=LARGEST, compress=False, timeout=2.0
        )
        if not socket.can_prepare(request).ok:
            raise Refusal(426, "websocket_only", "open this as a WebSocket", {"Upgrade": "websocket"})
        line = _Line(who, session, agent, tab, socket, dials=dials)
        taken = self._elsewhere(agent, tab)
        if taken is not None and take == "0":
            await socket.prepare(request)
            await line.close(ELSEWHERE, b"open in another tab")
            return socket
        switch = await self._telephones.connect()
        try:
            await socket.prepare(request)
            before, self._lines[agent] = self._lines.get(agent), line
            if taken is not None:
                self._ledger.note(who, "phone_taken", about=agent)
            await self._carry(line, switch, phone, before)
        finally:
            if self._lines.get(agent) is line:
                del self._lines[agent]
            await switch.close()
        return socket

    async def _carry(
        self, line: _Line, switch: aiohttp.ClientWebSocketResponse, phone: str, before: _Line | None
    ) -> None:
        """Both ways, until either side is gone; the agent's browser `before` goes first."""
        waiting: asyncio.Queue[str] = asyncio.Queue(BEHIND)
        async with asyncio.TaskGroup() as tasks:
            if before is not None:
                tasks.create_task(before.close(ELSEWHERE, b"taken by another tab"))
            works = [
                tasks.create_task(self._to_switch(line, switch, phone, waiting)),
                tasks.create_task(self._from_switch(line, switch, waiting)),
                tasks.create_task(_to_browser(line.socket, waiting)),
            ]
            await asyncio.wait(works, return_when=asyncio.FIRST_COMPLETED)
            for work in works:
                work.cancel()
        await line.close(WSCloseCode.TRY_AGAIN_LATER, b"the switch is away")

    async def _to_switch(
        self, line: _Line, switch: aiohttp.ClientWebSocketResponse, phone: str, waiting: asyncio.Queue[str]
    ) -> None:
        rates = Rates(burst=BURST, per_second=A_SECOND, most=1)
        async for message in line.socket:
            if message.type is not WSMsgType.TEXT:
                why: str | None = "no text"
            elif message.data == HEARD:
                continue  # to a sign of life of the switch, which asks after this door
            elif rates.take(phone, monotonic()):
                why = "too many messages"
            elif message.data in ALIVE:
                with suppress(asyncio.QueueFull):  # what waits there is a sign of life too
                    waiting.put_nowait(HEARD)
                continue
            else:
                why = objection(message.data, phone, dials=line.dials)
            if why is not None:
                self._ledger.note(line.who, "phone_refused", about=line.agent, reason=why)
                log.warning("a browser's telephone was put out", agent=line.agent, why=why)
                await line.close(NOT_YOURS, b"not yours")
                return
            try:
                async with asyncio.timeout(PATIENCE / 2):
                    await switch.send_str(message.data)
            except (TimeoutError, ConnectionError, aiohttp.ClientError):
                return

    @staticmethod
    async def _from_switch(line: _Line, switch: aiohttp.ClientWebSocketResponse, waiting: asyncio.Queue[str]) -> None:
        async for message in switch:
            if message.type is not WSMsgType.TEXT:
                continue
            try:
                waiting.put_nowait(message.data)
            except asyncio.QueueFull:
                log.warning("a browser's telephone does not keep up", agent=line.agent)
                return


async def _to_browser(socket: web.WebSocketResponse, waiting: asyncio.Queue[str]) -> None:
    with suppress(TimeoutError, ConnectionError):
        while True:
            message = await waiting.get()
            async with asyncio.timeout(PATIENCE):
                await socket.send_str(message)


def _tab(name: str) -> str:
    if not _TAB.fullmatch(name):
        raise bad("`tab` is a name of 8 to 64 letters or digits")
    return name
