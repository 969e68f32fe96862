"""The connect rate (接通率), by its published formula. Pure; `records.connect_counts` counts what it is made of.

    connect rate = answered ÷ offered

- *Offered*: every call that came in and asked for a line while the line admitted callers: it joined the line's waiting
  callers, or its outside number was dialled. Left out: calls that the door sent away, that ended in a menu, a
  recording or a message before a line was asked for, calls that we made (callbacks), and test calls.
- *Short abandons*: callers who hung up after less than `short` seconds. They are offered, unless `count_short` is
  False: then they are left out. They stand in a column of their own either way.
- *Answered*: somebody, at a phone of ours or at an outside number, talked with the caller afterwards, on whatever line.
  A caller whose place a callback took, who pressed a key for another way, whom the line gave up, or whom we failed, was
  offered and not answered.
- *Within 15 s* (GB/T 33358-2016): answered after at most `within` seconds since the caller asked for the line, the
  line's own greeting included; ÷ offered as well.
- *Target* (GB/T 33358-2016): at least 95 % over any 24 hours. `worst_24_hours` looks at every one of them.

A call counts once, at the instant when it first asked for a line. By line it counts once for each line that it asked
for, answered where a talk for that line followed; by agent what counts is each time that their phone rang.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import numpy as np

from records.clock import wall_time
from records.legs import Turn

DAY_MS = 86_400_000


@dataclass(frozen=True, slots=True)
class Formula:
    """What an operator may choose. Seconds; `target` in percent; `decimals` of every percentage."""

    within: float = 15.0
    short: float = 5.0
    count_short: bool = True
    target: Decimal = Decimal(95)
    decimals: int = 1


def percent(part: int, whole: int, decimals: int = 1) -> Decimal | None:
    """`part` of `whole` in percent, half up; None of nothing.

    >>> percent(1, 8, 1), percent(2, 3, 0), percent(0, 0)
    (Decimal('12.5'), Decimal('67'), None)
    """
    if whole == 0:
        return None
    return (Decimal(100 * part) / Decimal(whole)).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)


@dataclass(frozen=True, slots=True)
class Tally:
    """Requests by how they turned out. `short` are not among `abandoned`; `waited` seconds of the answered together."""

    answered: int = 0
    within: int = 0
    """Of those answered."""
    abandoned: int = 0
    short: int = 0
    booked: int = 0
    chose: int = 0
    given_up: int = 0
    failed: int = 0
    waited: Decimal = Decimal(0)
    longest: Decimal = Decimal(0)
    """Seconds until the last of them was answered."""

    @property
    def asked(self) -> int:
        """All of them."""
        lost = self.abandoned + self.short + self.booked + self.chose + self.given_up + self.failed
        return self.answered + lost

    def offered(self, formula: Formula) -> int:
        return self.asked - (0 if formula.count_short else self.short)

    def rate(self, formula: Formula) -> Decimal | None:
        """The connect rate in percent; None when nobody asked."""
        return percent(self.answered, self.offered(formula), formula.decimals)

    def quick(self, formula: Formula) -> Decimal | None:
        """The share answered within the time, in percent of those offered."""
        return percent(self.within, self.offered(formula), formula.decimals)

    def mean(self) -> Decimal | None:
        """Mean seconds until an answer, to a tenth."""
        if self.answered == 0:
            return None
        return (self.waited / self.answered).quantize(Decimal("0.1"), ROUND_HALF_UP)

    def good(self, formula: Formula) -> bool:
        """Whether the target is reached: by the counts, not by what rounding makes of them."""
        return 100 * self.answered >= formula.target * self.offered(formula)

    def __add__(self, other: Tally) -> Tally:
        return Tally(
            self.answered + other.answered,
            self.within + other.within,
            self.abandoned + other.abandoned,
            self.short + other.short,
            self.booked + other.booked,
            self.chose + other.chose,
            self.given_up + other.given_up,
            self.failed + other.failed,
            self.waited + other.waited,
            max(self.longest, other.longest),
        )

    def to_json(self, formula: Formula) -> dict[str, Any]:
        """Counts, and percentages and seconds as text: no reader rounds them again."""
        return {
            "offered": self.offered(formula),
            "answered": self.answered,
            "within": self.within,
            "abandoned": self.abandoned,
            "short": self.short,
            "booked": self.booked,
            "chose": self.chose,
            "given_up": self.given_up,
            "failed": self.failed,
            "rate": _text(self.rate(formula)),
            "within_rate": _text(self.quick(formula)),
            "mean_wait": _text(self.mean()),
            "longest_wait": str(self.longest) if self.answered else None,
            "good": self.good(formula),
        }


def tally(turn: Turn, count: int, *, quick: int = 0, short: int = 0, waited: float = 0, longest: float = 0) -> Tally:
    """Requests that turned out alike: `quick` and `short` of them were within the limits, `waited` seconds together."""
    if turn is Turn.ANSWERED:
        return Tally(answered=count, within=quick, waited=_ms(waited), longest=_ms(longest))
    if turn is Turn.ABANDONED:
        return Tally(abandoned=count - short, short=short)
    others: dict[str, Any] = {turn.value: count}
    return replace(Tally(), **others)


def together(tallies: Iterable[Tally]) -> Tally:
    """The whole of its parts."""
    return sum(tallies, Tally())


@dataclass(frozen=True, slots=True)
class AgentTally:
    """How often an agent's phone rang, and what came of it; `talked` are their own seconds with callers."""

    rung: int = 0
    answered: int = 0
    refused: int = 0
    unanswered: int = 0
    unreachable: int = 0
    withdrawn: int = 0
    """The caller left, or we took the offer back: not the agent's doing, and no part of the rate."""
    talks: int = 0
    talked: Decimal = Decimal(0)
    rang: Decimal = Decimal(0)
    """Seconds until they answered, together."""

    def rate(self, formula: Formula) -> Decimal | None:
        """Answered of those that were theirs to answer, in percent."""
        return percent(self.answered, self.rung - self.withdrawn, formula.decimals)

    def to_json(self, formula: Formula) -> dict[str, Any]:
        mean = None if self.answered == 0 else (self.rang / self.answered).quantize(Decimal("0.1"), ROUND_HALF_UP)
        return {
            "rung": self.rung,
            "answered": self.answered,
            "refused": self.refused,
            "unanswered": self.unanswered,
            "unreachable": self.unreachable,
            "withdrawn": self.withdrawn,
            "rate": _text(self.rate(formula)),
            "mean_ring": _text(mean),
            "talks": self.talks,
            "talked": str(self.talked),
        }


@dataclass(frozen=True, slots=True)
class Window:
    """24 hours from `since`, or the whole period where that is shorter."""

    since: datetime
    until: datetime
    offered: int
    answered: int

    def rate(self, formula: Formula) -> Decimal | None:
        return percent(self.answered, self.offered, formula.decimals)

    def to_json(self, formula: Formula) -> dict[str, Any]:
        return {
            "from": wall_time(self.since),
            "to": wall_time(self.until),
            "offered": self.offered,
            "answered": self.answered,
            "rate": _text(self.rate(formula)),
            "good": 100 * self.answered >= formula.target * self.offered,
        }


class Instants:
    """When each offered call asked, and whether it was answered: nine bytes a call, added in order of time."""

    def __init__(self) -> None:
        self.at, self.answered = array("q"), bytearray()

    def add(self, ms: int, *, answered: bool) -> None:
        """`ms` since 1970. Raises ValueError for one before the last."""
        if self.at and ms < self.at[-1]:
            raise ValueError("instants are added in their order")
        self.at.append(ms)
        self.answered.append(answered)

    def extend(self, text: str) -> None:
        """Many at once, in any order among themselves, none before the last: `MS * 2 + ANSWERED`, commas between.

        Half a million rows of a database would take seconds to become values one by one. Raises ValueError.
        """
        if not text:
            return
        codes = np.sort(np.fromstring(text, dtype=np.int64, sep=","))
        at = codes >> 1
        if self.at and at[0] < self.at[-1]:
            raise ValueError("instants are added in their order")
        self.at.frombytes(at.tobytes())
        self.answered += (codes & 1).astype(np.uint8).tobytes()


def worst_24_hours(calls: Instants, since: datetime, until: datetime, *, least: int = 1) -> Window | None:
    """The 24 hours within a period, whenever they begin, with the lowest connect rate: exact to the millisecond.

    Windows with fewer calls than `least` are not looked at; None when there is no other. Of equal ones the one with
    the most calls, then the first.

    The calls within `[t, t + 24 h)` change only right after an instant `t` at which one leaves or the next comes in, so
    it is enough to look there.
    """
    begin, end = _epoch_ms(since), _epoch_ms(until)
    length = min(DAY_MS, end - begin)
    at = np.array(calls.at, dtype=np.int64)
    good = np.concatenate(([0], np.cumsum(np.frombuffer(bytes(calls.answered), dtype=np.uint8), dtype=np.int64)))
    starts = np.unique(np.concatenate(([begin], at + 1, at - length + 1)))
    starts = starts[(starts >= begin) & (starts <= end - length)]
    low, high = np.searchsorted(at, starts), np.searchsorted(at, starts + length)
    enough = high - low >= max(1, least)
    if not enough.any():
        return None
    starts, low, high = starts[enough], low[enough], high[enough]
    offered, answered = high - low, good[high] - good[low]
    # quotients of counts this small are equal as floats exactly when they are equal
    rate = answered / offered
    worst = rate == rate.min()
    place = int(np.flatnonzero(worst & (offered == offered[worst].max()))[0])
    first = since + timedelta(milliseconds=int(starts[place]) - begin)
    return Window(first, first + timedelta(milliseconds=length), int(offered[place]), int(answered[place]))


def _epoch_ms(at: datetime) -> int:
    return round(at.timestamp() * 1000)


def _ms(seconds: float) -> Decimal:
    return Decimal(str(seconds)).quantize(Decimal("0.001"), ROUND_HALF_UP)


def _text(value: Decimal | None) -> str | None:
    return None if value is None else str(value)


def formula_json(formula: Formula) -> Mapping[str, Any]:
    """The formula beside every figure that it made."""
    return {
        "within": formula.within,
        "short": formula.short,
        "count_short": formula.count_short,
        "target": str(formula.target),
    }
