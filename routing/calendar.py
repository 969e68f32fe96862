"""When lines are open: named hours over the Chinese workday calendar, with the city's own days on top.

The national holidays and make-up workdays (调休) come from `chinesecalendar`, which knows the years whose
arrangement the State Council has published and no other. A day beyond them counts as a workday from Monday to Friday
and says so in its `why`.
"""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta, timezone
from enum import StrEnum
from typing import Annotated, Any, Literal, NamedTuple

import chinese_calendar
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

SHANGHAI = timezone(timedelta(hours=8), "Asia/Shanghai")
"""China keeps one time all year (no summer time since 1991)."""

_MIDNIGHT = timedelta(hours=24)
_SPAN = re.compile(r"^(\d{1,2}):(\d{2})\s*-\s*(\d{1,2}):(\d{2})$")
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_WEEKDAY_NAMES = "一二三四五六日"


class Span(NamedTuple):
    """Open from `begin` until just before `end`, both since midnight."""

    begin: timedelta
    end: timedelta

    def __str__(self) -> str:
        return f"{_clock(self.begin)}-{_clock(self.end)}"


def _clock(since_midnight: timedelta) -> str:
    minutes = int(since_midnight.total_seconds()) // 60
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def _span(value: Any) -> Any:
    if isinstance(value, Span):
        return value
    match = _SPAN.match(value) if isinstance(value, str) else None
    if match is None:
        raise ValueError("write open hours like 8:30-16:30")
    h1, m1, h2, m2 = map(int, match.groups())
    span = Span(timedelta(hours=h1, minutes=m1), timedelta(hours=h2, minutes=m2))
    if m1 > 59 or m2 > 59 or span.end > _MIDNIGHT or span.begin >= span.end:
        raise ValueError("open hours run forward within one day, 0:00-24:00 at most")
    return span


class Days(StrEnum):
    """Which days a rule of hours speaks of, beside lists of weekdays."""

    WORKDAYS = "workdays"
    DAYS_OFF = "days off"
    EVERY_DAY = "every day"


Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


class _Written(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Hours(_Written):
    """On these days, open at these times."""

    on: Days | tuple[Weekday, ...]
    open: tuple[Annotated[Span, BeforeValidator(_span)], ...]

    def holds(self, day: Day) -> bool:
        match self.on:
            case Days.EVERY_DAY:
                return True
            case Days.WORKDAYS:
                return day.workday
            case Days.DAYS_OFF:
                return not day.workday
            case weekdays:
                return _WEEKDAYS[day.date.weekday()] in weekdays


class OwnDay(_Written):
    """A day that this city keeps differently from the nation."""

    day: Literal["workday", "day off"]
    why: str


class Calendar(_Written):
    """Named hours, and the city's own days."""

    hours: dict[str, tuple[Hours, ...]]
    own_days: dict[date, OwnDay] = Field(default_factory=dict)


class Day(NamedTuple):
    """What kind of day it is, and why."""

    date: date
    workday: bool
    why: str


class Opening(NamedTuple):
    """Whether hours admit callers at an instant, and why."""

    open: bool
    why: str


def known_until() -> date:
    """The last day whose national arrangement is known."""
    return date(max(day.year for day in chinese_calendar.constants.holidays), 12, 31)


def day_of(calendar: Calendar, day: date) -> Day:
    """What kind of day it is in this city."""
    own = calendar.own_days.get(day)
    if own is not None:
        return Day(day, own.day == "workday", own.why)
    weekday = f"周{_WEEKDAY_NAMES[day.weekday()]}"
    weekend = day.weekday() >= 5
    try:
        off, holiday = chinese_calendar.get_holiday_detail(day)
    except NotImplementedError:
        return Day(day, not weekend, f"{weekday}（{day.year}年节假日安排未知，按周一至周五上班）")
    name = chinese_calendar.Holiday(holiday).chinese if holiday else None
    if off:
        return Day(day, False, name or weekday)
    return Day(day, True, f"{name}调休上班（{weekday}）" if name and weekend else weekday)


def spans_of(calendar: Calendar, hours: str, day: Day) -> list[Span]:
    """When the named hours are open on that day, in order."""
    return sorted(span for rule in calendar.hours[hours] if rule.holds(day) for span in rule.open)


def opening(calendar: Calendar, hours: str, at: datetime) -> Opening:
    """Whether the named hours admit callers at an aware instant."""
    local = at.astimezone(SHANGHAI)
    day = day_of(calendar, local.date())
    spans = spans_of(calendar, hours, day)
    since_midnight = local.replace(tzinfo=None) - datetime.combine(local.date(), time.min)
    if any(span.begin <= since_midnight < span.end for span in spans):
        return Opening(True, day.why)
    if not spans:
        return Opening(False, day.why)
    return Opening(False, f"{day.why}，服务时间 {'、'.join(map(str, spans))}")
