"""System: the disk and the database fail, and whoever calls does not notice."""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing
from pathlib import Path

import aiohttp
import pytest

from hotline.past import prepare
from hotline.phone import Exchange, answers
from hotline.sealing import first_key, vault_of
from hotline.settings import HOUSE, load
from ivr.events import Outcome, TalkBegan
from tests.phones import AGENT_TONE, CALLER, hears
from tests.system.stage import WORKDAY, shipped_plan, stage

pytestmark = pytest.mark.system


async def test_a_hotline_whose_database_is_locked_starts_and_serves_and_writes_it_all_down_later(
    tmp_path: Path, sounds: Path, exchange: Exchange
) -> None:
    var = tmp_path / "var"
    before = load(var=var, config=HOUSE / "config")
    await prepare(before)
    await first_key(before, vault_of(before))
    with closing(sqlite3.connect(var / "hotline.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        began = time.monotonic()
        async with stage(var, sounds, exchange, WORKDAY, shipped_plan()) as here:
            assert time.monotonic() - began < 30.0
            await here.agent("vct-1", answers(speaking=AGENT_TONE))
            caller = await here.caller()
            await caller.press("15")
            await hears(caller, AGENT_TONE, within=45.0)
            web = f"http://127.0.0.1:{here.hotline.web_port}/readyz"
            async with aiohttp.ClientSession() as session, session.get(web) as answer:
                told = await answer.json()
            assert (answer.status, told["ready"]) == (200, True)
            assert "journal_not_written: database is locked" in told["alarms"]
            other.execute("ROLLBACK")
            await here.until(lambda: here.hotline.journal.alive)
            await caller.hang_up()
            record = await here.record(CALLER)
            assert (record.outcome, record.agent) == (Outcome.TALKED, "vct-1")
            assert sum(isinstance(entry.event, TalkBegan) for entry in here.entries) == 1
