"""System: whom a line rings, on real telephones: several phones, several agents, levels, limits, the agent one had."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from acd.agent import Presence
from hotline.operators import Published
from hotline.phone import answers, never_answers
from ivr.events import Considered, LineGaveUp, Offered, OfferEnded, TalkBegan, TalkEnded
from ivr.outcomes import OfferResult, WaitEnd
from ivr.reconcile import Repair
from routing.calendar import SHANGHAI
from routing.line_rule import Limit
from tests.phones import AGENT_TONE, CALLER_TONE, OTHER_TONE, hears_only
from tests.system.conftest import OpenStage
from tests.system.stage import Stage, shipped_plan

pytestmark = pytest.mark.system

LINE, FIRST, SECOND = "immunization", "vaccine-1", "vaccine-2"
TO_LINE = "14"


def plan_with(agents: dict[str, dict[str, Any]] | None = None, **line: Any) -> Published:
    """The shipped hotline with other rules of the line, and of some agents."""
    published = shipped_plan()
    plan = published.plan
    rule = plan.lines[LINE].model_copy(update={"limits": (), "keys": {}, "record": False, "notice": (), **line})
    people = {name: plan.agents[name].model_copy(update=what) for name, what in (agents or {}).items()}
    changed = plan.model_copy(update={"lines": {**plan.lines, LINE: rule}, "agents": {**plan.agents, **people}})
    return Published(changed, published.version)


def talked(s: Stage) -> list[str | None]:
    return [entry.event.agent for entry in s.entries if isinstance(entry.event, TalkBegan)]


def presence(s: Stage, agent: str) -> Presence:
    return s.hotline.board.dispatch.floor.seat(agent).presence


async def test_both_phones_of_an_agent_ring_and_the_one_answered_has_the_talk(open_stage: OpenStage) -> None:
    async with open_stage(published=plan_with({FIRST: {"phones": (FIRST, "vaccine-1-web")}})) as s:
        desk = await s.agent(FIRST)
        web = await s.phone("vaccine-1-web", FIRST)
        caller = await s.caller()
        caller.speak(CALLER_TONE)
        await caller.press(TO_LINE)
        at_the_desk, in_the_browser = await desk.ringing(), await web.ringing()
        talk = await in_the_browser.answer()
        talk.speak(AGENT_TONE)
        await s.noted(TalkBegan)
        await at_the_desk.withdrawn(10.0)
        await hears_only(caller, AGENT_TONE)
        await hears_only(talk, CALLER_TONE)
        assert presence(s, FIRST) is Presence.TALKING
        await caller.hang_up()
        await s.noted(TalkEnded)
        assert desk.live == 0


async def test_of_two_agents_who_answer_at_once_one_has_the_call_and_the_other_is_free(open_stage: OpenStage) -> None:
    async with open_stage(published=plan_with(at_once=2)) as s:
        first = await s.agent(FIRST, answers(speaking=AGENT_TONE))
        second = await s.agent(SECOND, answers(speaking=AGENT_TONE))
        caller = await s.caller()
        await caller.press(TO_LINE)
        await s.noted(TalkBegan)
        await s.until(lambda: first.live + second.live == 1)
        await hears_only(caller, AGENT_TONE)
        (agent,) = talked(s)
        other = SECOND if agent == FIRST else FIRST
        await s.until(lambda: presence(s, other) is Presence.READY)
        await caller.hang_up()
        await s.noted(TalkEnded)
        results = [entry.event.result for entry in s.entries if isinstance(entry.event, OfferEnded)]
        assert sorted(results) == [OfferResult.ANSWERED, OfferResult.WITHDRAWN]


async def test_an_agent_of_the_second_level_is_rung_when_the_caller_has_waited(open_stage: OpenStage) -> None:
    published = plan_with({SECOND: {"lines": {LINE: 2}}}, widen={2: 4.0})
    async with open_stage(published=published) as s:
        second = await s.agent(SECOND, answers(speaking=AGENT_TONE))
        caller = await s.caller()
        await caller.press(TO_LINE)
        await s.noted(TalkBegan)
        looks = [entry for entry in s.entries if isinstance(entry.event, Considered)]
        began, rung = looks[0], looks[-1]
        assert isinstance(began.event, Considered)
        assert began.event.offer is None
        assert "level" in began.event.why.barred
        assert (rung.at - began.at).total_seconds() == pytest.approx(4.0, abs=1.0)
        assert len(second.talks) == 1
        await caller.hang_up()
        await s.noted(TalkEnded)


async def test_a_caller_who_calls_again_gets_the_agent_they_had(open_stage: OpenStage) -> None:
    async with open_stage(published=plan_with(sticky=20.0)) as s:
        await s.agent(FIRST, answers(speaking=AGENT_TONE))
        for number in (1, 2):
            caller = await s.caller()
            await caller.press(TO_LINE)
            await s.noted(TalkBegan, number)
            await caller.hang_up()
            await s.noted(TalkEnded, number)
            await s.until(lambda: presence(s, FIRST) is Presence.READY)
            if number == 1:
                await s.agent(SECOND, answers(speaking=OTHER_TONE))  # idle for longer than the first, who just talked
                await s.until(lambda: presence(s, SECOND) is Presence.READY)
        assert talked(s) == [FIRST, FIRST]


async def test_a_phone_that_leaves_while_it_rings_gives_the_caller_to_the_next(open_stage: OpenStage) -> None:
    async with open_stage(published=plan_with(ring=30.0)) as s:
        s.mended.add(Repair.PHONE_WENT)  # while it rings Asterisk does not tell: the look at what is there does
        first = await s.agent(FIRST, never_answers)
        caller = await s.caller()
        await caller.press(TO_LINE)
        await s.noted(Offered)
        await s.agent(SECOND, answers(speaking=AGENT_TONE))
        await first.unregister()
        await s.noted(TalkBegan)
        assert talked(s) == [SECOND]
        assert presence(s, FIRST) is Presence.OFFLINE
        await hears_only(caller, AGENT_TONE)
        await caller.hang_up()
        await s.noted(TalkEnded)


async def test_a_line_whose_agents_are_all_busy_sends_the_caller_to_another_line(open_stage: OpenStage) -> None:
    limit = Limit(when="nobody_ready", over=0.0, at="joining", then="womens-health")
    async with open_stage(published=plan_with(limits=(limit,))) as s:
        await s.agent(FIRST, answers(speaking=AGENT_TONE))
        await s.agent("women-1", answers(speaking=OTHER_TONE))
        one = await s.caller()
        await one.press(TO_LINE)
        await s.noted(TalkBegan)
        two = await s.caller("13900000002")
        await two.press(TO_LINE)
        await s.noted(TalkBegan, 2)
        await hears_only(two, OTHER_TONE)
        assert talked(s) == [FIRST, "women-1"]
        (given,) = [entry.event for entry in s.entries if isinstance(entry.event, LineGaveUp)]
        assert (given.line, given.why, given.limit) == (LINE, WaitEnd.NOBODY_READY, 0)
        for caller in (one, two):
            await caller.hang_up()
        await s.noted(TalkEnded, 2)


async def test_when_a_shift_ends_its_agent_is_rung_no_more_though_the_phone_is_there(open_stage: OpenStage) -> None:
    ends = datetime(2026, 11, 20, 16, 59, 40, tzinfo=SHANGHAI)
    async with open_stage(ends, published=plan_with({SECOND: {"shift": None}}, hours="always")) as s:
        await s.agent(FIRST, answers(speaking=AGENT_TONE))
        assert presence(s, FIRST) is Presence.READY
        await s.agent(SECOND, answers(speaking=OTHER_TONE))
        await s.until(lambda: presence(s, FIRST) is Presence.OFFLINE)
        assert s.hotline.board.dispatch.floor.seat(FIRST).phone_up
        caller = await s.caller()
        await caller.press(TO_LINE)
        await s.noted(TalkBegan)
        assert talked(s) == [SECOND]
        await caller.hang_up()
        await s.noted(TalkEnded)
