"""How a table stands on its page: which columns are how wide, and whether the sheet is laid across."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from paperwork.printing.text import width, written
from paperwork.reports.report import Report, Shape, Table

PORTRAIT = 48.0
"""Characters of 10.5 points that a line holds on A4 upright, between margins of 20 mm."""
LANDSCAPE = 71.0
_NARROWEST, _WIDEST = 2.6, 22.0
_GIVES_WAY = 8.5
"""Columns wider than this may become as narrow as this."""
_SEVERAL_LINES = 13.0
_ROOM = 1.0
"""What a cell's padding takes, in characters."""
_BOLD = 1.1
"""How much wider a sum is, which is in bold type."""
_LOOKED_AT = 500
"""Rows whose words decide how wide a column is; long tables are alike all the way down."""


@dataclass(frozen=True, slots=True)
class Layout:
    """`shares` of the width, in per cent with two decimals, one a column; `size` in points."""

    shares: tuple[float, ...]
    size: float
    across: bool


def widths(table: Table) -> list[float]:
    """What each column would like, in characters: its longest word, headings in at most three lines."""
    wanted = []
    for place, column in enumerate(table.columns):
        said = [
            width(written(row.values[place], column.shape)) * (_BOLD if row.total else 1)
            for row in table.rows[:_LOOKED_AT]
        ]
        longest = max(said, default=0.0) + max((row.level for row in table.rows[:_LOOKED_AT]), default=0) * (place == 0)
        if column.shape is Shape.TEXT:
            longest = min(longest, _WIDEST)
        head = max(width(column.title) / 3, min(width(column.title), 4.0))
        wanted.append(max(_NARROWEST, longest, head) + _ROOM)
    return wanted


def is_wide(report: Report) -> bool:
    """Whether a table of it needs the sheet laid across, though its long words take several lines."""
    return any(sum(min(one, _SEVERAL_LINES) for one in widths(table)) > PORTRAIT * 1.12 for table in report.tables)


def layout_of(table: Table, *, across: bool) -> Layout:
    """Of one table. Words that still do not fit are broken within their cells: nothing is cut."""
    wanted = widths(table)
    room = LANDSCAPE if across else PORTRAIT
    size = size_for(sum(wanted), room)
    return Layout(shares(fitted(wanted, room * 10.5 / size)), size, across)


def fitted(wanted: Sequence[float], room: float) -> list[float]:
    """The widths where they are too much for the line: long words give way, numbers and names stay on one line.

    >>> fitted([7.0, 5.0, 22.0], 24.0), fitted([7.0, 5.0], 24.0)
    ([7.0, 5.0, 12.0], [7.0, 5.0])
    """
    over = sum(wanted) - room
    given_up = sum(max(0.0, one - _GIVES_WAY) for one in wanted)
    if over <= 0 or given_up <= 0:
        return list(wanted)
    part = min(1.0, over / given_up)
    return [one - part * max(0.0, one - _GIVES_WAY) for one in wanted]


def shares(wanted: Sequence[float]) -> tuple[float, ...]:
    """As parts of a hundred."""
    whole = sum(wanted)
    return tuple(round(one / whole * 100, 2) for one in wanted)


def size_for(wanted: float, room: float) -> float:
    """The size of type, in points: 10.5 (五号) when it fits, down to 7 (六号半)."""
    for size in (10.5, 9.0, 8.0):
        if wanted <= room * 10.5 / size * 1.12:
            return size
    return 7.0
