"""SQLite's statements in one visit each to the thread of their connection.

aiosqlite goes there for the cursor, again for the statement, for its rows, and to let go of it; each time two threads
wake each other, which costs more of the processor than most statements do (`bench/papers.py`).
"""

from __future__ import annotations

import sqlite3
from collections import deque
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any, Final, Self, TypeVar

import aiosqlite
from aiosqlite.context import contextmanager

_Found = TypeVar("_Found")
FIRST: Final = 256
"""Rows that come with their statement; more are fetched when they are asked for."""


class Cursor(aiosqlite.Cursor):
    """Brings its first rows along; when there are no more, it is closed by then."""

    def __init__(self, connection: Connection) -> None:
        self._conn: Connection = connection
        self.iter_chunk_size = FIRST
        self._first: deque[Any] = deque()
        self._more = False
        """The statement has other rows, and is open."""

    async def execute(self, sql: str, parameters: Iterable[Any] | None = None) -> Self:
        given: Any = () if parameters is None else parameters
        return await self._visit(lambda cursor: cursor.execute(sql, given))

    async def executemany(self, sql: str, parameters: Iterable[Any]) -> Self:
        return await self._visit(lambda cursor: cursor.executemany(sql, parameters))

    async def executescript(self, sql_script: str) -> Self:
        return await self._visit(lambda cursor: cursor.executescript(sql_script))

    async def _visit(self, do: Callable[[sqlite3.Cursor], object]) -> Self:
        await self.close()
        self._cursor, rows = await self._conn.visit(self._visited, do)
        self._first, self._more = deque(rows), len(rows) == FIRST
        return self

    def _visited(self, do: Callable[[sqlite3.Cursor], object]) -> tuple[sqlite3.Cursor, list[Any]]:
        """In the thread. What the cursor tells of its statement, it tells when it is closed, too."""
        cursor = self._conn.opened.cursor()
        try:
            do(cursor)
            rows = [] if cursor.description is None else cursor.fetchmany(FIRST)
        except BaseException:
            cursor.close()
            raise
        if len(rows) < FIRST:
            cursor.close()
        return cursor, rows

    async def fetchone(self) -> Any:
        if self._first:
            return self._first.popleft()
        return await super().fetchone() if self._more else None

    async def fetchmany(self, size: int | None = None) -> list[Any]:
        wanted = 1 if size is None else size
        rows = [self._first.popleft() for _ in range(min(wanted, len(self._first)))]
        if self._more and len(rows) < wanted:
            rows += await super().fetchmany(wanted - len(rows))
        return rows

    async def fetchall(self) -> list[Any]:
        rows = list(self._first)
        self._first.clear()
        return [*rows, *await super().fetchall()] if self._more else rows

    async def close(self) -> None:
        self._first.clear()
        if self._more:
            self._more = False
            await super().close()


class Connection(aiosqlite.Connection):
    """Whose cursors are as above. Not connected before it is awaited."""

    def __init__(self, database: str, **settings: Any) -> None:
        super().__init__(partial(sqlite3.connect, database, **settings), FIRST)
        self._thread.daemon = True  # a connection that nobody closed keeps no program from ending

    @property
    def opened(self) -> sqlite3.Connection:
        """For its own thread. Raises ValueError when it is closed."""
        return self._conn

    async def visit(self, do: Callable[..., _Found], *given: Any) -> _Found:
        """What `do` returns, done in the thread. Raises what it raises; ValueError when the connection is closed."""
        found: _Found = await self._execute(do, *given)  # type: ignore[no-untyped-call]
        return found

    @contextmanager
    async def cursor(self) -> aiosqlite.Cursor:
        return Cursor(self)
