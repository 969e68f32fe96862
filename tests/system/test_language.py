"""System: what the language can say, heard and keyed on real telephones."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from hotline.control import ask
from hotline.front import Front, turn_on
from hotline.operators import Published
from hotline.phone import answers
from hotline.settings import HOUSE
from ivr.events import DigitsEntered, SurveyAnswered, WaitEnded
from ivr.outcomes import Outcome, Reason, WaitEnd
from routing.calendar import SHANGHAI
from routing.check import read_plan
from tests.phones import AGENT_TONE, CARRIER_TONE, hears
from tests.system.conftest import OpenStage
from tests.system.stage import WORKDAY

pytestmark = pytest.mark.system

WORDS = (HOUSE / "config" / "prompts.yaml").read_text("utf-8")
PLAN = """
hotline:
  name: 大热线
  number: 12320
  start: main
  person: desk
  hours: office
  wait: 3s
  silence: {say: nothing-heard, tries: 2, then: desk}
  wrong: {say: wrong-key, tries: 3, then: desk}
  survey: rating
  apology: apology
front:
  outbreak: {say: front-outbreak}
nodes:
  main:
    menu: main-menu
    keys: {1: desk, 2: library, 3: ticket}
  library: {information: [library-sleep, library-flu], choices: library-choices, back: 3, then: bye}
  ticket:
    ask: booking
    digits: 4-8
    confirm: you-keyed
    choices: right
    leads: {9: partner}
    then: library
  rating: {survey: rate, answers: {1: 满意, 2: 不满意}, then: bye}
  closed: {say: closed-booking, then: bye}
  bye: {end: message-thanks}
lines:
  desk: {name: 座席, closed: closed, overflow: bye, at_closing: leave, position: false}
  partner: {name: 合作, hours: always, closed: closed, overflow: bye, survey: false, outside: {number: "02200000003"}}
agents:
  duty-1: {name: 值班, lines: [desk]}
calendar:
  hours:
    office: [{on: workdays, open: ["8:30-16:30"]}]
    always: [{on: every day, open: ["0:00-24:00"]}]
"""


def published() -> Published:
    """The plan above, in words that are shipped as sound: the test hears them by their sound, not their sense."""
    borrowed = {
        "booking": "connecting-booking",
        "you-keyed": "all-busy",
        "right": "still-waiting",
        "rate": "outside-busy",
    }
    text = PLAN
    for name, shipped in borrowed.items():
        text = text.replace(f": {name}\n", f": {shipped}\n").replace(f": {name},", f": {shipped},")
    return Published(read_plan({"plan.yaml": text, "prompts.yaml": WORDS}), "language")


async def test_a_number_is_keyed_read_back_and_leads_where_its_first_digit_says(open_stage: OpenStage) -> None:
    async with open_stage(published=published()) as s:
        caller = await s.caller()
        await s.hears(caller, "main-menu", share=0.3)
        await caller.press("3")
        await s.hears(caller, "connecting-booking", share=0.3)
        await caller.press("12#")  # too short
        await s.hears(caller, "wrong-key")
        await caller.press("1234#")
        await s.hears(caller, "still-waiting", share=0.3)  # read back, and the choices
        await caller.press("2")  # not what was meant
        await caller.press("9123#")
        await s.hears(caller, "still-waiting", share=0.3)
        await caller.press("1")
        await hears(caller, CARRIER_TONE, within=45.0)
        keyed = [entry.event.digits for entry in s.entries if isinstance(entry.event, DigitsEntered)]
        assert keyed == ["12", "1234", "9123"]
        await caller.hang_up()


async def test_a_library_is_heard_and_leafed_through_and_silence_ends_it(open_stage: OpenStage) -> None:
    async with open_stage(published=published()) as s:
        caller = await s.caller()
        await caller.press("2")
        await s.hears(caller, "library-sleep", share=0.3)
        await caller.press("2")
        await s.hears(caller, "library-flu", share=0.2)
        await caller.press("1")
        await s.hears(caller, "library-choices")
        await caller.ended(45.0)
        cdr = await s.record()
        assert cdr.reached is not None
        assert (cdr.reached.kind, cdr.keys) == ("information", "2,2,1")
        assert (cdr.outcome, cdr.reason) == (Outcome.INFORMED, Reason.COMPLETED)
        heard = s.heard(caller)
        assert heard[0] == "library-sleep"
        assert heard[-2:] == ["library-choices", "message-thanks"]


async def test_the_caller_judges_the_talk_after_the_agent_hung_up(open_stage: OpenStage) -> None:
    async with open_stage(published=published()) as s:
        agent = await s.agent("duty-1", answers(speaking=AGENT_TONE))
        caller = await s.caller()
        await caller.press("1")
        await hears(caller, AGENT_TONE, within=45.0)
        (talk,) = agent.talks
        await talk.hang_up()
        await s.hears(caller, "outside-busy", share=0.3)
        await caller.press("1")
        await s.hears(caller, "message-thanks")
        await caller.ended()
        judged = [entry.event for entry in s.entries if isinstance(entry.event, SurveyAnswered)]
        assert judged == [SurveyAnswered("rating", "desk", "duty-1", "1", "满意")]
        assert (await s.record()).outcome is Outcome.TALKED


async def test_who_waits_at_closing_time_hears_that_it_is_over(open_stage: OpenStage) -> None:
    closing_time = datetime(2026, 11, 20, 16, 30, tzinfo=SHANGHAI)
    async with open_stage(closing_time - timedelta(seconds=25), published=published()) as s:
        await s.agent("duty-1", answers(speaking=AGENT_TONE))
        first, second = await s.caller("13900000001"), await s.caller("13900000002")
        await first.press("1")
        await hears(first, AGENT_TONE, within=20.0)
        await second.press("1")
        await s.noted(WaitEnded, 2)
        (over,) = [entry for entry in s.entries if entry.event == WaitEnded("desk", WaitEnd.CLOSED)]
        assert timedelta(0) <= over.at - closing_time < timedelta(seconds=1)
        await s.hears(second, "closed-booking", share=0.3)
        assert first.ending is None  # who talks, talks on
        await first.hang_up()


async def test_a_front_message_turned_on_is_heard_by_the_next_caller_first(open_stage: OpenStage) -> None:
    async with open_stage(published=published()) as s:
        before = await s.caller("13900000001")
        await s.hears(before, "main-menu", share=0.3)
        turn_on(s.settings.var, Front("outbreak", WORKDAY + timedelta(hours=1)))
        status = await s.hotline.view.status()
        assert status.notices == [f"来电先听紧急通知：{s.plan.prompts['front-outbreak']}"]
        after = await s.caller("13900000002")
        await s.hears(after, "front-outbreak", share=0.3)
        assert "front-outbreak" not in s.heard(before)
        assert s.hotline.asterisk is not None
        dialplan = s.hotline.asterisk.places.etc / "extensions.conf"
        assert "front-outbreak" not in dialplan.read_text("utf-8")
        await ask(s.settings.var, "POST", "/front")  # as `hotline front on` does
        assert "front-outbreak" in dialplan.read_text("utf-8")  # so it is heard without an engine too
        for caller in (before, after):
            await caller.hang_up()
