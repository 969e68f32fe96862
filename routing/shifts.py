"""Shifts: who is on duty at an instant, when that changes, and which lines nobody would be left for."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator, Mapping
from datetime import datetime

from routing.calendar import opening, turns
from routing.moment import line_opening
from routing.plan import Plan
from routing.scene import Scene


def on_duty(plan: Plan, agent: str, at: datetime) -> bool:
    """Whether an agent's shift holds at an aware instant; one without a shift is always on duty."""
    shift = plan.agents[agent].shift
    return shift is None or opening(plan.calendar, shift, at).open


def shift_turns(plan: Plan, after: datetime, until: datetime) -> list[datetime]:
    """When anybody's shift begins or ends, after one aware instant and not after another, in order."""
    shifts = {rule.shift for rule in plan.agents.values() if rule.shift is not None}
    return sorted({at for shift in shifts for at in turns(plan.calendar, shift, after, until)})


def left_empty(
    plan: Plan,
    now: datetime,
    until: datetime,
    there: Callable[[str], bool],
    by_hand: Mapping[str, bool],
) -> Mapping[str, datetime]:
    """Line → the first instant from `now` to `until` at which it is open and nobody is on duty for it.

    `there`: whether an agent's phone is there now. Who is not yet there counts from the beginning of their shift on.
    Lines with an outside number are never empty. `by_hand`: lines that the shift leader opened or closed.
    """
    found: dict[str, datetime] = {}
    for line, rule in plan.lines.items():
        if rule.outside is not None:
            continue
        agents = list(plan.agents_of(line))
        for at in sorted({now, *_turns(plan, line, agents, now, until)}):
            if line_opening(plan, line, Scene(at, by_hand=by_hand)).open and not any(
                _serves(plan, agent, now, at, there) for agent in agents
            ):
                found[line] = at
                break
    return found


def _turns(plan: Plan, line: str, agents: Container[str], now: datetime, until: datetime) -> Iterator[datetime]:
    shifts = {rule.shift for agent, rule in plan.agents.items() if agent in agents and rule.shift is not None}
    for hours in shifts | {plan.hours_of(line)}:
        yield from turns(plan.calendar, hours, now, until)


def _serves(plan: Plan, agent: str, now: datetime, at: datetime, there: Callable[[str], bool]) -> bool:
    """Whether an agent is on duty then, and is there now or begins a shift until then."""
    if not on_duty(plan, agent, at):
        return False
    return there(agent) or _begins_between(plan, agent, now, at)


def _begins_between(plan: Plan, agent: str, now: datetime, at: datetime) -> bool:
    shift = plan.agents[agent].shift
    if shift is None:
        return False
    return any(opening(plan.calendar, shift, turn).open for turn in turns(plan.calendar, shift, now, at))
