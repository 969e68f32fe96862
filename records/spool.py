"""Facts on their way to the database, in files beside it: what a killed engine would have kept to itself.

Each fact is appended to the spool's newest file the moment it is told, with one `write` into the operating system's
cache: it survives our death from then on. Once the facts of a file are in the database the file is emptied, or removed
when a newer one was begun. What an engine leaves behind is found by the next one, which reads it back.

A file belongs to the engine that holds its lock. Its lines are JSON, each begun (not ended) by a newline, so that one
which a crash has cut never swallows the next.
"""

from __future__ import annotations

import errno
import fcntl
import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Generic, TypeVar

import structlog

from records.spelling import Spelling

log = structlog.get_logger(__name__)

MODE = 0o600
"""Callers' numbers are in it."""

SEGMENT = 4_000_000
"""Bytes after which a file is closed, so that it can be removed while newer facts are still on their way."""

T = TypeVar("T")


@dataclass(slots=True)
class Segment:
    """One file of a spool. `last` is the number of its last fact that memory holds too."""

    path: Path
    descriptor: int
    last: int = 0
    size: int = 0
    only: bool = False
    """Facts are in it that memory does not hold: it is read back before it goes."""
    unread: list[str] = field(default_factory=list)
    """Lines that are no facts, as they were found."""

    def holds(self) -> bool:
        """Whether its path still leads to it."""
        try:
            there, here = self.path.stat(), os.fstat(self.descriptor)
        except FileNotFoundError:
            return False
        return (there.st_dev, there.st_ino) == (here.st_dev, here.st_ino)

    def remove(self) -> None:
        """It is done with."""
        with suppress(OSError):
            if self.holds():
                self.path.unlink()
        os.close(self.descriptor)


class Spool(Generic[T]):
    """The files `STEM-000001.jsonl` and so on. Methods that write raise OSError when the disk takes no more."""

    def __init__(self, stem: Path, spelling: Spelling[T]) -> None:
        self.stem, self._spelling = stem, spelling
        self._current: Segment | None = None
        self._sealed: list[Segment] = []
        self._away = False
        """The folder is gone; who took it may bring it back."""

    # ── writing ─────────────────────────────────────────────────────────────

    def put(self, fact: T, number: int | None) -> None:
        """Append the fact; `number` counts those that memory holds, None is for one that it does not.

        Blocks as long as the operating system takes to copy a line. Raises OSError.
        """
        if self._away:
            raise self._gone()
        line = b"\n" + self._spelling.line_of(fact).encode()
        current = self._current or self._begin()
        took = os.write(current.descriptor, line)
        current.size += took
        if took != len(line):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(current.path))
        if number is None:
            current.only = True
        else:
            current.last = number

    def _begin(self) -> Segment:
        self.stem.parent.mkdir(parents=True, exist_ok=True)
        number = max((int(path.stem.rpartition("-")[2]) for path in self._paths()), default=0)
        while True:
            number += 1
            path = self.stem.with_name(f"{self.stem.name}-{number:06}.jsonl")
            try:
                descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_APPEND | os.O_WRONLY, MODE)
            except FileExistsError:
                continue
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            self._current = Segment(path, descriptor)
            return self._current

    def _paths(self) -> list[Path]:
        """In the order in which they were begun."""
        return sorted(self.stem.parent.glob(f"{self.stem.name}-{'[0-9]' * 6}.jsonl"))

    def sync(self) -> None:
        """Wait until what was put is on the disk itself. For a thread: it may take long."""
        if self._current is None:
            return
        with suppress(OSError):  # closed meanwhile: then it is in the database
            copy = os.dup(self._current.descriptor)
            try:
                os.fsync(copy)
            finally:
                os.close(copy)

    def astray(self) -> bool:
        """Whether the newest file is no longer where it was: another one is begun, unless its folder is away.

        Raises FileNotFoundError while the folder is away: making it anew could be in the way of who brings it back.
        """
        self._away = self._current is not None and not self.stem.parent.is_dir()
        if self._away:
            raise self._gone()
        if self._current is None or self._current.holds():
            return False
        os.close(self._current.descriptor)
        self._current = None
        return True

    def _gone(self) -> OSError:
        return FileNotFoundError(errno.ENOENT, "the folder is gone", str(self.stem.parent))

    # ── done with ───────────────────────────────────────────────────────────

    def written(self, number: int) -> None:
        """The facts up to this number are in the database: forget files that hold no others."""
        current = self._current
        if current is not None and current.size and not current.only and current.last <= number:
            os.ftruncate(current.descriptor, 0)
            current.size = 0
        elif current is not None and current.size >= SEGMENT:
            self._seal()
        done = [segment for segment in self._sealed if not segment.only and segment.last <= number]
        for segment in done:
            self._sealed.remove(segment)
            segment.remove()

    def _seal(self) -> None:
        if self._current is not None:
            self._sealed.append(self._current)
            self._current = None

    def close(self) -> None:
        """No more facts come: what is not in the database stays for the next start."""
        for segment in (*self._sealed, *([self._current] if self._current else [])):
            if segment.size or segment in self._sealed:
                os.close(segment.descriptor)
            else:
                segment.remove()
        self._sealed, self._current = [], None

    # ── reading back ────────────────────────────────────────────────────────

    def to_read(self) -> list[Segment]:
        """Files with facts that memory does not hold: ours, and those that an engine which is no more left behind."""
        if self._current is not None and self._current.only:
            self._seal()
        ours = [segment for segment in self._sealed if segment.only]
        known = {segment.path for segment in self._sealed} | ({self._current.path} if self._current else set())
        return [*self._left(known), *ours]

    def _left(self, known: set[Path]) -> list[Segment]:
        left = []
        older = sorted(self.stem.parent.glob(f"{self.stem.name.replace('spool', 'spill')}*.jsonl"))  # before 0.4
        for path in (path for path in (*older, *self._paths()) if path not in known):
            with suppress(FileNotFoundError):
                descriptor = os.open(path, os.O_RDWR)
                try:
                    fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:  # of an engine that lives
                    os.close(descriptor)
                else:
                    left.append(Segment(path, descriptor, only=True))
        self._sealed += left
        return left

    def read(self, segment: Segment, batch: int) -> Iterator[list[T]]:
        """The facts of a file, up to `batch` at a time. What is no fact is logged; `segment.unread` has it."""
        with segment.path.open(encoding="utf-8", errors="replace") as file:
            number = 0
            while lines := list(islice(file, batch)):
                facts: list[T] = []
                for line in filter(str.strip, lines):
                    number += 1
                    try:
                        facts.append(self._spelling.fact_of(line))
                    except (ValueError, KeyError, TypeError) as error:
                        log.error("a spooled line is no fact", file=str(segment.path), fact=number, error=repr(error))
                        segment.unread.append(line)
                yield facts

    def done(self, segment: Segment) -> None:
        """The facts of a file that was read back are in the database: remove it."""
        self._sealed.remove(segment)
        segment.remove()


def set_aside(path: Path, lines: Iterable[str]) -> None:
    """Keep lines in a file for people to look at. Raises OSError."""
    descriptor = os.open(path, os.O_CREAT | os.O_APPEND | os.O_WRONLY, MODE)
    with os.fdopen(descriptor, "a", encoding="utf-8") as file:
        file.writelines("\n" + line.strip() for line in lines)
