"""How many calls are greeted in a second: as many as the settings say, fewer while we cannot keep up.

A bucket of tokens whose rate halves each half second that something is too high, and comes back by a tenth of the whole
each second in which all is low. Between high and low it stays: so the door does not flap, and some are always let in.
"""

from __future__ import annotations

from dataclasses import dataclass

from ivr.door.verdict import Why


@dataclass(frozen=True, slots=True)
class Load:
    """How well the engine keeps up, at one instant."""

    late: float = 0.0
    """Seconds by which its loop is late."""
    backlog: int = 0
    """Events of the switch that wait to be handled."""
    trip: float = 0.0
    """Seconds that the switch takes for an order."""


CALM = Load()
HIGH = Load(late=0.25, backlog=400, trip=0.5)
LOW = Load(late=0.1, backlog=100, trip=0.2)
"""Above the one the rate falls, below the other it rises. A caller hears half a second; nobody hears these."""

LEAST = 1.0
"""Calls a second that are let in whatever happens."""
FALLS_EVERY = 0.5
STALL = 0.4
"""Seconds for which one stall of the loop is counted: less than between two falls, so that it halves the rate once."""
RISES = 0.1
"""Of the whole rate, each second."""


class Throttle:
    """Tokens for arriving calls. Instants are seconds that only grow."""

    def __init__(self, rate: float) -> None:
        self.whole = max(LEAST, rate)
        self.rate = self.whole
        self._tokens = self.whole
        self._at: float | None = None
        self._fell: float | None = None
        self._why = Why.RATE

    @property
    def share(self) -> float:
        """How much of the whole rate is left."""
        return self.rate / self.whole

    def take(self, load: Load, now: float) -> Why | None:
        """Let one more call in (None), or why not."""
        self._steer(load, now)
        if self._tokens >= 1.0:
            self._tokens -= 1.0
            return None
        return self._why if self.rate < self.whole else Why.RATE

    def force(self, load: Load, now: float) -> None:
        """Let one in that is never refused; it counts all the same."""
        self._steer(load, now)
        self._tokens = max(0.0, self._tokens - 1.0)

    def _steer(self, load: Load, now: float) -> None:
        passed = 0.0 if self._at is None else max(0.0, now - self._at)
        self._at = now if self._at is None else max(self._at, now)
        high = self._too_high(load)
        if high is not None:
            self._why = high
            if self._fell is None or now - self._fell >= FALLS_EVERY:
                self._fell = now
                self.rate = max(LEAST, self.rate / 2)
        elif load.late < LOW.late and load.backlog < LOW.backlog and load.trip < LOW.trip:
            self.rate = min(self.whole, self.rate + passed * self.whole * RISES)
        self._tokens = min(max(1.0, self.rate), self._tokens + passed * self.rate)

    @staticmethod
    def _too_high(load: Load) -> Why | None:
        if load.late > HIGH.late:
            return Why.LATE
        if load.backlog > HIGH.backlog:
            return Why.BACKLOG
        return Why.ORDERS if load.trip > HIGH.trip else None
