"""Unit: the record of a call, folded from its facts."""

from __future__ import annotations

import itertools
import json
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.events import (
    AgentAway,
    AgentBack,
    CallArrived,
    CallEnded,
    RecordingPaused,
    RecordingResumed,
    StepHeard,
    TalkBegan,
    TalkEnded,
    WaitBegan,
)
from ivr.journal import Entry, Event, from_data, to_data
from ivr.outcomes import OfferResult, Outcome, Party, Reason, WaitEnd
from records.cdr import Reached
from records.folding import fold
from records.segments import Away, Inquiry, Menu, Message, Offer, Pause, Refusal, Talk, Wait, segment_data, segment_from
from tests.records.tales import (
    GIVES_UP_WAITING,
    HANGS_UP_IN_THE_GREETING,
    LEAVES_MESSAGE,
    NUMBER,
    OUTSIDE,
    OVERFLOWS,
    PRESSES_1_4,
    TALES,
    TALKS,
    WAITS,
    Fact,
    at,
    entries,
)


def test_a_caller_presses_1_4_waits_is_rung_for_twice_and_talks_for_two_minutes() -> None:
    record = fold(entries(TALKS))
    assert record.segments == (
        Menu("main", at(1), at(6), "1"),
        Menu("consult", at(6), at(9), "4"),
        Wait("immunization", at(9.5), at(36.25), WaitEnd.CONNECTED, ahead=2),
        Offer("immunization", "1001", "PJSIP/1001", at(12), at(32), OfferResult.UNANSWERED, 16),
        Offer("immunization", "1002", "PJSIP/1002", at(32), at(36), OfferResult.ANSWERED, None),
        Talk("immunization", "1002", at(36.25), at(156.25), Party.OTHER_SIDE, "2026-10-01/a-1.wav"),
    )
    assert (record.started, record.answered, record.ended) == (at(0), at(1), at(156.5))
    assert (record.keys, record.line, record.agent) == ("1,4", "immunization", "1002")
    assert (record.outcome, record.reason) == (Outcome.TALKED, Reason.OTHER_SIDE_HUNG_UP)
    assert (record.waited, record.talked) == (26.75, 120.0)
    assert record.reached == Reached("line", "immunization", open=True)
    assert record.recording == "2026-10-01/a-1.wav"


def test_a_caller_for_the_booking_partner_talks_with_an_outside_number_and_no_agent() -> None:
    record = fold(entries(OUTSIDE))
    assert record.reached == Reached("outside", "booking", open=True)
    assert (record.line, record.agent, record.talked) == ("booking", None, 60.0)
    assert record.segments[1:] == (
        Offer("booking", None, "02287654321", at(6), at(14), OfferResult.ANSWERED, None),
        Talk("booking", None, at(14), at(74), Party.CALLER, None),
    )


def test_a_caller_after_hours_hears_the_recording_and_leaves_a_message() -> None:
    record = fold(entries(LEAVES_MESSAGE))
    assert record.reached == Reached("message", "immunization", open=False)
    assert record.segments[2:] == (
        Menu("immunization.closed", at(9), at(21), ""),
        Message("immunization", "messages/a-1.wav", 30.0, at(21), at(51)),
    )
    assert (record.recording, record.waited, record.talked) == ("messages/a-1.wav", 0, 0)


def test_a_caller_who_gives_up_while_a_phone_rings_has_waited_and_not_talked() -> None:
    record = fold(entries(GIVES_UP_WAITING))
    assert (record.outcome, record.waited, record.talked, record.agent) == (Outcome.ABANDONED, 10.5, 0, None)
    assert record.segments[-2] == Wait("immunization", at(9.5), at(20), WaitEnd.CALLER_LEFT, ahead=2)


def test_a_caller_who_hangs_up_in_the_greeting_reached_the_end_that_the_dry_walk_calls_hangup() -> None:
    record = fold(entries(HANGS_UP_IN_THE_GREETING))
    assert record.reached == Reached("hangup", None, open=True)
    assert (record.keys, record.segments, record.line) == ("", (), None)


def test_an_overflow_keeps_where_the_keys_led_and_names_the_line_that_served() -> None:
    record = fold(entries(OVERFLOWS))
    assert record.reached == Reached("line", "immunization", open=True)
    assert (record.line, record.agent, record.waited) == ("general", "1003", 63.0)


def test_silence_and_a_wrong_key_in_one_menu_are_one_segment_of_it() -> None:
    facts = [
        *PRESSES_1_4[:2],
        (5, StepHeard("main", ("main",), None)),
        (9, StepHeard("main", ("main",), "7")),
        (12, StepHeard("main", ("main",), "2")),
    ]
    record = fold(entries(facts))
    assert record.segments == (Menu("main", at(1), at(12), "7,2"),)
    assert record.keys == "7,2"


def test_a_recording_that_is_told_as_it_begins_lasts_until_the_call_ends() -> None:
    facts = [
        *PRESSES_1_4,
        (9, StepHeard("immunization", ("closed",), None)),
        (31, CallEnded(Outcome.INFORMED, Reason.COMPLETED)),
    ]
    assert fold(entries(facts)).segments[-1] == Menu("immunization", at(9), at(31), "")


def test_a_living_call_has_open_segments_and_no_outcome() -> None:
    record = fold(entries(WAITS))
    assert (record.ended, record.outcome, record.reason) == (None, None, None)
    assert record.segments[-1] == Wait("immunization", at(9.5), None, None, ahead=2)


def test_a_call_that_the_engine_lost_counts_to_its_last_fact_and_not_to_the_day_it_was_found() -> None:
    lost = CallEnded(Outcome.FAILED, Reason.ENGINE_STOPPED)
    record = fold(entries([*TALKS[:13], (90_000, lost)]))
    assert isinstance(record.segments[-1], Talk)
    assert (record.segments[-1].until, record.talked, record.ended) == (at(36.3), 0.05, at(90_000))


def test_a_clock_that_is_set_back_during_a_talk_makes_nothing_last_less_than_nothing() -> None:
    told = entries(TALKS)
    back = [replace(e, at=e.at - timedelta(hours=1)) if e.seq > 12 else e for e in told]
    record = fold(back)
    assert (record.talked, record.ended) == (0.0, at(36.25))


def test_a_talk_tells_when_its_agent_was_away_and_when_nothing_was_recorded() -> None:
    tale: list[Fact] = [
        (0, CallArrived(NUMBER, "12320", "c-1", "v1")),
        (10, TalkBegan(1, "desk", "ann")),
        (20, AgentAway(1)),
        (26, AgentBack(1, again=True)),
        (30, RecordingPaused(1, "ann")),
        (40, RecordingResumed(1, "ann")),
        (50, AgentAway(1)),
        (65, TalkEnded(1, Party.LOST)),
        (70, CallEnded(Outcome.TALKED, Reason.CALLER_HUNG_UP)),
    ]
    segments = fold(entries(tale)).segments
    assert [one for one in segments if isinstance(one, Away | Pause)] == [
        Away("ann", at(20), at(26), True),
        Pause("ann", at(30), at(40)),
        Away("ann", at(50), at(65), False),
    ]
    assert all(segment_from(segment_data(one)) == one for one in segments)


def test_the_order_in_which_facts_were_written_and_their_repetition_do_not_matter() -> None:
    told = entries(TALKS)
    assert fold([*reversed(told), *told]) == fold(told)


def test_facts_of_two_calls_or_of_none_are_no_record() -> None:
    with pytest.raises(ValueError, match="one call"):
        fold([])
    with pytest.raises(ValueError, match="one call"):
        fold([*entries(TALKS, "a-1"), *entries(TALKS, "a-2")])


def test_json_has_wall_times_of_shanghai_and_hides_the_caller() -> None:
    data = fold(entries(TALKS)).to_json()
    assert data["started"] == "2026-10-01T09:00:00.000+08:00"
    assert data["number"] == "138****8000"
    assert data["reached"] == {"kind": "line", "line": "immunization", "open": True}
    assert data["segments"][-1] == {
        "segment": "talk",
        "line": "immunization",
        "agent": "1002",
        "from": "2026-10-01T09:00:36.250+08:00",
        "to": "2026-10-01T09:02:36.250+08:00",
        "by": "other_side",
        "recording": "2026-10-01/a-1.wav",
    }
    assert {"id", "answered", "ended", "line", "agent", "outcome", "reason", "keys"} <= data.keys()
    assert json.loads(json.dumps(data)) == data


def test_json_of_an_outside_call_hides_the_number_that_was_rung_unless_it_is_private() -> None:
    record = fold(entries(OUTSIDE))
    assert record.to_json()["segments"][1]["phone"] == "022****4321"
    assert record.to_json(private=True)["segments"][1]["phone"] == "02287654321"
    assert record.to_json(private=True)["number"] == NUMBER


@pytest.mark.parametrize("facts", TALES)
def test_every_fact_comes_back_from_its_json(facts: list[Fact]) -> None:
    for _, event in facts:
        assert from_data(type(event).__name__, json.loads(json.dumps(to_data(event)))) == event


@st.composite
def beginnings(draw: st.DrawFn) -> list[Entry]:
    """The first facts of a call, with a clock that may jump either way."""
    told = entries(draw(st.sampled_from(TALES)))
    told = told[: draw(st.integers(1, len(told)))]
    jumps = draw(st.lists(st.floats(-500, 500), min_size=len(told), max_size=len(told)))
    if draw(st.booleans()):
        told = [replace(e, at=e.at + timedelta(seconds=j)) for e, j in zip(told, jumps, strict=True)]
    if draw(st.booleans()):
        told.append(Entry("a-1", len(told) + 1, told[-1].at, CallEnded(Outcome.FAILED, Reason.ENGINE_STOPPED)))
    return told


@st.composite
def disorders(draw: st.DrawFn) -> list[Entry]:
    """Facts in an order that a bug could make: talks during waits, two talks, ends of nothing."""
    facts: list[Event] = [event for tale in (TALKS, LEAVES_MESSAGE, OVERFLOWS) for _, event in tale]
    extra: list[Event] = [WaitBegan("general", 0), TalkBegan(9, "general", None)]
    chosen = draw(st.lists(st.sampled_from([*facts, *extra]), min_size=1, max_size=30))
    return entries([(float(second), event) for second, event in enumerate(chosen)])


@given(st.one_of(beginnings(), disorders()))
def test_no_beginning_of_a_call_fails_and_its_stretches_fit_into_it(told: list[Entry]) -> None:
    record = fold(told)
    last = max(entry.at for entry in told)
    stretches = [s for s in record.segments if not isinstance(s, Offer | Refusal | Inquiry)]
    spans = [((s.until or max(last, s.since)) - s.since) for s in stretches]
    assert all(span >= timedelta() for span in spans)
    alone = sum((span for s, span in zip(stretches, spans, strict=True) if not isinstance(s, Talk)), timedelta())
    lasted = max(last, record.ended or last) - record.started
    assert alone + timedelta(seconds=record.talked) <= lasted + timedelta(milliseconds=1)
    assert all(s.until is None or s.until >= s.since for s in record.segments)
    for a, b in itertools.pairwise(stretches):  # but for several who talk together
        assert (isinstance(a, Talk) and isinstance(b, Talk)) or (a.until is not None and a.until <= b.since)
    assert record.waited >= 0
    assert record.talked >= 0
    assert record.to_json()["number"] != NUMBER
