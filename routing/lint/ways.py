"""The ways from each node and line of a plan to others: what a caller does, and where it leads."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Literal, NamedTuple

from routing.node import (
    Ask,
    Callback,
    End,
    Information,
    Menu,
    Message,
    Node,
    Priority,
    Recall,
    Say,
    Status,
    Survey,
    Switch,
    Variant,
)
from routing.plan import Plan

By = Literal["key", "zero", "silence", "wrong", "on", "talked", "waiting", "limit"]
"""A key or number that is offered; `0` where nobody wrote it; silence; wrong keys; by itself; after a talk; a key of a
waiting caller; a limit of a line, which gives each caller up but once."""

SILENT: frozenset[By] = frozenset({"silence", "on"})
"""What a caller meets who does nothing."""


class Way(NamedTuple):
    by: By
    target: str


def ways(plan: Plan) -> Mapping[str, tuple[Way, ...]]:
    """Node or line → its ways on. Targets that are nowhere are left out."""
    there = plan.nodes.keys() | plan.lines.keys()
    found = {name: _of_node(plan, node) for name, node in plan.nodes.items()} | {
        name: _of_line(plan, name) for name in plan.lines
    }
    return {name: tuple(way for way in ways_on if way.target in there) for name, ways_on in found.items()}


def _of_node(plan: Plan, node: Node) -> Iterator[Way]:
    hotline = plan.hotline
    zero = Way("zero", hotline.person)
    match node:
        case Menu(keys=keys, silence=silence, wrong=wrong):
            yield from (Way("key", target) for target in keys.values())
            yield Way("silence", (silence or hotline.silence).then)
            yield Way("wrong", (wrong or hotline.wrong).then)
            if "0" not in keys:
                yield zero
        case Ask(leads=leads, then=then, silence=silence, wrong=wrong, digits=digits):
            yield from (Way("key", target) for target in leads.values())
            yield Way("key", then)
            yield Way("silence", (silence or hotline.silence).then)
            yield Way("wrong", (wrong or hotline.wrong).then)
            if digits.least > 1:
                yield zero
        case Information(then=then):
            yield Way("silence", then)
            yield Way("wrong", hotline.wrong.then)
            yield zero
        case Switch(switch=cases, otherwise=otherwise):
            yield from (Way("on", case.then) for case in cases)
            yield Way("on", otherwise)
        case Recall(recall=lines, then=then):
            yield from (Way("key", line) for line in lines)
            yield Way("silence", then)
        case Survey(then=then):
            yield Way("silence", then)
        case Say(then=then):
            yield Way("on", then)
            yield zero
        case Variant(then=then) | Priority(then=then):
            yield Way("on", then)
        case Status(then=then, otherwise=otherwise):
            yield Way("key", then)
            yield Way("silence", then)
            yield Way("wrong", otherwise)
            yield zero
        case Callback(then=then, otherwise=otherwise):
            yield Way("key", then)
            yield Way("silence", otherwise)
        case Message() | End():
            pass


def _of_line(plan: Plan, name: str) -> Iterator[Way]:
    line = plan.lines[name]
    yield Way("on", line.closed)
    yield Way("on", line.overflow)
    yield from (Way("limit", limit.then) for limit in line.limits)
    yield from (Way("waiting", target) for target in line.keys.values())
    after = plan.hotline.survey if line.survey is None else line.survey or None
    if after is not None:
        yield Way("talked", after)


def beginnings(plan: Plan) -> Iterator[str]:
    """Where calls begin."""
    hotline = plan.hotline
    yield hotline.start
    if hotline.direct is not None:
        yield hotline.direct.start
    yield from (front.then for front in plan.front.values() if front.then is not None)


def reached(
    on: Mapping[str, tuple[Way, ...]], begin: Iterable[str], by: Iterable[By] | None = None
) -> Mapping[str, int]:
    """What is reached from these, in how few steps; only by some kinds of ways, if they are named."""
    taken = None if by is None else frozenset(by)
    steps = {name: 0 for name in begin if name in on}
    left = list(steps)
    for name in left:
        for way in on[name]:
            if (taken is None or way.by in taken) and way.target not in steps:
                steps[way.target] = steps[name] + 1
                left.append(way.target)
    return steps


def reaching(on: Mapping[str, tuple[Way, ...]], goals: Iterable[str], by: Iterable[By] | None = None) -> frozenset[str]:
    """From where any of these is reached; only by some kinds of ways, if they are named."""
    taken = None if by is None else frozenset(by)
    sources: dict[str, list[str]] = {}
    for name, onward in on.items():
        for way in onward:
            if taken is None or way.by in taken:
                sources.setdefault(way.target, []).append(name)
    there = set(goals)
    left = list(there)
    for name in left:
        fresh = [source for source in sources.get(name, ()) if source not in there]
        there.update(fresh)
        left += dict.fromkeys(fresh)
    return frozenset(there)


def rounds(on: Mapping[str, tuple[Way, ...]], by: Iterable[By]) -> Iterator[list[str]]:
    """One round for each place where ways of these kinds lead back to; first and last name are the same."""
    taken = frozenset(by)
    done: set[str] = set()
    for start in on:
        trail: dict[str, Iterator[Way]] = {start: iter(on[start])} if start not in done else {}
        while trail:
            name, onward = next(reversed(trail.items()))
            way = next((way for way in onward if way.by in taken), None)
            if way is None:
                done.add(name)
                del trail[name]
            elif way.target in trail:
                names = list(trail)
                yield [*names[names.index(way.target) :], way.target]
            elif way.target not in done:
                trail[way.target] = iter(on[way.target])
