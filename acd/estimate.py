"""How long a caller will wait: what can honestly be said of it, from how the line is really served.

While somebody waits whom no phone rings for, each agent on duty takes the line's next caller at some rate, whatever
else they do: other lines, talks, wrap-up, refused rings. That rate, turns by agent-second, is counted and slowly
forgotten, and so is the rate at which those who wait leave. A caller with `k` before them then waits the sum of `k + 1`
stages, the stage with `i` left before them lasting `1 / (turns a second + i * leavings a second of one caller)`.

Cheap on purpose: a fact costs a few additions and multiplications, an estimate a bounded sum.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, log, sqrt

MEMORY = 40.0
"""Turns, leavings and talks that are remembered; older ones fade."""
FADES_IN = 3600.0
"""Seconds in which a line where nobody waited forgets most of what was."""
BELIEVED = 5.0
"""Turns that the handling time counts for, as long as few were seen."""
ENOUGH = 3.0
"""Turns that must be known of, or as many talks, before anything is said."""
RING = 5.0
"""Seconds that a phone rings when nothing is known."""

_Z = 1.2815515655446004
"""The normal distribution's 90 %."""
_EXACT = 32
_FADE = 1.0 - 1.0 / MEMORY


@dataclass(frozen=True, slots=True)
class Estimate:
    """A wait to come, in seconds: its mean, and a range that eight waits of ten fall into."""

    seconds: float
    low: float
    high: float


@dataclass(slots=True)
class Turns:
    """How fast those who wait on one line come to their turn. Plain numbers, by monotonic seconds.

    *Waiting* is here who waits and whom no phone rings for.
    """

    at: float = 0.0
    """Until when the counts hold."""
    waiting: int = 0
    on_duty: float = 0.0
    """Agents who take calls of the line, in talks and wrap-up too, not on a break; an outside number is as many."""
    taken: float = 0.0
    """Turns of those who waited."""
    agent_seconds: float = 0.0
    """Agents on duty, by the seconds in which somebody waited."""
    lost: float = 0.0
    """Who left while waiting."""
    caller_seconds: float = 0.0
    """Who waited, by seconds."""
    handlings: float = 0.0
    handling: float = 0.0
    """Mean seconds that a call keeps an agent, wrap-up included."""
    rings: float = 0.0
    ring: float = RING
    """Mean seconds from ring to answer."""

    # ── facts ───────────────────────────────────────────────────────────────

    def joined(self, now: float) -> None:
        """A call began to wait."""
        self._pass(now)
        self.waiting += 1

    def rung(self, waited: bool, now: float) -> None:
        """A phone rings for a call; `waited` is whether nobody was ready when it joined."""
        if self.waiting > 0:  # as `_pass`: most turns come here
            seconds = now - self.at
            self.agent_seconds += seconds * self.on_duty
            self.caller_seconds += seconds * self.waiting
        self.at = now
        self.waiting -= 1
        if waited:
            self.taken = (self.taken + 1.0) * _FADE
            self.agent_seconds *= _FADE

    def put_back(self, waited: bool, now: float) -> None:
        """The phone did not answer, or the ring was withdrawn: the call waits again, as if it had not been rung."""
        self._pass(now)
        self.waiting += 1
        if waited:
            self.taken = max(0.0, self.taken - _FADE)

    def left(self, now: float) -> None:
        """A waiting call hung up, or was given up. One for which a phone rings is put back first."""
        self._pass(now)
        self.waiting -= 1
        self.lost = (self.lost + 1.0) * _FADE
        self.caller_seconds *= _FADE

    def answered(self, rang: float) -> None:
        """A phone was answered after so many seconds."""
        self.rings = min(self.rings + 1.0, MEMORY)
        self.ring += (rang - self.ring) / self.rings

    def handled(self, seconds: float) -> None:
        """A call of the line kept an agent so long, wrap-up included."""
        self.handlings = min(self.handlings + 1.0, MEMORY)
        self.handling += (seconds - self.handling) / self.handlings

    def staffed(self, on_duty: float, now: float) -> None:
        """So many take calls of the line from now on."""
        self._pass(now)
        self.on_duty = on_duty

    def _pass(self, now: float) -> None:
        if self.waiting > 0:
            seconds = now - self.at
            self.agent_seconds += seconds * self.on_duty
            self.caller_seconds += seconds * self.waiting
        self.at = now

    # ── what follows ────────────────────────────────────────────────────────

    def wait(self, ahead: int, now: float, ready: int = 0) -> Estimate | None:
        """The wait until the answer of a call with so many waiting before it; `ready` agents could be rung now.

        None when it cannot be told: nobody is on duty, or too little was seen.
        """
        if self.on_duty <= 0:
            return None
        if ready > ahead:
            return _around(self.ring, self.ring * self.ring, 0.0)
        seen, agent_seconds, known = self.taken, self.agent_seconds, min(self.handlings, BELIEVED)
        if self.waiting > 0:
            agent_seconds += (now - self.at) * self.on_duty
        elif now > self.at:
            faded = exp(-(now - self.at) / FADES_IN)
            seen, agent_seconds = seen * faded, agent_seconds * faded
        if seen + known < ENOUGH or agent_seconds + known * self.handling <= 0.0:
            return None
        served = (seen + known) / (agent_seconds + known * self.handling) * self.on_duty
        leaves = self.lost / self.caller_seconds if self.caller_seconds > 0.0 else 0.0
        mean, variance = _stages(ahead + 1, served, leaves)
        return _around(mean, variance + mean * mean / (seen + known), self.ring)


def _stages(count: int, served: float, leaves: float) -> tuple[float, float]:
    """Mean and variance of so many exponential stages, the stage before the `i`-th lasting 1/(served + i*leaves)."""
    mean = variance = 0.0
    for before in range(min(count, _EXACT)):
        stage = 1.0 / (served + before * leaves)
        mean += stage
        variance += stage * stage
    if count > _EXACT:
        first, last = served + (_EXACT - 0.5) * leaves, served + (count - 0.5) * leaves
        if last - first < 1e-6 * first:
            mean += (count - _EXACT) / first
            variance += (count - _EXACT) / (first * first)
        else:
            mean += log(last / first) / leaves
            variance += (1.0 / first - 1.0 / last) / leaves
    return mean, variance


def _around(mean: float, variance: float, more: float) -> Estimate:
    """A gamma distribution of this mean and variance, with `more` seconds added; its quantiles by Wilson, Hilferty."""
    if mean <= 0.0:
        return Estimate(more, more, more)
    spread = variance / (9.0 * mean * mean)
    root = sqrt(spread)
    low, high = max(0.0, 1.0 - spread - _Z * root) ** 3, (1.0 - spread + _Z * root) ** 3
    return Estimate(mean + more, mean * low + more, mean * high + more)
