"""Shell on real files: recordings are sealed behind the calls' backs, and what goes wrong is told and mended."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest
import structlog
from prometheus_client import CollectorRegistry, generate_latest
from structlog.testing import capture_logs

from hotline import sealing
from hotline.sealing import Sealing, SealingGauges, first_key, vault_of
from hotline.settings import Settings, load
from hotline.settings_keeping import Sealing as Rules
from ivr.events import CallEnded, RecordingBegan, RecordingEnded
from ivr.journal import Entry, Event
from ivr.outcomes import Outcome, Reason
from records.audit import Audit
from records.migrations import upgrade
from records.vault.vault import Vault
from tests.records.test_vault import put, sound

NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
TALK, OTHER = "talks/2026/11/20/a-1-3", "talks/2026/11/20/a-2-4"
OVER = CallEnded(Outcome.TALKED, Reason.CALLER_HUNG_UP)


@dataclass(slots=True)
class Works:
    """A sealing that runs, and which calls live."""

    vault: Vault
    sealing: Sealing
    living: set[str] = field(default_factory=set)
    seq: int = 0

    def note(self, call: str, event: Event) -> None:
        self.seq += 1
        self.sealing.hear(Entry(call, self.seq, NOW, event))

    async def until(self, holds: Callable[[], bool]) -> None:
        async with asyncio.timeout(10.0):
            while not holds():  # noqa: ASYNC110 - threads work beside us
                await asyncio.sleep(0.01)


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setattr(sealing, "AGAIN", 0.05)
    settings = load(var=tmp_path)
    asyncio.run(upgrade(settings.database_url))
    return settings


@asynccontextmanager
async def works(settings: Settings, *living: str, rules: Rules | None = None) -> AsyncIterator[Works]:
    vault = vault_of(settings)
    await first_key(settings, vault)
    here = set(living)
    it = Sealing(vault, rules or settings.sealing, here.__contains__, lambda: NOW)
    task = asyncio.create_task(it.run())
    try:
        yield Works(vault, it, here)
    finally:
        task.cancel()
        await asyncio.wait([task])


def old(path: Path) -> None:
    then = time.time() - 2 * sealing.QUIET
    os.utime(path, (then, then))


async def test_a_recording_is_sealed_when_its_call_has_ended_and_not_before(settings: Settings) -> None:
    async with works(settings, "a-1") as here:
        here.note("a-1", RecordingBegan(TALK, "talk"))
        old(put(here.vault, sound(), TALK))
        here.note("a-1", RecordingEnded(TALK, 0.5))  # into the music: it goes on afterwards
        put(here.vault, sound(), OTHER)
        here.note("a-2", RecordingBegan(OTHER, "talk"))
        here.note("a-2", OVER)
        await here.until(lambda: here.sealing.sealed == 1)
        assert here.vault.unsealed() == [TALK]
        here.living.clear()
        here.note("a-1", OVER)
        await here.until(lambda: here.vault.unsealed() == [])
        assert here.vault.read(TALK) == sound()


async def test_what_a_crash_left_and_what_callers_left_meanwhile_is_found_at_the_start(settings: Settings) -> None:
    vault = vault_of(settings)
    old(put(vault, sound(), "messages/2025/01/02/a-0"))
    old(put(vault, sound(), "fallback/1763600000.7"))
    old(put(vault, sound(), TALK))  # its talk outlived the engine, and is somebody's again
    put(vault, sound(), OTHER)  # something still writes into it
    async with works(settings, "a-1") as here:
        await here.until(lambda: here.sealing.sealed == 2)
        assert here.vault.unsealed() == [TALK, OTHER]
        old(here.vault.folder / f"{OTHER}.wav")
        await here.until(lambda: here.vault.unsealed() == [TALK])


async def test_the_first_key_is_made_once_and_written_down(settings: Settings) -> None:
    for _ in range(2):
        async with works(settings) as here:
            (key,) = here.vault.keys.all()
    (entry,) = await Audit(settings.database_url, settings.var).entries()
    assert (entry.deed.who, entry.deed.what, entry.deed.about) == ("engine:a", "key_made", key.id)


async def test_a_database_in_trouble_keeps_nobody_from_starting(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "hotline.db").write_bytes(b"no database at all" * 1000)
    with capture_logs() as told:
        async with works(settings) as here:
            assert len(here.vault.keys.all()) == 1
    assert [line["event"] for line in told] == ["a key was made, and the audit log could not be told"]


async def test_without_the_keys_an_alarm_is_raised_sound_stays_and_goes_on_when_they_are_back(
    settings: Settings, tmp_path: Path
) -> None:
    async with works(settings) as here:
        put(here.vault, sound(), OTHER)
        here.note("a-2", RecordingBegan(OTHER, "talk"))
        here.note("a-2", OVER)
        await here.until(lambda: here.sealing.sealed == 1)
    (tmp_path / "keys.json").rename(tmp_path / "away")
    with capture_logs() as told:
        async with works(settings) as here:
            assert not (tmp_path / "keys.json").exists()  # a new one would hide that the old one is lost
            put(here.vault, sound(), TALK)
            here.note("a-1", RecordingBegan(TALK, "talk"))
            here.note("a-1", OVER)
            await here.until(lambda: here.sealing.alarm is not None)
            registry = CollectorRegistry()
            registry.register(SealingGauges(here.sealing))
            metrics = generate_latest(registry).decode()
            assert "hotline_sealing_alarm 1.0" in metrics
            assert "hotline_recordings_plain 1.0" in metrics
            assert here.vault.unsealed() == [TALK]
            (tmp_path / "away").rename(tmp_path / "keys.json")
            await here.until(lambda: here.sealing.alarm is None)
            assert here.vault.unsealed() == []
    assert [line["event"] for line in told] == ["recordings are not sealed", "recordings are sealed again"]


async def test_a_full_disk_raises_the_alarm_and_nothing_is_lost(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    structlog.reset_defaults()
    async with works(settings) as here:

        def full(_name: str) -> bool:
            raise OSError(28, "No space left on device")

        with monkeypatch.context() as patched:
            patched.setattr(here.vault, "seal", full)
            put(here.vault, sound(), TALK)
            here.note("a-1", RecordingBegan(TALK, "talk"))
            here.note("a-1", OVER)
            await here.until(lambda: here.sealing.alarm is not None)
            assert "No space left" in str(here.sealing.alarm)
        await here.until(lambda: here.sealing.alarm is None)
        assert here.vault.read(TALK) == sound()


async def test_turned_off_it_leaves_recordings_as_they_are_and_says_so(settings: Settings) -> None:
    with capture_logs() as told:
        async with works(settings, rules=Rules(on=False)) as here:
            put(here.vault, sound(), TALK)
            here.note("a-1", RecordingBegan(TALK, "talk"))
            here.note("a-1", OVER)
            await here.until(lambda: bool(told))
    assert here.vault.unsealed() == [TALK]
    assert told[0]["event"] == "recordings are not encrypted: sealing.on is false"


def test_keys_come_from_one_place() -> None:
    with pytest.raises(ValueError, match="set one of them"):
        Rules(key_file=Path("keys"), key_command=("keys",))
