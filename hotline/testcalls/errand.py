"""An errand: what a test call dials, what it must hear until each key, and where that must lead. Pure.

A test call rings nobody: the engine takes it off at a line's door, before a message and before anything that would be
kept of a caller (`ivr.flow`), so an errand ends there too.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from prompts.catalogue import Catalogue
from routing.destination import Destination
from routing.dry_walk import HANG_UP, SILENCE, Heard, Keys, dry_walk
from routing.node import Ask, Callback, Menu, Message, Status, Survey
from routing.plan import Plan
from routing.scene import Scene

MOST: Final = 100
"""Paths that are looked for in a plan."""
DEEPEST: Final = 8
"""Keys of a path."""

TO_A_PERSON: Final = "0"
"""Leads from anywhere to where one of the other paths leads too."""

ASKING: Final = frozenset({"line", "outside", "message", "callback"})
"""Ends where the engine takes a test call off: somebody would be rung, or something kept."""


class NoErrand(ValueError):
    """No test call can be made so; the text says why."""


@dataclass(frozen=True, slots=True)
class Leg:
    """What is heard until the next key: the nodes, their sounds in order, and the key; None after the last one."""

    nodes: tuple[str, ...]
    sounds: tuple[str, ...]
    key: str | None


@dataclass(frozen=True, slots=True)
class Errand:
    """One test call. `words` are the texts of its sounds, by their names; `version` is the plan's."""

    keys: tuple[str, ...]
    dialled: str
    legs: tuple[Leg, ...]
    end: Destination
    words: Mapping[str, str]
    version: str
    wait: float
    """Seconds for which the plan waits for a key."""

    @property
    def path(self) -> str:
        """The keys as people write them."""
        return ",".join(self.keys) or "no keys"


def errand_of(plan: Plan, version: str, keys: Iterable[str], scene: Scene) -> Errand:
    """The test call that presses `keys`, as the plan leads it now. Raises NoErrand."""
    keys = tuple(keys)
    if HANG_UP in keys or SILENCE in keys:
        raise NoErrand(f"{','.join(keys)}: a test call presses keys, and hears all until the end of its path")
    walk = dry_walk(plan, keys, scene)
    pressed = "".join(step.heard or "" for step in walk.steps)
    if pressed != "".join(keys):
        raise NoErrand(f"{','.join(keys)}: the plan asks only for {','.join(pressed) or 'no key'} on this way now")
    steps = walk.steps[:-1] if walk.end.kind in ASKING else walk.steps
    for step in steps:
        if isinstance(plan.nodes.get(step.step), Ask | Callback | Status | Message | Survey):
            raise NoErrand(f"{','.join(keys)}: {step.step} asks for more than a key; a test call cannot go through it")
    legs = tuple(_legs(steps, keys))
    texts = Catalogue(plan.words).texts
    words = {sound: texts[sound] for leg in legs for sound in leg.sounds if sound in texts}
    return Errand(keys, plan.hotline.number, legs, walk.end, words, version, plan.hotline.wait)


def paths(plan: Plan, scene: Scene) -> list[tuple[str, ...]]:
    """Every way through the menus now, by its keys, shortest first; those that no test call can go are left out."""
    found: list[tuple[str, ...]] = []
    ahead: list[tuple[str, ...]] = [()]
    while ahead and len(found) < MOST:
        keys = ahead.pop(0)
        steps = dry_walk(plan, Keys(keys, lambda: [HANG_UP]), scene).steps
        asks = plan.nodes.get(steps[-1].step) if steps else None
        if _comes_again(steps):
            continue
        if isinstance(asks, Menu):
            ahead += [(*keys, key) for key in asks.keys if key != TO_A_PERSON and len(keys) < DEEPEST]
        elif goes(plan, keys, scene):
            found.append(keys)
    return found


def goes(plan: Plan, keys: tuple[str, ...], scene: Scene) -> bool:
    """Whether a test call can walk this path now."""
    try:
        errand_of(plan, "", keys, scene)
    except NoErrand:
        return False
    return True


def _comes_again(steps: tuple[Heard, ...]) -> bool:
    """Whether something is heard a second time: what follows is known."""
    return len({step.step for step in steps}) < len(steps)


def _legs(steps: Iterable[Heard], keys: tuple[str, ...]) -> Iterator[Leg]:
    nodes: list[str] = []
    sounds: list[str] = []
    left = list(keys)
    for step in steps:
        nodes.append(step.step)
        sounds += step.sounds
        if step.heard is not None and left:
            yield Leg(tuple(nodes), tuple(sounds), left.pop(0))
            nodes, sounds = [], []
    if nodes:
        yield Leg(tuple(nodes), tuple(sounds), None)
