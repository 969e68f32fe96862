"""The pulse of the engine's loop: by how many seconds it was late within the last one."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable

BEAT = 0.1
"""Seconds between two looks."""
SHOWN = 10
"""So many of the last beats are looked at."""


class Pulse:
    """Run `beat()` beside everything else; `late()` tells how late the loop was."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._last: float | None = None
        self._late: deque[float] = deque(maxlen=SHOWN)

    async def beat(self) -> None:
        """For ever."""
        while True:
            self._last = self._monotonic()
            await asyncio.sleep(BEAT)
            self._late.append(max(0.0, self._monotonic() - self._last - BEAT))

    def late(self) -> float:
        """Seconds, at the worst; a beat that is due right now counts too."""
        due = 0.0 if self._last is None else max(0.0, self._monotonic() - self._last - BEAT)
        return max(due, *self._late, 0.0)
