"""The floor: lines, agents, waiting calls and offers, and who gets whom.

Theory of operation
-------------------
`handle(signal, now)` is the only way in; it returns the orders that follow and never looks at a clock. `wake_at()`
names the next instant at which a `Tick` would change something. There is one owner and no lock: whoever drives the
floor feeds it one signal at a time.

A call *waits* from `CallJoined` until it is connected, gives up or leaves. While its *offer* rings it keeps its
place, so a phone that does not answer puts the caller back at the head by doing nothing. An offer is the only place
where a call and a phone touch; when it is gone, everything late that still speaks of it changes nothing.

Matching runs in two directions and only when something changed. A call that became free looks for the agent of its
line who has been idle longest (a heap per line, stale entries recognised by the seat's mark). An agent who became
free looks at the heads of their lines and takes the highest priority, then the longest wait. A line's outside number
serves when no agent of the line is ready. After each signal no ready agent is left beside a call they could take.

Lines and agents may change under way (`Rearranged`). New rules hold for whom joins and rings from then on. A line that
is gone keeps its last rules and those who served it: calls that hold an older plan may wait there, or still come. An
agent who is gone ends what they are in, and then leaves.

Timers live in one heap; an entry that no longer speaks of the present is dropped when it comes up.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence, Set
from dataclasses import replace

from acd.agent import Agent, BreakReason, Presence
from acd.desk import Desk, Place, Waiting
from acd.line import Line
from acd.offer import Offer
from acd.seat import Seat
from acd.signals import (
    BreakBegan,
    BreakEnded,
    CallJoined,
    CallLeft,
    Connect,
    Failure,
    GivenUp,
    GiveUp,
    OfferFailed,
    Order,
    PhoneAnswered,
    PhoneDown,
    PhoneUp,
    Rearranged,
    Ring,
    Signal,
    StopRinging,
    TalkEnded,
)
from acd.timers import Alarm, Timer, Timers


class Floor:
    """The aggregate. All agents begin offline."""

    def __init__(self, lines: Iterable[Line], agents: Iterable[Agent]) -> None:
        self._desks = {line.id: Desk(line) for line in lines}
        self._seats: dict[str, Seat] = {}
        for agent in agents:
            self._seats[agent.id] = Seat(agent)
            for line in agent.lines:
                self._desks[line].agents.append(agent.id)
        self._waiting: dict[str, Waiting] = {}
        self._offers: dict[int, Offer] = {}
        self._talks: dict[int, Offer] = {}
        self._talk_of: dict[str, int] = {}
        self._timers = Timers(self._is_live)
        self._joined = 0
        self._offered = 0
        self._first_mark = 0
        """Of new seats: past the marks of all who left, of whom timers may still speak."""

    # ── what it shows ───────────────────────────────────────────────────────

    def waiting(self, line: str) -> Sequence[Place]:
        """Those who wait on the line, in order of service."""
        return tuple(self._desks[line].queue)

    def ahead(self, call: str) -> int | None:
        """How many wait before this call on its line; None when it does not wait."""
        waiting = self._waiting.get(call)
        if waiting is None:
            return None
        return self._desks[waiting.line.id].ahead_of(waiting.place)

    def rings_for(self, call: str) -> bool:
        """Whether a phone rings for this call right now."""
        waiting = self._waiting.get(call)
        return waiting is not None and waiting.offer is not None

    def is_line(self, line: str) -> bool:
        """Whether calls may wait on it."""
        return line in self._desks

    def served(self, line: str) -> bool:
        """Whether somebody could take a call of this line, now or soon."""
        desk = self._desks.get(line)
        return desk is not None and desk.served(self._seats)

    def seat(self, agent: str) -> Seat:
        """An agent's presence; to look at, not to change."""
        return self._seats[agent]

    def presences(self) -> Counter[Presence]:
        """How many agents are in each presence."""
        return Counter(seat.presence for seat in self._seats.values())

    def offers(self) -> Sequence[Offer]:
        """The offers that ring now."""
        return tuple(self._offers.values())

    def talks(self) -> Sequence[Offer]:
        """The offers that became talks."""
        return tuple(self._talks.values())

    def wake_at(self) -> float | None:
        """The next instant at which time alone changes something; None when nothing is pending."""
        return self._timers.next_at()

    # ── the one way in ──────────────────────────────────────────────────────

    def handle(self, signal: Signal, now: float) -> list[Order]:
        """Take in one fact; return what must be done, in order. `now` is monotonic seconds."""
        orders: list[Order] = []
        match signal:
            case CallJoined():
                self._join(signal, now, orders)
            case CallLeft(call):
                self._leave(call, now, orders)
            case PhoneAnswered(offer):
                self._answered(offer, now, orders)
            case OfferFailed(offer, failure):
                self._failed(offer, failure, now, orders)
            case TalkEnded(offer):
                self._talk_ended(offer, now, orders)
            case PhoneUp(agent=agent):
                self._phone_up(agent, now, orders)
            case PhoneDown(agent=agent):
                self._phone_down(agent, now, orders)
            case BreakBegan(agent=agent):
                self._break_began(agent, now)
            case BreakEnded(agent):
                self._break_ended(agent, now, orders)
            case Rearranged():
                self._rearrange(signal, now, orders)
            case _:
                pass
        self._run_timers(now, orders)
        return orders

    # ── calls ───────────────────────────────────────────────────────────────

    def _join(self, joined: CallJoined, now: float, orders: list[Order]) -> None:
        if joined.call in self._waiting or joined.call in self._talk_of:
            return
        desk = self._desks[joined.line]
        if not desk.served(self._seats):
            orders.append(GiveUp(joined.call, joined.line, GivenUp.NOBODY_ON_SHIFT))
            return
        self._joined += 1
        place = Place(-(joined.priority + desk.line.priority), now, self._joined, joined.call)
        self._waiting[joined.call] = Waiting(place, desk.line)
        desk.join(place)
        self._timers.set(now + desk.line.maximum_wait, Alarm.WAIT_TOO_LONG, joined.call, self._joined)
        self._serve_line(desk, now, orders)

    def _leave(self, call: str, now: float, orders: list[Order]) -> None:
        waiting = self._waiting.get(call)
        if waiting is not None:
            if waiting.offer is not None:
                orders.append(StopRinging(waiting.offer))
                self._forget(call)
                self._release(self._offers.pop(waiting.offer), now, orders)
            else:
                self._forget(call)
        elif call in self._talk_of:
            self._talk_ended(self._talk_of[call], now, orders)

    def _forget(self, call: str) -> None:
        waiting = self._waiting.pop(call)
        self._desks[waiting.line.id].leave(waiting)

    def _give_up(self, call: str, why: GivenUp, orders: list[Order]) -> None:
        line = self._waiting[call].line.id
        self._forget(call)
        orders.append(GiveUp(call, line, why))

    # ── offers ──────────────────────────────────────────────────────────────

    def _ring(self, desk: Desk, place: Place, agent: str | None, now: float, orders: list[Order]) -> None:
        self._offered += 1
        if agent is not None:
            seat = self._seats[agent]
            seat.move(Presence.OFFERED, now)
            phones, ring_for = seat.agent.phones, desk.line.ring_for
        else:
            outside = desk.line.outside
            assert outside is not None  # noqa: S101  (the only caller has looked)
            desk.outside_calls += 1
            phones, ring_for = (outside.phone,), outside.ring_for
        offer = Offer(self._offered, place.call, desk.line, agent, phones, now + ring_for)
        self._offers[offer.id] = offer
        desk.take(self._waiting[place.call], offer.id)
        self._timers.set(offer.deadline, Alarm.OFFER_EXPIRES, offer.call, offer.id)
        orders.append(Ring(offer.id, place.call, phones, desk.line.id, agent))

    def _answered(self, offer_id: int, now: float, orders: list[Order]) -> None:
        offer = self._offers.pop(offer_id, None)
        if offer is None:
            return
        self._forget(offer.call)
        self._talks[offer.id] = offer
        self._talk_of[offer.call] = offer.id
        if offer.agent is not None:
            self._seats[offer.agent].move(Presence.TALKING, now)
        orders.append(Connect(offer.id, offer.call))

    def _failed(self, offer_id: int, failure: Failure, now: float, orders: list[Order]) -> None:
        offer = self._offers.pop(offer_id, None)
        if offer is None:
            return
        desk, waiting = self._desks[offer.line.id], self._waiting[offer.call]
        desk.put_back(waiting)
        if offer.agent is not None:
            self._rest(self._seats[offer.agent], BreakReason(failure.value), now)
        else:
            self._outside_failed(desk, waiting, now)
        if waiting.overdue:
            self._give_up(offer.call, GivenUp.MAXIMUM_WAIT, orders)
        elif self._outside_given_up(desk, waiting):
            self._give_up(offer.call, GivenUp.OUTSIDE_FAILED, orders)
        self._see_who_serves(desk, now)
        self._serve_line(desk, now, orders)

    def _outside_failed(self, desk: Desk, waiting: Waiting, now: float) -> None:
        desk.outside_calls -= 1
        waiting.failed_outside += 1
        if desk.line.outside is not None:
            desk.outside_rests_until = now + desk.line.outside.rest_for
            self._timers.set(desk.outside_rests_until, Alarm.OUTSIDE_RESTED, desk.line.id)

    def _outside_given_up(self, desk: Desk, waiting: Waiting) -> bool:
        outside = desk.line.outside
        return outside is not None and waiting.failed_outside >= outside.attempts and not desk.on_shift(self._seats)

    def _talk_ended(self, offer_id: int, now: float, orders: list[Order]) -> None:
        offer = self._talks.pop(offer_id, None)
        if offer is None:
            return
        del self._talk_of[offer.call]
        if offer.agent is None:
            self._free_outside(self._desks[offer.line.id], now, orders)
            return
        seat = self._seats[offer.agent]
        if not seat.phone_up:
            self._go_offline(seat, now)
        elif seat.break_wished:
            self._wished_break(seat, now)
        elif offer.line.wrap_up_for > 0:
            seat.move(Presence.WRAP_UP, now)
            self._timers.set(now + offer.line.wrap_up_for, Alarm.AGENT_BACK, seat.agent.id, seat.mark)
        else:
            self._become_ready(seat, now, orders)

    def _release(self, offer: Offer, now: float, orders: list[Order]) -> None:
        """The offer was withdrawn: its phone is free again and has lost no idle time."""
        if offer.agent is None:
            self._free_outside(self._desks[offer.line.id], now, orders)
            return
        seat = self._seats[offer.agent]
        if not seat.phone_up:
            self._go_offline(seat, now)
        elif seat.break_wished:
            self._wished_break(seat, now)
        else:
            self._become_ready(seat, now, orders, idle_since=seat.idle_since)

    def _free_outside(self, desk: Desk, now: float, orders: list[Order]) -> None:
        desk.outside_calls -= 1
        self._serve_line(desk, now, orders)

    # ── agents ──────────────────────────────────────────────────────────────

    def _phone_up(self, agent: str, now: float, orders: list[Order]) -> None:
        seat = self._seats.get(agent)
        if seat is None or seat.leaving:
            return
        seat.phone_up = True
        if seat.presence is Presence.OFFLINE:
            self._become_ready(seat, now, orders)

    def _phone_down(self, agent: str, now: float, orders: list[Order]) -> None:
        seat = self._seats.get(agent)
        if seat is None:
            return
        seat.phone_up = False
        match seat.presence:
            case Presence.OFFERED:
                offer = next(o for o in self._offers.values() if o.agent == agent)
                del self._offers[offer.id]
                orders.append(StopRinging(offer.id, Failure.UNREACHABLE))
                waiting, desk = self._waiting[offer.call], self._desks[offer.line.id]
                desk.put_back(waiting)
                self._go_offline(seat, now)
                if waiting.overdue:
                    self._give_up(offer.call, GivenUp.MAXIMUM_WAIT, orders)
                self._see_who_serves(desk, now)
                self._serve_line(desk, now, orders)
            case Presence.TALKING | Presence.OFFLINE:
                pass
            case _:
                self._go_offline(seat, now)

    def _go_offline(self, seat: Seat, now: float) -> None:
        seat.move(Presence.OFFLINE, now)
        if seat.leaving:
            self._remove(seat)
        for line in seat.agent.lines:
            self._see_who_serves(self._desks[line], now)

    def _see_who_serves(self, desk: Desk, now: float) -> None:
        """Callers whom nobody serves any more are kept a while, should somebody come back."""
        if desk.served(self._seats):
            desk.empty_since = None
        elif desk.queue and desk.empty_since is None:
            desk.empty_since = now
            self._timers.set(now + desk.line.empty_for, Alarm.LINE_EMPTY, desk.line.id)

    def _break_began(self, agent: str, now: float) -> None:
        seat = self._seats.get(agent)
        if seat is None:
            return
        match seat.presence:
            case Presence.READY | Presence.WRAP_UP:
                seat.move(Presence.BREAK, now, BreakReason.OWN_WISH)
            case Presence.BREAK:
                seat.reason = BreakReason.OWN_WISH
                seat.mark += 1
            case Presence.OFFERED | Presence.TALKING:
                seat.break_wished = True
            case Presence.OFFLINE:
                pass

    def _break_ended(self, agent: str, now: float, orders: list[Order]) -> None:
        seat = self._seats.get(agent)
        if seat is None:
            return
        seat.break_wished = False
        if seat.presence in (Presence.BREAK, Presence.WRAP_UP):
            self._become_ready(seat, now, orders)

    def _wished_break(self, seat: Seat, now: float) -> None:
        seat.break_wished = False
        seat.move(Presence.BREAK, now, BreakReason.OWN_WISH)

    def _rest(self, seat: Seat, reason: BreakReason, now: float) -> None:
        if not seat.phone_up:
            self._go_offline(seat, now)
        elif seat.break_wished:
            self._wished_break(seat, now)
        else:
            seat.move(Presence.BREAK, now, reason)
            self._timers.set(now + seat.agent.rest_for, Alarm.AGENT_BACK, seat.agent.id, seat.mark)

    def _become_ready(self, seat: Seat, now: float, orders: list[Order], idle_since: float | None = None) -> None:
        seat.move(Presence.READY, now)
        seat.idle_since = now if idle_since is None else idle_since
        for line in seat.agent.lines:
            self._desks[line].agent_ready(seat)
        self._serve_agent(seat, now, orders)

    # ── other lines, other agents ───────────────────────────────────────────

    def _rearrange(self, new: Rearranged, now: float, orders: list[Order]) -> None:
        lines, agents = {line.id: line for line in new.lines}, {agent.id: agent for agent in new.agents}
        for line in lines.values():
            self._set_line(line, now)
        gone = self._desks.keys() - lines.keys()
        for seat in tuple(self._seats.values()):
            if seat.agent.id not in agents:
                self._dismiss(seat)
        for agent in agents.values():
            self._set_agent(agent, gone)
        for name, desk in self._desks.items():
            desk.staff([seat for seat in self._seats.values() if name in seat.agent.lines])
            self._see_who_serves(desk, now)
        ready = (seat for seat in self._seats.values() if seat.presence is Presence.READY)
        for seat in sorted(ready, key=lambda seat: seat.idle_since):
            self._serve_agent(seat, now, orders)
        for desk in self._desks.values():
            self._serve_line(desk, now, orders)

    def _set_line(self, line: Line, now: float) -> None:
        desk = self._desks.get(line.id)
        if desk is None:
            self._desks[line.id] = Desk(line)
            return
        old, desk.line = desk.line, line
        if line.outside is None or old.outside is None or line.outside.phone != old.outside.phone:
            desk.outside_rests_until = 0.0
        if desk.empty_since is not None and line.empty_for != old.empty_for:
            desk.empty_since = now  # its timer speaks of the old rule
            self._timers.set(now + line.empty_for, Alarm.LINE_EMPTY, line.id)

    def _set_agent(self, agent: Agent, gone: Set[str]) -> None:
        """Take a new agent on, offline; one who is there keeps their presence, and their part in lines that go."""
        seat = self._seats.get(agent.id)
        if seat is None:
            self._seats[agent.id] = Seat(agent, mark=self._first_mark)
            return
        kept = {line: level for line, level in seat.agent.lines.items() if line in gone}
        seat.agent, seat.leaving = replace(agent, lines={**kept, **agent.lines}), False

    def _dismiss(self, seat: Seat) -> None:
        """This agent is no longer one: now, or once what they are in is over."""
        seat.leaving, seat.phone_up = True, False
        if seat.presence not in (Presence.OFFERED, Presence.TALKING):
            self._remove(seat)

    def _remove(self, seat: Seat) -> None:
        del self._seats[seat.agent.id]
        self._first_mark = max(self._first_mark, seat.mark + 1)
        for line in seat.agent.lines:
            self._desks[line].agents.remove(seat.agent.id)

    # ── matching ────────────────────────────────────────────────────────────

    def _serve_agent(self, seat: Seat, now: float, orders: list[Order]) -> None:
        """A ready agent takes the most deserving head of their lines."""
        heads = ((desk.free[0], desk) for line in seat.agent.lines if (desk := self._desks[line]).free)
        best = min(heads, key=lambda head: head[0], default=None)
        if best is not None:
            self._ring(best[1], best[0], seat.agent.id, now, orders)

    def _serve_line(self, desk: Desk, now: float, orders: list[Order]) -> None:
        """The line's free callers, in order, take ready agents and then the outside number."""
        while desk.free:
            agent = desk.longest_idle(self._seats)
            if agent is None and not desk.outside_free(now):
                return
            self._ring(desk, desk.free[0], agent, now, orders)

    # ── time ────────────────────────────────────────────────────────────────

    def _is_live(self, timer: Timer) -> bool:
        match timer.alarm:
            case Alarm.OFFER_EXPIRES:
                return timer.mark in self._offers
            case Alarm.WAIT_TOO_LONG:
                waiting = self._waiting.get(timer.subject)
                return waiting is not None and waiting.place.number == timer.mark and not waiting.overdue
            case Alarm.AGENT_BACK:
                seat = self._seats.get(timer.subject)
                return seat is not None and seat.mark == timer.mark
            case Alarm.OUTSIDE_RESTED:
                return self._desks[timer.subject].outside_rests_until == timer.at
            case Alarm.LINE_EMPTY:
                desk = self._desks[timer.subject]
                return desk.empty_since is not None and desk.empty_since + desk.line.empty_for == timer.at

    def _run_timers(self, now: float, orders: list[Order]) -> None:
        while (timer := self._timers.pop_due(now)) is not None:
            match timer.alarm:
                case Alarm.OFFER_EXPIRES:
                    orders.append(StopRinging(timer.mark, Failure.UNANSWERED))
                    self._failed(timer.mark, Failure.UNANSWERED, now, orders)
                case Alarm.WAIT_TOO_LONG:
                    waiting = self._waiting[timer.subject]
                    if waiting.offer is None:
                        self._give_up(timer.subject, GivenUp.MAXIMUM_WAIT, orders)
                    else:
                        waiting.overdue = True
                case Alarm.AGENT_BACK:
                    self._become_ready(self._seats[timer.subject], now, orders)
                case Alarm.OUTSIDE_RESTED:
                    self._serve_line(self._desks[timer.subject], now, orders)
                case Alarm.LINE_EMPTY:
                    desk = self._desks[timer.subject]
                    desk.empty_since = None
                    for place in tuple(desk.free):
                        self._give_up(place.call, GivenUp.NOBODY_ON_SHIFT, orders)
