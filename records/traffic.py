"""What callers did in a span of time, counted from the journal for a drawing of the plan."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncEngine

from ivr.events import CallArrived, CallEnded, EndReached, StepHeard
from ivr.outcomes import Outcome, Reason
from records.database import open_database
from records.tables import cdr, journal, kind_found
from routing.drawing.traffic import Step, Traffic

_KINDS = tuple(kind.__name__ for kind in (CallArrived, StepHeard, EndReached, CallEnded))

_NO_END_OF_THEIRS = frozenset({Outcome.LEFT, Outcome.ABANDONED, Outcome.INFORMED})
"""Outcomes in which a caller who hung up did so on the way: no talk and no message came of the call."""

ROWS_AT_ONCE = 2_000


class Fact(NamedTuple):
    """One row of the journal, as it lies there: rows of other versions have other fields."""

    call: str
    kind: str
    data: Mapping[str, Any]


@dataclass(slots=True)
class _Call:
    """One call as far as its facts were told."""

    last: Step | None = None
    reached: tuple[str, str | None] | None = None
    line: str | None = None
    nodes: set[str] = field(default_factory=set)


@dataclass(slots=True)
class Tally:
    """Counts calls, one after the other, and keeps of them nothing but the counts."""

    calls: int = 0
    steps: Counter[Step] = field(default_factory=Counter)
    visits: Counter[str] = field(default_factory=Counter)
    left: Counter[Step | None] = field(default_factory=Counter)
    ends: Counter[tuple[str, str | None]] = field(default_factory=Counter)
    outcomes: Counter[tuple[str | None, str]] = field(default_factory=Counter)
    _name: str | None = None
    _call: _Call = field(default_factory=_Call)

    def hear(self, fact: Fact) -> None:
        """Take in the next fact. Those of one call follow each other, in the order of their `seq`."""
        if fact.call != self._name:
            self._name, self._call = fact.call, _Call()
        call, data = self._call, fact.data
        match fact.kind:
            case "StepHeard":
                call.last = (data["node"], data["heard"])
                call.nodes.add(data["node"])
                self.steps[call.last] += 1
            case "EndReached":
                call.reached = call.reached or (data["kind"], data["line"])
                call.line = data["line"] or call.line
            case "CallEnded":
                self._end(call, data["outcome"], data["reason"])

    def _end(self, call: _Call, outcome: str, reason: str) -> None:
        if outcome == Outcome.REJECTED:
            return  # it was not let into the plan
        self.calls += 1
        self.visits.update(call.nodes)
        self.ends[call.reached or ("hangup", None)] += 1
        self.outcomes[call.line, outcome] += 1
        if reason == Reason.CALLER_HUNG_UP and outcome in _NO_END_OF_THEIRS:
            self.left[call.last] += 1

    def traffic(self) -> Traffic:
        return Traffic(self.calls, self.steps, self.visits, self.left, self.ends, self.outcomes)


def counted(facts: Iterable[Fact]) -> Traffic:
    """The counts of ended calls told one after the other."""
    tally = Tally()
    for fact in facts:
        tally.hear(fact)
    return tally.traffic()


async def traffic(database: AsyncEngine | str, since: datetime, until: datetime) -> Traffic:
    """The counts of the ended calls that began from `since` until before `until`.

    The rows are read in portions, so that a busy month takes no more memory than a quiet hour. A URL is opened for
    reading alone. Raises FileNotFoundError when there is no such database yet.
    """
    if isinstance(database, str):
        engine = open_database(database, read_only=True)
        try:
            return await traffic(engine, since, until)
        finally:
            await engine.dispose()
    tally = Tally()
    async with database.connect() as connection:
        rows = await connection.stream(facts_of(since, until).execution_options(yield_per=ROWS_AT_ONCE))
        async for portion in rows.partitions():
            for row in portion:
                tally.hear(Fact(*row))
    return tally.traffic()


def facts_of(since: datetime, until: datetime) -> Select[str, str, Any]:
    """The facts of the calls of a span, call after call.

    The index of the records on their begin leads to the calls, and the journal's own key to the facts of each: the
    database sorts nothing but calls that began in the same instant.
    """
    return (
        select(journal.c.call, journal.c.kind, journal.c.data)
        .join_from(cdr, journal, journal.c.call == cdr.c.id)
        .where(cdr.c.started >= since, cdr.c.started < until, cdr.c.test.is_(False), kind_found.in_(_KINDS))
        .order_by(cdr.c.started, cdr.c.id, journal.c.seq)
    )
