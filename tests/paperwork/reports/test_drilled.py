"""Unit on a real database: behind every count of every report stand exactly the records that it counts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import pytest

from paperwork.kind import Kind
from paperwork.reports.behind import Unknown
from paperwork.reports.book import BOOK
from paperwork.reports.drilled import behind
from paperwork.reports.report import Column, Period, Shape, Table
from paperwork.reports.rules import Connect, ReportRules
from paperwork.reports.sources import Asked, Sources
from records.paper_tables import registers
from tests.paperwork.reports.conftest import Papers
from tests.paperwork.reports.month import BEGIN, SINCE, UNTIL, fill


async def pages(sources: Sources, asked: Asked, drill: Mapping[str, str], limit: int) -> list[Mapping[str, Any]]:
    """All pages together."""
    rows: list[Mapping[str, Any]] = []
    after: str | None = None
    while True:
        page = await behind(sources, asked, drill, limit=limit, after=after)
        rows += page.rows
        if (after := page.next) is None:
            return rows


async def opened(sources: Sources, asked: Asked, table: Table, column: Column) -> int:
    """How many cells of a column had anything behind them; each has as many as it says."""
    found, place = 0, table.columns.index(column)
    for row in table.rows:
        drill, value = table.drill_at(row, column), row.values[place]
        if value is None:  # points that were entered, or a period of which nothing is known
            continue
        assert drill is not None, (table.id, column.id, row.values)
        page = await behind(sources, asked, drill, limit=500)
        if table.each is None:
            assert page.total == value, (table.id, column.id, row, drill)
        else:
            assert [one[column.id] for one in page.rows] == [value], (table.id, row)
        assert sum(one.get("count", 1) for one in page.rows) == page.total
        found += bool(page.total)
    return found


BEFORE = date(2026, 9, 1)
OF_BEFORE = {"briefing change year_ago", "briefing change earlier"}
OF_RISES = {"radar days count", "radar periods count", "radar periods earlier"}
BLANK = OF_BEFORE | OF_RISES | {"connect worst answered"}
"""What the month before may not have had, what rises have (below), and what of the worst day may be none."""
CLOSED = {("agents", "papers", "scores")}
"""Whose talks were judged is for those who may read the sheets."""


@pytest.mark.parametrize(
    ("since", "wanted", "count_short"),
    [
        (SINCE, {}, True),
        (SINCE, {"tree": "provincial", "line": "immunization"}, False),
        (BEFORE, {}, False),
    ],
    ids=["a-month", "a-line", "two-months"],
)
async def test_every_count_has_so_many_behind_it(
    papers: Papers, since: date, wanted: dict[str, Any], count_short: bool
) -> None:
    await fill(papers)
    rules = ReportRules(together={"建议表扬": ("建议", "表扬")}, connect=Connect(count_short=count_short))
    asked = Asked(Period(since, UNTIL), **wanted)
    seen = set[str]()
    blank = set[str]()
    async with papers.sources(rules) as sources:
        for name, kept in BOOK.items():
            report = await kept.make(sources, asked)
            for table in report.tables:
                for column in table.columns:
                    if column.shape is not Shape.COUNT or (name, table.id, column.id) in CLOSED:
                        assert column.drill is None, (name, table.id, column.id)
                        if column.id != table.counted:
                            continue
                    here = f"{name} {table.id} {column.id}"
                    (seen if await opened(sources, asked, table, column) else blank).add(here)
                if not table.rows:
                    continue
                last = next((drill for row in reversed(table.rows) if (drill := table.drill_of(row))), None)
                if last is None:
                    continue
                told = await pages(sources, asked, last, 7)
                assert told == list((await behind(sources, asked, last, limit=500)).rows)
    if not wanted:
        assert blank <= BLANK, blank - BLANK
        assert len(seen) > 60


async def test_a_rise_opens_what_it_counts_then_and_before(papers: Papers) -> None:
    path = "咨询/疾病预防控制/预防接种"
    days = [BEGIN + timedelta(days=day) for day in range(-30, 30)]
    await papers.past(*((day, Kind.CONSULT, "national", path, None, 9 if day.day == 20 else 2) for day in days[:40]))
    await papers.past(*((day, Kind.CONSULT, "national", path, None, 60) for day in days[50:53]))
    asked = Asked(Period(SINCE, UNTIL), tree="national")
    async with papers.sources() as sources:
        report = await BOOK["radar"].make(sources, asked)
        for table, counts in zip(report.tables, (("count",), ("count", "earlier")), strict=True):
            for column in (column for column in table.columns if column.id in counts):
                assert await opened(sources, asked, table, column) == len(table.rows) > 0


async def test_units_are_called_as_the_register_calls_them(papers: Papers) -> None:
    await fill(papers)
    common = {"register": "unit", "id": "cdc", "at": BEGIN, "who": "desk:ann", "reason": None, "retired": False}
    former = {**common, "version": 1, "data": {"name": "疾控一所"}}
    await papers.write(registers, {**common, "version": 2, "data": {"name": "市疾控中心"}}, former)
    report = await papers.report("orders", SINCE, UNTIL)
    assert [row.values[0] for row in report.tables[0].rows] == ["市疾控中心", "inspection", "未转办", "合计"]
    page = await papers.behind(report.period, report.tables[0].rows[0].drill or {}, ReportRules())
    assert {(one["unit"], one["unit_name"]) for one in page.rows} == {("cdc", "市疾控中心")}


@pytest.mark.parametrize(
    "drill",
    [
        {},
        {"list": "callers"},
        {"list": "records", "number": "1"},
        {"list": "records", "kind": "天气"},
        {"list": "answers", "filled": "perhaps"},
        {"list": "records", "kind": "咨询,天气"},
        {"list": "records", "from": "2026-10-09", "to": "2026-10-09"},
        {"list": "records", "to": "tomorrow"},
        {"list": "offered", "at_from": "then"},
        {"list": "offered", "at_from": "0001-01-01"},
        {"list": "requests", "waited_at_most": "long"},
    ],
)
async def test_what_cannot_be_asked_is_refused(papers: Papers, drill: dict[str, str]) -> None:
    report = await papers.report("briefing", SINCE, UNTIL)
    with pytest.raises(Unknown):
        await papers.behind(report.period, drill, ReportRules())
