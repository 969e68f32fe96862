"""The facts of what was dialled outside, read from the journal: what `ivr.outbound.OutboundToday` folds."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from ivr.callbacks.events import CallerRung
from ivr.events import ConsultationBegan, PassedOn
from ivr.journal import Entry
from ivr.outbound import FACTS
from records.database import open_database
from records.rows import entries_from
from records.tables import journal, kind_found

_DIALLED = tuple(kind.__name__ for kind in (CallerRung, ConsultationBegan, PassedOn))
_KINDS = tuple(kind.__name__ for kind in FACTS)


async def outbound_facts(url: str, since: datetime, *, node: str | None = None) -> list[Entry]:
    """The facts of calls in which something was dialled since an instant, call after call.

    Raises FileNotFoundError when there is no such database yet.
    """
    dialled = select(journal.c.call).where(journal.c.kind.in_(_DIALLED), journal.c.at >= since)
    query = (
        select(journal)
        .where(journal.c.call.in_(dialled), kind_found.in_(_KINDS))
        .order_by(journal.c.call, journal.c.seq)
    )
    if node is not None:
        query = query.where(journal.c.node == node)
    engine = open_database(url, read_only=True)
    try:
        async with engine.connect() as connection:
            return entries_from((await connection.execute(query)).mappings())
    finally:
        await engine.dispose()
