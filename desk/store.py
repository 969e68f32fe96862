"""The desk's own connections to the database: users, sessions and tokens never wait behind calls being written."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from sqlalchemy import Executable, RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from records.database import open_database


class Store:
    """Reads and writes the tables of `records.tables`. The tables must be there (`records.migrations.upgrade`)."""

    def __init__(self, url: str) -> None:
        """Raises FileNotFoundError when there is no such database yet."""
        self._reading = open_database(url, read_only=True)
        self._writing = open_database(url)

    async def close(self) -> None:
        await self._reading.dispose()
        await self._writing.dispose()

    async def rows(self, query: Executable) -> Sequence[RowMapping]:
        """What a query finds."""
        async with self._reading.connect() as connection:
            return (await connection.execute(query)).mappings().all()

    async def row(self, query: Executable) -> RowMapping | None:
        """The first of it."""
        async with self._reading.connect() as connection:
            return (await connection.execute(query)).mappings().first()

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
        async with self._writing.begin() as connection:
            yield connection
