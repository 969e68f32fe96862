"""Calls that ended before the second layer was written: their legs are told, and their counts, while the hotline runs.

In portions, the newest first, so that nobody waits for it; a portion is one transaction, so that a crash leaves a call
either untold or told. A call that was told is never looked at again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import structlog
from sqlalchemy import bindparam, delete, func, select, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from ivr.events import Entry
from records.database import open_database
from records.rows import cdr_from, counts_of, write_legs
from records.tables import cdr, legs

log = structlog.get_logger(__name__)

AT_ONCE = 200
"""Calls of one portion."""
PAUSE = 0.05
"""Seconds between two portions: calls are being written too."""
AGAIN = 30.0
"""Seconds until a database in trouble is tried again."""


async def untold(connection: AsyncConnection) -> int:
    """How many ended calls nobody looked at yet: no count of connect rates or legs has them."""
    return int(await connection.scalar(select(func.count()).select_from(cdr).where(cdr.c.legs.is_(None))) or 0)


async def tell_some(engine: AsyncEngine, at_once: int = AT_ONCE) -> int:
    """Tell the legs of the newest calls that have none; how many calls there were. Raises DBAPIError."""
    query = select(cdr).where(cdr.c.legs.is_(None)).order_by(cdr.c.ended.desc(), cdr.c.id.desc()).limit(at_once)
    async with engine.begin() as connection:
        # whoever writes one of them now tells its legs, too
        rows = (await connection.execute(query.with_for_update(skip_locked=True))).mappings().all()
        records = [cdr_from(row) for row in rows]
        if records:
            calls = [record.id for record in records]
            await connection.execute(delete(legs).where(legs.c.call.in_(calls)))
            await write_legs(connection, records)
            counts = [{"of": record.id, **{f"new_{k}": v for k, v in counts_of(record).items()}} for record in records]
            values: dict[str, Any] = {name: bindparam(f"new_{name}") for name in counts_of(records[0])}
            await connection.execute(update(cdr).where(cdr.c.id == bindparam("of")).values(values), counts)
    return len(records)


class Untold:
    """Tells them all, once; a clerk of the office."""

    def __init__(self, url: str, *, wait: Callable[[float], Awaitable[None]] = asyncio.sleep) -> None:
        self._url, self._wait = url, wait

    def hear(self, entry: Entry) -> None:
        """Calls of now are told as they end."""

    async def run(self) -> None:
        """Work until nothing is left."""
        engine, total = open_database(self._url), 0
        try:
            while True:
                try:
                    count = await tell_some(engine)
                except (DBAPIError, OSError) as error:
                    log.warning("the legs of earlier calls wait for the database", error=type(error).__name__)
                    await self._wait(AGAIN)
                    continue
                except Exception:  # an engine that ends by it would meet it again at once
                    log.exception("the legs of earlier calls cannot be told: a bug", told=total)
                    return
                total += count
                if count == 0:
                    break
                await self._wait(PAUSE)
        finally:
            await engine.dispose()
        if total:
            log.info("the legs of earlier calls are told", calls=total)
