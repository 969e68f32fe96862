"""An office for work orders on a real database, its time in our hands, its units made up."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Collection
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from paperwork.orders.asked import Open, read
from paperwork.orders.order import Order, fold, row_of
from paperwork.orders.orders import Actor, Orders
from paperwork.orders.rules import OrderRules
from paperwork.orders.state import Move
from paperwork.orders.units import Unit
from paperwork.orders.words import Told
from records.paper_tables import filings, orders
from records.store import Store
from routing.calendar import SHANGHAI, Calendar

ANN, CHIEF, ENGINE = Actor("desk:ann", "受理员甲"), Actor("desk:chief", "班长甲"), Actor("engine:a", "engine")

PEOPLE = ((Told.LIAISON_A, "联络员甲"), (Told.LIAISON_B, "联络员乙"), (Told.UNIT_LEADER, "负责人甲"))
UNITS = {
    "inspection": Unit("inspection", "市卫生监督所", PEOPLE, also=("监督所",)),
    "inspection-food": Unit("inspection-food", "食品科", ((Told.LIAISON_A, "联络员丙"),), parent="inspection"),
    "cdc": Unit("cdc", "市疾控中心", ((Told.LIAISON_A, "联络员丁"), (Told.LIAISON_B, "联络员乙"))),
    "old": Unit("old", "旧部门", retired=True),
}


class MadeUpUnits:
    """A register of four units."""

    async def unit(self, id: str) -> Unit | None:
        return UNITS.get(id)

    async def named(self, name: str) -> Collection[Unit]:
        return [unit for unit in await self.standing() if unit.is_called(name)]

    async def standing(self) -> Collection[Unit]:
        return [unit for unit in UNITS.values() if not unit.retired]


def local(text: str) -> datetime:
    """An instant in China: `2026-11-20 10:00`."""
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


async def until(true: Callable[[], Awaitable[object]]) -> None:
    """Wait for a condition; ten seconds at most."""
    async with asyncio.timeout(10):
        while not await true():  # noqa: ASYNC110 - the database tells nobody
            await asyncio.sleep(0.01)


@dataclass
class OrderHouse:
    """`now` and `rules` may be set."""

    store: Store
    orders: Orders
    now: datetime
    rules: OrderRules
    calendar: Calendar
    quiet: set[str] = field(default_factory=set)
    closed: set[str] = field(default_factory=set)

    async def open(self, **said: Any) -> Order:
        return await self.orders.open(read(Open, {"content": "食堂卫生", "source": "other", **said}), ANN)

    async def move(self, order: Order, move: Move, actor: Actor = CHIEF, **said: Any) -> Order:
        return await self.orders.move(order.number, move, said, actor, seq=order.seq)

    async def handed(self, **said: Any) -> Order:
        """An order with a unit."""
        return await self.move(await self.open(**said), Move.HAND_ON, unit="inspection")

    async def read(self, order: Order) -> Order:
        return (await self.orders.find(order.number)).order

    async def said(self, order: Order, kind: str) -> list[Any]:
        """What was filed of one kind."""
        return [dict(fact.data) for fact in (await self.orders.find(order.number)).facts if fact.kind == kind]

    async def agrees(self) -> None:
        """Every row is what its filings say, and every filing of an order has its row."""
        rows = {row["number"]: dict(row) for row in await self.store.rows(select(orders))}
        papers = await self.store.rows(
            select(filings.c.paper).where(filings.c.paper.like("order:%")).distinct().order_by(filings.c.paper)
        )
        assert sorted(rows) == sorted(row["paper"].partition(":")[2] for row in papers)
        for number, row in rows.items():
            held = await self.orders.find(number)
            folded = fold(held.facts)
            assert row == row_of(folded, row["wake_at"])

    def later(self, **span: float) -> None:
        self.now += timedelta(**span)

    def rule(self, **different: Any) -> None:
        self.rules = OrderRules.model_validate({**self.rules.model_dump(mode="json"), **different})


@asynccontextmanager
async def order_house(url: str, now: datetime | None = None) -> AsyncIterator[OrderHouse]:
    store = Store(url)
    house: OrderHouse
    book = Orders(
        store,
        MadeUpUnits(),
        rules=lambda: house.rules,
        calendar=lambda: house.calendar,
        now=lambda: house.now,
        quiet=lambda: house.quiet,
        closed=lambda: house.closed,
    )
    house = OrderHouse(store, book, now or local("2026-11-20 10:00"), OrderRules(), Calendar(hours={}))
    try:
        yield house
    finally:
        await store.close()


__all__ = ["ANN", "CHIEF", "ENGINE", "UNITS", "MadeUpUnits", "OrderHouse", "local", "order_house", "until"]
