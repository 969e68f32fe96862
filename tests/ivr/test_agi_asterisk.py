"""System: talks by FastAGI on a real Asterisk with real telephones: a `Dial` for each offer, heard and recorded."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from bench.ports import free_ports
from hotline.phone import Exchange
from ivr.agi.sound import heard
from ivr.switch import Gone, LegAnswered, Phone, Played, Recorded
from tests.ivr.worlds import ANSWERS, CALLER, RINGS, SECOND, AgiAsteriskWorld, Listener, agi_asterisk_world

pytestmark = pytest.mark.system


@pytest_asyncio.fixture(loop_scope="function")
async def here(tmp_path: Path) -> AsyncIterator[tuple[AgiAsteriskWorld, Listener]]:
    async with Exchange(port=free_ports(1)[0]) as exchange, agi_asterisk_world(tmp_path, exchange) as (world, listener):
        assert isinstance(world, AgiAsteriskWorld)
        yield world, listener


async def test_a_talk_is_heard_recorded_and_ended_and_the_caller_goes_on(
    here: tuple[AgiAsteriskWorld, Listener], tmp_path: Path
) -> None:
    world, listener = here
    switch = world.agi
    caller = await listener.arrival(world)
    await switch.answer(caller)
    await switch.start_music(caller)
    # an offer of two phones: one rings in vain, the other is answered
    await switch.ring("n-abcdef-1a", Phone(RINGS), caller=CALLER, like=caller, at_most=20)
    await switch.ring("n-abcdef-1b", Phone(ANSWERS), caller=CALLER, like=caller, at_most=20)
    await listener.hears(LegAnswered, lambda event: event.leg == "n-abcdef-1b")
    await switch.hang_up("n-abcdef-1a")
    await switch.stop_music(caller)
    await switch.bridge("n-abcdef-1-talk", [caller, "n-abcdef-1b"])
    await switch.record_bridge("n-abcdef-1-talk", "talks/2026/11/n-abcdef-1")
    await world.hears(CALLER, ANSWERS)
    await world.hears(ANSWERS, CALLER)
    await asyncio.sleep(1.0)  # something to record
    await world.phones[ANSWERS].talks[-1].hang_up()
    gone = await listener.hears(Gone, lambda event: event.channel == "n-abcdef-1b")
    assert gone.cause == 16
    assert (await listener.hears(Recorded)).recording == "talks/2026/11/n-abcdef-1"
    file = tmp_path / "var" / "recordings" / "talks" / "2026" / "11" / "n-abcdef-1.wav"
    async with asyncio.timeout(5.0):
        while (sound := heard(file)) is None or sound[0] < 1.0:  # noqa: ASYNC110 - Asterisk writes it in its own time
            await asyncio.sleep(0.05)
    assert sound[1] >= 0.8 * sound[0]
    # the caller is there as before, and a second offer talks until the caller hangs up
    await switch.play(caller, "p1", ["one"])
    await listener.hears(Played, lambda event: event.playback == "p1")
    await listener.leg(world, "n-abcdef-2", SECOND, caller)
    await switch.bridge("n-abcdef-2-talk", [caller, "n-abcdef-2"])
    await world.hears(SECOND, CALLER)
    await world.hang_up()
    await listener.hears(Gone, lambda event: event.channel == "n-abcdef-2")
    order = [event.channel for event in listener.told if isinstance(event, Gone)]
    assert order[-2:] == [caller, "n-abcdef-2"]
