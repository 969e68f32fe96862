"""Unit: callers who ask how their order stands: where it leads, on paper, in the drawing, and without an engine."""

from __future__ import annotations

from datetime import datetime

import pytest

from routing.calendar import SHANGHAI
from routing.check import read_plan
from routing.destination import destination
from routing.dialplan.dialplan import compile_dialplan
from routing.drawing.stops import node_stop
from routing.dry_walk import DryWalk, NotReached, dry_walk
from routing.lint.ways import ways
from routing.plan import Plan
from routing.rehearsal.difference import difference
from routing.rehearsal.replay import Reached, Recorded, Trodden, replay
from routing.scene import Scene
from routing.steps import Came, Inquire, Pressed, Silent, Told, Untold
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
nodes:
  main: {menu: choose, keys: {1: desk, 2: look}}
  look: {status: key-it, last_four: the-end, unavailable: not-now, mistakes: 2, then: main, otherwise: leave}
  leave: {message: speak}
lines:
  desk: {name: 座席, closed: leave, overflow: leave}
agents: {ann: {name: 甲, lines: [desk]}}
calendar: {hours: {always: [{on: every day, open: ["0:00-24:00"]}]}}
variants: {dialect: {key-it: 请按单号。}}
lint: {rules: {variant-lacks: "off", unused: "off"}}
prompts:
  choose: 座席请按1，查询请按2，人工请按0。
  again: 没有听到。
  key-it: 请输入工单编号，按井号键结束。
  the-end: 请输入后四位。
  not-now: 现在不能查询。
  speak: 请留言。
"""
PLAN = read_plan({"plan.yaml": TEXT})
NOW = Scene(datetime(2026, 11, 20, 10, 0, tzinfo=SHANGHAI))


def after(came: Came, plan: Plan = PLAN) -> Position:
    """Where a call is after this came of asking."""
    asked = advance(plan, begin(plan, NOW), Pressed("2"), NOW)
    assert asked is not None
    onward = advance(plan, asked, came, NOW)
    assert onward is not None
    return onward


def dialled(keys: str) -> DryWalk:
    return dry_walk(PLAN, keys.split(","), NOW)


def test_the_walk_asks_with_the_words_of_the_plan_and_leaves_the_rest_to_the_house() -> None:
    position = advance(PLAN, begin(PLAN, NOW), Pressed("2"), NOW)
    assert position is not None
    step = position.step
    assert isinstance(step, Inquire)
    assert (step.prompts, step.last_four, step.unavailable) == (("key-it",), ("the-end",), ("not-now",))
    assert (step.unmatched, step.choices, step.nothing_heard) == ((), (), ("again",))
    assert (step.mistakes, step.mistakes_an_hour, step.mistakes_a_day) == (2, 6, 12)


@pytest.mark.parametrize(
    ("came", "node"),
    [
        (Told(), "main"),
        (Told("*"), "main"),
        (Told("0"), "desk"),
        (Pressed("0"), "desk"),
        (Pressed("*"), "main"),
        (Silent(), "main"),
        (Untold(), "leave"),
    ],
)
def test_each_way_out_leads_where_it_says(came: Came, node: str) -> None:
    assert after(came).step.node == node


def test_only_what_was_told_is_where_a_call_got_to() -> None:
    position = advance(PLAN, begin(PLAN, NOW), Pressed("2"), NOW)
    assert position is not None
    assert destination(position) is None
    found = destination(position, Told("0"))
    assert found is not None
    assert (found.kind, found.line) == ("information", None)
    assert all(destination(position, came) is None for came in (Untold(), Pressed("*"), Silent()))


def test_nothing_else_comes_of_asking() -> None:
    with pytest.raises(NotOfThisStep):
        advance(PLAN, begin(PLAN, NOW), Told(), NOW)


@pytest.mark.parametrize(
    ("keys", "kind", "line"),
    [
        ("2,s", "information", None),
        ("2,2,6,0,0,0,1,2,3,#,0,0,4,2,s", "information", None),  # the numbers may be typed as well
        ("2,u", "message", None),
        ("2,2,6,#,u", "message", None),
        ("2,*,1", "line", "desk"),
        ("2,.,1", "line", "desk"),
        ("2,0", "line", "desk"),
        ("2,1,h", "hangup", None),
        ("2,h", "hangup", None),
    ],
)
def test_a_dry_walk_is_told_what_came_of_asking(keys: str, kind: str, line: str | None) -> None:
    found = dialled(keys).end
    assert (found.kind, found.line) == (kind, line)


def test_a_dry_walk_says_what_is_asked_and_what_came_of_it() -> None:
    step = dialled("2,s").steps[-1]
    assert step.say == ("请输入工单编号，按井号键结束。", "请输入后四位。")
    assert step.heard == "s"


@pytest.mark.parametrize("keys", ["s", "u", "9,s"])
def test_an_outcome_where_nobody_asks_is_told(keys: str) -> None:
    with pytest.raises(NotReached, match="nobody asks how an order stands"):
        dialled(keys)


def test_who_chose_a_dialect_is_asked_in_it() -> None:
    changed = TEXT.replace("keys: {1: desk, 2: look}", "keys: {1: desk, 2: speak-it}")
    plan = read_plan({"plan.yaml": changed.replace("  leave:", "  speak-it: {variant: dialect, then: look}\n  leave:")})
    position = advance(plan, begin(plan, NOW), Pressed("2"), NOW)
    assert position is not None
    assert position.step.prompts == ("dialect--key-it",)


# ── check, draw, compare, replay ────────────────────────────────────────────


def test_names_that_stand_for_nothing_are_found_in_it() -> None:
    with pytest.raises(Exception, match="no-such-prompt") as told:
        read_plan(
            {
                "plan.yaml": TEXT.replace("the-end, un", "no-such-prompt, un").replace(
                    "then: main, oth", "then: nowhere, oth"
                )
            }
        )
    assert "nowhere" in str(told.value)


def test_its_keys_are_ways_out_for_the_lint() -> None:
    assert [tuple(way) for way in ways(PLAN)["look"]] == [
        ("key", "main"),
        ("silence", "main"),
        ("wrong", "leave"),
        ("zero", "desk"),
    ]


def test_it_is_drawn_with_both_ways_and_its_limits() -> None:
    stop = node_stop(PLAN, "look", PLAN.nodes["look"])
    assert [(way.label, way.target) for way in stop.ways] == [("听完或返回", "main"), ("查不到", "leave")]
    assert stop.notes == ("错 2 次为止；同一号码每小时 6 次，每天 12 次",)


def test_a_difference_tells_of_other_limits_and_other_ways() -> None:
    new = read_plan(
        {"plan.yaml": TEXT.replace("mistakes: 2", "mistakes: 5").replace("otherwise: leave", "otherwise: desk")}
    )
    changes = difference(PLAN, new, NOW.at)
    assert {change.values["rule"] for change in changes if change.group == "rules"} == {"mistakes"}
    elsewhere = [change.values for change in changes if change.group == "ends"]
    assert [(values["keys"], values["new"]["kind"]) for values in elsewhere] == [((("2", "u"),), "line")]


@pytest.mark.parametrize(
    ("step", "end"),
    [
        (Trodden("look", None, asked=False, told=True), Reached("information")),
        (Trodden("look", None, asked=True, told=False), Reached("message")),
        (Trodden("look", "0", asked=True), Reached("line", "desk")),
    ],
)
def test_a_recorded_caller_hears_again_what_they_heard(step: Trodden, end: Reached) -> None:
    recorded = Recorded("c1", NOW.at, "", (Trodden("main", "2", asked=True), step), end)
    assert replay(PLAN, recorded).end == end


def test_without_an_engine_the_caller_hears_that_nothing_can_be_looked_up_and_goes_on() -> None:
    text = compile_dialplan(PLAN, NOW.at.date(), [f"d{digit}" for digit in range(10)], no_status=("say-not-now",))
    part = text.partition("[plan-node-look]")[2].partition("\n[")[0]
    assert "hotline/not-now" in part
    assert "Goto(plan-node-leave,s,1)" in part
    own = read_plan({"plan.yaml": TEXT.replace("unavailable: not-now, ", "")})
    text = compile_dialplan(own, NOW.at.date(), [f"d{digit}" for digit in range(10)], no_status=("say-not-now",))
    assert "hotline/say-not-now" in text.partition("[plan-node-look]")[2].partition("\n[")[0]
