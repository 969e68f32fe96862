"""What changes in the hours of lines, told by kinds of days instead of day by day."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from itertools import groupby
from typing import NamedTuple

from routing.calendar import Day, day_of, spans_of
from routing.plan import Plan
from routing.rehearsal.moments import HORIZON

WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
HOLIDAYS, MADE_UP = "holidays", "made-up"
"""Kinds of days: days off by arrangement, and workdays at a weekend."""

_TOGETHER: Mapping[frozenset[str], str] = {
    frozenset((*WEEK, HOLIDAYS, MADE_UP)): "every-day",
    frozenset((*WEEK[:5], MADE_UP)): "workdays",
    frozenset((*WEEK[5:], HOLIDAYS)): "days-off",
    frozenset(WEEK[:5]): "weekdays",
    frozenset(WEEK[5:]): "weekends",
}
_FEW = 2
"""So many days are named one by one."""

Spans = tuple[str, ...]


class HoursChange(NamedTuple):
    """On these days the lines are open otherwise than before."""

    days: tuple[str, ...]
    """Kinds of days, or dates."""
    old: Spans
    new: Spans
    since: date | None = None
    """The first such day, when it was otherwise until then."""
    until: date | None = None
    lines: tuple[str, ...] = ()


def hours_changes(old: Plan, new: Plan, first: date) -> list[HoursChange]:
    """What changes for the lines that are in both plans, from a day on."""
    lines: dict[tuple[str, str], list[str]] = {}
    for line in new.lines:
        if line in old.lines:
            lines.setdefault((old.hours_of(line), new.hours_of(line)), []).append(line)
    days = [first + timedelta(days=ahead) for ahead in range(HORIZON)]
    found: dict[HoursChange, list[str]] = {}
    for (before, after), named in lines.items():
        for change in _of_hours(_table(old, before, days), _table(new, after, days), new, days):
            found.setdefault(change, []).extend(named)
    return [change._replace(lines=tuple(named)) for change, named in found.items()]


def _table(plan: Plan, hours: str, days: Iterable[date]) -> dict[date, Spans]:
    calendar = plan.calendar
    return {day: tuple(map(str, spans_of(calendar, hours, day_of(calendar, day)))) for day in days}


def _of_hours(
    old: Mapping[date, Spans], new: Mapping[date, Spans], plan: Plan, days: Sequence[date]
) -> Iterator[HoursChange]:
    kinds: dict[str, list[date]] = {}
    for day in days:
        kinds.setdefault(_kind(day_of(plan.calendar, day)), []).append(day)
    runs: dict[tuple[Spans, Spans, date | None, date | None], list[str]] = {}
    single: dict[tuple[Spans, Spans], list[date]] = {}
    for kind, of_kind in kinds.items():
        for (before, after), run in groupby(of_kind, key=lambda day: (old[day], new[day])):
            same = list(run)
            if before == after:
                continue
            if len(same) <= _FEW and len(same) < len(of_kind):
                single.setdefault((before, after), []).extend(same)
                continue
            since = None if same[0] == of_kind[0] else same[0]
            until = None if same[-1] == of_kind[-1] else same[-1]
            runs.setdefault((before, after, since, until), []).append(kind)
    for (before, after, since, until), named in runs.items():
        yield HoursChange(_together(named, kinds), before, after, since, until)
    for (before, after), dates in single.items():
        yield HoursChange(tuple(map(str, sorted(dates))), before, after)


def _kind(day: Day) -> str:
    if day.holiday:
        return HOLIDAYS
    return MADE_UP if day.workday and day.date.weekday() >= 5 else WEEK[day.date.weekday()]


def _together(kinds: Iterable[str], there: Container[str]) -> tuple[str, ...]:
    """The largest words for these kinds of days; kinds that are not there in all the time spoil none."""
    left, words = set(kinds), []
    for group, word in _TOGETHER.items():
        if left & group and all(kind in left or kind not in there for kind in group):
            words.append(word)
            left -= group
    order = (*WEEK, HOLIDAYS, MADE_UP)
    return (*words, *sorted(left, key=order.index))
