"""Facts taken at once and written behind, and none is lost in silence: what the journal and the presences share.

`put` keeps a fact in memory and returns. One writer takes what has gathered every fifth of a second and writes it as
one transaction. While the database is locked, full or away the writer tries again for ever, with growing pauses, and
`alarm` says why. What memory does not hold goes to a spill file beside the database, and so does what could not be
written before the end; it is read back by the writer as soon as it can, or by the next start. Whoever writes sees to it
that writing twice is harmless.
"""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import Any, ClassVar, Generic, Self, TypeVar

import structlog
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection

from records.database import database_file, open_database
from records.spill import Spelling, Spill

log = structlog.get_logger(__name__)

BATCH = 500
"""Facts of one transaction at most."""
LINGER = 0.2
"""Seconds that the writer lets facts gather: what a killed engine may have kept to itself."""
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
    return isinstance(error, PoolTimeout | OSError)


class WriteBehind(ABC, Generic[T]):
    """A writer of facts to the database at `url`, whose tables are up to date (`records.migrations.upgrade`).

    Use it as an async context manager; `put` belongs to its event loop's thread. `limit` is how many facts memory
    holds, `spill` the spill file (beside an SQLite database by itself), `drain` how many seconds leaving may take to
    write the rest, `busy` those that SQLite waits for a lock, `wait` how the writer sleeps.
    """

    name: ClassVar[str]
    """Of its files and in the log."""
    spelling: ClassVar[Spelling[Any]]
    """How a fact is a line of a spill file."""

    def __init__(
        self,
        url: str,
        *,
        limit: int = 100_000,
        spill: Path | None = None,
        drain: float = 5.0,
        busy: float = 2.0,
        wait: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        file = database_file(url)
        if spill is None and file is None:
            raise ValueError(f"{self.name} without an SQLite file beside it needs to be told where to spill")
        self._spill: Spill[T] = Spill(spill or Path(str(file)).with_name(f"{self.name}-spill.jsonl"), self.spelling)
        self._refused: Spill[T] = Spill(self._spill.path.with_name(f"{self.name}-refused.jsonl"), self.spelling)
        self._engine = open_database(url, busy=busy)
        self._limit, self._drain, self._wait = limit, drain, wait
        self._waiting: deque[T] = deque()
        self._work, self._idle = asyncio.Event(), asyncio.Event()
        self._tasks = asyncio.TaskGroup()
        self._overflowing = False
        self._writer: asyncio.Task[None] | None = None
        self.alarm: str | None = None
        """Why nothing can be written at the moment; None when all is well."""
        self.spilled = 0
        """Facts that went to the spill file since the start."""
        self.refused = 0
        """Facts that the database would not take for what they are: kept in a file beside the spill's, our bug."""
        self.lost = 0
        """Facts that not even a file would take (a full disk): the log says of whom."""

    @abstractmethod
    async def _write(self, connection: AsyncConnection, batch: Sequence[T], *, derived: bool) -> None:
        """Write the facts, and with `derived` what is folded from them."""

    @abstractmethod
    def _about(self, fact: T) -> str:
        """Whom the log names when the fact is in trouble; never a number."""

    # ── taking ──────────────────────────────────────────────────────────────

    def put(self, fact: T) -> None:
        """Take the fact; never blocks and never raises."""
        if self._writer is None or len(self._waiting) >= self._limit:
            if not self._overflowing:
                log.error("facts spill", of=self.name, facts=self.lag(), alarm=self.alarm, file=str(self._spill.path))
            self._overflowing = True
            self.spilled += self._put_aside([fact], self._spill)
        else:
            self._waiting.append(fact)
        self._idle.clear()
        self._work.set()

    def lag(self) -> int:
        """How many facts in memory are not yet written."""
        return len(self._waiting)

    @property
    def alive(self) -> bool:
        """Whether facts are being written."""
        return self._writer is not None and not self._writer.done() and self.alarm is None

    async def flush(self) -> None:
        """Wait until everything taken so far is written."""
        await self._idle.wait()

    # ── lifetime ────────────────────────────────────────────────────────────

    async def __aenter__(self) -> Self:
        await self._tasks.__aenter__()
        self._work.set()  # an earlier run may have left a spill file
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
            log.warning("facts not written in time, spilling", of=self.name, facts=self.lag(), alarm=self.alarm)
        finally:
            self._writer = None
            if writer is not None:
                writer.cancel()
            self.spilled += self._put_aside(list(self._waiting), self._spill)
            self._waiting.clear()
            await self._tasks.__aexit__(None, None, None)
            await self._engine.dispose()

    # ── writing ─────────────────────────────────────────────────────────────

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
                log.exception("a writer failed", of=self.name)
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
        """Facts leave memory once they are written, so that what is interrupted is still there."""
        while batch := list(islice(self._waiting, BATCH)):
            await self._store(batch)
            for _ in batch:
                self._waiting.popleft()

    async def _store(self, batch: list[T], *, derived: bool = True) -> None:
        """Write the batch, however long it takes. What can never be written is found by halving and put aside."""
        pause = FIRST_PAUSE
        while batch:
            try:
                async with self._engine.begin() as connection:
                    await self._write(connection, batch, derived=derived)
            except Exception as error:
                if not may_pass(error):
                    return await self._store_parts(batch, error, derived=derived)
                self._raise_alarm(error)
                await self._wait(pause)
                pause = min(2 * pause, LONGEST_PAUSE)
            else:
                return self._clear_alarm()
        return None

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
            self.refused += self._put_aside(batch, self._refused)

    # ── trouble ─────────────────────────────────────────────────────────────

    def _put_aside(self, facts: list[T], file: Spill[T]) -> int:
        """Append to a file instead; how many facts it took."""
        try:
            if facts:
                file.put(facts)
        except OSError:
            log.exception("facts are lost", of=self.name, about=sorted({self._about(fact) for fact in facts}))
            self.lost += len(facts)
            return 0
        return len(facts)

    def _raise_alarm(self, error: Exception) -> None:
        if self.alarm is None:
            log.error("facts cannot be written, trying on", of=self.name, facts=self.lag(), exc_info=error)
        self.alarm = str(error.orig) if isinstance(error, DBAPIError) else repr(error)

    def _clear_alarm(self) -> None:
        if self.alarm is not None:
            log.info("facts are written again", of=self.name, facts=self.lag())
        self.alarm = None
