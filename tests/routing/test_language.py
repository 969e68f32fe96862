"""Unit: every construct of the language, walked with values alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from routing.calendar import SHANGHAI
from routing.check import read_plan
from routing.dry_walk import DryWalk, NotReached, dry_walk
from routing.scene import Scene
from routing.steps import Ask, Closed, Collect, Enter, Pressed, Rate, Say, Silent, Talked
from routing.walk import advance, begin
from tests.routing.rich import RICH

PLAN = read_plan({"rich.yaml": RICH})
AT = datetime(2026, 11, 27, 10, 0, tzinfo=SHANGHAI)
DAY = Scene(AT, "02212345678")
NIGHT = replace(DAY, at=AT.replace(hour=22))


def walk(keys: str, scene: Scene = DAY) -> DryWalk:
    return dry_walk(PLAN, keys.split(), scene)


def heard(keys: str, scene: Scene = DAY) -> list[str]:
    return [sound for step in walk(keys, scene).steps for sound in step.sounds]


def end(keys: str, scene: Scene = DAY) -> tuple[str, str | None]:
    reached = walk(keys, scene).end
    return reached.kind, reached.line


# ── switch ──────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("scene", "led"),
    [
        (DAY, ("line", "desk")),
        (replace(DAY, number=""), ("outside", "sister")),  # the number was withheld
        (replace(DAY, number="075587654321"), ("outside", "sister")),
        (replace(DAY, number="0755"), ("outside", "sister")),
        (replace(DAY, number="075"), ("line", "desk")),
        (replace(DAY, at=datetime(2026, 10, 8, 23, 59, tzinfo=SHANGHAI)), ("information", None)),
        (replace(DAY, at=datetime(2026, 10, 9, 9, 0, tzinfo=SHANGHAI)), ("line", "desk")),
        (replace(DAY, staffed=lambda line: line != "desk"), ("information", None)),
        (replace(NIGHT, staffed=lambda line: line != "desk"), ("message", "desk")),  # both conditions must hold
        (replace(DAY, expected_wait=lambda line: 120.0), ("line", "desk")),
        (replace(DAY, expected_wait=lambda line: 120.1), ("information", None)),
    ],
)
def test_a_switch_leads_where_its_first_true_case_does(scene: Scene, led: tuple[str, str | None]) -> None:
    assert end("", scene) == led


# ── recall ──────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("last", "asked"),
    [
        (("desk", AT), True),
        (("desk", AT - timedelta(days=1, hours=10)), True),  # yesterday from midnight on
        (("desk", AT - timedelta(days=1, hours=10, seconds=1)), False),
        (("night", AT), False),  # not named, so never remembered aloud
        (None, False),
    ],
)
def test_only_who_talked_lately_with_a_named_line_is_asked_about_it(
    last: tuple[str, datetime] | None, asked: bool
) -> None:
    position = begin(PLAN, replace(DAY, last=last))
    question = Ask("before", ("again-desk",), 5.0, frozenset("1"))
    assert position.step == (question if asked else Ask("main", ("choose",), 5.0))


def test_the_recalled_line_is_one_key_away_and_any_other_key_is_for_the_menu() -> None:
    again = replace(DAY, last=("desk", AT))
    assert [step.step for step in walk("1", again).steps] == ["before", "desk"]
    assert [(step.step, step.heard) for step in walk("5", again).steps][:2] == [("before", None), ("main", "5")]
    assert end("5", again) == ("line", "night")


# ── information ─────────────────────────────────────────────────────────────


def test_the_question_is_about_the_line_that_was_asked_about_whatever_happens_meanwhile() -> None:
    """Somebody else with the same number may talk with another line before the key comes."""
    position = begin(PLAN, replace(DAY, last=("desk", AT)))
    for last in (("night", AT), None):
        following = advance(PLAN, position, Pressed("1"), replace(DAY, last=last))
        assert following is not None
        assert following.line == "desk"


def test_a_library_is_heard_item_by_item_again_and_on() -> None:
    assert heard("2") == ["choose", "news-1", "news-keys"]
    assert heard("2 1 2 1") == ["choose", *["news-1", "news-keys"] * 2, *["news-2", "news-keys"] * 2]
    assert end("2 1 2 1") == ("information", None)


@pytest.mark.parametrize("keys", ["2 2 2", "2 *", "2 9 9 9"])
def test_next_after_the_last_item_back_and_too_many_wrong_keys_leave_the_library(keys: str) -> None:
    assert end(keys) == ("message", None)


def test_silence_in_a_library_is_the_end_of_the_dry_walk_and_goes_on_for_the_caller() -> None:
    assert end("2") == end("2 . 2") == ("information", None)
    position = begin(PLAN, DAY)
    library = advance(PLAN, position, Pressed("2"), DAY)
    assert library is not None
    after = advance(PLAN, library, Silent(), DAY)
    assert after is not None
    assert after.step.node == "message"


def test_zero_in_a_library_reaches_a_person() -> None:
    assert end("2 0") == ("line", "desk")


# ── numbers ─────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("keys", "led"),
    [
        ("3 1 2 3 4 # 1", ("information", None)),
        ("3 1 2 3 4 5 6 7 8 1", ("information", None)),  # full: no terminator needed
        ("3 1 2 3 4 . 1", ("information", None)),  # silence ends it as well
        ("3 9 1 2 3 # 1", ("outside", "sister")),
        ("3 9 9 2 3 # 1", ("line", "night")),  # the longest beginning holds
        ("3 1 2 3 # 9 1 2 3 # 1", ("outside", "sister")),  # too short: asked again
        ("3 1 2 3 4 # 2 9 1 2 3 # 1", ("outside", "sister")),  # not what was meant: asked again
        ("3 0 #", ("line", "desk")),  # zero alone is the way to a person
        ("3 0", ("line", "desk")),
        ("3", ("line", "desk")),  # silence twice
        ("3 1 # 1 # 1 #", ("line", "desk")),  # too short three times
        ("3 1 2 h", ("hangup", None)),
    ],
)
def test_a_number_is_taken_read_back_and_leads_by_its_first_digits(keys: str, led: tuple[str, str | None]) -> None:
    assert end(keys) == led


def test_what_was_keyed_is_read_back_and_asked_for_again_without_blame() -> None:
    again = walk("3 1 2 3 4 # 2")
    assert again.steps[2].say == ("您输入的是", "1234", "正确请按1，重新输入请按2。")
    assert again.steps[3].sounds == ("key-ticket",)


def test_a_number_is_asked_for_with_its_limits() -> None:
    position = advance(PLAN, begin(PLAN, DAY), Pressed("3"), DAY)
    assert position is not None
    assert position.step == Collect("ticket", ("key-ticket",), 8, "#", 5.0)


# ── language ────────────────────────────────────────────────────────────────


def test_a_chosen_language_stays_and_what_it_lacks_is_heard_in_the_hotlines_own() -> None:
    assert heard("4 9 1") == [
        "choose",
        "english--hello",
        "english--choose",
        "no-such-key",
        "english--choose",
        "english--connecting",
    ]


# ── front messages, direct mode ─────────────────────────────────────────────


def test_a_front_message_is_heard_first_while_its_time_lasts_or_when_it_was_turned_on() -> None:
    before = replace(DAY, at=datetime(2026, 11, 25, 17, 59, 59, tzinfo=SHANGHAI))
    assert heard("", before)[:2] == ["front-outbreak", "choose"]
    after = replace(DAY, at=datetime(2026, 11, 25, 18, 0, tzinfo=SHANGHAI))
    assert heard("", after)[0] == "choose"
    assert heard("", replace(before, front="drill")) == ["front-drill", "goodbye"]
    assert heard("", replace(after, front="forgotten"))[0] == "choose"


def test_direct_mode_leads_straight_to_a_person() -> None:
    direct = read_plan({"rich.yaml": RICH.replace("direct: {on: false", "direct: {on: true")})
    assert [step.step for step in dry_walk(direct, [], DAY).steps] == ["straight", "desk"]


# ── after the talk, and at closing time ─────────────────────────────────────


def test_an_agent_who_hangs_up_first_leaves_the_caller_to_the_survey() -> None:
    assert heard("1 t 1")[-2:] == ["rate-us", "goodbye"]
    assert heard("1 t 9 9")[-4:] == ["rate-us", "no-such-key", "rate-us", "goodbye"]
    assert heard("1 t")[-2:] == ["rate-us", "goodbye"]
    assert heard("5 t 1")[-1] == "choose"  # this line asks nothing


def test_the_survey_knows_the_line_that_is_judged() -> None:
    desk = advance(PLAN, begin(PLAN, DAY), Pressed("1"), DAY)
    assert desk is not None
    rating = advance(PLAN, desk, Talked(), DAY)
    assert rating is not None
    assert rating.step == Rate("rating", ("rate-us",), 5.0, "desk")


def test_who_still_waits_when_the_hours_end_is_told_so() -> None:
    desk = advance(PLAN, begin(PLAN, DAY), Pressed("1"), DAY)
    assert desk is not None
    assert isinstance(desk.step, Enter)
    closing_time = replace(DAY, at=AT.replace(hour=16, minute=30))
    told = advance(PLAN, desk, Closed(), closing_time)
    assert told is not None
    assert told.step == Say("closed", ("shut",))
    assert not told.way.opening.open
    assert not walk("1 c").end.open  # also when it is walked at another time of the day


def test_what_follows_a_destination_is_walked_when_asked_for() -> None:
    assert end("1 o m") == ("message", "desk")
    assert walk("1 o m").steps[-1].sounds == ("thanks",)
    assert end("1 o") == ("message", "desk")
    with pytest.raises(NotReached, match="`t` at main: the call has got nowhere yet"):
        walk("t")
    with pytest.raises(NotReached, match="`m` at desk: no message is taken there"):
        walk("1 m")
