"""What Prometheus sees of the floor: breaks, expected waits, callbacks, alerts, and what agents did with callers.

Labels come from closed lists: the plan's lines and reasons of breaks, and the engine's own kinds.
"""

from __future__ import annotations

from collections import Counter as Tally
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

from prometheus_client import CollectorRegistry, Counter
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from acd.agent import BreakReason, Presence
from acd.floor import Floor
from acd.signals import AlertKind
from ivr.events import (
    CallbackClosed,
    CallbackEnd,
    CallerHeld,
    Entry,
    Flagged,
    HeldTooLong,
    LineGaveUp,
    PassedBack,
    PassedOn,
    WaitEnd,
)

TARGETS = ("line", "agent", "number")
OTHER = "other"
"""The label of a reason that the plan no longer has."""


class TalkMetrics:
    """Counts what was done with callers. Subscribe `hear` to the journal."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._holds = Counter("hotline_holds", "Callers who were put on hold.", registry=registry)
        self._held_too_long = Counter(
            "hotline_holds_too_long", "Holds that reached the line's limit.", registry=registry
        )
        self._transfers = Counter(
            "hotline_transfers", "Callers passed on, by where to and how.", ("to", "warm"), registry=registry
        )
        self._passed_back = Counter(
            "hotline_transfers_back", "Callers whom nobody took there, by where they went.", ("to",), registry=registry
        )
        self._flagged = Counter("hotline_flagged_calls", "Calls marked as of high risk.", registry=registry)
        self._given_up = Counter(
            "hotline_given_up", "Waiting calls that a line gave up, by why.", ("why",), registry=registry
        )
        self._callbacks = Counter(
            "hotline_callbacks_closed", "Callbacks that are done with, by how.", ("end",), registry=registry
        )
        for to in TARGETS:
            self._passed_back.labels(to)
            for warm in ("yes", "no"):
                self._transfers.labels(to, warm)
        for why in WaitEnd:
            self._given_up.labels(why)
        for end in CallbackEnd:
            self._callbacks.labels(end)

    def hear(self, entry: Entry) -> None:
        """Count one fact."""
        match entry.event:
            case CallerHeld():
                self._holds.inc()
            case HeldTooLong():
                self._held_too_long.inc()
            case PassedOn(to=to, warm=warm):
                self._transfers.labels(to, "yes" if warm else "no").inc()
            case PassedBack(to=to):
                self._passed_back.labels(to).inc()
            case Flagged():
                self._flagged.inc()
            case LineGaveUp(why=why):
                self._given_up.labels(why).inc()
            case CallbackClosed(end=end):
                self._callbacks.labels(end).inc()


class FloorGauges(Collector):
    """The floor at the moment of the scrape."""

    def __init__(
        self,
        floor: Floor,
        monotonic: Callable[[], float],
        *,
        lines: Callable[[], Iterable[str]],
        breaks: Callable[[], Collection[str]],
        alerts: Callable[[], Mapping[AlertKind, int]],
        callbacks: Callable[[], int],
        empty: Callable[[], Collection[str]],
        soon_empty: Callable[[], Collection[str]],
    ) -> None:
        """`lines` and `breaks` are the live plan's, `empty` the open lines with nobody on shift, or soon."""
        self._floor, self._monotonic = floor, monotonic
        self._lines, self._breaks, self._alerts, self._callbacks = lines, breaks, alerts, callbacks
        self._empty, self._soon_empty = empty, soon_empty

    def collect(self) -> Iterator[Metric]:
        """The families, for a `CollectorRegistry` to which this was registered."""
        yield self._waits()
        yield self._on_break()
        yield self._alerted()
        impossible = self._alerts().get(AlertKind.MENDED, 0)
        yield CounterMetricFamily(
            "hotline_impossible_states", "States of the floor that cannot be, met and mended.", float(impossible)
        )
        yield GaugeMetricFamily("hotline_offers_ringing", "Offers that ring now.", float(len(self._floor.offers())))
        yield GaugeMetricFamily("hotline_talks", "Talks of the floor.", float(len(self._floor.talks())))
        yield GaugeMetricFamily("hotline_callbacks_booked", "Callbacks that live.", float(self._callbacks()))
        yield from self._emptiness()

    def _waits(self) -> Metric:
        """Only of lines of which it can be told."""
        family = GaugeMetricFamily(
            "hotline_expected_wait_seconds", "Seconds that a new caller of the line would wait.", labels=["line"]
        )
        now = self._monotonic()
        for line in self._lines():
            if (estimate := self._floor.expected_wait(line, now)) is not None:
                family.add_metric([line], estimate.seconds)
        return family

    def _on_break(self) -> Metric:
        family = GaugeMetricFamily("hotline_agents_on_break", "Agents on a break, by reason.", labels=["reason"])
        known = dict.fromkeys((*BreakReason, *self._breaks(), OTHER))
        seats = (seat for seat in self._floor.seats() if seat.presence is Presence.BREAK)
        tally = Tally(seat.reason if seat.reason in known else OTHER for seat in seats)
        for reason in known:
            family.add_metric([reason], tally[reason])
        return family

    def _alerted(self) -> Metric:
        family = CounterMetricFamily("hotline_floor_alerts", "What somebody should know of, by kind.", labels=["kind"])
        counts = self._alerts()
        for kind in AlertKind:
            family.add_metric([kind], float(counts.get(kind, 0)))
        return family

    def _emptiness(self) -> Iterator[Metric]:
        empty, soon = set(self._empty()), set(self._soon_empty())
        for name, text, lines in (
            ("hotline_line_empty", "1 while the line is open with nobody on shift.", empty),
            ("hotline_line_soon_empty", "1 while nobody will be on shift for the line within ten minutes.", soon),
        ):
            family = GaugeMetricFamily(name, text, labels=["line"])
            for line in self._lines():
                family.add_metric([line], float(line in lines))
            yield family
