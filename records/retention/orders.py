"""Names and numbers in work orders go when the order has been closed for their term: in the row, and in all that was
filed. An order that is open keeps them, however old: somebody has to be answered.

The triggers of `filings` let it happen for papers that stand in the table `reducing`, which only this transaction sees.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Select, bindparam, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from records.paper_tables import filings, orders
from records.privacy import mask, mask_name, mask_prose
from records.retention.held import PAPER, held_calls, held_orders
from records.tables import reducing

VEILS: Final[Mapping[str, Callable[[str], str]]] = {
    "contact": mask,
    "caller": mask,
    "asked_by": mask_name,
    **dict.fromkeys(("content", "text", "reason", "note"), mask_prose),
}
"""Field of an order, or of what was filed in it → what is left of it."""


def due_orders(before: datetime) -> Select[str]:
    """Orders closed before an instant that tell of persons, and that nobody holds: neither their call nor themselves.

    Whatever is filed in an order takes its mark away: it is looked at again.
    """
    query = select(orders.c.number).where(
        orders.c.closed < before,
        orders.c.reduced.is_(None),
        orders.c.call.is_(None) | orders.c.call.not_in(held_calls()),
        orders.c.number.not_in(held_orders()),
    )
    return query.order_by(orders.c.closed, orders.c.number)


async def reduce_orders(connection: AsyncConnection, numbers: Sequence[str], at: datetime) -> None:
    """Mask names and numbers of these orders for good."""
    papers = [f"{PAPER}{number}" for number in numbers]
    rows = (await connection.execute(select(filings).where(filings.c.paper.in_(papers)))).mappings().all()
    changed = [
        {"of": row["paper"], "nth": row["seq"], "told": told}
        for row in rows
        if (told := without_persons(row["data"])) != row["data"]
    ]
    if changed:
        await connection.execute(insert(reducing), [{"call": paper} for paper in papers])
        one = (filings.c.paper == bindparam("of")) & (filings.c.seq == bindparam("nth"))
        await connection.execute(update(filings).where(one).values(data=bindparam("told")), changed)
        await connection.execute(delete(reducing))
    for row in (await connection.execute(select(orders).where(orders.c.number.in_(numbers)))).mappings().all():
        fields = without_persons({name: row[name] for name in VEILS if name in row})
        await connection.execute(
            update(orders).where(orders.c.number == row["number"]).values(fields | {"reduced": at})
        )


def without_persons(data: Mapping[str, Any]) -> dict[str, Any]:
    """What a filing tells, at any depth, its names and numbers masked."""
    return {name: _veiled(name, value) for name, value in data.items()}


def _veiled(name: str, value: Any) -> Any:
    if isinstance(value, Mapping):
        return without_persons(value)
    veil = VEILS.get(name)
    return veil(value) if veil is not None and isinstance(value, str) else value
