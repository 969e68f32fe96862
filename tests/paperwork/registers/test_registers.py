"""Unit on a real database: registers go on in versions, and every instant of theirs can be asked for."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import delete, update
from sqlalchemy.exc import DBAPIError

from paperwork.filing import Changed
from paperwork.registers.entries import LABELS, AgentEntry, LineEntry, Person, Register, UnitEntry, flat
from paperwork.registers.registers import NoEntry, Registers, Wish
from paperwork.registers.sheet import sheets
from paperwork.registers.unfit import Unfit, entry_of
from paperwork.registers.units import Units
from records.paper_tables import registers as table
from records.store import Store

AT = datetime(2026, 10, 1, 1, 0, tzinfo=UTC)
DAY = timedelta(days=1)
CDC = UnitEntry(
    name="市疾病预防控制中心",
    also=("市疾控",),
    parent="health-commission",
    liaison_a=Person(name="联络员甲", title="科长", office_phone="022-00001234", mobile="13900000011"),
    liaison_b=Person(name="联络员乙", email="b@example.org"),
)


@pytest.fixture
async def store(url: str) -> AsyncIterator[Store]:
    store = Store(url)
    yield store
    await store.close()


@pytest.fixture
def registers(store: Store) -> Registers:
    return Registers(store)


async def test_a_register_tells_how_it_stood_at_any_instant(registers: Registers) -> None:
    old = LineEntry(name="预防接种", number="12320")
    new = LineEntry(name="预防接种咨询", number="12320")
    await registers.set(Register.LINE, "immunization", old, who="desk:ann", at=AT)
    await registers.set(Register.LINE, "immunization", new, who="desk:bob", at=AT + 2 * DAY, reason="改名")
    await registers.retire(Register.LINE, "immunization", who="desk:bob", at=AT + 4 * DAY, reason="停用")
    for days, name in ((-1, None), (0, "预防接种"), (1, "预防接种"), (2, "预防接种咨询"), (4, None)):
        found = await registers.standing(Register.LINE, AT + days * DAY)
        assert [one.data["name"] for one in found] == ([] if name is None else [name]), days
    history = await registers.versions(Register.LINE, id="immunization")
    assert [(one.version, one.who, one.reason, one.retired) for one in history] == [
        (1, "desk:ann", None, False),
        (2, "desk:bob", "改名", False),
        (3, "desk:bob", "停用", True),
    ]
    (gone,) = await registers.standing(Register.LINE, retired=True)
    assert gone.data["name"] == "预防接种咨询"


async def test_what_says_the_same_is_no_new_version(registers: Registers) -> None:
    first = await registers.set(Register.UNIT, "cdc", CDC, who="desk:ann", at=AT)
    again = await registers.set(Register.UNIT, "cdc", CDC, who="desk:bob", at=AT + DAY)
    assert first == again
    await registers.retire(Register.UNIT, "cdc", who="desk:ann", at=AT, reason="撤销")
    back = await registers.set(Register.UNIT, "cdc", CDC, who="desk:ann", at=AT + DAY)
    assert (back.version, back.retired) == (3, False)


async def test_who_looked_at_an_older_version_is_refused(registers: Registers) -> None:
    await registers.set(Register.UNIT, "cdc", CDC, who="desk:ann", at=AT, expected=0)
    with pytest.raises(Changed):
        await registers.set(Register.UNIT, "cdc", UnitEntry(name="别的"), who="desk:bob", at=AT, expected=0)
    with pytest.raises(NoEntry):
        await registers.retire(Register.UNIT, "nobody", who="desk:bob", at=AT, reason="撤销")
    assert len(await registers.versions(Register.UNIT)) == 1


async def test_of_many_that_are_taken_in_one_bad_one_undoes_all(registers: Registers) -> None:
    wishes = [Wish(Register.UNIT, "cdc", CDC), Wish(Register.UNIT, "No Id", CDC)]
    with pytest.raises(Unfit, match="no id"):
        await registers.take(wishes, who="os:ann", at=AT, reason=None)
    assert await registers.versions() == []


@pytest.mark.parametrize("change", [delete(table), update(table).values(who="desk:eve")])
async def test_nobody_changes_or_removes_a_version(registers: Registers, store: Store, change: Any) -> None:
    await registers.set(Register.UNIT, "cdc", CDC, who="desk:ann", at=AT)
    with pytest.raises(DBAPIError, match="append-only"):
        await store.do(change)


async def test_a_clock_that_was_set_back_does_not_reorder_what_stands(registers: Registers) -> None:
    await registers.set(Register.UNIT, "cdc", CDC, who="desk:ann", at=AT)
    late = await registers.set(Register.UNIT, "cdc", UnitEntry(name="疾控"), who="desk:ann", at=AT - DAY)
    assert late.at == AT
    assert [one.data["name"] for one in await registers.standing(Register.UNIT, AT)] == ["疾控"]


async def test_units_are_known_by_id_and_by_their_names_with_liaison_a_first(
    registers: Registers, store: Store
) -> None:
    await registers.set(Register.UNIT, "cdc", CDC, who="desk:ann", at=AT)
    units = Units(store)
    assert [person.name for person in await units.liaisons("cdc")] == ["联络员甲", "联络员乙"]
    assert [unit.id for unit in await units.named(" 市 疾控")] == ["cdc"]
    assert await units.named("") == []
    assert await units.unit("nobody") is None
    assert await units.unit("cdc", AT - DAY) is None
    await registers.retire(Register.UNIT, "cdc", who="desk:ann", at=AT + DAY, reason="撤销")
    assert await units.all() == []
    gone = await units.unit("cdc")
    assert gone is not None
    assert (gone.retired, gone.parent) == (True, "health-commission")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("phone", "12345678901234"),
        ("phone", "call me"),
        ("phone", "138000"[:2]),
        ("email", "nobody"),
        ("email", "a..b@example.org"),
        ("postcode", "30007"),
        ("postcode", "３０００７１"),
        ("name", "  "),
        ("name", "a\nb"),
        ("parent", "No Id"),
        ("nothing", "x"),
    ],
)
def test_a_field_that_cannot_be_is_named_with_its_reason(field: str, value: str) -> None:
    with pytest.raises(Unfit) as refused:
        entry_of(Register.UNIT, {"name": "单位", field: value})
    (problem,) = refused.value.problems
    assert problem.startswith(field)


def test_every_field_that_is_wrong_is_told_at_once() -> None:
    with pytest.raises(Unfit) as refused:
        entry_of(Register.LINE, {"postcode": "1", "liaison_a": {"name": "甲", "mobile": "12345678901"}})
    assert [problem.partition(":")[0] for problem in refused.value.problems] == [
        "name (热线名称)",
        "postcode (邮政编码)",
        "liaison_a.mobile (联络人A手机)",
    ]


@pytest.mark.parametrize("phone", ["022-00001234", "02200001234", "022-00001234-801", "13900000011", "12320"])
def test_a_number_as_people_write_it_is_taken(phone: str) -> None:
    assert entry_of(Register.UNIT, {"name": "单位", "phone": phone})


def test_every_field_has_its_label() -> None:
    for register in Register:
        fields = set(register.model.model_fields)
        assert {name.partition(".")[0] for name in LABELS[register]} == fields
    assert flat({"a": {"b": 1, "c": None}, "d": [], "e": 2}) == {"a.b": 1, "e": 2}


async def test_forms_4_and_5_have_the_fields_of_the_forms(registers: Registers) -> None:
    line = LineEntry(
        name="预防接种", institution="市疾控中心", postcode="300000", liaison_a=Person(name="甲", mobile="13900000011")
    )
    await registers.set(Register.LINE, "immunization", line, who="desk:ann", at=AT)
    for number in ("002", "001"):
        agent = AgentEntry(number=number, name=f"座席{number}", lines=("immunization",))
        await registers.set(Register.AGENT, f"vaccine-{number}", agent, who="desk:ann", at=AT)
    await registers.set(Register.AGENT, "other-1", AgentEntry(number="9", name="别人"), who="desk:ann", at=AT)
    ((four, five),) = await sheets(registers, AT)
    assert {one.label: one.value for one in four.fields}["邮政编码"] == "300000"
    assert [label for label, _ in four.liaisons] == ["联络人A", "联络人B"]
    assert [one.value for one in four.liaisons[0][1]] == ["甲", "", "", "", "13900000011", ""]
    assert five.columns == ("编号", "姓名", "科室", "职务/职称", "办公室电话", "手机", "电子邮箱")
    assert [row[:2] for row in five.rows] == [("001", "座席001"), ("002", "座席002")]
    assert await sheets(registers, AT - DAY) == ()
