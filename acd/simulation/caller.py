"""A caller of a simulation, and what became of them. Instants and times in seconds."""

from __future__ import annotations

from math import inf
from typing import NamedTuple

from acd.signals import GivenUp


class Caller(NamedTuple):
    """Who calls when, and what they bring: everything that is theirs and not the hotline's."""

    id: str
    at: float
    line: str
    talk: float
    """How long the talk will last, once there is one."""
    patience: float = inf
    """Hangs up after waiting so long."""
    priority: int = 0
    waited: float = 0.0


class Waits(NamedTuple):
    """Nobody was ready for the caller: from now on they wait."""

    caller: Caller
    at: float


class Answered(NamedTuple):
    caller: Caller
    at: float
    agent: str | None
    """None for the line's outside number."""


class Abandoned(NamedTuple):
    """The caller's patience was over."""

    caller: Caller
    at: float


class TurnedAway(NamedTuple):
    """The line gave the caller up."""

    caller: Caller
    at: float
    why: GivenUp


Told = Waits | Answered | Abandoned | TurnedAway
"""What a simulation tells, in the order of time."""
