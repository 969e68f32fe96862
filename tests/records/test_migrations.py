"""Unit on real SQLite: the tables are what the migrations make, and the journal is append-only."""

from __future__ import annotations

import asyncio
import io
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection

from records import paper_tables
from records.database import open_database
from records.journal import SqlJournal
from records.migrations import TooNew, alembic_config, upgrade
from records.tables import metadata
from tests.records.tales import TALKS, entries


def _differences(connection: Connection) -> list[object]:
    assert paper_tables.filings.metadata is metadata
    return list(compare_metadata(MigrationContext.configure(connection), metadata))


async def test_migrations_make_the_tables_that_the_code_names(url: str) -> None:
    engine = open_database(url, read_only=True)
    try:
        async with engine.connect() as connection:
            assert await connection.run_sync(_differences) == []
    finally:
        await engine.dispose()


async def test_two_starts_at_once_both_find_the_newest_tables(tmp_path: Path) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path / 'var' / 'hotline.db'}"
    async with asyncio.TaskGroup() as starts:
        for _ in range(4):
            starts.create_task(upgrade(url))
    with closing(sqlite3.connect(tmp_path / "var" / "hotline.db")) as database:
        assert database.execute("SELECT count(*) FROM alembic_version").fetchone() == (1,)
        assert database.execute("PRAGMA journal_mode").fetchone() == ("wal",)


async def test_a_database_of_a_newer_hotline_is_refused(url: str, tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "hotline.db")) as database, database:
        database.execute("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(TooNew, match="9999"):
        await upgrade(url)


async def test_a_start_that_fails_half_way_leaves_nothing_behind(tmp_path: Path) -> None:
    file = tmp_path / "hotline.db"
    with closing(sqlite3.connect(file)) as database, database:
        database.execute("CREATE TABLE cdr (stranger INTEGER)")
    with pytest.raises(Exception, match="cdr already exists"):
        await upgrade(f"sqlite+aiosqlite:///{file}")
    with closing(sqlite3.connect(file)) as database:
        assert database.execute("SELECT name FROM sqlite_master").fetchall() == [("cdr",)]


@pytest.mark.parametrize(
    "change", ["UPDATE journal SET kind = 'CallAnswered'", "DELETE FROM journal", "DELETE FROM journal WHERE seq = 3"]
)
async def test_nobody_changes_or_removes_a_fact(url: str, tmp_path: Path, change: str) -> None:
    async with SqlJournal(url) as journal:
        for entry in entries(TALKS):
            journal.note(entry)
    with closing(sqlite3.connect(tmp_path / "hotline.db")) as database:
        with pytest.raises(sqlite3.IntegrityError, match="append-only"):
            database.execute(change)
        assert database.execute("SELECT count(*) FROM journal").fetchone() == (len(TALKS),)


def test_postgresql_would_get_the_same_tables_and_its_own_refusals() -> None:
    config = alembic_config()
    config.output_buffer = io.StringIO()
    config.attributes["dialect"] = "postgresql"
    command.upgrade(config, "head", sql=True)
    sql = config.output_buffer.getvalue()
    assert "data JSONB NOT NULL" in sql
    assert "at TIMESTAMP WITH TIME ZONE NOT NULL" in sql
    for table in ("journal", "presences"):
        assert f"BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}" in sql
