"""Unit: Erlang's formulas against linear algebra, numeric integration and published figures."""

from __future__ import annotations

from math import exp, factorial, inf

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from acd.erlang import agents_needed, erlang_b, erlang_c, steady

TABLE = [  # N, calls/h, C: Pw, ASA, SL20; A: Pw, P(abandon), E[W]; handling 180 s, patience 120 s
    (10, 160, 0.4092, 36.83, 0.6724, 0.2624, 0.0621, 7.45),
    (20, 360, 0.5508, 49.57, 0.5590, 0.3197, 0.0571, 6.86),
    (50, 940, 0.5680, 34.08, 0.5930, 0.3186, 0.0368, 4.42),
    (200, 3880, 0.5661, 16.98, 0.7094, 0.3107, 0.0182, 2.18),
]


@pytest.mark.parametrize(("agents", "per_hour", "cw", "asa", "level", "aw", "gone", "wait"), TABLE)
def test_the_published_table_is_met(
    agents: int, per_hour: float, cw: float, asa: float, level: float, aw: float, gone: float, wait: float
) -> None:
    c, a = steady(agents, per_hour, 180, within=20), steady(agents, per_hour, 180, 120)
    assert (c.waits, c.asa, c.service_level) == pytest.approx((cw, asa, level), rel=1e-3)
    assert (a.waits, a.abandons, a.wait) == pytest.approx((aw, gone, wait), rel=3e-3)


def test_blocking_is_the_closed_form() -> None:
    for agents, load in ((1, 0.3), (5, 4.0), (12, 20.0)):
        direct = (load**agents / factorial(agents)) / sum(load**n / factorial(n) for n in range(agents + 1))
        assert erlang_b(agents, load) == pytest.approx(direct)


def test_with_one_agent_callers_wait_as_often_as_the_agent_is_busy() -> None:
    assert erlang_c(1, 0.7) == pytest.approx(0.7)
    assert steady(1, 0.7 * 3600 / 100, 100).asa == pytest.approx(0.7 / (0.01 * 0.3))


def test_more_load_than_agents_carry_means_endless_waits_unless_callers_hang_up() -> None:
    assert steady(2, 100, 180).asa == inf
    assert 0.5 < steady(2, 100, 180, 60).abandons < 1.0


def _solved(agents: int, per_hour: float, handle: float, patience: float) -> np.ndarray:
    """The stationary distribution of the birth-death process, by linear algebra."""
    size = agents + 120
    rates = np.zeros((size, size))
    for n in range(size - 1):
        rates[n, n + 1] = per_hour / 3600
        rates[n + 1, n] = min(n + 1, agents) / handle + max(0, n + 1 - agents) / patience
    np.fill_diagonal(rates, -rates.sum(axis=1))
    equations = np.vstack([rates.T, np.ones(size)])
    solved: np.ndarray = np.linalg.lstsq(equations, np.append(np.zeros(size), 1.0), rcond=None)[0]
    return solved


@pytest.mark.parametrize(("agents", "per_hour", "handle", "patience"), [(3, 70, 150, 60), (8, 200, 180, 400)])
def test_callers_who_hang_up_make_the_birth_death_process_that_linear_algebra_solves(
    agents: int, per_hour: float, handle: float, patience: float
) -> None:
    states = _solved(agents, per_hour, handle, patience)
    told = steady(agents, per_hour, handle, patience, within=15)
    queue = sum(max(0, n - agents) * share for n, share in enumerate(states))
    assert told.waits == pytest.approx(states[agents:].sum(), rel=1e-6)
    assert told.wait == pytest.approx(queue / (per_hour / 3600), rel=1e-6)
    assert told.abandons == pytest.approx(queue / patience / (per_hour / 3600), rel=1e-6)


@pytest.mark.parametrize(("agents", "per_hour", "handle", "patience"), [(3, 70, 150, 60), (8, 200, 180, 400)])
def test_waits_of_the_answered_are_those_of_the_stages_followed_in_small_steps(
    agents: int, per_hour: float, handle: float, patience: float
) -> None:
    """Kolmogorov's equations of a tagged caller with `k` before them: answered, or gone, or one place further."""
    states = _solved(agents, per_hour, handle, patience)
    served, leaves = agents / handle, 1 / patience
    at = states[agents:].copy()  # the tagged caller finds k waiting
    step, seconds = 0.1, 2500.0
    within, answered, waited = states[:agents].sum(), states[:agents].sum(), 0.0
    ahead = np.arange(len(at)) * leaves
    for tick in range(int(seconds / step)):
        middle = (tick + 0.5) * step
        half = at + 0.5 * step * _flow(at, served, leaves, ahead)
        now = half[0] * served * step
        answered += now
        waited += now * middle
        if middle < 15:
            within += now
        at = at + step * _flow(half, served, leaves, ahead)
    told = steady(agents, per_hour, handle, patience, within=15)
    assert told.service_level == pytest.approx(within, rel=1e-4)
    assert 1 - told.abandons == pytest.approx(answered, rel=1e-4)
    assert told.asa == pytest.approx(waited / answered, rel=1e-3)


def _flow(at: np.ndarray, served: float, leaves: float, ahead: np.ndarray) -> np.ndarray:
    flow: np.ndarray = -(served + ahead + leaves) * at
    flow[:-1] += (served + ahead[1:]) * at[1:]
    return flow


def test_endless_patience_is_erlang_c() -> None:
    a, c = steady(20, 360, 180, 1e7, within=20), steady(20, 360, 180, within=20)
    assert (a.waits, a.asa, a.service_level) == pytest.approx((c.waits, c.asa, c.service_level), rel=5e-3)


@settings(deadline=None, max_examples=30)
@given(
    agents=st.integers(1, 120),
    rho=st.floats(0.05, 3.0),
    handle=st.floats(5, 900),
    patience=st.floats(1, 600),
    within=st.floats(0, 120),
)
def test_shares_are_shares_and_little_s_law_holds(
    agents: int, rho: float, handle: float, patience: float, within: float
) -> None:
    per_hour = rho * agents * 3600 / handle
    told = steady(agents, per_hour, handle, patience, within)
    for share in (told.waits, told.abandons, told.service_level, told.occupancy):
        assert -1e-9 <= share <= 1 + 1e-9
    assert told.abandons == pytest.approx(told.wait / patience, abs=1e-9)
    assert told.service_level <= 1 - told.abandons + 1e-9
    assert told.service_level >= 1 - told.waits - 1e-9
    more = steady(agents + 1, per_hour, handle, patience, within)
    assert more.service_level >= told.service_level - 1e-9


def test_a_time_of_nothing_counts_those_who_need_not_wait() -> None:
    told = steady(10, 160, 180, 120, within=0)
    assert told.service_level == pytest.approx(1 - told.waits)


def test_the_fewest_agents_meet_the_aim_and_one_fewer_does_not() -> None:
    for per_hour in (3, 40, 360, 3880):
        for patience in (None, 90.0):
            agents = agents_needed(per_hour, 180, patience)
            told = steady(agents, per_hour, 180, patience)
            assert told.service_level >= 0.8
            assert told.abandons <= 0.05
            if agents > 1:
                fewer = steady(agents - 1, per_hour, 180, patience)
                assert fewer.service_level < 0.8 or fewer.abandons > 0.05


def test_aims_and_figures_that_cannot_be_are_refused() -> None:
    with pytest.raises(ValueError, match="aim below 1"):
        agents_needed(100, 180, level=1.0)
    for agents, per_hour, handle, patience in ((0, 1, 1, 1), (1, 0, 1, 1), (1, 1, 0, 1), (1, 1, 1, 0)):
        with pytest.raises(ValueError, match="more than 0"):
            steady(agents, per_hour, handle, patience)


def test_very_large_lines_do_not_overflow() -> None:
    told = steady(3000, 3000 * 36 * 0.98, 100, 300, within=15)
    assert 0.9 < told.service_level <= 1.0
    assert exp(-1) < told.occupancy <= 1.0
