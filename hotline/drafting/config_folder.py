"""The config folder as the desk sees it: its texts, whether it may be written, and several files put there as one."""

from __future__ import annotations

import os
import stat
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

import orjson

from hotline.drafting.draft import Texts
from hotline.drafting.drafts import FOLDER, write_whole
from hotline.folder import TESTS, read_folder
from hotline.operators import mark_of
from routing.reading.encoding import LARGEST_FILE, decoded
from routing.reading.problem import Problem

_REPOSITORIES = (".git", ".hg", ".svn", ".jj")
_INTENT = ".publishing"
_NEW = 0o644


def plan_texts(config: Path) -> tuple[dict[str, str], list[Problem]]:
    """The files of the plan by their path within the folder, and the problems of those that cannot be read."""
    texts = read_folder(config)
    return {str(Path(name).relative_to(config)): text for name, text in texts.files.items()}, texts.problems


def test_tables(config: Path) -> dict[str, str]:
    """The tables of test calls by their path within the folder; what is no text is left out."""
    found = {}
    for path in sorted((*(config / TESTS).glob("*.yaml"), *(config / TESTS).glob("*.yml"))):
        if path.is_file():
            with path.open("rb") as file:
                text = decoded(str(path), file.read(LARGEST_FILE + 1))
            if isinstance(text, str):
                found[str(path.relative_to(config))] = text
    return found


def digest_of(config: Path) -> str:
    """A word that changes when any file does that a draft may hold."""
    whole = sha256(mark_of(config).encode())
    for path in sorted((*(config / TESTS).glob("*.yaml"), *(config / TESTS).glob("*.yml"))):
        if path.is_file():
            with path.open("rb") as file:
                whole.update(path.name.encode() + b"\0" + file.read(LARGEST_FILE + 1) + b"\0")
    return whole.hexdigest()[:16]


def why_not_written(config: Path, names: Mapping[str, object]) -> str | None:
    """Why files must not be written there by us: `repository`, `read_only` or `linked`; None when they may."""
    if any((config / name).exists() for name in _REPOSITORIES):
        return "repository"
    if not os.access(config, os.W_OK | os.X_OK):
        return "read_only"
    for name in names:
        file = config / name
        inside = [file, *(one for one in file.parents if one != config and one.is_relative_to(config))]
        if any(one.is_symlink() for one in inside):
            return "linked"
        folder = next(one for one in file.parents if one.exists())
        if not os.access(folder, os.W_OK | os.X_OK):
            return "read_only"
    return None


@dataclass(slots=True)
class Change:
    """Texts that go into the config folder together: None takes a file away. They may be taken out again.

    What is meant is written down first: whoever starts after a crash in the midst brings it to its end (`finish`).
    """

    config: Path
    var: Path
    texts: Mapping[str, str | None]
    _before: dict[str, tuple[bytes, int] | None] = field(default_factory=dict)

    def put(self) -> None:
        """Raises OSError; then the folder is as it was."""
        self._before = {name: _content(self.config / name) for name in self.texts}
        intent = self.var / FOLDER / _INTENT
        intent.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_whole(intent, orjson.dumps({"config": str(self.config.resolve()), "texts": dict(self.texts)}))
        try:
            _put(self.config, {name: None if text is None else text.encode() for name, text in self.texts.items()})
        except BaseException:
            self.take_out()
            raise
        intent.unlink(missing_ok=True)

    def take_out(self) -> None:
        """Put back what was there. Raises OSError."""
        _put(self.config, {name: None if was is None else was[0] for name, was in self._before.items()})
        (self.var / FOLDER / _INTENT).unlink(missing_ok=True)


def changes(config: Path, old: Texts, new: Texts, var: Path) -> Change:
    """What makes `new` of the folder, which holds `old`."""
    names = {*old, *new}
    return Change(config, var, {name: new.get(name) for name in sorted(names) if old.get(name) != new.get(name)})


def finish(config: Path, var: Path) -> bool:
    """Bring to its end what a crash broke off. Raises OSError, ValueError."""
    intent = var / FOLDER / _INTENT
    try:
        meant = orjson.loads(intent.read_bytes())
    except FileNotFoundError:
        return False
    if meant["config"] != str(config.resolve()):
        return False
    _put(config, {name: None if text is None else text.encode() for name, text in meant["texts"].items()})
    intent.unlink(missing_ok=True)
    return True


def _put(config: Path, contents: Mapping[str, bytes | None]) -> None:
    """First everything that may fail for want of room; then the renames, which are a moment."""
    fresh: dict[str, str] = {}
    try:
        for name, content in contents.items():
            if content is not None:
                file = config / name
                file.parent.mkdir(parents=True, exist_ok=True)
                fresh[name] = _written(file, content)
        for name, path in fresh.items():
            Path(path).replace(config / name)
        for name, content in contents.items():
            if content is None:
                (config / name).unlink(missing_ok=True)
    finally:
        for path in fresh.values():
            Path(path).unlink(missing_ok=True)
    for folder in {(config / name).parent for name in contents}:
        _settled(folder)


def _written(file: Path, content: bytes) -> str:
    """A file beside it, with this content and as readable as the one that it will replace."""
    was = _content(file)
    handle, name = tempfile.mkstemp(prefix=f".{file.name}.", suffix=".new", dir=file.parent)
    with os.fdopen(handle, "wb") as fresh:
        fresh.write(content)
        fresh.flush()
        os.fchmod(fresh.fileno(), _NEW if was is None else was[1])
        os.fsync(fresh.fileno())
    return name


def _content(file: Path) -> tuple[bytes, int] | None:
    try:
        return file.read_bytes(), stat.S_IMODE(file.stat().st_mode)
    except FileNotFoundError:
        return None


def _settled(folder: Path) -> None:
    if not folder.is_dir():
        return
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
