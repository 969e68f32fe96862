"""System: agents hold, pass on, ask and merge; telephones that speak in tones tell who hears whom. Real Asterisk."""

from __future__ import annotations

import pytest

from hotline import ear
from hotline.operators import Published
from hotline.phone import Manner, Phone, answers, never_answers
from hotline.talk import Talk
from ivr.events import (
    ConsultationAnswered,
    ConsultationEnded,
    HeldTooLong,
    PassedBack,
    RecordingBegan,
    RecordingEnded,
    TalkBegan,
    TalkEnded,
)
from ivr.outcomes import ConsultationEnd, Outcome, Party, Reason
from ivr.talk.conversations import AgentTalk
from ivr.talk.states import State
from ivr.talk.targets import Target, ToAgent, ToLine, ToNumber
from records import segments
from tests.phones import AGENT_TONE, CALLER_TONE, CARRIER_TONE, OTHER_TONE, hears_music, hears_only
from tests.system.conftest import OpenStage
from tests.system.stage import Stage, shipped_plan

pytestmark = pytest.mark.system

FIRST, OTHER = "vaccine-1", "women-1"
SPEAKS = answers(speaking=OTHER_TONE)


async def talking(s: Stage, other: Manner | None = SPEAKS) -> tuple[Talk, AgentTalk, Talk, Phone]:
    """A caller and the first agent hear each other: the caller, the agent's hand and handset, the other's phone."""
    first = await s.agent(FIRST, answers(speaking=AGENT_TONE))
    second = await s.agent(OTHER, other)
    caller = await s.caller()
    caller.speak(CALLER_TONE)
    await caller.press("14")
    await s.noted(TalkBegan)  # until then the words of prompts may sound like tones
    await hears_only(caller, AGENT_TONE)
    await hears_only(first.talks[0], CALLER_TONE)
    return caller, s.hotline.board.conversations.of_agent(FIRST), first.talks[0], second


async def test_on_hold_the_caller_hears_music_and_nobody_hears_the_other(open_stage: OpenStage) -> None:
    async with open_stage() as s:
        caller, agent, handset, _ = await talking(s)
        await agent.hold()
        await hears_music(caller)
        await hears_only(handset)
        await agent.resume()
        await hears_only(caller, AGENT_TONE)
        await hears_only(handset, CALLER_TONE)
        await agent.hold()
        await caller.hang_up()  # on hold
        await handset.ended(within=5.0)
        cdr = await s.record()
        assert (cdr.outcome, cdr.reason) == (Outcome.TALKED, Reason.CALLER_HUNG_UP)
        assert sum(isinstance(one, segments.Hold) for one in cdr.segments) == 2
        began = [e.event.file for e in s.entries if isinstance(e.event, RecordingBegan)]
        assert len(set(began)) == 1
        assert began == [e.event.file for e in s.entries if isinstance(e.event, RecordingEnded)]


async def test_a_caller_on_hold_is_brought_back_by_the_lines_limit(open_stage: OpenStage) -> None:
    async with open_stage(hold_limit=5.0) as s:
        caller, agent, handset, _ = await talking(s)
        await agent.hold()
        await hears_music(caller)
        await hears_only(caller, AGENT_TONE, within=12.0)
        await hears_only(handset, CALLER_TONE)
        assert sum(isinstance(e.event, HeldTooLong) for e in s.entries) == 1
        await caller.hang_up()
        await s.record()


@pytest.mark.parametrize(
    ("to", "tone"),
    [(ToLine("womens-health"), OTHER_TONE), (ToAgent(OTHER), OTHER_TONE), (ToNumber("02200000003"), CARRIER_TONE)],
    ids=["line", "agent", "number"],
)
async def test_a_caller_is_passed_on_and_the_agent_is_free(open_stage: OpenStage, to: Target, tone: float) -> None:
    async with open_stage() as s:
        caller, agent, handset, _ = await talking(s)
        await agent.transfer(to)
        await handset.ended(within=5.0)
        await s.noted(TalkBegan, 2)
        await hears_only(caller, tone)
        await caller.hang_up()
        cdr = await s.record()
        first, second = [one for one in cdr.segments if isinstance(one, segments.Talk)]
        assert (first.agent, first.by) == (FIRST, Party.PASSED_ON)
        assert (second.agent, second.by) == (None if tone == CARRIER_TONE else OTHER, Party.CALLER)


async def test_who_is_not_taken_by_the_other_agent_comes_back(open_stage: OpenStage) -> None:
    async with open_stage() as s:
        caller, agent, handset, phone = await talking(s, never_answers)
        await agent.transfer(ToAgent(OTHER))
        await handset.ended(within=5.0)
        await s.noted(PassedBack)
        await s.noted(TalkBegan, 2)
        await hears_only(caller, AGENT_TONE)
        assert phone.live == 0
        await caller.hang_up()
        await s.record()


async def consulting(s: Stage, agent: AgentTalk, caller: Talk, handset: Talk, other: Phone) -> Talk:
    """Agent and other talk alone."""
    await agent.consult(ToAgent(OTHER))
    await s.noted(ConsultationAnswered)
    await hears_only(handset, OTHER_TONE)
    await hears_only(other.talks[-1], AGENT_TONE)
    await hears_music(caller)
    return other.talks[-1]


async def test_agent_and_other_talk_alone_and_then_the_caller_is_the_others(open_stage: OpenStage) -> None:
    async with open_stage() as s:
        caller, agent, handset, phone = await talking(s)
        other = await consulting(s, agent, caller, handset, phone)
        await agent.cancel()
        await other.ended(within=5.0)
        await hears_only(caller, AGENT_TONE)
        await s.until(lambda: s.hotline.board.dispatch.floor.seat(OTHER).presence.value == "ready")
        other = await consulting(s, agent, caller, handset, phone)
        await agent.complete()
        await handset.ended(within=5.0)
        await hears_only(caller, OTHER_TONE)
        await hears_only(other, CALLER_TONE)
        await other.hang_up()
        await caller.ended()
        cdr = await s.record()
        assert (cdr.agent, cdr.reason) == (OTHER, Reason.OTHER_SIDE_HUNG_UP)
        ends = [e.event.end for e in s.entries if isinstance(e.event, ConsultationEnded)]
        assert ends == [ConsultationEnd.CANCELLED, ConsultationEnd.COMPLETED]


async def test_an_outside_number_is_asked_and_has_the_caller_when_the_agent_hangs_up(open_stage: OpenStage) -> None:
    async with open_stage() as s:
        caller, agent, handset, _ = await talking(s)
        await agent.consult(ToNumber("02200000003"))
        await hears_only(handset, CARRIER_TONE, within=10.0)
        await hears_only(s.carrier.phone.talks[0], AGENT_TONE)
        await handset.hang_up()
        await hears_only(caller, CARRIER_TONE)
        await hears_only(s.carrier.phone.talks[0], CALLER_TONE)
        await caller.hang_up()
        await s.carrier.phone.talks[0].ended(within=5.0)
        await s.record()


async def test_three_talk_and_whoever_leaves_leaves_two(open_stage: OpenStage) -> None:
    async with open_stage() as s:
        caller, agent, handset, phone = await talking(s)
        other = await consulting(s, agent, caller, handset, phone)
        await agent.merge()
        await hears_only(caller, AGENT_TONE, OTHER_TONE)
        await hears_only(handset, CALLER_TONE, OTHER_TONE)
        await hears_only(other, CALLER_TONE, AGENT_TONE)
        await agent.leave()
        await handset.ended(within=5.0)
        await hears_only(caller, OTHER_TONE)
        await hears_only(other, CALLER_TONE)
        await caller.hang_up()
        await other.ended(within=5.0)
        assert [e.event.by for e in s.entries if isinstance(e.event, TalkEnded)] == [Party.LEFT, Party.CALLER]
        await s.record()


async def test_the_caller_hangs_up_in_the_consultation_and_both_are_free(open_stage: OpenStage) -> None:
    async with open_stage() as s:
        caller, agent, handset, phone = await talking(s)
        other = await consulting(s, agent, caller, handset, phone)
        await caller.hang_up()
        await handset.ended(within=5.0)
        await other.ended(within=5.0)
        await s.record()


async def test_who_is_asked_never_answers_and_the_caller_is_back(open_stage: OpenStage) -> None:
    async with open_stage() as s:
        caller, agent, handset, _ = await talking(s, never_answers)
        await agent.consult(ToAgent(OTHER))
        await s.noted(ConsultationEnded)
        await hears_only(caller, AGENT_TONE)
        await hears_only(handset, CALLER_TONE)
        assert agent.state is State.TALKING
        await caller.hang_up()
        await s.record()


def voices_in_file(s: Stage, file: str) -> set[float]:
    """Whose tones a recording holds."""
    sound = s.recording(file)
    return {voice for voice in (CALLER_TONE, AGENT_TONE, OTHER_TONE) if ear.tone(sound, voice) > 0.03}


async def test_a_recording_goes_on_through_hold_and_each_agents_talk_has_a_file_with_their_voice(
    open_stage: OpenStage,
) -> None:
    async with open_stage(record=True) as s:
        caller, agent, handset, phone = await talking(s)
        await agent.hold()
        await hears_music(caller)
        await agent.resume()
        await hears_only(caller, AGENT_TONE)
        (began,) = {e.event.file for e in s.entries if isinstance(e.event, RecordingBegan)}
        file = s.settings.recordings / f"{began}.wav"
        before = file.stat().st_size
        await s.until(lambda: file.stat().st_size > before + 16_000, within=10.0)  # a second more is in it
        await consulting(s, agent, caller, handset, phone)
        await agent.complete()
        await handset.ended(within=5.0)
        await hears_only(caller, OTHER_TONE)
        await hears_only(phone.talks[-1], CALLER_TONE)
        await caller.hang_up()
        await s.record()
        ended = [e.event.file for e in s.entries if isinstance(e.event, RecordingEnded)]
        first, second = dict.fromkeys(ended)  # the first paused meanwhile
        assert first == began
        assert voices_in_file(s, first) == {CALLER_TONE, AGENT_TONE}  # and nothing of the consultation
        assert voices_in_file(s, second) == {CALLER_TONE, OTHER_TONE}


def led_plan() -> Published:
    """The shipped plan, with a shift leader."""
    published = shipped_plan()
    chief = published.plan.agents[OTHER].model_copy(update={"leader": True})
    agents = {**published.plan.agents, OTHER: chief}
    return Published(published.plan.model_copy(update={"agents": agents}), published.version)
