"""Contract: what every switch must do, held against the fake one and against Asterisk 22 with real telephones."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from hotline.phone import Exchange
from ivr.switch import (
    Arrived,
    ChannelGone,
    Gone,
    KeyTyped,
    LegAnswered,
    Phone,
    Played,
    Recorded,
    SwitchError,
)
from tests.ivr.worlds import ABSENT, ANSWERS, CALLER, REFUSES, RINGS, Listener, World, asterisk_world, fake_world


@pytest_asyncio.fixture(params=["fake", pytest.param("asterisk", marks=pytest.mark.system)], loop_scope="function")
async def here(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[tuple[World, Listener]]:
    if request.param == "fake":
        async with fake_world() as world:
            yield world
        return
    async with Exchange() as exchange, asterisk_world(tmp_path, exchange) as world:
        yield world


Here = tuple[World, Listener]


async def test_a_caller_arrives_with_number_and_number_dialled(here: Here) -> None:
    world, listener = here
    await world.call()
    arrived = await listener.hears(Arrived)
    assert (arrived.number, arrived.dialled) == (CALLER, "12320")


async def test_each_key_is_told_once_and_in_order(here: Here) -> None:
    world, listener = here
    channel = await listener.arrival(world)
    await world.switch.answer(channel)
    await world.press("19*0#")
    await listener.hears(KeyTyped, lambda event: event.key == "#")
    assert [event.key for event in listener.told if isinstance(event, KeyTyped)] == list("19*0#")


async def test_a_playback_comes_to_its_end_or_is_stopped(here: Here) -> None:
    world, listener = here
    channel = await listener.arrival(world)
    await world.switch.answer(channel)
    await world.switch.play(channel, "p1", ["one", "two"])
    await world.switch.stop_playing("p1")
    await listener.hears(Played, lambda event: event.playback == "p1")
    await world.switch.play(channel, "p2", ["one"])
    await listener.hears(Played, lambda event: event.playback == "p2")
    with pytest.raises(ChannelGone):
        await world.switch.stop_playing("p2")


async def test_music_starts_and_stops(here: Here) -> None:
    world, listener = here
    channel = await listener.arrival(world)
    await world.switch.answer(channel)
    await world.switch.start_music(channel)
    await world.switch.stop_music(channel)


async def test_a_phone_that_answers_is_bridged_and_recorded(here: Here) -> None:
    world, listener = here
    channel = await listener.arrival(world)
    await world.switch.answer(channel)
    await world.switch.ring("leg-1", Phone(ANSWERS), caller=CALLER, like=channel)
    await listener.hears(LegAnswered, lambda event: event.leg == "leg-1")
    await world.switch.bridge("talk-1", [channel, "leg-1"])
    await world.switch.record_bridge("talk-1", "talks/2026/one")
    await world.say()
    await world.switch.stop_recording("talks/2026/one")
    recorded = await listener.hears(Recorded)
    assert (recorded.recording, recorded.failed) == ("talks/2026/one", False)
    await world.switch.drop_bridge("talk-1")
    await world.switch.drop_bridge("talk-1")  # nothing happens
    await world.switch.hang_up("leg-1")
    await listener.hears(Gone, lambda event: event.channel == "leg-1")
    await world.switch.hang_up("leg-1")  # nothing happens


async def test_a_phone_that_refuses_is_gone_with_its_cause(here: Here) -> None:
    world, listener = here
    channel = await listener.arrival(world)
    await world.switch.ring("leg-1", Phone(REFUSES), caller=CALLER, like=channel)
    gone = await listener.hears(Gone, lambda event: event.channel == "leg-1")
    assert gone.cause == 17


async def test_a_phone_that_is_not_there_is_refused_or_gone_at_once(here: Here) -> None:
    world, listener = here
    channel = await listener.arrival(world)
    try:
        await world.switch.ring("leg-1", Phone(ABSENT), caller=CALLER, like=channel)
    except SwitchError:
        return
    await listener.hears(Gone, lambda event: event.channel == "leg-1")


async def test_one_name_rings_one_phone(here: Here) -> None:
    world, listener = here
    channel = await listener.arrival(world)
    await world.switch.ring("leg-1", Phone(RINGS), caller=CALLER, like=channel)
    with pytest.raises(SwitchError):
        await world.switch.ring("leg-1", Phone(RINGS), caller=CALLER, like=channel)
    await world.switch.hang_up("leg-1")
    await listener.hears(Gone, lambda event: event.channel == "leg-1")


async def test_a_message_ends_with_the_hash_key_and_tells_how_much_was_said(here: Here) -> None:
    world, listener = here
    channel = await listener.arrival(world)
    await world.switch.answer(channel)
    await world.switch.record(channel, "messages/2026/one", limit=30, silence=5)
    await world.press("")
    await world.say()
    await world.press("#")
    recorded = await listener.hears(Recorded)
    assert recorded.recording == "messages/2026/one"
    assert recorded.spoken is not None
    assert not recorded.failed


async def test_a_recording_ends_with_the_hang_up(here: Here) -> None:
    world, listener = here
    channel = await listener.arrival(world)
    await world.switch.answer(channel)
    await world.switch.record(channel, "messages/2026/one", limit=30, silence=5)
    await world.press("")
    await world.hang_up()
    await listener.hears(Recorded, lambda event: event.recording == "messages/2026/one")
    await listener.hears(Gone, lambda event: event.channel == channel)


async def test_what_is_gone_can_no_longer_be_spoken_to(here: Here) -> None:
    world, listener = here
    channel = await listener.arrival(world)
    await world.switch.answer(channel)
    await world.press("1")
    await world.hang_up()
    await listener.hears(Gone, lambda event: event.channel == channel)
    with pytest.raises(ChannelGone):
        await world.switch.play(channel, "p1", ["one"])
    await world.switch.release(channel)  # nothing happens


async def test_a_leg_that_is_gone_cannot_be_bridged(here: Here) -> None:
    world, listener = here
    channel = await listener.arrival(world)
    await world.switch.answer(channel)
    await world.switch.ring("leg-1", Phone(ANSWERS), caller=CALLER, like=channel)
    await listener.hears(LegAnswered)
    await world.switch.hang_up("leg-1")
    await listener.hears(Gone, lambda event: event.channel == "leg-1")
    with pytest.raises(ChannelGone):
        await world.switch.bridge("talk-1", [channel, "leg-1"])
    await world.switch.drop_bridge("talk-1")
