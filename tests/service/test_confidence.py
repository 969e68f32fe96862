"""Shell on real SQLite: a line that keeps no numbers leaves none, and who heard a talk is written down."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from hotline.confidence import Confidence, secretive
from hotline.settings import HOUSE, Settings, load
from ivr.callbacks.events import CallbackBooked
from ivr.events import Attendance, CallArrived, CallEnded, LeaderCame, MessageLeft, WaitBegan
from ivr.journal import Entry, Event
from ivr.outcomes import Outcome, Reason
from records.audit import Audit
from records.calls import calls
from records.journal import SqlJournal
from records.migrations import upgrade
from records.retention.reducing import Reducing
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
async def working(settings: Settings, plan: Plan, left: Iterable[Sequence[Entry]] = ()) -> AsyncIterator[SqlJournal]:
    async with SqlJournal(settings.database_url) as journal:
        confidence = Confidence(settings, lambda: plan, journal.flush)
        confidence.remember(left)
        journal.subscribe(confidence.hear)
        task = asyncio.create_task(confidence.run())
        yield journal
        task.cancel()
        await asyncio.wait([task])


def told(call: str, *events: Event, at: datetime = NOW) -> list[Entry]:
    return [
        Entry(call, seq, at, event) for seq, event in enumerate((CallArrived(NUMBER, "12320", "c", "v"), *events), 1)
    ]


def tell(journal: SqlJournal, call: str, *events: Event, at: datetime = NOW) -> None:
    for entry in told(call, *events, OVER, at=at):
        journal.note(entry)


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
        tell(journal, "a-5", MessageLeft("hiv-counselling", "messages/a-5", 9.0))
        for call in ("a-1", "a-3", "a-5"):
            await number_of(settings, call, "139****0042")
        for call in ("a-2", "a-4"):
            await number_of(settings, call, NUMBER)


async def test_what_a_killed_engine_left_whole_is_masked_at_the_next_start(settings: Settings, plan: Plan) -> None:
    async with SqlJournal(settings.database_url) as journal:
        tell(journal, "a-1", WaitBegan("hiv-counselling", 0))
    await number_of(settings, "a-1", NUMBER)
    async with working(settings, plan):
        await number_of(settings, "a-1", "139****0042")


async def test_a_call_that_came_to_such_a_line_and_went_on_is_masked_after_a_crash_too(
    settings: Settings, plan: Plan
) -> None:
    hiv, other, at = WaitBegan("hiv-counselling", 0), WaitBegan("immunization", 0), datetime.now(UTC)
    async with SqlJournal(settings.database_url) as journal:
        tell(journal, "a-1", hiv, other, at=at)
        tell(journal, "a-2", other, at=at)
        tell(journal, "a-3", hiv, other, CallbackBooked("t-1", "immunization", NUMBER, 0.0), at=at)
        tell(journal, "a-4", hiv, other, at=at - timedelta(days=60))  # looked at for the last time long ago
    async with working(settings, plan):
        await number_of(settings, "a-1", "139****0042")
        for call in ("a-2", "a-3", "a-4"):
            await number_of(settings, call, NUMBER)


async def test_a_call_that_the_next_engine_took_over_leaves_no_number_either(settings: Settings, plan: Plan) -> None:
    begun = told("a-1", WaitBegan("hiv-counselling", 0), LeaderCame("leader-1", "hiv-1", Attendance.LISTENING))
    async with SqlJournal(settings.database_url) as before:
        for entry in begun:
            before.note(entry)
    async with working(settings, plan, left=[begun]) as journal:
        for entry in (Entry("a-1", 4, NOW, WaitBegan("immunization", 0)), Entry("a-1", 5, NOW, OVER)):
            journal.note(entry)
        await number_of(settings, "a-1", "139****0042")
    assert not await Audit(settings.database_url, settings.var).entries(), "what it did itself stands there already"


def test_a_call_is_quiet_from_such_a_line_to_its_end(settings: Settings, plan: Plan) -> None:
    confidence = Confidence(settings, lambda: plan, lambda: asyncio.sleep(0))
    hiv, other = WaitBegan("hiv-counselling", 0), WaitBegan("immunization", 0)
    seen = []
    for entry in told("a-1", other, hiv, other, OVER):
        confidence.hear(entry)
        seen.append(confidence.is_quiet("a-1"))
    assert seen == [False, False, True, True, False]


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


async def test_a_call_that_cannot_be_masked_is_an_alarm_and_keeps_no_other_whole(
    settings: Settings, plan: Plan, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = [f"a-{n:02}" for n in range(7)]
    async with SqlJournal(settings.database_url) as journal:
        for name in names:
            tell(journal, name, WaitBegan("hiv-counselling", 0))
    mask, portions = Reducing.mask, list[int]()

    async def fails(self: Reducing, calls: Sequence[str], at: datetime) -> None:
        portions.append(len(calls))
        if "a-03" in calls:
            raise KeyError("offer")
        await mask(self, calls, at)

    monkeypatch.setattr(Reducing, "mask", fails)
    monkeypatch.setattr("hotline.confidence.AT_ONCE", 3)
    confidence = Confidence(settings, lambda: plan, lambda: asyncio.sleep(0))
    task = asyncio.create_task(confidence.run())
    for name in names:
        if name != "a-03":
            await number_of(settings, name, "139****0042")
    async with asyncio.timeout(10):
        while confidence.alarm is None:  # noqa: ASYNC110 - another task raises it
            await asyncio.sleep(0.01)
    assert "a-03" in confidence.alarm
    assert portions == [3, 3, 1, 1, 1, 1]
    task.cancel()
    await asyncio.wait([task])
