"""Unit on real databases: a hotline begins though its database is in trouble, and makes up for it later."""

from __future__ import annotations

import asyncio
import os
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from acd.agent import Presence
from hotline.operators import read_config
from hotline.past import Past, prepare
from hotline.settings import HOUSE, Settings, load
from ivr.clock import Clock
from ivr.events import StatusAsked
from ivr.guesses import DAY, HOUR, Guesses
from ivr.memory import CallerMemory
from ivr.outcomes import Outcome, StatusResult
from records.calls import calls
from records.journal import SqlJournal
from records.migrations import DUMP, TooNew, head, kept_before
from records.presences import Presences
from tests.databases import execute
from tests.postgres import postgres
from tests.records.tales import ARRIVES, NINE, NUMBER, TALKS, WAITS, at, entries
from tests.records.test_journal import tell
from tests.records.test_migrations import at_former, former


@pytest.fixture
async def settings(tmp_path: Path) -> Settings:
    """A hotline that died with two callers, an agent in a talk and one at lunch."""
    settings = load(var=tmp_path, config=HOUSE / "config")
    await prepare(settings)
    url = settings.database_url
    async with SqlJournal(url) as journal, Presences(url) as presences:
        tell(journal, entries(TALKS, "a-1"))
        tell(journal, entries(WAITS, "a-2"))
        presences.note("ann", Clock().now(), Presence.TALKING)
        presences.note("bob", Clock().now(), Presence.BREAK, "lunch")
    return settings


async def test_what_an_earlier_run_left_is_read_and_ended(settings: Settings) -> None:
    url = settings.database_url
    async with SqlJournal(url) as journal, Presences(url) as presences:
        past = Past(settings, Clock(), journal, presences)
        assert await past.read()
        assert past.breaks == {"bob": "lunch"}
        assert [entries[0].call for entries in past.left] == ["a-2"]
        assert await past.today(at(0)) == {Outcome.TALKED: 1}


async def test_the_mistakes_of_the_last_day_are_known_and_older_ones_forgotten(settings: Settings) -> None:
    url, now = settings.database_url, Clock().now()
    async with SqlJournal(url) as journal, Presences(url) as presences:
        for number, ago in enumerate((timedelta(hours=25), timedelta(hours=23), timedelta(minutes=2))):
            for entry in entries([*ARRIVES, (2, StatusAsked("status", StatusResult.UNMATCHED))], f"b-{number}"):
                journal.note(replace(entry, at=now - ago))
        past = Past(settings, Clock(), journal, presences)
        assert await past.read()
        assert [mistake.call for mistake in past.mistakes] == ["b-1", "b-2"]
        guesses = Guesses(past.mistakes)
        assert [guesses.of_number(NUMBER, now, span) for span in (HOUR, DAY)] == [1, 2]


async def test_with_a_locked_database_it_begins_at_once_and_makes_up_for_the_past_when_it_may(
    settings: Settings, tmp_path: Path
) -> None:
    url = settings.database_url
    (tmp_path / "journal-spool-000009.jsonl").write_text(SqlJournal.spelling.line_of(entries(WAITS, "a-3")[0]))
    async with SqlJournal(url, busy=0.05) as journal, Presences(url, busy=0.05) as presences:
        past = Past(settings, Clock(), journal, presences)
        with closing(sqlite3.connect(tmp_path / "hotline.db", isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            tell(journal, entries(TALKS, "a-4"))
            tell(journal, entries(WAITS, "a-5"))
            assert not await past.read()
            other.execute("ROLLBACK")
        await past.made_up_for()
        assert past.known
        ended = {record.id: record.outcome for record in await calls(url)}
    assert ended == {
        "a-1": Outcome.TALKED,
        "a-2": Outcome.FAILED,
        "a-3": Outcome.FAILED,
        "a-4": Outcome.TALKED,
    }  # a-5 is of this run and goes on


async def test_a_file_that_is_no_database_keeps_nobody_from_calling(tmp_path: Path) -> None:
    settings = load(var=tmp_path, config=HOUSE / "config")
    (tmp_path / "hotline.db").write_text("spoiled" * 1000)
    await prepare(settings)
    async with (
        SqlJournal(settings.database_url, drain=0.1) as journal,
        Presences(settings.database_url, drain=0.1) as presences,
    ):
        past = Past(settings, Clock(), journal, presences)
        assert not await past.read()
        assert await past.today(NINE) == {}
        await past.remember(CallerMemory(), read_config(settings.config).plan)
        assert journal.alarm == "file is not a database"


async def test_a_database_of_a_newer_hotline_is_refused_in_one_line(settings: Settings, tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "hotline.db")) as database, database:
        database.execute("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(TooNew, match="start that version, or put the database aside"):
        await prepare(settings)


@pytest.mark.postgresql
@pytest.mark.migrates
async def test_former_tables_of_a_server_wait_for_their_copy_and_nothing_is_lost(
    bare: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await at_former(bare)
    settings, programs = load(var=tmp_path / "var", config=HOUSE / "config", database=bare), os.environ["PATH"]
    monkeypatch.setenv("PATH", str(tmp_path))  # without pg_dump
    await prepare(settings)
    folder = tmp_path / "told"
    async with SqlJournal(bare, folder=folder) as journal, Presences(bare, folder=folder) as presences:
        tell(journal, entries(TALKS, "a-1"))
        past = Past(settings, Clock(), journal, presences)
        assert not await past.read()
        monkeypatch.setenv("PATH", f"{postgres()._programs}:{programs}")
        async with asyncio.timeout(60):
            await past.made_up_for()
        assert past.known
    assert execute(bare, "SELECT version_num FROM alembic_version") == [(head(),)]
    assert execute(bare, "SELECT count(*) FROM journal") == [(len(TALKS),)]
    assert [path.name for path in settings.var.glob(f"{DUMP}*")] == [kept_before(settings.var / DUMP, former()).name]
