"""Shell on real SQLite: a line that keeps no numbers leaves none, and who heard a talk is written down."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from hotline.confidence import Confidence, secretive
from hotline.settings import HOUSE, Settings, load
from ivr.events import (
    Attendance,
    CallArrived,
    CallbackBooked,
    CallEnded,
    Entry,
    Event,
    LeaderCame,
    Outcome,
    Reason,
    WaitBegan,
)
from records.audit import Audit
from records.calls import calls
from records.journal import SqlJournal
from records.migrations import upgrade
from routing.check import read_plan
from routing.plan import Plan

NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
NUMBER = "13900000042"
OVER = CallEnded(Outcome.TALKED, Reason.COMPLETED)


@pytest.fixture(scope="module")
def plan() -> Plan:
    files = {path.name: path.read_text(encoding="utf-8") for path in (HOUSE / "config").glob("*.yaml")}
    return read_plan(files)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    settings = load(var=tmp_path)
    asyncio.run(upgrade(settings.database_url))
    return settings


@asynccontextmanager
async def working(settings: Settings, plan: Plan) -> AsyncIterator[SqlJournal]:
    async with SqlJournal(settings.database_url) as journal:
        confidence = Confidence(settings, lambda: plan, journal.flush)
        journal.subscribe(confidence.hear)
        task = asyncio.create_task(confidence.run())
        yield journal
        task.cancel()
        await asyncio.wait([task])


def tell(journal: SqlJournal, call: str, *events: Event) -> None:
    for seq, event in enumerate((CallArrived(NUMBER, "12320", "c", "v"), *events, OVER), 1):
        journal.note(Entry(call, seq, NOW, event))


async def number_of(settings: Settings, call: str, wanted: str) -> None:
    """Wait until the record of a call shows this number."""
    async with asyncio.timeout(10):
        while True:
            found = {one.id: one.number for one in await calls(settings.database_url)}
            if found.get(call) == wanted:
                return
            await asyncio.sleep(0.02)


def test_of_the_shipped_lines_hiv_counselling_keeps_no_numbers(plan: Plan) -> None:
    assert secretive(plan) == {"hiv-counselling"}
    assert {line for line, rule in plan.lines.items() if rule.confidential} == {"hiv-counselling", "psychological-aid"}
    assert not any(plan.lines[line].record for line in ("hiv-counselling", "psychological-aid"))


async def test_the_number_is_masked_when_the_call_is_over_and_others_stay(settings: Settings, plan: Plan) -> None:
    async with working(settings, plan) as journal:
        tell(journal, "a-1", WaitBegan("hiv-counselling", 0))
        tell(journal, "a-2", WaitBegan("immunization", 0))
        tell(journal, "a-3", WaitBegan("hiv-counselling", 0), WaitBegan("immunization", 0))
        booked = CallbackBooked("t-1", "immunization", NUMBER, 0.0)
        tell(journal, "a-4", WaitBegan("hiv-counselling", 0), WaitBegan("immunization", 0), booked)
        for call in ("a-1", "a-3"):
            await number_of(settings, call, "139****0042")
        for call in ("a-2", "a-4"):
            await number_of(settings, call, NUMBER)


async def test_what_a_killed_engine_left_whole_is_masked_at_the_next_start(settings: Settings, plan: Plan) -> None:
    async with SqlJournal(settings.database_url) as journal:
        tell(journal, "a-1", WaitBegan("hiv-counselling", 0))
    await number_of(settings, "a-1", NUMBER)
    async with working(settings, plan):
        await number_of(settings, "a-1", "139****0042")


async def test_a_leader_who_listens_stands_in_the_audit_log(settings: Settings, plan: Plan) -> None:
    audit = Audit(settings.database_url, settings.var)
    async with working(settings, plan) as journal:
        tell(journal, "a-1", LeaderCame("leader-1", "psy-1", Attendance.WHISPERING))
        async with asyncio.timeout(10):
            while not (found := await audit.entries()):  # noqa: ASYNC110 - another task writes
                await asyncio.sleep(0.02)
    (entry,) = found
    assert (entry.deed.who, entry.deed.what, entry.deed.about) == ("desk:leader-1", "talk_attended", "a-1")
    assert entry.deed.details == {"how": "whispering", "agent": "psy-1"}
