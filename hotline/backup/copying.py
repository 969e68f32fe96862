"""Files copied into a new folder, each with its hash, and waited for until they are on the disk."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO

from hotline.backup.manifest import Kept

_BLOCK = 1 << 20


@dataclass(slots=True)
class Copying:
    """What was copied so far into `into`; `older` is a backup whose unchanged files are linked."""

    into: Path
    older: Path | None = None
    older_files: dict[str, Kept] = field(default_factory=dict)
    files: dict[str, Kept] = field(default_factory=dict)

    def copy(self, source: Path, name: str, *, lines: bool = False, lasting: bool = False) -> bool:
        """Copy a file; False when it is gone. `lines`: it grows, and of its last line only a whole one is taken.
        `lasting`: it never changes under its name."""
        try:
            with source.open("rb") as file:
                about = os.fstat(file.fileno())
                if lasting and self._linked(name, about.st_size, about.st_mtime_ns):
                    return True
                self.put(name, _whole_lines(file) if lines else _blocks(file), about.st_mode, about.st_mtime_ns)
        except FileNotFoundError:
            return False
        return True

    def put(self, name: str, content: Iterator[bytes], mode: int, changed: int) -> None:
        """Write a file and wait for the disk."""
        target = self.into / name
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        seen, size = sha256(), 0
        with target.open("xb") as file:
            target.chmod(0o600)
            for block in content:
                file.write(block)
                seen.update(block)
                size += len(block)
            file.flush()
            os.fsync(file.fileno())
        os.utime(target, ns=(changed, changed))
        self.files[name] = Kept(size, seen.hexdigest(), mode & 0o777, changed)

    def _linked(self, name: str, size: int, changed: int) -> bool:
        kept = self.older_files.get(name)
        if self.older is None or kept is None or (kept.bytes, kept.changed) != (size, changed):
            return False
        target = self.into / name
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        try:
            if (self.older / name).stat().st_size != size:
                return False
            os.link(self.older / name, target)
        except OSError:  # a file system without links, or the older backup is spoiled
            return False
        self.files[name] = kept
        return True


def below(folder: Path) -> Iterator[Path]:
    """Plain files, in order, links to folders followed once; names that begin with a point are nobody's data."""
    seen: set[Path] = set()
    for parent, folders, names in os.walk(folder, followlinks=True):
        here = Path(parent)
        if here.resolve() in seen:
            folders[:] = []
            continue
        seen.add(here.resolve())
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        yield from (path for name in sorted(names) if not name.startswith(".") and (path := here / name).is_file())


def _blocks(file: BinaryIO) -> Iterator[bytes]:
    while block := file.read(_BLOCK):
        yield block


def _whole_lines(file: BinaryIO) -> Iterator[bytes]:
    """Of a file that grows: a last line without an end is taken when it is whole JSON."""
    whole, mark, last = file.read().rpartition(b"\n")
    with suppress(ValueError):
        json.loads(last)
        mark += last
    yield whole + mark


def write(path: Path, content: bytes) -> None:
    """Make a file, for us alone and on the disk itself. Raises OSError."""
    with os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def settled(folder: Path) -> None:
    """Wait until the names in a folder are on the disk. Raises OSError."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
