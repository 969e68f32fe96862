"""System: what an engine leaves on a real Asterisk when it dies, and what the next one makes of it."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from hotline.phone import Exchange
from ivr.adoption.strangers import sort
from ivr.switch import Arrived, Found, Gone, LinkUp, Phone, TalkFound
from tests.ivr.worlds import ANSWERS, CALLER, RINGS, SECOND, AsteriskWorld, Listener, asterisk_world
from tests.phones import exchange

pytestmark = pytest.mark.system

__all__ = ["exchange"]

TALK, ASIDE, LEADER, RUNG = "n-abcdef-1", "n-abcdef~1-2", "n-abcdef-v1", "n-abcdef-3b"


async def set_up(world: AsteriskWorld, listener: Listener) -> str:
    """Caller and agent talk, a leader listens, another phone rings; the caller's channel."""
    channel = await listener.arrival(world)
    await world.switch.answer(channel)
    await listener.leg(world, TALK, ANSWERS, channel)
    await listener.leg(world, LEADER, SECOND, channel)
    await world.switch.bridge(f"{TALK}-talk", [channel, TALK])
    await world.switch.snoop(f"{LEADER}-ear1", TALK, whispers=False)
    await world.switch.bridge(f"{LEADER}-listen", [LEADER, f"{LEADER}-ear1"])
    await world.switch.ring(RUNG, Phone(RINGS), caller=CALLER, like=channel)
    return channel


async def die(world: AsteriskWorld) -> None:
    for task in world.work:
        task.cancel()
    await asyncio.wait(world.work)


async def test_the_next_engine_leaves_talk_and_listener_alone_and_hangs_up_what_rings(
    tmp_path: Path, exchange: Exchange
) -> None:
    async with asterisk_world(tmp_path, exchange) as (world, listener):
        assert isinstance(world, AsteriskWorld)
        channel = await set_up(world, listener)
        await die(world)
        async with world.another() as switch, asyncio.TaskGroup() as tasks:
            after = Listener(switch)
            work = [tasks.create_task(switch.listen()), tasks.create_task(after.listen())]
            found = await after.hears(Found)
            assert found.channels.keys() == {channel, TALK, LEADER, f"{LEADER}-ear1"}  # what rang is quiet
            assert found.channels[channel].arrived == Arrived(channel, CALLER, "12320", found=True)
            assert found.channels[TALK].phone == ANSWERS
            talks = {talk.channels for talk in sort(found, ()).told if isinstance(talk, TalkFound)}
            assert talks == {frozenset({channel, TALK}), frozenset({LEADER, f"{LEADER}-ear1"})}
            assert not any(isinstance(event, Arrived) for event in after.told)
            await world.hears(CALLER, ANSWERS)
            await world.hears(SECOND, CALLER, ANSWERS)
            await switch.hang_up(TALK)
            await after.hears(Gone, lambda gone: gone.channel == f"{LEADER}-ear1")  # with whom it listened to
            for leg in (LEADER, channel):
                await switch.hang_up(leg)
            for task in work:
                task.cancel()


async def test_a_caller_who_was_on_hold_arrives_anew_and_the_lonely_leg_is_hung_up(
    tmp_path: Path, exchange: Exchange
) -> None:
    async with asterisk_world(tmp_path, exchange) as (world, listener):
        assert isinstance(world, AsteriskWorld)
        channel = await set_up(world, listener)
        await world.switch.part(f"{TALK}-talk", channel)
        await world.switch.start_music(channel)
        await die(world)
        async with world.another() as switch, asyncio.TaskGroup() as tasks:
            after = Listener(switch)
            work = [tasks.create_task(switch.listen()), tasks.create_task(after.listen())]
            found = sort(await after.hears(Found), ())
            assert Arrived(channel, CALLER, "12320", found=True) in found.told
            assert found.hang_up == [TALK]
            assert f"{TALK}-talk" in found.drop
            await switch.hang_up(TALK)
            await switch.hang_up(channel)
            await switch.hang_up(LEADER)
            for task in work:
                task.cancel()


async def test_a_link_that_was_lost_and_found_changes_nothing_for_who_talks_and_listens(
    tmp_path: Path, exchange: Exchange
) -> None:
    async with asterisk_world(tmp_path, exchange) as (world, listener):
        assert isinstance(world, AsteriskWorld)
        channel = await set_up(world, listener)
        listener.told.clear()
        await world.cut()
        await listener.hears(LinkUp)
        await world.hears(CALLER, ANSWERS)
        await world.hears(ANSWERS, CALLER)
        await world.hears(SECOND, CALLER, ANSWERS)
        assert await listener.hears(Found) == Found()
        assert not any(isinstance(event, Arrived | Gone) for event in listener.told)
        for leg in (RUNG, TALK, LEADER, channel):
            await world.switch.hang_up(leg)
