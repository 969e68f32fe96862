"""Spot checks: what was drawn is kept, once and for good, and can be drawn again to prove it."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import RowMapping, false, select

from paperwork.quality.lots import Talk, days_of, draw, lot
from paperwork.quality.rules import SamplingPlan
from paperwork.quality.score import State, percent
from records.clock import wall_time
from records.paper_tables import samples, scores
from records.rows import insert_once
from records.segments import Talk as TalkSegment
from records.segments import segment_from
from records.store import Store
from records.tables import cdr

_AT_ONCE: Final = 200
"""Calls that are read at a time, a few milliseconds: a month of them in one go would keep every caller waiting."""


class NotYet(ValueError):
    """The period is not over: what is drawn now would not be what is drawn then."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A quality sheet about a talk that was drawn."""

    id: str
    state: State
    by: str
    percent: Decimal

    def to_json(self) -> dict[str, Any]:
        return {"id": self.id, "state": self.state.value, "by": self.by, "percent": float(self.percent)}


@dataclass(frozen=True, slots=True)
class Drawn:
    """One talk that was drawn. `gone`: its recording is not there any more; `sheets`: those about it, as they stand."""

    plan: str
    period: str
    recording: str
    call: str
    line: str | None
    agent: str | None
    drawn: datetime
    gone: bool
    sheets: tuple[Sheet, ...]

    @property
    def scores(self) -> tuple[str, ...]:
        """The sheets by their ids."""
        return tuple(one.id for one in self.sheets)

    def to_json(self) -> dict[str, Any]:
        return {
            "plan": self.plan,
            "period": self.period,
            "recording": self.recording,
            "call": self.call,
            "line": self.line,
            "agent": self.agent,
            "drawn": wall_time(self.drawn),
            "lot": lot(self.plan, self.period, self.recording),
            "gone": self.gone,
            "scores": list(self.scores),
            "sheets": [one.to_json() for one in self.sheets],
        }


class Samples:
    """What was drawn, in the database."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def talks(self, period: str, quiet: Collection[str], kept: Collection[str] | None = None) -> list[Talk]:
        """The recorded talks of agents in a period; none of lines whose talks nobody may hear, none of tests.

        Of recordings only those in `kept`, unless it is None.
        """
        since, until = days_of(period)
        kept = kept if kept is None else frozenset(kept)
        query = select(cdr.c.id, cdr.c.segments).where(
            cdr.c.started >= since, cdr.c.started < until, cdr.c.test == false(), cdr.c.agent.is_not(None)
        )
        found: list[Talk] = []
        async with self._store.portions(query, _AT_ONCE) as portions:
            async for rows in portions:
                talks = (talk for row in rows for talk in _talks(row["id"], row["segments"]))
                found += (talk for talk in talks if talk.line not in quiet and (kept is None or talk.recording in kept))
                await asyncio.sleep(0)
        return found

    async def draw(
        self,
        name: str,
        plan: SamplingPlan,
        period: str,
        *,
        quiet: Collection[str],
        kept: Collection[str] | None,
        now: datetime,
    ) -> Sequence[Drawn]:
        """Draw and keep, or show what was drawn before: a period is drawn once.

        `quiet` are lines whose talks nobody may hear, `kept` the recordings that are still there (None: not known).
        Raises ValueError for what is no period, NotYet.
        """
        if days_of(period)[1] > now:
            raise NotYet(f"{period} is not over: draw when it is, or nobody could draw the same again")
        if not await self.all(name, period, kept=kept):
            talks = await self.talks(period, quiet, kept)
            rows = [
                {
                    "plan": name,
                    "period": period,
                    "recording": talk.recording,
                    "call": talk.call,
                    "line": talk.line,
                    "agent": talk.agent,
                    "drawn": now,
                }
                for talk in await asyncio.to_thread(draw, name, plan, period, talks)
            ]
            if rows:
                async with self._store.writing() as connection:
                    await connection.execute(insert_once(samples, connection.dialect), rows)
        return await self.all(name, period, kept=kept)

    async def all(
        self, name: str | None = None, period: str | None = None, *, kept: Collection[str] | None = None
    ) -> Sequence[Drawn]:
        """What was drawn, by plan and period, in the order of the lots."""
        query = select(samples)
        if name is not None:
            query = query.where(samples.c.plan == name)
        if period is not None:
            query = query.where(samples.c.period == period)
        rows = await self._store.rows(query.limit(10_000))
        judged: dict[str, list[Sheet]] = {}
        columns = (scores.c.recording, scores.c.paper, scores.c.state, scores.c.by, scores.c.total, scores.c.most)
        of = select(*columns).where(
            scores.c.recording.in_(select(samples.c.recording)), scores.c.state != State.DISCARDED.value
        )
        for row in await self._store.rows(of.order_by(scores.c.paper)):
            judged.setdefault(row["recording"], []).append(_sheet(row))
        found = [
            Drawn(
                row["plan"],
                row["period"],
                row["recording"],
                row["call"],
                row["line"],
                row["agent"],
                row["drawn"],
                kept is not None and row["recording"] not in kept,
                tuple(judged.get(row["recording"], ())),
            )
            for row in rows
        ]
        return sorted(found, key=lambda one: (one.plan, one.period, lot(one.plan, one.period, one.recording)))

    async def proven(
        self, name: str, plan: SamplingPlan, period: str, *, quiet: Collection[str]
    ) -> tuple[list[str], list[str]]:
        """Recordings that should have been drawn and were not, and those that were and should not have been.

        Held against all talks of the records, those included whose recordings were deleted since or before.
        """
        talks = await self.talks(period, quiet)
        due = {talk.recording for talk in await asyncio.to_thread(draw, name, plan, period, talks)}
        drawn = {one.recording for one in await self.all(name, period)}
        return sorted(due - drawn), sorted(drawn - due)


def _sheet(row: RowMapping) -> Sheet:
    share = percent(Decimal(str(row["total"])), Decimal(str(row["most"])))
    return Sheet(row["paper"].partition(":")[2], State(row["state"]), row["by"], share)


def _talks(call: str, segments: Sequence[Mapping[str, Any]]) -> Iterator[Talk]:
    """The recorded talks of agents in a call; its other segments are not read at all."""
    for data in segments:
        if data["segment"] != TalkSegment.segment or data.get("recording") is None:
            continue
        segment = segment_from(data)
        if not isinstance(segment, TalkSegment) or segment.recording is None or segment.agent is None:
            continue
        if segment.until is not None:
            seconds = (segment.until - segment.since).total_seconds()
            yield Talk(segment.recording, call, segment.line, segment.agent, segment.since, seconds)
