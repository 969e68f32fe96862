"""The journal in a database: facts are taken at once and written behind, and none is lost in silence.

`note` puts an entry into memory and returns. One writer takes what has gathered every fifth of a second and writes it
as one transaction, together with the record of each call that ended in it. While the database is locked, full or away
the writer tries again for ever, with growing pauses, and `alarm` says why. What memory does not hold goes to a spill
file beside the database, and so does what could not be written before the end; it is read back by the writer as soon
as it can, or by the next start. Writing twice is harmless: (call, seq) is written once.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Collection
from datetime import datetime
from itertools import groupby, islice
from pathlib import Path
from types import TracebackType
from typing import Self

import structlog
from sqlalchemy import delete, func, insert, select
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection

from ivr.events import CallArrived, CallEnded, Entry, Outcome, Reason, TalkBegan
from records.cdr import Cdr, fold
from records.database import database_file, open_database
from records.rows import cdr_row, entry_from, entry_row, insert_once
from records.spill import Spill
from records.tables import cdr, journal

log = structlog.get_logger(__name__)

BATCH = 500
"""Entries of one transaction at most."""
LINGER = 0.2
"""Seconds that the writer lets entries gather: what a killed engine may have kept to itself."""
FIRST_PAUSE, LONGEST_PAUSE = 0.1, 5.0
"""Seconds before the second try to write, and between later ones."""


def may_pass(error: Exception) -> bool:
    """Whether the same entries may be written later: the database is in trouble, not the entries.

    SQLSTATE classes 22 and 23 (data exception, integrity violation) are the entries' own, whatever class the driver
    gives the error.
    """
    if isinstance(error, DataError | IntegrityError):
        return False
    if isinstance(error, DBAPIError):
        return str(getattr(error.orig, "sqlstate", ""))[:2] not in ("22", "23")
    return isinstance(error, PoolTimeout | OSError)


class SqlJournal:
    """`ivr.events.Journal` over the database at `url`, whose tables are up to date (`records.migrations.upgrade`).

    Use it as an async context manager; `note` belongs to its event loop's thread. `node` is this machine, `limit` how
    many entries memory holds, `spill` the spill file (beside an SQLite database by itself), `drain` how many seconds
    leaving may take to write the rest, `busy` those that SQLite waits for a lock, `wait` how the writer sleeps.
    """

    def __init__(
        self,
        url: str,
        *,
        node: str = "a",
        limit: int = 100_000,
        spill: Path | None = None,
        drain: float = 5.0,
        busy: float = 2.0,
        wait: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        file = database_file(url)
        if spill is None and file is None:
            raise ValueError("a journal without an SQLite file needs to be told where to spill")
        self._spill = Spill(spill or Path(str(file)).with_name("journal-spill.jsonl"))
        self._refused = Spill(self._spill.path.with_name("journal-refused.jsonl"))
        self._engine = open_database(url, busy=busy)
        self._node, self._limit, self._drain, self._wait = node, limit, drain, wait
        self._waiting: deque[Entry] = deque()
        self._open: set[str] = set()
        self._subscribers: list[Callable[[Entry], None]] = []
        self._work, self._idle = asyncio.Event(), asyncio.Event()
        self._tasks = asyncio.TaskGroup()
        self._overflowing = False
        self._writer: asyncio.Task[None] | None = None
        self.alarm: str | None = None
        """Why nothing can be written at the moment; None when all is well."""
        self.spilled = 0
        """Entries that went to the spill file since the start."""
        self.refused = 0
        """Entries that the database would not take for what they are: kept in `journal-refused.jsonl`, our bug."""
        self.lost = 0
        """Entries that not even a file would take (a full disk): the log has their calls."""

    # -- noting ---------------------------------------------------------------------------------------------------

    def note(self, entry: Entry) -> None:
        """Take the entry; never blocks and never raises. Subscribers have seen it when this returns."""
        if isinstance(entry.event, CallEnded):
            self._open.discard(entry.call)
        else:
            self._open.add(entry.call)
        if self._writer is None or len(self._waiting) >= self._limit:
            if not self._overflowing:
                log.error("journal spills", entries=self.lag(), alarm=self.alarm, file=str(self._spill.path))
            self._overflowing = True
            self.spilled += self._put_aside([entry], self._spill)
        else:
            self._waiting.append(entry)
        self._idle.clear()
        self._work.set()
        for subscriber in self._subscribers:
            try:
                subscriber(entry)
            except Exception:
                log.exception("journal subscriber failed", call=entry.call, kind=type(entry.event).__name__)

    def subscribe(self, callback: Callable[[Entry], None]) -> None:
        """Show every entry to `callback` as it is noted. What it raises is logged and hurts nobody."""
        self._subscribers.append(callback)

    def lag(self) -> int:
        """How many entries in memory are not yet written."""
        return len(self._waiting)

    @property
    def alive(self) -> bool:
        """Whether facts are being written."""
        return self._writer is not None and not self._writer.done() and self.alarm is None

    async def flush(self) -> None:
        """Wait until everything noted so far is written."""
        await self._idle.wait()

    # -- lifetime -------------------------------------------------------------------------------------------------

    async def __aenter__(self) -> Self:
        await self._tasks.__aenter__()
        self._work.set()  # an earlier run may have left a spill file
        self._writer = self._tasks.create_task(self._write_for_ever(), name="journal")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        writer = self._writer
        try:
            async with asyncio.timeout(self._drain):
                await self.flush()
        except TimeoutError:
            log.warning("journal not written in time, spilling", entries=self.lag(), alarm=self.alarm)
        finally:
            self._writer = None
            if writer is not None:
                writer.cancel()
            self.spilled += self._put_aside(list(self._waiting), self._spill)
            self._waiting.clear()
            await self._tasks.__aexit__(None, None, None)
            await self._engine.dispose()

    async def close_lost(self, now: datetime, *, alive: Collection[str] = ()) -> int:
        """End the calls that an earlier run of this node left open, and return how many there were.

        They end FAILED (TALKED when somebody had talked with them), ENGINE_STOPPED, at `now`; `alive` are the calls
        that live on and were adopted. Call it once at the start. Raises SQLAlchemy's DBAPIError when the database
        can't be read.
        """
        await self.flush()
        ended = select(journal.c.call).where(journal.c.kind == CallEnded.__name__)
        ours = select(journal.c.call).where(
            journal.c.kind == CallArrived.__name__, journal.c.node == self._node, journal.c.call.not_in(ended)
        )
        query = select(journal.c.call, func.max(journal.c.seq)).where(journal.c.call.in_(ours))
        async with self._engine.connect() as connection:
            found = (await connection.execute(query.group_by(journal.c.call))).all()
        known = self._open | {entry.call for entry in self._waiting} | set(alive)
        lost = [(call, seq) for call, seq in found if call not in known]
        talked = select(journal.c.call).where(journal.c.kind == TalkBegan.__name__)
        async with self._engine.connect() as connection:
            talks = set((await connection.execute(talked.where(journal.c.call.in_(ours)))).scalars())
        for call, seq in lost:
            outcome = Outcome.TALKED if call in talks else Outcome.FAILED
            self.note(Entry(call, seq + 1, now, CallEnded(outcome, Reason.ENGINE_STOPPED)))
        return len(lost)

    # -- writing --------------------------------------------------------------------------------------------------

    async def _write_for_ever(self) -> None:
        while True:
            await self._work.wait()
            if len(self._waiting) < BATCH:
                await self._wait(LINGER)
            self._work.clear()
            try:
                await self._write_waiting()
                await self._write_spilled()
            except Exception as error:
                log.exception("journal writer failed")
                self._raise_alarm(error)
                await self._wait(LONGEST_PAUSE)
                self._work.set()
            if not self._waiting and not self._work.is_set():
                self._overflowing = False
                self._idle.set()

    async def _write_spilled(self) -> None:
        while self._spill.take():
            parts = self._spill.read(BATCH)
            while part := await asyncio.to_thread(next, parts, None):
                await self._store(part)
                await self._write_waiting()
            self._spill.done()

    async def _write_waiting(self) -> None:
        """Entries leave memory once they are written, so that what is interrupted is still there."""
        while batch := list(islice(self._waiting, BATCH)):
            await self._store(batch)
            for _ in batch:
                self._waiting.popleft()

    async def _store(self, batch: list[Entry], *, records: bool = True) -> None:
        """Write the batch, however long it takes. What can never be written is found by halving and put aside."""
        pause = FIRST_PAUSE
        while batch:
            try:
                await self._write(batch, records=records)
            except Exception as error:
                if not may_pass(error):
                    return await self._store_parts(batch, error, records=records)
                self._raise_alarm(error)
                await self._wait(pause)
                pause = min(2 * pause, LONGEST_PAUSE)
            else:
                return self._clear_alarm()
        return None

    async def _store_parts(self, batch: list[Entry], error: Exception, *, records: bool) -> None:
        if len(batch) > 1:
            middle = len(batch) // 2
            await self._store(batch[:middle], records=records)
            await self._store(batch[middle:], records=records)
        elif records:
            log.error("call record cannot be written", call=batch[0].call, exc_info=error)
            await self._store(batch, records=False)
        else:
            log.error("journal entry refused", call=batch[0].call, seq=batch[0].seq, exc_info=error)
            self.refused += self._put_aside(batch, self._refused)

    async def _write(self, batch: list[Entry], *, records: bool) -> None:
        async with self._engine.begin() as connection:
            rows = [entry_row(entry, self._node) for entry in batch]
            await connection.execute(insert_once(connection.dialect), rows)
            if records:
                await self._write_records(connection, batch)

    async def _write_records(self, connection: AsyncConnection, batch: list[Entry]) -> None:
        """The records of calls that ended in this batch, and anew of ended ones that a late entry belongs to."""
        calls = {entry.call for entry in batch if isinstance(entry.event, CallEnded)}
        others = {entry.call for entry in batch} - calls
        if others:
            calls.update(await connection.scalars(select(cdr.c.id).where(cdr.c.id.in_(others))))
        if not calls:
            return
        query = select(journal).where(journal.c.call.in_(calls)).order_by(journal.c.call, journal.c.seq)
        entries = map(entry_from, (await connection.execute(query)).mappings())
        records: list[Cdr] = [fold(list(group)) for _, group in groupby(entries, key=lambda entry: entry.call)]
        await connection.execute(delete(cdr).where(cdr.c.id.in_(calls)))
        await connection.execute(insert(cdr), [cdr_row(record) for record in records])

    # -- trouble --------------------------------------------------------------------------------------------------

    def _put_aside(self, entries: list[Entry], file: Spill) -> int:
        """Append to a file instead; how many entries it took."""
        try:
            if entries:
                file.put(entries)
        except OSError:
            log.exception("journal entries lost", calls=sorted({entry.call for entry in entries}))
            self.lost += len(entries)
            return 0
        return len(entries)

    def _raise_alarm(self, error: Exception) -> None:
        if self.alarm is None:
            log.error("journal cannot be written, trying on", entries=self.lag(), exc_info=error)
        self.alarm = str(error.orig) if isinstance(error, DBAPIError) else repr(error)

    def _clear_alarm(self) -> None:
        if self.alarm is not None:
            log.info("journal is written again", entries=self.lag())
        self.alarm = None
