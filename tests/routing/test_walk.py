"""Unit: where a call goes, step by step, from values alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.calendar import SHANGHAI
from routing.check import read_plan
from routing.destination import destination
from routing.dry_walk import dry_walk
from routing.scene import Scene
from routing.steps import Ask, Enter, Finish, GaveUp, Pressed, Recorded, Said, Say, Silent, TakeMessage, Talked
from routing.walk import NotOfThisStep, Position, advance, begin
from tests.routing.plans import SMALL

PLAN = read_plan({"small.yaml": SMALL})
WORKDAY = Scene(datetime(2026, 11, 20, 10, 0, tzinfo=SHANGHAI))
NIGHT = Scene(datetime(2026, 11, 20, 22, 0, tzinfo=SHANGHAI))


def keys(text: str) -> list[str]:
    return text.split()


@pytest.mark.parametrize(
    ("typed", "at", "kind", "line", "opened"),
    [
        ("1", WORKDAY, "line", "desk", True),
        ("1", NIGHT, "message", "desk", False),
        ("2", NIGHT, "line", "night", True),  # agents of ours and an outside number: a line
        ("3", NIGHT, "outside", "partner", True),  # nobody of ours: the outside number
        ("4", WORKDAY, "hangup", None, True),
        ("0", WORKDAY, "line", "desk", True),  # zero reaches a person from anywhere
        ("", WORKDAY, "line", "desk", True),  # so does silence
        (". .", WORKDAY, "line", "desk", True),
        (". 3", WORKDAY, "outside", "partner", True),
        ("9 9 9", WORKDAY, "line", "desk", True),  # and so do three wrong keys
        ("9 9 3", WORKDAY, "outside", "partner", True),
        ("h", WORKDAY, "hangup", None, True),
    ],
)
def test_keys_lead_where_the_plan_says(typed: str, at: Scene, kind: str, line: str | None, opened: bool) -> None:
    end = dry_walk(PLAN, keys(typed), at).end
    assert (end.kind, end.line, end.open) == (kind, line, opened)


def test_the_walk_says_what_is_heard_and_which_key_followed() -> None:
    walk = dry_walk(PLAN, keys("9 . 1"), WORKDAY)
    assert [(step.step, step.say, step.heard) for step in walk.steps] == [
        ("hello", ("您好。",), None),
        ("main", ("请选择。",), "9"),
        ("main", ("按键有误。", "请选择。"), None),
        ("main", ("没有听到。", "请选择。"), "1"),
        ("desk", ("本次通话将被录音。", "正在转接。"), None),
    ]


def test_silence_and_wrong_keys_are_counted_apart() -> None:
    walk = dry_walk(PLAN, keys("9 . 9 3"), WORKDAY)
    assert walk.end.kind == "outside"
    assert [step.heard for step in walk.steps] == [None, "9", None, "9", "3", None]


def test_the_notice_comes_before_the_line_is_joined_and_the_welcome_after() -> None:
    position = begin(PLAN, WORKDAY)
    for came in (Said(), Pressed("1")):
        following = advance(PLAN, position, came, WORKDAY)
        assert following is not None
        position = following
    assert isinstance(position.step, Enter)
    assert (position.step.prompts, position.step.welcome) == (("notice",), ("connecting",))


def test_a_line_that_gives_the_caller_up_leads_to_its_overflow() -> None:
    line = dry_to_line()
    message = advance(PLAN, line, GaveUp(), WORKDAY)
    assert message is not None
    assert message.step == TakeMessage("message", ("speak",), 60.0, 4.0, ("thanks",))
    reached = destination(message)
    assert reached is not None
    assert (reached.kind, reached.line, reached.open) == ("message", "desk", True)


def test_a_message_left_is_thanked_for_and_one_not_left_is_not() -> None:
    message = advance(PLAN, dry_to_line(), GaveUp(), WORKDAY)
    assert message is not None
    thanks = advance(PLAN, message, Recorded(left=True), WORKDAY)
    assert thanks is not None
    assert thanks.step == Finish("message", ("thanks",), left=True)
    assert advance(PLAN, thanks, Said(), WORKDAY) is None
    assert advance(PLAN, message, Recorded(left=False), WORKDAY) is None


def test_a_talk_ends_the_call() -> None:
    assert advance(PLAN, dry_to_line(), Talked(), WORKDAY) is None


def test_zero_during_an_announcement_reaches_a_person() -> None:
    position = begin(PLAN, WORKDAY)
    assert isinstance(position.step, Say)
    person = advance(PLAN, position, Pressed("0"), WORKDAY)
    assert person is not None
    assert isinstance(person.step, Enter)


def test_what_does_not_belong_to_a_step_is_a_bug_and_says_so() -> None:
    with pytest.raises(NotOfThisStep):
        advance(PLAN, begin(PLAN, WORKDAY), Talked(), WORKDAY)


ANY_TIME = st.datetimes(datetime(2026, 1, 1), datetime(2027, 6, 1), timezones=st.just(SHANGHAI))  # noqa: DTZ001


@given(st.lists(st.sampled_from("0123456789*#.h"), max_size=30), ANY_TIME)
def test_whatever_is_typed_the_walk_ends(typed: list[str], at: datetime) -> None:
    walk = dry_walk(PLAN, typed, Scene(at))
    assert walk.end.kind in {"line", "outside", "message", "information", "hangup"}
    assert len(walk.steps) <= 2 * len(typed) + 8


def test_a_call_keeps_asking_where_silence_is_not_yet_over() -> None:
    position = begin(PLAN, WORKDAY)
    menu = advance(PLAN, position, Said(), WORKDAY)
    assert menu is not None
    assert menu.step == Ask("main", ("choose",), 5.0)
    again = advance(PLAN, menu, Silent(), WORKDAY)
    assert again is not None
    assert again.step == Ask("main", ("again", "choose"), 5.0)


def dry_to_line() -> Position:
    position = begin(PLAN, WORKDAY)
    for came in (Said(), Pressed("1")):
        following = advance(PLAN, position, came, WORKDAY)
        assert following is not None
        position = following
    return position


def test_a_line_that_the_leader_closed_or_opened_is_so_whatever_its_hours_say() -> None:
    closed = dry_walk(PLAN, ["1"], replace(WORKDAY, by_hand={"desk": False}))
    assert (closed.end.open, closed.end.why) == (False, "班长关闭")
    opened = dry_walk(PLAN, ["1"], replace(NIGHT, by_hand={"desk": True}))
    assert (opened.end.kind, opened.end.open, opened.end.why) == ("line", True, "班长开放")
