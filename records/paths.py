"""The paths of recorded calls: what each caller heard and typed until the call got somewhere."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from datetime import datetime
from itertools import groupby
from typing import Any, NamedTuple

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncEngine

from ivr.events import CallEnded, DigitsEntered, EndReached, StatusAsked, StepHeard
from ivr.outcomes import Outcome, StatusResult
from records.database import open_database
from records.tables import cdr, journal, kind_found
from routing.rehearsal.replay import LEFT, Reached, Recorded, Trodden

_KINDS = tuple(kind.__name__ for kind in (StepHeard, DigitsEntered, StatusAsked, EndReached, CallEnded))

_TOLD = {StatusResult.TOLD.value: True, StatusResult.UNMATCHED.value: None}
"""Whether a caller was told how their order stands; of a mistake, that they were asked again."""

ROWS_AT_ONCE = 2_000


class Fact(NamedTuple):
    """One row of the journal with its call's beginning, as it lies there: rows of other versions have other fields."""

    call: str
    started: datetime
    number: str
    kind: str
    data: Mapping[str, Any]


async def recorded_calls(database: str, since: datetime, until: datetime) -> AsyncIterator[Recorded]:
    """The ended calls that began from `since` until before `until`, in the order of their beginning.

    The rows are read in portions, so that a year takes no more memory than an hour. Raises FileNotFoundError when
    there is no such database yet.
    """
    engine = open_database(database, read_only=True)
    try:
        async for call in _streamed(engine, since, until):
            yield call
    finally:
        await engine.dispose()


async def _streamed(engine: AsyncEngine, since: datetime, until: datetime) -> AsyncIterator[Recorded]:
    rest: list[Fact] = []
    async with engine.connect() as connection:
        rows = await connection.stream(_facts_of(since, until).execution_options(yield_per=ROWS_AT_ONCE))
        async for portion in rows.partitions():
            facts = rest + [Fact(*row) for row in portion]
            last = facts[-1].call  # its facts may go on in the next portion
            rest = [fact for fact in facts if fact.call == last]
            for call in recorded(fact for fact in facts if fact.call != last):
                yield call
    for call in recorded(rest):
        yield call


def _facts_of(since: datetime, until: datetime) -> Select[str, datetime, str, str, Any]:
    """The facts of a span's calls, our own tests left out, call after call; found as in `records.traffic.facts_of`."""
    return (
        select(journal.c.call, cdr.c.started, cdr.c.number, journal.c.kind, journal.c.data)
        .join_from(cdr, journal, journal.c.call == cdr.c.id)
        .where(cdr.c.started >= since, cdr.c.started < until, cdr.c.test.is_(False), kind_found.in_(_KINDS))
        .order_by(cdr.c.started, cdr.c.id, journal.c.seq)
    )


def recorded(facts: Iterable[Fact]) -> Iterator[Recorded]:
    """The calls of facts, those of one call following each other in the order of their `seq`."""
    for call, of_call in groupby(facts, key=lambda fact: fact.call):
        whole = list(of_call)
        steps: list[Trodden] = []
        end, asks = Reached(LEFT), False
        for fact in whole:
            data = fact.data
            if fact.kind == EndReached.__name__:
                end = Reached(data["kind"], data["line"])
                break
            if fact.kind == StatusAsked.__name__ and steps:
                asks = True  # what is heard there after it belongs to the same question
                steps[-1] = steps[-1]._replace(told=_TOLD.get(data["result"], False))
            elif fact.kind == StepHeard.__name__ and asks and data["node"] == steps[-1].node:
                steps[-1] = steps[-1]._replace(heard=data["heard"], asked=data.get("asked"))
            elif fact.kind == StepHeard.__name__:
                asks = False
                steps.append(Trodden(data["node"], data["heard"], data.get("asked")))
            elif fact.kind == DigitsEntered.__name__ and steps:
                steps[-1] = steps[-1]._replace(digits=data["digits"])
        if whole[-1].kind == CallEnded.__name__ and whole[-1].data["outcome"] == Outcome.REJECTED:
            continue  # it was not let into the plan
        yield Recorded(call, whole[0].started, whole[0].number, tuple(steps), end)
