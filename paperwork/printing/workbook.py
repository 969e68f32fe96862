"""A report as a workbook: a sheet for each table, numbers as numbers, words as words and never as formulas.

Shares are numbers too: 57.0 % is 0.57 shown with one decimal, so that a spreadsheet reckons with it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO
from typing import Any, Final

import xlsxwriter
from xlsxwriter.format import Format as Style
from xlsxwriter.worksheet import Worksheet

from paperwork.printing.chart import PALETTE
from paperwork.printing.layout import is_wide, widths
from paperwork.printing.render import Unprintable
from paperwork.printing.text import chinese_day, chinese_minute, printable, written
from paperwork.reports.report import Chart, Look, Report, Row, Shape, Table, Value
from routing.calendar import SHANGHAI

MOST_ROWS: Final = 1_048_000
"""A sheet's own limit, with room for heads and notes."""
LONGEST: Final = 32_767
"""Signs that a cell can hold; longer words are cut there, and say so."""
_BIG = 20_000
"""Rows from which the workbook is written row by row, in little memory."""
_HEAD = 2
"""Rows above a table: its title, and the heads of its columns."""
_ILLEGAL = re.compile(r"[\[\]:*?/\\]")
_KINDS: Final[Mapping[Look, Mapping[str, str]]] = {
    Look.BARS: {"type": "bar"},
    Look.LINES: {"type": "line"},
    Look.STACKED: {"type": "bar", "subtype": "stacked"},
}


def workbook_of(report: Report) -> bytes:
    """The XLSX file. Raises Unprintable for a table of more rows than a sheet has."""
    for table in report.tables:
        if len(table.rows) > MOST_ROWS:
            raise Unprintable(f"{table.title} has {len(table.rows)} rows; a sheet takes {MOST_ROWS}: take csv")
    made = BytesIO()
    big = sum(len(table.rows) for table in report.tables) > _BIG
    safe = {
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "nan_inf_to_errors": False,
    }
    book = xlsxwriter.Workbook(made, {"in_memory": not big, "constant_memory": big, **safe})
    book.set_properties(
        {
            "title": printable(report.title),
            "author": printable(report.hotline),
            "subject": f"{chinese_day(report.period.since)}至{chinese_day(report.period.last)}",
            "comments": f"制表时间 {chinese_minute(report.made)}",
            "created": report.made.astimezone(SHANGHAI).replace(tzinfo=None),
        }
    )
    names = dict(zip((table.id for table in report.tables), sheet_names(report), strict=True))
    styles = _Styles(book)
    across = is_wide(report)
    for table in report.tables:
        _sheet(book.add_worksheet(names[table.id]), report, table, styles, across=across)
    if report.sentences or report.heads:
        _words(book.add_worksheet(_unused("说明", set(names.values()))), report, styles)
    charts = _charts(book, report, names)
    if charts:
        sheet = book.add_worksheet(_unused("图", set(names.values())))
        for place, chart in enumerate(charts):
            sheet.insert_chart(place * 22, 0, chart, {"object_position": 1})
    book.close()
    return made.getvalue()


def sheet_names(report: Report) -> list[str]:
    """A legal name for each table's sheet: at most 31 signs, none twice, no sign that spreadsheets refuse."""
    given: set[str] = set()
    return [_unused(table.title or table.id, given) for table in report.tables]


def _unused(wished: str, given: set[str]) -> str:
    """The name, or with a number behind it when it is taken. Names differ by more than large and small letters."""
    clean = _ILLEGAL.sub(" ", printable(wished)).replace("\n", " ").strip().strip("'") or "表"
    if clean.lower() == "history":
        clean = f"{clean} "  # spreadsheets keep this one for themselves
    taken = {name.lower() for name in given}
    name, count = clean[:31].strip().strip("'"), 1
    while name.lower() in taken:
        count += 1
        name = f"{clean[: 31 - len(str(count)) - 2].strip()}({count})"
    given.add(name)
    return name


class _Styles:
    """Each look of a cell, made once."""

    def __init__(self, book: xlsxwriter.Workbook) -> None:
        self._book = book
        self._made: dict[tuple[Shape, int, bool, int], Style] = {}
        plain = {"font_name": "宋体", "font_size": 11, "valign": "vcenter"}
        self.title: Style = book.add_format({**plain, "bold": True, "font_size": 14})
        self.note: Style = book.add_format({**plain, "font_size": 10})
        self.head: Style = book.add_format(
            {**plain, "bold": True, "align": "center", "text_wrap": True, "border": 1, "bg_color": "#F1F1F1"}
        )
        self._plain = {**plain, "border": 1}

    def of(self, shape: Shape, value: Value, row: Row, place: int) -> Style:
        decimals = -int(value.as_tuple().exponent) if isinstance(value, Decimal) and value.is_finite() else 0
        level = row.level if place == 0 else 0
        key = (shape, max(0, decimals), row.total, level)
        if key not in self._made:
            self._made[key] = self._book.add_format(
                {**self._plain, **_look(shape, key[1]), "bold": row.total, "indent": level}
            )
        return self._made[key]


def _look(shape: Shape, decimals: int) -> dict[str, Any]:
    digits = "0" if decimals == 0 else f"0.{'0' * decimals}"
    match shape:
        case Shape.TEXT:
            return {"num_format": "@", "text_wrap": True, "align": "left"}
        case Shape.PERCENT:
            return {"num_format": f"{digits}%", "align": "right"}
        case Shape.TIME:
            return {"num_format": "yyyy-mm-dd hh:mm", "align": "center"}
        case Shape.DAY:
            return {"num_format": "yyyy-mm-dd", "align": "center"}
        case Shape.COUNT | Shape.SECONDS | Shape.POINTS:
            return {"num_format": digits, "align": "right"}


def _sheet(sheet: Worksheet, report: Report, table: Table, styles: _Styles, *, across: bool) -> None:
    for place, wide in enumerate(widths(table)):
        sheet.set_column(place, place, round(min(60.0, wide * 2.1 + 1), 1))
    sheet.write_string(0, 0, _bounded(table.title or report.title), styles.title)
    sheet.set_row(0, 24)
    for place, column in enumerate(table.columns):
        sheet.write_string(1, place, _bounded(column.title), styles.head)
    for at, row in enumerate(table.rows, _HEAD):
        for place, (value, column) in enumerate(zip(row.values, table.columns, strict=True)):
            _write(sheet, at, place, value, column.shape, styles.of(column.shape, value, row, place))
    if table.note:
        sheet.write_string(len(table.rows) + _HEAD, 0, _bounded(f"注：{table.note}"), styles.note)
    sheet.freeze_panes(_HEAD, 1 if len(table.columns) > 4 else 0)
    sheet.repeat_rows(0, 1)
    sheet.set_paper(9)
    if across:
        sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.set_footer("&C第 &P 页 / 共 &N 页")


def _write(sheet: Worksheet, at: int, place: int, value: Value, shape: Shape, style: Style) -> None:
    """One value in its own kind. Words are always written as words, whatever they look like."""
    if value is None:
        sheet.write_blank(at, place, None, style)
    elif isinstance(value, datetime):
        sheet.write_datetime(at, place, value.astimezone(SHANGHAI).replace(tzinfo=None), style)
    elif isinstance(value, date):
        sheet.write_datetime(at, place, datetime(value.year, value.month, value.day), style)  # noqa: DTZ001 - a day
    elif isinstance(value, str):
        sheet.write_string(at, place, _bounded(value), style)
    else:
        number = Decimal(value)
        sheet.write_number(at, place, float(number / 100 if shape is Shape.PERCENT else number), style)


def _bounded(words: str) -> str:
    """What a cell can hold of it; where something is left out, the words say so."""
    clean = printable(words)
    if clean.startswith("<r>") and clean.endswith("</r>"):
        clean += (
            " "  # xlsxwriter takes these for XML of its own and writes them as they are: nobody could open the file
        )
    if len(clean) <= LONGEST:
        return clean
    told = f"…（全文{len(clean)}字，单元格放不下，请看PDF）"
    return clean[: LONGEST - len(told)] + told


def _words(sheet: Worksheet, report: Report, styles: _Styles) -> None:
    """What the report says in sentences, and its head."""
    sheet.set_column(0, 0, 100)
    lines = [report.title, f"{report.hotline}　{chinese_day(report.period.since)}至{chinese_day(report.period.last)}"]
    lines += [f"{name}：{value}" for name, value in report.heads.items()] + list(report.sentences)
    for at, words in enumerate(lines):
        sheet.write_string(at, 0, _bounded(words), styles.note if at else styles.title)


def _charts(book: xlsxwriter.Workbook, report: Report, names: Mapping[str, str]) -> list[Any]:
    return [
        _chart(book, chart, next(table for table in report.tables if table.id == chart.table), names[chart.table])
        for chart in report.charts
    ]


def _chart(book: xlsxwriter.Workbook, chart: Chart, table: Table, name: str) -> Any:
    """A chart of the spreadsheet's own, over the cells of its table."""
    places = {column.id: place for place, column in enumerate(table.columns)}
    shown = [at for at, row in enumerate(table.rows) if not row.total]
    names_short = max(
        (len(written(table.rows[at].values[places[chart.across]], Shape.TEXT)) for at in shown), default=0
    )
    kind = dict(_KINDS[chart.look])
    if kind["type"] == "bar" and len(shown) * names_short <= 60:
        kind["type"] = "column"
    drawn = book.add_chart(kind)
    for at, column in enumerate(chart.columns):
        colour = PALETTE[at % len(PALETTE)]
        lined = chart.look is Look.LINES
        drawn.add_series(
            {
                "name": [name, 1, places[column]],
                "categories": _range(name, shown, places[chart.across]),
                "values": _range(name, shown, places[column]),
                **({"line": {"color": colour, "width": 2}} if lined else {"fill": {"color": colour}}),
            }
        )
    drawn.set_title({"name": printable(chart.title), "overlay": False})
    drawn.set_size({"width": 760, "height": 420})
    value_axis = {"min": 0} if _never_below(table, shown, [places[column] for column in chart.columns]) else {}
    if kind["type"] == "bar":
        drawn.set_y_axis({"reverse": True})
        drawn.set_x_axis(value_axis)
    else:
        drawn.set_y_axis(value_axis)
    drawn.set_legend({"none": True} if len(chart.columns) == 1 else {"position": "top"})
    return drawn


def _never_below(table: Table, shown: list[int], places: list[int]) -> bool:
    numbers = (table.rows[at].values[place] for at in shown for place in places)
    return all(number >= 0 for number in numbers if isinstance(number, int | Decimal))


def _range(name: str, rows: list[int], place: int) -> str:
    """The cells of these rows in a column; several ranges where totals stand between them."""
    column = xlsxwriter.utility.xl_col_to_name(place, col_abs=True)
    quoted = "'" + name.replace("'", "''") + "'"
    parts = [f"{quoted}!{column}${first + _HEAD + 1}:{column}${last + _HEAD + 1}" for first, last in _spans(rows)]
    return f"={parts[0]}" if len(parts) == 1 else f"=({','.join(parts)})"


def _spans(rows: list[int]) -> Iterator[tuple[int, int]]:
    """Runs of rows that stand below each other.

    >>> list(_spans([0, 1, 3]))
    [(0, 1), (3, 3)]
    """
    if not rows:
        yield (0, 0)
        return
    first = last = rows[0]
    for row in rows[1:]:
        if row != last + 1:
            yield first, last
            first = row
        last = row
    yield first, last
