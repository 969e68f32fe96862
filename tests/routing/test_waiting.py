"""Unit: what becomes of a caller who waits: keys, limits, callbacks, priority, language."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest

from routing.calendar import SHANGHAI
from routing.check import read_plan
from routing.destination import destination
from routing.dry_walk import DryWalk, NotReached, dry_walk
from routing.plan import Plan
from routing.scene import Scene
from routing.steps import Book, Booked, Enter, GaveUp, Pressed, Said, Silent
from routing.walk import NotOfThisStep, Position, advance, begin

TEXT = """\
hotline:
  name: 小热线
  number: 12320
  start: main
  person: desk
  hours: always
  silence: {say: again, tries: 2, then: desk}
  wrong: {say: again, tries: 3, then: desk}
  apology: again
  may_dial: ["022*", "13*"]
nodes:
  main: {menu: choose, keys: {1: desk, 2: sooner, 3: dialect, 4: call-me}}
  sooner: {priority: 2, then: later}
  later: {priority: -1, then: main}
  dialect: {variant: dialect, then: desk}
  call-me: {callback: offer, booked: booked, own: own, then: bye, otherwise: message}
  bye: {end: goodbye}
  message: {message: speak}
lines:
  desk:
    name: 座席
    closed: message
    overflow: message
    keys: {1: call-me, 2: message, 0: main}
    limits:
      - {when: expected_wait, over: 10m, at: joining, then: call-me}
      - {when: length, over: 20, then: night}
      - {when: waited, over: 3m, then: desk}
    callback: {numbers: ["022*"]}
  night: {name: 夜班, closed: message, overflow: message}
agents: {ann: {name: 甲, lines: [desk, night], speaks: dialect}}
calendar: {hours: {always: [{on: every day, open: ["0:00-24:00"]}]}}
variants: {dialect: {choose: 请选。}}
lint: {rules: {variant-lacks: "off", zero-elsewhere: "off"}}
prompts:
  choose: 甲请按1，乙请按2，丙请按3，丁请按4，人工请按0。
  again: 没有听到。
  offer: 我们给您回电。
  own: 您的号码是。
  booked: 已经记下。
  goodbye: 再见。
  speak: 请留言。
"""
PLAN = read_plan({"plan.yaml": TEXT})
NOW = Scene(datetime(2026, 11, 20, 10, 0, tzinfo=SHANGHAI), "02212345678")


def walked(plan: Plan = PLAN, *came: Pressed | GaveUp | Silent | Booked | Said) -> Position:
    """Where a call is after these."""
    position = begin(plan, NOW)
    for one in came:
        onward = advance(plan, position, one, NOW)
        assert onward is not None
        position = onward
    return position


def entered(*came: Pressed | GaveUp | Silent) -> Enter:
    step = walked(PLAN, *came).step
    assert isinstance(step, Enter)
    return step


def dialled(keys: str, scene: Scene = NOW) -> DryWalk:
    return dry_walk(PLAN, keys.split(","), scene)


def end(keys: str, scene: Scene = NOW) -> tuple[str, str | None]:
    found = dialled(keys, scene).end
    return found.kind, found.line


def test_a_waiting_caller_leaves_by_the_keys_of_the_line_and_by_no_other() -> None:
    assert entered(Pressed("1")).keys == {"1", "2", "0"}
    assert walked(PLAN, Pressed("1"), Pressed("2")).step.node == "message"
    with pytest.raises(NotOfThisStep):
        walked(PLAN, Pressed("1"), Pressed("3"))


@pytest.mark.parametrize(
    ("keys", "kind", "line"),
    [
        ("1", "line", "desk"),
        ("1,2", "message", "desk"),
        ("1,0,3", "line", "desk"),  # back to the menu, and from there once more
        ("1,o", "message", "desk"),  # the overflow, for what every line gives up
        ("1,o1,b", "callback", "desk"),  # the first limit leads to the callback
        ("1,o2", "line", "night"),
        ("1,1,1", "callback", "desk"),  # the number that calls
        ("1,1,2", "message", "desk"),  # declined
        ("1,1,.", "message", "desk"),
    ],
)
def test_each_way_out_of_a_line_leads_where_it_says(keys: str, kind: str, line: str) -> None:
    assert end(keys) == (kind, line)


def test_a_callback_says_that_it_is_booked_and_then_what_follows() -> None:
    steps = dialled("1,1,b").steps
    assert [step.step for step in steps] == ["main", "desk", "call-me", "bye"]
    assert steps[-1].say == ("已经记下。", "再见。")


def test_a_withheld_number_is_not_taken_by_one_key() -> None:
    assert end("1,1,1", replace(NOW, number="")) == ("message", "desk")
    assert end("1,1,b", replace(NOW, number="")) == ("callback", "desk")


@pytest.mark.parametrize(("keys", "says"), [("b", "no callback"), ("1,o4", "has 3 limits"), ("o1", "got nowhere")])
def test_keys_that_mean_nothing_there_are_told(keys: str, says: str) -> None:
    with pytest.raises(NotReached, match=says):
        dialled(keys)


def test_no_callback_is_offered_where_no_line_calls_back_or_it_is_closed() -> None:
    assert end("4") == ("message", None)  # no line was chosen yet
    shut = advance(PLAN, walked(PLAN, Pressed("1")), Pressed("1"), replace(NOW, by_hand={"desk": False}))
    assert shut is not None
    assert shut.step.node == "message"
    step = walked(PLAN, Pressed("1"), Pressed("1")).step
    assert isinstance(step, Book)
    assert (step.line, step.prompts, step.own) == ("desk", ("offer",), ("own",))


def test_a_caller_is_not_given_up_twice_for_the_same_limit() -> None:
    assert entered(Pressed("1"), GaveUp(2)).past == {2}
    assert entered(Pressed("1"), GaveUp(2), GaveUp(1)).past == frozenset()  # another line
    step = walked(PLAN, Pressed("1"), GaveUp(7)).step
    assert step.node == "message"  # a limit of a newer plan: the overflow


def test_points_count_once_for_each_node_however_often_a_caller_goes_round() -> None:
    assert entered(Pressed("1")).priority == 0
    assert entered(Pressed("2"), Pressed("1")).priority == 1
    assert entered(Pressed("2"), Pressed("2"), Pressed("2"), Pressed("1")).priority == 1


def test_the_language_that_a_caller_chose_goes_with_the_call() -> None:
    assert entered(Pressed("3")).language == "dialect"
    assert entered(Pressed("1")).language is None


def test_after_a_callback_the_call_has_got_there_whatever_is_said() -> None:
    position = walked(PLAN, Pressed("1"), Pressed("1"), Booked())
    found = destination(position)
    assert found is not None
    assert (found.kind, found.line, found.open) == ("callback", "desk", True)


@pytest.mark.parametrize(
    ("number", "may"),
    [("02212345678", True), ("13800138000", False), ("01012345678", False), ("", False)],
)
def test_a_number_is_called_back_when_the_line_and_the_hotline_allow_it(number: str, may: bool) -> None:
    assert PLAN.may_call_back("desk", number) is may
    assert not PLAN.may_call_back("night", number)  # it calls nobody back


def test_without_any_list_no_number_is_called_back() -> None:
    free = read_plan({"plan.yaml": TEXT.replace('{numbers: ["022*"]}', "{}")})
    assert free.may_call_back("desk", "13800138000")
    bare = free.model_copy(update={"hotline": free.hotline.model_copy(update={"may_dial": None})})
    assert not bare.may_call_back("desk", "13800138000")
