"""Agreeing with a caller on the number to call back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ivr.call import Call
from ivr.events import DigitsEntered, StepHeard
from ivr.sounds import Sounds
from prompts.phrases import Phrase
from routing.steps import Book, Pressed, Silent

YES, OTHER = "1", "2"
LONGEST_NUMBER = 20
"""Digits."""
ATTEMPTS = 3
"""Numbers that a caller may enter before the hotline stops asking."""


@dataclass(frozen=True, slots=True)
class Agreed:
    """The caller wants to be called back at this number."""

    number: str


async def agree(call: Call, step: Book, sounds: Sounds, callable_: Callable[[str], bool]) -> Agreed | Pressed | Silent:
    """Explain, read the number back, and let the caller take it or enter another one; else how they declined.

    A number that is withheld has to be entered. One that may not be called is refused in words, and another asked for.
    """
    talk = _Dialogue(call, step, sounds, callable_)
    await call.say(talk.words(step.prompts))
    if call.number and not callable_(call.number):
        await call.say(talk.words(step.refused, Phrase.NOT_CALLABLE))
    elif call.number:
        came = await talk.read_back(call.number, talk.words(step.own, Phrase.NUMBER_IS), Phrase.CHOOSE)
        if came == Pressed(YES):
            return Agreed(call.number)
        if came != Pressed(OTHER):
            return came
    return await talk.another()


@dataclass(frozen=True, slots=True)
class _Dialogue:
    call: Call
    step: Book
    sounds: Sounds
    callable_: Callable[[str], bool]

    def words(self, own: tuple[str, ...], otherwise: Phrase | None = None) -> tuple[str, ...]:
        """The sounds of the plan's words, or of the house's where it has none."""
        if not own and otherwise is not None:
            return self.sounds.phrase(otherwise)
        return tuple(sound for prompt in own for sound in self.sounds.prompt(prompt))

    async def another(self) -> Agreed | Pressed | Silent:
        """Ask for a number until one is confirmed."""
        step, came = self.step, Silent()
        for _ in range(ATTEMPTS):
            asked = self.words(step.other, Phrase.ENTER)
            number = await self.call.collect(asked, LONGEST_NUMBER, "#", step.wait)
            self.call.note(StepHeard(step.node, step.other, None, asked=True))
            self.call.note(DigitsEntered(step.node, number))
            if not number:
                return Silent()
            if not self.callable_(number):
                await self.call.say(self.words(step.refused, Phrase.NOT_CALLABLE))
                continue
            confirmed = await self.read_back(number, self.sounds.phrase(Phrase.ENTERED), Phrase.CONFIRM)
            if confirmed == Pressed(YES):
                return Agreed(number)
            if confirmed != Pressed(OTHER):
                return confirmed
        return came

    async def read_back(self, number: str, before: tuple[str, ...], choices: Phrase) -> Pressed | Silent:
        """Say the number digit by digit, and take one key."""
        spelled = self.sounds.digits(number.removeprefix("+").replace("*", "") or "0")
        asked = (*before, *spelled, *self.words(self.step.choices, choices))
        key = await self.call.ask(asked, self.step.wait)
        self.call.note(StepHeard(self.step.node, self.step.prompts, key, asked=True))
        return Silent() if key is None else Pressed(key)
