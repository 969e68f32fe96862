"""When a category rises beyond its usual range, against its own history. Pure.

A day is held against the same kind of day before it: workdays against workdays, days off against days off. The usual
range is robust, median and median absolute deviation, so that one odd day of the past neither hides nor makes a rise.
What grows or falls steadily is followed: the history is brought to the level that its trend has reached. Counts vary
by chance as Poisson says, so the range is never taken for narrower than that, and few calls are never an alarm.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

import numpy as np

ROBUST = 1.4826
"""What a median absolute deviation is multiplied by to stand for a standard deviation."""


class Grade(StrEnum):
    """How far beyond its range."""

    NONE = "none"
    RAISED = "raised"
    STRONG = "strong"


@dataclass(frozen=True, slots=True)
class Sensitivity:
    """What counts as a rise. `raised` and `strong` are distances in robust deviations, `least` and `times` what a day
    must reach at least: so many calls, and so many times the usual."""

    history: int = 56
    """Days that are looked back at."""
    enough: int = 8
    """Days of the same kind below which nothing is said."""
    raised: float = 4.0
    strong: float = 8.0
    least: int = 10
    times: float = 1.5
    times_strong: float = 3.0


@dataclass(frozen=True, slots=True)
class Rise:
    """One day of one series: what was counted, what is usual, up to what is still usual, and how far it is beyond."""

    day: date
    count: int
    usual: float
    limit: float
    distance: float
    grade: Grade


def judged(
    counts: Mapping[date, int], day: date, workday: Callable[[date], bool], since: date, sensitivity: Sensitivity
) -> Rise | None:
    """The day against its history, which is known from `since` on; None when there is too little of it."""
    kind = workday(day)
    first = max(since, day - timedelta(days=sensitivity.history))
    past = [first + timedelta(days=ago) for ago in range((day - first).days)]
    alike = [one for one in past if workday(one) is kind]
    if len(alike) < sensitivity.enough:
        return None
    usual, spread = _level([(one - day).days for one in alike], [counts.get(one, 0) for one in alike])
    spread = max(spread, usual**0.5, 1.0)
    count = counts.get(day, 0)
    distance = (count - usual) / spread
    limit = max(usual + sensitivity.raised * spread, sensitivity.times * usual, float(sensitivity.least))
    grade = Grade.NONE
    if count >= limit and count > usual:
        strong = distance >= sensitivity.strong and count >= sensitivity.times_strong * usual
        grade = Grade.STRONG if strong else Grade.RAISED
    return Rise(day, count, round(usual, 1), round(limit, 1), round(distance, 1), grade)


def _level(days: Sequence[int], counts: Sequence[int]) -> tuple[float, float]:
    """Where a robust trend (Theil and Sen) has come to on day 0, and how far days lie from it as a rule."""
    x, y = np.asarray(days, dtype=float), np.asarray(counts, dtype=float)
    earlier, later = np.triu_indices(len(x), 1)
    slope = float(np.median((y[later] - y[earlier]) / (x[later] - x[earlier])))
    base = float(np.median(y - slope * x))
    away = np.abs(y - (base + slope * x))
    return max(base, 0.0), ROBUST * float(np.median(away))


def rises(
    counts: Mapping[date, int], days: Sequence[date], workday: Callable[[date], bool], since: date, sense: Sensitivity
) -> list[Rise]:
    """The days that are beyond their range, in order."""
    found = (judged(counts, day, workday, since, sense) for day in days if counts.get(day, 0) >= sense.least)
    return [one for one in found if one is not None and one.grade is not Grade.NONE]


def begun(found: Sequence[Rise]) -> list[Rise]:
    """The first day of each rise: days that follow each other are one."""
    return [one for place, one in enumerate(found) if place == 0 or one.day - found[place - 1].day > timedelta(days=1)]
