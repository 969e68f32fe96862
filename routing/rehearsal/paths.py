"""Paths: what callers can press in two plans, and where each of them leads."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import NamedTuple, NoReturn

from routing import node as nodes
from routing.dry_walk import INQUIRED, SILENCE, DryWalk, Heard, Keys, dry_walk
from routing.plan import Plan
from routing.scene import Scene
from routing.written import WITHHELD

MOST_PATHS = 3000
"""Of one scene, no more are walked; the shortest come first."""

LONGEST_PATH = 8

WRONG = "x"
"""Stands for wrong keys, as many as a plan bears."""

_STRANGER = "13000000000"
"""A caller of whom no plan knows anything, unless it knows all mobile numbers."""


class End(NamedTuple):
    """Where a call gets to; `asked` is a further question, and then `line` is no line but the node that asks."""

    kind: str
    line: str | None
    open: bool


_ASKED = End("asked", None, open=True)
"""Both plans ask on: what their nodes are called is nothing to a caller."""


class Trail(NamedTuple):
    """One call in one plan: where it led, and what was heard on the way."""

    end: End
    sounds: tuple[str, ...] = ()
    """Empty where that is told by the rules for silence and wrong keys."""


class Pair(NamedTuple):
    """The same call in both plans. Its keys may end with `.`, then silence, or `x`, then wrong keys only."""

    keys: tuple[str, ...]
    old: Trail
    new: Trail


class Situation(NamedTuple):
    """What may lead callers elsewhere beside keys and hours: who calls, who is on shift, what was turned on."""

    what: str
    """`any`, `caller`, `nobody`, `wait`, `front`, or `last`."""
    name: str
    """The number, line or message."""
    over: float = 0.0
    """Seconds to wait."""

    def scene(self, at: datetime) -> Scene:
        match self.what:
            case "caller":
                return Scene(at, self.name)
            case "nobody":
                return Scene(at, _STRANGER, staffed=lambda line: line != self.name)
            case "wait":
                return Scene(at, _STRANGER, expected_wait=lambda line: self.over if line == self.name else None)
            case "front":
                return Scene(at, _STRANGER, front=self.name)
            case "last":
                return Scene(at, _STRANGER, last=(self.name, at))
        return Scene(at, _STRANGER)


ANYBODY = Situation("any", "")


def situations(plans: Sequence[Plan]) -> list[Situation]:
    """All that the plans tell apart, each alone; anybody first."""
    found = [ANYBODY]
    for plan in plans:
        found += (Situation("front", name) for name in plan.front)
        for node in plan.nodes.values():
            if isinstance(node, nodes.Recall):
                found += (Situation("last", line) for line in node.recall)
            for case in node.switch if isinstance(node, nodes.Switch) else ():
                found += (Situation("caller", _called_by(pattern)) for pattern in case.caller or ())
                found += (Situation("nobody", line) for line in (case.unstaffed,) if line is not None)
                found += (Situation("wait", wait.line, wait.over + 1) for wait in (case.wait,) if wait is not None)
    return list(dict.fromkeys(found))


def _called_by(pattern: str) -> str:
    """A number that a caller pattern fits."""
    return "" if pattern == WITHHELD else pattern.replace("*", "00000000000"[len(pattern) - 1 :])


def paths(old: Plan, new: Plan, scene: Scene) -> Iterator[Pair]:
    """Every path that callers of the new plan can take, and of the old one up to where the new one leads elsewhere.

    The shortest come first. What looks alike in both plans is walked once.
    """
    plans = old, new
    waiting: deque[tuple[str, ...]] = deque([()])
    seen: set[object] = set()
    for _ in range(MOST_PATHS):
        if not waiting:
            return
        keys = waiting.popleft()
        was, now = (_look(plan, keys, scene) for plan in plans)
        asking = was.asking, now.asking
        if None in asking:
            yield Pair(keys, was.trail, now.trail)
        else:
            yield Pair(keys, *(Trail(_ASKED, look.trail.sounds) for look in (was, now)))
        if asking == (None, None) and was.trail.end == now.trail.end:
            yield from _afterwards(plans, keys, scene, was.trail.end)
        if now.asking is None or asking in seen or len(keys) >= LONGEST_PATH:
            continue
        seen.add(asking)
        if was.asking is not None:
            yield Pair((*keys, SILENCE), *(Trail(_end(dry_walk(plan, keys, scene))) for plan in plans))
            yield from _wrongly(plans, keys, scene, was.asking, now.asking)
        asked = [(plan, heard) for plan, heard in zip(plans, asking, strict=True) if heard is not None]
        offered = dict.fromkeys(typed for plan, heard in asked for typed in _offers(plan, heard))
        if not all(isinstance(plan.nodes[heard.step], nodes.Status) for plan, heard in asked):
            offered = {typed: None for typed in offered if typed[0] not in INQUIRED}
        waiting += ((*keys, *typed) for typed in offered)


def _end(walk: DryWalk) -> End:
    return End(walk.end.kind, walk.end.line, walk.end.open)


class _Asked(Exception):
    """The caller was asked for a key after all that were typed."""


class _Look(NamedTuple):
    """A call after its last key."""

    trail: Trail
    asking: Heard | None
    """The step that asks for another; None when the call has got somewhere."""


def _look(plan: Plan, keys: tuple[str, ...], scene: Scene) -> _Look:
    steps: list[Heard] = []

    def asked() -> NoReturn:
        raise _Asked

    try:
        end, asking = _end(dry_walk(plan, Keys(keys, asked), scene, steps.append)), None
    except _Asked:
        end, asking = End("asked", steps[-1].step, open=True), steps[-1]
    return _Look(Trail(end, tuple(sound for step in steps for sound in step.sounds)), asking)


def _afterwards(plans: tuple[Plan, Plan], keys: tuple[str, ...], scene: Scene, end: End) -> Iterator[Pair]:
    """What may come of the line that both calls wait on: they talked, it gave the caller up, it closed."""
    if end.kind not in ("line", "outside") or end.line is None:
        return
    waits = [plan.lines[end.line] for plan in plans if end.line in plan.lines]
    limits = min(len(line.limits) for line in waits)
    pressed = [key for key in waits[0].keys if all(key in line.keys for line in waits)]
    for after in (*"toc", *(f"o{number}" for number in range(1, min(limits, 9) + 1)), *pressed):
        yield Pair((*keys, after), *(_look(plan, (*keys, after), scene).trail for plan in plans))


def _wrongly(plans: tuple[Plan, Plan], keys: tuple[str, ...], scene: Scene, *asking: Heard) -> Iterator[Pair]:
    """As many wrong keys as each plan bears."""
    asked = [plan.nodes[heard.step] for plan, heard in zip(plans, asking, strict=True)]
    if not all(isinstance(node, nodes.Menu) for node in asked):
        return
    offered = {key for node in asked if isinstance(node, nodes.Menu) for key in node.keys}
    wrong = next((key for key in "987654321*#" if key not in offered), None)
    if wrong is not None:
        tries = [
            (node.wrong or plan.hotline.wrong).tries
            for plan, node in zip(plans, asked, strict=True)
            if isinstance(node, nodes.Menu)
        ]
        walks = (dry_walk(plan, (*keys, *wrong * often), scene) for plan, often in zip(plans, tries, strict=True))
        yield Pair((*keys, WRONG), *(Trail(_end(walk)) for walk in walks))


def _offers(plan: Plan, heard: Heard) -> list[tuple[str, ...]]:
    """What can be typed at a step."""
    match plan.nodes[heard.step]:
        case nodes.Menu(keys=keys):
            return [(key,) for key in dict.fromkeys((*keys, "0"))]
        case nodes.Recall(key=key):
            return [(key,)]
        case nodes.Callback():
            return [("1",), ("9",)]
        case nodes.Status():
            return [("s",), ("u",), ("*",), ("0",)]
        case nodes.Survey(answers=answers):
            return [(key,) for key in answers]
        case nodes.Information() as library:
            return [(key,) for key in (library.repeat, library.next, library.back, "0") if key is not None]
        case nodes.Ask() as ask:
            if len(heard.say) > len(heard.sounds):  # a number is read back
                return [("1",), ("2",)]
            return [_number(ask, prefix) for prefix in (*ask.leads, _unlike(ask))] + [_alone("0", ask)]
    return []


def _unlike(ask: nodes.Ask) -> str:
    """Digits that lead where any other number does."""
    return next((digit for digit in "987654321" if not any(lead.startswith(digit) for lead in ask.leads)), "9")


def _number(ask: nodes.Ask, prefix: str) -> tuple[str, ...]:
    """A whole number that begins so."""
    return _alone(prefix.ljust(ask.digits.least, "8")[: ask.digits.most], ask)


def _alone(digits: str, ask: nodes.Ask) -> tuple[str, ...]:
    """These digits and no more."""
    return (*digits,) if len(digits) == ask.digits.most else (*digits, ask.terminator or SILENCE)
