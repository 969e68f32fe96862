"""To ask somebody while a caller is held: an agent or a line over the floor, an outside number over the trunk."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from acd.signals import CallJoined
from ivr.call import Call
from ivr.dispatch import Dispatch
from ivr.events import Offered, OfferEnded
from ivr.journal import Event
from ivr.offer_legs import Connected
from ivr.outcomes import OfferResult
from ivr.switch import Phone
from ivr.talk.inbox import Side
from ivr.talk.legs import Legs
from ivr.talk.targets import TalkRules, Target, ToAgent, ToLine, ToNumber


@dataclass(frozen=True, slots=True)
class Within:
    """The caller of a consultation, as the floor and the dispatch see it; its facts are those of the call."""

    id: str
    number: str
    channel: str
    note: Callable[[Event], None]
    mark: str = ""


class Asking:
    """Rings whom an agent wants to ask. Cancelled, it lets them be."""

    def __init__(self, call: Call, rules: TalkRules, dispatch: Dispatch, legs: Legs) -> None:
        self._call, self._rules, self._dispatch, self._legs = call, rules, dispatch, legs

    async def ask(self, to: Target, lead: Side) -> tuple[str, Connected | None]:
        """Ring them for the talk of `lead`: the line whose rules hold for it, and None when nobody answered."""
        connected: Connected | None = None
        line = lead.line
        match to:
            case ToNumber(number):
                connected = await self._ring_outside(number, lead)
            case ToLine() | ToAgent():
                line = to.id if isinstance(to, ToLine) else self._rules.line_of(to.id, lead.line)
                only = to.id if isinstance(to, ToAgent) else None
                within = Within(self._call.names.within(), self._call.number, lead.leg, self._call.note)
                seated = await self._dispatch.seat(within, CallJoined(within.id, line, only=only, urgent=True))
                connected = seated if isinstance(seated, Connected) else None
        return line, connected

    async def _ring_outside(self, number: str, lead: Side) -> Connected | None:
        offer, leg = self._call.names.leg("x")
        self._call.note(Offered(offer, lead.line, None, number))
        result = OfferResult.WITHDRAWN
        try:
            connected = await self._legs.ring(
                offer,
                None,
                leg,
                Phone(number, trunk=True),
                caller=self._call.number,
                like=self._call.channel,
                limit=self._rules.ring_for(lead.line),
            )
            result = OfferResult.UNANSWERED if connected is None else OfferResult.ANSWERED
            return connected
        finally:
            self._call.note(OfferEnded(offer, result))
