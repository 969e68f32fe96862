"""Chance: callers drawn from rates, reproducibly by a seed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from heapq import merge
from itertools import repeat

import numpy as np
from numpy.random import Generator, default_rng

from acd.simulation.caller import Caller

AT_ONCE = 4096


@dataclass(frozen=True, slots=True)
class Demand:
    """What callers of a line bring: exponential times with these means, in seconds."""

    line: str
    per_hour: float
    talk: float
    patience: float | None = None
    """None never hang up."""


def drawn(demands: list[Demand], seconds: float, seed: int) -> Iterator[Caller]:
    """Callers of all lines in the order of time, for so many seconds. Each line has a stream of its own."""
    streams = (_of_line(demand, default_rng([seed, place]), seconds) for place, demand in enumerate(demands))
    return merge(*streams, key=lambda caller: caller.at)


def _of_line(demand: Demand, chance: Generator, seconds: float) -> Iterator[Caller]:
    begin, number = 0.0, 0
    while True:
        at = begin + np.cumsum(chance.exponential(3600.0 / demand.per_hour, AT_ONCE))
        talks = chance.exponential(demand.talk, AT_ONCE).tolist()
        patience = repeat(float("inf")) if demand.patience is None else _times(chance, demand.patience)
        for instant, talk, patient in zip(at.tolist(), talks, patience, strict=False):
            if instant >= seconds:
                return
            yield Caller(f"{demand.line}-{number}", instant, demand.line, talk, patient)
            number += 1
        begin = float(at[-1])


def _times(chance: Generator, mean: float) -> list[float]:
    times: list[float] = chance.exponential(mean, AT_ONCE).tolist()
    return times
