"""Calls that ended before the second layer was written: their legs are told, and their counts, while the hotline runs.

In portions, the newest first, so that nobody waits for it; a portion is one transaction, so that a crash leaves a call
either untold or told. A call that was told is never looked at again, and neither is one that cannot be told, our bug:
`hotline database show` counts both.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import structlog
from sqlalchemy import Select, bindparam, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from ivr.journal import Entry
from records.behind import may_pass
from records.database import open_database
from records.rows import cdr_from, counts_of, write_legs
from records.tables import cdr, legs

log = structlog.get_logger(__name__)

AT_ONCE = 50
"""Calls of one portion: who is served now waits for it no longer than a moment."""
PAUSE = 0.05
"""Seconds between two portions: calls are being written too."""
UNTELLABLE = -1
"""Stands in `cdr.legs` of a call whose legs could not be told."""
AGAIN = 30.0
"""Seconds until a database in trouble is tried again."""


async def untold(connection: AsyncConnection) -> int:
    """How many ended calls nobody looked at yet: no count of connect rates or legs has them."""
    return int(await connection.scalar(select(func.count()).select_from(cdr).where(cdr.c.legs.is_(None))) or 0)


async def untellable(connection: AsyncConnection) -> int:
    """How many could not be told."""
    return int(await connection.scalar(select(func.count()).select_from(cdr).where(cdr.c.legs == UNTELLABLE)) or 0)


async def tell_some(engine: AsyncEngine, at_once: int = AT_ONCE) -> int:
    """Tell the legs of the newest calls that have none; how many calls there were. Raises DBAPIError, OSError.

    Call by call, should one of them meet a bug: that one is told by the log, and never looked at again.
    """
    newest = (cdr.c.ended.desc(), cdr.c.id.desc())
    try:
        return await _tell(engine, select(cdr).where(cdr.c.legs.is_(None)).order_by(*newest).limit(at_once))
    except Exception as error:
        if may_pass(error):
            raise
    query = select(cdr.c.id).where(cdr.c.legs.is_(None)).order_by(*newest).limit(at_once)
    async with engine.connect() as connection:
        calls = list((await connection.execute(query)).scalars())
    for call in calls:
        mine = (cdr.c.id == call) & cdr.c.legs.is_(None)
        try:
            await _tell(engine, select(cdr).where(mine))
        except Exception as error:
            if may_pass(error):
                raise
            log.exception("the legs of an earlier call cannot be told: a bug", call=call)
            async with engine.begin() as connection:
                await connection.execute(update(cdr).where(mine).values(legs=UNTELLABLE))
    return len(calls)


async def _tell(engine: AsyncEngine, query: Select[Any]) -> int:
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
                except Exception as error:  # an engine that ends by it would meet it again at once
                    if may_pass(error):
                        log.warning("the legs of earlier calls wait for the database", error=type(error).__name__)
                    else:
                        log.exception("the legs of earlier calls cannot be told: a bug", told=total)
                    await self._wait(AGAIN)
                    continue
                total += count
                if count == 0:
                    break
                await self._wait(PAUSE)
        finally:
            await engine.dispose()
        if total:
            log.info("the legs of earlier calls are told", calls=total)
