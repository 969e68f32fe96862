"""System: each fault in short, on a whole hotline with callers in every phase. `make chaos` holds the figures."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.chaos.faults import FAULTS
from bench.chaos.phases import SHORT
from hotline.settings import HOUSE

pytestmark = [pytest.mark.system, pytest.mark.load]

LATE = 5.0
"""Times of its bar within which a promise of time must hold here: other tests run beside this one."""


OTHERS = {
    "clock-set": "tests/system/test_clock.py",
    "database-gone": "tests/records/test_faults.py",
    "disk-full": "tests/system/test_trouble.py",
    "flood": "tests/bench/test_flood_short.py",
    "freeze-10": "tests/system/test_faults.py",
    "kill-asterisk": "tests/system/test_faults.py",
    "link-reset": "tests/system/test_link.py",
    "link-silent": "tests/system/test_link.py",
    "nothing": "tests/bench/test_bench_short.py",
    "phones-vanish": "tests/system/test_vanishing.py",
    "restart": "tests/system/test_faults.py",
    "restart-asterisk": "tests/system/test_trouble.py",
}
"""Faults whose short form is another test."""


def test_every_fault_has_a_short_form() -> None:
    assert OTHERS.keys() < FAULTS.keys()
    assert [path for path in OTHERS.values() if not (HOUSE / path).is_file()] == []


@pytest.mark.parametrize("fault", sorted(FAULTS.keys() - OTHERS.keys()))
def test_what_was_promised_of_a_fault_holds(tmp_path: Path, fault: str) -> None:
    promises = FAULTS[fault](tmp_path / "house", SHORT)
    assert len(promises) >= 5
    assert [p for p in promises if not p.held and not 0 < p.slack <= LATE] == []
