"""Unit: rows of the journal that a newer engine wrote, or that are spoiled, stop nobody; the rest is told."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import structlog

from ivr.callbacks.events import CallbackBooked
from ivr.events import CallAnswered, CallArrived
from ivr.journal import Entry
from records.callbacks import callback_facts
from records.calls import calls, facts_of
from records.database import open_database
from records.journal import SqlJournal
from records.migrations import upgrade
from records.tables import journal

NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
SPOILED: tuple[tuple[str, Any], ...] = (
    ("CallTeleported", {"to": "mars"}),
    ("CallAnswered", {"by": "a newer engine"}),
    ("StepHeard", {}),
    ("CallEnded", {"outcome": "enlightened", "reason": "bug"}),
    ("CallbackBooked", {"ticket": "a-9"}),
    ("CallAnswered", []),
    ("CallAnswered", None),
    ("Considered", {"line": "desk", "offer": 1, "why": 7}),
    ("", {}),
)


@pytest.mark.parametrize(
    ("kind", "data"), SPOILED, ids=[f"{kind or 'none'}-{n}" for n, (kind, _) in enumerate(SPOILED)]
)
async def test_a_row_that_nobody_understands_costs_no_other_one(tmp_path: Path, kind: str, data: Any) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path / 'hotline.db'}"
    await upgrade(url)
    good = [
        Entry("a-1", 1, NOW, CallArrived("13900000001", "12320", "c", "v1")),
        Entry("a-1", 2, NOW, CallAnswered()),
        Entry("a-1", 4, NOW, CallbackBooked("a-2", "desk", "13900000001", 3.0)),
    ]
    async with SqlJournal(url) as writer:
        for entry in good:
            writer.note(entry)
        await writer.flush()
    database = open_database(url)
    async with database.begin() as connection:
        row = {"call": "a-1", "seq": 3, "at": NOW, "node": "a", "kind": kind, "data": data}
        await connection.execute(journal.insert(), row)
    with structlog.testing.capture_logs() as logs:
        assert await facts_of(database, "a-1") == good
        assert [entry.event for entry in await callback_facts(url, NOW - timedelta(days=1))] == [good[2].event]
        async with SqlJournal(url) as writer:
            lost = await writer.close_lost(NOW)
            await writer.flush()
            assert writer.alarm is None
            assert writer.refused == 0
        assert lost == (kind != "CallEnded")
    assert {log["event"] for log in logs if log["log_level"] == "error"} == {"a fact in the journal cannot be read"}
    if kind != "CallEnded":
        assert [record.id for record in await calls(url)] == ["a-1"]
    await database.dispose()
