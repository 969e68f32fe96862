"""Unit: registers come out of files as they went in, and a bad row takes the whole file with it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from paperwork.registers.entries import LABELS, Register, data_of
from paperwork.registers.files import Unread, decoded, from_csv, from_yaml, to_csv, to_yaml
from paperwork.registers.registers import Version
from paperwork.registers.unfit import entry_of

AT = datetime(2026, 10, 1, tzinfo=UTC)
WORDS = st.text(st.characters(min_codepoint=32, max_codepoint=0x9FFF, categories=["L", "N", "P", "S"]), min_size=1)
PHONES = st.sampled_from(["022-00001234", "13900000011", "12320", "+86-13900000011", "400-000-1234"])
PEOPLE = st.fixed_dictionaries(
    {"name": WORDS},
    optional={"title": WORDS, "office_phone": PHONES, "mobile": st.just("13900000012"), "email": st.just("a@b.cn")},
)
IDS = st.from_regex(r"[a-z][a-z0-9-]{0,8}", fullmatch=True)
DATA = {
    Register.LINE: st.fixed_dictionaries(
        {"name": WORDS}, optional={"number": PHONES, "postcode": st.just("010000"), "liaison_a": PEOPLE}
    ),
    Register.UNIT: st.fixed_dictionaries(
        {"name": WORDS}, optional={"parent": IDS, "also": st.lists(st.sampled_from(["甲", "乙局"]), max_size=2)}
    ),
    Register.AGENT: st.fixed_dictionaries({"number": WORDS, "name": WORDS}, optional={"lines": st.lists(IDS)}),
    Register.EXPERT: st.fixed_dictionaries(
        {"name": WORDS, "field": WORDS},
        optional={"sessions": st.just([{"days": ["thu", "1st mon"], "since": "09:00", "until": "11:30"}])},
    ),
}


def standing(register: Register, whole: dict[str, Any]) -> list[Version]:
    return [
        Version(register, it, 1, AT, "os:ann", None, data_of(entry_of(register, data)), retired=False)
        for it, data in sorted(whole.items())
    ]


@pytest.mark.parametrize("register", list(Register))
@settings(max_examples=20, deadline=None)
@given(st.data())
def test_what_is_written_to_a_file_is_read_back_as_it_was(register: Register, data: st.DataObject) -> None:
    there = standing(register, data.draw(st.dictionaries(IDS, DATA[register], min_size=1, max_size=3)))
    kept = [(one.register, one.id, dict(one.data)) for one in there]
    for wishes in (
        from_csv("f.csv", to_csv(register, there), register),
        from_yaml("f.yaml", to_yaml(there)),
    ):
        assert [(wish.register, wish.id, data_of(wish.entry)) for wish in wishes if wish.entry] == kept


def test_every_bad_row_is_named_with_its_line_and_reason() -> None:
    text = "代码,姓名,编号,手机\nann,甲,1,13900000011\nBob,乙,2,\nann,丙,3,\ncy,丁,,123\ndee,戊\n"
    with pytest.raises(Unread) as refused:
        from_csv("agents.csv", text, Register.AGENT)
    assert [problem.split(" ")[0] for problem in refused.value.problems] == [
        "agents.csv:3:",
        "agents.csv:4:",
        "agents.csv:5:",
        "agents.csv:5:",
        "agents.csv:6:",
    ]
    told = str(refused.value)
    assert "'Bob' is no id" in told
    assert "ann stands there already" in told
    assert "mobile (手机): '123': a mobile number has 11 digits" in told


@pytest.mark.parametrize(
    ("head", "words"),
    [
        ("姓名,编号\n", "代码 is missing"),
        ("代码,姓名,姓名\n", "more than once"),
        ("代码,工号\n", "no column '工号'"),
        ("", "代码 is missing"),
        ('代码,姓名\n"a', "no CSV"),
    ],
)
def test_a_head_that_cannot_be_is_refused(head: str, words: str) -> None:
    with pytest.raises(Unread, match=words):
        from_csv("f.csv", head, Register.AGENT)


def test_a_yaml_file_is_refused_with_the_place_of_each_problem() -> None:
    with pytest.raises(Unread) as refused:
        from_yaml("r.yaml", "units:\n  cdc: {name: 疾控, postcode: 12}\n  b: {nome: 乙}\n")
    assert [problem.partition(": ")[0] for problem in refused.value.problems] == [
        "r.yaml:2:29",
        "r.yaml:3:3",
        "r.yaml:3:7",
    ]


def test_numbers_that_nobody_quoted_are_taken_as_they_are_written() -> None:
    (wish,) = from_yaml("r.yaml", "lines:\n  flu: {name: 流感, number: 12320, postcode: 010071}\n")
    assert wish.entry is not None
    assert data_of(wish.entry)["number"] == "12320"
    assert data_of(wish.entry)["postcode"] == "010071"


def test_a_file_of_a_chinese_spreadsheet_is_read_too() -> None:
    assert decoded("f.csv", "代码,姓名".encode("gbk")) == "代码,姓名"
    with pytest.raises(Unread, match="neither"):
        decoded("f.csv", b"\xff\xff\xff")
    with pytest.raises(Unread, match="larger"):
        decoded("f.csv", b" " * (1 << 21))


def test_no_cell_is_a_formula() -> None:
    there = standing(Register.AGENT, {"ann": {"number": "+86", "name": '=HYPERLINK("http://x")', "title": "-1+1"}})
    text = to_csv(Register.AGENT, there)
    assert "'=HYPERLINK" in text
    assert "'-1+1" in text
    assert ",+86," in text
    (wish,) = from_csv("f.csv", text, Register.AGENT)
    assert wish.entry is not None
    assert data_of(wish.entry) == dict(there[0].data)


def test_every_label_of_a_register_is_one_of_its_own() -> None:
    for register in Register:
        assert len(set(LABELS[register].values())) == len(LABELS[register])
