"""Unit on a real database: a topic that rises is filed once for each day and grade, and told by webhook."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date, datetime, timedelta

from sqlalchemy import select

from paperwork.kind import Kind
from paperwork.reports.alarms import RadarWatch
from paperwork.reports.reading import open_reading
from paperwork.reports.sources import Sources
from paperwork.rules import Rules
from paperwork.webhooks.events import Event, since, told
from records.paper_tables import filings, past_rows
from records.store import Store
from routing.calendar import SHANGHAI
from tests.paperwork.reports.conftest import NOW, Papers, plan

PATH = "咨询/寻医问药/就医引导"


async def test_what_rises_is_filed_once_a_day_and_again_as_a_surge_and_others_are_told(papers: Papers) -> None:
    days = [NOW - timedelta(days=ahead) for ahead in range(1, 60)]
    await papers.past(*((at, Kind.CONSULT, "national", PATH, None, 10 + at.day % 3) for at in days))
    store = Store(papers.url)

    @asynccontextmanager
    async def sources() -> AsyncIterator[Sources]:
        async with open_reading(papers.url) as reading:
            yield Sources(reading, papers.trees, Rules(), plan(), now())

    later = [timedelta(0)]

    def now() -> datetime:
        return NOW + later[0]

    watch = RadarWatch(store, sources, now, "engine:a")
    assert await watch.look() == 0
    await papers.past((NOW, Kind.CONSULT, "national", PATH, None, 200))
    assert await watch.look() > 0
    filed = await store.rows(select(filings).order_by(filings.c.paper))
    assert all(row["paper"].startswith("radar:2026-11-22-") for row in filed)
    assert all((row["kind"], row["data"]["count"], row["data"]["grade"]) == ("raised", 200, "strong") for row in filed)
    assert PATH in {row["data"]["path"] for row in filed}
    assert await watch.look() == 0
    later[0] = timedelta(hours=20)
    assert await watch.look() == 0
    events = [told(Event.RADAR_ALARM, row) for row in await store.rows(since(Event.RADAR_ALARM, NOW))]
    assert {event.data["path"] for event in events} == {row["data"]["path"] for row in filed}
    assert all(event.id.isascii() for event in events)
    await store.close()


async def test_an_imported_month_is_compared_with_months_and_is_no_days_surge(papers: Papers) -> None:
    first = datetime(2026, 11, 1, tzinfo=SHANGHAI)
    days = [first - timedelta(days=ahead) for ahead in range(1, 57)]
    await papers.past(*((at, Kind.CONSULT, "national", PATH, None, 10 + at.day % 3) for at in days))
    month = {"import": "i-2", "row": 1, "at": first, "kind": "consult", "tree": "national", "path": PATH}
    await papers.write(past_rows, {**month, "count": 9000, "span": "month"})
    report = await papers.report("radar", date(2026, 11, 1), date(2026, 12, 1))
    found = {table.id: table.rows for table in report.tables}
    assert found["days"] == ()
    assert (PATH, 9000) in {row.values[:2] for row in found["periods"]}
