"""Rounds of a caller who does nothing, as far as hours let them go round.

Whoever comes from a line's `closed` is there outside its hours: no case of a switch that asks for these hours holds,
and every line of the same hours is closed too.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from routing.lint.ways import SILENT, Way, rounds, ways
from routing.node import Switch
from routing.plan import Plan

_OUTSIDE = "@"
"""Between a name and the hours that are known to be over; no name has it."""


def silent_rounds(plan: Plan) -> Iterator[list[str]]:
    """One for each place where such ways lead back to; first and last name are the same."""
    told: set[frozenset[str]] = set()
    for spots in rounds(_spots(plan), SILENT):
        names = [spot.partition(_OUTSIDE)[0] for spot in spots]
        if frozenset(names) not in told:
            told.add(frozenset(names))
            yield names


def _spots(plan: Plan) -> Mapping[str, tuple[Way, ...]]:
    """Every spot, a name with the hours known to be over, and its ways on."""
    on = ways(plan)
    left = [f"{name}{_OUTSIDE}" for name in on]
    found: dict[str, tuple[Way, ...]] = dict.fromkeys(left, ())
    for spot in left:
        name, _, over = spot.partition(_OUTSIDE)
        found[spot] = tuple(_ways(plan, on, name, over))
        for way in found[spot]:
            if way.target not in found:
                found[way.target] = ()
                left.append(way.target)
    return found


def _ways(plan: Plan, on: Mapping[str, tuple[Way, ...]], name: str, over: str) -> Iterator[Way]:
    if name in plan.lines:
        line, hours = plan.lines[name], plan.hours_of(name)
        targets = {line.closed: hours} if over == hours else {line.closed: hours, line.overflow: ""}
        yield from (Way("on", f"{target}{_OUTSIDE}{known}") for target, known in targets.items() if target in on)
        return
    shut = _cannot_hold(plan, name, over)
    for way in on[name]:
        if way.by in SILENT and way.target not in shut:
            yield Way(way.by, f"{way.target}{_OUTSIDE}{over}")


def _cannot_hold(plan: Plan, name: str, over: str) -> frozenset[str]:
    """Where a switch does not lead while these hours are over."""
    node = plan.nodes.get(name)
    if not isinstance(node, Switch) or not over:
        return frozenset()
    asked = {case: {case.hours, plan.hours_of(case.open) if case.open in plan.lines else None} for case in node.switch}
    fine = {node.otherwise, *(case.then for case, hours in asked.items() if over not in hours)}
    return frozenset(case.then for case in node.switch) - fine
