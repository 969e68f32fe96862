"""Unit on real files: the mark that call ids begin after outlives the engine, and trouble with it stops no call."""

from __future__ import annotations

from pathlib import Path

from hotline.call_mark import FILE, call_ids
from hotline.settings import load


def test_an_engine_begins_after_the_mark_of_the_one_before(tmp_path: Path) -> None:
    settings = load(var=tmp_path)
    first = [call_ids(settings)() for _ in range(3)]
    assert len(set(first)) == 3
    (tmp_path / FILE).write_text(str(36**9))  # from a clock that was far ahead
    assert call_ids(settings)() == "a-1000000001"


def test_a_damaged_mark_or_a_folder_that_is_gone_stops_nobody(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text("not a number")
    assert call_ids(load(var=tmp_path))().startswith("a-")
    assert call_ids(load(var=tmp_path / "away"))().startswith("a-")
