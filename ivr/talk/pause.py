"""An agent lets what is said go unrecorded for a while: the number of a card, a name that belongs into no file.

It ends when they say so, by itself after `AT_MOST` seconds, and with their talk: who has the caller next is recorded.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from ivr.events import RecordingPaused, RecordingResumed
from ivr.journal import Event
from ivr.talk.inbox import Side, Unpaused

AT_MOST = 120.0
"""Seconds of a pause."""


class Pause:
    """At most one in a conversation; `tell` hears when it was long enough."""

    def __init__(self, note: Callable[[Event], None], tell: Callable[[Unpaused], None]) -> None:
        self._note, self._tell = note, tell
        self._side: Side | None = None
        self._number = 0
        self._alarm: asyncio.TimerHandle | None = None

    def holds(self, lead: Side | None) -> bool:
        """Whether what this one says goes unrecorded."""
        return self._side is not None and self._side is lead

    def begin(self, side: Side, by: str) -> None:
        """From now on nothing is recorded; nothing when that is so."""
        if self._side is not None:
            return
        self._side = side
        self._number += 1
        self._note(RecordingPaused(side.offer, by))
        self._alarm = asyncio.get_running_loop().call_later(AT_MOST, self._tell, Unpaused(self._number))

    def resume(self, side: Side) -> None:
        """It began under an engine before us."""
        self._side = side
        self._number += 1
        self._alarm = asyncio.get_running_loop().call_later(AT_MOST, self._tell, Unpaused(self._number))

    def is_over(self, unpaused: Unpaused) -> bool:
        """Whether it is still this one."""
        return self._side is not None and unpaused.pause == self._number

    def end(self, by: str | None = None) -> None:
        """What is said is recorded again. Idempotent."""
        self.cancel()
        if self._side is not None:
            side, self._side = self._side, None
            self._note(RecordingResumed(side.offer, by))

    def cancel(self) -> None:
        """No alarm any more."""
        if self._alarm is not None:
            self._alarm.cancel()
            self._alarm = None
