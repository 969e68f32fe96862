"""What the floor is told (past tense) and what it orders (imperative)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from acd.agent import Agent, BreakReason, Presence
from acd.decision import Decision
from acd.line import Limit, Line


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
    EXPECTED_WAIT = "expected_wait"
    TOO_MANY = "too_many"
    NOBODY_READY = "nobody_ready"
    CLOSED = "closed"
    AGENT_AWAY = "agent_away"
    """The one agent whom the call was for did not take it."""


class AlertKind(StrEnum):
    """What somebody on the floor should know of."""

    PHONE_FAILED = "phone_failed"  # an agent's phone refused, did not answer, could not be reached
    LONG_TALK = "long_talk"
    MENDED = "mended"  # the floor met a state that cannot be, and repaired it


# ── signals ─────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class CallJoined:
    """A call began to wait on a line. A call that waits or talks already is not taken twice."""

    call: str
    line: str
    priority: int = 0
    waited: float = 0.0
    """Seconds that it waited before, and that count: on another line, or before it was transferred."""
    language: str | None = None
    """The language it asks for beside the hotline's own."""
    had: str | None = None
    """The agent whom the caller talked with before."""
    only: str | None = None
    """This agent and nobody else."""
    urgent: bool = False
    past: frozenset[int] = frozenset()
    """Limits of the line, by their place, for which it was given up before."""
    patient: bool = False
    """No limit holds for it: a callback, which waits without anybody on the line."""
    behind: float = 0.0
    """Seconds: served as if it had come so much later, and urgent on no line of itself. The slow lane."""
    here: float | None = None
    """Seconds that it waited on this very line, under an engine before us: it was admitted, and its limits count on."""


@dataclass(frozen=True, slots=True)
class CallLeft:
    """The caller is gone from the floor, whatever they were doing there."""

    call: str


@dataclass(frozen=True, slots=True)
class CallReplaced:
    """A waiting call's place is another's now, whom no limit holds: the callback that was booked on it.

    What rings for it is withdrawn.
    """

    call: str
    by: str


@dataclass(frozen=True, slots=True)
class CallRaised:
    """A waiting call goes before all that are not urgent."""

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
    lost: bool = False
    """The agent's phone vanished: they are not rung for a while, should it still be registered."""


@dataclass(frozen=True, slots=True)
class TalkResumed:
    """A talk that an engine before us began goes on, under the offer that it had.

    Whose agent, line or call is not there any more, or in something else already, is no talk of the floor.
    """

    offer: int
    call: str
    line: str
    agent: str | None
    """None for the line's outside number."""
    talked: float = 0.0
    """Seconds until now."""


@dataclass(frozen=True, slots=True)
class OffersMade:
    """An engine before us made offers up to this one: those to come have other ids."""

    last: int


@dataclass(frozen=True, slots=True)
class PhoneUp:
    """An agent's phone registered; None is their only one."""

    agent: str
    phone: str | None = None


@dataclass(frozen=True, slots=True)
class PhoneDown:
    """An agent's phone is gone; None is their only one."""

    agent: str
    phone: str | None = None


@dataclass(frozen=True, slots=True)
class ShiftBegan:
    """From now on the agent is on duty. Agents are, until told otherwise."""

    agent: str


@dataclass(frozen=True, slots=True)
class ShiftEnded:
    """The agent is off duty once what they are in is over."""

    agent: str


@dataclass(frozen=True, slots=True)
class BreakBegan:
    """The agent wants a break: now, or once what they are in is over."""

    agent: str
    reason: str = BreakReason.OWN_WISH


@dataclass(frozen=True, slots=True)
class BreakEnded:
    """The agent is ready: a break or the wrap-up is over."""

    agent: str
    reason: str | None = None
    """Only a break for this reason; None is whatever it was."""


@dataclass(frozen=True, slots=True)
class WrapUpExtended:
    """The agent in wrap-up needs so many seconds from now; None is until they say that they are ready."""

    agent: str
    seconds: float | None


@dataclass(frozen=True, slots=True)
class AgentMoved:
    """The agent serves these lines (line → level) instead of the plan's; None gives them the plan's back."""

    agent: str
    lines: Mapping[str, int] | None


@dataclass(frozen=True, slots=True)
class LineClosed:
    """The line serves nobody any more who is not ringing or talking yet."""

    line: str


@dataclass(frozen=True, slots=True)
class DayBegan:
    """What is counted of today begins anew."""


@dataclass(frozen=True, slots=True)
class Rearranged:
    """From now on there are these lines and these agents; who waits or talks goes on."""

    lines: Sequence[Line]
    agents: Sequence[Agent]


@dataclass(frozen=True, slots=True)
class Audited:
    """The floor is to look itself over, and to mend what cannot be (`Floor.audit`)."""


@dataclass(frozen=True, slots=True)
class Tick:
    """Time passed: `Floor.wake_at()` was reached."""


Signal = (
    CallJoined
    | CallLeft
    | CallReplaced
    | CallRaised
    | PhoneAnswered
    | OfferFailed
    | TalkEnded
    | TalkResumed
    | OffersMade
    | PhoneUp
    | PhoneDown
    | ShiftBegan
    | ShiftEnded
    | BreakBegan
    | BreakEnded
    | WrapUpExtended
    | AgentMoved
    | LineClosed
    | DayBegan
    | Rearranged
    | Audited
    | Tick
)

# ── orders ──────────────────────────────────────────────────────────────────
# Nobody changes one. Those that most signals bring forth are not frozen: that would be a tenth of the floor's time.


@dataclass(slots=True)
class Ring:
    """Ring these phones together for `call`; `agent` is None for the line's outside number."""

    offer: int
    call: str
    phones: tuple[str, ...]
    line: str
    agent: str | None
    why: Decision | None = field(default=None, compare=False)
    """What decided it; None on a floor that does not explain itself."""


@dataclass(frozen=True, slots=True)
class Hold:
    """Nobody can be rung for this call yet; only a floor that explains itself says so."""

    call: str
    line: str
    why: Decision


@dataclass(slots=True)
class StopRinging:
    """The offer is over: hang its legs up."""

    offer: int
    failure: Failure | None = None
    """UNANSWERED when its time ran out, None when it was withdrawn."""


@dataclass(slots=True)
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
    limit: int | None = None
    """Which of the line's `limits`; None for one that every line has."""
    measured: float | None = field(default=None, compare=False)
    """What went beyond it: seconds, or calls."""
    rule: Limit | None = field(default=None, compare=False)
    """That limit, as it was when the call joined: the line may have others by now."""


@dataclass(frozen=True, slots=True)
class Alert:
    """Somebody should know: `agent`, `line`, `call` are whom it concerns."""

    kind: AlertKind
    agent: str | None = None
    line: str | None = None
    call: str | None = None
    what: str = ""


@dataclass(frozen=True, slots=True)
class PresenceChanged:
    """An agent does something else from now on; only a floor that explains itself says so."""

    agent: str
    presence: Presence
    reason: str | None = None
    """Of a break."""


Order = Ring | Hold | StopRinging | Connect | GiveUp | Alert | PresenceChanged
