"""What came in and what became of it: one row for each answer record, each order of no call, each imported row.

Counting groups these rows, drilling down lists them: both ask the same statement, so they cannot disagree.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    ColumnElement,
    RowMapping,
    Select,
    Subquery,
    Text,
    and_,
    case,
    cast,
    exists,
    false,
    func,
    literal,
    null,
    or_,
    select,
    union_all,
)

from paperwork.kind import Kind
from paperwork.orders.state import State
from paperwork.reports.counted import OWN, Key, of_answers, of_past
from paperwork.reports.reading import Reading
from paperwork.reports.report import Period
from records.paper_tables import answers, orders, past_rows


class Source(StrEnum):
    """Where a row comes from."""

    ANSWER = "answer"
    ORDER = "order"
    PAST = "past"


class Fate(StrEnum):
    """What became of a case."""

    SETTLED = "settled"  # by the hotline itself, on the telephone or later
    OUT = "out"  # handed on to a unit, which has neither done it yet nor sent it back
    OUT_DONE = "out_done"
    PENDING = "pending"  # neither settled nor handed on
    IMPORTED = "imported"  # of a past of which nobody knows it


@dataclass(frozen=True, slots=True)
class Cases:
    """So many cases of one kind and category that came to the same. `key.month` is 0."""

    key: Key
    source: Source
    fate: Fate
    count: int


def live_orders() -> list[ColumnElement[bool]]:
    """Orders that count: no test's, and not taken back."""
    return [orders.c.test == false(), orders.c.state != State.VOID]


def case_rows(period: Period, line: str | None = None, only: Collection[str] = ()) -> Subquery:
    """All cases of a period, as rows: `source, id, number, at, line, agent, kind, tree, category, place, fate, count`.

    An order of a call that has a counted record is no case of its own; what became of it is the record's fate. With
    `only` nothing but these is read: they stand in an index, the rest in each row.
    """
    parts: list[Select[Any]] = [_answered(period, line), _ordered(period, line), _imported(period, line)]
    if only:
        parts = [one.with_only_columns(*(c for c in one.selected_columns if c.key in only)) for one in parts]
    return union_all(*parts).subquery("cases")


def _answered(period: Period, line: str | None) -> Select[Any]:
    handed = handed_out()
    of_call = (
        select(
            orders.c.call.label("call"),
            func.max(case((handed, 1), else_=0)).label("out"),
            func.min(case((_over(), 1), else_=0)).label("over"),
        )
        .where(*live_orders(), orders.c.call.is_not(None))
        .group_by(orders.c.call)
        .subquery("of_call")
    )
    fate = case(
        (of_call.c.call.is_(None) & (answers.c.settled == "on_the_spot"), literal(Fate.SETTLED.value)),
        (of_call.c.call.is_(None), literal(Fate.PENDING.value)),
        ((of_call.c.out == 1) & (of_call.c.over == 1), literal(Fate.OUT_DONE.value)),
        (of_call.c.out == 1, literal(Fate.OUT.value)),
        (of_call.c.over == 1, literal(Fate.SETTLED.value)),
        else_=literal(Fate.PENDING.value),
    )
    return (
        select(
            literal(Source.ANSWER.value).label("source"),
            answers.c.call.label("id"),
            answers.c.number,
            answers.c.at,
            answers.c.line,
            answers.c.agent,
            answers.c.kind,
            cast(null(), Text).label("tree"),
            answers.c.category,
            answers.c.place,
            fate.label("fate"),
            literal(1).label("count"),
            literal("instant").label("span"),
        )
        .select_from(answers.outerjoin(of_call, of_call.c.call == answers.c.call))
        .where(*of_answers(period, line))
    )


def _ordered(period: Period, line: str | None) -> Select[Any]:
    handed = handed_out()
    recorded = exists().where(
        answers.c.call == orders.c.call,
        answers.c.filled.is_not(None),
        answers.c.kind.is_not(None),
        answers.c.test == false(),
    )
    fate = case(
        (and_(handed, _over()), literal(Fate.OUT_DONE.value)),
        (handed, literal(Fate.OUT.value)),
        (_over(), literal(Fate.SETTLED.value)),
        else_=literal(Fate.PENDING.value),
    )
    conditions = [*live_orders(), orders.c.opened >= period.begin, orders.c.opened < period.end]
    if line is not None:
        conditions.append(orders.c.line == line)
    return select(
        literal(Source.ORDER.value).label("source"),
        orders.c.number.label("id"),
        orders.c.number,
        orders.c.opened.label("at"),
        orders.c.line,
        cast(null(), Text).label("agent"),
        func.coalesce(orders.c.kind, Kind.OTHER.value).label("kind"),
        cast(null(), Text).label("tree"),
        orders.c.category,
        orders.c.place,
        fate.label("fate"),
        literal(1).label("count"),
        literal("instant").label("span"),
    ).where(*conditions, or_(orders.c.call.is_(None), ~recorded))


def _imported(period: Period, line: str | None) -> Select[Any]:
    row = past_rows.c["import"] + literal(":") + cast(past_rows.c.row, Text)
    return select(
        literal(Source.PAST.value).label("source"),
        row.label("id"),
        row.label("number"),
        past_rows.c.at,
        past_rows.c.line,
        cast(null(), Text).label("agent"),
        past_rows.c.kind,
        func.coalesce(past_rows.c.tree, OWN).label("tree"),
        past_rows.c.path.label("category"),
        past_rows.c.place,
        literal(Fate.IMPORTED.value).label("fate"),
        past_rows.c.count,
        past_rows.c.span,
    ).where(*of_past(period, line))


def handed_out(c: Any = orders.c) -> ColumnElement[bool]:
    """A unit has it, or did it. What a unit sent back (退回) lies with us until it is handed on anew."""
    return and_(c.handed_on.is_not(None), c.sent_back.is_(None))


def _over() -> ColumnElement[bool]:
    """The unit, or the hotline itself, has done it."""
    return or_(orders.c.done.is_not(None), orders.c.answered.is_not(None))


async def cases(reading: Reading, period: Period, line: str | None = None) -> Sequence[Cases]:
    """All cases of a period, counted; places are left out."""
    rows = case_rows(period, line, ("source", "kind", "tree", "category", "fate", "count"))
    keys = (rows.c.source, rows.c.kind, rows.c.tree, rows.c.category, rows.c.fate)
    found = await reading.rows(select(*keys, func.sum(rows.c.count).label("total")).group_by(*keys))
    return [_cases(row) for row in found]


def _cases(row: RowMapping) -> Cases:
    key = Key(0, Kind(row["kind"]), row["tree"], row["category"], None)
    return Cases(key, Source(row["source"]), Fate(row["fate"]), int(row["total"]))
