"""Lint of keys that lead elsewhere than the words say: two lines changed places in one of the two."""

from __future__ import annotations

from collections.abc import Iterator

from routing.labels import key_labels
from routing.node import Menu, Say
from routing.plan import Plan
from routing.reading.problem import Places, Problem, found

ENOUGH = 2
"""Characters in a row that a label and a line's name must share to be about the same."""


def mixed_up(plan: Plan, places: Places) -> Iterator[Problem]:
    for name, node in plan.nodes.items():
        if not isinstance(node, Menu):
            continue
        labels = key_labels(plan.texts(tuple(prompt for prompt in node.menu if prompt in plan.prompts)))
        for key, target in node.keys.items():
            line, label = _line(plan, target), labels.get(key, "")
            if line is None or not label or _shared(label, plan.lines[line].name) >= ENOUGH:
                continue
            other = max(plan.lines, key=lambda each: _shared(label, plan.lines[each].name))
            if _shared(label, plan.lines[other].name) >= ENOUGH:
                place = places.of(("nodes", name, "keys", key))
                yield found(place, "key-mixed-up", key=key, label=label, name=line, other=other)


def _line(plan: Plan, target: str) -> str | None:
    """The line that a key leads to, an announcement on the way or not."""
    node = plan.nodes.get(target)
    if isinstance(node, Say):
        target = node.then
    return target if target in plan.lines else None


def _shared(label: str, name: str) -> int:
    """Length of the longest run of characters that both have."""
    runs = (
        length
        for begin in range(len(label))
        for length in range(len(label) - begin, 0, -1)
        if label[begin : begin + length] in name
    )
    return max(runs, default=0)
