"""Unit: what a plan says of rings, waits, callbacks and shifts is held to what would serve its callers."""

from __future__ import annotations

from datetime import date

import pytest

from routing.check import check
from tests.routing.test_lint import GOOD

TODAY = date(2026, 11, 16)  # a Monday

LINE = "lines:\n  desk: {"
ANN = "  ann: {name: 甲, lines: [desk, night]}\n"
TWO = "  ann: {name: 甲, lines: [desk, night]}\n  bob: {name: 乙, lines: {desk: 2}}\n"
BACK = "nodes:\n  back: {callback: welcome, then: closed, otherwise: message}\n"
DAY = "  hours:\n    day: [{on: workdays, open: ["


def found(*changes: tuple[str, str], today: date | None = TODAY) -> set[str]:
    """The rules that the good plan breaks after these changes, errors with a `!`."""
    text = GOOD
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    checked = check({"plan.yaml": text}, today)
    return {f"{one.rule}!" for one in checked.errors} | {one.rule for one in checked.warnings}


def line(rule: str) -> tuple[str, str]:
    return LINE, f"{LINE}{rule}, "


@pytest.mark.parametrize(
    ("rule", "changes"),
    [
        ("late-for-all", [line("widen: {1: 20s}")]),
        ("widen-nobody", [line("widen: {3: 20s}")]),
        ("widen-nobody", [line("widen: {2: 20s}")]),
        ("limit-too-late", [line("limits: [{when: waited, over: 5m, then: message}]")]),
        ("limit-to-itself", [line("limits: [{when: length, over: 5, then: desk}]")]),
        ("unknown-name!", [line("limits: [{when: length, over: 5, then: mesage}]")]),
        ("unknown-name!", [line("keys: {1: mesage}")]),
        ("wrong-value!", [line("limits: [{when: waited, then: message}]")]),
        ("wrong-value!", [line("limits: [{when: length, over: 2.5, then: message}]")]),
        ("wrong-value!", [line("limits: [{when: length, over: 5m, then: message}]")]),
        ("wrong-value!", [line("limits: [{when: length, over: 5, at: waiting, then: message}]")]),
        ("wrong-value!", [line("limits: [{when: waited, over: 2m, at: joining, then: message}]")]),
        ("limit-too-short", [line("limits: [{when: expected_wait, over: 10s, then: message}]")]),
        ("not-one-of!", [line("strategy: longest_idel")]),
        ("not-one-of!", [line("limits: [{when: wait, over: 5m, then: message}]")]),
        ("no-number-to-call!", [line("callback: {}")]),
        ("callback-unoffered", [line('callback: {numbers: "022*"}')]),
        ("calls-nobody-back", [("nodes:\n", BACK)]),
        ("calls-nobody-back", [("nodes:\n", BACK.replace("then", "line: night, then", 1))]),
        ("keeps-all", [line("keep_free: 1")]),
        ("phone-twice!", [(ANN, TWO.replace("name: 乙", "name: 乙, phones: ann"))]),
        ("phone-twice!", [(ANN, TWO.replace("name: 甲", "name: 甲, phones: [x, x]"))]),
        ("reserved-name!", [(ANN, ANN.replace("name: 甲", "name: 甲, phones: [trunk]"))]),
        ("reserved-name!", [("agents:\n", "breaks: {unanswered: 无应答}\nagents:\n")]),
        ("unknown-name!", [(ANN, ANN.replace("name: 甲", "name: 甲, speaks: [yue]"))]),
        ("unknown-name!", [(ANN, ANN.replace("name: 甲", "name: 甲, shift: offices"))]),
        ("idle-agent", [(ANN, ANN + "  cid: {name: 丙}\n")]),
        ("key-untold", [line("keys: {5: message}, busy: welcome")]),
        ("key-nowhere!", [line("keys: {5: message}, busy: choose")]),
        ("out-of-range!", [line("at_once: 0")]),
    ],
)
def test_what_would_serve_callers_badly_is_told(rule: str, changes: list[tuple[str, str]]) -> None:
    assert rule in found(*changes)


@pytest.mark.parametrize(
    "changes",
    [
        [],
        [line("strategy: round_robin, at_once: 2, sticky: 30s, urgent: true, talk_warning: 20m")],
        [line("widen: {2: 20s}"), (ANN, TWO)],
        [line("limits: [{when: waited, over: 3m, then: message}, {when: nobody_ready, then: message}]")],
        [line('callback: {numbers: "022*"}'), ("nodes:\n", BACK), ("keys: {1: desk", "keys: {1: back")],
        [line('callback: {numbers: "022*", abandoned: 30s}')],
        [(ANN, ANN.replace("name: 甲", "name: 甲, phones: [ann, ann-mobile]"))],
        [(ANN, ANN + "  lead: {name: 丙, leader: true}\n")],
    ],
)
def test_what_serves_them_is_left_in_peace(changes: list[tuple[str, str]]) -> None:
    assert found(*changes) - {"unreachable", "key-mixed-up", "calendar-ends"} == set()


@pytest.mark.parametrize(
    ("limit", "hint"),
    [
        ("when: length, over: 5, at: waiting", "`length` 只在来电者开始排队时检查：请删掉 `at`"),
        ("when: waited, over: 2m, at: joining", "`waited` 只在来电者等候期间检查：请删掉 `at`"),
    ],
)
def test_a_limit_that_never_holds_says_what_to_delete(limit: str, hint: str) -> None:
    old, new = line(f"limits: [{{{limit}, then: message}}]")
    (problem,) = check({"plan.yaml": GOOD.replace(old, new, 1)}, TODAY).errors
    assert hint in problem.said("zh")
    assert "delete `at`" in problem.said("en")
    assert "delete" not in problem.said("zh")


def test_a_line_whose_agents_are_all_kept_for_another_never_has_one() -> None:
    other = "  late: {name: 晚班, closed: closed, overflow: message}\nagents:\n"
    changes = [line("keep_free: 1"), ("agents:\n", other), (ANN, ANN.replace("[desk, night]", "[desk, night, late]"))]
    assert "kept-away!" in found(*changes)


def test_numbers_of_a_callback_that_the_hotline_may_not_dial_are_told() -> None:
    allowed = ("  apology: sorry\n", '  apology: sorry\n  may_dial: ["0221", "13*"]\n')
    offered = [("nodes:\n", BACK), allowed]
    assert "callback-refused" in found(line('callback: {numbers: ["138*", "010*"]}'), *offered)
    assert "callback-refused" not in found(line('callback: {numbers: ["138*", "1*", "0221"]}'), *offered)
    assert "callback-refused" not in found(line("callback: {}"), *offered)


@pytest.mark.parametrize(
    ("hours", "told"),
    [
        ('"8:30-16:30"', False),
        ('"8:00-12:00", "12:00-17:00"', False),
        ('"8:30-12:00", "13:00-16:30"', True),
        ('"9:00-16:30"', True),
        ('"8:30-16:00"', True),
    ],
)
def test_hours_with_nobody_on_shift_are_told(hours: str, told: bool) -> None:
    changes = [(ANN, ANN.replace("name: 甲", "name: 甲, shift: day")), ("  hours:\n", f"{DAY}{hours}]}}]\n")]
    assert ("nobody-on-shift" in found(*changes)) is told
    assert "nobody-on-shift" not in found(*changes, today=None)


def test_the_first_time_with_nobody_on_shift_is_named() -> None:
    text = GOOD.replace(ANN, ANN.replace("name: 甲", "name: 甲, shift: day"))
    text = text.replace("  hours:\n", f'{DAY}"8:30-12:00", "13:00-16:30"]}}]\n')
    (problem,) = [one for one in check({"plan.yaml": text}, TODAY).warnings if one.rule == "nobody-on-shift"]
    assert "`desk` on 2026-11-16 from 12:00 to 13:00" in problem.said("en")


def test_two_shifts_together_may_cover_the_hours() -> None:
    shifts = '    early: [{on: workdays, open: ["8:00-12:30"]}]\n    late: [{on: workdays, open: ["12:00-17:00"]}]\n'
    team = TWO.replace("name: 甲", "name: 甲, shift: early").replace("name: 乙", "name: 乙, shift: late")
    assert "nobody-on-shift" not in found((ANN, team), ("  hours:\n", f"  hours:\n{shifts}"))


def test_a_shift_that_meets_none_of_the_hours_is_told() -> None:
    night = '    dark: [{on: workdays, open: ["20:00-22:00"]}]\n'
    team = TWO.replace("name: 乙", "name: 乙, shift: dark")
    assert "shift-elsewhere" in found((ANN, team), ("  hours:\n", f"  hours:\n{night}"))
