"""The recordings that are kept: found on the disk, so that none is forgotten, told with what the records know."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from records.clock import wall_time
from records.segments import Message, Talk, segment_from
from records.tables import cdr
from records.vault.vault import Kept, NoRecording, Vault, call_of
from routing.calendar import SHANGHAI

TALKS, MESSAGES, FALLBACK = "talks", "messages", "fallback"

_DATED = re.compile(r"(talks|messages)/([0-9]{4})/([0-9]{2})/([0-9]{2})/[^/]+")


@dataclass(frozen=True, slots=True)
class Recording:
    """One recording. `line` and `agent` are None where no record names them (messages from before the engine)."""

    kept: Kept
    kind: str
    """`talks`, `messages`, or `fallback`: a message that a caller left while no engine ran."""
    call: str
    day: date
    """When it was made, in Shanghai: the later of what its name and its file say, should a clock have been wrong."""
    line: str | None
    agent: str | None
    at: datetime | None = None
    """When the talk or message began, where a record says it."""

    @property
    def name(self) -> str:
        return self.kept.name

    def to_json(self) -> dict[str, Any]:
        """What `hotline recordings list --json` prints. `bytes` are those of the sound."""
        return {
            "recording": self.name,
            "kind": self.kind,
            "call": self.call,
            "day": self.day.isoformat(),
            "line": self.line,
            "agent": self.agent,
            "at": None if self.at is None else wall_time(self.at),
            "bytes": self.kept.size,
            "sealed": not self.kept.plain,
            "keys": list(self.kept.keys),
        }


def kept_in(vault: Vault, *, call: str | None = None, since: date | None = None) -> list[Kept]:
    """What lies in the vault; of one call, or made on a day or after it. Blocks. Raises Tampered, OSError."""
    found = []
    for name in vault.names():
        if call is not None and call != whose(name):
            continue
        try:
            kept = vault.about(name)
        except NoRecording:
            continue  # deleted this moment
        if since is None or day_of(kept) >= since:
            found.append(kept)
    return found


async def told(database: AsyncEngine, kept: Iterable[Kept]) -> list[Recording]:
    """With the lines and agents of their calls. Raises DBAPIError."""
    async with database.connect() as connection:
        return await told_by(connection, kept)


async def told_by(connection: AsyncConnection, kept: Iterable[Kept]) -> list[Recording]:
    """The same over a connection that is there."""
    found = list(kept)
    calls = sorted({whose(one.name) for one in found})
    known: dict[str, _Known] = {}
    lines: dict[str, str | None] = {}
    for start in range(0, len(calls), 500):
        query = select(cdr.c.id, cdr.c.line, cdr.c.segments).where(cdr.c.id.in_(calls[start : start + 500]))
        for name, line, segments in await connection.execute(query):
            lines[name] = line
            known |= _files_of(segments)
    return [_recording(one, known, lines) for one in found]


_Known = tuple[str | None, str | None, datetime | None]
"""Line, agent, and when it began."""


def _files_of(segments: Iterable[Mapping[str, Any]]) -> dict[str, _Known]:
    """What is known of each recording of a call, by its name."""
    files: dict[str, _Known] = {}
    for segment in map(segment_from, segments):
        if isinstance(segment, Talk) and segment.recording is not None:
            files.setdefault(
                segment.recording, (segment.line, segment.agent, segment.since)
            )  # who came later, came to it
        elif isinstance(segment, Message):
            files[segment.file] = (segment.line, None, segment.since)
    return files


def _recording(kept: Kept, known: Mapping[str, _Known], lines: Mapping[str, str | None]) -> Recording:
    kind, call = kept.name.partition("/")[0], whose(kept.name)
    line, agent, at = known.get(kept.name, (lines.get(call), None, None))
    return Recording(kept, kind, call, day_of(kept), line, agent, at)


def whose(name: str) -> str:
    """The call of a recording; a message from before the engine is known by its own name."""
    kind, _, rest = name.partition("/")
    return rest if kind == FALLBACK else call_of(name)


def day_of(kept: Kept) -> date:
    """The day on which it was made."""
    written = datetime.fromtimestamp(kept.modified, UTC).astimezone(SHANGHAI).date()
    named = _DATED.fullmatch(kept.name)
    if named is None:
        return written
    try:
        return max(written, date(int(named[2]), int(named[3]), int(named[4])))
    except ValueError:
        return written
