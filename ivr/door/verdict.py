"""What the door says of an arriving call."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Lane(StrEnum):
    """How a call goes on."""

    OPEN = "open"
    SLOW = "slow"  # behind everybody else
    AWAY = "away"  # it hears that all is busy


class Why(StrEnum):
    """Why a call is not let in like any other: the closed list that journal and metrics share."""

    CALLS = "calls"  # as many in progress as there are places
    RATE = "rate"  # more arrive in a second than can be greeted
    LATE = "late"  # the engine's loop is late
    BACKLOG = "backlog"  # events of the switch wait
    ORDERS = "orders"  # the switch takes long to obey
    NUMBER = "number"  # the number's own limit
    PREFIX = "prefix"  # the limit of many numbers together
    WITHHELD = "withheld"  # the limit of those who show no number
    NUISANCE = "nuisance"  # listed
    ATTACK = "attack"  # not trusted while the attack switch is on
    NO_PROOF = "no_proof"  # asked to press 1, and did not


OVERLOAD = frozenset({Why.CALLS, Why.RATE, Why.LATE, Why.BACKLOG, Why.ORDERS})
"""Of ours, not of the caller's."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What becomes of an arriving call."""

    lane: Lane = Lane.OPEN
    why: Why | None = None
    behind: float = 0.0
    """Seconds by which the call is served later than it came."""
    prove: bool = False
    """The caller is asked to press a key before anything else."""
    told: bool = True
    """One who is sent away hears a sentence; else the caller's own exchange gives the busy tone."""


WELCOME = Verdict()
