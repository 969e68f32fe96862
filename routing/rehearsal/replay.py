"""The replay: calls as they were recorded, walked through another plan.

A recorded caller does there what they did then, question by question: the keys in their order, silence where they were
silent, a number where they typed one; and they hang up where they hung up, as long as they hear the same. What nobody
wrote down is as usual: every line is staffed, nobody waits long, and front messages are on by their own times alone.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from routing import node as nodes
from routing.destination import destination
from routing.plan import Plan
from routing.scene import Scene
from routing.steps import Ask, Came, Collect, Entered, Inquire, Pressed, Said, Say, Silent, Step, Told, Untold
from routing.walk import Position, advance, begin

LEFT = "left"
"""What became of a caller who hung up on the way."""


class Trodden(NamedTuple):
    """One step of a recorded call before it got anywhere."""

    node: str
    heard: str | None
    """The key that followed."""
    asked: bool | None = None
    """Whether one was waited for; None in old entries, which do not say."""
    digits: str | None = None
    """The number that was typed, where one was asked for."""
    told: bool | None = None
    """Whether the caller was told how their order stands, where they asked for it."""


class Reached(NamedTuple):
    """Where a call got to: as `routing.destination.Destination`, or `left`."""

    kind: str
    line: str | None = None

    def __str__(self) -> str:
        return self.kind if self.line is None else f"{self.kind} {self.line}"


@dataclass(frozen=True, slots=True)
class Recorded:
    """A call as it was. `number` is the caller's, whole."""

    call: str
    at: datetime
    number: str
    steps: tuple[Trodden, ...]
    end: Reached


@dataclass(frozen=True, slots=True)
class Replayed:
    """Where a recorded call would get to."""

    end: Reached
    nowhere: tuple[str, str] | None
    """The node and the key that parted its way from the recorded one, when the plan does not offer the key there."""


def replay(plan: Plan, recorded: Recorded) -> Replayed:
    """Walk one recorded call through a plan."""
    caller = _Caller(recorded, plan)
    scene = Scene(recorded.at, recorded.number, last=_last(plan, recorded))
    end = _walked(plan, caller, scene)
    return Replayed(end, _nowhere(plan, recorded.steps, caller.walked))


def _walked(plan: Plan, caller: _Caller, scene: Scene) -> Reached:
    """Where the caller gets to."""
    position: Position | None = begin(plan, scene)
    while position is not None:
        if (reached := destination(position)) is not None:
            return Reached(reached.kind, reached.line)
        if (came := caller.does(position.step)) is None:
            break
        if (reached := destination(position, came)) is not None:
            return Reached(reached.kind, reached.line)
        position = advance(plan, position, came, scene)
    return Reached(LEFT)


class _Key(NamedTuple):
    """What a recorded caller typed."""

    key: str | None
    """None is silence."""
    during: str | None = None
    """The announcement that it was typed in."""
    ends_number: bool = False
    """Not typed: the end of a number."""


class _Caller:
    """Does again what a recorded caller did."""

    def __init__(self, recorded: Recorded, plan: Plan) -> None:
        self._recorded, self._plan = recorded, plan
        self._keys = deque(_typed(recorded.steps, plan))
        self._inquired = deque(step.told for step in recorded.steps if step.told is not None)
        self._left = recorded.end.kind == LEFT
        self._same = True
        self.walked: list[str] = []
        """The nodes that were heard."""

    def does(self, step: Step) -> Came | None:
        """What they do at a step; None when they hang up."""
        before = len(self.walked)
        steps = self._recorded.steps
        self._same = self._same and (before == len(steps) or (before < len(steps) and steps[before].node == step.node))
        if self._left and self._same and before == len(steps):
            return None
        self.walked.append(step.node)
        match step:
            case Say() if self._interrupts(step.node):
                return self._presses()
            case Say():
                return Said()
            case Collect():
                return self._enters(step)
            case Inquire() if self._inquired:
                return Told() if self._inquired.popleft() else Untold()
            case Ask(keeps=keeps):
                came = self._presses()
                if keeps is not None and isinstance(came, Pressed) and came.key not in keeps:
                    self._keys.appendleft(_Key(came.key))
                    return Silent()
                return came
        return self._presses()

    def _interrupts(self, node: str) -> bool:
        """Whether they press a key in this announcement: they did then, or the one where they did is no more."""
        during = self._keys[0].during if self._keys else None
        return during is not None and (during == node or during not in self._plan.nodes)

    def _presses(self) -> Pressed | Silent | None:
        while self._keys and self._keys[0].ends_number:
            self._keys.popleft()
        if not self._keys:
            return None if self._left else Silent()
        key = self._keys.popleft().key
        return Silent() if key is None else Pressed(key)

    def _enters(self, step: Collect) -> Entered | None:
        """As many keys as the number takes."""
        if not self._keys and self._left:
            return None
        digits = ""
        while self._keys and len(digits) < step.most:
            key = self._keys.popleft().key
            if key is None or key == step.terminator:
                return Entered(digits)
            digits += key
        if self._keys and self._keys[0].ends_number:
            self._keys.popleft()
        return Entered(digits)


def _typed(steps: tuple[Trodden, ...], plan: Plan) -> Iterator[_Key]:
    """What was typed at each step."""
    for place, step in enumerate(steps):
        if step.told is not None:
            continue  # whatever was typed there was for it
        if step.digits is not None:
            yield from (_Key(digit) for digit in step.digits)
            yield _Key(None, ends_number=bool(step.digits))
        elif step.heard is not None:
            asked = step.asked or isinstance(plan.nodes.get(step.node), _QUESTIONS)
            yield _Key(step.heard, during=None if asked else step.node)
        elif step.asked or (step.asked is None and _was_asked(steps, place, plan)):
            yield _Key(None)


def _was_asked(steps: tuple[Trodden, ...], place: int, plan: Plan) -> bool:
    """Whether an old entry without a key was a question: the plan asks there, or it was asked once more."""
    node = steps[place].node
    if node in plan.nodes:
        return isinstance(plan.nodes[node], _QUESTIONS)
    return place + 1 < len(steps) and steps[place + 1].node == node


_QUESTIONS = (nodes.Menu, nodes.Ask, nodes.Information, nodes.Recall, nodes.Survey)


def _last(plan: Plan, recorded: Recorded) -> tuple[str, datetime] | None:
    """The line that the hotline remembered of the caller, as far as the record shows it."""
    for step in recorded.steps:
        node = plan.nodes.get(step.node)
        if isinstance(node, nodes.Recall):
            line = recorded.end.line
            return (line if line in node.recall else next(iter(node.recall))), recorded.at
    return None


def _nowhere(plan: Plan, steps: tuple[Trodden, ...], walked: list[str]) -> tuple[str, str] | None:
    """The key at which the ways part, when it is none of the plan's there but led on in the record."""
    for place, step in enumerate(steps):
        if place >= len(walked) or walked[place] != step.node:
            return None
        menu, key = plan.nodes.get(step.node), step.heard
        if key is None or not isinstance(menu, nodes.Menu) or key in menu.keys or key == "0":
            continue
        before = steps[place + 1].node if place + 1 < len(steps) else None
        after = walked[place + 1] if place + 1 < len(walked) else None
        if before != after and before != step.node:
            return step.node, key
    return None


@dataclass(slots=True)
class Tally:
    """Counts replayed calls, and keeps a few by name."""

    examples: int = 3
    """So many calls of each kind are named."""
    calls: int = 0
    elsewhere: Counter[tuple[Reached, Reached]] = field(default_factory=Counter)
    """From where to where, how often."""
    named: dict[tuple[Reached, Reached], list[str]] = field(default_factory=dict)
    nowhere: Counter[tuple[str, str]] = field(default_factory=Counter)
    """Node and key, how often it leads nowhere now."""

    def add(self, recorded: Recorded, replayed: Replayed) -> None:
        self.calls += 1
        if replayed.nowhere is not None:
            self.nowhere[replayed.nowhere] += 1
        if replayed.end != recorded.end:
            way = recorded.end, replayed.end
            self.elsewhere[way] += 1
            named = self.named.setdefault(way, [])
            if len(named) < self.examples:
                named.append(recorded.call)
