"""An agent (座席): a person with lines and one presence at a time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Presence(StrEnum):
    """What an agent is doing."""

    OFFLINE = "offline"  # no phone registered
    READY = "ready"
    OFFERED = "offered"  # their phone rings
    TALKING = "talking"
    WRAP_UP = "wrap_up"
    BREAK = "break"


class BreakReason(StrEnum):
    """Why an agent is on a break."""

    OWN_WISH = "own_wish"
    UNANSWERED = "unanswered"
    REFUSED = "refused"
    UNREACHABLE = "unreachable"


_P = Presence
MOVES: Mapping[Presence, frozenset[Presence]] = {
    _P.OFFLINE: frozenset({_P.READY, _P.BREAK}),
    _P.READY: frozenset({_P.OFFERED, _P.BREAK, _P.OFFLINE}),
    _P.OFFERED: frozenset({_P.TALKING, _P.READY, _P.BREAK, _P.OFFLINE}),
    _P.TALKING: frozenset({_P.WRAP_UP, _P.READY, _P.BREAK, _P.OFFLINE}),
    _P.WRAP_UP: frozenset({_P.READY, _P.BREAK, _P.OFFLINE}),
    _P.BREAK: frozenset({_P.READY, _P.OFFLINE}),
}
"""Allowed moves; an absent pair is an error."""


class IllegalMove(Exception):
    """A presence was asked to make a move that the table does not have: a bug in the floor."""


@dataclass(frozen=True, slots=True)
class Agent:
    """Who may be rung for which lines. `lines` maps line id to level (1 is best)."""

    id: str
    phone: str
    lines: Mapping[str, int] = field(default_factory=dict)
    rest_for: float = 30.0
    """Seconds of break after a refused, unanswered or unreachable offer; then ready again."""


@dataclass(slots=True)
class Seat:
    """An agent's presence on the floor; owned and changed by the floor alone."""

    agent: Agent
    presence: Presence = Presence.OFFLINE
    reason: BreakReason | None = None
    since: float = 0.0
    """When the present presence began."""
    idle_since: float = 0.0
    """When the agent last became free: decides who has waited longest for work."""
    phone_up: bool = False
    break_wished: bool = False
    """A break asked for during an offer or a talk begins after it."""
    leaving: bool = False
    """No agent any more: what they are in is their last."""
    mark: int = 0
    """Grows with each change, so that stale entries of the ready heaps and timers are recognised."""

    def move(self, to: Presence, now: float, reason: BreakReason | None = None) -> None:
        """Change presence. Raises IllegalMove for a pair that MOVES does not have."""
        if to not in MOVES[self.presence]:
            raise IllegalMove(f"{self.agent.id}: {self.presence} → {to}")
        self.presence, self.reason, self.since = to, reason, now
        self.mark += 1
