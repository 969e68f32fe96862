"""The back office in a process beside the engine, as the engine sees it.

Whatever the clerks do there, it costs the engine a message: neither the interpreter's lock nor the event loop by which
calls are served. The process is nice, and dies with the engine; one that ends or hangs is begun anew by the hatch.
"""

from __future__ import annotations

import asyncio
import os
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Final

from hotline.backoffice.messages import Begin, Said, Told, framed
from hotline.backoffice.process import message
from hotline.settings import HOUSE

SILENT: Final = 60.0
"""Seconds without a word after which it hangs: it says one every second, but may have to wait for the machine."""
DEAF: Final = 32 * 2**20
"""Bytes that wait to be heard; who hears nothing more is begun anew, and finds all of it in the journal."""
GOES_WITHIN: Final = 3.0
"""Seconds to finish what is being written when the engine ends."""


class RoomLost(RuntimeError):
    """The process ended, or hangs; one line for the log."""


class Apart:
    """A room as `room.Room` is one: `take`, and `run` until it is lost."""

    def __init__(self, process: Process, heard: Callable[[Said], None]) -> None:
        assert process.stdin is not None  # noqa: S101
        assert process.stdout is not None  # noqa: S101
        self._process, self._heard = process, heard
        self._to, self._from = process.stdin, process.stdout

    @property
    def pid(self) -> int:
        return self._process.pid

    def abandon(self) -> None:
        """End it at once, whatever it is doing: what it writes is whole or not at all, and found again."""
        with suppress(ProcessLookupError):
            self._process.kill()

    def take(self, message: Told | Begin) -> None:
        """Tell the process. Never blocks, never raises."""
        if self._to.transport.get_write_buffer_size() > DEAF:
            with suppress(ProcessLookupError):
                self._process.kill()
            return
        self._to.write(framed(message))

    async def run(self) -> None:
        """Hear what it says, until it is lost. Raises RoomLost."""
        try:
            while True:
                async with asyncio.timeout(SILENT):
                    said = await message(self._from)
                if said is None:
                    break
                self._heard(said)
        except TimeoutError:
            raise RoomLost(f"no word for {SILENT:.0f} s") from None
        raise RoomLost(f"it ended with status {await self._process.wait()}")


@asynccontextmanager
async def apart(begin: Begin, heard: Callable[[Said], None]) -> AsyncIterator[Apart]:
    """A process with the clerks of a hotline, as long as the block lasts. Raises OSError when it cannot be begun."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "hotline.backoffice.process"),
        stdin=PIPE,
        stdout=PIPE,
        limit=2**26,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, (str(HOUSE), os.getenv("PYTHONPATH"))))},
    )
    try:
        room = Apart(process, heard)
        room.take(begin)
        yield room
    finally:
        await _end(process)


async def _end(process: Process) -> None:
    """Say nothing more, and wait until it has gone; who does not go is killed."""
    assert process.stdin is not None  # noqa: S101
    process.stdin.close()
    try:
        async with asyncio.timeout(GOES_WITHIN):
            await process.wait()
    except TimeoutError:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()
