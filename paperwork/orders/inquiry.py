"""What a caller hears by telephone of an order: how far it is and until when, never what it is about.

    inquiry = Inquiry(store)
    await inquiry.state("26000123", "0042")     # SpokenState("2026-000123", Standing.HANDED_ON, date(2026, 12, 1))

Who asks must know two things that only the order's caller was told: its number, and the last four digits of the
telephone number on it. Both wrong and one wrong sound the same. Whoever calls this counts the attempts.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from sqlalchemy import select

from ivr.inquiry import SpokenState, Standing
from paperwork.orders.digits import number_keyed
from paperwork.orders.state import State
from records.paper_tables import orders
from records.store import Store
from routing.calendar import SHANGHAI

SPOKEN: Final[Mapping[State, Standing | None]] = {
    State.RECEIVED: Standing.ACCEPTED,
    State.OPENED: Standing.ACCEPTED,
    State.APPROVED: Standing.ACCEPTED,
    State.REOPENED: Standing.REOPENED,
    State.HANDED_ON: Standing.HANDED_ON,
    State.RETURNED: Standing.RETURNED,
    State.IN_PROGRESS: Standing.IN_PROGRESS,
    State.EXTENDED: Standing.EXTENDED,
    State.DONE: Standing.DONE,
    State.ANSWERED: Standing.ANSWERED,
    State.VISITED: Standing.ANSWERED,
    State.CLOSED: Standing.ANSWERED,
    State.VOID: None,  # as if there were none
}


def state_for_caller(state: State, *numbers: str | None, last_four: str) -> Standing | None:
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

    async def state(self, number: str, last_four: str) -> SpokenState | None:
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
        running = said in (Standing.HANDED_ON, Standing.IN_PROGRESS, Standing.EXTENDED)
        due = row["done_by"] if running else None
        return SpokenState(name, said, due and due.astimezone(SHANGHAI).date())
