"""Databases with today's tables for tests: an SQLite file, and one on a real PostgreSQL.

A test that takes `url` runs on both; one that is marked `sqlite` looks into the file itself, and runs on that alone, as
one that is marked `postgresql` needs a server.

An SQLite file that whatever is tested makes anew is a copy of one that was migrated once (`copied`): forty migrations
take longer than most tests. A test that is marked `migrates` has them all run.
"""

from __future__ import annotations

import asyncio
import os
import sqlite3
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from functools import cache
from pathlib import Path
from typing import Any

import asyncpg  # type: ignore[import-untyped]
import pytest
from sqlalchemy import make_url

from records import behind, migrations
from records.database import database_file
from tests.postgres import migrated, postgres

KINDS = ("sqlite", "postgresql")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Each test that takes `url` is run on every kind of database."""
    if "url" in metafunc.fixturenames:
        asked = [kind for kind in KINDS if metafunc.definition.get_closest_marker(kind) is not None]
        metafunc.parametrize("url", asked or KINDS, indirect=True)


_migrate = migrations._upgraded


async def copied(url: str, patience: float, until: float) -> bool:
    """Stands for `records.migrations._upgraded`: what is not there yet begins as a copy, all else is brought up."""
    file = database_file(url)
    if file is not None and not file.exists():
        with suppress(OSError):  # what is wrong with the folder is for the hotline to find
            _lay(file)
    return await _migrate(url, patience, until)


def pytest_runtest_setup(item: pytest.Item) -> None:
    vars(migrations)["_upgraded"] = copied if item.get_closest_marker("migrates") is None else _migrate


@pytest.fixture
def url(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A database with the tables and nothing in them."""
    if request.param == "sqlite":
        file = tmp_path / "hotline.db"
        _lay(file)
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


def _lay(file: Path) -> None:
    """A database with today's tables and nothing in them, all at once, unless there is one by now."""
    file.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=".laid-", dir=file.parent)
    try:
        with os.fdopen(handle, "wb") as laid:
            laid.write(_empty())
        os.link(name, file)
    except FileExistsError:
        return  # somebody else was first
    finally:
        os.unlink(name)  # noqa: PTH108 - by the name that mkstemp gave


@cache
def _empty() -> bytes:
    """What such a file holds."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "hotline.db"

        async def migrate() -> None:
            assert await _migrate(f"sqlite+aiosqlite:///{file}", 60.0, 0.0)

        with ThreadPoolExecutor(1) as apart:  # a loop may run where we are called
            apart.submit(lambda: asyncio.run(migrate())).result()
        with closing(sqlite3.connect(file)) as database:
            database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return file.read_bytes()


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
