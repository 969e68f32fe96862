"""An official form as a value: a box of lines, each of printed field names and what was written beside them.

A line is twelve columns wide, as a sheet of 表格 is ruled; a field says how many of them its name and its words take.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

COLUMNS = 12


@dataclass(frozen=True, slots=True)
class Field:
    """A printed name and the words beside it."""

    name: str
    words: str = ""
    wide: int = 4
    """Columns of the words; the name has `named`."""
    named: int = 2


@dataclass(frozen=True, slots=True)
class Choice:
    """A printed name and boxes to tick; `note` is written after the last one (其他：…)."""

    name: str
    options: Sequence[str]
    ticked: str | None
    note: str = ""
    wide: int = 10
    named: int = 2


@dataclass(frozen=True, slots=True)
class Writing:
    """A large box to write in; it grows with its words, over pages where they need it. `high` in millimetres."""

    name: str
    words: str = ""
    high: int = 60
    sign: Sequence[tuple[str, str]] = ()
    """What stands at its foot, to be signed: (签字, who) and (时间, when); blank lines where nothing is known."""
    named: int = 2


@dataclass(frozen=True, slots=True)
class Band:
    """Words over the whole width that head the lines below."""

    words: str


@dataclass(frozen=True, slots=True)
class Grid:
    """A small ruled list within the box: what persons and things have one line each. `widths` sum up to twelve."""

    names: Sequence[str]
    widths: Sequence[int]
    rows: Sequence[Sequence[str]]
    blank: int = 0
    """Empty lines below, to write in."""


Part = Field | Choice | Writing | Band | Grid
Line = Sequence[Part]


@dataclass(frozen=True, slots=True)
class Form:
    """`number` is the form's own (附件6); `head` stands over the box, left and right; `foot` below it."""

    number: str
    title: str
    hotline: str
    lines: Sequence[Line]
    head: Sequence[tuple[str, str]] = ()
    foot: Sequence[tuple[str, str]] = ()
    note: str = ""
    made: str = ""
    """When it was printed, in words; small, at the foot of each page."""
    marks: Mapping[str, str] = field(default_factory=dict)
    """What a program wants to know of it and no reader: for the document's properties."""

    def __post_init__(self) -> None:
        """Raises ValueError for a line that is not twelve columns wide."""
        for line in self.lines:
            if (columns := sum(span(part) for part in line)) != COLUMNS:
                raise ValueError(f"a line of {self.title} has {columns} columns of {COLUMNS}: {line}")


def span(part: Part) -> int:
    """How many columns it takes."""
    match part:
        case Field() | Choice():
            return part.named + part.wide
        case Grid():
            return sum(part.widths)
        case Writing() | Band():
            return COLUMNS
