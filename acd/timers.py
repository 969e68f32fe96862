"""Instants at which time alone changes something. What no longer speaks of the present is dropped when it comes up."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable
from enum import Enum, auto
from typing import NamedTuple


class Alarm(Enum):
    """What a timer is for."""

    OFFER_EXPIRES = auto()
    WAITED = auto()  # a limit of a call's wait is reached
    WIDENS = auto()  # more agents may take a call from now on
    AGENT_BACK = auto()
    OUTSIDE_RESTED = auto()
    LINE_EMPTY = auto()
    LIMITS = auto()  # the limits of a line's callers are looked at
    LONG_TALK = auto()


class Timer(NamedTuple):
    """`mark` tells a timer of the present from one that was overtaken."""

    at: float
    number: int
    alarm: Alarm
    subject: str
    mark: int


class Timers:
    """A heap of timers. `is_live` says whether a timer still speaks of the present."""

    def __init__(self, is_live: Callable[[Timer], bool]) -> None:
        self._is_live = is_live
        self._heap: list[Timer] = []
        self._set = 0

    def set(self, at: float, alarm: Alarm, subject: str, mark: int = 0) -> None:
        self._set += 1
        heapq.heappush(self._heap, Timer(at, self._set, alarm, subject, mark))

    def next_at(self) -> float | None:
        """When the next live timer is due; None when there is none."""
        heap = self._heap
        while heap and not self._is_live(heap[0]):
            heapq.heappop(heap)
        return heap[0].at if heap else None

    def pop_due(self, now: float) -> Timer | None:
        """Take the next live timer that is due."""
        heap = self._heap
        while heap and heap[0].at <= now:
            timer = heapq.heappop(heap)
            if self._is_live(timer):
                return timer
        return None

    def all(self) -> list[Timer]:
        """Those that are still live, in order."""
        return sorted(timer for timer in self._heap if self._is_live(timer))

    def restore(self, timers: Iterable[Timer]) -> None:
        """Take over timers that were set elsewhere."""
        self._heap = sorted(timers)
        self._set = max((timer.number for timer in self._heap), default=0)
