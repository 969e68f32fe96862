"""An agent (座席): a person with lines, levels, phones and one presence at a time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Presence(StrEnum):
    """What an agent is doing."""

    OFFLINE = "offline"  # no phone registered, or not on shift
    READY = "ready"
    OFFERED = "offered"  # their phone rings
    TALKING = "talking"
    WRAP_UP = "wrap_up"
    BREAK = "break"


class BreakReason(StrEnum):
    """Why an agent is on a break, when no reason of the plan's own list (lunch, training) was given."""

    OWN_WISH = "own_wish"
    UNANSWERED = "unanswered"
    REFUSED = "refused"
    UNREACHABLE = "unreachable"
    OTHER_CALL = "other_call"  # their phone is in a call that the floor does not know


_P = Presence
MOVES: Mapping[Presence, frozenset[Presence]] = {
    _P.OFFLINE: frozenset({_P.READY, _P.BREAK, _P.TALKING}),
    _P.READY: frozenset({_P.OFFERED, _P.BREAK, _P.OFFLINE, _P.TALKING}),
    _P.OFFERED: frozenset({_P.TALKING, _P.READY, _P.BREAK, _P.OFFLINE}),
    _P.TALKING: frozenset({_P.WRAP_UP, _P.READY, _P.BREAK, _P.OFFLINE}),
    _P.WRAP_UP: frozenset({_P.READY, _P.BREAK, _P.OFFLINE}),
    _P.BREAK: frozenset({_P.READY, _P.OFFLINE, _P.TALKING}),
}
"""Allowed moves; an absent pair is an error. Into a talk without an offer goes who was found in one (`TalkResumed`)."""


class IllegalMove(Exception):
    """A presence was asked to make a move that the table does not have: a bug in the floor."""


@dataclass(frozen=True, slots=True)
class Agent:
    """Who may be rung for which lines. `lines` maps line id to level (1 is best)."""

    id: str
    phones: tuple[str, ...]
    """All that are registered ring together."""
    lines: Mapping[str, int] = field(default_factory=dict)
    languages: frozenset[str] = frozenset()
    """The dialects and languages beside the hotline's own."""
    rest_for: float = 30.0
    """Seconds of break after a refused, unanswered or unreachable offer; then ready again. 0 is until they say so."""
