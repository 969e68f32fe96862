"""The floor: who waits and who serves at the moment of a scrape, and what agents did with callers."""

from __future__ import annotations

from collections import Counter as Tally
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import Protocol

from prometheus_client import CollectorRegistry
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from acd.agent import BreakReason, Presence
from acd.floor import Floor
from acd.signals import AlertKind
from hotline.metrics import families as f
from hotline.metrics.family import OTHER, Family
from ivr.callbacks.events import CallbackClosed
from ivr.events import (
    AgentAway,
    AgentBack,
    CallerHeld,
    Flagged,
    HeldTooLong,
    LineGaveUp,
    PassedBack,
    PassedOn,
    RecordingPaused,
)
from ivr.journal import Entry


class FloorView(Protocol):
    """The floor, as far as its crowd is measured."""

    def waits(self, line: str) -> Sequence[float]:
        """How many seconds each caller who waits on the line has waited; empty for a line it does not have."""
        ...

    def presences(self) -> Mapping[Presence, int]:
        """How many agents are in each presence."""
        ...


class TalkMetrics:
    """Counts what was done with callers. Subscribe `hear` to the journal."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._holds, self._held_too_long = f.HOLDS.counter(registry), f.HOLDS_TOO_LONG.counter(registry)
        self._away, self._back = f.AGENTS_AWAY.counter(registry), f.AGENTS_BACK.counter(registry)
        self._pauses, self._flagged = f.RECORDING_PAUSES.counter(registry), f.FLAGGED_CALLS.counter(registry)
        self._transfers, self._passed_back = f.TRANSFERS.counter(registry), f.TRANSFERS_BACK.counter(registry)
        self._given_up, self._callbacks = f.GIVEN_UP.counter(registry), f.CALLBACKS_CLOSED.counter(registry)

    def hear(self, entry: Entry) -> None:
        """Count one fact."""
        match entry.event:
            case CallerHeld():
                self._holds.inc()
            case AgentAway():
                self._away.inc()
            case AgentBack(again=again):
                self._back.labels("yes" if again else "no").inc()
            case RecordingPaused():
                self._pauses.inc()
            case HeldTooLong():
                self._held_too_long.inc()
            case PassedOn(to=to, warm=warm):
                self._transfers.labels(to, "yes" if warm else "no").inc()
            case PassedBack(to=to):
                self._passed_back.labels(to).inc()
            case Flagged():
                self._flagged.inc(exemplar={"call": entry.call})
            case LineGaveUp(why=why):
                self._given_up.labels(why).inc(exemplar={"call": entry.call})
            case CallbackClosed(end=end):
                self._callbacks.labels(end).inc()


class CrowdGauges(Collector):
    """Who waits, and what the agents do."""

    def __init__(self, lines: Iterable[str], floor: FloorView) -> None:
        self._floor = floor
        self.lines = tuple(lines)
        """The lines of the plan that is live, and those before it on which somebody waits."""

    def collect(self) -> Iterator[Metric]:
        """The families, for a `CollectorRegistry` to which this was registered."""
        waiting, longest, agents = f.WAITING_CALLS.measured(), f.LONGEST_WAIT.measured(), f.AGENTS.measured()
        for line in self.lines:
            waits = self._floor.waits(line)
            waiting.add_metric([line], len(waits))
            longest.add_metric([line], max(waits, default=0.0))
        presences = Tally(self._floor.presences())
        for presence in Presence:
            agents.add_metric([presence], presences[presence])
        yield from (waiting, longest, agents)


class FloorGauges(Collector):
    """What else there is to see."""

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
        yield self._phones()
        yield self._alerted()
        yield f.IMPOSSIBLE_STATES.measured(self._alerts().get(AlertKind.MENDED, 0))
        yield f.OFFERS_RINGING.measured(len(self._floor.offers()))
        yield f.TALKS_NOW.measured(len(self._floor.talks()))
        yield f.CALLBACKS_BOOKED.measured(self._callbacks())
        yield self._of_lines(f.LINE_EMPTY, set(self._empty()))
        yield self._of_lines(f.LINE_SOON_EMPTY, set(self._soon_empty()))

    def _waits(self) -> Metric:
        """Only of lines of which it can be told."""
        family, now = f.EXPECTED_WAIT.measured(), self._monotonic()
        for line in self._lines():
            if (estimate := self._floor.expected_wait(line, now)) is not None:
                family.add_metric([line], estimate.seconds)
        return family

    def _on_break(self) -> Metric:
        family = f.AGENTS_ON_BREAK.measured()
        known = dict.fromkeys((*BreakReason, *self._breaks(), OTHER))
        seats = (seat for seat in self._floor.seats() if seat.presence is Presence.BREAK)
        tally = Tally(seat.reason if seat.reason in known else OTHER for seat in seats)
        for reason in known:
            family.add_metric([reason], tally[reason])
        return family

    def _phones(self) -> Metric:
        """An agent with two telephones can be rung when one of them can."""
        family, up = f.AGENT_PHONES.measured(), [bool(seat.phone_up) for seat in self._floor.seats()]
        family.add_metric(["yes"], sum(up))
        family.add_metric(["no"], len(up) - sum(up))
        return family

    def _alerted(self) -> Metric:
        family, counts = f.FLOOR_ALERTS.measured(), self._alerts()
        for kind in AlertKind:
            family.add_metric([kind], float(counts.get(kind, 0)))
        return family

    def _of_lines(self, what: Family, lines: set[str]) -> Metric:
        family = what.measured()
        for line in self._lines():
            family.add_metric([line], float(line in lines))
        return family
