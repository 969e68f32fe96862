"""The call detail record: one call told in one row, folded (`records.folding`) from its facts and nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ivr.outcomes import Outcome, Reason
from records.clock import wall_time
from records.privacy import mask
from records.segments import Booking, Placed, Refusal, Segment, segment_json


@dataclass(frozen=True, slots=True)
class Reached:
    """Where the caller's keys led, in the dry walk's words; `line` and `open` as `EndReached` has them."""

    kind: str
    line: str | None
    open: bool


@dataclass(frozen=True, slots=True)
class Cdr:
    """One call. Instants are aware; `ended`, `outcome` and `reason` are None while it lives."""

    id: str
    started: datetime
    answered: datetime | None
    ended: datetime | None
    number: str
    dialled: str
    plan: str
    line: str | None
    """The line that served the caller last."""
    agent: str | None
    """The agent who talked last; None for an outside number or nobody."""
    outcome: Outcome | None
    reason: Reason | None
    reached: Reached | None
    keys: str
    """The keys pressed in their order, with commas: `1,4`."""
    waited: float
    """Seconds on the lines together."""
    talked: float
    """Seconds of talk together."""
    recording: str | None
    """The last talk's or message's file, relative to the recordings' folder."""
    segments: tuple[Segment, ...]
    test: bool = False
    """One of our own calls, made to see that all works."""

    @property
    def direction(self) -> str:
        """`in`, or `out` for a call that we made."""
        return "out" if any(isinstance(segment, Placed) for segment in self.segments) else "in"

    @property
    def callback(self) -> str | None:
        """The ticket of the callback that was booked in this call, or that it was made for."""
        tickets = (segment.ticket for segment in self.segments if isinstance(segment, Booking | Placed))
        return next(tickets, None)

    @property
    def recording_refused(self) -> bool:
        """Whether the caller did not want to be recorded."""
        return any(isinstance(segment, Refusal) for segment in self.segments)

    def to_json(self, *, private: bool = False) -> dict[str, Any]:
        """What `hotline calls --json` prints: wall times, seconds; numbers masked unless `private`."""
        return {
            "id": self.id,
            "started": wall_time(self.started),
            "answered": self.answered and wall_time(self.answered),
            "ended": self.ended and wall_time(self.ended),
            "number": self.number if private else mask(self.number),
            "dialled": self.dialled,
            "direction": self.direction,
            "callback": self.callback,
            "plan": self.plan,
            "line": self.line,
            "agent": self.agent,
            "outcome": self.outcome,
            "reason": self.reason,
            "reached": self.reached
            and {"kind": self.reached.kind, "line": self.reached.line, "open": self.reached.open},
            "keys": self.keys,
            "waited": self.waited,
            "talked": self.talked,
            "recording": self.recording,
            "recording_refused": self.recording_refused,
            "test": self.test,
            "segments": [segment_json(segment, private=private) for segment in self.segments],
        }
