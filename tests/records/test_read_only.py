"""Unit on a real disk that fails: the kernel turns it read-only under an open database and an open spool."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from records.journal import SqlJournal
from tests.records.test_faults import EARLY, LATE, MEANWHILE, all_there, in_trouble, recovered
from tests.records.test_journal import left_files, tell
from tests.records.test_spool import until

pytestmark = pytest.mark.sqlite

SIZE = 24_000_000


class NotMade(RuntimeError):
    """A command of the system refused."""


def told(*command: object) -> str:
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, timeout=30, check=False)
    if done.returncode:
        raise NotMade(f"{command}: {done.stderr.strip()}")
    return done.stdout.strip()


class Disk:
    """An ext4 of its own, as a file; `fails` is what a bad sector does to it, `mended` what a person does about it."""

    def __init__(self, folder: Path) -> None:
        self._image, self.folder = folder / "disk.img", folder / "var"
        self._devices: list[str] = []
        self.folder.mkdir()
        with self._image.open("wb") as image:
            image.truncate(SIZE)
        told("mkfs.ext4", "-q", "-O", "^has_journal", self._image)

    def mount(self) -> None:
        device = told("losetup", "--find", "--show", self._image)
        self._devices.append(device)
        told("mount", "-o", "errors=remount-ro", device, self.folder)

    def fails(self) -> None:
        Path(f"/sys/fs/ext4/{Path(self._devices[-1]).name}/trigger_fs_error").write_text("a bad sector")

    def mended(self) -> None:
        """Whoever has files open on it keeps those, as after every `umount --lazy`."""
        told("umount", "--lazy", self.folder)
        subprocess.run(["e2fsck", "-p", str(self._image)], capture_output=True, timeout=30, check=False)
        self.mount()

    def gone(self) -> None:
        subprocess.run(["umount", "--lazy", str(self.folder)], capture_output=True, check=False)
        for device in self._devices:
            subprocess.run(["losetup", "--detach", device], capture_output=True, check=False)


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    if os.geteuid() != 0 or shutil.which("mkfs.ext4") is None:
        pytest.skip("a disk of its own needs root and mkfs.ext4")
    made = Disk(tmp_path)
    try:
        try:
            made.mount()
        except (NotMade, OSError) as error:
            pytest.skip(f"this machine lends no disk of its own: {error}")
        yield made
    finally:
        made.gone()


async def test_a_disk_that_turns_read_only_under_us_is_told_and_costs_no_fact(disk: Disk) -> None:
    url = f"sqlite+aiosqlite:///{disk.folder / 'hotline.db'}"
    async with SqlJournal(url) as journal:
        tell(journal, EARLY)
        await journal.flush()
        disk.fails()
        await in_trouble(journal, "")
        await until(lambda: journal.spool_alarm is not None)
        assert "Read-only" in str(journal.spool_alarm)
        disk.mended()
        await recovered(journal)
    await all_there(url, EARLY, MEANWHILE, LATE)
    assert left_files(disk.folder) == []
