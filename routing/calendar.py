"""When lines are open: named hours over the Chinese workday calendar, with the city's own days on top.

The national holidays and make-up workdays (调休) come from `chinesecalendar`, which knows the years whose
arrangement the State Council has published and no other. A day beyond them counts as a workday from Monday to Friday
and says so in its `why`.

`spans_of` is where hours, holidays, closures and extra openings meet; whether lines are open, until when, and when
again, follows from it alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from typing import Annotated, Literal, NamedTuple

import chinese_calendar
from pydantic import AfterValidator, Field

from routing.days import Dates, DateSpan, Day, Days, Written
from routing.hours import SHANGHAI, Closure, ExtraOpening, Hours, Span, together, without

__all__ = [
    "SHANGHAI", "Calendar", "Closure", "Day", "Days", "ExtraOpening", "Hours", "Opening", "OwnDay", "Span", "closing",
    "day_of", "known_until", "next_opening", "opening", "reason", "spans_of", "turns", "unknown_years",
]  # fmt: skip

FARTHEST_CLOSING = timedelta(days=8)
"""Hours that stay open longer than this count as never closing."""

FARTHEST_OPENING = timedelta(days=400)
"""Hours that stay closed longer than this count as never opening again."""

_WEEKDAY_NAMES = "一二三四五六日"


class OwnDay(Written):
    """A day that this city keeps differently from the nation."""

    day: Literal["workday", "day off"]
    """How it counts."""
    why: str
    """Told wherever it is asked why the hotline is open or not."""


def _one_after_the_other(own_days: dict[Dates, OwnDay]) -> dict[Dates, OwnDay]:
    for one, next_one in pairwise(sorted(own_days)):
        if next_one.first <= one.last:
            raise ValueError(f"{next_one.first} stands under {one} and under {next_one}")
    return own_days


class Calendar(Written):
    """Named hours, the city's own days, and what is otherwise once."""

    hours: dict[str, tuple[Hours, ...]]
    """Name → rules; open when any of them says so."""
    own_days: Annotated[dict[DateSpan, OwnDay], AfterValidator(_one_after_the_other)] = Field(default_factory=dict)
    """Date or dates → how this city keeps them, or what the State Council has published and the library lacks."""
    closures: tuple[Closure, ...] = ()
    """Closed once, from an instant to another."""
    openings: tuple[ExtraOpening, ...] = ()
    """Open once, beside the rules."""

    def own_day(self, day: date) -> OwnDay | None:
        return next((own for dates, own in self.own_days.items() if dates.first <= day <= dates.last), None)


class Opening(NamedTuple):
    """Whether hours admit callers at an instant, and why."""

    open: bool
    why: str


def _arranged(holidays: Iterable[date]) -> frozenset[int]:
    """Years whose National Day is listed: New Year's Day alone may come with the year before."""
    return frozenset(day.year for day in holidays if (day.month, day.day) == (10, 1))


_ARRANGED_YEARS = _arranged(chinese_calendar.constants.holidays)


def known_until() -> date:
    """The last day whose national arrangement is known."""
    return date(max(_ARRANGED_YEARS), 12, 31)


def known_for(calendar: Calendar) -> date:
    """The last day that the nation's calendar or the city's own days know, without a gap."""
    year = known_until().year
    while _knows(calendar, year + 1):
        year += 1
    return date(year, 12, 31)


def unknown_years(first: date, last: date, calendar: Calendar | None = None) -> list[int]:
    """The years from the first day to the last whose arrangement neither the nation's calendar nor the city's knows."""
    return [year for year in range(first.year, last.year + 1) if not _knows(calendar, year)]


def _knows(calendar: Calendar | None, year: int) -> bool:
    """Operators who write National Day under `own_days` have copied the year's notice."""
    return year in _ARRANGED_YEARS or (calendar is not None and calendar.own_day(date(year, 10, 1)) is not None)


def day_of(calendar: Calendar, day: date) -> Day:
    """What kind of day it is in this city."""
    own = calendar.own_day(day)
    if own is not None:
        return Day(day, own.day == "workday", own.why, holiday=own.day == "day off")
    weekday = f"周{_WEEKDAY_NAMES[day.weekday()]}"
    weekend = day.weekday() >= 5
    listed = chinese_calendar.constants
    if day in listed.workdays:
        name = chinese_calendar.Holiday(listed.workdays[day]).chinese
        return Day(day, True, f"{name}调休上班（{weekday}）")
    if day in listed.holidays:
        return Day(day, False, chinese_calendar.Holiday(listed.holidays[day]).chinese, holiday=True)
    if not _knows(calendar, day.year):
        return Day(day, not weekend, f"{weekday}（{day.year}年节假日安排未知，按周一至周五上班）")
    return Day(day, not weekend, weekday)


def spans_of(calendar: Calendar, hours: str, day: Day) -> list[Span]:
    """When the named hours are open on that day, in order, none touching another."""
    spans = _planned(calendar, hours, day)
    for closure in calendar.closures:
        if closure.concerns(hours) and (cut := closure.span_on(day.date)) is not None:
            spans = without(spans, cut)
    return spans


def _planned(calendar: Calendar, hours: str, day: Day) -> list[Span]:
    """The day before any closure."""
    spans = [*_ruled(calendar, hours, day)]
    spans += (span for extra in calendar.openings if extra.concerns(hours) and (span := extra.span_on(day.date)))
    return together(spans)


def _ruled(calendar: Calendar, hours: str, day: Day) -> Iterator[Span]:
    return (span for rule in calendar.hours[hours] if rule.holds(day) for span in rule.open)


def reason(calendar: Calendar, hours: str, day: Day) -> str:
    """Why the named hours are what they are on that day: the day, and what is once on it."""
    planned = _planned(calendar, hours, day)
    cuts = [
        closure.why
        for closure in calendar.closures
        if closure.concerns(hours) and (cut := closure.span_on(day.date)) and without(planned, cut) != planned
    ]
    if cuts and not spans_of(calendar, hours, day):
        return "、".join(dict.fromkeys(cuts))
    extras = [extra.why for extra in calendar.openings if extra.concerns(hours) and extra.span_on(day.date)]
    return "，".join(dict.fromkeys([day.why, *extras, *cuts]))


def opening(calendar: Calendar, hours: str, at: datetime) -> Opening:
    """Whether the named hours admit callers at an aware instant."""
    local = _local(at)
    day = day_of(calendar, local.date())
    spans = spans_of(calendar, hours, day)
    since_midnight = local - _midnight(local.date())
    if _within(spans, since_midnight):
        if _within(_ruled(calendar, hours, day), since_midnight):
            return Opening(True, day.why)
        return Opening(True, next(e.why for e in calendar.openings if e.concerns(hours) and e.begin <= at < e.until))
    closed = (c.why for c in calendar.closures if c.concerns(hours) and c.begin <= at < c.until)
    why = next(closed, None) or reason(calendar, hours, day)
    return Opening(False, f"{why}，服务时间 {'、'.join(map(str, spans))}" if spans else why)


def closing(calendar: Calendar, hours: str, at: datetime) -> datetime | None:
    """When the present opening ends; None if closed now, or if it doesn't end within 8 days.

    Hours that run up to midnight and on from there are one opening.
    """
    for begin, end in _openings(calendar, hours, _local(at).date(), FARTHEST_CLOSING.days + 2):
        if begin <= at < end:
            return end if end - at <= FARTHEST_CLOSING else None
    return None


def next_opening(calendar: Calendar, hours: str, at: datetime) -> datetime | None:
    """When the named hours next turn from closed to open after an instant; None if not within 400 days.

    While open, that is the opening after the present one.
    """
    for begin, _ in _openings(calendar, hours, _local(at).date(), FARTHEST_OPENING.days + 2):
        if begin > at:
            return begin if begin - at <= FARTHEST_OPENING else None
    return None


def turns(calendar: Calendar, hours: str, after: datetime, until: datetime) -> Iterator[datetime]:
    """When the named hours open or close, after one aware instant and not after another, in order."""
    first, last = _local(after).date(), _local(until).date()
    for opening in _openings(calendar, hours, first, (last - first).days + 2):
        yield from (at for at in opening if after < at <= until)


def _openings(calendar: Calendar, hours: str, first: date, days: int) -> Iterator[tuple[datetime, datetime]]:
    """From the first day's midnight on, each opening's first instant and the first after it."""
    present: tuple[datetime, datetime] | None = None
    for ahead in range(days):
        day = first + timedelta(days=ahead)
        midnight = _midnight(day)
        for span in spans_of(calendar, hours, day_of(calendar, day)):
            begin, end = midnight + span.begin, midnight + span.end
            if present is not None and present[1] == begin:
                present = (present[0], end)
                continue
            if present is not None:
                yield present
            present = (begin, end)
    if present is not None:
        yield present


def _within(spans: Iterable[Span], since_midnight: timedelta) -> bool:
    return any(span.begin <= since_midnight < span.end for span in spans)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, SHANGHAI)


def _local(at: datetime) -> datetime:
    if at.tzinfo is None:
        raise ValueError("an instant without a time zone would depend on the machine's")
    return at.astimezone(SHANGHAI)
