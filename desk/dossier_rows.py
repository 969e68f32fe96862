"""What the records know of a number, as statements: each goes by an index, however many calls there are."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, or_, select

from desk.dossier import SHOWN
from paperwork.orders.tally import LIVING
from records.paper_tables import answers, orders
from records.tables import cdr, journal, legs


def facts_query(call: str) -> Select[Any]:
    """The facts of one call, in their order."""
    return select(journal).where(journal.c.call == call).order_by(journal.c.seq)


def calls_query(number: str, hidden: Collection[str], *, but: str) -> Select[Any]:
    """The last ended calls of a number, the newest first, with what their answer records say of them.

    Without those that one of the lines `hidden` served, wherever they ended; and without the call `but`.
    """
    columns = ("id", "started", "direction", "line", "agent", "outcome", "talked")
    told = (answers.c.number.label("record"), answers.c.kind, answers.c.category, answers.c.work_order)
    query = (
        select(*(cdr.c[name] for name in columns), *told)
        .select_from(cdr.outerjoin(answers, answers.c.call == cdr.c.id))
        .where(cdr.c.number == number, cdr.c.id != but, cdr.c.test.is_(False))
    )
    return _unserved(query, hidden).order_by(cdr.c.ended.desc(), cdr.c.id.desc()).limit(SHOWN + 1)


def ending_query(digits: str, hidden: Collection[str], since: datetime | None, until: datetime | None) -> Select[Any]:
    """The ended calls of numbers that end so, begun from `since` until before `until`; as above without `hidden` lines.

    It reads every call of that time: the four digits are those that a masked number shows.
    """
    query = select(cdr.c.id).where(cdr.c.number.endswith(digits, autoescape=True))
    if since is not None:
        query = query.where(cdr.c.started >= since)
    if until is not None:
        query = query.where(cdr.c.started < until)
    return _unserved(query, hidden)


def _unserved(query: Select[Any], hidden: Collection[str]) -> Select[Any]:
    """Of calls that none of these lines served."""
    if not hidden:
        return query
    served = select(legs.c.call).where(legs.c.call == cdr.c.id, legs.c.line.in_(hidden))
    return query.where(
        _none_of(cdr.c.line, hidden),
        _none_of(cdr.c.reached_line, hidden),
        _none_of(cdr.c.asked_line, hidden),
        ~exists(served),
    )


def orders_query(number: str, hidden: Collection[str]) -> Select[Any]:
    """The open orders of a number, the newest first; none of the lines `hidden`."""
    columns = ("number", "state", "opened", "due", "urgency", "unit", "kind", "category", "call")
    query = select(*(orders.c[name] for name in columns)).where(
        or_(orders.c.caller == number, orders.c.contact == number),
        and_(orders.c.state.in_(LIVING), orders.c.test.is_(False)),
    )
    if hidden:
        query = query.where(_none_of(orders.c.line, hidden))
    return query.order_by(orders.c.opened.desc(), orders.c.number.desc()).limit(SHOWN + 1)


def _none_of(column: Any, lines: Collection[str]) -> ColumnElement[bool]:
    return or_(column.is_(None), column.not_in(lines))
