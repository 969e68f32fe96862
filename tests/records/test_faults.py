"""Unit on real SQLite files: whatever becomes of the database, everything is written to it exactly once afterwards."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from ivr.journal import Entry
from records.behind import LINGER
from records.calls import calls
from records.journal import SqlJournal
from tests.records.tales import OUTSIDE, TALKS, entries
from tests.records.test_journal import at_once, left_files, tell, written
from tests.records.test_spool import until

pytestmark = pytest.mark.sqlite

NOBODY = 65534

EARLY, MEANWHILE, LATE = (entries(TALKS, f"a-{name}") for name in ("early", "meanwhile", "then"))


async def recovered(journal: SqlJournal) -> None:
    """The trouble is over: soon everything is written, and what is told now too."""
    async with asyncio.timeout(15):
        await journal.flush()
        tell(journal, LATE)
        await journal.flush()
    assert journal.alive
    assert (journal.lost, journal.refused, journal.spool_alarm) == (0, 0, None)


async def in_trouble(journal: SqlJournal, text: str) -> None:
    """Facts are told all the same, and within 5 seconds there is an alarm."""
    async with asyncio.timeout(5):
        tell(journal, MEANWHILE)
        while journal.alarm is None or text not in journal.alarm:  # noqa: ASYNC110 - nobody tells
            await asyncio.sleep(LINGER / 10)
    assert not journal.alive
    assert not await journal.caught_up()


async def all_there(url: str, *told: list[Entry]) -> None:
    assert await written(url) == sorted((entry for tale in told for entry in tale), key=lambda e: (e.call, e.seq))
    assert len(await calls(url)) == len(told)


async def test_a_database_that_another_program_keeps_locked(url: str, tmp_path: Path) -> None:
    async with SqlJournal(url) as journal:
        with closing(sqlite3.connect(tmp_path / "hotline.db", isolation_level=None)) as other:
            tell(journal, EARLY)
            await journal.flush()
            other.execute("BEGIN IMMEDIATE")
            await in_trouble(journal, "locked")
            other.execute("ROLLBACK")
        await recovered(journal)
    await all_there(url, EARLY, MEANWHILE, LATE)


async def test_a_folder_that_is_moved_away_for_a_while_and_comes_back(url: str, tmp_path: Path) -> None:
    home, away = tmp_path / "home", tmp_path / "away"
    url = f"sqlite+aiosqlite:///{home / 'hotline.db'}"
    async with SqlJournal(url) as journal:
        tell(journal, EARLY)
        await journal.flush()
        home.rename(away)
        await in_trouble(journal, "put it back")
        await until(lambda: journal.spool_alarm is not None)
        assert not home.exists()
        away.rename(home)
        await recovered(journal)
    await all_there(url, EARLY, MEANWHILE, LATE)
    assert left_files(home) == []


async def test_a_database_that_was_replaced_by_an_empty_one_gets_its_tables(url: str, tmp_path: Path) -> None:
    async with SqlJournal(url) as journal:
        tell(journal, EARLY)
        await journal.flush()
        for file in list(tmp_path.glob("hotline.db*")):  # noqa: ASYNC240
            file.rename(file.with_name("old-" + file.name))
        with closing(sqlite3.connect(tmp_path / "hotline.db")):
            pass
        (tmp_path / "hotline.db").touch()
        tell(journal, MEANWHILE)
        await recovered(journal)
    await all_there(url, MEANWHILE, LATE)
    await all_there(url.replace("hotline.db", "old-hotline.db"), EARLY)


async def test_a_file_that_is_no_database_is_put_aside_by_somebody_and_a_new_one_begun(tmp_path: Path) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path / 'hotline.db'}"
    (tmp_path / "hotline.db").write_text("a spoiled file" * 1000)
    async with SqlJournal(url) as journal:
        await in_trouble(journal, "not a database")
        (tmp_path / "hotline.db").rename(tmp_path / "spoiled")
        await recovered(journal)
    await all_there(url, MEANWHILE, LATE)


async def test_a_database_of_a_newer_version_is_not_touched(url: str, tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "hotline.db", timeout=30)) as database, database:
        database.execute("UPDATE alembic_version SET version_num = '9999'")
    async with SqlJournal(url, drain=0.1) as journal:
        await in_trouble(journal, "newer version")
    assert await written(url) == []
    with closing(sqlite3.connect(tmp_path / "hotline.db", timeout=30)) as database, database:
        database.execute("UPDATE alembic_version SET version_num = '0001'")
    assert left_files(tmp_path) != []


@contextmanager
def nobody(*paths: Path) -> Iterator[None]:
    """These paths cannot be written to by us, whoever we are."""
    kept = {path: path.stat().st_mode for path in paths}
    for path in paths:
        path.chmod(path.stat().st_mode & ~0o222 | 0o555)
    root = os.geteuid() == 0
    if root:
        os.seteuid(NOBODY)
    try:
        yield
    finally:
        if root:
            os.seteuid(0)
        for path, mode in kept.items():
            path.chmod(mode)


@pytest.fixture
def open_to_all(tmp_path: Path) -> Path:
    """A folder that nobody in particular may look into."""
    base = Path(tempfile.gettempdir())
    for path in (tmp_path, *(parent for parent in tmp_path.parents if base in parent.parents)):
        path.chmod(0o755)
    return tmp_path


async def test_a_start_with_a_read_only_database_serves_and_writes_when_it_may(url: str, open_to_all: Path) -> None:
    with nobody(open_to_all / "hotline.db", open_to_all):
        journal = SqlJournal(url)
        await journal.__aenter__()
        await in_trouble(journal, "readonly")
    try:
        await recovered(journal)
    finally:
        await journal.__aexit__(None, None, None)
    await all_there(url, MEANWHILE, LATE)


async def test_an_idle_writer_notices_that_the_database_is_gone(url: str, tmp_path: Path) -> None:
    async with SqlJournal(url, drain=0.1) as journal:
        await journal.flush()
        tmp_path.rename(tmp_path.with_name("elsewhere"))  # noqa: ASYNC240
        async with asyncio.timeout(5):
            while journal.alarm is None:  # noqa: ASYNC110 - nobody tells
                await asyncio.sleep(0.05)
        tmp_path.with_name("elsewhere").rename(tmp_path)


async def test_a_database_without_tables_is_made_before_the_first_fact_is_written(tmp_path: Path) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path / 'new' / 'hotline.db'}"
    async with SqlJournal(url, wait=at_once) as journal:
        assert await journal.caught_up()
        tell(journal, entries(OUTSIDE))
    await all_there(url, entries(OUTSIDE))
