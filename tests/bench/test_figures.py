"""Figures of the benchmark, without a load: how times spread, what a key looks like, when a run is good."""

from __future__ import annotations

import struct
from dataclasses import replace
from pathlib import Path

import pytest

from bench.calls import Load, Result
from bench.figures import Spread
from bench.sounds import write_captures


def test_a_spread_takes_the_nearest_rank() -> None:
    assert Spread.of(n / 1000 for n in range(1, 201)) == Spread(p50=100.0, p95=190.0, p99=198.0, most=200.0, count=200)
    assert Spread.of([0.5]) == Spread(500.0, 500.0, 500.0, 500.0, 1)


def test_nothing_has_no_spread() -> None:
    with pytest.raises(ValueError, match="no times"):
        Spread.of([])


def test_a_key_is_an_event_that_grows_and_ends_three_times(tmp_path: Path) -> None:
    write_captures(tmp_path, talk=1.0)
    packets = _packets((tmp_path / "line-key.pcap").read_bytes())
    events = [struct.unpack("!BBH", payload) for _, _, payload in packets]
    assert {key for key, _, _ in events} == {2}
    assert [duration for _, _, duration in events] == [160, 160, 320, 480, 640, 800, 800, 800]
    assert [flags >> 7 for _, flags, _ in events] == [0, 0, 0, 0, 0, 1, 1, 1]
    assert [round(at - packets[0][0], 2) for at, _, _ in packets] == [0.0, 0.02, 0.04, 0.06, 0.08, 0.1, 0.1, 0.1]
    assert {kind for _, kind, _ in packets} == {101}


def test_a_caller_speaks_a_law_every_20_ms(tmp_path: Path) -> None:
    write_captures(tmp_path, talk=1.0)
    packets = _packets((tmp_path / "voice.pcap").read_bytes())
    assert [(kind, len(payload)) for _, kind, payload in packets] == [(8, 160)] * 50


GOOD = Result(
    load=Load(rate=5, seconds=2, talk=1.0, agents=10, record=True),
    offered=10,
    succeeded=10,
    failed=0,
    talked=10,
    outcomes={"talked": 10},
    times={},
    retransmissions=0,
    second_offers=0,
    recordings=10,
    cpu={},
    busy={},
    memory={},
    left={"channels": [], "bridges": []},
    asterisk_warnings=0,
    machine_load=0.0,
    errors="",
)


def test_a_run_is_good_when_all_talked_and_nothing_is_left() -> None:
    assert GOOD.good
    assert not replace(GOOD, offered=9).good
    assert not replace(GOOD, succeeded=9).good
    assert not replace(GOOD, talked=9).good
    assert not replace(GOOD, recordings=9).good
    assert not replace(GOOD, left={"channels": [], "bridges": ["a-1-1-talk"]}).good


def _packets(capture: bytes) -> list[tuple[float, int, bytes]]:
    """Time, RTP payload type and payload of each packet."""
    found, at = [], 24
    while at < len(capture):
        seconds, micros, length, _ = struct.unpack("<IIII", capture[at : at + 16])
        rtp = capture[at + 16 + 42 : at + 16 + length]
        found.append((seconds + micros / 1e6, rtp[1] & 0x7F, rtp[12:]))
        at += 16 + length
    return found
