"""What queueing theory says of agents, callers and waits: Erlang's B and C, and Erlang A (Palm 1957), exact.

Callers come at random (Poisson), talks are exponential, and so is patience where there is any. With infinite patience a
line of `N` agents is M/M/N (C); with patience it is M/M/N+M (A): a birth-death process that dies with rate
`min(n, N) * mu + max(0, n - N) * theta`. An arrival that finds `k` waiting waits the sum of `k + 1` exponential stages
of rates `N * mu + i * theta`, so `exp(-theta * wait)` has a beta distribution of `N * mu / theta` and `k + 1`: from it
follow the waits, without approximation.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, inf, log, log1p

NEGLIGIBLE = 1e-16
"""States less likely than this are left out."""
LARGE = 1e200
"""Weights beyond it are taken down together: only their proportions count."""
MOST_AGENTS = 100_000


@dataclass(frozen=True, slots=True)
class Steady:
    """A line in its steady state. Shares from 0 to 1, seconds."""

    waits: float
    """Share of callers who find no agent free."""
    abandons: float
    """Share of callers who hang up waiting."""
    wait: float
    """Mean wait of all callers, those who hang up included."""
    asa: float
    """Mean wait of those who are answered (average speed of answer)."""
    service_level: float
    """Share of all callers who are answered within the time asked for."""
    occupancy: float
    """Share of their time that agents are busy."""


def erlang_b(agents: int, load: float) -> float:
    """Share of calls lost when nobody can wait; `load` in erlangs."""
    blocked = 1.0
    for n in range(1, agents + 1):
        blocked = load * blocked / (n + load * blocked)
    return blocked


def erlang_c(agents: int, load: float) -> float:
    """Share of callers who wait when nobody hangs up; 1 when `load` erlangs are more than the agents can carry."""
    if load >= agents:
        return 1.0
    blocked = erlang_b(agents, load)
    return blocked / (1.0 - load / agents * (1.0 - blocked))


def steady(agents: int, per_hour: float, handle: float, patience: float | None = None, within: float = 15.0) -> Steady:
    """The steady state of a line: calls an hour, mean seconds of handling and of patience (None: nobody hangs up).

    Raises ValueError for figures of nothing. Without patience and with more load than agents the waits are infinite.
    """
    if agents < 1 or per_hour <= 0 or handle <= 0 or (patience is not None and patience <= 0) or within < 0:
        raise ValueError("agents, calls an hour, handling and patience must be more than 0")
    arrivals, ends = per_hour / 3600.0, 1.0 / handle
    if patience is None:
        return _patient(agents, arrivals, ends, within)
    return _impatient(agents, arrivals, ends, 1.0 / patience, within)


def agents_needed(
    per_hour: float,
    handle: float,
    patience: float | None = None,
    within: float = 15.0,
    level: float = 0.8,
    connected: float = 0.95,
) -> int:
    """The fewest agents with whom so many callers are answered within that time, and so many answered at all.

    Raises ValueError when no number of agents would do.
    """
    if not (level < 1.0 and connected < 1.0):
        raise ValueError("no number of agents answers every caller: aim below 1")
    low, high = 0, 1
    while not _enough(steady(high, per_hour, handle, patience, within), level, connected):
        low, high = high, high * 2
        if high > MOST_AGENTS:
            raise ValueError(f"more than {MOST_AGENTS} agents would be needed")
    while high - low > 1:
        middle = (low + high) // 2
        if _enough(steady(middle, per_hour, handle, patience, within), level, connected):
            high = middle
        else:
            low = middle
    return high


def _enough(line: Steady, level: float, connected: float) -> bool:
    return line.service_level >= level and 1.0 - line.abandons >= connected


def _patient(agents: int, arrivals: float, ends: float, within: float) -> Steady:
    load, spare = arrivals / ends, agents * ends - arrivals
    waits = erlang_c(agents, load)
    if spare <= 0.0:
        return Steady(1.0, 0.0, inf, inf, 0.0, 1.0)
    asa = waits / spare
    return Steady(waits, 0.0, asa, asa, 1.0 - waits * exp(-spare * within), load / agents)


def _impatient(agents: int, arrivals: float, ends: float, leaves: float, within: float) -> Steady:
    """Sums over the states in which a caller finds `k` waiting; the weight of `all busy, none waits` is 1."""
    served = agents * ends
    blocked = erlang_b(agents, arrivals / ends)
    free = 1.0 / blocked - 1.0 if blocked > 0.0 else inf  # weights of the states below N, of weight 1 for N
    first = served / leaves
    kept = exp(-leaves * within)
    late = _Late(first + 1.0, kept)
    weight, total, queue, prompt, waited = 1.0, 0.0, 0.0, 0.0, 0.0
    k, harmonic = 0, 0.0
    while weight > NEGLIGIBLE * (total + 1.0) or arrivals > served + k * leaves:
        total += weight
        queue += k * weight
        stays = first / (first + k + 1)
        harmonic += 1.0 / (first + 1 + k)
        prompt += weight * stays * (1.0 - late.share(k))
        waited += weight * stays * harmonic / leaves
        k += 1
        weight *= arrivals / (served + k * leaves)
        if weight > LARGE:
            free, total, queue, prompt, waited = (sum_ / weight for sum_ in (free, total, queue, prompt, waited))
            weight = 1.0
    everything = free + total
    if everything == inf:
        return Steady(0.0, 0.0, 0.0, 0.0, 1.0, arrivals / served)
    abandons = leaves * queue / everything / arrivals
    return Steady(
        waits=total / everything,
        abandons=abandons,
        wait=queue / everything / arrivals,
        asa=waited / everything / (1.0 - abandons),
        service_level=(free + prompt) / everything,
        occupancy=arrivals * (1.0 - abandons) / served,
    )


class _Late:
    """`I_x(a, k + 1)`, the regularised incomplete beta function, for k = 0, 1, 2 … one after the other."""

    def __init__(self, a: float, x: float) -> None:
        self._a, self._grows = a, log1p(-x) if x < 1.0 else -inf
        self._value, self._term = 0.0, a * log(x)
        self._next = 0

    def share(self, k: int) -> float:
        """For the next `k` in order."""
        if k != self._next:
            raise ValueError(f"{self._next} comes next, not {k}")
        self._value += exp(self._term)
        self._next += 1
        self._term += self._grows + log((self._a + k) / (k + 1))
        return min(1.0, self._value)
