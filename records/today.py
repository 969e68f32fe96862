"""What callers met today, kept as it happens: the connect rate's counts without a look at the database.

Exactly what the reports count over the same records (`records.connect_counts`): each call is told by the same fold
(`records.folding.Telling`), and turns out by the same rules (`records.legs`). A call counts from the moment at which
how it turned out is certain: when somebody talks with the caller, or when it ends; whoever waits still is in no count.
It counts at the instant when it asked for a line, so that who asked before midnight is no part of today.

Pure: facts and instants are arguments. `sow` begins with what the database knows, or begins anew with it.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import Protocol, TypeVar

from ivr.callbacks.events import CallPlaced
from ivr.events import CallArrived, CallEnded, OfferEnded, TalkBegan, TalkEnded
from ivr.journal import Entry
from ivr.outcomes import OfferResult
from records.cdr import Cdr
from records.connect import AgentTally, Formula, Tally, tally, together
from records.folding import Telling
from records.legs import Request, Turn, request_of, requests_of
from records.segments import Offer, Talk
from routing.calendar import SHANGHAI

K = TypeVar("K")

DAY = timedelta(days=1)
HALF_HOUR = 1800
_TIDY = 5_000
"""Instants that are kept beyond their day until they are dropped together."""


def ms(at: datetime) -> datetime:
    """The instant as the database keeps it."""
    return at.replace(microsecond=at.microsecond // 1000 * 1000)


def day_of(at: datetime) -> datetime:
    """The midnight in China with which the day of an instant began."""
    return datetime.combine(at.astimezone(SHANGHAI).date(), time.min, SHANGHAI)


def half_hour_of(at: datetime) -> datetime:
    """When the half hour of an instant began, in China's time."""
    return datetime.fromtimestamp(int(at.timestamp()) // HALF_HOUR * HALF_HOUR, SHANGHAI)


@dataclass(frozen=True, slots=True)
class Seed:
    """What the database knows of the day that began at `begin`.

    `last` are the calls of the last 24 hours: when each asked, how it turned out, and its seconds. `known` are those of
    the calls that ended while it was being asked that it had by then.
    """

    begin: datetime
    half_hours: Mapping[datetime, Tally] = field(default_factory=dict)
    lines: Mapping[str, Tally] = field(default_factory=dict)
    agents: Mapping[str, AgentTally] = field(default_factory=dict)
    last: Iterable[tuple[datetime, Turn, float]] = ()
    known: frozenset[str] = frozenset()


class Rolling:
    """When each call asked, whether it was answered, and whether it left soon: nine bytes a call."""

    def __init__(self) -> None:
        self._at, self._how = array("q"), bytearray()

    def add(self, at: datetime, turn: Turn, seconds: float, formula: Formula) -> None:
        """One call. `seconds` are those until it was answered or given up."""
        how = _ANSWERED if turn is Turn.ANSWERED else _LOST
        if turn is Turn.ABANDONED and seconds < formula.short:
            how = _SHORT
        moment = _epoch_ms(at)
        place = bisect_right(self._at, moment)
        self._at.insert(place, moment)
        self._how.insert(place, how)

    def count(self, since: datetime, until: datetime, formula: Formula) -> tuple[int, int]:
        """Offered and answered of those who asked from `since` until before `until`."""
        low, high = bisect_left(self._at, _epoch_ms(since)), bisect_left(self._at, _epoch_ms(until))
        answered = self._how.count(_ANSWERED, low, high)
        short = 0 if formula.count_short else self._how.count(_SHORT, low, high)
        return max(0, high - low) - short, answered

    def forget(self, before: datetime) -> None:
        """Drop what is older, when it is worth it."""
        old = bisect_left(self._at, _epoch_ms(before))
        if old > _TIDY:
            del self._at[:old], self._how[:old]


_LOST, _ANSWERED, _SHORT = 0, 1, 2


class Tell(Protocol):
    """Told of a request: of the call as a whole, or of one of the lines that it asked for."""

    def __call__(self, request: Request, formula: Formula, *, whole: bool) -> None: ...


def _nobody(request: Request, formula: Formula, *, whole: bool) -> None:
    del request, formula, whole


@dataclass(slots=True)
class _Call:
    """One call as far as it was told, and what of it was counted."""

    name: str
    started: datetime
    telling: Telling
    whole: bool = False
    lines: set[str] = field(default_factory=set)
    told: set[str | None] = field(default_factory=set)
    """Of which lines, and None of the whole, it was told how it turned out."""
    agents: dict[str, AgentTally] = field(default_factory=dict)

    def record(self) -> Cdr:
        return self.telling.record(self.name, self.started)


class Today:
    """The counts of the day. `hear` every fact as it is noted, `look` before telling."""

    def __init__(self, formula: Formula, now: datetime) -> None:
        self.formula = formula
        self.begin = day_of(now)
        """The midnight with which today began."""
        self.half_hours: dict[datetime, Tally] = {}
        self.lines: dict[str, Tally] = {}
        self.agents: dict[str, AgentTally] = {}
        self.last = Rolling()
        self.mark = 0
        """Grows with every change."""
        self.tell: Tell = _nobody
        """Is told of each request once, when it is certain how it turned out."""
        self._living: dict[str, _Call] = {}
        self._ended: list[_Call] | None = None
        """Those that ended while the database is being read."""

    # ── hearing ─────────────────────────────────────────────────────────────

    def hear(self, entry: Entry) -> None:
        """Take in the next fact of a call."""
        at, event = ms(entry.at), entry.event
        call = self._living.get(entry.call)
        if call is None:
            if not isinstance(event, CallArrived | CallPlaced):
                return  # a callback's own fact, or one told after the end
            call = self._living[entry.call] = _Call(entry.call, at, Telling(now=at, mark=at))
        call.telling.hear(event, max(at, call.telling.now))
        match event:
            case TalkBegan():
                self._count(call)
            case OfferEnded() | TalkEnded():
                self._count_agents(call, call.record())
            case CallEnded():
                del self._living[entry.call]
                if self._ended is not None:
                    self._ended.append(call)
                self._count(call)

    def look(self, now: datetime) -> None:
        """Turn the page at midnight."""
        begin = day_of(now)
        if begin != self.begin:
            self.begin = begin
            self.half_hours, self.lines, self.agents = {}, {}, {}
            for call in self._living.values():
                call.agents = {}
            self.mark += 1
        self.last.forget(now - DAY)

    # ── beginning, and beginning anew ───────────────────────────────────────

    def listen(self) -> None:
        """The database is about to be read: remember who ends meanwhile."""
        self._ended = []

    def sow(self, seed: Seed, formula: Formula) -> None:
        """Begin with what the database knows of ended calls; those that it does not know yet are counted anew."""
        ended, self._ended = self._ended or [], None
        self.formula, self.begin, self.last = formula, seed.begin, Rolling()
        self.half_hours, self.lines, self.agents = dict(seed.half_hours), dict(seed.lines), dict(seed.agents)
        for at, turn, seconds in seed.last:
            self.last.add(at, turn, seconds, formula)
        later = [call for call in ended if call.name not in seed.known]
        for call in (*later, *self._living.values()):
            call.whole, call.lines, call.agents = False, set(), {}
            self._count(call)
        self.mark += 1

    # ── counting ────────────────────────────────────────────────────────────

    def _count(self, call: _Call) -> None:
        """Count what is certain now."""
        record = call.record()
        self._count_agents(call, record)
        if record.test or record.direction != "in":
            return
        certain = record.ended is not None
        request = None if call.whole else request_of(record)
        if request is not None and (certain or request.turn is Turn.ANSWERED):
            call.whole = True
            self._tell(call, None, request)
            self.last.add(request.at, request.turn, request.seconds, self.formula)
            if self._today(request.at):
                _add(self.half_hours, half_hour_of(request.at), self._tally(request))
        for request in requests_of(record):
            if request.line not in call.lines and (certain or request.turn is Turn.ANSWERED):
                call.lines.add(request.line)
                self._tell(call, request.line, request)
                if self._today(request.at):
                    _add(self.lines, request.line, self._tally(request))
        self.mark += 1

    def _tell(self, call: _Call, what: str | None, request: Request) -> None:
        if what not in call.told:
            call.told.add(what)
            self.tell(request, self.formula, whole=what is None)

    def _tally(self, request: Request) -> Tally:
        return tally(
            request.turn,
            1,
            quick=int(request.seconds <= self.formula.within),
            short=int(request.seconds < self.formula.short),
            waited=request.seconds,
            longest=request.seconds,
        )

    def _count_agents(self, call: _Call, record: Cdr) -> None:
        if record.test:
            return
        ended = record.ended is not None
        counted: dict[str, AgentTally] = {}
        for segment in record.segments:
            if not isinstance(segment, Offer | Talk) or (agent := segment.agent) is None:
                continue
            if (ended or segment.until is not None) and self._today(segment.since):
                counted[agent] = added(counted.get(agent, AgentTally()), _of_segment(segment, record.ended))
        if counted == call.agents:
            return
        for agent in (*call.agents, *(one for one in counted if one not in call.agents)):
            before, now = call.agents.get(agent, AgentTally()), counted.get(agent, AgentTally())
            self.agents[agent] = added(self.agents.get(agent, AgentTally()), now, less=before)
        call.agents = counted
        self.mark += 1

    def _today(self, at: datetime) -> bool:
        return self.begin <= at < self.begin + DAY

    # ── telling ─────────────────────────────────────────────────────────────

    def whole(self) -> Tally:
        """All calls of today."""
        return together(self.half_hours.values())

    def last_24_hours(self, now: datetime) -> tuple[int, int]:
        """Offered and answered of those who asked in the 24 hours before now."""
        return self.last.count(now - DAY, now, self.formula)


def _of_segment(segment: Offer | Talk, ended: datetime | None) -> AgentTally:
    """What one offer or talk counts for its agent, as `records.connect_counts.connect_by_agent` counts its leg."""
    until = segment.until or ended or segment.since
    seconds = Decimal(str(round((until - segment.since).total_seconds(), 3))).quantize(Decimal("0.001"))
    if isinstance(segment, Talk):
        return AgentTally(talks=1, talked=seconds)
    result = segment.result or OfferResult.WITHDRAWN
    rang = seconds if result is OfferResult.ANSWERED else Decimal(0)
    return AgentTally(**{"rung": 1, "rang": rang, result.value: 1})  # type: ignore[arg-type]


_FIELDS = tuple(AgentTally.__dataclass_fields__)


def added(one: AgentTally, other: AgentTally, *, less: AgentTally = AgentTally()) -> AgentTally:  # noqa: B008
    """Their sum, without `less`."""
    return AgentTally(*(getattr(one, name) + getattr(other, name) - getattr(less, name) for name in _FIELDS))


def _add(sums: dict[K, Tally], key: K, one: Tally) -> None:
    sums[key] = sums.get(key, Tally()) + one


def _epoch_ms(at: datetime) -> int:
    return round(at.timestamp() * 1000)
