"""Unit: what a record is after whatever was filed in it, in whatever order."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.outcomes import Party
from paperwork.answers.record import MAY, Fact, Illegal, Record, apply, fold
from paperwork.answers.words import State
from paperwork.filing import Filing
from tests.paperwork.answers.made_up import AT, FULL, filing, opened

TEXT = st.sampled_from([None, "张三", "李四", "和平区"])
CHANGES = st.fixed_dictionaries(
    {},
    optional={
        "asked_by": TEXT,
        "place": TEXT,
        "content": TEXT,
        "kind": st.sampled_from([None, "consult", "report", "other"]),
        "gender": st.sampled_from([None, "male", "female"]),
        "test": st.booleans(),
    },
)
DEED = st.one_of(
    st.tuples(st.just(Fact.FILLED), st.fixed_dictionaries({"changes": CHANGES, "complete": st.booleans()})),
    st.tuples(st.just(Fact.SIGNED), st.just({"name": "班长甲", "opinion": "同意"})),
    st.tuples(st.just(Fact.CORRECTED), st.fixed_dictionaries({"reason": st.just("听错了"), "changes": CHANGES})),
    st.tuples(
        st.just(Fact.JOINED),
        st.fixed_dictionaries({"fact": st.integers(8, 30), "offer": st.integers(2, 9), "agent": st.just("bob")}),
    ),
    st.tuples(
        st.just(Fact.LEFT),
        st.fixed_dictionaries(
            {"fact": st.integers(8, 30), "offer": st.integers(1, 9), "by": st.sampled_from([str(one) for one in Party])}
        ),
    ),
    st.tuples(st.just(Fact.OPENED), st.just(dict(opened().data))),
)


def of(seq: int, kind: Fact, data: dict[str, Any]) -> Filing:
    return filing(seq, kind, after=seq, **({"line": "immunization"} | data if kind is Fact.JOINED else data))


@given(st.lists(DEED, max_size=25))
def test_nothing_that_was_signed_changes_whatever_is_filed_afterwards(deeds: list[tuple[Fact, dict[str, Any]]]) -> None:
    kept = [opened()]
    record = fold(kept)
    for kind, data in deeds:
        before, fact = record, of(len(kept) + 1, kind, data)
        if record.state not in MAY[kind]:
            with pytest.raises(Illegal):
                apply(record, fact)
            continue
        record = apply(record, fact)
        kept.append(fact)
        if before.signature is not None:
            assert (record.signature, record.original, record.filled) == (
                before.signature,
                before.original,
                before.filled,
            )
            assert record.state is State.SIGNED
            assert record.corrections[: len(before.corrections)] == before.corrections
            assert (record.body == before.body) or kind is Fact.CORRECTED
        if kind is Fact.SIGNED:
            assert record.original == before.body
    assert fold(kept) == record
    assert (record.number, record.seq, record.first.agent) == ("2026-000123", len(kept), "ann")
    replayed = record.original
    for one in record.corrections:
        for name, (old, new) in one.changes.items():
            assert replayed is not None
            assert getattr(replayed, name) == old
            replayed = replace(replayed, **{name: new})
    assert replayed in (None, record.body)


def test_a_second_signature_and_writing_after_the_first_are_refused() -> None:
    signed = fold((opened(), filing(2, Fact.SIGNED, name="班长甲", opinion="同意")))
    for fact in (Fact.SIGNED, Fact.FILLED, Fact.OPENED):
        with pytest.raises(Illegal, match="signed"):
            apply(signed, filing(3, fact, name="x", opinion="y", changes=FULL, complete=True))
    with pytest.raises(Illegal, match="not there"):
        apply(None, filing(1, Fact.FILLED, changes=FULL, complete=True))
    with pytest.raises(ValueError, match="begins"):
        fold(())


# ── whose it is ─────────────────────────────────────────────────────────────


def joined(seq: int, fact: int, offer: int, agent: str | None, line: str = "immunization") -> Filing:
    return filing(seq, Fact.JOINED, "engine:a", seq, fact=fact, offer=offer, line=line, agent=agent)


def left(seq: int, fact: int, offer: int, by: Party) -> Filing:
    return filing(seq, Fact.LEFT, "engine:a", seq, fact=fact, offer=offer, by=str(by))


def whose(*facts: Filing) -> tuple[str | None, str | None]:
    record = fold((opened(), *facts))
    return record.agent, record.owner


def test_the_first_who_answered_stays_the_first_and_whom_the_caller_was_passed_to_has_it_now() -> None:
    assert whose() == ("ann", "ann")
    assert whose(left(2, 9, 1, Party.CALLER)) == ("ann", "ann")
    assert whose(left(2, 9, 1, Party.PASSED_ON)) == ("ann", "ann")  # until somebody takes the caller
    assert whose(left(2, 9, 1, Party.PASSED_ON), joined(3, 12, 2, "bob")) == ("ann", "bob")
    assert whose(left(2, 9, 1, Party.TAKEN_OVER), joined(3, 12, 2, "chief")) == ("ann", "chief")


def test_who_joins_a_talk_of_three_has_it_only_when_the_other_leaves() -> None:
    doctor = joined(2, 9, 2, "bob")
    assert whose(doctor) == ("ann", "ann")
    assert whose(doctor, left(3, 10, 2, Party.OTHER_SIDE)) == ("ann", "ann")
    assert whose(doctor, left(3, 10, 1, Party.LEFT)) == ("ann", "bob")
    assert whose(doctor, left(3, 10, 1, Party.LEFT), left(4, 12, 2, Party.CALLER)) == ("ann", "bob")


def test_who_passed_a_caller_to_an_outside_number_still_answers_for_the_question() -> None:
    assert whose(left(2, 9, 1, Party.PASSED_ON), joined(3, 12, 2, None)) == ("ann", "ann")
    record = fold((opened(agent=None), joined(2, 12, 2, None)))
    assert (record.agent, record.owner, record.agents) == (None, None, ())
    record = fold((opened(agent=None), joined(2, 12, 2, "bob")))
    assert (record.agent, record.owner) == (None, "bob")


def test_facts_that_come_to_the_office_out_of_order_say_the_same() -> None:
    told = fold((opened(fact=12, offer=2, agent="bob"), joined(2, 7, 1, "ann"), left(3, 9, 1, Party.PASSED_ON)))
    assert (told.agent, told.owner, told.agents) == ("ann", "bob", ("ann", "bob"))


def test_a_talk_that_goes_on_is_not_over_and_a_screen_is_not_in_its_way() -> None:
    record: Record = fold((opened(), joined(2, 9, 2, "bob"), left(3, 10, 1, Party.LEFT)))
    assert (record.over, record.seq, record.written) == (None, 3, 1)
    record = apply(record, left(4, 12, 2, Party.CALLER))
    assert record.over is not None
    assert (record.over - AT).total_seconds() == 4 * 60
