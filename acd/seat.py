"""A seat: an agent's presence on the floor."""

from __future__ import annotations

from dataclasses import dataclass

from acd.agent import MOVES, Agent, IllegalMove, Presence


@dataclass(slots=True)
class Seat:
    """An agent's presence on the floor; owned and changed by the floor alone."""

    agent: Agent
    presence: Presence = Presence.OFFLINE
    reason: str | None = None
    """Of a break: one of `BreakReason`, or of the plan's own."""
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

    def move(self, to: Presence, now: float, reason: str | None = None) -> None:
        """Change presence. Raises IllegalMove for a pair that MOVES does not have."""
        if to not in MOVES[self.presence]:
            raise IllegalMove(f"{self.agent.id}: {self.presence} → {to}")
        self.presence, self.reason, self.since = to, reason, now
        self.mark += 1
