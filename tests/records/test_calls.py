"""Unit on real SQLite files: what `hotline calls` asks for."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete, select
from sqlalchemy.exc import DBAPIError

from ivr.callbacks.events import CallerRung, CallPlaced
from ivr.events import CallEnded
from ivr.journal import Entry, Event
from ivr.outcomes import Outcome, Reason
from records.calls import calls, outcomes, talks_since
from records.database import open_database
from records.journal import SqlJournal
from records.migrations import upgrade
from records.tables import cdr, journal, kind_found
from tests.records.tales import GIVES_UP_WAITING, NINE, NUMBER, OUTSIDE, TALKS, at, entries


def later(told: list[Entry], seconds: float) -> list[Entry]:
    return [Entry(e.call, e.seq, e.at + timedelta(seconds=seconds), e.event) for e in told]


@pytest.fixture
async def filled(url: str) -> str:
    """Four calls: c and b end in the same millisecond, a began first and ended last, d came an hour later."""
    async with SqlJournal(url) as journal:
        for told in (
            entries(TALKS, "a-a"),
            entries(OUTSIDE, "a-c"),
            entries(OUTSIDE, "a-b"),
            later(entries(GIVES_UP_WAITING, "a-d"), 3600),
        ):
            for entry in told:
                journal.note(entry)
    return url


async def test_calls_come_in_the_order_of_their_end_newest_last(filled: str) -> None:
    assert [record.id for record in await calls(filled)] == ["a-b", "a-c", "a-a", "a-d"]


async def test_the_last_two_are_the_newest_two(filled: str) -> None:
    assert [record.id for record in await calls(filled, last=2)] == ["a-a", "a-d"]


async def test_a_span_takes_calls_that_began_in_it_the_later_edge_left_out(filled: str) -> None:
    assert [r.id for r in await calls(filled, since=NINE, until=at(3600))] == ["a-b", "a-c", "a-a"]
    assert [r.id for r in await calls(filled, since=at(3600))] == ["a-d"]


async def test_calls_of_one_caller(filled: str) -> None:
    assert len(await calls(filled, number=NUMBER)) == 4
    assert await calls(filled, number=NUMBER[:-1]) == []


async def test_calls_of_today_are_counted_by_outcome_from_midnight_on(filled: str) -> None:
    engine = open_database(filled, read_only=True)
    try:
        assert await outcomes(engine, NINE) == {Outcome.TALKED: 3, Outcome.ABANDONED: 1}
        assert await outcomes(engine, at(3600)) == {Outcome.ABANDONED: 1}
    finally:
        await engine.dispose()


async def test_tries_of_our_own_callbacks_are_no_calls_of_today(filled: str) -> None:
    tried: list[Event] = [CallPlaced("a-9", "immunization", NUMBER, "12320", "plan-1"), CallerRung(NUMBER)]
    ended = CallEnded(Outcome.UNANSWERED, Reason.NO_ANSWER)
    async with SqlJournal(filled) as journal:
        for seq, event in enumerate([*tried, ended], start=1):
            journal.note(Entry("a-e", seq, at(seq), event))
    assert (await calls(filled, last=9))[0].outcome is Outcome.UNANSWERED
    engine = open_database(filled, read_only=True)
    try:
        assert await outcomes(engine, NINE) == {Outcome.TALKED: 3, Outcome.ABANDONED: 1}
    finally:
        await engine.dispose()


async def test_who_talked_with_which_line_lately_is_told_in_the_order_of_the_end(filled: str) -> None:
    engine = open_database(filled, read_only=True)
    try:
        talks = await talks_since(engine, NINE)
        assert [(number, line) for number, line, *_ in talks] == [(NUMBER, "booking")] * 2 + [(NUMBER, "immunization")]
        assert [talk[2] for talk in talks] == sorted(talk[2] for talk in talks)
        assert await talks_since(engine, at(3600)) == []
    finally:
        await engine.dispose()


async def test_another_process_reads_while_the_hotline_writes_and_cannot_write(filled: str) -> None:
    async with SqlJournal(filled) as journal:
        for entry in entries(OUTSIDE, "a-e"):
            journal.note(entry)
        engine = open_database(filled, read_only=True)
        try:
            async with engine.connect() as reader:  # an open reader holds nobody up
                assert (await reader.execute(cdr.select())).fetchall()
                await journal.flush()
                assert len(await calls(filled)) == 5
            with pytest.raises(DBAPIError, match=r"readonly|read-only"):
                async with engine.begin() as writer:
                    await writer.execute(delete(cdr))
        finally:
            await engine.dispose()


def test_a_hotline_that_never_ran_has_no_database_and_none_is_made(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        asyncio.run(calls(f"sqlite+aiosqlite:///{tmp_path / 'hotline.db'}"))
    assert list(tmp_path.iterdir()) == []


async def test_to_the_facts_of_a_call_sqlite_goes_by_the_call(tmp_path: Path) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path / 'ways.db'}"
    await upgrade(url)
    engine = open_database(url)
    for query in (
        select(journal).where(journal.c.call.in_(["a", "b"]), kind_found.in_(["CallArrived", "CallPlaced"])),
        select(journal).where(journal.c.call == "a", kind_found == "EndReached"),
    ):
        written = query.compile(engine.sync_engine, compile_kwargs={"literal_binds": True})
        async with engine.connect() as connection:
            way = (await connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {written}")).mappings().all()
        assert [row["detail"] for row in way] == ["SEARCH journal USING INDEX sqlite_autoindex_journal_1 (call=?)"]
    await engine.dispose()
