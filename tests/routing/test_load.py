"""Unit: a wrong file is told with its line, column and what to do; nothing wrong reaches a caller."""

from __future__ import annotations

from pathlib import Path

import pytest

from hotline.operators import read_config
from routing.check import read_plan
from routing.reading.load import Unreadable
from routing.reading.source import read
from tests.routing.plans import SMALL

HOUSE = Path(__file__).parents[2]


def problems(text: str, name: str = "plan.yaml") -> list[str]:
    with pytest.raises(Unreadable) as refused:
        read_plan({name: text})
    return [str(problem) for problem in refused.value.problems]


def test_the_shipped_hotline_is_without_fault_and_has_ten_lines() -> None:
    plan = read_config(HOUSE / "config").plan
    assert len(plan.lines) == 10


@pytest.mark.parametrize(
    ("right", "wrong", "told"),
    [
        ("start: hello", "start: helo", "plan.yaml:4:10: no node or line is called `helo`; did you mean `hello`?"),
        ("say: welcome", "say: welcom", "no prompt is called `welcom`; did you mean `welcome`?"),
        ("keys: {1: desk", "keys: {1: dsk", "plan.yaml:14:15: no node or line is called `dsk`; did you mean `desk`?"),
        ("lines: [desk, night]", "lines: [desk, nigth]", "no line is called `nigth`; did you mean `night`?"),
        ("hours: always, closed", "hours: allways, closed", "no hours is called `allways`; did you mean `always`?"),
        ("  hours: office\n", "", "plan.yaml:1:1: hotline: `hours` is missing [missing]"),
        ("tries: 2", "tris: 2", "7:25: hotline.silence: unknown key `tris`; did you mean `tries`? [unknown-key]"),
        ("tries: 2", "tries: two", "hotline.silence.tries: must be a whole number (here: 'two') [wrong-type]"),
        ("limit: 1m", "limit: 1 minute", "limit: write a duration like 20s, 5m or 1h30m (here: '1 minute')"),
        ('"8:30-16:30"', '"8:30"', "write open hours like 8:30-16:30"),
        ('number: "0221"', 'number: "0221; rm"', "lines.night.outside.number"),
        ("bye: {end: goodbye}", "bye: {ende: goodbye}", "nodes.bye: a node needs one of: menu, ask, information,"),
        ("ann: {name: 甲, lines: [desk, night]}", "ann: {name: 甲, lines: [night]}", "`desk` has neither agents nor"),
        ("  bye: {end: goodbye}", "  bye: {end: goodbye}\n  bye: {end: sorry}", "plan.yaml:16:3: `bye` is written twice"),  # noqa: E501
        ("hello: {say: welcome, then: main}", "hello: {say: welcome, then: hello}", "a silent caller goes round for ever"),  # noqa: E501
        ("silence: {say: again, tries: 2, then: desk}", "silence: {tries: 2, then: main}", "goes round for ever: main → main"),  # noqa: E501
        ("  bye: {end", "  Bye!: {end", "nodes.Bye!"),
        ("  welcome: 您好。", "  welcome: ''", "prompts.welcome"),
        ("desk: {name", "bye: {name: x, closed: closed, overflow: message}\n  desk: {name", "`bye` is a node as well"),
        ("on: workdays", "on: workday", "calendar.hours.office"),
    ],
)  # fmt: skip
def test_each_mistake_is_told_where_it_was_made(right: str, wrong: str, told: str) -> None:
    assert right in SMALL
    assert any(told in problem for problem in problems(SMALL.replace(right, wrong, 1)))


def test_all_problems_are_told_at_once_in_the_order_of_the_file() -> None:
    told = problems(SMALL.replace("tries: 2", "tris: 2").replace("limit: 1m", "limit: soon"))
    assert [problem.split(":")[1] for problem in told] == ["7", "17"]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("a: [1, 2", "not YAML"),
        ("a: 1\n\tb: 2", "indent with spaces"),
        ("- a\n- b", "`key: value` pairs"),
        ("hotline：\nx", "full-width colon"),
        ("[" * 5000 + "]" * 5000, "nested deeper"),
        ("a: &a [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
            f"{chr(98 + i)}: &{chr(98 + i)} [{', '.join(['*' + chr(97 + i)] * 10)}]\n" for i in range(9)
        ), "are aliases repeated"),
        ("# " + "x" * (1 << 20), "larger than 1 MiB"),
    ],
)  # fmt: skip
def test_hostile_files_are_refused_in_one_line(text: str, told: str) -> None:
    found = problems(text)
    assert len(found) == 1
    assert told in found[0]


def test_a_mapping_may_be_spread_over_files_but_not_written_twice() -> None:
    head, _, prompts = SMALL.partition("prompts:\n")
    plan = read_plan({"a.yaml": head, "b.yaml": "prompts:\n" + prompts})
    assert plan.prompts["welcome"] == "您好。"
    with pytest.raises(Unreadable, match=r"b\.yaml:2:3: `prompts\.welcome` is written in two files"):
        read_plan({"a.yaml": SMALL, "b.yaml": "prompts:\n  welcome: 你好\n"})


def test_numbers_and_times_keep_what_was_written() -> None:
    plan = read_plan({"a.yaml": SMALL.replace('"0221"', "0221")})
    assert plan.lines["night"].outside is not None
    assert plan.lines["night"].outside.number == "0221"  # YAML 1.1 would read an octal number
    assert plan.hotline.number == "12320"


def test_a_folder_that_is_not_there_and_a_file_that_is_not_utf8(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match="no such folder"):
        read_config(tmp_path / "nowhere")
    with pytest.raises(Unreadable, match=r"no \*\.yaml file here"):
        read_config(tmp_path)
    (tmp_path / "a.yaml").write_bytes("hotline:\n  name: 热线".encode("gb18030"))
    with pytest.raises(Unreadable, match=r"a\.yaml:2:1: this file is saved as GBK \(GB 18030\); save it as UTF-8"):
        read_config(tmp_path)


def test_the_version_follows_every_letter_of_the_files(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(SMALL, encoding="utf-8")
    first = read_config(tmp_path).version
    assert read_config(tmp_path).version == first
    (tmp_path / "a.yaml").write_text(SMALL + "# x\n", encoding="utf-8")
    assert read_config(tmp_path).version != first


def test_a_text_that_is_read_again_says_the_same_whatever_was_done_with_what_it_said() -> None:
    text = SMALL + "more: !!set {a: [1, 2]}\n"
    first, again = read("a.yaml", text), read("a.yaml", text)
    assert (first.value, first.places, first.keys) == (again.value, again.places, again.keys)
    assert [problem.rule for problem in again.problems] == ["tag"]
    assert first.value is not None
    first.value["more"]["a"].append(3)
    first.value.pop("nodes")
    first.problems.clear()
    assert read("a.yaml", text).value == again.value
    assert read("a.yaml", text).problems == again.problems
    assert read("b.yaml", text).places[()].file == "b.yaml"
    assert [problem.rule for problem in read("a.yaml", text, most=10).problems] == ["too-much"]
