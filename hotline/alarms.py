"""Alarms: what is wrong with the house itself, looked at every second, told everywhere as long as it lasts.

An alarm keeps nobody from being served; what does is an obstacle (`hotline.view`). It stands in `/readyz`,
on the status page, in the metrics, among the alerts of `hotline floor`, and in the log when it begins and ends.
"""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from collections.abc import Callable, Mapping
from datetime import datetime
from enum import StrEnum

import structlog

from hotline.floor_watch import KEPT_FOR, Alerted
from records.clock import wall_time

log = structlog.get_logger()

LOOKS_EVERY = 1.0
"""Seconds."""

MOST = 100
"""Alarms that are over and still told of."""


class AlarmKind(StrEnum):
    """What may be wrong."""

    JOURNAL = "journal_not_written"
    PRESENCES = "presences_not_written"
    SPOOL = "facts_not_spooled"
    SEALING = "recordings_not_sealed"
    OFFICE = "papers_not_filed"
    ANSWERS = "answers_not_opened"
    ORDERS = "orders_not_watched"
    TALKS = "talks_not_recorded"
    MESSAGES = "messages_not_taken"
    WEBHOOKS = "webhooks_not_taken"
    TERMS = "terms_not_kept"
    TEST_CALLS = "test_call_failed"


class Alarms:
    """`run()` for ever. A source says why its alarm stands, in words for an operator, or None."""

    def __init__(self, now: Callable[[], datetime], sources: Mapping[StrEnum, Callable[[], str | None]]) -> None:
        self._now, self._sources = now, sources
        self._standing: dict[StrEnum, Alerted] = {}
        self._over: deque[Alerted] = deque(maxlen=MOST)
        self.raised: Counter[StrEnum] = Counter()
        """How often each was raised since the start."""

    async def run(self) -> None:
        """Look at the sources every second."""
        while True:
            self.look()
            await asyncio.sleep(LOOKS_EVERY)

    def look(self) -> None:
        """Raise and end alarms as the sources say."""
        for kind, source in self._sources.items():
            why, stands = source(), self._standing.get(kind)
            if why is not None and stands is None:
                log.error("an alarm is raised", alarm=kind, why=why)
                self.raised[kind] += 1
                self._standing[kind] = Alerted(self._now(), kind, what=why, stands=True)
            elif why is not None and stands is not None:
                self._standing[kind] = Alerted(stands.at, kind, what=why, stands=True)
            elif stands is not None:
                log.info("an alarm is over", alarm=kind)
                del self._standing[kind]
                self._over.append(
                    Alerted(stands.at, kind, what=f"{stands.what} (over at {wall_time(self._now())[11:19]})")
                )

    def told(self) -> list[str]:
        """The alarms that stand, each in one line."""
        return [f"{alerted.kind}: {alerted.what}" for alerted in self._standing.values()]

    def stands(self, kind: AlarmKind) -> bool:
        return kind in self._standing

    def alerts(self) -> list[Alerted]:
        """Those that stand, and those of the last hour."""
        since = self._now() - KEPT_FOR
        return [*(alerted for alerted in self._over if alerted.at >= since), *self._standing.values()]
