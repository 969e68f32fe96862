"""What the operators wrote: the YAML files of a config folder, read into a Plan."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from routing.check import read_plan
from routing.load import LARGEST_FILE, Place, Problem, Unreadable
from routing.plan import Plan

SETTINGS_FILE = "settings.yaml"
"""Lies in the same folder, but is the machine's: see `hotline.settings`."""


@dataclass(frozen=True, slots=True)
class Published:
    """A plan and the version that a call notes: the first digits of the hash over its files."""

    plan: Plan
    version: str


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
    version = sha256("\0".join(f"{name}\0{text}" for name, text in texts.items()).encode()).hexdigest()[:12]
    return Published(read_plan(texts), version)
