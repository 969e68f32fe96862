"""The connect rate as counters: each caller who asked for a line is counted when it is certain how it turned out.

The same rules and the same formula as the reports (`records.today`), so that a rate computed of these counters is the
rate on paper; that of the last 24 hours is told as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from prometheus_client import CollectorRegistry
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from hotline.metrics import families as f
from hotline.metrics.family import OTHER
from records.connect import Formula
from records.legs import Request, Turn


class RequestMetrics:
    """Give `count` to `records.today.Today` as what it tells."""

    def __init__(self, registry: CollectorRegistry, lines: Iterable[str]) -> None:
        self._of_lines, self._in_all = f.REQUESTS_OF_LINE.counter(registry), f.REQUESTS_IN_ALL.counter(registry)
        self._lines: frozenset[str] = frozenset()
        self.know(lines)

    def know(self, lines: Iterable[str]) -> None:
        """The lines of the plan that is live from now on."""
        self._lines = frozenset(lines)
        for line in self._lines:
            for turn in f.REQUESTS:
                self._of_lines.labels(line, turn)

    def count(self, request: Request, formula: Formula, *, whole: bool) -> None:
        """One request: of the call as a `whole`, or of one line that it asked for."""
        turn = turn_of(request, formula)
        if whole:
            self._in_all.labels(turn).inc()
        else:
            self._of_lines.labels(request.line if request.line in self._lines else OTHER, turn).inc()


def turn_of(request: Request, formula: Formula) -> str:
    """One of `families.REQUESTS`."""
    if request.turn is Turn.ANSWERED:
        return "answered_in_time" if request.seconds <= formula.within else "answered_late"
    if request.turn is Turn.ABANDONED:
        return "abandoned_soon" if request.seconds < formula.short else "abandoned"
    return str(request.turn)


class RateGauge(Collector):
    """The connect rate of the last 24 hours, and of how many; `rate` gives offered and answered."""

    def __init__(self, rate: Callable[[], tuple[int, int]]) -> None:
        self._rate = rate

    def collect(self) -> Iterator[Metric]:
        """The family, for a `CollectorRegistry` to which this was registered."""
        offered, answered = self._rate()
        yield f.CONNECT_RATE.measured(answered / offered) if offered else f.CONNECT_RATE.measured()
        yield f.REQUESTS_OF_RATE.measured(offered)
