"""Callers whom the door does not let in: one order each, and their call is told to its end at once."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping
from typing import Any

import structlog

from ivr.call import Call
from ivr.door.verdict import OVERLOAD, Verdict, Why
from ivr.order import settled
from ivr.outcomes import Outcome, Reason
from ivr.switch import Switch, SwitchError

log = structlog.get_logger()

_SENT_AWAY: Mapping[Why | None, tuple[Reason, str]] = {Why.NUISANCE: (Reason.BLOCKED, "blocked")}
"""What a call ends as that is sent away, and what its caller hears."""


class SentAway:
    """Those who are being sent away: they are nobody's, though the switch has them yet."""

    def __init__(self, switch: Switch, order: Callable[[Coroutine[Any, Any, None]], object]) -> None:
        self._switch, self._order = switch, order
        self._leaving: set[str] = set()

    def __contains__(self, channel: str) -> bool:
        return channel in self._leaving

    def channels(self) -> frozenset[str]:
        """Of all of them."""
        return frozenset(self._leaving)

    def send(self, call: Call, lane: Verdict) -> None:
        """Nobody waits for a caller who is not let in."""
        reason, sentence = _SENT_AWAY.get(lane.why, (Reason.CALLER_LIMIT, "too-often"))
        if lane.why in OVERLOAD:
            reason, sentence = Reason.OVERLOAD, "overloaded"
        call.ends(Outcome.REJECTED, reason)
        self._order(self._turn_away(call.channel, sentence if lane.told else None))

    async def _turn_away(self, channel: str, sentence: str | None) -> None:
        self._leaving.add(channel)
        try:
            if sentence is None:
                await self._switch.refuse(channel)
            else:
                await self._switch.turn_away(channel, sentence)
        except SwitchError as error:
            log.warning("a caller could not be sent away: hanging up", error=str(error))
            await settled(self._switch.refuse(channel))
        finally:
            self._leaving.discard(channel)
