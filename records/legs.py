"""The second layer of a call's record: each wait, offer, talk and consultation as a row of its own. Pure.

And what a call comes to for the connect rate (`records.connect`): whether it asked for a line, when, and how that
turned out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Final

from ivr.outcomes import OfferResult, WaitEnd
from records.cdr import Cdr
from records.segments import Consultation, Offer, Segment, Talk, Wait


class LegKind(StrEnum):
    """What a leg was."""

    WAIT = "wait"
    OFFER = "offer"
    TALK = "talk"
    CONSULTATION = "consultation"


class Turn(StrEnum):
    """How a caller's asking for a line turned out. The connect rate's closed list: each request has exactly one."""

    ANSWERED = "answered"
    ABANDONED = "abandoned"  # the caller hung up before somebody answered
    BOOKED = "booked"  # a callback has the place
    CHOSE = "chose"  # the caller pressed a key for another way, such as a message
    GIVEN_UP = "given_up"  # the line gave the caller up: a limit, nobody on shift, busy, closing time
    FAILED = "failed"  # we or the switch failed the caller


_TURNS: Final[Mapping[str | None, Turn]] = {
    WaitEnd.CALLER_LEFT: Turn.ABANDONED,
    WaitEnd.BOOKED: Turn.BOOKED,
    WaitEnd.KEY_PRESSED: Turn.CHOSE,
    WaitEnd.MEDIA_LOST: Turn.FAILED,
    WaitEnd.ENGINE_STOPPED: Turn.FAILED,
    WaitEnd.CONNECTED: Turn.FAILED,  # and yet nobody talked
    OfferResult.WITHDRAWN: Turn.ABANDONED,
    OfferResult.ANSWERED: Turn.FAILED,
    None: Turn.FAILED,
}
"""How a request ended that no talk followed; everything else was given up by the line."""


@dataclass(frozen=True, slots=True)
class Request:
    """A caller asked for a line: from `at` they waited `seconds` until somebody talked with them, or none did."""

    at: datetime
    line: str
    seconds: float
    turn: Turn


@dataclass(frozen=True, slots=True)
class Leg:
    """One leg. `number` counts from 1; `phone` is what rang, or whom a consultation asked (`asked` says what that is).

    `request` is there in the first leg of the call on its line. Numbers in `phone` are private.
    """

    number: int
    kind: LegKind
    line: str | None
    agent: str | None
    phone: str | None
    since: datetime
    until: datetime
    end: str | None
    asked: str | None = None
    request: Request | None = None

    @property
    def seconds(self) -> float:
        return round((self.until - self.since).total_seconds(), 3)


def legs_of(record: Cdr) -> tuple[Leg, ...]:
    """The legs of an ended call, in the order in which they began. Raises ValueError for one that still lives."""
    if record.ended is None:
        raise ValueError(f"{record.id} has not ended")
    requests = {request.line: request for request in requests_of(record)}
    legs: list[Leg] = []
    for segment in record.segments:
        until = segment.until or record.ended
        match segment:
            case Wait(line=line, since=since, end=end):
                leg = Leg(0, LegKind.WAIT, line, None, None, since, until, end)
            case Offer(line=line, agent=agent, phone=phone, since=since, result=result):
                leg = Leg(0, LegKind.OFFER, line, agent, phone, since, until, result)
            case Talk(line=line, agent=agent, since=since, by=by):
                leg = Leg(0, LegKind.TALK, line, agent, None, since, until, by)
            case Consultation(agent=agent, asked=asked, target=target, since=since, end=end):
                talk = _line_of(record.segments, agent, since)
                leg = Leg(0, LegKind.CONSULTATION, talk, agent, target, since, until, end, asked)
            case _:
                continue
        legs.append(leg)
    told = []
    for number, leg in enumerate(sorted(legs, key=lambda leg: leg.since), start=1):
        asking = leg.line is not None and leg.kind in (LegKind.WAIT, LegKind.OFFER)
        request = requests.pop(leg.line or "", None) if asking else None
        told.append(replace(leg, number=number, request=request))
    return tuple(told)


def _line_of(segments: Sequence[Segment], agent: str | None, at: datetime) -> str | None:
    """The line for which an agent talked then."""
    talks = (one for one in segments if isinstance(one, Talk) and one.agent == agent and one.since <= at)
    return next((talk.line for talk in reversed(list(talks))), None)


def requests_of(record: Cdr) -> list[Request]:
    """For each line that the caller asked for: when first, and how it turned out there."""
    asked = sorted((s for s in record.segments if isinstance(s, Wait | Offer)), key=lambda s: s.since)
    lines = dict.fromkeys(one.line for one in asked)
    return [_request(record, line, [one for one in asked if one.line == line]) for line in lines]


def request_of(record: Cdr) -> Request | None:
    """What the whole call asked for: its first line, answered by whomever; None when it asked for none."""
    asked = sorted((s for s in record.segments if isinstance(s, Wait | Offer)), key=lambda s: s.since)
    return _request(record, None, asked) if asked else None


def _request(record: Cdr, line: str | None, asked: Sequence[Wait | Offer]) -> Request:
    """A request of these legs; with a line, only talks for it answer it."""
    at, first = asked[0].since, asked[0].line
    talks = [s.since for s in record.segments if isinstance(s, Talk) and s.since >= at and line in (None, s.line)]
    if talks:
        return Request(at, first, _seconds(at, min(talks)), Turn.ANSWERED)
    waits = [one for one in asked if isinstance(one, Wait)] or asked  # offers run beside a wait
    last = waits[-1]
    end: str | None = last.end if isinstance(last, Wait) else last.result
    return Request(at, first, _seconds(at, last.until or record.ended or at), _TURNS.get(end, Turn.GIVEN_UP))


def _seconds(since: datetime, until: datetime) -> float:
    return round((until - since).total_seconds(), 3)
