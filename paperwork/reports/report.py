"""A report as a value: what is counted, not how it looks. Every rendering shows the same tables.

`Report.data` is what `--format json` prints where the outside contract fixes its form; otherwise the tables are told.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any

from routing.calendar import SHANGHAI

Value = str | int | Decimal | date | datetime | None
"""What stands in a cell. Percentages are Decimals that were rounded where they were made; seconds are Decimals."""


@dataclass(frozen=True, slots=True)
class Period:
    """Days of China's calendar, from `since` until before `until`. Raises ValueError for none at all."""

    since: date
    until: date

    def __post_init__(self) -> None:
        if self.until <= self.since:
            raise ValueError(f"no day lies from {self.since} until before {self.until}: `--to` is exclusive")

    @property
    def begin(self) -> datetime:
        return datetime.combine(self.since, time(), SHANGHAI)

    @property
    def end(self) -> datetime:
        return datetime.combine(self.until, time(), SHANGHAI)

    @property
    def last(self) -> date:
        """The last day."""
        return self.until - timedelta(days=1)


def days_of(period: Period) -> Mapping[str, str]:
    """As the `drill` of a cell that is of other days than its report."""
    return {"from": period.since.isoformat(), "to": period.until.isoformat()}


class Shape(StrEnum):
    """How a column's values are written and aligned."""

    TEXT = "text"
    COUNT = "count"
    PERCENT = "percent"
    SECONDS = "seconds"
    POINTS = "points"
    TIME = "time"
    DAY = "day"


@dataclass(frozen=True, slots=True)
class Column:
    """`drill` says what the column's numbers have in common beside their row's `drill`: an empty word takes the row's
    word away, `from` and `to` (exclusive) are other days than the report's. Without any, they open nothing."""

    id: str
    title: str
    shape: Shape = Shape.TEXT
    drill: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """`values` as the table's columns. `drill` says which calls are behind it, as a query of the API's lists."""

    values: tuple[Value, ...]
    level: int = 0
    total: bool = False
    drill: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """`counted` is the column whose numbers the rows' `drill` lists one by one; other columns add theirs.

    With `each` a row's `drill` is that list, and the value of `counted` in the row: a dictionary for each of 300,000
    rows would be memory for nothing.
    """

    id: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    note: str = ""
    counted: str | None = None
    each: str | None = None

    def drill_of(self, row: Row) -> Mapping[str, str] | None:
        """What is behind a row's number, as a query of the API's lists."""
        if self.each is None or self.counted is None:
            return row.drill
        place = next(place for place, column in enumerate(self.columns) if column.id == self.counted)
        return {"list": self.each, self.counted: str(row.values[place])}

    def drill_at(self, row: Row, column: Column) -> Mapping[str, str] | None:
        """What is behind one cell."""
        drill = self.drill_of(row)
        if drill is None or column.id == self.counted:
            return drill
        if column.drill is None:
            return None
        return {word: value for word, value in {**drill, **column.drill}.items() if value}


class Look(StrEnum):
    """How a chart shows its numbers."""

    BARS = "bars"
    LINES = "lines"
    STACKED = "stacked"


@dataclass(frozen=True, slots=True)
class Chart:
    """Of the table `table`: column `across` along the axis, `columns` as series; rows of totals are left out."""

    title: str
    look: Look
    table: str
    across: str
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """`form` is the number of the official form whose layout it is printed in (`附件8`), `heads` its head's fields."""

    name: str
    title: str
    hotline: str
    period: Period
    made: datetime
    tables: tuple[Table, ...]
    sentences: tuple[str, ...] = ()
    charts: tuple[Chart, ...] = ()
    form: str | None = None
    heads: Mapping[str, str] = field(default_factory=dict)
    data: Mapping[str, Any] | None = None
