"""The caller's time in the music: who let them wait, and for how long they may."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from ivr.events import CallerBack, CallerHeld
from ivr.journal import Event
from ivr.talk.inbox import TooLong


class Hold:
    """Begun by the talk of an offer, ended when the caller is out of the music; `tell` hears when it was too long."""

    def __init__(self, note: Callable[[Event], None], tell: Callable[[TooLong], None]) -> None:
        self._note, self._tell = note, tell
        self._by: int | None = None
        """Offer of who let the caller hear music."""
        self.since: float | None = None
        """When it began, of the loop's time; None while there is no music."""
        self._number = 0
        self._alarm: asyncio.TimerHandle | None = None

    def begin(self, by: int, limit: float | None) -> None:
        """The music begins, unless it plays already; `limit` in seconds, None when nobody is there to be told."""
        if self._by is not None:
            return
        self._by, self.since = by, asyncio.get_running_loop().time()
        self._note(CallerHeld(by))
        self._number += 1
        if limit is not None:
            self.set_alarm(limit)

    def resume(self, by: int) -> None:
        """It began under an engine before us."""
        self._by, self.since = by, asyncio.get_running_loop().time()

    def end(self) -> None:
        """The music is over. Idempotent."""
        self.cancel()
        if self._by is not None:
            self._note(CallerBack(self._by))
            self._by = self.since = None

    def cancel(self) -> None:
        """No alarm any more."""
        if self._alarm is not None:
            self._alarm.cancel()
            self._alarm = None

    def set_alarm(self, seconds: float, *, beeped: bool = False) -> None:
        """Tell after so many seconds that it lasts too long; `beeped`: the agent was warned."""
        loop = asyncio.get_running_loop()
        self._alarm = loop.call_later(seconds, self._tell, TooLong(self._number, beeped))

    def goes_on(self, number: int) -> bool:
        """Whether it is still this one."""
        return self._by is not None and self._number == number
