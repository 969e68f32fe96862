"""Days side by side, drawn: for each line and figure a bar for every run, as one SVG file without anything else."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import isfinite
from typing import NamedTuple
from xml.sax.saxutils import escape

from acd.simulation.tally import Tally

FONTS = "'Noto Sans CJK SC','Source Han Sans SC','PingFang SC','Microsoft YaHei','WenQuanYi Micro Hei',sans-serif"

LEFT, TOP, PANEL, GAP, BAR, ROW = 200.0, 104.0, 200.0, 34.0, 14.0, 22.0
FILLS = ("#767c84", "#8db4e2", "#14406f")
"""Of the first, second, third run: each has a lightness of its own."""
INK, QUIET, RULE = "#1d2733", "#5b6672", "#d5dbe1"


class Panel(NamedTuple):
    """One figure. `most` is the end of its scale; None takes the largest value."""

    name: str
    value: Callable[[Tally], float | None]
    words: Callable[[float], str]
    most: float | None


def _share(part: Callable[[Tally], float]) -> Callable[[Tally], float | None]:
    return lambda tally: part(tally) / tally.offered if tally.offered else None


def panels(within: float) -> tuple[Panel, ...]:
    """The figures drawn, from left to right."""
    return (
        Panel(f"answered within {within:g} s", lambda tally: tally.service_level, _percent, 1.0),
        Panel("hung up waiting", _share(lambda tally: tally.abandoned), _percent, None),
        Panel("mean wait, s", lambda tally: tally.asa, lambda value: f"{value:.0f} s", None),
        Panel("agents busy", lambda tally: tally.occupancy, _percent, 1.0),
    )


def _percent(value: float) -> str:
    return f"{100 * value:.0f} %"


def chart(title: str, runs: Mapping[str, Mapping[str, Tally]], lines: Mapping[str, str], within: float) -> str:
    """`runs`: name → line → figures, at most three; `lines`: line → its name, from top to bottom."""
    shown = panels(within)
    group = BAR * len(runs) + ROW
    width, height = LEFT + len(shown) * (PANEL + GAP) + 40, TOP + group * len(lines) + 24
    parts = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" width="{width:.0f}" '
        f'height="{height:.0f}" lang="zh-CN" role="img" font-family="{FONTS}" font-size="12" fill="{INK}">',
        f"<title>{escape(title)}</title>",
        f'<rect width="{width:.0f}" height="{height:.0f}" fill="#fff"/>',
        f'<text x="24" y="34" font-size="18" font-weight="700">{escape(title)}</text>',
        *_legend(tuple(runs)),
    ]
    for place, line in enumerate(lines):
        top = TOP + place * group
        weight = ' font-weight="700"' if place == 0 else ""
        parts.append(_text(LEFT - 14, top + BAR * len(runs) / 2 + 4, lines[line], "end", weight))
        if place:
            parts.append(f'<path d="M24 {top - ROW / 2:.1f}H{width - 24:.1f}" stroke="{RULE}"/>')
    for column, panel in enumerate(shown):
        left = LEFT + column * (PANEL + GAP)
        parts.append(_text(left, TOP - 14, panel.name, "start", f' font-weight="700" fill="{INK}"'))
        values = [panel.value(run[line]) for run in runs.values() for line in lines if line in run]
        most = panel.most or max((value for value in values if value is not None and isfinite(value)), default=0.0)
        for place, line in enumerate(lines):
            parts.extend(_bars(panel, [run.get(line) for run in runs.values()], left, TOP + place * group, most or 1.0))
    return "\n".join([*parts, "</svg>\n"])


def _legend(names: Sequence[str]) -> list[str]:
    parts, left = [], 24.0
    for fill, name in zip(FILLS, names, strict=False):
        parts.append(f'<rect x="{left:.0f}" y="51" width="12" height="12" fill="{fill}"/>')
        parts.append(_text(left + 18, 62, name, "start"))
        left += 40 + 7.2 * sum(2 if ord(sign) > 0x2E7F else 1 for sign in name)
    return parts


def _bars(panel: Panel, tallies: Sequence[Tally | None], left: float, top: float, most: float) -> list[str]:
    parts = []
    room = PANEL - 44  # for the figure behind the longest bar
    for number, (fill, tally) in enumerate(zip(FILLS, tallies, strict=False)):
        value = None if tally is None else panel.value(tally)
        y = top + number * BAR
        long = 0.0 if value is None else room * min(1.0, value / most)
        if long > 0:
            parts.append(f'<rect x="{left:.1f}" y="{y:.1f}" width="{long:.1f}" height="{BAR - 2:.1f}" fill="{fill}"/>')
        parts.append(
            _text(
                left + long + 5, y + BAR - 4, "–" if value is None else panel.words(value), "start", ' font-size="11"'
            )
        )
    parts.append(f'<path d="M{left:.1f} {top - 3:.1f}V{top + BAR * len(tallies) + 1:.1f}" stroke="{QUIET}"/>')
    return parts


def _text(x: float, y: float, words: str, anchor: str, more: str = "") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"{more}>{escape(words)}</text>'
