"""What the operators wrote: the YAML files of a config folder, read into a Plan."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from routing.check import read_plan
from routing.load import LARGEST_FILE, Place, Problem, Unreadable
from routing.plan import Plan

SETTINGS_FILE = "settings.yaml"
"""Lies in the same folder, but is the machine's: see `hotline.settings`."""
TESTS = "tests"
"""Folder for the operators' own tests: no part of the plan."""


@dataclass(frozen=True, slots=True)
class Published:
    """A plan and the version that a call notes: the first digits of the hash over its files."""

    plan: Plan
    version: str
    files: Mapping[str, str] = field(default_factory=dict, repr=False)
    """What it was read from: text by path within the folder."""


def read_config(folder: Path) -> Published:
    """The plan of a config folder. Raises Unreadable with every problem, files named as the caller would type them."""
    texts: dict[str, str] = {}
    problems: list[Problem] = []
    if not folder.is_dir():
        raise Unreadable([Problem(Place(str(folder), 1, 1), "no such folder; name the one with the hotline's files")])
    for path in sorted((*folder.glob("*.yaml"), *folder.glob("*.yml"))):
        if path.name == SETTINGS_FILE:
            continue
        top = Place(str(path), 1, 1)
        try:
            if path.stat().st_size > 4 * LARGEST_FILE:
                problems.append(Problem(top, f"larger than {LARGEST_FILE >> 20} MiB; split it"))
                continue
            texts[str(path)] = path.read_bytes().decode("utf-8-sig")
        except UnicodeDecodeError as error:
            before = error.object[: error.start]
            line = before.count(b"\n") + 1
            problems.append(Problem(Place(str(path), line, 1), "not UTF-8; save the file as UTF-8"))
        except OSError as error:
            problems.append(Problem(top, f"cannot be read: {error.strerror}"))
    if problems:
        raise Unreadable(problems)
    files = {str(Path(name).relative_to(folder)): text for name, text in texts.items()}
    return Published(read_plan(texts), _hash(files), files)


def _hash(files: Mapping[str, str]) -> str:
    """The same wherever the folder lies."""
    return sha256("\0".join(f"{name}\0{files[name]}" for name in sorted(files)).encode()).hexdigest()[:12]


def mark_of(folder: Path) -> str:
    """A word that changes when any file of the folder does that a plan could be read from, be it a good one or not."""
    whole = sha256()
    for path in sorted((*folder.rglob("*.yaml"), *folder.rglob("*.yml"))):
        name = path.relative_to(folder)
        if path.name != SETTINGS_FILE and name.parts[0] != TESTS:
            whole.update(str(name).encode() + b"\0")
            whole.update(path.read_bytes() if path.is_file() else b"")
            whole.update(b"\0")
    return whole.hexdigest()[:12]
