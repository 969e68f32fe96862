"""The paperwork: orders and answer records that somebody has to do something about."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from hotline.metrics import families as f
from hotline.metrics.family import OTHER
from paperwork.answers.hands import Shown
from paperwork.orders.state import State
from paperwork.orders.tally import Tally
from paperwork.orders.words import Clock
from paperwork.reports.due import NAMES
from paperwork.reports.rise import Grade


class OrderGauges(Collector):
    """The open orders at the clerk's last look, at most a quarter of a minute ago. Tests never count."""

    def __init__(self, tally: Callable[[], Tally]) -> None:
        self._tally = tally

    def collect(self) -> Iterator[Metric]:
        """The families, for a `CollectorRegistry` to which this was registered."""
        tally, standing, late = self._tally(), f.ORDERS_OPEN.measured(), f.ORDERS_OVERDUE.measured()
        for state in State:
            if state.open:
                standing.add_metric([str(state)], tally.states.get(state, 0))
        for clock in Clock:
            late.add_metric([str(clock)], tally.overdue.get(clock, 0))
        yield from (standing, late, f.MESSAGES_UNTOUCHED.measured(tally.messages))


class RadarGauges(Collector):
    """What callers suddenly ask about, at the radar's last look, at most a quarter of an hour ago."""

    def __init__(self, rising: Callable[[], Mapping[Grade, int]]) -> None:
        self._rising = rising

    def collect(self) -> Iterator[Metric]:
        """The family, for a `CollectorRegistry` to which this was registered."""
        family, rising = f.RADAR_TOPICS.measured(), self._rising()
        for grade in Grade:
            if grade is not Grade.NONE:
                family.add_metric([grade], float(rising.get(grade, 0)))
        yield family


class ReportGauges(Collector):
    """Reports that are late, at the clerk's last look, at most a quarter of an hour ago."""

    def __init__(self, late: Callable[[], Mapping[str, int]]) -> None:
        self._late = late

    def collect(self) -> Iterator[Metric]:
        """The family, for a `CollectorRegistry` to which this was registered."""
        family, late = f.REPORTS_OVERDUE.measured(), self._late()
        for name in NAMES:
            family.add_metric([name], late.get(name, 0))
        yield family


class AnswerGauges(Collector):
    """The incomplete records at the last look."""

    def __init__(self, shown: Shown, lines: Callable[[], Iterable[str]]) -> None:
        self._shown, self._lines = shown, lines

    def collect(self) -> Iterator[Metric]:
        """The families, for a `CollectorRegistry` to which this was registered."""
        lines = list(self._lines())
        for what, counts in ((f.ANSWERS_INCOMPLETE, self._shown.incomplete), (f.ANSWERS_LATE, self._shown.late)):
            family = what.measured()
            for line in lines:
                family.add_metric([line], counts.get(line, 0))
            family.add_metric([OTHER], sum(count for line, count in counts.items() if line not in lines))
            yield family
