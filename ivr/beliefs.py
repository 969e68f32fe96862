"""What the engine takes to exist on the switch."""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass

from acd.signals import Signal


@dataclass(frozen=True, slots=True)
class Beliefs:
    """At one instant; what a reconciler compares with the switch's census."""

    calls: Set[str]
    """Ids of the calls that live: every name on the switch begins with one."""
    callers: Set[str]
    """Channels of calls that have not heard yet that they ended."""
    calling: Set[str]
    """Channels of calls that we make and nobody answered yet; they need not be there."""
    known: Set[str]
    """Every channel that somebody looks after: callers', legs, those of talks that an engine before us began."""
    bridges: Set[str]
    """Bridges of such talks."""
    ringing: Set[str]
    """Legs that were not answered yet."""
    talking: Set[str]
    """Legs that were."""
    playing: Set[str]
    """Playbacks whose end somebody waits for."""
    phones: Set[str]
    """All that are watched."""
    phones_up: Set[str]
    adrift: Mapping[str, Signal]
    """What the floor goes on believing though nobody is left who would tell it otherwise, and what tells it."""
