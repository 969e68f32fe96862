"""The facts of callbacks, read from the journal: what `ivr.callbacks.ticket.tickets` folds."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from ivr.callbacks.events import CallbackBooked, CallbackClosed, CallbackTried
from ivr.journal import Entry
from records.database import open_database
from records.rows import entries_from
from records.tables import journal

_KINDS = tuple(kind.__name__ for kind in (CallbackBooked, CallbackTried, CallbackClosed))


async def callback_facts(url: str, since: datetime, *, node: str | None = None) -> list[Entry]:
    """What was booked, tried and closed since an instant, by one machine or by all.

    Raises FileNotFoundError when there is no such database yet.
    """
    query = select(journal).where(journal.c.kind.in_(_KINDS), journal.c.at >= since).order_by(journal.c.at)
    if node is not None:
        query = query.where(journal.c.node == node)
    engine = open_database(url, read_only=True)
    try:
        async with engine.connect() as connection:
            return entries_from((await connection.execute(query)).mappings())
    finally:
        await engine.dispose()
