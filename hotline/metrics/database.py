"""The database as the engine meets it: asked for nothing much a few times a minute, and timed."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from typing import Final

from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from hotline.metrics import families as f
from records.database import open_database

ASKED_EVERY: Final = 15.0
PATIENCE: Final = 5.0
"""Seconds without an answer after which it is as good as down."""


class DatabaseGauges(Collector):
    """Whether the database at `url` answers, and how fast. `run()` for ever."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._took: float | None = None
        """Seconds; None while it does not answer."""
        self._asked = False

    async def run(self) -> None:
        """Ask every quarter of a minute."""
        while True:
            await self.look()
            await asyncio.sleep(ASKED_EVERY)

    async def look(self) -> None:
        """Ask once, over a connection of its own as a newcomer would."""
        began, self._took = time.perf_counter(), None
        try:
            async with asyncio.timeout(PATIENCE):
                engine = open_database(self._url, read_only=True)
                try:
                    async with engine.connect() as connection:
                        await connection.execute(text("SELECT 1"))
                finally:
                    await engine.dispose()
        except (DBAPIError, OSError, TimeoutError):
            pass  # told by the gauge; why, by the journal's alarm
        else:
            self._took = time.perf_counter() - began
        self._asked = True

    def collect(self) -> Iterator[Metric]:
        """The families, for a `CollectorRegistry` to which this was registered."""
        yield f.DATABASE_UP.measured(self._took is not None) if self._asked else f.DATABASE_UP.measured()
        took = self._took
        yield f.DATABASE_SECONDS.measured() if took is None else f.DATABASE_SECONDS.measured(took)
