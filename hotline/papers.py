"""The operators' files of the paperwork, and their articles, looked at as `hotline check` looks at the plan."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from hotline.folder import PAPERWORK
from hotline.settings import HOUSE
from knowledge.folder import FOLDER as KNOWLEDGE
from knowledge.folder import read_folder
from paperwork.categories.load import FILE as CATEGORIES
from paperwork.categories.load import trees_in
from paperwork.rules import FILE as RULES
from paperwork.rules import rules_in
from routing.reading.problem import Place, Problem, Unreadable, found, nearest

READERS: Mapping[str, Callable[[Path], Any]] = {CATEGORIES: trees_in, RULES: rules_in}
"""Each file that may lie there, and who reads it from the config folder."""


def paper_problems(config: Path) -> list[Problem]:
    """Everything that is wrong in `config/paperwork/`; nothing for a folder that has none."""
    folder = config / PAPERWORK
    problems: list[Problem] = []
    there = os.path.isdir(folder)  # noqa: PTH112 - a name that is too long is no folder either
    files = sorted((*folder.glob("*.yaml"), *folder.glob("*.yml"))) if there else []
    for file in files:
        if file.name not in READERS:
            place, near = Place(str(file), 1, 1), nearest(file.name, READERS)
            problems.append(found(place, "cannot-read", near, why=f"no such file belongs here: {', '.join(READERS)}"))
            continue
        try:
            READERS[file.name](config)
        except Unreadable as error:
            problems += error.problems
        except OSError as error:
            place = Place(str(file), 1, 1)
            problems.append(found(place, "cannot-read", why=error.strerror or type(error).__name__))
    return sorted(problems)


def article_problems(config: Path, lines: Iterable[str] | None) -> list[Problem]:
    """Everything that is wrong in `config/knowledge/`. `lines` are those of the plan; None when there is no plan.

    Categories are not looked at while their own file has problems: those are told first.
    """
    try:
        at = config if (config / PAPERWORK / CATEGORIES).exists() else HOUSE / "config"
        codes = [code for code, one in trees_in(at).categories.items() if not one.retired]
    except (Unreadable, OSError):
        return read_folder(config / KNOWLEDGE, lines)[1]
    return read_folder(config / KNOWLEDGE, lines, codes)[1]
