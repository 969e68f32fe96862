"""What a caller hears by telephone of an order: how far it is and until when, never what it is about.

    inquiry = Inquiry(store)
    await inquiry.state("26000123", "0042")     # SpokenState("2026-000123", Standing.HANDED_ON, date(2026, 12, 1))

Who asks must know two things that only the order's caller was told: its number, and the last four digits of the
telephone number on it. Both wrong and one wrong sound the same. Whoever calls this counts the attempts.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
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
    written = (number for contact in numbers if contact is not None for number in _numbers_in(contact))
    if last_four not in {number[-4:] for number in written}:
        return None
    return SPOKEN[state]


_PIECE = re.compile(r"[0-9*]+")
_SHORTEST = 7
"""Digits of a telephone number without its area."""


def _numbers_in(contact: str) -> Iterator[str]:
    """The telephone numbers that somebody wrote down, words among them or not.

    >>> list(_numbers_in("138 0000-1234（晚上），23337600"))
    ['13800001234', '23337600']
    """
    number, before = "", 0
    text = unicodedata.normalize("NFKC", contact)
    for piece in _PIECE.finditer(text):
        apart = text[before : piece.start()].strip(" -") or len(piece[0]) >= _SHORTEST or len(number) >= _SHORTEST + 4
        if apart and len(number) >= _SHORTEST:
            yield number
        number, before = piece[0] if apart else number + piece[0], piece.end()
    if len(number) >= _SHORTEST:
        yield number


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
