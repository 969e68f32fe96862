"""Unit: the tables of test calls that operators write, what is wrong with them, and the verdict on each call."""

from __future__ import annotations

import pytest

from routing.check import read_plan
from routing.reading.load import Unreadable
from routing.rehearsal.cases import Case, Expected, read_cases
from routing.rehearsal.coverage import Coverage
from routing.rehearsal.verdict import Fault, judge
from tests.routing.plans import SMALL

PLAN = read_plan(
    {
        "small.yaml": SMALL,
        "more.yaml": """
nodes:
  staffed: {switch: [{unstaffed: desk, then: other}], otherwise: main}
  other: {variant: dialect, then: sorry-sir}
  sorry-sir: {end: sorry}
front: {alert: {say: sorry, then: staffed}}
variants: {dialect: {sorry: 对不住。}}
""",
    }
)


def cases(text: str) -> tuple[Case, ...]:
    return read_cases({"calls.yaml": text}, PLAN)


def problems(text: str) -> list[str]:
    with pytest.raises(Unreadable) as refused:
        cases(text)
    return [str(problem) for problem in refused.value.problems]


def faults(row: str) -> list[Fault]:
    [case] = cases(f"tests:\n  - {{at: 2026-11-20T10:00, {row}}}\n")
    return list(judge(PLAN, case).faults)


def test_a_row_is_each_of_its_instants_with_each_of_its_keys() -> None:
    found = cases("""
instants: {morning: 2026-11-20T10:00, night: 2026-11-20T22:00}
defaults: {keys: [2, "2,t"]}
tests:
  - {at: [morning, night, 2026-10-01T10:00], expect: line night}
  - {at: night, keys: 1, expect: message}
""")
    assert [(case.name, case.keys, str(case.expect)) for case in found] == [
        *((name, keys, "line night") for name in ("morning", "night", "") for keys in ("2", "2,t")),
        ("night", "1", "message"),
    ]
    assert [case.at.isoformat() for case in found[4:]] == [
        "2026-10-01T10:00:00+08:00",
        "2026-10-01T10:00:00+08:00",
        "2026-11-20T22:00:00+08:00",
    ]
    assert {case.place.line for case in found} == {5, 6}
    assert all(judge(PLAN, case).good for case in found)


ROW = "tests:\n  - {at: 2026-11-20T10:00, expect"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (f"{ROW}: hangup, varient: dialect}}", "2:44: tests.0: unknown key `varient`; did you mean `variant`?"),
        ("tets: []\ntests: []", "1:1: file: unknown key `tets`; did you mean `tests`?"),
        ("instants: {}", "1:1: file: `tests` is missing"),
        (f"{ROW}: lime desk}}", "2:36: tests.0.expect: write where the call gets to"),
        (f"{ROW}: line dsk}}", "2:36: no line is called `dsk`; did you mean `desk`?"),
        ("tests:\n  - {expect: line desk}", "2:5: tests.0: `at` is missing"),
        ("tests:\n  - {at: 2026-11-20T10:00}", "2:5: tests.0: `expect` is missing"),
        (
            "tests:\n  - {at: nihgt, expect: hangup}\ninstants: {night: 2026-11-20T22:00}",
            "2:10: no instant is called `nihgt`; did you mean `night`?",
        ),
        ("tests: []\ninstants: {night: ten o'clock}", "2:19: instants.night: write it like 2026-11-20T10:00"),
        ("tests: []\ninstants: {night: 2026-11-20}", "2:19: instants.night: the hour is missing; write it like"),
        ("tests: [{at: 10:00, expect: hangup}]", "1:14: tests.0.at: write it like 2026-11-20T10:00"),
        ("tests: [{at: 2026-11-20, expect: hangup}]", "1:14: tests.0.at: the hour is missing; write it like"),
        ("tests: [{at: 2026-02-30T10:00, expect: hangup}]", "1:14: tests.0.at: there is no day 2026-02-30"),
        ("tests: [{at: 2026-11-20T25:00, expect: hangup}]", "1:14: tests.0.at: write it like 2026-11-20T10:00"),
        (f"{ROW}: hangup, number: abc}}", "2:52: tests.0.number: write the number in digits, like 02212345678"),
        (f"{ROW}: hangup, keys: '1;4'}}", '2:50: tests.0.keys: write keys in quotes like "1,4"'),
        (f"defaults: {{keys: x}}\n{ROW}: hangup}}", "1:18: defaults.keys: write keys in quotes"),
        (f"{ROW}: hangup, says: bay}}", "2:50: no prompt, and no piece of one's words, is called `bay`"),
        (f"{ROW}: hangup, nobody: dsk}}", "2:52: no line is called `dsk`; did you mean `desk`?"),
        (f"{ROW}: hangup, front: alrt}}", "2:51: no front message is called `alrt`; did you mean `alert`?"),
        (f"{ROW}: hangup, variant: dialec}}", "2:53: no variant is called `dialec`; did you mean `dialect`?"),
        (f"{ROW}: hangup, direct: true}}", "2:52: no mode of the hotline is called `direct`"),
        (f"{ROW}: hangup, last: desk}}", "2:50: tests.0.last: write a line and when"),
        ("tests: [", "1:9: not YAML: a bracket is not closed"),
    ],
)
def test_a_mistake_in_a_table_is_told_with_its_place(text: str, told: str) -> None:
    [problem] = problems(text)
    assert problem.removeprefix("calls.yaml:")[: len(told)] == told


def test_every_mistake_of_all_tables_is_told_at_once() -> None:
    with pytest.raises(Unreadable) as refused:
        read_cases({"a.yaml": "tests: [{}]", "b.yaml": "tests: [{at: 2026-11-20T10:00, expect: line x}]"}, PLAN)
    assert [problem.place.file for problem in refused.value.problems] == ["a.yaml", "a.yaml", "b.yaml"]


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ("keys: 1, expect: line desk, open: true, says: [welcome, 请选择, connecting]", []),
        ("keys: 1, expect: line night", [Fault("end", "line night", "line desk")]),
        ("keys: 1, expect: message", [Fault("end", "message", "line desk")]),
        ("keys: 4, expect: hangup, open: false", [Fault("open", "no", "yes ()")]),
        ("keys: 1, expect: line, says: [choose, welcome]", [Fault("says", "welcome", "not heard after choose")]),
        ("keys: 1, expect: line, says: 没有听到", [Fault("says", "没有听到", "not heard")]),
        ("keys: '1,7,7', expect: line desk", [Fault("keys", "1,7,7", "keys 7,7 were never asked for")]),
        ("keys: ['1,.,h'], expect: line desk", []),
        ("keys: '1,h,4', expect: line desk", [Fault("keys", "1,h,4", "keys 4 were never asked for")]),
        ("keys: '1,m', expect: line", [Fault("keys", "1,m", "`m` at desk: no message is taken there")]),
        ("front: alert, nobody: desk, expect: hangup, variant: dialect, says: [sorry, 对不住]", []),
        ("front: alert, expect: line desk, variant: dialect", [Fault("variant", "dialect", "standard")]),
        (
            "front: alert, nobody: desk, expect: hangup, variant: standard",
            [Fault("variant", "standard", "dialect")],
        ),
    ],
)
def test_a_verdict_tells_what_was_expected_and_what_came(row: str, told: list[Fault]) -> None:
    assert faults(row) == told


def test_coverage_knows_what_no_test_came_by_silent_nodes_and_closed_lines_too() -> None:
    seen = Coverage(PLAN)
    plan = seen.watched()
    for case in cases("""
tests:
  - {at: 2026-11-20T22:00, keys: 1, expect: message desk}
  - {at: 2026-11-20T10:00, front: alert, nobody: desk, expect: hangup}
"""):
        verdict = judge(plan, case)
        assert verdict.walk is not None
        seen.note(verdict.walk)
    assert seen.nodes().missed == ("bye",)
    assert seen.lines().missed == ("night", "partner")
    assert seen.keys().missed == ("main: 2", "main: 3", "main: 4")
    assert (seen.keys().all, seen.keys().percent) == (4, 25.0)


def test_watching_a_plan_changes_no_walk() -> None:
    [case] = cases("tests: [{at: 2026-11-20T10:00, keys: 1, expect: line desk}]")
    assert judge(Coverage(PLAN).watched(), case) == judge(PLAN, case)
    assert case.expect == Expected("line", "desk")
