"""The journal: every kind of fact that may stand in it, its entries, and how a fact is written and read again."""

from __future__ import annotations

import types
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol, get_args, get_origin, get_type_hints

from acd.decision import Decision
from ivr.callbacks.events import CallbackBooked, CallbackClosed, CallbackTried, CallerRung, CallPlaced
from ivr.events import (
    AgentAway,
    AgentBack,
    CallAdopted,
    CallAnswered,
    CallArrived,
    CallEnded,
    CallerBack,
    CallerHeld,
    CallRaised,
    CallScreened,
    Considered,
    ConsultationAnswered,
    ConsultationBegan,
    ConsultationEnded,
    DigitsEntered,
    EndReached,
    FallbackEnded,
    Flagged,
    HeldTooLong,
    LeaderCame,
    LeaderLeft,
    LineGaveUp,
    MessageLeft,
    NotRecorded,
    Offered,
    OfferEnded,
    PassedBack,
    PassedOn,
    RecordingBegan,
    RecordingEnded,
    RecordingPaused,
    RecordingRefused,
    RecordingResumed,
    StatusAsked,
    StepHeard,
    SurveyAnswered,
    TalkBegan,
    TalkEnded,
    WaitBegan,
    WaitEnded,
)
from ivr.reasons import decision_data, decision_from

Event = (
    CallArrived
    | CallScreened
    | CallAdopted
    | CallAnswered
    | StepHeard
    | DigitsEntered
    | StatusAsked
    | SurveyAnswered
    | EndReached
    | WaitBegan
    | WaitEnded
    | Considered
    | LineGaveUp
    | CallRaised
    | Offered
    | OfferEnded
    | TalkBegan
    | TalkEnded
    | AgentAway
    | AgentBack
    | CallerHeld
    | CallerBack
    | HeldTooLong
    | PassedOn
    | PassedBack
    | ConsultationBegan
    | ConsultationAnswered
    | ConsultationEnded
    | Flagged
    | LeaderCame
    | LeaderLeft
    | RecordingRefused
    | RecordingBegan
    | RecordingEnded
    | RecordingPaused
    | RecordingResumed
    | NotRecorded
    | MessageLeft
    | CallbackBooked
    | CallPlaced
    | CallerRung
    | CallbackTried
    | CallbackClosed
    | CallEnded
    | FallbackEnded
)

KINDS: dict[str, type[Event]] = {kind.__name__: kind for kind in get_args(Event)}
_HINTS: dict[type, dict[str, Any]] = {kind: get_type_hints(kind) for kind in KINDS.values()}


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the journal: the `seq`-th fact (from 1) of `call`, at an aware UTC instant."""

    call: str
    seq: int
    at: datetime
    event: Event


class Journal(Protocol):
    """Where facts go. Never blocks and never fails the caller: what can't be written waits, and an alarm says so."""

    def note(self, entry: Entry) -> None: ...


class Facts:
    """The journal, until it is closed: what an engine that hands over would note of its end is no fact."""

    def __init__(self, journal: Journal) -> None:
        self._journal, self._closed = journal, False

    def note(self, entry: Entry) -> None:
        if not self._closed:
            self._journal.note(entry)

    def close(self) -> None:
        """Nothing more is noted."""
        self._closed = True


def to_data(event: Event) -> dict[str, Any]:
    """The event's fields as JSON data."""
    return {name: _plain(getattr(event, name)) for name in _HINTS[type(event)]}


def _plain(value: Any) -> Any:
    if isinstance(value, Decision):
        return decision_data(value)
    return list(value) if isinstance(value, tuple) else value


def from_data(kind: str, data: dict[str, Any]) -> Event:
    """The event that `to_data` came from. Raises KeyError for an unknown kind, TypeError for missing fields."""
    cls = KINDS[kind]
    hints = _HINTS[cls]
    return cls(**{name: _revive(hints[name], value) for name, value in data.items()})


def _revive(hint: Any, value: Any) -> Any:
    if hint is Decision:
        return decision_from(value)
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return hint(value)
    if get_origin(hint) is tuple:
        return tuple(value)
    if get_origin(hint) is types.UnionType:
        return None if value is None else _revive(get_args(hint)[0], value)
    return value
