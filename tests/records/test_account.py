"""Unit: a call is told in sentences, and why it was served as it was."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from acd.decision import Bar, Barred, Decision, Ranked
from acd.line import Strategy
from ivr.callbacks.events import CallbackBooked, CallbackClosed, CallbackTried, CallerRung, CallPlaced
from ivr.events import (
    AgentAway,
    AgentBack,
    Attendance,
    CallerBack,
    CallerHeld,
    CallRaised,
    Considered,
    ConsultationAnswered,
    ConsultationBegan,
    ConsultationEnded,
    Flagged,
    HeldTooLong,
    LeaderCame,
    LeaderLeft,
    LineGaveUp,
    Offered,
    OfferEnded,
    PassedBack,
    PassedOn,
    RecordingPaused,
    RecordingResumed,
    TalkEnded,
)
from ivr.journal import Event
from ivr.outcomes import CallbackEnd, ConsultationEnd, OfferResult, Outcome, Party, Reason, WaitEnd
from records import account_words
from records.account import TOLD, account, account_of_agent
from records.account_words import Language, Words
from records.teller import Names
from tests.records.tales import NUMBER, OUTSIDE, TALES, TALKS, WAITS, Fact, at, entries

ZH, EN = Language.ZH, Language.EN
NAMES = Names(
    lines={"immunization": "免疫规划热线", "general": "综合热线"},
    breaks={"lunch": "午餐"},
    on_break=lambda agent, at: {"carl": "lunch", "dora": "unanswered"}.get(agent),
)

CHOICE = Decision(
    strategy=Strategy.LONGEST_IDLE,
    waited=2.5,
    ahead=0,
    priority=0,
    urgent=False,
    chosen=("ann",),
    ranked=(Ranked("ann", 1, 95.0), Ranked("bob", 1, 30.0)),
    barred={Bar.BREAK: Barred(("carl", "dora"), 2), Bar.TALKING: Barred(("eve",), 4)},
)
NOBODY = replace(CHOICE, chosen=(), ranked=(), ahead=3, barred={Bar.LANGUAGE: Barred(("bob",), 1)})


def told(facts: list[Fact], language: Language = ZH) -> list[str]:
    return [sentence.text for sentence in account(entries(facts), language, NAMES)]


def test_a_call_is_told_from_its_ring_to_its_end_in_chinese() -> None:
    assert told(TALKS) == [
        "138****8000 拨打 12320，用方案 plan-1 接待。",
        "接听。",
        "在“main”按 1。",
        "在“consult”按 4。",
        "按键到达：免疫规划热线（开放，工作日）。",
        "开始等候免疫规划热线，前面有 2 位。",
        "1001 响铃。",
        "1001 没有接，响了 20 秒。",
        "1002 响铃。",
        "1002 接起，响了 4 秒。",
        "开始录音。",
        "1002 接通，免疫规划热线。",
        "在免疫规划热线等了 27 秒：接通。",
        "通话 2 分，对方挂机。",
        "录音结束。",
        "结束：已接通（对方挂机）。",
    ]


def test_and_in_english() -> None:
    assert told(TALKS, EN)[4:8] == [
        "The keys led to immunization (open: 工作日).",
        "Began to wait on immunization, 2 ahead.",
        "1001 rings.",
        "1001 did not answer after 20 s.",
    ]


def test_it_says_why_exactly_this_agent_who_came_second_and_who_was_not_rung_for_what_reason() -> None:
    facts: list[Fact] = [
        *WAITS,
        (12, Considered("immunization", 1, CHOICE)),
        (12, Offered(1, "immunization", "ann", "ann")),
    ]
    assert told(facts)[-1] == (
        "振铃 ann（免疫规划热线，等了 2.5 秒）。按“空闲最久”，ann（空闲 1 分 35 秒）排第一，其次是 bob（空闲 30 秒）；"
        "共 2 人能接。"
        "没有振铃的：carl 小休（午餐）；dora 小休（振铃未接）；eve等 4 人 通话中。"
    )
    assert told(facts, EN)[-1] == (
        "Rang ann (immunization, after 2.5 s). By “longest idle”, ann (idle for 1 min 35 s) came first and "
        "bob (idle for 30 s) second, of 2 who could take it. "
        "Not rung: carl on a break (午餐); dora on a break (did not answer); eve and others (4 in all) talking."
    )


def test_it_says_why_a_call_waits_behind_others_and_says_it_once() -> None:
    later = replace(NOBODY, waited=9.0)
    facts: list[Fact] = [
        *WAITS,
        (12, Considered("immunization", None, NOBODY)),
        (19, Considered("immunization", None, later)),
        (25, Considered("immunization", None, replace(later, ahead=2))),
    ]
    assert told(facts)[len(WAITS) :] == [
        "免疫规划热线暂时没有可以振铃的座席（已等 2.5 秒）。前面还有 3 位，先接他们。"
        "没有振铃的：bob 不会来电人选的方言或语言。",
        "免疫规划热线暂时没有可以振铃的座席（已等 9 秒）。前面还有 2 位，先接他们。"
        "没有振铃的：bob 不会来电人选的方言或语言。",
    ]


def test_it_says_what_gave_a_call_its_place() -> None:
    urgent = replace(CHOICE, urgent=True, priority=2, over=("general",), ranked=CHOICE.ranked[:1], barred={})
    (_, sentence) = told([*WAITS[-1:], (12, Considered("immunization", 1, urgent))])
    assert sentence == (
        "振铃 ann（免疫规划热线，等了 2.5 秒）。这是紧急来电，先于其他来电。优先分 2。"
        "该座席还服务综合热线，那里排在最前的来电按等候时间和优先分排在这一通之后。"
        "当时只有 ann 能接（空闲 1 分 35 秒）。"
    )


def test_it_says_why_a_line_gave_a_call_up_with_what_was_measured() -> None:
    facts: list[Fact] = [
        *WAITS,
        (12, LineGaveUp("immunization", WaitEnd.EXPECTED_WAIT, 0, 600.0, 754.2)),
        (12, LineGaveUp("immunization", WaitEnd.TOO_MANY, 1, 20, 21)),
        (12, LineGaveUp("immunization", WaitEnd.NOBODY_ON_SHIFT)),
        (12, CallRaised("chief")),
    ]
    assert told(facts)[-4:] == [
        "免疫规划热线不再让来电等候：预计等候太久（该热线第 1 条限制），实际 12 分 34 秒，上限 10 分。",
        "免疫规划热线不再让来电等候：等候的人太多（该热线第 2 条限制），实际 21 通，上限 20 通。",
        "免疫规划热线不再让来电等候：没有座席在岗。",
        "班长 chief 把这通来电提到最前。",
    ]


def test_an_outside_number_is_rung_because_no_agent_could_be_and_is_not_shown() -> None:
    outside = replace(CHOICE, chosen=(), ranked=(), outside=True)
    sentences = told([*OUTSIDE[:3], (6, Considered("booking", 1, outside)), *OUTSIDE[4:]])
    assert sentences[3].startswith("booking没有座席可接，拨外线号码（等了 2.5 秒）。")
    assert told(OUTSIDE)[4:6] == ["外线 022****4321 响铃。", "外线 接起，响了 8 秒。"]


PASSED_ON: list[Fact] = [
    *TALKS[:12],
    (55, AgentAway(2)),
    (57, AgentBack(2, again=False)),
    (57, RecordingPaused(2, "1002")),
    (59, RecordingResumed(2)),
    (60, CallerHeld(2)),
    (75, CallerBack(2)),
    (80, ConsultationBegan(2, "number", "02287654321")),
    (81, CallerHeld(2)),
    (85, ConsultationAnswered(2, None)),
    (90, ConsultationEnded(2, ConsultationEnd.COMPLETED)),
    (90, PassedOn(2, "number", "02287654321", warm=True)),
    (91, PassedBack("agent", "1002")),
    (92, Flagged("1002")),
    (93, LeaderCame("chief", "1002", Attendance.LISTENING)),
    (95, LeaderLeft("chief")),
    (99, HeldTooLong(2, 180.0)),
    (99, TalkEnded(2, Party.PASSED_ON)),
]


def test_what_happens_in_a_talk_is_told_and_an_outside_number_is_masked() -> None:
    sentences = told(PASSED_ON, EN)[-13:]
    assert sentences[0] == "1002 put the caller on hold."
    assert told(PASSED_ON, EN)[-17:-13] == [
        "The telephone in the page of 1002 was gone: the caller was asked to wait.",
        "After 2 s the network of 1002 was back: they talked on.",
        "1002 paused the recording.",
        "The recording went on after a pause of 2 s.",
    ]
    assert sentences[6] == "1002 passed the caller on to the outside number 022****4321, whom they had asked."
    assert sentences[-1] == "They talked for 1 min 3 s; the agent passed the caller on."


CALLED_BACK: list[Fact] = [
    (12, CallbackBooked("a-9", "immunization", NUMBER, 95.0)),
    (13, CallbackBooked("a-9", "immunization", NUMBER, 95.0, abandoned=True)),
    (20, CallPlaced("a-9", "immunization", NUMBER, "12320", "plan-1")),
    (21, CallerRung(NUMBER)),
    (40, CallbackTried("a-10", Reason.NO_ANSWER)),
    (90, CallbackClosed(CallbackEnd.REACHED, "a-11")),
]


def test_a_callback_is_told_from_its_booking_to_its_end() -> None:
    assert told(CALLED_BACK) == [
        "预约了免疫规划热线的回电 a-9，打 138****8000，保留已等的 1 分 35 秒。",
        "来电人没等到就挂了，免疫规划热线会回电 138****8000（a-9，保留已等的 1 分 35 秒）。",
        "回电 a-9 轮到了：免疫规划热线，打 138****8000。",
        "拨打 138****8000。",
        "一次回电没有找到人（a-10）：没有人接。",
        "回电结束：来电人接起了。",
    ]


@pytest.mark.parametrize("tale", [*TALES, PASSED_ON, CALLED_BACK])
@pytest.mark.parametrize("language", Language)
def test_no_whole_number_is_ever_told(tale: list[Fact], language: Language) -> None:
    text = json.dumps([s.to_json() for s in account(entries(tale), language, NAMES)], ensure_ascii=False)
    assert NUMBER not in text
    assert "02287654321" not in text


def test_why_an_agent_was_rung_or_not_is_found_by_the_agent() -> None:
    facts: list[Fact] = [*WAITS, (12, Considered("immunization", 1, CHOICE))]
    assert [s.text for a in ("ann", "bob", "carl", "zoe") for s in account_of_agent(a, entries(facts), ZH, NAMES)] == [
        "为来电 a-1 振铃了 ann（免疫规划热线）。",
        "来电 a-1（免疫规划热线）振铃的是 ann：按“空闲最久”，bob（空闲 30 秒）排第 2。",
        "来电 a-1（免疫规划热线）没有振铃 carl：小休（午餐）。",
    ]
    assert [s.text for s in account_of_agent("carl", entries(facts), EN, NAMES)] == [
        "Call a-1 (immunization) did not ring carl: on a break (午餐)."
    ]


def test_every_closed_list_has_its_words_in_both_languages() -> None:
    pairs: list[tuple[Mapping[Any, Words], Iterable[Any]]] = [
        (account_words.BARS, Bar),
        (account_words.STRATEGIES, Strategy),
        (account_words.RANKED_BY, Strategy),
        (account_words.OFFERS, OfferResult),
        (account_words.WAITS, WaitEnd),
        (account_words.PARTIES, Party),
        (account_words.CONSULTATIONS, ConsultationEnd),
        (account_words.ATTENDANCES, Attendance),
        (account_words.CALLBACKS, CallbackEnd),
        (account_words.OUTCOMES, Outcome),
        (account_words.REASONS, Reason),
    ]
    for words, closed in pairs:
        assert set(closed) <= set(words)
        assert all(zh and en and zh != en for zh, en in words.values())


def test_every_kind_of_fact_has_a_sentence_of_its_own() -> None:
    assert set(TOLD) == set(get_args(Event))


@given(st.floats(0, 100_000), st.sampled_from(Language))
def test_a_length_of_time_is_never_empty(seconds: float, language: Language) -> None:
    assert account_words.lasted(seconds, language)[0].isdigit()


def test_a_fact_of_another_clock_is_told_by_its_own_time() -> None:
    jumped: list[Fact] = [(12, Offered(1, "immunization", "ann", "ann")), (5, OfferEnded(1, OfferResult.REFUSED))]
    assert told(jumped)[-1] == "ann 拒接，响了 0 秒。"
    assert [s.at for s in account(entries(jumped), ZH, NAMES)] == [at(12), at(5)]
