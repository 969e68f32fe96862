"""The ground of a floor: what is there, what it shows of itself, and its state as plain data."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from copy import deepcopy
from typing import Self

from acd.agent import Agent, Presence
from acd.audit import Fault, faults
from acd.desk import Desk
from acd.estimate import Estimate
from acd.line import Line
from acd.offer import Offer
from acd.roster import Roster
from acd.seat import Seat
from acd.signals import (
    Order,
    PresenceChanged,
)
from acd.state import DeskState, FloorState
from acd.timers import Alarm, Check, Timers
from acd.waiting import Place, Waiting


class Ground:
    """Lines, agents, waiting calls, offers and talks. Everything here looks; what changes them is built on it."""

    def __init__(self, lines: Iterable[Line], agents: Iterable[Agent], *, explains: bool = False) -> None:
        """A floor that `explains` itself adds its reasons to its orders, and tells of presences and failed phones."""
        self._roster = Roster(lines, agents, self._tell_presence if explains else None)
        self._desks, self._seats = self._roster.desks, self._roster.seats
        self._waiting: dict[str, Waiting] = {}
        self._for_agent: dict[str, dict[str, Waiting]] = {}
        """Calls that are for one agent alone."""
        self._offers: dict[int, Offer] = {}
        self._talks: dict[int, Offer] = {}
        self._talk_of: dict[str, int] = {}
        self._timers = Timers(self._checks())
        self._joined = 0
        self._offered = 0
        self._explains = explains
        self._orders: list[Order] = []
        """Of the signal that is being handled."""
        self._now = 0.0

    # ── what it shows ──────────────────────────────────────────────────────────────

    def waiting(self, line: str) -> Sequence[Place]:
        """Those who wait on the line, in order of service."""
        return self._desks[line].places()

    def length(self, line: str) -> int:
        """How many wait on the line."""
        return len(self._desks[line].calls)

    def ahead(self, call: str) -> int | None:
        """How many wait before this call on its line; None when it does not wait."""
        waiting = self._waiting.get(call)
        return None if waiting is None else self._desks[waiting.line.id].ahead_of(waiting.place)

    def rings_for(self, call: str) -> bool:
        """Whether a phone rings for this call right now."""
        waiting = self._waiting.get(call)
        return waiting is not None and bool(waiting.offers)

    def is_line(self, line: str) -> bool:
        """Whether calls may wait on it."""
        return line in self._desks

    def is_agent(self, agent: str) -> bool:
        """Whether somebody of this name is an agent, or ends their last call."""
        return agent in self._seats

    def served(self, line: str) -> bool:
        """Whether somebody could take a call of this line, now or soon."""
        desk = self._desks.get(line)
        return desk is not None and desk.served

    def seat(self, agent: str) -> Seat:
        """An agent's presence; to look at, not to change. Raises KeyError."""
        return self._seats[agent]

    def seats(self) -> Iterable[Seat]:
        """All agents' presences; to look at."""
        return self._seats.values()

    def presences(self) -> Counter[Presence]:
        """How many agents are in each presence."""
        return Counter(seat.presence for seat in self._seats.values())

    def offers(self) -> Sequence[Offer]:
        """The offers that ring now."""
        return tuple(self._offers.values())

    def offer(self, offer: int) -> Offer | None:
        """An offer, while it rings."""
        return self._offers.get(offer)

    def talk(self, offer: int) -> Offer | None:
        """The offer that became this talk, while it lasts."""
        return self._talks.get(offer)

    def talks(self) -> Sequence[Offer]:
        """The offers that became talks."""
        return tuple(self._talks.values())

    def expected(self, call: str, now: float) -> Estimate | None:
        """How long this call will still wait; None when it does not wait, or that cannot be told."""
        waiting = self._waiting.get(call)
        if waiting is None or waiting.only is not None:
            return None
        desk = self._desks[waiting.line.id]
        if waiting.offers:
            return desk.pace.wait(0, now, ready=1)
        ahead = sum(not other.offers and other.place < waiting.place for other in desk.calls.values())
        return desk.pace.wait(ahead, now)

    def expected_wait(self, line: str, now: float) -> Estimate | None:
        """How long a call would wait that joined the line now; None when that cannot be told."""
        desk = self._desks.get(line)
        return None if desk is None else desk.pace.wait(desk.pace.waiting, now, len(desk.ready))

    def wake_at(self) -> float | None:
        """The next instant at which time alone changes something; None when nothing is pending."""
        return self._timers.next_at()

    def audit(self) -> list[str]:
        """What cannot be, in words; empty on a floor that is well. Looks; changes nothing."""
        return [fault.words for fault in self._faults()]

    # ── its state ──────────────────────────────────────────────────────────────────

    def state(self, now: float) -> FloorState:
        """Everything, as plain data; it shares nothing with the floor."""
        return deepcopy(
            FloorState(
                now,
                [
                    DeskState(
                        desk.line,
                        desk.outside_calls,
                        desk.outside_rests_until,
                        desk.empty_since,
                        desk.empties_at,
                        desk.ready_at,
                        desk.watched_at,
                        desk.widens_at,
                        desk.turn,
                        desk.turns,
                        desk.pace,
                    )
                    for desk in self._desks.values()
                ],
                list(self._seats.values()),
                list(self._waiting.values()),
                list(self._offers.values()),
                list(self._talks.values()),
                self._timers.all(),
                self._joined,
                self._offered,
                self._roster.first_mark,
            )
        )

    @classmethod
    def restored(cls, state: FloorState, *, explains: bool = False) -> Self:
        """The floor that this is the state of; it goes on as that one would have."""
        floor = cls([desk.line for desk in state.desks], (), explains=explains)
        roster, state = floor._roster, deepcopy(state)
        for kept in state.desks:
            desk = floor._desks[kept.line.id]
            desk.outside_calls, desk.outside_rests_until = kept.outside_calls, kept.outside_rests_until
            desk.turn, desk.turns = kept.turn, dict(kept.turns)
            desk.watched_at, desk.widens_at = kept.watched_at, kept.widens_at
        for seat in state.seats:
            roster.seats[seat.agent.id] = seat
            roster.at_hand(seat)
            for line in seat.lines:
                floor._desks[line].agents[seat.agent.id] = seat
        roster.recount(state.at)
        for kept in state.desks:
            desk = floor._desks[kept.line.id]
            desk.empty_since, desk.empties_at, desk.ready_at = kept.empty_since, kept.empties_at, kept.ready_at
            desk.pace = kept.pace
        for waiting in state.waiting:
            desk = floor._desks[waiting.line.id]
            floor._add(waiting, desk)
            waiting.entry = 0
            if waiting.offers:
                desk.ring_short(waiting)
            else:
                desk.free(waiting)
        floor._offers.update((offer.id, offer) for offer in state.offers)
        floor._talks.update((offer.id, offer) for offer in state.talks)
        floor._talk_of = {offer.call: offer.id for offer in state.talks}
        floor._timers.restore(state.timers)
        floor._joined, floor._offered, roster.first_mark = state.joined, state.offered, state.first_mark
        floor._now = state.at
        return floor

    def _faults(self) -> list[Fault]:
        return faults(self._roster, self._waiting, self._offers, self._talks, self._now)

    def _add(self, waiting: Waiting, desk: Desk) -> None:
        call = waiting.place.call
        self._waiting[call] = desk.calls[call] = waiting
        if waiting.only is not None:
            self._for_agent.setdefault(waiting.only, {})[call] = waiting

    def _checks(self) -> Mapping[Alarm, Check]:
        """For each alarm, whether a timer of it still speaks of the present."""
        offers, waiting, seats, desks, talks = self._offers, self._waiting, self._seats, self._desks, self._talks

        def offer_rings(_at: float, _call: str, offer: int) -> bool:
            return offer in offers

        def call_waits(_at: float, call: str, number: int) -> bool:
            found = waiting.get(call)
            return found is not None and found.place.number == number and found.overdue is None and not found.patient

        def call_turns(at: float, call: str, number: int) -> bool:
            found = waiting.get(call)
            return found is not None and found.turns_at == at and found.place.number == number

        def agent_comes_back(_at: float, agent: str, mark: int) -> bool:
            seat = seats.get(agent)
            return seat is not None and seat.mark == mark

        def outside_rests(at: float, line: str, _mark: int) -> bool:
            return desks[line].outside_rests_until == at

        def line_is_empty(at: float, line: str, _mark: int) -> bool:
            return desks[line].empties_at == at and not desks[line].served

        def line_is_watched(at: float, line: str, _mark: int) -> bool:
            return desks[line].watched_at == at

        def line_widens(at: float, line: str, _mark: int) -> bool:
            return desks[line].widens_at == at

        def talk_goes_on(_at: float, _call: str, offer: int) -> bool:
            return offer in talks

        return {
            Alarm.OFFER_EXPIRES: offer_rings,
            Alarm.WAITED: call_waits,
            Alarm.TURNS: call_turns,
            Alarm.WIDENS: line_widens,
            Alarm.AGENT_BACK: agent_comes_back,
            Alarm.OUTSIDE_RESTED: outside_rests,
            Alarm.LINE_EMPTY: line_is_empty,
            Alarm.LIMITS: line_is_watched,
            Alarm.LONG_TALK: talk_goes_on,
        }

    def _tell_presence(self, seat: Seat) -> None:
        self._orders.append(PresenceChanged(seat.agent.id, seat.presence, seat.reason))
