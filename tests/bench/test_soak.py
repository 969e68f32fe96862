"""System: ten minutes of calls beside the other tests: none fails, nothing grows. `make soak` takes two hours."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.soak import soak

pytestmark = [pytest.mark.system, pytest.mark.load, pytest.mark.timeout(1200)]

MINUTES, RATE = 10.0, 1


def test_ten_minutes_of_calls_leave_nothing_behind_and_none_fails(tmp_path: Path) -> None:
    promises, looks = soak(tmp_path, minutes=MINUTES, rate=RATE)
    assert len(looks) > 60
    assert [promise for promise in promises if not promise.held] == []
