"""Answer records that lack something: what Prometheus, the leaders and each agent see of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from enum import StrEnum

from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from hotline.floor_watch import Alerted
from hotline.metrics import OTHER_LINE
from paperwork.answers.watch import Watch

SHOWN = 100
"""Late records that are alerted of one by one; metrics and lists have all."""


class AnswerAlert(StrEnum):
    """What somebody should know of an answer record."""

    LATE = "answer_incomplete"  # longer after its last talk than the rules allow


def late_alerts(watch: Watch) -> list[Alerted]:
    """One for each late record, to whom it belongs; they end when the record is complete."""
    return [
        Alerted(late.since, AnswerAlert.LATE, agent=late.owner, line=late.line, call=late.call, what=late.number)
        for late in watch.latest[:SHOWN]
    ]


class AnswerGauges(Collector):
    """The incomplete records at the last look."""

    def __init__(self, watch: Watch, lines: Callable[[], Iterable[str]]) -> None:
        self._watch, self._lines = watch, lines

    def collect(self) -> Iterator[Metric]:
        """The families, for a `CollectorRegistry` to which this was registered."""
        lines = list(self._lines())
        for name, words, counts in (
            ("incomplete", "Answer records that lack something though their call is over.", self._watch.incomplete),
            ("late", "Those of them that are incomplete for longer than the rules allow.", self._watch.late),
        ):
            family = GaugeMetricFamily(f"hotline_answers_{name}", words, labels=["line"])
            for line in lines:
                family.add_metric([line], counts.get(line, 0))
            others = sum(count for line, count in counts.items() if line not in lines)
            family.add_metric([OTHER_LINE], others)
            yield family
