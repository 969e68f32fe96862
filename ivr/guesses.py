"""Mistakes of callers who ask for orders: counted by call, by caller's number and by order, so that nobody can guess.

An order's number is easy to guess, four digits are one of ten thousand: what is bounded is how often anybody tries.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final, NamedTuple

HOUR: Final = timedelta(hours=1)
DAY: Final = timedelta(hours=24)

MOST: Final = 50_000
"""Callers, calls and orders remembered at most, of each; those whose last mistake is the longest ago are forgotten."""


class Mistake(NamedTuple):
    """What was keyed fitted nothing. `number` is the caller's, empty when withheld."""

    call: str
    number: str
    at: datetime
    keyed: str = ""
    """The order's number as it was keyed; empty when that is not known any more."""


class Guesses:
    """The mistakes of the last 24 hours."""

    def __init__(self, before: Iterable[Mistake] = ()) -> None:
        """`before` are those of an engine before us, in their order."""
        self._calls: _Times = _Times()
        self._numbers: _Times = _Times()
        self._orders: _Times = _Times()
        for mistake in before:
            self.made(mistake)

    def made(self, mistake: Mistake) -> None:
        """Count one."""
        self._calls.add(mistake.call, mistake.at)
        self._numbers.add(mistake.number, mistake.at)
        if mistake.keyed:
            self._orders.add(_order(mistake.keyed), mistake.at)

    def of_call(self, call: str, now: datetime) -> int:
        """Made in one call."""
        return self._calls.since(call, now - DAY)

    def of_number(self, number: str, now: datetime, span: timedelta) -> int:
        """Made by one caller's number within so much time; all withheld ones are one."""
        return self._numbers.since(number, now - span)

    def about(self, keyed: str, now: datetime) -> int:
        """Made about one order within a day, whether there is such an order or not."""
        return self._orders.since(_order(keyed), now - DAY)


def _order(keyed: str) -> str:
    """The same for `2026000123` and `26000123`."""
    return keyed[-8:]


class _Times(OrderedDict[str, deque[datetime]]):
    """Name → when, within a day of its last time."""

    def add(self, name: str, at: datetime) -> None:
        times = self.setdefault(name, deque())
        times.append(at)
        while at - times[0] >= DAY:
            times.popleft()
        self.move_to_end(name)
        while len(self) > MOST or at - next(iter(self.values()))[-1] >= DAY:
            self.popitem(last=False)

    def since(self, name: str, instant: datetime) -> int:
        """How often after an instant."""
        return sum(at > instant for at in self.get(name, ()))
