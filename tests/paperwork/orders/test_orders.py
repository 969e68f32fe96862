"""Unit on a real database: an order's whole life, its clocks, and what is refused."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import insert, select

from ivr.events import CallArrived, TalkBegan
from ivr.journal import to_data
from paperwork.filing import Changed
from paperwork.orders.accused import Unclear
from paperwork.orders.asked import Open, Unfit, read
from paperwork.orders.orders import NoOrder
from paperwork.orders.sheet import LABELS, sheet_of
from paperwork.orders.state import MOVES, IllegalMove, Move, State, allowed, moved
from paperwork.orders.words import Clock, Gender, Satisfaction, Source
from records.migrations import upgrade
from records.paper_tables import answers, orders
from records.tables import journal
from tests.databases import execute
from tests.paperwork.orders.house import ANN, CHIEF, OrderHouse, local, order_house

NUMBER = "13900000042"


@pytest.fixture
async def house(url: str) -> AsyncIterator[OrderHouse]:
    async with order_house(url) as house:
        yield house


async def talked(house: OrderHouse, call: str = "c1", line: str = "supervision", number: str = NUMBER) -> None:
    """A call with its answer record."""
    event = CallArrived(number, "12320", "1", "plan")
    row = {"call": call, "seq": 1, "at": house.now, "node": "a", "kind": "CallArrived", "data": to_data(event)}
    await house.store.do(
        insert(journal).values(row),
        insert(answers).values(
            call=call,
            number=f"2026-{call}",
            seq=2,
            state="filled",
            at=house.now,
            line=line,
            agent="ann",
            asked_by="张三",
            gender="female",
            kind="complaint",
            category="food",
            content="食堂卫生",
            test=False,
        ),
    )


async def test_an_order_goes_its_whole_way_and_keeps_what_was_promised(house: OrderHouse) -> None:
    order = await house.open(kind="complaint", contact=NUMBER, asked_by="张三", feedback="centre")
    assert (order.number, order.state, order.hand_on_by) == (
        "2026-000001",
        State.OPENED,
        local("2026-11-23 23:59:59.999"),
    )
    order = await house.move(order, Move.SIGN, text="同意转办")
    order = await house.move(order, Move.HAND_ON, ANN, unit="inspection", means="fax")
    assert (order.state, order.done_by) == (State.HANDED_ON, local("2026-12-01 23:59:59.999"))
    assert order.handing is not None
    assert (order.handing.unit_name, order.handing.liaison) == ("市卫生监督所", "联络员甲")
    house.rule(simple={"hand_on": "1 workday", "done": "3 workdays"})  # old promises stay
    order = await house.move(order, Move.TAKE)
    assert order.done_by == local("2026-12-01 23:59:59.999")
    house.now = local("2026-11-24 15:00")
    order = await house.move(order, Move.DONE, text="已整改", result="settled")
    assert order.running is not None
    assert (order.running.clock, order.running.until) == (Clock.ANSWER, local("2026-11-25 23:59:59.999"))
    order = await house.move(order, Move.ANSWER, ANN, text="已告知")
    assert order.running is None
    order = await house.move(order, Move.VISIT, ANN, satisfaction="satisfied")
    order = await house.move(order, Move.CONFIRM, text="已落实", name="班长乙")
    order = await house.move(order, Move.CLOSE)
    assert (order.state, order.satisfaction, order.closed) == (State.CLOSED, Satisfaction.SATISFIED, house.now)
    await house.agrees()
    sheet = sheet_of(order)
    assert [one.label for one in sheet.fields] == [LABELS[one.id] for one in sheet.fields]
    assert {one.id: one.value for one in sheet.fields} == {
        "department": "",
        "number": "2026-000001",
        "accepted_by": "ann",
        "accepted": "2026年11月20日 10:00",
        "asked_by": "张*",
        "gender": "",
        "contact": "139****0042",
        "heard": "举报投诉",
        "source": "其他（其他）",
        "content": "食堂卫生",
        "feedback": "12320管理中心答复",
        "opinion": "同意转办",
        "signed_by": "班长甲",
        "signed": "2026年11月20日 10:00",
        "handed_by": "ann",
        "handed_on": "2026年11月20日 10:00",
        "means": "传真",
        "unit": "市卫生监督所",
        "liaison": "联络员甲",
        "confirmation": "已落实",
        "confirmed_by": "班长乙",
        "confirmed": "2026年11月24日 15:00",
    }
    assert [choice.label for choice in sheet["means"].choices if choice.marked] == ["传真"]
    assert sheet_of(order, private=True)["contact"].value == NUMBER


async def test_a_call_with_an_order_fills_it_in_and_gets_no_second_one_by_oversight(house: OrderHouse) -> None:
    await talked(house)
    order = await house.open(source="call", call="c1", content=None)
    body = order.body
    assert (body.content, body.asked_by, body.gender, body.contact, body.line, order.caller) == (
        "食堂卫生", "张三", Gender.FEMALE, NUMBER, "supervision", NUMBER,
    )  # fmt: skip
    with pytest.raises(IllegalMove, match="2026-000001"):
        await house.open(source="call", call="c1")
    other = await house.orders.open(read(Open, {"call": "c1", "content": "另一件事"}), ANN, another=True)
    assert (other.number, other.body.content) == ("2026-000002", "另一件事")
    with pytest.raises(Unfit, match="nothing is known of a call"):
        await house.open(source="call", call="c9")


async def test_the_number_of_a_confidential_lines_caller_is_not_kept(house: OrderHouse) -> None:
    await talked(house, line="hiv")
    house.quiet = {"hiv"}
    order = await house.open(source="call", call="c1")
    assert (order.caller, order.body.contact) == (None, None)
    left = await house.orders.open(read(Open, {"call": "c1", "contact": NUMBER}), ANN, another=True)
    assert (left.caller, left.body.contact) == (None, NUMBER)  # who leaves one for an answer
    await talked(house, "c2")
    known = await house.orders.known("c2", line="hiv")  # a message left there after a talk elsewhere
    assert (known.caller, known.body["line"], "contact" in known.body) == (None, "hiv", False)


async def test_who_was_passed_on_to_a_confidential_line_gives_it_the_order_whatever_line_is_said(
    house: OrderHouse,
) -> None:
    await talked(house)  # the record is the first talk's line's
    for seq, line in enumerate(("supervision", "aid", "hiv", "supervision"), start=2):
        data = to_data(TalkBegan(seq, line, "ann"))
        row = {"call": "c1", "seq": seq, "at": house.now, "node": "a", "kind": "TalkBegan", "data": data}
        await house.store.do(insert(journal).values(row))
    house.quiet, house.closed = {"hiv"}, {"hiv", "aid"}
    first = await house.open(source="call", call="c1", line="supervision")
    assert (first.body.line, first.caller, first.body.contact) == ("hiv", None, None)
    house.quiet = set()
    other = await house.orders.open(read(Open, {"call": "c1", "line": "supervision"}), ANN, another=True)
    assert other.body.line == "aid"


async def test_two_who_open_the_order_of_a_call_at_once_open_one(
    house: OrderHouse, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    await talked(house)
    async with order_house(url, house.now) as other:
        for one in (house, other):

            async def slowly(*said: Any, write: Any = one.orders.write, **more: Any) -> Any:
                await asyncio.sleep(0.1)  # so that both have begun
                return await write(*said, **more)

            monkeypatch.setattr(one.orders, "write", slowly)
        both = await asyncio.gather(
            *(one.open(source="call", call="c1") for one in (house, other)), return_exceptions=True
        )
    assert sorted(type(one).__name__ for one in both) == ["IllegalMove", "Order"], both
    assert (await house.open()).number == "2026-000002"  # and whoever was refused used no number up


async def test_what_is_settled_on_the_spot_is_done_and_answered_in_one_step(house: OrderHouse) -> None:
    order = await house.open(settle={"text": "已当场解释", "result": "explained"})
    assert (order.state, order.done, order.answered, order.seq) == (State.ANSWERED, house.now, house.now, 2)
    assert order.running is None
    await house.agrees()


async def test_a_wrong_address_gives_a_new_day_to_hand_on_and_the_next_unit_its_whole_time(house: OrderHouse) -> None:
    order = await house.handed()
    house.now = local("2026-11-25 11:00")
    order = await house.move(order, Move.RETURN, reason="不属本部门职责")
    assert (order.state, order.hand_on_by) == (State.RETURNED, local("2026-11-26 23:59:59.999"))
    order = await house.move(order, Move.HAND_ON, unit="cdc")
    assert (order.unit, order.done_by) == ("cdc", local("2026-12-04 23:59:59.999"))
    assert [one.unit for one in order.handings] == ["inspection", "cdc"]


async def test_neither_a_unit_that_sends_it_back_nor_a_caller_makes_a_late_hand_on_one_in_time(
    house: OrderHouse,
) -> None:
    order = await house.open(kind="report")
    house.now = late = local("2026-11-24 09:00")
    order = await house.move(order, Move.HAND_ON, unit="inspection")
    house.later(hours=1)
    order = await house.move(order, Move.RETURN, reason="不属本部门职责")
    assert (order.hand_on_by > house.now, order.handed_late, order.sent_back) == (True, late, house.now)
    order = await house.move(order, Move.HAND_ON, unit="cdc")
    assert (order.handed_late, order.sent_back) == (late, None)
    order = await house.move(await house.move(order, Move.DONE, text="已办结"), Move.REOPEN, reason="来电人不满意")
    assert (await house.move(order, Move.SETTLE, text="已解释")).handed_late == late
    prompt = await house.move(await house.handed(), Move.RETURN, reason="不属本部门职责")
    assert (prompt.handed_late, prompt.sent_back) == (None, house.now)
    await house.agrees()


async def test_orders_of_before_are_told_what_they_had_forgotten(house: OrderHouse, url: str) -> None:
    in_time, waiting = await house.handed(), await house.open()
    again = await house.move(await house.handed(), Move.RETURN, reason="不属本部门职责")
    house.now = local("2026-11-24 09:00")
    await house.move(again, Move.HAND_ON, unit="cdc")
    settled = await house.move(waiting, Move.SETTLE, text="已解释")
    back = await house.move(in_time, Move.RETURN, reason="不属本部门职责")
    assert (settled.handed_late, back.sent_back) == (house.now, house.now)
    for column in ("handed_late", "sent_back"):
        execute(url, f"ALTER TABLE orders DROP COLUMN {column}")
    execute(url, "UPDATE alembic_version SET version_num = '0009'")
    await upgrade(url, without_copy=True)
    await house.agrees()


async def test_or_it_keeps_what_is_left_when_the_operators_say_so(house: OrderHouse) -> None:
    house.rule(returned="keep")
    order = await house.handed()
    first = order.done_by
    house.now = local("2026-11-25 11:00")
    order = await house.move(order, Move.RETURN, reason="不属本部门职责")
    assert order.hand_on_by == local("2026-11-23 23:59:59.999")
    assert order.overdue(house.now)
    order = await house.move(order, Move.HAND_ON, unit="cdc")
    assert order.done_by == first


async def test_more_time_is_given_once_within_bounds_and_before_it_is_over(house: OrderHouse) -> None:
    order = await house.handed()
    with pytest.raises(IllegalMove, match="allow 7 workdays"):
        await house.move(order, Move.EXTEND, workdays=8, reason="取证")
    order = await house.move(order, Move.EXTEND, workdays=5, reason="取证")
    assert (order.state, order.done_by) == (State.EXTENDED, local("2026-12-08 23:59:59.999"))
    with pytest.raises(IllegalMove, match="the rules allow 1"):
        await house.move(order, Move.EXTEND, workdays=1, reason="取证")
    late = await house.handed()
    house.now = local("2026-12-20 09:00")
    with pytest.raises(IllegalMove, match="its time is over"):
        await house.move(late, Move.EXTEND, workdays=1, reason="取证")
    emergency = await house.handed(urgency="emergency")
    with pytest.raises(IllegalMove, match="allow 0 workdays"):
        await house.move(emergency, Move.EXTEND, workdays=1, reason="取证")


@pytest.mark.sqlite
@pytest.mark.parametrize("against", ["inspection", "ＩＮＳＰＥＣＴＩＯＮ", "市卫生监督所", "监督所", " 监督 所"])
@pytest.mark.parametrize("unit", ["inspection", "inspection-food"])
async def test_no_unit_handles_what_it_is_complained_of_nor_does_a_part_of_it(
    house: OrderHouse, against: str, unit: str
) -> None:
    order = await house.open(against=against)
    with pytest.raises(IllegalMove, match="is complained of"):
        await house.move(order, Move.HAND_ON, unit=unit)
    assert (await house.move(order, Move.HAND_ON, unit="cdc")).unit == "cdc"


async def test_a_unit_above_the_one_complained_of_may_handle_it(house: OrderHouse) -> None:
    order = await house.open(against="食品科")
    assert (await house.move(order, Move.HAND_ON, unit="inspection")).unit == "inspection"


@pytest.mark.parametrize("unit", ["inspection", "inspection-food"])
async def test_whom_a_unit_turns_out_to_be_complained_of_it_is_taken_back_first(house: OrderHouse, unit: str) -> None:
    order = await house.move(await house.open(), Move.HAND_ON, unit=unit)
    with pytest.raises(IllegalMove, match="take it back first"):
        await house.move(order, Move.CORRECT, changes={"against": "监督所"}, reason="听录音")
    order = await house.move(order, Move.RETURN, reason="被反映单位")
    order = await house.move(order, Move.CORRECT, changes={"against": "监督所"}, reason="听录音")
    with pytest.raises(IllegalMove, match="is complained of"):
        await house.move(order, Move.HAND_ON, unit="inspection")


@pytest.mark.sqlite
@pytest.mark.parametrize("against", ["天津市卫生监督所", "卫生监督所", "市卫生监督所食品科", "市卫生监督所的张科长"])
async def test_where_a_unit_may_be_meant_nothing_is_handed_on_before_somebody_says_whether(
    house: OrderHouse, against: str
) -> None:
    order = await house.open(against=against)
    for unit in ("inspection", "cdc"):
        with pytest.raises(Unclear, match=r"市卫生监督所 \(inspection\)") as refused:
            await house.move(order, Move.HAND_ON, unit=unit)
        assert "inspection" in {one.id for one in refused.value.units}
    with pytest.raises(IllegalMove, match="is complained of: hand it on"):
        await house.move(order, Move.HAND_ON, unit="inspection-food", complained_of="inspection")
    with pytest.raises(Unfit, match="no unit 'nowhere'"):
        await house.move(order, Move.HAND_ON, unit="cdc", complained_of="nowhere")
    handed = await house.move(order, Move.HAND_ON, unit="cdc", complained_of="inspection")
    assert (handed.unit, handed.meant) == ("cdc", "inspection")
    back = await house.move(handed, Move.RETURN, reason="不归我管")  # what was said stays said
    with pytest.raises(IllegalMove, match="is complained of: hand it on"):
        await house.move(back, Move.HAND_ON, unit="inspection")


async def test_who_is_like_a_unit_and_none_of_them_is_handed_on_and_asked_again_when_corrected(
    house: OrderHouse,
) -> None:
    order = await house.open(against="外省卫生监督所", hand_on={"unit": "inspection", "complained_of": "none"})
    assert (order.unit, order.meant) == ("inspection", "none")
    with pytest.raises(Unclear):
        await house.move(order, Move.CORRECT, changes={"against": "本市卫生监督所"}, reason="听录音")
    with pytest.raises(IllegalMove, match="take it back first"):
        await house.move(
            order, Move.CORRECT, changes={"against": "本市卫生监督所"}, reason="听录音", complained_of="inspection"
        )
    order = await house.move(order, Move.CORRECT, changes={"against": "某餐馆"}, reason="听录音")
    assert order.meant is None
    with pytest.raises(Unfit, match="complains of nobody"):
        await house.move(await house.open(), Move.HAND_ON, unit="cdc", complained_of="none")
    with pytest.raises(Unclear):
        await house.open(against="天津市疾控中心", hand_on={"unit": "inspection"})


async def test_units_that_the_register_lacks_or_no_longer_has_get_nothing(house: OrderHouse) -> None:
    order = await house.open()
    for unit, why in (("nowhere", "has no unit"), ("old", "no longer")):
        with pytest.raises(Unfit, match=why):
            await house.move(order, Move.HAND_ON, unit=unit)


async def test_where_the_department_signs_first_nothing_is_handed_on_before(house: OrderHouse) -> None:
    house.rule(sign_first=True)
    order = await house.open()
    with pytest.raises(IllegalMove, match="审定意见"):
        await house.move(order, Move.HAND_ON, unit="cdc")
    order = await house.move(order, Move.SIGN, text="同意")
    assert (await house.move(order, Move.HAND_ON, unit="cdc")).state is State.HANDED_ON


async def test_what_was_signed_stays_legible_beside_its_correction(house: OrderHouse) -> None:
    order = await house.open(contact=NUMBER)
    order = await house.move(order, Move.SIGN, text="同意")
    order = await house.move(
        order, Move.CORRECT, changes={"content": "食堂无证", "contact": None}, reason=f"{NUMBER}更正"
    )
    assert (order.body.content, order.body.contact) == ("食堂无证", None)
    sheet = sheet_of(order)
    assert sheet["content"].value == "食堂卫生"
    (correction,) = sheet.corrections
    assert correction.reason == "139****0042更正"
    assert [(one.label, one.before, one.after) for one in correction.changes] == [
        ("主要内容", "食堂卫生", "食堂无证"),
        ("联系方式", "139****0042", ""),
    ]
    await house.agrees()


async def test_a_correction_by_who_sees_masked_numbers_destroys_none(house: OrderHouse) -> None:
    order = await house.open(contact=NUMBER, content=f"请回电{NUMBER}")
    order = await house.move(order, Move.CORRECT, changes={"content": "急：请回电139****0042"}, reason="补充")
    assert order.body.content == f"急：请回电{NUMBER}"
    for changes in ({"content": "请回电139****0043"}, {"contact": "139****0043"}):
        with pytest.raises(Unfit, match="masked"):
            await house.move(order, Move.CORRECT, changes=changes, reason="补充")


async def test_another_urgency_gives_the_clock_that_runs_another_end(house: OrderHouse) -> None:
    order = await house.handed()
    order = await house.move(order, Move.CORRECT, changes={"urgency": "complex"}, reason="案情复杂")
    assert order.done_by == local("2027-01-01 23:59:59.999")
    with pytest.raises(Unfit, match="says so already"):
        await house.move(order, Move.CORRECT, changes={"urgency": "complex"}, reason="案情复杂")
    with pytest.raises(Unfit, match="urgency"):
        await house.move(order, Move.CORRECT, changes={"urgency": "soon"}, reason="案情复杂")


async def test_a_complaint_is_closed_after_a_follow_up_call_and_not_against_its_callers_word(house: OrderHouse) -> None:
    order = await house.open(kind="complaint", contact=NUMBER, settle={"text": "已解释"})
    with pytest.raises(IllegalMove, match="回访"):
        await house.move(order, Move.CLOSE)
    order = await house.move(order, Move.VISIT, reached=False)
    assert (order.state, order.visits) == (State.ANSWERED, 1)
    order = await house.move(order, Move.VISIT, satisfaction="dissatisfied")
    with pytest.raises(IllegalMove, match="not satisfied"):
        await house.move(order, Move.CLOSE)
    again = await house.move(order, Move.REOPEN, reason="来电人不满意")
    assert (again.state, again.reopened, again.done, again.satisfaction) == (State.REOPENED, 1, None, None)
    assert again.hand_on_by == local("2026-11-23 23:59:59.999")
    nobody = await house.open(kind="complaint", settle={"text": "匿名"})
    assert (await house.move(nobody, Move.CLOSE)).state is State.CLOSED


async def test_who_comes_second_is_told_to_look_again_and_changes_nothing(house: OrderHouse) -> None:
    order = await house.open()
    await house.move(order, Move.URGE, text="请尽快")
    with pytest.raises(Changed):
        await house.move(order, Move.WITHDRAW, reason="重复")
    assert (await house.read(order)).state is State.OPENED
    with pytest.raises(NoOrder, match="no order"):
        await house.orders.move("2026-999999", Move.URGE, {"text": "请尽快"}, CHIEF)


async def test_numbers_have_no_gaps_whoever_is_refused_and_tests_have_their_own(house: OrderHouse) -> None:
    first = await house.open()
    with pytest.raises(Unfit):
        await house.orders.open(Open.model_construct(content=None, source=Source.OTHER), ANN)
    test = await house.open(test=True)
    second = await house.open()
    assert [one.number for one in (first, test, second)] == ["2026-000001", "T2026-000001", "2026-000002"]
    house.now = local("2027-01-01 00:00")
    assert (await house.open()).number == "2027-000001"


async def test_a_clock_that_is_set_back_gives_no_time_before_the_opening(house: OrderHouse) -> None:
    order = await house.open()
    house.later(hours=-5)
    order = await house.move(order, Move.HAND_ON, unit="cdc")
    assert order.handing is not None
    assert order.handing.at == order.opened


@pytest.mark.sqlite
@pytest.mark.parametrize(
    ("move", "data", "why"),
    [
        (Move.SIGN, {}, "text"),
        (Move.SIGN, {"text": "  "}, "text"),
        (Move.RETURN, {"reason": "x" * 5000}, "reason"),
        (Move.EXTEND, {"workdays": 0, "reason": "r"}, "workdays"),
        (Move.EXTEND, {"workdays": "many", "reason": "r"}, "workdays"),
        (Move.VISIT, {"reached": True}, "satisfaction"),
        (Move.VISIT, {"reached": False, "satisfaction": "fair"}, "satisfaction"),
        (Move.CORRECT, {"changes": {"number": "1"}, "reason": "r"}, "number"),
        (Move.CORRECT, {"changes": {}, "reason": "r"}, "changes"),
        (Move.URGE, {"text": "a\x00b"}, "control"),
        (Move.URGE, {"text": "a", "more": 1}, "more"),
    ],
)
async def test_what_makes_no_sense_is_refused_in_one_line_that_names_it(
    house: OrderHouse, move: Move, data: dict[str, object], why: str
) -> None:
    order = await house.open()
    with pytest.raises(Unfit, match=why) as refused:
        await house.orders.move(order.number, move, data, CHIEF)
    assert "\n" not in str(refused.value)
    assert (await house.read(order)).seq == 1


def test_an_illegal_move_says_in_one_line_what_can_be_done() -> None:
    with pytest.raises(IllegalMove, match=r"closed.*reopen") as refused:
        moved(State.CLOSED, Move.HAND_ON)
    assert "\n" not in str(refused.value)


def test_every_state_is_reached_and_left_but_for_what_is_void() -> None:
    reached = {State.OPENED, State.RECEIVED} | {after for (_, move), after in MOVES.items()}
    assert reached == set(State)
    assert [state for state in State if not allowed(state)] == [State.VOID]


async def test_the_row_of_a_day_is_found_by_its_running_clock(house: OrderHouse) -> None:
    order = await house.handed()
    (row,) = await house.store.rows(select(orders.c.clock, orders.c.due, orders.c.unit, orders.c.wake_at))
    assert (row["clock"], row["due"], row["unit"]) == ("done", order.done_by, "inspection")
    assert row["wake_at"] == local("2026-11-26 08:30")
    assert order.done_by is not None
    assert order.done_by - house.now > timedelta(days=11)
