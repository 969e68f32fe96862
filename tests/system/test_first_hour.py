"""System: whoever follows the first hour to the letter sees what the page says."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.system.reader import Reader, blocks, is_told, without_comments

pytestmark = [pytest.mark.system, pytest.mark.load, pytest.mark.timeout(900)]

PAGES = ("first-hour.md", "first-hour.zh-CN.md")


def test_who_follows_the_page_has_called_answered_changed_and_counted(tmp_path: Path, sounds: Path) -> None:
    with Reader(tmp_path) as reader:
        reader.has_sounds(sounds)
        for block in blocks(PAGES[0]):
            reader.follows(block)


def test_both_pages_tell_the_same() -> None:
    english, chinese = (list(map(without_comments, blocks(page))) for page in PAGES)
    assert english == chinese


def test_what_a_page_shows_is_looked_for_line_by_line() -> None:
    said = "a start\none 17 two\n   three\nfour\nfive\n"
    assert is_told("one … two\nthree", said)
    assert is_told("start\none … two\n…\nfive", said)
    assert not is_told("one … two\nfour", said)
    assert not is_told("two\none", said)
    assert not is_told("one … three", said)
