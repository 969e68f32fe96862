"""Reports and forms as one HTML document each: all in it, nothing fetched, nothing but words between the tags."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import jinja2
from markupsafe import Markup, escape

from paperwork.printing.chart import Plot, plot_of, svg_of
from paperwork.printing.form import Band, Choice, Field, Form, Grid, Writing, span
from paperwork.printing.layout import is_wide, layout_of
from paperwork.printing.official import LOOKS, Official
from paperwork.printing.text import chinese_day, chinese_minute, printable, written
from paperwork.reports.report import Report, Row, Shape, Table

_FOLDER = Path(__file__).parent / "templates"
_STYLE = (_FOLDER / "paper.css").read_text("utf-8")
_TEMPLATES = jinja2.Environment(
    loader=jinja2.FileSystemLoader(_FOLDER),
    autoescape=True,
    undefined=jinja2.StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_TEMPLATES.filters["words"] = printable
_NUMBERS = frozenset({Shape.COUNT, Shape.PERCENT, Shape.SECONDS, Shape.POINTS})


class Cell(NamedTuple):
    """As it stands in its row. A plain tuple: a long report has half a million of them."""

    words: str
    kind: str
    """`text`, `number` or `when`: how it stands in its column."""
    rows: int = 1
    """How many rows it stands beside; 0 when one above it does."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """A chart as the template has it."""

    title: str
    drawn: Markup
    left_out: int


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table as the template has it."""

    table: Table
    place: int
    groups: tuple[Markup, ...]
    """The lines of rows that stand together; more than one group only where columns are merged."""
    charts: tuple[Drawn, ...]


def page_of(printed: Report | Form) -> str:
    """The document. Whoever serves it allows `policy_of(page)` and nothing else."""
    return form_page(printed) if isinstance(printed, Form) else report_page(printed)


def policy_of(page: str) -> str:
    """The Content-Security-Policy of a page that was made here: its own style, and no script, picture or address."""
    style = page[page.index("<style>") + len("<style>") : page.index("</style>")]
    digest = b64encode(sha256(style.encode()).digest()).decode()
    return f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'; sandbox"


def report_page(report: Report) -> str:
    """A report, upright or across as its widest table needs; official forms in their layout."""
    across = is_wide(report)
    look = LOOKS.get(report.form or "")
    sheets = tuple(_sheet(report, place, look) for place in range(len(report.tables)))
    return _TEMPLATES.get_template("report.html.j2").render(
        report=report,
        style=_styled(across, _table_rules(report, across=across)),
        look=look,
        sheets=sheets,
        across=across,
        period=_period(report),
        made=chinese_minute(report.made),
    )


def _sheet(report: Report, place: int, look: Official | None) -> Sheet:
    table = report.tables[place]
    merged = look.merged if look else int(any(row.level and row.values[0] == "" for row in table.rows))
    return Sheet(
        table,
        place + 1,
        _grouped(table.rows, _cells(table, merged, look), merged),
        tuple(_drawn(plot_of(report, chart)) for chart in report.charts if chart.table == table.id),
    )


def _drawn(plot: Plot) -> Drawn:
    return Drawn(plot.title, Markup(svg_of(plot)), plot.left_out)  # noqa: S704 - its words are escaped there


def _grouped(rows: Sequence[Row], all_cells: Iterator[tuple[Cell, ...]], merged: int) -> tuple[Markup, ...]:
    lines: list[str] = []
    begins: list[int] = []
    for row, cells in zip(rows, all_cells, strict=True):
        if not lines or (merged and cells[0].rows):
            begins.append(len(lines))
        lines.append(_line(row, cells))
    groups = [lines[first:last] for first, last in pairwise((*begins, len(lines)))] or [lines]
    return tuple(Markup("\n".join(group)) for group in groups)  # noqa: S704 - its words are escaped in `_line`


def _line(row: Row, cells: tuple[Cell, ...]) -> str:
    """A row's HTML; the template would take three times as long."""
    kind = f"{'total ' * row.total}{f'l{min(row.level, 3)}' * bool(row.level)}"
    told = [f'<tr class="{kind}">' if kind else "<tr>"]
    for place, cell in enumerate(cells):
        if not cell.rows:
            continue
        beside = f' rowspan="{cell.rows}"' if cell.rows > 1 else ""
        if place:
            told.append(f'<td{beside} class="{cell.kind}">{escape(cell.words)}</td>')
        else:
            scope = "rowgroup" if beside else "row"
            told.append(f'<th scope="{scope}"{beside} class="{cell.kind}">{escape(cell.words)}</th>')
    told.append("</tr>")
    return "".join(told)


def _cells(table: Table, merged: int, look: Official | None) -> Iterator[tuple[Cell, ...]]:
    """Each row's cells; in the first `merged` columns equal neighbours stand as one beside all their rows.

    So does a cell beside the rows of a deeper level below it that leave theirs empty.
    """
    runs = [_runs(table.rows, place) for place in range(merged)]
    for at, row in enumerate(table.rows):
        cells = []
        for place, (value, column) in enumerate(zip(row.values, table.columns, strict=True)):
            if place < merged and not row.total:
                cells.append(Cell(written(value, column.shape), "beside", runs[place][at]))
                continue
            kind = "number" if column.shape in _NUMBERS else "text" if column.shape is Shape.TEXT else "when"
            heads = 0 < merged == place and runs[merged - 1][at] > 1 and row.level == 0
            words = "小计" if heads and value == "" else written(value, column.shape)
            if value is None and look is not None and look.by_hand:
                words = ""
            cells.append(Cell(words, kind))
        yield tuple(cells)


def _runs(rows: Sequence[Row], place: int) -> list[int]:
    """For each row how many rows its cell stands beside, 0 for those that are stood beside."""
    found = [1] * len(rows)
    begin = 0
    for at in range(1, len(rows)):
        below = rows[at].values[place] in (None, "") and rows[at].level > rows[begin].level
        same = rows[at].values[: place + 1] == rows[begin].values[: place + 1] and rows[at].values[place] is not None
        if (same or below) and not rows[at].total:
            found[begin], found[at] = found[begin] + 1, 0
        else:
            begin = at
    return found


def _period(report: Report) -> str:
    since, last = report.period.since, report.period.last
    return chinese_day(since) if since == last else f"{chinese_day(since)}至{chinese_day(last)}"


def _table_rules(report: Report, *, across: bool) -> str:
    """Widths of columns: in the style, since a strict page allows none beside the words."""
    rules = []
    for place, table in enumerate(report.tables, 1):
        layout = layout_of(table, across=across)
        rules.append(f"#t{place}{{font-size:{layout.size:g}pt}}")
        rules += [f"#t{place} col:nth-child({at}){{width:{share}%}}" for at, share in enumerate(layout.shares, 1)]
    return "\n".join(rules)


def form_page(form: Form) -> str:
    """A form, upright."""
    rules = [f"table.box td.high{high}{{height:{high}mm}}" for high in sorted(_heights(form))]
    return _TEMPLATES.get_template("form.html.j2").render(
        form=form, style=_styled(False, "\n".join(rules)), kind_of=_kind, span=span
    )


def _heights(form: Form) -> set[int]:
    return {part.high for line in form.lines for part in line if isinstance(part, Writing)}


def _kind(part: object) -> str:
    return _KINDS[type(part)]


_KINDS: Mapping[Any, str] = {Field: "field", Choice: "choice", Writing: "writing", Band: "band", Grid: "grid"}


def _styled(across: bool, rules: str) -> Markup:
    sheet = "@page{size:A4 landscape}" if across else "@page{size:A4}"
    return Markup(f"{_STYLE}\n{sheet}\n{rules}")  # noqa: S704 - our own file and numbers
