"""Shift leaders and their phones: who is one, which phone is rung, and that the floor leaves it alone meanwhile."""

from __future__ import annotations

from collections.abc import Callable

from acd.agent import Presence
from ivr.dispatch import Dispatch
from ivr.lead.attending import Attending
from ivr.offer_legs import Connected
from ivr.switch import Phone
from ivr.talk.legs import Legs
from ivr.talk.targets import Refused
from routing.plan import Plan

RING_FOR = 30.0
"""Seconds that a leader's phone rings."""

_MAY_BE_RUNG = frozenset({Presence.READY, Presence.WRAP_UP, Presence.BREAK})


class Leaders:
    """`plan` is the one in force."""

    def __init__(self, plan: Callable[[], Plan], dispatch: Dispatch, legs: Legs) -> None:
        self._plan, self._dispatch, self._legs = plan, dispatch, legs

    def admit(self, leader: str) -> None:
        """Raise Refused for anybody else."""
        rule = self._plan().agents.get(leader)
        if rule is None or not rule.leader:
            raise Refused("only a shift leader may do this")

    def admit_to(self, leader: str, line: str) -> None:
        """Raise Refused for a talk of a line that is confidential, unless it names this leader."""
        rule = self._plan().lines.get(line)
        if rule is not None and rule.confidential is not None and leader not in rule.confidential.listeners:
            raise Refused(f"{rule.name} is confidential: only those whom it names may listen")

    def phone_of(self, leader: str) -> str:
        """Their first phone that is there. Raises Refused when it cannot be rung now."""
        try:
            seat = self._dispatch.floor.seat(leader)
        except KeyError:
            raise Refused("your phone is not registered") from None
        phone = next((phone for phone in self._plan().phones_of(leader) if phone in seat.phones), None)
        if seat.presence not in _MAY_BE_RUNG or phone is None:
            raise Refused("your phone is not registered, or in a call")
        return phone

    def can_be_rung(self, name: str) -> bool:
        """Whether this is a leader whose phone may be rung now."""
        try:
            self.admit(name)
            self.phone_of(name)
        except Refused:
            return False
        return True

    async def ring(self, one: Attending, phone: str) -> Connected | None:
        """Ring a leader's phone, of whom the floor wants nothing until `let_back`; None when it is not answered."""
        if self._dispatch.floor.seat(one.leader).presence is not Presence.BREAK:
            one.held_back = True
            self._dispatch.hold_back(one.leader)
        offer, one.leg = one.call.names.leg("v")
        return await self._legs.ring(
            offer, one.leader, one.leg, Phone(phone), caller=one.call.number, like=one.call.channel, limit=RING_FOR
        )

    def let_back(self, one: Attending) -> None:
        """They attend no more."""
        if one.held_back:
            one.held_back = False
            self._dispatch.let_back(one.leader)
