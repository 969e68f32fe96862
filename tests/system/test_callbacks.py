"""System: a caller is called back, the agent first or the caller first. Real SIP, real sound, real Asterisk."""

from __future__ import annotations

import pytest

from hotline.phone import answers, refuses
from ivr.callbacks.events import CallbackClosed, CallbackTried, CallPlaced
from ivr.events import CallEnded, TalkBegan
from ivr.outcomes import CallbackEnd, Outcome, Reason
from prompts.phrases import Phrase
from records.calls import calls
from tests.phones import AGENT_TONE, CALLER_TONE, hears
from tests.system.conftest import OpenStage
from tests.system.waits import FIRST, SECOND, books, hears_phrase, plan

pytestmark = pytest.mark.system


async def test_the_agent_is_rung_hears_a_notice_and_is_joined_with_the_caller_who_is_called_back(
    open_stage: OpenStage,
) -> None:
    async with open_stage(published=plan("agent")) as s:
        first, phone = await books(s)
        await first.hang_up()
        await s.noted(TalkBegan, 2)
        talk = phone.talks[-1]
        await hears(talk, AGENT_TONE, within=10.0)
        agent = s.agents[0].talks[-1]
        await hears_phrase(s, agent, Phrase.NOTICE)
        await hears(agent, CALLER_TONE, within=10.0)
        await agent.hang_up()
        await s.noted(CallEnded, 3)
        await s.hotline.journal.flush()
        one, other, made = sorted(await calls(s.settings.database_url), key=lambda cdr: cdr.started)
        assert (one.number, other.number, made.number) == (FIRST, SECOND, SECOND)
        assert (other.outcome, made.outcome) == (Outcome.CALLBACK, Outcome.TALKED)
        assert (other.direction, made.direction) == ("in", "out")
        assert made.callback == other.callback
        assert [e.event.end for e in s.entries if isinstance(e.event, CallbackClosed)] == [CallbackEnd.REACHED]


async def test_the_caller_is_called_back_first_and_the_kept_agent_is_rung_then(open_stage: OpenStage) -> None:
    async with open_stage(published=plan("caller")) as s:
        first, phone = await books(s)
        rung, calls_of_phone = len(s.agents[0].talks), len(phone.talks)
        await first.hang_up()
        await s.noted(CallPlaced)
        await s.until(lambda: len(phone.talks) > calls_of_phone)
        talk = phone.talks[-1]
        await hears_phrase(s, talk, Phrase.GREETING)
        await s.noted(TalkBegan, 2)
        assert len(s.agents[0].talks) == rung + 1
        await hears(talk, AGENT_TONE, within=10.0)
        await talk.hang_up()
        await s.noted(CallEnded, 3)


async def test_a_number_that_is_busy_is_tried_again_and_the_agent_is_let_go(open_stage: OpenStage) -> None:
    async with open_stage(published=plan("agent")) as s:
        first, phone = await books(s)
        phone.manner = refuses()
        await first.hang_up()
        await s.noted(CallbackTried)
        agent = s.agents[0].talks[-1]
        await hears_phrase(s, agent, Phrase.NOT_REACHED)
        await agent.ended()
        phone.manner = answers(speaking=CALLER_TONE)
        await s.noted(TalkBegan, 2)
        assert [e.event.reason for e in s.entries if isinstance(e.event, CallbackTried)] == [Reason.BUSY]
        await s.agents[0].talks[-1].hang_up()
        await s.noted(CallEnded, 4)
