"""Recordings that are no more, as the audit log has them: whose they were, when and why they went, and what they were.

The log keeps the SHA-256 of each file as it lay there. With the entry's own hash, and that of the one before it, an
entry cannot be changed or left out without the chain showing it (`records.audit`).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from records.audit import Act, canonical
from records.clock import wall_time
from records.store import Store
from records.tables import audit


@dataclass(frozen=True, slots=True)
class Deleted:
    """One entry of the log. `erased` is false where it was tried and the file is there still, or a part of it."""

    number: int
    at: datetime
    who: str
    recording: str
    call: str | None
    line: str | None
    day: str | None
    reason: str | None
    erased: bool
    marks: tuple[str, ...]
    hash: str
    before: str

    def to_json(self) -> dict[str, Any]:
        return {
            "number": self.number,
            "at": wall_time(self.at),
            "who": self.who,
            "recording": self.recording,
            "call": self.call,
            "line": self.line,
            "day": self.day,
            "reason": self.reason,
            "erased": self.erased,
            "sha256": list(self.marks),
            "hash": self.hash,
            "before": self.before,
        }


async def deleted(
    store: Store,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    line: str | None = None,
    call: str | None = None,
    name: str | None = None,
    limit: int,
    before: int | None = None,
) -> Sequence[Deleted]:
    """Those that were deleted from `since` until before `until`, the newest entry first; below entry `before`.

    Raises DBAPIError, NoDatabase.
    """
    query = select(audit).where(audit.c.what.in_((Act.RECORDING_EXPIRED, Act.RECORDING_NOT_ERASED)))
    if since is not None:
        query = query.where(audit.c.at >= since)
    if until is not None:
        query = query.where(audit.c.at < until)
    if before is not None:
        query = query.where(audit.c.number < before)
    if name is not None:
        query = query.where(audit.c.about == name)
    for field, value in (("line", line), ("call", call)):
        if value is not None:
            query = query.where(audit.c.details.contains(canonical({field: value})[1:-1], autoescape=True))
    rows = await store.rows(query.order_by(audit.c.number.desc()).limit(limit))
    return [_deleted(row) for row in rows]


def _deleted(row: Any) -> Deleted:
    details = json.loads(row["details"])
    return Deleted(
        row["number"],
        row["at"],
        row["who"],
        row["about"] or "",
        details.get("call"),
        details.get("line"),
        details.get("day"),
        row["reason"],
        row["what"] == Act.RECORDING_EXPIRED,
        tuple(details.get("sha256", ())),
        row["hash"],
        row["before"],
    )
