"""The office: every part of this room that works while the hotline runs, on one database.

It hears the journal and works behind it. A part's work must be derivable anew from the journal and the filings: an
office that was closed for an hour catches up.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Protocol

from ivr.journal import Entry
from records.untold import Untold


class Clerk(Protocol):
    """Somebody of the office with a task of their own."""

    def hear(self, entry: Entry) -> None:
        """A fact was noted. Never blocks, never raises: it only wakes `run`."""

    async def run(self) -> None:
        """Work until cancelled. Trouble with the database is logged, told as an alarm, and tried again."""


class Office:
    """What the rest of the house asks of the paperwork."""

    def __init__(self, clerks: Sequence[Clerk]) -> None:
        self._clerks = tuple(clerks)

    def hear(self, entry: Entry) -> None:
        """A subscriber of the journal."""
        for clerk in self._clerks:
            clerk.hear(entry)

    async def run(self) -> None:
        """All clerks at once, until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            for clerk in self._clerks:
                tasks.create_task(clerk.run())


@asynccontextmanager
async def open_office(
    url: str, *, node: str, now: Callable[[], datetime], others: Sequence[Clerk] = ()
) -> AsyncIterator[Office]:
    """The office on the database at `url`, whose tables are there or will be. `others` are clerks made elsewhere."""
    yield Office((Untold(url), *others))
