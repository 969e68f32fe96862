"""The keys that a caller typed and nobody asked for yet."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Container

TYPED_AHEAD = 100
"""Keys that wait to be taken in; who types more ahead of every question is not listened to."""


class Keys:
    """Those of one call, in their order."""

    def __init__(self, stirred: asyncio.Event) -> None:
        """`stirred` is set with each key that is taken in; who waits for one clears it."""
        self._stirred = stirred
        self._typed: deque[str] = deque()
        self._heeded: Container[str] | None = None

    @property
    def ahead(self) -> str | None:
        """The next one; it stays. None when there is none."""
        return self._typed[0] if self._typed else None

    def typed(self, key: str) -> None:
        """The caller typed one."""
        if (self._heeded is None or key in self._heeded) and len(self._typed) < TYPED_AHEAD:
            self._typed.append(key)
            self._stirred.set()

    def take(self) -> str:
        """Take the next one. Raises IndexError when there is none."""
        return self._typed.popleft()

    def put_back(self, key: str) -> None:
        """It was taken, and is the next one again."""
        self._typed.appendleft(key)

    async def next(self, wait: float) -> str | None:
        """Take the next one, typed within so many seconds; None for silence."""
        try:
            async with asyncio.timeout(wait):
                while not self._typed:
                    self._stirred.clear()
                    await self._stirred.wait()
        except TimeoutError:
            return None
        return self._typed.popleft()

    def forget(self) -> None:
        """Keys typed until now were meant for something that is past."""
        self._typed.clear()

    def heed(self, keys: Container[str] | None) -> None:
        """From now on only these keys are taken in, and no other one cuts what is said; None takes all."""
        self._heeded = keys
