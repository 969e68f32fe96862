"""What a caller hears by telephone of an order: how far it is and until when, never what it is about.

    inquiry = Inquiry(store)
    standing = await inquiry.state("26000123", "0042")     # Standing(CallerState.HANDED_ON, date(2026, 12, 1))

Who asks must know two things that only the order's caller was told: its number, and the last four digits of the
telephone number on it. Both wrong and one wrong sound the same. Whoever calls this counts the attempts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from sqlalchemy import select

from paperwork.orders.digits import number_keyed
from paperwork.orders.state import State
from records.paper_tables import orders
from records.store import Store
from routing.calendar import SHANGHAI


class CallerState(StrEnum):
    """What is said of an order; each is a prompt."""

    ACCEPTED = "accepted"
    HANDED_ON = "handed_on"
    RETURNED = "returned"
    """A unit sent it back: the right one is being found."""
    IN_PROGRESS = "in_progress"
    EXTENDED = "extended"
    DONE = "done"
    """The caller will be answered."""
    ANSWERED = "answered"
    """The caller was answered; nothing is to come."""


SPOKEN: Final[Mapping[State, CallerState | None]] = {
    State.RECEIVED: CallerState.ACCEPTED,
    State.OPENED: CallerState.ACCEPTED,
    State.APPROVED: CallerState.ACCEPTED,
    State.REOPENED: CallerState.ACCEPTED,
    State.HANDED_ON: CallerState.HANDED_ON,
    State.RETURNED: CallerState.RETURNED,
    State.IN_PROGRESS: CallerState.IN_PROGRESS,
    State.EXTENDED: CallerState.EXTENDED,
    State.DONE: CallerState.DONE,
    State.ANSWERED: CallerState.ANSWERED,
    State.VISITED: CallerState.ANSWERED,
    State.CLOSED: CallerState.ANSWERED,
    State.VOID: None,  # as if there were none
}


@dataclass(frozen=True, slots=True)
class Standing:
    """How an order stands. `due`: the day in China by which the unit has to be done, while that is to come."""

    state: CallerState
    due: date | None


def state_for_caller(state: State, *numbers: str | None, last_four: str) -> CallerState | None:
    """What may be said to who gave these four digits; None unless they end one of the order's numbers.

    Pure. A number that was masked when its term was over still has its end.
    """
    if len(last_four) != 4 or not (last_four.isascii() and last_four.isdigit()):
        return None
    ends = [number[-4:] for number in numbers if number is not None and len(number) >= 7]
    if last_four not in ends:
        return None
    return SPOKEN[state]


class Inquiry:
    """Answers from the orders as they stand."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def state(self, number: str, last_four: str) -> Standing | None:
        """The standing of an order whose digits were keyed (`26000123` or `2026000123`), or None.

        Raises DBAPIError, NoDatabase.
        """
        name = number_keyed(number)
        if name is None:
            return None
        row = await self._store.row(select(orders).where(orders.c.number == name))
        if row is None:
            return None
        said = state_for_caller(State(row["state"]), row["contact"], row["caller"], last_four=last_four)
        if said is None:
            return None
        running = said in (CallerState.HANDED_ON, CallerState.IN_PROGRESS, CallerState.EXTENDED)
        due = row["done_by"] if running else None
        return Standing(said, due and due.astimezone(SHANGHAI).date())
