"""A line on the floor: who waits, who is ready, how many talk with its outside number."""

from __future__ import annotations

import heapq
from bisect import bisect_left, insort
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from acd.agent import Presence
from acd.line import Line
from acd.seat import Seat


class Place(NamedTuple):
    """Where a call stands in its line: higher priority first, then first come, first served."""

    rank: int
    """Negative priority."""
    since: float
    number: int
    """Order of joining, for equal instants."""
    call: str


@dataclass(slots=True)
class Waiting:
    """One call waiting on one line. It keeps its place while a phone rings for it."""

    place: Place
    line: Line
    offer: int | None = None
    failed_outside: int = 0
    overdue: bool = False
    """The maximum wait passed while a phone was ringing; decided when it stops."""


@dataclass(slots=True)
class Desk:
    """The state of one line; owned and changed by the floor alone."""

    line: Line
    agents: list[str] = field(default_factory=list)
    queue: list[Place] = field(default_factory=list)
    """All who wait, those whom a phone rings for included, in order."""
    free: list[Place] = field(default_factory=list)
    """Those of the queue whom no phone rings for, in order."""
    outside_calls: int = 0
    outside_rests_until: float = 0.0
    empty_since: float | None = None
    _ready: list[tuple[float, int, str]] = field(default_factory=list)
    """Heap of (idle since, mark, agent); stale entries are dropped on sight."""

    # ── callers ─────────────────────────────────────────────────────────────

    def join(self, place: Place) -> None:
        insort(self.queue, place)
        insort(self.free, place)

    def leave(self, waiting: Waiting) -> None:
        _remove(self.queue, waiting.place)
        if waiting.offer is None:
            _remove(self.free, waiting.place)

    def take(self, waiting: Waiting, offer: int) -> None:
        """A phone rings for this caller now."""
        _remove(self.free, waiting.place)
        waiting.offer = offer

    def put_back(self, waiting: Waiting) -> None:
        """No phone rings for this caller any more: the place was kept."""
        waiting.offer = None
        insort(self.free, waiting.place)

    def ahead_of(self, place: Place) -> int:
        return bisect_left(self.queue, place)

    # ── who could serve them ────────────────────────────────────────────────

    def staff(self, seats: Iterable[Seat]) -> None:
        """These agents serve the line from now on, and no others."""
        self.agents = []
        self._ready = []
        for seat in seats:
            self.agents.append(seat.agent.id)
            if seat.presence is Presence.READY:
                self._ready.append((seat.idle_since, seat.mark, seat.agent.id))
        heapq.heapify(self._ready)

    def agent_ready(self, seat: Seat) -> None:
        self.empty_since = None
        heapq.heappush(self._ready, (seat.idle_since, seat.mark, seat.agent.id))

    def longest_idle(self, seats: Mapping[str, Seat]) -> str | None:
        """The ready agent who has been idle longest."""
        while self._ready:
            _, mark, agent = self._ready[0]
            seat = seats.get(agent)
            if seat is not None and seat.presence is Presence.READY and seat.mark == mark:
                return agent
            heapq.heappop(self._ready)
        return None

    def outside_free(self, now: float) -> bool:
        """Whether the outside number takes another call."""
        outside = self.line.outside
        return outside is not None and self.outside_calls < outside.simultaneous and now >= self.outside_rests_until

    def on_shift(self, seats: Mapping[str, Seat]) -> bool:
        """Whether any agent of the line is there, ready or not."""
        return any(seats[agent].presence is not Presence.OFFLINE for agent in self.agents)

    def served(self, seats: Mapping[str, Seat]) -> bool:
        """Whether somebody could take a call of this line, now or soon."""
        return self.line.outside is not None or self.on_shift(seats)


def _remove(places: list[Place], place: Place) -> None:
    at = bisect_left(places, place)
    if at == len(places) or places[at] != place:
        raise KeyError(place.call)
    del places[at]
