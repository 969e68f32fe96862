"""Orders, page by page: newest first, none twice and none left out while new ones are opened."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping, Select, and_, literal, or_, select

from paperwork.filing import Filing
from paperwork.orders.order import PAPER
from paperwork.orders.state import Move, State
from paperwork.orders.tally import LIVING
from records.paper_tables import filings, orders
from records.store import Store


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which orders. What is None does not matter; `since` and `until` are of the opening."""

    states: Collection[State] = ()
    living: bool = False
    unit: str | None = None
    line: str | None = None
    kind: str | None = None
    source: str | None = None
    urgency: str | None = None
    clock: str | None = None
    call: str | None = None
    opened_by: str | None = None
    overdue: bool = False
    due_before: datetime | None = None
    since: datetime | None = None
    until: datetime | None = None
    tests: bool = False
    """Those of tests too."""


async def page_of(
    store: Store, wanted: Wanted, now: datetime, *, limit: int = 50, after: str | None = None
) -> tuple[Sequence[RowMapping], str | None]:
    """The page, and the number after which the next one begins; None after the last."""
    query = _query(wanted, now).order_by(orders.c.opened.desc(), orders.c.number.desc()).limit(limit + 1)
    if after is not None:
        place = await store.row(select(orders.c.opened).where(orders.c.number == after))
        if place is None:
            return [], None
        at = place["opened"]
        query = query.where(or_(orders.c.opened < at, and_(orders.c.opened == at, orders.c.number < after)))
    found = await store.rows(query)
    page = found[:limit]
    return page, page[-1]["number"] if len(found) > limit else None


def _query(wanted: Wanted, now: datetime) -> Select[Any]:
    query = select(orders)
    for name in ("unit", "line", "kind", "source", "urgency", "clock", "call", "opened_by"):
        if (value := getattr(wanted, name)) is not None:
            query = query.where(orders.c[name] == value)
    if wanted.states:
        query = query.where(orders.c.state.in_([str(state) for state in wanted.states]))
    if wanted.living:
        query = query.where(orders.c.state.in_(LIVING))
    if wanted.overdue:
        query = query.where(orders.c.due < now)
    if wanted.due_before is not None:
        query = query.where(orders.c.due < wanted.due_before)
    if wanted.since is not None:
        query = query.where(orders.c.opened >= wanted.since)
    if wanted.until is not None:
        query = query.where(orders.c.opened < wanted.until)
    if not wanted.tests:
        query = query.where(orders.c.test.is_(False))
    return query


async def escalations_of(store: Store, since: datetime, limit: int, *, opened_by: str | None = None) -> list[Filing]:
    """Whom time ran out for, the newest first; of tests none. Each filing's paper is `order:NUMBER`."""
    query = (
        select(filings)
        .join(orders, literal(f"{PAPER}:") + orders.c.number == filings.c.paper)
        .where(filings.c.kind == str(Move.ESCALATE), filings.c.at >= since, filings.c.paper.like(f"{PAPER}:%"))
        .where(orders.c.test.is_(False))
        .order_by(filings.c.at.desc(), filings.c.paper, filings.c.seq.desc())
        .limit(limit)
    )
    if opened_by is not None:
        query = query.where(orders.c.opened_by == opened_by)
    return [Filing(**row) for row in await store.rows(query)]
