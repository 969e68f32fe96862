"""The flood in short: callers who mean it beside five flooding numbers, then a crowd. No time is judged here."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.flood import SHARE, measure

pytestmark = [pytest.mark.system, pytest.mark.load]


def test_callers_who_mean_it_get_through_flooders_are_held_and_nobody_hears_nothing(tmp_path: Path) -> None:
    result = measure(tmp_path / "run", rate=3, flood=20, seconds=4, crowd=50, hold=3.0)
    assert (result.meant.offered, result.meant.failed) == (12, 0), result.meant.errors
    assert result.outcomes.keys() <= {"talked", "abandoned"}, "a busy machine may keep agents from answering in time"
    assert all(0 < count <= SHARE for count in result.let_in.values()), result.let_in
    assert result.rejected["number"] > 0
    assert (result.flood.offered, result.flood.failed, result.flood.silent(result.untold)) == (120, 0, 0)
    crowd = result.crowd
    assert crowd is not None
    assert (crowd.offered, crowd.failed, crowd.silent(result.crowd_untold)) == (200, 0, 0)
    assert crowd.served + crowd.busy == 200
