"""Work orders as Prometheus sees them: how many stand where, and how many are late. Tests never count."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from paperwork.orders.state import State
from paperwork.orders.tally import Tally
from paperwork.orders.words import Clock


class OrderGauges(Collector):
    """The open orders at the clerk's last look, at most a quarter of a minute ago."""

    def __init__(self, tally: Callable[[], Tally]) -> None:
        self._tally = tally

    def collect(self) -> Iterator[Metric]:
        """The families, for a `CollectorRegistry` to which this was registered."""
        tally = self._tally()
        standing = GaugeMetricFamily("hotline_orders_open", "Work orders that are not closed.", labels=["state"])
        for state in State:
            if state.open:
                standing.add_metric([str(state)], tally.states.get(state, 0))
        yield standing
        late = GaugeMetricFamily("hotline_orders_overdue", "Those whose clock has run out.", labels=["clock"])
        for clock in Clock:
            late.add_metric([str(clock)], tally.overdue.get(clock, 0))
        yield late
