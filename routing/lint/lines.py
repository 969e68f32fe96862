"""Lint of lines, their agents and their outside numbers."""

from __future__ import annotations

from collections.abc import Iterator

from routing.plan import Plan
from routing.reading.problem import Path, Places, Problem, found

LEAST_RING = 5.0
"""Seconds for a hand to get to the phone: one ring and its pause."""


def lines_and_agents(plan: Plan, places: Places, *, sure: bool) -> Iterator[Problem]:
    yield from _unstaffed(plan, places, sure=sure)
    yield from _numbers(plan, places)
    yield from _times(plan, places)
    for name, line in plan.lines.items():
        if line.record and not line.notice:
            yield found(places.of(("lines", name, "record")), "no-notice", name=name)
        for nth, listener in enumerate(() if line.confidential is None else line.confidential.listeners):
            if listener not in plan.agents or not plan.agents[listener].leader:
                place = places.of(("lines", name, "confidential", "listeners", nth))
                yield found(place, "no-such-leader", listener=listener)
    for name, agent in plan.agents.items():
        if not agent.lines and not agent.leader:
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
            listed = places.of(("hotline", "may_dial"))
            yield found(place, "may-not-dial", number=number, where=f"{listed.file}:{listed.line}")
        if number == plan.hotline.number:
            yield found(place, "dials-itself", name=name)
        if number in first:
            yield found(place, "number-twice", number=number, other=first[number])
        first.setdefault(number, name)


def _times(plan: Plan, places: Places) -> Iterator[Problem]:
    """Phones that ring too short for anybody to answer."""
    for name, line in plan.lines.items():
        staffed = any(plan.agents_of(name))
        limits: dict[Path, float] = {("maximum_wait",): line.maximum_wait}
        rings: dict[Path, float] = {("ring",): line.ring} if staffed else {}
        if line.outside is not None:
            rings["outside", "ring"] = line.outside.ring
        for path, seconds in {**limits, **rings}.items():
            if not seconds:
                yield found(places.of(("lines", name, *path)), "no-time", name=name, key=".".join(map(str, path)))
            elif path in rings and seconds < LEAST_RING:
                yield found(places.of(("lines", name, *path)), "short-ring", name=name,
                            seconds=f"{seconds:g}", least=f"{LEAST_RING:g}")  # fmt: skip
        if staffed and 0 < line.maximum_wait < line.ring:
            yield found(places.of(("lines", name, "maximum_wait")), "gives-up-early", name=name,
                        seconds=f"{line.maximum_wait:g}", ring=f"{line.ring:g}")  # fmt: skip


def _fits(number: str, pattern: str) -> bool:
    return number.startswith(pattern[:-1]) if pattern.endswith("*") else number == pattern
