"""A CSV file of past calls: its bytes, its encoding, its rows with the lines that they stand in.

It is read as often as needed, in portions: a file of any size takes the memory of one row and of what repeats.
"""

from __future__ import annotations

import codecs
import csv
import os
import re
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from paperwork.past.row import Categorise, PastRow, Rows, Unfit, columns_of

PORTION = 1 << 20
ENCODINGS = ("utf-8-sig", "gb18030")
MOST_LINES = 50
"""Of one row; more are no cell with line breaks, but a quote that nobody closed."""


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

    @property
    def name(self) -> str:
        """What the file is called, without its folder."""
        return as_text(self.file.name)

    def rows(
        self, categorise: Categorise, lines: Mapping[str, str] | None = None
    ) -> Iterator[tuple[int, PastRow | Bad]]:
        """Every row that says something, with its line. Raises NoSheet when the heading is not that of such a file."""
        with self.file.open(encoding=self.encoding, newline="") as stream:
            lines_of_it = _Lines(stream)
            table = csv.reader(lines_of_it, strict=True, skipinitialspace=True)
            reading: Rows | None = None
            while True:
                line = lines_of_it.begin()
                try:
                    cells = next(table)
                except StopIteration:
                    break
                except csv.Error as error:
                    tidy = lines_of_it.tidied()
                    lines_of_it.take_back()
                    if tidy is None:
                        why = f"this is no CSV ({error}): {_QUOTES}"
                        if reading is None:
                            raise NoSheet(f"line {line}: {why}") from None
                        yield line, Bad(line, why)
                        continue
                    cells = tidy
                if not any(cell.strip() for cell in cells):
                    continue
                if reading is None:
                    reading = _reading(cells, categorise, lines)
                else:
                    yield line, _row(reading, line, cells)
            if reading is None:
                raise NoSheet("the file is empty: its first row names the columns")
        if _state(self.file) != self.state:
            raise NoSheet("the file was changed while it was read: try again")


_QUOTES = "a quote in a cell is doubled, and after the one that closes it come spaces, then a comma or the line's end"


def tidied(line: str) -> str:
    """A line of CSV without the spaces between a closing quote and the comma behind it: some programs write them.

    >>> tidied('"咨询" ,"a "" , b"\t, c "d" , e')
    '"咨询","a "" , b", c "d" , e'
    """
    kept: list[str] = []
    at, quoted, begins = 0, False, True
    while at < len(line):
        sign = line[at]
        if quoted and sign == '"':
            if line[at + 1 : at + 2] == '"':
                kept.append('""')
                at += 2
                continue
            quoted = False
            if (spaces := _BEFORE_END.match(line, at + 1)) is not None:
                kept.append('"')
                at = spaces.end()
                continue
        elif not quoted:
            quoted = sign == '"' and begins
            begins = sign == "," or (begins and sign in " \t")
        kept.append(sign)
        at += 1
    return "".join(kept)


_BEFORE_END = re.compile(r"[ \t]*(?=,|[\r\n]|\Z)")


class _Lines(Iterator[str]):
    """A file's lines, handed to one row after the other. The lines that a quote left open swallowed are taken back."""

    def __init__(self, stream: Iterator[str]) -> None:
        self._stream, self._back = stream, deque[str]()
        self._row: list[str] = []
        self._line = 1

    def __next__(self) -> str:
        if len(self._row) == MOST_LINES:
            raise csv.Error(f"a quote is still open {MOST_LINES} lines further down")
        line = self._back.popleft() if self._back else next(self._stream)
        self._row.append(line)
        return line

    def begin(self) -> int:
        """The line, counted from 1, in which the next row begins."""
        self._line += len(self._row)
        self._row.clear()
        return self._line

    def tidied(self) -> list[str] | None:
        """The cells of the row's first line, spaces behind its quotes left out; None when that is no row either."""
        if not self._row:
            return None
        try:
            return next(csv.reader([tidied(self._row[0])], strict=True, skipinitialspace=True))
        except (csv.Error, StopIteration):
            return None

    def take_back(self) -> None:
        """Only the first line of this row was its own."""
        self._back.extendleft(reversed(self._row[1:]))
        del self._row[1:]


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


def as_text(file: Path | str) -> str:
    r"""A file's name; bytes of it that are no UTF-8 as `\xb0`."""
    return os.fsencode(file).decode("utf-8", "backslashreplace")


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
