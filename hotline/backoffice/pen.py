"""The pen of the back office: it writes the facts that the engine hands over, and says whether that is done.

What cannot be written here is left to the engine, which finds out by itself what is wrong and tells of it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final, cast

import structlog

from hotline.backoffice.messages import Book, Write, Wrote
from ivr.journal import Entry
from records.door import Door
from records.journal import write_entries
from records.presences import Move, write_moves
from records.turn import turn

log = structlog.get_logger(__name__)

BUSY: Final = 0.5
"""Seconds that SQLite waits for another's lock: the engine, which asks next, waits longer and tells why."""


class Pen:
    """`take` what is to be written, `run` for ever."""

    def __init__(self, url: str, node: str, tell: Callable[[Wrote], None]) -> None:
        self._url, self._node, self._tell = url, node, tell
        self._door = Door(url, busy=BUSY)
        self._waiting: asyncio.Queue[Write] = asyncio.Queue()

    def take(self, message: Write) -> None:
        self._waiting.put_nowait(message)

    async def run(self) -> None:
        """Write one after the other until cancelled."""
        while True:
            message = await self._waiting.get()
            self._tell(Wrote(message.number, await self._wrote(message)))

    async def close(self) -> None:
        await self._door.close()

    async def _wrote(self, message: Write) -> bool:
        try:
            await self._door.open()
            async with turn(self._url, BUSY), self._door.engine.begin() as connection:
                match message.book:
                    case Book.JOURNAL:
                        facts = cast("tuple[Entry, ...]", message.facts)
                        await write_entries(connection, facts, self._node, derived=True)
                    case Book.PRESENCES:
                        await write_moves(connection, cast("tuple[Move, ...]", message.facts), self._node)
            self._door.worked()
        except Exception as error:  # whatever it is, the engine meets it next
            log.warning("facts are left to the engine to write", of=message.book, error=type(error).__name__)
            await self._door.failed()
            return False
        return True
