"""How entries and records lie in their tables."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import structlog
from sqlalchemy import Dialect, Insert, RowMapping, Table
from sqlalchemy.dialects import postgresql, sqlite

from ivr.events import Entry, Outcome, Reason, from_data, to_data
from records.cdr import Cdr, Reached
from records.segments import segment_data, segment_from

log = structlog.get_logger(__name__)


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
    key = [column.name for column in table.primary_key]
    if dialect.name == "postgresql":
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
    }


def cdr_from(row: RowMapping) -> Cdr:
    """The record that `cdr_row` came from, to the millisecond."""
    values: dict[str, Any] = {str(name): value for name, value in row.items()}
    kind, line, is_open = (values.pop(f"reached_{name}") for name in ("kind", "line", "open"))
    values["reached"] = None if kind is None else Reached(kind, line, is_open)
    values["outcome"], values["reason"] = Outcome(values["outcome"]), Reason(values["reason"])
    values["segments"] = tuple(map(segment_from, values["segments"]))
    return Cdr(**values)
