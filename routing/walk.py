"""The walk: what a call does next, from the plan and what came of the steps before.

A pure interpreter. `begin` gives the first `Position`; `advance` takes what came of its step and gives the next one.
The telephone (`ivr.flow`) and the dry walk (`dry_walk`) both drive this, so they cannot disagree.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from routing.calendar import Opening, opening
from routing.node import End, Menu, Message, Retry
from routing.node import Say as SayNode
from routing.plan import Plan

# ── steps ───────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Say:
    """Say the prompts. A key cuts them short and stays typed ahead. Comes of it: `Said`, or `Pressed("0")`."""

    node: str
    prompts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Ask:
    """Say, then wait for one key. Comes of it: `Pressed` or `Silent`."""

    node: str
    prompts: tuple[str, ...]
    wait: float


@dataclass(frozen=True, slots=True)
class Enter:
    """Say, then join the line's waiting callers. Comes of it: `Talked` or `GaveUp`."""

    node: str
    prompts: tuple[str, ...]
    """Must be heard before anybody talks: the notice of recording."""
    welcome: tuple[str, ...]
    """Said while the first phone rings already."""
    outside: bool
    """The line has no agents of ours: callers are passed to its outside number."""
    opening: Opening

    @property
    def line(self) -> str:
        return self.node


@dataclass(frozen=True, slots=True)
class TakeMessage:
    """Say, beep, record. Comes of it: `Recorded`."""

    node: str
    prompts: tuple[str, ...]
    limit: float
    silence: float
    thanks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Finish:
    """Say, then hang up. Nothing comes of it."""

    node: str
    prompts: tuple[str, ...]


Step = Say | Ask | Enter | TakeMessage | Finish

# ── what came of a step ─────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Said:
    """Heard to the end, or cut short by a key that is kept."""


@dataclass(frozen=True, slots=True)
class Pressed:
    key: str


@dataclass(frozen=True, slots=True)
class Silent:
    """No key in time."""


@dataclass(frozen=True, slots=True)
class Talked:
    """Caller and line talked, and it is over."""


@dataclass(frozen=True, slots=True)
class GaveUp:
    """The line gave the waiting call up."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """The recording of a message ended; whether the caller left anything."""

    left: bool


Came = Said | Pressed | Silent | Talked | GaveUp | Recorded


class NotOfThisStep(Exception):
    """What came does not belong to the step at hand: a bug in the driver."""


# ── the walk ────────────────────────────────────────────────────────────────


_ADMITTED = Opening(True, "")


@dataclass(frozen=True, slots=True)
class Position:
    """Where a call is in its plan."""

    step: Step
    silent: int = 0
    """How often in a row this menu met silence."""
    wrong: int = 0
    """How often in a row this menu met a wrong key."""
    line: str | None = None
    """The line last chosen."""
    opening: Opening = _ADMITTED
    """Whether that line admitted the caller."""


def begin(plan: Plan, at: datetime) -> Position:
    """The first step of a call that arrives at an aware instant."""
    return _go(plan, plan.hotline.start, at, None, _ADMITTED, ())


def advance(plan: Plan, position: Position, came: Came, at: datetime) -> Position | None:
    """The next position; None when the call is over. Raises NotOfThisStep."""
    match position.step, came:
        case Say(), Pressed("0"):
            return _leave(plan, position, plan.hotline.person, at)
        case Say(node), Said():
            return _leave(plan, position, _say(plan, node).then, at)
        case Ask(node), Pressed(key):
            return _pressed(plan, position, _menu(plan, node), key, at)
        case Ask(node), Silent():
            menu = _menu(plan, node)
            return _again(plan, position, menu, menu.silence or plan.hotline.silence, at, silent=True)
        case Enter(), Talked():
            return None
        case Enter(line), GaveUp():
            return _leave(plan, position, plan.lines[line].overflow, at)
        case TakeMessage(node, thanks=thanks), Recorded(left):
            return replace(position, step=Finish(node, thanks)) if left and thanks else None
        case Finish(), Said():
            return None
    raise NotOfThisStep(f"{came} after {position.step}")


def _pressed(plan: Plan, position: Position, menu: Menu, key: str, at: datetime) -> Position:
    target = menu.keys.get(key) or (plan.hotline.person if key == "0" else None)
    if target is not None:
        return _leave(plan, position, target, at)
    return _again(plan, position, menu, menu.wrong or plan.hotline.wrong, at, silent=False)


def _again(plan: Plan, position: Position, menu: Menu, rule: Retry, at: datetime, *, silent: bool) -> Position:
    tries = (position.silent if silent else position.wrong) + 1
    if tries >= rule.tries:
        return _go(plan, rule.then, at, position.line, position.opening, rule.last)
    again = Ask(position.step.node, rule.say + menu.menu, _wait(plan, menu))
    if silent:
        return replace(position, step=again, silent=tries)
    return replace(position, step=again, wrong=tries)


def _leave(plan: Plan, position: Position, target: str, at: datetime) -> Position:
    return _go(plan, target, at, position.line, position.opening, ())


def _go(plan: Plan, target: str, at: datetime, line: str | None, admitted: Opening, first: tuple[str, ...]) -> Position:
    """Arrive at a node or a line. A closed line leads on to its `closed` node, and is remembered."""
    while target in plan.lines:
        rule, line = plan.lines[target], target
        admitted = opening(plan.calendar, plan.hours_of(line), at)
        if admitted.open:
            outside = rule.outside is not None and not any(plan.agents_of(line))
            notice = rule.notice if rule.record else ()
            enter = Enter(line, first + notice, rule.connecting, outside, admitted)
            return Position(enter, line=line, opening=admitted)
        target = rule.closed
    step: Step
    match plan.nodes[target]:
        case Menu() as menu:
            step = Ask(target, first + menu.menu, _wait(plan, menu))
        case SayNode(say=prompts):
            step = Say(target, first + prompts)
        case Message() as node:
            step = TakeMessage(target, first + node.message, node.limit, node.silence, node.thanks)
        case End(end=prompts):
            step = Finish(target, first + prompts)
    return Position(step, line=line, opening=admitted)


def _wait(plan: Plan, menu: Menu) -> float:
    return plan.hotline.wait if menu.wait is None else menu.wait


def _menu(plan: Plan, node: str) -> Menu:
    menu = plan.nodes[node]
    if not isinstance(menu, Menu):
        raise NotOfThisStep(node)
    return menu


def _say(plan: Plan, node: str) -> SayNode:
    say = plan.nodes[node]
    if not isinstance(say, SayNode):
        raise NotOfThisStep(node)
    return say


# ── where it led ────────────────────────────────────────────────────────────

EndKind = Literal["line", "outside", "message", "information", "hangup"]


@dataclass(frozen=True, slots=True)
class Destination:
    """Where a call got to, in the words that the dry walk, the CDR and `hotline call` share."""

    kind: EndKind
    line: str | None
    open: bool
    why: str


def destination(position: Position) -> Destination | None:
    """The destination that this position is; None while the caller is still on the way."""
    line, opening = position.line, position.opening
    match position.step:
        case Enter(outside=outside):
            return Destination("outside" if outside else "line", line, opening.open, opening.why)
        case TakeMessage():
            return Destination("message", line, opening.open, opening.why)
        case Finish() if line is not None and not opening.open:
            return Destination("information", line, opening.open, opening.why)
        case Finish():
            return Destination("hangup", line, opening.open, opening.why)
    return None


@dataclass(frozen=True, slots=True)
class Heard:
    """One step of a dry walk: its node, the words, and the key that followed (None for silence)."""

    step: str
    say: tuple[str, ...]
    heard: str | None


@dataclass(frozen=True, slots=True)
class DryWalk:
    """A call walked without a telephone."""

    at: datetime
    steps: tuple[Heard, ...]
    end: Destination


HANG_UP = "h"
SILENCE = "."


def dry_walk(plan: Plan, keys: Iterable[str], at: datetime) -> DryWalk:
    """Walk typed keys: `0`-`9*#`, `.` for silence, `h` for hanging up. After the last key the caller is silent."""
    left = list(keys)
    steps: list[Heard] = []
    position: Position | None = begin(plan, at)
    while position is not None:
        step, reached = position.step, destination(position)
        if reached is not None:
            words = step.prompts + (step.welcome if isinstance(step, Enter) else ())
            steps.append(Heard(step.node, tuple(plan.texts(words)), None))
            return DryWalk(at, tuple(steps), reached)
        if left and left[0] == HANG_UP:
            break
        came = _typed(position.step, left)
        key = came.key if isinstance(came, Pressed) else None
        steps.append(Heard(step.node, tuple(plan.texts(step.prompts)), key))
        position = advance(plan, position, came, at)
    return DryWalk(at, tuple(steps), Destination("hangup", None, True, "caller hung up"))


def _typed(step: Step, left: list[str]) -> Came:
    if isinstance(step, Say):
        if left and left[0] == "0":
            return Pressed(left.pop(0))
        return Said()
    if not left:
        return Silent()
    key = left.pop(0)
    return Silent() if key == SILENCE else Pressed(key)
