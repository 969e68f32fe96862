"""The floor: lines, agents, waiting calls and offers, and who gets whom.

Theory of operation
-------------------
`handle(signal, now)` is the only way in; it returns the orders that follow and never looks at a clock. `wake_at()`
names the next instant at which a `Tick` would change something. There is one owner and no lock: whoever drives the
floor feeds it one signal at a time. A signal that comes twice, late or about what is gone changes nothing.

A call *waits* from `CallJoined` until it is connected, gives up or leaves. While its *offers* ring it keeps its place,
so a phone that does not answer puts the caller back at the head by doing nothing. An offer is the only place where a
call and an agent touch, and it is a lease: its deadline ends it, whatever the switch may say or fail to say.

The order of a line never changes while calls wait in it: a place is the instant of arrival less the head start that
priority is worth (`waiting.claim`), urgent calls before all others. So a long wait passes any priority, nobody is
overtaken by who came `most_head_start` later, and finding the next call is a look at a heap's head.

Matching runs in two directions and only when something changed. A call that became free, or whose rings grew wider,
looks for agents (`matching.agents_for`); an agent who became free looks for a call (`matching.call_for`). After each
signal no ready agent is left beside a call they may take. A line's outside number serves when none of its agents may.

Lines and agents may change under way (`Rearranged`). New rules hold from then on, for those who wait too. A line that
is gone keeps its last rules and those who served it: calls that hold an older plan may wait there, or still come. An
agent who is gone ends what they are in, and then leaves.

Timers live in one heap; an entry that no longer speaks of the present is dropped when it comes up.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from copy import deepcopy

from acd.agent import Agent, BreakReason, Presence
from acd.audit import Fault, FaultKind, faults
from acd.desk import Desk
from acd.estimate import Estimate
from acd.limits import LOOK_EVERY, at_joining, is_watched, of_line, of_wait
from acd.line import Limit, LimitKind, Line
from acd.matching import agents_for, bar, call_for, decision, is_at_work
from acd.offer import Offer
from acd.roster import Roster
from acd.seat import Seat
from acd.signals import (
    AgentMoved,
    Alert,
    AlertKind,
    Audited,
    BreakBegan,
    BreakEnded,
    CallJoined,
    CallLeft,
    CallRaised,
    CallReplaced,
    Connect,
    DayBegan,
    Failure,
    GivenUp,
    GiveUp,
    Hold,
    LineClosed,
    OfferFailed,
    Order,
    PhoneAnswered,
    PhoneDown,
    PhoneUp,
    PresenceChanged,
    Rearranged,
    Ring,
    ShiftBegan,
    ShiftEnded,
    Signal,
    StopRinging,
    TalkEnded,
    Tick,
    WrapUpExtended,
)
from acd.state import DeskState, FloorState
from acd.timers import Alarm, Check, Timer, Timers
from acd.waiting import Passed, Place, Waiting, Wants, claim

_SYSTEM = frozenset({BreakReason.REFUSED, BreakReason.UNANSWERED, BreakReason.UNREACHABLE, BreakReason.OTHER_CALL})
"""Breaks that nobody asked for: they do not outlive the phone's registration."""


class Floor:
    """The aggregate. All agents begin offline."""

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
        self._handlers: dict[type, Callable[..., None]] = {
            CallJoined: self._call_joined,
            CallLeft: self._call_left,
            CallReplaced: self._call_replaced,
            CallRaised: self._call_raised,
            PhoneAnswered: self._phone_answered,
            OfferFailed: self._offer_failed,
            TalkEnded: self._talk_ended,
            PhoneUp: self._phone_up,
            PhoneDown: self._phone_down,
            ShiftBegan: self._shift_began,
            ShiftEnded: self._shift_ended,
            BreakBegan: self._break_began,
            BreakEnded: self._break_ended,
            WrapUpExtended: self._wrap_up_extended,
            AgentMoved: self._agent_moved,
            LineClosed: self._line_closed,
            DayBegan: self._day_began,
            Rearranged: self._rearranged,
            Audited: self._audited,
            Tick: self._tick,
        }

    # ── what it shows ───────────────────────────────────────────────────────

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

    def limits(self, line: str) -> Sequence[Limit]:
        """What the line gives calls up for, beside what every line does."""
        return self._desks[line].line.limits

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

    def talk(self, offer: int) -> Offer | None:
        """The offer that became this talk, while it lasts."""
        return self._talks.get(offer)

    def talks(self) -> Sequence[Offer]:
        """The offers that became talks."""
        return tuple(self._talks.values())

    def expected(self, call: str, now: float) -> Estimate | None:
        """How long this call will still wait; None when it does not wait, or that cannot be told."""
        waiting = self._waiting.get(call)
        if waiting is None:
            return None
        desk = self._desks[waiting.line.id]
        return desk.pace.wait(desk.ahead_of(waiting.place), now)

    def expected_wait(self, line: str, now: float) -> Estimate | None:
        """How long a call would wait that joined the line now; None when that cannot be told."""
        desk = self._desks.get(line)
        return None if desk is None else desk.pace.wait(len(desk.calls), now, len(desk.ready))

    def wake_at(self) -> float | None:
        """The next instant at which time alone changes something; None when nothing is pending."""
        return self._timers.next_at()

    # ── the one way in ──────────────────────────────────────────────────────

    def handle(self, signal: Signal, now: float) -> list[Order]:
        """Take in one fact; return what must be done, in order. `now` is monotonic seconds."""
        orders = self._orders = []
        self._now = now
        self._handlers[type(signal)](signal)
        while (timer := self._timers.pop_due(now)) is not None:
            self._ring_alarm(timer)
        return orders

    def _tick(self, _signal: Tick) -> None:
        """Time passed."""

    # ── calls ───────────────────────────────────────────────────────────────

    def _call_joined(self, joined: CallJoined) -> None:
        call, now = joined.call, self._now
        if call in self._waiting or call in self._talk_of:
            return
        desk = self._desks[joined.line]
        line = desk.line
        if joined.only is not None:
            if not self._is_there(joined.only):
                self._orders.append(GiveUp(call, line.id, GivenUp.AGENT_AWAY))
                return
        elif not joined.patient and (passed := at_joining(desk, joined.past, now)) is not None:
            self._orders.append(GiveUp(call, line.id, passed.why, passed.limit, passed.measured))
            return
        self._joined += 1
        since = now - joined.waited
        rank = 0 if joined.urgent or line.urgent else 1
        place = Place(rank, claim(line, since, joined.priority), self._joined, since, call)
        waiting = Waiting(
            place,
            line,
            joined.priority,
            joined.language,
            joined.had,
            joined.only,
            joined.past,
            now,
            joined.patient,
        )
        self._add(waiting, desk)
        desk.pace.joined(now)
        if not joined.patient:
            self._set_wait_limits(waiting, desk)
        self._free(waiting, desk)
        self._serve_call(waiting, desk)
        waiting.queued = not waiting.offers

    def _add(self, waiting: Waiting, desk: Desk) -> None:
        call = waiting.place.call
        self._waiting[call] = desk.calls[call] = waiting
        if waiting.only is not None:
            self._for_agent.setdefault(waiting.only, {})[call] = waiting

    def _set_wait_limits(self, waiting: Waiting, desk: Desk) -> None:
        call, joined, number, line = waiting.place.call, waiting.joined, waiting.place.number, waiting.line
        self._timers.set(joined + line.maximum_wait, Alarm.WAITED, call, number)
        if line.limits:
            for place, limit in enumerate(line.limits):
                if limit.kind is LimitKind.WAITED and limit.waiting and place not in waiting.past:
                    self._timers.set(joined + limit.over, Alarm.WAITED, call, number)
            self._watch(desk)

    def _call_left(self, left: CallLeft) -> None:
        waiting = self._waiting.get(left.call)
        if waiting is not None:
            self._lose(waiting)
            self._withdraw(waiting.offers)
        elif left.call in self._talk_of:
            self._end_talk(self._talk_of[left.call])

    def _call_replaced(self, replaced: CallReplaced) -> None:
        waiting, by = self._waiting.get(replaced.call), replaced.by
        if waiting is None or by in self._waiting or by in self._talk_of:
            return
        desk = self._desks[waiting.line.id]
        self._forget(waiting)
        waiting.place = waiting.place._replace(call=by)
        waiting.patient, waiting.overdue, waiting.turns_at = True, None, None  # its timers bear the other name
        self._add(waiting, desk)
        offers, waiting.offers = waiting.offers, []
        if offers:
            desk.pace.put_back(waiting.queued, self._now)
        self._free(waiting, desk)
        self._withdraw(offers)
        if not waiting.offers:
            self._serve_call(waiting, desk)

    def _call_raised(self, raised: CallRaised) -> None:
        waiting = self._waiting.get(raised.call)
        if waiting is None or waiting.place.rank == 0:
            return
        waiting.place = waiting.place._replace(rank=0)
        if not waiting.offers:
            desk = self._desks[waiting.line.id]
            desk.take(waiting)
            desk.free(waiting)

    def _forget(self, waiting: Waiting) -> None:
        """This call waits no more."""
        call = waiting.place.call
        del self._waiting[call]
        self._desks[waiting.line.id].forget(waiting)
        if waiting.only is not None:
            reserved = self._for_agent[waiting.only]
            del reserved[call]
            if not reserved:
                del self._for_agent[waiting.only]

    def _lose(self, waiting: Waiting) -> None:
        """This call waits no more, and nobody answered it."""
        pace = self._desks[waiting.line.id].pace
        if waiting.offers:
            pace.put_back(waiting.queued, self._now)
        pace.left(self._now)
        self._forget(waiting)

    def _withdraw(self, offers: Sequence[int]) -> None:
        """Stop what rings for a call; its agents are free for others."""
        for offer in offers:
            self._orders.append(StopRinging(offer))
        for offer in offers:
            self._release(self._offers.pop(offer))

    def _give_up(self, waiting: Waiting, passed: Passed) -> None:
        """The line serves this call no more; while a phone rings for it, that is decided when it stops."""
        if waiting.offers:
            waiting.overdue = waiting.overdue or passed
            return
        self._lose(waiting)
        place = waiting.place
        self._orders.append(GiveUp(place.call, waiting.line.id, passed.why, passed.limit, passed.measured))

    def _free(self, waiting: Waiting, desk: Desk) -> None:
        """No phone rings for this call: see whom it wants by now, and let it be found."""
        if waiting.had is not None or waiting.language is not None or len(desk.opens) > 1:
            self._turn(waiting, desk)
        desk.free(waiting)

    def _turn(self, waiting: Waiting, desk: Desk) -> None:
        """Whom a call wants now, and until when."""
        since, line, now = waiting.place.since, desk.line, self._now
        until: float | None = None
        if waiting.had is not None and (at := since + line.sticky_for) > now and self._may_come(waiting.had, desk):
            waiting.wants, until = Wants.STICKY, at
        elif waiting.language is not None and (at := since + line.language_for) > now and self._speaker(waiting, desk):
            waiting.wants, until = Wants.SPEAKER, at
        else:
            waiting.wants, opens = Wants.ANYBODY, desk.opens
            stage = len(opens) - 1
            while stage and since + opens[stage] > now:
                stage -= 1
            waiting.stage = stage
            if stage + 1 < len(opens):
                until = since + opens[stage + 1]
        if until is not None and until != waiting.turns_at:
            self._timers.set(until, Alarm.WIDENS, waiting.place.call, waiting.place.number)
        waiting.turns_at = until

    def _may_come(self, agent: str, desk: Desk) -> bool:
        seat = desk.agents.get(agent)
        return seat is not None and is_at_work(seat)

    def _speaker(self, waiting: Waiting, desk: Desk) -> bool:
        return any(waiting.language in seat.agent.languages and is_at_work(seat) for seat in desk.agents.values())

    # ── offers ──────────────────────────────────────────────────────────────

    def _ring(self, waiting: Waiting, desk: Desk, seat: Seat | None, became_ready: bool = False) -> None:
        self._offered += 1
        why = None
        if self._explains:
            chosen = () if seat is None else (seat,)
            why = decision(
                self._desks, desk, waiting, self._now, chosen=chosen, outside=seat is None, became_ready=became_ready
            )
        if seat is not None:
            agent, phones, ring_for = seat.agent.id, tuple(sorted(seat.phones)), desk.line.ring_for
            self._roster.move(seat, Presence.OFFERED, self._now)
            seat.holds = self._offered
            desk.turn += 1
            desk.turns[agent] = desk.turn
        else:
            outside = desk.line.outside
            assert outside is not None  # noqa: S101  (the only caller has looked)
            desk.outside_calls += 1
            agent, phones, ring_for = None, (outside.phone,), outside.ring_for
        call = waiting.place.call
        offer = Offer(self._offered, call, desk.line, agent, phones, self._now + ring_for, self._now)
        self._offers[offer.id] = offer
        if not waiting.offers:
            desk.pace.rung(waiting.queued, self._now)
        waiting.offers.append(offer.id)
        desk.take(waiting)
        if desk.line.at_once > 1:
            desk.ring_short(waiting)
        self._timers.set(offer.deadline, Alarm.OFFER_EXPIRES, call, offer.id)
        self._orders.append(Ring(offer.id, call, phones, desk.line.id, agent, why))

    def _phone_answered(self, answered: PhoneAnswered) -> None:
        offer = self._offers.pop(answered.offer, None)
        if offer is None:
            return
        waiting = self._waiting[offer.call]
        waiting.offers.remove(offer.id)
        self._forget(waiting)
        offer.answered = self._now
        self._desks[offer.line.id].pace.answered(self._now - offer.rang)
        self._talks[offer.id] = offer
        self._talk_of[offer.call] = offer.id
        if offer.agent is not None:
            seat = self._seats[offer.agent]
            self._roster.move(seat, Presence.TALKING, self._now)
            seat.answered += 1
        if offer.line.talk_warning is not None:
            self._timers.set(self._now + offer.line.talk_warning, Alarm.LONG_TALK, offer.call, offer.id)
        self._orders.append(Connect(offer.id, offer.call))
        self._withdraw(waiting.offers)

    def _offer_failed(self, failed: OfferFailed) -> None:
        self._fail(failed.offer, failed.failure)

    def _fail(self, offer_id: int, failure: Failure) -> None:
        offer = self._offers.pop(offer_id, None)
        if offer is None:
            return
        desk, waiting = self._desks[offer.line.id], self._waiting[offer.call]
        waiting.offers.remove(offer_id)
        seat = None
        if offer.agent is not None:
            waiting.failed.append(offer.agent)
            seat = self._seats[offer.agent]
            seat.holds = None
            if self._explains:
                alert = Alert(AlertKind.PHONE_FAILED, offer.agent, offer.line.id, offer.call, failure.value)
                self._orders.append(alert)
            self._rest(seat, BreakReason(failure.value))
        else:
            self._outside_failed(desk, waiting)
        if waiting.offers:
            self._serve_call(waiting, desk)
        elif (passed := waiting.overdue or self._hopeless(waiting, desk)) is not None:
            self._give_up(waiting, passed)
        else:
            desk.pace.put_back(waiting.queued, self._now)
            self._free(waiting, desk)
            self._serve_call(waiting, desk)
            self._see_who_serves(desk)
        if seat is not None:
            self._parted(seat)

    def _hopeless(self, waiting: Waiting, desk: Desk) -> Passed | None:
        """Why a call need not be tried again after its phone failed."""
        if waiting.only is not None:
            return Passed(GivenUp.AGENT_AWAY)
        return Passed(GivenUp.OUTSIDE_FAILED) if self._outside_given_up(desk, waiting) else None

    def _outside_failed(self, desk: Desk, waiting: Waiting) -> None:
        desk.outside_calls -= 1
        waiting.failed_outside += 1
        if desk.line.outside is not None:
            desk.outside_rests_until = self._now + desk.line.outside.rest_for
            self._timers.set(desk.outside_rests_until, Alarm.OUTSIDE_RESTED, desk.line.id)

    @staticmethod
    def _outside_given_up(desk: Desk, waiting: Waiting) -> bool:
        outside = desk.line.outside
        return (
            outside is not None
            and not waiting.patient
            and waiting.failed_outside >= outside.attempts
            and desk.present == 0
        )

    def _release(self, offer: Offer) -> None:
        """The offer was withdrawn: its phone is free again and has lost no idle time."""
        if offer.agent is None:
            self._free_outside(self._desks[offer.line.id])
            return
        seat = self._seats[offer.agent]
        seat.holds = None
        self._become_ready(seat, idle_since=seat.idle_since)

    def _free_outside(self, desk: Desk) -> None:
        desk.outside_calls -= 1
        self._serve_outside(desk)

    def _talk_ended(self, ended: TalkEnded) -> None:
        self._end_talk(ended.offer)

    def _end_talk(self, offer_id: int) -> None:
        offer = self._talks.pop(offer_id, None)
        if offer is None:
            return
        del self._talk_of[offer.call]
        desk = self._desks[offer.line.id]
        talked = 0.0 if offer.answered is None else self._now - offer.answered
        if offer.agent is None:
            desk.pace.handled(talked)
            self._free_outside(desk)
            return
        desk.pace.handled(talked + offer.line.wrap_up_for)
        seat = self._seats[offer.agent]
        seat.holds = None
        if offer.line.wrap_up_for > 0 and not seat.leaving and seat.phones:
            self._roster.move(seat, Presence.WRAP_UP, self._now)
            self._back_in(seat, offer.line.wrap_up_for)
        else:
            self._become_ready(seat)

    # ── agents ──────────────────────────────────────────────────────────────

    def _become_ready(self, seat: Seat, idle_since: float | None = None) -> None:
        """What an agent was in is over: to the next call, or to the break, the end of shift that waited for it."""
        if not seat.here:
            self._go_offline(seat)
        elif seat.wish is not None:
            reason, seat.wish = seat.wish, None
            self._roster.move(seat, Presence.BREAK, self._now, reason)
            self._parted(seat)
        else:
            self._roster.move(seat, Presence.READY, self._now)
            seat.idle_since = self._now if idle_since is None else idle_since
            self._serve_agent(seat)

    def _rest(self, seat: Seat, reason: BreakReason) -> None:
        """After a phone that failed: a short break, so that callers are not tried on it again and again."""
        if not seat.here:
            self._to_offline(seat)
        elif seat.wish is not None:
            own, seat.wish = seat.wish, None
            self._roster.move(seat, Presence.BREAK, self._now, own)
        else:
            self._roster.move(seat, Presence.BREAK, self._now, reason)
            if seat.agent.rest_for > 0:
                self._back_in(seat, seat.agent.rest_for)

    def _back_in(self, seat: Seat, seconds: float) -> None:
        """The agent is ready again after so many seconds, unless something else comes first."""
        seat.back_at = self._now + seconds
        self._timers.set(seat.back_at, Alarm.AGENT_BACK, seat.agent.id, seat.mark)

    def _go_offline(self, seat: Seat) -> None:
        self._to_offline(seat)
        self._parted(seat)

    def _to_offline(self, seat: Seat) -> None:
        if seat.presence is Presence.BREAK and seat.reason not in _SYSTEM:
            seat.wish = seat.reason
        if seat.presence is not Presence.OFFLINE:
            self._roster.move(seat, Presence.OFFLINE, self._now)

    def _parted(self, seat: Seat) -> None:
        """The agent does not come soon: who waits for them waits for others, and the lines see who is left."""
        lines = tuple(seat.lines)
        for waiting in tuple(self._for_agent.get(seat.agent.id, {}).values()):
            self._give_up(waiting, Passed(GivenUp.AGENT_AWAY))
        for line in lines:
            desk = self._desks[line]
            for waiting in sorted(desk.picky.values(), key=lambda waiting: waiting.place):
                desk.take(waiting)
                self._free(waiting, desk)
                if waiting.wants is Wants.ANYBODY:
                    self._serve_call(waiting, desk)
        if seat.leaving and seat.presence is Presence.OFFLINE:
            self._roster.dismiss(seat, self._now)
        for line in lines:
            self._see_who_serves(self._desks[line])

    def _see_who_serves(self, desk: Desk) -> None:
        """Callers whom nobody serves any more are kept a while, should somebody come back."""
        if desk.empty_since is not None and desk.calls and not desk.served:
            desk.empties_at = desk.empty_since + desk.line.empty_for
            self._timers.set(desk.empties_at, Alarm.LINE_EMPTY, desk.line.id)

    def _is_there(self, agent: str) -> bool:
        """Whether a call may wait for this one agent."""
        seat = self._seats.get(agent)
        return seat is not None and seat.here and is_at_work(seat)

    def _phone_up(self, up: PhoneUp) -> None:
        seat = self._seats.get(up.agent)
        if seat is None or seat.leaving:
            return
        seat.phones.add(up.phone or seat.agent.phones[0])
        self._come(seat)

    def _come(self, seat: Seat) -> None:
        if seat.presence is Presence.OFFLINE and seat.here:
            self._become_ready(seat)

    def _phone_down(self, down: PhoneDown) -> None:
        seat = self._seats.get(down.agent)
        if seat is None:
            return
        seat.phones.discard(down.phone or seat.agent.phones[0])
        if not seat.phones:
            self._unreachable(seat)

    def _unreachable(self, seat: Seat) -> None:
        """No phone is left: what rings there has failed; a talk goes on until the switch says that it ended."""
        if seat.presence is Presence.OFFERED:
            offer = seat.holds
            assert offer is not None  # noqa: S101  (set with the presence)
            self._orders.append(StopRinging(offer, Failure.UNREACHABLE))
            self._fail(offer, Failure.UNREACHABLE)
        elif seat.presence not in (Presence.TALKING, Presence.OFFLINE):
            self._go_offline(seat)

    def _shift_began(self, began: ShiftBegan) -> None:
        seat = self._seats.get(began.agent)
        if seat is not None:
            seat.on_duty = True
            self._come(seat)

    def _shift_ended(self, ended: ShiftEnded) -> None:
        seat = self._seats.get(ended.agent)
        if seat is None:
            return
        seat.on_duty, seat.wish = False, None
        if seat.presence is Presence.BREAK:
            seat.reason = BreakReason.OTHER_CALL  # the next shift does not begin with it
        if seat.presence in (Presence.READY, Presence.BREAK):
            self._go_offline(seat)

    def _break_began(self, began: BreakBegan) -> None:
        seat, reason = self._seats.get(began.agent), began.reason
        if seat is None:
            return
        match seat.presence:
            case Presence.READY | Presence.WRAP_UP:
                self._roster.move(seat, Presence.BREAK, self._now, reason)
                self._parted(seat)
            case Presence.BREAK if seat.reason in _SYSTEM or reason not in _SYSTEM:
                seat.reason, seat.back_at = reason, None
                seat.mark += 1
                if self._explains:
                    self._tell_presence(seat)
            case Presence.OFFERED | Presence.TALKING | Presence.OFFLINE:
                seat.wish = reason

    def _break_ended(self, ended: BreakEnded) -> None:
        seat = self._seats.get(ended.agent)
        if seat is None:
            return
        if ended.reason is None or ended.reason == seat.wish:
            seat.wish = None
        over = seat.presence is Presence.BREAK and ended.reason in (None, seat.reason)
        if over or (seat.presence is Presence.WRAP_UP and ended.reason is None):
            self._become_ready(seat)

    def _wrap_up_extended(self, extended: WrapUpExtended) -> None:
        seat = self._seats.get(extended.agent)
        if seat is None or seat.presence is not Presence.WRAP_UP:
            return
        seat.mark += 1
        seat.back_at = None
        if extended.seconds is not None:
            self._back_in(seat, extended.seconds)

    def _day_began(self, _began: DayBegan) -> None:
        for seat in self._seats.values():
            seat.answered, seat.worked = 0, 0.0

    # ── other lines, other agents ───────────────────────────────────────────

    def _agent_moved(self, moved: AgentMoved) -> None:
        seat = self._seats.get(moved.agent)
        if seat is None:
            return
        before = tuple(seat.lines)
        self._unbind_lines(seat)
        seat.moved = moved.lines
        self._roster.serve(seat, seat.agent.lines if moved.lines is None else moved.lines, self._now)
        self._settle(before)

    def _unbind_lines(self, seat: Seat) -> None:
        """Calls of the lines that an agent is taken from do not wait for them."""
        for line in seat.lines:
            for waiting in self._desks[line].picky.values():
                if waiting.had == seat.agent.id:
                    waiting.had = None

    def _line_closed(self, closed: LineClosed) -> None:
        desk = self._desks.get(closed.line)
        if desk is None:
            return
        for waiting in sorted(desk.calls.values(), key=lambda waiting: waiting.place):
            if not waiting.patient:
                self._give_up(waiting, Passed(GivenUp.CLOSED))

    def _rearranged(self, new: Rearranged) -> None:
        for seat in self._roster.arrange(new.lines, new.agents, self._now):
            seat.leaving = True
            seat.phones.clear()
            if seat.presence not in (Presence.OFFERED, Presence.TALKING):
                self._go_offline(seat)
        self._settle(tuple(self._desks))

    def _settle(self, lines: Sequence[str]) -> None:
        """After changes of rules: whoever waits and whoever is ready find each other again."""
        for line in lines:
            desk = self._desks[line]
            for waiting in tuple(desk.unrung()):
                desk.take(waiting)
                self._free(waiting, desk)
            if desk.calls and not desk.served and desk.empty_since is not None:
                desk.empty_since = max(desk.empty_since, self._now)
                self._see_who_serves(desk)
        ready = [seat for seat in self._seats.values() if seat.presence is Presence.READY]
        for seat in sorted(ready, key=lambda seat: seat.idle_since):
            if seat.presence is Presence.READY:
                self._serve_agent(seat)
        for line in lines:
            self._serve_outside(self._desks[line])

    # ── matching ────────────────────────────────────────────────────────────

    def _serve_agent(self, seat: Seat) -> None:
        """A ready agent takes the most deserving call; whom they were kept from may go on when they take none."""
        reserved = self._for_agent.get(seat.agent.id)
        waiting = call_for(self._desks, seat, tuple(reserved.values()) if reserved else ())
        if waiting is not None:
            desk = self._desks[waiting.line.id]
            self._ring(waiting, desk, seat, became_ready=True)
            if desk.line.at_once > 1:
                self._serve_call(waiting, desk)
            return
        for line in seat.lines:
            desk = self._desks[line]
            if desk.line.keep_free and len(desk.ready) == desk.line.keep_free + 1:
                self._serve_kept(desk)

    def _serve_kept(self, desk: Desk) -> None:
        """The line has one ready agent more than it keeps: one of them may serve elsewhere."""
        for seat in sorted(desk.ready.values(), key=lambda seat: (seat.idle_since, seat.position)):
            waiting = call_for(self._desks, seat, ())
            if waiting is not None:
                self._ring(waiting, self._desks[waiting.line.id], seat, became_ready=True)
                return

    def _serve_call(self, waiting: Waiting, desk: Desk) -> None:
        """A call takes the agents it may have, or else the line's outside number."""
        if waiting.only is not None:
            seat = self._seats.get(waiting.only)
            if seat is not None and seat.presence is Presence.READY and not waiting.offers:
                self._ring(waiting, desk, seat)
            elif self._explains and not waiting.offers:
                self._hold(waiting, desk)
            return
        if desk.ready:
            for seat in agents_for(self._desks, desk, waiting, desk.line.at_once - len(waiting.offers)):
                if bar(self._desks, desk, waiting, seat) is None:  # the one before may have been the last to spare
                    self._ring(waiting, desk, seat)
        if not waiting.offers and waiting.wants is Wants.ANYBODY and desk.outside_free(self._now):
            self._ring(waiting, desk, None)
        if self._explains and not waiting.offers:
            self._hold(waiting, desk)

    def _hold(self, waiting: Waiting, desk: Desk) -> None:
        self._orders.append(Hold(waiting.place.call, desk.line.id, decision(self._desks, desk, waiting, self._now)))

    def _serve_outside(self, desk: Desk) -> None:
        """The outside number takes what it can."""
        while desk.outside_free(self._now) and (waiting := desk.first()) is not None:
            self._ring(waiting, desk, None)

    # ── time ────────────────────────────────────────────────────────────────

    def _watch(self, desk: Desk) -> None:
        """Look at the limits of those who wait again and again, as long as there are such."""
        if desk.watched_at is None and any(is_watched(waiting.line) for waiting in desk.calls.values()):
            desk.watched_at = self._now + LOOK_EVERY
            self._timers.set(desk.watched_at, Alarm.LIMITS, desk.line.id)

    def _checks(self) -> Mapping[Alarm, Check]:
        """For each alarm, whether a timer of it still speaks of the present."""
        offers, waiting, seats, desks, talks = self._offers, self._waiting, self._seats, self._desks, self._talks

        def offer_rings(_at: float, _call: str, offer: int) -> bool:
            return offer in offers

        def call_waits(_at: float, call: str, number: int) -> bool:
            found = waiting.get(call)
            return found is not None and found.place.number == number and found.overdue is None and not found.patient

        def call_widens(at: float, call: str, number: int) -> bool:
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

        def talk_goes_on(_at: float, _call: str, offer: int) -> bool:
            return offer in talks

        return {
            Alarm.OFFER_EXPIRES: offer_rings,
            Alarm.WAITED: call_waits,
            Alarm.WIDENS: call_widens,
            Alarm.AGENT_BACK: agent_comes_back,
            Alarm.OUTSIDE_RESTED: outside_rests,
            Alarm.LINE_EMPTY: line_is_empty,
            Alarm.LIMITS: line_is_watched,
            Alarm.LONG_TALK: talk_goes_on,
        }

    def _ring_alarm(self, timer: Timer) -> None:
        match timer.alarm:
            case Alarm.OFFER_EXPIRES:
                self._orders.append(StopRinging(timer.mark, Failure.UNANSWERED))
                self._fail(timer.mark, Failure.UNANSWERED)
            case Alarm.WAITED:
                waiting = self._waiting[timer.subject]
                if (passed := of_wait(waiting, self._now)) is not None:
                    self._give_up(waiting, passed)
                else:
                    self._set_wait_limits(waiting, self._desks[waiting.line.id])
            case Alarm.WIDENS:
                self._widen(self._waiting[timer.subject])
            case Alarm.AGENT_BACK:
                self._become_ready(self._seats[timer.subject])
            case Alarm.OUTSIDE_RESTED:
                self._serve_outside(self._desks[timer.subject])
            case Alarm.LINE_EMPTY:
                for waiting in tuple(self._desks[timer.subject].unrung()):
                    if not waiting.patient:
                        self._give_up(waiting, Passed(GivenUp.NOBODY_ON_SHIFT))
            case Alarm.LIMITS:
                self._look_at_limits(self._desks[timer.subject])
            case Alarm.LONG_TALK:
                offer = self._talks[timer.mark]
                self._orders.append(Alert(AlertKind.LONG_TALK, offer.agent, offer.line.id, offer.call))

    def _widen(self, waiting: Waiting) -> None:
        """More agents may take this call from now on."""
        desk = self._desks[waiting.line.id]
        if waiting.offers:
            self._turn(waiting, desk)
        else:
            desk.take(waiting)
            self._free(waiting, desk)
        self._serve_call(waiting, desk)

    def _look_at_limits(self, desk: Desk) -> None:
        desk.watched_at = None
        for waiting, passed in of_line(desk, self._now):
            self._give_up(waiting, passed)
        self._watch(desk)

    # ── its state ───────────────────────────────────────────────────────────

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
    def restored(cls, state: FloorState, *, explains: bool = False) -> Floor:
        """The floor that this is the state of; it goes on as that one would have."""
        floor = cls([desk.line for desk in state.desks], (), explains=explains)
        roster, state = floor._roster, deepcopy(state)
        for kept in state.desks:
            desk = floor._desks[kept.line.id]
            desk.outside_calls, desk.outside_rests_until = kept.outside_calls, kept.outside_rests_until
            desk.turn, desk.turns, desk.watched_at = kept.turn, dict(kept.turns), kept.watched_at
        for seat in state.seats:
            roster.seats[seat.agent.id] = seat
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

    # ── mending ─────────────────────────────────────────────────────────────

    def audit(self) -> list[str]:
        """What cannot be, in words; empty on a floor that is well. Looks; changes nothing."""
        return [fault.words for fault in self._faults()]

    def _faults(self) -> list[Fault]:
        return faults(self._roster, self._waiting, self._offers, self._talks, self._now)

    def _audited(self, _audited: Audited) -> None:
        for fault in self._faults():
            self._orders.append(Alert(AlertKind.MENDED, fault.agent, fault.line, fault.call, fault.words))
            self._mend(fault)

    def _mend(self, fault: Fault) -> None:
        match fault.kind:
            case FaultKind.MISCOUNTED:
                self._roster.recount(self._now)
            case FaultKind.ORPHANED_OFFER if fault.offer in self._offers:
                del self._offers[fault.offer]
                self._orders.append(StopRinging(fault.offer))
            case FaultKind.ORPHANED_TALK if fault.offer in self._talks:
                self._talk_of.pop(self._talks.pop(fault.offer).call, None)
            case FaultKind.LOST_RING if fault.call in self._waiting:
                waiting = self._waiting[fault.call]
                waiting.offers = [offer for offer in waiting.offers if offer in self._offers]
                if not waiting.offers:
                    self._free(waiting, self._desks[waiting.line.id])
                    self._serve_call(waiting, self._desks[waiting.line.id])
            case FaultKind.STUCK_AGENT if fault.agent in self._seats:
                seat = self._seats[fault.agent]
                seat.holds = None
                self._become_ready(seat)
            case FaultKind.IDLE_AGENT if fault.agent in self._seats:
                if (seat := self._seats[fault.agent]).presence is Presence.READY:
                    self._serve_agent(seat)
            case _:
                return  # mended with another

    def _tell_presence(self, seat: Seat) -> None:
        self._orders.append(PresenceChanged(seat.agent.id, seat.presence, seat.reason))
