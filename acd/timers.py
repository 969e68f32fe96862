"""Instants at which time alone changes something. What no longer speaks of the present is dropped when it comes up."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Mapping
from enum import IntEnum
from typing import NamedTuple


class Alarm(IntEnum):
    """What a timer is for."""

    OFFER_EXPIRES = 0
    WAITED = 1  # a limit of a call's wait is reached
    TURNS = 2  # a call need not wait for somebody special any more
    AGENT_BACK = 3
    OUTSIDE_RESTED = 4
    LINE_EMPTY = 5
    LIMITS = 6  # the limits of a line's callers are looked at
    LONG_TALK = 7
    WIDENS = 8  # more agents may take some calls of a line


class Timer(NamedTuple):
    """`mark` tells a timer of the present from one that was overtaken."""

    at: float
    number: int
    alarm: Alarm
    subject: str
    mark: int


Entry = tuple[float, int, Alarm, str, int]
"""A timer, as the heap has it."""

Check = Callable[[float, str, int], bool]
"""Whether a timer (its instant, subject and mark) still speaks of the present."""


class Timers:
    """A heap of timers. `checks` has one for each alarm."""

    def __init__(self, checks: Mapping[Alarm, Check]) -> None:
        self._checks = [checks[alarm] for alarm in Alarm]
        self.heap: list[Entry] = []
        """The next one is first, live or not."""
        self._set = 0

    def set(self, at: float, alarm: Alarm, subject: str, mark: int = 0) -> None:
        self._set += 1
        heapq.heappush(self.heap, (at, self._set, alarm, subject, mark))

    def next_at(self) -> float | None:
        """When the next live timer is due; None when there is none."""
        heap, checks = self.heap, self._checks
        while heap:
            at, _, alarm, subject, mark = heap[0]
            if checks[alarm](at, subject, mark):
                return at
            heapq.heappop(heap)
        return None

    def pop_due(self, now: float) -> Entry | None:
        """Take the next live timer that is due."""
        heap, checks = self.heap, self._checks
        while heap and heap[0][0] <= now:
            entry = heapq.heappop(heap)
            at, _, alarm, subject, mark = entry
            if checks[alarm](at, subject, mark):
                return entry
        return None

    def all(self) -> list[Timer]:
        """Those that are still live, in order."""
        return sorted(
            Timer(at, number, alarm, subject, mark)
            for at, number, alarm, subject, mark in self.heap
            if self._checks[alarm](at, subject, mark)
        )

    def restore(self, timers: Iterable[Timer]) -> None:
        """Take over timers that were set elsewhere."""
        self.heap = [(t.at, t.number, t.alarm, t.subject, t.mark) for t in sorted(timers)]
        self._set = max((entry[1] for entry in self.heap), default=0)
