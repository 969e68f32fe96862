"""The dry walk: a call through the plan without a telephone."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from routing.destination import Destination, destination
from routing.plan import Plan
from routing.scene import Scene
from routing.steps import (
    Ask,
    Book,
    Booked,
    Came,
    Closed,
    Collect,
    Confirm,
    Enter,
    Entered,
    GaveUp,
    Inquire,
    Pressed,
    Recorded,
    Said,
    Say,
    Silent,
    Step,
    TakeMessage,
    Talked,
    Told,
    Untold,
)
from routing.walk import RIGHT, Position, advance, begin

HANG_UP = "h"
SILENCE = "."

AFTERWARDS: Mapping[str, Came] = {
    "t": Talked(),
    "o": GaveUp(),
    **{f"o{number}": GaveUp(number - 1) for number in range(1, 10)},
    "c": Closed(),
    "m": Recorded(left=True),
}
"""Typed where a call has got to, to see what follows: the agent talked and hung up, the line gave the caller up (`o1`:
for its first limit), it closed, a message was left. A key of a waiting caller is typed as it is."""

_AFTER = {came: key for key, came in AFTERWARDS.items()}

BOOKED = "b"
"""Typed where a callback is offered: the caller took it, under whatever number. `1` takes the number that calls."""

INQUIRED: Mapping[str, Came] = {"s": Told(), "u": Untold()}
"""Typed where a caller asks how their order stands: they heard it, or could not be told. The number and the digits may
be typed before it, or left out."""

MORE_KEYS = frozenset((*AFTERWARDS, BOOKED, *INQUIRED))
"""What may be typed beside the keys of a telephone, silence and hanging up."""


@dataclass(frozen=True, slots=True)
class Heard:
    """One step of a dry walk: its node, the words, and the key or digits that followed (None for silence)."""

    step: str
    say: tuple[str, ...]
    heard: str | None
    sounds: tuple[str, ...]
    """The same words as sounds: prompts' names."""
    after: str | None = None
    """What of `AFTERWARDS` followed."""


@dataclass(frozen=True, slots=True)
class DryWalk:
    """A call walked without a telephone."""

    at: datetime
    steps: tuple[Heard, ...]
    end: Destination


class Keys:
    """The keys of a caller: those typed already, then what `more` gives when the caller is asked; None is silence."""

    def __init__(self, typed: Iterable[str] = (), more: Callable[[], Iterable[str] | None] = lambda: None) -> None:
        self._typed, self._more = deque(typed), more

    def ahead(self) -> str | None:
        """The next key, if it was typed already."""
        return self._typed[0] if self._typed else None

    def take(self) -> str | None:
        """The next key; None when the caller types nothing more."""
        if not self._typed and (more := self._more()) is not None:
            self._typed.extend(more)
        return self._typed.popleft() if self._typed else None

    def left(self) -> tuple[str, ...]:
        """The keys that nobody asked for; silence and hanging up are done unasked."""
        return tuple(key for key in self._typed if key not in (SILENCE, HANG_UP))

    def give_back(self, key: str) -> None:
        """It was not for the step at hand."""
        self._typed.appendleft(key)


class NotReached(ValueError):
    """A key of `AFTERWARDS` was typed where it means nothing."""


def dry_walk(
    plan: Plan, keys: Keys | Iterable[str], scene: Scene, hear: Callable[[Heard], None] = lambda heard: None
) -> DryWalk:
    """Walk typed keys: `0`-`9*#`, `.` for silence, `h` for hanging up. After the last key the caller is silent.

    `hear` is told of each step before the caller is asked for a key. The walk ends where the call got to, unless a key
    of `AFTERWARDS` comes next. Raises NotReached.
    """
    keys = keys if isinstance(keys, Keys) else Keys(keys)
    steps: list[Heard] = []
    end = Destination("hangup", None, True, "caller hung up")
    position: Position | None = begin(plan, scene)
    while position is not None:
        step = position.step
        here, heard = destination(position), _heard(plan, step)
        if here is None and keys.ahead() == HANG_UP:
            return DryWalk(scene.at, tuple(steps), Destination("hangup", None, True, "caller hung up"))
        hear(heard)
        came = _typed(step, keys, scene) if here is None else _afterwards(plan, step, keys)
        steps.append(replace(heard, heard=_key(came), after=None if came is None else _AFTER.get(came)))
        if here is None and came is None:
            return DryWalk(scene.at, tuple(steps), Destination("hangup", None, True, "caller hung up"))
        reached = here or destination(position, came)
        end = reached or end
        if came is None or (here is None and reached is not None):
            break
        position = advance(plan, position, came, scene)
    return DryWalk(scene.at, tuple(steps), end)


def _heard(plan: Plan, step: Step) -> Heard:
    sounds, words = step.prompts, plan.texts(step.prompts)
    match step:
        case Enter(welcome=welcome):
            sounds, words = sounds + welcome, words + plan.texts(welcome)
        case Inquire(last_four=last_four, choices=choices):
            sounds, words = sounds + last_four + choices, [*words, *plan.texts(last_four + choices)]
        case Confirm(digits=digits, choices=choices):
            sounds, words = sounds + choices, [*words, digits, *plan.texts(choices)]
    return Heard(step.node, tuple(words), None, sounds)


def _afterwards(plan: Plan, step: Step, keys: Keys) -> Came | None:
    """What follows a destination; None when nobody asked."""
    key = keys.ahead()
    if key is None:
        return None
    if isinstance(step, Enter) and key in step.keys:
        keys.take()
        return Pressed(key)
    if key not in AFTERWARDS:
        return None
    came = AFTERWARDS[key]
    if not isinstance(step, TakeMessage if key == "m" else Enter):
        raise NotReached(
            f"`{key}` at {step.node}: {'no message is taken' if key == 'm' else 'no line is waited on'} there"
        )
    if isinstance(came, GaveUp) and came.limit is not None and came.limit >= len(plan.lines[step.node].limits):
        raise NotReached(f"`{key}` at {step.node}: the line has {len(plan.lines[step.node].limits)} limits")
    keys.take()
    return came


def _typed(step: Step, keys: Keys, scene: Scene) -> Came | None:
    """What the caller does at a step; None when they hang up."""
    match step:
        case Say():
            if keys.ahead() != "0":
                return Said()
            keys.take()
            return Pressed("0")
        case Collect():
            return _collected(step, keys)
        case Book():
            took = keys.ahead() == BOOKED or (keys.ahead() == RIGHT and scene.number)
            return Booked() if took and keys.take() else _pressed(step, keys)
        case Inquire():
            return _inquired(step, keys)
        case Ask(keeps=keeps):
            came = _pressed(step, keys)
            if keeps is not None and isinstance(came, Pressed) and came.key not in keeps:
                keys.give_back(came.key)
                return Silent()
            return came
        case _:
            return _pressed(step, keys)


def _pressed(step: Step, keys: Keys) -> Came | None:
    return _judged(step, keys.take())


def _judged(step: Step, key: str | None) -> Came | None:
    if key in AFTERWARDS:
        raise NotReached(f"`{key}` at {step.node}: the call has got nowhere yet")
    if key == BOOKED:
        raise NotReached(f"`{key}` at {step.node}: no callback is offered there")
    if key in INQUIRED:
        raise NotReached(f"`{key}` at {step.node}: nobody asks how an order stands there")
    return None if key == HANG_UP else Silent() if key is None or key == SILENCE else Pressed(key)


def _inquired(step: Inquire, keys: Keys) -> Came | None:
    """What came of asking for an order; a `0` before everything else asks for a person."""
    typed = False
    while True:
        key = keys.take()
        if (outcome := INQUIRED.get(key or "")) is not None:
            return outcome
        match _judged(step, key):
            case Pressed(key) if key != "*" and (typed or key != "0"):
                typed = True
            case came:
                return came


def _collected(step: Collect, keys: Keys) -> Came | None:
    digits = ""
    while len(digits) < step.most:
        match _pressed(step, keys):
            case None:
                return None
            case Pressed(key) if key != step.terminator:
                digits += key
            case _:
                break
    return Entered(digits)


def _key(came: Came | None) -> str | None:
    match came:
        case Pressed(key):
            return key
        case Booked():
            return RIGHT
        case Told() | Untold():
            return next(key for key, inquired in INQUIRED.items() if inquired == came)
        case Entered(digits):
            return digits or None
    return None
