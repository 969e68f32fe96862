"""What a sheet is made of: words, boxes and strokes at their places, in points of the sheet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal, NamedTuple

from routing.drawing.lettering import clean, shorten, width_of


class Box(NamedTuple):
    """A rectangle of the sheet."""

    x: float
    y: float
    width: float
    height: float

    def overlaps(self, other: Box) -> bool:
        return (
            self.x < other.x + other.width
            and other.x < self.x + self.width
            and self.y < other.y + other.height
            and other.y < self.y + self.height
        )

    def holds(self, other: Box) -> bool:
        return (
            self.x <= other.x
            and self.y <= other.y
            and other.x + other.width <= self.x + self.width
            and other.y + other.height <= self.y + self.height
        )


class Face(StrEnum):
    """A kind of lettering."""

    HEADLINE = "headline"
    SUBTITLE = "subtitle"
    NUMBER = "number"
    NAME = "name"
    WORDS = "words"
    HOURS = "hours"
    SMALL = "small"
    LABEL = "label"
    CAP = "cap"
    LETTER = "letter"
    COUNT = "count"


SIZES: Mapping[Face, float] = {
    Face.HEADLINE: 30,
    Face.SUBTITLE: 14.5,
    Face.NUMBER: 27,
    Face.NAME: 16,
    Face.WORDS: 12.5,
    Face.HOURS: 13.5,
    Face.SMALL: 11.5,
    Face.LABEL: 12.5,
    Face.CAP: 13,
    Face.LETTER: 11.5,
    Face.COUNT: 12,
}
"""The height of an em."""

BOLD = frozenset({Face.HEADLINE, Face.NUMBER, Face.NAME, Face.CAP, Face.LETTER, Face.COUNT})


class Rect(NamedTuple):
    """A filled box with rounded corners."""

    look: str
    box: Box
    round: float = 0.0


class Stroke(NamedTuple):
    """A line along a path, or a shape that it bounds, written as SVG writes it."""

    look: str
    path: str
    thick: float | None = None
    """How thick; None is the look's own."""


class Words(NamedTuple):
    """One line of text; `x` is its left edge, its middle, or its right edge."""

    face: Face
    x: float
    base: float
    """Where the letters stand."""
    text: str
    anchor: Literal["start", "middle", "end"] = "start"
    look: str = ""

    @property
    def box(self) -> Box:
        size = SIZES[self.face]
        width = width_of(self.text, size)
        shift = {"start": 0.0, "middle": width / 2, "end": width}[self.anchor]
        return Box(self.x - shift, self.base - 0.86 * size, width, 1.04 * size)


Shape = Rect | Stroke | Words


@dataclass(frozen=True, slots=True)
class Group:
    """Shapes that belong together; `full` is shown to who points at them."""

    full: str
    shapes: tuple[Shape, ...]
    box: Box | None = None
    """What none of its words may leave."""
    name: str = ""
    """The node or line that it stands for."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A drawing, ready to be written."""

    width: float
    height: float
    title: str
    groups: tuple[Group, ...]

    def words(self) -> list[Words]:
        return [shape for group in self.groups for shape in group.shapes if isinstance(shape, Words)]


def fitting(face: Face, x: float, base: float, text: str, width: float, look: str = "") -> Words:
    """As much of a text as fits a width."""
    return Words(face, x, base, shorten(text, SIZES[face], width), look=look)


def wide(face: Face, text: str) -> float:
    return width_of(clean(text), SIZES[face])
