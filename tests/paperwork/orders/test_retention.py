"""Unit on a real database: names and numbers go out of an order when it has been closed for their term, not before."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from paperwork.orders.inquiry import Inquiry
from paperwork.orders.order import Order
from paperwork.orders.state import Move
from records.audit import Audit
from records.paper_tables import filings, orders
from records.retention.holds import Hold, Holds
from records.retention.reducing import Reducing
from records.tables import reducing as at_hand
from tests.paperwork.orders.house import OrderHouse, order_house

NUMBER = "13900000042"


@pytest.fixture
async def house(url: str) -> AsyncIterator[OrderHouse]:
    async with order_house(url) as house:
        yield house


def reducing(url: str, var: Path) -> Reducing:
    return Reducing(url, Holds(url, var), Audit(url, var), "engine:a")


async def reduce(house: OrderHouse, url: str, var: Path, days: int = 30) -> None:
    await reducing(url, var).reduce(house.now - timedelta(days=days), house.now, days=days)


async def closed(house: OrderHouse) -> Order:
    order = await house.open(
        contact=NUMBER, asked_by="张三", content=f"请回电{NUMBER}", settle={"text": f"已回{NUMBER}"}
    )
    order = await house.move(order, Move.CORRECT, changes={"contact": "13900000043"}, reason=f"原为{NUMBER}")
    return await house.move(order, Move.CLOSE)


async def everything(house: OrderHouse) -> str:
    rows = [dict(row) for table in (orders, filings) for row in await house.store.rows(select(table))]
    return json.dumps(rows, default=str, ensure_ascii=False)


async def test_they_go_when_the_term_is_over_and_what_was_done_stays(
    house: OrderHouse, url: str, tmp_path: Path
) -> None:
    order = await closed(house)
    house.later(days=29)
    await reduce(house, url, tmp_path)
    assert NUMBER in await everything(house)
    house.later(days=2)
    await reduce(house, url, tmp_path)
    left = await everything(house)
    assert not [word for word in (NUMBER, "13900000043", "张三") if word in left]
    after = await house.read(order)
    assert (after.state, after.body.contact, after.result_text) == (order.state, "139****0043", "已回139****0042")
    assert await Inquiry(house.store).state(order.number.replace("-", ""), "0043") is not None
    deeds = [entry.deed for entry in await Audit(url, tmp_path).entries()]
    assert [(deed.what, deed.about, deed.details["orders"]) for deed in deeds] == [
        ("numbers_reduced", "orders", [order.number])
    ]
    assert await house.store.rows(select(at_hand)) == []


async def test_an_open_order_keeps_them_however_old_it_is(house: OrderHouse, url: str, tmp_path: Path) -> None:
    await house.open(contact=NUMBER)
    house.later(days=1000)
    await reduce(house, url, tmp_path)
    assert NUMBER in await everything(house)


async def test_an_order_that_somebody_holds_keeps_them_until_it_is_released(
    house: OrderHouse, url: str, tmp_path: Path
) -> None:
    order = await closed(house)
    holds = Holds(url, tmp_path)
    hold = Hold(order.paper, house.now, "os:ann", "诉讼")
    await holds.place(hold)
    house.later(days=60)
    await reduce(house, url, tmp_path)
    assert NUMBER in await everything(house)
    await holds.release(hold)
    await reduce(house, url, tmp_path)
    assert NUMBER not in await everything(house)


async def test_what_is_filed_afterwards_goes_too(house: OrderHouse, url: str, tmp_path: Path) -> None:
    order = await closed(house)
    house.later(days=60)
    await reduce(house, url, tmp_path)
    order = await house.read(order)
    await house.move(order, Move.CORRECT, changes={"contact": NUMBER}, reason="重新联系")
    assert NUMBER in await everything(house)
    await reduce(house, url, tmp_path)
    assert NUMBER not in await everything(house)
