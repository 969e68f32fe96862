"""Why a phone was rung for a call, or why none could be: the reasons, as data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from acd.line import Strategy

SHOWN = 20
"""Agents named for one reason; of more only the count is kept."""


class Bar(StrEnum):
    """Why an agent of the line was not eligible for a call."""

    OFFLINE = "offline"
    OFFERED = "offered"
    TALKING = "talking"
    WRAP_UP = "wrap_up"
    BREAK = "break"
    LEVEL = "level"  # their level is rung later
    LANGUAGE = "language"  # one who speaks the caller's language is waited for
    STICKY = "sticky"  # the agent whom the caller had before is waited for
    NOT_THE_ONE = "not_the_one"  # the call is for another agent alone
    KEPT_FREE = "kept_free"  # kept for another line


@dataclass(frozen=True, slots=True)
class Ranked:
    """An eligible agent. `by` is what the strategy ranked by: seconds idle, calls, seconds busy, a turn, a place."""

    agent: str
    level: int
    by: float
    failed_before: bool = False
    """Their phone failed for this call: others go first."""


@dataclass(frozen=True, slots=True)
class Barred:
    """Agents who could not be rung, for one reason: the first SHOWN by name, and how many in all."""

    agents: tuple[str, ...]
    count: int


@dataclass(frozen=True, slots=True)
class Decision:
    """One look for an agent. `waited` in seconds."""

    strategy: Strategy
    waited: float
    ahead: int
    """Calls of the line before this one."""
    priority: int
    urgent: bool
    chosen: tuple[str, ...]
    """Agents rung by it; empty for the outside number, or nobody."""
    ranked: tuple[Ranked, ...]
    """The eligible, best first, at most SHOWN."""
    barred: Mapping[Bar, Barred]
    outside: bool = False
    """The line's outside number was rung."""
    over: tuple[str, ...] = ()
    """When an agent became free: their other lines whose first call had a lesser claim, as `line`."""
