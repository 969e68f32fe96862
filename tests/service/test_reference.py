"""Unit: the reference pages are those of the code, and leave nothing without words."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from hotline.cli import ROOMS
from hotline.reference.architecture import COMERS, LINKS, imports
from hotline.reference.pages import PAGES
from hotline.settings import HOUSE, Settings

COMMANDS, SETTINGS = (Path(f"docs/reference/{name}.md") for name in ("commands", "settings"))


@pytest.mark.parametrize("path", PAGES, ids=str)
def test_the_page_is_made_of_the_code_as_it_is(path: Path) -> None:
    assert (HOUSE / path).read_text("utf-8") == PAGES[path](), "write it again: python -m hotline.reference"


def test_the_drawing_names_files_that_there_are_and_the_pure_rooms_import_no_other() -> None:
    assert [link.where for link in (*LINKS, *COMERS) if not (HOUSE / link.where).is_file()] == []
    rooms = imports()
    assert ("hotline", "ivr") in rooms
    assert [pair for pair in rooms if pair[0] in ("acd", "routing", "prompts")] == []


def test_every_command_has_its_piece_and_words() -> None:
    pieces = re.split(r"^## ", (HOUSE / COMMANDS).read_text("utf-8"), flags=re.MULTILINE)[1:]
    names = [piece.partition("\n")[0] for piece in pieces]
    assert {name.split()[0] for name in names} == {command for room in ROOMS.values() for command in room}
    assert len(set(names)) == len(names)
    silent = [piece for piece in pieces if not re.match(r".+\n\n`hotline .+`\n\n\S", piece)]
    assert silent == []


def test_every_setting_has_its_row_and_words() -> None:
    rows = re.findall(r"^\| `([\w.]+)`.* \| (.*) \|$", (HOUSE / SETTINGS).read_text("utf-8"), re.MULTILINE)
    assert [name for name, words in rows if not words] == []
    assert {name.split(".")[0] for name, _ in rows} == set(Settings.model_fields)
