"""Unit on a real database: what the mayor's hotline hands over comes in whole and once, and its answers go back."""

from __future__ import annotations

import asyncio
import csv
import io
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlalchemy import select

from paperwork.filing import Changed
from paperwork.orders.exchange import COLUMNS, MOST_ROWS, Refused, answers_of, rows_of, take, to_csv
from paperwork.orders.orders import Actor
from paperwork.orders.state import Move, State
from paperwork.orders.words import Clock
from records.paper_tables import orders
from tests.paperwork.orders.house import OrderHouse, local, order_house

MACHINE = Actor("token:mayor", "12345")
ROW = {"number": "TJ-0001", "content": "食堂卫生", "kind": "投诉", "contact": "13900000042"}


@pytest.fixture
async def house(url: str) -> AsyncIterator[OrderHouse]:
    async with order_house(url) as house:
        yield house


async def taken(house: OrderHouse, *rows: dict[str, Any]) -> list[tuple[str, str, str]]:
    found = await take(house.orders, rows_of(json.dumps({"orders": rows}), "json"), MACHINE)
    return [(one.number, one.order, one.what) for one in found]


async def test_each_number_becomes_one_order_that_waits_to_be_accepted(house: OrderHouse) -> None:
    rows = [ROW, {**ROW, "number": "TJ-0002", "acceptance": "life_safety"}]
    assert await taken(house, *rows) == [("TJ-0001", "2026-000001", "new"), ("TJ-0002", "2026-000002", "new")]
    assert await taken(house, {**ROW, "content": "另一说法"}, {**ROW, "number": "TJ-0003"}) == [
        ("TJ-0001", "2026-000001", "known"),
        ("TJ-0003", "2026-000003", "new"),
    ]
    first = (await house.orders.find("2026-000001")).order
    assert (first.body.content, first.state, first.outside_number) == ("食堂卫生", State.RECEIVED, "TJ-0001")
    urgent = (await house.orders.find("2026-000002")).order
    assert urgent.running is not None
    assert (urgent.running.clock, urgent.running.until) == (Clock.ACCEPT, local("2026-11-20 10:15"))
    await house.agrees()


async def test_its_clock_begins_when_they_handed_it_over(house: OrderHouse) -> None:
    await taken(house, {**ROW, "received": "2026-11-20T09:50", "acceptance": "utilities"})
    order = (await house.orders.find("2026-000001")).order
    assert order.running is not None
    assert order.running.until == local("2026-11-20 10:20")


@pytest.mark.sqlite
@pytest.mark.parametrize(
    ("bad", "why"),
    [
        ({"number": "", "content": "x"}, "row 2: `number`"),
        ({"number": "n"}, "row 2: `content`"),
        ({"number": "n", "content": "x", "kind": "唱歌"}, "row 2: `kind`"),
        ({"number": "n", "content": "x", "received": "soon"}, "row 2: `received`"),
        ({"number": "n", "content": "x", "more": 1}, "row 2: `more`"),
        ({"number": "n", "content": "x", "received": "2026-11-21T09:50"}, "n: `received` lies ahead"),
        ({"number": "n", "withdrawn": "误转"}, "n: we never had it"),
        ({"number": "TJ-0001", "content": "x"}, "TJ-0001: it stands in several rows"),
        (["n"], "row 2: an order is an object"),
    ],
)
async def test_one_bad_row_keeps_all_of_a_file_out_and_is_named(house: OrderHouse, bad: Any, why: str) -> None:
    with pytest.raises(Refused) as refused:
        await taken(house, ROW, bad)
    assert [problem for problem in refused.value.problems if problem.startswith(why)], refused.value.problems
    assert await house.store.rows(select(orders)) == []
    assert await taken(house, ROW) == [("TJ-0001", "2026-000001", "new")]  # and no number was used up


async def test_what_is_taken_back_is_void_and_may_be_taken_back_again_but_not_once_it_is_done(
    house: OrderHouse,
) -> None:
    await taken(house, ROW, {**ROW, "number": "TJ-0002"})
    back = {"number": "TJ-0001", "withdrawn": "误转"}
    assert await taken(house, back) == [("TJ-0001", "2026-000001", "withdrawn")]
    assert await taken(house, back) == [("TJ-0001", "2026-000001", "known")]
    done = await house.move((await house.orders.find("2026-000002")).order, Move.ACCEPT)
    await house.move(done, Move.SETTLE, text="已解释")
    with pytest.raises(Refused, match="cannot be taken back"):
        await taken(house, {"number": "TJ-0002", "withdrawn": "误转"})
    told = await answers_of(house.orders, None)
    assert [(one["number"], one["state"], one["returned"]) for one in told] == [
        ("TJ-0001", "void", "12345 收回：误转"),
        ("TJ-0002", "answered", None),
    ]
    await house.agrees()


async def test_what_was_taken_back_and_comes_again_is_taken_in_anew_but_not_what_we_sent_back(
    house: OrderHouse,
) -> None:
    back = {"number": "TJ-0001", "withdrawn": "误转"}
    await taken(house, ROW)
    await taken(house, back)
    assert await taken(house, ROW) == [("TJ-0001", "2026-000002", "new")]
    assert await taken(house, ROW) == [("TJ-0001", "2026-000002", "known")]
    assert await taken(house, back) == [("TJ-0001", "2026-000002", "withdrawn")]
    assert await taken(house, ROW) == [("TJ-0001", "2026-000003", "new")]
    await house.move((await house.orders.find("2026-000003")).order, Move.WITHDRAW, reason="不属本市")
    assert await taken(house, ROW) == [("TJ-0001", "2026-000003", "known")]
    await house.agrees()


async def test_answers_go_back_without_numbers_and_only_of_what_changed(house: OrderHouse) -> None:
    await taken(house, ROW)
    order = await house.move((await house.orders.find("2026-000001")).order, Move.ACCEPT)
    order = await house.move(order, Move.HAND_ON, unit="cdc")
    order = await house.move(order, Move.DONE, text="已联系13900000042整改")
    (told,) = await answers_of(house.orders, house.now)
    assert (told["state"], told["unit"], told["result_label"], told["text"]) == (
        "done", "市疾控中心", "已解决", "已联系139****0042整改",
    )  # fmt: skip
    house.later(hours=1)
    assert await answers_of(house.orders, house.now) == []
    rows = list(csv.DictReader(io.StringIO(to_csv([{**told, "text": "=1+1"}]))))
    assert (rows[0]["number"], rows[0]["text"]) == ("TJ-0001", "'=1+1")


async def test_a_csv_file_says_the_same_as_json(house: OrderHouse) -> None:
    text = "\ufeffnumber,content,kind,acceptance\nTJ-0001,食堂卫生,投诉,utilities\n"
    (row,) = rows_of(text, "csv")
    assert row == rows_of(json.dumps({"orders": [{**ROW, "acceptance": "utilities", "contact": None}]}), "json")[0]
    for bad, why in (
        ("no,content\n1,x\n", "names the columns"),
        ("number,content\n", "no order in it"),
        ("number,content\n1,x,y\n", "more fields"),
    ):
        with pytest.raises(Refused, match=why):
            rows_of(bad, "csv")
    assert "withdrawn" in COLUMNS


@pytest.mark.parametrize("text", ["", "{", "[]", '{"orders": 1}', '{"orders": []}', "[" * 100_000])
def test_what_is_no_such_file_is_refused_in_a_line(text: str) -> None:
    with pytest.raises(Refused):
        rows_of(text, "json")
    with pytest.raises(Refused, match="at most"):
        rows_of(json.dumps({"orders": [ROW] * (MOST_ROWS + 1)}), "json")


async def test_the_same_file_at_the_same_time_comes_in_once(house: OrderHouse, url: str) -> None:
    async with order_house(url, house.now) as other:
        both = await asyncio.gather(taken(house, ROW), taken(other, ROW), return_exceptions=True)
    assert all(isinstance(one, list | Changed) for one in both), both
    assert [row["number"] for row in await house.store.rows(select(orders.c.number))] == ["2026-000001"]
