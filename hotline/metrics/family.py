"""A family of metrics as a person reads it: its kind, what it says, and by what it is told apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, disable_created_metrics
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily

disable_created_metrics()  # type: ignore[no-untyped-call]  # they double the series and say nothing

OTHER: Final = "other"
"""The value of a label that the plan no longer has."""


class Kind(StrEnum):
    """How a value moves."""

    COUNTER = "counter"
    GAUGE = "gauge"
    HISTOGRAM = "histogram"


@dataclass(frozen=True, slots=True)
class Label:
    """What a family is told apart by. `values` is the closed list; empty where the plan is the list."""

    name: str
    english: str
    chinese: str
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Family:
    """One metric. `name` without `_total`, which counters bear outside."""

    name: str
    kind: Kind
    english: str
    chinese: str
    labels: tuple[Label, ...] = ()
    buckets: tuple[float, ...] = ()
    """Upper edges of a histogram."""

    @property
    def shown(self) -> str:
        """The name by which Prometheus asks for it."""
        return f"{self.name}_total" if self.kind is Kind.COUNTER else self.name

    @property
    def _label_names(self) -> list[str]:
        return [label.name for label in self.labels]

    def counter(self, registry: CollectorRegistry) -> Counter:
        """To be counted up; each combination of closed values is there from the beginning, at nought."""
        made = Counter(self.name, self.english, self._label_names, registry=registry)
        for values in self._closed():
            made.labels(*values)
        return made

    def gauge(self, registry: CollectorRegistry) -> Gauge:
        return Gauge(self.name, self.english, self._label_names, registry=registry)

    def histogram(self, registry: CollectorRegistry) -> Histogram:
        return Histogram(self.name, self.english, self._label_names, registry=registry, buckets=self.buckets)

    def measured(self, value: float | None = None) -> GaugeMetricFamily | CounterMetricFamily:
        """For a collector: the family at the moment of a scrape. Without `value`, `add_metric` what it is told by."""
        made = CounterMetricFamily if self.kind is Kind.COUNTER else GaugeMetricFamily
        if value is not None:
            return made(self.name, self.english, value=float(value))
        return made(self.name, self.english, labels=self._label_names)

    def _closed(self) -> Sequence[tuple[str, ...]]:
        """Every combination of the labels' values; none when there is no label, or one of the plan's."""
        combinations: list[tuple[str, ...]] = [()]
        for label in self.labels:
            combinations = [(*one, value) for one in combinations for value in label.values]
        return combinations if self.labels else []
