"""What calls need of everything that can be played: prompts by name, and phrases with numbers in them."""

from __future__ import annotations

from datetime import date
from typing import Protocol

from prompts.phrases import Phrase


class Sounds(Protocol):
    """Each gives the names of sounds, in the order in which they are played."""

    def prompt(self, prompt: str) -> tuple[str, ...]: ...

    def position(self, ahead: int) -> tuple[str, ...]: ...

    def wait(self, low: float, high: float) -> tuple[str, ...]:
        """What can be said of a wait between so many seconds; may be nothing."""
        ...

    def digits(self, text: str) -> tuple[str, ...]: ...

    def calendar_date(self, day: date) -> tuple[str, ...]: ...

    def phrase(self, phrase: Phrase) -> tuple[str, ...]: ...
