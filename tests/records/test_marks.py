"""Unit: what happened in a talk stands at its second of the sound, though music and pauses are not in it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from ivr.events import (
    CallArrived,
    CallEnded,
    CallerBack,
    CallerHeld,
    ConsultationBegan,
    ConsultationEnded,
    NotRecorded,
    RecordingBegan,
    RecordingEnded,
    RecordingPaused,
    RecordingResumed,
    TalkBegan,
    TalkEnded,
)
from ivr.journal import Entry, Event
from ivr.outcomes import ConsultationEnd, Outcome, Party, Reason
from records.marks import marks_of, pieces_of

AT = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
FILE = "talks/2026/11/20/a-1-1"


def told(*events: tuple[float, Event]) -> list[Entry]:
    """A call's facts, each at its second."""
    facts = [(0.0, CallArrived("13900000011", "12320", "c", "p")), *events]
    return [Entry("a-1", seq, AT + timedelta(seconds=at), event) for seq, (at, event) in enumerate(facts, 1)]


def shown(entries: list[Entry], seconds: float = 600.0) -> list[tuple[Any, ...]]:
    return [(mark.kind.value, mark.at, mark.seconds, mark.who, mark.to) for mark in marks_of(entries, FILE, seconds)]


def test_a_hold_and_a_pause_are_an_instant_of_the_sound_which_goes_on_behind_them() -> None:
    entries = told(
        (10, TalkBegan(1, "immunization", "ann")),
        (10, RecordingBegan(FILE, "talk")),
        (40, CallerHeld(1)),
        (40, RecordingEnded(FILE, 30.0)),
        (45, ConsultationBegan(1, "number", "13900000012")),
        (60, ConsultationEnded(1, ConsultationEnd.HUNG_UP)),
        (100, CallerBack(1)),
        (100, RecordingBegan(FILE, "talk")),
        (120, RecordingPaused(1, "ann")),
        (120, RecordingEnded(FILE, 50.0)),
        (135, RecordingResumed(1, "ann")),
        (135, RecordingBegan(FILE, "talk")),
        (150, RecordingEnded(FILE, 65.0)),
        (150, TalkEnded(1, Party.CALLER)),
        (150, CallEnded(Outcome.TALKED, Reason.CALLER_HUNG_UP)),
    )
    assert [piece.before for piece in pieces_of(entries, FILE)] == [0.0, 30.0, 50.0]
    assert shown(entries) == [
        ("hold", 30.0, 60.0, "ann", None),
        ("consultation", 30.0, 15.0, "ann", "139****0012"),
        ("pause", 50.0, 15.0, "ann", None),
    ]


def test_who_joined_left_and_had_the_caller_afterwards_is_told() -> None:
    entries = told(
        (10, TalkBegan(1, "immunization", "ann")),
        (10, RecordingBegan(FILE, "talk")),
        (25, TalkBegan(2, "general", "bob")),
        (40, TalkEnded(2, Party.LEFT)),
        (50, RecordingEnded(FILE, 40.0)),
        (50, TalkEnded(1, Party.PASSED_ON)),
        (55, TalkBegan(3, "general", "eve")),
        (55, RecordingBegan("talks/2026/11/20/a-1-3", "talk")),
        (58, CallerHeld(3)),
        (60, CallEnded(Outcome.TALKED, Reason.CALLER_HUNG_UP)),
    )
    assert shown(entries) == [
        ("joined", 15.0, None, "bob", None),
        ("left", 30.0, None, "bob", None),
        ("passed_on", 40.0, None, "ann", "eve"),
    ]


def test_a_recording_that_was_never_ended_is_marked_as_far_as_it_goes() -> None:
    began = told((10, TalkBegan(1, "immunization", "ann")), (10, RecordingBegan(FILE, "talk")), (700, CallerHeld(1)))
    assert shown(began) == [("hold", 600.0, None, "ann", None)]
    cut = told(
        (10, TalkBegan(1, "immunization", "ann")),
        (10, RecordingBegan(FILE, "talk")),
        (30, RecordingBegan(FILE, "talk")),
        (50, RecordingEnded(FILE, None)),
        (50, NotRecorded("talk", "no_room")),
    )
    assert [piece.before for piece in pieces_of(cut, FILE)] == [0.0, 20.0]
    assert shown(cut) == [("no_room", 40.0, None, None, None)]


def test_nothing_is_marked_where_the_facts_do_not_tell_of_the_recording() -> None:
    assert shown([]) == []
    assert shown(told((10, TalkBegan(1, "immunization", "ann")), (20, CallerHeld(1)))) == []
