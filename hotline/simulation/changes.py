"""A recorded day run again: as it was, or with other agents, hours and rules."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from acd.agent import Agent
from acd.floor import Floor
from acd.signals import PhoneDown, PhoneUp
from acd.simulation.caller import Caller
from acd.simulation.run import Fact, simulate
from acd.simulation.tally import Tally
from hotline.arrangement import arrangement_of
from hotline.simulation.day import SLOT, Asked, Day, Fate, put_duty
from hotline.simulation.steady import ALL
from routing.calendar import opening
from routing.plan import Plan


@dataclass(frozen=True, slots=True)
class Staff:
    """Who served, on which lines, in which half-hours."""

    agents: Sequence[Agent]
    slots: Mapping[str, frozenset[int]]

    @property
    def lines(self) -> dict[str, frozenset[str]]:
        return {agent.id: frozenset(agent.lines) for agent in self.agents}

    def on(self, line: str) -> list[str]:
        """The agents of a line, those with most half-hours first."""
        there = [agent.id for agent in self.agents if line in agent.lines and self.slots.get(agent.id)]
        return sorted(there, key=lambda agent: (-len(self.slots[agent]), agent))


def staff_of(day: Day, plan: Plan, was: Plan | None = None) -> Staff:
    """Who was on duty by the record, with the plan's lines and levels; who is no longer in the plan serves no more.

    `was` is the plan of the day when `plan` is another one: agents whom it does not have are on duty whenever somebody
    of their lines was.
    """
    known = {agent.id: agent for agent in arrangement_of(plan).agents}
    slots = dict(day.slots)
    if was is None:
        for name, lines in day.served.items():
            if name not in known and (kept := {line: 1 for line in lines if line in plan.lines}):
                known[name] = Agent(name, (name,), kept)
    else:
        for name, agent in known.items():
            if name not in was.agents:
                slots[name] = frozenset().union(*(_slots_of(day, line, was) for line in agent.lines))
    return Staff([agent for name, agent in known.items() if slots.get(name)], slots)


def with_agents(staff: Staff, day: Day, wished: Mapping[str, int]) -> Staff:
    """As many agents on each of these lines: those with most time first, then new ones who serve it alone.

    One who is not needed on the line leaves that line, and goes on serving their others.
    """
    agents, slots = {agent.id: agent for agent in staff.agents}, dict(staff.slots)
    for line, number in wished.items():
        there = staff.on(line)
        for name in there[number:]:
            left = {other: level for other, level in agents[name].lines.items() if other != line}
            agents[name] = Agent(name, agents[name].phones, left, agents[name].languages, agents[name].rest_for)
        busy = frozenset(int(one.at // SLOT) for one in day.asked if one.line == line and one.fate is not Fate.CLOSED)
        times = busy.union(*(slots[name] for name in there))
        for more in range(len(there) + 1, number + 1):
            name = f"{line}+{more}"
            agents[name], slots[name] = Agent(name, (name,), {line: 1}), times
    return Staff([agent for agent in agents.values() if agent.lines], slots)


def _slots_of(day: Day, line: str, plan: Plan) -> frozenset[int]:
    serving = [agent for agent, rule in plan.agents.items() if line in rule.lines]
    return frozenset().union(*(day.slots.get(agent, frozenset()) for agent in serving))


def run_day(
    day: Day, callers: Sequence[Caller], plan: Plan, staff: Staff, within: float, *, hours: bool
) -> dict[str, Tally]:
    """The figures of the day by line, and of all. `hours`: the plan's hours decide who is let in, not the record's."""
    arrangement = arrangement_of(plan)
    wrap_up = {line.id: line.wrap_up_for for line in arrangement.lines}
    tallies: dict[str, Tally] = defaultdict(lambda: Tally(within, 0.0, day.seconds))
    let_in = [
        caller
        for caller, asked in zip(callers, day.asked, strict=True)
        if caller.line in wrap_up and (_open(day, asked, plan) if hours else asked.fate is not Fate.CLOSED)
    ]
    floor = Floor(arrangement.lines, staff.agents)
    for told in simulate(floor, let_in, _duty(staff), rings=day.rings):
        line = told.caller.line
        tallies[line].hear(told, wrap_up[line])
        tallies[ALL].hear(told, wrap_up[line])
    put_duty(tallies, {agent.id: staff.slots[agent.id] for agent in staff.agents}, staff.lines)
    return dict(tallies)


def _open(day: Day, asked: Asked, plan: Plan) -> bool:
    at = day.begin + timedelta(seconds=asked.at)
    return opening(plan.calendar, plan.hours_of(asked.line), at).open


def _duty(staff: Staff) -> list[Fact]:
    facts: list[Fact] = []
    for agent in staff.agents:
        on = staff.slots[agent.id]
        facts.extend(Fact(slot * SLOT, PhoneUp(agent.id)) for slot in on if slot - 1 not in on)
        facts.extend(Fact((slot + 1) * SLOT, PhoneDown(agent.id)) for slot in on if slot + 1 not in on)
    return sorted(facts, key=lambda fact: fact.at)
