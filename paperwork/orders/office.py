"""Everything of this room that a running hotline has: the orders, and the clerks who work on them by themselves."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime

from paperwork.answers.codes import Codes
from paperwork.orders.escalating import Escalating
from paperwork.orders.messages import Messages
from paperwork.orders.orders import Link, Orders
from paperwork.orders.rules import OrderRules
from paperwork.orders.units import RegisteredUnits
from records.store import Store
from routing.plan import Plan


@dataclass(frozen=True, slots=True)
class OrderOffice:
    """The orders of a running hotline. `escalating` and `messages` are clerks of the office."""

    orders: Orders
    escalating: Escalating
    messages: Messages

    def alarm(self) -> str | None:
        """Why something is not done by itself at the moment."""
        return self.escalating.alarm or self.messages.alarm


def quiet_lines(plan: Plan) -> frozenset[str]:
    """The lines that keep no numbers of their callers."""
    rules = plan.lines.items()
    return frozenset(line for line, rule in rules if rule.confidential is not None and not rule.confidential.numbers)


def confidential_lines(plan: Plan) -> frozenset[str]:
    """The lines whose papers are not for everybody, whether they keep numbers or not."""
    return frozenset(line for line, rule in plan.lines.items() if rule.confidential is not None)


def orders_of(
    store: Store,
    *,
    plan: Callable[[], Plan],
    rules: Callable[[], OrderRules],
    now: Callable[[], datetime],
    codes: Codes | None = None,
    link: Link | None = None,
) -> Orders:
    """The orders in a database, judged by a plan's calendar and the operators' rules."""
    return Orders(
        store,
        RegisteredUnits(store),
        rules=rules,
        calendar=lambda: plan().calendar,
        now=now,
        quiet=lambda: quiet_lines(plan()),
        closed=lambda: confidential_lines(plan()),
        codes=codes,
        link=link,
    )


@asynccontextmanager
async def open_orders(
    url: str,
    *,
    node: str,
    plan: Callable[[], Plan],
    rules: Callable[[], OrderRules],
    now: Callable[[], datetime],
    flush: Callable[[], Awaitable[object]],
    codes: Codes | None = None,
    link: Link | None = None,
) -> AsyncIterator[OrderOffice]:
    """The orders of the database at `url`. `flush` waits until the journal has written everything told to it."""
    store = Store(url)
    try:
        orders = orders_of(store, plan=plan, rules=rules, now=now, codes=codes, link=link)
        who = f"engine:{node}"
        yield OrderOffice(orders, Escalating(orders, who), Messages(orders, who, flush))
    finally:
        await store.close()
