"""Properties: today, told live, is what the reports count over the same records; and orderings of its edges."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import groupby

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from acd.agent import Presence
from ivr.callbacks.events import CallPlaced
from ivr.events import CallArrived, CallEnded
from ivr.journal import Entry
from ivr.outcomes import Outcome, Reason
from records.cdr import Cdr
from records.connect import Formula, Tally, tally, together
from records.connect_counts import connect_by_agent, connect_by_half_hour, connect_by_line, connect_total
from records.database import open_database
from records.folding import fold
from records.journal import SqlJournal
from records.legs import Turn, request_of, requests_of
from records.presences import Move, stints, times
from records.today import DAY, Today, day_of, half_hour_of
from records.today_agents import TimesToday
from records.today_counts import read_today
from routing.calendar import SHANGHAI
from tests.depth import depth
from tests.records.tales import GIVES_UP_WAITING, NINE, TALES, TALKS, Fact, entries

FORMULA = Formula()
MIDNIGHT = datetime(2026, 10, 2, tzinfo=SHANGHAI)
TEST_CALL: list[Fact] = [(0, CallArrived("1", "12320", "x", "p", test=True)), *TALKS[1:]]
OURS: list[Fact] = [(0, CallPlaced("t", "immunization", "1", "12320", "p")), *TALKS[1:]]
SHORT: list[Fact] = [*GIVES_UP_WAITING[:6], (11, CallEnded(Outcome.ABANDONED, Reason.CALLER_HUNG_UP))]
TOLD = [*TALES, TEST_CALL, OURS, SHORT]


@st.composite
def days(draw: st.DrawFn) -> list[list[Entry]]:
    """Calls around a midnight, each whole or cut, in fractions of a millisecond."""
    calls = []
    for n in range(draw(st.integers(1, 6))):
        told = entries(draw(st.sampled_from(TOLD)), f"c-{n}")
        told = told[: draw(st.integers(1, len(told)))]
        by = timedelta(hours=15) + timedelta(microseconds=draw(st.integers(-90_000_000_000, 90_000_000_000)))
        calls.append([Entry(e.call, e.seq, e.at + by, e.event) for e in told])
    return calls


def in_time(calls: Iterable[list[Entry]]) -> list[Entry]:
    return sorted((entry for call in calls for entry in call), key=lambda entry: (entry.at, entry.call, entry.seq))


def heard(told: Iterable[Entry], now: datetime) -> Today:
    """Today, as an engine that ran all the time has it."""
    today = Today(FORMULA, NINE - DAY)
    for entry in told:
        today.look(entry.at)
        today.hear(entry)
    today.look(now)
    return today


def certain(calls: Iterable[list[Entry]]) -> list[Cdr]:
    cut = [
        [Entry(e.call, e.seq, e.at.replace(microsecond=e.at.microsecond // 1000 * 1000), e.event) for e in c]
        for c in calls
    ]
    return [record for record in map(fold, cut) if record.direction == "in" and not record.test]


def one(turn: Turn, seconds: float) -> Tally:
    return tally(turn, 1, quick=int(seconds <= 15), short=int(seconds < 5), waited=seconds, longest=seconds)


@settings(max_examples=depth(50))
@given(days(), st.integers(0, 47))
def test_at_any_moment_it_is_the_sum_of_what_is_certain(calls: list[list[Entry]], hours: int) -> None:
    now = MIDNIGHT - timedelta(hours=24) + timedelta(hours=hours)
    told = [entry for entry in in_time(calls) if entry.at < now]
    today, begin = heard(told, now), day_of(now)
    so_far = [list(group) for _, group in groupby(sorted(told, key=lambda e: (e.call, e.seq)), lambda e: e.call)]
    records = certain(so_far)
    asked = [r for record in records if (r := request_of(record)) and (record.ended or r.turn is Turn.ANSWERED)]
    assert today.whole() == together(one(r.turn, r.seconds) for r in asked if r.at >= begin)
    assert set(today.half_hours) == {half_hour_of(r.at) for r in asked if r.at >= begin}
    last = [r for r in asked if now - DAY <= r.at < now]
    assert today.last_24_hours(now) == (len(last), sum(r.turn is Turn.ANSWERED for r in last))
    for line in ("immunization", "general", "booking"):
        mine = [
            r
            for record in records
            for r in requests_of(record)
            if r.line == line and r.at >= begin and (record.ended or r.turn is Turn.ANSWERED)
        ]
        assert today.lines.get(line, Tally()) == together(one(r.turn, r.seconds) for r in mine)


async def reported(journal: SqlJournal, url: str, begin: datetime, today: Today, now: datetime) -> None:
    """Hold it against the reports' own statements."""
    await journal.flush()
    engine = open_database(url, read_only=True)
    try:
        async with engine.connect() as connection:
            span = (connection, begin, begin + DAY)
            assert today.half_hours == await connect_by_half_hour(*span, FORMULA)
            assert today.lines == await connect_by_line(*span, FORMULA)
            empty = {agent: told for agent, told in today.agents.items() if told.rung or told.talks}
            assert empty == await connect_by_agent(*span)
            total = await connect_total(connection, now - DAY, now, FORMULA)
            assert today.last_24_hours(now) == (total.offered(FORMULA), total.answered)
    finally:
        await engine.dispose()


def around_midnight(midnight: datetime = MIDNIGHT) -> list[list[Entry]]:
    """Calls that begin within two minutes of midnight, and some in the day before and after it."""
    calls = []
    for n, tale in enumerate(TOLD * 3):
        by = midnight - NINE + timedelta(seconds=-100 + 7 * n, microseconds=12_345 * n)
        by += timedelta(hours=(-20, 0, 9)[n % 3])
        calls.append([Entry(e.call, e.seq, e.at + by, e.event) for e in entries(tale, f"c-{n}")])
    return calls


@pytest.mark.parametrize(
    "midnight",
    [MIDNIGHT, *(datetime(*day, tzinfo=SHANGHAI) for day in ((2027, 1, 1), (2028, 2, 29), (2028, 3, 1)))],
    ids=["a day", "the year's end", "into 29 February", "out of it"],
)
async def test_a_day_that_was_heard_is_the_day_that_is_reported(url: str, midnight: datetime) -> None:
    calls = around_midnight(midnight)
    async with SqlJournal(url) as journal:
        for entry in in_time(calls):
            journal.note(entry)
        now = midnight + timedelta(hours=10)
        await reported(journal, url, midnight, heard(in_time(calls), now), now)


@pytest.mark.parametrize("share", [0.0, 0.2, 0.5, 0.8, 1.0])
async def test_an_engine_that_begins_in_the_midst_of_the_day_tells_the_same(url: str, share: float) -> None:
    """Living calls are given to it as the journal has them, of ended ones it asks the database."""
    told = in_time(around_midnight())
    cut = int(share * len(told))
    began, now = told[min(cut, len(told) - 1)].at, MIDNIGHT + timedelta(hours=10)
    async with SqlJournal(url) as first:
        for entry in told[:cut]:
            first.note(entry)
    async with SqlJournal(url) as journal:
        left = await journal.left_open()
        today = Today(FORMULA, began)
        for entries_of_one in left:
            for entry in entries_of_one:
                today.hear(entry)
        today.listen()
        for entry in told[cut : cut + 20]:  # these are noted while it is read: some of them get into what is read
            journal.note(entry)
            today.hear(entry)
        if cut % 2:
            await journal.flush()
        engine = open_database(url, read_only=True)
        seed, _ = await read_today(engine, began, FORMULA)
        await engine.dispose()
        for entry in told[cut + 20 : cut + 25]:
            journal.note(entry)
            today.hear(entry)
        today.sow(seed, FORMULA)
        for entry in told[cut + 25 :]:
            today.look(entry.at)
            journal.note(entry)
            today.hear(entry)
        today.look(now)
        await reported(journal, url, MIDNIGHT, today, now)


DOINGS = st.tuples(st.sampled_from(list(Presence)), st.sampled_from([None, "lunch", "training"]))


@given(st.lists(st.tuples(st.integers(-80_000_000, 80_000_000), DOINGS), max_size=12), st.integers(1, 80_000))
def test_what_agents_did_today_adds_up_to_what_their_stints_say(
    told: list[tuple[int, tuple[Presence, str | None]]], later: int
) -> None:
    now = MIDNIGHT + timedelta(seconds=later)
    moves = [
        Move("ann", MIDNIGHT + timedelta(milliseconds=at), n, presence, reason)
        for n, (at, (presence, reason)) in enumerate(sorted(told, key=lambda one: one[0]))
    ]
    moves = [move for move in moves if move.at < now]
    live = TimesToday(MIDNIGHT - DAY)
    for move in moves:
        live.look(move.at)
        live.hear(move)
    live.look(now)
    sown = TimesToday(now)
    sown.sow({"ann": moves}, MIDNIGHT)
    expected = dict(times(stints(moves, MIDNIGHT, now))) if moves else {}
    for one in (live, sown):
        found = {doing: lasted for doing, lasted in one.of("ann", now).items() if lasted}
        assert found == expected
