"""Real SIP telephones in this process: for tests, benchmarks and `hotline call`.

One `Exchange` a process at a time owns the SIP stack (baresip), its UDP port and the one task that carries the
sound of every call. Its phones register or just call, press keys (RFC 4733), speak and hear.

    async with Exchange() as exchange:
        caller = await exchange.phone("13900000001", switch="127.0.0.1:5060")
        talk = await caller.dial("12320")
        await talk.answered()
        await talk.press("1")
"""

from __future__ import annotations

import asyncio
import socket
from collections import deque
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack, suppress
from types import TracebackType
from typing import Any, Final, Literal, Self

from baresip import (
    Account,
    Config,
    Event,
    RegistrationError,
    Runtime,
    StackEvent,
    UserAgent,
)

from hotline.handset import Samples
from hotline.talk import Incoming, NotAnswered, Talk

CODECS: Final = ("pcma", "pcmu", "g722/16000/1")
"""What a phone offers, best first: G.711 A-law, µ-law, G.722."""

_FRAME: Final = 0.02  # seconds between two pumps of all handsets
_RTP_PORTS: Final = "21000-29999"
_ALL_THAT_CAME: Final = "audio_jitter_buffer_type off"
"""A buffer throws away what comes later than it waits: on a machine that stood still, words that were said."""


class NotRegistered(Exception):
    """The registrar refused, or gave no answer."""


Manner = Callable[[Incoming], Awaitable[None]]
"""What a phone does by itself with a call that rings."""


def answers(
    after: float = 0.0, *, speaking: Samples | float | None = None, hanging_up_after: float | None = None
) -> Manner:
    """Rings `after` seconds, answers, says something, and perhaps hangs up."""

    async def manner(ring: Incoming) -> None:
        with suppress(TimeoutError):  # nobody withdrew it
            await ring.withdrawn(after)
        with suppress(NotAnswered):  # withdrawn: nothing to answer
            talk = await ring.answer()
            if speaking is not None:
                talk.speak(speaking)
            if hanging_up_after is not None:
                await _let_pass(talk, hanging_up_after)
                await talk.hang_up()

    return manner


def refuses(after: float = 0.0) -> Manner:
    """Rings `after` seconds, then says busy."""

    async def manner(ring: Incoming) -> None:
        await _let_pass(ring.talk, after)
        await ring.refuse()

    return manner


async def _let_pass(talk: Talk, seconds: float) -> None:
    with suppress(TimeoutError):  # still there
        await talk.ended(seconds)


async def never_answers(ring: Incoming) -> None:
    """Rings until the caller gives up."""
    del ring


class Phone:
    """One SIP identity of the exchange."""

    def __init__(self, exchange: Exchange, agent: Any, number: str, switch: str) -> None:
        self._exchange = exchange
        self._agent = agent
        self._rings: asyncio.Queue[Incoming] = asyncio.Queue(maxsize=1000)
        self.number = number
        self.switch = switch
        self.registered = False
        self.manner: Manner | None = None
        """Set it, and calls are handled by themselves; else `ringing` hands them out."""
        self.talks: list[Talk] = []
        """Every call this phone had, oldest first."""
        agent.on_incoming(self._ring)

    @property
    def live(self) -> int:
        """Calls of this phone that are not over (ringing ones too)."""
        return sum(talk.ending is None for talk in self.talks)

    async def register(self, within: float = 5.0) -> None:
        """Register with digest and stay registered. Raises NotRegistered."""
        try:
            await self._agent.register(timeout=within)
        except RegistrationError as error:
            raise NotRegistered(f"{self.number}: {error}") from error
        self.registered = True

    async def unregister(self, within: float = 5.0) -> None:
        """Take the registration back. Raises NotRegistered when the registrar does not confirm."""
        self.registered = False
        try:
            await self._agent.unregister(timeout=within)
        except RegistrationError as error:
            raise NotRegistered(f"{self.number}: {error}") from error

    async def dial(self, number: str) -> Talk:
        """Send the INVITE, to a number of our switch or a whole `sip:` URI; `answered` on the result waits."""
        uri = number if number.startswith("sip:") else f"sip:{number}@{self.switch}"
        talk = self._exchange.connect(await self._agent.dial(uri))
        self.talks.append(talk)
        return talk

    async def ringing(self, within: float = 10.0) -> Incoming:
        """The next call that rings here. Raises TimeoutError after `within` seconds."""
        async with asyncio.timeout(within):
            return await self._rings.get()

    def _ring(self, call: Any) -> None:
        talk = self._exchange.connect(call)
        self.talks.append(talk)
        ring = Incoming(talk)
        if self.manner is None:
            self._rings.put_nowait(ring)
        else:
            self._exchange.serve(self.manner(ring))


class Exchange:
    """All telephones of this process; an async context manager. Only one may be open at a time (baresip's limit)."""

    def __init__(self, *, host: str = "127.0.0.1", port: int | None = None, trace: bool = False) -> None:
        self.host = host
        self.port = port or free_port(host)
        self._trace = trace
        self._runtime = Runtime()
        self._tasks = asyncio.TaskGroup()
        self._stack = AsyncExitStack()
        self._phones: list[Phone] = []
        self._talks: dict[int, Talk] = {}
        self._early: deque[Any] = deque(maxlen=200)
        self._frame = asyncio.Event()

    @property
    def address(self) -> str:
        """`host:port` of our SIP, for a trunk that is to find the carrier here."""
        return f"{self.host}:{self.port}"

    async def __aenter__(self) -> Self:
        await self._runtime.start(
            Config(
                net_interface=self.host,
                max_concurrent_calls=None,
                expose_headers=("To", "X-Hotline-Return"),
                sip_trace=self._trace,
                extra_config_text=f"sip_listen {self.address}\nrtp_ports {_RTP_PORTS}\n{_ALL_THAT_CAME}\n",
            )
        )
        self._runtime.subscribe(self._follow)
        self._stack.push_async_callback(self._runtime.close)
        await self._tasks.__aenter__()
        # without the body's own error: the group is to end what it owns, not to wrap what others raise
        self._stack.push_async_callback(self._tasks.__aexit__, None, None, None)
        pump = self._tasks.create_task(self._pump())
        self._stack.callback(pump.cancel)
        self._stack.push_async_callback(self._put_down)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool | None:
        return await self._stack.__aexit__(kind, error, trace)

    async def phone(
        self,
        number: str,
        *,
        switch: str,
        secret: str | None = None,
        codecs: tuple[str, ...] = CODECS,
        takes_any: bool = False,
        transport: Literal["udp", "tcp", "tls"] = "udp",
        encrypted: bool = False,
    ) -> Phone:
        """A telephone of `switch` (`host:port`). It lives as long as the exchange: the stack can't remove one.

        With `secret` it can `register` as user `number`; without, it only calls (and shows `number`), as a carrier's
        caller does. `takes_any` rings for every number that nobody else here has: a carrier.
        `encrypted`: its sound is SRTP with keys in the signalling (RFC 4568), and without there is no call.
        """
        account = Account(
            user=number,
            domain=switch,
            password=secret or "",
            reg_interval=0 if secret is None else 600,
            audio_codecs=codecs,
            transport=transport,
            extra_params=(*(("catchall=yes",) if takes_any else ()), *(("mediaenc=srtp-mand",) if encrypted else ())),
        )
        phone = Phone(self, await UserAgent.create(self._runtime, account), number, switch)
        self._phones.append(phone)
        return phone

    def connect(self, call: Any) -> Talk:
        """A new call of one of our phones; what the stack told of it before we knew is made up for."""
        talk = self._talks[call.handle] = Talk(call, self.next_frame)
        for event in [early for early in self._early if early.call == call.handle]:
            self._early.remove(event)
            self._follow(event)
        return talk

    def serve(self, manner: Awaitable[None]) -> None:
        """Let a phone act by itself; its failure ends the exchange, loudly."""
        self._tasks.create_task(_run(manner))

    async def next_frame(self) -> None:
        """Wait until every handset was pumped once more."""
        await self._frame.wait()

    def _follow(self, event: StackEvent) -> None:
        if event.event not in (Event.CALL_ESTABLISHED, Event.CALL_CLOSED):
            return
        talk = self._talks.get(event.call)
        if talk is None:
            self._early.append(event)
            return
        talk.follow(event)
        if event.event is Event.CALL_CLOSED:
            del self._talks[event.call]

    async def _pump(self) -> None:
        clock = asyncio.get_running_loop().time
        due = clock()
        while True:
            now = clock()
            due = max(due + _FRAME, now)
            for talk in self._talks.values():
                if talk.established is not None:
                    talk.handset.pump(now)
            frame, self._frame = self._frame, asyncio.Event()
            frame.set()
            await asyncio.sleep(due - clock())

    async def _put_down(self) -> None:
        with suppress(TimeoutError):  # the switch may have gone before us
            async with asyncio.timeout(2):
                for talk in list(self._talks.values()):
                    await talk.hang_up()
        async with asyncio.TaskGroup() as leaving:
            for phone in self._phones:
                if phone.registered:
                    leaving.create_task(_sign_off(phone))


async def _sign_off(phone: Phone) -> None:
    with suppress(NotRegistered):  # as above
        await phone.unregister(within=1.0)


async def _run(manner: Awaitable[None]) -> None:
    await manner


def free_port(host: str) -> int:
    """A port that is free for UDP and TCP just now, with the next one free for TCP: the stack puts its TLS there."""
    while True:
        with socket.socket() as stream, socket.socket() as beside, socket.socket(type=socket.SOCK_DGRAM) as datagram:
            stream.bind((host, 0))
            port: int = stream.getsockname()[1]
            try:
                datagram.bind((host, port))
                beside.bind((host, port + 1))
            except (OSError, OverflowError):
                continue
            return port
