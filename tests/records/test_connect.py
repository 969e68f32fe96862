"""Unit, and on real databases: the connect rate is what its published formula says, however it is looked at."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.ext.asyncio import AsyncConnection

from ivr.callbacks.events import CallPlaced
from ivr.events import CallArrived, CallEnded
from ivr.journal import Entry
from ivr.outcomes import Outcome, Reason
from records.connect import Formula, Instants, Tally, percent, tally, together, worst_24_hours
from records.connect_counts import (
    connect_by_agent,
    connect_by_day,
    connect_by_half_hour,
    connect_by_line,
    connect_total,
    connect_worst_24_hours,
)
from records.database import open_database
from records.journal import SqlJournal
from records.legs import Turn
from routing.calendar import SHANGHAI
from tests.records.tales import GIVES_UP_WAITING, NINE, OVERFLOWS, TALES, Fact, entries

FORMULA = Formula()
DAY = timedelta(days=1)
BEGIN = datetime(2026, 10, 1, tzinfo=SHANGHAI)

COUNTS = st.builds(Tally, *[st.integers(0, 50)] * 2, *[st.integers(0, 50)] * 6)


@given(COUNTS, COUNTS, st.booleans())
def test_the_parts_are_the_whole(one: Tally, other: Tally, counted: bool) -> None:
    formula = Formula(count_short=counted)
    both = together([one, other])
    assert both.offered(formula) == one.offered(formula) + other.offered(formula)
    assert both.asked == both.offered(formula) + (0 if counted else both.short)
    rate = both.rate(formula)
    assert (rate is None) == (both.offered(formula) == 0)
    if rate is not None:
        assert abs(rate * both.offered(formula) - 100 * both.answered) <= Decimal("0.05") * both.offered(formula)


@pytest.mark.parametrize(("part", "whole", "told"), [(1, 16, "6.3"), (1, 8, "12.5"), (1, 40, "2.5"), (3, 80, "3.8")])
def test_a_percentage_is_rounded_half_up(part: int, whole: int, told: str) -> None:
    assert str(percent(part, whole)) == told


@pytest.mark.parametrize(
    ("answered", "lost", "good"), [(95, 5, True), (949, 51, False), (9499, 501, False), (0, 0, True)]
)
def test_the_target_is_judged_by_counts_and_not_by_what_rounding_makes_of_them(
    answered: int,
    lost: int,
    good: bool,
) -> None:
    assert Tally(answered=answered, abandoned=lost).good(FORMULA) is good


def test_short_abandons_are_left_out_only_where_an_operator_says_so() -> None:
    counts = tally(Turn.ANSWERED, 90, quick=80) + tally(Turn.ABANDONED, 10, short=4)
    assert (counts.rate(FORMULA), counts.quick(FORMULA)) == (Decimal("90.0"), Decimal("80.0"))
    lenient = Formula(count_short=False)
    assert (counts.offered(lenient), counts.rate(lenient)) == (96, Decimal("93.8"))
    assert (counts.abandoned, counts.short) == (6, 4)


STEP = 3_600_000
CALLS = st.lists(st.tuples(st.integers(0, 72), st.booleans()), max_size=12)


@given(CALLS, st.integers(1, 3))
def test_the_worst_24_hours_are_found_as_a_look_at_every_instant_finds_them(
    calls: list[tuple[int, bool]], least: int
) -> None:
    """All instants are whole hours, so windows that begin on one or a millisecond after it are all there are."""
    instants, begin = Instants(), round(NINE.timestamp() * 1000)
    for hour, answered in sorted(calls):
        instants.add(begin + hour * STEP, answered=answered)
    found = worst_24_hours(instants, NINE, NINE + 3 * DAY, least=least)
    every: list[tuple[Decimal, int]] = []
    for start in (hour * STEP + off for hour in range(49) for off in (0, 1)):
        if start > 48 * STEP:
            continue
        within = [good for hour, good in calls if start <= hour * STEP < start + 24 * STEP]
        if len(within) >= least:
            every.append((Decimal(sum(within)) / len(within), -len(within)))
    if not every:
        assert found is None
    else:
        assert found is not None
        assert (Decimal(found.answered) / found.offered, -found.offered) == min(every)
        assert found.until - found.since == DAY
        inside = [good for hour, good in calls if found.since <= NINE + timedelta(hours=hour) < found.until]
        assert (len(inside), sum(inside)) == (found.offered, found.answered)


def moved(tale: list[Fact], by: timedelta, call: str) -> list[Entry]:
    return [Entry(e.call, e.seq, e.at + by, e.event) for e in entries(tale, call)]


TEST_CALL: list[Fact] = [(0, CallArrived("1", "12320", "x", "p", test=True)), *GIVES_UP_WAITING[1:]]
OURS: list[Fact] = [(0, CallPlaced("t", "immunization", "1", "12320", "p")), *GIVES_UP_WAITING[1:]]


@pytest.fixture
async def told(url: str) -> AsyncIterator[AsyncConnection]:
    """Two days of calls; what must not count stands among them."""
    async with SqlJournal(url) as journal:
        for n, tale in enumerate([*TALES, TEST_CALL, OURS]):
            for entry in moved(tale, timedelta(0), f"a-{n}"):
                journal.note(entry)
        for n, tale in enumerate([GIVES_UP_WAITING, OVERFLOWS]):
            for entry in moved(tale, DAY + timedelta(minutes=29, seconds=55), f"b-{n}"):
                journal.note(entry)
        lost = [*GIVES_UP_WAITING[:6], (11, CallEnded(Outcome.ABANDONED, Reason.CALLER_HUNG_UP))]
        for entry in moved(lost, DAY, "c-1"):
            journal.note(entry)
        await journal.flush()
    engine = open_database(url, read_only=True)
    async with engine.connect() as connection:
        yield connection
    await engine.dispose()


async def test_calls_of_ours_and_tests_are_in_no_count(told: AsyncConnection) -> None:
    first = await connect_total(told, BEGIN, BEGIN + DAY, FORMULA)
    assert (first.offered(FORMULA), first.answered, first.within, first.abandoned) == (5, 4, 2, 1)
    assert (first.rate(FORMULA), first.quick(FORMULA)) == (Decimal("80.0"), Decimal("40.0"))
    assert (first.waited, first.longest, first.mean()) == (Decimal("103.750"), Decimal("63.500"), Decimal("25.9"))


async def test_each_line_is_counted_by_itself_and_who_flowed_over_counts_for_both(told: AsyncConnection) -> None:
    lines = await connect_by_line(told, BEGIN, BEGIN + DAY, FORMULA)
    assert {line: (one.offered(FORMULA), one.answered, one.given_up) for line, one in lines.items()} == {
        "booking": (1, 1, 0),
        "general": (1, 1, 0),
        "immunization": (4, 2, 1),
    }


async def test_days_and_half_hours_are_shanghais_and_add_up(told: AsyncConnection) -> None:
    halves = await connect_by_half_hour(told, BEGIN, BEGIN + 2 * DAY, FORMULA)
    assert {at.isoformat(): one.asked for at, one in halves.items()} == {
        "2026-10-01T09:00:00+08:00": 5,
        "2026-10-02T09:00:00+08:00": 1,
        "2026-10-02T09:30:00+08:00": 2,
    }
    days = await connect_by_day(told, BEGIN, BEGIN + 2 * DAY, FORMULA)
    assert list(days) == [date(2026, 10, 1), date(2026, 10, 2)]
    assert together(days.values()) == together(halves.values())
    assert together(days.values()) == await connect_total(told, BEGIN, BEGIN + 2 * DAY, FORMULA)
    of_line = await connect_by_half_hour(told, BEGIN, BEGIN + 2 * DAY, FORMULA, "general")
    assert [one.answered for one in of_line.values()] == [1, 1]


async def test_an_agent_is_judged_by_what_rang_and_was_theirs_to_answer(told: AsyncConnection) -> None:
    agents = await connect_by_agent(told, BEGIN, BEGIN + DAY)
    ann = agents["1001"]
    assert (ann.rung, ann.answered, ann.unanswered, ann.withdrawn, ann.rate(FORMULA)) == (4, 1, 1, 2, Decimal("50.0"))
    assert (agents["1002"].talks, agents["1002"].talked) == (1, Decimal("120.000"))


async def test_the_worst_24_hours_of_a_span_are_told(told: AsyncConnection) -> None:
    worst = await connect_worst_24_hours(told, BEGIN, BEGIN + 2 * DAY, FORMULA)
    assert worst is not None
    assert (worst.offered, worst.answered, worst.rate(FORMULA)) == (1, 0, Decimal("0.0"))
    more = await connect_worst_24_hours(told, BEGIN, BEGIN + 2 * DAY, FORMULA, least=3)
    assert more is not None
    assert (more.offered, more.answered) == (3, 1)
    assert more.until - more.since == DAY
    line = await connect_worst_24_hours(told, BEGIN, BEGIN + 2 * DAY, FORMULA, "booking")
    assert line is not None
    assert line.rate(FORMULA) == Decimal("100.0")
    assert await connect_worst_24_hours(told, BEGIN - DAY, BEGIN, FORMULA) is None
