"""A line (联动热线): what callers wait for."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Strategy(StrEnum):
    """Whom of several ready agents a line rings first."""

    LONGEST_IDLE = "longest_idle"  # free for the longest time
    FEWEST_CALLS = "fewest_calls"  # fewest calls answered today
    LEAST_BUSY = "least_busy"  # fewest seconds of talk and wrap-up today
    ROUND_ROBIN = "round_robin"  # the next after the one whom the line rang last
    LEVEL = "level"  # best level, then longest idle
    FIXED_ORDER = "fixed_order"  # as the agents are written


class LimitKind(StrEnum):
    """What a line may give a call up for."""

    EXPECTED_WAIT = "expected_wait"
    WAITED = "waited"
    LENGTH = "length"
    NOBODY_ON_SHIFT = "nobody_on_shift"
    NOBODY_READY = "nobody_ready"


@dataclass(frozen=True, slots=True)
class Limit:
    """When it holds, the line gives the call up. A call that was given up for it once is not given up for it again."""

    kind: LimitKind
    over: float = 0.0
    """Seconds that it may be so (of expected wait, of wait, of nobody there); for LENGTH the calls that may wait."""
    joining: bool = True
    """Looked at when a call joins."""
    waiting: bool = True
    """Looked at as long as the call waits."""


@dataclass(frozen=True, slots=True)
class Outside:
    """The institution's own number, reached over the trunk by at most `simultaneous` calls at once."""

    phone: str
    simultaneous: int = 1
    ring_for: float = 30.0
    """Seconds until it counts as unanswered."""
    rest_for: float = 5.0
    """Seconds it is left alone after it failed to answer, so that a busy number is not hammered."""
    attempts: int = 2
    """Failed attempts after which a call gives it up, when the line has no agent on shift."""


@dataclass(frozen=True, slots=True)
class Line:
    """The rules of one line. Times in seconds."""

    id: str
    ring_for: float = 20.0
    wrap_up_for: float = 15.0
    maximum_wait: float = 300.0
    priority: int = 0
    """Added to each call's own priority: the line's weight for an agent of several lines."""
    empty_for: float = 20.0
    """A line whose last agent has left keeps its callers this long before it gives them up."""
    outside: Outside | None = None
    strategy: Strategy = Strategy.LONGEST_IDLE
    at_once: int = 1
    """So many phones ring for one call; the first to answer has it."""
    widen: tuple[tuple[int, float], ...] = ()
    """(level, seconds of waiting after which agents of this level are rung too); a level not named, at once."""
    language_for: float = 20.0
    """Seconds that a call waits for an agent who speaks its language before others are rung."""
    sticky_for: float = 0.0
    """Seconds that a call waits for the agent it had before, as long as they are on shift; 0 does not."""
    keep_free: int = 0
    """So many of its ready agents are kept for it: other lines may not ring the last ones."""
    urgent: bool = False
    """Its calls go before all that are not urgent, whatever their wait."""
    head_start: float = 60.0
    """Seconds of waiting that one point of priority is worth: so a call ages past higher ones, and nobody starves."""
    most_head_start: float = 600.0
    """No priority is worth more than these seconds."""
    limits: tuple[Limit, ...] = ()
    """Looked at in order, before `maximum_wait` and `empty_for`."""
    talk_warning: float | None = None
    """Seconds of talk after which somebody should know of it."""
