"""Strategies: whom of several ready agents a line rings first. Each is a number; the least goes first."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from acd.desk import Desk
from acd.line import Strategy
from acd.seat import Seat

Rank = Callable[[Desk, Seat], float]


def _idle_since(_desk: Desk, seat: Seat) -> float:
    return seat.idle_since


def _calls(_desk: Desk, seat: Seat) -> float:
    return seat.answered


def _busy(_desk: Desk, seat: Seat) -> float:
    return seat.worked


def _turn(desk: Desk, seat: Seat) -> float:
    return desk.turns.get(seat.agent.id, 0)


def _level(desk: Desk, seat: Seat) -> float:
    return seat.lines.get(desk.line.id, 0)


def _place(_desk: Desk, seat: Seat) -> float:
    return seat.position


RANKS: Mapping[Strategy, Rank] = {
    Strategy.LONGEST_IDLE: _idle_since,
    Strategy.FEWEST_CALLS: _calls,
    Strategy.LEAST_BUSY: _busy,
    Strategy.ROUND_ROBIN: _turn,
    Strategy.LEVEL: _level,
    Strategy.FIXED_ORDER: _place,
}
"""Among equals: who has been idle longest, then who is written first."""


def told(strategy: Strategy, rank: float, now: float) -> float:
    """The rank as people would say it: seconds idle instead of an instant."""
    return round(now - rank, 3) if strategy is Strategy.LONGEST_IDLE else rank
