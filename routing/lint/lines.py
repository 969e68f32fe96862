"""Lint of lines, their agents and their outside numbers."""

from __future__ import annotations

from collections.abc import Iterator

from routing.plan import Plan
from routing.reading.problem import Places, Problem, found


def lines_and_agents(plan: Plan, places: Places, *, sure: bool) -> Iterator[Problem]:
    yield from _unstaffed(plan, places, sure=sure)
    yield from _numbers(plan, places)
    for name, line in plan.lines.items():
        if line.record and not line.notice:
            yield found(places.of(("lines", name, "record")), "no-notice", name=name)
    for name, agent in plan.agents.items():
        if not agent.lines:
            yield found(places.of_key(("agents", name)), "idle-agent", name=name)


def _unstaffed(plan: Plan, places: Places, *, sure: bool) -> Iterator[Problem]:
    if not sure:
        return
    for name, line in plan.lines.items():
        opens = any(rule.open for rule in plan.calendar.hours.get(plan.hours_of(name), ()))
        if opens and line.outside is None and not any(plan.agents_of(name)):
            yield found(places.of_key(("lines", name)), "unstaffed", name=name)


def _numbers(plan: Plan, places: Places) -> Iterator[Problem]:
    allowed = plan.hotline.may_dial
    first: dict[str, str] = {}
    for name, line in plan.lines.items():
        if line.outside is None:
            continue
        number, place = line.outside.number, places.of(("lines", name, "outside", "number"))
        if allowed is not None and not any(_fits(number, pattern) for pattern in allowed):
            yield found(place, "may-not-dial", number=number)
        if number == plan.hotline.number:
            yield found(place, "dials-itself", name=name)
        if number in first:
            yield found(place, "number-twice", number=number, other=first[number])
        first.setdefault(number, name)


def _fits(number: str, pattern: str) -> bool:
    return number.startswith(pattern[:-1]) if pattern.endswith("*") else number == pattern
