"""When what was not taken is sent again, and when no more. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

PAUSES: Final = tuple(
    timedelta(seconds=s) for s in (5, 30, 120, 600, 1800, 3600, 7200, 14400, 14400, 14400, 14400, 15600)
)
"""Behind the first failure, the second …: a day and a little together. Behind one more it is given up."""
PAUSED_AFTER: Final = timedelta(days=3)
"""Who takes nothing for so long is told nothing more."""
ALARM_AFTER: Final = timedelta(minutes=10)
"""Who takes nothing for so long is an alarm."""
BEFORE_NEXT: Final = 60.0
"""Seconds at most between two tries of anything at a receiver that fails."""


def next_try(failed: int, now: datetime) -> datetime | None:
    """When to try again after so many failures (1 or more); None: no more, until somebody asks for it."""
    return now + PAUSES[failed - 1] if failed <= len(PAUSES) else None


def lane_pause(failures: int) -> float:
    """Seconds in which nothing is sent to a receiver that failed so many times in a row."""
    return 0.0 if failures == 0 else float(min(2.0**failures, BEFORE_NEXT))
