"""A shift leader who attends a talk, and the ear by which they hear it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import structlog

from ivr.call import Call
from ivr.events import Attendance
from ivr.offer_legs import Connected
from ivr.order import settled
from ivr.switch import Switch, SwitchError
from ivr.talk.legs import Legs

log = structlog.get_logger()

_A = Attendance
MODES: Mapping[Attendance, frozenset[Attendance]] = {
    _A.LISTENING: frozenset({_A.LISTENING, _A.WHISPERING, _A.JOINED, _A.TALKING}),
    _A.WHISPERING: frozenset({_A.LISTENING, _A.WHISPERING, _A.JOINED, _A.TALKING}),
    _A.JOINED: frozenset({_A.JOINED, _A.TALKING}),
    _A.TALKING: frozenset({_A.TALKING}),
}
"""From what a leader does to what they may do next in the same talk; an absent one is refused."""


@dataclass(slots=True, eq=False)
class Attending:
    """A leader who was rung for a talk; `connected` once they answered."""

    leader: str
    agent: str | None
    call: Call
    how: Attendance
    leg: str = ""
    connected: Connected | None = None
    ear: str | None = None
    hears: str = ""
    """The leg that the ear is at."""
    ears: int = 0
    held_back: bool = False
    came: bool = False
    """It was noted that they did, and not yet that they left."""
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    """One thing after the other is done with their ear."""

    @property
    def bridge(self) -> str:
        """In which the leader and their ear are."""
        assert self.connected is not None  # noqa: S101  (asked for by who has answered)
        return f"{self.connected.leg}-listen"


class Ears:
    """Makes and ends leaders' ears on the switch."""

    def __init__(self, switch: Switch, legs: Legs, spawn: Callable[..., object]) -> None:
        self._switch, self._legs, self._spawn = switch, legs, spawn

    async def overhear(self, one: Attending, leg: str, *, whispers: bool) -> None:
        """Hear a leg, instead of the one that was heard before. Raises SwitchError, then all is as before."""
        assert one.connected is not None  # noqa: S101  (the only caller has looked)
        one.ears += 1
        before, ear = one.ear, f"{one.connected.leg}-ear{one.ears}"
        try:
            await self._switch.snoop(ear, leg, whispers=whispers)
            await self._switch.bridge(one.bridge, [one.connected.leg, ear] if before is None else [ear])
        except BaseException:
            self._spawn(self._hang_up(ear))
            raise
        one.ear, one.hears = ear, leg
        if before is not None:
            await self._hang_up(before)

    async def _hang_up(self, ear: str) -> None:
        try:
            await self._switch.hang_up(ear)
        except SwitchError as error:
            log.warning("an ear could not be hung up", error=str(error))

    async def deafen(self, one: Attending) -> None:
        """No ear is needed by who is in the talk."""
        ear, one.ear = one.ear, None
        if ear is not None:
            await settled(self._hang_up(ear), self._switch.drop_bridge(one.bridge))

    async def clear(self, one: Attending, connected: Connected) -> None:
        """Nothing of it stays on the switch."""
        async with one.turn:
            ears = [] if one.ear is None else [self._hang_up(one.ear)]
            await settled(*ears, self._switch.hang_up(connected.leg), self._switch.drop_bridge(one.bridge))
            self._legs.forget(connected.leg)
