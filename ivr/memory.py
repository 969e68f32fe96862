"""Which line and agent a caller talked with lately: the plan may ask about it, or let them have that agent again."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable
from datetime import datetime, timedelta

from ivr.events import CallArrived, CallEnded, TalkBegan
from ivr.journal import Entry

MOST = 200_000
"""Callers remembered at most; the longest ago are forgotten first."""


class CallerMemory:
    """Number → the last talk, of the lines that the plan remembers and no others. Subscribe `hear` to the journal."""

    def __init__(self) -> None:
        self._lines: frozenset[str] = frozenset()
        self._keep = timedelta(0)
        self._numbers: dict[str, str] = {}
        """Of the calls that live."""
        self._talks: OrderedDict[str, tuple[str, datetime, str | None]] = OrderedDict()

    def keep(self, lines: Iterable[str], days: int) -> None:
        """Remember talks with these lines, and for so many days; what goes beyond is forgotten."""
        self._lines, self._keep = frozenset(lines), timedelta(days=days)
        for number in [number for number, (line, _, _) in self._talks.items() if line not in self._lines]:
            del self._talks[number]

    def hear(self, entry: Entry) -> None:
        """Take in a fact."""
        match entry.event:
            case CallArrived(number=number) if number:
                self._numbers[entry.call] = number
            case TalkBegan(line=line, agent=agent) if (caller := self._numbers.get(entry.call)) is not None:
                self.talked(caller, line, entry.at, agent)
            case CallEnded():
                self._numbers.pop(entry.call, None)
            case _:
                pass

    def talked(self, number: str, line: str, at: datetime, agent: str | None = None) -> None:
        """This caller talked with a line and an agent. A line that is not kept takes the place of one that was."""
        self._talks.pop(number, None)
        if line not in self._lines:
            return
        self._talks[number] = (line, at, agent)
        oldest = next(iter(self._talks))
        while len(self._talks) > MOST or at - self._talks[oldest][1] > self._keep:
            del self._talks[oldest]
            oldest = next(iter(self._talks))

    def last(self, number: str) -> tuple[str, datetime] | None:
        """The line that this caller talked with last, and when."""
        talk = self._talks.get(number)
        return None if talk is None else talk[:2]

    def agent(self, number: str, line: str) -> str | None:
        """The agent of that talk, if it was with this line."""
        talk = self._talks.get(number)
        return talk[2] if talk is not None and talk[0] == line else None
