"""The dispatch: drives the floor, and carries its orders out on the switch.

The only owner of the Floor. Signals come from calls, from legs and from phones, each is handled to its end before
the next, and the orders that follow are begun at once: from an agent's hang-up to the next ring nothing waits.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field

import structlog

from acd.estimate import Pace
from acd.floor import Floor
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
    Ring,
    Signal,
    StopRinging,
    TalkEnded,
    Tick,
)
from ivr.call import Call
from ivr.clock import Clock
from ivr.events import Offered, OfferEnded, OfferResult
from ivr.switch import Phone, Switch, SwitchError

log = structlog.get_logger()

_REFUSED = frozenset({17, 21})
"""Q.850: user busy, call rejected."""
_UNANSWERED = frozenset({19})
"""Q.850: no answer from user (alerted)."""


@dataclass(frozen=True, slots=True)
class Connected:
    """A phone was answered for the call: bridge it. `over` is set when the other side hangs up."""

    offer: int
    agent: str | None
    leg: str
    over: asyncio.Event = field(default_factory=asyncio.Event)


@dataclass(slots=True)
class _Leg:
    """A phone rung for a call."""

    offer: int
    call: Call
    connected: Connected | None = None


class Dispatch:
    """Agents, lines and waiting calls, live. `spawn` starts a task that somebody owns."""

    def __init__(self, floor: Floor, switch: Switch, clock: Clock, spawn: Callable[..., object]) -> None:
        self.floor = floor
        self._switch, self._clock, self._spawn = switch, clock, spawn
        self._legs: dict[str, _Leg] = {}
        self._rung: dict[int, str] = {}
        """Leg of each offer."""
        self._waiters: dict[str, tuple[Call, asyncio.Future[Connected | GivenUp]]] = {}
        self._paces: dict[str, Pace] = defaultdict(Pace)
        """How fast each line is served."""
        self._alarm: asyncio.TimerHandle | None = None
        self._watchers: list[Callable[[Order], None]] = []

    # ── for calls ───────────────────────────────────────────────────────────

    async def seat(self, call: Call, line: str, priority: int = 0) -> Connected | GivenUp:
        """Wait on a line until a phone is answered or the line gives the call up."""
        waiter: asyncio.Future[Connected | GivenUp] = asyncio.get_running_loop().create_future()
        self._waiters[call.id] = (call, waiter)
        try:
            self.signal(CallJoined(call.id, line, priority))
            return await waiter
        except asyncio.CancelledError:
            self.signal(CallLeft(call.id))
            if waiter.done() and not waiter.cancelled() and isinstance(connected := waiter.result(), Connected):
                self.abandon(connected)
            raise
        finally:
            del self._waiters[call.id]

    def abandon(self, connected: Connected) -> None:
        """The caller was gone in the instant of the answer: let the other side go."""
        self.talk_over(connected)
        self._drop(connected.leg)

    def talk_over(self, connected: Connected) -> None:
        """The talk is over for whatever reason; its agent may go on. Idempotent."""
        self._forget(connected.leg)
        self.signal(TalkEnded(connected.offer))

    def staffed(self, line: str) -> bool:
        """Whether a line has anybody on shift, or an outside number."""
        return self.floor.served(line)

    def expected_wait(self, line: str) -> float | None:
        """Seconds that a caller would wait on a line now; None when it cannot be told."""
        pace = self._paces.get(line)
        return None if pace is None else pace.wait(len(self.floor.waiting(line)), self._clock.monotonic())

    # ── told by the switchboard ─────────────────────────────────────────────

    def leg_answered(self, leg: str) -> None:
        rung = self._legs.get(leg)
        if rung is None:
            self._drop(leg)
            return
        if rung.connected is not None:
            return
        rung.call.note(OfferEnded(rung.offer, OfferResult.ANSWERED))
        self.signal(PhoneAnswered(rung.offer))

    def leg_gone(self, leg: str, cause: int | None) -> None:
        rung = self._forget(leg)
        if rung is None:
            return
        if rung.connected is not None:
            rung.connected.over.set()
            self.signal(TalkEnded(rung.offer))
            return
        failure = Failure.UNREACHABLE
        if cause in _REFUSED:
            failure = Failure.REFUSED
        elif cause in _UNANSWERED:
            failure = Failure.UNANSWERED
        rung.call.note(OfferEnded(rung.offer, OfferResult(failure.value), cause))
        self.signal(OfferFailed(rung.offer, failure))

    def hold_back(self, agent: str) -> None:
        """This agent's phone is in a call that the floor does not know: offer it nothing."""
        self.signal(BreakBegan(agent))

    def let_back(self, agent: str) -> None:
        """That call is over."""
        self.signal(BreakEnded(agent))

    def phone_changed(self, agent: str, up: bool) -> None:
        self.signal(PhoneUp(agent) if up else PhoneDown(agent))

    def legs(self) -> frozenset[str]:
        """Every leg that rings or talks."""
        return frozenset(self._legs)

    # ── the floor ───────────────────────────────────────────────────────────

    def signal(self, signal: Signal) -> None:
        """Tell the floor, carry out what it orders, and set the alarm for its next instant."""
        try:
            for order in self.floor.handle(signal, self._clock.monotonic()):
                self._carry_out(order)
                self._show(order)
        finally:
            self._set_alarm()

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
            case StopRinging(offer, failure):
                leg = self._rung[offer]
                rung = self._forget(leg)
                if rung is not None:
                    result = OfferResult.WITHDRAWN if failure is None else OfferResult(failure.value)
                    rung.call.note(OfferEnded(offer, result))
                self._drop(leg)
            case Connect(offer, call):
                rung = self._legs[self._rung[offer]]
                talk = next(t for t in self.floor.talks() if t.id == offer)
                rung.connected = Connected(offer, talk.agent, self._rung[offer])
                self._paces[talk.line.id].answered(self._clock.monotonic())
                self._resolve(call, rung.connected)
            case GiveUp(call, _, why):
                self._resolve(call, why)

    def _resolve(self, call: str, outcome: Connected | GivenUp) -> None:
        _, waiter = self._waiters[call]
        if not waiter.done():
            waiter.set_result(outcome)

    def _ring(self, order: Ring) -> None:
        call, _ = self._waiters[order.call]
        leg = f"{call.id}-{order.offer}"
        self._legs[leg] = _Leg(order.offer, call)
        self._rung[order.offer] = leg
        call.note(Offered(order.offer, order.line, order.agent, order.phones[0]))
        self._spawn(self._ring_phone(leg, Phone(order.phones[0], trunk=order.agent is None), call))

    async def _ring_phone(self, leg: str, phone: Phone, call: Call) -> None:
        try:
            await self._switch.ring(leg, phone, caller=call.number, like=call.channel)
        except SwitchError as error:
            log.warning("a phone could not be rung", phone=phone.name, error=str(error))
            await self._hang_up(leg)  # the switch may have carried out what it did not confirm
            self.leg_gone(leg, None)
            return
        if leg not in self._legs:
            await self._hang_up(leg)  # withdrawn while the switch was still dialling

    def _forget(self, leg: str) -> _Leg | None:
        rung = self._legs.pop(leg, None)
        if rung is not None:
            self._rung.pop(rung.offer, None)
        return rung

    def _drop(self, leg: str) -> None:
        self._spawn(self._hang_up(leg))

    async def _hang_up(self, leg: str) -> None:
        try:
            await self._switch.hang_up(leg)
        except SwitchError as error:
            log.warning("a leg could not be hung up", leg=leg, error=str(error))
