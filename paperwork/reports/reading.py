"""One look at the database for a whole report: all of it is of the same instant, whatever is written meanwhile."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from sqlalchemy import Executable, RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from records.database import open_database

AT_ONCE = 5_000
"""Rows that are in memory when a query finds very many."""


class Reading:
    """What was there at one instant; nothing at all without a connection: a hotline that never ran."""

    def __init__(self, connection: AsyncConnection | None) -> None:
        self._connection = connection

    @property
    def connection(self) -> AsyncConnection | None:
        """For those who count by themselves; None when nothing is there to count."""
        return self._connection

    async def rows(self, query: Executable) -> Sequence[RowMapping]:
        """What a query finds."""
        if self._connection is None:
            return ()
        return (await self._connection.execute(query)).mappings().all()

    async def row(self, query: Executable) -> RowMapping | None:
        """The first of it."""
        if self._connection is None:
            return None
        return (await self._connection.execute(query)).mappings().first()

    async def each(self, query: Executable) -> AsyncIterator[RowMapping]:
        """What a query finds, one after the other, never all at once in memory."""
        if self._connection is None:
            return
        found = await self._connection.stream(query, execution_options={"yield_per": AT_ONCE})
        async for part in found.mappings().partitions():  # row by row each would wait its turn in the loop
            for row in part:
                yield row


@asynccontextmanager
async def open_reading(url: str) -> AsyncIterator[Reading]:
    """A look at the database at `url`, which nobody needs to have made yet. Asking raises SQLAlchemy's DBAPIError."""
    try:
        engine = open_database(url, read_only=True)
    except FileNotFoundError:
        yield Reading(None)
        return
    if engine.dialect.name == "postgresql":
        engine = engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
    try:
        async with engine.connect() as connection:
            yield Reading(connection)
    finally:
        await engine.dispose()
