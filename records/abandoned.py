"""Calls that nobody answered, and whether somebody called the caller back (未接来电与回拨情况)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import RowMapping, and_, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from ivr.callbacks.events import CallbackClosed
from ivr.outcomes import CallbackEnd, Outcome
from records.clock import wall_time
from records.legs import Turn
from records.privacy import mask
from records.tables import cdr, journal, kind_found

MISSED = (Turn.ABANDONED, Turn.BOOKED)
"""Requests that are in the list: who hung up while waiting, and who is to be called back."""
LET_DOWN = (Turn.GIVEN_UP, Turn.FAILED)
"""These too, unless something came of the call: whom their line gave up (too long, nobody there, closing time), and
whom we or the switch lost."""
_CAME_OF_IT = (Outcome.TALKED, Outcome.MESSAGE, Outcome.CALLBACK)
"""A talk, a message (which is a work order), or a callback (which is in the list as such)."""


class State(StrEnum):
    """How it stands with a caller whom nobody answered."""

    REACHED = "reached"  # our callback reached them
    CAME_BACK = "came_back"  # they called again, and somebody answered
    BOOKED = "booked"  # a callback is booked, and not done with
    NOT_REACHED = "not_reached"  # our callback is done with, and did not reach them
    OPEN = "open"  # nobody called them back


STATES = {
    State.REACHED: "已回拨接通",
    State.CAME_BACK: "来电人再次来电已接通",
    State.BOOKED: "待回拨",
    State.NOT_REACHED: "回拨未接通",
    State.OPEN: "未回拨",
}
"""What screens call them."""


@dataclass(frozen=True, slots=True)
class Abandoned:
    """One of them. `waited` in seconds since `asked`; `at`, `by_call`, `by` (an agent) and `outcome` tell of the call
    that settled it, `result` how the callback ended."""

    call: str
    number: str
    line: str
    asked: datetime
    waited: float
    turned_out: Turn
    state: State
    ticket: str | None = None
    by_call: str | None = None
    at: datetime | None = None
    by: str | None = None
    outcome: str | None = None
    result: str | None = None

    def to_json(self, *, private: bool = False) -> dict[str, Any]:
        return {
            "call": self.call,
            "number": self.number if private else mask(self.number),
            "line": self.line,
            "asked": wall_time(self.asked),
            "waited": self.waited,
            "turned_out": self.turned_out,
            "state": self.state,
            "ticket": self.ticket,
            "by_call": self.by_call,
            "at": self.at and wall_time(self.at),
            "by": self.by,
            "outcome": self.outcome,
            "result": self.result,
        }


async def abandoned(
    connection: AsyncConnection,
    since: datetime | None = None,
    until: datetime | None = None,
    *,
    line: str | None = None,
    limit: int | None = None,
    after: tuple[datetime, str] | None = None,
) -> list[Abandoned]:
    """Calls that asked for a line in the span and were missed, newest first; older than the place `after`."""
    query = select(
        cdr.c.id, cdr.c.number, cdr.c.asked_line, cdr.c.asked, cdr.c.asked_for, cdr.c.turned_out, cdr.c.ticket
    )
    lost = and_(cdr.c.turned_out.in_(LET_DOWN), cdr.c.outcome.not_in(_CAME_OF_IT))
    query = query.where(or_(cdr.c.turned_out.in_(MISSED), lost), cdr.c.direction == "in", cdr.c.test.is_(False))
    if since is not None:
        query = query.where(cdr.c.asked >= since)
    if until is not None:
        query = query.where(cdr.c.asked < until)
    if line is not None:
        query = query.where(cdr.c.asked_line == line)
    if after is not None:
        at, call = after
        query = query.where(or_(cdr.c.asked < at, and_(cdr.c.asked == at, cdr.c.id < call)))
    query = query.order_by(cdr.c.asked.desc(), cdr.c.id.desc()).limit(limit)
    found: list[Abandoned] = []
    rows = (await connection.execute(query)).mappings().all()
    for start in range(0, len(rows), 500):
        found += await _told(connection, rows[start : start + 500])
    return found


async def _told(connection: AsyncConnection, rows: Sequence[RowMapping]) -> list[Abandoned]:
    tickets = [row["ticket"] for row in rows if row["ticket"] is not None]
    closed = await _closed(connection, tickets)
    made = await _made(connection, tickets)
    later = await _later(connection, rows)
    return [_one(row, closed, made, later) for row in rows]


async def _closed(connection: AsyncConnection, tickets: Sequence[str]) -> dict[str, CallbackClosed]:
    """How each callback ended that did."""
    query = select(journal.c.call, journal.c.data).where(
        journal.c.call.in_(tickets), kind_found == CallbackClosed.__name__
    )
    rows = (await connection.execute(query)).all() if tickets else []
    return {ticket: CallbackClosed(CallbackEnd(data["end"]), data.get("call")) for ticket, data in rows}


async def _made(connection: AsyncConnection, tickets: Sequence[str]) -> dict[str, list[RowMapping]]:
    """The calls that were made for each, in order."""
    query = select(cdr.c.id, cdr.c.ticket, cdr.c.started, cdr.c.agent, cdr.c.outcome)
    query = query.where(cdr.c.ticket.in_(tickets), cdr.c.direction == "out").order_by(cdr.c.started, cdr.c.id)
    made: dict[str, list[RowMapping]] = {}
    for row in (await connection.execute(query)).mappings().all() if tickets else []:
        made.setdefault(row["ticket"], []).append(row)
    return made


async def _later(connection: AsyncConnection, rows: Sequence[RowMapping]) -> dict[str, list[RowMapping]]:
    """Answered calls of the same numbers, in order. A masked number may be many people's: it says nothing."""
    numbers = {row["number"] for row in rows if row["number"] and "*" not in row["number"]}
    later: dict[str, list[RowMapping]] = {}
    if not numbers:
        return later
    query = select(cdr.c.id, cdr.c.number, cdr.c.asked, cdr.c.started, cdr.c.agent, cdr.c.outcome)
    query = query.where(
        cdr.c.number.in_(numbers),
        cdr.c.turned_out == Turn.ANSWERED,
        cdr.c.direction == "in",
        cdr.c.asked > min(row["asked"] for row in rows),
    )
    for row in (await connection.execute(query.order_by(cdr.c.asked, cdr.c.id))).mappings():
        later.setdefault(row["number"], []).append(row)
    return later


def _one(
    row: RowMapping,
    closed: dict[str, CallbackClosed],
    made: dict[str, list[RowMapping]],
    later: dict[str, list[RowMapping]],
) -> Abandoned:
    ticket = row["ticket"]
    end = closed.get(ticket) if ticket is not None else None
    tries = made.get(ticket, []) if ticket is not None else []
    again = next((one for one in later.get(row["number"], []) if one["asked"] > row["asked"]), None)
    by: RowMapping | None = tries[-1] if tries else None
    if end is not None and end.end is CallbackEnd.REACHED:
        state, by = State.REACHED, next((one for one in tries if one["id"] == end.call), by)
    elif again is not None:
        state, by = State.CAME_BACK, again
    elif ticket is None:
        state = State.OPEN
    else:
        state = State.BOOKED if end is None else State.NOT_REACHED
    return Abandoned(
        row["id"],
        row["number"],
        row["asked_line"],
        row["asked"],
        row["asked_for"],
        Turn(row["turned_out"]),
        state,
        ticket,
        by["id"] if by else None,
        by["started"] if by else None,
        by["agent"] if by else None,
        by["outcome"] if by else None,
        end.end if end else None,
    )
