"""The folder of the operators' files, read: those at its top, and those that they include.

Nothing outside the folder is read, nothing that is no plain file, and of a file that is too large only its beginning.
`tests/` holds the operators' tables of tests, `recordings/` sound, `paperwork/` what forms need: no parts of the plan.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from routing.reading.encoding import LARGEST_FILE, decoded
from routing.reading.include import Include, includes
from routing.reading.problem import Place, Problem, found

SETTINGS_FILE = "settings.yaml"
"""Lies in the same folder, but is the machine's: see `hotline.settings`."""
TESTS = "tests"
"""Folder for the operators' own tests: no part of the plan."""
RECORDINGS = "recordings"
PAPERWORK = "paperwork"
"""Folder of the paperwork's own files (`paperwork.rules`, `paperwork.categories`): no part of the plan."""

MOST_FILES = 200
LARGEST_WHOLE = 2 * LARGEST_FILE
"""Bytes of all files together; reading more would take minutes."""
_SUFFIXES = frozenset({".yaml", ".yml"})


@dataclass(slots=True)
class Texts:
    """What was read: text by name, as the caller of the program would type it; and what could not be."""

    files: dict[str, str] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)


def read_folder(folder: Path) -> Texts:
    """All files of a config folder. Problems are in the result, none is raised."""
    reading = _Reading(folder, Texts())
    if not os.path.isdir(folder):  # noqa: PTH112 - a name that is too long is no folder either
        reading.texts.problems.append(found(Place(str(folder), 1, 1), "no-folder"))
        return reading.texts
    tops = sorted(path for suffix in _SUFFIXES for path in folder.glob(f"*{suffix}") if path.name != SETTINGS_FILE)
    if not tops:
        reading.texts.problems.append(found(Place(str(folder), 1, 1), "no-files"))
    for path in tops:
        reading.take(path, ())
    return reading.texts


@dataclass(slots=True)
class _Reading:
    folder: Path
    texts: Texts
    taken: set[Path] = field(default_factory=set)
    size: int = 0

    def take(self, path: Path, trail: tuple[Path, ...]) -> None:
        """Read a file and what it includes, unless it was read; `trail` are the files that led here."""
        if path in self.taken:
            return
        self.taken.add(path)
        if len(self.taken) > MOST_FILES:
            if len(self.taken) == MOST_FILES + 1:
                self.texts.problems.append(found(Place(str(path), 1, 1), "too-many-files", most=MOST_FILES))
            return
        text = _text(path)
        if isinstance(text, Problem):
            self.texts.problems.append(text)
            return
        before, self.size = self.size, self.size + len(text.encode())
        if self.size > LARGEST_WHOLE:
            if before <= LARGEST_WHOLE:
                most = f"{LARGEST_WHOLE >> 20} MiB"
                self.texts.problems.append(found(Place(str(path), 1, 1), "too-large-together", most=most))
            return
        self.texts.files[str(path)] = text
        for include in includes(str(path), text):
            for target in self.targets(path, include):
                if target in trail or target == path:
                    names = [*trail, path, target]
                    around = " → ".join(one.name for one in names[names.index(target) :])
                    self.texts.problems.append(found(include.place, "include-cycle", round=around))
                else:
                    self.take(target, (*trail, path))

    def targets(self, path: Path, include: Include) -> Iterator[Path]:
        """The files that an entry means; a pattern means no file twice, and not the one that it stands in."""
        written = Path(include.pattern)
        if written.is_absolute() or "\\" in include.pattern or (inside := self._inside(path.parent / written)) is None:
            self.texts.problems.append(found(include.place, "include-outside", name=include.pattern))
            return
        candidates = [self.folder / inside]
        if include.is_pattern:
            candidates = [one for one in sorted(self.folder.glob(str(inside))) if one != path]
        there = [one for one in candidates if self._part(one) and one.is_file()]
        if not there:
            self.texts.problems.append(found(include.place, "include-missing", name=include.pattern))
        for one in there:
            if not one.resolve().is_relative_to(self.folder.resolve()):
                self.texts.problems.append(found(include.place, "include-outside", name=include.pattern))
            else:
                yield one

    def _inside(self, path: Path) -> Path | None:
        """The way from the folder to a path that may go up and down; None when it leaves the folder."""
        steps: list[str] = []
        for step in path.relative_to(self.folder).parts:
            if step != "..":
                steps.append(step)
            elif steps:
                steps.pop()
            else:
                return None
        return Path(*steps)

    def _part(self, path: Path) -> bool:
        """Whether a file could be part of the plan."""
        inside = path.relative_to(self.folder)
        return (
            path.suffix in _SUFFIXES
            and inside.parts[0] not in (TESTS, RECORDINGS, PAPERWORK)
            and path.name != SETTINGS_FILE
        )


def _text(path: Path) -> str | Problem:
    try:
        if not path.is_file():
            return found(Place(str(path), 1, 1), "cannot-read", why="it is no plain file")
        with path.open("rb") as file:
            return decoded(str(path), file.read(LARGEST_FILE + 1))
    except OSError as error:
        return found(Place(str(path), 1, 1), "cannot-read", why=error.strerror or type(error).__name__)
