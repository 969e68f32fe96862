"""Asterisk's log files: followed line by line, and kept from filling the disk."""

from __future__ import annotations

import os
from pathlib import Path
from typing import IO

LONGEST_LINE = 4096


class Tail:
    """The lines that a file gains from now on, also when it is put aside and begun anew."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: IO[bytes] | None = None
        self._rest = b""
        self._open(at_end=True)

    def lines(self) -> list[str]:
        """What was added since the last time. Raises OSError."""
        found = self._read()
        if self._was_replaced():
            found += self._read()  # its last words
            self._open(at_end=False)
            found += self._read()
        return found

    def close(self) -> None:
        """Look away. Twice is fine."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def _open(self, *, at_end: bool) -> None:
        self.close()
        try:
            self._file = self._path.open("rb")
        except FileNotFoundError:
            return
        if at_end:
            self._file.seek(0, os.SEEK_END)

    def _read(self) -> list[str]:
        if self._file is None:
            return []
        *whole, rest = (self._rest + self._file.read()).split(b"\n")
        self._rest = rest[-LONGEST_LINE:]
        return [line.decode(errors="replace") for line in whole]

    def _was_replaced(self) -> bool:
        try:
            there = self._path.stat()
        except FileNotFoundError:
            return False
        return self._file is None or os.fstat(self._file.fileno()).st_ino != there.st_ino


def rotate(path: Path, keep: int) -> None:
    """Put a file aside as `NAME.1`, and the `keep` - 1 before it as `NAME.2` and so on; the oldest goes."""
    for age in range(keep, 0, -1):
        older = path.with_name(f"{path.name}.{age - 1}") if age > 1 else path
        if older.exists():
            older.replace(path.with_name(f"{path.name}.{age}"))
