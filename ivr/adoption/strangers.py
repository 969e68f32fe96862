"""What exists on the switch and belongs to no call that the journal knows: whom the engine takes as they are."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass, field

from ivr.switch import Arrived, Found, Kind, TalkFound


@dataclass(slots=True)
class Sorted:
    """What is told of them, and what is taken away."""

    told: list[TalkFound | Arrived] = field(default_factory=list)
    hang_up: list[str] = field(default_factory=list)
    """Legs that are left alone."""
    drop: list[str] = field(default_factory=list)
    """Bridges in which nobody is left who could be talked with."""


def sort(found: Found, taken: Container[str]) -> Sorted:
    """Talks that go on, callers who are alone, and what is nobody's; `taken` are channels of adopted calls."""
    sorted_ = Sorted()
    channels = {name: stranger for name, stranger in found.channels.items() if name not in taken}
    for bridge, members in found.bridges.items():
        talkers = frozenset(members & channels.keys())
        if talkers != members:
            continue
        if len(talkers) < 2:
            sorted_.drop.append(bridge)
        else:
            phones = {name: phone for name in talkers if (phone := channels[name].phone) is not None}
            legs = frozenset(name for name in talkers if channels[name].kind is not Kind.CALLER)
            sorted_.told.append(TalkFound(bridge, talkers, phones, legs))
            channels = {name: stranger for name, stranger in channels.items() if name not in talkers}
    for name, stranger in channels.items():
        if stranger.arrived is not None:
            sorted_.told.append(stranger.arrived)
        else:
            sorted_.hang_up.append(name)
    return sorted_
