"""The benchmark in short: a real Asterisk, the real engine, SIPp as callers and agents. No figure is judged here."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.calls import Load, agents_for, measure
from bench.sipp import may_send_raw

pytestmark = [pytest.mark.system, pytest.mark.load]


@pytest.mark.parametrize("record", [False, True], ids=["plain", "recorded"])
def test_every_caller_of_a_steady_load_talks_and_nothing_is_left_behind(tmp_path: Path, record: bool) -> None:
    keys = "rtp" if may_send_raw() else "info"
    load = Load(rate=5, seconds=10, talk=1.0, agents=agents_for(5, 1.0), record=record, keys=keys, warm=0)
    result = measure(load, tmp_path / "run")
    assert (result.succeeded, result.talked, result.outcomes) == (50, 50, {"talked": 50}), result.errors
    assert result.recordings == (50 if record else 0)
    assert result.left == {"channels": [], "bridges": []}


def test_keys_sent_as_sip_info_lead_to_the_same_agent(tmp_path: Path) -> None:
    load = Load(rate=5, seconds=2, talk=1.0, agents=agents_for(5, 1.0), keys="info", warm=0)
    result = measure(load, tmp_path / "run")
    assert (result.succeeded, result.talked) == (10, 10), result.errors
    assert result.left == {"channels": [], "bridges": []}
