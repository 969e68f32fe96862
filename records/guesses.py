"""Mistakes of callers who asked for orders, read from the journal: what `ivr.guesses.Guesses` counts."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from ivr.callbacks.events import CallPlaced
from ivr.events import CallArrived, StatusAsked
from ivr.guesses import Mistake
from ivr.outcomes import StatusResult
from records.database import open_database
from records.tables import journal

_ARRIVED = (CallArrived.__name__, CallPlaced.__name__)


async def mistakes_since(url: str, since: datetime, *, node: str | None = None) -> list[Mistake]:
    """Those made since an instant, in their order; what was keyed nobody wrote down.

    Raises FileNotFoundError when there is no such database yet.
    """
    arrived = journal.alias()
    query = (
        select(journal.c.call, arrived.c.data["number"].as_string(), journal.c.at)
        .join(arrived, arrived.c.call == journal.c.call)
        .where(
            journal.c.kind == StatusAsked.__name__,
            journal.c.at >= since,
            journal.c.data["result"].as_string() == StatusResult.UNMATCHED.value,
            arrived.c.kind.in_(_ARRIVED),
        )
        .order_by(journal.c.at, journal.c.call, journal.c.seq)
    )
    if node is not None:
        query = query.where(journal.c.node == node)
    engine = open_database(url, read_only=True)
    try:
        async with engine.connect() as connection:
            return [Mistake(call, number or "", at) for call, number, at in await connection.execute(query)]
    finally:
        await engine.dispose()
