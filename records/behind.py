"""Facts taken at once and written behind, and none is lost in silence: what the journal and the presences share.

`put` appends a fact to the spool, a file beside the database (`records.spool`), keeps it in memory and returns: it
survives our death from then on. One writer takes what has gathered every fifth of a second and writes it as one
transaction. While the database is locked, full or away the writer tries again for ever, with growing pauses, and
`alarm` says why; what memory does not hold meanwhile is read back from the spool, and so is, at the next start, what
an engine that died had not written. Whoever writes sees to it that writing twice is harmless: so a batch may be handed
to another process (`elsewhere`), and what did not come back from there as written is written here.
"""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import Any, ClassVar, Generic, Self, TypeVar

import structlog
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection

from records.database import database_file
from records.door import Door
from records.spelling import Spelling
from records.spool import Spool, set_aside
from records.store import NoDatabase
from records.turn import turn

log = structlog.get_logger(__name__)

BATCH = 500
"""Facts of one transaction at most."""
LINGER = 0.2
"""Seconds that the writer lets facts gather."""
LOOKS_EVERY = 2.0
"""Seconds between two looks whether the database and the spool are where they were, when nothing is told."""
FIRST_PAUSE, LONGEST_PAUSE = 0.1, 5.0
"""Seconds before the second try to write, and between later ones."""

T = TypeVar("T")


def may_pass(error: Exception) -> bool:
    """Whether the same facts may be written later: the database is in trouble, not the facts.

    SQLSTATE classes 22 and 23 (data exception, integrity violation) are the facts' own, whatever class the driver
    gives the error.
    """
    if isinstance(error, DataError | IntegrityError):
        return False
    if isinstance(error, DBAPIError):
        return str(getattr(error.orig, "sqlstate", ""))[:2] not in ("22", "23")
    return isinstance(error, PoolTimeout | OSError | NoDatabase)


def told(error: Exception) -> str:
    """What a database's error says to people, without the statement and its values."""
    return str(error.orig) if isinstance(error, DBAPIError) else str(error) or repr(error)


class WriteBehind(ABC, Generic[T]):
    """A writer of facts to the database at `url`, which it brings up to date first (`records.door`).

    Use it as an async context manager; `put` belongs to its event loop's thread. `limit` is how many facts memory
    holds, `folder` where the spool lies (beside an SQLite database by itself), `drain` how many seconds leaving may
    take to write the rest, `busy` those that SQLite waits for a lock, `wait` how the writer sleeps.
    """

    name: ClassVar[str]
    """Of its files and in the log."""
    spelling: ClassVar[Spelling[Any]]
    """How a fact is a line of the spool."""

    def __init__(
        self,
        url: str,
        *,
        limit: int = 100_000,
        folder: Path | None = None,
        drain: float = 5.0,
        busy: float = 2.0,
        wait: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        file = database_file(url)
        if folder is None and file is None:
            raise ValueError(f"{self.name} without an SQLite file beside it needs to be told where to spool")
        folder = folder or Path(str(file)).parent
        self._spool: Spool[T] = Spool(folder / f"{self.name}-spool", self.spelling)
        self._aside = folder / f"{self.name}-refused.jsonl"
        self._url, self._busy, self._door = url, busy, Door(url, busy=busy)
        self._limit, self._drain, self._wait = limit, drain, wait
        self._waiting: deque[T] = deque()
        self._taken = self._written = self._bare = 0
        """Of the facts that memory took: how many, how many of them are written, and the last that no file has."""
        self._work, self._idle, self._troubled = asyncio.Event(), asyncio.Event(), asyncio.Event()
        self._tasks = asyncio.TaskGroup()
        self._overflowing = False
        self._writer: asyncio.Task[None] | None = None
        self.elsewhere: Callable[[Sequence[T]], Awaitable[bool]] | None = None
        """Somebody who writes a batch for us, at no cost to those who are served here; whether it is written."""
        self.alarm: str | None = None
        """Why nothing can be written to the database at the moment; None when all is well."""
        self.spool_alarm: str | None = None
        """Why the spool takes nothing at the moment: a fact is in memory alone until it is in the database."""
        self.spilled = 0
        """Facts that memory did not hold, and the spool alone did, since the start."""
        self.refused = 0
        """Facts that the database would not take for what they are: kept in a file beside the spool, our bug."""
        self.lost = 0
        """Facts that neither memory nor a file would take: the log says of whom."""

    @abstractmethod
    async def _write(self, connection: AsyncConnection, batch: Sequence[T], *, derived: bool) -> None:
        """Write the facts, and with `derived` what is folded from them."""

    @abstractmethod
    def _about(self, fact: T) -> str:
        """Whom the log names when the fact is in trouble; never a number."""

    # ── taking ──────────────────────────────────────────────────────────────

    def put(self, fact: T) -> None:
        """Take the fact: when this returns it outlives us, unless `spool_alarm` tells why not. Never raises."""
        room = len(self._waiting) < self._limit
        remembered = room and self._writer is not None
        spooled = self._spooled(fact, self._taken + 1 if remembered else None)
        if remembered or (room and not spooled):
            self._waiting.append(fact)
            self._taken += 1
            self._bare = self._bare if spooled else self._taken
        elif spooled:
            if not self._overflowing and self._writer is not None:
                log.error("facts go to the spool alone", of=self.name, facts=self.lag(), alarm=self.alarm)
            self._overflowing = True
            self.spilled += 1
        else:
            log.error("a fact is lost", of=self.name, about=self._about(fact), alarm=self.spool_alarm)
            self.lost += 1
        self._idle.clear()
        self._work.set()

    def lag(self) -> int:
        """How many facts in memory are not yet written."""
        return len(self._waiting)

    @property
    def writes(self) -> bool:
        """Whether there is somebody who writes, or tries to."""
        return self._writer is not None and not self._writer.done()

    @property
    def alive(self) -> bool:
        """Whether facts are being written."""
        return self.writes and self.alarm is None

    @property
    def abreast(self) -> bool:
        """Whether all but the newest facts are written: no trouble, and nothing older waits in memory or file."""
        return self.alive and not self._overflowing and len(self._waiting) < BATCH

    async def flush(self) -> None:
        """Wait until everything taken so far is written, and at the start what an earlier run had left."""
        await self._idle.wait()

    async def caught_up(self) -> bool:
        """As `flush`, but do not wait for a database in trouble: False then."""
        waits = {asyncio.ensure_future(event.wait()) for event in (self._idle, self._troubled)}
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()
        return self._idle.is_set() and self.alarm is None

    # ── lifetime ────────────────────────────────────────────────────────────

    async def __aenter__(self) -> Self:
        await self._tasks.__aenter__()
        self._work.set()  # an earlier run may have left something
        self._writer = self._tasks.create_task(self._write_for_ever(), name=self.name)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        writer = self._writer
        try:
            async with asyncio.timeout(self._drain):
                await self.flush()
        except TimeoutError:
            log.warning("facts are left to the next start", of=self.name, facts=self.lag(), alarm=self.alarm)
        finally:
            self._writer = None
            if writer is not None:
                writer.cancel()
            await self._spool_bare()
            if self._bare > self._written:
                self.lost += len(self._waiting)
                about = sorted({self._about(fact) for fact in self._waiting})
                log.error("facts are lost", of=self.name, facts=len(self._waiting), about=about, alarm=self.spool_alarm)
            self._waiting.clear()
            await self._tasks.__aexit__(None, None, None)
            self._spool.close()
            await self._door.close()

    # ── writing ─────────────────────────────────────────────────────────────

    async def _write_for_ever(self) -> None:
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(LOOKS_EVERY):
                    await self._work.wait()
            if self._work.is_set() and len(self._waiting) < BATCH:
                await self._wait(LINGER)
            self._work.clear()
            try:
                await self._store([])
                await self._look_after_spool()
                await self._write_waiting()
                await self._write_left()
            except Exception as error:
                log.exception("a writer failed", of=self.name)
                self._raise_alarm(error)
                await self._wait(LONGEST_PAUSE)
                self._work.set()
            if not self._waiting and not self._work.is_set():
                self._overflowing = False
                self._idle.set()

    async def _write_waiting(self) -> None:
        """Facts leave memory once they are written, so that what is interrupted is still there."""
        while batch := list(islice(self._waiting, BATCH)):
            await self._store(batch)
            for _ in batch:
                self._waiting.popleft()
            self._written += len(batch)
            await self._look_after_spool()

    async def _write_left(self) -> None:
        """Write what only the spool has."""
        for segment in self._spool.to_read():
            parts = self._spool.read(segment, BATCH)
            while (part := await asyncio.to_thread(next, parts, None)) is not None:
                await self._store(part)
                await self._write_waiting()
            self._set_aside(segment.unread)
            self._spool.done(segment)

    async def _store(self, batch: list[T], *, derived: bool = True) -> None:
        """Write the batch, however long it takes; with an empty one see that it could be.

        What can never be written is found by halving and put aside.
        """
        pause = FIRST_PAUSE
        while True:
            try:
                await self._door.open()
                if batch:
                    if not (derived and await self._written_elsewhere(batch)):
                        async with turn(self._url, self._busy), self._door.engine.begin() as connection:
                            await self._write(connection, batch, derived=derived)
                    self._door.worked()
            except Exception as error:
                if batch and not may_pass(error):
                    return await self._store_parts(batch, error, derived=derived)
                self._raise_alarm(error)
                await self._door.failed()
                await self._look_after_spool()
                await asyncio.to_thread(self._spool.sync)  # it has to last for a while
                await self._wait(pause)
                pause = min(2 * pause, LONGEST_PAUSE)
            else:
                return self._clear_alarm()

    async def _written_elsewhere(self, batch: list[T]) -> bool:
        """Whether somebody else wrote it; what is wrong with the database is found out here."""
        return self.alarm is None and self.elsewhere is not None and await self.elsewhere(batch)

    async def _store_parts(self, batch: list[T], error: Exception, *, derived: bool) -> None:
        if len(batch) > 1:
            middle = len(batch) // 2
            await self._store(batch[:middle], derived=derived)
            await self._store(batch[middle:], derived=derived)
        elif derived:
            log.error("what follows from a fact cannot be written", of=self._about(batch[0]), exc_info=error)
            await self._store(batch, derived=False)
        else:
            log.error("a fact is refused", of=self.name, about=self._about(batch[0]), exc_info=error)
            self._set_aside([self.spelling.line_of(batch[0])])

    # ── the spool ───────────────────────────────────────────────────────────

    def _spooled(self, fact: T, number: int | None) -> bool:
        """Append the fact to the spool; False, and an alarm, when it takes nothing."""
        try:
            self._spool.put(fact, number)
        except OSError as error:
            self._raise_spool_alarm(error)
            return False
        self._clear_spool_alarm()
        return True

    async def _look_after_spool(self) -> None:
        """Empty what is written; a file that went astray is begun anew with what memory holds."""
        try:
            if self._spool.astray():
                log.error("the spool was removed, beginning another", of=self.name)
                self._bare = self._taken
            self._spool.written(self._written)
        except OSError as error:
            self._raise_spool_alarm(error)
            self._bare = self._taken
        else:
            await self._spool_bare()

    async def _spool_bare(self) -> None:
        """Let the spool have, too, what only memory holds. What it gets twice is written once."""
        if self._bare <= self._written:
            return
        until = self._bare
        for number, fact in enumerate(list(self._waiting), start=self._written + 1):
            if not self._spooled(fact, number):
                return
            if number % BATCH == 0:
                await asyncio.sleep(0)
        self._bare = 0 if self._bare == until else self._bare

    def _set_aside(self, lines: Sequence[str]) -> None:
        """Keep what is no fact, or none for the database, where people find it."""
        self.refused += len(lines)
        try:
            if lines:
                set_aside(self._aside, lines)
        except OSError as error:
            log.error("facts that were refused are lost", of=self.name, facts=len(lines), error=str(error))
            self.lost += len(lines)

    # ── trouble ─────────────────────────────────────────────────────────────

    def _raise_alarm(self, error: Exception) -> None:
        if self.alarm is None:
            log.error("facts cannot be written, trying on", of=self.name, facts=self.lag(), error=told(error))
        self.alarm = told(error)
        self._troubled.set()

    def _clear_alarm(self) -> None:
        if self.alarm is not None:
            log.info("facts are written again", of=self.name, facts=self.lag())
        self.alarm = None
        self._troubled.clear()

    def _raise_spool_alarm(self, error: OSError) -> None:
        if self.spool_alarm is None:
            log.error("facts cannot be spooled, memory alone has them", of=self.name, error=str(error))
        self.spool_alarm = error.strerror or str(error)

    def _clear_spool_alarm(self) -> None:
        if self.spool_alarm is not None:
            log.info("facts are spooled again", of=self.name)
        self.spool_alarm = None
