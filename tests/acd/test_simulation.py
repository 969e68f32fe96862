"""Unit: the floor in virtual time, against hand-made days, a ten-line recursion, and Erlang's formulas."""

from __future__ import annotations

from math import inf, sqrt
from statistics import fmean, stdev

import pytest

from acd.agent import Agent
from acd.erlang import steady
from acd.floor import Floor
from acd.line import Line
from acd.signals import GivenUp, PhoneDown, PhoneUp
from acd.simulation.caller import Abandoned, Answered, Caller, Told, TurnedAway, Waits
from acd.simulation.run import Fact, simulate
from acd.simulation.tally import Tally
from bench.theory import HANDLE, Row, drawn, floor_waits, measure, recursion

LINE = Line("line", wrap_up_for=0.0, maximum_wait=600.0)
ANN = Agent("ann", ("ann",), {"line": 1})
UP = Fact(0.0, PhoneUp("ann"))


def _run(*callers: Caller, line: Line = LINE, facts: tuple[Fact, ...] = (UP,), rings: float = 0.0) -> list[Told]:
    return list(simulate(Floor([line], [ANN]), callers, facts, rings=rings))


def test_callers_are_served_one_after_the_other_by_one_agent() -> None:
    first, second = Caller("1", 10.0, "line", 60.0), Caller("2", 20.0, "line", 30.0)
    assert _run(first, second) == [
        Answered(first, 10.0, "ann"),
        Waits(second, 20.0),
        Answered(second, 70.0, "ann"),
    ]


def test_a_caller_whose_patience_ends_hangs_up_and_the_next_is_served() -> None:
    first, second, third = (
        Caller("1", 0.0, "line", 100.0),
        Caller("2", 10.0, "line", 30.0, patience=50.0),
        Caller("3", 20.0, "line", 30.0, patience=200.0),
    )
    told = _run(first, second, third)
    assert Abandoned(second, 60.0) in told
    assert Answered(third, 100.0, "ann") in told


def test_patience_that_was_never_needed_changes_nothing() -> None:
    only = Caller("1", 0.0, "line", 100.0, patience=5.0)
    assert _run(only) == [Answered(only, 0.0, "ann")]


def test_a_phone_rings_as_long_as_it_was_said_and_the_caller_may_hang_up_meanwhile() -> None:
    stays, goes = Caller("1", 0.0, "line", 10.0), Caller("2", 50.0, "line", 10.0, patience=3.0)
    assert _run(stays, goes, rings=4.0) == [Answered(stays, 4.0, "ann"), Abandoned(goes, 53.0)]


def test_wrap_up_keeps_the_agent_after_the_talk() -> None:
    first, second = Caller("1", 0.0, "line", 60.0), Caller("2", 10.0, "line", 30.0)
    told = _run(first, second, line=Line("line", wrap_up_for=15.0))
    assert Answered(second, 75.0, "ann") in told


def test_the_line_s_own_limits_turn_callers_away() -> None:
    first, second = Caller("1", 0.0, "line", 900.0), Caller("2", 10.0, "line", 30.0)
    assert TurnedAway(second, 610.0, GivenUp.MAXIMUM_WAIT) in _run(first, second)


def test_agents_come_and_go_as_the_facts_say() -> None:
    early, late = Caller("1", 0.0, "line", 30.0), Caller("2", 1000.0, "line", 30.0)
    told = _run(early, late, facts=(Fact(500.0, PhoneUp("ann")), Fact(900.0, PhoneDown("ann"))))
    assert [type(one) for one in told] == [TurnedAway, TurnedAway]


def test_who_waited_before_is_served_before_who_came_earlier() -> None:
    busy, plain = Caller("1", 0.0, "line", 100.0), Caller("2", 10.0, "line", 30.0)
    again = Caller("3", 50.0, "line", 30.0, waited=60.0)
    answered = [told.caller.id for told in _run(busy, plain, again) if isinstance(told, Answered)]
    assert answered == ["1", "3", "2"]


# ── figures ─────────────────────────────────────────────────────────────────


def test_a_tally_counts_the_calls_of_its_span_and_the_agents_time_in_it() -> None:
    tally = Tally(within=15.0, since=100.0, until=200.0)
    for at, begin in ((90.0, 95.0), (110.0, 120.0), (150.0, 190.0)):
        tally.hear(Answered(Caller("c", at, "line", 30.0), begin, "ann"), wrap_up=5.0)
    tally.hear(Abandoned(Caller("c", 160.0, "line", 30.0), 170.0))
    tally.hear(TurnedAway(Caller("c", 170.0, "line", 30.0), 199.0, GivenUp.MAXIMUM_WAIT))
    tally.hear(Abandoned(Caller("c", 200.0, "line", 30.0), 210.0))
    tally.duty(0.0, 300.0)
    assert (tally.offered, tally.answered, tally.abandoned, tally.turned_away) == (4, 2, 1, 1)
    assert tally.asa == 25.0
    assert tally.service_level == 0.25
    assert tally.busy == 30.0 + 35.0 + 10.0
    assert tally.occupancy == 0.75
    assert tally.wait(0.9) == 40.0


def test_of_nothing_nothing_is_said() -> None:
    tally = Tally()
    assert (tally.asa, tally.service_level, tally.occupancy, tally.wait(0.5)) == (None, None, None, None)


# ── theory ──────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "row", [Row(10, 160.0, None), Row(10, 160.0, 120.0), Row(3, 90.0, 60.0)], ids=lambda row: row.name
)
def test_every_wait_is_the_one_of_the_recursion_that_defines_the_queue(row: Row) -> None:
    brought = drawn(row, 4000, 7)
    ours, theirs = floor_waits(row, *brought), list(recursion(row, *brought))
    assert sum(wait > 0 for wait, _ in ours) > 500
    for (a, answered), (b, so_too) in zip(ours, theirs, strict=True):
        assert answered == so_too
        assert a == pytest.approx(b, abs=1e-7)


def test_waits_are_those_of_erlang_a_within_the_interval_of_a_few_seeds() -> None:
    """The short form of `bench/theory.py`: 8 seeds of some 2,500 calls, the interval about 6 % wide."""
    row = Row(10, 160.0, 120.0)
    runs = [measure(row, 3000, seed, floor=True) for seed in range(8)]
    theory = steady(row.agents, row.per_hour, HANDLE, row.patience, within=20.0)
    for told, oracle in (
        ([run.prompt for run in runs], theory.service_level),
        ([run.abandoned for run in runs], theory.abandons),
        ([run.wait for run in runs], theory.wait),
    ):
        half = 3.5 * stdev(told) / sqrt(len(told))
        assert abs(fmean(told) - oracle) < half
        assert half < 0.35 * oracle
    assert max(run.apart for run in runs) < 1e-6


def test_patience_without_end_never_hangs_up() -> None:
    told = _run(*(Caller(str(n), float(n), "line", 10.0, inf) for n in range(20)))
    assert sum(isinstance(one, Answered) for one in told) == 20
