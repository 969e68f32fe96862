"""A CSV file of past calls: its bytes, its encoding, its rows with the lines that they stand in.

It is read as often as needed, in portions: a file of any size takes the memory of one row and of what repeats.
"""

from __future__ import annotations

import codecs
import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from paperwork.past.row import Categorise, PastRow, Rows, Unfit, columns_of

PORTION = 1 << 20
ENCODINGS = ("utf-8-sig", "gb18030")


class NoSheet(Exception):
    """The file as a whole cannot be read; one line that says why."""


@dataclass(frozen=True, slots=True)
class Bad:
    """A row that cannot be taken in: the line of the file where it begins, counted from 1, and why."""

    line: int
    reason: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """A file that can be read. `sha256` is of its bytes, so that the same one is noticed under any name."""

    file: Path
    sha256: str
    encoding: str
    state: tuple[int, int]
    """Size and time of the file that was looked at."""

    def rows(
        self, categorise: Categorise, lines: Mapping[str, str] | None = None
    ) -> Iterator[tuple[int, PastRow | Bad]]:
        """Every row that says something, with its line. Raises NoSheet when the heading is not that of such a file."""
        with self.file.open(encoding=self.encoding, newline="") as stream:
            table = csv.reader(stream, strict=True)
            reading: Rows | None = None
            line = 1
            while True:
                try:
                    cells = next(table)
                except StopIteration:
                    break
                except csv.Error as error:
                    if reading is None:
                        raise NoSheet(f"line {line}: {error}") from None
                    yield line, Bad(line, f"this is no CSV from here on ({error})")
                    return
                if not any(cell.strip() for cell in cells):
                    pass
                elif reading is None:
                    reading = _reading(cells, categorise, lines)
                else:
                    yield line, _row(reading, line, cells)
                line = table.line_num + 1
            if reading is None:
                raise NoSheet("the file is empty: its first row names the columns")
        if _state(self.file) != self.state:
            raise NoSheet("the file was changed while it was read: try again")


def _reading(cells: list[str], categorise: Categorise, lines: Mapping[str, str] | None) -> Rows:
    try:
        return Rows(columns_of(cells), categorise, lines)
    except Unfit as error:
        raise NoSheet(str(error)) from None


def _row(reading: Rows, line: int, cells: list[str]) -> PastRow | Bad:
    try:
        return reading.row(cells)
    except Unfit as error:
        return Bad(line, str(error))


def sheet_of(file: Path) -> Sheet:
    """A file, looked at once. Raises NoSheet, OSError."""
    if not file.is_file():
        raise NoSheet("no such file" if not file.exists() else "this is no plain file")
    whole, state = sha256(), _state(file)
    decoders = {name: codecs.getincrementaldecoder(name)() for name in ENCODINGS}
    with file.open("rb") as stream:
        first = True
        while portion := stream.read(PORTION):
            whole.update(portion)
            if first and portion.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
                raise NoSheet("the file is in UTF-16: save it as CSV in UTF-8")
            if b"\0" in portion:
                raise NoSheet("the file is no text: save the table as CSV")
            first = False
            _decode(decoders, portion, final=False)
        _decode(decoders, b"", final=True)
    if not decoders:
        raise NoSheet("the file is neither UTF-8 nor GB 18030: save it as CSV in UTF-8")
    return Sheet(file, whole.hexdigest(), next(iter(decoders)), state)


def _state(file: Path) -> tuple[int, int]:
    about = file.stat()
    return about.st_size, about.st_mtime_ns


def _decode(decoders: dict[str, codecs.IncrementalDecoder], portion: bytes, *, final: bool) -> None:
    """Leave those encodings that the file can be in."""
    for name in tuple(decoders):
        try:
            decoders[name].decode(portion, final)
        except UnicodeDecodeError:
            del decoders[name]
