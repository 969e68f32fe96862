"""Two switches as one: the engine's own Asterisk by ARI, and the callers of the FastAGI door beside it.

A call is served by the switch that its channel is of, and so is every leg that is rung for it. Phones, calls that we
make ourselves and everything that nobody owns belong to the first.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Collection, Sequence

from ivr.agi.switch import AgiSwitch
from ivr.switch import RING_AT_MOST, Census, LinkUp, Phone, PhoneChanged, Recorded, Switch, SwitchEvent


class Beside:
    """The port, on both."""

    def __init__(self, main: Switch, agi: AgiSwitch, phones: Collection[str] = frozenset()) -> None:
        """`phones` are registered at the Asterisk of the AGI callers: AGI cannot tell whether they are there, so they
        count as there, and one that is not fails when it is rung."""
        self._main, self._agi, self._phones = main, agi, frozenset(phones)

    def _of(self, name: str) -> Switch:
        return self._agi if self._agi.owns(name) else self._main

    async def events(self) -> AsyncIterator[SwitchEvent]:
        told: asyncio.Queue[SwitchEvent] = asyncio.Queue(1)
        async with asyncio.TaskGroup() as tasks:
            readers = [tasks.create_task(_pass_on(switch, told)) for switch in (self._main, self._agi)]
            try:
                while True:
                    event = await told.get()
                    if isinstance(event, PhoneChanged) and event.phone in self._phones:
                        continue
                    yield event
                    if isinstance(event, LinkUp):
                        for phone in sorted(self._phones):
                            yield PhoneChanged(phone, up=True)
            finally:
                for reader in readers:
                    reader.cancel()

    def is_fixed(self, channel: str) -> bool:
        return self._of(channel).is_fixed(channel)

    async def answer(self, channel: str) -> None:
        await self._of(channel).answer(channel)

    async def play(self, channel: str, playback: str, sounds: Sequence[str]) -> None:
        await self._of(channel).play(channel, playback, sounds)

    async def stop_playing(self, playback: str) -> None:
        await self._of(playback).stop_playing(playback)

    async def plays(self, playback: str) -> bool:
        return await self._of(playback).plays(playback)

    async def start_music(self, channel: str) -> None:
        await self._of(channel).start_music(channel)

    async def stop_music(self, channel: str) -> None:
        await self._of(channel).stop_music(channel)

    async def record(self, channel: str, recording: str, *, limit: float, silence: float) -> None:
        await self._of(channel).record(channel, recording, limit=limit, silence=silence)

    async def ring(
        self, leg: str, phone: Phone, *, caller: str, like: str, returns: str = "", at_most: float = RING_AT_MOST
    ) -> None:
        await self._of(like).ring(leg, phone, caller=caller, like=like, returns=returns, at_most=at_most)

    async def bridge(self, bridge: str, channels: Sequence[str]) -> None:
        ours = any(map(self._agi.owns, (bridge, *channels)))
        await (self._agi if ours else self._main).bridge(bridge, channels)

    async def part(self, bridge: str, channel: str) -> None:
        await self._of(channel).part(bridge, channel)

    async def snoop(self, ear: str, channel: str, *, whispers: bool) -> None:
        await self._of(channel).snoop(ear, channel, whispers=whispers)

    async def record_bridge(self, bridge: str, recording: str) -> None:
        await self._of(bridge).record_bridge(bridge, recording)

    async def stop_recording(self, recording: str) -> None:
        await self._of(recording).stop_recording(recording)

    async def drop_bridge(self, bridge: str) -> None:
        await self._of(bridge).drop_bridge(bridge)

    async def hang_up(self, channel: str) -> None:
        await self._of(channel).hang_up(channel)

    async def turn_away(self, channel: str, sentence: str) -> None:
        await self._of(channel).turn_away(channel, sentence)

    async def refuse(self, channel: str) -> None:
        await self._of(channel).refuse(channel)

    async def release(self, channel: str) -> None:
        await self._of(channel).release(channel)

    async def census(self) -> Census:
        main, agi = await self._main.census(), await self._agi.census()
        return Census({**main.channels, **agi.channels}, {**main.bridges, **agi.bridges}, main.phones_up | self._phones)

    async def there(self, phones: Collection[str]) -> frozenset[str]:
        asked = frozenset(phones) - self._phones
        return (await self._main.there(asked) if asked else frozenset()) | self._phones.intersection(phones)

    async def rings(self, leg: str) -> bool:
        return await self._of(leg).rings(leg)

    async def packets(self, leg: str) -> int | None:
        return await self._of(leg).packets(leg)

    async def recorded(self, recording: str) -> Recorded | None:
        return await self._agi.recorded(recording) or await self._main.recorded(recording)

    def hand_over(self) -> None:
        self._main.hand_over()
        self._agi.hand_over()


async def _pass_on(switch: Switch, told: asyncio.Queue[SwitchEvent]) -> None:
    async for event in switch.events():
        await told.put(event)
