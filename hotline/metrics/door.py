"""The doors: whom we sent away or put behind, how much is let in, what is dialled outside."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from prometheus_client import CollectorRegistry
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from hotline.metrics import families as f
from ivr.door.door import Door
from ivr.door.verdict import Lane
from ivr.events import CallArrived, CallEnded, CallScreened
from ivr.journal import Entry
from ivr.outbound import Capped, OutboundToday


class DoorMetrics:
    """Counts from the facts. Subscribe `hear` to the journal."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._rejected, self._slowed = f.CALLS_REJECTED.counter(registry), f.CALLS_SLOWED.counter(registry)
        self._tests: set[str] = set()
        """Test calls that live."""
        self._silent = f.CALLS_REJECTED_SILENTLY.counter(registry)

    def hear(self, entry: Entry) -> None:
        """Count one fact; those of our own test calls are left out."""
        match entry.event:
            case CallArrived(test=True):
                self._tests.add(entry.call)
            case CallEnded() if entry.call in self._tests:
                self._tests.discard(entry.call)
            case CallScreened() if entry.call in self._tests:
                return
            case CallScreened(lane=Lane.AWAY, why=why, told=told):
                self._rejected.labels(why).inc(exemplar={"call": entry.call})
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
        yield f.CALLS_ADMITTED.measured(door.inside)
        yield f.ADMISSION_PLACES.measured(capacity.calls)
        yield f.ADMISSION_PLACES_KEPT.measured(capacity.kept)
        yield f.ADMISSION_RATE.measured(door.throttle.rate)
        yield f.NUISANCE_LISTED.measured(self._listed())
        yield f.ATTACK_SWITCH.measured(self._attack())


class OutboundGauges(Collector):
    """What agents dialled outside today, at the moment of the scrape."""

    def __init__(self, today: OutboundToday) -> None:
        self._today = today

    def collect(self) -> Iterator[Metric]:
        """The families, for a `CollectorRegistry` to which this was registered."""
        today = self._today
        yield f.OUTBOUND_CALLS.measured(today.calls())
        yield f.OUTBOUND_SECONDS.measured(60 * today.minutes())
        refused = f.OUTBOUND_REFUSED.measured()
        for cap in Capped:
            refused.add_metric([cap], float(today.refused[cap]))
        yield refused
