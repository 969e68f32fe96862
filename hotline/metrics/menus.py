"""The menus: which steps callers walked, which keys they pressed there, and where they hung up."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from prometheus_client import CollectorRegistry

from hotline.metrics import families as f
from hotline.metrics.family import OTHER
from ivr.events import CallArrived, CallEnded, StepHeard
from ivr.journal import Entry
from ivr.outcomes import Outcome, Reason
from routing.node import Menu
from routing.plan import Plan

_ON_THE_WAY = frozenset({Outcome.LEFT})
"""Outcomes of those who hung up before they were anywhere."""


@dataclass(slots=True)
class _Walk:
    node: str = OTHER
    test: bool = False


class MenuMetrics:
    """Subscribe `hear` to the journal."""

    def __init__(
        self, registry: CollectorRegistry, nodes: Iterable[str], keys: Mapping[str, Iterable[str]] | None = None
    ) -> None:
        self._steps, self._hang_ups = f.MENU_STEPS.counter(registry), f.MENU_HANG_UPS.counter(registry)
        self._walks: dict[str, _Walk] = {}
        self._nodes: frozenset[str] = frozenset()
        self.know(nodes, keys)

    def know(self, nodes: Iterable[str], keys: Mapping[str, Iterable[str]] | None = None) -> None:
        """The nodes of the plan that is live from now on, and the keys of its menus.

        Each of these is there at nought from the beginning: what appears at one never increased.
        """
        self._nodes = frozenset(nodes)
        for node in self._nodes:
            self._hang_ups.labels(node)
        for node, ways in (keys or {}).items():
            for key in (*ways, "silence"):
                self._steps.labels(node, key)

    def remember(self, entries: Iterable[Entry]) -> None:
        """Facts of before this process: where a call is from which more may be heard."""
        for entry in entries:
            match entry.event:
                case CallArrived(test=test):
                    self._walks[entry.call] = _Walk(test=test)
                case StepHeard(node=node) if entry.call in self._walks:
                    self._walks[entry.call].node = self._label(node)
                case _:
                    pass

    def hear(self, entry: Entry) -> None:
        """Count one fact."""
        match entry.event:
            case CallArrived(test=test):
                self._walks[entry.call] = _Walk(test=test)
            case StepHeard(node=node, heard=heard, asked=asked):
                walk = self._walks.setdefault(entry.call, _Walk())
                walk.node = self._label(node)
                if not walk.test:
                    self._steps.labels(walk.node, _key(heard, asked=asked)).inc()
            case CallEnded(outcome=outcome, reason=reason, during=during):
                walk = self._walks.pop(entry.call, _Walk())
                if outcome in _ON_THE_WAY and reason is Reason.CALLER_HUNG_UP and not walk.test:
                    self._hang_ups.labels(walk.node if during is None else self._label(during)).inc(
                        exemplar={"call": entry.call}
                    )
            case _:
                pass

    def _label(self, node: str) -> str:
        return node if node in self._nodes else OTHER


def keys_of(plan: Plan) -> Mapping[str, Iterable[str]]:
    """Each menu of a plan, and the keys that lead somewhere from it."""
    return {name: node.keys for name, node in plan.nodes.items() if isinstance(node, Menu)}


def _key(heard: str | None, *, asked: bool) -> str:
    if heard in f.KEYS:
        return str(heard)
    return "silence" if asked else "none"
