"""Shell: what the language asks for, done on a call, on a fake switch in virtual time."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from acd.agent import Presence
from ivr.events import CallEnded, DigitsEntered, EndReached, StepHeard, SurveyAnswered, TalkBegan, WaitEnded
from ivr.memory import CallerMemory
from ivr.outcomes import Outcome, Reason, WaitEnd
from routing.calendar import SHANGHAI
from routing.check import read_plan
from tests.ivr.fake_switch import Behaviour
from tests.ivr.house import CALLER, House, house
from tests.routing.rich import RICH

pytestmark = pytest.mark.looptime

PLAN = read_plan({"rich.yaml": RICH})
DAY = datetime(2026, 11, 27, 10, 0, tzinfo=SHANGHAI)
ANSWERS = Behaviour(answers_after=1.0)


def heard(h: House) -> list[str]:
    return [sound for channel, sound in h.switch.heard if channel == CALLER]


# ── numbers ─────────────────────────────────────────────────────────────────


async def test_a_number_is_keyed_read_back_and_noted() -> None:
    async with house(DAY, PLAN, ann=ANSWERS) as h:
        h.switch.caller_dials(CALLER)
        await h.passes(1.0)
        h.switch.caller_types(CALLER, "3")
        await h.passes(3.0)
        h.switch.caller_types(CALLER, "1200#")
        await h.passes(1.0)
        h.switch.caller_types(CALLER, "1")
        await h.passes(1.0)
        assert heard(h)[1:8] == [
            "key-ticket",
            "you-keyed",
            *("say-yao", "say-number-2", "say-number-0", "say-number-0"),
            "right-or-again",
        ]
        assert h.ledger.of(DigitsEntered) == [DigitsEntered("ticket", "1200")]
        assert heard(h)[8] == "news-1"


async def test_a_number_waits_for_each_key_and_takes_what_silence_left() -> None:
    async with house(DAY, PLAN, ann=ANSWERS) as h:
        h.switch.caller_dials(CALLER)
        h.switch.caller_types(CALLER, "3")
        for key in "9123":
            await h.passes(4.0)
            h.switch.caller_types(CALLER, key)
        await h.ledger.noted(DigitsEntered)
        assert h.ledger.of(DigitsEntered) == [DigitsEntered("ticket", "9123")]
        assert (h.ledger.entries[-1].at - h.ledger.entries[0].at).total_seconds() == pytest.approx(21.0, abs=0.1)


async def test_a_star_in_a_number_is_read_back_without_a_sound() -> None:
    async with house(DAY, PLAN, ann=ANSWERS) as h:
        h.switch.caller_dials(CALLER)
        h.switch.caller_types(CALLER, "3**12#")
        await h.passes(6.0)
        assert heard(h) == ["you-keyed", "say-yao", "say-number-2", "right-or-again"]


# ── information ─────────────────────────────────────────────────────────────


async def test_who_hears_a_recording_and_hangs_up_was_informed() -> None:
    async with house(DAY, PLAN, ann=ANSWERS) as h:
        h.switch.caller_dials(CALLER)
        h.switch.caller_types(CALLER, "2")
        await h.passes(3.0)
        h.switch.ends(CALLER)
        await h.ledger.noted(CallEnded)
        assert h.end == CallEnded(Outcome.INFORMED, Reason.CALLER_HUNG_UP, "library")
        assert h.ledger.of(EndReached) == []


async def test_silence_after_a_recording_is_where_the_call_got_to_and_then_it_goes_on() -> None:
    async with house(DAY, PLAN, ann=ANSWERS) as h:
        h.switch.caller_dials(CALLER)
        h.switch.caller_types(CALLER, "22")
        await h.ledger.noted(CallEnded)
        assert [reached.kind for reached in h.ledger.of(EndReached)] == ["information", "message"]
        assert heard(h) == ["news-2", "news-keys", "speak"]  # the second key skipped the first recording
        assert h.is_clean()


# ── recall ──────────────────────────────────────────────────────────────────


def memory_of(number: str, line: str) -> CallerMemory:
    memory = CallerMemory()
    memory.keep(["desk"], days=2)
    memory.talked(number, line, DAY - timedelta(days=1))
    return memory


async def test_a_caller_of_yesterday_reaches_the_same_line_by_one_key() -> None:
    async with house(DAY, PLAN, memory=memory_of("13800138000", "desk"), ann=ANSWERS) as h:
        h.switch.caller_dials(CALLER)
        await h.passes(1.0)
        h.switch.caller_types(CALLER, "1")
        await h.ledger.noted(TalkBegan)
        assert heard(h) == ["again-desk", "connecting"]


@pytest.mark.parametrize("after", [0.0, 1.0])
async def test_a_key_for_the_menu_is_no_answer_to_the_question_before_it(after: float) -> None:
    async with house(DAY, PLAN, memory=memory_of("13800138000", "desk"), ann=ANSWERS) as h:
        h.switch.caller_dials(CALLER)
        if after:
            await h.passes(after)
        h.switch.caller_types(CALLER, "5")
        await h.ledger.noted(TalkBegan)
        assert h.ledger.of(TalkBegan)[0].line == "night"


async def test_a_key_typed_before_the_question_does_not_answer_it() -> None:
    async with house(DAY, PLAN, memory=memory_of("13800138000", "desk"), ann=ANSWERS) as h:
        h.switch.caller_dials(CALLER)
        h.switch.caller_types(CALLER, "1")
        await h.ledger.noted(TalkBegan)
        assert [(step.node, step.heard) for step in h.ledger.of(StepHeard)][:2] == [("before", None), ("main", "1")]


async def test_what_a_caller_talked_about_is_remembered_from_the_journal_of_named_lines_only() -> None:
    memory = CallerMemory()
    memory.keep(["desk"], days=2)
    async with house(DAY, PLAN, memory=memory, ann=ANSWERS, n0221=ANSWERS) as h:
        for key, remembered in (("1", "desk"), ("5", None)):
            h.switch.caller_dials(CALLER)
            h.switch.caller_types(CALLER, key)
            await h.ledger.noted(TalkBegan, len(h.ledger.of(CallEnded)) + 1)
            for entry in h.ledger.entries:
                memory.hear(entry)
            last = memory.last("13800138000")
            assert (last and last[0]) == remembered
            h.switch.ends(CALLER)
            await h.ledger.noted(CallEnded, len(h.ledger.of(CallEnded)) + 1)
            await h.passes(60.0)


# ── after the talk ──────────────────────────────────────────────────────────


async def test_the_caller_judges_the_talk_when_the_agent_hangs_up_first() -> None:
    async with house(DAY, PLAN, ann=ANSWERS) as h:
        h.switch.caller_dials(CALLER)
        h.switch.caller_types(CALLER, "1")
        await h.ledger.noted(TalkBegan)
        h.switch.caller_types(CALLER, "2")  # into the talk: no judgement
        await h.passes(20.0)
        (bridge,) = h.switch.bridges.values()
        h.switch.ends(bridge[1])
        await h.passes(1.0)
        assert h.board.dispatch.floor.seat("ann").presence is Presence.WRAP_UP  # the agent does not wait for it
        h.switch.caller_types(CALLER, "1")
        await h.ledger.noted(CallEnded)
        assert h.ledger.of(SurveyAnswered) == [SurveyAnswered("rating", "desk", "ann", "1", "满意")]
        assert h.end == CallEnded(Outcome.TALKED, Reason.COMPLETED)
        assert heard(h)[-2:] == ["rate-us", "goodbye"]
        assert h.is_clean()


async def test_a_caller_who_hangs_up_first_is_asked_nothing() -> None:
    async with house(DAY, PLAN, ann=ANSWERS) as h:
        h.switch.caller_dials(CALLER)
        h.switch.caller_types(CALLER, "1")
        await h.ledger.noted(TalkBegan)
        h.switch.ends(CALLER)
        await h.ledger.noted(CallEnded)
        assert h.end == CallEnded(Outcome.TALKED, Reason.CALLER_HUNG_UP)
        assert "rate-us" not in heard(h)


@pytest.mark.parametrize("keys", ["", "9"])
async def test_no_judgement_is_noted_that_was_not_made(keys: str) -> None:
    async with house(DAY, PLAN, ann=ANSWERS) as h:
        h.switch.caller_dials(CALLER)
        h.switch.caller_types(CALLER, "1")
        await h.ledger.noted(TalkBegan)
        (bridge,) = h.switch.bridges.values()
        h.switch.ends(bridge[1])
        await h.passes(1.0)
        h.switch.caller_types(CALLER, keys)
        await h.ledger.noted(CallEnded)
        assert h.ledger.of(SurveyAnswered) == []
        assert h.end.outcome is Outcome.TALKED


# ── closing time ────────────────────────────────────────────────────────────


async def test_who_waits_when_the_hours_end_is_told_so_and_may_leave_a_message() -> None:
    at = DAY.replace(hour=16, minute=29, second=0)
    async with house(at, PLAN, ann=ANSWERS) as h:
        for channel in ("first", CALLER):
            h.switch.caller_dials(channel)
            h.switch.caller_types(channel, "1")
        await h.ledger.noted(TalkBegan)
        await h.ledger.until(lambda: WaitEnded("desk", WaitEnd.CLOSED) in h.ledger.events)
        assert h.ledger.entries[-1].at.astimezone(SHANGHAI).time().isoformat()[:8] == "16:30:00"
        await h.passes(3.0)
        assert heard(h)[-2:] == ["shut", "speak"]
        assert h.switch.bridges != {}  # who talks, talks on


async def test_a_phone_that_rings_when_the_hours_end_may_still_be_answered() -> None:
    at = DAY.replace(hour=16, minute=29, second=55)
    async with house(at, PLAN, ann=Behaviour(answers_after=15.0)) as h:
        h.switch.caller_dials(CALLER)
        h.switch.caller_types(CALLER, "1")
        await h.ledger.noted(WaitEnded)
        assert h.ledger.of(WaitEnded) == [WaitEnded("desk", WaitEnd.CONNECTED)]


async def test_a_line_that_lets_callers_stay_serves_them_after_its_hours() -> None:
    plan = read_plan({"rich.yaml": RICH.replace("at_closing: leave", "at_closing: stay")})
    at = DAY.replace(hour=16, minute=29, second=50)
    async with house(at, plan, ann=ANSWERS) as h:
        for channel in ("first", CALLER):
            h.switch.caller_dials(channel)
            h.switch.caller_types(channel, "1")
        await h.ledger.noted(TalkBegan)
        await h.passes(60.0)
        assert h.switch.music == {CALLER}
        (bridge,) = h.switch.bridges.values()
        h.switch.ends(bridge[1])
        await h.ledger.noted(TalkBegan, 2)


# ── what the walk may look at ───────────────────────────────────────────────


async def test_a_front_message_that_was_turned_on_is_heard_by_the_next_caller() -> None:
    on: list[str] = []
    async with house(DAY, PLAN, front=lambda: on[-1] if on else None, ann=ANSWERS) as h:
        h.switch.caller_dials("before")
        await h.passes(1.0)
        on.append("outbreak")
        h.switch.caller_dials(CALLER)
        await h.passes(1.0)
        assert ("before", "front-outbreak") not in h.switch.heard
        assert heard(h) == ["front-outbreak", "choose"]


async def test_a_line_without_anybody_leads_elsewhere_at_once() -> None:
    async with house(DAY, PLAN) as h:
        h.switch.caller_dials(CALLER)
        await h.passes(1.0)
        assert heard(h) == ["news-1", "news-keys"]


async def test_a_line_that_is_served_too_slowly_leads_elsewhere() -> None:
    async with house(DAY, PLAN, ann=ANSWERS) as h:
        for n in range(4):
            h.switch.caller_dials(f"c{n}")
            await h.passes(0.5)
            h.switch.caller_types(f"c{n}", "1")
        for talks in (1, 2, 3):
            await h.ledger.noted(TalkBegan, talks)
            if talks < 3:
                await h.passes(100.0)
                h.switch.ends(f"c{talks - 1}")
        h.switch.caller_dials(CALLER)
        await h.passes(0.5)
        assert h.board.dispatch.expected_wait("desk") == pytest.approx(2 * 116.0, abs=2.0)
        assert heard(h)[0] == "news-1"


async def test_a_chosen_language_holds_for_waiting_callers_as_well() -> None:
    busy = read_plan({"rich.yaml": RICH.replace("apology: sorry", "apology: sorry\n  busy: hello")})
    async with house(DAY, busy, ann=ANSWERS) as h:
        for channel in ("first", "second", CALLER):
            h.switch.caller_dials(channel)
            h.switch.caller_types(channel, "41")
        await h.ledger.noted(TalkBegan)
        await h.passes(10.0)
        assert heard(h) == ["english--connecting", "english--hello"]  # no position: numbers are spoken in one language


async def test_who_talked_with_a_line_before_gets_the_same_agent_again() -> None:
    two = RICH.replace("agents:\n", "agents:\n  bob: {name: 乙, lines: [desk]}\n")
    plan = read_plan({"rich.yaml": two.replace("connecting, at_closing", "connecting, sticky: 30s, at_closing")})
    for had in ("ann", "bob"):
        memory = CallerMemory()
        memory.keep(["desk"], days=2)
        memory.talked("13800138000", "desk", DAY - timedelta(days=1), had)
        async with house(DAY, plan, memory=memory, ann=ANSWERS, bob=ANSWERS) as h:
            h.switch.caller_dials(CALLER)
            await h.passes(1.0)
            h.switch.caller_types(CALLER, "1")
            await h.ledger.noted(TalkBegan)
            assert h.ledger.of(TalkBegan)[0].agent == had
