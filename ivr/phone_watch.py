"""The phone watch: notices a phone that vanished while it rings or talks, without a word to anybody.

A browser that was closed, a network that is gone, a process that was killed send no BYE. The switch asks its phones
every few seconds whether they are there (`sip.qualify`), but tells nobody as long as one of them is in a call: its
device state is then that of the call. So while phones ring or talk, they are asked for four times a second:

    rings, and is not there         the caller goes on to the next agent, the agent is offline
    never even said that it rings   the caller goes on, the agent rests as after any phone that failed
    talks, is not there, and sends  the leg is ended; the caller is back at the head of the line
    no sound for `SILENT` seconds

A page that reloads, or whose network breaks, is waited for by its talk instead (`ivr.talk.away`). Then it is looked
for: the leg that strayed sounds again, or the page is there again and can be rung; after `SETTLES` seconds of it, for
where the network was gone the sound comes back first.

A phone that talks must be both: away and silent. A browser whose socket broke while its sound goes on talks on, and so
does an agent who is muted (all sound is the same to us, silence too) or whose phone sends none while nobody speaks.
What is left, a phone that answers the switch and sends nothing, is ended by the switch itself (`rtp.timeout`). Outside
numbers are not asked for anything: a carrier may take its time.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

import structlog

from ivr.clock import Clock
from ivr.offer_legs import Watched
from ivr.switch import ChannelGone, PhoneChanged, Switch, SwitchError
from ivr.switchboard import Switchboard

log = structlog.get_logger()

EVERY = 0.25
"""Seconds between two looks."""
NO_REPLY = 3.0
"""Seconds after which a phone should have said that it rings."""
SILENT = 1.0
"""Seconds without a packet of sound that end the talk of a phone that is not there.

The switch asks every 2 s and waits 1.5 s: together a caller is given back at most 5 s after the phone vanished, and a
network that stalls for less than 2.5 s cuts no talk."""
SETTLES = 0.75
"""Seconds that a page which is there again may take to sound again, before it is rung."""


class PhoneWatch:
    """Looks as long as phones of ours ring or talk: `await run()`."""

    def __init__(self, switch: Switch, board: Switchboard, clock: Clock, no_reply: float = NO_REPLY) -> None:
        """`no_reply` in seconds; 0 lets a phone ring that never said that it does."""
        self._switch, self._board, self._clock, self._no_reply = switch, board, clock, no_reply
        self._rang: set[str] = set()
        """Legs whose phones said that they ring."""
        self._sound: dict[str, tuple[int, float]] = {}
        """Of legs whose phones are not there: the packets that came, and since when no other did."""
        self._there: dict[str, float] = {}
        """Of legs that strayed: since when their phones are there again."""

    async def run(self) -> None:
        """Watch until cancelled. What fails is logged, and tried again with the next look."""
        while True:
            await asyncio.sleep(EVERY)
            try:
                await self.look()
            except (SwitchError, TimeoutError) as error:
                log.info("phones could not be looked at", error=str(error) or type(error).__name__)
            except Exception:
                log.exception("the phone watch met a bug")

    async def look(self) -> None:
        """Ask once. Raises SwitchError."""
        legs = self._board.dispatch.legs.watched()
        self._rang &= legs.keys()
        self._sound = {leg: heard for leg, heard in self._sound.items() if leg in legs}
        self._there = {leg: since for leg, since in self._there.items() if leg in legs and legs[leg].away}
        if not legs:
            return
        there = await self._switch.there({one.phone for one in legs.values()})
        self._tell(there, {one.phone for one in legs.values()})
        for leg, one in legs.items():
            if one.away:
                continue
            if one.phone in there:
                self._sound.pop(leg, None)
            elif not one.talks:
                self._lose(leg, one, "it is not there any more")
        await asyncio.gather(
            *(
                self._mind_silence(leg, one)
                for leg, one in legs.items()
                if one.talks and not one.away and one.phone not in there
            ),
            *(self._look_for(leg, one, there=one.phone in there) for leg, one in legs.items() if one.away),
            *(self._mind_reply(leg, one) for leg, one in self._late(legs.items()) if one.phone in there),
        )

    def _tell(self, there: frozenset[str], phones: set[str]) -> None:
        """Let the floor know who is there, as nobody else does while they are in a call."""
        believed = {phone for seat in self._board.dispatch.floor.seats() for phone in seat.phones}
        for phone in sorted(phones):
            if (phone in there) is not (phone in believed):
                self._board.hear(PhoneChanged(phone, up=phone in there))

    def _late(self, legs: Iterable[tuple[str, Watched]]) -> list[tuple[str, Watched]]:
        """Legs that rang for so long that their phones should have said so."""
        if not self._no_reply:
            return []
        since = self._clock.monotonic() - self._no_reply
        return [(leg, one) for leg, one in legs if not one.talks and one.since <= since and leg not in self._rang]

    async def _mind_reply(self, leg: str, one: Watched) -> None:
        try:
            rings = await self._switch.rings(leg)
        except ChannelGone:
            return  # the switch is about to say so
        if rings:
            self._rang.add(leg)
        else:
            self._lose(leg, one, "it did not reply to the call")

    async def _mind_silence(self, leg: str, one: Watched) -> None:
        try:
            packets = await self._switch.packets(leg)
        except ChannelGone:
            return
        now = self._clock.monotonic()
        if packets is None:
            return  # the switch's own timeout is left
        before, since = self._sound.setdefault(leg, (packets, now))
        if packets != before:
            self._sound[leg] = (packets, now)
        elif now - since >= SILENT:
            self._lose(leg, one, "it is not there any more, and silent")

    async def _look_for(self, leg: str, one: Watched, *, there: bool) -> None:
        """Whether what strayed sounds again, or can be rung."""
        now = self._clock.monotonic()
        if not one.dead and await self._sounds(leg):
            self._board.dispatch.legs.heard(leg)
            return
        if not there:
            self._there.pop(leg, None)
        elif now - self._there.setdefault(leg, now) >= (0.0 if one.dead else SETTLES):
            self._board.dispatch.legs.reachable(leg)

    async def _sounds(self, leg: str) -> bool:
        """Whether a packet of sound came since the look before."""
        try:
            packets = await self._switch.packets(leg)
        except ChannelGone:
            return False
        if packets is None:
            return False
        before, since = self._sound.setdefault(leg, (packets, self._clock.monotonic()))
        self._sound[leg] = (packets, since)
        return packets != before

    def _lose(self, leg: str, one: Watched, why: str) -> None:
        if leg in self._board.dispatch.legs.names():  # not withdrawn meanwhile
            log.warning("an agent's phone vanished", leg=leg, device=one.phone, talked=one.talks, why=why)
            self._board.dispatch.legs.lose(leg)
