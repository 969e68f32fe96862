"""Charts as SVG, of nothing but rectangles, lines and words: the same on a screen, on paper, and in grey.

Numbers begin at zero, always: a bar's length is its number. Colours are told apart by how light they are, so that grey
paper and eyes without red or green see them as well.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import ceil
from xml.sax.saxutils import escape, quoteattr

from paperwork.printing.text import width, written
from paperwork.reports.report import Chart, Column, Look, Report, Table

PALETTE = ("#1f3d6b", "#f0b040", "#3f7fbf", "#a8dccb", "#8c3b2e", "#9a9a9a", "#2f5d46", "#f5df9a")
"""From dark to light and back, neighbours far apart in lightness."""
_DASHES = ("", "6 3", "2 2", "8 3 2 3", "1 3", "10 4", "4 2 1 2", "3 6")
WIDE = 640.0
MOST_BARS = 60
"""More could not be told apart on a page; the chart says that it shows only the first ones."""
_TALLEST = 480.0
"""Of bars one below the other: with its head and axis a chart fits a sheet that lies across."""
_SHORT = 3.5
"""Names as short as times of a day stand below upright bars, every so many of them."""
_TYPE = 11.0
_LABELLED = 48


@dataclass(frozen=True, slots=True)
class Series:
    title: str
    numbers: tuple[Decimal | None, ...]


@dataclass(frozen=True, slots=True)
class Plot:
    """What a chart shows: the numbers of each series along the names."""

    title: str
    look: Look
    names: tuple[str, ...]
    series: tuple[Series, ...]
    columns: tuple[Column, ...]
    left_out: int = 0


def plot_of(report: Report, chart: Chart) -> Plot:
    """Raises KeyError when the chart speaks of a table or column that the report has not."""
    table = next((one for one in report.tables if one.id == chart.table), None)
    if table is None:
        raise KeyError(f"the chart {chart.title} is of a table {chart.table!r} that is not there")
    places = {column.id: place for place, column in enumerate(table.columns)}
    across = places[chart.across]
    rows = [row for row in table.rows if not row.total]
    shown = rows if chart.look is Look.LINES else rows[:MOST_BARS]
    return Plot(
        chart.title,
        chart.look,
        tuple(written(row.values[across], table.columns[across].shape) for row in shown),
        tuple(
            Series(_series_name(table, places[name]), tuple(_number(row.values[places[name]]) for row in shown))
            for name in chart.columns
        ),
        tuple(table.columns[places[name]] for name in chart.columns),
        len(rows) - len(shown),
    )


def _series_name(table: Table, place: int) -> str:
    return table.columns[place].title.replace("\n", "")


def _number(value: object) -> Decimal | None:
    return Decimal(value) if isinstance(value, int | Decimal) else None


def ticks(least: Decimal, most: Decimal) -> list[Decimal]:
    """Round numbers from at most the least to at least the most, zero among them; three to seven of them."""
    low, high = min(least, Decimal(0)), max(most, Decimal(0))
    if low == high:
        high = Decimal(1)
    raw = (high - low) / 5
    unit = Decimal(1).scaleb(raw.adjusted())
    step = next(unit * by for by in (Decimal(1), Decimal(2), Decimal(5), Decimal(10)) if unit * by >= raw)
    if low == 0 and high >= 1:
        step = max(step, Decimal(1)) if high == high.to_integral_value() else step
    first, last = ceil(-low / step), ceil(high / step)
    return [step * place for place in range(-first, last + 1)]


def svg_of(plot: Plot) -> str:
    """One `<svg>` element with its words inside; nothing of it is a style, a script or an address."""
    drawn = _Drawing(plot)
    said = f"{plot.title}：{'、'.join(series.title for series in plot.series)}"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDE:g} {drawn.high:g}" width="{WIDE:g}" '
        f'height="{drawn.high:g}" role="img" aria-label={quoteattr(said)}>'
        f"<title>{escape(said)}</title>{''.join(drawn.marks())}</svg>"
    )


def _text(x: float, y: float, words: str, *, anchor: str = "start", size: float = _TYPE, fill: str = "#222222") -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size:g}" text-anchor="{anchor}" fill="{fill}" '
        f"font-family=\"'Noto Sans CJK SC', 'Microsoft YaHei', 'PingFang SC', sans-serif\">{escape(words)}</text>"
    )


def _rect(x: float, y: float, wide: float, high: float, fill: str) -> str:
    return (
        f'<rect x="{x:.1f}" y="{y:.1f}" width="{max(wide, 0.0):.1f}" height="{max(high, 0.0):.1f}" fill="{fill}" '
        f'stroke="#ffffff" stroke-width="0.6"/>'
    )


def _line(x1: float, y1: float, x2: float, y2: float, stroke: str = "#d0d0d0", thick: float = 0.7) -> str:
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{stroke}" stroke-width="{thick:g}"/>'


class _Drawing:
    """One plot on its canvas: upright, or lying down where the names need the room."""

    def __init__(self, plot: Plot) -> None:
        self._plot = plot
        self._ticks = ticks(*self._extent())
        self._legend = list(self._legend_lines())
        self._top = 14.0 + 18.0 * len(self._legend)
        slot = (WIDE - 70.0) / max(1, len(plot.names))
        longest = max((width(name) for name in plot.names), default=0.0) * _TYPE
        self._lying = plot.look is not Look.LINES and longest > max(slot, _SHORT * _TYPE)
        if self._lying:
            thick = 20.0 if plot.look is Look.STACKED else max(18.0, 12.0 * len(plot.series) + 6.0)
            thick = min(thick, _TALLEST / len(plot.names))
            self._left, self._step = min(longest + 14.0, 230.0), thick
            self.high = self._top + thick * len(plot.names) + 30.0
        else:
            self._left, self._step = max(44.0, 12.0 + _TYPE * width(str(self._ticks[-1])) + 8), 0.0
            self.high = self._top + 230.0
            self._step = (WIDE - self._left - 14.0) / max(1, len(plot.names))

    def _extent(self) -> tuple[Decimal, Decimal]:
        plot = self._plot
        if plot.look is not Look.STACKED:
            numbers = [number for series in plot.series for number in series.numbers if number is not None]
            return min(numbers, default=Decimal(0)), max(numbers, default=Decimal(0))
        piles = [[series.numbers[place] or Decimal(0) for series in plot.series] for place in range(len(plot.names))]
        high = max((sum((n for n in pile if n > 0), Decimal(0)) for pile in piles), default=Decimal(0))
        low = min((sum((n for n in pile if n < 0), Decimal(0)) for pile in piles), default=Decimal(0))
        return low, high

    # ── where things stand ──────────────────────────────────────────────────

    def _along(self, number: Decimal) -> float:
        """The place of a number on its axis."""
        low, high = self._ticks[0], self._ticks[-1]
        share = float((number - low) / (high - low))
        if self._lying:
            return self._left + share * (WIDE - self._left - 46.0)
        return self._top + (1 - share) * (self.high - self._top - 32.0)

    def _middle(self, place: int) -> float:
        """The middle of a name's slot."""
        return (self._top if self._lying else self._left) + self._step * (place + 0.5)

    # ── what is drawn ───────────────────────────────────────────────────────

    def marks(self) -> Iterator[str]:
        yield from self._key()
        yield from self._axes()
        if self._plot.look is Look.LINES:
            yield from self._lines()
        else:
            yield from self._bars()
        zero = self._along(Decimal(0))
        bottom = self._top + self._step * len(self._plot.names)
        if self._lying:
            yield _line(zero, self._top - 4, zero, bottom, "#222222", 1.0)
        else:
            yield _line(self._left, zero, WIDE - 14.0, zero, "#222222", 1.0)

    def _legend_lines(self) -> Iterator[list[tuple[float, int, str]]]:
        """Where each series' name stands; none for a single series, whose name is the title."""
        if len(self._plot.series) < 2:
            return
        line: list[tuple[float, int, str]] = []
        x = 10.0
        for place, series in enumerate(self._plot.series):
            needed = 30.0 + width(series.title) * _TYPE
            if line and x + needed > WIDE:
                yield line
                line, x = [], 10.0
            line.append((x, place, series.title))
            x += needed
        yield line

    def _key(self) -> Iterator[str]:
        for row, line in enumerate(self._legend):
            y = 12.0 + 18.0 * row
            for x, place, title in line:
                if self._plot.look is Look.LINES:
                    yield self._stroke([(x, y - 4), (x + 16, y - 4)], place)
                else:
                    yield _rect(x + 2, y - 9, 11, 11, PALETTE[place % len(PALETTE)])
                yield _text(x + 20, y, title)

    def _axes(self) -> Iterator[str]:
        percent = "%" if self._plot.columns and self._plot.columns[0].shape.value == "percent" else ""
        bottom = self._top + self._step * len(self._plot.names)
        for tick in self._ticks:
            at, words = self._along(tick), f"{tick.normalize():f}{percent}"
            if self._lying:
                yield _line(at, self._top - 4, at, bottom)
                yield _text(at, bottom + 15, words, anchor="middle", size=10)
            else:
                yield _line(self._left, at, WIDE - 14.0, at)
                yield _text(self._left - 6, at + 4, words, anchor="end", size=10)
        yield from self._names()

    def _names(self) -> Iterator[str]:
        names = self._plot.names
        if self._lying:
            for place, name in enumerate(names):
                words, size = _fitting(name, self._left - 14), min(_TYPE, self._step)
                yield _text(self._left - 6, self._middle(place) + size / 3, words, anchor="end", size=size)
            return
        longest = max((width(name) for name in names), default=0.0) * 10.0 + 8
        every = max(1, ceil(longest / self._step))
        for place in range(0, len(names), every):
            x = self._middle(place)
            if every > 1:
                yield _line(x, self.high - 32, x, self.high - 28, "#222222")
            yield _text(x, self.high - 16, names[place], anchor="middle", size=10)

    def _bars(self) -> Iterator[str]:
        plot = self._plot
        stacked = plot.look is Look.STACKED
        many = 1 if stacked else max(1, len(plot.series))
        thick = self._step * 0.72 / many
        said = not stacked and len(plot.names) * len(plot.series) <= _LABELLED and thick >= 8
        for place in range(len(plot.names)):
            above = below = Decimal(0)
            for at, series in enumerate(plot.series):
                number = series.numbers[place]
                if number is None:
                    continue
                begin = Decimal(0)
                if stacked:
                    begin = above if number >= 0 else below
                    above, below = (above + number, below) if number >= 0 else (above, below + number)
                side = self._middle(place) - self._step * 0.36 + (0 if stacked else thick * at)
                yield from self._bar(begin, begin + number, side, thick, PALETTE[at % len(PALETTE)], number, said)

    def _bar(
        self, begin: Decimal, end: Decimal, side: float, thick: float, fill: str, number: Decimal, said: bool
    ) -> Iterator[str]:
        first, last = sorted((self._along(begin), self._along(end)))
        words = f"{number:f}"
        if self._lying:
            yield _rect(first, side, last - first, thick, fill)
            if said:
                yield _text(last + 3, side + thick / 2 + 3.5, words, size=9.5)
        else:
            yield _rect(side, first, thick, last - first, fill)
            if said and width(words) * 9 <= thick + 6:
                yield _text(side + thick / 2, first - 3, words, anchor="middle", size=9)

    def _lines(self) -> Iterator[str]:
        for at, series in enumerate(self._plot.series):
            run: list[tuple[float, float]] = []
            for place, number in enumerate((*series.numbers, None)):
                if number is not None:
                    run.append((self._middle(place), self._along(number)))
                    continue
                if len(run) > 1:
                    yield self._stroke(run, at)
                if len(run) == 1 or (len(series.numbers) <= 40 and run):
                    yield from (self._dot(point, at) for point in run)
                run = []

    @staticmethod
    def _stroke(points: Sequence[tuple[float, float]], at: int) -> str:
        dash = f' stroke-dasharray="{_DASHES[at % len(_DASHES)]}"' if _DASHES[at % len(_DASHES)] else ""
        drawn = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        colour = PALETTE[at % len(PALETTE)]
        return f'<polyline points="{drawn}" fill="none" stroke="{colour}" stroke-width="1.8"{dash}/>'

    @staticmethod
    def _dot(point: tuple[float, float], at: int) -> str:
        return f'<circle cx="{point[0]:.1f}" cy="{point[1]:.1f}" r="2.4" fill="{PALETTE[at % len(PALETTE)]}"/>'


def _fitting(name: str, room: float) -> str:
    """The name, or its begin with an ellipsis; the table above has it whole."""
    if width(name) * _TYPE <= room:
        return name
    kept = name
    while kept and width(kept + "…") * _TYPE > room:
        kept = kept[:-1]
    return kept + "…"
