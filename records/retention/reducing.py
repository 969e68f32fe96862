"""Whole numbers are masked for good in old records: the one change that the journal lets happen to a fact.

The journal's triggers allow it for calls that stand in the table `reducing`, which only this transaction sees, and for
what a fact tells alone, not for its place, time or kind.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any, Final

import structlog
from sqlalchemy import Select, and_, bindparam, delete, event, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from ivr.callbacks.events import CallbackBooked
from ivr.events import FallbackEnded, MessageLeft, TalkBegan, WaitBegan
from records.audit import Act, Audit, Deed, to_the_disk
from records.behind import may_pass
from records.database import open_database
from records.folding import fold
from records.privacy import mask
from records.retention.held import held_calls
from records.retention.holds import Holds
from records.retention.orders import due_orders, reduce_orders
from records.retention.papers import due_answers, quieten_answers, reduce_answers
from records.rows import entries_from, write_records
from records.tables import cdr, journal, reduced, reducing

log = structlog.get_logger(__name__)

_SERVED = (WaitBegan.__name__, TalkBegan.__name__, MessageLeft.__name__, FallbackEnded.__name__)
"""Facts that say that a line served a call."""

AT_ONCE = 50
"""Calls of one transaction: a caller's facts wait for it no longer than a moment, and neither does who is served."""


@dataclass(frozen=True, slots=True)
class What:
    """One sort of what is reduced: what is due, by its name, and the words of the audit log."""

    about: str
    named: str
    kept: str
    due: Callable[[datetime], Select[str]]
    reduce: Callable[[AsyncConnection, Sequence[str], datetime], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Reduced:
    """How many calls lost their whole numbers, and what has them though it should not: `calls CALL`, our bug."""

    calls: int
    left: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reducing:
    """What masks, for whom the audit log is told that it did."""

    url: str
    holds: Holds
    audit: Audit
    who: str

    async def reduce(self, before: datetime, at: datetime, *, days: int) -> Reduced:
        """Mask the numbers of calls that ended before an instant and that nobody holds, and of their papers.

        What cannot be reduced keeps nothing else from it. Raises FileNotFoundError, DBAPIError, OSError: when all was
        tried.
        """
        counts: Counter[str] = Counter()
        left, trouble = list[str](), list[Exception]()
        for what in SORTS:
            odd: set[str] = set()
            try:
                while (count := await self._some(what, before, at, days, odd)) is not None:
                    counts[what.about] += count
            except Exception as error:  # the others' terms are over, too
                trouble.append(error)
            left += [f"{what.about} {name}" for name in sorted(odd)]
        if trouble:
            raise trouble[0]
        return Reduced(counts["calls"], tuple(left))

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

    async def _some(self, what: What, before: datetime, at: datetime, days: int, odd: set[str]) -> int | None:
        """A portion; how many were reduced, None when nothing is due. What cannot be comes to the `odd` ones."""
        engine = _wiping(self.url)
        reason = f"{what.kept} are kept for {days} days"

        async def write(names: Sequence[str]) -> None:
            deed = Deed(self.who, Act.NUMBERS_REDUCED, what.about, reason, {what.named: list(names)})
            async with engine.begin() as connection:
                await what.reduce(connection, names, at)
                written, whole = await self.audit.append(connection, deed, at)
            await self.audit.appended(written, whole=whole)

        try:
            async with self.holds.alone():
                async with engine.connect() as connection:
                    found = (await connection.execute(what.due(before).limit(AT_ONCE + len(odd)))).scalars()
                    names = [name for name in found if name not in odd][:AT_ONCE]
                if not names:
                    return None
                return await _each(what, names, odd, write)
        finally:
            await engine.dispose()


async def _each(what: What, names: list[str], odd: set[str], write: Callable[[Sequence[str]], Awaitable[None]]) -> int:
    """All at once; one by one, should one of them meet a bug. How many were written."""
    try:
        await write(names)
    except Exception as error:
        if may_pass(error):
            raise
    else:
        return len(names)
    count = 0
    for name in names:
        try:
            await write([name])
        except Exception as error:
            if may_pass(error):
                raise
            log.exception("what is older than its term cannot be reduced: a bug", what=what.about, name=name)
            odd.add(name)
        else:
            count += 1
    return count


def _wiping(url: str) -> AsyncEngine:
    """A database that writes zeros over what is changed, and does not only forget where it was."""
    engine = open_database(url, busy=30.0)
    if engine.dialect.name == "sqlite":

        @event.listens_for(engine.sync_engine, "connect")
        def prepare(connection: Any, _record: Any) -> None:
            cursor = connection.cursor()
            cursor.execute("PRAGMA secure_delete=ON")
            cursor.close()

        event.listen(engine.sync_engine, "connect", to_the_disk)
    return engine


def _due(before: datetime) -> Select[str]:
    return _open().where(cdr.c.ended < before).order_by(cdr.c.ended, cdr.c.id)


def _open() -> Select[str]:
    """Calls whose numbers are whole, and that nobody holds, nor an order of theirs."""
    return select(cdr.c.id).where(cdr.c.id.not_in(select(reduced.c.call)), cdr.c.id.not_in(held_calls()))


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


SORTS: Final = (
    What("calls", "calls", "numbers", _due, _reduce),
    What("answers", "calls", "names and contacts", due_answers, reduce_answers),
    What("orders", "orders", "names and contacts", due_orders, reduce_orders),
)


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
