"""Lint of whom a line rings and how its callers wait: levels, reserves, limits, callbacks, phones, shifts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta

from routing.calendar import day_of, spans_of
from routing.hours import Span, together, without
from routing.node import Callback
from routing.plan import LineRule, Plan
from routing.reading.problem import Places, Problem, found

AHEAD = 28
"""Days of which is told when nobody is on shift."""

SHORT = 15.0
"""Seconds of expected wait under which hardly anybody would give a caller up."""


def waiting(plan: Plan, places: Places, today: date | None, *, sure: bool) -> Iterator[Problem]:
    yield from _phones(plan, places)
    for name, line in plan.lines.items():
        yield from _limits(name, line, places)
        yield from _numbers(plan, name, line, places)
    if sure:
        for name, line in plan.lines.items():
            yield from _levels(plan, name, line, places)
            yield from _kept(plan, name, line, places)
        yield from _callbacks(plan, places)
        if today is not None:
            yield from _shifts(plan, places, today)


def _phones(plan: Plan, places: Places) -> Iterator[Problem]:
    owners: dict[str, str] = {}
    for agent, rule in plan.agents.items():
        for place, phone in enumerate(plan.phones_of(agent)):
            if phone in owners:
                at = places.of(("agents", agent, "phones", place)) if rule.phones else places.of_key(("agents", agent))
                yield found(at, "phone-twice", name=phone, other=owners[phone])
            owners.setdefault(phone, agent)


def _limits(name: str, line: LineRule, places: Places) -> Iterator[Problem]:
    for place, limit in enumerate(line.limits):
        at = ("lines", name, "limits", place)
        if limit.when == "waited" and limit.over >= line.maximum_wait > 0:
            yield found(places.of((*at, "over")), "limit-too-late", name=name,
                        seconds=f"{limit.over:g}", most=f"{line.maximum_wait:g}")  # fmt: skip
        if limit.when == "expected_wait" and limit.over < SHORT:
            yield found(places.of((*at, "over")), "limit-too-short", name=name, seconds=f"{limit.over:g}")
        if limit.then == name:
            yield found(places.of((*at, "then")), "limit-to-itself", name=name)


def _numbers(plan: Plan, name: str, line: LineRule, places: Places) -> Iterator[Problem]:
    """Which numbers may be called back."""
    if line.callback is None:
        return
    numbers, allowed = line.callback.numbers, plan.hotline.may_dial
    if numbers is None and allowed is None:
        yield found(places.of_key(("lines", name, "callback")), "no-number-to-call", name=name)
    for number in numbers if numbers is not None and allowed is not None else ():
        if not any(_overlap(number, pattern) for pattern in allowed or ()):
            yield found(places.of(("lines", name, "callback", "numbers")), "callback-refused", name=name, number=number)


def _overlap(one: str, other: str) -> bool:
    """Whether a number fits both patterns."""
    shorter, longer = sorted((one.rstrip("*"), other.rstrip("*")), key=len)
    pattern = one if one.rstrip("*") == shorter else other
    return longer.startswith(shorter) if pattern.endswith("*") else longer == shorter


def _levels(plan: Plan, name: str, line: LineRule, places: Places) -> Iterator[Problem]:
    levels = {plan.agents[agent].lines[name] for agent in plan.agents_of(name)}
    for level in line.widen:
        if level not in levels:
            yield found(places.of_key(("lines", name, "widen", level)), "widen-nobody", name=name, level=level)
    if levels and line.outside is None and (first := min(line.widen.get(level, 0.0) for level in levels)) > 0:
        yield found(places.of_key(("lines", name, "widen")), "late-for-all", name=name, seconds=f"{first:g}")


def _kept(plan: Plan, name: str, line: LineRule, places: Places) -> Iterator[Problem]:
    """Agents who are kept free for this line whatever happens, and what that means for others."""
    agents = set(plan.agents_of(name))
    if not agents or line.keep_free < len(agents):
        return
    place = places.of(("lines", name, "keep_free"))
    others = [other for other in plan.lines if other != name and set(plan.agents_of(other)) & agents]
    if others:
        yield found(place, "keeps-all", name=name, count=line.keep_free, agents=len(agents))
    for other in others:
        if set(plan.agents_of(other)) <= agents and plan.lines[other].outside is None:
            yield found(place, "kept-away", name=other, other=name)


def _callbacks(plan: Plan, places: Places) -> Iterator[Problem]:
    calling = [line for line, rule in plan.lines.items() if rule.callback is not None]
    nodes = {name: node for name, node in plan.nodes.items() if isinstance(node, Callback)}
    for name, node in nodes.items():
        if (node.line is None and not calling) or (node.line is not None and node.line not in calling):
            of = node.line or "hotline"
            yield found(places.of_key(("nodes", name)), "calls-nobody-back", name=of,
                        what="it has no `callback`", what_zh="没有写 `callback`")  # fmt: skip
    for line in calling:
        rule = plan.lines[line].callback
        offered = any(node.line in (None, line) for node in nodes.values())
        if rule is not None and rule.abandoned is None and not offered:
            yield found(places.of_key(("lines", line, "callback")), "callback-unoffered", name=line)


# ── shifts ──────────────────────────────────────────────────────────────────


def _shifts(plan: Plan, places: Places, today: date) -> Iterator[Problem]:
    """Each line's first hours with nobody on shift, and agents whose shift meets none of their lines' hours."""
    if all(rule.shift is None for rule in plan.agents.values()):
        return
    days = [day_of(plan.calendar, today + timedelta(days=ahead)) for ahead in range(AHEAD)]
    named = {plan.hours_of(line) for line in plan.lines} | {rule.shift for rule in plan.agents.values() if rule.shift}
    open_on: Mapping[str, list[list[Span]]] = {
        hours: [spans_of(plan.calendar, hours, day) for day in days] for hours in named if hours in plan.calendar.hours
    }
    for line, rule in plan.lines.items():
        shifts = [plan.agents[agent].shift for agent in plan.agents_of(line)]
        hours = open_on.get(plan.hours_of(line))
        if rule.outside is not None or not shifts or None in shifts or hours is None:
            continue
        for place, day in enumerate(days):
            manned = together(span for shift in shifts for span in (open_on.get(shift or "") or [[]] * AHEAD)[place])
            if gap := _first_gap(hours[place], manned):
                begin, end = str(gap).split("-")
                yield found(places.of_key(("lines", line)), "nobody-on-shift", name=line, day=day.date,
                            begin=begin, end=end)  # fmt: skip
                break
    for agent, person in plan.agents.items():
        shift = open_on.get(person.shift or "")
        lines = [open_on.get(plan.hours_of(line), []) for line in person.lines if line in plan.lines]
        if shift is not None and lines and not any(_meet(shift, hours) for hours in lines):
            yield found(places.of(("agents", agent, "shift")), "shift-elsewhere", name=agent)


def _first_gap(hours: list[Span], manned: list[Span]) -> Span | None:
    left = hours
    for span in manned:
        left = without(left, span)
    return left[0] if left else None


def _meet(one: list[list[Span]], other: list[list[Span]]) -> bool:
    return any(
        first.begin < second.end and second.begin < first.end
        for today, there in zip(one, other, strict=False)
        for first in today
        for second in there
    )
