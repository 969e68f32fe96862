"""System: a shift leader listens, whispers, joins and takes over; tones tell who hears whom. Real Asterisk."""

from __future__ import annotations

import pytest

from ivr.events import Flagged, LeaderCame, LeaderLeft, TalkEnded
from ivr.outcomes import Outcome, Party
from ivr.talk.targets import ToLine
from tests.phones import AGENT_TONE, CALLER_TONE, OTHER_TONE, hears_only
from tests.system.conftest import OpenStage
from tests.system.test_transfers import FIRST, OTHER, led_plan, talking

pytestmark = pytest.mark.system


async def test_a_leader_listens_whispers_joins_and_takes_over(open_stage: OpenStage) -> None:
    async with open_stage(published=led_plan()) as s:
        caller, _, handset, phone = await talking(s)
        await s.hotline.supervision.listen(OTHER, FIRST)
        leader = phone.talks[0]
        await hears_only(leader, CALLER_TONE, AGENT_TONE)
        await hears_only(caller, AGENT_TONE)
        await hears_only(handset, CALLER_TONE)
        await s.hotline.supervision.whisper(OTHER, FIRST)
        await hears_only(handset, CALLER_TONE, OTHER_TONE)
        await hears_only(caller, AGENT_TONE)
        await hears_only(leader, CALLER_TONE, AGENT_TONE)
        await s.hotline.supervision.join(OTHER, FIRST)
        await hears_only(caller, AGENT_TONE, OTHER_TONE)
        await hears_only(handset, CALLER_TONE, OTHER_TONE)
        await hears_only(leader, CALLER_TONE, AGENT_TONE)
        await s.hotline.supervision.take(OTHER, FIRST)
        await handset.ended(within=5.0)
        await hears_only(caller, OTHER_TONE)
        await hears_only(leader, CALLER_TONE)
        await caller.hang_up()
        await leader.ended(within=5.0)
        cdr = await s.record()
        assert (cdr.agent, cdr.outcome) == (OTHER, Outcome.TALKED)
        assert [e.event.by for e in s.entries if isinstance(e.event, TalkEnded)] == [Party.TAKEN_OVER, Party.CALLER]
        assert len(phone.talks) == 1


@pytest.mark.parametrize("end", ["caller hangs up", "agent hangs up", "caller is passed on", "leader hangs up"])
async def test_listening_ends_cleanly(open_stage: OpenStage, end: str) -> None:
    async with open_stage(published=led_plan()) as s:
        caller, agent, handset, phone = await talking(s)
        await s.hotline.supervision.listen(OTHER, FIRST)
        leader = phone.talks[0]
        await hears_only(leader, CALLER_TONE, AGENT_TONE)
        match end:
            case "caller hangs up":
                await caller.hang_up()
            case "agent hangs up":
                await handset.hang_up()
            case "caller is passed on":
                await agent.transfer(ToLine("animal-injury"))
            case "leader hangs up":
                await leader.hang_up()
                await hears_only(caller, AGENT_TONE)
                await hears_only(handset, CALLER_TONE)
        await leader.ended(within=5.0)
        await caller.hang_up()
        await s.record()
        assert sum(isinstance(e.event, LeaderCame) for e in s.entries) == 1
        assert sum(isinstance(e.event, LeaderLeft) for e in s.entries) == 1


async def test_a_flag_rings_the_leader_who_then_hears_the_talk(open_stage: OpenStage) -> None:
    async with open_stage(published=led_plan()) as s:
        caller, agent, handset, phone = await talking(s)
        await agent.flag()
        await s.noted(LeaderCame)
        await hears_only(phone.talks[0], CALLER_TONE, AGENT_TONE)
        await hears_only(handset, CALLER_TONE)
        assert [e.event for e in s.entries if isinstance(e.event, Flagged)] == [Flagged(FIRST)]
        await caller.hang_up()
        await s.record()


async def test_a_leader_takes_who_waits(open_stage: OpenStage) -> None:
    async with open_stage(published=led_plan()) as s:
        caller, _, _, phone = await talking(s)
        second = await s.caller("13900000002")
        second.speak(CALLER_TONE)
        await second.press("16")
        floor = s.hotline.board.dispatch.floor
        await s.until(lambda: bool(floor.waiting("animal-injury")))
        await s.hotline.supervision.take_waiting(OTHER, floor.waiting("animal-injury")[0].call)
        await hears_only(second, OTHER_TONE)
        await hears_only(phone.talks[0], CALLER_TONE)
        await second.hang_up()
        await caller.hang_up()
        assert (await s.record("13900000002")).agent == OTHER
