"""What the database knows of today, for `records.today`: read once at the start, and after midnight."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from records.connect import Formula
from records.connect_counts import connect_by_agent, connect_by_half_hour, connect_by_line
from records.legs import Turn
from records.presences import Move, moves_read
from records.tables import cdr
from records.today import DAY, Seed, day_of

SKEW = timedelta(minutes=5)
"""A call's facts are stamped by its own time: so far it may be from the wall's."""


async def seed_of(connection: AsyncConnection, now: datetime, formula: Formula) -> Seed:
    """The counts of the day of `now`, and the calls of the 24 hours before it. Raises SQLAlchemy's DBAPIError.

    All of it must be of one state of the database: `read_today` sees to that.
    """
    begin = day_of(now)
    span = (connection, begin, begin + DAY)
    query = select(cdr.c.asked, cdr.c.turned_out, cdr.c.asked_for).where(
        cdr.c.asked >= now - DAY, cdr.c.direction == "in", cdr.c.test.is_(False)
    )
    last = (await connection.execute(query.order_by(cdr.c.asked))).all()
    known = frozenset((await connection.scalars(select(cdr.c.id).where(cdr.c.ended >= now - SKEW))).all())
    return Seed(
        begin,
        await connect_by_half_hour(*span, formula),
        await connect_by_line(*span, formula),
        await connect_by_agent(*span),
        [(at, Turn(turn), seconds) for at, turn, seconds in last],
        known,
    )


async def read_today(database: AsyncEngine, now: datetime, formula: Formula) -> tuple[Seed, dict[str, list[Move]]]:
    """What was counted and what agents did, in one state of the database. Raises SQLAlchemy's DBAPIError."""
    async with database.connect() as connection:
        if connection.dialect.name == "postgresql":
            await connection.execution_options(isolation_level="REPEATABLE READ")  # SQLite knows no other
        seed = await seed_of(connection, now, formula)
        return seed, await moves_read(connection, seed.begin, seed.begin + DAY)
