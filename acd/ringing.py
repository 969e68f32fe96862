"""Ringing: a ready agent takes a call, a call takes its agents, and the outside number what no agent may."""

from __future__ import annotations

from acd.agent import Presence
from acd.desk import Desk
from acd.ground import Ground
from acd.matching import agents_for, call_for, decision, kept_from
from acd.offer import Offer
from acd.seat import Seat
from acd.signals import Hold, Ring
from acd.timers import Alarm
from acd.waiting import Waiting, Wants


class Ringing(Ground):
    """Who is rung for whom, in both directions. Nothing here gives a call up or changes a presence but to `OFFERED`."""

    def _ring(self, waiting: Waiting, desk: Desk, seat: Seat | None, became_ready: bool = False) -> None:
        self._offered += 1
        why = None
        if self._explains:
            chosen = () if seat is None else (seat,)
            why = decision(
                self._desks, desk, waiting, self._now, chosen=chosen, outside=seat is None, became_ready=became_ready
            )
        if seat is not None:
            agent, phones, ring_for = seat.agent.id, seat.rings, desk.line.ring_for
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
        waiting.offers += (offer.id,)
        desk.take(waiting)
        if desk.line.at_once > 1:
            desk.ring_short(waiting)
        self._timers.set(offer.deadline, Alarm.OFFER_EXPIRES, call, offer.id)
        self._orders.append(Ring(offer.id, call, phones, desk.line.id, agent, why))

    def _serve_agent(self, seat: Seat) -> None:
        """A ready agent takes the most deserving call; whom they were kept from may go on when they take none."""
        if self._takes_call(seat):
            return
        for desk, _ in self._roster.served[seat.agent.id]:
            if desk.keep_free and len(desk.ready) == desk.keep_free + 1:
                self._serve_kept(desk)

    def _takes_call(self, seat: Seat) -> bool:
        """Ring a ready agent for the most deserving call; False when there is none for them yet."""
        served, risen = self._roster.served[seat.agent.id], None
        for desk, level in served:
            if desk.rising and desk.rising[0][0] <= self._now and desk.stage_of(level):
                risen = (risen or []) + desk.promote(self._now)
        reserved = self._for_agent.get(seat.agent.id) if self._for_agent else None
        waiting = call_for(self._desks, seat, served, tuple(reserved.values()) if reserved else ())
        if waiting is not None:
            desk = self._desks[waiting.line.id]
            self._ring(waiting, desk, seat, became_ready=True)
            if desk.line.at_once > 1:
                self._serve_call(waiting, desk)
        if risen:
            self._serve_risen(risen)
        if waiting is not None:
            return True
        for desk, _ in served:
            if desk.rising:
                self._await_widening(desk)
        return seat.presence is not Presence.READY

    def _serve_risen(self, risen: list[Waiting]) -> None:
        """Calls that more agents may take, found so on another one's behalf: one of those may be ready too."""
        free = {
            line
            for line in {waiting.line.id for waiting in risen}
            if any(not kept_from(self._desks, self._desks[line], seat) for seat in self._desks[line].ready.values())
        }
        if free:
            for waiting in sorted(risen, key=lambda waiting: waiting.place):
                desk = self._desks[waiting.line.id]
                if waiting.line.id in free and waiting.place.call in desk.calls:
                    self._serve_call(waiting, desk)

    def _await_widening(self, desk: Desk) -> None:
        """When an agent of the line is ready and their level is not rung yet: look again once it is."""
        line = desk.line.id
        late = (seat for seat in desk.ready.values() if desk.stage_of(seat.lines[line]))
        if all(kept_from(self._desks, desk, seat) for seat in late):
            return
        at = desk.rises_at()
        if at is not None and at != desk.widens_at:
            desk.widens_at = at
            self._timers.set(at, Alarm.WIDENS, line)

    def _serve_kept(self, desk: Desk) -> None:
        """The line has one ready agent more than it keeps: one of them may serve elsewhere."""
        for seat in sorted(desk.ready.values(), key=lambda seat: (seat.idle_since, seat.position)):
            if seat.presence is Presence.READY and self._takes_call(seat):
                return

    def _serve_tightened(self) -> None:
        """Lines that came down to the agents whom they keep may ring those whom other lines keep as well."""
        tightened = self._roster.tightened
        while tightened:
            desk = tightened.pop()
            for seat in sorted(desk.ready.values(), key=lambda seat: (seat.idle_since, seat.position)):
                if desk.calls and seat.presence is Presence.READY:
                    self._takes_call(seat)

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
            while len(waiting.offers) < desk.line.at_once:
                best = agents_for(self._desks, desk, waiting, 1)  # anew: the one before may have been the last to spare
                if not best:
                    break
                self._ring(waiting, desk, best[0])
            if desk.rising:
                self._await_widening(desk)
        if (
            desk.line.outside is not None
            and not waiting.offers
            and waiting.wants is Wants.ANYBODY
            and desk.outside_free(self._now)
        ):
            self._ring(waiting, desk, None)
        if self._explains and not waiting.offers:
            self._hold(waiting, desk)

    def _hold(self, waiting: Waiting, desk: Desk) -> None:
        """Say why nobody can be rung, once for each set of reasons."""
        why = decision(self._desks, desk, waiting, self._now)
        if why.barred != waiting.told:
            waiting.told = dict(why.barred)
            self._orders.append(Hold(waiting.place.call, desk.line.id, why))

    def _serve_outside(self, desk: Desk) -> None:
        """The outside number takes what it can, of what no agent may."""
        while desk.outside_free(self._now) and (waiting := desk.first()) is not None:
            self._serve_call(waiting, desk)
