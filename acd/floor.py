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

It is built in storeys, each of which calls only what is below it: `Ground` (what is there), `Ringing` (who is rung for
whom), `Serving` (what becomes of offers, calls, agents), then the signals: of agents (`Presences`), of an audit
(`Mending`), and here of calls, offers, lines and time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from acd.agent import Agent, Presence
from acd.desk import Desk
from acd.limits import at_joining, of_line, of_wait
from acd.line import Line
from acd.mending import Mending
from acd.offer import Offer
from acd.presences import Presences
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
    LineClosed,
    OfferFailed,
    OffersMade,
    Order,
    PhoneAnswered,
    PhoneDown,
    PhoneUp,
    Rearranged,
    ShiftBegan,
    ShiftEnded,
    Signal,
    StopRinging,
    TalkEnded,
    TalkResumed,
    Tick,
    WrapUpExtended,
)
from acd.timers import Alarm
from acd.waiting import Passed, Place, Waiting, claim, without


class Floor(Presences, Mending):
    """The aggregate. All agents begin offline."""

    def __init__(self, lines: Iterable[Line], agents: Iterable[Agent], *, explains: bool = False) -> None:
        """A floor that `explains` itself adds its reasons to its orders, and tells of presences and failed phones."""
        super().__init__(lines, agents, explains=explains)
        self._handlers: dict[type, Callable[..., None]] = {
            CallJoined: self._call_joined,
            CallLeft: self._call_left,
            CallReplaced: self._call_replaced,
            CallRaised: self._call_raised,
            PhoneAnswered: self._phone_answered,
            OfferFailed: self._offer_failed,
            TalkEnded: self._talk_ended,
            TalkResumed: self._talk_resumed,
            OffersMade: self._offers_made,
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
        alarms: dict[Alarm, Callable[[str, int], None]] = {
            Alarm.OFFER_EXPIRES: self._expired,
            Alarm.WAITED: self._waited,
            Alarm.TURNS: self._turns,
            Alarm.AGENT_BACK: self._is_back,
            Alarm.OUTSIDE_RESTED: self._outside_rested,
            Alarm.LINE_EMPTY: self._line_empty,
            Alarm.LIMITS: self._limits,
            Alarm.LONG_TALK: self._long_talk,
            Alarm.WIDENS: self._widens,
        }
        self._alarms = [alarms[alarm] for alarm in Alarm]

    # ── the one way in ─────────────────────────────────────────────────────────────

    def handle(self, signal: Signal, now: float) -> list[Order]:
        """Take in one fact; return what must be done, in order. `now` is monotonic seconds."""
        orders = self._orders = []
        self._now = now
        self._handlers[type(signal)](signal)
        heap = self._timers.heap
        if self._roster.tightened:
            self._serve_tightened()
        while heap and heap[0][0] <= now:
            timer = self._timers.pop_due(now)
            if timer is not None:
                _, _, alarm, subject, mark = timer
                self._alarms[alarm](subject, mark)
                if self._roster.tightened:
                    self._serve_tightened()
        return orders

    def unsent(self) -> list[Order]:
        """What `handle` had ordered when it met a bug and raised; taken once."""
        orders, self._orders = self._orders, []
        return orders

    def _tick(self, _signal: Tick) -> None:
        """Time passed."""

    # ── calls ──────────────────────────────────────────────────────────────────────

    def _call_joined(self, joined: CallJoined) -> None:
        call, now = joined.call, self._now
        if call in self._waiting or call in self._talk_of:
            return
        desk = self._desks[joined.line]
        line = desk.line
        if joined.only is not None:
            if joined.here is None and not self._is_there(joined.only):
                self._orders.append(GiveUp(call, line.id, GivenUp.AGENT_AWAY))
                return
        elif joined.here is None and not joined.patient and (line.limits or desk.present == 0):
            passed = at_joining(desk, joined.past, now)
            if passed is not None and not (joined.urgent and passed.limit is None and desk.just_emptied(now)):
                self._orders.append(GiveUp(call, line.id, *passed))
                return
        self._joined += 1
        since = now - joined.waited
        rank = 0 if joined.urgent or (line.urgent and not joined.behind) else 1
        place = Place(rank, claim(line, since, joined.priority) + joined.behind, self._joined, since, call)
        waiting = Waiting(
            place,
            line,
            joined.priority,
            joined.language,
            joined.had,
            joined.only,
            joined.past,
            now - (joined.here or 0.0),
            joined.patient,
        )
        self._add(waiting, desk)
        desk.pace.joined(now)
        if not joined.patient:
            self._set_wait_limits(waiting, desk)
        self._free(waiting, desk)
        self._serve_call(waiting, desk)
        waiting.queued = not waiting.offers
        if joined.here is not None and desk.empty_since is not None:
            desk.empty_since = max(desk.empty_since, now)  # whoever serves the line has yet to be heard of
        if desk.present == 0:
            self._see_who_serves(desk)

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
        offers, waiting.offers = waiting.offers, ()
        if offers:
            desk.pace.put_back(waiting.queued, self._now)
        self._free(waiting, desk)
        self._withdraw(offers)
        if by in self._waiting and not waiting.offers:
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

    # ── offers ─────────────────────────────────────────────────────────────────────

    def _phone_answered(self, answered: PhoneAnswered) -> None:
        offer = self._offers.pop(answered.offer, None)
        if offer is None:
            return
        waiting = self._waiting[offer.call]
        waiting.offers = without(waiting.offers, offer.id)
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
        if waiting.offers:
            self._withdraw(waiting.offers)

    def _offer_failed(self, failed: OfferFailed) -> None:
        self._fail(failed.offer, failed.failure)

    def _talk_ended(self, ended: TalkEnded) -> None:
        self._end_talk(ended.offer, lost=ended.lost)

    def _talk_resumed(self, resumed: TalkResumed) -> None:
        self._offered = max(self._offered, resumed.offer)
        call, desk = resumed.call, self._desks.get(resumed.line)
        known = call in self._waiting or call in self._talk_of or resumed.offer in self._talks
        if desk is None or known or resumed.offer in self._offers:
            return
        seat = None if resumed.agent is None else self._seats.get(resumed.agent)
        if seat is None:
            if resumed.agent is not None or desk.line.outside is None:
                return
            desk.outside_calls += 1
            phones: tuple[str, ...] = (desk.line.outside.phone,)
        elif seat.presence in (Presence.OFFERED, Presence.TALKING):
            return
        else:
            phones = seat.agent.phones
            self._roster.move(seat, Presence.TALKING, self._now)
            seat.holds = resumed.offer
            seat.answered += 1
        began = self._now - resumed.talked
        offer = Offer(resumed.offer, call, desk.line, resumed.agent, phones, self._now, began, began)
        self._talks[offer.id] = offer
        self._talk_of[call] = offer.id
        if desk.line.talk_warning is not None:
            self._timers.set(max(self._now, began + desk.line.talk_warning), Alarm.LONG_TALK, call, offer.id)

    def _offers_made(self, made: OffersMade) -> None:
        self._offered = max(self._offered, made.last)

    # ── other lines, other agents ──────────────────────────────────────────────────

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
            seat.rings = ()
        silent = [seat for seat in self._seats.values() if not seat.rings]  # or their phone is theirs no more
        gone = [seat for seat in silent if seat.presence not in (Presence.OFFERED, Presence.TALKING)]
        for seat in gone:
            self._to_offline(seat)  # all of them, before anybody is rung instead of one
        for seat in gone:
            self._parted(seat)
        for seat in silent:
            if seat.presence is Presence.OFFERED and not seat.leaving:
                self._unreachable(seat)
        self._settle(tuple(self._desks))

    def _settle(self, lines: Sequence[str]) -> None:
        """After changes of rules: whoever waits and whoever is ready find each other again."""
        for line in lines:
            desk = self._desks[line]
            for waiting in tuple(desk.unrung()):
                desk.take(waiting)
                self._free(waiting, desk)
            for waiting in tuple(desk.short.values()):
                self._let_more_ring(waiting, desk)
            if desk.calls and not desk.served and desk.empty_since is not None:
                desk.empty_since = max(desk.empty_since, self._now)
                self._see_who_serves(desk)
        ready = [seat for seat in self._seats.values() if seat.presence is Presence.READY]
        for seat in sorted(ready, key=lambda seat: seat.idle_since):
            if seat.presence is Presence.READY:
                self._serve_agent(seat)
        for line in lines:
            self._serve_outside(self._desks[line])

    # ── time ───────────────────────────────────────────────────────────────────────

    def _expired(self, _call: str, offer: int) -> None:
        self._orders.append(StopRinging(offer, Failure.UNANSWERED))
        self._fail(offer, Failure.UNANSWERED)

    def _waited(self, call: str, _number: int) -> None:
        waiting = self._waiting[call]
        if (passed := of_wait(waiting, self._now)) is not None:
            self._give_up(waiting, passed)
        else:
            self._set_wait_limits(waiting, self._desks[waiting.line.id])

    def _turns(self, call: str, _number: int) -> None:
        self._turn_to_others(self._waiting[call])

    def _widens(self, line: str, _mark: int) -> None:
        self._widen(self._desks[line])

    def _outside_rested(self, line: str, _mark: int) -> None:
        self._serve_outside(self._desks[line])

    def _line_empty(self, line: str, _mark: int) -> None:
        for waiting in tuple(self._desks[line].unrung()):
            if not waiting.patient:
                self._give_up(waiting, Passed(GivenUp.NOBODY_ON_SHIFT))

    def _limits(self, line: str, _mark: int) -> None:
        self._look_at_limits(self._desks[line])

    def _long_talk(self, call: str, talk: int) -> None:
        offer = self._talks[talk]
        self._orders.append(Alert(AlertKind.LONG_TALK, offer.agent, offer.line.id, call))

    def _widen(self, desk: Desk) -> None:
        """More agents may take some calls from now on."""
        desk.widens_at = None
        self._serve_risen(desk.promote(self._now))
        if desk.ready:
            self._await_widening(desk)

    def _look_at_limits(self, desk: Desk) -> None:
        desk.watched_at = None
        for waiting, passed in of_line(desk, self._now):
            self._give_up(waiting, passed)
        self._watch(desk)
