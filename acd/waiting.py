"""One call waiting on one line: its place, and who may take it by now."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from typing import NamedTuple

from acd.decision import Bar, Barred
from acd.line import Limit, Line
from acd.signals import GivenUp


class Place(NamedTuple):
    """Where a call stands in its line. The order of places is the order of service."""

    rank: int
    """0 for urgent calls, 1 for all others."""
    claim: float
    """The instant from which it is served in turn: when its wait began, less the head start of its priority."""
    number: int
    """Order of joining, for equal instants."""
    since: float
    """When its wait began."""
    call: str


class Passed(NamedTuple):
    """A limit that holds: which of the line's own (None for one that every line has), and what went beyond it."""

    why: GivenUp
    limit: int | None = None
    measured: float | None = None
    rule: Limit | None = None


class Wants(Enum):
    """Whom a call waits for at first."""

    ANYBODY = auto()
    STICKY = auto()  # the agent it had before
    SPEAKER = auto()  # an agent who speaks its language


@dataclass(slots=True)
class Waiting:
    """A call that waits. It keeps its place while phones ring for it."""

    place: Place
    line: Line
    """As it was when the call joined: these limits were promised."""
    priority: int
    language: str | None
    had: str | None
    only: str | None
    past: frozenset[int]
    joined: float
    """When it joined this line; the limits count from here."""
    patient: bool = False
    """No limit holds for it."""
    wants: Wants = Wants.ANYBODY
    stage: int = 0
    """How wide its rings are by now: a place in `Desk.opens`."""
    turns_at: float | None = None
    """When `wants` or `stage` changes next."""
    queued: bool = False
    """Nobody could be rung for it when it joined."""
    entry: int = 0
    """Its live entry in the line's heaps; entries with another number are stale. 0 when it has none."""
    offers: tuple[int, ...] = ()
    """Those that ring for it now."""
    failed: tuple[str, ...] = ()
    """Agents whose phone failed for it: others go first."""
    failed_outside: int = 0
    told: dict[Bar, Barred] | None = None
    """Why nobody could be rung for it, as it was said last."""
    overdue: Passed | None = None
    """A limit was passed while a phone was ringing: decided when it stops."""


def claim(line: Line, since: float, priority: int) -> float:
    """The instant from which a call is served in turn: nobody is overtaken by who came `most_head_start` later."""
    points = priority + line.priority
    if points == 0:
        return since
    ahead = points * line.head_start
    return since - max(-line.most_head_start, min(line.most_head_start, ahead))


def without(offers: tuple[int, ...], offer: int) -> tuple[int, ...]:
    """The other offers."""
    return () if len(offers) == 1 else tuple(other for other in offers if other != offer)
