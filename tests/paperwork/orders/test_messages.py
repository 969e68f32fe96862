"""Unit on a real database: a message becomes one order, whatever is repeated, and is due from the next workday."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import insert, select

from ivr.events import CallArrived, MessageLeft
from ivr.journal import Entry, Event, to_data
from paperwork.orders import messages
from paperwork.orders.inquiry import Inquiry
from paperwork.orders.messages import Messages
from paperwork.orders.prefill import Known
from paperwork.orders.state import Move, State
from paperwork.orders.words import Clock
from records.paper_tables import orders
from records.tables import journal
from tests.paperwork.orders.house import ENGINE, OrderHouse, local, order_house, until

NUMBER = "13900000042"
FRIDAY_NIGHT = local("2026-11-20 22:15")


@pytest.fixture
async def house(url: str) -> AsyncIterator[OrderHouse]:
    async with order_house(url, FRIDAY_NIGHT) as house:
        yield house


async def note(house: OrderHouse, call: str, seq: int, at: datetime, event: Event) -> Entry:
    row = {"call": call, "seq": seq, "at": at, "node": "a", "kind": type(event).__name__, "data": to_data(event)}
    await house.store.do(insert(journal).values(row))
    return Entry(call, seq, at, event)


async def leaves(house: OrderHouse, call: str = "c1", line: str = "supervision", **arrived: Any) -> Entry:
    await note(house, call, 1, house.now, CallArrived(NUMBER, "12320", "x", "1", **arrived))
    return await note(house, call, 9, house.now, MessageLeft(line, f"messages/2026/11/20/{call}", 12.4))


async def nothing() -> None:
    """Everything is written."""


def clerk(house: OrderHouse) -> Messages:
    return Messages(house.orders, ENGINE.who, nothing)


async def all_of(house: OrderHouse) -> list[Any]:
    return list(await house.store.rows(select(orders).order_by(orders.c.number)))


async def test_a_message_of_friday_night_is_to_be_accepted_on_monday(house: OrderHouse) -> None:
    await leaves(house)
    await clerk(house).take()
    (row,) = await all_of(house)
    assert (row["number"], row["state"], row["source"], row["recording"], row["contact"], row["line"]) == (
        "2026-000001", "received", "message", "messages/2026/11/20/c1", NUMBER, "supervision",
    )  # fmt: skip
    assert (row["clock"], row["due"]) == (Clock.ACCEPT, local("2026-11-23 23:59:59.999"))
    house.now = local("2026-11-23 09:00")
    order = (await house.orders.find(row["number"])).order
    order = await house.move(order, Move.ACCEPT)
    assert (order.state, order.hand_on_by) == (State.OPENED, local("2026-11-24 23:59:59.999"))
    await house.agrees()
    said = await Inquiry(house.store).state("26000001", NUMBER[-4:])
    assert said is not None


@pytest.mark.sqlite
@pytest.mark.parametrize(
    ("left", "due"),
    [
        ("2026-11-20 07:00", "2026-11-20"),  # before the office opened
        ("2026-11-20 17:00", "2026-11-23"),
        ("2026-11-21 12:00", "2026-11-23"),  # Saturday
        ("2026-09-30 20:00", "2026-10-08"),  # the holiday begins
        ("2026-10-03 09:00", "2026-10-08"),
        ("2026-10-09 20:00", "2026-10-10"),  # a Saturday that is worked
    ],
)
async def test_a_message_is_due_when_the_next_workday_ends(house: OrderHouse, left: str, due: str) -> None:
    house.now = local(left)
    await leaves(house)
    await clerk(house).take()
    (row,) = await all_of(house)
    assert row["due"] == local(f"{due} 23:59:59.999")


async def both(house: OrderHouse) -> bool:
    return len(await all_of(house)) == 2


async def test_it_becomes_one_order_however_often_anybody_looks(house: OrderHouse, url: str) -> None:
    for number in range(7):
        await leaves(house, f"c{number}")
    async with order_house(url, FRIDAY_NIGHT) as other:
        await asyncio.gather(*(clerk(each).take() for each in (house, other, house)))
    while await clerk(house).take():
        pass
    rows = await all_of(house)
    assert sorted(row["call"] for row in rows) == [f"c{number}" for number in range(7)]
    assert [row["number"] for row in rows] == [f"2026-{number:06d}" for number in range(1, 8)]


async def test_what_an_engine_that_died_had_not_done_the_next_one_does_at_its_start(house: OrderHouse) -> None:
    await leaves(house)
    async with asyncio.TaskGroup() as tasks:
        works = clerk(house)
        task = tasks.create_task(works.run())
        await until(lambda: all_of(house))
        works.hear(await leaves(house, "c2"))
        await until(lambda: both(house))
        task.cancel()


async def test_a_confidential_lines_message_has_no_number_and_a_tests_is_never_counted(house: OrderHouse) -> None:
    house.quiet = {"hiv"}
    await leaves(house, "c1", "hiv")
    await leaves(house, "c2", test=True)
    await clerk(house).take()
    secret, test = await all_of(house)
    assert (secret["contact"], secret["caller"]) == (None, None)
    assert (test["number"], test["test"]) == ("T2026-000001", True)


async def test_messages_from_long_before_the_office_was_there_stay_what_they_were(house: OrderHouse) -> None:
    await leaves(house)
    house.now += timedelta(days=31)
    assert await clerk(house).take() == []


async def test_a_message_that_cannot_become_an_order_is_an_alarm_and_keeps_no_other_waiting(
    house: OrderHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    await leaves(house, "c1")
    await leaves(house, "c2")
    known = house.orders.known

    async def fails(call: str, *, line: str | None = None) -> Known:
        if call == "c1":
            raise AttributeError("a bug")
        return await known(call, line=line)

    monkeypatch.setattr(house.orders, "known", fails)
    works = clerk(house)
    async with asyncio.TaskGroup() as tasks:
        task = tasks.create_task(works.run())
        await until(lambda: _alarmed(works, "message:c1:9"))
        assert [row["call"] for row in await all_of(house)] == ["c2"]
        monkeypatch.setattr(house.orders, "known", known)
        monkeypatch.setattr(messages, "AFRESH", 0.0)  # an hour later
        works.hear(await leaves(house, "c3"))
        await until(lambda: _alarmed(works, None))
        task.cancel()
    assert sorted(row["call"] for row in await all_of(house)) == ["c1", "c2", "c3"]


async def _alarmed(works: Messages, mark: str | None) -> bool:
    return works.alarm is None if mark is None else works.alarm is not None and mark in works.alarm
