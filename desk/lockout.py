"""Guessing slowed down: after some failures each next try waits longer. Pure: time is an argument, in seconds.

A lock is short, grows, and is forgotten. Whoever signs in from a browser that was in before is counted by itself
(`desk.signing_in`), so strangers who fail on purpose cannot keep the owner out.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass


@dataclass(slots=True)
class _Tally:
    failures: int = 0
    until: float = 0.0
    last: float = 0.0


class Lockout:
    """Failures by key. Bounded: past `most` keys the one that failed longest ago is forgotten."""

    def __init__(self, *, free: int = 5, first: float = 5.0, longest: float = 900.0, most: int = 10_000) -> None:
        """`free` failures cost nothing; then `first` seconds, doubled each time up to `longest`."""
        self._free, self._first, self._longest, self._most = free, first, longest, most
        self._tallies: OrderedDict[Hashable, _Tally] = OrderedDict()

    def __len__(self) -> int:
        return len(self._tallies)

    def wait(self, key: Hashable, now: float) -> float:
        """Seconds until this key may try again; 0 when it may now."""
        tally = self._tallies.get(key)
        return 0.0 if tally is None else max(0.0, tally.until - now)

    def charge(self, key: Hashable, now: float) -> None:
        """A try begins; it counts as a failure until `passed`, so that many at once are no way around."""
        tally = self._tallies.get(key)
        if tally is None or now - tally.last > 4 * self._longest:
            tally = self._tallies[key] = _Tally()
        tally.failures, tally.last = tally.failures + 1, now
        if (beyond := tally.failures - self._free - 1) >= 0:
            tally.until = now + min(self._first * 2.0 ** min(beyond, 30), self._longest)
        self._tallies.move_to_end(key)
        if len(self._tallies) > self._most:
            self._tallies.popitem(last=False)

    def passed(self, key: Hashable) -> None:
        """It was right: what was before is forgotten."""
        self._tallies.pop(key, None)

    def take_back(self, key: Hashable) -> None:
        """The last try was no failure; those before it stay."""
        tally = self._tallies.get(key)
        if tally is None:
            return
        tally.failures -= 1
        if tally.failures <= 0:
            del self._tallies[key]
        elif tally.failures <= self._free:
            tally.until = 0.0
