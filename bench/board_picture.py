"""A dashboard as a picture: the panels of a board with what a Prometheus answered, as one SVG for the documents."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from html import escape
from typing import Final, NamedTuple

from bench.prometheus import Series
from hotline.dashboards.panel import Ask, Board, Kind, Language, Panel, Unit, placed
from hotline.dashboards.said import said
from hotline.simulation.chart import FONTS
from routing.calendar import SHANGHAI

COLUMN, ROW, GAP, EDGE, HEAD = 50.0, 34.0, 8.0, 16.0, 62.0
INK, QUIET, RULE, PAPER, CARD = "#1d2733", "#5b6672", "#e3e7eb", "#f4f5f7", "#fff"
GOOD, WARN, BAD = "#1a7f4b", "#b45309", "#b3261e"
PALETTE: Final = (
    "#14406f",
    "#c2410c",
    "#4d7c0f",
    "#6d28d9",
    "#0e7490",
    "#a16207",
    "#be185d",
    "#475569",
    "#15803d",
    "#7c3aed",
)

STEPS: Final = 120
"""Values of a line over the whole time."""

Answer = tuple[Ask, Sequence[Series]]
"""A query and what it was answered."""


class Span(NamedTuple):
    """The time that is shown: Unix seconds, and how long a column stands for."""

    since: float
    until: float
    step: float


class Box(NamedTuple):
    """Where something is drawn, in pixels."""

    left: float
    top: float
    wide: float
    high: float


def picture(board: Board, answers: Mapping[Panel, Sequence[Answer]], span: Span, language: Language) -> str:
    """The whole board."""
    at = placed(board.panels)
    rows = max(top + panel.high for panel, _, top in at)
    wide, high = 24 * COLUMN + 2 * EDGE, HEAD + rows * ROW + EDGE
    title = f"12320 · {board.title.told(language)}"
    when = " – ".join(_clock(instant, "%Y-%m-%d %H:%M") for instant in (span.since, span.until))
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide:.0f} {high:.0f}" role="img" '
        f'font-family="{FONTS}" font-size="12" fill="{INK}">',
        f"<title>{escape(title)}</title>",
        f'<rect width="{wide:.0f}" height="{high:.0f}" fill="{PAPER}"/>',
        _text(EDGE, 28, title, size=19, weight=700),
        _text(EDGE, 48, board.about.told(language), fill=QUIET),
        _text(wide - EDGE, 28, when, anchor="end", fill=QUIET),
    ]
    for panel, left, top in at:
        box = Box(EDGE + left * COLUMN, HEAD + top * ROW, panel.wide * COLUMN - GAP, panel.high * ROW - GAP)
        parts += _card(panel, answers.get(panel, ()), box, span, language)
    return "\n".join([*parts, "</svg>", ""])


def _card(panel: Panel, answers: Sequence[Answer], box: Box, span: Span, language: Language) -> list[str]:
    parts = [
        f'<rect x="{box.left:.1f}" y="{box.top:.1f}" width="{box.wide:.1f}" height="{box.high:.1f}" rx="5" '
        f'fill="{CARD}" stroke="{RULE}"/>'
    ]
    for line, words in enumerate(_wrapped(panel.title.told(language), (box.wide - 20) / 12)[:2]):
        parts.append(_text(box.left + 10, box.top + 19 + 15 * line, words, weight=600))
    inside = Box(box.left + 10, box.top + 34, box.wide - 20, box.high - 44)
    named = [(_legend(asked, one, panel, language), one) for asked, found in answers for one in found]
    match panel.kind:
        case Kind.NOTE:
            for line, words in enumerate(_wrapped(panel.about.told(language).replace("`", ""), inside.wide / 12)):
                parts.append(_text(inside.left, inside.top + 14 + 18 * line, words, fill=QUIET))
        case _ if not any(one.points for _, one in named):
            parts.append(_text(box.left + box.wide / 2, box.top + box.high / 2 + 12, "–", anchor="middle", fill=QUIET))
        case Kind.STAT:
            parts += _stat(panel, named[0][1], inside, span, language)
        case Kind.BARS:
            parts += _bars(panel, named, inside, language)
        case _:
            parts += _over_time(panel, named, inside, span, language)
    return parts


def _stat(panel: Panel, one: Series, box: Box, span: Span, language: Language) -> list[str]:
    value = one.points[-1][1]
    size = 30 if box.high < 150 else 44
    middle = box.top + box.high * (0.4 if box.high < 150 else 0.5)
    colour = _judged(panel, value, INK)
    parts = []
    if len(one.points) > 1:
        most = max(value for _, value in one.points) or 1.0
        points = _path(one, Box(box.left, box.top + box.high * 0.72, box.wide, box.high * 0.28), span, most)
        parts.append(f'<path d="{points}" fill="none" stroke="{colour}" stroke-opacity="0.3" stroke-width="2"/>')
    words = said_of(value, panel.unit, language)
    if len(words) > 9:
        size = 19
    parts.append(
        _text(box.left + box.wide / 2, middle + size / 3, words, anchor="middle", size=size, weight=700, fill=colour)
    )
    return parts


def _bars(panel: Panel, named: Sequence[tuple[str, Series]], box: Box, language: Language) -> list[str]:
    told = sorted(((one.points[-1][1], name) for name, one in named if one.points), reverse=True)
    shown = told[: int(box.high // 20)]
    most = max((value for value, _ in shown), default=0.0) or 1.0
    labels = min(box.wide * 0.5, max((_width(name) for _, name in shown), default=0) + 8)
    room = box.wide - labels - 70
    parts = []
    for place, (value, name) in enumerate(shown):
        y = box.top + 4 + 20 * place
        long = max(1.5, room * value / most)
        colour = _judged(panel, value, PALETTE[0])
        parts.append(_text(box.left + labels - 8, y + 11, name, anchor="end"))
        parts.append(f'<rect x="{box.left + labels:.1f}" y="{y:.1f}" width="{long:.1f}" height="14" fill="{colour}"/>')
        parts.append(_text(box.left + labels + long + 6, y + 11, said_of(value, panel.unit, language), fill=colour))
    return parts


def _over_time(
    panel: Panel, named: Sequence[tuple[str, Series]], box: Box, span: Span, language: Language
) -> list[str]:
    drawn = [(name, one) for name, one in named if one.points]
    legend, lines = _legends([name for name, _ in drawn], box)
    plot = Box(box.left + 46, box.top, box.wide - 50, box.high - 18 - 15 * lines)
    stacked = panel.kind is not Kind.LINES
    most = panel.most or _nice(_highest([one for _, one in drawn], stacked=stacked), panel.unit)
    parts = []
    for share in (0.0, 0.5, 1.0):
        y = plot.top + plot.high * (1 - share)
        parts.append(f'<path d="M{plot.left:.1f} {y:.1f}h{plot.wide:.1f}" stroke="{RULE}"/>')
        words = said_of(most * share, panel.unit, language)
        parts.append(_text(plot.left - 6, y + 4, words, anchor="end", size=10, fill=QUIET))
    for share in (0.0, 0.25, 0.5, 0.75, 1.0):
        at = span.since + share * (span.until - span.since)
        x = plot.left + plot.wide * share
        words = _clock(at, "%H:%M")
        parts.append(
            _text(
                x,
                plot.top + plot.high + 13,
                words,
                anchor={0.0: "start", 1.0: "end"}.get(share, "middle"),
                size=10,
                fill=QUIET,
            )
        )
    if panel.bounds:
        for value, colour in ((panel.bounds.warn, WARN), (panel.bounds.bad, BAD)):
            if value <= most:
                y = plot.top + plot.high * (1 - value / most)
                parts.append(
                    f'<path d="M{plot.left:.1f} {y:.1f}h{plot.wide:.1f}" stroke="{colour}" stroke-dasharray="5 4"/>'
                )
    below: dict[float, float] = {}
    for (_, one), colour in zip(drawn, PALETTE * 5, strict=False):
        if panel.kind is Kind.LINES:
            parts.append(f'<path d="{_path(one, plot, span, most)}" fill="none" stroke="{colour}" stroke-width="1.8"/>')
        else:
            parts += _blocks(one, plot, span, most, below, colour, apart=panel.kind is Kind.COLUMNS)
    return parts + legend


def _blocks(
    one: Series, plot: Box, span: Span, most: float, below: dict[float, float], colour: str, *, apart: bool
) -> list[str]:
    """Each value as a block on those below it, for the stretch of time that ends there."""
    each = span.step if apart else (span.until - span.since) / STEPS
    parts = []
    for at, value in one.points:
        left = max(0.0, (at - each - span.since) / (span.until - span.since))
        right = (at - span.since) / (span.until - span.since)
        base = below.get(at, 0.0)
        below[at] = base + value
        if value <= 0 or right <= 0:
            continue
        gap = 2.0 if apart else -0.2
        x, high = plot.left + plot.wide * left, plot.high * value / most
        y = plot.top + plot.high * (1 - (base + value) / most)
        wide = max(1.0, plot.wide * (right - left) - gap)
        parts.append(f'<rect x="{x:.1f}" y="{y:.1f}" width="{wide:.1f}" height="{high:.1f}" fill="{colour}" />')
    return parts


def _path(one: Series, plot: Box, span: Span, most: float) -> str:
    """In steps: a value holds until the next one."""
    parts: list[str] = []
    last = None
    for at, value in one.points:
        x = plot.left + plot.wide * (at - span.since) / (span.until - span.since)
        y = plot.top + plot.high * (1 - min(value, most) / most)
        gone = last is not None and at - last > 3 * (span.until - span.since) / STEPS
        parts.append(f"M{x:.1f} {y:.1f}" if not parts or gone else f"H{x:.1f}V{y:.1f}")
        last = at
    return "".join(parts)


def _legends(names: Sequence[str], box: Box) -> tuple[list[str], int]:
    """Below the plot, in as many lines as it takes, three at most."""
    rows: list[list[tuple[float, str, str]]] = [[]]
    x = 0.0
    for name, colour in zip(names, PALETTE * 5, strict=False):
        if x + _width(name) + 16 > box.wide and rows[-1]:
            rows.append([])
            x = 0.0
        rows[-1].append((x, name, colour))
        x += _width(name) + 30
    rows = rows[:3]
    parts = []
    for line, row in enumerate(rows):
        y = box.top + box.high - 15 * (len(rows) - 1 - line) + 4
        for left, name, colour in row:
            parts.append(f'<rect x="{box.left + left:.1f}" y="{y - 9:.1f}" width="10" height="10" fill="{colour}"/>')
            parts.append(_text(box.left + left + 14, y, name, size=11, fill=QUIET))
    return parts, len(rows)


def _legend(asked: Ask, one: Series, panel: Panel, language: Language) -> str:
    legend = asked.legend.told(language) or panel.title.told(language)
    alone = re.fullmatch(r"\{\{(\w+)\}\}", legend)
    if alone and language == "zh":
        return said(alone[1], one.labels.get(alone[1], ""))
    return re.sub(r"\{\{(\w+)\}\}", lambda found: one.labels.get(found[1], ""), legend)


def _highest(series: Sequence[Series], *, stacked: bool) -> float:
    sums: dict[float, float] = {}
    for one in series:
        for at, value in one.points:
            sums[at] = sums.get(at, 0.0) + value if stacked else max(sums.get(at, 0.0), value)
    return max(sums.values(), default=1.0)


def _nice(value: float, unit: Unit) -> float:
    """The end of a scale: a round figure, of the unit's own powers."""
    if value <= 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(value))
    if unit == "bytes":
        power = 1024.0 ** math.floor(math.log(max(value, 1.0), 1024))
        power *= 10.0 ** math.floor(math.log10(value / power))
    return next(times * power for times in (1, 1.6, 2, 3, 4, 6, 8, 10, 16) if times * power >= value * 0.999)


def said_of(value: float, unit: Unit, language: Language) -> str:
    """A figure for people."""
    chinese = language == "zh"
    match unit:
        case "percentunit":
            return f"{100 * value:.0f} %" if value in (0, 1) or value > 0.1 else f"{100 * value:.1f} %"
        case "bytes":
            power = next((power for power in (3, 2, 1) if value >= 1024**power), 0)
            return f"{value / 1024**power:.0f} {('B', 'KiB', 'MiB', 'GiB')[power]}"
        case "dtdurations":
            for size, zh, en in ((86400, "天", "d"), (3600, "小时", "h"), (60, "分", "min")):
                if value >= 2 * size:
                    return f"{value / size:.0f} {zh if chinese else en}"
            return f"{value:.0f} {'秒' if chinese else 's'}"
        case "s":
            unit_word = "秒" if chinese else "s"
            return f"{value:.0f} {unit_word}" if value >= 10 or value == 0 else f"{value:.2g} {unit_word}"
        case "cps":
            return f"{value:.1f}/{'秒' if chinese else 's'}"
        case "dateTimeAsIso":
            return _clock(value / 1000, "%m-%d %H:%M")
        case _:
            whole = value >= 10 or abs(value - round(value)) < 0.05  # what increased is reckoned, not counted
            return f"{value:.0f}" if whole else f"{value:.1f}"


def _judged(panel: Panel, value: float, otherwise: str) -> str:
    if panel.bounds is None:
        return otherwise
    warn, bad = panel.bounds
    if warn < bad:
        return BAD if value >= bad else WARN if value >= warn else GOOD
    return BAD if value < bad else WARN if value < warn else GOOD


def _clock(at: float, shape: str) -> str:
    return datetime.fromtimestamp(at, UTC).astimezone(SHANGHAI).strftime(shape)


def _width(words: str) -> float:
    return sum(12.0 if ord(sign) > 0x2E7F else 6.6 for sign in words)


def _wrapped(words: str, signs: float) -> list[str]:
    """Lines of so many Chinese signs; Latin words stay whole."""
    lines, line = [], ""
    for piece in re.findall(r"[\u2e80-\uffff]|[^\u2e80-\uffff\s]+\s*|\s+", words):
        if line and _width(line + piece) > signs * 12:
            lines.append(line.rstrip())
            line = ""
        line += piece
    return [*lines, line] if line else lines


def _text(
    x: float, y: float, words: str, *, anchor: str = "start", size: int = 12, weight: int = 400, fill: str = INK
) -> str:
    style = f' font-size="{size}"' if size != 12 else ""
    style += f' font-weight="{weight}"' if weight != 400 else ""
    style += f' fill="{fill}"' if fill != INK else ""
    style += f' text-anchor="{anchor}"' if anchor != "start" else ""
    return f'<text x="{x:.1f}" y="{y:.1f}"{style}>{escape(words)}</text>'
