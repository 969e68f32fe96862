"""A small JSON file of `var` that commands write and a running engine looks at: mode 0600, whole or not at all."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Generic, TypeVar

import structlog

log = structlog.get_logger()

T = TypeVar("T")


def write(path: Path, data: Any) -> None:
    """Let the file say this, mode 0600; after a crash it says this or what it said before. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f"{path.name}.new")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        json.dump(data, file, ensure_ascii=False, indent=1)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)


@contextmanager
def alone(path: Path) -> Iterator[None]:
    """Nobody else changes the file meanwhile: what is read in the block is still so when it is written."""
    path.parent.mkdir(parents=True, exist_ok=True)
    lock = os.open(path.with_name(f".{path.name}.lock"), os.O_WRONLY | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)


class Kept(Generic[T]):
    """What a file says now, for a running engine: it is read again when its date changes.

    `read` gives the value, also for a file that is not there; OSError and ValueError mean that it is damaged. Then the
    value of before holds: nobody is let in, or sent away, by a slip of the disk.
    """

    def __init__(self, path: Path, read: Callable[[], T], otherwise: T, *, what: str) -> None:
        self._path, self._read, self._what = path, read, what
        self._value = otherwise
        self._seen: tuple[int, int, int] | None = None

    def __call__(self) -> T:
        try:
            about = self._path.stat()
            seen = (about.st_mtime_ns, about.st_ino, about.st_size)
        except OSError:
            seen = None
        if seen != self._seen:
            self._seen = seen
            try:
                self._value = self._read()
                log.info("a list or switch of the door changed", what=self._what)
            except (OSError, ValueError) as error:
                log.error("it cannot be read: what it said before holds", what=self._what, error=str(error))
        return self._value
