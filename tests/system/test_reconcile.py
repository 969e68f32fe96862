"""System: a real Asterisk keeps events to itself, and holds what nobody knows; the hotline mends it while it runs."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from acd.agent import Presence
from hotline.phone import answers, never_answers
from hotline.talk import Talk
from ivr.ari.link import HEARD
from ivr.ari.shapes import APPLICATION
from ivr.events import TalkBegan, WaitBegan
from ivr.outcomes import Outcome, Reason
from ivr.switch import Phone
from tests.phones import hear_each_other
from tests.system.conftest import OpenStage
from tests.system.stage import Stage

pytestmark = pytest.mark.system

AGENT = "vaccine-1"
KEYS = "14"


@asynccontextmanager
async def untold(s: Stage, *kinds: str) -> AsyncIterator[None]:
    """For a while Asterisk tells nothing of these kinds."""
    for told in (set(HEARD) - set(kinds), set(HEARD)):
        allowed = {"allowed": [{"type": kind} for kind in sorted(told)]}
        await s.hotline.switch._order("PUT", f"/applications/{APPLICATION}/eventFilter", body=allowed)
        if told != set(HEARD):
            yield


async def mended(s: Stage, what: str, times: int = 1) -> None:
    """Wait until so much was mended."""
    s.mended.add(what)
    await s.until(lambda: s.hotline.reconciler.repairs[what] >= times)


def nothing_else(s: Stage, *whats: str) -> None:
    """Nothing was touched but this."""
    assert {what for what, count in s.hotline.reconciler.repairs.items() if count} == set(whats)


async def waiting(s: Stage) -> Talk:
    caller = await s.caller()
    await caller.press(KEYS)
    await s.noted(WaitBegan)
    return caller


ENDS = ("ChannelDestroyed", "ChannelHangupRequest", "StasisEnd")


async def test_hang_ups_of_which_asterisk_did_not_tell_free_the_agent_and_end_the_call(open_stage: OpenStage) -> None:
    async with open_stage(ring=20.0, wrap_up=0.0) as s:
        agent = await s.agent(AGENT)
        caller = await waiting(s)
        talk = await (await agent.ringing()).answer()
        await hear_each_other(caller, talk)
        async with untold(s, *ENDS):
            await caller.hang_up()
            await mended(s, "call_ended")
        cdr = await s.record()
        assert (cdr.outcome, cdr.reason) == (Outcome.TALKED, Reason.CALLER_HUNG_UP)
        await talk.ended()
        await s.until(lambda: s.hotline.board.dispatch.floor.seat(AGENT).presence is Presence.READY)
        nothing_else(s, "call_ended")


async def test_an_agents_hang_up_of_which_asterisk_did_not_tell_lets_the_caller_go(open_stage: OpenStage) -> None:
    async with open_stage(ring=20.0, wrap_up=0.0) as s:
        agent = await s.agent(AGENT)
        caller = await waiting(s)
        talk = await (await agent.ringing()).answer()
        await hear_each_other(caller, talk)
        async with untold(s, *ENDS):
            await talk.hang_up()
            await mended(s, "leg_ended")
        await caller.ended()
        assert (await s.record()).reason is Reason.OTHER_SIDE_HUNG_UP
        nothing_else(s, "leg_ended")


async def test_an_answer_of_which_asterisk_did_not_tell_still_becomes_a_talk(open_stage: OpenStage) -> None:
    async with open_stage(ring=20.0) as s:
        await s.agent(AGENT, answers(0.5))
        caller = await waiting(s)
        async with untold(s, "StasisStart"):
            await mended(s, "leg_answered")
        await s.noted(TalkBegan)
        await caller.hang_up()
        await s.record()
        nothing_else(s, "leg_answered")


async def test_a_caller_of_whom_asterisk_did_not_tell_is_served_by_the_dialplan(open_stage: OpenStage) -> None:
    async with open_stage() as s:
        async with untold(s, "StasisStart"):
            phone = await s.exchange.phone("13900000077", switch=s.switch)
            talk = await phone.dial("12320")
            await mended(s, "caller_released")
        await talk.answered()
        await s.hears(talk, "greeting", share=0.3)
        await talk.hang_up()
        nothing_else(s, "caller_released")


async def test_a_phone_that_left_untold_is_not_rung(open_stage: OpenStage) -> None:
    async with open_stage() as s:
        agent = await s.agent(AGENT)
        async with untold(s, "DeviceStateChanged"):
            await agent.unregister()
            await mended(s, "phone_went")
            assert not s.hotline.board.dispatch.floor.seat(AGENT).phone_up
            await agent.register()
            await mended(s, "phone_came")
        assert s.hotline.board.dispatch.floor.seat(AGENT).phone_up
        nothing_else(s, "phone_went", "phone_came")


async def test_a_ringing_leg_and_a_bridge_that_nobody_knows_are_taken_away(open_stage: OpenStage) -> None:
    async with open_stage() as s:
        phone = await s.agent(AGENT, never_answers)
        caller = await s.caller()
        (channel,) = (await s.hotline.switch.census()).channels
        await s.hotline.switch.ring("n-lost9999-7", Phone(AGENT), caller="12320", like=channel)
        await s.hotline.switch._order("POST", "/bridges/n-lost9999-7-talk", type="mixing")
        await mended(s, "leg_hung_up")
        await mended(s, "bridge_dropped")
        census = await s.hotline.switch.census()
        assert (set(census.channels), dict(census.bridges)) == ({channel}, {})
        await s.until(lambda: phone.live == 0)
        await caller.hang_up()
        nothing_else(s, "leg_hung_up", "bridge_dropped")
