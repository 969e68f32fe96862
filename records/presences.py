"""What agents did when: each change of presence, written once, and the stints and times folded from them.

The floor tells the changes; `Presences` writes them behind with the journal's care. An agent of whom nothing is known
is offline. The times of an agent over a span add up to the span.
"""

from __future__ import annotations

import asyncio
import json
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import RowMapping, Select, func, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from acd.agent import Presence
from records.behind import WriteBehind
from records.clock import wall_time
from records.database import open_database
from records.rows import insert_once
from records.spelling import Spelling
from records.tables import journal, presences


@dataclass(frozen=True, slots=True)
class Move:
    """From `at` (aware) on the agent does this. `number` orders the moves of one instant."""

    agent: str
    at: datetime
    number: int
    presence: Presence
    reason: str | None = None
    """Of a break."""
    line: str | None = None
    """Whose caller they ring, talk or wrap up for."""


@dataclass(frozen=True, slots=True)
class Stint:
    """One presence of one agent, from `began` until before `ended`."""

    presence: Presence
    reason: str | None
    line: str | None
    began: datetime
    ended: datetime

    @property
    def lasted(self) -> timedelta:
        return self.ended - self.began

    def to_json(self) -> dict[str, Any]:
        """Wall times and seconds."""
        return {
            "presence": self.presence,
            "reason": self.reason,
            "line": self.line,
            "from": wall_time(self.began),
            "to": wall_time(self.ended),
            "seconds": self.lasted.total_seconds(),
        }


def stints(moves: Iterable[Move], since: datetime, until: datetime) -> list[Stint]:
    """What one agent did from `since` until `until`, without a gap; `moves` may begin before and end after."""
    at_start = Move("", since, 0, Presence.OFFLINE)
    within: list[Move] = []
    for move in sorted(moves, key=lambda move: (move.at, move.number)):
        if move.at <= since:
            at_start = move
        elif move.at < until:
            within.append(move)
    told = [replace(at_start, at=since), *within]
    ends = [*(move.at for move in within), until]
    return [
        Stint(move.presence, move.reason, move.line, move.at, ended)
        for move, ended in zip(told, ends, strict=True)
        if move.at < ended
    ]


def times(told: Iterable[Stint]) -> Mapping[tuple[Presence, str | None], timedelta]:
    """How long each presence, and each reason of a break, lasted together."""
    together: dict[tuple[Presence, str | None], timedelta] = defaultdict(timedelta)
    for stint in told:
        together[stint.presence, stint.reason] += stint.lasted
    return together


def line_of(move: Move) -> str:
    """The move as one line of a spool."""
    return json.dumps(_row(move) | {"at": move.at.isoformat()})


def move_of(line: str) -> Move:
    """The move of a line. Raises ValueError, KeyError or TypeError for one that was cut or is not ours."""
    data = json.loads(line)
    return _move(data | {"at": datetime.fromisoformat(data["at"])})


def _row(move: Move) -> dict[str, Any]:
    return {
        "agent": move.agent,
        "at": move.at,
        "number": move.number,
        "presence": move.presence,
        "reason": move.reason,
        "line": move.line,
    }


def _move(row: RowMapping | Mapping[str, Any]) -> Move:
    presence = Presence(row["presence"])
    return Move(row["agent"], row["at"], row["number"], presence, row["reason"], row["line"])


class Presences(WriteBehind[Move]):
    """The moves of all agents, into the database. `node` is this machine; the rest is `WriteBehind`'s."""

    name = "presences"
    spelling = Spelling(line_of, move_of)

    def __init__(
        self,
        url: str,
        *,
        node: str = "a",
        limit: int = 100_000,
        folder: Path | None = None,
        drain: float = 5.0,
        busy: float = 2.0,
        wait: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        super().__init__(url, limit=limit, folder=folder, drain=drain, busy=busy, wait=wait)
        self._node, self._moves = node, 0
        self._now: dict[str, Presence] = {}
        self._latest: datetime | None = None
        """Nothing is told as if it had been before: a clock that is set back would turn the order round."""
        self.heard: Callable[[Move], None] = lambda move: None
        """Is shown every move as it is noted."""

    def note(
        self, agent: str, at: datetime, presence: Presence, reason: str | None = None, line: str | None = None
    ) -> None:
        """The agent does something else from now on. Never blocks and never raises."""
        at = self._latest = at if self._latest is None else max(at, self._latest)
        self._moves += 1
        self._now[agent] = presence
        move = Move(agent, at, self._moves, presence, reason, line)
        self.put(move)
        self.heard(move)

    def leave(self, now: datetime) -> None:
        """The engine ends: nobody can be rung any more."""
        for agent, presence in list(self._now.items()):
            if presence is not Presence.OFFLINE:
                self.note(agent, now, Presence.OFFLINE)

    async def close_lost(self) -> int:
        """Let the agents be offline whom an earlier run left otherwise; how many there were.

        They are from the last that this node told of anything: what was after is not known. Call it once at the start.
        Raises SQLAlchemy's DBAPIError when the database can't be read.
        """
        await self.flush()
        async with self._door.engine.connect() as connection:
            ours = await _last(connection, None, node=self._node)
            last = (await connection.execute(_last_told(self._node))).scalar_one_or_none()
        left = [move for move in ours if move.presence is not Presence.OFFLINE and move.agent not in self._now]
        for move in left:
            self.note(move.agent, max(move.at, last or move.at), Presence.OFFLINE)
        return len(left)

    async def breaks_left(self, since: datetime) -> dict[str, str]:
        """Who was on a break when the engine before this one ended, and for what; breaks begun after `since` alone.

        Call it before `close_lost`. Raises SQLAlchemy's DBAPIError when the database can't be read.
        """
        query = select(presences).where(presences.c.at >= since, presences.c.node == self._node)
        async with self._door.engine.connect() as connection:
            rows = (await connection.execute(query)).mappings().all()
        told = sorted(map(_move, rows), key=lambda move: (move.at, move.number))
        of_agent: dict[str, list[Move]] = defaultdict(list)
        for move in told:
            of_agent[move.agent].append(move)
        left: dict[str, str] = {}
        for agent, done in of_agent.items():
            if len(done) > 1 and done[-1].presence is Presence.OFFLINE and done[-1].at == told[-1].at:
                done.pop()  # `leave` wrote it
            if done[-1].presence is Presence.BREAK and done[-1].reason is not None:
                left[agent] = done[-1].reason
        return left

    def _about(self, fact: Move) -> str:
        return fact.agent

    async def _write(self, connection: AsyncConnection, batch: Sequence[Move], *, derived: bool) -> None:
        await write_moves(connection, batch, self._node)


async def write_moves(connection: AsyncConnection, batch: Sequence[Move], node: str) -> None:
    """The moves as `node` noted them."""
    rows = [_row(move) | {"node": node} for move in batch]
    await connection.execute(insert_once(presences, connection.dialect), rows)


async def moves(
    database: AsyncEngine | str, since: datetime, until: datetime, agent: str | None = None
) -> dict[str, list[Move]]:
    """The moves of each agent (or of one) before `until`, in order, from the last one before `since` on.

    A URL is opened for reading alone. Raises FileNotFoundError when there is no such database yet.
    """
    if isinstance(database, str):
        engine = open_database(database, read_only=True)
        try:
            return await moves(engine, since, until, agent)
        finally:
            await engine.dispose()
    async with database.connect() as connection:
        return await moves_read(connection, since, until, agent)


async def moves_read(
    connection: AsyncConnection, since: datetime, until: datetime, agent: str | None = None
) -> dict[str, list[Move]]:
    """As `moves`, of a connection that reads more besides."""
    told: dict[str, list[Move]] = defaultdict(list)
    query = select(presences).where(presences.c.at >= since, presences.c.at < until)
    if agent is not None:
        query = query.where(presences.c.agent == agent)
    before = await _last(connection, since, agent=agent)
    rows = (await connection.execute(query)).mappings().all()
    for move in (*before, *sorted(map(_move, rows), key=lambda move: (move.at, move.number))):
        told[move.agent].append(move)
    return dict(told)


async def _last(
    connection: AsyncConnection, before: datetime | None = None, *, agent: str | None = None, node: str | None = None
) -> list[Move]:
    """The last move of each agent, before an instant if one is given."""
    place = func.row_number().over(
        partition_by=presences.c.agent, order_by=(presences.c.at.desc(), presences.c.number.desc())
    )
    query = select(presences, place.label("place"))
    if before is not None:
        query = query.where(presences.c.at < before)
    if agent is not None:
        query = query.where(presences.c.agent == agent)
    if node is not None:
        query = query.where(presences.c.node == node)
    ranked = query.subquery()
    return [_move(row) for row in (await connection.execute(select(ranked).where(ranked.c.place == 1))).mappings()]


def _last_told(node: str) -> Select[datetime]:
    """The last instant of which this machine told anything."""
    facts = select(func.max(journal.c.at).label("at")).where(journal.c.node == node)
    own = select(func.max(presences.c.at).label("at")).where(presences.c.node == node)
    both = facts.union_all(own).subquery()
    return select(func.max(both.c.at))
