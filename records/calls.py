"""The calls that were: their records, as the command line and the screens ask for them."""

from __future__ import annotations

from collections import Counter
from datetime import datetime

from sqlalchemy import exists, func, select
from sqlalchemy.ext.asyncio import AsyncEngine

from ivr.callbacks.events import CallPlaced
from ivr.events import CallArrived, Considered, EndReached
from ivr.journal import Entry
from ivr.outcomes import Outcome
from records.cdr import Cdr
from records.database import open_database
from records.rows import cdr_from, entries_from
from records.tables import cdr, journal, kind_found


async def calls(
    database: AsyncEngine | str,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    last: int | None = None,
    number: str | None = None,
) -> list[Cdr]:
    """The ended calls that began from `since` until before `until`, in the order of their end, newest last.

    `last` keeps the newest so many, `number` those of one caller. A URL is opened for reading alone, beside a hotline
    that writes. Raises FileNotFoundError when there is no such database yet.
    """
    if isinstance(database, str):
        engine = open_database(database, read_only=True)
        try:
            return await calls(engine, since=since, until=until, last=last, number=number)
        finally:
            await engine.dispose()
    query = select(cdr).order_by(cdr.c.ended.desc(), cdr.c.id.desc()).limit(last)
    if since is not None:
        query = query.where(cdr.c.started >= since)
    if until is not None:
        query = query.where(cdr.c.started < until)
    if number is not None:
        query = query.where(cdr.c.number == number)
    async with database.connect() as connection:
        rows = (await connection.execute(query)).mappings().all()
    return [cdr_from(row) for row in reversed(rows)]


async def record_of(url: str, call: str) -> Cdr | None:
    """The record of one ended call. Raises FileNotFoundError when there is no such database yet."""
    engine = open_database(url, read_only=True)
    try:
        async with engine.connect() as connection:
            row = (await connection.execute(select(cdr).where(cdr.c.id == call))).mappings().first()
        return None if row is None else cdr_from(row)
    finally:
        await engine.dispose()


async def outcomes(database: AsyncEngine, since: datetime) -> Counter[Outcome]:
    """How many calls that came in ended since then, by outcome; our own, of callbacks and tests, are left out."""
    placed = exists().where(journal.c.call == cdr.c.id, journal.c.seq == 1, journal.c.kind == CallPlaced.__name__)
    query = (
        select(cdr.c.outcome, func.count())
        .where(cdr.c.ended >= since, ~placed, cdr.c.test.is_(False))
        .group_by(cdr.c.outcome)
    )
    async with database.connect() as connection:
        return Counter({Outcome(name): number for name, number in await connection.execute(query)})


async def talks_since(database: AsyncEngine, since: datetime) -> list[tuple[str, str, datetime, str | None]]:
    """Number, line, end and agent of each talk with a caller who showed a number, of calls ended since, in order."""
    query = (
        select(cdr.c.number, cdr.c.line, cdr.c.ended, cdr.c.agent)
        .where(cdr.c.ended >= since, cdr.c.outcome == Outcome.TALKED, cdr.c.number != "", cdr.c.line.is_not(None))
        .order_by(cdr.c.ended)
    )
    async with database.connect() as connection:
        return [(number, line, ended, agent) for number, line, ended, agent in await connection.execute(query)]


async def facts_of(database: AsyncEngine, call: str) -> list[Entry]:
    """Everything that was noted of a call, in its order; nothing when there is no such call."""
    query = select(journal).where(journal.c.call == call).order_by(journal.c.seq)
    async with database.connect() as connection:
        return entries_from((await connection.execute(query)).mappings())


async def newest(database: AsyncEngine) -> str | None:
    """The call that came in, or was made to call somebody back, last; None when there never was one."""
    query = (
        select(journal.c.call)
        .where(journal.c.kind.in_((CallArrived.__name__, CallPlaced.__name__)))
        .order_by(journal.c.at.desc(), journal.c.call.desc())
        .limit(1)
    )
    async with database.connect() as connection:
        return (await connection.execute(query)).scalar_one_or_none()


async def considered_between(database: AsyncEngine, since: datetime, until: datetime) -> list[Entry]:
    """Every look for an agent in a span, in order."""
    query = (
        select(journal)
        .where(journal.c.at >= since, journal.c.at < until, kind_found == Considered.__name__)
        .order_by(journal.c.at, journal.c.call, journal.c.seq)
    )
    async with database.connect() as connection:
        return entries_from((await connection.execute(query)).mappings())


async def first_end(url: str, number: str) -> EndReached | None:
    """Where the newest call of this number first got to; None while it is on its way, or got nowhere."""
    engine = open_database(url, read_only=True)
    arrived = journal.alias()
    newest = (
        select(arrived.c.call)
        .where(arrived.c.kind == CallArrived.__name__, arrived.c.data["number"].as_string() == number)
        .order_by(arrived.c.at.desc())
        .limit(1)
        .scalar_subquery()
    )
    query = (
        select(journal.c.data)
        .where(kind_found == EndReached.__name__, journal.c.call == newest)
        .order_by(journal.c.seq)
        .limit(1)
    )
    try:
        async with engine.connect() as connection:
            data = (await connection.execute(query)).scalar()
    finally:
        await engine.dispose()
    return None if data is None else EndReached(**data)
