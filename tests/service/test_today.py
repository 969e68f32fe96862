"""Unit, on a real database: the day's figures through a restart, a troubled database, midnight and another formula."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from acd.agent import Presence
from hotline.today import RateAlert, TodayWatch
from ivr.journal import Entry
from records.connect import Formula
from records.journal import SqlJournal
from records.migrations import upgrade
from records.presences import Presences
from tests.records.tales import GIVES_UP_WAITING, NINE, TALKS, Fact, entries


@dataclass
class House:
    """A journal, presences, and what listens to them."""

    url: str
    journal: SqlJournal
    presences: Presences
    now: datetime = NINE
    formula: Formula = field(default_factory=Formula)

    def watch(self, left: list[list[Entry]] | None = None) -> TodayWatch:
        watch = TodayWatch(self.url, lambda: self.now, lambda: self.formula, (self.journal, self.presences), left or [])
        self.journal._subscribers = [watch.hear]
        self.presences.heard = watch.moved
        return watch

    def call(self, tale: list[Fact], name: str, at: datetime | None = None) -> None:
        for entry in entries(tale, name):
            self.journal.note(replace(entry, at=entry.at + ((at or self.now) - NINE)))


@asynccontextmanager
async def house(tmp_path: Path) -> AsyncIterator[House]:
    url = f"sqlite+aiosqlite:///{tmp_path / 'hotline.db'}"
    await upgrade(url)
    async with SqlJournal(url) as journal, Presences(url) as presences:
        yield House(url, journal, presences)


async def test_an_engine_that_begins_again_tells_the_same_day(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        first = h.watch()
        assert await first.read()
        for n in range(3):
            h.call(TALKS, f"a-{n}")
        h.call(GIVES_UP_WAITING, "b-1")
        h.presences.note("1002", NINE + timedelta(minutes=1), Presence.READY)
        h.presences.note("1002", NINE + timedelta(minutes=2), Presence.BREAK, "lunch")
        h.now = NINE + timedelta(minutes=10)
        told = (first.to_json(), first.line("immunization"), first.agent("1002", h.now))
        assert (told[0]["calls"]["offered"], told[0]["calls"]["answered"]) == (4, 3)
        assert told[0]["last_24_hours"] == {"offered": 4, "answered": 3, "rate": "75.0", "good": False}
        assert [half["from"] for half in told[0]["half_hours"]] == ["09:00"]
        assert told[2]["breaks"] == {"lunch": 480.0}
        assert sum(told[2]["seconds"].values()) == 9 * 3600 + 600
        second = h.watch()
        assert second.to_json()["complete"] is False
        assert await second.read()
        assert (second.to_json(), second.line("immunization"), second.agent("1002", h.now)) == told


async def test_at_midnight_a_new_day_begins_and_the_24_hours_go_on(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        watch = h.watch()
        await watch.read()
        h.call(TALKS, "a-1")
        h.now = NINE + timedelta(hours=16)
        told = watch.to_json()
        assert (told["date"], told["calls"]["offered"], told["last_24_hours"]["offered"]) == ("2026-10-02", 0, 1)
        h.now = NINE + timedelta(hours=25)
        assert watch.to_json()["last_24_hours"]["offered"] == 0


async def test_a_rate_below_the_target_is_an_alarm_as_long_as_it_is_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hotline.today.LOOKS_EVERY", 0.01)
    async with house(tmp_path) as h, asyncio.TaskGroup() as tasks:
        watch = h.watch()
        run = tasks.create_task(watch.run())

        async def until(*standing: RateAlert) -> None:
            async with asyncio.timeout(10):
                while True:
                    if watch.complete and {one.kind for one in watch.alerts() if one.stands} == set(standing):
                        return
                    await asyncio.sleep(0.01)

        await until()
        for n in range(18):
            h.call(TALKS, f"a-{n}")
        h.now = NINE + timedelta(minutes=10)
        await until()
        for n in range(3):
            h.call(GIVES_UP_WAITING, f"b-{n}")
        h.now = NINE + timedelta(minutes=20)
        await until(RateAlert.LOW, RateAlert.FALLING)
        assert "85.7 % of 21 in 24 h, at least 95 %" in {alert.what for alert in watch.alerts()}
        h.now = NINE + timedelta(minutes=80)
        await until(RateAlert.LOW)
        h.formula = Formula(target=Decimal(80))  # the operators think again
        await until()
        assert {alert.kind for alert in watch.alerts()} == {RateAlert.LOW, RateAlert.FALLING}
        run.cancel()


async def test_while_the_database_cannot_be_read_this_run_alone_is_told(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        h.call(TALKS, "a-0")
        await h.journal.flush()
        watch = h.watch()
        watch._url = f"sqlite+aiosqlite:///{tmp_path / 'no' / 'such.db'}"
        assert not await watch.read()
        h.call(TALKS, "a-1")
        told = watch.to_json()
        assert (told["complete"], told["calls"]["answered"]) == (False, 1)
        watch._url = h.url
        assert await watch.read()
        assert watch.to_json()["calls"]["answered"] == 2
