"""How far off the expected waits are that callers are told: the floor's own estimates against what came of them.

`python bench/estimates.py` simulates loads of several kinds for many hours. One caller in twenty never hangs up: what
they were told when they began to wait is compared with the wait that they had. The same seeds give the same table.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from math import exp, inf, log, sqrt
from statistics import fmean

from numpy.random import Generator, default_rng

from acd.agent import Agent
from acd.estimate import Estimate
from acd.floor import Floor
from acd.line import Line
from acd.signals import PhoneDown, PhoneUp
from acd.simulation.caller import Answered, Caller, Waits
from acd.simulation.run import Fact, simulate
from bench.theory import PAGE, put

HOUR = 3600.0
TALK, PATIENCE, RINGS = 180.0, 180.0, 5.0
TAGGED = 0.05
"""Of the callers: those who wait to the end, so that what they were told can be judged."""


@dataclass(frozen=True, slots=True)
class Load:
    """`rates`: line → calls an hour at an hour of the run, and their most; `duty`: what the phones do."""

    name: str
    lines: Sequence[Line]
    agents: Sequence[Agent]
    rates: dict[str, tuple[Callable[[float], float], float]]
    duty: Sequence[Fact] = ()
    patience: float = PATIENCE
    spread: float | None = None
    """Of log-normal talks, as a share of their mean; None is exponential."""


@dataclass(slots=True)
class Judged:
    """Estimates and what came of them."""

    told: list[tuple[Estimate, float]] = field(default_factory=list)
    untold: int = 0

    def row(self, name: str) -> str:
        waits = [wait for _, wait in self.told]
        errors = [estimate.seconds - wait for estimate, wait in self.told]
        inside = [estimate.low <= wait <= estimate.high for estimate, wait in self.told]
        below = fmean(wait < estimate.low for estimate, wait in self.told)
        number = len(self.told) + self.untold
        return (
            f"| {name} | {number} | {100 * self.untold / number:.1f} % | {fmean(waits):.0f} | {fmean(errors):+.1f} "
            f"| {fmean(map(abs, errors)):.0f} | {_related(self.told):.2f} | {100 * fmean(inside):.0f} % "
            f"| {100 * below:.0f} % / {100 * (1 - below - fmean(inside)):.0f} % |"
        )


HEAD = (
    "| load | callers | could not tell | waited, s | mean error, s | mean size of error, s | correlation | in range "
    "| shorter / longer |\n|---|---|---|---|---|---|---|---|---|"
)


def _related(told: list[tuple[Estimate, float]]) -> float:
    one, other = [estimate.seconds for estimate, _ in told], [wait for _, wait in told]
    a, b = fmean(one), fmean(other)
    both = sum((x - a) * (y - b) for x, y in zip(one, other, strict=True))
    return both / sqrt(sum((x - a) ** 2 for x in one) * sum((y - b) ** 2 for y in other))


def judge(load: Load, hours: float, seed: int) -> Judged:
    """Run a load; the first hour does not count."""
    floor = Floor(load.lines, load.agents)
    up = [Fact(0.0, PhoneUp(agent.id)) for agent in load.agents]
    judged, asked = Judged(), dict[str, Estimate | None]()
    callers = sorted(_callers(load, hours, default_rng(seed)), key=lambda caller: caller.at)
    for told in simulate(floor, callers, [*up, *load.duty], rings=RINGS):
        if told.caller.patience < inf or told.caller.at < HOUR:
            continue
        if isinstance(told, Waits):
            asked[told.caller.id] = floor.expected(told.caller.id, told.at)
        elif isinstance(told, Answered) and told.caller.id in asked:
            estimate = asked.pop(told.caller.id)
            if estimate is None:
                judged.untold += 1
            else:
                judged.told.append((estimate, told.at - told.caller.at))
    return judged


def _callers(load: Load, hours: float, chance: Generator) -> list[Caller]:
    found: list[Caller] = []
    sigma = 0.0 if load.spread is None else sqrt(log(1 + load.spread**2))
    for line, (rate, most) in load.rates.items():
        at = 0.0
        while (at := at + float(chance.exponential(HOUR / most))) < hours * HOUR:
            if chance.random() * most > rate(at / HOUR):
                continue
            talk = (
                chance.exponential(TALK)
                if load.spread is None
                else TALK * exp(sigma * chance.standard_normal() - sigma**2 / 2)
            )
            patience = inf if chance.random() < TAGGED else float(chance.exponential(load.patience))
            found.append(Caller(f"{line}-{len(found)}", at, line, float(talk), patience))
    return found


def _agents(number: int, *lines: str) -> list[Agent]:
    return [Agent(f"{lines[0]}-{n}", (f"{lines[0]}-{n}",), dict.fromkeys(lines, 1)) for n in range(number)]


def _line(name: str, **rules: float) -> Line:
    return Line(name, wrap_up_for=15.0, maximum_wait=inf, empty_for=inf, priority=int(rules.get("priority", 0)))


def _leaving(agents: Sequence[Agent], hours: float) -> list[Fact]:
    """Half of them leave, one every ten minutes, and come back together; once in four hours."""
    facts = []
    for begin in range(1, int(hours), 4):
        for place, agent in enumerate(agents[: len(agents) // 2]):
            facts.append(Fact(begin * HOUR + place * 600.0, PhoneDown(agent.id)))
            facts.append(Fact((begin + 3) * HOUR, PhoneUp(agent.id)))
    return sorted(facts, key=lambda fact: fact.at)


def _level(rate: float) -> tuple[Callable[[float], float], float]:
    return (lambda _: rate), rate


def loads(hours: float) -> list[Load]:
    """From an even load to what is hardest to tell."""
    small, middle, large = _agents(4, "line"), _agents(20, "line"), _agents(100, "line")
    shared = [*_agents(8, "a", "b", "c"), *_agents(4, "b", "c"), *_agents(4, "c")]
    wave = (lambda hour: 320.0 + 220.0 * abs((hour / 2.0) % 2.0 - 1.0)), 540.0
    one = [_line("line")]
    return [
        Load("even, 4 agents", one, small, {"line": _level(78)}),
        Load("even, 20 agents", one, middle, {"line": _level(390)}),
        Load("even, 100 agents", one, large, {"line": _level(1960)}),
        Load("overload, 20 agents", one, middle, {"line": _level(560)}),
        Load("patient callers, 20 agents", one, middle, {"line": _level(360)}, patience=1200.0),
        Load("talks of another kind (log-normal)", one, middle, {"line": _level(390)}, spread=0.7),
        Load("rising and falling, 320–540 calls an hour", one, middle, {"line": wave}),
        Load("half the agents leave, one by one", one, middle, {"line": _level(300)}, _leaving(middle, hours)),
        Load(
            "three lines share agents",
            [_line("a", priority=1), _line("b"), _line("c")],
            shared,
            {"a": _level(100), "b": _level(110), "c": _level(110)},
        ),
    ]


def main() -> int:
    parse = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parse.add_argument("--calls", type=int, default=60_000, help="about so many calls of each load")
    parse.add_argument("--write", action="store_true", help="put the table into docs/simulation.md")
    asked = parse.parse_args()
    rows = [HEAD]
    for seed, load in enumerate(loads(2000.0)):
        hours = min(2000.0, asked.calls / sum(most for _, most in load.rates.values()))
        rows.append(judge(load, hours, seed).row(load.name))
        print(rows[-1], flush=True)
    if asked.write:
        put(PAGE, "estimates", "\n".join(rows))
    return 0


if __name__ == "__main__":
    sys.exit(main())
