"""A draft: the operators' files as somebody is writing them, and what they were when it began. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from difflib import unified_diff
from enum import StrEnum
from typing import Any, Final

from hotline.folder import LARGEST_WHOLE, MOST_FILES, PAPERWORK, RECORDINGS, SETTINGS_FILE, TESTS
from routing.reading.encoding import LARGEST_FILE

Texts = Mapping[str, str]
"""Text by path within the config folder."""

_NAME: Final = re.compile(r"(\w[\w-]{0,63}/){0,3}\w[\w.-]{0,63}\.ya?ml")
_OTHERS: Final = (RECORDINGS, PAPERWORK, "schema", "knowledge")
"""Folders that hold no part of a plan."""
_AROUND: Final = 2
"""Unchanged lines that are shown around a changed one."""


class Unfit(ValueError):
    """A file that no draft can have; the text says why."""


class Source(StrEnum):
    """What a draft began from."""

    LIVE = "live"
    FOLDER = "folder"
    VERSION = "version"


@dataclass(frozen=True, slots=True)
class Ground:
    """What stood there when a draft was begun: it may be published while this still stands."""

    number: int
    """The version that was live."""
    mark: str
    """Its mark."""
    folder: str
    """The digest of the config folder, see `hotline.drafting.config_folder`."""


@dataclass(frozen=True, slots=True)
class Draft:
    """One person's draft. `base` is what it began from."""

    user: str
    source: Source
    ground: Ground
    base: Texts
    files: Texts
    began: datetime
    changed: datetime

    @property
    def touched(self) -> dict[str, str]:
        """File → `new`, `changed` or `gone`, of those that are not as they were."""
        return differing(self.base, self.files)

    def with_file(self, name: str, text: str | None, at: datetime) -> Draft:
        """The same with another text, or without the file (None). Raises Unfit."""
        files = dict(self.files)
        if text is None:
            if name not in files:
                raise Unfit(f"there is no file called {name}")
            del files[name]
        else:
            fit(name, text)
            files[name] = text
        if len(files) > MOST_FILES:
            raise Unfit(f"a plan has {MOST_FILES} files at most")
        if sum(len(one.encode()) for one in files.values()) > LARGEST_WHOLE:
            raise Unfit(f"all files together have {LARGEST_WHOLE >> 20} MiB at most")
        return replace(self, files=files, changed=at)

    def renewed(self, base: Texts, ground: Ground, at: datetime) -> tuple[Draft, tuple[str, ...]]:
        """The same on what stands there now, and the files that both sides changed: there the draft's text is kept."""
        files: dict[str, str] = {}
        both: list[str] = []
        for name in sorted({*self.base, *self.files, *base}):
            was, mine, theirs = self.base.get(name), self.files.get(name), base.get(name)
            kept = theirs if mine == was else mine
            if was not in (mine, theirs) and mine != theirs:
                both.append(name)
            if kept is not None:
                files[name] = kept
        return replace(self, base=dict(base), files=files, ground=ground, changed=at), tuple(both)

    def to_json(self) -> dict[str, Any]:
        return {
            "user": self.user,
            "source": self.source,
            "ground": [self.ground.number, self.ground.mark, self.ground.folder],
            "base": dict(self.base),
            "files": dict(self.files),
            "began": self.began.isoformat(),
            "changed": self.changed.isoformat(),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Draft:
        """Raises ValueError, KeyError, TypeError for what `to_json` did not write."""
        return cls(
            data["user"],
            Source(data["source"]),
            Ground(*data["ground"]),
            dict(data["base"]),
            dict(data["files"]),
            datetime.fromisoformat(data["began"]),
            datetime.fromisoformat(data["changed"]),
        )


def fit(name: str, text: str) -> None:
    """Whether a draft can have this file. Raises Unfit."""
    if not _NAME.fullmatch(name):
        raise Unfit("a file is called like lines.yaml, lines/heart.yaml or tests/night.yaml")
    parts = name.split("/")
    if parts[-1] == SETTINGS_FILE:
        raise Unfit(f"{SETTINGS_FILE} is the machine's, and no part of the plan")
    if len(parts) > 1 and (parts[0] in _OTHERS or (parts[0] == TESTS and len(parts) > 2)):
        raise Unfit(f"{'/'.join(parts[:-1])} holds no part of a plan")
    if len(text.encode()) > LARGEST_FILE:
        raise Unfit(f"a file has {LARGEST_FILE >> 20} MiB at most")


def differing(old: Texts, new: Texts) -> dict[str, str]:
    """File → `new`, `changed` or `gone`."""
    return {
        name: "new" if name not in old else "gone" if name not in new else "changed"
        for name in sorted({*old, *new})
        if old.get(name) != new.get(name)
    }


def line_by_line(old: Texts, new: Texts) -> list[dict[str, str]]:
    """What differs in each file, as text with `+` and `-`."""
    found = []
    for name, how in differing(old, new).items():
        lines = unified_diff(
            old.get(name, "").splitlines(),
            new.get(name, "").splitlines(),
            n=_AROUND,
            lineterm="",
            fromfile="",
            tofile="",
        )
        found.append({"file": name, "how": how, "lines": "\n".join(list(lines)[2:])})
    return found


def part_of_the_plan(name: str) -> bool:
    """Whether a file is read for the plan; the others are tables of test calls."""
    return not name.startswith(f"{TESTS}/")
