"""Unit on a real PostgreSQL: it goes and comes back, refuses and is slow to start, and nothing is lost or doubled."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy.exc import DBAPIError

from records.behind import may_pass
from records.calls import calls
from records.database import POSTGRESQL, database_url, open_database
from records.journal import SqlJournal
from records.presences import Presences
from tests.databases import execute
from tests.postgres import Postgres, postgres
from tests.records.test_faults import EARLY, LATE, MEANWHILE, all_there, recovered
from tests.records.test_journal import left_files, tell

pytestmark = pytest.mark.postgresql


@pytest.fixture
def server() -> Iterator[Postgres]:
    yield postgres()
    if not postgres().runs:
        postgres().start()


async def test_a_server_that_loses_its_power_under_calls_and_comes_back(
    url: str, server: Postgres, tmp_path: Path
) -> None:
    async with SqlJournal(url) as journal, Presences(url) as presences:
        tell(journal, EARLY)
        await journal.flush()
        tell(journal, MEANWHILE[:5])
        server.stop()
        tell(journal, MEANWHILE[5:])
        async with asyncio.timeout(10):
            while journal.alarm is None:  # noqa: ASYNC110 - nobody tells
                await asyncio.sleep(0.02)
        assert not journal.alive
        server.start()
        await recovered(journal)
        assert (presences.lost, presences.refused) == (0, 0)
    await all_there(url, EARLY, MEANWHILE, LATE)
    assert left_files(tmp_path) == []


async def test_an_engine_that_starts_while_the_server_is_away_serves_and_writes_later(
    url: str, server: Postgres
) -> None:
    server.stop()
    async with SqlJournal(url) as journal:
        tell(journal, MEANWHILE)
        assert not await journal.caught_up()
        server.start()
        await recovered(journal)
    await all_there(url, MEANWHILE, LATE)


async def test_a_writer_whose_connection_is_cut_writes_over_another_one(url: str) -> None:
    async with SqlJournal(url) as journal:
        tell(journal, EARLY)
        await journal.flush()
        execute(
            url,
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()",
        )
        tell(journal, MEANWHILE)
        await recovered(journal)
    await all_there(url, EARLY, MEANWHILE, LATE)


async def test_a_server_that_refuses_us_is_in_trouble_and_not_the_facts(url: str, server: Postgres) -> None:
    engine = open_database(server.url("there_is_none"))
    with pytest.raises(DBAPIError, match="does not exist") as refused:
        async with engine.connect():
            pass
    assert may_pass(refused.value)
    await engine.dispose()


async def test_both_spellings_of_a_server_are_one(url: str) -> None:
    for spelling in ("postgresql://", "postgres://"):
        assert await calls(url.replace(f"{POSTGRESQL}://", spelling)) == []


def test_what_people_write_becomes_our_drivers_url_or_one_line() -> None:
    told = database_url("postgresql://ann:secret@db.example/hotline?sslmode=require")
    assert told.drivername == POSTGRESQL
    assert told.query == {"ssl": "require"}
    for wrong, why in {"mysql://x/y": "not supported", "nonsense": "no URL"}.items():
        with pytest.raises(ValueError, match=why):
            database_url(wrong)
