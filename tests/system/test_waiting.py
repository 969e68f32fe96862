"""System: a caller waits, hears how things stand, presses a key, is answered. Real SIP, real sound, real Asterisk."""

from __future__ import annotations

import pytest

from hotline import ear
from hotline.phone import answers
from ivr.events import CallEnded, StepHeard, TalkBegan, WaitBegan, WaitEnded
from ivr.outcomes import WaitEnd
from tests.phones import AGENT_TONE, hears
from tests.system.conftest import OpenStage
from tests.system.stage import Stage
from tests.system.waits import AGENT, FIRST, KEYS, SECOND, hears_phrase, plan

pytestmark = pytest.mark.system


async def talks(s: Stage, count: int) -> None:
    """So many callers talk with the agent for a moment, one after the other."""
    for number in range(1, count + 1):
        caller = await s.caller(f"1390000010{number}")
        await caller.press(KEYS)
        await hears(caller, AGENT_TONE, within=45.0)
        await caller.hang_up()
        await s.noted(CallEnded, number)


def ends(s: Stage) -> list[WaitEnd]:
    return [entry.event.end for entry in s.entries if isinstance(entry.event, WaitEnded)]


async def test_the_place_and_the_expected_wait_are_heard(open_stage: OpenStage) -> None:
    async with open_stage(published=plan("agent")) as s:
        await s.agent(AGENT, answers(speaking=AGENT_TONE))
        await talks(s, 3)  # so much has to be seen before a wait can be told
        first, second, third = await s.caller(FIRST), await s.caller(SECOND), await s.caller("13900000003")
        await first.press(KEYS)
        await hears(first, AGENT_TONE, within=45.0)
        for number, waiter in enumerate((second, third)):
            await waiter.press(KEYS)
            await s.noted(WaitBegan, 5 + number)
        await s.hears(second, "all-busy", share=0.2)
        await hears_phrase(s, second, "say-position-0")
        await hears_phrase(s, second, "say-wait-0")
        await hears_phrase(s, third, "say-position-1")
        await second.hang_up()
        await s.hears(third, "still-waiting", share=0.2)
        await hears_phrase(s, third, "say-position-0")  # told anew, for it changed
        await first.hang_up()
        await hears(third, AGENT_TONE, within=10.0)
        await third.hang_up()
        await s.noted(CallEnded, 6)
        assert ends(s) == [WaitEnd.CONNECTED] * 4 + [WaitEnd.CALLER_LEFT, WaitEnd.CONNECTED]


async def test_an_answer_cuts_the_words_off_that_the_caller_hears(open_stage: OpenStage) -> None:
    async with open_stage(published=plan("agent", busy=("library-norovirus",))) as s:
        await s.agent(AGENT, answers(speaking=AGENT_TONE))
        first, second = await s.caller(FIRST), await s.caller(SECOND)
        await first.press(KEYS)
        await hears(first, AGENT_TONE, within=45.0)
        await second.press(KEYS)
        await s.hears(second, "library-norovirus", share=0.2)  # the first of twenty seconds
        await first.hang_up()
        await s.noted(TalkBegan, 2)
        await hears(second, AGENT_TONE, within=5.0)
        (words,) = ear.sequence({"words": s.prompts["library-norovirus"]}, second.unbroken)
        assert words.match.share < 0.7
        await second.hang_up()
        await s.noted(CallEnded, 2)
        assert ends(s) == [WaitEnd.CONNECTED, WaitEnd.CONNECTED]


async def test_a_key_cuts_the_words_off_and_an_answer_the_offer_that_it_led_to(open_stage: OpenStage) -> None:
    async with open_stage(published=plan("agent")) as s:
        await s.agent(AGENT, answers(speaking=AGENT_TONE))
        first, second = await s.caller(FIRST), await s.caller(SECOND)
        await first.press(KEYS)
        await hears(first, AGENT_TONE, within=45.0)
        await second.press(KEYS)
        await s.hears(second, "all-busy", share=0.2)
        await second.press("9")  # nothing that the line offers
        await second.press("1")  # begins to offer the callback
        await s.hears(second, "still-waiting", share=0.2)
        await first.hang_up()
        await s.noted(TalkBegan, 2)
        await hears(second, AGENT_TONE, within=5.0)
        await second.hang_up()
        await s.noted(CallEnded, 2)
        assert ends(s) == [WaitEnd.CONNECTED, WaitEnd.CONNECTED]
        assert [e.event.heard for e in s.entries if isinstance(e.event, StepHeard)].count("9") == 0
