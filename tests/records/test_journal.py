"""Unit on real SQLite files: every fact is written exactly once, whatever stands in the way."""

from __future__ import annotations

import asyncio
import os
import signal
import sqlite3
import sys
import textwrap
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
import structlog
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError

from ivr.events import CallArrived, TalkEnded
from ivr.journal import Entry
from ivr.outcomes import Outcome, Reason
from records.calls import calls
from records.database import open_database
from records.folding import fold
from records.journal import BATCH, SqlJournal, may_pass
from records.rows import entry_from
from records.tables import journal as journal_table
from tests.records.tales import NINE, NUMBER, OUTSIDE, TALES, TALKS, WAITS, at, entries


async def at_once(_seconds: float) -> None:
    await asyncio.sleep(0)


def left_files(folder: Path) -> list[str]:
    return [file.name for file in folder.glob("*.jsonl")]


async def written(url: str) -> list[Entry]:
    engine = open_database(url, read_only=True)
    try:
        async with engine.connect() as connection:
            query = select(journal_table).order_by(journal_table.c.call, journal_table.c.seq)
            return [entry_from(row) for row in (await connection.execute(query)).mappings()]
    finally:
        await engine.dispose()


def tell(journal: SqlJournal, told: Sequence[Entry]) -> None:
    for entry in told:
        journal.note(entry)


async def test_an_ended_call_is_in_the_journal_and_in_the_records(url: str) -> None:
    told = [entry for n, tale in enumerate(TALES) for entry in entries(tale, f"a-{n}")]
    async with SqlJournal(url, wait=at_once) as journal:
        tell(journal, told)
        assert journal.lag() == len(told)
        await journal.flush()
        assert journal.lag() == 0
        assert await written(url) == told
    records = await calls(url)
    assert {record.id: record for record in records} == {
        f"a-{n}": fold(entries(tale, f"a-{n}")) for n, tale in enumerate(TALES)
    }


async def test_a_fact_noted_twice_is_written_once_and_the_first_telling_stays(url: str) -> None:
    told = entries(TALKS)
    async with SqlJournal(url, wait=at_once) as journal:
        tell(journal, told)
        await journal.flush()
        tell(journal, [replace(entry, at=at(9999)) for entry in told])
    assert await written(url) == told
    assert [record.ended for record in await calls(url)] == [at(156.5)]


async def test_a_living_call_has_facts_and_no_record(url: str) -> None:
    async with SqlJournal(url) as journal:
        tell(journal, entries(WAITS))
    assert len(await written(url)) == len(WAITS)
    assert await calls(url) == []


@pytest.mark.sqlite
async def test_a_locked_database_is_tried_again_with_growing_pauses_and_gets_everything_once(
    url: str, tmp_path: Path
) -> None:
    pauses: list[float] = []
    with closing(sqlite3.connect(tmp_path / "hotline.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")

        async def wait(seconds: float) -> None:
            if journal.alarm is None:
                return  # entries gather
            assert journal.alarm == "database is locked"
            assert not journal.alive
            pauses.append(seconds)
            if len(pauses) == 8:
                other.execute("ROLLBACK")

        journal = SqlJournal(url, busy=0.01, wait=wait)
        async with journal:
            tell(journal, entries(TALKS))
            await journal.flush()
            assert journal.alarm is None
            assert journal.alive
    assert pauses == [0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 5.0, 5.0]
    assert await written(url) == entries(TALKS)
    assert (journal.spilled, left_files(tmp_path)) == (0, [])


@pytest.mark.sqlite
async def test_a_database_locked_to_the_end_leaves_everything_to_the_next_start(url: str, tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "hotline.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        async with SqlJournal(url, busy=0.01, drain=0.05) as first:
            tell(first, entries(TALKS))
        assert (first.spilled, first.lost) == (0, 0)
        other.execute("ROLLBACK")
    assert await written(url) == []
    async with SqlJournal(url, wait=at_once) as second:
        await second.flush()
        assert await written(url) == entries(TALKS)
    assert [record.id for record in await calls(url)] == ["a-1"]
    assert left_files(tmp_path) == []


async def test_what_memory_does_not_hold_goes_through_the_file_and_the_record_is_whole(
    url: str, tmp_path: Path
) -> None:
    told = [entry for n in range(40) for entry in entries(TALKS, f"a-{n:02}")]
    async with SqlJournal(url, limit=100, wait=at_once) as journal:
        tell(journal, told)
        assert journal.lag() == 100
        assert journal.spilled == len(told) - 100
        await journal.flush()
    assert await written(url) == told
    assert [record.talked for record in await calls(url)] == [120.0] * 40
    assert left_files(tmp_path) == []


async def test_a_record_is_told_anew_when_a_middle_fact_comes_late_out_of_the_file(url: str) -> None:
    told = entries(TALKS)
    async with SqlJournal(url, wait=at_once) as journal:
        tell(journal, [*told[:3], *told[4:]])
        await journal.flush()
        assert [record.keys for record in await calls(url)] == ["1"]
        tell(journal, [told[3]])
    assert [record.keys for record in await calls(url)] == ["1,4"]


async def test_a_line_that_a_crash_has_cut_costs_no_other_fact(url: str, tmp_path: Path) -> None:
    spool = tmp_path / "journal-spool-000001.jsonl"
    journal = SqlJournal(url, wait=at_once)
    tell(journal, entries(OUTSIDE, "a-1"))  # not yet started: nothing writes
    with spool.open("a") as file:
        file.write("\n" + spool.read_text("utf-8").splitlines()[1][:40])
    tell(journal, entries(OUTSIDE, "a-2"))
    async with journal:
        await journal.flush()
    assert await written(url) == [*entries(OUTSIDE, "a-1"), *entries(OUTSIDE, "a-2")]


async def test_an_engine_cancelled_in_the_middle_of_writing_loses_nothing(url: str) -> None:
    told = [entry for n in range(100) for entry in entries(TALKS, f"a-{n:03}")]
    assert len(told) > 2 * BATCH
    began = asyncio.Event()

    async def run() -> None:
        async with SqlJournal(url, wait=at_once, drain=0) as journal:
            tell(journal, told)
            began.set()
            await asyncio.Event().wait()

    engine = asyncio.ensure_future(run())
    await began.wait()
    engine.cancel()
    with pytest.raises(asyncio.CancelledError):
        await engine
    async with SqlJournal(url, wait=at_once) as journal:
        await journal.flush()
    assert await written(url) == told
    assert len(await calls(url)) == 100


KILLED = """
import asyncio, os, signal
from pathlib import Path
from records.journal import SqlJournal
from tests.records.tales import OUTSIDE, WAITS, entries

async def main(url):
    async with SqlJournal(url, folder=Path({folder!r})) as journal:
        for entry in [*entries(OUTSIDE, "a-1"), *entries(WAITS, "a-2")]:
            journal.note(entry)
        await journal.flush()
        for entry in entries(WAITS, "a-3"):
            journal.note(entry)
        os.kill(os.getpid(), signal.SIGKILL)

asyncio.run(main({url!r}))
"""


async def test_after_a_kill_the_next_start_ends_the_calls_that_were_lost(url: str, tmp_path: Path) -> None:
    program = textwrap.dedent(KILLED).replace("{url!r}", repr(url)).replace("{folder!r}", repr(str(tmp_path)))
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", program, env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    )
    assert await process.wait() == -signal.SIGKILL
    now = at(3600)
    async with SqlJournal(url, wait=at_once) as journal:
        tell(journal, entries(WAITS, "a-4"))  # a call of this run, not a lost one
        assert await journal.close_lost(now) == 2
        await journal.flush()
        assert await journal.close_lost(now) == 0
    assert [entry for entry in await written(url) if entry.call == "a-3"][:-1] == entries(WAITS, "a-3")
    ended = await calls(url)
    assert [(record.id, record.outcome, record.reason) for record in ended] == [
        ("a-1", Outcome.TALKED, Reason.CALLER_HUNG_UP),
        ("a-2", Outcome.FAILED, Reason.ENGINE_STOPPED),
        ("a-3", Outcome.FAILED, Reason.ENGINE_STOPPED),
    ]
    assert (ended[1].ended, ended[1].waited) == (now, 0.0)


async def test_a_call_that_was_talking_when_the_engine_died_counts_as_talked(url: str) -> None:
    talking = entries(TALKS, "a-1")
    cut = next(at for at, entry in enumerate(talking) if isinstance(entry.event, TalkEnded))
    async with SqlJournal(url) as journal:
        tell(journal, talking[:cut])
    async with SqlJournal(url, wait=at_once) as journal:
        assert await journal.close_lost(at(3600)) == 1
    (record,) = await calls(url)
    assert (record.outcome, record.reason) == (Outcome.TALKED, Reason.ENGINE_STOPPED)


async def test_a_lost_call_does_not_end_before_its_last_fact_though_the_clock_was_set_back(url: str) -> None:
    async with SqlJournal(url) as journal:
        tell(journal, entries(WAITS, "a-1"))
    async with SqlJournal(url, wait=at_once) as journal:
        assert await journal.close_lost(at(-3600)) == 1
    (record,) = await calls(url)
    assert record.ended == entries(WAITS, "a-1")[-1].at


async def test_calls_of_another_node_and_calls_that_were_adopted_are_not_ended(url: str) -> None:
    async with SqlJournal(url, node="b") as journal:
        tell(journal, entries(WAITS, "b-1"))
    async with SqlJournal(url, node="a") as journal:
        tell(journal, [*entries(WAITS, "a-1"), *entries(WAITS, "a-2")])
    async with SqlJournal(url, node="a", wait=at_once) as journal:
        assert await journal.close_lost(NINE, alive={"a-2"}) == 1
    assert [record.id for record in await calls(url)] == ["a-1"]


async def test_a_listener_hears_each_fact_at_once_and_its_failure_hurts_nobody(url: str) -> None:
    heard: list[Entry] = []

    def fails(_entry: Entry) -> None:
        raise RuntimeError("a bug in a screen")

    async with SqlJournal(url) as journal:
        journal.subscribe(fails)
        journal.subscribe(heard.append)
        tell(journal, entries(OUTSIDE))
        assert heard == entries(OUTSIDE)
    assert await written(url) == entries(OUTSIDE)


async def test_one_fact_that_no_database_takes_is_put_aside_and_the_rest_is_written(
    url: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    naive = Entry("a-2", 1, datetime(2026, 10, 1, 9), CallArrived(NUMBER, "12320", "c", "p"))  # noqa: DTZ001
    async with SqlJournal(url, wait=at_once) as journal:
        tell(journal, [*entries(OUTSIDE, "a-1"), naive, *entries(OUTSIDE, "a-3")])
        await journal.flush()
        log = capfd.readouterr()
        assert "a fact is refused" in log.out
        assert NUMBER not in log.out + log.err
        assert journal.refused == 1
        assert journal.alive
    assert await written(url) == [*entries(OUTSIDE, "a-1"), *entries(OUTSIDE, "a-3")]
    assert "a-2" in (tmp_path / "journal-refused.jsonl").read_text()


class ServerError(Exception):
    """What a server's driver raises, with its SQLSTATE."""

    def __init__(self, sqlstate: str) -> None:
        super().__init__(sqlstate)
        self.sqlstate = sqlstate


@pytest.mark.parametrize(
    ("error", "later"),
    [
        (OperationalError("INSERT", None, sqlite3.OperationalError("database is locked")), True),
        (OperationalError("INSERT", None, sqlite3.OperationalError("database or disk is full")), True),
        (DBAPIError("INSERT", None, ServerError("57P01")), True),  # the server is shut down
        (DBAPIError("INSERT", None, ServerError("22P05")), False),  # a character that it cannot keep
        (IntegrityError("INSERT", None, ServerError("23502")), False),
        (ConnectionRefusedError(), True),
        (UnicodeEncodeError("utf-8", "\udcff", 0, 1, "surrogates not allowed"), False),
    ],
)
def test_trouble_of_the_database_is_waited_out_and_trouble_of_a_fact_is_not(error: Exception, later: bool) -> None:
    assert may_pass(error) is later


async def test_a_caller_whose_number_is_no_text_still_has_facts(url: str) -> None:
    strange = Entry("a-1", 1, NINE, CallArrived("\udcff", "12320", "c", "p"))
    async with SqlJournal(url, wait=at_once) as journal:
        tell(journal, [strange, *entries(OUTSIDE)[1:], *entries(OUTSIDE, "a-2")])
        await journal.flush()
        assert journal.refused == 0
    assert len(await written(url)) == 2 * len(OUTSIDE)
    assert "a-2" in [record.id for record in await calls(url)]


def test_a_disk_that_takes_nothing_is_counted_and_named_and_does_not_reach_the_caller(url: str, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    journal = SqlJournal(url, limit=0, folder=tmp_path / "file")  # it is no folder
    with structlog.testing.capture_logs() as lines:
        tell(journal, entries(OUTSIDE))
    assert (journal.spilled, journal.lost) == (0, len(OUTSIDE))
    lost = {"event": "a fact is lost", "of": "journal", "about": "a-1", "alarm": "File exists"}
    assert lines.count({**lost, "log_level": "error"}) == len(OUTSIDE)


def test_a_journal_on_a_server_must_be_told_where_to_spool() -> None:
    with pytest.raises(ValueError, match="where to spool"):
        SqlJournal("sqlite+aiosqlite:///:memory:")
