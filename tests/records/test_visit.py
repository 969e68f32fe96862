"""Statements that are carried out in one visit to their thread answer as SQLite's own do."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError, OperationalError

from records import visit
from records.database import open_database

MANY = 3 * visit.FIRST


@pytest.fixture
async def opened(tmp_path: Path) -> AsyncIterator[visit.Connection]:
    connection: Any = visit.Connection(str(tmp_path / "visited.db"), isolation_level=None)
    await connection
    yield connection
    await connection.close()


async def filled(opened: visit.Connection, rows: int) -> visit.Cursor:
    """All rows of a table of so many are asked for."""
    cursor = visit.Cursor(opened)
    await cursor.execute("CREATE TABLE facts (n INTEGER PRIMARY KEY)")
    await cursor.executemany("INSERT INTO facts VALUES (?)", [(n,) for n in range(rows)])
    assert cursor.rowcount == rows
    return await cursor.execute("SELECT n FROM facts ORDER BY n")


@pytest.mark.parametrize("rows", [0, 1, visit.FIRST - 1, visit.FIRST, visit.FIRST + 1, MANY])
async def test_all_rows_come_in_order_however_they_are_fetched(opened: visit.Connection, rows: int) -> None:
    expected = [(n,) for n in range(rows)]
    cursor = await filled(opened, rows)
    assert await cursor.fetchall() == expected
    assert await cursor.fetchall() == []
    for size in (1, 7, visit.FIRST, MANY):
        await cursor.execute("SELECT n FROM facts ORDER BY n")
        found: list[Any] = []
        while part := await cursor.fetchmany(size):
            assert len(part) == size or len(found) + len(part) == rows
            found += part
        assert found == expected
    await cursor.execute("SELECT n FROM facts ORDER BY n")
    assert [await cursor.fetchone() for _ in range(rows + 1)] == [*expected, None]
    await cursor.execute("SELECT n FROM facts ORDER BY n")
    assert [row async for row in cursor] == expected


async def test_what_a_statement_tells_of_itself_is_there_when_its_cursor_is_closed(opened: visit.Connection) -> None:
    async with await opened.cursor() as cursor:
        await cursor.execute("CREATE TABLE facts (n INTEGER PRIMARY KEY, what TEXT)")
        await cursor.execute("INSERT INTO facts (what) VALUES ('a'), ('b') RETURNING n, what")
        assert await cursor.fetchall() == [(1, "a"), (2, "b")]
        assert [column[0] for column in cursor.description] == ["n", "what"]
        assert (cursor.rowcount, cursor.lastrowid) == (2, 2)
        await cursor.execute("UPDATE facts SET what = 'c'")
        assert cursor.rowcount == 2
    assert cursor.rowcount == 2


async def test_a_statement_that_fails_leaves_nothing_open(opened: visit.Connection) -> None:
    cursor = await filled(opened, 1)
    with pytest.raises(sqlite3.IntegrityError):
        await cursor.execute("INSERT INTO facts VALUES (0)")
    await cursor.execute("SELECT count(*) FROM facts")
    assert await cursor.fetchone() == (1,)


async def test_a_cursor_left_in_the_middle_keeps_nobody_from_writing(tmp_path: Path) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path / 'left.db'}"
    reader, writer = open_database(url), open_database(url, busy=0.1)
    async with writer.begin() as connection:
        await connection.execute(text("CREATE TABLE facts (n INTEGER PRIMARY KEY)"))
        await connection.execute(text("INSERT INTO facts VALUES (:n)"), [{"n": n} for n in range(MANY)])
    async with reader.connect() as connection:
        found = await connection.stream(text("SELECT n FROM facts"))
        assert len(await anext(found.partitions(10))) == 10
        await found.close()
    async with writer.begin() as connection:
        assert (await connection.execute(text("DELETE FROM facts"))).rowcount == MANY
    await reader.dispose()
    await writer.dispose()


async def test_a_statement_nobody_waits_for_any_more_gives_its_lock_up(tmp_path: Path) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path / 'given-up.db'}"
    first, second = open_database(url), open_database(url, busy=5.0)
    async with first.begin() as connection:
        await connection.execute(text("CREATE TABLE facts (n INTEGER PRIMARY KEY)"))
        await connection.execute(text("INSERT INTO facts VALUES (1)"))
    slow = text(
        "INSERT INTO facts WITH RECURSIVE c(n) AS (SELECT 2 UNION ALL SELECT n+1 FROM c LIMIT 300000) SELECT n FROM c"
    )
    begun = asyncio.Event()

    async def work() -> None:
        async with first.begin() as connection:
            begun.set()
            await connection.execute(slow)

    task = asyncio.create_task(work())
    await begun.wait()
    await asyncio.sleep(0.01)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    async with second.begin() as connection:
        with pytest.raises(IntegrityError):
            await connection.execute(text("INSERT INTO facts VALUES (1)"))
    async with second.begin() as connection:
        assert (await connection.execute(text("SELECT count(*) FROM facts"))).scalar_one() == 1
    await first.dispose()
    await second.dispose()


async def test_a_closed_connection_says_so(opened: visit.Connection) -> None:
    cursor = await opened.cursor()
    await opened.close()
    with pytest.raises(ValueError, match="closed"):
        await cursor.execute("SELECT 1")


async def test_a_locked_database_is_told_as_ever(tmp_path: Path) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path / 'locked.db'}"
    first, second = open_database(url), open_database(url, busy=0.05)
    async with first.begin():
        with pytest.raises(OperationalError, match="locked"):
            async with second.begin():
                pass
    await first.dispose()
    await second.dispose()
