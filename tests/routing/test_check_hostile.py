"""Unit: no file, however odd, costs more than it should or brings the check down."""

from __future__ import annotations

import copy
import json
import subprocess
import sys
import tracemalloc
from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from routing.check import check
from routing.reading.encoding import LARGEST_FILE, decoded
from routing.reading.problem import Problem
from routing.reading.source import DEEPEST, MOST_VALUES, read
from tests.depth import depth
from tests.routing.broken import HOTLINES
from tests.routing.plans import SMALL
from tests.routing.rich import RICH

MIB = 1 << 20
SPACE = 64 * MIB
"""What reading one hostile file may take at its peak."""

LAUGHS = "a: &a [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{chr(98 + level)}: &{chr(98 + level)} [{', '.join(['*' + chr(97 + level)] * 10)}]\n" for level in range(20)
)
CHAIN = "a0: &a0 [x]\n" + "".join(f"a{n}: &a{n} [[[*a{n - 1}]]]\n" for n in range(1, 2000))


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        (LAUGHS, "too-much"),
        (CHAIN, "too-deep"),
        ("a: &a [*a]", "alias"),
        ("[" * 10_000 + "]" * 10_000, "too-deep"),
        ("{a: " * 10_000, "too-deep"),
        ("- " * 10_000 + "x", "too-deep"),
        ("? " * 10_000 + "x", "too-deep"),
        ("".join(" " * level + "a:\n" for level in range(1000)), "too-deep"),
        ("a: " + "x" * MIB, "too-large"),
        ("a: x\x00y", "control-character"),
        ("a: \x1b[2J", "control-character"),
        ("a\u2028b: c", "control-character"),
        ("a: \ud800", "control-character"),
        ("- a\n- b", "not-a-mapping"),
        ("just words", "not-a-mapping"),
        ("%YAML 9.9\n---\na: b", "syntax"),
        ('a: "\\UFFFFFFFF"', "syntax"),
        ("a: " + "9" * 10_000, "unknown-key"),
        ("a: b\n" * 3, "duplicate-key"),
        ("&a a: *a", "unknown-key"),
        ("", "missing"),
        ("# nothing\n", "missing"),
    ],
    ids=lambda value: value[:24].encode("unicode_escape").decode() if isinstance(value, str) else None,
)
def test_a_hostile_file_is_refused_by_its_rule_and_takes_little_memory(text: str, rule: str) -> None:
    tracemalloc.start()
    try:
        problems = check({"a.yaml": text}).errors
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert rule in {problem.rule for problem in problems}
    assert all(len(str(problem)) < 1000 and str(problem).isprintable() for problem in problems)
    assert len(problems) <= 40
    assert peak < SPACE


def test_what_is_read_never_grows_beyond_its_bounds() -> None:
    most = "a: &a [" + ", ".join(["x"] * 200) + "]\n" + "b: [" + ", ".join(["*a"] * 200) + "]\n"
    source = read("a.yaml", most)
    assert source.problems == []
    assert MOST_VALUES * 0.8 < len(source.places) <= MOST_VALUES
    deepest = "a: " + "[" * (DEEPEST - 1) + "]" * (DEEPEST - 1)
    assert read("a.yaml", deepest).problems == []
    assert [problem.rule for problem in read("a.yaml", f"a: [{deepest[3:]}]").problems] == ["too-deep"]


def test_several_files_share_one_bound() -> None:
    text = "a: &a [" + ", ".join(["x"] * 100) + "]\nb: [" + ", ".join(["*a"] * 300) + "]\n"
    assert check({"a.yaml": text}).errors[0].rule != "too-much"
    problems = check({"a.yaml": text, "b.yaml": text}).errors
    assert [problem.place.file for problem in problems if problem.rule == "too-much"] == ["b.yaml"]


def test_of_thousands_of_problems_the_first_are_told() -> None:
    strangers = "".join(f"stranger-{n}: x\n" for n in range(3000))
    assert 0 < len(check({"a.yaml": strangers}).errors) <= 200
    tags = "a: [" + "!!x y, " * 3000 + "]"
    assert 0 < len(check({"a.yaml": tags}).errors) <= 220
    lost = SMALL.replace(
        "nodes:\n", "nodes:\n" + "".join(f"  n{n}: {{say: welcome, then: m{n}}}\n" for n in range(3000))
    )
    assert 0 < len(check({"a.yaml": lost}).errors) <= 200


def test_a_list_without_end_is_left_where_it_grows_too_long() -> None:
    problems = read("a.yaml", "".join(f"k{n}: v\n" for n in range(200)), most=100).problems
    assert [(problem.rule, problem.place.line) for problem in problems] == [("too-much", 50)]


def test_the_worst_files_are_read_within_little_memory_by_a_whole_program() -> None:
    program = (
        "import resource, sys\n"
        "from routing.check import check\n"
        "space = 400 << 20\n"
        "resource.setrlimit(resource.RLIMIT_AS, (space, space))\n"
        "for text in sys.stdin.read().split('\\0'):\n"
        "    print(check({'a.yaml': text}).errors[-1].rule)\n"
    )
    worst = (LAUGHS, CHAIN, "[" * 500_000, "a: [" + "!!x y, " * 50_000, "k: |\n" + " x\n" * 100_000, "x" * MIB)
    done = subprocess.run(
        [sys.executable, "-c", program],
        input="\0".join(worst),
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr[-500:]
    assert done.stdout.split() == ["too-much", "too-deep", "too-deep", "too-much", "unknown-key", "not-a-mapping"]


@pytest.mark.parametrize(
    ("data", "place", "encoding"),
    [
        ("hotline:\n  name: 热线".encode("utf-16"), "a.yaml:1:1", "UTF-16"),
        ("hotline:\n  name: x".encode("utf-16-le"), "a.yaml:1:1", "UTF-16"),
        ("hotline:\n  name: 热线".encode("gb18030"), "a.yaml:2:1", "GBK"),
        (b"hotline:\r\n  name: \xff\xff", "a.yaml:2:1", "something other"),
    ],
)
def test_a_file_in_another_encoding_is_told_which_and_what_to_do(data: bytes, place: str, encoding: str) -> None:
    problem = decoded("a.yaml", data)
    assert isinstance(problem, Problem)
    assert str(problem).startswith(f"{place}: this file is saved as {encoding}")
    assert "UTF-8" in problem.said("zh")


def test_a_byte_order_mark_and_line_ends_of_windows_change_nothing() -> None:
    text = decoded("a.yaml", b"\xef\xbb\xbf" + SMALL.replace("\n", "\r\n").encode())
    assert isinstance(text, str)
    checked = check({"a.yaml": text})
    assert checked.errors == ()
    assert checked.plan == check({"a.yaml": SMALL}).plan
    broken = check({"a.yaml": text.replace("tries: 2", "tris: 2")}).errors
    assert [(problem.place.line, problem.place.column) for problem in broken] == [(7, 25)]


def test_a_file_of_a_hundred_mebibytes_is_not_taken_whole() -> None:
    assert str(decoded("a.yaml", b"x" * (LARGEST_FILE + 1))).endswith("larger than 1 MiB; split it [too-large]")


# ── whatever is written ─────────────────────────────────────────────────────

PATIENT = settings(max_examples=depth(30), deadline=None, suppress_health_check=list(HealthCheck))
SIGNS = "：，“”１　\t{}[]:,-#&*!|>'\"%@`?<~ \n\r\0aé你0.9"


def survives(files: Mapping[str, str]) -> None:
    """Every problem can be told in both languages and stands in one of the files."""
    checked = check(files, date(2026, 11, 21), lambda words: frozenset())
    assert (checked.plan is None) == bool(checked.errors)
    for problem in (*checked.errors, *checked.warnings):
        assert problem.told("en")
        assert problem.told("zh")
        assert problem.place.file in files
        text = files[problem.place.file]
        assert 1 <= problem.place.line <= text.count("\n") + text.count("\r") + 1
        assert problem.place.column >= 1


@PATIENT
@given(st.text(max_size=200))
def test_random_text(text: str) -> None:
    survives({"a.yaml": text})


@PATIENT
@given(st.text(alphabet=SIGNS, max_size=60))
def test_random_signs_of_yaml(text: str) -> None:
    survives({"a.yaml": text})


KEYS = st.sampled_from(
    [
        *("hotline", "nodes", "lines", "agents", "calendar", "prompts", "front", "variants", "lint", "include"),
        *("menu", "say", "ask", "switch", "recall", "then", "keys", "hours", "silence", "wait", "outside", "number"),
        *("desk", "hello", "1", "0", "on", "open", "closures", "own_days", "rules", "start", "direct", "survey"),
    ]
)
SCALARS = st.one_of(
    KEYS, st.integers(), st.booleans(), st.none(), st.floats(allow_nan=False), st.text(max_size=8), st.just("5s")
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(KEYS, inner, max_size=5)),
    max_leaves=30,
)


@PATIENT
@given(st.dictionaries(KEYS, VALUES, max_size=8))
def test_random_structures(value: dict[str, Any]) -> None:
    survives({"a.yaml": json.dumps(value, ensure_ascii=False)})


@PATIENT
@given(st.data())
def test_sound_hotlines_with_a_random_value_in_a_random_place(data: st.DataObject) -> None:
    text = data.draw(st.sampled_from([SMALL, RICH]))
    source = read("a.yaml", text)
    assert source.value is not None

    value = copy.deepcopy(source.value)
    path = data.draw(st.sampled_from(sorted((path for path in source.places if path), key=str)))
    here: Any = value
    for step in path[:-1]:
        here = here[step]
    here[path[-1]] = data.draw(VALUES)
    survives({"a.yaml": json.dumps(value, ensure_ascii=False)})


@PATIENT
@given(st.data())
def test_a_shipped_line_whose_colon_is_lost_or_spoiled_is_told_where_it_is(data: st.DataObject) -> None:
    files = dict(HOTLINES["plan.yaml"])
    name = data.draw(st.sampled_from(sorted(files)))
    lines = files[name].split("\n")
    at = data.draw(
        st.sampled_from([at for at, line in enumerate(lines) if ": " in line and not line.lstrip().startswith("#")])
    )
    lines[at] = lines[at].replace(": ", data.draw(st.sampled_from(["  ", "：", ":", "： "])), 1)
    errors = check({**files, name: "\n".join(lines)}).errors
    assert min(abs(problem.place.line - 1 - at) for problem in errors if problem.place.file == name) <= 1


@PATIENT
@given(st.data())
def test_shipped_files_with_lines_lost_doubled_swapped_and_signs_flipped(data: st.DataObject) -> None:
    files = dict(HOTLINES["plan.yaml"])
    name = data.draw(st.sampled_from(sorted(files)))
    lines = files[name].split("\n")
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(lines) - 1))
        match data.draw(st.sampled_from(["lose", "double", "swap", "flip"])):
            case "lose" if len(lines) > 1:
                del lines[at]
            case "double":
                lines.insert(at, lines[at])
            case "swap":
                other = data.draw(st.integers(0, len(lines) - 1))
                lines[at], lines[other] = lines[other], lines[at]
            case _:
                column = data.draw(st.integers(0, len(lines[at])))
                sign = data.draw(st.sampled_from(SIGNS))
                lines[at] = lines[at][:column] + sign + lines[at][column + 1 :]
    survives({**files, name: "\n".join(lines)})
