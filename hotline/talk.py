"""One call of one telephone, from its first INVITE to its end."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Self

from baresip import Event, StaleHandleError

from hotline.handset import Handset, Samples


class NotAnswered(Exception):
    """The call ended before anybody answered: refused, withdrawn, or nobody there."""

    def __init__(self, ending: Ending) -> None:
        super().__init__(f"{ending.status or ''} {ending.reason}".strip())
        self.ending = ending


@dataclass(frozen=True, slots=True)
class Ending:
    """How a call ended for us.

    `status` is the SIP status when the other side refused; `cause` is the Q.850 cause beside it (the stack does not
    tell the cause of a BYE).
    """

    by_us: bool
    status: int | None
    reason: str
    cause: int | None
    at: datetime

    @classmethod
    def read(cls, text: str, *, by_us: bool) -> Ending:
        """From the stack's words, as in `486 Busy Here,Q.850;cause=17`."""
        status = re.match(r"(\d{3}) ", text)
        cause = re.search(r"Q\.850;\s*cause=(\d+)", text)
        return cls(
            by_us,
            int(status[1]) if status else None,
            text.partition(",")[0].removeprefix(status[0] if status else ""),
            int(cause[1]) if cause else None,
            datetime.now(UTC),
        )


class Talk:
    """One call of one phone, either direction, from its first INVITE to its end."""

    def __init__(self, call: Any, next_frame: Callable[[], Awaitable[None]]) -> None:
        self._call = call
        self._next_frame = next_frame
        loop = asyncio.get_running_loop()
        self._settled: asyncio.Future[Ending | None] = loop.create_future()  # None: answered
        self._over: asyncio.Future[Ending] = loop.create_future()
        self._hanging_up = False
        self.handset = Handset(call.audio)
        self.established: datetime | None = None
        """When it was answered (UTC)."""
        self.ending: Ending | None = None
        self.keys_heard = ""
        """Keys that the other side pressed."""
        call.on_dtmf(self._key_heard)

    def _key_heard(self, key: Any) -> None:
        self.keys_heard += key.digit

    def follow(self, event: Any) -> None:
        """An event of the SIP stack about this call."""
        if event.event is Event.CALL_ESTABLISHED and self.established is None:
            self.established = datetime.now(UTC)
            self._settled.set_result(None)
        elif event.event is Event.CALL_CLOSED and self.ending is None:
            self.ending = Ending.read(event.text or "", by_us=self._hanging_up)
            self._over.set_result(self.ending)
            if not self._settled.done():
                self._settled.set_result(self.ending)

    @property
    def number(self) -> str:
        """User part of the other side's address: the caller's number on a call that came in."""
        return user_of(self._call.peer or "")

    @property
    def called(self) -> str:
        """The number that was dialled, on a call that came in: a carrier's phone stands for many."""
        return user_of(self._call.headers.get("To", ""))

    @property
    def returns(self) -> str:
        """The call to whose talk the phone is to come back; empty for any other ring."""
        return str(self._call.headers.get("X-Hotline-Return", ""))

    @property
    def heard(self) -> Samples:
        """All heard since it was answered: int16 at 8 kHz; sample `n` came `n / 8000` s after the answer."""
        return self.handset.heard

    @property
    def unbroken(self) -> Samples:
        """What came in packets since the answer, gaps left out: words to look for, whole even if sent haltingly."""
        return self.handset.unbroken()

    def speak(self, sound: Samples | float, *, endless: bool = False) -> None:
        """Let the other side hear `sound` (int16 at 8 kHz), or a tone of that many hertz until `hush`."""
        self.handset.speak(sound, endless=endless)

    def hush(self) -> None:
        """Stop speaking."""
        self.handset.hush()

    async def answered(self, within: float = 10.0) -> Self:
        """Wait for the answer.

        Raises NotAnswered, or TimeoutError after `within` seconds (the call goes on ringing).
        """
        async with asyncio.timeout(within):
            ending = await asyncio.shield(self._settled)
        if ending is not None:
            raise NotAnswered(ending)
        return self

    async def press(self, keys: str) -> None:
        """Press `keys` one after the other, 100 ms each with 120 ms between. Raises NotAnswered if nobody listens."""
        try:
            await self._call.send_dtmf(keys)
        except StaleHandleError:
            if self.ending is None:
                raise
            raise NotAnswered(self.ending) from None

    async def until(self, test: Callable[[Talk], bool], within: float = 10.0) -> None:
        """Wait until `test(self)` holds, asked after each frame of sound.

        Raises TimeoutError after `within` seconds.
        """
        async with asyncio.timeout(within):
            while not test(self):
                await self._next_frame()

    async def spoken(self, within: float = 60.0) -> None:
        """Wait until all that `speak` was given is said."""
        await self.until(lambda talk: not talk.handset.speaking, within)

    async def hang_up(self) -> Ending:
        """End it, whatever its state (an incoming call that rings is refused as busy), and wait for its end."""
        self._hanging_up = self.ending is None
        with suppress(StaleHandleError):  # the other side was first: the end is on its way here
            await self._call.hangup()
        return await self.ended(5.0)

    async def ended(self, within: float = 10.0) -> Ending:
        """Wait for the end. Raises TimeoutError after `within` seconds."""
        async with asyncio.timeout(within):
            return await asyncio.shield(self._over)

    async def accept(self) -> None:
        """Send 200 OK for a call that came in."""
        with suppress(StaleHandleError):  # withdrawn meanwhile: `answered` tells
            await self._call.answer()


@dataclass(frozen=True, slots=True)
class Incoming:
    """A call that rings at a phone."""

    talk: Talk

    @property
    def number(self) -> str:
        """The caller's, as it is shown."""
        return self.talk.number

    @property
    def called(self) -> str:
        """The number that was dialled."""
        return self.talk.called

    async def answer(self) -> Talk:
        """Lift the handset. Raises NotAnswered if the caller was quicker."""
        await self.talk.accept()
        return await self.talk.answered()

    async def refuse(self) -> Ending:
        """Say 486 Busy Here (the stack knows no other refusal)."""
        return await self.talk.hang_up()

    async def withdrawn(self, within: float = 10.0) -> Ending:
        """Wait until it stops ringing because the caller gave up."""
        return await self.talk.ended(within)


def user_of(address: str) -> str:
    """User part of `sip:user@host` or `"Name" <sip:user@host>;tag=…`; empty when it has none."""
    found = re.search(r"sips?:([^@;>]+)@", address)
    return found[1] if found else ""
