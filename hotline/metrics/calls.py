"""Calls, counted from the facts as they are noted. Our own test calls count as such and nowhere else.

What a call adds carries the call's id as an exemplar, for those who ask in OpenMetrics: from a spike to its call.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from prometheus_client import CollectorRegistry

from hotline.metrics import families as f
from hotline.metrics.family import OTHER
from ivr.callbacks.events import CallPlaced
from ivr.events import (
    CallAdopted,
    CallArrived,
    CallEnded,
    MessageLeft,
    OfferEnded,
    StatusAsked,
    TalkBegan,
    TalkEnded,
    WaitBegan,
    WaitEnded,
)
from ivr.journal import Entry
from ivr.outcomes import WaitEnd


@dataclass(slots=True)
class _Call:
    line: str = OTHER
    waits_since: datetime | None = None
    talks: dict[int, tuple[str, datetime]] = field(default_factory=dict)
    """Offer → the line, and since when."""
    test: bool = False


class CallMetrics:
    """Counters and histograms of calls. Subscribe `hear` to the journal."""

    def __init__(self, registry: CollectorRegistry, lines: Iterable[str], *, version: str) -> None:
        self._living: dict[str, _Call] = {}
        self._calls, self._tests = f.CALLS.counter(registry), f.TEST_CALLS.counter(registry)
        self._offers, self._messages = f.OFFERS.counter(registry), f.MESSAGES.counter(registry)
        self._status = f.STATUS_ASKED.counter(registry)
        self._line_calls, self._in_time = f.LINE_CALLS.counter(registry), f.ANSWERED_IN_TIME.counter(registry)
        self._waits, self._talks = f.WAIT_SECONDS.histogram(registry), f.TALK_SECONDS.histogram(registry)
        f.CALLS_IN_PROGRESS.gauge(registry).set_function(lambda: sum(not call.test for call in self._living.values()))
        f.BUILD_INFO.gauge(registry).labels(version).set(1)
        self._lines: frozenset[str] = frozenset()
        self.know(lines)

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
                case CallArrived(test=test):
                    call.test, self._living[entry.call] = test, call
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
            case CallArrived(test=test):
                call.test, self._living[entry.call] = test, call
            case CallAdopted() | CallPlaced():
                self._living[entry.call] = call
            case CallEnded(outcome=outcome, reason=reason):
                self._living.pop(entry.call, None)
                counter = self._tests.labels(outcome) if call.test else self._calls.labels(outcome, reason)
                counter.inc(exemplar=_exemplar(entry))
            case _ if not call.test:
                self._count(call, entry)
            case _:
                pass

    def _count(self, call: _Call, entry: Entry) -> None:
        match entry.event:
            case WaitBegan(line=line):
                call.line, call.waits_since = self._label(line), entry.at
                self._line_calls.labels(call.line).inc()
            case WaitEnded(end=end):
                self._wait_ended(call, end, entry)
            case OfferEnded(result=result):
                self._offers.labels(result).inc(exemplar=_exemplar(entry))
            case TalkBegan(offer=offer, line=line):
                call.talks[offer] = (self._label(line), entry.at)
            case TalkEnded(offer=offer):
                self._talk_ended(call, offer, entry)
            case MessageLeft():
                self._messages.inc(exemplar=_exemplar(entry))
            case StatusAsked(result=came):
                self._status.labels(came).inc()
            case _:
                pass

    def _label(self, line: str) -> str:
        return line if line in self._lines else OTHER

    def _wait_ended(self, call: _Call, end: WaitEnd, entry: Entry) -> None:
        if call.waits_since is None:
            return
        seconds = max(0.0, (entry.at - call.waits_since).total_seconds())
        call.waits_since = None
        self._waits.labels(call.line).observe(seconds, exemplar=_exemplar(entry))
        if end is WaitEnd.CONNECTED and seconds <= f.WITHIN:
            self._in_time.labels(call.line).inc()

    def _talk_ended(self, call: _Call, offer: int, entry: Entry) -> None:
        if offer in call.talks:
            line, since = call.talks.pop(offer)
            seconds = max(0.0, (entry.at - since).total_seconds())
            self._talks.labels(line).observe(seconds, exemplar=_exemplar(entry))


def _exemplar(entry: Entry) -> dict[str, str]:
    return {"call": entry.call}
