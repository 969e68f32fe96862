"""Connections to the database for screens and clerks: they never wait behind calls that are being written."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any, Final

from sqlalchemy import Executable, RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from records.database import open_database
from records.turn import turn

BUSY: Final = 2.0
"""Seconds to wait for another writer of this process; as many again for one of another."""


class NoDatabase(RuntimeError):
    """The database is not there, or not yet."""


class Store:
    """Reads and writes the tables of `records.tables`, once they are there (`records.migrations.upgrade`).

    Whatever asks it raises SQLAlchemy's DBAPIError, or NoDatabase.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self._reader: AsyncEngine | None = None
        self._writing = open_database(url, busy=BUSY)

    async def close(self) -> None:
        if self._reader is not None:
            await self._reader.dispose()
        await self._writing.dispose()

    @property
    def _reading(self) -> AsyncEngine:
        if self._reader is None:
            try:
                self._reader = open_database(self.url, read_only=True)
            except FileNotFoundError as error:
                raise NoDatabase(str(error)) from error
        return self._reader

    async def rows(self, query: Executable) -> Sequence[RowMapping]:
        """What a query finds."""
        async with self._reading.connect() as connection:
            return (await connection.execute(query)).mappings().all()

    async def row(self, query: Executable) -> RowMapping | None:
        """The first of it."""
        async with self._reading.connect() as connection:
            return (await connection.execute(query)).mappings().first()

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncConnection]:
        """One state of the database, for several queries."""
        async with self._reading.connect() as connection:
            yield connection

    @asynccontextmanager
    async def portions(
        self, query: Executable, rows: int = 1_000
    ) -> AsyncIterator[AsyncIterator[Sequence[RowMapping]]]:
        """What a query finds, however much it is, so many rows at a time."""
        async with self._reading.connect() as connection:
            found = await connection.stream(query, execution_options={"yield_per": rows})
            yield found.mappings().partitions()

    async def do(self, *statements: Executable) -> int:
        """All of them or none; how many rows the last one changed."""
        changed = 0
        async with self.writing() as connection:
            for statement in statements:
                result: Any = await connection.execute(statement)
                changed = result.rowcount
        return changed

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[AsyncConnection]:
        """One transaction that may write."""
        async with turn(self.url, BUSY), self._writing.begin() as connection:
            yield connection
