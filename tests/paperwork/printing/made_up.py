"""Reports that nobody counted, and what a reader of their paper sees."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from decimal import Decimal
from io import BytesIO
from typing import Any

from pypdf import PdfReader
from pypdf.generic import IndirectObject

from paperwork.reports.report import Chart, Column, Look, Period, Report, Row, Shape, Table

MADE = datetime(2026, 11, 3, 1, 5, tzinfo=UTC)
HOSTILE = (
    "<script>alert(1)</script>",
    '=HYPERLINK("http://example.invalid/","x")',
    "+1+1",
    "@SUM(A1)",
    "-2",
    "a\x00b\x07c\x1b[31m",
    "无空格很长的词" * 40 + "x" * 300,
    "{{ 7*7 }} {% raw %} &amp; &lt;b&gt;",
    "url(http://example.invalid/a.png) <img src=x onerror=y>",
    "笑脸\U0001f600与𠮷野家",
    "\u202eabc\u202c مرحبا שלום",
    "half \ud800 sign",
    "一行\r\n又一行\n\n第四行\t后",
)

KINDS = Table(
    "kinds",
    "来电分类统计",
    (Column("kind", "类别"), Column("count", "件数", Shape.COUNT), Column("percent", "占比", Shape.PERCENT)),
    (
        Row(("咨询", 7000, Decimal("95.9"))),
        Row(("寻医问药", 3000, Decimal("42.9")), level=1),
        Row(("投诉", 300, Decimal("4.1"))),
        Row(("建议", 0, None)),
        Row(("合计", 7300, Decimal("100.0")), total=True),
    ),
    note="占比为占上一级的百分比。",
)
TIMES = Table(
    "times",
    "来电明细",
    (
        Column("at", "来电时间", Shape.TIME),
        Column("day", "来电日期", Shape.DAY),
        Column("waited", "等待秒数", Shape.SECONDS),
        Column("points", "得分", Shape.POINTS),
    ),
    (
        Row((datetime(2026, 10, 8, 1, 5, tzinfo=UTC), date(2026, 10, 8), Decimal("12.250"), Decimal("9.5"))),
        Row((datetime(2026, 10, 8, 16, 30, tzinfo=UTC), date(2026, 10, 9), Decimal("3.5"), Decimal("10"))),
    ),
)


def report(*tables: Table, **changed: Any) -> Report:
    """A briefing of October 2026, of the tables above or of these."""
    whole: dict[str, Any] = {
        "name": "briefing",
        "title": "工作简报",
        "hotline": "示例市12320公共卫生热线",
        "period": Period(date(2026, 10, 1), date(2026, 11, 1)),
        "made": MADE,
        "tables": tables or (KINDS, TIMES),
        "sentences": () if tables else ("本月共受理来电7300件。",),
        "charts": () if tables else (Chart("各类来电件数", Look.BARS, "kinds", "kind", ("count",)),),
    }
    return Report(**(whole | changed))


def listing(rows: int, words: str = "来电人询问疫苗接种的时间和地点") -> Table:
    """A table of so many rows."""
    return Table(
        "list",
        "明细",
        (Column("number", "编号"), Column("content", "受理内容"), Column("count", "件数", Shape.COUNT)),
        tuple(Row((f"2026-{at:06d}", f"{words}{at}", at)) for at in range(1, rows + 1)),
    )


def pages_of(pdf: bytes) -> list[str]:
    """The words of each page."""
    return [page.extract_text() for page in PdfReader(BytesIO(pdf)).pages]


def squeezed(words: str) -> str:
    """Without blanks and ends of lines, as words that were broken over lines are compared."""
    return re.sub(r"\s+", "", words)


def text_of(pdf: bytes) -> str:
    """All words, squeezed, without what the foot of each page says."""
    return squeezed("".join(re.sub(r"第 ?\d+ ?页 ?/ ?共 ?\d+ ?页", "", page) for page in pages_of(pdf)))


def fonts_of(pdf: bytes) -> dict[str, bool]:
    """Each font of the document by name, and whether it is inside."""
    found: dict[str, bool] = {}
    for page in PdfReader(BytesIO(pdf)).pages:
        for font in _value(_value(page["/Resources"]).get("/Font", {})).values():
            whole = _value(font)
            for part in (_value(one) for one in _value(whole.get("/DescendantFonts", [whole]))):
                description = _value(part.get("/FontDescriptor", {}))
                found[str(part["/BaseFont"])] = bool({"/FontFile", "/FontFile2", "/FontFile3"} & set(description))
    return found


def _value(thing: Any) -> Any:
    return thing.get_object() if isinstance(thing, IndirectObject) else thing
