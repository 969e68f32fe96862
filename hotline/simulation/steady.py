"""A steady load on one line, or on the lines of a plan, simulated."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import inf

from acd.agent import Agent
from acd.floor import Floor
from acd.line import Line
from acd.signals import PhoneUp
from acd.simulation.run import Fact, simulate
from acd.simulation.tally import Tally
from hotline.simulation.draws import Demand, drawn

ALL = ""
"""The key of the figures of all lines together."""


def one_line(agents: int, demand: Demand) -> tuple[list[Line], list[Agent]]:
    """A line of so many equal agents, who have no rest beside the handling time; nobody is given up."""
    line = Line(demand.line, wrap_up_for=0.0, maximum_wait=inf)
    names = [f"agent-{number}" for number in range(1, agents + 1)]
    return [line], [Agent(name, (name,), {line.id: 1}) for name in names]


def run_steady(
    lines: Sequence[Line],
    agents: Sequence[Agent],
    demands: Sequence[Demand],
    *,
    hours: float,
    warm_up: float,
    seed: int,
    within: float,
    rings: float = 0.0,
) -> Mapping[str, Tally]:
    """The figures of each line that callers come to, and of all (`ALL`).

    Callers come for `warm_up` hours before they count, so that the floor is not found empty; who came in the hours
    that count is followed to the end of the call.
    """
    begin, end = warm_up * 3600.0, (warm_up + hours) * 3600.0
    tallies = {name: Tally(within, begin, end) for name in (ALL, *(demand.line for demand in demands))}
    wrap_up = {line.id: line.wrap_up_for for line in lines}
    duty = [Fact(0.0, PhoneUp(agent.id)) for agent in agents]
    for told in simulate(Floor(lines, agents), drawn(list(demands), end, seed), duty, rings=rings):
        line = told.caller.line
        tallies[line].hear(told, wrap_up[line])
        tallies[ALL].hear(told, wrap_up[line])
    for agent in agents:
        tallies[ALL].duty(0.0, end)
        for name in agent.lines:
            if name in tallies:
                tallies[name].duty(0.0, end)
    return tallies
