"""Contract: what every switch must do, held against the fake one and against Asterisk 22 with real telephones."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from bench.ports import free_ports
from hotline.phone import Exchange
from ivr.switch import (
    BEEP,
    RINGING,
    Arrived,
    ChannelGone,
    Gone,
    KeyTyped,
    Kind,
    LegAnswered,
    Phone,
    Played,
    Recorded,
    Seen,
    SwitchError,
)
from tests.ivr.worlds import (
    ABSENT,
    ANSWERS,
    CALLER,
    REFUSES,
    RINGS,
    SECOND,
    Listener,
    World,
    agi_asterisk_world,
    agi_world,
    asterisk_world,
    fake_world,
)


@pytest_asyncio.fixture(params=["fake", pytest.param("asterisk", marks=pytest.mark.system)], loop_scope="function")
async def here(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[tuple[World, Listener]]:
    if request.param == "fake":
        async with fake_world() as world:
            yield world
        return
    async with Exchange(port=free_ports(1)[0]) as exchange, asterisk_world(tmp_path, exchange) as world:
        yield world


@pytest_asyncio.fixture(
    params=["fake", "agi", *(pytest.param(name, marks=pytest.mark.system) for name in ("asterisk", "agi-asterisk"))],
    loop_scope="function",
)
async def caller_side(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[tuple[World, Listener]]:
    """Every switch that can look after a caller: AGI too, which knows one channel and one command at a time."""
    match request.param:
        case "fake":
            async with fake_world() as world:
                yield world
        case "agi":
            async with agi_world(tmp_path) as world:
                yield world
        case name:
            open_world = asterisk_world if name == "asterisk" else agi_asterisk_world
            async with Exchange(port=free_ports(1)[0]) as exchange, open_world(tmp_path, exchange) as world:
                yield world


Here = tuple[World, Listener]


async def test_a_caller_arrives_with_number_and_number_dialled(caller_side: Here) -> None:
    world, listener = caller_side
    await world.call()
    arrived = await listener.hears(Arrived)
    assert (arrived.number, arrived.dialled) == (CALLER, "12320")


async def test_each_key_is_told_once_and_in_order(caller_side: Here) -> None:
    world, listener = caller_side
    channel = await listener.arrival(world)
    await world.switch.answer(channel)
    await world.press("19*0#")
    await listener.hears(KeyTyped, lambda event: event.key == "#")
    assert [event.key for event in listener.told if isinstance(event, KeyTyped)] == list("19*0#")


async def test_a_playback_comes_to_its_end_or_is_stopped(caller_side: Here) -> None:
    world, listener = caller_side
    channel = await listener.arrival(world)
    await world.switch.answer(channel)
    await world.switch.play(channel, "p1", ["one", "two"])
    assert await world.switch.plays("p1")
    await world.switch.stop_playing("p1")
    await listener.hears(Played, lambda event: event.playback == "p1")
    await world.switch.play(channel, "p2", ["one"])
    await listener.hears(Played, lambda event: event.playback == "p2")
    async with asyncio.timeout(10.0):
        while await world.switch.plays("p2"):  # Asterisk tells of an end a moment before it forgets what ended
            await asyncio.wait([asyncio.get_running_loop().create_future()], timeout=0.02)
    with pytest.raises(ChannelGone):
        await world.switch.stop_playing("p2")


async def test_music_starts_and_stops(caller_side: Here) -> None:
    world, listener = caller_side
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
    await world.switch.stop_recording("talks/2026/one")  # nothing happens
    await world.switch.record_bridge("talk-1", "talks/2026/one")  # goes on
    await world.say()
    await world.switch.stop_recording("talks/2026/one")
    assert not (await listener.hears(Recorded, lambda event: event is not recorded)).failed
    await world.switch.drop_bridge("talk-1")
    await world.switch.drop_bridge("talk-1")  # nothing happens
    await world.switch.hang_up("leg-1")
    await listener.hears(Gone, lambda event: event.channel == "leg-1")
    await world.switch.hang_up("leg-1")  # nothing happens


async def test_a_phone_that_refuses_is_gone_with_its_cause(caller_side: Here) -> None:
    world, listener = caller_side
    channel = await listener.arrival(world)
    await world.switch.ring("leg-1", Phone(REFUSES), caller=CALLER, like=channel)
    gone = await listener.hears(Gone, lambda event: event.channel == "leg-1")
    assert gone.cause == 17


async def test_a_phone_that_is_not_there_is_refused_or_gone_at_once(caller_side: Here) -> None:
    world, listener = caller_side
    channel = await listener.arrival(world)
    try:
        await world.switch.ring("leg-1", Phone(ABSENT), caller=CALLER, like=channel)
    except SwitchError:
        return
    await listener.hears(Gone, lambda event: event.channel == "leg-1")


async def test_one_name_rings_one_phone(caller_side: Here) -> None:
    world, listener = caller_side
    channel = await listener.arrival(world)
    await world.switch.ring("leg-1", Phone(RINGS), caller=CALLER, like=channel)
    with pytest.raises(SwitchError):
        await world.switch.ring("leg-1", Phone(RINGS), caller=CALLER, like=channel)
    await world.switch.hang_up("leg-1")
    await listener.hears(Gone, lambda event: event.channel == "leg-1")


async def test_a_message_ends_with_the_hash_key_and_tells_how_much_was_said(caller_side: Here) -> None:
    world, listener = caller_side
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


async def test_a_recording_ends_with_the_hang_up(caller_side: Here) -> None:
    world, listener = caller_side
    channel = await listener.arrival(world)
    await world.switch.answer(channel)
    await world.switch.record(channel, "messages/2026/one", limit=30, silence=5)
    await world.press("")
    await world.hang_up()
    await listener.hears(Recorded, lambda event: event.recording == "messages/2026/one")
    await listener.hears(Gone, lambda event: event.channel == channel)


async def test_what_is_gone_can_no_longer_be_spoken_to(caller_side: Here) -> None:
    world, listener = caller_side
    channel = await listener.arrival(world)
    await world.switch.answer(channel)
    await world.press("1")
    await world.hang_up()
    await listener.hears(Gone, lambda event: event.channel == channel)
    with pytest.raises(ChannelGone):
        await world.switch.play(channel, "p1", ["one"])
    await world.switch.release(channel)  # nothing happens


async def test_a_leg_that_is_gone_cannot_be_bridged(caller_side: Here) -> None:
    world, listener = caller_side
    channel = await listener.arrival(world)
    await world.switch.answer(channel)
    await world.switch.ring("leg-1", Phone(ANSWERS), caller=CALLER, like=channel)
    await listener.hears(LegAnswered)
    await world.switch.hang_up("leg-1")
    await listener.hears(Gone, lambda event: event.channel == "leg-1")
    with pytest.raises(ChannelGone):
        await world.switch.bridge("talk-1", [channel, "leg-1"])
    await world.switch.drop_bridge("talk-1")


async def test_whoever_is_taken_out_of_a_bridge_hears_nothing_until_they_are_let_in_again(here: Here) -> None:
    world, listener = here
    channel = await listener.arrival(world)
    await world.switch.answer(channel)
    await listener.leg(world, "leg-1", ANSWERS, channel)
    await world.switch.bridge("talk-1", [channel, "leg-1"])
    await world.hears(CALLER, ANSWERS)
    await world.hears(ANSWERS, CALLER)
    await world.switch.part("talk-1", channel)
    await world.switch.part("talk-1", channel)  # nothing happens
    await world.hears(ANSWERS)
    await world.hears(CALLER)
    await world.switch.bridge("talk-1", [channel])
    await world.hears(CALLER, ANSWERS)
    await world.hears(ANSWERS, CALLER)
    await world.switch.drop_bridge("talk-1")
    await world.switch.part("talk-1", channel)  # nothing happens


async def test_three_hear_each_other_and_who_goes_to_another_bridge_leaves_the_first(here: Here) -> None:
    world, listener = here
    channel = await listener.arrival(world)
    await world.switch.answer(channel)
    await listener.leg(world, "leg-1", ANSWERS, channel)
    await listener.leg(world, "leg-2", SECOND, "leg-1")
    await world.switch.bridge("talk-1", [channel, "leg-1"])
    await world.switch.bridge("talk-1", ["leg-2"])
    await world.hears(CALLER, ANSWERS, SECOND)
    await world.hears(ANSWERS, CALLER, SECOND)
    await world.hears(SECOND, CALLER, ANSWERS)
    await world.switch.bridge("aside", ["leg-1", "leg-2"])
    await world.hears(ANSWERS, SECOND)
    await world.hears(SECOND, ANSWERS)
    await world.hears(CALLER)
    await world.switch.drop_bridge("talk-1")
    await world.switch.drop_bridge("aside")


@pytest.mark.parametrize("whispers", [False, True], ids=["listens", "whispers"])
async def test_who_listens_hears_both_and_is_heard_by_one_only_when_they_whisper(here: Here, whispers: bool) -> None:
    world, listener = here
    channel = await listener.arrival(world)
    await world.switch.answer(channel)
    await listener.leg(world, "leg-1", ANSWERS, channel)
    await listener.leg(world, "leg-2", SECOND, channel)
    await world.switch.bridge("talk-1", [channel, "leg-1"])
    await world.switch.snoop("leg-2-ear", "leg-1", whispers=whispers)
    await world.switch.bridge("leg-2-listen", ["leg-2", "leg-2-ear"])
    await world.hears(SECOND, CALLER, ANSWERS)
    await world.hears(ANSWERS, CALLER, *([SECOND] if whispers else []))
    await world.hears(CALLER, ANSWERS)
    await world.switch.hang_up("leg-2-ear")
    await listener.hears(Gone, lambda event: event.channel == "leg-2-ear")
    await world.hears(SECOND)
    await world.hears(ANSWERS, CALLER)
    await world.switch.snoop("leg-2-ear2", "leg-1", whispers=whispers)
    await world.switch.hang_up("leg-1")
    await listener.hears(Gone, lambda event: event.channel == "leg-1")
    await world.switch.drop_bridge("leg-2-listen")
    await world.switch.drop_bridge("talk-1")
    async with asyncio.timeout(10.0):
        while "leg-1" in (await world.switch.census()).channels:  # it tells of a hang-up before it lets the channel go
            await asyncio.wait([asyncio.get_running_loop().create_future()], timeout=0.02)
    with pytest.raises(ChannelGone):
        await world.switch.snoop("leg-3-ear", "leg-1", whispers=whispers)


async def test_a_leg_hears_a_beep_and_ringing_until_it_is_stopped(here: Here) -> None:
    world, listener = here
    channel = await listener.arrival(world)
    await world.switch.answer(channel)
    await listener.leg(world, "leg-1", ANSWERS, channel)
    await world.switch.play("leg-1", "p1", [BEEP])
    played = await listener.hears(Played, lambda event: event.playback == "p1")
    assert not played.failed
    await world.switch.play("leg-1", "p2", [RINGING])
    await world.switch.stop_playing("p2")
    played = await listener.hears(Played, lambda event: event.playback == "p2")
    assert not played.failed


async def test_a_census_tells_everything_that_exists(here: Here) -> None:
    world, listener = here
    channel = await listener.arrival(world)
    await world.switch.answer(channel)
    await world.press("1")
    await listener.hears(KeyTyped)
    await listener.leg(world, "n-abcdef-1", ANSWERS, channel)
    await world.switch.ring("n-abcdef-2", Phone(RINGS), caller=CALLER, like=channel)
    await world.switch.bridge("n-abcdef-1-talk", [channel, "n-abcdef-1"])
    await world.switch.record_bridge("n-abcdef-1-talk", "talks/one")
    await world.switch.snoop("n-abcdef-v1-ear", "n-abcdef-1", whispers=False)
    census = await world.switch.census()
    assert census.channels == {
        channel: Seen(Kind.CALLER, up=True),
        "n-abcdef-1": Seen(Kind.LEG, up=True),
        "n-abcdef-2": Seen(Kind.LEG, up=False),
        "n-abcdef-v1-ear": Seen(Kind.EAR, up=True),
    }
    assert census.bridges == {"n-abcdef-1-talk": {channel, "n-abcdef-1"}}
    assert {ANSWERS, RINGS} < census.phones_up
    assert ABSENT not in census.phones_up
    for leg in ("n-abcdef-1", "n-abcdef-2"):
        await world.switch.hang_up(leg)
    await world.switch.drop_bridge("n-abcdef-1-talk")


async def test_phones_in_a_call_can_be_asked_for_and_their_legs_too(here: Here) -> None:
    world, listener = here
    switch = world.switch
    channel = await listener.arrival(world)
    await switch.answer(channel)
    await listener.leg(world, "n-abcdef-1", ANSWERS, channel)
    await switch.ring("n-abcdef-2", Phone(RINGS), caller=CALLER, like=channel)
    await switch.bridge("n-abcdef-1-talk", [channel, "n-abcdef-1"])
    assert await switch.there({ANSWERS, RINGS, ABSENT, "unheard-of"}) == {ANSWERS, RINGS}
    assert await switch.there({ANSWERS, RINGS, ABSENT, SECOND, REFUSES}) == {ANSWERS, RINGS, SECOND, REFUSES}
    assert await switch.there(set()) == set()
    assert await switch.rings("n-abcdef-1")
    async with asyncio.timeout(5.0):
        while not await switch.rings("n-abcdef-2"):  # noqa: ASYNC110 - the switch is asked
            await asyncio.sleep(0.05)
        before = await switch.packets("n-abcdef-1")
        while before is not None and await switch.packets("n-abcdef-1") == before:  # noqa: ASYNC110 - as above
            await asyncio.sleep(0.05)
    assert before is not None
    for leg in ("n-abcdef-1", "n-abcdef-2"):
        await switch.hang_up(leg)
    await listener.hears(Gone, lambda event: event.channel == "n-abcdef-2")
    with pytest.raises(ChannelGone):
        await switch.rings("n-abcdef-2")
    await switch.drop_bridge("n-abcdef-1-talk")
