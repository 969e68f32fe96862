"""Whose turn it is to write into an SQLite database, among the writers of this process: first come, first served.

SQLite itself lets those who wait look again now and then: one that writes over and over keeps the others out until they
give up.
"""

from __future__ import annotations

import asyncio
from asyncio import AbstractEventLoop
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final
from weakref import WeakKeyDictionary

from records.database import database_file

_turns: Final[WeakKeyDictionary[AbstractEventLoop, dict[Path, asyncio.Lock]]] = WeakKeyDictionary()


@asynccontextmanager
async def turn(url: str, patience: float) -> AsyncIterator[None]:
    """Wait for it, `patience` seconds at most: then it is SQLite's to say that the database is locked.

    A server has turns of its own.
    """
    file = database_file(url)
    if file is None:
        yield
        return
    lock = _turns.setdefault(asyncio.get_running_loop(), {}).setdefault(file, asyncio.Lock())
    ours = False
    try:
        async with asyncio.timeout(patience):
            ours = await lock.acquire()
    except TimeoutError:
        pass
    try:
        yield
    finally:
        if ours:
            lock.release()
