"""For how many days what is kept. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from records.recordings import TALKS, Recording


@dataclass(frozen=True, slots=True)
class LineTerms:
    """Days of one line; None is as everywhere."""

    talks: int | None = None
    messages: int | None = None


@dataclass(frozen=True, slots=True)
class Terms:
    """Days for which talks, messages and whole numbers are kept. The day something was made does not count."""

    talks: int
    messages: int
    numbers: int
    lines: Mapping[str, LineTerms] = field(default_factory=dict)

    def days(self, recording: Recording) -> int:
        """The term of a recording: its line's, where that has one of its own."""
        line = self.lines.get(recording.line or "", LineTerms())
        if recording.kind in (TALKS, ""):
            return self.talks if line.talks is None else line.talks
        return self.messages if line.messages is None else line.messages

    def over(self, recording: Recording, today: date) -> bool:
        """Whether its term is over."""
        return today - recording.day > timedelta(days=self.days(recording))
