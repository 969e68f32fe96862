"""Recordings looked for: by day, line, agent, call, length, how their quality sheets stand, and whether they are held.

What lies in the vault counts, so none is forgotten; the records say whose it is. Days are looked at newest first, and
no further than a page needs.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from records.paper_tables import orders, scores
from records.privacy import mask
from records.recordings import FALLBACK, MESSAGES, TALKS, Recording, told_by, whose
from records.retention.held import held_calls, held_orders
from records.tables import cdr
from records.vault.vault import NoRecording, Vault
from routing.calendar import SHANGHAI

SECOND = 16_000
"""Bytes of a second of sound: 8,000 samples of 16 bits, one channel."""
HEAD = 44
"""Bytes before the sound of a WAV file."""


@dataclass(frozen=True, slots=True)
class Sought:
    """Which recordings; None is any. Days are Shanghai's, `until` exclusive; lengths in seconds."""

    since: date | None = None
    until: date | None = None
    line: str | None = None
    agent: str | None = None
    call: str | None = None
    kind: str | None = None
    least: float | None = None
    most: float | None = None
    scored: bool | None = None
    held: bool | None = None
    calls: frozenset[str] | None = None
    """Of these calls alone."""
    quality: str | None = None
    """With a quality sheet in this state, or with `NONE` of them."""
    name: str | None = None
    """The one of this name."""


NONE = "none"


@dataclass(frozen=True, slots=True)
class Judged:
    """A quality sheet about a recording, as it stands."""

    id: str
    state: str
    by: str
    total: float
    most: float

    def to_json(self) -> dict[str, Any]:
        return {"id": self.id, "state": self.state, "by": self.by, "total": self.total, "most": self.most}


@dataclass(frozen=True, slots=True)
class Found:
    """A recording with what is known beside it. `seconds` of sound; `sheets` without those that were thrown away.

    `listed` is the day under which lists have it: its folder's. `number` is the caller's, masked.
    """

    listed: date
    recording: Recording
    seconds: float
    held: bool
    sheets: tuple[Judged, ...]
    number: str | None

    @property
    def score(self) -> Judged | None:
        """The last sheet that counts."""
        return next((one for one in reversed(self.sheets) if one.state != "draft"), None)

    def to_json(self) -> dict[str, Any]:
        score = self.score
        return {
            **self.recording.to_json(),
            "seconds": self.seconds,
            "held": self.held,
            "score": None if score is None else {"total": score.total, "most": score.most},
            "sheets": [one.to_json() for one in self.sheets],
            "number": self.number,
        }


async def find(
    connection: AsyncConnection, vault: Vault, sought: Sought, *, limit: int, after: tuple[date, str] | None = None
) -> list[Found]:
    """At most `limit` of them, by day and name, newest first; older than the place `after`.

    Raises SQLAlchemy's DBAPIError, Tampered, OSError.
    """
    found: list[Found] = []
    for day, names in await asyncio.to_thread(_by_day, vault, sought):
        if after is not None and day > after[0]:
            continue
        older = [name for name in names if after is None or day < after[0] or name < after[1]]
        for start in range(0, len(older), 200):
            found += await _matching(connection, vault, day, older[start : start + 200], sought)
            if len(found) >= limit:
                return found[:limit]
    return found


def _by_day(vault: Vault, sought: Sought) -> list[tuple[date, list[str]]]:
    """Names of recordings by the day that they were made on, newest first. Blocks."""
    days: dict[date, list[str]] = {}
    for kind in (TALKS, MESSAGES):
        if sought.kind in (None, kind):
            for folder in (vault.folder / kind).glob("[0-9]*/[0-9]*/[0-9]*"):
                day = _day(folder.parts[-3:])
                inside = sought.name is None or sought.name.startswith(f"{folder.relative_to(vault.folder)}/")
                if day is not None and inside and _within(day, sought):
                    days.setdefault(day, []).extend(vault.names(str(folder.relative_to(vault.folder))))
    if sought.kind in (None, FALLBACK) and (vault.folder / FALLBACK).exists():
        for name in vault.names(FALLBACK):
            try:
                day = datetime.fromtimestamp(vault.about(name).modified, UTC).astimezone(SHANGHAI).date()
            except NoRecording:
                continue  # deleted this moment
            if _within(day, sought):
                days.setdefault(day, []).append(name)
    chosen = {day: [name for name in names if _meant(name, sought)] for day, names in days.items()}
    return [(day, sorted(chosen[day], reverse=True)) for day in sorted(chosen, reverse=True)]


def _day(parts: Sequence[str]) -> date | None:
    try:
        year, month, day = map(int, parts)
        return date(year, month, day)
    except ValueError:
        return None


def _meant(name: str, sought: Sought) -> bool:
    call = whose(name)
    called = sought.name in (None, name) and sought.call in (None, call)
    return called and (sought.calls is None or call in sought.calls)


def _within(day: date, sought: Sought) -> bool:
    return (sought.since is None or day >= sought.since) and (sought.until is None or day < sought.until)


async def _matching(
    connection: AsyncConnection, vault: Vault, day: date, names: Sequence[str], sought: Sought
) -> list[Found]:
    held = await _held(connection, names)
    sheets = await _sheets(connection, names)
    wanted = [
        name for name in names if sought.held in (None, name in held) and _judged_so(sheets.get(name, ()), sought)
    ]
    kept = await asyncio.to_thread(lambda: [one for name in wanted if (one := _about(vault, name)) is not None])
    numbers = await _numbers(connection, sorted({whose(one.name) for one in kept}))
    found: list[Found] = []
    for one in await told_by(connection, kept):
        seconds = round(max(0, one.kept.size - HEAD * max(1, len(one.kept.keys))) / SECOND, 1)
        if _fits(one, seconds, sought):
            about = tuple(sheets.get(one.name, ()))
            found.append(Found(day, one, seconds, one.name in held, about, numbers.get(one.call)))
    return found


async def _held(connection: AsyncConnection, names: Sequence[str]) -> set[str]:
    """Those that a hold keeps: of their call, or of an order of that call or of that sound."""
    calls = held_calls().subquery()
    called = await connection.scalars(select(calls.c.call).where(calls.c.call.in_({whose(name) for name in names})))
    ordered = select(orders.c.recording).where(orders.c.recording.in_(names), orders.c.number.in_(held_orders()))
    kept, sounds = set(called), set(await connection.scalars(ordered))
    return {name for name in names if whose(name) in kept or name in sounds}


async def _sheets(connection: AsyncConnection, names: Sequence[str]) -> dict[str, list[Judged]]:
    """The quality sheets about each recording, in their order."""
    columns = (scores.c.recording, scores.c.paper, scores.c.state, scores.c.by, scores.c.total, scores.c.most)
    query = select(*columns).where(scores.c.recording.in_(names), scores.c.state != "discarded")
    found: dict[str, list[Judged]] = {}
    for name, paper, *rest in await connection.execute(query.order_by(scores.c.paper)):
        found.setdefault(name, []).append(Judged(paper.partition(":")[2], *rest))
    return found


async def _numbers(connection: AsyncConnection, calls: Sequence[str]) -> dict[str, str]:
    """The masked numbers of ended calls."""
    query = select(cdr.c.id, cdr.c.number).where(cdr.c.id.in_(calls))
    return {call: mask(number) for call, number in await connection.execute(query) if number}


def _judged_so(sheets: Sequence[Judged], sought: Sought) -> bool:
    scored = sought.scored in (None, any(one.state != "draft" for one in sheets))
    if sought.quality == NONE:
        return scored and not sheets
    return scored and (sought.quality is None or any(one.state == sought.quality for one in sheets))


def _about(vault: Vault, name: str) -> Any:
    try:
        return vault.about(name)
    except NoRecording:
        return None


def _fits(one: Recording, seconds: float, sought: Sought) -> bool:
    alike = all(wanted in (None, known) for wanted, known in ((sought.line, one.line), (sought.agent, one.agent)))
    return alike and (sought.least or 0) <= seconds <= (seconds if sought.most is None else sought.most)
