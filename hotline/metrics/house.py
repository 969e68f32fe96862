"""The house: alarms, the live plan, the journal, the disk, the engine's loop, and the terms that run out."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Protocol

from prometheus_client import ProcessCollector
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from hotline.alarms import AlarmKind, Alarms
from hotline.backup.last import recall
from hotline.disk import free_in
from hotline.live import Result
from hotline.metrics import families as f
from routing.calendar import SHANGHAI


class JournalView(Protocol):
    """The journal's health."""

    @property
    def spilled(self) -> int: ...

    @property
    def refused(self) -> int: ...

    @property
    def lost(self) -> int: ...

    def lag(self) -> int: ...


class PlanView(Protocol):
    """The live plan, and what came of the wishes to change it."""

    @property
    def number(self) -> int: ...

    @property
    def mark(self) -> str:
        """The version that calls note."""
        ...

    @property
    def loaded(self) -> datetime: ...

    @property
    def refused(self) -> Sequence[str]:
        """The problems of the files that lie in the config folder, while they are refused."""
        ...

    @property
    def results(self) -> Mapping[Result, int]:
        """How many wishes ended how."""
        ...


class AlarmGauges(Collector):
    """The alarms at the moment of the scrape."""

    def __init__(self, alarms: Alarms) -> None:
        self._alarms = alarms

    def collect(self) -> Iterator[Metric]:
        """The families, for a `CollectorRegistry` to which this was registered."""
        stands, raised = f.ALARM.measured(), f.ALARMS_RAISED.measured()
        for kind in AlarmKind:
            stands.add_metric([kind], float(self._alarms.stands(kind)))
            raised.add_metric([kind], float(self._alarms.raised[kind]))
        yield from (stands, raised)


class PlanGauges(Collector):
    """The live plan at the moment of the scrape."""

    def __init__(self, plan: PlanView, front: Callable[[], object] = lambda: None) -> None:
        """`front` gives the message that is in front of everything, if any."""
        self._plan, self._front = plan, front

    def collect(self) -> Iterator[Metric]:
        """The families, for a `CollectorRegistry` to which this was registered."""
        plan, reloads, info = self._plan, f.PLAN_RELOADS.measured(), f.PLAN_VERSION.measured()
        for result in Result:
            reloads.add_metric([result], float(plan.results.get(result, 0)))
        info.add_metric([str(plan.number), plan.mark], 1.0)
        yield from (reloads, info)
        yield f.PLAN_REFUSED.measured(bool(plan.refused))
        yield f.FRONT_MESSAGE.measured(self._front() is not None)
        yield f.PLAN_LOADED.measured(plan.loaded.timestamp())


class JournalGauges(Collector):
    """How the writing of facts goes."""

    def __init__(self, journal: JournalView) -> None:
        self._journal = journal

    def collect(self) -> Iterator[Metric]:
        """The families, for a `CollectorRegistry` to which this was registered."""
        journal = self._journal
        yield f.JOURNAL_LAG.measured(journal.lag())
        yield f.JOURNAL_SPILLED.measured(journal.spilled)
        yield f.JOURNAL_REFUSED.measured(journal.refused)
        yield f.JOURNAL_LOST.measured(journal.lost)


class DiskGauges(Collector):
    """What may still be written in our folders; `folders` by the name that the label has."""

    def __init__(self, folders: Mapping[str, Path], reserve: int) -> None:
        self._folders, self._reserve = folders, reserve

    def collect(self) -> Iterator[Metric]:
        """The families, for a `CollectorRegistry` to which this was registered. A disk that fails has no sample."""
        free = f.DISK_FREE.measured()
        for name, folder in self._folders.items():
            try:
                free.add_metric([name], free_in(folder))
            except OSError:
                continue  # `hotline_alarm` tells of it
        yield free
        yield f.DISK_RESERVE.measured(self._reserve)


class TermGauges(Collector):
    """What runs out one day: the calendar of the state's holidays, and certificates."""

    def __init__(
        self, now: Callable[[], datetime], calendar: Callable[[], date], certificates: Mapping[str, datetime]
    ) -> None:
        """`calendar` tells the last day that it knows, `certificates` by their use until when each is good."""
        self._now, self._calendar, self._certificates = now, calendar, certificates

    def collect(self) -> Iterator[Metric]:
        """The families, for a `CollectorRegistry` to which this was registered."""
        now, certificates = self._now(), f.CERTIFICATE_SECONDS.measured()
        end = datetime.combine(self._calendar() + timedelta(days=1), time.min, SHANGHAI)
        yield f.CALENDAR_SECONDS.measured((end - now).total_seconds())
        for use, until in self._certificates.items():
            certificates.add_metric([use], (until - now).total_seconds())
        yield certificates


class BackupGauge(Collector):
    """When the last backup was made, as `var` tells at the moment of the scrape."""

    def __init__(self, var: Path) -> None:
        self._var = var

    def collect(self) -> Iterator[Metric]:
        """The family, for a `CollectorRegistry` to which this was registered."""
        made, last = f.BACKUP_MADE.measured(), recall(self._var)
        if last is not None:
            made.add_metric([], last.made.timestamp())
        yield made


class EngineGauges(Collector):
    """The engine's own loop, and who listens to it."""

    def __init__(self, late: Callable[[], float], desks: Callable[[], int]) -> None:
        """`late` is how many seconds the loop was late at worst just now, `desks` how many pages hear of the floor."""
        self._late, self._desks = late, desks

    def collect(self) -> Iterator[Metric]:
        """The families, for a `CollectorRegistry` to which this was registered; within the event loop."""
        yield f.LOOP_LATE.measured(self._late())
        yield f.TASKS.measured(len(asyncio.all_tasks()))
        yield f.DESKS.measured(self._desks())


def processes(office: Callable[[], int | None]) -> Iterator[Collector]:
    """What the engine's process uses, under Prometheus's own names; and the back office's, while it has one."""
    yield ProcessCollector(registry=None)
    yield ProcessCollector(namespace="hotline_office", pid=lambda: office() or -1, registry=None)
