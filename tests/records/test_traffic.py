"""Unit on real SQLite files: the calls of a span, counted for the drawing."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import text
from sqlalchemy.dialects import sqlite

from hotline.operators import read_config
from hotline.settings import HOUSE
from ivr.journal import Entry, to_data
from records.database import open_database
from records.journal import SqlJournal
from records.traffic import Fact, counted, facts_of, traffic
from routing.calendar import SHANGHAI
from routing.drawing.chart import chart
from routing.drawing.traffic import Traffic
from tests.records.made_up import made_up
from tests.records.tales import (
    GIVES_UP_WAITING,
    HANGS_UP_IN_THE_GREETING,
    LEAVES_MESSAGE,
    NINE,
    OUTSIDE,
    OVERFLOWS,
    TALES,
    TALKS,
    TURNED_AWAY,
    at,
    entries,
)

PLAN = read_config(HOUSE / "config").plan


def told(*calls: list[Entry]) -> Traffic:
    return counted(Fact(e.call, type(e.event).__name__, to_data(e.event)) for call in calls for e in call)


def test_a_call_that_talks_is_counted_by_its_keys_its_line_and_its_outcome() -> None:
    counts = told(entries(TALKS))
    assert counts.calls == 1
    assert counts.pressed("main", "1") == 1
    assert counts.pressed("consult", "4") == 1
    assert counts.pressed("consult", "5", None) == 0
    assert counts.ends == {("line", "immunization"): 1}
    assert counts.outcomes == {("immunization", "talked"): 1}
    assert counts.left == {}


def test_where_a_caller_hung_up_is_told_by_the_last_step_unless_a_talk_or_message_came_of_it() -> None:
    counts = told(
        entries(HANGS_UP_IN_THE_GREETING, "a-1"),
        entries(GIVES_UP_WAITING, "a-2"),
        entries(OUTSIDE, "a-3"),
        entries(LEAVES_MESSAGE, "a-4"),
    )
    assert counts.left == {None: 1, ("consult", "4"): 1}
    assert counts.ends[("hangup", None)] == 1
    assert counts.outcomes[("immunization", "abandoned")] == 1
    assert counts.outcomes[(None, "left")] == 1


def test_who_was_not_let_in_did_nothing_in_the_plan() -> None:
    assert told(entries(TURNED_AWAY)) == told()


def test_where_the_keys_led_first_counts_once_though_the_overflow_led_on() -> None:
    counts = told(entries(OVERFLOWS))
    assert counts.ends == {("line", "immunization"): 1}
    assert counts.outcomes == {("general", "talked"): 1}


def test_a_call_that_has_not_ended_is_not_counted() -> None:
    assert told(entries(TALKS[:-1])).calls == 0


def test_rows_of_older_and_newer_engines_count_alike() -> None:
    data = {"node": "main", "prompts": [], "heard": "1"}
    end = {"outcome": "left", "reason": "caller_hung_up"}
    for more in ({}, {"asked": True}, {"asked": True, "of_a_later_version": 3}):
        counts = counted([Fact("a", "StepHeard", {**data, **more}), Fact("a", "CallEnded", end)])
        assert counts.steps == {("main", "1"): 1}


def test_many_made_up_calls_add_up() -> None:
    times = (datetime(2026, 11, 20, 10, tzinfo=SHANGHAI), datetime(2026, 11, 20, 22, tzinfo=SHANGHAI))
    counts = counted(made_up(PLAN, 800, Random(12320), times))  # noqa: S311  (no secret)
    assert counts.calls == 800
    assert sum(counts.ends.values()) == sum(counts.outcomes.values()) == 800
    assert sum(counts.left.values()) > 0
    for node, visits in counts.visits.items():
        assert visits <= sum(n for (name, _), n in counts.steps.items() if name == node)
        assert visits <= 800
    drawn = chart(PLAN, traffic=counts)
    assert sum(drawn.left.values()) == sum(counts.left.values())
    greeted = counts.visits["greeting"]
    assert greeted + drawn.left["greeting"] == 800
    asked = sum(n for (name, _), n in counts.steps.items() if name == "main")
    assert counts.visits["main"] + drawn.left["main"] <= asked + drawn.left["main"]
    assert counts.pressed("greeting", None) == greeted


@pytest.fixture
async def filled(url: str) -> str:
    """The tales one after the other, an hour between them, and one that still goes on."""
    async with SqlJournal(url) as journal:
        for hour, tale in enumerate([*TALES, TALKS[:-1]]):
            for entry in entries(tale, f"a-{hour}"):
                journal.note(Entry(entry.call, entry.seq, entry.at + timedelta(hours=hour), entry.event))
    return url


async def test_a_span_takes_calls_that_began_in_it_the_later_edge_left_out(filled: str) -> None:
    everything = await traffic(filled, NINE, at(99 * 3600))
    assert everything == told(*(entries(tale, f"a-{n}") for n, tale in enumerate(TALES)))
    assert everything.calls == len(TALES)
    assert (await traffic(filled, NINE, at(3600))).outcomes == {("immunization", "talked"): 1}
    assert await traffic(filled, at(3600), at(2 * 3600)) == told(entries(TALES[1], "a-1"))
    assert (await traffic(filled, at(-3600), NINE)) == Traffic()


async def test_portions_of_the_journal_cut_no_call_in_two(filled: str, monkeypatch: pytest.MonkeyPatch) -> None:
    everything = await traffic(filled, NINE, at(99 * 3600))
    monkeypatch.setattr("records.traffic.ROWS_AT_ONCE", 3)
    assert await traffic(filled, NINE, at(99 * 3600)) == everything


@pytest.mark.sqlite
async def test_the_database_walks_its_indexes_and_sorts_no_more_than_calls_of_one_instant(filled: str) -> None:
    query = facts_of(NINE, at(3600)).compile(dialect=sqlite.dialect(), compile_kwargs={"literal_binds": True})
    engine = open_database(filled, read_only=True)
    try:
        async with engine.connect() as connection:
            way = [row[3] for row in await connection.execute(text(f"EXPLAIN QUERY PLAN {query}"))]
    finally:
        await engine.dispose()
    assert "ix_cdr_started (started>? AND started<?)" in way[0]
    assert "journal USING INDEX" in way[1]
    assert "(call=?)" in way[1]
    assert [step for step in way if "TEMP" in step] == ["USE TEMP B-TREE FOR RIGHT PART OF ORDER BY"]


def test_a_hotline_that_never_ran_has_no_calls_to_count(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        asyncio.run(traffic(f"sqlite+aiosqlite:///{tmp_path / 'hotline.db'}", NINE, at(1)))
    assert list(tmp_path.iterdir()) == []
