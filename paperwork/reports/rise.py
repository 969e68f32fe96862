"""When a category rises beyond its usual range, against its own history. Pure.

A day is held against the same kind of day before it: workdays against workdays, days off against days off. The usual
range is robust, median and median absolute deviation, so that one odd day of the past neither hides nor makes a rise.
What grows or falls steadily is followed: the history is brought to the level that its trend has reached. Counts vary
by chance as Poisson says, so the range is never taken for narrower than that, and few calls are never an alarm.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

ROBUST = 1.4826
"""What a median absolute deviation is multiplied by to stand for a standard deviation."""

_CELLS = 2_000_000
"""Numbers that are looked at in one go: the pairs of days of so many series."""


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
    return next(_judged([counts], day, workday, since, sensitivity), None)


def rises(
    counts: Mapping[date, int], days: Sequence[date], workday: Callable[[date], bool], since: date, sense: Sensitivity
) -> list[Rise]:
    """The days that are beyond their range, in order."""
    return [rise for _, rise in all_rises({"": counts}, days, workday, since, sense)]


def all_rises(
    series: Mapping[str, Mapping[date, int]],
    days: Sequence[date],
    workday: Callable[[date], bool],
    since: date,
    sense: Sensitivity,
) -> list[tuple[str, Rise]]:
    """Each rise of each series, day by day: all series of a day are judged at once."""
    found: list[tuple[str, Rise]] = []
    for day in days:
        names = [name for name, counts in series.items() if counts.get(day, 0) >= sense.least]
        told = _judged([series[name] for name in names], day, workday, since, sense)
        found += [(name, one) for name, one in zip(names, told, strict=False) if one.grade is not Grade.NONE]
    return found


def _judged(
    series: Sequence[Mapping[date, int]],
    day: date,
    workday: Callable[[date], bool],
    since: date,
    sensitivity: Sensitivity,
) -> Iterator[Rise]:
    """The same day of each series; nothing when there is too little history."""
    kind = workday(day)
    first = max(since, day - timedelta(days=sensitivity.history))
    past = [first + timedelta(days=ago) for ago in range((day - first).days)]
    alike = [one for one in past if workday(one) is kind]
    if len(alike) < sensitivity.enough:
        return
    at_once = max(1, _CELLS // len(alike) ** 2)
    for place in range(0, len(series), at_once):
        some = series[place : place + at_once]
        history = np.array([[counts.get(one, 0) for one in alike] for counts in some], dtype=float)
        for counts, usual, spread in zip(some, *_levels([(one - day).days for one in alike], history), strict=True):
            yield _rise(day, counts.get(day, 0), float(usual), float(spread), sensitivity)


def _rise(day: date, count: int, usual: float, spread: float, sensitivity: Sensitivity) -> Rise:
    spread = max(spread, usual**0.5, 1.0)
    distance = (count - usual) / spread
    limit = max(usual + sensitivity.raised * spread, sensitivity.times * usual, float(sensitivity.least))
    grade = Grade.NONE
    if count >= limit and count > usual:
        strong = distance >= sensitivity.strong and count >= sensitivity.times_strong * usual
        grade = Grade.STRONG if strong else Grade.RAISED
    return Rise(day, count, round(usual, 1), round(limit, 1), round(distance, 1), grade)


def _levels(days: Sequence[int], counts: Floats) -> tuple[Floats, Floats]:
    """Of each row of counts: where a robust trend (Theil and Sen) has come to on day 0, and how far days lie from it as
    a rule."""
    x = np.asarray(days, dtype=float)
    earlier, later = np.triu_indices(len(x), 1)
    slopes = np.median((counts[:, later] - counts[:, earlier]) / (x[later] - x[earlier]), axis=1)
    trend = slopes[:, None] * x
    bases = np.median(counts - trend, axis=1)
    away = np.abs(counts - (bases[:, None] + trend))
    return np.maximum(bases, 0.0), ROBUST * np.median(away, axis=1)


def begun(found: Sequence[Rise]) -> list[Rise]:
    """The first day of each rise: days that follow each other are one."""
    return [one for place, one in enumerate(found) if place == 0 or one.day - found[place - 1].day > timedelta(days=1)]
