"""Unit on a real database: whoever kills the office in the middle of its work loses and doubles nothing."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter

from sqlalchemy import insert, select

from ivr.events import MessageLeft
from ivr.journal import to_data
from paperwork.orders.orders import Orders
from paperwork.orders.words import Source
from records.paper_tables import filings, numbers, orders
from records.tables import journal
from tests.paperwork.orders.house import OrderHouse, local, order_house
from tests.paperwork.orders.test_messages import clerk

LEFT = 40


async def test_what_was_said_to_be_kept_is_kept_and_numbers_have_no_gaps(url: str) -> None:
    async with order_house(url, local("2026-11-20 22:00")) as house:
        event = to_data(MessageLeft("supervision", "messages/2026/11/20/m", 5.0))
        rows = [
            {"call": f"m{number}", "seq": 9, "at": house.now, "node": "a", "kind": "MessageLeft", "data": event}
            for number in range(LEFT)
        ]
        await house.store.do(insert(journal).values(rows))
        done = subprocess.run(  # noqa: ASYNC221 - nothing else goes on
            [sys.executable, "-m", "tests.paperwork.orders.killed", url, "7", "6"],
            check=True,
            capture_output=True,
            text=True,
        )
        kept = Counter[str]()
        for line in done.stdout.splitlines():
            name, count = line.split()
            kept[name] = max(kept[name], int(count))
        assert len(kept) >= 3, done.stderr[-2000:]
        house.now = local("2026-12-20 22:00")
        while await clerk(house).take():
            pass
        await house.agrees()
        await without_gaps(house)
        for number, seq in kept.items():
            assert (await house.orders.find(number)).order.seq >= seq
        await each_once(house.orders)


async def without_gaps(house: OrderHouse) -> None:
    years = await house.store.rows(select(numbers.c.year, numbers.c.last).where(numbers.c.series == "order"))
    found = [row["number"] for row in await house.store.rows(select(orders.c.number).order_by(orders.c.number))]
    given = [f"{row['year']}-{number:06d}" for row in years for number in range(1, row["last"] + 1)]
    assert found == sorted(given)


async def each_once(book: Orders) -> None:
    """Each message and each number of the mayor's hotline is one order; both rows of a file are there or none."""
    rows = await book.store.rows(select(orders.c.source, orders.c.call, orders.c.outside_number))
    messages = Counter(row["call"] for row in rows if row["source"] == Source.MESSAGE)
    assert messages == Counter(f"m{number}" for number in range(LEFT))
    theirs = Counter(row["outside_number"] for row in rows if row["source"] == Source.MAYOR)
    assert set(theirs.values()) <= {1}
    assert {f"{number}b" for number in theirs if not number.endswith("b")} == {
        number for number in theirs if number.endswith("b")
    }
    told = [
        (row["paper"], row["data"]["key"])
        for row in await book.store.rows(select(filings).where(filings.c.kind == "escalate"))
    ]
    assert len(told) == len(set(told))
