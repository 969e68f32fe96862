"""Unit on a real database: when time runs out people are told, each of them once, and never who is complained of."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from sqlalchemy import select

from paperwork.filing import Changed
from paperwork.orders import escalating
from paperwork.orders.escalating import Escalating
from paperwork.orders.order import Order
from paperwork.orders.orders import Held
from paperwork.orders.state import Move, State
from paperwork.orders.tally import tally_of
from paperwork.orders.words import Clock
from records.paper_tables import filings, orders
from tests.paperwork.orders.house import ENGINE, OrderHouse, local, order_house, until


@pytest.fixture
async def house(url: str) -> AsyncIterator[OrderHouse]:
    async with order_house(url) as house:
        yield house


def clerk(house: OrderHouse) -> Escalating:
    return Escalating(house.orders, ENGINE.who)


async def steps(house: OrderHouse, order: Order) -> list[tuple[str, list[str]]]:
    return [(told["step"], [one["who"] for one in told["told"]]) for told in await house.said(order, "escalate")]


HALF = ("50 %", ["liaison_a"])
EVE = ("1 workday before", ["liaison_a", "liaison_b"])
END = ("deadline", ["liaison_a", "liaison_b", "unit_leader", "leader"])
AFTER = ("1 workday after", ["unit_leader", "leader", "centre"])


async def test_each_step_is_told_at_its_instant_and_once(house: OrderHouse) -> None:
    order = await house.handed()
    told = []
    for now, expected in (
        ("2026-11-26 08:29", []),
        ("2026-11-26 08:30", [HALF]),
        ("2026-11-30 08:30", [HALF, EVE]),
        ("2026-12-01 23:59", [HALF, EVE]),
        ("2026-12-02 00:00", [HALF, EVE, END]),
        ("2026-12-02 08:30", [HALF, EVE, END, AFTER]),
        ("2027-03-01 08:30", [HALF, EVE, END, AFTER]),
    ):
        house.now = local(now)
        await clerk(house).look()
        await clerk(house).look()
        told = await steps(house, order)
        assert told == expected, now
    first = (await house.said(order, "escalate"))[0]
    assert first["told"] == [{"who": "liaison_a", "name": "联络员甲", "unit": "inspection"}]
    assert (first["clock"], first["due"][:16], first["deadline"][:10]) == ("done", "2026-11-26T08:30", "2026-12-01")
    await house.agrees()


async def test_who_was_away_for_weeks_catches_up_in_order_and_a_clock_set_back_tells_nothing_again(
    house: OrderHouse,
) -> None:
    order = await house.handed()
    house.now = local("2026-12-24 10:00")
    await clerk(house).look()
    assert await steps(house, order) == [HALF, EVE, END, AFTER]
    house.now = local("2026-11-26 09:00")
    await clerk(house).look()
    house.now = local("2026-12-30 10:00")
    await clerk(house).look()
    assert await steps(house, order) == [HALF, EVE, END, AFTER]


async def test_what_is_done_or_handed_on_is_told_of_no_more_and_a_new_clock_begins_anew(house: OrderHouse) -> None:
    order = await house.open()
    house.now = local("2026-11-23 09:00")
    await clerk(house).look()
    assert await steps(house, order) == [("50 %", ["handler"])]
    order = await house.move(await house.read(order), Move.HAND_ON, unit="cdc")
    house.now = local("2026-11-24 08:00")
    await clerk(house).look()
    assert len(await steps(house, order)) == 1
    order = await house.move(await house.read(order), Move.RETURN, reason="不属本部门")
    house.now = local("2026-11-25 09:00")
    await clerk(house).look()
    assert await steps(house, order) == [("50 %", ["handler"]), ("50 %", ["handler"])]


async def test_nobody_of_whom_is_complained_is_told_wherever_they_are_liaison_too(house: OrderHouse) -> None:
    order = await house.move(await house.open(against="市卫生监督所"), Move.HAND_ON, unit="cdc")
    house.now = local("2026-12-24 10:00")
    await clerk(house).look()
    told = await house.said(order, "escalate")
    people = [one.get("name") for each in told for one in each["told"]]
    assert "联络员丁" in people
    assert "联络员乙" not in people  # B of both units
    assert all(each["told"] for each in told)


async def test_a_unit_that_is_complained_of_after_all_is_told_nothing(house: OrderHouse) -> None:
    order = await house.handed()
    facts = (await house.orders.find(order.number)).facts
    assert facts
    await house.store.do(orders.update().where(orders.c.number == order.number).values(against="inspection"))
    done = await house.move(order, Move.DONE, text="已办")  # then it may be corrected
    done = await house.move(done, Move.CORRECT, changes={"against": "监督所"}, reason="听录音")
    done = await house.move(done, Move.REOPEN, reason="应回避")
    house.now = local("2026-12-24 10:00")
    await clerk(house).look()
    assert all(
        one["who"] in ("handler", "leader", "centre")
        for told in await house.said(done, "escalate")
        for one in told["told"]
    )


async def test_two_engines_at_once_file_a_step_once(house: OrderHouse, url: str) -> None:
    order = await house.handed()
    house.now = local("2026-11-26 09:00")
    async with order_house(url, house.now) as other:
        results = await asyncio.gather(
            *(each.orders.escalate(order.number, ENGINE.who) for each in (house, other)), return_exceptions=True
        )
    assert sum(isinstance(one, list) and len(one) == 1 for one in results) == 1
    assert all(isinstance(one, list | Changed) for one in results), results
    assert await steps(house, order) == [HALF]


async def test_it_wakes_by_itself_when_an_order_is_opened_and_when_its_time_comes(house: OrderHouse) -> None:
    house.rule(emergency={"hand_on": "1 min", "done": "1 min"})
    async with asyncio.TaskGroup() as tasks:
        works = clerk(house)
        task = tasks.create_task(works.run())
        order = await house.open(urgency="emergency")
        await until(lambda: _counts(works, 1))
        house.later(seconds=29.8)
        house.orders.tell()  # whoever sets the clock wakes it; else it looks within 15 s
        await asyncio.sleep(0)
        assert await steps(house, order) == []
        house.later(seconds=0.3)
        house.orders.tell()
        await until(lambda: steps(house, order))
        assert await steps(house, order) == [("50 %", ["handler"])]
        task.cancel()


async def _counts(works: Escalating, count: int) -> bool:
    return sum(works.tally.states.values()) == count


async def test_rules_that_changed_move_the_next_look_but_no_promise(house: OrderHouse) -> None:
    order = await house.handed()
    house.rule(escalation={"done": [{"at": "1 workday after", "tell": ["leader"]}]})
    assert await house.orders.running() == [order.number]
    assert await house.orders.rewake(order.number)
    assert not await house.orders.rewake(order.number)
    assert await house.orders.next_wake() == local("2026-12-02 08:30")
    assert (await house.read(order)).done_by == order.done_by


@pytest.mark.sqlite
async def test_rules_that_are_edited_while_it_runs_are_taken_up(house: OrderHouse) -> None:
    async with asyncio.TaskGroup() as tasks:
        works = clerk(house)
        task = tasks.create_task(works.run())
        await house.handed()
        await until(lambda: wakes_at(house, "2026-11-26 08:30"))
        house.rule(escalation={"done": [{"at": "1 workday after", "tell": ["leader"]}]})
        house.orders.tell()
        await until(lambda: wakes_at(house, "2026-12-02 08:30"))
        task.cancel()


async def wakes_at(house: OrderHouse, text: str) -> bool:
    return await house.orders.next_wake() == local(text)


async def test_an_order_that_cannot_be_read_keeps_no_other_from_being_told_of(house: OrderHouse) -> None:
    broken, order = await house.handed(), await house.handed()
    newer = {
        "paper": broken.paper,
        "seq": broken.seq + 1,
        "at": house.now,
        "who": "desk:ann",
        "kind": "newer",
        "data": {},
    }
    await house.store.do(filings.insert().values(newer))
    house.now = local("2026-11-26 09:00")
    works = clerk(house)
    async with asyncio.TaskGroup() as tasks:
        task = tasks.create_task(works.run())
        await until(lambda: steps(house, order))
        await until(lambda: _alarmed(works, broken.number))
        task.cancel()
    assert await steps(house, order) == [HALF]
    assert await works.look() > 1
    assert await works.look() > 1


async def _alarmed(works: Escalating, number: str) -> bool:
    return works.alarm is not None and number in works.alarm


async def test_an_order_that_could_not_be_read_is_read_again_later(
    house: OrderHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = await house.handed()
    house.now = local("2026-11-26 09:00")
    find, tries = house.orders.find, 0

    async def fails(number: str) -> Held:
        nonlocal tries
        tries += 1
        if tries == 1:
            raise KeyError("kind")
        return await find(number)

    monkeypatch.setattr(house.orders, "find", fails)
    monkeypatch.setattr(escalating, "AFRESH", 0.0)
    works = clerk(house)
    async with asyncio.TaskGroup() as tasks:
        task = tasks.create_task(works.run())
        await until(lambda: _alarmed(works, order.number))
        house.orders.tell()
        await until(lambda: steps(house, order))
        await until(lambda: _quiet(works))
        task.cancel()
    assert await steps(house, order) == [HALF]


async def _quiet(works: Escalating) -> bool:
    return works.alarm is None


async def test_the_board_counts_who_is_open_and_late_and_no_tests(house: OrderHouse) -> None:
    await house.open()
    await house.handed()
    await house.open(test=True)
    await house.open(settle={"text": "已解释"})
    tally = await tally_of(house.store, house.now)
    assert tally.states == {State.OPENED: 1, State.HANDED_ON: 1, State.ANSWERED: 1}
    assert not tally.overdue
    late = await tally_of(house.store, house.now + timedelta(days=30))
    assert late.overdue == {Clock.HAND_ON: 1, Clock.DONE: 1}
    assert late.units["inspection"] == (1, 1)


async def test_the_index_of_wakes_is_used(house: OrderHouse) -> None:
    order = await house.open()
    await house.move(order, Move.WITHDRAW, reason="重复")
    assert await house.store.rows(select(orders.c.wake_at).where(orders.c.wake_at.is_not(None))) == []
    assert await house.orders.next_wake() is None
