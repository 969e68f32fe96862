"""The floor's state as plain data: what another process needs to go on as if nothing had happened."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from acd.agent import Agent
from acd.estimate import Turns
from acd.line import Line
from acd.offer import Offer
from acd.seat import Seat
from acd.timers import Timer
from acd.waiting import Waiting


@dataclass(slots=True)
class DeskState:
    """A line, and what it remembers beside its calls and agents."""

    line: Line
    outside_calls: int
    outside_rests_until: float
    empty_since: float | None
    empties_at: float | None
    ready_at: float
    watched_at: float | None
    widens_at: float | None
    turn: int
    turns: Mapping[str, int]
    pace: Turns


@dataclass(slots=True)
class FloorState:
    """Everything. Instants are monotonic seconds of the process that wrote it, at `at`.

    Serialises as JSON: `pydantic.TypeAdapter(FloorState)`.
    """

    at: float
    desks: list[DeskState]
    seats: list[Seat]
    waiting: list[Waiting]
    offers: list[Offer]
    talks: list[Offer]
    timers: list[Timer]
    joined: int
    offered: int
    first_mark: int

    def agents(self) -> list[Agent]:
        """In the order in which they are written."""
        return [seat.agent for seat in sorted(self.seats, key=lambda seat: seat.position)]


def shifted(state: FloorState, by: float) -> FloorState:
    """The same state on a clock that shows so much more."""

    def at(instant: float) -> float:
        return instant + by

    def maybe(instant: float | None) -> float | None:
        return None if instant is None else instant + by

    def offer(old: Offer) -> Offer:
        return replace(old, deadline=at(old.deadline), rang=at(old.rang), answered=maybe(old.answered))

    return replace(
        state,
        at=at(state.at),
        desks=[
            replace(
                desk,
                outside_rests_until=at(desk.outside_rests_until),
                empty_since=maybe(desk.empty_since),
                empties_at=maybe(desk.empties_at),
                ready_at=at(desk.ready_at),
                watched_at=maybe(desk.watched_at),
                widens_at=maybe(desk.widens_at),
                pace=replace(desk.pace, at=at(desk.pace.at)),
            )
            for desk in state.desks
        ],
        seats=[
            replace(seat, since=at(seat.since), idle_since=at(seat.idle_since), back_at=maybe(seat.back_at))
            for seat in state.seats
        ],
        waiting=[
            replace(
                waiting,
                place=waiting.place._replace(claim=at(waiting.place.claim), since=at(waiting.place.since)),
                joined=at(waiting.joined),
                turns_at=maybe(waiting.turns_at),
            )
            for waiting in state.waiting
        ],
        offers=[offer(old) for old in state.offers],
        talks=[offer(old) for old in state.talks],
        timers=[timer._replace(at=at(timer.at)) for timer in state.timers],
    )
