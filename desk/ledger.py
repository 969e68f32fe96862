"""How the desk writes into the audit log: some things before they are done, the rest right after, never on the loop."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

import structlog

from records.audit import Deed, Detail

log = structlog.get_logger()

MOST = 2000
"""Deeds that wait to be written down; floods of failed sign-ins are slowed before they come to so many."""

Write = Callable[[Deed, datetime], Awaitable[object]]


class Ledger:
    """Give it `records.audit.Audit.write`; let `run` run."""

    def __init__(self, write: Write) -> None:
        self._write = write
        self._waiting: asyncio.Queue[tuple[Deed, datetime]] = asyncio.Queue(MOST)
        self.lost = 0
        """Deeds that found the queue full; each was told in the log."""

    async def write(
        self, who: str, what: str, *, about: str | None = None, reason: str | None = None, **details: Detail
    ) -> None:
        """Write it down first: when this returns it is on the disk. Raises what `write` raises."""
        await self._put(Deed(who, what, about, reason, details), datetime.now(UTC))

    def note(
        self, who: str, what: str, *, about: str | None = None, reason: str | None = None, **details: Detail
    ) -> None:
        """Write it down soon: for what must not wait for the database, like the commands of a talk."""
        deed = Deed(who, what, about, reason, details)
        try:
            self._waiting.put_nowait((deed, datetime.now(UTC)))
        except asyncio.QueueFull:
            self.lost += 1
            log.error("a deed is not in the audit log: too many wait", who=who, what=what, about=about)

    async def run(self) -> None:
        """Write down what was noted, in its order; at the end what is left."""
        try:
            while True:
                await self._next()
        finally:
            while not self._waiting.empty():
                await self._next()

    async def flush(self) -> None:
        """Return when everything noted so far is written, or was tried."""
        await self._waiting.join()

    async def _next(self) -> None:
        deed, at = await self._waiting.get()
        try:
            await self._put(deed, at)
        except Exception as error:  # the database's or the disk's
            _lost(deed, error)
        finally:
            self._waiting.task_done()

    async def _put(self, deed: Deed, at: datetime) -> None:
        async def write() -> None:
            await self._write(deed, at)

        work = asyncio.ensure_future(asyncio.to_thread(lambda: asyncio.run(write())))  # it waits for the disk
        try:
            await asyncio.shield(work)
        except asyncio.CancelledError:
            await asyncio.wait([work])  # begun is begun: the engine's end must not cost an entry
            if (error := work.exception()) is not None:
                _lost(deed, error)
            raise


def _lost(deed: Deed, error: BaseException) -> None:
    """The log is what is left of it."""
    log.error(
        "a deed is not in the audit log", who=deed.who, what=deed.what, about=deed.about, error=type(error).__name__
    )
