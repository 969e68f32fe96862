"""Unit on a real database: behind every number stand exactly the records that it counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

import pytest

from paperwork.reports.book import BOOK
from paperwork.reports.drilled import Unknown, behind
from paperwork.reports.report import Period, Shape
from paperwork.reports.rules import ReportRules
from paperwork.reports.sources import Asked, Sources
from tests.paperwork.reports.conftest import Papers
from tests.paperwork.reports.month import SINCE, UNTIL, fill


async def pages(sources: Sources, asked: Asked, drill: Mapping[str, str], limit: int) -> list[Mapping[str, Any]]:
    """All pages together."""
    rows: list[Mapping[str, Any]] = []
    after: str | None = None
    while True:
        page = await behind(sources, asked, drill, limit=limit, after=after)
        rows += page.rows
        if (after := page.next) is None:
            return rows


@pytest.mark.parametrize("wanted", [{}, {"tree": "provincial", "line": "immunization"}], ids=["all", "line"])
async def test_every_number_that_can_be_opened_has_so_many_behind_it(papers: Papers, wanted: dict[str, Any]) -> None:
    await fill(papers)
    rules = ReportRules(together={"建议表扬": ("建议", "表扬")})
    asked = Asked(Period(SINCE, UNTIL), **wanted)
    opened = Counter[str]()
    async with papers.sources(rules) as sources:
        for name, kept in BOOK.items():
            report = await kept.make(sources, asked)
            for table in report.tables:
                if table.counted is None:
                    continue
                column = [one.id for one in table.columns].index(table.counted)
                assert table.columns[column].shape is Shape.COUNT or table.each is not None
                for row in table.rows:
                    drill = table.drill_of(row)
                    if row.values[column] is None:  # points that were entered, or their sum: no record is behind them
                        assert drill is None, (name, table.id, row.values)
                        continue
                    assert drill is not None, (name, table.id, row.values)
                    page = await behind(sources, asked, drill, limit=500)
                    if table.each is None:
                        assert page.total == row.values[column], (name, table.id, row)
                    else:
                        assert [one[table.counted] for one in page.rows] == [row.values[column]], (name, table.id, row)
                    assert sum(one.get("count", 1) for one in page.rows) == page.total
                    opened[name] += bool(page.total)
                if not table.rows:
                    continue
                last = next(drill for row in reversed(table.rows) if (drill := table.drill_of(row)) is not None)
                told = await pages(sources, asked, last, 7)
                assert told == list((await behind(sources, asked, last, limit=500)).rows)
    assert set(opened) >= {
        "briefing",
        "line",
        "monthly",
        "orders",
        "connect",
        "load",
        "abandoned",
        "agents",
        "places",
        "assessment",
    }


@pytest.mark.parametrize(
    "drill",
    [
        {},
        {"list": "callers"},
        {"list": "records", "number": "1"},
        {"list": "records", "kind": "天气"},
        {"list": "answers", "filled": "perhaps"},
    ],
)
async def test_what_cannot_be_asked_is_refused(papers: Papers, drill: dict[str, str]) -> None:
    report = await papers.report("briefing", SINCE, UNTIL)
    with pytest.raises(Unknown):
        await papers.behind(report.period, drill, ReportRules())
