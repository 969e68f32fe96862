"""Presences: what agents say of themselves (shifts, breaks, wrap-up), and whether their phones are there."""

from __future__ import annotations

from acd.agent import Presence
from acd.seat import Seat
from acd.serving import SYSTEM, Serving
from acd.signals import (
    BreakBegan,
    BreakEnded,
    DayBegan,
    Failure,
    PhoneDown,
    PhoneUp,
    ShiftBegan,
    ShiftEnded,
    StopRinging,
    WrapUpExtended,
)


class Presences(Serving):
    """The signals about one agent, but for the lines that they serve."""

    def _phone_up(self, up: PhoneUp) -> None:
        seat = self._seats.get(up.agent)
        if seat is None or seat.leaving:
            return
        seat.plug(up.phone or seat.agent.phones[0])
        self._come(seat)

    def _come(self, seat: Seat) -> None:
        if seat.presence is Presence.OFFLINE and seat.here:
            self._become_ready(seat)

    def _phone_down(self, down: PhoneDown) -> None:
        seat = self._seats.get(down.agent)
        if seat is None:
            return
        seat.unplug(down.phone or seat.agent.phones[0])
        if not seat.rings:
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
        seat.on_duty = False
        if seat.presence in (Presence.READY, Presence.BREAK):
            self._go_offline(seat)
        seat.wish = None  # the next shift does not begin with a break of this one

    def _break_began(self, began: BreakBegan) -> None:
        seat, reason = self._seats.get(began.agent), began.reason
        if seat is None:
            return
        match seat.presence:
            case Presence.READY | Presence.WRAP_UP:
                self._roster.move(seat, Presence.BREAK, self._now, reason)
                self._parted(seat)
            case Presence.BREAK if seat.reason in SYSTEM or reason not in SYSTEM:
                self._rename_break(seat, reason)
            case Presence.OFFERED | Presence.TALKING | Presence.OFFLINE if seat.wish is None or reason not in SYSTEM:
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

    def _is_back(self, agent: str, _mark: int) -> None:
        self._become_ready(self._seats[agent])

    def _day_began(self, _began: DayBegan) -> None:
        for seat in self._seats.values():
            seat.answered, seat.worked = 0, 0.0
