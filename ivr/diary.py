"""A call's diary: its facts, numbered one by one and stamped by the call's own time, and how long it waited."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from ivr.clock import Clock
from ivr.events import WaitBegan, WaitEnded
from ivr.journal import Entry, Event, Journal

if TYPE_CHECKING:
    from ivr.adoption.unfinished import Unfinished


class Diary:
    """Of one call. Its time begins at the wall's, and goes on however that is set."""

    def __init__(self, call: str, journal: Journal, clock: Clock) -> None:
        self._call, self._journal, self._clock = call, journal, clock
        self._began = (clock.now(), clock.monotonic())
        self._waiting_since: datetime | None = None
        self.waited = 0.0
        """Seconds on lines, without the one where it waits now."""
        self.seq = 0
        """The number of the last fact."""

    def take_over(self, one: Unfinished) -> None:
        """Go on where the engine before us was."""
        self.waited, self._waiting_since, self.seq = one.waited, one.since, one.seq
        self._began = (max(self._clock.now(), one.entries[-1].at), self._clock.monotonic())

    @property
    def began(self) -> datetime:
        """When we first knew of the call, or an engine before us told of it last."""
        return self._began[0]

    @property
    def waited_now(self) -> float:
        """Seconds on lines until this instant."""
        return self.waited + self._waiting(self._now())

    def note(self, event: Event) -> None:
        """Write a fact into the journal. Never waits."""
        now = self._now()
        match event:
            case WaitBegan():
                self._waiting_since = now
            case WaitEnded():
                self.waited += self._waiting(now)
                self._waiting_since = None
        self.seq += 1
        self._journal.note(Entry(self._call, self.seq, now, event))

    def _now(self) -> datetime:
        began, moment = self._began
        return began + timedelta(seconds=self._clock.monotonic() - moment)

    def _waiting(self, now: datetime) -> float:
        return 0.0 if self._waiting_since is None else max(0.0, (now - self._waiting_since).total_seconds())
