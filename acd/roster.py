"""The roster: every agent's seat and every line's desk, and how the one counts at the other."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from acd.agent import Agent, Presence
from acd.desk import Desk
from acd.line import Line
from acd.seat import Seat

_READY, _OFFLINE = Presence.READY, Presence.OFFLINE
_ON_DUTY = frozenset({Presence.READY, Presence.OFFERED, Presence.TALKING, Presence.WRAP_UP})
_DUTY = {before: {to: (to in _ON_DUTY) - (before in _ON_DUTY) for to in Presence} for before in Presence}
"""By how many more, or fewer, are on duty after each move."""


class Roster:
    """Owned by the floor. Whatever changes a presence goes through `move`, so the desks always count right."""

    def __init__(self, lines: Iterable[Line], agents: Iterable[Agent], moved: Callable[[Seat], None] | None) -> None:
        """`moved` is told of each change of presence."""
        self.desks = {line.id: Desk(line) for line in lines}
        for desk in self.desks.values():
            desk.count_duty(0, 0.0)
        self.seats: dict[str, Seat] = {}
        self.served: dict[str, tuple[tuple[Desk, int], ...]] = {}
        """The desks of each agent's lines, with levels: `Seat.lines`, at hand."""
        self.first_mark = 0
        """Of new seats: past the marks of all who left, of whom timers may still speak."""
        self.tightened: list[Desk] = []
        """Lines that came down to the agents whom they keep: they may ring those whom other lines keep as well."""
        self._moved = moved
        for position, agent in enumerate(agents):
            self.hire(agent, position)

    # ── presences ───────────────────────────────────────────────────────────

    def move(self, seat: Seat, to: Presence, now: float, reason: str | None = None) -> None:
        """Change a presence, and what the desks make of it. Raises IllegalMove."""
        before, agent = seat.presence, seat.agent.id
        seat.move(to, now, reason)
        if before is _READY:
            for desk, _ in self.served[agent]:
                del desk.ready[agent]
                desk.ready_at = now
                if desk.keep_free and len(desk.ready) == desk.keep_free:
                    self.tightened.append(desk)
        elif to is _READY:
            for desk, _ in self.served[agent]:
                desk.ready[agent] = seat
        if to is _OFFLINE:
            for desk, _ in self.served[agent]:
                self.absent(desk, now)
        elif before is _OFFLINE:
            for desk, _ in self.served[agent]:
                self.arrived(desk)
        if (duty := _DUTY[before][to]) != 0:
            for desk, _ in self.served[agent]:
                desk.count_duty(duty, now)
        if self._moved is not None:
            self._moved(seat)

    @staticmethod
    def absent(desk: Desk, now: float) -> None:
        desk.present -= 1
        if desk.present == 0:
            desk.empty_since = now

    @staticmethod
    def arrived(desk: Desk) -> None:
        desk.present += 1
        desk.empty_since = None

    def miscounted(self) -> list[str]:
        """Lines whose desks do not count what their seats and calls say."""
        return [line for line, desk in self.desks.items() if self._counts(desk) != _as_it_is(desk)]

    @staticmethod
    def _counts(desk: Desk) -> tuple[set[str], int, int, int]:
        return set(desk.ready), desk.present, desk.on_duty, desk.pace.waiting

    def recount(self, now: float) -> None:
        """Let every desk count what its seats and calls say."""
        for desk in self.desks.values():
            ready, desk.present, on_duty, desk.pace.waiting = _as_it_is(desk)
            desk.ready = {agent: desk.agents[agent] for agent in sorted(ready)}
            desk.count_duty(on_duty - desk.on_duty, now)
            if desk.present:
                desk.empty_since = None
            elif desk.empty_since is None:
                desk.empty_since = now

    # ── who serves what ─────────────────────────────────────────────────────

    def hire(self, agent: Agent, position: int) -> Seat:
        """A new agent, offline."""
        seat = Seat(agent, position, mark=self.first_mark)
        self.seats[agent.id] = seat
        self.serve(seat, agent.lines, 0.0)
        return seat

    def serve(self, seat: Seat, lines: Mapping[str, int], now: float) -> None:
        """These lines, and no others, are this agent's from now on. Lines that do not exist are left out."""
        for line in seat.lines:
            desk = self.desks[line]
            desk.agents.pop(seat.agent.id, None)
            if desk.ready.pop(seat.agent.id, None) is not None:
                desk.ready_at = now
            if seat.presence is not _OFFLINE:
                self.absent(desk, now)
            if seat.presence in _ON_DUTY:
                desk.count_duty(-1, now)
        seat.lines = {line: level for line, level in lines.items() if line in self.desks}
        self.at_hand(seat)
        for desk, _ in self.served[seat.agent.id]:
            desk.agents[seat.agent.id] = seat
            if seat.presence is _READY:
                desk.ready[seat.agent.id] = seat
            if seat.presence is not _OFFLINE:
                self.arrived(desk)
            if seat.presence in _ON_DUTY:
                desk.count_duty(1, now)

    def at_hand(self, seat: Seat) -> None:
        """Keep the desks of the lines that a seat has."""
        self.served[seat.agent.id] = tuple((self.desks[line], level) for line, level in seat.lines.items())

    def dismiss(self, seat: Seat, now: float) -> None:
        """This agent is no longer one."""
        self.serve(seat, {}, now)
        del self.seats[seat.agent.id], self.served[seat.agent.id]
        self.first_mark = max(self.first_mark, seat.mark + 1)

    def arrange(self, lines: Iterable[Line], agents: Iterable[Agent], now: float) -> list[Seat]:
        """These lines and agents from now on; returns the seats of those who are gone.

        A line that is gone keeps its last rules and those who served it: calls of an older plan may wait there.
        """
        rules, people = {line.id: line for line in lines}, {agent.id: agent for agent in agents}
        gone = self.desks.keys() - rules.keys()
        for line in rules.values():
            desk = self.desks.get(line.id)
            if desk is None:
                desk = self.desks[line.id] = Desk(line, empty_since=now, ready_at=now)
                desk.count_duty(0, now)
                continue
            old = desk.line
            if line.outside is None or old.outside is None or line.outside.phone != old.outside.phone:
                desk.outside_rests_until = 0.0
            desk.obey(line)
            desk.count_duty(0, now)
        left = [seat for name, seat in self.seats.items() if name not in people]
        for position, agent in enumerate(people.values()):
            seat = self.seats.get(agent.id)
            if seat is None:
                self.hire(agent, position)
                continue
            kept = {line: level for line, level in seat.agent.lines.items() if line in gone}
            seat.agent, seat.position, seat.leaving = replace(agent, lines={**kept, **agent.lines}), position, False
            seat.rings = tuple(phone for phone in agent.phones if phone in seat.rings)
            self.serve(seat, seat.agent.lines if seat.moved is None else seat.moved, now)
        return left


def _as_it_is(desk: Desk) -> tuple[set[str], int, int, int]:
    """Who is ready, how many are present, how many on duty; how many wait whom no phone rings for."""
    seats = desk.agents.values()
    return (
        {seat.agent.id for seat in seats if seat.presence is _READY},
        sum(seat.presence is not _OFFLINE for seat in seats),
        sum(seat.presence in _ON_DUTY for seat in seats),
        sum(not waiting.offers for waiting in desk.calls.values()),
    )
