"""System: a backup is made under a talk, and the hotline that is put back from it has the call and plays its sound."""

from __future__ import annotations

import asyncio
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from hotline.backup import restore, take
from hotline.phone import Exchange, answers
from hotline.sealing import vault_of
from ivr.events import TalkBegan
from records.calls import calls
from tests.phones import AGENT_TONE, hears
from tests.system.conftest import OpenStage
from tests.system.stage import WORKDAY, shipped_plan, stage

pytestmark = pytest.mark.system


async def test_a_hotline_goes_on_from_a_backup_that_was_made_while_it_served(
    open_stage: OpenStage, sounds: Path, exchange: Exchange, tmp_path: Path
) -> None:
    wish = take.Wish(tmp_path / "backups", tmp_path / "keys")
    async with open_stage() as s:

        async def backup() -> tuple[Path, tuple[str, ...]]:
            """As another process would: in a loop of its own."""
            made = take.take(s.settings, wish, datetime.now(UTC))
            folder, manifest = await asyncio.to_thread(asyncio.run, made)
            return folder, manifest.open

        await s.agent("vaccine-1", answers(speaking=AGENT_TONE))
        caller = await s.caller()
        await caller.press("14")
        await hears(caller, AGENT_TONE, within=45.0)
        await s.noted(TalkBegan)
        _, being_made = await backup()
        assert len(being_made) == 1  # what is still being recorded is left to the next one
        await hears(caller, AGENT_TONE, within=45.0)  # and nobody noticed
        await caller.hang_up()
        record = await s.record()
        assert record.recording == being_made[0]
        vault = vault_of(s.settings)
        await s.until(lambda: not vault.unsealed())
        folder, being_made = await backup()
        assert being_made == ()
        told = vault.read(record.recording)
    there, (_, keys) = tmp_path / "there", sorted((tmp_path / "keys").iterdir())
    settings, manifest = await restore.restore(restore.Wish(folder, there / "var", there / "config", keys))
    assert manifest.keys == "apart"
    shutil.rmtree(settings.moh, ignore_errors=True)  # the stage lends its own
    async with stage(there / "var", sounds, exchange, WORKDAY, shipped_plan(), config=there / "config") as s:
        (kept,) = await calls(s.settings.database_url, last=1)
        assert (kept.id, kept.agent, kept.recording) == (record.id, "vaccine-1", record.recording)
        assert vault_of(s.settings).read(record.recording) == told
        again = await s.caller()  # and it serves
        await s.hears(again, "greeting", share=0.3)
        await again.hang_up()
        await s.until(lambda: not s.hotline.board.calls)
