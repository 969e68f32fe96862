"""Recordings looked for: by day, line, agent, call, length, whether they were scored and whether they are held.

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

from records.paper_tables import scores
from records.recordings import FALLBACK, MESSAGES, TALKS, Recording, told_by, whose
from records.tables import holds
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


@dataclass(frozen=True, slots=True)
class Found:
    """A recording with what is known beside it. `seconds` of sound; `score` its points and the most there are.

    `listed` is the day under which lists have it: its folder's.
    """

    listed: date
    recording: Recording
    seconds: float
    held: bool
    score: tuple[float, float] | None

    def to_json(self) -> dict[str, Any]:
        score = None if self.score is None else {"total": self.score[0], "most": self.score[1]}
        return {**self.recording.to_json(), "seconds": self.seconds, "held": self.held, "score": score}


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
                if day is not None and _within(day, sought):
                    days.setdefault(day, []).extend(vault.names(str(folder.relative_to(vault.folder))))
    if sought.kind in (None, FALLBACK) and (vault.folder / FALLBACK).exists():
        for name in vault.names(FALLBACK):
            try:
                day = datetime.fromtimestamp(vault.about(name).modified, UTC).astimezone(SHANGHAI).date()
            except NoRecording:
                continue  # deleted this moment
            if _within(day, sought):
                days.setdefault(day, []).append(name)
    chosen = {day: [name for name in names if sought.call in (None, whose(name))] for day, names in days.items()}
    return [(day, sorted(chosen[day], reverse=True)) for day in sorted(chosen, reverse=True)]


def _day(parts: Sequence[str]) -> date | None:
    try:
        year, month, day = map(int, parts)
        return date(year, month, day)
    except ValueError:
        return None


def _within(day: date, sought: Sought) -> bool:
    return (sought.since is None or day >= sought.since) and (sought.until is None or day < sought.until)


async def _matching(
    connection: AsyncConnection, vault: Vault, day: date, names: Sequence[str], sought: Sought
) -> list[Found]:
    calls = sorted({whose(name) for name in names})
    held = set((await connection.scalars(select(holds.c.call).where(holds.c.call.in_(calls)))).all())
    judged = select(scores.c.recording, scores.c.total, scores.c.most).where(
        scores.c.recording.in_(names), scores.c.state != "draft"
    )
    marks = {name: (total, most) for name, total, most in await connection.execute(judged)}
    wanted = [
        name for name in names if sought.held in (None, whose(name) in held) and sought.scored in (None, name in marks)
    ]
    kept = await asyncio.to_thread(lambda: [one for name in wanted if (one := _about(vault, name)) is not None])
    found: list[Found] = []
    for one in await told_by(connection, kept):
        seconds = round(max(0, one.kept.size - HEAD * max(1, len(one.kept.keys))) / SECOND, 1)
        if _fits(one, seconds, sought):
            found.append(Found(day, one, seconds, one.call in held, marks.get(one.name)))
    return found


def _about(vault: Vault, name: str) -> Any:
    try:
        return vault.about(name)
    except NoRecording:
        return None


def _fits(one: Recording, seconds: float, sought: Sought) -> bool:
    alike = all(wanted in (None, known) for wanted, known in ((sought.line, one.line), (sought.agent, one.agent)))
    return alike and (sought.least or 0) <= seconds <= (seconds if sought.most is None else sought.most)
