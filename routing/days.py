"""Days as operators write them: by the workday calendar, by the week or month, by date."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Annotated, Any, NamedTuple

from pydantic import BaseModel, BeforeValidator, ConfigDict, PlainSerializer, PlainValidator, WithJsonSchema

DATE = r"2[0-9]{3}-[0-9]{2}-[0-9]{2}"
"""How a date is written."""

DATES = rf"({DATE})(?:\s*\.\.\s*({DATE}))?"
"""How a stretch of days is written."""

_DATES = re.compile(DATES)
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_NTH = ("last", "1st", "2nd", "3rd", "4th", "5th")
_NTH_WEEKDAY = re.compile(rf"(?:({'|'.join(_NTH)})\s+)?({'|'.join(_WEEKDAYS)})")


class Written(BaseModel):
    """What operators write: no unknown keys, never changed."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


class Day(NamedTuple):
    """What kind of day it is, and why."""

    date: date
    workday: bool
    why: str
    holiday: bool = False
    """Off by arrangement: a public holiday with the days around it, or the city's own day off; no plain weekend."""


class Days(StrEnum):
    """Which days a rule of hours speaks of, by the workday calendar."""

    WORKDAYS = "workdays"
    DAYS_OFF = "days off"
    EVERY_DAY = "every day"

    def hold(self, day: Day) -> bool:
        match self:
            case Days.EVERY_DAY:
                return True
            case Days.WORKDAYS:
                return day.workday
            case Days.DAYS_OFF:
                return not day.workday


class Weekday(NamedTuple):
    """A day of the week (Monday is 0): each, the 1st to 5th of a month, or with `nth` 0 the last."""

    weekday: int
    nth: int | None = None

    def hold(self, day: Day) -> bool:
        if day.date.weekday() != self.weekday:
            return False
        if self.nth == 0:
            return (day.date + timedelta(days=7)).month != day.date.month
        return self.nth is None or (day.date.day - 1) // 7 + 1 == self.nth

    def __str__(self) -> str:
        name = _WEEKDAYS[self.weekday]
        return name if self.nth is None else f"{_NTH[self.nth]} {name}"


class Dates(NamedTuple):
    """From one date to another, both included."""

    first: date
    last: date

    def hold(self, day: Day) -> bool:
        return self.first <= day.date <= self.last

    def __str__(self) -> str:
        return f"{self.first}" if self.first == self.last else f"{self.first}..{self.last}"


def _date(value: Any) -> date:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    if not isinstance(value, str) or not re.fullmatch(DATE, value):
        raise ValueError("write a date like 2026-12-01")
    return day_written(value)


def day_written(text: str) -> date:
    """The day of a text that looks like one. Raises ValueError."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"there is no day {text}") from None


def _dates(value: Any) -> Dates:
    if isinstance(value, Dates):
        return value
    match = _DATES.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise ValueError("write a date like 2026-12-01, or dates like 2026-12-01..2026-12-05")
    first = day_written(match[1])
    last = day_written(match[2] or match[1])
    if last < first:
        raise ValueError("the last date comes before the first")
    return Dates(first, last)


def _when(value: Any) -> Days | Weekday | Dates:
    if isinstance(value, Days | Weekday | Dates):
        return value
    if isinstance(value, str):
        if value in set(Days):
            return Days(value)
        if match := _NTH_WEEKDAY.fullmatch(value):
            nth, weekday = match.groups()
            return Weekday(_WEEKDAYS.index(weekday), None if nth is None else _NTH.index(nth))
        if _DATES.fullmatch(value):
            return _dates(value)
    raise ValueError(
        "write workdays, days off, every day, a weekday like tue, 2nd tue or last tue of a month, "
        "a date like 2026-12-01, or dates like 2026-12-01..2026-12-05"
    )


def listed(value: Any) -> Any:
    """One text counts as a list of one."""
    return (value,) if isinstance(value, str) else value


AS_TEXT = PlainSerializer(str, return_type=str, when_used="json")
"""Written out again as it was written."""


def one_or_many(pattern: str) -> WithJsonSchema:
    """The schema of one text or a list of them."""
    one = {"type": "string", "pattern": f"^(?:{pattern})$"}
    return WithJsonSchema({"anyOf": [one, {"type": "array", "items": one}]})


Date = Annotated[date, PlainValidator(_date), AS_TEXT, WithJsonSchema({"type": "string", "format": "date"})]
"""Written `2026-12-01`."""

DateSpan = Annotated[
    Dates, PlainValidator(_dates), AS_TEXT, WithJsonSchema({"type": "string", "pattern": f"^{_DATES.pattern}$"})
]
"""Written `2026-12-01` or `2026-12-01..2026-12-05`."""

When = Annotated[
    tuple[Annotated[Days | Weekday | Dates, PlainValidator(_when), AS_TEXT], ...],
    BeforeValidator(listed),
    one_or_many(f"{'|'.join(Days)}|{_NTH_WEEKDAY.pattern}|{_DATES.pattern}"),
]
"""One or several of `workdays`, `days off`, `every day`, `tue`, `2nd tue`, `last tue`, a date, `DATE..DATE`."""
