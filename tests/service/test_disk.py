"""Unit on the real disk: recordings stop before it is full, messages later, and both go on by themselves."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import pytest

from hotline.disk import DiskWatch, free_in
from hotline.settings import SettingsError, load
from hotline.settings_keeping import Disk
from ivr.room import Room
from tests.records.test_spool import until

MB = 1_000_000


class Watched:
    def __init__(self, free: int = 5_000 * MB) -> None:
        self.room, self.cuts = Room(), 0
        rules = Disk.model_validate({"reserve": "1GB", "messages_reserve": "200MB"})
        self.disk = DiskWatch(rules, (Path("/"),), self.room, self._cut)
        self.look(free)

    def _cut(self) -> None:
        self.cuts += 1

    def look(self, free: int | None) -> tuple[bool, bool]:
        self.disk.take_in(free, "" if free is not None else "Input/output error")
        return self.room.talks, self.room.messages


def test_a_disk_that_fills_stops_talks_first_messages_then_and_leaves_the_rest_to_the_journal() -> None:
    w = Watched()
    assert (w.disk.why_no_talks(), w.disk.why_no_messages(), w.cuts) == (None, None, 0)
    assert w.look(1_000 * MB) == (True, True)
    assert w.look(999 * MB) == (False, True)
    assert w.look(500 * MB) == (False, True)
    assert w.cuts == 1  # running recordings are cut once
    assert w.disk.why_no_talks() == "500 MB free, 1,000 MB are kept"
    assert w.look(100 * MB) == (False, False)
    assert w.disk.why_no_messages() == "100 MB free, 200 MB are kept"


def test_recording_goes_on_once_there_is_clearly_room_again() -> None:
    w = Watched(free=100 * MB)
    assert w.look(210 * MB) == (False, False)
    assert w.look(230 * MB) == (False, True)
    assert w.look(1_050 * MB) == (False, True)  # it would stop again at once
    assert w.look(1_100 * MB) == (True, True)
    assert w.disk.why_no_talks() is None


def test_a_disk_of_which_nothing_can_be_known_takes_no_recording() -> None:
    w = Watched()
    assert w.look(None) == (False, False)
    assert w.disk.why_no_talks() == "Input/output error, 1,000 MB are kept"
    assert w.look(5_000 * MB) == (True, True)


async def test_a_file_that_fills_the_real_disk_is_noticed_within_five_seconds(tmp_path: Path) -> None:
    room = Room()
    rules = Disk(reserve=free_in(tmp_path) - 1_000 * MB, messages_reserve=0)
    watch = DiskWatch(rules, (tmp_path / "not" / "made" / "yet",), room, cut=lambda: None)
    async with asyncio.TaskGroup() as tasks:
        running = tasks.create_task(watch.run())
        filler = tmp_path / "filler"
        with filler.open("wb") as file:
            os.posix_fallocate(file.fileno(), 0, 3_000 * MB)
        async with asyncio.timeout(5):
            await until(lambda: not room.talks)
        assert room.messages
        running.cancel()


def test_reserves_in_the_wrong_order_are_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="talks stop first"):
        load(var=tmp_path, disk={"reserve": "100MB", "messages_reserve": "1GB"})
