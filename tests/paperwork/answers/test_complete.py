"""Unit: what a record still needs, and what cannot stand in it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.outcomes import Party
from paperwork.answers.complete import Unfit, checked, missing, missing_of, overdue
from paperwork.answers.record import FIELDS, Body, Fact, Record, fold
from paperwork.answers.rules import AnswerRules
from paperwork.kind import Kind
from paperwork.reading import read_text
from routing.reading.problem import Unreadable
from tests.paperwork.answers.made_up import AT, CONTACT, FULL, MadeUpCodes, filing, opened

RULES = AnswerRules()


def with_(**changes: Any) -> Record:
    return fold((opened(), filing(2, Fact.FILLED, changes=changes, complete=False)))


def test_what_is_missing_depends_on_the_kind_and_is_told_in_the_forms_order() -> None:
    assert missing_of(fold((opened(),)), RULES) == ("kind",)
    assert missing_of(with_(kind="consult"), RULES) == ("heard", "category", "content", "settled")
    assert missing_of(with_(kind="report"), RULES) == ("category", "place", "content", "settled")
    assert missing_of(with_(kind="other"), RULES) == ("heard_note", "content")
    assert missing_of(with_(kind="booking"), RULES) == ()
    assert missing_of(with_(**FULL), RULES) == ()
    assert missing_of(with_(**{**FULL, "settled": "handed_on"}), RULES) == ("work_order",)


def test_nobody_of_ours_has_to_fill_what_an_outside_number_answered() -> None:
    assert missing_of(fold((opened(agent=None),)), RULES) == ()


def test_operators_say_what_is_required_in_the_words_of_the_forms() -> None:
    rules, _ = read_text(
        "rules.yaml",
        "required: {投诉: [asked_by, contact], praise: place}\ngrace: 10m\nlines: {booking: {kind: 预约挂号}}\n",
        AnswerRules,
    )
    assert missing_of(with_(kind="complaint"), rules) == ("asked_by",)
    assert missing_of(with_(kind="praise"), rules) == ("place",)
    assert missing_of(with_(kind="report"), rules) == ("category", "place", "content", "settled")
    assert rules.kind_of("booking") is Kind.BOOKING
    with pytest.raises(Unreadable, match=r"rules\.yaml:1"):
        read_text("rules.yaml", "required: {投诉: [asked_bye]}\n", AnswerRules)


def test_who_tries_the_hotline_is_known_by_the_number() -> None:
    assert RULES.is_test("000123456789")
    assert not RULES.is_test(CONTACT)
    assert not RULES.is_test("")


@given(
    st.fixed_dictionaries(
        {}, optional={name: st.sampled_from(["x", ""]) for name in ("content", "place", "note", "asked_by")}
    ),
    st.sampled_from(list(Kind)),
)
def test_what_is_missing_is_never_there_and_only_fields_are(texts: dict[str, str], kind: Kind) -> None:
    body = replace(Body(kind=kind), **texts)  # type: ignore[arg-type]
    lacks = missing(body, RULES)
    assert list(lacks) == [name for name in FIELDS if name in lacks]
    assert all(getattr(body, name) in (None, "") for name in lacks)


def test_a_record_is_late_some_time_after_its_last_talk() -> None:
    talking = fold((opened(),))
    ended = fold((opened(), filing(2, Fact.LEFT, "engine:a", 3, fact=9, offer=1, by=str(Party.CALLER))))
    after = [AT + timedelta(minutes=minutes) for minutes in (32, 33.1, 5000)]
    assert [overdue(talking, RULES, at) for at in after] == [False] * 3
    assert [overdue(ended, RULES, at) for at in after] == [False, True, True]


# ── what is written ─────────────────────────────────────────────────────────


def test_only_what_is_otherwise_than_it_was_is_filed() -> None:
    record = with_(**FULL)
    assert checked(record, {**FULL, "place": " 河西区\r\n", "note": ""}, MadeUpCodes()) == {"place": "河西区"}
    assert checked(record, {"place": None}, MadeUpCodes()) == {"place": None}


@pytest.mark.parametrize(
    ("asked", "field", "why"),
    [
        ({"colour": "red"}, "colour", "no such field"),
        ({"kind": "咨询"}, "kind", "one of consult, complaint"),
        ({"gender": 1}, "gender", "a text"),
        ({"test": "yes"}, "test", "true or false"),
        ({"content": "x" * 8001}, "content", "8000"),
        ({"place": "a\nb"}, "place", "cannot be printed"),
        ({"content": "a\0b"}, "content", "cannot be printed"),
        ({"contact": "139****0011"}, "contact", "masked"),
        ({"content": "请回电 139****0011"}, "content", "masked"),
        ({"category": "999"}, "category", "no category"),
        ({"kind": "report"}, "category", "another kind"),
        ({"heard": "complaint"}, "heard", "政策咨询"),
        ({"work_order": "2026-000001"}, "work_order", "handed_on"),
        ({"settled": "handed_on", "work_order": "17"}, "work_order", "like 2026-000123"),
    ],
)
def test_each_field_that_cannot_be_so_is_named_with_the_reason(asked: dict[str, Any], field: str, why: str) -> None:
    with pytest.raises(Unfit, match=why) as refused:
        checked(with_(**FULL), asked, MadeUpCodes())
    assert set(refused.value.fields) == {field}


def test_all_that_is_wrong_is_told_at_once() -> None:
    with pytest.raises(Unfit) as refused:
        checked(with_(**FULL), {"gender": "x", "contact": 5, "place": "河西区"}, MadeUpCodes())
    assert set(refused.value.fields) == {"gender", "contact"}


def test_a_screen_that_sends_back_what_it_was_shown_changes_nothing() -> None:
    record = with_(**{**FULL, "content": f"请回电{CONTACT}"})
    seen = {"contact": "139****0042", "asked_by": "张*", "content": "请回电139****0042"}
    assert checked(record, seen, MadeUpCodes()) == {}


def test_who_may_not_see_the_numbers_in_a_text_writes_around_them() -> None:
    asked = {"content": "请回电139****0042，周一起"}
    assert checked(with_(**{**FULL, "content": f"请回电{CONTACT}"}), asked, MadeUpCodes()) == {
        "content": f"请回电{CONTACT}，周一起"
    }
    reduced = with_(**{**FULL, "content": "请回电139****0042"})
    assert checked(reduced, asked, MadeUpCodes()) == asked


def test_another_kind_takes_back_the_box_that_it_cannot_stand_in() -> None:
    assert checked(with_(**FULL), {"kind": "praise", "category": None}, MadeUpCodes()) == {
        "kind": Kind.PRAISE,
        "category": None,
        "heard": None,
    }


def test_a_line_that_keeps_no_numbers_keeps_a_contact_only_when_the_caller_agrees() -> None:
    quiet = fold((opened(line="hiv", quiet=True, body={}),))
    for name, value in (("contact", CONTACT), ("asked_by", "张三")):
        with pytest.raises(Unfit, match="consent"):
            checked(quiet, {name: value}, MadeUpCodes())
        assert checked(quiet, {name: value, "consent": True}, MadeUpCodes()) == {name: value, "consent": True}
    agreed = fold(
        (opened(line="hiv", quiet=True, body={"contact": CONTACT, "consent": True}),),
    )
    with pytest.raises(Unfit, match="cannot stay"):
        checked(agreed, {"consent": False}, MadeUpCodes())
    assert checked(agreed, {"consent": False, "contact": None}, MadeUpCodes()) == {"consent": False, "contact": None}


def test_the_shipped_rules_are_the_defaults() -> None:
    from paperwork.rules import rules_in

    assert rules_in(Path("config")).answers.required_of(Kind.CONSULT) == RULES.required_of(Kind.CONSULT)
