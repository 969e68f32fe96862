"""The back office as a process of its own: `python -m hotline.backoffice.process`, begun by `apart.py` with pipes.

In: `Begin`, then what the engine tells; out: what it should know. It ends when the engine does, whatever happens to
that, and takes what the engine leaves of the machine.
"""

from __future__ import annotations

import asyncio
import os
import pickle
import signal
import sys
from asyncio import IncompleteReadError, StreamReader
from contextlib import suppress
from typing import Any, BinaryIO, Final

from hotline.backoffice.messages import LENGTH, Begin, Said, framed
from hotline.backoffice.room import Room, open_room
from hotline.logs import set_up_logs
from hotline.supervisor import die_with

NICE: Final = 7
"""No more: on SQLite, whoever waits for a processor with the lock in hand lets the engine wait for the lock."""


def main() -> None:
    """Work until the engine is silent for ever."""
    die_with(os.getppid())
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):  # they are for the engine, which then tells us
        signal.signal(number, signal.SIG_IGN)
    os.nice(NICE)
    sink = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # nothing that a library says may get between the messages
    try:
        asyncio.run(_work(sink))
    finally:
        with suppress(BrokenPipeError):
            sink.close()


async def _work(sink: BinaryIO) -> None:
    reader = StreamReader(limit=2**26)
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    begin = await message(reader)
    if not isinstance(begin, Begin):
        return
    set_up_logs(level=begin.settings.log_level, as_json=begin.settings.log_json)

    def tell(said: Said) -> None:
        with suppress(BrokenPipeError):  # the engine is no more: `_hear` hears its silence, and all ends
            sink.write(framed(said))
            sink.flush()

    async with open_room(begin, tell) as room, asyncio.TaskGroup() as tasks:
        work = tasks.create_task(room.run())
        await _hear(reader, room)
        work.cancel()


async def _hear(reader: StreamReader, room: Room) -> None:
    """Until the engine says nothing more."""
    while (told := await message(reader)) is not None:
        room.take(told)


async def message(reader: StreamReader) -> Any:
    """The next message; None when there will be none."""
    try:
        length = LENGTH.unpack(await reader.readexactly(LENGTH.size))[0]
        return pickle.loads(await reader.readexactly(length))  # noqa: S301 - from our own other half
    except (IncompleteReadError, ConnectionError):
        return None


if __name__ == "__main__":
    main()
