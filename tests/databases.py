"""Databases with today's tables for tests: an SQLite file, and one on a real PostgreSQL.

A test that takes `url` runs on both; one that is marked `sqlite` looks into the file itself, and runs on that alone, as
one that is marked `postgresql` needs a server.
"""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import asyncpg  # type: ignore[import-untyped]
import pytest
from sqlalchemy import make_url

from records import behind
from records.database import database_file
from records.migrations import upgrade
from tests.postgres import migrated, postgres

KINDS = ("sqlite", "postgresql")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Each test that takes `url` is run on every kind of database."""
    if "url" in metafunc.fixturenames:
        asked = [kind for kind in KINDS if metafunc.definition.get_closest_marker(kind) is not None]
        metafunc.parametrize("url", asked or KINDS, indirect=True)


@pytest.fixture
def url(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A database with the tables and nothing in them."""
    if request.param == "sqlite":
        file = tmp_path / "hotline.db"
        shutil.copy(_migrated_file(request.config), file)
        yield f"sqlite+aiosqlite:///{file}"
        return
    # where the spool of a server lies is the settings' to say; here it lies where a test looks for it
    monkeypatch.setattr(behind, "database_file", lambda url: database_file(url) or tmp_path / "hotline.db")
    name = postgres().make(migrated())
    yield postgres().url(name)
    postgres().drop(name)


@pytest.fixture
def bare(url: str) -> Iterator[str]:
    """A database without a table, on the kind that the test runs on."""
    file = database_file(url)
    if file is not None:
        yield f"sqlite+aiosqlite:///{file.with_name('bare') / 'hotline.db'}"
        return
    name = postgres().make()
    yield postgres().url(name)
    postgres().drop(name)


@pytest.fixture
def other(url: str, tmp_path: Path) -> Iterator[str]:
    """A database without a table, of the kind that the test does not run on."""
    if database_file(url) is None:
        yield f"sqlite+aiosqlite:///{tmp_path / 'other' / 'hotline.db'}"
        return
    name = postgres().make()
    yield postgres().url(name)
    postgres().drop(name)


def _migrated_file(config: pytest.Config) -> Path:
    """An SQLite file with today's tables, to be copied."""
    folder: Path = config._tmp_path_factory.getbasetemp()  # type: ignore[attr-defined]
    file = folder / "migrated.db"
    if not file.exists():
        asyncio.run(upgrade(f"sqlite+aiosqlite:///{file}"))
        with closing(sqlite3.connect(file)) as database:
            database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return file


def execute(url: str, *statements: str) -> list[Any]:
    """Do it behind the hotline's back, as whoever holds the database could; the rows of the last one.

    Raises the driver's own errors (`REFUSED`).
    """
    file = database_file(url)
    if file is not None:
        with closing(sqlite3.connect(file, timeout=30)) as database, database:
            found = [database.execute(statement).fetchall() for statement in statements]
        rows: list[Any] = found[-1]
        return rows

    async def do() -> list[Any]:
        parts = make_url(url)
        connection = await asyncpg.connect(host=parts.query["host"], user=parts.username, database=parts.database)
        try:
            async with connection.transaction():
                found: list[Any] = [await connection.fetch(statement) for statement in statements][-1]
                return found
        finally:
            await connection.close()

    return [tuple(row) for row in _apart(do)]


def _apart(work: Any) -> Any:
    """In a loop of its own, wherever we are called."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(lambda: asyncio.run(work())).result()


REFUSED = (sqlite3.Error, asyncpg.PostgresError)
"""What a database says no with."""
