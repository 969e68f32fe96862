"""System: whoever follows the operators' page to the letter ends with a changed, tested, live menu."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from hotline.settings import HOUSE
from routing.check import read_plan
from routing.reading.load import Unreadable
from tests.system.reader import Reader, blocks, without_comments

pytestmark = [pytest.mark.system, pytest.mark.load, pytest.mark.timeout(900)]

PAGES = ("operators.md", "operators.zh-CN.md")


def complaints(files: dict[str, str]) -> list[str]:
    """What is wrong with the form of some files; that their names lead nowhere is left out."""
    try:
        read_plan(files)
    except Unreadable as error:
        form = {"unknown-key", "wrong-type", "missing", "syntax"}
        return [str(problem) for problem in error.problems if problem.rule in form]
    return []


def test_who_follows_the_page_ends_with_a_live_menu_and_can_take_it_back(tmp_path: Path) -> None:
    reader = Reader(tmp_path)
    page = blocks(PAGES[0])
    changed, taken_back = (block for block in page if block.what == "live")
    for block in page[: page.index(changed)]:
        reader.follows(block)
    (tmp_path / "config").rename(tmp_path / "new-config")
    (tmp_path / "old-config").rename(tmp_path / "config")
    with reader.starts_the_hotline():  # with the menu as it was, then changed as the page says
        shutil.copytree(tmp_path / "new-config", tmp_path / "config", dirs_exist_ok=True)
        reader.follows(changed)
        assert "2" in reader.told
        (tmp_path / "config" / "prompts.yaml").write_text("prompts: {", encoding="utf-8")
        reader.types(".venv/bin/hotline reload", ends_with=1)
        assert "config/prompts.yaml:1:" in reader.told
        reader.follows(taken_back)


def test_both_pages_tell_the_same() -> None:
    english, chinese = (list(map(without_comments, blocks(page))) for page in PAGES)
    assert english == chinese


def test_every_example_of_the_page_is_in_the_language() -> None:
    shipped = {path.name: path.read_text("utf-8") for path in (HOUSE / "config").glob("*.yaml")}
    pieces = [
        block.text for block in blocks(PAGES[0]) if not block.what and not block.text.startswith((".venv", "make"))
    ]
    assert len(pieces) == 10
    for piece in pieces:
        whole = f"nodes:\n{piece}" if piece.startswith("  ") else piece
        assert complaints({**shipped, "piece.yaml": whole}) == []
