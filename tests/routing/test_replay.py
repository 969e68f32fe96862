"""Unit: recorded calls walked through another plan."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from routing.calendar import SHANGHAI
from routing.check import read_plan
from routing.destination import destination
from routing.plan import Plan
from routing.rehearsal.replay import LEFT, Reached, Recorded, Replayed, Tally, Trodden, replay
from routing.scene import Scene
from routing.steps import Ask, Came, Collect, Entered, Pressed, Said, Say, Silent, Step
from routing.walk import Position, advance, begin
from tests.routing.plans import ANY_TIME, SMALL, plans

PLAN = read_plan({"small.yaml": SMALL})
FRIDAY = datetime(2026, 11, 20, 10, 0, tzinfo=SHANGHAI)
HELLO = Trodden("hello", None, asked=False)
MAIN, DESK = "main", Reached("line", "desk")


def call(*steps: Trodden, end: Reached = DESK, at: datetime = FRIDAY, number: str = "13800138000") -> Recorded:
    return Recorded("a-1", at, number, steps, end)


def plan(*edits: tuple[str, str], more: str = "") -> Plan:
    text = SMALL
    for before, after in edits:
        assert before in text
        text = text.replace(before, after)
    return read_plan({"small.yaml": text, **({"more.yaml": more} if more else {})})


def pressed(key: str, node: str = MAIN) -> Trodden:
    return Trodden(node, key, asked=True)


SILENT = Trodden(MAIN, None, asked=True)


@pytest.mark.parametrize(
    ("steps", "end"),
    [
        ([HELLO, pressed("1")], DESK),
        ([HELLO, pressed("9"), SILENT, pressed("2")], Reached("line", "night")),
        ([HELLO, SILENT, SILENT], DESK),
        ([Trodden("hello", "0", asked=False)], DESK),
        ([HELLO, pressed("4")], Reached("hangup")),
        ([HELLO, pressed("9"), pressed("9"), pressed("9")], DESK),
        ([], Reached(LEFT)),
        ([HELLO], Reached(LEFT)),
        ([HELLO, pressed("9")], Reached(LEFT)),
    ],
)
def test_a_call_gets_to_the_same_place_in_the_same_plan(steps: list[Trodden], end: Reached) -> None:
    assert replay(PLAN, call(*steps, end=end)) == Replayed(end, None)


def test_keys_that_lead_elsewhere_lead_there() -> None:
    swapped = plan(("{1: desk, 2: night, 3: partner, 4: bye}", "{1: night, 2: desk, 3: partner, 4: bye}"))
    assert replay(swapped, call(HELLO, pressed("1"))).end == Reached("line", "night")


def test_a_key_that_is_no_longer_offered_is_told() -> None:
    smaller = plan(("1: desk, 2: night, 3: partner, 4: bye", "1: desk"))
    assert replay(smaller, call(HELLO, pressed("3"), end=Reached("outside", "partner"))) == Replayed(
        Reached("line", "desk"), (MAIN, "3")
    )
    wrong_then_too = call(HELLO, pressed("9"), pressed("1"))
    assert replay(smaller, wrong_then_too) == Replayed(DESK, None)


def test_a_caller_who_left_while_hearing_the_same_leaves_again() -> None:
    shorter = plan(("start: hello", "start: main"))
    assert replay(shorter, call(HELLO, end=Reached(LEFT))).end == Reached(LEFT)
    straight = plan(("start: hello", "start: night"))
    assert replay(straight, call(HELLO, end=Reached(LEFT))).end == Reached("line", "night")


def test_old_entries_say_nothing_of_silence_and_are_understood_by_their_nodes() -> None:
    old = [replace_asked(step) for step in (HELLO, SILENT, pressed("3"))]
    assert replay(PLAN, call(*old, end=Reached("outside", "partner"))).end == Reached("outside", "partner")
    renamed = plan(("then: main", "then: first"), ("  main:", "  first:"))
    twice = [replace_asked(step) for step in (HELLO, SILENT, SILENT)]
    assert replay(renamed, call(*twice)).end == DESK
    zero = Trodden("hello", "0")
    assert replay(PLAN, call(zero)).end == DESK


def replace_asked(step: Trodden) -> Trodden:
    return step._replace(asked=None)


LANGUAGE = """
nodes:
  sort: {switch: [{caller: "138*", then: remembered}], otherwise: night}
  remembered: {recall: {partner: again, night: again}, then: ticket}
  ticket: {ask: choose, digits: 2-4, leads: {7: partner}, then: night}
"""


def test_numbers_callers_and_remembered_lines_are_walked_as_they_were() -> None:
    whole = plan(("4: bye", "4: sort"), more=LANGUAGE)
    to_number = [HELLO, pressed("4")]
    number = Trodden("ticket", None, asked=True, digits="77")
    partner, night = Reached("outside", "partner"), Reached("line", "night")
    assert replay(whole, call(*to_number, number, end=partner)).end == partner
    assert replay(whole, call(*to_number, number._replace(digits="1234"), end=night)).end == night
    assert replay(whole, call(*to_number, number="02200000000", end=night)).end == night
    asked = Trodden("remembered", "1", asked=True)
    assert replay(whole, call(*to_number, asked, end=partner)).end == partner
    passed = [asked._replace(heard=None), number]
    assert replay(whole, call(*to_number, *passed, end=partner)).end == partner


def test_a_tally_counts_ways_and_names_a_few_calls() -> None:
    tally = Tally(examples=1)
    moved = Replayed(Reached("line", "night"), (MAIN, "3"))
    for name in ("a-1", "a-2"):
        tally.add(replace(call(), call=name), moved)
    tally.add(call(), Replayed(DESK, None))
    assert (tally.calls, tally.elsewhere) == (3, Counter({(DESK, Reached("line", "night")): 2}))
    assert tally.named == {(DESK, Reached("line", "night")): ["a-1"]}
    assert tally.nowhere == Counter({(MAIN, "3"): 2})


# ── any plan ────────────────────────────────────────────────────────────────

DOES: st.SearchStrategy[Came] = st.sampled_from([Pressed(key) for key in "0123459*#"] + [Silent()])

SAYS: st.SearchStrategy[Came] = st.sampled_from([Said(), Said(), Pressed("0")])


@settings(deadline=None)
@given(st.data(), plans(), ANY_TIME, st.integers(0, 12))
def test_replaying_a_call_through_its_own_plan_changes_nothing(
    data: st.DataObject, same: Plan, at: datetime, patience: int
) -> None:
    """Callers do anything, and hang up after so many steps."""
    recorded = told(data, same, Scene(at, "13800138000"), patience)
    assert replay(same, recorded) == Replayed(recorded.end, None)


def told(data: st.DataObject, same: Plan, scene: Scene, patience: int) -> Recorded:
    """A call as the telephone writes it down."""
    steps: list[Trodden] = []
    end = Reached(LEFT)
    position: Position | None = begin(same, scene)
    while position is not None:
        if (reached := destination(position)) is None:
            if len(steps) >= patience:
                break
            came = does(data, position.step)
            steps.append(noted(position.step, came))
            reached = destination(position, came)
        if reached is not None:
            end = Reached(reached.kind, reached.line)
            break
        position = advance(same, position, came, scene)
    return Recorded("a-1", scene.at, scene.number, tuple(steps), end)


def does(data: st.DataObject, step: Step) -> Came:
    match step:
        case Say():
            return data.draw(SAYS)
        case Collect(most=most, terminator=terminator):
            keys = "0123456789*#".replace(terminator or "-", "")
            return Entered(data.draw(st.text(st.sampled_from(keys), max_size=most)))
        case Ask(keeps=keeps) if keeps is not None:
            keeping: list[Came] = [Silent(), *map(Pressed, sorted(keeps))]
            return data.draw(st.sampled_from(keeping))
    return data.draw(DOES)


def noted(step: Step, came: Came) -> Trodden:
    match came:
        case Pressed(key):
            return Trodden(step.node, key, asked=not isinstance(step, Say))
        case Entered(digits):
            return Trodden(step.node, None, asked=True, digits=digits)
    return Trodden(step.node, None, asked=not isinstance(step, Say))
