"""Reports that were due and that nobody signed: counted by a clerk, so that no day passes unseen."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from datetime import timedelta
from typing import Final

import structlog
from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError

from ivr.events import Entry
from paperwork.reports.due import Reported, reported
from paperwork.reports.report import Period
from paperwork.reports.sources import Asked, Sources
from records.store import NoDatabase
from records.tables import cdr
from routing.calendar import SHANGHAI

log = structlog.get_logger(__name__)

LOOK_EVERY: Final = 900.0
"""Seconds."""
BACK: Final = timedelta(days=366)


async def late(sources: Sources) -> list[Reported]:
    """Those of the last year whose day is over and that nobody signed; none of days before the hotline's first call."""
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
        while True:
            try:
                await self.look()
            except (DBAPIError, NoDatabase, OSError) as error:
                log.warning("due reports wait for the database", error=type(error).__name__)
            except Exception:  # an office that ends by it would meet it again at once
                log.exception("the clerk of due reports met a bug")
            await asyncio.sleep(LOOK_EVERY)

    async def look(self) -> None:
        """Count them."""
        # a thread with a loop of its own, as the radar has: no call waits for it
        self.late = await asyncio.to_thread(lambda: asyncio.run(self._count()))

    async def _count(self) -> Counter[str]:
        async with self._sources() as sources:
            return Counter(one.due.report for one in await late(sources))
