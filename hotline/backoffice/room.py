"""The room in which the clerks work, whichever process it is in: all they need is said in messages."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from itertools import count

from hotline.alarms import AlarmKind
from hotline.backoffice.messages import Begin, Facts, Flush, Flushed, NewPlan, OrdersChanged, Said, State, Told, Write
from hotline.backoffice.pen import Pen
from hotline.keeping import Keeping
from hotline.office import basis_of
from hotline.settings import HOUSE
from hotline.web_gate import key_of
from hotline.webhooks import sender_of
from ivr.clock import Clock
from paperwork.answers.codes import TreeCodes
from paperwork.answers.names import PlanHouse
from paperwork.answers.office import AnswerOffice, open_clerk
from paperwork.categories.shelf import Shelf
from paperwork.office import Office, open_office
from paperwork.orders.office import OrderOffice, open_orders
from paperwork.reports.alarms import RadarWatch
from paperwork.reports.late import LateReports
from paperwork.rules_shelf import RulesShelf
from paperwork.webhooks.sender import Sender
from records.store import Store
from routing.plan import Plan

TELLS_EVERY = 1.0
"""Seconds between two words of how the clerks are."""


@dataclass(slots=True)
class _Told:
    """What the engine said last."""

    plan: Plan
    lag: int
    flushes: dict[int, asyncio.Event] = field(default_factory=dict)
    """Those that are asked for and not answered."""


class Room:
    """`take` what the engine tells, `run` for ever."""

    def __init__(
        self,
        told: _Told,
        tell: Callable[[Said], None],
        *,
        answers: AnswerOffice,
        orders: OrderOffice,
        sender: Sender,
        office: Office,
        keeping: Keeping,
        pen: Pen,
        radar: RadarWatch,
        late: LateReports,
    ) -> None:
        self._told, self._tell = told, tell
        self._answers, self._orders, self._sender = answers, orders, sender
        self._office, self._keeping, self._pen = office, keeping, pen
        self._radar, self._late = radar, late

    pid: None = None
    """It has no process of its own."""

    def abandon(self) -> None:
        """Nothing to do: it ends with us."""

    def take(self, message: Told) -> None:
        """Hear what the engine says."""
        match message:
            case Facts(entries, lag):
                self._told.lag = lag
                for entry in entries:
                    self._office.hear(entry)
            case Write():
                self._pen.take(message)
            case NewPlan(plan):
                self._told.plan = plan
            case OrdersChanged():
                self._orders.orders.tell()
            case Flushed(number):
                if (flushed := self._told.flushes.pop(number, None)) is not None:
                    flushed.set()

    async def run(self) -> None:
        """Let everybody work until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._pen.run())
            tasks.create_task(self._office.run())
            tasks.create_task(self._keeping.run(lambda: self._told.plan.lines))
            tasks.create_task(self._report())

    async def _report(self) -> None:
        while True:
            self._tell(State(self._alarms(), self._orders.escalating.tally, self._radar.rising, self._late.late))
            await asyncio.sleep(TELLS_EVERY)

    def _alarms(self) -> dict[AlarmKind, str]:
        whys = {
            AlarmKind.ANSWERS: self._answers.clerk.alarm,
            AlarmKind.WEBHOOKS: self._sender.alarm,
            AlarmKind.ORDERS: self._orders.alarm(),
            AlarmKind.TERMS: self._keeping.alarm,
        }
        return {kind: why for kind, why in whys.items() if why is not None}


@asynccontextmanager
async def open_room(begin: Begin, tell: Callable[[Said], None]) -> AsyncIterator[Room]:
    """All clerks of a hotline, on its database. `tell` hears what the engine should know; it never blocks."""
    settings, url, clock = begin.settings, begin.settings.database_url, Clock(begin.offset)
    told, numbers, who = _Told(begin.plan, begin.lag), count(1), f"engine:{begin.settings.node}"
    rules, trees = RulesShelf(settings.config), Shelf(settings.config, HOUSE / "config")

    async def flush() -> None:
        number, flushed = next(numbers), asyncio.Event()
        told.flushes[number] = flushed
        tell(Flush(number))
        await flushed.wait()

    async with AsyncExitStack() as stack:
        answers = await stack.enter_async_context(
            open_clerk(
                url,
                house=PlanHouse(lambda: told.plan),
                node=settings.node,
                rules=lambda: rules.rules().answers,
                codes=TreeCodes(trees.trees),
                now=clock.now,
                lag=lambda: told.lag,
                since=begin.since,
                told=tell,
            )
        )
        orders = await stack.enter_async_context(
            open_orders(
                url,
                node=settings.node,
                plan=lambda: told.plan,
                rules=lambda: rules.rules().orders,
                codes=TreeCodes(trees.trees),
                link=answers.answers.book.hand_on,
                now=clock.now,
                flush=flush,
            )
        )
        orders.orders.changed.append(answers.clerk.stir)
        sender = await stack.enter_async_context(sender_of(settings, key_of(settings.var), clock.now))
        filing = Store(url)
        stack.push_async_callback(filing.close)
        reports = basis_of(url, trees.trees, rules.rules, lambda: told.plan, clock.now)
        radar = RadarWatch(filing, lambda: reports().sources(), clock.now, who)
        late = LateReports(lambda: reports().sources())
        clerks = (answers.clerk, sender, orders.escalating, orders.messages, radar, late)
        office = await stack.enter_async_context(open_office(url, node=settings.node, now=clock.now, others=clerks))
        pen, keeping = Pen(url, settings.node, tell), Keeping(settings, who=who)
        stack.push_async_callback(pen.close)
        yield Room(
            told,
            tell,
            answers=answers,
            orders=orders,
            sender=sender,
            office=office,
            keeping=keeping,
            pen=pen,
            radar=radar,
            late=late,
        )
