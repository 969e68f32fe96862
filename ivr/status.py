"""Telling a caller how their order stands (工单查询): its number, four digits, the state, once more, and onward.

Whatever is wrong with what was keyed, the caller hears the same words after the same time, and not often. The four
digits stay in this file: no fact, no log line and no label has them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Final

import structlog

from ivr.call import Call
from ivr.events import StatusAsked, StepHeard
from ivr.guesses import DAY, HOUR, Guesses, Mistake
from ivr.inquiry import Inquiry, SpokenState, Standing
from ivr.outcomes import StatusResult
from ivr.sounds import Sounds
from prompts.phrases import Phrase
from routing.calendar import SHANGHAI
from routing.steps import Inquire, Pressed, Silent, Told, Untold

log = structlog.get_logger()

LONGEST_LOOK: Final = 2.0
"""Seconds for which a caller is kept waiting for an answer."""

SLOWLY: Final = 3.0
"""Seconds after which a mistake is told, whatever was wrong: longer than any look-up takes."""

LONGEST_NUMBER: Final = 12
"""Digits of an order's number that are taken in."""
LAST_DIGITS: Final = 4

AGAIN, BACK, PERSON, OVER = "1", "*", "0", "#"
OFFERED: Final = frozenset({AGAIN, BACK, PERSON})
"""Once the state was heard."""
STRAYS: Final = 3
"""Other keys that were typed ahead; then the caller goes on."""

SENTENCES: Final = {
    Standing.ACCEPTED: Phrase.STATUS_ACCEPTED,
    Standing.HANDED_ON: Phrase.STATUS_HANDED_ON,
    Standing.RETURNED: Phrase.STATUS_RETURNED,
    Standing.IN_PROGRESS: Phrase.STATUS_IN_PROGRESS,
    Standing.EXTENDED: Phrase.STATUS_EXTENDED,
    Standing.REOPENED: Phrase.STATUS_REOPENED,
    Standing.DONE: Phrase.STATUS_DONE,
    Standing.ANSWERED: Phrase.STATUS_ANSWERED,
}


@dataclass(frozen=True, slots=True)
class Files:
    """Whom to ask how orders stand, and who asked in vain."""

    inquiry: Inquiry
    guesses: Guesses
    now: Callable[[], datetime]


async def tell(call: Call, step: Inquire, sounds: Sounds, files: Files) -> Told | Untold | Pressed | Silent:
    """Ask the caller for an order until its state was told, they ask for nothing more, or may ask no more."""
    try:
        return await _tell(call, step, _Asking(call, step, sounds, files))
    finally:
        call.keys.heed(None)


async def _tell(call: Call, step: Inquire, asking: _Asking) -> Told | Untold | Pressed | Silent:
    if asking.may_not():
        return await asking.refused()
    before: tuple[str, ...] = ()
    while True:
        call.keys.heed(None)
        keyed = await asking.for_number(before)
        if not isinstance(keyed, str):
            return keyed
        digits = await asking.for_digits()
        if not isinstance(digits, str):
            return digits
        call.keys.heed(OFFERED)  # many end four digits with `#` too: it must not cut the answer
        while call.keys.ahead == OVER:
            call.keys.take()
        if asking.may_not_about(keyed):
            return await asking.refused()
        found = await asking.look_up(keyed, digits)
        if isinstance(found, SpokenState):
            return await asking.told(found)
        if found is not StatusResult.UNMATCHED:
            return await asking.unavailable()
        call.keys.forget()  # they belonged to what was wrong
        before = asking.words(step.unmatched, Phrase.UNMATCHED)
        if asking.may_not():
            await call.say(before)
            return await asking.refused()


@dataclass(frozen=True, slots=True)
class _Asking:
    call: Call
    step: Inquire
    sounds: Sounds
    files: Files

    def words(self, own: tuple[str, ...], otherwise: Phrase | None = None) -> tuple[str, ...]:
        """The sounds of the plan's words, or of the house's where it has none."""
        if not own and otherwise is not None:
            return self.sounds.phrase(otherwise)
        return tuple(sound for prompt in own for sound in self.sounds.prompt(prompt))

    # ── what may be asked ───────────────────────────────────────────────────

    def may_not(self) -> bool:
        """Whether this call, or this caller, made too many mistakes."""
        call, step, guesses, now = self.call, self.step, self.files.guesses, self.files.now()
        return (
            guesses.of_call(call.id, now) >= step.mistakes
            or guesses.of_number(call.number, now, HOUR) >= step.mistakes_an_hour
            or guesses.of_number(call.number, now, DAY) >= step.mistakes_a_day
        )

    def may_not_about(self, keyed: str) -> bool:
        """Whether too many mistakes were made about one order; of one that is none, the same is said."""
        return self.files.guesses.about(keyed, self.files.now()) >= self.step.mistakes_a_day

    async def refused(self) -> Untold:
        self._note(StatusResult.REFUSED)
        return await self._sorry(self.sounds.phrase(Phrase.STATUS_TOO_OFTEN))

    async def unavailable(self) -> Untold:
        return await self._sorry(self.words(self.step.unavailable, Phrase.STATUS_UNAVAILABLE))

    async def _sorry(self, words: tuple[str, ...]) -> Untold:
        self.call.keys.forget()
        await self.call.say(words)
        return Untold()

    # ── what is asked ───────────────────────────────────────────────────────

    async def for_number(self, before: tuple[str, ...]) -> str | Pressed | Silent:
        """The order's number as it was keyed, or how the caller asked for nothing more."""
        asked = self.words(self.step.prompts)
        for said in (before, self.words(self.step.nothing_heard)):
            key = await self.call.ask((*said, *asked), self.step.wait)
            if key is None or key == OVER:
                self._heard(None)
            elif key in (BACK, PERSON):
                return self._heard(key)
            else:
                self._heard(None, asked=False)
                keyed = await self._rest(key, LONGEST_NUMBER)
                return self._heard(BACK) if keyed is None else keyed
        return Silent()

    async def for_digits(self) -> str | Pressed | Silent:
        """The last four digits, or fewer, or how the caller asked for nothing more; `0` alone asks for a person."""
        asked = self.words(self.step.last_four, Phrase.LAST_FOUR)
        for said in ((), self.words(self.step.nothing_heard)):
            key = await self.call.ask((*said, *asked), self.step.wait)
            if key is None or key == OVER:
                continue
            keyed = None if key == BACK else await self._rest(key, LAST_DIGITS)
            if keyed is None:
                return self._heard(BACK)
            return self._heard(PERSON) if keyed == PERSON else keyed
        self._heard(None)
        return Silent()

    async def _rest(self, first: str, most: int) -> str | None:
        """A number whose first digit was keyed; None when the caller goes back."""
        keyed = first
        while len(keyed) < most:
            key = await self.call.ask((), self.step.wait)
            if key == BACK:
                return None
            if key is None or key == OVER:
                break
            keyed += key
        return keyed

    # ── what is answered ────────────────────────────────────────────────────

    async def look_up(self, keyed: str, digits: str) -> SpokenState | StatusResult:
        """The state, or why there is none; the caller hears that somebody looks. A mistake is told slowly."""
        loop = asyncio.get_running_loop()
        began = loop.time()
        async with asyncio.TaskGroup() as tasks:
            looking = tasks.create_task(self._state(keyed, digits))
            await self.call.say(self.sounds.phrase(Phrase.LOOKING))
        found = looking.result()
        if isinstance(found, SpokenState):
            self._note(StatusResult.TOLD, found)
            return found
        self._note(found)
        if found is StatusResult.UNMATCHED:
            self.files.guesses.made(Mistake(self.call.id, self.call.number, self.files.now(), keyed))
            await asyncio.sleep(began + SLOWLY - loop.time())
        return found

    async def _state(self, keyed: str, digits: str) -> SpokenState | StatusResult:
        try:
            async with asyncio.timeout(LONGEST_LOOK):
                return await self.files.inquiry.state(keyed, digits) or StatusResult.UNMATCHED
        except TimeoutError:
            log.warning("an order is looked up for too long", call=self.call.id, seconds=LONGEST_LOOK)
            return StatusResult.LATE
        except Exception as error:
            # whatever it is, the call goes on; its words may hold what the caller keyed
            log.error("an order cannot be looked up", call=self.call.id, error=type(error).__name__, at=_place(error))
            return StatusResult.FAILED

    async def told(self, state: SpokenState) -> Told:
        """Tell it as often as the caller likes."""
        self.call.informed()
        spoken = (*self.sounds.phrase(SENTENCES[state.standing]), *self._due(state.by))
        choices = self.words(self.step.choices, Phrase.STATUS_CHOICES)
        strays = 0
        while strays < STRAYS:
            key = await self.call.ask((*spoken, *choices), self.step.wait)
            self._heard(key)
            if key is None or key in (BACK, PERSON):
                return Told(key)
            strays += key != AGAIN
        return Told()

    def _due(self, by: date | None) -> tuple[str, ...]:
        """By when it has to be done; of a day that is past, that somebody sees to it."""
        if by is None:
            return ()
        if by < self.files.now().astimezone(SHANGHAI).date():
            return self.sounds.phrase(Phrase.STATUS_OVERDUE)
        return (*self.sounds.phrase(Phrase.STATUS_DUE), *self.sounds.calendar_date(by))

    # ── facts ───────────────────────────────────────────────────────────────

    def _heard(self, key: str | None, *, asked: bool = True) -> Pressed | Silent:
        """Note what followed a question; never the digits of a number."""
        self.call.note(StepHeard(self.step.node, self.step.prompts, key, asked))
        return Silent() if key is None else Pressed(key)

    def _note(self, result: StatusResult, told: SpokenState | None = None) -> None:
        order, standing = (None, None) if told is None else (told.order, told.standing)
        self.call.note(StatusAsked(self.step.node, result, order, standing))


def _place(error: BaseException) -> str:
    """Where an error was raised: file and line, and nothing of what went through them."""
    traceback, place = error.__traceback__, "?"
    while traceback is not None:
        place = f"{Path(traceback.tb_frame.f_code.co_filename).name}:{traceback.tb_lineno}"
        traceback = traceback.tb_next
    return place
