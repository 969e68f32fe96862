"""The two clocks of the house: the wall's (calendar, journal) and the one that never steps (waits, talks)."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

LOOKS_EVERY = 15.0
"""Seconds after which who waits for an instant looks at the wall again: it may have been set."""


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


@asynccontextmanager
async def until(clock: Clock, instant: datetime) -> AsyncIterator[None]:
    """As `asyncio.timeout`: what takes longer than until the wall shows `instant` ends with TimeoutError.

    However the wall is set meanwhile, that is noticed within `LOOKS_EVERY`.
    """
    loop = asyncio.get_running_loop()
    async with asyncio.timeout(None) as within:
        looks: list[asyncio.Handle] = []

        def look() -> None:
            left = (instant - clock.now()).total_seconds()
            if left <= 0:
                within.reschedule(loop.time())
            else:
                looks[:] = [loop.call_later(min(left, LOOKS_EVERY), look)]

        looks.append(loop.call_soon(look))
        try:
            yield
        finally:
            looks[0].cancel()
