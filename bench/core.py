"""Signals a second that the floor takes on one core, with 200 agents and 1,000 waiting; and what takes the time.

`python bench/core.py` plays a mixed load: callers come, are answered, hang up while they wait; phones are refused now
and then; agents take breaks. The signals, those of a live floor, are kept, told to a fresh floor once more, and that is
timed, `wake_at()` after each of them included, in seconds of the processor.
"""

from __future__ import annotations

import argparse
import cProfile
import gc
import io
import json
import pstats
import sys
import time
from collections.abc import Callable, Sequence
from heapq import heappop, heappush
from statistics import median
from typing import NamedTuple

from numpy.random import default_rng

from acd.agent import Agent
from acd.floor import Floor
from acd.line import Line
from acd.signals import (
    BreakBegan,
    BreakEnded,
    CallJoined,
    CallLeft,
    Connect,
    Failure,
    GiveUp,
    OfferFailed,
    PhoneAnswered,
    PhoneUp,
    Ring,
    Signal,
    StopRinging,
    TalkEnded,
    Tick,
)

AIM, AIM_AT = 100_000, 1_000
"""Signals a second, with so many waiting."""
TALK, RINGS, WRAP_UP = 180.0, 3.0, 10.0


class Stage(NamedTuple):
    """Lines and agents of a load."""

    name: str
    lines: Sequence[Line]
    agents: Sequence[Agent]


def plain(agents: int) -> Stage:
    """One line, everybody alike."""
    lines = [Line("line", wrap_up_for=WRAP_UP, maximum_wait=1e9)]
    return Stage("one line", lines, [Agent(f"a{n}", (f"a{n}",), {"line": 1}) for n in range(agents)])


def mixed(agents: int) -> Stage:
    """Ten lines with priorities, levels that widen, a reserve and an urgent one; each agent serves four."""
    lines = [
        Line(
            f"line-{n}",
            wrap_up_for=WRAP_UP,
            maximum_wait=1e9,
            priority=n % 3,
            widen=((2, 20.0), (3, 60.0)),
            keep_free=1 if n == 0 else 0,
            urgent=n == 0,
        )
        for n in range(10)
    ]
    levels = (1, 1, 2, 3)
    people = [
        Agent(f"a{n}", (f"a{n}",), {f"line-{(n + 3 * place) % 10}": level for place, level in enumerate(levels)})
        for n in range(agents)
    ]
    return Stage("ten lines", lines, people)


Told = tuple[Signal, float]
"""A signal and its instant."""


class Result(NamedTuple):
    """What came of one run. Times in microseconds a signal."""

    signals: int
    seconds: float
    p50: float
    p99: float
    waiting: int
    """How many waited at the end."""

    @property
    def rate(self) -> float:
        return self.signals / self.seconds


class _Load:
    """Drives a floor so that about so many wait all the time: who goes is followed by who comes."""

    def __init__(self, stage: Stage, waiting: int, seed: int) -> None:
        self.floor = Floor(stage.lines, stage.agents)
        self._stage, self._wanted = stage, waiting
        self._chance = default_rng(seed)
        self._due: list[tuple[float, float, Signal]] = []
        self._number = 0
        self._calls: dict[str, None] = {}
        self.now = 0.0
        self._told: list[Told] = []
        for agent in stage.agents:
            self._hear(PhoneUp(agent.id))
        for _ in range(waiting + len(stage.agents)):
            self._hear(self._come())
        self._begun = len(self._told)

    def _later(self, seconds: float, signal: Signal) -> None:
        self._number += 1
        heappush(self._due, (self.now + seconds, self._number, signal))

    def _come(self) -> Signal:
        """One more caller; one in five will hang up."""
        self._number += 1
        call = f"c{self._number}"
        self._calls[call] = None
        line = self._stage.lines[int(self._chance.integers(len(self._stage.lines)))].id
        if self._chance.random() < 0.2:
            self._later(float(self._chance.exponential(300.0)), CallLeft(call))
        return CallJoined(call, line, priority=int(self._chance.random() < 0.1))

    def _hear(self, signal: Signal) -> None:
        """Tell the floor, and follow its orders."""
        self._told.append((signal, self.now))
        orders = self.floor.handle(signal, self.now)
        for order in orders:
            match order:
                case Ring(offer=offer):
                    luck = self._chance.random()
                    failed = OfferFailed(offer, Failure.REFUSED)
                    self._later(RINGS, PhoneAnswered(offer) if luck > 0.02 else failed)
                case Connect(offer=offer, call=call):
                    self._calls.pop(call, None)
                    self._later(float(self._chance.exponential(TALK)), TalkEnded(offer))
                case GiveUp(call=call):
                    self._calls.pop(call, None)
                case StopRinging():
                    pass
                case _:
                    pass

    def next(self) -> Signal:
        """What happens next; time goes on to it."""
        if len(self._calls) < self._wanted:
            return self._come()
        wake = self.floor.wake_at()
        if wake is not None and (not self._due or wake <= self._due[0][0]):
            self.now = max(self.now, wake)
            return Tick()
        at, number, signal = heappop(self._due)
        self.now = max(self.now, at)
        if isinstance(signal, CallLeft):
            self._calls.pop(signal.call, None)
        if number % 97 == 0:
            agent = self._stage.agents[int(number) % len(self._stage.agents)].id
            self._later(60.0, BreakEnded(agent))
            heappush(self._due, (at, number + 0.5, signal))
            return BreakBegan(agent)
        return signal

    def script(self, signals: int) -> tuple[list[Told], list[Told]]:
        """What the floor was told until so many waited, and so many signals after that."""
        for _ in range(signals):
            self._hear(self.next())
        return self._told[: self._begun], self._told[self._begun :]


def play(stage: Stage, begin: list[Told], told: list[Told]) -> Result:
    """Tell a fresh floor the same again, and time it: once as a whole, once signal by signal."""
    floor = _begun(stage, begin)
    began = time.process_time()
    for signal, now in told:
        floor.handle(signal, now)
        floor.wake_at()
    seconds = time.process_time() - began
    floor = _begun(stage, begin)
    times = []
    for signal, now in told:
        start = time.perf_counter()
        floor.handle(signal, now)
        floor.wake_at()
        times.append(time.perf_counter() - start)
    times.sort()
    waiting = sum(len(floor.waiting(line.id)) for line in stage.lines)
    return Result(len(told), seconds, 1e6 * times[len(times) // 2], 1e6 * times[int(0.99 * len(times))], waiting)


def _begun(stage: Stage, begin: list[Told]) -> Floor:
    floor = Floor(stage.lines, stage.agents)
    for signal, now in begin:
        floor.handle(signal, now)
    gc.collect()
    gc.freeze()  # the script is not the floor's to look through
    gc.set_threshold(10_000, 20, 20)  # as the engine does
    return floor


def runs(stage: Callable[[int], Stage], agents: int, waiting: int, signals: int, repeat: int) -> list[Result]:
    """Several runs of one load, each with a seed of its own."""
    return [play(stage(agents), *_Load(stage(agents), waiting, seed).script(signals)) for seed in range(repeat)]


def profiled(stage: Stage, waiting: int, signals: int, top: int = 15) -> str:
    """Where the time goes: the functions that take most by themselves."""
    begin, told = _Load(stage, waiting, 0).script(signals)
    floor = _begun(stage, begin)
    profile = cProfile.Profile()
    profile.enable()
    for signal, now in told:
        floor.handle(signal, now)
        floor.wake_at()
    profile.disable()
    out = io.StringIO()
    pstats.Stats(profile, stream=out).strip_dirs().sort_stats("tottime").print_stats(r"^(?!core)", top)
    return "\n".join(line for line in out.getvalue().splitlines() if line.strip())


HEAD = "| load | agents | waiting | signals a second | µs a signal, p50 | p99 |\n|---|---|---|---|---|---|"


def main() -> int:
    parse = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parse.add_argument("--signals", type=int, default=100_000, help="of one run")
    parse.add_argument("--repeat", type=int, default=5)
    parse.add_argument("--profile", action="store_true", help="show what takes the time")
    parse.add_argument("--json", action="store_true")
    asked = parse.parse_args()
    told: list[dict[str, str | float]] = []
    reached = True
    if not asked.json:
        print(HEAD)
    for stage in (plain, mixed):
        for waiting in (100, 1_000, 10_000):
            results = runs(stage, 200, waiting, asked.signals, asked.repeat)
            rate, worst = median(result.rate for result in results), min(result.rate for result in results)
            p50, p99 = median(result.p50 for result in results), median(result.p99 for result in results)
            name = stage(1).name
            told.append({"load": name, "waiting": waiting, "rate": rate, "worst": worst, "p50": p50, "p99": p99})
            reached = reached and (waiting != AIM_AT or rate >= AIM)
            if not asked.json:
                print(
                    f"| {name} | 200 | {waiting:,} | {rate:,.0f} (worst {worst:,.0f}) | {p50:.1f} | {p99:.1f} |",
                    flush=True,
                )
    if asked.json:
        print(json.dumps(told))
    if asked.profile:
        for stage in (plain, mixed):
            print(f"\n{stage(1).name}\n{profiled(stage(200), 1_000, asked.signals)}")
    return 0 if reached else 1


if __name__ == "__main__":
    sys.exit(main())
