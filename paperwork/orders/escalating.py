"""The clerk who tells people that time runs out: each step is filed once, at its instant or as soon as we live again.

It sleeps until the next instant that an order waits for. The wall may be set, and other processes change orders, so it
never sleeps longer than the house allows (`ivr.clock.LOOKS_EVERY`).
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from time import monotonic as steady

import structlog

from ivr.clock import LOOKS_EVERY
from ivr.journal import Entry
from paperwork.filing import Changed
from paperwork.orders.orders import Orders
from paperwork.orders.rules import OrderRules
from paperwork.orders.tally import Tally, tally_of
from records.behind import may_pass
from routing.calendar import Calendar

log = structlog.get_logger(__name__)

AGAIN = 5.0
"""Seconds until a database in trouble is asked again."""
AFRESH = 3600.0
"""Seconds until an order that could not be read is read again."""
AT_ONCE = 0.05
"""Seconds that pass at least between two looks: a clock that stands still wakes nobody for ever."""


class Escalating:
    """A clerk of the office. `who` is as in the audit log: `engine:NODE`."""

    def __init__(self, orders: Orders, who: str) -> None:
        self._orders, self._who = orders, who
        self._stirred = asyncio.Event()
        self._aside: set[str] = set()
        """Orders that cannot be read: our bug. The alarm stands until they can."""
        self._aside_since = steady()
        self._judged: tuple[OrderRules, Calendar] | None = None
        """By which all orders were looked at last."""
        self.alarm: str | None = None
        """Why nothing, or not everything, can be filed at the moment."""
        self.tally = Tally()
        orders.changed.append(self._stirred.set)

    def hear(self, entry: Entry) -> None:
        """Calls do not concern it."""

    async def run(self) -> None:
        """Work until cancelled."""
        while True:
            self._stirred.clear()
            try:
                await self._heed_rules()
                sleep = await self.look()
            except Exception as error:  # an engine that ends by it would meet it again at once
                sleep = self._in_trouble(error)
            else:
                self.alarm = self._unread()
            with suppress(TimeoutError):
                async with asyncio.timeout(sleep):
                    await self._stirred.wait()

    def _in_trouble(self, error: Exception) -> float:
        """Say so; how many seconds to wait."""
        if may_pass(error):
            if self.alarm is None:
                log.error("the clocks of orders wait for the database", error=type(error).__name__)
            self.alarm = f"the clocks of work orders wait for the database ({type(error).__name__})"
            return AGAIN
        log.error("the clocks of orders cannot be looked at: a bug", exc_info=error)
        self.alarm = "the clocks of work orders cannot be looked at: the log says why"
        return LOOKS_EVERY

    def _unread(self) -> str | None:
        if not self._aside:
            return None
        some = ", ".join(sorted(self._aside)[:3]) + (" …" if len(self._aside) > 3 else "")
        return f"the clocks of {len(self._aside)} work orders are not looked at ({some}): the log says why"

    async def _heed_rules(self) -> None:
        """At the start, and whenever the operators changed the rules or the calendar, steps lie elsewhere.

        What could not be read is read again then, and once an hour.
        """
        judged = self._orders.rules(), self._orders.calendar()
        if judged != self._judged:
            numbers = await self._orders.running()
        elif self._aside and steady() - self._aside_since >= AFRESH:
            numbers = sorted(self._aside)
        else:
            return
        self._aside, self._aside_since, moved = set(), steady(), 0
        for number in numbers:
            moved += await self._rewake(number)
        log.info("the clocks of orders were looked at by the rules of now", orders=moved)
        self._judged = judged

    async def _rewake(self, number: str) -> bool:
        try:
            return await self._orders.rewake(number)
        except Exception as error:
            self._set_aside(number, error)
            return False

    async def look(self) -> float:
        """File what is due; how many seconds until the next look."""
        while due := await self._orders.due(but=self._aside):
            for number in due:
                await self._escalate(number)
        self.tally = await tally_of(self._orders.store, self._orders.now())
        wake = await self._orders.next_wake(but=self._aside)
        if wake is None:
            return LOOKS_EVERY
        return min(LOOKS_EVERY, max(AT_ONCE, (wake - self._orders.now()).total_seconds()))

    async def _escalate(self, number: str) -> None:
        try:
            for fact in await self._orders.escalate(number, self._who):
                log.info("time runs out for an order", order=number, clock=fact.data["clock"], step=fact.data["step"])
        except Changed:
            log.info("an order was changed while its clock was looked at", order=number)
        except Exception as error:
            self._set_aside(number, error)

    def _set_aside(self, number: str, error: Exception) -> None:
        """It keeps no other waiting. What may pass is raised again."""
        if may_pass(error):
            raise error
        log.error("an order cannot be read: a bug; its clock is not looked at", order=number, exc_info=error)
        self._aside.add(number)
