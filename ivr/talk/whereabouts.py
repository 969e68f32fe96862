"""Where the channels of a conversation are: with the caller, aside, in the music, alone."""

from __future__ import annotations

from collections.abc import Awaitable, Mapping

import structlog

from ivr.call import Call
from ivr.order import settled
from ivr.switch import RINGING, ChannelGone, Switch
from ivr.talk.states import Spot

log = structlog.get_logger()


class Whereabouts:
    """Moves channels from spot to spot: told where everybody is to be, it gives the orders that are missing."""

    def __init__(self, call: Call, switch: Switch, talk: str) -> None:
        """`talk` is the name of the bridge in which the caller talks."""
        self.talk = talk
        self._asides: list[str] = []
        """Bridges of consultations that were not dropped yet; the last is the one that is used."""
        self._call, self._switch = call, switch
        self._spots: dict[str, Spot] = {}
        self._begun = False

    def found(self, bridge: str | None, spots: Mapping[str, Spot]) -> None:
        """Since before us everybody is at these spots; the talk is in this bridge, if it has one."""
        self.talk, self._spots, self._begun = bridge or self.talk, dict(spots), True

    def forget(self, channel: str) -> None:
        """It is gone, or somebody else moved it."""
        self._spots.pop(channel, None)

    def open_aside(self, bridge: str) -> None:
        """Who goes aside from now on meets in this bridge."""
        self._asides.append(bridge)

    async def drop(self) -> None:
        """Take the bridges apart."""
        await settled(*(self._switch.drop_bridge(bridge) for bridge in (self.talk, *self._asides)))

    async def arrange(self, spots: Mapping[str, Spot]) -> None:
        """Bring each channel to its spot. Raises ChannelGone only the first time: then the talk does not even begin."""
        for channel, spot in list(self._spots.items()):
            if spots.get(channel) is not spot:
                await _unless_gone(self._out(channel, spot, spots.get(channel)))
                self.forget(channel)
        for spot in (Spot.TALK, Spot.ASIDE, Spot.RINGING, Spot.MUSIC, Spot.ALONE):
            new = [channel for channel, at in spots.items() if at is spot and channel not in self._spots]
            if new:
                await self._bring(spot, new)
                self._spots |= dict.fromkeys(new, spot)
        if Spot.ASIDE not in self._spots.values():
            bridges, self._asides = self._asides, []
            await settled(*(self._switch.drop_bridge(bridge) for bridge in bridges))
        self._begun = True
        self._call.in_talk = self._spots.get(self._call.channel) is Spot.TALK

    async def _bring(self, spot: Spot, channels: list[str]) -> None:
        try:
            await self._into(spot, channels)
        except ChannelGone:
            if not self._begun:
                raise
            for channel in channels if len(channels) > 1 else ():  # one of them is gone: the others none the less
                await _unless_gone(self._into(spot, [channel]))

    async def _out(self, channel: str, spot: Spot, to: Spot | None) -> None:
        into_bridge = to in (Spot.TALK, Spot.ASIDE)
        match spot:
            case Spot.MUSIC:
                await self._call.hush()
            case Spot.RINGING:
                await self._switch.stop_playing(f"{channel}-ringing")
            case Spot.TALK if not into_bridge and to is not None:
                await self._switch.part(self.talk, channel)
            case Spot.ASIDE if not into_bridge and to is not None:
                await self._switch.part(self._asides[-1], channel)

    async def _into(self, spot: Spot, channels: list[str]) -> None:
        match spot:
            case Spot.TALK:
                await self._switch.bridge(self.talk, channels)
            case Spot.ASIDE:
                await self._switch.bridge(self._asides[-1], channels)
            case Spot.MUSIC:
                await self._call.music()
            case Spot.RINGING:
                for channel in channels:
                    await self._switch.play(channel, f"{channel}-ringing", [RINGING])


async def _unless_gone(order: Awaitable[None]) -> None:
    try:
        await order
    except ChannelGone as gone:
        log.debug("somebody was gone already", error=str(gone))
