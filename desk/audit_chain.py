"""The look at the audit log's chain that an auditor asks for: one at a time, beside calls, and what it found last."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import datetime
from typing import Any, Final, Protocol

import structlog

from records.audit import Broken, Head, Looked
from records.clock import wall_time

log = structlog.get_logger()

PORTION: Final = 100
"""Entries at a time: two milliseconds of the loop that calls are served by."""
REST: Final = 0.01
"""Seconds between two portions: some seven thousand entries a second."""


class Verify(Protocol):
    """`records.audit.Audit.verify`."""

    def __call__(
        self, known: Head | None = None, *, looked: Looked | None = None, portion: int = PORTION
    ) -> Awaitable[Head | Broken]: ...


class Chain:
    """Begins looks with `look`; `told` says how the last one stands. `close` ends one that goes on."""

    def __init__(self, verify: Verify, now: Callable[[], datetime]) -> None:
        self._verify, self._now = verify, now
        self._work: asyncio.Task[None] | None = None
        self._came = 0
        self._found: Head | Broken | None = None
        self._at: datetime | None = None
        self._failed = False

    def told(self) -> dict[str, Any]:
        """`state`: unknown, looking, whole, broken, failed; how far (`number`), the head's `hash`, why it is broken."""
        found, busy = self._found, self._work is not None
        state = "looking" if busy else "failed" if self._failed else "unknown"
        if not busy and found is not None:
            state = "broken" if isinstance(found, Broken) else "whole"
        return {
            "state": state,
            "number": self._came if busy or found is None else found.number,
            "hash": found.hash if not busy and isinstance(found, Head) else None,
            "why": found.why if not busy and isinstance(found, Broken) else None,
            "at": None if self._at is None else wall_time(self._at),
        }

    def look(self, known: Head | None = None) -> None:
        """Look at every entry, and at a head that was written down elsewhere; what goes on already goes on."""
        if self._work is None:
            self._came, self._found, self._failed = 0, None, False
            self._work = asyncio.create_task(self._look(known))

    async def close(self) -> None:
        if (work := self._work) is not None:
            work.cancel()
            with suppress(asyncio.CancelledError):
                await work

    async def _look(self, known: Head | None) -> None:
        try:
            self._found = await self._verify(known, looked=self._rest, portion=PORTION)
        except ValueError as error:  # the file of the kept head
            self._found = Broken(0, str(error))
        except Exception as error:  # the database's
            self._failed = True
            log.error("the audit log could not be looked through", error=type(error).__name__)
        finally:
            self._at, self._work = self._now(), None

    async def _rest(self, came: int) -> None:
        self._came = came
        await asyncio.sleep(REST)
