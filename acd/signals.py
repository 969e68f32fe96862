"""What the floor is told (past tense) and what it orders (imperative)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from acd.agent import Agent
from acd.line import Line


class Failure(StrEnum):
    """Why a rung phone did not become a talk."""

    REFUSED = "refused"
    UNANSWERED = "unanswered"
    UNREACHABLE = "unreachable"


class GivenUp(StrEnum):
    """Why a line gives a waiting call up; the line's overflow takes over."""

    MAXIMUM_WAIT = "maximum_wait"
    NOBODY_ON_SHIFT = "nobody_on_shift"
    OUTSIDE_FAILED = "outside_failed"


# ── signals ─────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class CallJoined:
    """A call began to wait on a line."""

    call: str
    line: str
    priority: int = 0


@dataclass(frozen=True, slots=True)
class CallLeft:
    """The caller is gone from the floor, whatever they were doing there."""

    call: str


@dataclass(frozen=True, slots=True)
class PhoneAnswered:
    offer: int


@dataclass(frozen=True, slots=True)
class OfferFailed:
    """The rung phone refused or could not be reached."""

    offer: int
    failure: Failure


@dataclass(frozen=True, slots=True)
class TalkEnded:
    offer: int


@dataclass(frozen=True, slots=True)
class PhoneUp:
    """An agent's phone registered."""

    agent: str


@dataclass(frozen=True, slots=True)
class PhoneDown:
    """An agent's phone is gone."""

    agent: str


@dataclass(frozen=True, slots=True)
class BreakBegan:
    agent: str


@dataclass(frozen=True, slots=True)
class BreakEnded:
    agent: str


@dataclass(frozen=True, slots=True)
class Rearranged:
    """From now on there are these lines and these agents; who waits or talks goes on."""

    lines: Sequence[Line]
    agents: Sequence[Agent]


@dataclass(frozen=True, slots=True)
class Tick:
    """Time passed: `Floor.wake_at()` was reached."""


Signal = (
    CallJoined
    | CallLeft
    | PhoneAnswered
    | OfferFailed
    | TalkEnded
    | PhoneUp
    | PhoneDown
    | BreakBegan
    | BreakEnded
    | Rearranged
    | Tick
)

# ── orders ──────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Ring:
    """Ring `phone` for `call`; `agent` is None for the line's outside number."""

    offer: int
    call: str
    phone: str
    line: str
    agent: str | None


@dataclass(frozen=True, slots=True)
class StopRinging:
    """The offer is over: hang its leg up."""

    offer: int
    failure: Failure | None = None
    """UNANSWERED when its time ran out, None when it was withdrawn."""


@dataclass(frozen=True, slots=True)
class Connect:
    """Caller and phone may talk."""

    offer: int
    call: str


@dataclass(frozen=True, slots=True)
class GiveUp:
    """The line does not serve this call any more; it is no longer on the floor."""

    call: str
    line: str
    why: GivenUp


Order = Ring | StopRinging | Connect | GiveUp
