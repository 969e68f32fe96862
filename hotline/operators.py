"""What the operators wrote: the YAML files of a config folder, read into a Plan."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from hashlib import sha256
from pathlib import Path

from hotline.folder import PAPERWORK, SETTINGS_FILE, TESTS, read_folder
from routing.check import Checked, Playable, check
from routing.plan import Plan
from routing.reading.encoding import LARGEST_FILE
from routing.reading.problem import Problem, Unreadable

RECORDINGS = "recordings"
"""The folder of the operators' own recordings, within the config folder."""

__all__ = ["RECORDINGS", "SETTINGS_FILE", "TESTS", "Published", "look", "mark_of", "read_config", "recordings_in"]


@dataclass(frozen=True, slots=True)
class Published:
    """A plan and the version that a call notes: the first digits of the hash over its files."""

    plan: Plan
    version: str
    files: Mapping[str, str] = field(default_factory=dict, repr=False)
    """What it was read from: text by path within the folder."""
    recordings: Mapping[str, str] = field(default_factory=dict, repr=False)
    """The operators' own recordings: hash by file name."""
    folder: Path | None = None
    """Where files and recordings lie."""
    warnings: tuple[Problem, ...] = ()
    """What would better be mended, though it can be served."""


def read_config(folder: Path, today: date | None = None, playable: Playable | None = None) -> Published:
    """The plan of a config folder. Raises Unreadable with every error, files named as the caller would type them.

    Without `today` and `playable` nothing is said of what depends on them, see `routing.check.check`.
    """
    texts, checked = look(folder, today, playable)
    if checked.plan is None:
        raise Unreadable(checked.errors)
    files = {str(Path(name).relative_to(folder)): text for name, text in texts.items()}
    recordings = recordings_in(folder)
    return Published(checked.plan, _hash({**files, **recordings}), files, recordings, folder, checked.warnings)


def look(
    folder: Path, today: date | None = None, playable: Playable | None = None
) -> tuple[Mapping[str, str], Checked]:
    """The texts of a config folder, and everything that can be known of them. Nothing is raised for what is wrong."""
    texts = read_folder(folder)
    return texts.files, check(texts.files, today, playable, texts.problems)


def recordings_in(folder: Path) -> dict[str, str]:
    """A prompt that is spoken anew by somebody is another plan to those who hear it."""
    found = sorted((folder / RECORDINGS).glob("*.wav"))
    return {f"{RECORDINGS}/{path.name}": sha256(path.read_bytes()).hexdigest() for path in found if path.is_file()}


def _hash(files: Mapping[str, str]) -> str:
    """The same wherever the folder lies."""
    return sha256("\0".join(f"{name}\0{files[name]}" for name in sorted(files)).encode()).hexdigest()[:12]


def mark_of(folder: Path) -> str:
    """A word that changes when any file of the folder does that a plan could be read from, be it a good one or not."""
    whole = sha256()
    for path in sorted((*folder.rglob("*.yaml"), *folder.rglob("*.yml"))):
        name = path.relative_to(folder)
        if path.name != SETTINGS_FILE and name.parts[0] not in (TESTS, PAPERWORK):
            whole.update(str(name).encode() + b"\0")
            whole.update(_beginning(path))
            whole.update(b"\0")
    for path in sorted((folder / RECORDINGS).glob("*.wav")):
        about = path.stat()
        whole.update(f"{path.name} {about.st_size} {about.st_mtime_ns}".encode())
    return whole.hexdigest()[:12]


def _beginning(path: Path) -> bytes:
    """As much of a file as tells it from another that could be read."""
    if not path.is_file():
        return b""
    with path.open("rb") as file:
        return file.read(LARGEST_FILE + 1)
