"""Legs of offers: the phones that the floor has rung for a caller, and the talks at those that were answered.

The dispatch rings them; the switchboard tells what becomes of them, and whoever watches the phones; the floor is
signalled. An agent's browser may be away from its talk: whoever has the talk waits for it, and until then its leg,
though silent or dead, is the floor's talk under its name.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from string import ascii_lowercase
from typing import Protocol

import structlog

from acd.signals import Failure, OfferFailed, PhoneAnswered, Ring, Signal, TalkEnded, TalkResumed
from ivr.clock import Clock
from ivr.events import Considered, Offered, OfferEnded
from ivr.journal import Event
from ivr.order import hang_up_leg
from ivr.outcomes import OfferResult
from ivr.switch import Phone, Switch, SwitchError

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


class OfferLegs:
    """Every leg that rings or talks for the floor. `spawn` starts a task that somebody owns."""

    def __init__(
        self, switch: Switch, clock: Clock, spawn: Callable[..., object], signal: Callable[[Signal], None]
    ) -> None:
        """`signal` tells the floor."""
        self._switch, self._clock, self._spawn, self._signal = switch, clock, spawn, signal
        self._legs: dict[str, _Leg] = {}
        self._rung: dict[int, list[str]] = {}
        """Legs of each offer that ring, or the one that was answered."""

    # ── ordered by the floor ────────────────────────────────────────────────

    def ring(self, order: Ring, call: Caller, at_most: float) -> None:
        """Ring every phone of an offer, for so many seconds."""
        letters = _ONE if len(order.phones) == 1 else _SEVERAL
        legs = [_name(order.offer, call, letter) for letter, _ in zip(letters, order.phones, strict=False)]
        self._rung[order.offer] = legs
        call.note(Offered(order.offer, order.line, order.agent, order.phones[0]))
        if order.why is not None:
            call.note(Considered(order.line, order.offer, order.why))
        for leg, phone in zip(legs, order.phones, strict=False):
            own = "" if order.agent is None else phone
            self._legs[leg] = _Leg(order.offer, call, phone=own, since=self._clock.monotonic())
            self._spawn(self._ring_phone(leg, Phone(phone, trunk=order.agent is None), call, at_most))

    def keep(self, order: Ring, call: Caller) -> None:
        """Nobody is rung: the agent is kept free as if they had answered."""
        leg = _name(order.offer, call, (_ONE if len(order.phones) == 1 else _SEVERAL)[0])
        self._legs[leg] = _Leg(order.offer, call, kept=True)
        self._rung[order.offer] = [leg]
        self._spawn(self._keep(leg))

    def stop_ringing(self, offer: int, failure: Failure | None) -> None:
        """An offer is taken back; `failure`: it was not answered."""
        for leg in tuple(self._rung.get(offer, ())):
            rung = self._forget(leg)
            self._drop(leg)
            if rung is not None and offer not in self._rung:
                result = OfferResult.WITHDRAWN if failure is None else OfferResult(failure.value)
                rung.call.note(OfferEnded(offer, result))

    def connect(self, offer: int, agent: str | None) -> Connected:
        """The leg of an offer that was answered is a talk from now on."""
        (leg,) = self._rung[offer]
        rung = self._legs[leg]
        rung.connected = Connected(offer, agent, leg, phone=rung.phone)
        return rung.connected

    # ── told by the switchboard ─────────────────────────────────────────────

    def answered(self, leg: str) -> None:
        """A phone was picked up; what else rang for its offer does so no more."""
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
        self._signal(PhoneAnswered(rung.offer))

    def gone(self, leg: str, cause: int | None, *, lost: bool = False) -> None:
        """A leg is no more; `cause` after Q.850. `lost`: nobody hung up, its phone vanished."""
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
        self._signal(OfferFailed(rung.offer, failure))

    # ── talks ───────────────────────────────────────────────────────────────

    def resume(self, call: Caller, talk: TalkResumed, leg: str, phone: str = "") -> Connected:
        """A talk of an engine before us goes on: its agent is talking, and free when its leg is gone.

        `phone` is the agent's that its leg is at, where the switch says so.
        """
        connected = Connected(talk.offer, talk.agent, leg, phone=phone)
        self._legs[leg] = _Leg(talk.offer, call, connected, phone=phone)
        self._rung[talk.offer] = [leg]
        self._signal(talk)
        return connected

    def look_after(self, connected: Connected, call: Caller) -> None:
        """An agent's phone that was rung beside the floor has a caller now: it is watched as those of the floor are."""
        leg = _Leg(connected.offer, call, connected, phone=connected.phone, since=self._clock.monotonic())
        self._legs[connected.leg] = leg

    def talk_over(self, connected: Connected) -> None:
        """The talk is over for whatever reason; its agent may go on. Idempotent: the floor is told once."""
        if self._forget(connected.leg) is not None:
            self._talk_ended(connected.offer)

    def abandon(self, connected: Connected) -> None:
        """The caller was gone in the instant of the answer: let the other side go."""
        self.talk_over(connected)
        self._drop(connected.leg)

    # ── talks out of which a phone strays ───────────────────────────────────

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

    def lose(self, leg: str) -> None:
        """The phone of a leg vanished, and the switch does not know: end the leg, unless its talk waits for it."""
        if leg in self._legs and not self._stray(leg, dead=False):
            self.give_up(leg)

    def give_up(self, leg: str) -> None:
        """The phone of a leg vanished, and nobody waits for it any more."""
        if (rung := self._legs.get(leg)) is not None:
            rung.strays = None
            self._drop(leg)
            self.gone(leg, None, lost=True)

    def _stray(self, leg: str, *, dead: bool) -> bool:
        """Whether whoever has the talk of a leg waits for its phone, which is not there."""
        rung = self._legs[leg]
        if rung.strays is None or rung.connected is None or not Phone(rung.phone).is_browser:
            return False
        if not rung.away and not rung.strays.strayed(leg):
            return False
        rung.away, rung.dead = True, rung.dead or dead
        return True

    # ── asked ───────────────────────────────────────────────────────────────

    def names(self) -> frozenset[str]:
        """Every leg that rings or talks."""
        return frozenset(self._legs)

    def ringing(self) -> frozenset[str]:
        """Every leg that was not answered yet."""
        return frozenset(leg for leg, rung in self._legs.items() if rung.connected is None)

    def kept(self) -> frozenset[str]:
        """Every leg that is but a name: its agent is kept free and not rung yet, or their browser is waited for."""
        return frozenset(leg for leg, rung in self._legs.items() if rung.kept or rung.dead)

    def offers(self) -> frozenset[int]:
        """Every offer that rings or was answered."""
        return frozenset(self._rung)

    def watched(self) -> dict[str, Watched]:
        """Every leg at an agent's phone."""
        return {
            leg: Watched(rung.phone, rung.since, rung.connected is not None, rung.away, rung.dead)
            for leg, rung in self._legs.items()
            if rung.phone
        }

    # ── within ──────────────────────────────────────────────────────────────

    async def _keep(self, leg: str) -> None:
        if (rung := self._legs.get(leg)) is not None:
            self._signal(PhoneAnswered(rung.offer))

    async def _ring_phone(self, leg: str, phone: Phone, call: Caller, at_most: float) -> None:
        try:
            await self._switch.ring(leg, phone, caller=call.number, like=call.channel, at_most=at_most)
        except SwitchError as error:
            log.warning("a phone could not be rung", phone=phone.name, error=str(error))
            await hang_up_leg(self._switch, leg)  # the switch may have carried out what it did not confirm
            self.gone(leg, None)
            return
        if leg not in self._legs:
            await hang_up_leg(self._switch, leg)  # withdrawn while the switch was still dialling

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
            self._signal(TalkEnded(offer, lost=lost))

    def _drop(self, leg: str) -> None:
        self._spawn(hang_up_leg(self._switch, leg))


def _name(offer: int, call: Caller, letter: str) -> str:
    return f"{call.id}-{call.mark}{offer}{letter}"
