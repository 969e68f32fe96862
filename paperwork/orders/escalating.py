"""The clerk who tells people that time runs out: each step is filed once, at its instant or as soon as we live again.

It sleeps until the next instant that an order waits for. The wall may be set, and other processes change orders, so it
never sleeps longer than the house allows (`ivr.clock.LOOKS_EVERY`).
"""

from __future__ import annotations

import asyncio
from contextlib import suppress

import structlog
from sqlalchemy.exc import DBAPIError

from ivr.clock import LOOKS_EVERY
from ivr.events import Entry
from paperwork.filing import Changed
from paperwork.orders.orders import Orders
from paperwork.orders.rules import OrderRules
from paperwork.orders.tally import Tally, tally_of
from records.store import NoDatabase
from routing.calendar import Calendar

log = structlog.get_logger(__name__)

AGAIN = 5.0
"""Seconds until a database in trouble is asked again."""
AT_ONCE = 0.05
"""Seconds that pass at least between two looks: a clock that stands still wakes nobody for ever."""


class Escalating:
    """A clerk of the office. `who` is as in the audit log: `engine:NODE`."""

    def __init__(self, orders: Orders, who: str) -> None:
        self._orders, self._who = orders, who
        self._stirred = asyncio.Event()
        self._aside: set[str] = set()
        """Orders that cannot be read: our bug, told once."""
        self._judged: tuple[OrderRules, Calendar] | None = None
        """By which all orders were looked at last."""
        self.alarm: str | None = None
        """Why nothing can be filed at the moment."""
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
            except (DBAPIError, NoDatabase, OSError) as error:
                if self.alarm is None:
                    log.error("the clocks of orders wait for the database", error=type(error).__name__)
                self.alarm, sleep = f"the clocks of work orders wait for the database ({type(error).__name__})", AGAIN
            except Exception:  # an engine that ends by it would meet it again at once
                log.exception("the clocks of orders cannot be looked at: a bug")
                self.alarm, sleep = "the clocks of work orders cannot be looked at: the log says why", LOOKS_EVERY
            else:
                self.alarm = None
            with suppress(TimeoutError):
                async with asyncio.timeout(sleep):
                    await self._stirred.wait()

    async def _heed_rules(self) -> None:
        """At the start, and whenever the operators changed the rules or the calendar, steps lie elsewhere."""
        judged = self._orders.rules(), self._orders.calendar()
        if judged != self._judged:
            moved = await self._orders.rewake()
            log.info("the clocks of orders were looked at by the rules of now", orders=moved)
            self._judged = judged

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
        except (DBAPIError, NoDatabase, OSError):
            raise
        except Exception:
            log.exception("an order cannot be read: a bug; its clock is not looked at", order=number)
            self._aside.add(number)
