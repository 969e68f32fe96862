"""What holds keep: the calls that they name, and the orders, each with the call that it came from."""

from __future__ import annotations

from typing import Final

from sqlalchemy import CompoundSelect, Select, func, select, union

from records.paper_tables import orders
from records.tables import holds

PAPER: Final = "order:"
"""How a hold names an order: `order:2026-000017`."""


def held_calls() -> CompoundSelect[str]:
    """Calls of which nothing is deleted or reduced: held ones, and those of held orders."""
    theirs = orders.alias("held_orders")  # an alias: whoever asks may be looking at orders
    of_orders = select(theirs.c.call).where(theirs.c.number.in_(held_orders()), theirs.c.call.is_not(None))
    return union(select(holds.c.call), of_orders)


def held_orders() -> Select[str]:
    """Numbers of the orders that are held themselves."""
    return select(func.substr(holds.c.call, len(PAPER) + 1)).where(holds.c.call.startswith(PAPER))


def order_named(held: str) -> Select[str] | None:
    """What finds the order that a hold names; None when it names a call."""
    number = held.removeprefix(PAPER)
    return None if number == held else select(orders.c.number).where(orders.c.number == number)
