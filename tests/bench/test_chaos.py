"""System: each fault in short, on a whole hotline with callers in every phase. `make chaos` holds the figures."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.chaos.faults import FAULTS
from bench.chaos.phases import SHORT

pytestmark = pytest.mark.system

LATE = 5.0
"""Times of its bar within which a promise of time must hold here: other tests run beside this one."""


@pytest.mark.parametrize("fault", sorted(FAULTS.keys() - {"nothing", "freeze-10"}))
def test_what_was_promised_of_a_fault_holds(tmp_path: Path, fault: str) -> None:
    promises = FAULTS[fault](tmp_path / "house", SHORT)
    assert len(promises) >= 5
    assert [p for p in promises if not p.held and not 0 < p.slack <= LATE] == []
