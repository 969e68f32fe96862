"""The pulse of the engine's loop: by how many seconds it was late lately."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable

BEAT = 0.1
"""Seconds between two looks."""
SHOWN = 1.0
"""Seconds for which a late beat is remembered."""


class Pulse:
    """Run `beat()` beside everything else; `late()` tells how late the loop was."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._began: float | None = None
        self._late: deque[tuple[float, float]] = deque()

    async def beat(self) -> None:
        """For ever."""
        while True:
            self.begin()
            await asyncio.sleep(BEAT)
            self.end()

    def begin(self) -> None:
        """A beat begins: its end is due in `BEAT` seconds."""
        self._began = self._monotonic()

    def end(self) -> None:
        """The beat ended; how late that was is remembered for `SHOWN` seconds."""
        now = self._monotonic()
        self._late.append((now, self._due(now)))
        while now - self._late[0][0] > SHOWN:
            self._late.popleft()

    def late(self, within: float = SHOWN) -> float:
        """Seconds, at the worst of the beats that ended `within` the last seconds; one that is due now counts too."""
        now = self._monotonic()
        return max(self._due(now), *(late for at, late in self._late if now - at <= within), 0.0)

    def _due(self, now: float) -> float:
        return 0.0 if self._began is None else max(0.0, now - self._began - BEAT)
