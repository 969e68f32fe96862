"""Unit on a real database: reports find what they count by an index, however long the years before it are."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, event

from paperwork.reports.book import BOOK
from tests.paperwork.reports.conftest import Papers

SINCE, UNTIL = date(2026, 10, 1), date(2026, 11, 1)
LARGE = ("answers", "cdr", "legs", "orders", "journal", "filings", "past_rows")
COUNTED_FROM_INDEXES = ("abandoned", "agents", "briefing", "connect", "load", "places", "radar")
"""Reports of which no row of a large table is read: all that they count stands in indexes."""


@contextmanager
def ways() -> Iterator[list[tuple[str, str]]]:
    """Every statement that is asked meanwhile, and the way on which the database finds its rows."""
    found: list[tuple[str, str]] = []

    def look(connection: Connection, _cursor: Any, statement: str, parameters: Any, _context: Any, _many: bool) -> None:
        if not statement.startswith("SELECT ") or (found and found[-1][0] == statement):
            return
        if connection.dialect.name == "sqlite":
            rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters).all()
            found.append((statement, "\n".join(row[-1] for row in rows)))
        elif not statement.startswith("SELECT pg_"):
            # a table of a few rows is read as it lies whatever indexes there are
            connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
            rows = connection.exec_driver_sql(f"EXPLAIN (COSTS OFF) {statement}", parameters).all()
            found.append((statement, "\n".join(row[0] for row in rows)))

    event.listen(Engine, "before_cursor_execute", look)
    try:
        yield found
    finally:
        event.remove(Engine, "before_cursor_execute", look)


@pytest.mark.parametrize("line", [None, "immunization"], ids=["all", "line"])
@pytest.mark.parametrize("name", BOOK)
async def test_no_report_reads_a_whole_table(papers: Papers, name: str, line: str | None) -> None:
    with ways() as found:
        await papers.report(name, SINCE, UNTIL, line=line)
    tables = "|".join(LARGE)
    for statement, way in found:
        assert not re.search(rf"SCAN ({tables})\b(?! USING .*INDEX)|Seq Scan on ({tables})\b", way), (statement, way)


@pytest.mark.sqlite
@pytest.mark.parametrize("name", COUNTED_FROM_INDEXES)
async def test_a_month_is_counted_without_reading_its_rows(papers: Papers, name: str) -> None:
    with ways() as found:
        await papers.report(name, SINCE, UNTIL)
    ways_in = [line for _, way in found for line in way.splitlines() if re.search(r"SEARCH (answers|cdr|legs) ", line)]
    assert ways_in
    for way in ways_in:
        assert "USING COVERING INDEX" in way, way
