"""A booked callback: whose it is, which place it has, and what became of it, folded from its facts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from ivr.callbacks.events import CallbackBooked, CallbackClosed, CallbackTried
from ivr.journal import Entry
from ivr.outcomes import CallbackEnd, Reason
from routing.calendar import Calendar, closing, next_opening, opening


@dataclass(frozen=True, slots=True)
class Ticket:
    """One callback. `end` is None while it lives."""

    id: str
    line: str
    number: str
    call: str
    """The call that it was booked in."""
    booked: datetime
    since: datetime
    """Since when it counts as waiting: the place of the call that it was booked in."""
    priority: int = 0
    language: str | None = None
    abandoned: bool = False
    tries: int = 0
    noted: int = 0
    """Facts under its own id."""
    end: CallbackEnd | None = None
    closed: datetime | None = None

    def waited(self, now: datetime) -> float:
        """Seconds that count for it."""
        return max(0.0, (now - self.since).total_seconds())


def tickets(entries: Iterable[Entry]) -> dict[str, Ticket]:
    """Every callback that these facts tell of, by its id. Order and repetition of the entries don't matter."""
    facts = sorted({(entry.call, entry.seq): entry for entry in entries}.values(), key=lambda entry: entry.seq)
    told: dict[str, Ticket] = {}
    for entry in facts:
        if isinstance(booked := entry.event, CallbackBooked):
            told[booked.ticket] = ticket_of(booked, entry.call, entry.at)
    for entry in facts:
        ticket = told.get(entry.call)
        if ticket is None:
            continue
        match entry.event:
            case CallbackTried(reason=reason):
                told[ticket.id] = tried(ticket, reason, entry.seq)
            case CallbackClosed(end=end):
                told[ticket.id] = replace(ticket, end=end, closed=entry.at, noted=entry.seq)
            case _:
                pass
    return told


_OURS = frozenset({Reason.OTHER_SIDE_HUNG_UP, Reason.MEDIA_LOST})
"""The agent hung up first, or the switch died."""


def tried(ticket: Ticket, reason: Reason, noted: int) -> Ticket:
    """After a try that did not reach the caller; one that ended by no fault of theirs does not count."""
    return replace(ticket, tries=ticket.tries + (reason not in _OURS), noted=noted)


def ticket_of(booked: CallbackBooked, call: str, at: datetime) -> Ticket:
    """The callback that was booked in `call` at an aware instant."""
    return Ticket(
        booked.ticket,
        booked.line,
        booked.number,
        call,
        at,
        at - timedelta(seconds=booked.waited),
        booked.priority,
        booked.language,
        booked.abandoned,
    )


def runs_out(calendar: Calendar, hours: str, since: datetime, seconds: float) -> datetime:
    """When so many seconds in which the hours were open have passed since an instant.

    A callback that was booked just before closing time is still made the next morning. Hours that never open again
    count as if they were open.
    """
    at, left = since, timedelta(seconds=seconds)
    while True:
        if opening(calendar, hours, at).open:
            ends = closing(calendar, hours, at)
            if ends is None or at + left <= ends:
                return at + left
            at, left = ends, left - (ends - at)
        begins = next_opening(calendar, hours, at)
        if begins is None:
            return at + left
        at = begins
