"""System: our floor and what it is compared with under the same callers, in short. No time is judged.

Of our floor who was rung for whom; of the others only that the comparison is one: so many calls, and none failed.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.comparison import SWITCHES, Size, burst, faults, steady

pytestmark = [pytest.mark.system, pytest.mark.load]

SHORT = Size(agents=4, calls=30, at_once=12, crowd=8, waiting=16)


@pytest.mark.parametrize("who", SWITCHES)
def test_every_caller_of_a_line_that_is_never_empty_is_answered_in_turn(tmp_path: Path, who: str) -> None:
    result = steady(who, SHORT, tmp_path / "run")
    assert faults(result) == []
    assert len(result.rings) == SHORT.calls - SHORT.agents


@pytest.mark.parametrize("who", SWITCHES)
def test_agents_freed_at_once_are_each_rung_once_for_the_first_in_line(tmp_path: Path, who: str) -> None:
    result = burst(who, SHORT, tmp_path / "run")
    assert faults(result) == []
    assert (len(result.rings), result.waiting) == (SHORT.crowd, SHORT.waiting)
