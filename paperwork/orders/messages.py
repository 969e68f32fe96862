"""The clerk who makes an order of each message that a caller left, due from the next workday.

Exactly once, whatever happens in between: the order and its mark (`message:CALL:SEQ`, the place of the fact in the
journal) are one transaction, and every start looks for messages that have no mark.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import timedelta
from time import monotonic as steady
from typing import Final

import structlog
from sqlalchemy import RowMapping, String, cast, exists, literal, select

from ivr.events import MessageLeft
from ivr.journal import Entry
from paperwork.filing import Changed
from paperwork.orders.asked import Open
from paperwork.orders.order import Order
from paperwork.orders.orders import Actor, Arrival, Orders
from paperwork.orders.words import Source
from records.behind import may_pass
from records.paper_tables import filings
from records.tables import journal

log = structlog.get_logger(__name__)

AGAIN = 5.0
"""Seconds until a database in trouble is asked again."""
AFRESH = 3600.0
"""Seconds until a message that could not become an order is tried again."""
AT_ONCE: Final = 50


class Messages:
    """A clerk of the office. `flush` waits until everything told to the journal is written."""

    def __init__(self, orders: Orders, who: str, flush: Callable[[], Awaitable[object]]) -> None:
        self._orders, self._flush = orders, flush
        self._actor = Actor(who, "电话留言")
        self._left = asyncio.Event()
        self._aside: set[str] = set()
        """Marks of messages that cannot become orders: our bug. The alarm stands until they can."""
        self._aside_since = steady()
        self.alarm: str | None = None
        """Why messages do not become orders at the moment."""

    def hear(self, entry: Entry) -> None:
        """A message was left, maybe."""
        if isinstance(entry.event, MessageLeft):
            self._left.set()

    async def run(self) -> None:
        """Work until cancelled."""
        while True:
            self._left.clear()
            sleep: float | None = AGAIN
            try:
                await self._flush()
                self._take_up()
                while await self.take():
                    pass
            except Exception as error:  # an engine that ends by it would meet it again at once
                self._in_trouble(error)
            else:
                self.alarm, sleep = self._untaken(), AFRESH if self._aside else None
            with suppress(TimeoutError):
                async with asyncio.timeout(sleep):
                    await self._left.wait()

    def _in_trouble(self, error: Exception) -> None:
        if not may_pass(error):
            log.error("messages cannot become orders: a bug", exc_info=error)
            self.alarm = "messages do not become work orders: the log says why"
            return
        if self.alarm is None:
            log.error("messages wait for the database to become orders", error=type(error).__name__)
        self.alarm = f"messages wait for the database to become work orders ({type(error).__name__})"

    def _take_up(self) -> None:
        """What could not become an order an hour ago is tried again."""
        if steady() - self._aside_since >= AFRESH:
            self._aside.clear()
            self._aside_since = steady()

    def _untaken(self) -> str | None:
        if not self._aside:
            return None
        some = ", ".join(sorted(self._aside)[:3]) + (" …" if len(self._aside) > 3 else "")
        return f"{len(self._aside)} messages do not become work orders ({some}): the log says why"

    async def take(self) -> list[str]:
        """Make orders of some messages that have none, the oldest first; the marks of those that were looked at."""
        since = self._orders.now() - timedelta(days=self._orders.rules().messages.catch_up_days)
        mark = literal("message:") + journal.c.call + literal(":") + cast(journal.c.seq, String)
        query = (
            select(journal.c.call, journal.c.seq, journal.c.at, journal.c.data)
            .where(journal.c.kind == MessageLeft.__name__, journal.c.at >= since)
            .where(~exists().where(filings.c.paper == mark, filings.c.seq == 1))
            .order_by(journal.c.at, journal.c.call)
            .limit(AT_ONCE + len(self._aside))  # a statement takes no list of any length
        )
        found = await self._orders.store.rows(query)
        new = [row for row in found if mark_of(row["call"], row["seq"]) not in self._aside]
        return [await self._take(row) for row in new[:AT_ONCE]]

    async def _take(self, row: RowMapping) -> str:
        mark = mark_of(row["call"], row["seq"])
        try:
            order = await self._become(row, mark)
        except Changed:
            log.info("a message was taken by another engine", of=row["call"])
        except Exception as error:
            if may_pass(error):
                raise
            log.exception("a message cannot become an order: a bug", of=row["call"])
            self._aside.add(mark)
        else:
            log.info("a message became an order", of=row["call"], order=order.number)
        return mark

    async def _become(self, row: RowMapping, mark: str) -> Order:
        data, orders = row["data"], self._orders
        known = await orders.known(row["call"], line=data.get("line"))
        form = Open(
            content=f"来电人留言 {round(data['seconds'])} 秒，请听录音后补填主要内容。",
            source=Source.MESSAGE,
            call=row["call"],
            line=data.get("line") or None,
            recording=data["file"],
        )
        arrival = Arrival(orders.rules().of_message(row["at"], orders.calendar()), mark)
        async with orders.store.writing() as connection:
            order = await orders.write(connection, form, known, self._actor, arrival)
        orders.tell()
        return order


def mark_of(call: str, seq: int) -> str:
    """The paper that says that a message became an order."""
    return f"message:{call}:{seq}"
