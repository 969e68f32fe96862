"""How long each agent did what today, kept as it happens: equal to `records.presences.times` over the same moves."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from acd.agent import Presence
from records.presences import Move
from records.today import day_of, ms

Doing = tuple[Presence, str | None]
"""A presence, and the reason of a break."""


@dataclass(slots=True)
class _Agent:
    doing: Doing
    since: datetime
    lasted: dict[Doing, timedelta] = field(default_factory=dict)
    """Of what they did before it, today."""

    def go(self, doing: Doing, at: datetime) -> None:
        before = self.lasted.get(self.doing, timedelta())
        self.lasted[self.doing] = before + max(timedelta(), at - self.since)
        self.doing, self.since = doing, max(at, self.since)


class TimesToday:
    """Give it every move in its order (`records.presences.Presences.heard`)."""

    def __init__(self, now: datetime) -> None:
        self.begin = day_of(now)
        self._agents: dict[str, _Agent] = {}

    def sow(self, moves: Mapping[str, Iterable[Move]], begin: datetime) -> None:
        """Begin anew with the moves of each agent, from the last one before the day began on."""
        self.begin, self._agents = begin, {}
        for told in moves.values():
            for move in told:
                self.hear(move)

    def hear(self, move: Move) -> None:
        """The agent does something else from now on."""
        doing = (move.presence, move.reason)
        agent = self._agents.get(move.agent)
        if agent is None:  # of whom nothing is known was away
            agent = self._agents[move.agent] = _Agent((Presence.OFFLINE, None), self.begin)
        agent.go(doing, ms(move.at))

    def look(self, now: datetime) -> None:
        """Turn the page at midnight: what they do goes on, what they did is yesterday's."""
        begin = day_of(now)
        if begin == self.begin:
            return
        self.begin = begin
        for agent in self._agents.values():
            agent.lasted, agent.since = {}, begin if begin > agent.since else agent.since

    def of(self, agent: str, now: datetime) -> dict[Doing, timedelta]:
        """How long they did what since midnight; nothing of who did nothing."""
        known = self._agents.get(agent)
        if known is None:
            return {}
        running = max(timedelta(), now - known.since)
        return {**known.lasted, known.doing: known.lasted.get(known.doing, timedelta()) + running}
