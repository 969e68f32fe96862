"""Which steps of an escalation an order owes, and when the next one comes. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from paperwork.orders.order import Order
from paperwork.orders.rules import OrderRules, Step
from paperwork.orders.words import Clock, Told
from routing.calendar import Calendar


@dataclass(frozen=True, slots=True)
class Owed:
    """One step that is not filed yet. `due` is when people are to be told."""

    key: str
    clock: Clock
    step: Step
    due: datetime


def owed(order: Order, rules: OrderRules, calendar: Calendar) -> list[Owed]:
    """The steps of the running clock that were not filed, the next one first."""
    running = order.running
    if running is None:
        return []
    found = [
        Owed(key, running.clock, step, step.at.at(running, calendar, rules.hours))
        for step in rules.escalation.of(running.clock)
        if (key := order.step_key(str(step.at))) not in order.escalated
    ]
    return sorted(found, key=lambda one: one.due)


def wake_at(order: Order, rules: OrderRules, calendar: Calendar) -> datetime | None:
    """When the order must be looked at again; None when no step is left."""
    left = owed(order, rules, calendar)
    return left[0].due if left else None


def tellees(step: Step, *, unit_is_complained_of: bool) -> tuple[Told, ...]:
    """Who is told: nobody of a unit that is complained of, and then the centre, so that somebody always is."""
    if not unit_is_complained_of:
        return step.tell
    return tuple(one for one in step.tell if not one.of_unit) or (Told.CENTRE,)
