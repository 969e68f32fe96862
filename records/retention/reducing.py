"""Whole numbers are masked for good in old records: the one change that the journal lets happen to a fact.

The journal's triggers allow it for calls that stand in the table `reducing`, which only this transaction sees, and for
what a fact tells alone, not for its place, time or kind.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import Select, and_, bindparam, delete, event, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from ivr.events import CallbackBooked, TalkBegan, WaitBegan
from records.audit import Act, Audit, Deed
from records.cdr import fold
from records.database import open_database
from records.privacy import mask
from records.retention.holds import Holds
from records.retention.orders import due_orders, reduce_orders
from records.retention.papers import due_answers, quieten_answers, reduce_answers
from records.rows import entries_from, write_records
from records.tables import cdr, holds, journal, reduced, reducing

_SERVED = (WaitBegan.__name__, TalkBegan.__name__)
"""Facts that say that a line served a call."""

AT_ONCE = 200
"""Calls of one transaction: a caller's facts wait for it no longer than a moment."""


@dataclass(frozen=True, slots=True)
class Reducing:
    """What masks, for whom the audit log is told that it did."""

    url: str
    holds: Holds
    audit: Audit
    who: str

    async def reduce(self, before: datetime, at: datetime, *, days: int) -> int:
        """Mask the numbers of calls that ended before an instant and that nobody holds; how many calls there were.

        Raises FileNotFoundError, DBAPIError.
        """
        total = 0
        while count := await self._some(before, at, days):
            total += count
        while await self._some_answers(before, at, days):
            pass
        while await self._some_orders(before, at, days):
            pass
        return total

    async def mask(self, calls: Sequence[str], at: datetime) -> None:
        """Mask the numbers of these calls at once: those of lines that keep none. No entry: nobody decided it today.

        Held ones, and those that were masked before, are left as they are. Raises DBAPIError.
        """
        engine = _wiping(self.url)
        try:
            async with self.holds.alone(), engine.begin() as connection:
                query = _open().where(cdr.c.id.in_(calls))
                found = list((await connection.execute(query)).scalars())
                if found:
                    await _reduce(connection, found, at)
                    await quieten_answers(connection, found)
        finally:
            await engine.dispose()

    async def of_lines(self, lines: Collection[str], since: datetime) -> list[str]:
        """Ended calls that these lines served, whose numbers are whole. Raises DBAPIError.

        Those that they served last; and those that they served at all since an instant, but for those in which a
        callback was booked: that needs the number.
        """
        noted = select(journal.c.call).where(journal.c.at >= since)
        served = noted.where(journal.c.kind.in_(_SERVED), journal.c.data["line"].as_string().in_(lines))
        booked = noted.where(journal.c.kind == CallbackBooked.__name__)
        left = and_(cdr.c.ended >= since, cdr.c.id.in_(served), cdr.c.id.not_in(booked))
        engine = open_database(self.url)
        try:
            async with engine.connect() as connection:
                query = _open().where(or_(cdr.c.line.in_(lines), left), cdr.c.number != "")
                return list((await connection.execute(query)).scalars())
        finally:
            await engine.dispose()

    async def due(self, before: datetime) -> int:
        """How many calls there would be."""
        engine = open_database(self.url, read_only=True)
        try:
            async with engine.connect() as connection:
                return len((await connection.execute(_due(before))).all())
        finally:
            await engine.dispose()

    async def _some(self, before: datetime, at: datetime, days: int) -> int:
        engine = _wiping(self.url)
        try:
            async with self.holds.alone():
                async with engine.connect() as connection:
                    calls = list((await connection.execute(_due(before).limit(AT_ONCE))).scalars())
                if not calls:
                    return 0
                reason = f"numbers are kept for {days} days"
                deed = Deed(self.who, Act.NUMBERS_REDUCED, "calls", reason, {"calls": calls})
                await self.audit.write(deed, at)
                async with engine.begin() as connection:
                    await _reduce(connection, calls, at)
            return len(calls)
        finally:
            await engine.dispose()

    async def _some_answers(self, before: datetime, at: datetime, days: int) -> int:
        """Names and contacts of answer records; how many there were."""
        engine = _wiping(self.url)
        try:
            async with self.holds.alone():
                async with engine.connect() as connection:
                    calls = list((await connection.execute(due_answers(before).limit(AT_ONCE))).scalars())
                if not calls:
                    return 0
                reason = f"names and contacts are kept for {days} days"
                await self.audit.write(Deed(self.who, Act.NUMBERS_REDUCED, "answers", reason, {"calls": calls}), at)
                async with engine.begin() as connection:
                    await reduce_answers(connection, calls, at)
            return len(calls)
        finally:
            await engine.dispose()

    async def _some_orders(self, before: datetime, at: datetime, days: int) -> int:
        """Names and contacts of work orders that are closed; how many there were."""
        engine = _wiping(self.url)
        try:
            async with self.holds.alone():
                async with engine.connect() as connection:
                    numbers = list((await connection.execute(due_orders(before).limit(AT_ONCE))).scalars())
                if not numbers:
                    return 0
                reason = f"names and contacts are kept for {days} days"
                await self.audit.write(Deed(self.who, Act.NUMBERS_REDUCED, "orders", reason, {"orders": numbers}), at)
                async with engine.begin() as connection:
                    await reduce_orders(connection, numbers, at)
            return len(numbers)
        finally:
            await engine.dispose()


def _wiping(url: str) -> AsyncEngine:
    """A database that writes zeros over what is changed, and does not only forget where it was."""
    engine = open_database(url, busy=30.0)
    if engine.dialect.name == "sqlite":

        @event.listens_for(engine.sync_engine, "connect")
        def prepare(connection: Any, _record: Any) -> None:
            cursor = connection.cursor()
            cursor.execute("PRAGMA secure_delete=ON")
            cursor.close()

    return engine


def _due(before: datetime) -> Select[str]:
    return _open().where(cdr.c.ended < before).order_by(cdr.c.ended, cdr.c.id)


def _open() -> Select[str]:
    """Calls whose numbers are whole, and that nobody holds."""
    return select(cdr.c.id).where(cdr.c.id.not_in(select(reduced.c.call)), cdr.c.id.not_in(select(holds.c.call)))


async def _reduce(connection: AsyncConnection, calls: Sequence[str], at: datetime) -> None:
    await connection.execute(insert(reducing), [{"call": call} for call in calls])
    query = select(journal).where(journal.c.call.in_(calls)).order_by(journal.c.call, journal.c.seq)
    rows = (await connection.execute(query)).mappings().all()
    changed = []
    for row in rows:
        data = without_numbers(row["kind"], row["data"])
        if data != row["data"]:
            changed.append({"of": row["call"], "nth": row["seq"], "told": data})
    if changed:
        one = (journal.c.call == bindparam("of")) & (journal.c.seq == bindparam("nth"))
        await connection.execute(update(journal).where(one).values(data=bindparam("told")), changed)
    entries = entries_from((await connection.execute(query)).mappings())
    records = [fold(list(group)) for _, group in groupby(entries, key=lambda entry: entry.call)]
    await write_records(connection, records)
    await connection.execute(insert(reduced), [{"call": call, "at": at} for call in calls])
    await connection.execute(delete(reducing))


def without_numbers(kind: str, data: dict[str, Any]) -> dict[str, Any]:
    """What a fact tells, its numbers masked and typed digits hidden; of any version of the program."""
    told = dict(data)
    if isinstance(told.get("number"), str):
        told["number"] = mask(told["number"])
    if isinstance(told.get("digits"), str):
        told["digits"] = "*" * len(told["digits"])
    if kind == "Offered" and told.get("agent") is None and isinstance(told.get("phone"), str):
        told["phone"] = mask(told["phone"])  # an outside number
    if told.get("to") == "number" and isinstance(told.get("target"), str):
        told["target"] = mask(told["target"])
    return told
