"""The dispatch: drives the floor, and carries its orders out on the switch.

The only owner of the Floor. Signals come from calls, from legs and from phones, each is handled to its end before
the next, and the orders that follow are begun at once: from an agent's hang-up to the next ring nothing waits.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

import structlog

from acd.agent import BreakReason, Presence
from acd.estimate import Estimate
from acd.floor import Floor
from acd.signals import (
    Audited,
    BreakBegan,
    BreakEnded,
    CallJoined,
    CallLeft,
    CallReplaced,
    Connect,
    Failure,
    GiveUp,
    Hold,
    OfferFailed,
    Order,
    PhoneDown,
    PhoneUp,
    Ring,
    Signal,
    StopRinging,
    TalkEnded,
    Tick,
)
from ivr.clock import Clock
from ivr.events import Considered, LineGaveUp
from ivr.offer_legs import Caller, Connected, OfferLegs
from ivr.outcomes import WaitEnd
from ivr.switch import RING_AT_MOST, Switch

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Replaced:
    """The place is another's now."""

    by: str


Seated = Connected | GiveUp | Replaced


class Dispatch:
    """Agents, lines and waiting calls, live. `spawn` starts a task that somebody owns."""

    def __init__(self, floor: Floor, switch: Switch, clock: Clock, spawn: Callable[..., object]) -> None:
        self.floor = floor
        self._clock = clock
        self.legs = OfferLegs(switch, clock, spawn, self.signal)
        self._waiters: dict[str, tuple[Caller, asyncio.Future[Seated]]] = {}
        self._joined: dict[str, tuple[CallJoined, float]] = {}
        """How each waiting call joined, and when."""
        self._lines: set[str] = set()
        """Those that calls joined."""
        self._alarm: asyncio.TimerHandle | None = None
        self._keeps: set[str] = set()
        """Callers for whom agents are kept instead of rung."""
        self._watchers: list[Callable[[Order], None]] = []

    # ── for calls ───────────────────────────────────────────────────────────

    async def seat(self, call: Caller, joined: CallJoined) -> Seated:
        """Wait on a line until a phone is answered, the line gives the call up, or the place is given away."""
        self.place(call, joined)
        return await self.seated(call)

    def place(self, call: Caller, joined: CallJoined) -> None:
        """Join a line at once; `seated` waits for what comes of it."""
        self._expect(call)
        self._joined[call.id] = (joined, self._clock.monotonic())
        self.signal(joined)

    def replace(self, of: str, by: Caller) -> bool:
        """Give a waiting call's place to another, who then awaits `seated`; False when it waits no more."""
        waiting = self._waiters.get(of)
        if waiting is None or waiting[1].done():
            return False
        self._expect(by)
        if of in self._joined:
            joined, since = self._joined[of]
            self._joined[by.id] = (replace(joined, call=by.id, patient=True), since)
        self._resolve(of, Replaced(by.id))
        self.signal(CallReplaced(of, by.id))
        return True

    def waits(self, call: str) -> bool:
        """Whether a call waits to be seated."""
        waiting = self._waiters.get(call)
        return waiting is not None and not waiting[1].done()

    def line_of(self, call: str) -> str | None:
        """The line on which a call waits; None when it does not."""
        joined = self._joined.get(call)
        return None if joined is None or not self.waits(call) else joined[0].line

    def hand(self, call: str, connected: Connected) -> bool:
        """Give a waiting call to a phone that was rung beside the floor; False when it waits no more."""
        if not self.waits(call):
            return False
        self._resolve(call, connected)
        self.signal(CallLeft(call))
        return True

    async def seated(self, call: Caller) -> Seated:
        """What comes of a place that was taken before. Cancelling it leaves the line."""
        _, waiter = self._waiters[call.id]
        try:
            return await waiter
        except asyncio.CancelledError:
            self.signal(CallLeft(call.id))
            if waiter.done() and not waiter.cancelled() and isinstance(connected := waiter.result(), Connected):
                self.legs.abandon(connected)
            raise
        finally:
            self._waiters.pop(call.id, None)
            self._joined.pop(call.id, None)

    def _expect(self, call: Caller) -> None:
        self._waiters[call.id] = (call, asyncio.get_running_loop().create_future())

    def let_go(self, kept: Connected) -> None:
        """An agent who was kept free for a callback is ready again, without a rest."""
        self.legs.talk_over(kept)
        agent, floor = kept.agent, self.floor
        if agent is not None and floor.is_agent(agent) and floor.seat(agent).presence is Presence.WRAP_UP:
            self.signal(BreakEnded(agent))

    def keep_for(self, call: str, *, keep: bool = True) -> None:
        """When this one's turn comes, an agent is kept free for it at once and no phone rings."""
        if keep:
            self._keeps.add(call)
        else:
            self._keeps.discard(call)

    def staffed(self, line: str) -> bool:
        """Whether a line has anybody on shift, or an outside number."""
        return self.floor.served(line)

    def expected_wait(self, line: str) -> float | None:
        """Seconds that a caller would wait on a line now; None when it cannot be told."""
        estimate = self.floor.expected_wait(line, self._clock.monotonic())
        return None if estimate is None else estimate.seconds

    def expected(self, call: str) -> Estimate | None:
        """How long a waiting call will still wait; None when it cannot be told."""
        return self.floor.expected(call, self._clock.monotonic())

    # ── told by the switchboard ─────────────────────────────────────────────

    def media_lost(self, calls: Iterable[str]) -> None:
        """The switch died: these calls, every leg and every phone are gone at once. Nobody is blamed for it."""
        for call in calls:
            self.signal(CallLeft(call))
        for seat in sorted(self.floor.seats(), key=lambda seat: seat.presence is Presence.OFFERED):
            for phone in seat.phones:  # those who are rung last: what rings there finds nobody else to ring
                self.phone_changed(seat.id, False, phone)
        for leg in self.legs.names():
            self.legs.gone(leg, None)

    def hold_back(self, agent: str) -> None:
        """This agent's phone is in a call that the floor does not know: offer it nothing."""
        self.signal(BreakBegan(agent, BreakReason.OTHER_CALL))

    def let_back(self, agent: str) -> None:
        """That call is over."""
        self.signal(BreakEnded(agent, BreakReason.OTHER_CALL))

    def phone_changed(self, agent: str, up: bool, phone: str | None = None) -> None:
        """A phone of an agent came or went; None is their only one."""
        self.signal(PhoneUp(agent, phone) if up else PhoneDown(agent, phone))

    def adrift(self) -> dict[str, Signal]:
        """What the floor believes of offers, talks and calls of which we know nothing, and the signal that ends it.

        And the other way round: a call that waits here and not there joins again, with its time counted.
        """
        floor, told, rung = self.floor, dict[str, Signal](), self.legs.offers()
        for offer in floor.offers():
            if offer.id not in rung:
                told[f"offer {offer.id}"] = OfferFailed(offer.id, Failure.UNREACHABLE)
        for talk in floor.talks():
            if talk.id not in rung:
                told[f"talk {talk.id}"] = TalkEnded(talk.id)
        waiting = {place.call for line in self._lines for place in floor.waiting(line)}
        waits = {call for call, (_, waiter) in self._waiters.items() if not waiter.done()}
        told |= {f"wait {call}": CallLeft(call) for call in waiting - self._waiters.keys()}
        for call in (waits - waiting) & self._joined.keys():
            joined, since = self._joined[call]
            waited = joined.waited + self._clock.monotonic() - since
            told[f"lost {call}"] = replace(joined, waited=waited)
        return told

    # ── the floor ───────────────────────────────────────────────────────────

    def signal(self, signal: Signal) -> None:
        """Tell the floor, carry out what it orders, and set the alarm for its next instant."""
        if isinstance(signal, CallJoined):
            self._lines.add(signal.line)
        try:
            self._obey(self.floor.handle(signal, self._clock.monotonic()))
        except Exception:  # what it ordered until then is done, what it left half done is mended; the bug is told
            self._obey(self.floor.unsent())
            self._obey(self.floor.handle(Audited(), self._clock.monotonic()))
            raise
        finally:
            self._set_alarm()

    def _obey(self, orders: Iterable[Order]) -> None:
        for order in orders:
            try:
                self._carry_out(order)
            except Exception:
                log.exception("an order of the floor met a bug", order=type(order).__name__)
            self._show(order)

    def watch(self, callback: Callable[[Order], None]) -> None:
        """Show every order of the floor to `callback` once it is begun. What it raises is logged and hurts nobody."""
        self._watchers.append(callback)

    def _show(self, order: Order) -> None:
        for watcher in self._watchers:
            try:
                watcher(order)
            except Exception:
                log.exception("a watcher of the floor failed", order=type(order).__name__)

    def _set_alarm(self) -> None:
        if self._alarm is not None:
            self._alarm.cancel()
            self._alarm = None
        wake_at = self.floor.wake_at()
        if wake_at is not None:
            pause = max(0.0, wake_at - self._clock.monotonic())
            self._alarm = asyncio.get_running_loop().call_later(pause, self.signal, Tick())

    def close(self) -> None:
        """No more alarms."""
        if self._alarm is not None:
            self._alarm.cancel()

    def _carry_out(self, order: Order) -> None:
        match order:
            case Ring():
                self._ring(order)
            case Hold(call, line, why):
                self._waiters[call][0].note(Considered(line, None, why))
            case StopRinging(offer, failure):
                self.legs.stop_ringing(offer, failure)
            case Connect(offer, call):
                talk = self.floor.talk(offer)
                self._resolve(call, self.legs.connect(offer, None if talk is None else talk.agent))
            case GiveUp(call, line, why, limit, measured, rule):
                over = None if rule is None else rule.over
                self._waiters[call][0].note(LineGaveUp(line, WaitEnd(why.value), limit, over, measured))
                self._resolve(call, order)

    def _resolve(self, call: str, outcome: Seated) -> None:
        _, waiter = self._waiters[call]
        if not waiter.done():
            waiter.set_result(outcome)

    def _ring(self, order: Ring) -> None:
        call, _ = self._waiters[order.call]
        if call.id in self._keeps:
            self.legs.keep(order, call)
        else:
            self.legs.ring(order, call, self._rest(order.offer))

    def _rest(self, offer: int) -> float:
        """Seconds until the floor gives this offer up."""
        live = self.floor.offer(offer)
        return RING_AT_MOST if live is None else max(1.0, live.deadline - self._clock.monotonic())
