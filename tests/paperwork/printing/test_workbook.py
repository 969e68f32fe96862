"""What a spreadsheet opens: the report's own values, as numbers, days and words."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from io import BytesIO
from typing import Any
from zipfile import ZipFile

import pytest
from openpyxl import load_workbook

from paperwork.printing import workbook
from paperwork.printing.render import Unprintable, render
from paperwork.printing.text import printable
from paperwork.printing.workbook import sheet_names
from paperwork.reports.report import Chart, Column, Look, Report, Row, Shape, Table, Value
from routing.calendar import SHANGHAI
from tests.paperwork.printing.made_up import HOSTILE, KINDS, TIMES, listing, report


def wall(*parts: int) -> datetime:
    """As spreadsheets have instants: without a zone."""
    return datetime(*parts)  # type: ignore[arg-type] # noqa: DTZ001


def opened(made: Report) -> Any:
    return load_workbook(BytesIO(render(made, "xlsx")))


def as_read(value: Value, shape: Shape) -> object:
    """What a spreadsheet has where the report has this value."""
    if isinstance(value, datetime):
        return value.astimezone(SHANGHAI).replace(tzinfo=None)
    if isinstance(value, date):
        return wall(value.year, value.month, value.day)
    if isinstance(value, Decimal):
        return pytest.approx(float(value) / (100 if shape is Shape.PERCENT else 1), rel=1e-12)
    return value


@pytest.mark.parametrize("table", [KINDS, TIMES, listing(300)], ids=lambda table: table.id)
def test_a_sheet_has_the_values_of_its_table(table: Table) -> None:
    sheet = opened(report(table))[table.title]
    read = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=3, max_row=len(table.rows) + 2)]
    assert [cell.value for cell in sheet[2]] == [column.title for column in table.columns]
    for cells, row in zip(read, table.rows, strict=True):
        assert cells == [as_read(v, c.shape) for v, c in zip(row.values, table.columns, strict=True)]
    assert sheet.freeze_panes == "A3"


@pytest.mark.parametrize("big", [0, 20_000], ids=["row by row", "at once"])
def test_words_that_look_like_a_spreadsheets_own_xml_are_words(monkeypatch: pytest.MonkeyPatch, big: int) -> None:
    monkeypatch.setattr(workbook, "_BIG", big)
    told = ("<r>a & b</r>", "<r><t>gone</t></r>", "<r></r>")
    table = Table("words", "来电", (Column("words", "内容"),), tuple(Row((words,)) for words in told))
    read = opened(report(table))["来电"]
    assert tuple(row[0].value.rstrip(" ") for row in read.iter_rows(min_row=3, max_row=5)) == told


def test_shares_are_numbers_with_their_own_decimals_and_totals_are_bold() -> None:
    sheet = opened(report())["来电分类统计"]
    assert (sheet["C3"].value, sheet["C3"].number_format) == (0.959, "0.0%")
    assert sheet["C6"].value is None
    assert sheet["B7"].font.bold
    assert not sheet["B3"].font.bold
    assert sheet["A4"].alignment.indent == 1
    times = opened(report())["来电明细"]
    assert (times["A3"].value, times["A3"].number_format) == (wall(2026, 10, 8, 9, 5), "yyyy-mm-dd hh:mm")
    assert (times["C3"].value, times["C3"].number_format) == (12.25, "0.000")


@pytest.mark.parametrize("words", HOSTILE)
def test_whatever_somebody_wrote_is_words_and_no_formula(words: str) -> None:
    table = Table("t", words[:40], (Column("a", words),), (Row((words,)),))
    sheet = opened(report(table, title=words, sentences=(words,))).worksheets[0]
    assert sheet["A2"].value == sheet["A3"].value == printable(words)
    assert sheet["A3"].data_type == "s"
    assert sheet["A3"].hyperlink is None


def test_names_of_sheets_are_legal_and_none_is_twice() -> None:
    titles = ["投诉[分类]:*?/\\", "x" * 40, "X" * 40, "'引号'", "", "History", "表1", "表1", "说明", "图"]
    tables = [Table(f"t{at}", title, (Column("a", "甲"),), (Row(("乙",)),)) for at, title in enumerate(titles)]
    made = report(*tables, sentences=("一句话",))
    names = sheet_names(made)
    assert len({name.lower() for name in names}) == len(names)
    assert all(0 < len(name) <= 31 and not set(name) & set("[]:*?/\\") for name in names)
    assert opened(made).sheetnames[: len(names)] == names


def test_a_chart_is_of_the_cells_without_the_totals() -> None:
    charts = (Chart("件数", Look.STACKED, "kinds", "kind", ("count",)),)
    packed = ZipFile(BytesIO(render(report(KINDS, charts=charts), "xlsx")))
    drawn = packed.read("xl/charts/chart1.xml").decode()
    assert "来电分类统计!$B$3:$B$6" in drawn.replace("'", "").replace("&apos;", "")
    assert "$B$7" not in drawn


def test_a_big_one_is_written_row_by_row_with_the_same_values(monkeypatch: pytest.MonkeyPatch) -> None:
    small = opened(report(listing(50)))["明细"]
    monkeypatch.setattr(workbook, "_BIG", 10)
    big = opened(report(listing(50)))["明细"]
    assert [[cell.value for cell in row] for row in big.rows] == [[cell.value for cell in row] for row in small.rows]


def test_words_too_long_for_a_cell_say_so() -> None:
    value = opened(report(listing(1, "长" * 40_000)))["明细"]["B3"].value
    assert len(value) == workbook.LONGEST
    assert value.endswith("（全文40001字，单元格放不下，请看PDF）")


def test_a_table_longer_than_a_sheet_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook, "MOST_ROWS", 5)
    with pytest.raises(Unprintable, match="a sheet takes 5"):
        render(report(listing(6)), "xlsx")


def test_the_document_says_whose_it_is_and_the_same_report_is_the_same_bytes() -> None:
    book = opened(report())
    assert (book.properties.title, book.properties.creator) == ("工作简报", "示例市12320公共卫生热线")
    assert book.properties.created == wall(2026, 11, 3, 9, 5)
    assert render(report(), "xlsx") == render(report(), "xlsx")
