"""Moments at which plans may treat callers differently: one for each state that their calendars and dates know."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from itertools import pairwise

from routing.calendar import SHANGHAI, Span, day_of, spans_of
from routing.moment import in_front
from routing.node import Switch
from routing.plan import Plan
from routing.scene import Scene

HORIZON = 400
"""Days ahead that are looked at: a year, and the next New Year."""

_USUAL = (timedelta(hours=10), timedelta(hours=22))
"""Times of day that people would rather read than the first minute of a state."""

_Open = Sequence[Mapping[str, Sequence[Span]]]
"""For each plan, when its hours are open on a day."""


def moments(plans: Sequence[Plan], since: datetime) -> list[datetime]:
    """The first moment of each state that the plans get into from an aware instant on."""
    found: dict[object, datetime] = {}
    first = since.astimezone(SHANGHAI).date()
    for ahead in range(HORIZON):
        day = first + timedelta(days=ahead)
        hours = [
            {name: spans_of(plan.calendar, name, day_of(plan.calendar, day)) for name in plan.calendar.hours}
            for plan in plans
        ]
        dates = [_dates(plan, day) for plan in plans]
        for at in _of_day(plans, hours, datetime.combine(day, time(), SHANGHAI), since):
            into = at - datetime.combine(day, time(), SHANGHAI)
            found.setdefault((_open(hours, into), str(dates), *(_front(plan, at) for plan in plans)), at)
    return list(found.values())


def _of_day(plans: Sequence[Plan], hours: _Open, midnight: datetime, since: datetime) -> Iterator[datetime]:
    """One instant of each piece of the day between two edges."""
    night = midnight + timedelta(days=1)
    edges = {midnight, night} | {
        midnight + edge for one in hours for spans in one.values() for span in spans for edge in span
    }
    for plan in plans:
        for front in plan.front.values():
            edges |= {at for at in (front.since, front.until) if at is not None and midnight < at < night}
    for begin, end in pairwise(sorted({max(edge, since) for edge in edges})):
        usual = (midnight + into for into in _USUAL)
        yield next((at for at in usual if begin <= at < end), begin)


def _open(hours: _Open, into: timedelta) -> tuple[frozenset[str], ...]:
    """The hours of each plan that are open so long after midnight."""
    return tuple(
        frozenset(name for name, spans in one.items() if any(span.begin <= into < span.end for span in spans))
        for one in hours
    )


def _dates(plan: Plan, day: date) -> list[bool]:
    """Which of the dates that a plan's switches ask for the day is one of."""
    return [
        any(span.first <= day <= span.last for span in case.dates)
        for node in plan.nodes.values()
        if isinstance(node, Switch)
        for case in node.switch
        if case.dates is not None
    ]


def _front(plan: Plan, at: datetime) -> object:
    front = in_front(plan, Scene(at)) if plan.front else None
    return front and front.say
