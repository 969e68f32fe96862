"""How many agents each half hour needed: by Erlang A from what was recorded, confirmed by simulating it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import inf, isfinite

from acd.erlang import agents_needed
from hotline.simulation.day import SLOT, Day, Fate, patience_of, talk_mean, talks_of
from hotline.simulation.draws import Demand
from hotline.simulation.steady import ALL, one_line, run_steady

CALLS = 2000
"""Simulated calls that confirm one half hour."""
SLACK = 0.02
"""So far below the aim a simulated share may be by chance."""
LEVEL, CONNECTED = 0.8, 0.95
"""GB/T 33358-2016: answered within 15 s; 95 % of callers are connected. The share within 15 s is the trade's."""


@dataclass(frozen=True, slots=True)
class Need:
    """A half hour of one line. `agents` is the least number that the simulation confirms."""

    begin: datetime
    line: str
    calls: int
    on_duty: int
    by_formula: int
    agents: int
    level: float
    """Share answered in time, simulated with `agents`."""
    connected: float


def needs(
    day: Day, serves: dict[str, frozenset[str]], wrap_up: dict[str, float], within: float, seed: int
) -> Iterator[Need]:
    """Each half hour of each line in which somebody called, in the order of time."""
    came = Counter((int(one.at // SLOT), one.line) for one in day.asked if one.fate is not Fate.CLOSED)
    patience, talks = patience_of(day.asked), talks_of(day.asked)
    known: dict[tuple[str, int], tuple[int, int, float, float]] = {}
    for (slot, line), calls in sorted(came.items()):
        if (line, calls) not in known:
            handle = talk_mean(talks, line) + wrap_up.get(line, 0.0) + day.rings
            known[line, calls] = _needed(2.0 * calls, handle, patience.get(line, inf), within, seed)
        there = sum(1 for agent, on in day.slots.items() if slot in on and line in serves.get(agent, ()))
        yield Need(day.begin + timedelta(seconds=slot * SLOT), line, calls, there, *known[line, calls])


def _needed(per_hour: float, handle: float, patience: float, within: float, seed: int) -> tuple[int, int, float, float]:
    mean = patience if isfinite(patience) else None
    by_formula = agents = agents_needed(per_hour, handle, mean, within, LEVEL, CONNECTED)
    demand = Demand("line", per_hour, handle, mean)
    while True:
        tally = run_steady(
            *one_line(agents, demand), [demand], hours=CALLS / per_hour, warm_up=1.0, seed=seed, within=within
        )[ALL]
        level, connected = tally.service_level or 0.0, tally.answered / tally.offered if tally.offered else 1.0
        if (level >= LEVEL - SLACK and connected >= CONNECTED - SLACK) or agents > 2 * by_formula + 5:
            return by_formula, agents, level, connected
        agents += 1
