"""The two clocks of the house: the wall's (calendar, journal) and the one that never steps (waits, talks)."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta


@dataclass(frozen=True, slots=True)
class Clock:
    """The machine's clock, moved by `offset` when someone tries another day."""

    offset: timedelta = field(default_factory=timedelta)

    @classmethod
    def starting_at(cls, instant: datetime) -> Clock:
        """A clock that shows an aware `instant` now and goes on from there."""
        return cls(instant - datetime.now(UTC))

    def now(self) -> datetime:
        """The wall's time, aware, UTC."""
        return datetime.now(UTC) + self.offset

    def monotonic(self) -> float:
        """Seconds that only grow."""
        return time.monotonic()
