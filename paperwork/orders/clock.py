"""The clocks of a work order. Pure: instants and the calendar are arguments.

A clock counts workdays of the city's own calendar, or runs on the wall at any hour. A span of workdays ends with the
last day that it counts: what came in on any hour of a day has the first workday after it as its first.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Annotated, Any, Final

from pydantic import PlainSerializer, PlainValidator, WithJsonSchema

from paperwork.orders.words import Clock
from routing.calendar import SHANGHAI, Calendar, day_of

MOST_WORKDAYS: Final = 250
"""A year's; nothing is given more time."""

_SPAN = re.compile(r"([1-9][0-9]{0,3}) ?(workdays?|min|h|个工作日)")
_END_OF_DAY = time(23, 59, 59, 999_000)


@dataclass(frozen=True, slots=True)
class Span:
    """How much time there is: workdays, or else a stretch of the wall's time."""

    workdays: int = 0
    wall: timedelta = timedelta(0)

    def __str__(self) -> str:
        if self.workdays:
            return f"{self.workdays} workday{'s' * (self.workdays > 1)}"
        minutes = round(self.wall.total_seconds() / 60)
        return f"{minutes // 60} h" if minutes % 60 == 0 else f"{minutes} min"


def span_of(text: Any) -> Span:
    """The span of a text like `7 workdays`, `2 h`, `15 min`. Raises ValueError."""
    if isinstance(text, Span):
        return text
    match = _SPAN.fullmatch(text) if isinstance(text, str) else None
    if match is None:
        raise ValueError("write a span like 7 workdays, 2 h or 15 min")
    count, unit = int(match[1]), match[2]
    if unit == "min":
        return Span(wall=timedelta(minutes=count))
    if unit == "h":
        return Span(wall=timedelta(hours=count))
    if count > MOST_WORKDAYS:
        raise ValueError(f"at most {MOST_WORKDAYS} workdays")
    return Span(workdays=count)


Within = Annotated[
    Span,
    PlainValidator(span_of),
    PlainSerializer(str, return_type=str, when_used="json"),
    WithJsonSchema({"type": "string", "pattern": f"^(?:{_SPAN.pattern})$"}),
]
"""Written `7 workdays`, `2 h`, `15 min`."""


@dataclass(frozen=True, slots=True)
class Hours:
    """When a counted workday begins and ends: time runs out at `end`, people are told from `begin` on."""

    begin: time = time(8, 30)
    end: time | None = None
    """None is midnight."""

    def began(self, day: date) -> datetime:
        return datetime.combine(day, self.begin, SHANGHAI)

    def ended(self, day: date) -> datetime:
        """The last instant of a workday that is in time."""
        return datetime.combine(day, self.end or _END_OF_DAY, SHANGHAI)


@dataclass(frozen=True, slots=True)
class Running:
    """A clock as it was started: nothing that the operators change afterwards moves it."""

    clock: Clock
    since: datetime
    until: datetime
    """The last instant in time."""
    workdays: bool

    def to_data(self) -> dict[str, Any]:
        """As it is filed."""
        return {
            "clock": str(self.clock),
            "since": self.since.isoformat(),
            "until": self.until.isoformat(),
            "workdays": self.workdays,
        }

    @classmethod
    def from_data(cls, data: dict[str, Any]) -> Running:
        """What `to_data` filed."""
        since, until = (datetime.fromisoformat(data[name]) for name in ("since", "until"))
        return cls(Clock(data["clock"]), since, until, data["workdays"])


def workday_after(calendar: Calendar, day: date, count: int) -> date:
    """The `count`-th workday after a day, which does not count itself; with 0 the day itself."""
    while count > 0:
        day += timedelta(days=1)
        count -= day_of(calendar, day).workday
    return day


def workday_before(calendar: Calendar, day: date, count: int) -> date:
    """The `count`-th workday before a day, which does not count itself."""
    while count > 0:
        day -= timedelta(days=1)
        count -= day_of(calendar, day).workday
    return day


def workdays_between(calendar: Calendar, first: date, last: date) -> int:
    """How many workdays come after the first day, up to the last one, which counts."""
    days = (first + timedelta(days=ahead) for ahead in range(1, (last - first).days + 1))
    return sum(day_of(calendar, day).workday for day in days)


def start(clock: Clock, since: datetime, within: Span, calendar: Calendar, hours: Hours) -> Running:
    """Start a clock."""
    if within.workdays:
        last = workday_after(calendar, local_day(since), within.workdays)
        return Running(clock, since, hours.ended(last), workdays=True)
    return Running(clock, since, since + within.wall, workdays=False)


def prolong(running: Running, at: datetime, workdays: int, calendar: Calendar, hours: Hours) -> Running:
    """The clock with so many workdays more, counted on from where it would have ended."""
    last = workday_after(calendar, local_day(running.until), workdays)
    return Running(running.clock, at, hours.ended(last), workdays=True)


def local_day(at: datetime) -> date:
    """The day in China."""
    return at.astimezone(SHANGHAI).date()


# ── steps on the way ────────────────────────────────────────────────────────

_STEP = re.compile(r"(deadline)|([1-9][0-9]?) ?%|([1-9][0-9]{0,3}) ?(workdays?|min|h) (before|after)")


@dataclass(frozen=True, slots=True)
class Moment:
    """When on a clock's way something is due: a share of its time, or a span before or after its end."""

    percent: int | None = None
    span: Span | None = None
    after: bool = False

    def __str__(self) -> str:
        if self.percent is not None:
            return f"{self.percent} %"
        return "deadline" if self.span is None else f"{self.span} {'after' if self.after else 'before'}"

    def at(self, running: Running, calendar: Calendar, hours: Hours) -> datetime:
        """The instant. In workdays: when the day begins, so that people are told who are there.

        A moment before the end never comes before the clock was started; a percentage counts full workdays, half up.
        """
        if self.percent is not None:
            return self._share(running, calendar, hours, self.percent)
        if self.span is None:
            return running.until
        if not self.span.workdays:
            return max(running.since, running.until + (self.span.wall if self.after else -self.span.wall))
        last, count = local_day(running.until), self.span.workdays
        if self.after:
            return hours.began(workday_after(calendar, last, count))
        return max(running.since, hours.began(workday_before(calendar, last, count)))

    @staticmethod
    def _share(running: Running, calendar: Calendar, hours: Hours, percent: int) -> datetime:
        if not running.workdays:
            return running.since + (running.until - running.since) * percent / 100
        first, last = local_day(running.since), local_day(running.until)
        days = workdays_between(calendar, first, last)
        if not days:
            return running.since  # a clock of one day, begun on that day
        gone = (days * percent + 50) // 100
        return max(running.since, hours.began(workday_after(calendar, first, max(1, gone))))


def moment_of(text: Any) -> Moment:
    """The moment of a text like `50 %`, `1 workday before`, `deadline`, `30 min after`. Raises ValueError."""
    if isinstance(text, Moment):
        return text
    match = _STEP.fullmatch(text) if isinstance(text, str) else None
    if match is None:
        raise ValueError("write a moment like 50 %, 1 workday before, 30 min before, deadline or 1 workday after")
    if match[1]:
        return Moment()
    if match[2]:
        return Moment(percent=int(match[2]))
    return Moment(span=span_of(f"{match[3]} {match[4]}"), after=match[5] == "after")


When = Annotated[
    Moment,
    PlainValidator(moment_of),
    PlainSerializer(str, return_type=str, when_used="json"),
    WithJsonSchema({"type": "string", "pattern": f"^(?:{_STEP.pattern})$"}),
]
"""Written `50 %`, `1 workday before`, `deadline`, `1 workday after`."""
