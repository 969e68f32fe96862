"""What was counted in a span of days: answer records and the rows that were imported, grouped by the database.

A record counts when it is filled; one of a test never does. Only sums over the few keys come back, however many calls
there were.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise

from sqlalchemy import ColumnElement, case, false, func, literal, select

from paperwork.kind import Kind
from paperwork.reports.reading import Reading
from paperwork.reports.report import Period
from records.paper_tables import answers, past_rows
from records.tables import cdr

OWN = "own"
"""The tree whose codes answer records bear."""


@dataclass(frozen=True, slots=True)
class Key:
    """Of what was counted: `category` is a code of our own tree when `tree` is None, a path in `tree` otherwise."""

    month: int
    kind: Kind
    tree: str | None
    category: str | None
    place: str | None


@dataclass(frozen=True, slots=True)
class Counted:
    key: Key
    count: int


@dataclass(frozen=True, slots=True)
class Completeness:
    """Answer records that should be filled, and how many are."""

    records: int
    filled: int

    @property
    def unfilled(self) -> int:
        return self.records - self.filled


async def known(store: Reading, line: str) -> bool:
    """Whether a record, an imported row or a call is of this line, be it in the plan or not."""
    for column in (answers.c.line, past_rows.c.line, cdr.c.line):
        if await store.row(select(column).where(column == line).limit(1)) is not None:
            return True
    return False


def months_of(period: Period) -> tuple[Period, ...]:
    """The period cut at the first days of months."""
    firsts = [period.since]
    while (following := _next_month(firsts[-1])) < period.until:
        firsts.append(following)
    return tuple(Period(since, until) for since, until in pairwise([*firsts, period.until]))


def _next_month(day: date) -> date:
    return date(day.year + day.month // 12, day.month % 12 + 1, 1)


def of_answers(period: Period, line: str | None) -> list[ColumnElement[bool]]:
    """Which answer records count: filled ones of these days that are no test's."""
    return [*answers_due(period, line), answers.c.filled.is_not(None), answers.c.kind.is_not(None)]


def answers_due(period: Period, line: str | None) -> list[ColumnElement[bool]]:
    """The answer records of these days that are no test's, filled or not."""
    conditions = [answers.c.at >= period.begin, answers.c.at < period.end, answers.c.test == false()]
    return conditions if line is None else [*conditions, answers.c.line == line]


def of_past(period: Period, line: str | None) -> list[ColumnElement[bool]]:
    """Which imported rows count."""
    conditions = [past_rows.c.at >= period.begin, past_rows.c.at < period.end]
    return conditions if line is None else [*conditions, past_rows.c.line == line]


async def counted(store: Reading, months: Sequence[Period], line: str | None = None) -> list[Counted]:
    """Everything that counts in these months, which follow each other; `Key.month` is a month's place among them."""
    whole = Period(months[0].since, months[-1].until)
    return [*await _answered(store, whole, months, line), *await _imported(store, whole, months, line)]


async def _answered(store: Reading, whole: Period, months: Sequence[Period], line: str | None) -> Iterator[Counted]:
    keys = (answers.c.kind, answers.c.category, answers.c.place)
    month = _month(answers.c.at, months).label("month")
    query = select(month, *keys, func.count().label("count")).where(*of_answers(whole, line)).group_by(month, *keys)
    rows = await store.rows(query)
    return (
        Counted(Key(row["month"], Kind(row["kind"]), None, row["category"], row["place"]), row["count"]) for row in rows
    )


async def _imported(store: Reading, whole: Period, months: Sequence[Period], line: str | None) -> Iterator[Counted]:
    keys = (past_rows.c.kind, past_rows.c.tree, past_rows.c.path, past_rows.c.place)
    month = _month(past_rows.c.at, months).label("month")
    total = func.sum(past_rows.c.count).label("total")
    rows = await store.rows(select(month, *keys, total).where(*of_past(whole, line)).group_by(month, *keys))
    return (
        Counted(
            Key(row["month"], Kind(row["kind"]), row["tree"] or OWN, row["path"], row["place"]),
            int(row["total"]),
        )
        for row in rows
    )


def _month(at: ColumnElement[datetime], months: Sequence[Period]) -> ColumnElement[int]:
    """Which of the months an instant of them lies in. A constant could not be grouped by, hence `else`."""
    later = [(at >= month.begin, literal(place, literal_execute=True)) for place, month in enumerate(months) if place]
    if not later:
        return case((at.is_not(None), literal(0, literal_execute=True)), else_=literal(0, literal_execute=True))
    return case(*reversed(later), else_=literal(0, literal_execute=True))


async def kinds_counted(store: Reading, period: Period, line: str | None = None) -> dict[Kind, int]:
    """How many there were of each kind; those that never occurred are not there."""
    found: dict[Kind, int] = {}
    asked = (
        select(answers.c.kind, func.count().label("total")).where(*of_answers(period, line)).group_by(answers.c.kind),
        select(past_rows.c.kind, func.sum(past_rows.c.count).label("total"))
        .where(*of_past(period, line))
        .group_by(past_rows.c.kind),
    )
    for query in asked:
        for row in await store.rows(query):
            kind = Kind(row["kind"])
            found[kind] = found.get(kind, 0) + int(row["total"])
    return found


async def completeness(store: Reading, period: Period, line: str | None = None) -> Completeness:
    """Of the answer records of these days that are no test's."""
    filled = case((answers.c.filled.is_not(None) & answers.c.kind.is_not(None), 1), else_=0)
    query = select(func.count().label("records"), func.sum(filled).label("filled")).where(*answers_due(period, line))
    row = await store.row(query)
    return Completeness(row["records"], int(row["filled"] or 0)) if row is not None else Completeness(0, 0)
