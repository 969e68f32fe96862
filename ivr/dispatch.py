"""The dispatch: drives the floor, and carries its orders out on the switch.

The only owner of the Floor. Signals come from calls, from legs and from phones, each is handled to its end before
the next, and the orders that follow are begun at once: from an agent's hang-up to the next ring nothing waits.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from string import ascii_lowercase
from typing import Protocol

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
    PhoneAnswered,
    PhoneDown,
    PhoneUp,
    Ring,
    Signal,
    StopRinging,
    TalkEnded,
    TalkResumed,
    Tick,
)
from ivr.clock import Clock
from ivr.events import Considered, LineGaveUp, Offered, OfferEnded
from ivr.journal import Event
from ivr.outcomes import OfferResult, WaitEnd
from ivr.switch import RING_AT_MOST, HandedOver, Phone, Switch, SwitchError

log = structlog.get_logger()

_REFUSED = frozenset({17, 21})
"""Q.850: user busy, call rejected."""
_REJECTED = 21
"""Q.850: call rejected: the agent declined, on whichever phone."""
_UNANSWERED = frozenset({19})
"""Q.850: no answer from user (alerted)."""
_ONE = ("",)
"""Of the leg of an offer to one phone."""
_SEVERAL = ascii_lowercase
"""Of the legs of an offer to several. None may begin another's name: Asterisk then takes the shorter for taken."""


class Caller(Protocol):
    """Who can be seated: a call, a callback, an agent who asks another."""

    @property
    def id(self) -> str: ...

    @property
    def number(self) -> str:
        """Shown to the phone that rings."""
        ...

    @property
    def channel(self) -> str:
        """Its codecs are asked of the phone that rings."""
        ...

    @property
    def mark(self) -> str:
        """Letters in the names of its legs."""
        ...

    def note(self, event: Event) -> None: ...


@dataclass(frozen=True, slots=True)
class Connected:
    """A phone was answered for the call: bridge it. `over` is set when the other side hangs up."""

    offer: int
    agent: str | None
    leg: str
    over: asyncio.Event = field(default_factory=asyncio.Event)
    lost: asyncio.Event = field(default_factory=asyncio.Event)
    """Set before `over` when nobody hung up: the phone vanished."""
    phone: str = ""
    """Of the agent that was answered; empty for a number on the trunk."""


class Strays(Protocol):
    """Who has a talk with a leg whose phone may come back: they are told, and wait for it."""

    def strayed(self, leg: str) -> bool:
        """The phone is not there and silent; whether somebody waits for it."""
        ...

    def heard(self, leg: str) -> None:
        """The leg sounds again."""
        ...

    def reachable(self) -> None:
        """The phone could be rung."""
        ...


@dataclass(frozen=True, slots=True)
class Replaced:
    """The place is another's now."""

    by: str


Seated = Connected | GiveUp | Replaced


@dataclass(slots=True)
class _Leg:
    """A phone rung for a call."""

    offer: int
    call: Caller
    connected: Connected | None = None
    kept: bool = False
    """Nobody was rung: the agent is kept free under its name."""
    phone: str = ""
    """Which rings, an agent's; empty for a number on the trunk."""
    since: float = 0.0
    """When it was rung."""
    away: bool = False
    """Its phone is not there and silent, and waited for."""
    dead: bool = False
    """The switch has it no more; its talk goes on under its name as long as it is waited for."""
    strays: Strays | None = None
    """Who waits for its phone when it strays out of the talk."""


@dataclass(frozen=True, slots=True)
class Watched:
    """A leg at a phone of ours: rung at `since` (monotonic), and perhaps answered."""

    phone: str
    since: float
    talks: bool
    away: bool = False
    """Waited for, since its phone was not there and silent."""
    dead: bool = False


class Dispatch:
    """Agents, lines and waiting calls, live. `spawn` starts a task that somebody owns."""

    def __init__(self, floor: Floor, switch: Switch, clock: Clock, spawn: Callable[..., object]) -> None:
        self.floor = floor
        self._switch, self._clock, self._spawn = switch, clock, spawn
        self._legs: dict[str, _Leg] = {}
        self._rung: dict[int, list[str]] = {}
        """Legs of each offer that ring, or the one that was answered."""
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

    def resume(self, call: Caller, talk: TalkResumed, leg: str, phone: str = "") -> Connected:
        """A talk of an engine before us goes on: its agent is talking, and free when its leg is gone.

        `phone` is the agent's that its leg is at, where the switch says so.
        """
        connected = Connected(talk.offer, talk.agent, leg, phone=phone)
        self._legs[leg] = _Leg(talk.offer, call, connected, phone=phone)
        self._rung[talk.offer] = [leg]
        self.signal(talk)
        return connected

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
                self.abandon(connected)
            raise
        finally:
            self._waiters.pop(call.id, None)
            self._joined.pop(call.id, None)

    def _expect(self, call: Caller) -> None:
        self._waiters[call.id] = (call, asyncio.get_running_loop().create_future())

    def abandon(self, connected: Connected) -> None:
        """The caller was gone in the instant of the answer: let the other side go."""
        self.talk_over(connected)
        self._drop(connected.leg)

    def let_go(self, kept: Connected) -> None:
        """An agent who was kept free for a callback is ready again, without a rest."""
        self.talk_over(kept)
        agent, floor = kept.agent, self.floor
        if agent is not None and floor.is_agent(agent) and floor.seat(agent).presence is Presence.WRAP_UP:
            self.signal(BreakEnded(agent))

    def keep_for(self, call: str, *, keep: bool = True) -> None:
        """When this one's turn comes, an agent is kept free for it at once and no phone rings."""
        if keep:
            self._keeps.add(call)
        else:
            self._keeps.discard(call)

    def talk_over(self, connected: Connected) -> None:
        """The talk is over for whatever reason; its agent may go on. Idempotent: the floor is told once."""
        if self._forget(connected.leg) is not None:
            self._talk_ended(connected.offer)

    # ── talks out of which a phone strays ───────────────────────────────────

    def look_after(self, connected: Connected, call: Caller) -> None:
        """An agent's phone that was rung beside the floor has a caller now: it is watched as those of the floor are."""
        leg = _Leg(connected.offer, call, connected, phone=connected.phone, since=self._clock.monotonic())
        self._legs[connected.leg] = leg

    def mind(self, leg: str, strays: Strays) -> None:
        """From now on this one is told when the phone of a talk strays."""
        if (rung := self._legs.get(leg)) is not None:
            rung.strays = strays

    def heard(self, leg: str) -> None:
        """A leg that strayed sounds again."""
        if (rung := self._legs.get(leg)) is not None and rung.away and rung.strays is not None:
            rung.strays.heard(leg)

    def reachable(self, leg: str) -> None:
        """The phone of a leg that strayed could be rung."""
        if (rung := self._legs.get(leg)) is not None and rung.away and rung.strays is not None:
            rung.strays.reachable()

    def found(self, leg: str) -> None:
        """The leg that strayed is the talk's again."""
        if (rung := self._legs.get(leg)) is not None:
            rung.away = False

    def swap(self, old: Connected, new: Connected) -> Connected:
        """The talk of a leg that strayed goes on at another one, which was rung beside the floor and is ours now."""
        rung = self._legs.pop(old.leg)
        connected = Connected(old.offer, old.agent, new.leg, new.over, new.lost, old.phone)
        self._legs[new.leg] = _Leg(old.offer, rung.call, connected, phone=rung.phone, since=self._clock.monotonic())
        if old.offer in self._rung:
            self._rung[old.offer] = [new.leg]
        self._drop(old.leg)
        old.over.set()
        return connected

    def stray(self, leg: str) -> bool:
        """A page says that it has this leg no more; whether its talk waits for it."""
        return leg in self._legs and self._stray(leg, dead=False)

    def _stray(self, leg: str, *, dead: bool) -> bool:
        """Whether whoever has the talk of a leg waits for its phone, which is not there."""
        rung = self._legs[leg]
        if rung.strays is None or rung.connected is None or not Phone(rung.phone).is_browser:
            return False
        if not rung.away and not rung.strays.strayed(leg):
            return False
        rung.away, rung.dead = True, rung.dead or dead
        return True

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

    def leg_answered(self, leg: str) -> None:
        rung = self._legs.get(leg)
        if rung is None:
            self._drop(leg)
            return
        if rung.connected is not None:
            return
        for other in self._rung[rung.offer]:
            if other != leg:
                del self._legs[other]
                self._drop(other)
        self._rung[rung.offer] = [leg]
        rung.call.note(OfferEnded(rung.offer, OfferResult.ANSWERED))
        self.signal(PhoneAnswered(rung.offer))

    def leg_gone(self, leg: str, cause: int | None, *, lost: bool = False) -> None:
        """A leg is no more; `lost`: nobody hung up, its phone vanished."""
        if lost and leg in self._legs and self._stray(leg, dead=True):
            return
        rung = self._forget(leg)
        if rung is None:
            return
        if rung.connected is not None:
            if lost:
                rung.connected.lost.set()
            rung.connected.over.set()
            self._talk_ended(rung.offer, lost=lost)
            return
        others = self._rung.get(rung.offer, ())
        if others and cause != _REJECTED:
            return  # another phone of the agent still rings
        for other in tuple(others):
            self._forget(other)
            self._drop(other)
        failure = Failure.UNREACHABLE
        if cause in _REFUSED:
            failure = Failure.REFUSED
        elif cause in _UNANSWERED:
            failure = Failure.UNANSWERED
        rung.call.note(OfferEnded(rung.offer, OfferResult(failure.value), cause))
        self.signal(OfferFailed(rung.offer, failure))

    def lose(self, leg: str) -> None:
        """The phone of a leg vanished, and the switch does not know: end the leg, unless its talk waits for it."""
        if leg in self._legs and not self._stray(leg, dead=False):
            self.give_up(leg)

    def give_up(self, leg: str) -> None:
        """The phone of a leg vanished, and nobody waits for it any more."""
        if (rung := self._legs.get(leg)) is not None:
            rung.strays = None
            self._drop(leg)
            self.leg_gone(leg, None, lost=True)

    def watched(self) -> dict[str, Watched]:
        """Every leg at an agent's phone."""
        return {
            leg: Watched(rung.phone, rung.since, rung.connected is not None, rung.away, rung.dead)
            for leg, rung in self._legs.items()
            if rung.phone
        }

    def media_lost(self, calls: Iterable[str]) -> None:
        """The switch died: these calls, every leg and every phone are gone at once. Nobody is blamed for it."""
        for call in calls:
            self.signal(CallLeft(call))
        for seat in sorted(self.floor.seats(), key=lambda seat: seat.presence is Presence.OFFERED):
            for phone in seat.phones:  # those who are rung last: what rings there finds nobody else to ring
                self.phone_changed(seat.id, False, phone)
        for leg in self.legs():
            self.leg_gone(leg, None)

    def hold_back(self, agent: str) -> None:
        """This agent's phone is in a call that the floor does not know: offer it nothing."""
        self.signal(BreakBegan(agent, BreakReason.OTHER_CALL))

    def let_back(self, agent: str) -> None:
        """That call is over."""
        self.signal(BreakEnded(agent, BreakReason.OTHER_CALL))

    def phone_changed(self, agent: str, up: bool, phone: str | None = None) -> None:
        """A phone of an agent came or went; None is their only one."""
        self.signal(PhoneUp(agent, phone) if up else PhoneDown(agent, phone))

    def legs(self) -> frozenset[str]:
        """Every leg that rings or talks."""
        return frozenset(self._legs)

    def ringing(self) -> frozenset[str]:
        """Every leg that was not answered yet."""
        return frozenset(leg for leg, rung in self._legs.items() if rung.connected is None)

    def kept(self) -> frozenset[str]:
        """Every leg that is but a name: its agent is kept free and not rung yet, or their browser is waited for."""
        return frozenset(leg for leg, rung in self._legs.items() if rung.kept or rung.dead)

    def adrift(self) -> dict[str, Signal]:
        """What the floor believes of offers, talks and calls of which we know nothing, and the signal that ends it.

        And the other way round: a call that waits here and not there joins again, with its time counted.
        """
        floor, told = self.floor, dict[str, Signal]()
        for offer in floor.offers():
            if offer.id not in self._rung:
                told[f"offer {offer.id}"] = OfferFailed(offer.id, Failure.UNREACHABLE)
        for talk in floor.talks():
            if talk.id not in self._rung:
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
                self._stop_ringing(offer, failure)
            case Connect(offer, call):
                (leg,) = self._rung[offer]
                rung, talk = self._legs[leg], self.floor.talk(offer)
                rung.connected = Connected(offer, None if talk is None else talk.agent, leg, phone=rung.phone)
                self._resolve(call, rung.connected)
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
        letters = _ONE if len(order.phones) == 1 else _SEVERAL
        legs = [f"{call.id}-{call.mark}{order.offer}{letter}" for letter, _ in zip(letters, order.phones, strict=False)]
        self._rung[order.offer] = legs
        if call.id in self._keeps:
            self._legs[legs[0]] = _Leg(order.offer, call, kept=True)
            self._rung[order.offer] = legs[:1]
            self._spawn(self._keep(legs[0]))
            return
        call.note(Offered(order.offer, order.line, order.agent, order.phones[0]))
        if order.why is not None:
            call.note(Considered(order.line, order.offer, order.why))
        for leg, phone in zip(legs, order.phones, strict=False):
            own = "" if order.agent is None else phone
            self._legs[leg] = _Leg(order.offer, call, phone=own, since=self._clock.monotonic())
            self._spawn(self._ring_phone(leg, Phone(phone, trunk=order.agent is None), call, self._rest(order.offer)))

    def _rest(self, offer: int) -> float:
        """Seconds until the floor gives this offer up."""
        live = self.floor.offer(offer)
        return RING_AT_MOST if live is None else max(1.0, live.deadline - self._clock.monotonic())

    def _stop_ringing(self, offer: int, failure: Failure | None) -> None:
        for leg in tuple(self._rung.get(offer, ())):
            rung = self._forget(leg)
            self._drop(leg)
            if rung is not None and offer not in self._rung:
                result = OfferResult.WITHDRAWN if failure is None else OfferResult(failure.value)
                rung.call.note(OfferEnded(offer, result))

    async def _keep(self, leg: str) -> None:
        """Nobody is rung: the agent is kept free as if they had answered."""
        if (rung := self._legs.get(leg)) is not None:
            self.signal(PhoneAnswered(rung.offer))

    async def _ring_phone(self, leg: str, phone: Phone, call: Caller, at_most: float) -> None:
        try:
            await self._switch.ring(leg, phone, caller=call.number, like=call.channel, at_most=at_most)
        except SwitchError as error:
            log.warning("a phone could not be rung", phone=phone.name, error=str(error))
            await self._hang_up(leg)  # the switch may have carried out what it did not confirm
            self.leg_gone(leg, None)
            return
        if leg not in self._legs:
            await self._hang_up(leg)  # withdrawn while the switch was still dialling

    def _forget(self, leg: str) -> _Leg | None:
        rung = self._legs.pop(leg, None)
        if rung is not None and rung.offer in self._rung:
            legs = self._rung[rung.offer]
            legs.remove(leg)
            if not legs:
                del self._rung[rung.offer]
        return rung

    def _talk_ended(self, offer: int, *, lost: bool = False) -> None:
        """Of one below zero, which was rung beside it, the floor knows nothing."""
        if offer >= 0:
            self.signal(TalkEnded(offer, lost=lost))

    def _drop(self, leg: str) -> None:
        self._spawn(self._hang_up(leg))

    async def _hang_up(self, leg: str) -> None:
        try:
            await self._switch.hang_up(leg)
        except HandedOver:
            return  # it rings on, or talks on, and is the next engine's
        except SwitchError as error:
            log.warning("a leg could not be hung up", leg=leg, error=str(error))
