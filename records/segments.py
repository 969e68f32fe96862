"""What a call's time went into: the menus, the waits, the offers, the talks, the consultations, the messages.

Menus, waits, talks and messages are the caller's own time and never overlap, but for the talks of several agents who
talk together. Offers run beside a wait or a talk, holds and consultations within one; bookings, inquiries and refusals
are instants. An open end (`until` is None) is a segment of a call that still lives.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, ClassVar

from ivr.inquiry import Standing
from ivr.outcomes import ConsultationEnd, OfferResult, Party, StatusResult, WaitEnd
from records.clock import wall_time
from records.privacy import mask


@dataclass(frozen=True, slots=True)
class Menu:
    """The caller heard the node `node` of the plan and pressed `keys` there (empty for none)."""

    segment: ClassVar[str] = "menu"
    node: str
    since: datetime
    until: datetime
    keys: str


@dataclass(frozen=True, slots=True)
class Wait:
    """The caller waited on a line, behind `ahead` others."""

    segment: ClassVar[str] = "wait"
    line: str
    since: datetime
    until: datetime | None
    end: WaitEnd | None
    ahead: int


@dataclass(frozen=True, slots=True)
class Offer:
    """A phone rang for the caller: an agent's, or an outside one when `agent` is None. `cause` is Q.850's."""

    segment: ClassVar[str] = "offer"
    line: str
    agent: str | None
    phone: str
    since: datetime
    until: datetime | None
    result: OfferResult | None
    cause: int | None


@dataclass(frozen=True, slots=True)
class Talk:
    """The caller and an agent (an outside number when None) heard each other; `by` ended it."""

    segment: ClassVar[str] = "talk"
    line: str
    agent: str | None
    since: datetime
    until: datetime | None
    by: Party | None
    recording: str | None


@dataclass(frozen=True, slots=True)
class Hold:
    """The caller heard music in the midst of a talk with this agent (with an outside number when None)."""

    segment: ClassVar[str] = "hold"
    agent: str | None
    since: datetime
    until: datetime | None


@dataclass(frozen=True, slots=True)
class Away:
    """The caller waited for the browser of this agent; `back`: it came back to the talk."""

    segment: ClassVar[str] = "away"
    agent: str | None
    since: datetime
    until: datetime | None
    back: bool


@dataclass(frozen=True, slots=True)
class Pause:
    """The agent let nothing be recorded."""

    segment: ClassVar[str] = "pause"
    agent: str | None
    since: datetime
    until: datetime | None


@dataclass(frozen=True, slots=True)
class Consultation:
    """The agent asked somebody (a `line`, an `agent` or a `number`) meanwhile: `answered` is when they talked."""

    segment: ClassVar[str] = "consultation"
    agent: str | None
    asked: str
    target: str
    since: datetime
    answered: datetime | None
    until: datetime | None
    end: ConsultationEnd | None


@dataclass(frozen=True, slots=True)
class Message:
    """The caller left a message of `seconds` for a line."""

    segment: ClassVar[str] = "message"
    line: str | None
    file: str
    seconds: float
    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class Booking:
    """A callback was booked: its `ticket` has the caller's place. `abandoned`: for who hung up without asking."""

    segment: ClassVar[str] = "booking"
    ticket: str
    line: str
    number: str
    since: datetime
    until: datetime
    abandoned: bool


@dataclass(frozen=True, slots=True)
class Placed:
    """We made this call for a callback: until the caller answered, `rung` being when their phone was."""

    segment: ClassVar[str] = "placed"
    ticket: str
    line: str
    since: datetime
    rung: datetime | None
    until: datetime | None


@dataclass(frozen=True, slots=True)
class Refusal:
    """The caller refused to be recorded."""

    segment: ClassVar[str] = "refusal"
    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class Inquiry:
    """The caller asked how an order stands, and this came of it: `order` and `standing` are what they were told of."""

    segment: ClassVar[str] = "inquiry"
    node: str
    came: StatusResult
    order: str | None
    standing: Standing | None
    since: datetime
    until: datetime


Segment = (
    Menu | Wait | Offer | Talk | Hold | Away | Pause | Consultation | Message | Booking | Placed | Refusal | Inquiry
)

SEGMENTS: dict[str, type[Segment]] = {
    kind.segment: kind
    for kind in (Menu, Wait, Offer, Talk, Hold, Away, Pause, Consultation, Message, Booking, Placed, Refusal, Inquiry)
}

_REVIVE: dict[str, Callable[[str], Any]] = {
    "since": datetime.fromisoformat,
    "until": datetime.fromisoformat,
    "rung": datetime.fromisoformat,
    "answered": datetime.fromisoformat,
    "result": OfferResult,
    "by": Party,
    "came": StatusResult,
    "standing": Standing,
}

_ENDS: dict[type[Segment], Callable[[str], Any]] = {Wait: WaitEnd, Consultation: ConsultationEnd}


def segment_data(segment: Segment) -> dict[str, Any]:
    """The segment as JSON data, whole: `segment` names its kind, `from` and `to` are wall time."""
    data: dict[str, Any] = {"segment": segment.segment}
    for field in fields(segment):
        value = getattr(segment, field.name)
        name = {"since": "from", "until": "to"}.get(field.name, field.name)
        data[name] = wall_time(value) if isinstance(value, datetime) else value
    return data


def segment_json(segment: Segment, *, private: bool) -> dict[str, Any]:
    """As `segment_data`, an outside number masked unless `private`."""
    data = segment_data(segment)
    if isinstance(segment, Offer) and segment.agent is None and not private:
        data["phone"] = mask(segment.phone)
    if isinstance(segment, Booking) and not private:
        data["number"] = mask(segment.number)
    if isinstance(segment, Consultation) and segment.asked == "number" and not private:
        data["target"] = mask(segment.target)
    return data


def segment_from(data: Mapping[str, Any]) -> Segment:
    """The segment that `segment_data` came from, its instants with their offset.

    Raises KeyError for an unknown kind, TypeError for missing fields.
    """
    values: dict[str, Any] = {}
    for name, value in data.items():
        name = {"from": "since", "to": "until"}.get(name, name)
        values[name] = _REVIVE[name](value) if value is not None and name in _REVIVE else value
    kind = SEGMENTS[values.pop("segment")]
    if values.get("end") is not None:
        values["end"] = _ENDS[kind](values["end"])
    return kind(**values)
