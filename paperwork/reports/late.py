"""Reports that were due and that nobody signed: counted by a clerk, so that no day passes unseen."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from datetime import timedelta
from typing import Final

from sqlalchemy import func, select

from ivr.journal import Entry
from paperwork.reports.due import Reported, reported
from paperwork.reports.looking import look_for_ever
from paperwork.reports.report import Period
from paperwork.reports.sources import Asked, Sources
from records.tables import cdr
from routing.calendar import SHANGHAI

BACK: Final = timedelta(days=366)


async def late(sources: Sources) -> list[Reported]:
    """Those of the last year whose day is over and that nobody signed; none of days before the first call, and
    none of a hotline that signs on paper."""
    if sources.rules.reports.signed != "here":
        return []
    found = await sources.reading.row(select(func.min(cdr.c.started).label("first")))
    if found is None or found["first"] is None:
        return []
    first = found["first"].astimezone(SHANGHAI).date()
    today = sources.now.astimezone(SHANGHAI).date()
    due = await reported(sources, Asked(Period(max(first, today - BACK), today + timedelta(days=1))))
    return [one for one in due if one.signed is None and one.due.period.last >= first]


class LateReports:
    """A clerk of the office. Give it what reports are made from, opened in any event loop."""

    def __init__(self, sources: Callable[[], AbstractAsyncContextManager[Sources]]) -> None:
        self._sources = sources
        self.late: Counter[str] = Counter()
        """Report → how many of it were late at the last look."""

    def hear(self, entry: Entry) -> None:
        """Nothing of a single fact."""

    async def run(self) -> None:
        """Look every quarter of an hour, until cancelled."""
        await look_for_ever(self.look, "the clerk of due reports")

    async def look(self) -> None:
        """Count them."""
        # a thread with a loop of its own, as the radar has: no call waits for it
        self.late = await asyncio.to_thread(lambda: asyncio.run(self._count()))

    async def _count(self) -> Counter[str]:
        async with self._sources() as sources:
            return Counter(one.due.report for one in await late(sources))
