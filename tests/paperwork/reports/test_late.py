"""Unit on a real database: a report is late when its day is over and nobody signed it, since the first call."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import date, datetime

from paperwork.reports.frozen import frozen
from paperwork.reports.late import LateReports
from paperwork.reports.report import Period
from paperwork.reports.rules import ReportRules
from paperwork.reports.signed import SignedReports
from paperwork.reports.sources import Asked, Sources
from records.store import Store
from records.tables import cdr
from routing.calendar import SHANGHAI
from tests.paperwork.quality.house import call_row
from tests.paperwork.reports.conftest import Papers

OCTOBER = Period(date(2026, 10, 1), date(2026, 11, 1))


async def test_a_report_is_late_from_the_day_after_until_it_is_signed(papers: Papers) -> None:
    rules = ReportRules()
    at = datetime(2026, 11, 7, 23, 59, tzinfo=SHANGHAI)

    @asynccontextmanager
    async def sources() -> AsyncIterator[Sources]:
        async with papers.sources(rules) as found:
            yield replace(found, now=at)

    clerk = LateReports(sources)
    await clerk.look()
    assert clerk.late == Counter()  # nobody ever called
    await papers.write(cdr, call_row("a-1", datetime(2026, 10, 20, 9, tzinfo=SHANGHAI)))
    await clerk.look()
    async with sources() as found:
        lines = len(found.plan.lines)
    assert clerk.late == Counter(line=lines)  # 附件7 of the second half; that of the first was before any call
    at = datetime(2026, 11, 8, 0, 0, tzinfo=SHANGHAI)
    await clerk.look()
    assert clerk.late == Counter(line=lines, monthly=1)
    store, asked = Store(papers.url), Asked(OCTOBER)
    text = frozen(await papers.report("monthly", OCTOBER.since, OCTOBER.until))
    await SignedReports(store).sign("monthly", asked, text, who="desk:chief", by="班长甲", at=at)
    await store.close()
    await clerk.look()
    assert clerk.late == Counter(line=lines)
    rules = ReportRules(signed="on paper")
    await clerk.look()
    assert clerk.late == Counter()
