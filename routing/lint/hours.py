"""Lint of hours and days: what never opens, what is over, and a year whose holidays nobody knows yet."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time

from routing.calendar import FARTHEST_OPENING, SHANGHAI, Days, Hours, next_opening, opening, unknown_years
from routing.node import Switch
from routing.plan import Plan
from routing.reading.problem import Places, Problem, found

PUBLISHED = (11, 1)
"""From this day of a year the next one's holidays should be known."""


def hours_and_days(plan: Plan, places: Places, today: date | None) -> Iterator[Problem]:
    for name, front in plan.front.items():
        if front.since is not None and front.until is not None and front.until <= front.since:
            yield found(places.of(("front", name, "until")), "backwards", name=name)
    if today is None:
        return
    now = datetime.combine(today, time.min, SHANGHAI)
    yield from _never_open(plan, places, now)
    yield from _past(plan, places, now)
    yield from _unknown_years(plan, places, today)


def _never_open(plan: Plan, places: Places, now: datetime) -> Iterator[Problem]:
    for name in plan.calendar.hours:
        if not opening(plan.calendar, name, now).open and next_opening(plan.calendar, name, now) is None:
            place = places.of_key(("calendar", "hours", name))
            yield found(place, "never-open", name=name, days=FARTHEST_OPENING.days)


def _past(plan: Plan, places: Places, now: datetime) -> Iterator[Problem]:
    for name, front in plan.front.items():
        if front.until is not None and front.until <= now:
            day = front.until.astimezone(SHANGHAI).date()
            yield found(places.of(("front", name, "until")), "past", name=name, day=day)
    for name, node in plan.nodes.items():
        for at, case in enumerate(node.switch if isinstance(node, Switch) else ()):
            if case.dates is not None and (last := max(span.last for span in case.dates)) < now.date():
                yield found(places.of(("nodes", name, "switch", at, "dates")), "past", name=name, day=last)


def _unknown_years(plan: Plan, places: Places, today: date) -> Iterator[Problem]:
    if not any(_asks_for_holidays(rule) for rules in plan.calendar.hours.values() for rule in rules):
        return
    last = date(today.year + 1, 12, 31) if (today.month, today.day) >= PUBLISHED else today
    for year in unknown_years(today, last, plan.calendar):
        yield found(places.of_key(("calendar",)), "calendar-ends", year=year)


def _asks_for_holidays(rule: Hours) -> bool:
    return rule.holidays == "closed" or Days.WORKDAYS in rule.on or Days.DAYS_OFF in rule.on
