"""Discrete events through the very floor that serves the live calls.

Everything that a live floor is told, it is told here: joined, answered after a ring, talk ended, left, phones up and
down, ticks at `wake_at()`. What the callers bring, and when agents come and go, was drawn before and comes in as data.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from heapq import heappop, heappush
from math import inf
from typing import NamedTuple

from acd.floor import Floor
from acd.signals import (
    CallJoined,
    CallLeft,
    Connect,
    GiveUp,
    Order,
    PhoneAnswered,
    Ring,
    Signal,
    StopRinging,
    TalkEnded,
    Tick,
)
from acd.simulation.caller import Abandoned, Answered, Caller, Told, TurnedAway, Waits


class Fact(NamedTuple):
    """Something else that the floor is told: a phone comes or goes, a break, a new arrangement."""

    at: float
    signal: Signal


def simulate(
    floor: Floor, callers: Iterable[Caller], facts: Iterable[Fact] = (), *, rings: float = 0.0
) -> Iterator[Told]:
    """Tell what becomes of the callers, until the last call is over. Callers and facts come in the order of time.

    Every phone is answered after `rings` seconds. A fact goes before a caller of the same instant.
    """
    return _Run(floor, rings).told(iter(callers), iter(facts))


class _Run:
    def __init__(self, floor: Floor, rings: float) -> None:
        self._floor, self._rings = floor, rings
        self._due: list[tuple[float, int, Signal]] = []
        """Heap of what will happen by itself; the number keeps the order of equal instants."""
        self._number = 0
        self._waiting: dict[str, Caller] = {}
        self._rung: dict[int, str | None] = {}
        """Offer → whose phone rings."""
        self._news: list[Told] = []

    def told(self, callers: Iterator[Caller], facts: Iterator[Fact]) -> Iterator[Told]:
        floor, due, news = self._floor, self._due, self._news
        caller, fact = next(callers, None), next(facts, None)
        while True:
            wake = floor.wake_at()
            at_caller = caller.at if caller is not None else inf
            at_fact = fact.at if fact is not None else inf
            at = min(at_caller, at_fact, due[0][0] if due else inf, inf if wake is None else wake)
            if at == inf or (at_caller == inf and at_fact == inf and not due and not self._waiting):
                return
            if wake is not None and wake <= at:
                self._tell(Tick(), at)
            elif due and due[0][0] <= at:
                self._happen(heappop(due)[2], at)
            elif fact is not None and at_fact <= at:
                self._tell(fact.signal, at)
                fact = next(facts, None)
            elif caller is not None:
                self._join(caller, at)
                caller = next(callers, None)
            if news:
                yield from news
                news.clear()

    def _join(self, caller: Caller, at: float) -> None:
        self._waiting[caller.id] = caller
        self._tell(CallJoined(caller.id, caller.line, caller.priority, caller.waited), at)
        if caller.id in self._waiting:
            if caller.patience < inf:
                self._later(at + caller.patience, CallLeft(caller.id))
            if not self._floor.rings_for(caller.id):
                self._news.append(Waits(caller, at))

    def _happen(self, signal: Signal, at: float) -> None:
        if isinstance(signal, CallLeft):
            caller = self._waiting.pop(signal.call, None)
            if caller is None:
                return  # answered, or given up, before the patience was over
            self._news.append(Abandoned(caller, at))
        self._tell(signal, at)

    def _later(self, at: float, signal: Signal) -> None:
        self._number += 1
        heappush(self._due, (at, self._number, signal))

    def _tell(self, signal: Signal, at: float) -> None:
        orders: list[Order] = self._floor.handle(signal, at)
        for order in orders:  # answers at once add to the list that is walked
            match order:
                case Ring(offer=offer, agent=agent):
                    self._rung[offer] = agent
                    if self._rings > 0.0:
                        self._later(at + self._rings, PhoneAnswered(offer))
                    else:
                        orders.extend(self._floor.handle(PhoneAnswered(offer), at))
                case Connect(offer=offer, call=call):
                    caller = self._waiting.pop(call)
                    self._news.append(Answered(caller, at, self._rung.pop(offer)))
                    self._later(at + caller.talk, TalkEnded(offer))
                case StopRinging(offer=offer):
                    self._rung.pop(offer, None)
                case GiveUp(call=call, why=why):
                    self._news.append(TurnedAway(self._waiting.pop(call), at, why))
                case _:
                    pass  # what a floor tells people changes nothing here
