"""Unit on real SQLite files: what agents did is written once, and their times add up to the shift."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from acd.agent import Presence
from records.journal import SqlJournal
from records.presences import Move, Presences, line_of, move_of, moves, stints, times
from tests.databases import REFUSED, execute
from tests.records.tales import OUTSIDE, WAITS, at, entries

P = Presence


async def at_once(_seconds: float) -> None:
    await asyncio.sleep(0)


def test_a_morning_is_told_in_stints_without_a_gap() -> None:
    told = [
        Move("ann", at(-60), 1, P.READY),
        Move("ann", at(10), 2, P.OFFERED, None, "vaccines"),
        Move("ann", at(14), 3, P.TALKING, None, "vaccines"),
        Move("ann", at(100), 4, P.WRAP_UP, None, "vaccines"),
        Move("ann", at(115), 5, P.BREAK, "lunch"),
    ]
    morning = stints(told, at(0), at(200))
    assert [(s.presence, s.reason, s.line, s.lasted.total_seconds()) for s in morning] == [
        (P.READY, None, None, 10),
        (P.OFFERED, None, "vaccines", 4),
        (P.TALKING, None, "vaccines", 86),
        (P.WRAP_UP, None, "vaccines", 15),
        (P.BREAK, "lunch", None, 85),
    ]
    assert times(morning)[P.BREAK, "lunch"] == timedelta(seconds=85)


def test_an_agent_of_whom_nothing_is_known_was_offline() -> None:
    (only,) = stints([], at(0), at(60))
    assert (only.presence, only.lasted) == (P.OFFLINE, timedelta(seconds=60))


_MOVES = st.lists(
    st.tuples(
        st.integers(-3_600_000, 7_200_000), st.sampled_from(Presence), st.sampled_from([None, "lunch", "unanswered"])
    ),
    max_size=40,
).map(
    lambda told: [
        Move("ann", at(0) + timedelta(milliseconds=ms), number, presence, reason if presence is P.BREAK else None)
        for number, (ms, presence, reason) in enumerate(told, start=1)
    ]
)


@given(_MOVES, st.integers(1, 3_600_000))
def test_the_times_of_an_agent_add_up_to_the_shift_to_the_microsecond(told: list[Move], milliseconds: int) -> None:
    since, until = at(0), at(0) + timedelta(milliseconds=milliseconds)
    shift = stints(told, since, until)
    assert sum(times(shift).values(), timedelta()) == until - since
    assert (shift[0].began, shift[-1].ended) == (since, until)
    assert all(one.ended == next_.began for one, next_ in pairwise(shift))
    assert all(one.lasted > timedelta() for one in shift)


@given(_MOVES)
def test_two_halves_of_a_shift_tell_the_same_as_the_whole(told: list[Move]) -> None:
    since, noon, until = at(0), at(1800), at(3600)
    whole, halves = times(stints(told, since, until)), times(stints(told, since, noon) + stints(told, noon, until))
    assert whole == halves


async def test_moves_are_written_once_and_read_with_the_one_before_the_span(url: str) -> None:
    async with Presences(url, wait=at_once) as presences:
        presences.note("ann", at(0), P.READY)
        presences.note("ann", at(5), P.OFFERED, None, "vaccines")
        presences.note("ann", at(5), P.READY)
        presences.note("bob", at(6), P.BREAK, "lunch")
        await presences.flush()
        assert presences.lag() == 0
    found = await moves(url, at(5), at(7))
    assert [(m.at, m.presence) for m in found["ann"]] == [(at(0), P.READY), (at(5), P.OFFERED), (at(5), P.READY)]
    assert [(m.presence, m.reason) for m in found["bob"]] == [(P.BREAK, "lunch")]
    assert set(await moves(url, at(5), at(7), "bob")) == {"bob"}
    assert [m.presence for m in (await moves(url, at(1), at(5)))["ann"]] == [P.READY]


@pytest.mark.sqlite
async def test_while_the_database_is_locked_an_agent_goes_on_and_nothing_is_lost(url: str, tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "hotline.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        async with Presences(url, busy=0.01, drain=0.1) as presences:
            presences.note("ann", at(0), P.READY)
            presences.note("ann", at(9), P.BREAK, "lunch")
        assert (presences.lag(), presences.lost) == (0, 0)
        other.execute("ROLLBACK")
    async with Presences(url, wait=at_once) as presences:
        await presences.flush()
    assert [(m.at, m.presence, m.reason) for m in (await moves(url, at(0), at(10)))["ann"]] == [
        (at(0), P.READY, None),
        (at(9), P.BREAK, "lunch"),
    ]


@given(_MOVES)
def test_a_move_comes_back_from_the_spool(told: list[Move]) -> None:
    assert [move_of(line_of(move)) for move in told] == told


async def test_at_an_orderly_end_everybody_is_offline(url: str) -> None:
    async with Presences(url, wait=at_once) as presences:
        presences.note("ann", at(0), P.READY)
        presences.note("bob", at(0), P.OFFLINE)
        presences.leave(at(60))
    found = await moves(url, at(0), at(100))
    assert [(m.at, m.presence) for m in found["ann"]] == [(at(0), P.READY), (at(60), P.OFFLINE)]
    assert [m.at for m in found["bob"]] == [at(0)]


async def test_after_a_crash_agents_were_offline_from_the_last_sign_of_the_engine_on(url: str) -> None:
    async with Presences(url, wait=at_once) as presences:
        presences.note("ann", at(0), P.TALKING, None, "vaccines")
        presences.note("bob", at(1), P.OFFLINE)
    async with SqlJournal(url, wait=at_once) as journal:
        for entry in entries(WAITS):
            journal.note(entry)
    async with Presences(url, wait=at_once) as presences:
        assert await presences.close_lost() == 1
        assert await presences.close_lost() == 0
    (_, last) = (await moves(url, at(0), at(100)))["ann"]
    assert (last.at, last.presence) == (at(9.5), P.OFFLINE)


async def test_the_agents_of_another_machine_are_left_alone_after_a_crash(url: str) -> None:
    async with Presences(url, node="b", wait=at_once) as presences:
        presences.note("ann", at(0), P.TALKING)
    async with Presences(url, node="a", wait=at_once) as presences:
        assert await presences.close_lost() == 0


@pytest.mark.parametrize("ended_well", [True, False])
async def test_who_was_on_a_break_when_the_engine_ended_is_known_to_the_next(url: str, ended_well: bool) -> None:
    async with Presences(url, wait=at_once) as presences:
        presences.note("ann", at(0), P.READY)
        presences.note("ann", at(1), P.BREAK, "lunch")
        presences.note("bob", at(2), P.BREAK, "training")
        presences.note("bob", at(3), P.OFFLINE)  # went home
        presences.note("eve", at(4), P.BREAK, "meeting")
        presences.note("eve", at(5), P.READY)
        if ended_well:
            presences.leave(at(6))
    async with Presences(url, wait=at_once) as presences:
        assert await presences.breaks_left(at(0)) == {"ann": "lunch"}
        assert await presences.breaks_left(at(2)) == {}  # begun too long ago
    async with Presences(url, node="b", wait=at_once) as presences:
        assert await presences.breaks_left(at(0)) == {}


@pytest.mark.parametrize("change", ["UPDATE presences SET presence = 'ready'", "DELETE FROM presences"])
async def test_nobody_changes_what_an_agent_did(url: str, tmp_path: Path, change: str) -> None:
    async with Presences(url, wait=at_once) as presences:
        presences.note("ann", at(0), P.TALKING)
    with pytest.raises(REFUSED, match="append-only"):
        execute(url, change)


async def test_presences_and_calls_are_written_beside_each_other(url: str) -> None:
    async with SqlJournal(url, wait=at_once) as journal, Presences(url, wait=at_once) as presences:
        for number, entry in enumerate(entries(OUTSIDE)):
            journal.note(entry)
            presences.note("ann", at(number), P.READY if number % 2 else P.BREAK)
        await journal.flush()
        await presences.flush()
        assert (journal.spilled, presences.spilled) == (0, 0)
    assert len((await moves(url, at(0), at(100)))["ann"]) == len(OUTSIDE)


async def test_a_clock_that_is_set_back_does_not_turn_round_what_an_agent_did(url: str) -> None:
    async with Presences(url, wait=at_once) as presences:
        presences.note("ann", at(3600), P.READY)
        presences.note("ann", at(30), P.BREAK, "lunch")  # an hour was taken back
        presences.note("ann", at(3700), P.READY)
    (told,) = (await moves(url, at(0), at(9000))).values()
    assert [(m.at, m.presence) for m in told] == [(at(3600), P.READY), (at(3600), P.BREAK), (at(3700), P.READY)]
