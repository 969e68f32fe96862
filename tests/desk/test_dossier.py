"""Unit: who is calling, put together from facts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from desk.dossier import Current, Hidden, Known, Past, Phase, dossier, lines_of, number_of, option_of
from ivr.callbacks.ticket import Ticket
from ivr.events import (
    CallAnswered,
    CallArrived,
    CallRaised,
    Flagged,
    PassedOn,
    StatusAsked,
    StepHeard,
    TalkBegan,
    TalkEnded,
    WaitBegan,
    WaitEnded,
)
from ivr.journal import Entry, Event
from ivr.outcomes import Party, StatusResult, WaitEnd
from tests.desk.house import shipped

AT = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
NUMBER = "13900000042"
ARRIVED = CallArrived(NUMBER, "12320", "c", "7")
MENUS: tuple[Event, ...] = (
    CallAnswered(),
    StepHeard("greeting", ("greeting",), None),
    StepHeard("main", ("main-menu",), "1", asked=True),
    StepHeard("consult", ("consult-menu",), "4", asked=True),
)


def facts(*events: Event, every: float = 10.0) -> list[Entry]:
    return [Entry("a-9", n, AT + timedelta(seconds=every * n), event) for n, event in enumerate(events)]


def told(*events: Event, line: str | None = "immunization", now: float = 100.0, **more: Any) -> dict[str, Any]:
    current = Current("a-9", line, Phase.OFFERED)
    return dossier(current, facts(*events), shipped(), AT + timedelta(seconds=now), **more)


def earlier(call: str = "a-1", **more: Any) -> dict[str, Any]:
    row = {"id": call, "started": AT, "direction": "in", "line": "immunization", "agent": "vaccine-2"}
    rest = {"outcome": "talked", "talked": 61.0, "record": "2026-000001", "kind": "consult", "category": "Z0101"}
    return {**row, **rest, "work_order": None, **more}


def open_order(**more: Any) -> dict[str, Any]:
    row = {"number": "2026-000007", "state": "handed_on", "opened": AT, "due": AT, "urgency": "simple", "unit": "cdc"}
    return {**row, "kind": "complaint", "category": None, "call": "a-1", **more}


def test_the_way_through_the_menus_is_told_in_words_of_the_plan() -> None:
    path = told(ARRIVED, *MENUS, WaitBegan("immunization", 2))["path"]
    assert [(one["node"], one["key"], one["meant"]) for one in path] == [
        ("greeting", None, None),
        ("main", "1", "咨询"),
        ("consult", "4", "预防接种"),
    ]
    assert path[1]["heard"][0].startswith("咨询请按1")


def test_a_menu_that_was_silent_and_then_had_its_key_is_told_once() -> None:
    silent = StepHeard("main", ("main-menu",), None, asked=True)
    path = told(ARRIVED, silent, StepHeard("main", (), "1", asked=True))["path"]
    assert [(one["node"], one["key"], one["meant"]) for one in path] == [("main", "1", "咨询")]


@pytest.mark.parametrize(
    ("key", "meant"), [("1", "咨询"), ("2", "举报"), ("3", "预约挂号"), ("0", "人工服务"), ("4", None), ("*", None)]
)
def test_a_key_means_what_the_menus_words_say(key: str, meant: str | None) -> None:
    assert option_of([shipped().words["main-menu"]], key) == meant


def test_one_who_still_waits_has_waited_until_now_and_one_who_talks_until_then() -> None:
    waiting = (ARRIVED, *MENUS, WaitBegan("immunization", 0))
    assert told(*waiting, now=80.0)["waited"] == 30.0
    talking = (*waiting, TalkBegan(1, "immunization", "vaccine-1"), WaitEnded("immunization", WaitEnd.CONNECTED))
    assert told(*talking, now=500.0)["waited"] == 10.0


def test_the_number_is_masked_and_nowhere_whole() -> None:
    known = Known("slow", None, (Ticket("a-7", "immunization", NUMBER, "a-6", AT, AT),))
    past = Past([earlier()], [open_order()], {"cdc": "市疾控"})
    answer = told(ARRIVED, *MENUS, WaitBegan("immunization", 0), known=known, past=past)
    assert (answer["number"], answer["hidden"], answer["nuisance"]) == ("139****0042", None, "slow")
    assert answer["callbacks"][0]["ticket"] == "a-7"
    assert (answer["calls"][0]["line_name"], answer["calls"][0]["agent_name"]) == ("预防接种", "疾控二号座席")
    assert (answer["orders"][0]["unit_name"], answer["orders"][0]["overdue"]) == ("市疾控", True)
    assert NUMBER not in repr(answer)


@pytest.mark.parametrize("line", ["hiv-counselling", "psychological-aid"])
def test_of_a_confidential_call_nothing_is_told_by_number(line: str) -> None:
    known = Known("block", None, (Ticket("a-7", "immunization", NUMBER, "a-6", AT, AT),))
    past = Past([earlier()], [open_order()])
    answer = told(ARRIVED, WaitBegan(line, 0), line=line, known=known, past=past)
    assert answer["hidden"] is Hidden.CONFIDENTIAL
    assert (answer["calls"], answer["orders"], answer["callbacks"], answer["nuisance"]) == (None, None, None, None)


def test_a_call_that_was_confidential_stays_so_wherever_it_is_passed_on_to() -> None:
    answer = told(ARRIVED, WaitBegan("hiv-counselling", 0), WaitBegan("immunization", 0), past=Past([earlier()]))
    assert (answer["confidential"], answer["calls"]) == (True, None)


@pytest.mark.parametrize("number", ["", "139****0042"])
def test_of_a_withheld_or_masked_number_there_is_no_past(number: str) -> None:
    entries = facts(CallArrived(number, "12320", "c", "7"))
    assert number_of(entries) == ""
    answer = dossier(Current("a-9", "immunization"), entries, shipped(), AT, past=Past([earlier()]))
    assert (answer["hidden"], answer["calls"]) == (Hidden.NO_NUMBER, None)


def test_ten_calls_are_told_and_that_there_are_more() -> None:
    answer = told(ARRIVED, past=Past([earlier(f"a-{n}") for n in range(11)]))
    assert (len(answer["calls"]), answer["more_calls"]) == (10, True)
    assert told(ARRIVED, past=Past([earlier()]))["more_calls"] is False


def test_who_talked_before_and_passed_the_caller_on_is_told() -> None:
    talks = (TalkBegan(1, "health-knowledge", "vct-1"), PassedOn(1, "line", "immunization", warm=True))
    again = (TalkEnded(1, Party.PASSED_ON), WaitBegan("immunization", 0, urgent=True, priority=2, language="tj"))
    answer = told(ARRIVED, *talks, *again, Flagged("vct-1"), CallRaised("leader-1"))
    assert [(one["agent_name"], one["passed_on"]) for one in answer["talks"]] == [("艾滋病咨询座席", True)]
    assert (answer["flagged"], answer["raised"], answer["urgent"]) == (True, True, True)
    assert (answer["priority"], answer["language"]) == (2, "tj")


def test_an_order_that_the_caller_asked_for_before_is_told() -> None:
    asked = StatusAsked("status", StatusResult.TOLD, "2026-000007", None)
    missed = StatusAsked("status", StatusResult.UNMATCHED)
    assert told(ARRIVED, missed, asked)["asked_for"] == [{"order": "2026-000007", "standing": None}]


def test_the_lines_of_a_call_are_those_that_served_it_and_the_one_that_rings() -> None:
    assert lines_of(facts(ARRIVED, WaitBegan("a", 0), WaitBegan("b", 0), WaitBegan("a", 0)), "c") == ("a", "b", "c")
