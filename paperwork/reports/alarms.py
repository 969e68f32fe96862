"""Files a radar alarm when a category rises beyond its usual range, once for each day and grade.

An alarm is a paper, `radar:DAY-MARK`: screens list it, webhooks tell it. What it is made of is in the report of the
radar; a clerk that was away looks at yesterday too.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from datetime import date, datetime, timedelta
from hashlib import sha256
from typing import Final

import structlog
from sqlalchemy import select

from ivr.journal import Entry
from paperwork.filing import Changed, Filing, file
from paperwork.reports.looking import look_for_ever
from paperwork.reports.radar import found_in, sensitivity_of, series_of
from paperwork.reports.report import Period
from paperwork.reports.rise import Grade, Rise
from paperwork.reports.sources import Sources
from records.paper_tables import filings
from records.store import Store
from routing.calendar import SHANGHAI

log = structlog.get_logger(__name__)

SERIES: Final = "radar"
RAISED: Final = "raised"
BACK: Final = timedelta(days=1)


class RadarWatch:
    """A clerk of the office. Give it what reports are made from, opened in any event loop."""

    def __init__(
        self,
        store: Store,
        sources: Callable[[], AbstractAsyncContextManager[Sources]],
        now: Callable[[], datetime],
        who: str,
    ) -> None:
        self._store, self._sources, self._now, self._who = store, sources, now, who
        self.rising: Counter[Grade] = Counter()
        """Topics that rise today, by how far; at the last look."""

    def hear(self, entry: Entry) -> None:
        """Nothing of a single fact."""

    async def run(self) -> None:
        """Look every quarter of an hour, until cancelled."""
        await look_for_ever(self.look, "the radar")

    async def look(self) -> int:
        """File what rose today and yesterday and was not filed yet; how much that was."""
        today = self._now().astimezone(SHANGHAI).date()
        period = Period(today - BACK, today + timedelta(days=1))
        # two months of rows are a second's work: a thread with a loop of its own, so that no call waits for it
        tree, found = await asyncio.to_thread(lambda: asyncio.run(self._found(period)))
        self.rising = Counter(rise.grade for _, rise in found if rise.day == today)
        return sum([await self._file(path, rise, tree) for path, rise in found])

    async def _found(self, period: Period) -> tuple[str, list[tuple[str, Rise]]]:
        """The tree of the categories, and what rose in it."""
        async with self._sources() as sources:
            sense = sensitivity_of(sources)
            tree = sources.rules.reports.tree
            back = Period(period.since - timedelta(days=sense.history), period.until)
            series = await series_of(sources, back, tree, None)
            return tree, found_in(series, period, sources, sense)

    async def _file(self, path: str, rise: Rise, tree: str) -> bool:
        """Whether it was filed: not when this day was told with this grade, or as a surge, before."""
        paper = paper_of(rise.day, tree, path)
        try:
            async with self._store.writing() as connection:
                query = select(filings.c.data).where(filings.c.paper == paper).order_by(filings.c.seq)
                told = [data["grade"] for data in (await connection.execute(query)).scalars()]
                if str(rise.grade) in told or str(Grade.STRONG) in told:
                    return False
                data = {
                    "path": path,
                    "tree": tree,
                    "day": rise.day.isoformat(),
                    "grade": str(rise.grade),
                    "count": rise.count,
                    "usual": round(rise.usual, 1),
                    "limit": round(rise.limit, 1),
                }
                await file(connection, Filing(paper, len(told) + 1, self._now(), self._who, RAISED, data))
        except Changed:
            return False  # another engine was faster
        log.warning("a topic rises beyond its usual range", path=path, day=data["day"], count=rise.count)
        return True


def paper_of(day: date, tree: str, path: str) -> str:
    """The name of an alarm: the same for the same category on the same day."""
    return f"{SERIES}:{day.isoformat()}-{sha256(f'{tree}/{path}'.encode()).hexdigest()[:12]}"
