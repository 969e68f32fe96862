"""Sound that a work order needs: while it is open, somebody has to be answered; while it is held, it is evidence.

Both outlast the sound's own term. Afterwards the term counts again, and what it left is deleted the next night.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from records.paper_tables import orders
from records.recordings import Recording
from records.retention.held import held_orders
from records.tables import holds


@dataclass(frozen=True, slots=True)
class Spared:
    """Held calls; those of orders that are open or held, and sounds that such orders name, with an order of each."""

    held: frozenset[str]
    calls: dict[str, str]
    sounds: dict[str, str]

    def order_of(self, recording: Recording) -> str | None:
        """The number of an order for whose sake it stays."""
        return self.calls.get(recording.call) or self.sounds.get(recording.name)

    def __contains__(self, recording: Recording) -> bool:
        return recording.call in self.held or self.order_of(recording) is not None


async def spared(database: AsyncEngine) -> Spared:
    """What no term deletes now. Raises DBAPIError."""
    query = select(orders.c.number, orders.c.call, orders.c.recording).where(
        orders.c.call.is_not(None) | orders.c.recording.is_not(None),
        orders.c.closed.is_(None) | orders.c.number.in_(held_orders()),
    )
    async with database.connect() as connection:
        calls = frozenset((await connection.execute(select(holds.c.call))).scalars())
        rows = (await connection.execute(query.order_by(orders.c.number))).all()
    return Spared(
        calls,
        {call: number for number, call, _ in rows if call is not None},
        {sound: number for number, _, sound in rows if sound is not None},
    )
