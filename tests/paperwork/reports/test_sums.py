"""Unit on a real database, property: in every table of every report parts add up and percentages are what they say.

The sums are made anew from what a reader sees; a new table, or a new column of percentages, has to be named here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from fractions import Fraction
from math import floor
from typing import Any

import pytest

from paperwork.reports.book import BOOK
from paperwork.reports.report import Period, Report, Row, Shape, Table
from paperwork.reports.rules import ReportRules
from paperwork.reports.sources import Asked
from tests.paperwork.reports.conftest import Papers
from tests.paperwork.reports.month import SINCE, UNTIL, fill

TOTAL = "the row of totals"
ENDS = ("answered", "abandoned", "short", "booked", "chose", "given_up", "failed")
RATES: Mapping[str, tuple[tuple[str, ...], str]] = {
    "briefing kinds percent": (("count",), TOTAL),
    "briefing places percent": (("total",), TOTAL),
    "places places percent": (("total",), TOTAL),
    "monthly handled rate": (("done",), "received"),
    "monthly complaints rate": (("settled", "out_done"), "received"),
    "orders units rate": (("done",), "received"),
    "orders units in_time_rate": (("in_time",), "done"),
    **{
        f"connect {table} rate": (("answered",), "offered")
        for table in ("total", "lines", "days", "half_hours", "worst")
    },
    **{f"connect {table} within_rate": (("within",), "offered") for table in ("total", "lines", "days", "half_hours")},
    **{f"load {table} rate": (("answered",), "offered") for table in ("half_hours", "weekdays")},
    "abandoned lines rate": (("count",), "asked"),
    "agents talks rate": (("answered",), "rung"),
}
"""Percentages of one row: the parts of it, and the whole."""
OF_THE_PARENT = {"briefing categories", "monthly consults"}
OF_ELSEWHERE = {
    "agents papers quality", "briefing change month_on_month", "briefing change year_on_year", "radar periods change",
}  # fmt: skip
"""Of marks, and of other months: tested where they are made."""
ROWS: Mapping[str, tuple[tuple[str, ...], str]] = {
    **{f"connect {table}": (ENDS, "asked") for table in ("total", "lines", "days", "half_hours")},
    "agents talks": (("answered", "refused", "unanswered"), "rung"),
    "agents papers": (("filled", "unfilled"), "records"),
}
"""Columns that add up to one of the same row."""
NO_TOTALS = {
    "briefing categories", "monthly kinds", "monthly handled", "connect total", "connect lines", "connect worst",
    "places categories", "assessment marks", "radar days", "radar periods",
}  # fmt: skip
"""Not one thing each, or one that stands in two rows, or children."""
NEVER_ADDED = {"mean", "longest"}


def values(table: Table, row: Row) -> dict[str, Any]:
    return dict(zip((column.id for column in table.columns), row.values, strict=True))


def half_up(part: int, whole: int) -> Decimal:
    """A percentage to a tenth."""
    return Decimal(floor(Fraction(part * 1000, whole) + Fraction(1, 2))) / 10


def parents(table: Table) -> Iterator[tuple[Row | None, list[Row]]]:
    """Each row that has children with them; None with those of the first level."""
    rows = [row for row in table.rows if not row.total]
    yield None, [row for row in rows if row.level == 0]
    for place, row in enumerate(rows):
        below: list[Row] = []
        for later in rows[place + 1 :]:
            if later.level <= row.level:
                break
            below += [later] * (later.level == row.level + 1)
        if below:
            yield row, below


def check_totals(name: str, table: Table) -> None:
    totals = [row for row in table.rows if row.total]
    added = {one.id for one in table.columns if one.shape in (Shape.COUNT, Shape.SECONDS)} - NEVER_ADDED
    if name in NO_TOTALS or not added or not table.rows:
        return
    (total,) = totals
    for column in added:
        parts = [values(table, row)[column] for row in table.rows if not row.total and row.level == 0]
        told = None if all(part is None for part in parts) else sum(part or 0 for part in parts)
        assert values(table, total)[column] == told or not parts, (name, column)


def check_rates(name: str, table: Table) -> None:
    whole = {row.total: values(table, row) for row in table.rows}.get(True, {})
    for column in table.columns:
        key = f"{name} {column.id}"
        if column.shape is not Shape.PERCENT or name in OF_THE_PARENT or key in OF_ELSEWHERE:
            continue
        parts, of = RATES[key]
        for row in table.rows:
            told = values(table, row)
            base = whole[parts[0]] if of == TOTAL else told[of]
            right = half_up(sum(told[part] for part in parts), base) if base else None
            assert told[column.id] == right or (right is None and told[column.id] in (None, 0)), (key, told)


def check_children(name: str, table: Table, kinds: Mapping[str, int]) -> None:
    for parent, children in parents(table):
        counts = [values(table, child)["count"] for child in children]
        if parent is not None:
            whole = values(table, parent)["count"]
            assert sum(counts) == whole, (name, parent)
        for child, count in zip(children, counts, strict=True):
            told = values(table, child)
            if "percent" not in told:
                continue
            if parent is None:
                whole = kinds[told["path"].split("/")[0]] if "path" in told else kinds["咨询"]
            assert told["percent"] == (half_up(count, whole) if whole else 0), (name, told)
    if name == "briefing categories":
        tops = [values(table, row) for row in table.rows if row.level == 0]
        for kind in {one["path"].split("/")[0] for one in tops}:
            assert sum(one["count"] for one in tops if one["path"].split("/")[0] == kind) == kinds[kind]


def check_rows(name: str, table: Table) -> None:
    ids = [column.id for column in table.columns]
    parts, whole = ROWS.get(name, ((), ""))
    if name in ("briefing places", "places places", "monthly kinds"):
        parts, whole = tuple(one for one in ids if one not in ("place", "total", "percent")), "total"
    for row in table.rows if parts else ():
        told = values(table, row)
        assert told[whole] == sum(told[part] for part in parts), (name, told)


def wholes(report: Report, tables: str, column: str) -> set[Any]:
    """What several tables of one report say is everything."""
    told = {table.id: table for table in report.tables}
    rows = [(told[one], next(row for row in told[one].rows if row.total)) for one in tables.split()]
    return {values(table, row)[column] for table, row in rows}


@pytest.mark.parametrize("seed", [2, 3, 5])
async def test_parts_add_up_and_percentages_are_right_wherever_a_reader_looks(papers: Papers, seed: int) -> None:
    await fill(papers, seed)
    asked = Asked(Period(SINCE, UNTIL))
    reports: dict[str, Report] = {}
    async with papers.sources(ReportRules(together={"建议表扬": ("建议", "表扬")})) as sources:
        for name, kept in BOOK.items():
            reports[name] = await kept.make(sources, asked)
    (first,) = (table for table in reports["briefing"].tables if table.id == "kinds")
    kinds = {told["kind"]: told["count"] for told in (values(first, row) for row in first.rows)}
    assert kinds["咨询"] > 10
    for report, made in reports.items():
        for table in made.tables:
            name = f"{report} {table.id}"
            check_totals(name, table)
            check_rates(name, table)
            check_rows(name, table)
            if name in (*OF_THE_PARENT, "places categories"):
                check_children(name, table, kinds)
    assert wholes(reports["briefing"], "kinds change", "count") == wholes(reports["briefing"], "places", "total")
    assert len(wholes(reports["orders"], "state source satisfaction", "count")) == 1
    assert wholes(reports["orders"], "units", "received") == wholes(reports["orders"], "state", "count")
    for column in ("arrived", "offered", "answered", "within", "talked"):
        assert len(wholes(reports["load"], "half_hours weekdays", column)) == 1
    for column in ("offered", "asked", *ENDS):
        assert len(wholes(reports["connect"], "total days half_hours", column)) == 1
