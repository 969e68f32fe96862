"""The folder of articles beside the operators' other files (`config/knowledge/`): one file an article."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from knowledge.file import ENDING, Filed, from_bytes, misplaced
from routing.reading.encoding import LARGEST_FILE
from routing.reading.problem import Place, Problem, Unreadable, found

FOLDER = "knowledge"
"""In the folder of the operators' files."""
MOST_FILES = 5_000
_PAGES = frozenset({"README.md", "README.zh-CN.md"})
"""For people who look into the folder: no articles."""


def files_in(folder: Path) -> list[Path]:
    """The files of articles in a folder, by name; nothing for one that is not there."""
    there = os.path.isdir(folder)  # noqa: PTH112 - a name that is too long is no folder either
    return sorted(path for path in folder.glob(f"*{ENDING}") if path.name not in _PAGES) if there else []


def read_folder(
    folder: Path, lines: Iterable[str] | None = None, codes: Iterable[str] | None = None
) -> tuple[list[Filed], list[Problem]]:
    """Every article that can be read, and everything that is wrong, each with its place. Never raises.

    `lines` and `codes` are those that there are; without them nothing is said of names.
    """
    known_lines = None if lines is None else frozenset(lines)
    known_codes = None if codes is None else frozenset(codes)
    filed: list[Filed] = []
    problems: list[Problem] = []
    for path in files_in(folder)[: MOST_FILES + 1]:
        if len(filed) == MOST_FILES:
            problems.append(found(Place(str(path), 1, 1), "too-many-files", most=MOST_FILES))
            break
        try:
            with path.open("rb") as stream:
                one = from_bytes(str(path), path.name.removesuffix(ENDING), stream.read(LARGEST_FILE + 1))
        except Unreadable as error:
            problems += error.problems
        except OSError as error:
            why = error.strerror or type(error).__name__
            problems.append(found(Place(str(path), 1, 1), "cannot-read", why=why))
        else:
            filed.append(one)
            problems += misplaced(one, known_lines, known_codes)
    return filed, sorted(problems)
