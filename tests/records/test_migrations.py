"""Unit on real databases: the tables are what the migrations make, and the journal is append-only."""

from __future__ import annotations

import asyncio
import io
import os
import shutil
import stat
from pathlib import Path
from types import SimpleNamespace

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from records import paper_tables
from records.copying import about
from records.database import database_file, open_database
from records.dump import put_back
from records.journal import SqlJournal
from records.migrations import DUMP, NotKept, TooNew, alembic_config, head, kept_before, upgrade
from records.tables import metadata
from tests.databases import REFUSED, execute
from tests.postgres import postgres
from tests.records.tales import TALKS, entries

pytestmark = pytest.mark.migrates


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


async def test_two_starts_at_once_both_find_the_newest_tables(bare: str) -> None:
    async with asyncio.TaskGroup() as starts:
        for _ in range(4):
            starts.create_task(upgrade(bare))
    assert execute(bare, "SELECT count(*) FROM alembic_version") == [(1,)]
    if database_file(bare) is not None:
        assert execute(bare, "PRAGMA journal_mode") == [("wal",)]


async def test_a_database_of_a_newer_hotline_is_refused(url: str) -> None:
    execute(url, "UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(TooNew, match="9999"):
        await upgrade(url)


async def test_a_start_that_fails_half_way_leaves_nothing_behind(bare: str) -> None:
    if (file := database_file(bare)) is not None:
        file.parent.mkdir()
    execute(bare, "CREATE TABLE cdr (stranger INTEGER)")
    with pytest.raises(Exception, match=r'cdr"? already exists'):
        await upgrade(bare)
    ours = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
    assert execute(bare, ours if file is None else "SELECT name FROM sqlite_master") == [("cdr",)]


@pytest.mark.parametrize(
    "change", ["UPDATE journal SET kind = 'CallAnswered'", "DELETE FROM journal", "DELETE FROM journal WHERE seq = 3"]
)
async def test_nobody_changes_or_removes_a_fact(url: str, change: str) -> None:
    async with SqlJournal(url) as journal:
        for entry in entries(TALKS):
            journal.note(entry)
    with pytest.raises(REFUSED, match="append-only"):
        execute(url, change)
    assert execute(url, "SELECT count(*) FROM journal") == [(len(TALKS),)]


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


def former() -> str:
    """The tables before today's."""
    return [script.revision for script in ScriptDirectory.from_config(alembic_config()).walk_revisions()][1]


@pytest.mark.sqlite
async def test_tables_of_before_are_copied_before_they_are_brought_up_to_date(tmp_path: Path) -> None:
    """Going back is the copy and the former version: docs/install.md."""
    url, file = f"sqlite+aiosqlite:///{tmp_path}/hotline.db", tmp_path / "hotline.db"
    before = former()
    await _at(url, before)
    execute(url, "INSERT INTO holds VALUES ('a-1', '2026-10-01 01:00:00.000000', 'os:ann', 'x')")
    await upgrade(url)
    kept = kept_before(file, before)
    assert execute(url, "SELECT version_num FROM alembic_version") == [(head(),)]
    assert execute(f"sqlite:///{kept}", "SELECT version_num FROM alembic_version") == [(before,)]
    assert (
        execute(f"sqlite:///{kept}", "SELECT call FROM holds") == execute(url, "SELECT call FROM holds") == [("a-1",)]
    )
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    kept.replace(file)  # back, and up again
    await upgrade(url)
    assert (await about(url)).revision == head()


@pytest.mark.sqlite
async def test_without_room_for_the_copy_the_tables_stay_as_they_were(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url, file = f"sqlite+aiosqlite:///{tmp_path}/hotline.db", tmp_path / "hotline.db"
    before = former()
    await _at(url, before)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=1000))
    with pytest.raises(OSError, match="make room"):
        await upgrade(url)
    assert execute(url, "SELECT version_num FROM alembic_version") == [(before,)]
    assert not kept_before(file, before).exists()


@pytest.mark.postgresql
async def test_former_tables_of_a_server_are_dumped_before_they_are_brought_up_to_date(
    bare: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", f"{postgres()._programs}:{os.environ['PATH']}")
    before, keep = former(), tmp_path / "var"
    await _at(bare, before)
    execute(bare, "INSERT INTO holds VALUES ('a-1', '2026-10-01 01:00:00+00', 'os:ann', 'x')")
    await upgrade(bare, keep=keep)
    kept = kept_before(keep / DUMP, before)
    assert os.listdir(keep) == [kept.name]  # noqa: PTH208
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert execute(bare, "SELECT version_num FROM alembic_version") == [(head(),)]
    there = postgres().url(postgres().make())
    await put_back(kept.rename(keep / DUMP), there)
    assert execute(there, "SELECT version_num FROM alembic_version") == [(before,)]
    assert execute(there, "SELECT call FROM holds") == [("a-1",)]


@pytest.mark.postgresql
async def test_former_tables_that_cannot_be_dumped_stay_unless_somebody_says_so(
    bare: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = former()
    await _at(bare, before)
    with pytest.raises(NotKept, match="next start of the hotline copies them"):
        await upgrade(bare)  # a writer's: it knows no folder
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(NotKept, match=r"pg_dump is not installed.*`hotline database upgrade --without-copy`"):
        await upgrade(bare, keep=tmp_path)
    assert execute(bare, "SELECT version_num FROM alembic_version") == [(before,)]
    assert os.listdir(tmp_path) == []  # noqa: PTH208 - no thread is worth it
    await upgrade(bare, keep=tmp_path, without_copy=True)
    assert execute(bare, "SELECT version_num FROM alembic_version") == [(head(),)]


async def at_former(url: str) -> None:
    """Make a database as the version before this one did."""
    await _at(url, former())


async def _at(url: str, revision: str) -> None:
    """Make a database as the version with these tables did."""
    config = alembic_config()
    engine = open_database(url)
    async with engine.begin() as connection:

        def migrate(sync: Connection) -> None:
            config.attributes["connection"] = sync
            command.upgrade(config, revision)

        await connection.run_sync(migrate)
    await engine.dispose()
