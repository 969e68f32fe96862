"""What Prometheus sees of the hotline: counted from the facts as they are noted, measured on the floor when asked.

Every label comes from a closed list: the outcomes, the presences, the lines of the plan.
"""

from __future__ import annotations

import asyncio
import os
import resource
from collections import Counter as Tally
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Protocol

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, disable_created_metrics
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from acd.agent import Presence
from hotline.alarms import AlarmKind, Alarms
from hotline.live import Result
from ivr.events import (
    CallAdopted,
    CallArrived,
    CallEnded,
    Entry,
    MessageLeft,
    OfferEnded,
    OfferResult,
    Outcome,
    Reason,
    StatusAsked,
    StatusResult,
    TalkBegan,
    TalkEnded,
    WaitBegan,
    WaitEnd,
    WaitEnded,
)

WITHIN = 15.0
"""Seconds in which a caller should have an answer; also an edge of the wait histogram."""

WAITS = (5.0, 10.0, WITHIN, 20.0, 30.0, 45.0, 60.0, 90.0, 120.0, 180.0, 300.0, 600.0)
TALKS = (15.0, 30.0, 60.0, 120.0, 180.0, 300.0, 600.0, 900.0, 1800.0, 3600.0)

OTHER_LINE = "other"
"""The label of a line that the plan no longer has."""

disable_created_metrics()  # type: ignore[no-untyped-call]  # they double the series and say nothing


class FloorView(Protocol):
    """The floor, as far as it is measured."""

    def waits(self, line: str) -> Sequence[float]:
        """How many seconds each caller who waits on the line has waited; empty for a line it does not have."""
        ...

    def presences(self) -> Mapping[Presence, int]:
        """How many agents are in each presence."""
        ...


class LinkView(Protocol):
    """The link to the switch: whether it is up, and how many of its events wait to be handled."""

    @property
    def up(self) -> bool: ...

    @property
    def depth(self) -> int: ...


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


@dataclass(slots=True)
class _Call:
    line: str = OTHER_LINE
    waits_since: datetime | None = None
    talks: dict[int, tuple[str, datetime]] = field(default_factory=dict)
    """Offer → the line, and since when."""


class CallMetrics:
    """Counters and histograms of calls. Subscribe `hear` to the journal."""

    def __init__(self, registry: CollectorRegistry, lines: Iterable[str], *, version: str) -> None:
        self._lines = frozenset(lines)
        self._living: dict[str, _Call] = {}
        line = ("line",)
        self._calls = Counter(
            "hotline_calls", "Calls that ended, by outcome and reason.", ("outcome", "reason"), registry=registry
        )
        self._offers = Counter(
            "hotline_offers", "Phones rung for callers, by what became of it.", ("result",), registry=registry
        )
        self._messages = Counter("hotline_messages", "Messages that callers left.", registry=registry)
        self._status = Counter(
            "hotline_status_asked", "Orders that callers asked for, by what came of it.", ("result",), registry=registry
        )
        self._line_calls = Counter("hotline_line_calls", "Calls that joined a line.", line, registry=registry)
        self._in_time = Counter(
            "hotline_answered_within_15_seconds", "Calls of a line answered within 15 seconds.", line, registry=registry
        )
        self._waits = Histogram(
            "hotline_wait_seconds", "Seconds from joining a line to leaving it.", line, registry=registry, buckets=WAITS
        )
        self._talks = Histogram("hotline_talk_seconds", "Seconds of talk.", line, registry=registry, buckets=TALKS)
        in_progress = Gauge("hotline_calls_in_progress", "Calls that live.", registry=registry)
        in_progress.set_function(lambda: len(self._living))
        build = Gauge("hotline_build_info", "1, labelled with the version.", ("version",), registry=registry)
        build.labels(version).set(1)
        for outcome in Outcome:
            for reason in Reason:
                self._calls.labels(outcome, reason)
        for result in OfferResult:
            self._offers.labels(result)
        for came in StatusResult:
            self._status.labels(came)
        self.know(self._lines)

    def know(self, lines: Iterable[str]) -> None:
        """The lines of the plan that is live from now on."""
        self._lines = frozenset(lines)
        for line in self._lines:
            for metric in (self._line_calls, self._in_time, self._waits, self._talks):
                metric.labels(line)

    def remember(self, entries: Iterable[Entry]) -> None:
        """Facts of before this process, of a call that may go on in it: known from then on, and not counted again."""
        for entry in entries:
            call = self._living.get(entry.call) or _Call()
            match entry.event:
                case CallArrived():
                    self._living[entry.call] = call
                case WaitBegan(line=line):
                    call.line, call.waits_since = self._label(line), entry.at
                case WaitEnded():
                    call.waits_since = None
                case TalkBegan(offer=offer, line=line):
                    call.talks[offer] = (self._label(line), entry.at)
                case TalkEnded(offer=offer):
                    call.talks.pop(offer, None)
                case _:
                    pass

    def hear(self, entry: Entry) -> None:
        """Count one fact."""
        call = self._living.get(entry.call) or _Call()
        match entry.event:
            case CallArrived() | CallAdopted():
                self._living[entry.call] = call
            case WaitBegan(line=line):
                call.line, call.waits_since = self._label(line), entry.at
                self._line_calls.labels(call.line).inc()
            case WaitEnded(end=end):
                self._wait_ended(call, end, entry.at)
            case OfferEnded(result=result):
                self._offers.labels(result).inc()
            case TalkBegan(offer=offer, line=line):
                call.talks[offer] = (self._label(line), entry.at)
            case TalkEnded(offer=offer):
                self._talk_ended(call, offer, entry.at)
            case MessageLeft():
                self._messages.inc()
            case StatusAsked(result=came):
                self._status.labels(came).inc()
            case CallEnded(outcome=outcome, reason=reason):
                self._calls.labels(outcome, reason).inc()
                self._living.pop(entry.call, None)
            case _:
                pass

    def _label(self, line: str) -> str:
        return line if line in self._lines else OTHER_LINE

    def _wait_ended(self, call: _Call, end: WaitEnd, at: datetime) -> None:
        if call.waits_since is None:
            return
        seconds = max(0.0, (at - call.waits_since).total_seconds())
        call.waits_since = None
        self._waits.labels(call.line).observe(seconds)
        if end is WaitEnd.CONNECTED and seconds <= WITHIN:
            self._in_time.labels(call.line).inc()

    def _talk_ended(self, call: _Call, offer: int, at: datetime) -> None:
        if offer in call.talks:
            line, since = call.talks.pop(offer)
            self._talks.labels(line).observe(max(0.0, (at - since).total_seconds()))


class Gauges(Collector):
    """What is measured at the moment of the scrape: the floor, the link, the journal."""

    def __init__(self, lines: Iterable[str], floor: FloorView, link: LinkView, journal: JournalView) -> None:
        self._floor, self._link, self._journal = floor, link, journal
        self.lines = tuple(lines)
        """The lines of the plan that is live."""

    def collect(self) -> Iterator[Metric]:
        """The families, for a `CollectorRegistry` to which this was registered."""
        waiting = GaugeMetricFamily("hotline_waiting_calls", "Callers waiting on a line.", labels=["line"])
        longest = GaugeMetricFamily(
            "hotline_longest_wait_seconds", "Seconds that the longest waiting caller has waited.", labels=["line"]
        )
        for line in self.lines:
            waits = self._floor.waits(line)
            waiting.add_metric([line], len(waits))
            longest.add_metric([line], max(waits, default=0.0))
        agents = GaugeMetricFamily("hotline_agents", "Agents by presence.", labels=["presence"])
        presences = Tally(self._floor.presences())
        for presence in Presence:
            agents.add_metric([presence], presences[presence])
        yield from (waiting, longest, agents)
        link, journal = self._link, self._journal
        yield GaugeMetricFamily("hotline_ari_link_up", "1 while Asterisk's events arrive.", float(link.up))
        yield GaugeMetricFamily("hotline_ari_event_queue_depth", "Events not yet handled.", float(link.depth))
        yield GaugeMetricFamily("hotline_journal_lag_entries", "Facts not yet written.", float(journal.lag()))
        for name, help_text, value in (
            ("spilled", "Facts that waited in a file.", journal.spilled),
            ("refused", "Facts that the database would not take.", journal.refused),
            ("lost", "Facts that nothing would take.", journal.lost),
        ):
            yield CounterMetricFamily(f"hotline_journal_{name}", help_text, float(value))


class AlarmGauges(Collector):
    """The alarms at the moment of the scrape."""

    def __init__(self, alarms: Alarms) -> None:
        self._alarms = alarms

    def collect(self) -> Iterator[Metric]:
        """The families, for a `CollectorRegistry` to which this was registered."""
        stands = GaugeMetricFamily("hotline_alarm", "1 while the alarm stands, by kind.", labels=["kind"])
        raised = CounterMetricFamily("hotline_alarms_raised", "How often alarms were raised, by kind.", labels=["kind"])
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
        plan = self._plan
        reloads = CounterMetricFamily(
            "hotline_plan_reloads", "Wishes to change the plan, by what came of them.", labels=["result"]
        )
        for result in Result:
            reloads.add_metric([result], float(plan.results.get(result, 0)))
        info = GaugeMetricFamily(
            "hotline_plan_version_info", "1, labelled with the live version.", labels=["number", "version"]
        )
        info.add_metric([str(plan.number), plan.mark], 1.0)
        yield from (reloads, info)
        refused = "1 while the files in the config folder are refused and an older plan serves."
        yield GaugeMetricFamily("hotline_plan_refused", refused, float(bool(plan.refused)))
        front = "1 while every caller hears an emergency message first."
        yield GaugeMetricFamily("hotline_front_message_on", front, float(self._front() is not None))
        loaded = "When the live plan became so, in seconds since 1970."
        yield GaugeMetricFamily("hotline_plan_loaded_timestamp_seconds", loaded, plan.loaded.timestamp())


class ProcessGauges(Collector):
    """What the engine's own process uses at the moment of the scrape: what a leak would show in."""

    def collect(self) -> Iterator[Metric]:
        """The families, for a `CollectorRegistry` to which this was registered; within the event loop."""
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
        for name, help_text, value in (
            ("hotline_tasks", "Tasks of the event loop.", len(asyncio.all_tasks())),
            ("hotline_open_files", "Open file descriptors.", len(os.listdir("/proc/self/fd"))),  # noqa: PTH208
            ("hotline_resident_memory_bytes", "Memory of the process.", pages * resource.getpagesize()),
        ):
            yield GaugeMetricFamily(name, help_text, float(value))


class RepairGauges(Collector):
    """What was mended since the start, by kind."""

    def __init__(self, repairs: Mapping[str, int]) -> None:
        """`repairs` holds every kind."""
        self._repairs = repairs

    def collect(self) -> Iterator[Metric]:
        """The family, for a `CollectorRegistry` to which this was registered."""
        told = "States that could not be, mended by the reconciler, by what was done."
        family = CounterMetricFamily("hotline_repairs", told, labels=["what"])
        for what, count in self._repairs.items():
            family.add_metric([what], float(count))
        yield family
