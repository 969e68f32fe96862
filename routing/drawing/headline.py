"""What stands above the picture: its title, what it counts, and its legend."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta

from routing.calendar import SHANGHAI
from routing.drawing.card import DIAL, LOOKS, badge, sector
from routing.drawing.chart import Chart
from routing.drawing.ink import SIZES, Box, Face, Group, Rect, Shape, Stroke, Words, wide
from routing.drawing.lettering import shorten, wrap
from routing.drawing.stop import Tone
from routing.hours import Span

_OUTCOMES = {
    "talked": "接通",
    "message": "留言",
    "informed": "听录音",
    "abandoned": "等候中挂断",
    "left": "途中挂断",
    "failed": "故障",
}
"""Outcomes of a call in the order and the words of the drawing."""


@dataclass(frozen=True, slots=True)
class Inscription:
    """What is written around the picture, as who orders it knows it."""

    counted: str = ""
    """When the counted calls began."""
    foot: str = ""
    """Version and date."""


def headline(chart: Chart, inscription: Inscription, width: float, margin: float) -> tuple[Group, float]:
    """The title and the legend, and how far down they reach."""
    room = width - 2 * margin
    name = shorten(chart.plan.hotline.name, SIZES[Face.HEADLINE], room)
    shapes: list[Shape] = [Words(Face.HEADLINE, margin, margin + 24, name)]
    y = margin + 52
    for line in wrap("　·　".join(_told(chart, inscription)), SIZES[Face.SUBTITLE], room, 3):
        shapes.append(Words(Face.SUBTITLE, margin, y, line, look="quiet"))
        y += 21
    x, y = margin, y + 8
    for draw, text in _legend(chart):
        size = 30 + wide(Face.WORDS, text)
        if x > margin and x + size > width - margin:
            x, y = margin, y + 26
        shapes += [*draw(x + 11, y), Words(Face.WORDS, x + 28, y + 4.5, text)]
        x += size + 24
    return Group("", tuple(shapes)), y + 46


def _told(chart: Chart, inscription: Inscription) -> Iterator[str]:
    yield "来电走向图"
    if chart.at is not None:
        at = chart.at.astimezone(SHANGHAI)
        yield f"{at.year}年{at.month}月{at.day}日 {at:%H:%M} 的开放情况"
    if chart.traffic is not None:
        yield f"{inscription.counted}来电 {chart.traffic.calls:,} 通"
        told = []
        for outcome, name in _OUTCOMES.items():
            number = sum(n for (_, what), n in chart.traffic.outcomes.items() if what == outcome)
            if number:
                told.append(f"{name} {number:,}（{chart.traffic.share(number)}）")
        if told:
            yield "，".join(told)


_Sign = Callable[[float, float], Iterator[Shape]]


def _legend(chart: Chart) -> Iterator[tuple[_Sign, str]]:
    """The signs that this picture uses, each with what it means."""
    stops = [branch.stop for tree in chart.trees for branch in tree.walk() if branch.stop is not None]
    used = {stop.tone for stop in stops}
    for tone in Tone:
        if tone in used:
            yield _swatch(LOOKS[tone]), tone
    if used - {None}:
        yield _dial, "一天24小时中的服务时间"
    if any(way.keys for stop in stops for way in stop.ways):
        yield _cap, "按键"
    if chart.letters:
        yield _letter, "另处画出，按字母查找"
    if chart.traffic is not None:
        yield _stroke, "线越粗来电越多；百分比为占全部来电"


def _swatch(look: str) -> _Sign:
    def draw(x: float, y: float) -> Iterator[Shape]:
        yield Rect(f"card {look}", Box(x - 11, y - 8, 24, 16), 3)
        yield Rect(f"stripe {look}", Box(x - 11, y - 8, 6, 16), 2)

    return draw


def _dial(x: float, y: float) -> Iterator[Shape]:
    yield Stroke("dial", f"M{x:.1f} {y - DIAL:.1f}a{DIAL} {DIAL} 0 1 1 -0.01 0z")
    yield Stroke("sector", sector(x, y, Span(timedelta(hours=8), timedelta(hours=17))))


def _cap(x: float, y: float) -> Iterator[Shape]:
    yield Rect("keycap", Box(x - 10, y - 10, 20, 20), 5)
    yield Words(Face.CAP, x, y + 4.8, "1", "middle")


def _letter(x: float, y: float) -> Iterator[Shape]:
    yield from badge("A", x - 9.5, y - 9.5)


def _stroke(x: float, y: float) -> Iterator[Shape]:
    yield Stroke("way", f"M{x - 11:.1f} {y:.1f}h22", 7)
