"""A database with papers in it, and reports made from it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime
from functools import cache
from itertools import count
from typing import Any

import pytest
from sqlalchemy import insert

from hotline.operators import read_config
from hotline.settings import HOUSE
from paperwork.kind import Kind
from paperwork.reports.behind import Behind
from paperwork.reports.book import BOOK
from paperwork.reports.drilled import behind
from paperwork.reports.placing import Trees
from paperwork.reports.reading import open_reading
from paperwork.reports.report import Period, Report
from paperwork.reports.rules import ReportRules
from paperwork.reports.sources import Asked, Sources
from paperwork.rules import Rules
from records.database import open_database
from records.paper_tables import answers, past_rows
from routing.plan import Plan
from tests.paperwork.reports.small_trees import SmallTrees

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


@cache
def plan() -> Plan:
    """The shipped one."""
    return read_config(HOUSE / "config").plan


class Papers:
    """Writes rows as the other rooms leave them, and asks for reports."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.trees: Trees = SmallTrees()
        self._numbers = count(1)

    async def write(self, table: Any, *rows: dict[str, Any]) -> None:
        engine = open_database(self.url)
        async with engine.begin() as connection:
            await connection.execute(insert(table), list(rows))
        await engine.dispose()

    async def past(self, *rows: tuple[datetime, Kind, str | None, str | None, str | None, int]) -> None:
        """Imported: instant, kind, tree, path, place, count."""
        names = ("at", "kind", "tree", "path", "place", "count")
        written = [{"import": "i-1", "row": next(self._numbers), **dict(zip(names, row, strict=True))} for row in rows]
        await self.write(past_rows, *written)

    async def answer(self, at: datetime, **known: Any) -> str:
        """One answer record, filled with a consultation unless told otherwise; its call."""
        number = next(self._numbers)
        row: dict[str, Any] = {
            "call": f"a-{number}", "number": f"2026-{number:06d}", "seq": 1, "state": "filled", "at": at,
            "line": "immunization", "agent": "ann", "kind": "consult", "category": "Z02", "place": "和平区",
            "content": "问接种时间", "settled": "on_the_spot", "filled": at, "test": False, **known,
        }  # fmt: skip
        await self.write(answers, {column.name: row.get(column.name) for column in answers.columns})
        return f"a-{number}"

    async def report(
        self, name: str, since: date, until: date, rules: ReportRules | None = None, **asked: Any
    ) -> Report:
        async with self.sources(rules) as sources:
            return await BOOK[name].make(sources, Asked(Period(since, until), **asked))

    async def behind(
        self,
        period: Period,
        drill: Mapping[str, str],
        rules: ReportRules | None = None,
        *,
        limit: int = 50,
        after: str | None = None,
        **asked: Any,
    ) -> Behind:
        async with self.sources(rules) as sources:
            return await behind(sources, Asked(period, **asked), drill, limit=limit, after=after)

    @asynccontextmanager
    async def sources(self, rules: ReportRules | None = None) -> AsyncIterator[Sources]:
        async with open_reading(self.url) as reading:
            yield Sources(reading, self.trees, Rules(reports=rules or ReportRules()), plan(), NOW)


@pytest.fixture
def papers(url: str) -> Papers:
    return Papers(url)
