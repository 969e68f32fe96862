"""Serving: offers fail and are let go, talks end; calls are freed and given up; agents come and go."""

from __future__ import annotations

from collections.abc import Sequence

from acd.agent import BreakReason, Presence
from acd.desk import Desk
from acd.limits import LOOK_EVERY, is_watched
from acd.line import LimitKind
from acd.matching import is_at_work
from acd.offer import Offer
from acd.ringing import Ringing
from acd.seat import Seat
from acd.signals import (
    Alert,
    AlertKind,
    Failure,
    GivenUp,
    GiveUp,
    StopRinging,
)
from acd.timers import Alarm
from acd.waiting import Passed, Waiting, Wants, without

SYSTEM = frozenset({BreakReason.REFUSED, BreakReason.UNANSWERED, BreakReason.UNREACHABLE, BreakReason.OTHER_CALL})
"""Breaks that nobody asked for: they do not outlive the phone's registration, but for a call that goes on."""


class Serving(Ringing):
    """What a signal may lead to. Whatever is done here leaves no ready agent beside a call they may take."""

    # ── offers ─────────────────────────────────────────────────────────────────────

    def _fail(self, offer_id: int, failure: Failure) -> None:
        offer = self._offers.pop(offer_id, None)
        if offer is None:
            return
        desk, waiting = self._desks[offer.line.id], self._waiting[offer.call]
        waiting.offers = without(waiting.offers, offer_id)
        seat = None
        if offer.agent is not None:
            waiting.failed += (offer.agent,)
            seat = self._seats[offer.agent]
            seat.holds = None
            if self._explains:
                alert = Alert(AlertKind.PHONE_FAILED, offer.agent, offer.line.id, offer.call, failure.value)
                self._orders.append(alert)
            self._rest(seat, BreakReason(failure.value))
        else:
            self._outside_failed(desk, waiting)
        if waiting.offers:
            self._ring_more(waiting, desk)
        else:
            desk.pace.put_back(waiting.queued, self._now)
            if (passed := waiting.overdue or self._hopeless(waiting, desk)) is not None:
                self._give_up(waiting, passed)
            else:
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

    def _end_talk(self, offer_id: int, *, lost: bool = False) -> None:
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
        if lost:
            self._lose_phone(seat, offer)
        elif offer.line.wrap_up_for > 0 and not seat.leaving and seat.rings:
            self._roster.move(seat, Presence.WRAP_UP, self._now)
            self._back_in(seat, offer.line.wrap_up_for)
        else:
            self._become_ready(seat)

    def _lose_phone(self, seat: Seat, offer: Offer) -> None:
        """The agent's phone vanished out of a talk."""
        if self._explains:
            alert = Alert(AlertKind.PHONE_FAILED, seat.agent.id, offer.line.id, offer.call, Failure.UNREACHABLE.value)
            self._orders.append(alert)
        self._rest(seat, BreakReason.UNREACHABLE)
        self._parted(seat)

    # ── calls ──────────────────────────────────────────────────────────────────────

    def _set_wait_limits(self, waiting: Waiting, desk: Desk) -> None:
        call, joined, number, line = waiting.place.call, waiting.joined, waiting.place.number, waiting.line
        self._timers.set(joined + line.maximum_wait, Alarm.WAITED, call, number)
        if line.limits:
            for place, limit in enumerate(line.limits):
                if limit.kind is LimitKind.WAITED and limit.waiting and place not in waiting.past:
                    self._timers.set(joined + limit.over, Alarm.WAITED, call, number)
            if is_watched(line):
                self._watch(desk)

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
            self._desks[waiting.line.id].ring_short(waiting)
            return
        self._lose(waiting)
        place = waiting.place
        self._orders.append(GiveUp(place.call, waiting.line.id, *passed))

    def _free(self, waiting: Waiting, desk: Desk) -> None:
        """No phone rings for this call: see whom it wants by now, and let it be found."""
        if waiting.had is not None or waiting.language is not None:
            self._turn(waiting, desk)
        elif len(desk.opens) > 1 or waiting.wants is not Wants.ANYBODY:
            desk.widen(waiting, self._now)
        desk.free(waiting)

    def _ring_more(self, waiting: Waiting, desk: Desk) -> None:
        """Fewer phones ring for this call than may, or others may ring: now, or when their agents come free."""
        if waiting.overdue is None:
            self._let_more_ring(waiting, desk)
            self._serve_call(waiting, desk)

    def _let_more_ring(self, waiting: Waiting, desk: Desk) -> None:
        """See whom a call wants by now for which phones ring, and let it be found."""
        if waiting.had is not None or waiting.language is not None:
            self._turn(waiting, desk)
        elif len(desk.opens) > 1 or waiting.wants is not Wants.ANYBODY:
            desk.widen(waiting, self._now)
        desk.ring_short(waiting)

    def _turn(self, waiting: Waiting, desk: Desk) -> None:
        """Whom a call wants now that asks for somebody, and until when."""
        since, line, now = waiting.place.since, desk.line, self._now
        if waiting.had is not None and (at := since + line.sticky_for) > now and self._may_come(waiting.had, desk):
            waiting.wants = Wants.STICKY
        elif waiting.language is not None and (at := since + line.language_for) > now and self._speaker(waiting, desk):
            waiting.wants = Wants.SPEAKER
        else:
            desk.widen(waiting, now)
            return
        if at != waiting.turns_at:
            self._timers.set(at, Alarm.TURNS, waiting.place.call, waiting.place.number)
        waiting.turns_at = at

    def _turn_to_others(self, waiting: Waiting) -> None:
        """Whom this call waited for did not come free in time: others may take it from now on."""
        desk = self._desks[waiting.line.id]
        if waiting.offers:
            self._ring_more(waiting, desk)
            return
        desk.take(waiting)
        self._free(waiting, desk)
        self._serve_call(waiting, desk)

    def _may_come(self, agent: str, desk: Desk) -> bool:
        seat = desk.agents.get(agent)
        return seat is not None and is_at_work(seat)

    def _speaker(self, waiting: Waiting, desk: Desk) -> bool:
        return any(waiting.language in seat.agent.languages and is_at_work(seat) for seat in desk.agents.values())

    def _watch(self, desk: Desk) -> None:
        """Look at the limits of those who wait again and again, as long as there are such."""
        if desk.watched_at is None and any(is_watched(waiting.line) for waiting in desk.calls.values()):
            desk.watched_at = self._now + LOOK_EVERY
            self._timers.set(desk.watched_at, Alarm.LIMITS, desk.line.id)

    # ── agents ─────────────────────────────────────────────────────────────────────

    def _become_ready(self, seat: Seat, idle_since: float | None = None) -> None:
        """What an agent was in is over: to the next call, or to the break, the end of shift that waited for it."""
        if not seat.here:
            self._go_offline(seat)
        elif seat.wish is not None:
            reason, seat.wish = seat.wish, None
            if seat.presence is Presence.BREAK:
                self._rename_break(seat, reason)
                return
            self._roster.move(seat, Presence.BREAK, self._now, reason)
            self._parted(seat)
        else:
            self._roster.move(seat, Presence.READY, self._now)
            seat.idle_since = self._now if idle_since is None else idle_since
            self._serve_agent(seat)

    def _rename_break(self, seat: Seat, reason: str) -> None:
        """The break goes on for another reason, until the agent ends it."""
        seat.reason, seat.back_at = reason, None
        seat.mark += 1
        if self._explains:
            self._tell_presence(seat)

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
        if seat.presence is Presence.BREAK and seat.reason not in SYSTEM:
            seat.wish = seat.reason
        elif seat.presence is Presence.BREAK and seat.reason == BreakReason.OTHER_CALL and seat.wish is None:
            seat.wish = seat.reason  # whose browser comes back to that call is offered nothing
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
