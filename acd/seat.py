"""A seat: an agent's presence on the floor."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from acd.agent import MOVES, Agent, IllegalMove, Presence

_AT_WORK = frozenset({Presence.TALKING, Presence.WRAP_UP})


@dataclass(slots=True)
class Seat:
    """An agent's presence on the floor; owned and changed by the floor alone."""

    agent: Agent
    position: int = 0
    """In which place the agent is written."""
    lines: Mapping[str, int] = field(default_factory=dict)
    """The lines served now, with levels."""
    presence: Presence = Presence.OFFLINE
    reason: str | None = None
    """Of a break: one of `BreakReason`, or of the plan's own."""
    since: float = 0.0
    """When the present presence began."""
    idle_since: float = 0.0
    """When the agent last became free: decides who has waited longest for work."""
    rings: tuple[str, ...] = ()
    """The phones that are registered, in the order in which they are written."""
    on_duty: bool = True
    moved: Mapping[str, int] | None = None
    """The lines that a shift leader gave, instead of the plan's."""
    wish: str | None = None
    """The reason of a break that was asked for during an offer, a talk or its wrap-up, and begins after it."""
    leaving: bool = False
    """No agent any more: what they are in is their last."""
    holds: int | None = None
    """The offer that rings, or is talked on."""
    back_at: float | None = None
    """When the wrap-up, or a break that nobody asked for, ends by itself."""
    mark: int = 0
    """Grows with each change, so that timers of another time are recognised."""
    answered: int = 0
    """Calls today."""
    worked: float = 0.0
    """Seconds of talk and wrap-up today, until the present presence began."""

    @property
    def id(self) -> str:
        return self.agent.id

    @property
    def here(self) -> bool:
        """Whether the agent could work: a phone is there, and it is their time."""
        return bool(self.rings) and self.on_duty and not self.leaving

    @property
    def phone_up(self) -> bool:
        return bool(self.rings)

    @property
    def phones(self) -> frozenset[str]:
        """Those that are registered."""
        return frozenset(self.rings)

    def plug(self, phone: str) -> None:
        """This phone is registered."""
        there = {*self.rings, phone}
        self.rings = tuple(known for known in self.agent.phones if known in there)

    def unplug(self, phone: str) -> None:
        """This phone is gone."""
        self.rings = tuple(known for known in self.rings if known != phone)

    def move(self, to: Presence, now: float, reason: str | None = None) -> None:
        """Change presence. Raises IllegalMove for a pair that MOVES does not have."""
        if to not in MOVES[self.presence]:
            raise IllegalMove(f"{self.agent.id}: {self.presence} → {to}")
        if self.presence in _AT_WORK:
            self.worked += now - self.since
        self.presence, self.reason, self.since, self.back_at = to, reason, now, None
        self.mark += 1
