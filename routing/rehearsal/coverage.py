"""Coverage: which parts of a plan no test call came by."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from routing.dry_walk import DryWalk
from routing.node import Menu, Node
from routing.plan import LineRule, Plan


class _Nodes(dict[str, Node]):
    """Nodes that note which of them is looked up: the walk looks up where it arrives, and nothing else."""

    def __init__(self, nodes: dict[str, Node], seen: set[str]) -> None:
        super().__init__(nodes)
        self._seen = seen

    def __getitem__(self, name: str) -> Node:
        self._seen.add(name)
        return super().__getitem__(name)


class _Lines(dict[str, LineRule]):
    """Lines that note which of them is asked for: the walk asks whether where it arrives is a line."""

    def __init__(self, lines: dict[str, LineRule], seen: set[str]) -> None:
        super().__init__(lines)
        self._seen = seen

    def __contains__(self, name: object) -> bool:
        if found := super().__contains__(name):
            self._seen.add(str(name))
        return found


@dataclass(frozen=True, slots=True)
class Share:
    """How much of one kind was walked."""

    all: int
    missed: tuple[str, ...]

    @property
    def percent(self) -> float:
        return 100.0 * (self.all - len(self.missed)) / self.all if self.all else 100.0


@dataclass(slots=True)
class Coverage:
    """Gathers what walks through `watched` come by."""

    plan: Plan
    _nodes: set[str] = field(default_factory=set)
    _lines: set[str] = field(default_factory=set)
    _keys: set[tuple[str, str]] = field(default_factory=set)
    _waits: set[str] = field(default_factory=set)

    def watched(self) -> Plan:
        """The same plan, whose walks are noted: nodes where nothing is said and closed lines too."""
        watch = {"nodes": _Nodes(self.plan.nodes, self._nodes), "lines": _Lines(self.plan.lines, self._lines)}
        return self.plan.model_copy(update=watch)

    def note(self, walk: DryWalk) -> None:
        """Note the keys of a walk."""
        self._keys.update((step.step, step.heard) for step in walk.steps if step.heard is not None)
        self._waits.update(f"{step.step}: {step.after}" for step in walk.steps if step.after is not None)

    def nodes(self) -> Share:
        return _share(self.plan.nodes, self._nodes)

    def lines(self) -> Share:
        return _share(self.plan.lines, self._lines)

    def keys(self) -> Share:
        """The keys of all menus, as `menu: key`."""
        menus = ((name, key) for name, node in self.plan.nodes.items() if isinstance(node, Menu) for key in node.keys)
        return _share((f"{name}: {key}" for name, key in menus), {f"{name}: {key}" for name, key in self._keys})

    def waits(self) -> Share:
        """The ways out of a wait, as `line: key` and `line: o1` for its first limit."""
        ways = [
            f"{name}: {way}"
            for name, line in self.plan.lines.items()
            for way in (*line.keys, *(f"o{number}" for number in range(1, len(line.limits) + 1)))
        ]
        return _share(ways, {f"{name}: {key}" for name, key in self._keys} | self._waits)


def _share(all_names: Iterable[str], seen: set[str]) -> Share:
    names = list(all_names)
    return Share(len(names), tuple(name for name in names if name not in seen))
