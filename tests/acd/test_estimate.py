"""Unit: what a line says of the wait to come."""

from __future__ import annotations

from dataclasses import asdict

import pytest

from acd.estimate import Estimate, Turns


def _worked(agents: int, seconds: float, turns: int) -> Turns:
    """A line where somebody always waits and a turn comes every so many seconds."""
    line = Turns()
    line.staffed(agents, 0.0)
    line.joined(0.0)
    for turn in range(1, turns + 1):
        line.joined(turn * seconds)
        line.rung(True, turn * seconds)
        line.answered(0.0)
    return line


def _told(line: Turns, ahead: int, now: float, ready: int = 0) -> Estimate:
    told = line.wait(ahead, now, ready)
    assert told is not None
    return told


def test_nothing_is_said_of_a_line_that_nobody_serves() -> None:
    line = _worked(4, 10.0, 20)
    line.staffed(0, 200.0)
    assert line.wait(0, 200.0) is None


def test_nothing_is_said_before_anything_was_seen() -> None:
    line = Turns()
    line.staffed(3, 0.0)
    line.joined(0.0)
    assert line.wait(0, 30.0) is None
    line.handled(100.0)
    line.handled(100.0)
    assert line.wait(0, 30.0) is None


def test_each_caller_ahead_is_one_more_turn() -> None:
    line = _worked(4, 10.0, 200)
    assert _told(line, 0, 2000.0).seconds == pytest.approx(10.0)
    assert _told(line, 5, 2000.0).seconds == pytest.approx(60.0)
    assert _told(line, 99, 2000.0).seconds == pytest.approx(1000.0)


def test_a_few_talks_say_what_agents_on_duty_will_do() -> None:
    line = Turns()
    line.staffed(5, 0.0)
    for _ in range(10):
        line.handled(100.0)
        line.answered(4.0)
    assert _told(line, 0, 0.0).seconds == pytest.approx(20.0 + 4.0)


def test_a_line_whose_agents_leave_is_served_so_much_slower_at_once() -> None:
    line = _worked(8, 10.0, 100)
    line.staffed(4, 1000.0)
    assert _told(line, 2, 1000.0).seconds == pytest.approx(60.0)


def test_who_hangs_up_ahead_makes_the_wait_shorter() -> None:
    patient, leaving = _worked(4, 10.0, 100), _worked(4, 10.0, 100)
    for minute in range(20):
        for _ in range(3):
            leaving.joined(1000.0 + 60 * minute)
        for _ in range(3):
            leaving.left(1030.0 + 60 * minute)
    assert leaving.lost > 10
    assert _told(leaving, 40, 1000.0).seconds < _told(patient, 40, 1000.0).seconds


def test_the_first_in_line_still_waits_though_a_long_gap_without_a_turn_says_longer() -> None:
    line = _worked(4, 10.0, 20)
    now, later = _told(line, 0, 200.0), _told(line, 0, 500.0)
    assert later.seconds > 2 * now.seconds


def test_a_ready_agent_leaves_nothing_but_the_ring_to_wait_for() -> None:
    line = _worked(4, 10.0, 100)
    for _ in range(100):
        line.answered(6.0)
    assert _told(line, 0, 1000.0, ready=1).seconds == pytest.approx(6.0, rel=0.1)
    assert _told(line, 1, 1000.0, ready=1).seconds > 20.0


def test_a_caller_who_was_rung_at_once_teaches_nothing_of_waiting() -> None:
    line = _worked(4, 10.0, 100)
    for second in range(1000, 1100):
        line.joined(float(second))
        line.rung(False, float(second))
    assert _told(line, 0, 1100.0).seconds == pytest.approx(10.0 + 11.0, rel=0.6)
    assert line.taken == pytest.approx(_worked(4, 10.0, 100).taken)


def test_a_refused_ring_was_no_turn() -> None:
    line, plain = _worked(4, 10.0, 100), _worked(4, 10.0, 100)
    line.rung(True, 1000.0)
    line.put_back(True, 1000.0)
    assert line.taken == pytest.approx(plain.taken, rel=0.05)
    assert line.waiting == plain.waiting


def test_the_range_holds_the_estimate_and_narrows_with_what_was_seen() -> None:
    few, many = _told(_worked(4, 10.0, 5), 9, 50.0), _told(_worked(4, 10.0, 200), 9, 2000.0)
    for told in (few, many):
        assert 0.0 <= told.low < told.seconds < told.high
    assert few.high - few.low > many.high - many.low


def test_what_was_seen_long_ago_counts_less_than_nothing_new() -> None:
    line = Turns()
    line.staffed(4, 0.0)
    for turn in range(4):
        line.joined(turn * 10.0)
        line.rung(True, turn * 10.0 + 5)
    assert line.wait(0, 40.0) is not None
    assert line.wait(0, 40.0 + 8 * 3600) is None


def test_it_is_plain_numbers_that_go_into_a_file_and_come_back() -> None:
    line = _worked(4, 10.0, 20)
    assert all(isinstance(value, int | float) for value in asdict(line).values())
    assert Turns(**asdict(line)).wait(3, 210.0) == line.wait(3, 210.0)


def test_the_sum_over_many_callers_ahead_is_close_to_the_true_one() -> None:
    from acd.estimate import _stages

    for served, leaves in ((0.2, 0.0), (0.2, 1e-9), (0.2, 0.004), (0.02, 0.05)):
        mean, variance = _stages(1000, served, leaves)
        stages = [1 / (served + i * leaves) for i in range(1000)]
        assert mean == pytest.approx(sum(stages), rel=1e-3)
        assert variance == pytest.approx(sum(stage**2 for stage in stages), rel=1e-3)
