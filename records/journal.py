"""The journal in a database, and with it the records of ended calls, folded from it.

Facts are written behind (`records.behind`); with the entry that ends a call its record is written, in one transaction.
Writing twice is harmless: (call, seq) is written once.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Sequence
from datetime import datetime
from itertools import groupby
from pathlib import Path

import structlog
from sqlalchemy import bindparam, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from ivr.callbacks.events import CallbackClosed, CallPlaced
from ivr.events import CallArrived, CallEnded, FallbackEnded, TalkBegan
from ivr.journal import Entry
from ivr.outcomes import Outcome, Reason
from records.behind import BATCH, LINGER, WriteBehind, may_pass
from records.cdr import Cdr
from records.folding import fold
from records.rows import entries_from, entry_row, insert_once, write_records
from records.spelling import ENTRIES
from records.tables import cdr, journal

__all__ = ["BATCH", "LINGER", "SqlJournal", "may_pass"]

log = structlog.get_logger(__name__)


# Written once: SQLAlchemy takes longer to put a statement together than SQLite to carry it out.
_ENDED = select(cdr.c.id).where(cdr.c.id.in_(bindparam("calls", expanding=True)))
_FACTS = select(journal).where(journal.c.call.in_(bindparam("calls", expanding=True)))
_FACTS = _FACTS.order_by(journal.c.call, journal.c.seq)
_BEGINNINGS = (CallArrived.__name__, CallPlaced.__name__)
"""What a call begins with."""


class SqlJournal(WriteBehind[Entry]):
    """`ivr.journal.Journal` over a database. `node` is this machine; the rest is `WriteBehind`'s."""

    name = "journal"
    spelling = ENTRIES

    def __init__(
        self,
        url: str,
        *,
        node: str = "a",
        limit: int = 100_000,
        folder: Path | None = None,
        drain: float = 5.0,
        busy: float = 2.0,
        wait: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        super().__init__(url, limit=limit, folder=folder, drain=drain, busy=busy, wait=wait)
        self._node = node
        self._open: set[str] = set()
        self._subscribers: list[Callable[[Entry], None]] = []

    def note(self, entry: Entry) -> None:
        """Take the entry; never blocks and never raises. Subscribers have seen it when this returns."""
        if isinstance(entry.event, CallEnded | CallbackClosed | FallbackEnded):
            self._open.discard(entry.call)
        else:
            self._open.add(entry.call)
        self.put(entry)
        for subscriber in self._subscribers:
            try:
                subscriber(entry)
            except Exception:
                log.exception("journal subscriber failed", call=entry.call, kind=type(entry.event).__name__)

    def subscribe(self, callback: Callable[[Entry], None]) -> None:
        """Show every entry to `callback` as it is noted. What it raises is logged and hurts nobody."""
        self._subscribers.append(callback)

    async def left_open(self) -> list[list[Entry]]:
        """The entries of each call that an earlier run of this node began and did not end, in their order.

        Call it once at the start. Raises SQLAlchemy's DBAPIError when the database can't be read.
        """
        await self.flush()
        ended = select(journal.c.call).where(journal.c.kind == CallEnded.__name__)
        ours = select(journal.c.call).where(
            journal.c.kind.in_(_BEGINNINGS), journal.c.node == self._node, journal.c.call.not_in(ended)
        )
        query = select(journal).where(journal.c.call.in_(ours)).order_by(journal.c.call, journal.c.seq)
        async with self._door.engine.connect() as connection:
            entries = entries_from((await connection.execute(query)).mappings())
            calls = [list(group) for _, group in groupby(entries, key=lambda entry: entry.call)]
        return [entries for entries in calls if entries[0].call not in self._open]

    async def close_lost(self, now: datetime, *, alive: Collection[str] = ()) -> int:
        """End the calls that an earlier run of this node left open, and return how many there were.

        They end FAILED (TALKED when somebody had talked with them), ENGINE_STOPPED, at `now`; `alive` are the calls
        that live on and were adopted. Call it once at the start. Raises SQLAlchemy's DBAPIError when the database
        can't be read.
        """
        await self.flush()
        ended = select(journal.c.call).where(journal.c.kind == CallEnded.__name__)
        ours = select(journal.c.call).where(
            journal.c.kind.in_(_BEGINNINGS), journal.c.node == self._node, journal.c.call.not_in(ended)
        )
        query = select(journal.c.call, func.max(journal.c.seq), func.max(journal.c.at)).where(journal.c.call.in_(ours))
        async with self._door.engine.connect() as connection:
            found = (await connection.execute(query.group_by(journal.c.call))).all()
        known = self._open | {entry.call for entry in self._waiting} | set(alive)
        lost = [(call, seq, last) for call, seq, last in found if call not in known]
        talked = select(journal.c.call).where(journal.c.kind == TalkBegan.__name__)
        async with self._door.engine.connect() as connection:
            talks = set((await connection.execute(talked.where(journal.c.call.in_(ours)))).scalars())
        for call, seq, last in lost:
            outcome = Outcome.TALKED if call in talks else Outcome.FAILED
            self.note(Entry(call, seq + 1, max(now, last), CallEnded(outcome, Reason.ENGINE_STOPPED)))
        return len(lost)

    def _about(self, fact: Entry) -> str:
        return fact.call

    async def _write(self, connection: AsyncConnection, batch: Sequence[Entry], *, derived: bool) -> None:
        await write_entries(connection, batch, self._node, derived=derived)


async def write_entries(connection: AsyncConnection, batch: Sequence[Entry], node: str, *, derived: bool) -> None:
    """The entries as `node` noted them, and with `derived` the records of calls that ended with them."""
    rows = [entry_row(entry, node) for entry in batch]
    await connection.execute(insert_once(journal, connection.dialect), rows)
    if derived:
        await _write_records(connection, batch)


async def _write_records(connection: AsyncConnection, batch: Sequence[Entry]) -> None:
    """The records of calls that ended in this batch, and anew of ended ones that a late entry belongs to."""
    calls = {entry.call for entry in batch if isinstance(entry.event, CallEnded)}
    others = {entry.call for entry in batch} - calls
    if others:
        calls.update(await connection.scalars(_ENDED, {"calls": list(others)}))
    if not calls:
        return
    entries = entries_from((await connection.execute(_FACTS, {"calls": list(calls)})).mappings())
    records: list[Cdr] = [fold(list(group)) for _, group in groupby(entries, key=lambda entry: entry.call)]
    await write_records(connection, records)
