"""The disk is watched, so that recordings stop before it is full, and not after.

What is kept free is kept for what matters more: below `disk.reserve` no talk is recorded (it goes on), below
`disk.messages_reserve` no message is taken (the caller is told), and the rest is the journal's.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Iterable
from pathlib import Path

import structlog

from hotline.settings_keeping import Disk
from ivr.room import Room

log = structlog.get_logger()

LOOKS_EVERY = 1.0
"""Seconds."""

EASED = 500_000_000
"""Bytes above a reserve, or a tenth of it if that is less, that must be free until recording goes on."""


def free_in(folder: Path) -> int:
    """Bytes that we may still write there. Raises OSError."""
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    about = os.statvfs(folder)
    return about.f_bavail * about.f_frsize


class DiskWatch:
    """Keeps `room` as the disks of `folders` are; `cut` ends the recordings of talks that go on. `run()` for ever."""

    def __init__(
        self,
        rules: Disk,
        folders: Iterable[Path],
        room: Room,
        cut: Callable[[], object],
        free: Callable[[Path], int] = free_in,
    ) -> None:
        self._rules, self._folders, self._room, self._cut, self._free = rules, tuple(folders), room, cut, free
        self._told = ""

    async def run(self) -> None:
        """Look every second, in a thread: a disk that hangs holds nobody up."""
        while True:
            try:
                self.take_in(await asyncio.to_thread(self._least))
            except OSError as error:
                self.take_in(None, error.strerror or str(error))
            await asyncio.sleep(LOOKS_EVERY)

    def _least(self) -> int:
        return min(map(self._free, self._folders))

    def take_in(self, free: int | None, error: str = "") -> None:
        """So many bytes are free; None when that cannot be known, and then nothing is recorded."""
        talked = self._room.talks
        self._room.talks = _enough(free, self._rules.reserve, now=talked)
        self._room.messages = _enough(free, self._rules.messages_reserve, now=self._room.messages)
        self._told = error if free is None else f"{free / 1e6:,.0f} MB free"
        if talked and not self._room.talks:
            log.error("talks are not recorded: the disk is filling", told=self._told)
            self._cut()

    def why_no_talks(self) -> str | None:
        """Why talks are not recorded now; None while they are."""
        return None if self._room.talks else f"{self._told}, {self._rules.reserve / 1e6:,.0f} MB are kept"

    def why_no_messages(self) -> str | None:
        """Why no messages are taken now; None while they are."""
        return None if self._room.messages else f"{self._told}, {self._rules.messages_reserve / 1e6:,.0f} MB are kept"


def _enough(free: int | None, reserve: int, *, now: bool) -> bool:
    return free is not None and free >= reserve + (0 if now else min(reserve // 10, EASED))
