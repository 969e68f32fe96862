"""A writer's way into its database: minded, because databases are locked, moved away, replaced and spoiled.

SQLite goes on writing into a file that somebody has removed, and into a copy that nobody looks at any more; so the file
is looked at before each transaction.
"""

from __future__ import annotations

import structlog

from records.database import database_file, open_database
from records.migrations import TooNew, upgrade

log = structlog.get_logger(__name__)


class Door:
    """`engine`, whenever `open` has returned. `busy` is how many seconds SQLite waits for another's lock."""

    def __init__(self, url: str, *, busy: float) -> None:
        self._url, self._busy, self._file = url, busy, database_file(url)
        self.engine = open_database(url, busy=busy)
        self._seen: tuple[int, int] | None = None
        """The file that we write to, by device and number."""
        self._doubted = True
        """Its tables may not be today's."""
        self._good = self._spoiled = False
        """Something was written to it; or nothing ever, and it was there."""

    def _there(self) -> tuple[int, int] | None:
        if self._file is None:
            return None
        try:
            about = self._file.stat()
        except FileNotFoundError:
            return None
        return about.st_dev, about.st_ino

    async def open(self) -> None:
        """See that the database is there, is the one that it was, and has today's tables.

        One that is gone is waited for: making a new one would be in the way of who brings it back. Unless it never
        worked: whoever put a spoiled one aside gets a new one. Raises OSError, SQLAlchemy's DBAPIError, TimeoutError.
        """
        there = self._there()
        if self._seen is not None and there != self._seen:
            await self.engine.dispose()
            if there is None and not self._spoiled:
                raise FileNotFoundError(f"{self._file} is gone: put it back, or restart the hotline to begin a new one")
            log.error("the database is another one than it was", file=str(self._file))
            self._doubted = True
        if self._doubted:
            try:
                await upgrade(self._url, patience=self._busy)
            except TooNew as error:
                raise OSError(str(error)) from error
            self._doubted = False
        self._seen = self._there()

    def worked(self) -> None:
        """Something was written."""
        self._good, self._spoiled = True, False

    async def failed(self) -> None:
        """Something could not be written: begin with new connections, and look at the tables."""
        self._seen = self._seen or self._there()
        self._spoiled = self._spoiled or (not self._good and self._there() is not None)
        self._doubted = True
        await self.engine.dispose()

    async def close(self) -> None:
        await self.engine.dispose()
