"""What the connect rate is made of, counted in the database: one statement for each way of looking at it.

All of them take a connection, the span `[since, until)` and the formula; no one reads a call's row into memory.
`asked` and `since` are indexed, so that a month costs what a month's rows cost.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Select, Text, and_, case, cast, extract, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from ivr.outcomes import OfferResult
from records.connect import AgentTally, Formula, Instants, Tally, Window, tally, together, worst_24_hours
from records.instants import milliseconds
from records.legs import LegKind, Turn
from records.tables import cdr, legs
from routing.calendar import SHANGHAI

HALF_HOUR = 1800
DAY = timedelta(days=1)


def _calls(since: datetime, until: datetime) -> ColumnElement[bool]:
    """Calls that came in and asked for a line then; none of our own tests."""
    return and_(cdr.c.asked >= since, cdr.c.asked < until, cdr.c.direction == "in", cdr.c.test.is_(False))


def _requests(since: datetime, until: datetime, line: str | None = None) -> ColumnElement[bool]:
    """Legs that are the first of a call on its line."""
    asked = and_(legs.c.since >= since, legs.c.since < until, legs.c.turned_out.is_not(None), legs.c.counted.is_(True))
    return asked if line is None else and_(asked, legs.c.line == line)


def _sums(turned_out: Any, asked_for: Any, formula: Formula) -> tuple[Any, ...]:
    return (
        turned_out.label("turn"),
        func.count().label("count"),
        func.sum(case((asked_for <= formula.within, 1), else_=0)).label("quick"),
        func.sum(case((asked_for < formula.short, 1), else_=0)).label("short"),
        func.sum(asked_for).label("waited"),
        func.max(asked_for).label("longest"),
    )


def _tally(row: Any) -> Tally:
    return tally(
        Turn(row.turn), row.count, quick=row.quick, short=row.short, waited=row.waited or 0, longest=row.longest or 0
    )


async def _grouped(connection: AsyncConnection, query: Select[Any]) -> dict[Any, Tally]:
    found: dict[Any, Tally] = defaultdict(Tally)
    for row in await connection.execute(query):
        found[row.key] += _tally(row)
    return dict(found)


async def connect_total(
    connection: AsyncConnection, since: datetime, until: datetime, formula: Formula, line: str | None = None
) -> Tally:
    """All calls of a span; with a line those that asked for it."""
    return together((await connect_by_half_hour(connection, since, until, formula, line)).values())


async def connect_by_line(
    connection: AsyncConnection, since: datetime, until: datetime, formula: Formula
) -> dict[str, Tally]:
    """Each line's. A call that was passed on from one to the next counts for both, so their sum is no total."""
    query = select(legs.c.line.label("key"), *_sums(legs.c.turned_out, legs.c.asked_for, formula))
    found = await _grouped(
        connection, query.where(_requests(since, until)).group_by(legs.c.line, legs.c.turned_out).order_by(legs.c.line)
    )
    return dict(sorted(found.items()))


async def connect_by_half_hour(
    connection: AsyncConnection, since: datetime, until: datetime, formula: Formula, line: str | None = None
) -> dict[datetime, Tally]:
    """By the half hour in which the caller asked, in order, in Shanghai's time; those without a call are left out."""
    if line is None:
        slot = _slot(cdr.c.asked)
        query = select(slot.label("key"), *_sums(cdr.c.turned_out, cdr.c.asked_for, formula))
        query = query.where(_calls(since, until)).group_by(slot, cdr.c.turned_out)
    else:
        slot = _slot(legs.c.since)
        query = select(slot.label("key"), *_sums(legs.c.turned_out, legs.c.asked_for, formula))
        query = query.where(_requests(since, until, line)).group_by(slot, legs.c.turned_out)
    found = await _grouped(connection, query)
    return {datetime.fromtimestamp(int(key), SHANGHAI): found[key] for key in sorted(found)}


async def connect_by_day(
    connection: AsyncConnection, since: datetime, until: datetime, formula: Formula, line: str | None = None
) -> dict[date, Tally]:
    """By China's day; days without a call are left out."""
    days: dict[date, Tally] = defaultdict(Tally)
    for at, one in (await connect_by_half_hour(connection, since, until, formula, line)).items():
        days[at.date()] += one
    return dict(days)


async def connect_by_agent(connection: AsyncConnection, since: datetime, until: datetime) -> dict[str, AgentTally]:
    """Each agent's, by the legs of theirs that began in the span: what rang, and their own talk time.

    Calls that we made are an agent's work too, tests are not.
    """
    of_legs = and_(legs.c.since >= since, legs.c.since < until, legs.c.agent.is_not(None))
    alike = (legs.c.agent, legs.c.kind, legs.c.end)
    query = (
        select(*alike, func.count().label("count"), func.sum(legs.c.seconds).label("sum"))
        .where(of_legs, legs.c.kind.in_((LegKind.OFFER, LegKind.TALK)), legs.c.test.is_(False))
        .group_by(*alike)
    )
    counts: dict[str, dict[str, Any]] = defaultdict(lambda: defaultdict(int))
    for row in await connection.execute(query):
        told, seconds = counts[row.agent], Decimal(str(row.sum)).quantize(Decimal("0.001"))
        if row.kind == LegKind.TALK:
            told["talks"] += row.count
            told["talked"] += seconds
            continue
        told["rung"] += row.count
        told[row.end or OfferResult.WITHDRAWN] += row.count
        if row.end == OfferResult.ANSWERED:
            told["rang"] += seconds
    return {agent: AgentTally(**_named(counts[agent])) for agent in sorted(counts)}


def _named(counts: dict[str, Any]) -> dict[str, Any]:
    return {str(name): value for name, value in counts.items()}


async def connect_worst_24_hours(
    connection: AsyncConnection,
    since: datetime,
    until: datetime,
    formula: Formula,
    line: str | None = None,
    *,
    least: int = 1,
) -> Window | None:
    """The worst 24 hours within the span, whenever they begin (`records.connect.worst_24_hours`)."""
    asked, turned_out, waited = (
        (cdr.c.asked, cdr.c.turned_out, cdr.c.asked_for)
        if line is None
        else (legs.c.since, legs.c.turned_out, legs.c.asked_for)
    )
    code = milliseconds(asked) * 2 + case((turned_out == Turn.ANSWERED, 1), else_=0)
    query = select(func.aggregate_strings(cast(code, Text), ","))
    if not formula.count_short:
        query = query.where((turned_out != Turn.ABANDONED) | (waited >= formula.short))
    calls = Instants()
    # one text a day: what the database sends and what is in memory stay small
    for begin, end in _days(since, until):
        of_day = _calls(begin, end) if line is None else _requests(begin, end, line)
        calls.extend(await connection.scalar(query.where(of_day)) or "")
    return worst_24_hours(calls, since, until, least=least)


def _days(since: datetime, until: datetime) -> Iterator[tuple[datetime, datetime]]:
    """The span in pieces of 24 hours, the last one shorter."""
    while since < until:
        yield since, min(since + DAY, until)
        since += DAY


def _slot(at: ColumnElement[Any]) -> ColumnElement[Any]:
    """The epoch of the half hour in which an instant lies: China's offset is whole half hours."""
    epoch = extract("epoch", at)
    return epoch - epoch % HALF_HOUR
