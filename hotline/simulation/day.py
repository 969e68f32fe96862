"""A recorded day as callers and agents of a simulation.

What a record does not say is drawn, once for all runs of the day, so that two runs differ by what was changed alone:

- *Patience.* Who hung up had exactly the patience of their wait. Who was answered had at least it: theirs is the wait
  and an exponential rest, whose mean is the censored likelihood's (all seconds waited on the line, by those who hung
  up; of the whole day when nobody of the line did; without end when nobody did at all).
- *Talks* of those who never had one are taken from the line's talks of the day.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import pairwise
from math import inf
from statistics import fmean, median

from numpy.random import Generator, default_rng

from acd.agent import Presence
from acd.simulation.caller import Caller
from acd.simulation.tally import Tally
from hotline.simulation.steady import ALL
from ivr.outcomes import OfferResult, WaitEnd
from records.cdr import Cdr
from records.presences import Move, stints
from records.segments import Offer, Talk, Wait

SLOT = 1800.0
"""Half an hour: agents are on duty in whole ones."""
BRIDGED = 2
"""Half-hours without a talk in which an agent counts as there all the same."""
TALK = 180.0
"""Seconds, when no talk of the day tells."""


class Fate(StrEnum):
    """What became of a wish to be served."""

    ANSWERED = "answered"
    HUNG_UP = "hung_up"
    TURNED_AWAY = "turned_away"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Asked:
    """A caller who came to a line. `at` in seconds from the day's beginning; who found it closed never waited."""

    call: str
    at: float
    line: str
    fate: Fate
    waited: float = 0.0
    talk: float | None = None
    agent: str | None = None


@dataclass(frozen=True, slots=True)
class Day:
    """What was recorded between two instants."""

    begin: datetime
    seconds: float
    asked: Sequence[Asked]
    """In the order of time."""
    slots: Mapping[str, frozenset[int]]
    """Agent → the half-hours, counted from the beginning, in which they were on duty."""
    served: Mapping[str, frozenset[str]]
    """Agent → lines on which they talked."""
    rings: float
    """Seconds that a phone rang before it was answered, at the median."""

    def recorded(
        self, wrap_up: Mapping[str, float], lines: Mapping[str, frozenset[str]], within: float
    ) -> dict[str, Tally]:
        """The figures as they were, by line and of all; `lines` are those that each agent serves."""
        tallies: dict[str, Tally] = defaultdict(lambda: Tally(within, 0.0, self.seconds))
        for asked in self.asked:
            for tally in (tallies[asked.line], tallies[ALL]):
                _count(tally, asked, wrap_up.get(asked.line, 0.0))
        put_duty(tallies, self.slots, lines)
        return dict(tallies)


def _count(tally: Tally, asked: Asked, wrap_up: float) -> None:
    if asked.fate is Fate.ANSWERED:
        tally.answer(asked.waited)
        if asked.agent is not None:
            begin = asked.at + asked.waited
            tally.work(begin, begin + (asked.talk or 0.0) + wrap_up)
    elif asked.fate is not Fate.CLOSED:
        tally.offered += 1
        tally.abandoned += asked.fate is Fate.HUNG_UP
        tally.turned_away += asked.fate is Fate.TURNED_AWAY


def put_duty(
    tallies: Mapping[str, Tally], slots: Mapping[str, frozenset[int]], lines: Mapping[str, frozenset[str]]
) -> None:
    """Count the agents' time, for each of their lines whole, and once for all."""
    for agent, on in slots.items():
        for name in (ALL, *lines.get(agent, ())):
            if name in tallies:
                for slot in on:
                    tallies[name].duty(slot * SLOT, (slot + 1) * SLOT)


# ── from records ────────────────────────────────────────────────────────────


def day_of(
    records: Iterable[Cdr], begin: datetime, end: datetime, moves: Mapping[str, Sequence[Move]] | None = None
) -> Day:
    """The day that these records tell of. Of a call that a line gave up only the line it came to first counts.

    Agents were on duty when `moves` says that they were there and on no break, or, of those whom it does not know, from
    talk to talk.
    """
    asked: list[Asked] = []
    talks: dict[str, set[int]] = defaultdict(set)
    served: dict[str, set[str]] = defaultdict(set)
    rings: list[float] = []
    seconds = (end - begin).total_seconds()
    for record in records:
        asked.extend(_asked(record, begin))
        for segment in record.segments:
            if isinstance(segment, Talk) and segment.agent is not None:
                first, last = _since(begin, segment.since), _since(begin, segment.until or segment.since)
                talks[segment.agent].update(range(int(first // SLOT), int(last // SLOT) + 1))
                served[segment.agent].add(segment.line)
            elif isinstance(segment, Offer) and segment.result is OfferResult.ANSWERED and segment.until:
                rings.append((segment.until - segment.since).total_seconds())
    return Day(
        begin,
        seconds,
        sorted((one for one in asked if 0.0 <= one.at < seconds), key=lambda one: one.at),
        {agent: _bridged(slots, seconds) for agent, slots in talks.items()} | _present(moves or {}, begin, end),
        {agent: frozenset(lines) for agent, lines in served.items()},
        median(rings) if rings else 0.0,
    )


def _present(moves: Mapping[str, Sequence[Move]], begin: datetime, end: datetime) -> dict[str, frozenset[int]]:
    """The half-hours for most of which each agent was there."""
    there: dict[str, frozenset[int]] = {}
    for agent, of_agent in moves.items():
        seconds: dict[int, float] = defaultdict(float)
        for stint in stints(of_agent, begin, end):
            if stint.presence in (Presence.OFFLINE, Presence.BREAK):
                continue
            first, last = _since(begin, stint.began), _since(begin, stint.ended)
            for slot in range(int(first // SLOT), int(last // SLOT) + 1):
                seconds[slot] += max(0.0, min(last, (slot + 1) * SLOT) - max(first, slot * SLOT))
        there[agent] = frozenset(slot for slot, lasted in seconds.items() if lasted >= SLOT / 2)
    return there


def _since(begin: datetime, at: datetime) -> float:
    return (at - begin).total_seconds()


def _asked(record: Cdr, begin: datetime) -> list[Asked]:
    found: list[Asked] = []
    waits = [segment for segment in record.segments if isinstance(segment, Wait)]
    for number, wait in enumerate(waits):
        if number > 0 and waits[number - 1].end not in (WaitEnd.CONNECTED, WaitEnd.CALLER_LEFT):
            continue  # an overflow: with other agents it might not have come to it
        until = wait.until or record.ended or wait.since
        talk = next(
            (
                segment
                for segment in record.segments
                if isinstance(segment, Talk) and segment.line == wait.line and segment.since >= wait.since
            ),
            None,
        )
        fate, lasted, agent = Fate.TURNED_AWAY, None, None
        if wait.end is WaitEnd.CALLER_LEFT:
            fate = Fate.HUNG_UP
        elif wait.end is WaitEnd.CONNECTED and talk is not None:
            fate, agent = Fate.ANSWERED, talk.agent
            lasted = ((talk.until or talk.since) - talk.since).total_seconds()
        waited = (until - wait.since).total_seconds()
        found.append(Asked(f"{record.id}/{number}", _since(begin, wait.since), wait.line, fate, waited, lasted, agent))
    reached = record.reached
    if not waits and reached is not None and reached.line is not None and not reached.open:
        found.append(
            Asked(f"{record.id}/c", _since(begin, record.answered or record.started), reached.line, Fate.CLOSED)
        )
    return found


def _bridged(slots: set[int], seconds: float) -> frozenset[int]:
    """Short gaps between an agent's talks were no absence."""
    whole = set(slots)
    order = sorted(slots)
    for one, next_one in pairwise(order):
        if next_one - one - 1 <= BRIDGED:
            whole.update(range(one, next_one))
    return frozenset(slot for slot in whole if 0 <= slot * SLOT < seconds)


# ── as callers ──────────────────────────────────────────────────────────────


def patience_of(asked: Iterable[Asked]) -> dict[str, float]:
    """Mean patience of each line's callers, and of all (`ALL`): exponential, by the censored likelihood."""
    seconds: dict[str, float] = defaultdict(float)
    left: dict[str, int] = defaultdict(int)
    for one in asked:
        if one.fate is not Fate.CLOSED:
            for name in (one.line, ALL):
                seconds[name] += one.waited
                left[name] += one.fate is Fate.HUNG_UP
    whole = seconds[ALL] / left[ALL] if left[ALL] else inf
    return {name: max(1.0, seconds[name] / left[name]) if left[name] else whole for name in seconds}


def callers_of(day: Day, seed: int) -> list[Caller]:
    """The day's callers, those who found a line closed among them, with what the record does not say drawn."""
    chance, patience, talks = default_rng(seed), patience_of(day.asked), talks_of(day.asked)
    return [_caller(one, chance, patience, talks) for one in day.asked]


def talks_of(asked: Iterable[Asked]) -> dict[str, list[float]]:
    """The talks of each line, and of all."""
    talks: dict[str, list[float]] = defaultdict(list)
    for one in asked:
        if one.talk is not None:
            talks[one.line].append(one.talk)
            talks[ALL].append(one.talk)
    return talks


def talk_mean(talks: Mapping[str, list[float]], line: str) -> float:
    """Mean seconds of the line's talks."""
    return fmean(talks.get(line) or talks.get(ALL) or [TALK])


def _caller(one: Asked, chance: Generator, patience: Mapping[str, float], talks: Mapping[str, list[float]]) -> Caller:
    mean = patience.get(one.line, patience.get(ALL, inf))
    more, pick = float(chance.exponential()), float(chance.random())
    known = talks.get(one.line) or talks.get(ALL) or [TALK]
    talk = one.talk if one.talk is not None else known[int(pick * len(known))]
    return Caller(one.call, one.at, one.line, talk, one.waited + (0.0 if one.fate is Fate.HUNG_UP else more * mean))
