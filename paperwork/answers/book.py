"""The answer records in the database: looked at, filled, signed, corrected. Each deed is one transaction.

Whoever writes says which filing they saw last (`seq`): who comes second is refused (`Changed`) and looks again. Talks
that begin and end meanwhile are in nobody's way.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from paperwork.answers.codes import Codes
from paperwork.answers.complete import Unfit, checked, missing, missing_of
from paperwork.answers.opening import paper_of
from paperwork.answers.record import Body, Fact, Illegal, Record, apply, fold, typed
from paperwork.answers.row import row_of
from paperwork.answers.rules import AnswerRules
from paperwork.answers.sheet import LABELS
from paperwork.answers.words import Settled, State
from paperwork.filing import Changed, Filing, file, filed
from records.paper_tables import answers
from records.retention.papers import masked
from records.store import Store

LONGEST = 2000
"""Characters of an opinion or a reason."""


Deed = Callable[[AsyncConnection, Record], Awaitable[Filing | None]]
"""What somebody wants to file in a record as it stands; None is nothing."""


class NoRecord(LookupError):
    """There is no record of this call."""


class Book:
    """Raises NoRecord for a call without a record, and what `Store` raises.

    `changed` is told of each record right after it was written.
    """

    def __init__(
        self,
        store: Store,
        rules: Callable[[], AnswerRules],
        codes: Codes,
        *,
        changed: Callable[[Record], None] = lambda record: None,
    ) -> None:
        self.store, self.rules, self.codes = store, rules, codes
        self._changed = changed

    # ── looking ─────────────────────────────────────────────────────────────

    async def history(self, call: str) -> list[Filing]:
        """All that was filed in the record of a call, in order; nothing when there is none."""
        async with self.store.reading() as connection:
            return await filed(connection, paper_of(call))

    async def record(self, call: str) -> Record:
        facts = await self.history(call)
        if not facts:
            raise NoRecord(call)
        return fold(facts)

    async def call_of(self, number: str) -> str:
        """The call whose record has this number. Raises NoRecord."""
        row = await self.store.row(select(answers.c.call).where(answers.c.number == number))
        if row is None:
            raise NoRecord(number)
        return str(row["call"])

    # ── writing ─────────────────────────────────────────────────────────────

    async def fill(self, call: str, asked: Mapping[str, Any], *, seq: int | None, who: str, at: datetime) -> Record:
        """Write into fields: only what is otherwise than it was is filed, and nothing when nothing is.

        `seq` None is whoever wants to write in any case. Raises Unfit, Changed, Illegal (it is signed).
        """

        async def deed(connection: AsyncConnection, record: Record) -> Filing | None:
            if record.state is State.SIGNED:
                raise Illegal("the record is signed: what is wrong in it is corrected, with a reason")
            changes = await self._checked(connection, record, asked)
            if not changes:
                return None
            return self._filled(record, changes, who, at)

        return await self._write(call, seq, deed)

    async def sign(self, call: str, opinion: str, name: str, *, seq: int | None, who: str, at: datetime) -> Record:
        """管理部门审定意见, by `name`. Raises Unfit (what is missing), Changed, Illegal (it is signed already)."""

        async def deed(connection: AsyncConnection, record: Record) -> Filing:
            if record.state is State.SIGNED:
                raise Illegal("the record is signed already")
            if lacks := missing_of(record, self.rules()):
                raise Unfit({field: f"{LABELS[field]}: is missing, so that it cannot be signed" for field in lacks})
            data = {"opinion": _words("opinion", opinion), "name": _words("name", name)}
            return Filing(paper_of(call), record.seq + 1, at, who, Fact.SIGNED, data)

        return await self._write(call, seq, deed)

    async def correct(
        self, call: str, asked: Mapping[str, Any], reason: str, *, seq: int | None, who: str, at: datetime
    ) -> Record:
        """Correct what was signed; the form shows both. Raises Unfit, Changed, Illegal (it is not signed)."""

        async def deed(connection: AsyncConnection, record: Record) -> Filing | None:
            if record.state is not State.SIGNED:
                raise Illegal("the record is not signed: fill it, nothing has to be corrected")
            changes = await self._checked(connection, record, asked)
            if not changes:
                return None
            data = {"reason": _words("reason", reason), "changes": changes}
            return Filing(paper_of(call), record.seq + 1, at, who, Fact.CORRECTED, data)

        return await self._write(call, seq, deed)

    async def hand_on(self, connection: AsyncConnection, call: str, order: str, *, who: str, at: datetime) -> bool:
        """A work order was opened from this call: its record says so, in the order's own transaction.

        False when the call has no record, or one that was signed or names an order already: it is left as it is.
        Raises Changed.
        """
        facts = await filed(connection, paper_of(call))
        record = fold(facts) if facts else None
        if record is None or record.state is State.SIGNED or record.body.work_order is not None:
            return False
        await self._file(connection, record, self._linked(record, order, who, at))
        return True

    async def name_order(self, call: str, order: str, *, who: str, at: datetime) -> Record:
        """As `hand_on`, of an order that was opened before the record was."""

        async def deed(_connection: AsyncConnection, record: Record) -> Filing | None:
            if record.state is State.SIGNED or record.body.work_order is not None:
                return None
            return self._linked(record, order, who, at)

        return await self._write(call, None, deed)

    def _linked(self, record: Record, order: str, who: str, at: datetime) -> Filing:
        """In nobody's way: whoever writes into the record meanwhile has seen the order opened."""
        fact = self._filled(record, {"settled": str(Settled.HANDED_ON), "work_order": order}, who, at)
        return replace(fact, data={**fact.data, "linked": True})

    async def reconsider(self, call: str, *, who: str, at: datetime) -> bool:
        """A record that lacks nothing by today's rules is filled, though it lacked something by others; if it was."""
        filled = False

        async def deed(_connection: AsyncConnection, record: Record) -> Filing | None:
            nonlocal filled
            filled = record.state is State.OPEN and not missing_of(record, self.rules())
            return self._filled(record, {}, who, at) if filled else None

        await self._write(call, None, deed)
        return filled

    async def _checked(self, connection: AsyncConnection, record: Record, asked: Mapping[str, Any]) -> dict[str, Any]:
        changes = checked(record, asked, self.codes)
        if {"contact", "asked_by"} & set(changes):
            gone = await connection.scalar(select(answers.c.reduced).where(answers.c.call == record.call))
            if gone is not None:
                why = "the term of its name and contact is over: nothing new is kept"
                raise Unfit({name: why for name in ("asked_by", "contact") if name in changes})
        return {name: str(value) if isinstance(value, str) else value for name, value in changes.items()}

    def _filled(self, record: Record, changes: Mapping[str, Any], who: str, at: datetime) -> Filing:
        body = _after(record, changes)
        complete = not missing(body, self.rules(), ours=record.owner is not None)
        data = {"changes": dict(changes), "complete": complete}
        return Filing(paper_of(record.call), record.seq + 1, at, who, Fact.FILLED, data)

    async def _write(self, call: str, seq: int | None, deed: Deed) -> Record:
        async with self.store.writing() as connection:
            facts = await filed(connection, paper_of(call))
            if not facts:
                raise NoRecord(call)
            record = fold(facts)
            if seq is not None and not record.written <= seq <= record.seq:
                raise Changed(paper_of(call))
            fact = await deed(connection, record)
            if fact is None:
                return record
            if await connection.scalar(select(answers.c.reduced).where(answers.c.call == call)) is not None:
                fact = replace(fact, data=masked(fact.data))  # nobody reduces it again
            record = await self._file(connection, record, fact)
        self._changed(record)
        return record

    @staticmethod
    async def _file(connection: AsyncConnection, record: Record, fact: Filing) -> Record:
        record = apply(record, fact)
        await file(connection, fact)
        await connection.execute(update(answers).where(answers.c.call == record.call).values(row_of(record)))
        return record


def _after(record: Record, changes: Mapping[str, Any]) -> Body:
    return replace(record.body, **{name: typed(name, value) for name, value in changes.items()})


def _words(name: str, text: str) -> str:
    text = text.strip()
    if not 1 <= len(text) <= LONGEST or "\0" in text:
        raise Unfit({name: f"1 to {LONGEST} characters"})
    return text
