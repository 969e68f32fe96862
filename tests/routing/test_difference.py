"""Unit: what a new plan changes for callers, as facts."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from hypothesis import given, settings

from routing.calendar import SHANGHAI
from routing.check import read_plan
from routing.plan import Plan
from routing.rehearsal.difference import Change, difference
from routing.rehearsal.moments import moments
from routing.rehearsal.paths import ANYBODY, MOST_PATHS, paths, situations
from tests.routing.plans import ANY_TIME, SMALL, plans

FRIDAY = datetime(2026, 11, 20, 7, 0, tzinfo=SHANGHAI)


def plan(*edits: tuple[str, str], more: str = "") -> Plan:
    text = SMALL
    for before, after in edits:
        assert before in text
        text = text.replace(before, after)
    return read_plan({"small.yaml": text, **({"more.yaml": more} if more else {})})


def changes(*edits: tuple[str, str], more: str = "") -> list[Change]:
    return difference(plan(), plan(*edits, more=more), FRIDAY)


def only(found: list[Change], what: str) -> list[dict[str, Any]]:
    return [dict(change.values) for change in found if change.what == what]


def levels(**lines: int) -> tuple[dict[str, Any], ...]:
    names = {"desk": "座席", "night": "夜班"}
    return tuple({"line": line, "name": names[line], "level": level} for line, level in lines.items())


def ends(found: list[Change]) -> list[tuple[str, str, str, bool]]:
    """Keys, from where to where, and whether at all times."""
    return [
        (
            " ".join(",".join(keys) for keys in value["keys"]),
            *(f"{value[side]['kind']} {value[side]['line'] or ''}".strip() for side in ("old", "new")),
            value["always"],
        )
        for value in only(found, "elsewhere")
    ]


def test_the_same_plan_changes_nothing() -> None:
    assert changes() == []


def test_keys_that_lead_elsewhere_are_told_with_all_their_moments() -> None:
    found = changes(("{1: desk, 2: night, 3: partner, 4: bye}", "{1: desk, 2: partner, 3: night, 4: bye}"))
    assert ends(found) == [
        ("2", "line night", "outside partner", True),
        ("3", "outside partner", "line night", True),
    ]
    assert {change.group for change in found} == {"ends"}


def test_a_key_that_now_asks_again_is_told_and_so_is_what_is_offered_there() -> None:
    menu = "nodes: {more: {menu: choose, keys: {1: night, 2: partner}}}"
    found = changes(("4: bye", "4: more"), more=menu)
    assert ends(found)[:3] == [
        ("4", "hangup", "asked more", True),
        ("4,1", "hangup", "line night", True),
        ("4,2", "hangup", "outside partner", True),
    ]


def test_what_lies_behind_a_key_that_no_longer_asks_is_not_told_again() -> None:
    menu = "nodes: {more: {menu: choose, keys: {1: night, 2: partner}}}"
    found = difference(plan(("4: bye", "4: more"), more=menu), plan(more="nodes: {more: {end: goodbye}}"), FRIDAY)
    assert ends(found) == [("4", "asked more", "hangup", True)]


def test_a_node_with_another_name_is_nothing_to_a_caller() -> None:
    assert changes((" main", " first")) == []
    assert changes(("then: main", "then: first"), ("  main:", "  first:")) == []


def test_silence_and_wrong_keys_are_followed_to_their_end() -> None:
    found = changes(("silence: {say: again, tries: 2, then: desk}", "silence: {say: again, tries: 2, then: bye}"))
    assert ends(found) == [(".", "message desk", "hangup", False), (".", "line desk", "hangup", False)]
    found = changes(("wrong: {say: no-such-key, tries: 3, then: desk}", "wrong: {say: again, tries: 2, then: bye}"))
    assert [keys for keys, *_ in ends(found)] == ["x", "x"]
    assert [(value["rule"], value["old"], value["new"]) for value in only(found, "rule")] == [
        ("wrong-tries", 3, 2),
        ("wrong-say", ("no-such-key",), ("again",)),
    ]


def test_what_becomes_of_a_caller_whom_a_line_gives_up_is_followed_too() -> None:
    night = "{name: 夜班, hours: always, closed: closed, overflow: "
    found = changes((f"{night}message", f"{night}bye"))
    assert ends(found) == [("2,o", "message night", "hangup night", True)]


def test_only_those_whom_it_concerns_get_elsewhere() -> None:
    def switched(number: str) -> str:
        return f"nodes: {{sort: {{switch: [{{caller: '{number}*', then: partner}}], otherwise: night}}}}"

    edit = ("2: night", "2: sort")
    old, new = plan(edit, more=switched("022")), plan(edit, more=switched("010"))
    found = only(difference(old, new, FRIDAY), "elsewhere")
    assert [(value["situation"], value["of"][:3]) for value in found] == [("caller", "022"), ("caller", "010")]
    assert [situation.what for situation in situations((old, new))] == ["any", "caller", "caller"]


@pytest.mark.parametrize(
    ("more", "situation", "of"),
    [
        ("nodes: {sort: {switch: [{unstaffed: desk, then: partner}], otherwise: night}}", "nobody", "desk"),
        ("nodes: {sort: {switch: [{wait: {line: desk, over: 90s}, then: partner}], otherwise: night}}", "wait", "desk"),
        ("nodes: {sort: {recall: {partner: again}, then: night}}", "last", "partner"),
    ],
)
def test_a_new_question_of_the_plan_concerns_only_whom_it_fits(more: str, situation: str, of: str) -> None:
    found = only(changes(("2: night", "2: sort"), more=more), "elsewhere")
    assert {(value.get("situation"), value.get("of")) for value in found} == {(situation, of)}


def test_a_front_message_by_its_times_is_heard_then_and_by_hand_when_it_is_turned_on() -> None:
    found = changes(more="front: {alert: {say: sorry, since: 2026-12-01T00:00, until: 2026-12-02T00:00, then: bye}}")
    values = only(found, "elsewhere")
    assert [at.date().isoformat() for at in values[0]["at"]] == ["2026-12-01", "2026-12-01"]
    assert "situation" not in values[0]
    assert only(found, "front-added") == [{"front": "alert"}]


def test_hours_are_told_by_kinds_of_days_with_the_lines_that_keep_them() -> None:
    office = '[{on: workdays, open: ["8:30-16:30"]}]'
    saturday = '[{on: workdays, open: ["8:30-16:30"]}, {on: sat, open: ["9:00-12:00"]}]'
    [value] = only(changes((office, saturday)), "hours")
    assert (value["days"], value["old"], value["new"]) == (("sat",), (), ("09:00-12:00",))
    assert (value["lines"], value["names"], value["all"]) == (("desk",), ("座席",), False)
    [value] = only(changes((office, '[{on: workdays, open: ["8:00-16:30"]}]')), "hours")
    assert (value["days"], value["old"], value["new"]) == (("workdays",), ("08:30-16:30",), ("08:00-16:30",))


def test_hours_of_a_season_tell_from_when_and_single_days_their_dates() -> None:
    office = '[{on: workdays, open: ["8:30-16:30"]}]'
    spring = '{on: sun, open: ["9:00-12:00"], from: 2027-03-01, until: 2027-05-31}'
    season = f'[{{on: workdays, open: ["8:30-16:30"]}}, {spring}]'
    values = only(changes((office, season)), "hours")
    [sundays] = [value for value in values if value["days"] == ("sun",)]
    assert (str(sundays["since"]), str(sundays["until"])) == ("2027-03-07", "2027-05-30")
    closure = "calendar: {closures: [{from: 2026-12-01T12:00, until: 2026-12-01T14:00, why: 检修, hours: office}]}"
    [day] = only(changes(more=closure), "hours")
    assert (day["days"], day["new"]) == (("2026-12-01",), ("08:30-12:00", "14:00-16:30"))


@pytest.mark.parametrize(
    ("edit", "what", "values"),
    [
        (('"0222"', '"0229"'), "outside-number", {"old": "0222", "new": "0229", "line": "partner"}),
        (("number: 12320", "number: 12345"), "number", {"old": "12320", "new": "12345"}),
        (("lines: [desk, night]", "lines: {desk: 1, night: 3}"), "agent-lines", {"new": levels(desk=1, night=3)}),
        (("name: 甲", "name: 乙"), "renamed", {"id": "ann", "old": "甲", "new": "乙"}),
        (("ann: {", "bob: {name: 乙, lines: [desk]}\n  ann: {"), "agent-added", {"lines": levels(desk=1)}),
        (("name: 夜班", "maximum_wait: 2m, name: 夜班"), "rule", {"rule": "maximum_wait", "old": 300.0, "new": 120.0}),
        (("limit: 1m", "limit: 2m"), "rule", {"rule": "limit", "of": "node", "id": "message"}),
        (("simultaneous: 2", "simultaneous: 3"), "rule", {"rule": "simultaneous", "of": "outside", "old": 2, "new": 3}),
        (("您好。", "您好！"), "words", {"prompt": "welcome", "old": "您好。", "new": "您好！"}),
    ],
)  # fmt: skip
def test_who_answers_by_which_rules_and_in_which_words(
    edit: tuple[str, str], what: str, values: dict[str, Any]
) -> None:
    [found] = only(changes(edit), what)
    assert {name: found[name] for name in values} == values


def test_something_else_heard_on_the_way_is_told_once_with_its_keys() -> None:
    found = changes(("hello: {say: welcome", "hello: {say: [welcome, notice]"))
    [value] = only(found, "heard")
    assert (value["gone"], value["come"]) == ((), ("notice",))
    assert () in value["keys"]
    assert ("1",) in value["keys"]
    assert ends(found) == []


@pytest.mark.parametrize(
    ("edit", "rule", "old", "new"),
    [
        (("thanks: thanks", "thanks: goodbye"), "thanks", ("thanks",), ("goodbye",)),
        (("apology: sorry", "apology: goodbye"), "apology", ("sorry",), ("goodbye",)),
    ],
)
def test_what_no_walk_hears_is_told_as_a_rule(
    edit: tuple[str, str], rule: str, old: tuple[str, ...], new: tuple[str, ...]
) -> None:
    [found] = changes(edit)
    assert (found.values["rule"], found.values["old"], found.values["new"]) == (rule, old, new)


def test_the_words_of_a_new_prompt_are_told() -> None:
    found = changes(("4: bye", "4: more"), more="nodes: {more: {end: farewell}}\nprompts: {farewell: 请走好。}")
    assert only(found, "words-added") == [{"prompt": "farewell", "words": "请走好。"}]


def test_a_survey_is_one_change_however_many_keys_lead_to_a_talk() -> None:
    survey = """
nodes: {rate: {survey: please-rate, answers: {1: good, 2: bad}, then: bye}}
prompts: {please-rate: 请评价。}
"""
    with_survey = ("apology: sorry", "apology: sorry\n  survey: rate")
    [rule, words] = changes(with_survey, more=survey)
    assert (rule.values["rule"], rule.values["old"], rule.values["new"]) == ("survey", None, "rate")
    assert words.values["prompt"] == "please-rate"
    [gone] = difference(plan(with_survey, more=survey), plan(more=survey), FRIDAY)
    assert (gone.values["old"], gone.values["new"]) == ("rate", None)


def test_lines_come_and_go() -> None:
    added = "lines: {extra: {name: 新线, closed: closed, overflow: message, outside: {number: '0223'}}}"
    found = changes(("4: bye", "4: extra"), more=added)
    assert only(found, "line-added") == [
        {
            "line": "extra",
            "name": "新线",
            "hours": ({"on": ("workdays",), "open": ("08:30-16:30",), "since": None, "until": None},),
        }
    ]
    back = difference(plan(("4: bye", "4: extra"), more=added), plan(), FRIDAY)
    assert only(back, "line-removed") == [{"line": "extra", "name": "新线"}]


def test_moments_are_one_for_each_state_of_the_calendar() -> None:
    assert [f"{at:%m-%d %H:%M}" for at in moments((plan(),), FRIDAY)] == ["11-20 07:00", "11-20 10:00"]


def test_what_concerns_most_callers_comes_first() -> None:
    found = changes(("4: bye", "4: night"), ("您好。", "您好！"), ("limit: 1m", "limit: 2m"), ("name: 甲", "name: 乙"))
    assert [change.group for change in found] == ["ends", "answers", "rules", "words"]


FEW = settings(max_examples=20, deadline=None)
"""Each looks a year ahead."""


@FEW
@given(plans(), ANY_TIME)
def test_any_plan_changes_nothing_against_itself(same: Plan, since: datetime) -> None:
    assert difference(same, same, since) == []


@FEW
@given(plans(), plans(), ANY_TIME)
def test_the_paths_of_any_two_plans_come_to_an_end(old: Plan, new: Plan, at: datetime) -> None:
    walked = list(paths(old, new, ANYBODY.scene(at)))
    assert walked[0].keys == ()
    assert len(walked) < 16 * MOST_PATHS
