"""Callbacks that were booked, for programs: the journal tells them, with or without an engine."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from ivr.callbacks.ticket import Ticket, tickets
from records.callbacks import callback_facts
from records.clock import wall_time
from records.privacy import mask

TOLD = timedelta(days=32)
"""Callbacks that were booked longer ago are not shown."""


async def booked(url: str, now: datetime) -> list[Ticket]:
    """Those of the last 32 days, newest last. Raises FileNotFoundError, SQLAlchemy's DBAPIError."""
    found = tickets(await callback_facts(url, now - TOLD))
    return sorted(found.values(), key=lambda ticket: (ticket.booked, ticket.id))


def callback_data(ticket: Ticket, now: datetime, *, private: bool) -> dict[str, Any]:
    """A callback for programs. `waited` are the seconds that count for its place, until its end."""
    return {
        "ticket": ticket.id,
        "line": ticket.line,
        "number": ticket.number if private else mask(ticket.number),
        "call": ticket.call,
        "booked": wall_time(ticket.booked),
        "waited": round(ticket.waited(ticket.closed or now), 1),
        "tries": ticket.tries,
        "abandoned": ticket.abandoned,
        "end": ticket.end,
        "closed": None if ticket.closed is None else wall_time(ticket.closed),
    }
