"""Which calls and legs are meant: the filters of lists and exports as statements, newest first, in a stable order."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, Select, and_, or_, select

from records.clock import wall_time
from records.legs import LegKind
from records.privacy import mask
from records.tables import cdr, legs


@dataclass(frozen=True, slots=True)
class Which:
    """Calls by what is known of them; None is any. Calls began from `since` until before `until`.

    `line` and `agent`: of any leg of theirs, `agent` of a talk. `turned_out` as `records.legs.Turn` has it.
    `asked_since` and `asked_until`: first asked for a line then, as the connect rate counts them.
    """

    since: datetime | None = None
    until: datetime | None = None
    line: str | None = None
    agent: str | None = None
    outcome: str | None = None
    turned_out: str | None = None
    direction: str | None = None
    number: str | None = None
    test: bool | None = None
    asked_since: datetime | None = None
    asked_until: datetime | None = None


def calls_query(which: Which, after: tuple[datetime, str] | None = None) -> Select[Any]:
    """Their records, those that ended last first; older than the place `after`."""
    wanted = [test for test in _calls(which) if test is not None]
    if after is not None:
        at, call = after
        wanted.append(or_(cdr.c.ended < at, and_(cdr.c.ended == at, cdr.c.id < call)))
    return select(cdr).where(*wanted).order_by(cdr.c.ended.desc(), cdr.c.id.desc())


def _calls(which: Which) -> list[ColumnElement[bool] | None]:
    def is_(column: Any, value: Any) -> ColumnElement[bool] | None:
        return None if value is None else column == value

    of_line = select(legs.c.call).where(legs.c.line == which.line)
    talked = select(legs.c.call).where(legs.c.agent == which.agent, legs.c.kind == LegKind.TALK)
    return [
        None if which.since is None else cdr.c.started >= which.since,
        None if which.until is None else cdr.c.started < which.until,
        None if which.asked_since is None else cdr.c.asked >= which.asked_since,
        None if which.asked_until is None else cdr.c.asked < which.asked_until,
        None if which.line is None else or_(cdr.c.line == which.line, cdr.c.id.in_(of_line)),
        None if which.agent is None else or_(cdr.c.agent == which.agent, cdr.c.id.in_(talked)),
        is_(cdr.c.outcome, which.outcome),
        is_(cdr.c.turned_out, which.turned_out),
        is_(cdr.c.direction, which.direction),
        is_(cdr.c.number, which.number),
        None if which.test is None else cdr.c.test.is_(which.test),
    ]


@dataclass(frozen=True, slots=True)
class WhichLegs:
    """Legs that began from `since` until before `until`; None is any."""

    since: datetime | None = None
    until: datetime | None = None
    line: str | None = None
    agent: str | None = None
    kind: str | None = None
    call: str | None = None
    turned_out: str | None = None
    test: bool | None = None


def legs_query(which: WhichLegs, after: tuple[datetime, str, int] | None = None) -> Select[Any]:
    """Legs, those that began last first; older than the place `after`."""
    query = select(legs).order_by(legs.c.since.desc(), legs.c.call.desc(), legs.c.number.desc())
    for name in ("line", "agent", "kind", "call", "turned_out"):
        if (value := getattr(which, name)) is not None:
            query = query.where(legs.c[name] == value)
    if which.since is not None:
        query = query.where(legs.c.since >= which.since)
    if which.until is not None:
        query = query.where(legs.c.since < which.until)
    if which.test is not None:
        query = query.where(legs.c.test.is_(which.test))
    if after is not None:
        at, call, number = after
        before = and_(legs.c.call == call, legs.c.number < number)
        query = query.where(or_(legs.c.since < at, and_(legs.c.since == at, or_(legs.c.call < call, before))))
    return query


def leg_json(row: RowMapping, *, private: bool = False) -> dict[str, Any]:
    """A row of `legs` as lists show it; an outside number masked unless `private`."""
    outside = (row["kind"] == LegKind.OFFER and row["agent"] is None) or row["asked"] == "number"
    phone = row["phone"]
    return {
        "call": row["call"],
        "number": row["number"],
        "kind": row["kind"],
        "line": row["line"],
        "agent": row["agent"],
        "phone": mask(phone) if phone is not None and outside and not private else phone,
        "asked": row["asked"],
        "from": wall_time(row["since"]),
        "to": wall_time(row["until"]),
        "seconds": row["seconds"],
        "end": row["end"],
        "turned_out": row["turned_out"],
        "asked_for": row["asked_for"],
        "test": row["test"],
    }
