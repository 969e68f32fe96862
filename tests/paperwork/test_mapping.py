"""Unit: a place in another tree is changed in the operators' file, and nothing else in it."""

from __future__ import annotations

import difflib

import pytest

from hotline.settings import HOUSE
from paperwork.categories.category import Tree
from paperwork.categories.mapping import NoCategory, mapped
from paperwork.categories.spelling import path_of
from routing.reading.problem import Unreadable

FILE = (HOUSE / "config/paperwork/categories.yaml").read_text("utf-8")


def changed(code: str, tree: Tree, path: str | None, text: str = FILE) -> tuple[str, list[str]]:
    """The new text, and its lines that are otherwise."""
    found = mapped("categories.yaml", text, code, tree, path)
    lines = difflib.unified_diff(text.splitlines(), found.text.splitlines(), n=0, lineterm="")
    return found.text, [line.strip("+ ") for line in lines if line.startswith("+") and line != "+++ "]


@pytest.mark.parametrize(
    ("code", "path", "line"),
    [
        ("Z010102", "咨询/健康知识", "- {code: Z010102, name: 预约诊疗流程, tianjin: 咨询/健康知识}"),
        ("Z0101", "咨询 / 健康知识", "tianjin: 咨询/健康知识"),
        ("Z010202", None, "- {code: Z010202, name: 儿科疾病}"),
    ],
)
def test_one_place_is_written_and_the_version_counted_up(code: str, path: str | None, line: str) -> None:
    text, lines = changed(code, Tree.TIANJIN, path)
    assert lines == ["version: 2", line]
    assert mapped("categories.yaml", text, code, Tree.TIANJIN, path).text == text


def test_the_trees_that_are_written_then_are_told() -> None:
    found = mapped("categories.yaml", FILE, "Z07", Tree.TIANJIN, "咨询/健康知识")
    assert (found.before.path("Z07", Tree.TIANJIN), found.before.version) == (None, 1)
    assert (found.after.path("Z07", Tree.TIANJIN), found.after.version) == (path_of("咨询/健康知识"), 2)


def test_what_the_file_could_not_be_read_with_is_refused() -> None:
    with pytest.raises(Unreadable, match="has no such path"):
        mapped("categories.yaml", FILE, "Z07", Tree.TIANJIN, "咨询/天气")
    with pytest.raises(NoCategory):
        mapped("categories.yaml", FILE, "Z99", Tree.TIANJIN, None)
