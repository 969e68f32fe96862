"""What Prometheus sees of the doors: whom we sent away or put behind, how much is let in, what is dialled outside."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from prometheus_client import CollectorRegistry, Counter
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from ivr.door.door import Door
from ivr.door.verdict import Lane, Why
from ivr.events import CallScreened, Entry
from ivr.outbound import Capped, OutboundToday


class DoorMetrics:
    """Counts from the facts. Subscribe `hear` to the journal."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._rejected = Counter(
            "hotline_calls_rejected", "Calls that were not let in, by why.", ("reason",), registry=registry
        )
        self._slowed = Counter(
            "hotline_calls_slowed", "Calls that went behind all others, by why.", ("reason",), registry=registry
        )
        self._silent = Counter(
            "hotline_calls_rejected_without_words",
            "Of those not let in, the ones who got the busy tone alone.",
            registry=registry,
        )
        for why in Why:
            self._rejected.labels(why)
            self._slowed.labels(why)

    def hear(self, entry: Entry) -> None:
        """Count one fact."""
        match entry.event:
            case CallScreened(lane=Lane.AWAY, why=why, told=told):
                self._rejected.labels(why).inc()
                if not told:
                    self._silent.inc()
            case CallScreened(lane=Lane.SLOW, why=why):
                self._slowed.labels(why).inc()
            case _:
                pass


class DoorGauges(Collector):
    """The door at the moment of the scrape."""

    def __init__(self, door: Door, *, listed: Callable[[], int], attack: Callable[[], bool]) -> None:
        """`listed` counts the nuisance list, `attack` tells whether the switch is on."""
        self._door, self._listed, self._attack = door, listed, attack

    def collect(self) -> Iterator[Metric]:
        """The families, for a `CollectorRegistry` to which this was registered."""
        door, capacity = self._door, self._door.capacity
        for name, told, value in (
            ("calls_admitted", "Callers who are inside.", door.inside),
            ("admission_places", "Callers who are let in at the same time.", capacity.calls),
            ("admission_places_kept", "Of those places, the ones for priority calls.", capacity.kept),
            ("admission_rate", "Arrivals a second that are let in; falls under load.", door.throttle.rate),
            ("nuisance_listed", "Numbers and beginnings of numbers on the nuisance list.", self._listed()),
            ("attack_switch_on", "1 while a shift leader has the attack switch on.", self._attack()),
        ):
            yield GaugeMetricFamily(f"hotline_{name}", told, float(value))


class OutboundGauges(Collector):
    """What agents dialled outside today, at the moment of the scrape."""

    def __init__(self, today: OutboundToday) -> None:
        self._today = today

    def collect(self) -> Iterator[Metric]:
        """The families, for a `CollectorRegistry` to which this was registered."""
        today = self._today
        yield GaugeMetricFamily("hotline_outbound_calls_today", "Outside numbers dialled today.", float(today.calls()))
        yield GaugeMetricFamily(
            "hotline_outbound_minutes_today", "Minutes with outside numbers today.", today.minutes()
        )
        told = "Outside numbers that were not dialled because a cap of the day was reached, by which."
        refused = CounterMetricFamily("hotline_outbound_refused", told, labels=["cap"])
        for cap in Capped:
            refused.add_metric([cap], float(today.refused[cap]))
        yield refused
