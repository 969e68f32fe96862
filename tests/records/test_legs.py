"""Unit: what a call's legs are, and how its asking for a line turned out."""

from __future__ import annotations

import pytest

from ivr.events import (
    CallEnded,
    ConsultationBegan,
    ConsultationEnded,
    EndReached,
    Offered,
    OfferEnded,
    TalkBegan,
    TalkEnded,
    WaitBegan,
    WaitEnded,
)
from ivr.outcomes import ConsultationEnd, OfferResult, Outcome, Party, Reason, WaitEnd
from records.folding import fold
from records.legs import LegKind, Request, Turn, legs_of, request_of, requests_of
from tests.records.tales import (
    ARRIVES,
    GIVES_UP_WAITING,
    HANGS_UP_IN_THE_GREETING,
    LEAVES_MESSAGE,
    OUTSIDE,
    OVERFLOWS,
    TALES,
    TALKS,
    WAITS,
    Fact,
    at,
    entries,
)

TRANSFERRED: list[Fact] = [
    *TALKS[:-3],
    (40, ConsultationBegan(2, "agent", "1003")),
    (50, ConsultationEnded(2, ConsultationEnd.COMPLETED)),
    (50, TalkBegan(7, "general", "1003")),
    (50, TalkEnded(2, Party.PASSED_ON)),
    (110.5, TalkEnded(7, Party.CALLER)),
    (110.5, CallEnded(Outcome.TALKED, Reason.CALLER_HUNG_UP)),
]


def test_a_talk_has_its_wait_its_offers_and_itself_to_the_millisecond() -> None:
    legs = legs_of(fold(entries(TALKS)))
    assert [(leg.number, leg.kind, leg.agent, leg.seconds, leg.end) for leg in legs] == [
        (1, "wait", None, 26.75, "connected"),
        (2, "offer", "1001", 20.0, "unanswered"),
        (3, "offer", "1002", 4.0, "answered"),
        (4, "talk", "1002", 120.0, "other_side"),
    ]


def test_each_agent_has_their_own_talk_time_and_who_was_asked_stands_in_a_leg() -> None:
    legs = legs_of(fold(entries(TRANSFERRED)))
    assert [(leg.agent, leg.seconds) for leg in legs if leg.kind is LegKind.TALK] == [("1002", 13.75), ("1003", 60.5)]
    (asked,) = (leg for leg in legs if leg.kind is LegKind.CONSULTATION)
    assert (asked.line, asked.agent, asked.asked, asked.phone, asked.seconds) == (
        "immunization", "1002", "agent", "1003", 10.0,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("tale", "turn", "seconds"),
    [
        (TALKS, Turn.ANSWERED, 26.75),
        (OVERFLOWS, Turn.ANSWERED, 63.5),
        (OUTSIDE, Turn.ANSWERED, 8.0),
        (GIVES_UP_WAITING, Turn.ABANDONED, 10.5),
        ([*WAITS, (20, WaitEnded("immunization", WaitEnd.BOOKED))], Turn.BOOKED, 10.5),
        ([*WAITS, (20, WaitEnded("immunization", WaitEnd.KEY_PRESSED))], Turn.CHOSE, 10.5),
        ([*WAITS, (20, WaitEnded("immunization", WaitEnd.NOBODY_ON_SHIFT))], Turn.GIVEN_UP, 10.5),
        ([*WAITS, (20, WaitEnded("immunization", WaitEnd.MEDIA_LOST))], Turn.FAILED, 10.5),
        (WAITS, Turn.FAILED, 12.5),
        ([*OUTSIDE[:-4], (9, OfferEnded(1, OfferResult.WITHDRAWN))], Turn.ABANDONED, 3.0),
        ([*OUTSIDE[:-4], (9, OfferEnded(1, OfferResult.REFUSED))], Turn.GIVEN_UP, 3.0),
    ],
)
def test_each_request_turns_out_in_exactly_one_way(tale: list[Fact], turn: Turn, seconds: float) -> None:
    end = [] if isinstance(tale[-1][1], CallEnded) else [(22.0, CallEnded(Outcome.LEFT, Reason.COMPLETED))]
    request = request_of(fold(entries([*tale, *end])))
    assert request is not None
    assert (request.turn, request.seconds) == (turn, seconds)


@pytest.mark.parametrize("tale", [HANGS_UP_IN_THE_GREETING, LEAVES_MESSAGE])
def test_who_asked_for_no_line_was_not_offered(tale: list[Fact]) -> None:
    assert request_of(fold(entries(tale))) is None


def test_a_call_that_flows_over_counts_once_and_for_each_of_its_lines() -> None:
    record = fold(entries(OVERFLOWS))
    assert requests_of(record) == [
        Request(at(9.5), "immunization", 60.0, Turn.GIVEN_UP),
        Request(at(70), "general", 3.0, Turn.ANSWERED),
    ]
    assert [leg.request and leg.request.line for leg in legs_of(record)] == ["immunization", "general", None, None]


def test_a_caller_who_comes_back_to_a_line_asked_for_it_once() -> None:
    again: list[Fact] = [
        *WAITS,
        (20, WaitEnded("immunization", WaitEnd.MAXIMUM_WAIT)),
        (21, EndReached("line", "immunization", True, "")),
        (21, WaitBegan("immunization", 0)),
        (22, Offered(1, "immunization", "1001", "x")),
        (24, OfferEnded(1, OfferResult.ANSWERED)),
        (24, TalkBegan(1, "immunization", "1001")),
        (30, CallEnded(Outcome.TALKED, Reason.CALLER_HUNG_UP)),
    ]
    assert requests_of(fold(entries(again))) == [Request(at(9.5), "immunization", 14.5, Turn.ANSWERED)]


@pytest.mark.parametrize("tale", TALES)
def test_talk_legs_together_are_the_talk_time_of_the_record(tale: list[Fact]) -> None:
    record = fold(entries(tale))
    assert sum(leg.seconds for leg in legs_of(record) if leg.kind is LegKind.TALK) == record.talked
    assert sum(leg.seconds for leg in legs_of(record) if leg.kind is LegKind.WAIT) == record.waited


def test_a_call_that_lives_has_no_legs_yet() -> None:
    with pytest.raises(ValueError, match="not ended"):
        legs_of(fold(entries(ARRIVES)))
