"""The plan as a picture tells it: stops, the ways between them, and which of them are drawn where.

A tree from the hotline's number along what callers choose. What a tree cannot hold stands in a section of its own and
carries a letter: where a line leads after hours, and what is reached from several places, is drawn once and referred
to by that letter. Nothing here knows of colours or inches.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from routing.drawing.stop import Kind, Lane, Stop, Way
from routing.drawing.stops import front_stop, hotline_stop, line_stop, node_stop, rules_stop
from routing.drawing.traffic import Traffic
from routing.node import End, Say
from routing.plan import Plan

NUMBER = "+number"
"""The stop where calls come in; like every name with a `+`, no node's or line's."""

RULES = "+rules"
"""The stop of what holds everywhere."""

FRONT = "+front-"
"""What the stops of front messages begin with."""

DEEPEST = 7
"""Stops beside each other; what goes on beyond is a section."""

TALLEST = 18
"""Rows of one tree; more of them, and its larger menus become sections."""


@dataclass(slots=True)
class Branch:
    """A way and what is drawn at its end: a stop with its own branches, or only its letter."""

    way: Way
    stop: Stop | None
    branches: list[Branch] = field(default_factory=list)

    @property
    def rows(self) -> int:
        return sum(branch.rows for branch in self.branches) or 1

    def walk(self) -> Iterator[Branch]:
        left = [self]
        while left:
            branch = left.pop()
            yield branch
            left.extend(reversed(branch.branches))


@dataclass(frozen=True, slots=True)
class Chart:
    """What is drawn: trees in their order, the first from the number; the letters; and the counts."""

    plan: Plan
    trees: tuple[Branch, ...]
    letters: Mapping[str, str]
    """Stops that are referred to from elsewhere."""
    stops: Mapping[str, Stop]
    at: datetime | None
    traffic: Traffic | None
    left: Mapping[str, int]
    """Calls hung up at a stop."""
    unreached: frozenset[str]
    """Stops to which nothing leads."""

    def name(self, stop: str) -> str:
        return self.stops[stop].name


def chart(plan: Plan, *, at: datetime | None = None, traffic: Traffic | None = None) -> Chart:
    """Lay out which stops are drawn where. `at` tells which lines are closed and which front messages are on."""
    stops = _stops(plan, at)
    inside = _said_on_the_way(plan, stops)
    stops = {name: _with_words(plan, stop, inside) for name, stop in stops.items() if name not in inside}
    trees, unreached = _plant(stops)
    trees = [part for tree in trees for part in _felled(tree)]
    drawn = [branch.stop for tree in trees for branch in tree.walk() if branch.stop is not None]
    wanted = {branch.way.target for tree in trees for branch in tree.walk() if branch.stop is None}
    wanted |= {lane.target for stop in drawn for lane in stop.lanes if lane.target is not None}
    lettered = [stop.id for stop in drawn if stop.id in wanted]
    letters = dict(zip(lettered, _alphabet(), strict=False))
    return Chart(plan, tuple(trees), letters, stops, at, traffic, left_at(plan, traffic), frozenset(unreached))


def _stops(plan: Plan, at: datetime | None) -> dict[str, Stop]:
    fronts = [front_stop(plan, f"{FRONT}{name}", front, at) for name, front in plan.front.items()]
    nodes = [node_stop(plan, name, node) for name, node in plan.nodes.items()]
    lines = [line_stop(plan, name, at) for name in plan.lines]
    stops = {stop.id: stop for stop in (hotline_stop(plan, NUMBER), rules_stop(plan, RULES), *fronts, *nodes, *lines)}
    return _named(stops)


def _named(stops: dict[str, Stop]) -> dict[str, Stop]:
    """What has no name of its own takes that of the first way there that says something."""
    names: dict[str, str] = {}
    for stop in stops.values():
        for way in stop.ways:
            if way.label and way.keys:
                names.setdefault(way.target, way.label)
    return {at: stop if stop.named else stop.renamed(names.get(at)) for at, stop in stops.items()}


def _edges(stops: Iterable[Stop]) -> Iterator[str]:
    for stop in stops:
        yield from (way.target for way in stop.ways)
        yield from (lane.target for lane in stop.lanes if lane.target is not None)


def _said_on_the_way(plan: Plan, stops: Mapping[str, Stop]) -> dict[str, Say | End]:
    """Words that one lane alone leads to: said within the lane, they need no place of their own."""
    times = Counter(_edges(stops.values()))
    inside: dict[str, Say | End] = {}
    for stop in stops.values():
        for lane in stop.lanes:
            target = lane.target
            while target is not None and times[target] == 1 and target not in inside:
                node = plan.nodes.get(target)
                if not isinstance(node, Say | End):
                    break
                inside[target] = node
                target = node.then if isinstance(node, Say) else None
    return inside


def _with_words(plan: Plan, stop: Stop, inside: Mapping[str, Say | End]) -> Stop:
    """The stop with its lanes led through the words that are said on the way."""
    return stop.with_lanes(_through(plan, lane, inside) for lane in stop.lanes)


def _through(plan: Plan, lane: Lane, inside: Mapping[str, Say | End]) -> Lane:
    words, through, target = list(lane.words), list[str](), lane.target
    while target is not None and target in inside:
        node = inside[target]
        through.append(target)
        if isinstance(node, End):
            words += plan.texts(node.end)
            target = None
        else:
            words += plan.texts(node.say)
            target = node.then if node.then not in through else None
    return lane.through(tuple(words), tuple(through), target)


def _plant(stops: Mapping[str, Stop]) -> tuple[list[Branch], set[str]]:
    """Every stop once, in trees: the one from the number first, then what only lanes lead to, then the rest."""
    placed: set[str] = set()
    trees: list[Branch] = []
    for root in (NUMBER, RULES, *(name for name in stops if name.startswith(FRONT))):
        waiting = deque([root])
        while waiting:
            name = waiting.popleft()
            if name not in placed:
                trees.append(_grow(name, stops, placed))
                waiting.extend(_elsewhere(trees[-1]))
    reached = set(placed)
    trees += [_grow(name, stops, placed) for name in stops if name not in placed]
    return trees, placed - reached


def _elsewhere(tree: Branch) -> Iterator[str]:
    """What a tree refers to."""
    for branch in tree.walk():
        if branch.stop is None:
            yield branch.way.target
        else:
            yield from (lane.target for lane in branch.stop.lanes if lane.target is not None)


def _grow(root: str, stops: Mapping[str, Stop], placed: set[str]) -> Branch:
    """The tree of what `root` leads to and no tree has yet, the nearest way to each."""
    tree = Branch(Way((), "", root), stops[root])
    placed.add(root)
    rim: deque[tuple[Branch, int]] = deque([(tree, 1)])
    while rim:
        branch, depth = rim.popleft()
        assert branch.stop is not None  # noqa: S101  (only drawn stops are put on the rim)
        for way in branch.stop.ways:
            if way.target in placed or depth >= DEEPEST:
                branch.branches.append(Branch(way, None))
                continue
            placed.add(way.target)
            onward = Branch(way, stops[way.target])
            branch.branches.append(onward)
            rim.append((onward, depth + 1))
    return tree


def _felled(tree: Branch) -> list[Branch]:
    """The tree, with its largest boughs as trees of their own where it stands too tall."""
    trees = [tree]
    while tree.rows > TALLEST:
        boughs = [
            (branch, at)
            for branch in tree.walk()
            for at, bough in enumerate(branch.branches)
            if 4 <= bough.rows <= TALLEST and bough.rows > 1
        ]
        if not boughs:
            break
        branch, at = max(boughs, key=lambda found: found[0].branches[found[1]].rows)
        bough = branch.branches[at]
        branch.branches[at] = Branch(bough.way, None)
        trees.append(Branch(Way((), "", bough.way.target), bough.stop, bough.branches))
    return trees


def _alphabet() -> Iterator[str]:
    """A to Z, then A1 to Z1, and so on."""
    turn = 0
    while True:
        yield from (f"{letter}{turn or ''}" for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ")
        turn += 1


def left_at(plan: Plan, traffic: Traffic | None) -> Counter[str]:
    """Where callers hung up: the stop that they heard when they did."""
    found: Counter[str] = Counter()
    for step, number in (traffic.left if traffic else {}).items():
        where = hotline_stop(plan, NUMBER).ways[0].target if step is None else _heard_after(plan, *step)
        if where is not None:
            found[where] += number
    return found


def _heard_after(plan: Plan, node: str, key: str | None) -> str | None:
    """What a caller hears after a step. That of a line, message or end is told when it begins, others when done."""
    if node in plan.lines:
        return node
    if node not in plan.nodes:
        return None
    stop = node_stop(plan, node, plan.nodes[node])
    way = next((way for way in stop.ways if way.carries(key)), None)
    if way is None and key == "0" and stop.kind in (Kind.SAY, Kind.ASK, Kind.INFORMATION):
        way = Way((key,), "", plan.hotline.person)
    if way is None:
        return node
    # Who enters an open line is told of there: this caller heard what is said after hours.
    return plan.lines[way.target].closed if way.target in plan.lines else way.target
