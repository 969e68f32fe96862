"""Asterisk's log files are put aside before they are large: nobody has to set anything up for it.

What we say ourselves goes to stderr, and journald or the container's driver keep that within bounds. Asterisk writes
files of its own: each is put aside at `LARGEST`, and `KEPT` old ones are kept. A line about a call that was served
without an engine is in `fallback.log` until then, and long since in the journal (`hotline.fallback_calls`).
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final

import structlog

from hotline.bans.log_files import rotate
from ivr.switch import SwitchError

log = structlog.get_logger(__name__)

FILES: Final = ("messages.log", "security.log", "fallback.log")
CONSOLE: Final = "console.log"
"""What Asterisk says before it has logs, and when it dies: it keeps the file open, so it is emptied in its place."""
LARGEST = 20_000_000
"""Bytes."""
KEPT = 5
LOOKS_EVERY = 30.0
"""Seconds: a flood writes 2 MB in them."""


class LogRotation:
    """Keeps the files in `folder` small; `command` asks Asterisk to begin them anew. `run()` for ever."""

    def __init__(
        self, folder: Path, command: Callable[[str], Awaitable[object]], *, largest: int = LARGEST, kept: int = KEPT
    ) -> None:
        self._folder, self._command, self._largest, self._kept = folder, command, largest, kept

    async def run(self) -> None:
        """Look every half minute. A disk or a switch in trouble is asked again."""
        while True:
            try:
                await self.look()
            except (OSError, RuntimeError, SwitchError) as error:  # SwitchRefused among them
                log.error("logs cannot be put aside", why=str(error))
            await asyncio.sleep(LOOKS_EVERY)

    async def look(self) -> list[str]:
        """Put aside what is large; the names. Raises OSError, SwitchRefused."""
        large = await asyncio.to_thread(self._put_aside)
        if large:
            await self._command("logger reload")  # until then it writes into those that were put aside
            log.info("logs were put aside", files=large)
        return large

    def _put_aside(self) -> list[str]:
        large = [name for name in FILES if self._size(name) > self._largest]
        for name in large:
            rotate(self._folder / name, self._kept)
        if self._size(CONSOLE) > self._largest:
            os.truncate(self._folder / CONSOLE, 0)
        return large

    def _size(self, name: str) -> int:
        try:
            return (self._folder / name).stat().st_size
        except FileNotFoundError:
            return 0
