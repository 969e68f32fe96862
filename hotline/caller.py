"""A caller who dials the hotline, listens, and presses keys: what `hotline call` does.

The caller knows nothing of the plan. A key is pressed once a prompt is heard; silence (`.`) is kept until the hotline
speaks again after a pause, as it does when a step timed out; `h` hangs up in the middle of the prompt.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from hotline import ear
from hotline.handset import RATE, Samples
from hotline.phone import Phone
from hotline.talk import Ending, NotAnswered, Talk

SILENCE: Final = "."
HANG_UP: Final = "h"

_PAUSE: Final = 1.5  # seconds without sound after which a prompt is over: clauses are joined with less
_AFTERGLOW: Final = 0.3  # seconds for which the old prompt is still on its way after a key


class What(StrEnum):
    """What the caller noticed or did."""

    ANSWERED = "answered"
    REFUSED = "refused"
    HEARD = "heard"  # a prompt
    HEARD_NOTHING = "heard_nothing"  # for as long as the caller was ready to wait
    PRESSED = "pressed"
    KEPT_SILENT = "kept_silent"  # until the hotline spoke again
    SPOKE = "spoke"
    ARRIVED = "arrived"  # where the call was to come to
    HUNG_UP = "hung_up"
    WAS_HUNG_UP = "was_hung_up"
    GAVE_UP = "gave_up"  # neither arrived nor let go in time


class Side(StrEnum):
    """Who ended the call."""

    CALLER = "caller"
    HOTLINE = "hotline"


@dataclass(frozen=True, slots=True)
class Moment:
    """Something that happened `at` seconds after the answer (0 before it); `key` is the one pressed."""

    at: float
    what: What
    key: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """What became of the call."""

    answered: bool
    seconds: float
    """From the answer to the end."""
    audio: Samples
    """All that the caller heard, int16 at 8 kHz."""
    ended_by: Side
    ending: Ending
    moments: tuple[Moment, ...]


async def call(
    phone: Phone,
    dialled: str,
    keys: Sequence[str],
    *,
    speak: Samples | float | None = None,
    wait: float = 20.0,
    pace: float = 0.6,
    until: Callable[[], Awaitable[object]] | None = None,
) -> Report:
    """Call `dialled` from a phone, and press `keys`.

    A key is pressed after `pace` seconds of a prompt, or when nothing was heard for `wait`. With the keys pressed, the
    caller says `speak`, stays until `until` returns, the hotline hangs up or `wait` seconds are over, and hangs up.
    """
    caller = _Caller(await phone.dial(dialled), wait, pace)
    try:
        await caller.talk.answered(wait)
        caller.note(What.ANSWERED)
        await caller.press_all(keys)
        await caller.stay(speak, until)
    except NotAnswered:
        caller.note(What.REFUSED if caller.talk.established is None else What.WAS_HUNG_UP)
    except TimeoutError:
        caller.note(What.GAVE_UP)
    except _Over as over:
        caller.note(over.what)
    return await caller.report()


class _Over(Exception):
    """The call ended before the caller had done all."""

    def __init__(self, what: What) -> None:
        super().__init__(what)
        self.what = what


class _Caller:
    def __init__(self, talk: Talk, wait: float, pace: float) -> None:
        self.talk = talk
        self._wait = wait
        self._pace = pace
        self._moments: list[Moment] = []
        self._listening_from = 0.0

    def note(self, what: What, key: str = "") -> None:
        self._moments.append(Moment(round(self.talk.handset.seconds, 2), what, key))

    async def press_all(self, keys: Sequence[str]) -> None:
        for key in keys:
            heard = await self._hears(lambda audio: ear.sounding(audio) >= self._pace)
            self.note(What.HEARD if heard else What.HEARD_NOTHING)
            if key == HANG_UP:
                raise _Over(What.HUNG_UP)
            if key == SILENCE:
                await self._hears(_speaks_after_a_pause)
                self.note(What.KEPT_SILENT)
                self._listening_from = max(0.0, self.talk.handset.seconds - self._pace)
            else:
                await self.talk.press(key)
                self.note(What.PRESSED, key)
                self._listening_from = self.talk.handset.seconds + _AFTERGLOW

    async def stay(self, speak: Samples | float | None, until: Callable[[], Awaitable[object]] | None) -> None:
        if speak is not None:
            await self._hears(lambda audio: ear.sounding(audio) >= self._pace)
            self.talk.speak(speak)
            self.note(What.SPOKE)
        async with asyncio.timeout(self._wait), asyncio.TaskGroup() as tasks:
            ended = tasks.create_task(self.talk.ended(self._wait + 1))
            arrived = tasks.create_task(_wait_for(until)) if until else None
            await asyncio.wait([ended, *([arrived] if arrived else [])], return_when=asyncio.FIRST_COMPLETED)
            over = ended.done()
            ended.cancel()
            if arrived and not arrived.done():
                arrived.cancel()
        if over:
            raise _Over(What.WAS_HUNG_UP)
        self.note(What.ARRIVED)

    async def _hears(self, test: Callable[[Samples], bool]) -> bool:
        """Whether `test` held for the sound since the last key before the caller lost patience. Raises _Over."""
        start = self._listening_from
        try:
            await self.talk.until(lambda talk: talk.ending is not None or test(talk.handset.since(start)), self._wait)
        except TimeoutError:
            return False
        if self.talk.ending is not None:
            raise _Over(What.WAS_HUNG_UP)
        return True

    async def report(self) -> Report:
        ending = await self.talk.hang_up()
        if ending.by_us and self._moments[-1].what is not What.HUNG_UP:
            self.note(What.HUNG_UP)
        return Report(
            answered=self.talk.established is not None,
            seconds=round(self.talk.handset.seconds, 2),
            audio=self.talk.heard,
            ended_by=Side.CALLER if ending.by_us else Side.HOTLINE,
            ending=ending,
            moments=tuple(self._moments),
        )


async def _wait_for(until: Callable[[], Awaitable[object]]) -> None:
    await until()


def _speaks_after_a_pause(audio: Samples) -> bool:
    pauses = ear.silences(audio, at_least=_PAUSE)
    spoken = (pause for pause in pauses if ear.sounding(audio[: round(pause.start * RATE)]) > 0)
    return any(ear.sounding(audio[round(pause.end * RATE) :]) >= 0.2 for pause in spoken)
