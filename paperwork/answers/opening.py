"""Facts of the journal become filings: the record of a call is opened by its first talk, once.

A fact is known by its place in the journal of its call. What was filed is found again by it, so the same facts may come
any number of times, in any order, from memory or from the database.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from ivr.callbacks.events import CallPlaced
from ivr.events import CallArrived, CallEnded, TalkBegan, TalkEnded
from ivr.journal import Entry
from paperwork.answers.complete import missing
from paperwork.answers.names import House
from paperwork.answers.record import SERIES, Body, Fact, Record, apply, fold
from paperwork.answers.row import row_of
from paperwork.answers.rules import AnswerRules
from paperwork.filing import Filing, file, filed, next_number
from records.paper_tables import answer_talks, answers
from records.rows import insert_once
from records.tables import journal, kind_found, reduced

OF_TALKS: Final = (TalkBegan.__name__, TalkEnded.__name__)
CALL_ENDED: Final = "call_ended"
"""How a talk ended of which nobody told: the engine of its call is no more."""
_BEGINNINGS: Final = (CallArrived.__name__, CallPlaced.__name__)
# Written once, as in `paperwork.filing`.
_MARKED: Final = select(answer_talks.c.call).where(answer_talks.c.call == bindparam("of")).limit(1)
_MASKED: Final = select(reduced.c.call).where(reduced.c.call == bindparam("of"))
_OPEN: Final = insert(answers)
_CHANGE: Final = update(answers).where(answers.c.call == bindparam("of"))


@dataclass(frozen=True, slots=True)
class Told:
    """A talk began or ended, and the caller's number where it is known: None is for the journal to say."""

    entry: Entry
    number: str | None = None


def paper_of(call: str) -> str:
    return f"{SERIES}:{call}"


def is_of_caller(call: str) -> bool:
    """Whether it is a caller's own call: what an agent asks somebody meanwhile is none (`CALL~N`)."""
    return "~" not in call


class Opening:
    """Files what the journal tells. `node` is this machine."""

    def __init__(self, rules: Callable[[], AnswerRules], house: House, *, node: str) -> None:
        self._rules, self._house, self._who = rules, house, f"engine:{node}"

    async def take(self, connection: AsyncConnection, told: Sequence[Told], now: datetime) -> list[Record]:
        """File these facts, in this transaction; the records that they opened or changed.

        Raises `paperwork.filing.Changed` when somebody else files in one of them at the same time.
        """
        calls: dict[str, list[Told]] = {}
        for one in told:
            if is_of_caller(one.entry.call):
                calls.setdefault(one.entry.call, []).append(one)
        numbers = await self._numbers(connection, calls)
        changed = []
        for call, facts in calls.items():
            facts.sort(key=lambda one: one.entry.seq)
            record = await self._take(connection, call, facts, numbers.get(call), now)
            if record is not None:
                changed.append(record)
        return changed

    async def _take(
        self, connection: AsyncConnection, call: str, facts: Sequence[Told], number: str | None, now: datetime
    ) -> Record | None:
        """One call's facts; None when none of them was new to its record."""
        kept = await filed(connection, paper_of(call))
        record = fold(kept) if kept else None
        was = record
        known = set() if record is None else {t.fact for t in record.talks} | {end.fact for end in record.ends}
        marked = record is None and await connection.scalar(_MARKED, {"of": call}) is not None
        new: list[Filing] = []
        marks: list[dict[str, Any]] = []
        for told in facts:
            entry = told.entry
            if entry.seq in known:
                marks.append(_mark(entry))
                continue
            known.add(entry.seq)
            filing = await self._filing(connection, record, entry, told.number or number, now)
            if isinstance(entry.event, CallEnded):
                pass  # found by its record
            elif filing is not None or isinstance(entry.event, TalkBegan) or (record is None and (marked or marks)):
                marks.append(_mark(entry))  # else a talk's end came before its beginning: it is asked for again
            if filing is not None:
                record = apply(record, filing)
                new.append(filing)
        if marks:
            await connection.execute(insert_once(answer_talks, connection.dialect), marks)
        if record is None or not new:
            return None
        await file(connection, *new)
        if was is None:
            await connection.execute(_OPEN, [row_of(record)])
        else:
            await connection.execute(_CHANGE, row_of(record) | {"of": call})
        return record

    async def _filing(
        self, connection: AsyncConnection, record: Record | None, entry: Entry, number: str | None, now: datetime
    ) -> Filing | None:
        """What a fact files; None when the record has no use for it."""
        event, seq = entry.event, 1 if record is None else record.seq + 1
        at = max(now, entry.at)
        data: dict[str, Any] = {"fact": entry.seq, "at": entry.at.isoformat()}
        paper = paper_of(entry.call)
        if isinstance(event, TalkEnded):
            if record is None or all(talk.offer != event.offer for talk in record.talks):
                return None  # its talk has no place in a record, or is from before there were records
            return Filing(paper, seq, at, self._who, Fact.LEFT, data | {"offer": event.offer, "by": str(event.by)})
        if isinstance(event, CallEnded):
            if record is None or record.over is not None:
                return None
            return Filing(paper, seq, at, self._who, Fact.LEFT, data | {"offer": None, "by": CALL_ENDED})
        if not isinstance(event, TalkBegan) or (record is None and event.agent is None and not self._rules().outside):
            return None
        keeps = self._house.keeps_numbers(event.line)
        data |= {"offer": event.offer, "line": event.line, "agent": event.agent} | ({} if keeps else {"quiet": True})
        if record is not None:
            return Filing(paper, seq, at, self._who, Fact.JOINED, data)
        body: dict[str, Any] = {}
        if keeps and number and "*" not in number and not await _masked(connection, entry.call):
            body["contact"] = number
        if (kind := self._rules().kind_of(event.line)) is not None:
            body["kind"] = str(kind)
        opened = Body(kind=kind, contact=body.get("contact"))
        data |= {
            "number": await next_number(connection, SERIES, entry.at),
            "test": number is not None and self._rules().is_test(number),
            "complete": not missing(opened, self._rules(), ours=event.agent is not None),
            "body": body,
        }
        return Filing(paper, seq, at, self._who, Fact.OPENED, data)

    async def _numbers(self, connection: AsyncConnection, calls: Mapping[str, Sequence[Told]]) -> dict[str, str]:
        """The callers' numbers of those calls of which nobody remembers them."""
        asked = [call for call, facts in calls.items() if all(one.number is None for one in facts)]
        if not asked:
            return {}
        query = select(journal.c.call, journal.c.data).where(journal.c.call.in_(asked), kind_found.in_(_BEGINNINGS))
        return {call: str(data.get("number", "")) for call, data in await connection.execute(query)}


def _mark(entry: Entry) -> dict[str, Any]:
    event = entry.event
    began = isinstance(event, TalkBegan)
    line, agent = (event.line, event.agent) if isinstance(event, TalkBegan) else (None, None)
    return {"call": entry.call, "fact": entry.seq, "began": began, "line": line, "agent": agent}


async def _masked(connection: AsyncConnection, call: str) -> bool:
    """Whether the call's number was masked for good already: a record that comes late must not bring it back."""
    return await connection.scalar(_MASKED, {"of": call}) is not None
