"""What cannot be on a floor, found by looking at it whole. Should a bug ever make it so, the floor mends itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import Enum, auto
from typing import NamedTuple

from acd.agent import Presence
from acd.matching import call_for
from acd.offer import Offer
from acd.roster import Roster
from acd.seat import Seat
from acd.waiting import Waiting

LATE = 1.0
"""Seconds past its instant after which a timer counts as lost."""


class FaultKind(Enum):
    """What is wrong, and so what mends it."""

    MISCOUNTED = auto()  # a desk does not count what the seats say
    ORPHANED_OFFER = auto()  # rings for a call that does not know of it
    ORPHANED_TALK = auto()  # its agent does something else
    LOST_RING = auto()  # a call waits for a phone that does not ring
    STUCK_AGENT = auto()  # in something that is over
    IDLE_AGENT = auto()  # ready beside a call they may take


class Fault(NamedTuple):
    """One thing that cannot be; the fields name whom it concerns."""

    kind: FaultKind
    words: str
    agent: str | None = None
    line: str | None = None
    call: str | None = None
    offer: int | None = None


def faults(
    roster: Roster, waiting: Mapping[str, Waiting], offers: Mapping[int, Offer], talks: Mapping[int, Offer], now: float
) -> list[Fault]:
    """Everything that is wrong, in the order in which it is to be mended."""
    found = [
        Fault(FaultKind.MISCOUNTED, f"line {line}: its agents or callers were counted wrongly", line=line)
        for line in roster.miscounted()
    ]
    found += _orphans(roster, waiting, offers, talks)
    for call in waiting.values():
        if any(offer not in offers for offer in call.offers):
            found.append(
                Fault(
                    FaultKind.LOST_RING,
                    "a call waited for a phone that did not ring",
                    line=call.line.id,
                    call=call.place.call,
                )
            )
    stuck = [seat for seat in roster.seats.values() if _is_stuck(seat, offers, talks, now)]
    found += [
        Fault(FaultKind.STUCK_AGENT, f"agent {seat.agent.id}: {seat.presence} of nothing", agent=seat.agent.id)
        for seat in stuck
    ]
    for seat in roster.seats.values():
        if (
            seat.presence is Presence.READY
            and call_for(roster.desks, seat, roster.served[seat.agent.id], ()) is not None
        ):
            found.append(Fault(FaultKind.IDLE_AGENT, f"agent {seat.agent.id} idled beside a call", agent=seat.agent.id))
    return found


def _orphans(
    roster: Roster, waiting: Mapping[str, Waiting], offers: Mapping[int, Offer], talks: Mapping[int, Offer]
) -> Iterator[Fault]:
    for offer in offers.values():
        call = waiting.get(offer.call)
        if call is None or offer.id not in call.offers or not _holds(roster, offer, Presence.OFFERED):
            yield Fault(
                FaultKind.ORPHANED_OFFER,
                "a phone rang for nobody",
                offer.agent,
                offer.line.id,
                offer.call,
                offer.id,
            )
    for talk in talks.values():
        if not _holds(roster, talk, Presence.TALKING):
            yield Fault(FaultKind.ORPHANED_TALK, "a talk had no agent", talk.agent, talk.line.id, talk.call, talk.id)


def _holds(roster: Roster, offer: Offer, presence: Presence) -> bool:
    """Whether the agent of an offer knows of it; an outside number need not."""
    if offer.agent is None:
        return True
    seat = roster.seats.get(offer.agent)
    return seat is not None and seat.presence is presence and seat.holds == offer.id


def _is_stuck(seat: Seat, offers: Mapping[int, Offer], talks: Mapping[int, Offer], now: float) -> bool:
    match seat.presence:
        case Presence.OFFERED:
            return seat.holds not in offers
        case Presence.TALKING:
            return seat.holds not in talks
        case Presence.OFFLINE:
            return seat.here
        case Presence.READY:
            return not seat.here
        case _:
            return seat.back_at is not None and seat.back_at + LATE < now
