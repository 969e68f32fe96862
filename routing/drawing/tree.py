"""One tree of the drawing: its columns, its bands, and the strokes between its cards.

It runs from left to right; every branch has a band of the height to itself, so that no card and no stroke can meet
another's. Lines stand below each other at the right.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from math import sqrt

from routing.drawing.card import CHIP, card, card_height, card_width, reference, reference_width
from routing.drawing.chart import Branch, Chart
from routing.drawing.flow import flow_of, ways_into
from routing.drawing.ink import SIZES, Box, Face, Group, Rect, Shape, Stroke, Words, wide
from routing.drawing.lettering import shorten, wrap
from routing.drawing.stop import Kind

APART = 10.0
"""Between two bands."""
BUS = 18.0
"""From a card to where its ways part."""
CAP = 22.0
MOST_LABEL = 176.0
MOST_CAPS = 4
LABEL_HEIGHT = 15.0
THINNEST, THICKEST = 1.3, 15.0
"""Strokes: of no call, and of all calls."""


@dataclass(frozen=True)
class Layout:
    """How large everything of a chart is."""

    chart: Chart
    sizes: dict[int, tuple[float, float]] = field(default_factory=dict)
    bands: dict[int, float] = field(default_factory=dict)
    """What was measured of a branch already, by its identity."""

    @cached_property
    def ways_in(self) -> Counter[str]:
        return ways_into(self.chart)

    def flow(self, parent: Branch, child: Branch) -> int | None:
        return None if parent.stop is None else flow_of(self.chart, parent.stop, child.way, self.ways_in)

    def own_size(self, branch: Branch) -> tuple[float, float]:
        if id(branch) not in self.sizes:
            stop = branch.stop
            self.sizes[id(branch)] = (
                (reference_width(self.chart, branch.way.target), CHIP + 4)
                if stop is None
                else (card_width(stop), card_height(self.chart, stop))
            )
        return self.sizes[id(branch)]

    def label_lines(self, branch: Branch) -> tuple[str, ...]:
        label = branch.way.label
        return wrap(label, SIZES[Face.LABEL], MOST_LABEL, 3) if label else ()

    def count(self, parent: Branch, child: Branch) -> str:
        """The number of calls that took a way, in words; empty when it isn't known."""
        number, traffic = self.flow(parent, child), self.chart.traffic
        return "" if number is None or traffic is None else f"{number:,} · {traffic.share(number)}"

    def label_width(self, parent: Branch, child: Branch) -> float:
        caps = sum(_cap_width(key) + 3 for key in child.way.keys[:MOST_CAPS])
        lines = [wide(Face.LABEL, line) for line in self.label_lines(child)]
        words = max([*lines, wide(Face.COUNT, self.count(parent, child))], default=0.0)
        return caps + words + 8 if caps or words else 0.0

    def band(self, branch: Branch, parent: Branch | None) -> float:
        """The height that a branch takes, with the words on the way to it."""
        if id(branch) not in self.bands:
            self.bands[id(branch)] = self._band(branch, parent)
        return self.bands[id(branch)]

    def _band(self, branch: Branch, parent: Branch | None) -> float:
        _, own = self.own_size(branch)
        if parent is not None:
            stroke = self.thickness(self.flow(parent, branch))
            counted = SIZES[Face.COUNT] + 6 if self.chart.traffic is not None else 0
            above = LABEL_HEIGHT * len(self.label_lines(branch)) + 6
            own = max(own, 2 * max(above, counted, CAP / 2) + stroke)
        below = sum(self.band(child, branch) + APART for child in branch.branches) - APART
        return max(own, below)

    def thickness(self, number: int | None) -> float:
        traffic = self.chart.traffic
        if traffic is None or number is None:
            return 1.6
        part = min(1.0, number / traffic.calls) if traffic.calls else 0.0
        return THINNEST + (THICKEST - THINNEST) * sqrt(part)


def _cap_width(key: str) -> float:
    return max(CAP, wide(Face.CAP, key) + 10)


class Tree:
    """One tree with its columns."""

    def __init__(self, layout: Layout, root: Branch) -> None:
        self.layout, self.root = layout, root
        self.columns = self._columns()
        ends = [x + layout.own_size(branch)[0] for branch, x in self._placed()]
        self.width = max(ends)
        self.height = layout.band(root, None)

    def _levels(self) -> Iterator[list[tuple[Branch | None, Branch]]]:
        level: list[tuple[Branch | None, Branch]] = [(None, self.root)]
        while level:
            yield level
            level = [(branch, child) for _, branch in level for child in branch.branches]

    def _columns(self) -> list[float]:
        """The left edge of each depth. A line takes no width from the columns: it stands at the right."""
        edges, x = list[float](), 0.0
        for level in self._levels():
            edges.append(x)
            cards = [b.stop for _, b in level if b.stop is not None and b.branches]
            gap = max((self.layout.label_width(b, c) for _, b in level for c in b.branches), default=0.0)
            x += max(map(card_width, cards), default=0.0) + 2 * BUS + gap + (10 if gap else 6)
        return edges

    def _placed(self) -> Iterator[tuple[Branch, float]]:
        lines = [
            depth
            for depth, level in enumerate(self._levels())
            for _, branch in level
            if branch.stop is not None and branch.stop.kind is Kind.LINE
        ]
        at_the_right = self.columns[max(lines)] if lines else 0.0
        for depth, level in enumerate(self._levels()):
            for _, branch in level:
                is_line = branch.stop is not None and branch.stop.kind is Kind.LINE
                yield branch, at_the_right if is_line else self.columns[depth]

    def stem(self) -> tuple[float, float]:
        """How far to the right the tree is but one row of cards, and how high these stand."""
        branch, height = self.root, self.layout.own_size(self.root)[1]
        at = {id(one): x for one, x in self._placed()}
        while len(branch.branches) == 1:
            branch = branch.branches[0]
            height = max(height, self.layout.own_size(branch)[1], 3 * LABEL_HEIGHT * 2)
        return at[id(branch)] + self.layout.own_size(branch)[0], height

    def draw(self, x: float, y: float) -> Iterator[Group]:
        """The groups of the tree: strokes first, then what stands on them."""
        at = {id(branch): left for branch, left in self._placed()}
        middles: dict[int, float] = {}
        strokes: list[tuple[Branch, Branch]] = []
        left = [(self.root, y, self.height)]
        while left:
            branch, top, height = left.pop()
            below = [self.layout.band(child, branch) for child in branch.branches]
            spare = height - sum(below) - APART * (len(below) - 1) if below else 0.0
            at_y = top + spare / 2
            middles[id(branch)] = top + height / 2
            for child, band in zip(branch.branches, below, strict=True):
                left.append((child, at_y, band))
                strokes.append((branch, child))
                at_y += band + APART
        for parent, child in sorted(strokes, key=lambda pair: -(self.layout.flow(*pair) or 0)):
            start = x + at[id(parent)] + self.layout.own_size(parent)[0]
            ends = (x + at[id(child)], middles[id(child)])
            yield self._stroke(parent, child, (start, middles[id(parent)]), ends)
        for parent, child in strokes:
            start = x + at[id(parent)] + self.layout.own_size(parent)[0]
            yield self._label(parent, child, start + BUS, middles[id(child)])
        for branch in self.root.walk():
            width, height = self.layout.own_size(branch)
            corner = x + at[id(branch)], middles[id(branch)] - height / 2
            if branch.stop is not None:
                yield card(self.layout.chart, branch.stop, *corner)
            else:
                target = branch.way.target
                shapes = tuple(reference(self.layout.chart, target, corner[0], corner[1] + 2))
                yield Group(self.layout.chart.stops[target].full, shapes, Box(*corner, width, height))

    def _stroke(self, parent: Branch, child: Branch, start: tuple[float, float], end: tuple[float, float]) -> Group:
        (x1, y1), (x2, y2) = start, end
        number = self.layout.flow(parent, child)
        tip_length = 8.0 if child.stop is not None else 0.0
        bus, turn = x1 + BUS, min(9.0, abs(y2 - y1) / 2)
        if abs(y2 - y1) < 0.5:
            path = f"M{x1:.1f} {y1:.1f}H{x2 - tip_length:.1f}"
        else:
            down = 1 if y2 > y1 else -1
            path = (
                f"M{x1:.1f} {y1:.1f}H{bus - turn:.1f}Q{bus:.1f} {y1:.1f} {bus:.1f} {y1 + down * turn:.1f}"
                f"V{y2 - down * turn:.1f}Q{bus:.1f} {y2:.1f} {bus + turn:.1f} {y2:.1f}H{x2 - tip_length:.1f}"
            )
        look = "way" if number is None or number else "way never"
        thick = self.layout.thickness(number)
        wing = max(4.5, thick / 2 + 3)
        tip = Stroke("tip", f"M{x2:.1f} {y2:.1f}l-9 {-wing:.1f}v{2 * wing:.1f}z")
        line = Stroke(look, path, round(thick, 1))
        return Group("", (line, tip) if child.stop is not None else (line,))

    def _label(self, parent: Branch, child: Branch, x: float, y: float) -> Group:
        shapes: list[Shape] = []
        at = x + 10
        for key in child.way.keys[:MOST_CAPS]:
            width = _cap_width(key)
            shapes.append(Rect("keycap", Box(at, y - CAP / 2, width, CAP), 5))
            shapes.append(Words(Face.CAP, at + width / 2, y + 4.8, shorten(key, SIZES[Face.CAP], width), "middle"))
            at += width + 3
        at += 3
        number = self.layout.flow(parent, child)
        thick = self.layout.thickness(number)
        lines = self.layout.label_lines(child)
        for row, line in enumerate(lines):
            base = y - thick / 2 - 5 - LABEL_HEIGHT * (len(lines) - 1 - row)
            shapes.append(Words(Face.LABEL, at, base, line))
        if told := self.layout.count(parent, child):
            shapes.append(Words(Face.COUNT, at, y + thick / 2 + 13, told, look="" if number else "quiet"))
        more = f"按 {'、'.join(child.way.keys)}：" if child.way.keys else ""
        return Group(f"{more}{child.way.label}", tuple(shapes))
