"""System: the disk and the database fail, and whoever calls does not notice."""

from __future__ import annotations

import os
import sqlite3
import time
from contextlib import closing, suppress
from pathlib import Path

import aiohttp
import pytest

from acd.agent import Presence
from hotline.disk import free_in
from hotline.past import prepare
from hotline.phone import Exchange, answers
from hotline.sealing import first_key, vault_of
from hotline.settings import HOUSE, load
from hotline.sound_file import load as load_sound
from hotline.switch_refused import SwitchRefused
from ivr.events import NotRecorded, RecordingBegan, RecordingEnded, TalkBegan, WaitBegan
from ivr.outcomes import Outcome, Reason
from tests.phones import AGENT_TONE, CALLER, hears, hears_prompt
from tests.system.conftest import OpenStage
from tests.system.stage import WORKDAY, shipped_plan, stage

pytestmark = pytest.mark.system

AGENT, KEYS = "vct-1", "15"
SECOND, THIRD = "13900000002", "13900000003"


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


def fill(file: Path, size: int) -> None:
    with file.open("wb") as handle:
        os.posix_fallocate(handle.fileno(), 0, size)


async def test_recording_stops_before_the_disk_is_full_talks_go_on_and_messages_are_declined(
    open_stage: OpenStage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    free = free_in(tmp_path)
    step = min(free // 25, 3_000_000_000)
    monkeypatch.setenv("HOTLINE_DISK__RESERVE", str(free - step))
    monkeypatch.setenv("HOTLINE_DISK__MESSAGES_RESERVE", str(free - 3 * step))
    fillers = tmp_path / "filler-1", tmp_path / "filler-2"
    async with open_stage() as s:
        agent = await s.agent("vaccine-1", answers(speaking=AGENT_TONE))
        first = await s.caller("13900000001")
        await first.press("14")
        await s.noted(RecordingBegan)

        fill(fillers[0], 2 * step)
        await s.until(lambda: "talks_not_recorded" in " ".join(s.hotline.alarms.told()), within=5.0)
        await s.noted(RecordingEnded)
        assert [e.event for e in s.entries if isinstance(e.event, NotRecorded)] == [NotRecorded("talk", "no_room")]
        heard = len(first.heard)
        await s.until(lambda: len(first.heard) > heard + 8000)
        assert first.ending is None  # the talk goes on
        await first.hang_up()
        await s.record("13900000001")
        second = await s.caller("13900000002")
        await second.press("14")
        await s.noted(TalkBegan, times=2)
        await s.noted(NotRecorded, times=2)
        await second.hang_up()
        await s.record("13900000002")

        fill(fillers[1], 2 * step)
        await s.until(lambda: "messages_not_taken" in " ".join(s.hotline.alarms.told()), within=5.0)
        third = await s.caller("13900000003")
        await third.press("21")
        await hears_prompt(third, load_sound(s.settings.sounds / "say-no-message.alaw"), 60.0, share=0.6)
        await third.ended()
        assert sum(isinstance(e.event, RecordingBegan) for e in s.entries) == 1

        for filler in fillers:
            filler.unlink()
        await s.until(lambda: s.hotline.alarms.told() == [], within=5.0)
        fourth = await s.caller("13900000004")
        await fourth.press("14")
        await s.noted(RecordingBegan, times=2)
        await fourth.hang_up()
        await s.record("13900000004")
        assert [talk.number for talk in agent.talks] == ["13900000001", "13900000002", "13900000004"]


async def test_callers_of_an_asterisk_that_is_restarted_did_not_hang_up_and_the_next_is_served(
    open_stage: OpenStage,
) -> None:
    """`core restart now` hangs up on everybody while the engine still hears it."""
    async with open_stage(wrap_up=0.0) as s:
        assert s.hotline.asterisk is not None
        await s.agent(AGENT, answers(speaking=AGENT_TONE))
        talking = await s.caller()
        await talking.press(KEYS)
        await hears(talking, AGENT_TONE, within=45.0)
        waiting = await s.caller(SECOND)
        await waiting.press(KEYS)
        await s.noted(WaitBegan, 2)
        with suppress(SwitchRefused):  # it may end before it has answered
            await s.hotline.asterisk.command("core restart now")
        for number, outcome in ((CALLER, Outcome.TALKED), (SECOND, Outcome.FAILED)):
            record = await s.record(number)
            assert (record.outcome, record.reason) == (outcome, Reason.MEDIA_LOST)
        await s.until(lambda: s.hotline.board.dispatch.floor.seat(AGENT).presence is Presence.READY)
        again = await s.caller(THIRD)
        await again.press(KEYS)
        await hears(again, AGENT_TONE, within=45.0)
        await again.hang_up()
        assert (await s.record(THIRD)).reason is Reason.CALLER_HUNG_UP
