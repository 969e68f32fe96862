"""How many orders stand where, and how many are late: for the board, and for the metrics. Tests never count."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from paperwork.orders.state import State
from paperwork.orders.words import Clock, Source
from records.paper_tables import orders
from records.store import Store

LIVING = [str(state) for state in State if state.open]


@dataclass(frozen=True, slots=True)
class Tally:
    """Open orders by state; those whose clock has run out, by clock and by unit (`""`: with us)."""

    states: Mapping[State, int] = field(default_factory=dict)
    overdue: Mapping[Clock, int] = field(default_factory=dict)
    units: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    """Unit → its open orders, and how many of them are overdue."""
    messages: int = 0
    """Messages that callers left and that nobody took up in time."""

    def to_json(self) -> dict[str, Any]:
        return {
            "states": [
                {"state": str(state), "label": state.label, "orders": self.states.get(state, 0)}
                for state in State
                if state.open
            ],
            "overdue": [
                {"clock": str(clock), "label": clock.label, "orders": self.overdue.get(clock, 0)} for clock in Clock
            ],
            "units": [
                {"unit": unit or None, "orders": total, "overdue": late}
                for unit, (total, late) in sorted(self.units.items())
            ],
        }


async def tally_of(store: Store, now: datetime, *, opened_by: str | None = None) -> Tally:
    """The count as of now; `opened_by`: of one person's orders."""
    living = orders.c.state.in_(LIVING) & orders.c.test.is_(False)
    if opened_by is not None:
        living &= orders.c.opened_by == opened_by
    late = func.sum((orders.c.due < now).cast(orders.c.reopened.type)).label("late")
    told_by = (orders.c.state, orders.c.clock, orders.c.unit, orders.c.source)
    query = select(*told_by, func.count().label("n"), late).where(living)
    states: dict[State, int] = {}
    overdue: dict[Clock, int] = {}
    units: dict[str, tuple[int, int]] = {}
    messages = 0
    for row in await store.rows(query.group_by(*told_by)):
        state, count, behind = State(row["state"]), int(row["n"]), int(row["late"] or 0)
        states[state] = states.get(state, 0) + count
        if row["clock"] is not None and behind:
            overdue[Clock(row["clock"])] = overdue.get(Clock(row["clock"]), 0) + behind
        messages += behind if state is State.RECEIVED and row["source"] == Source.MESSAGE else 0
        unit = row["unit"] or ""
        total, lates = units.get(unit, (0, 0))
        units[unit] = (total + count, lates + behind)
    return Tally(states, overdue, units, messages)
