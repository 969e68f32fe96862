"""Hours as operators write them: on these days, at these times, and once otherwise.

Several rules of the same hours add up. What is written once (`closures`, `openings`) comes on top; a closure wins.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta, timezone
from functools import partial
from itertools import pairwise
from typing import Annotated, Any, Literal, NamedTuple, Self

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    PlainSerializer,
    PlainValidator,
    StringConstraints,
    WithJsonSchema,
    model_validator,
)

from routing.days import AS_TEXT, DATE, Date, Day, When, Written, day_written, listed, one_or_many

SHANGHAI = timezone(timedelta(hours=8), "Asia/Shanghai")
"""China keeps one time all year (no summer time since 1991)."""

WHOLE_DAY = timedelta(hours=24)

_SPAN = re.compile(r"([0-9]{1,2}):([0-9]{2})\s*-\s*([0-9]{1,2}):([0-9]{2})")
_INSTANT = re.compile(rf"({DATE})(?:[T ]([0-9]{{1,2}}):([0-9]{{2}})(?::([0-9]{{2}}))?(Z|[+-][0-9]{{2}}:[0-9]{{2}})?)?")


class Span(NamedTuple):
    """Open from `begin` until just before `end`, both since midnight."""

    begin: timedelta
    end: timedelta

    def __str__(self) -> str:
        return f"{_clock(self.begin)}-{_clock(self.end)}"


def _clock(since_midnight: timedelta) -> str:
    minutes = int(since_midnight.total_seconds()) // 60
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def together(spans: Iterable[Span]) -> list[Span]:
    """The same times in order, with those that touch or overlap made one."""
    joined: list[Span] = []
    for span in sorted(spans):
        if joined and span.begin <= joined[-1].end:
            joined[-1] = Span(joined[-1].begin, max(joined[-1].end, span.end))
        else:
            joined.append(span)
    return joined


def without(spans: Iterable[Span], cut: Span) -> list[Span]:
    """What the cut leaves of the spans."""
    pieces = [
        piece
        for span in spans
        for piece in (Span(span.begin, min(span.end, cut.begin)), Span(max(span.begin, cut.end), span.end))
    ]
    return [piece for piece in pieces if piece.begin < piece.end]


def _span(value: Any) -> Span:
    if isinstance(value, Span):
        return value
    match = _SPAN.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise ValueError("write open hours like 8:30-16:30")
    h1, m1, h2, m2 = map(int, match.groups())
    span = Span(timedelta(hours=h1, minutes=m1), timedelta(hours=h2, minutes=m2))
    if m1 > 59 or m2 > 59 or span.end > WHOLE_DAY or span.begin >= span.end:
        raise ValueError("open hours run forward within one day, 0:00-24:00 at most")
    return span


def _one_after_the_other(spans: tuple[Span, ...]) -> tuple[Span, ...]:
    for one, next_one in pairwise(sorted(spans)):
        if next_one.begin < one.end:
            raise ValueError(f"the open hours {one} and {next_one} overlap; let one end before the next begins")
    return spans


def _instant(value: Any, *, at_the_end_of: bool) -> datetime:
    if isinstance(value, datetime):
        return value if value.tzinfo is not None else value.replace(tzinfo=SHANGHAI)
    match = _INSTANT.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise ValueError("write an instant like 2026-12-01T12:00, or a date like 2026-12-01")
    midnight = datetime.combine(day_written(match[1]), time.min, _zone(match[5]))
    if match[2] is None:
        return midnight + (WHOLE_DAY if at_the_end_of else timedelta())
    hours, minutes, seconds = int(match[2]), int(match[3]), int(match[4] or 0)
    since = timedelta(hours=hours, minutes=minutes, seconds=seconds)
    if minutes > 59 or seconds > 59 or since > WHOLE_DAY:
        raise ValueError("a time of day is between 0:00 and 24:00")
    return midnight + since


def _zone(offset: str | None) -> timezone:
    if offset is None:
        return SHANGHAI
    if offset == "Z":
        return UTC
    hours, minutes = int(offset[1:3]), int(offset[4:6])
    if hours > 14 or minutes > 59:
        raise ValueError("an offset is at most 14 hours")
    ahead = timedelta(hours=hours, minutes=minutes)
    return timezone(ahead if offset[0] == "+" else -ahead)


_INSTANT_TEXT = PlainSerializer(datetime.isoformat, return_type=str, when_used="json")
_INSTANT_SCHEMA = WithJsonSchema({"type": "string", "pattern": f"^{_INSTANT.pattern}$"})
_From = Annotated[datetime, PlainValidator(partial(_instant, at_the_end_of=False)), _INSTANT_TEXT, _INSTANT_SCHEMA]
_Until = Annotated[datetime, PlainValidator(partial(_instant, at_the_end_of=True)), _INSTANT_TEXT, _INSTANT_SCHEMA]
_Open = Annotated[Span, PlainValidator(_span), AS_TEXT]
_Names = Annotated[tuple[str, ...], BeforeValidator(listed), one_or_many("[^ ]+")]


class Hours(Written):
    """On these days, open at these times.

    A weekday is a weekday on a public holiday too, and a make-up Saturday is a Saturday. An expert's session, "every
    Thursday 14:00-16:00", wants `holidays: closed`: on the Thursday that is National Day nobody sits there, and no
    Saturday is worked as a Thursday in its stead. Where one falls out and is made up for, `openings` has the date.
    """

    on: When
    """Which days: one or several of `workdays`, `days off`, `every day`, weekdays, nth weekdays, dates."""
    open: Annotated[
        tuple[_Open, ...], BeforeValidator(listed), AfterValidator(_one_after_the_other), one_or_many(_SPAN.pattern)
    ]
    """One span or several, with breaks between them."""
    begin: Annotated[Date | None, Field(alias="from")] = None
    """The rule's first day; none means always until `until`."""
    until: Date | None = None
    """The rule's last day, included."""
    holidays: Literal["open", "closed"] = "open"
    """`closed`: the rule doesn't hold on days off by arrangement (see `Day.holiday`), whatever `on` says."""

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> Self:
        if self.begin is not None and self.until is not None and self.until < self.begin:
            raise ValueError("`until` comes before `from`")
        return self

    def holds(self, day: Day) -> bool:
        if self.holidays == "closed" and day.holiday:
            return False
        if (self.begin is not None and day.date < self.begin) or (self.until is not None and self.until < day.date):
            return False
        return any(days.hold(day) for days in self.on)


class _Once(Written):
    begin: Annotated[_From, Field(alias="from")]
    """First instant, in Shanghai's time unless written with an offset; a date alone is its midnight."""
    until: _Until
    """First instant after; a date alone includes that day."""
    why: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80)]
    """In words for people, like 机房检修."""

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> Self:
        if self.until <= self.begin:
            raise ValueError("`until` must come after `from`")
        return self

    def span_on(self, day: date) -> Span | None:
        """The part of it that falls on a day."""
        midnight = datetime.combine(day, time.min, SHANGHAI)
        span = Span(max(self.begin - midnight, timedelta()), min(self.until - midnight, WHOLE_DAY))
        return span if span.begin < span.end else None


class Closure(_Once):
    """Closed once, whatever the rules and the extra openings say.

    Without `hours` it closes all of them, those that never close included: it says that the hotline is shut. Who
    wants the emergency line to stay open names the others.
    """

    hours: _Names | None = None
    """Names of the hours that it closes; all of them where none is written."""

    def concerns(self, hours: str) -> bool:
        return self.hours is None or hours in self.hours


class ExtraOpening(_Once):
    """Open once, beside the rules. It names its hours: an evening of the office brings no expert's session."""

    hours: _Names
    """Names of the hours that it opens."""

    def concerns(self, hours: str) -> bool:
        return hours in self.hours
