"""How entries and records lie in their tables."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

import structlog
from sqlalchemy import Dialect, Insert, RowMapping, Table, bindparam, delete, insert
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from ivr.journal import Entry, from_data, to_data
from ivr.outcomes import Outcome, Reason
from records.cdr import Cdr, Reached
from records.legs import Leg, legs_of, request_of
from records.segments import segment_data, segment_from
from records.tables import cdr, legs

log = structlog.get_logger(__name__)

# Written once: SQLAlchemy takes longer to put a statement together than SQLite to carry it out.
_NO_CDR = delete(cdr).where(cdr.c.id.in_(bindparam("calls", expanding=True)))
_NO_LEGS = delete(legs).where(legs.c.call.in_(bindparam("calls", expanding=True)))
_CDR, _LEGS = insert(cdr), insert(legs)


class Unreadable(ValueError):
    """A row that tells of no fact that this engine knows."""


def entry_row(entry: Entry, node: str) -> dict[str, Any]:
    """The entry as a row of `journal`, noted by the machine `node`."""
    return {
        "call": entry.call,
        "seq": entry.seq,
        "at": entry.at,
        "node": node,
        "kind": type(entry.event).__name__,
        "data": to_data(entry.event),
    }


def entry_from(row: RowMapping) -> Entry:
    """The entry that `entry_row` came from. Raises Unreadable for a row that tells of no fact that we know."""
    try:
        return Entry(row["call"], row["seq"], row["at"], from_data(row["kind"], row["data"]))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise Unreadable(f"{row['kind']}: {error!r}") from error


def entries_from(rows: Iterable[RowMapping]) -> list[Entry]:
    """The entries of these rows, without those of a newer engine and those that are spoiled: the log tells of them."""
    entries = []
    for row in rows:
        try:
            entries.append(entry_from(row))
        except Unreadable as error:
            log.error("a fact in the journal cannot be read", of=row["call"], seq=row["seq"], error=str(error)[:200])
    return entries


def insert_once(table: Table, dialect: Dialect) -> Insert:
    """An insert that leaves a fact alone that is already there, by the table's primary key."""
    return _insert_once(table, dialect.name)


@cache
def _insert_once(table: Table, dialect: str) -> Insert:
    key = [column.name for column in table.primary_key]
    if dialect == "postgresql":
        return postgresql.insert(table).on_conflict_do_nothing(index_elements=key)
    return sqlite.insert(table).on_conflict_do_nothing(index_elements=key)


def cdr_row(record: Cdr) -> dict[str, Any]:
    """The record of an ended call as a row of `cdr`."""
    return {
        "id": record.id,
        "started": record.started,
        "answered": record.answered,
        "ended": record.ended,
        "number": record.number,
        "dialled": record.dialled,
        "plan": record.plan,
        "line": record.line,
        "agent": record.agent,
        "outcome": record.outcome,
        "reason": record.reason,
        "reached_kind": record.reached.kind if record.reached else None,
        "reached_line": record.reached.line if record.reached else None,
        "reached_open": record.reached.open if record.reached else None,
        "keys": record.keys,
        "waited": record.waited,
        "talked": record.talked,
        "recording": record.recording,
        "segments": [segment_data(segment) for segment in record.segments],
        "test": record.test,
        **counts_of(record),
    }


def counts_of(record: Cdr) -> dict[str, Any]:
    """The columns of `cdr` that are there to be counted and looked for: all of them follow from the segments."""
    request = request_of(record)
    return {
        "direction": record.direction,
        "ticket": record.callback,
        "asked": request and request.at,
        "asked_line": request and request.line,
        "asked_for": request and request.seconds,
        "turned_out": request and request.turn,
        "legs": len(legs_of(record)),
    }


_COUNTS = ("direction", "ticket", "asked", "asked_line", "asked_for", "turned_out", "legs")


def leg_rows(record: Cdr) -> list[dict[str, Any]]:
    """The legs of an ended call as rows of `legs`."""
    counted = record.direction == "in" and not record.test
    return [_leg_row(record.id, leg) | {"counted": counted, "test": record.test} for leg in legs_of(record)]


def _leg_row(call: str, leg: Leg) -> dict[str, Any]:
    return {
        "call": call,
        "number": leg.number,
        "kind": leg.kind,
        "line": leg.line,
        "agent": leg.agent,
        "phone": leg.phone,
        "since": leg.since,
        "until": leg.until,
        "seconds": leg.seconds,
        "end": leg.end,
        "asked": leg.asked,
        "asked_for": leg.request and leg.request.seconds,
        "turned_out": leg.request and leg.request.turn,
    }


async def write_records(connection: AsyncConnection, records: Sequence[Cdr]) -> None:
    """Write both layers of the records of ended calls, in the place of what was told of these calls before."""
    if not records:
        return
    calls = [record.id for record in records]
    await connection.execute(_NO_CDR, {"calls": calls})  # first: it waits for `records.untold`
    await connection.execute(_NO_LEGS, {"calls": calls})
    await connection.execute(_CDR, [cdr_row(record) for record in records])
    await write_legs(connection, records)


async def write_legs(connection: AsyncConnection, records: Sequence[Cdr]) -> None:
    """The second layer alone, of calls that have none of it."""
    if rows := [row for record in records for row in leg_rows(record)]:
        await connection.execute(_LEGS, rows)


def cdr_from(row: RowMapping) -> Cdr:
    """The record that `cdr_row` came from, to the millisecond."""
    values: dict[str, Any] = {str(name): value for name, value in row.items() if name not in _COUNTS}
    kind, line, is_open = (values.pop(f"reached_{name}") for name in ("kind", "line", "open"))
    values["reached"] = None if kind is None else Reached(kind, line, is_open)
    values["outcome"], values["reason"] = Outcome(values["outcome"]), Reason(values["reason"])
    values["segments"] = tuple(map(segment_from, values["segments"]))
    return Cdr(**values)
