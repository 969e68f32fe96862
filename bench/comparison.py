"""Our floor beside Asterisk's app_queue and the least that ARI can do: the same phones, callers and machine, by turns.

`python bench/comparison.py` puts up one after the other, on ports of their own, and measures with the same SIPp files
what an agent and a caller would notice: how long after hanging up an agent's phone rings again while others wait; how
long until 50 agents who hang up at one instant all ring, and for whom; what a call costs in CPU. Exit status 1 when
a call failed, or when our floor rang a phone twice or passed over a caller. See docs/performance.md.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, suppress
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

from bench import report, wire
from bench.app_queue import app_queue
from bench.bare_loop import bare_loop
from bench.curves import curves
from bench.figures import Spread, children, cpu_seconds, machine_seconds, stolen_seconds
from bench.sipp import Callers, Manner, Measured, agents, may_send_raw
from bench.stand import StandFailed, stand, unwinds, wait_until
from hotline.asterisk_program import AsteriskMissing

HOTLINE, BARE, QUEUE = "hotline", "bare ARI loop", "app_queue"

_FIRST = 13900000000
"""The first caller's number."""


@dataclass(frozen=True, slots=True)
class Size:
    """How much is asked of both."""

    agents: int = 10
    calls: int = 560
    at_once: int = 40
    """Callers at a time in the steady run: those beyond the agents wait, or are at the menus."""
    crowd: int = 50
    """Agents who hang up at the same instant."""
    waiting: int = 100
    """Callers who wait then."""
    first: bool = False
    """What is measured goes before everything else that the machine does."""


SIZE = Size()


@dataclass(frozen=True, slots=True)
class Steady:
    """An agent's hang-up to the next ring, with callers always waiting."""

    who: str
    calls: int
    failed: int
    rings: tuple[float, ...]
    """Seconds from an agent's BYE to the next INVITE at the same agent."""
    twice: list[str]
    out_of_turn: list[str]
    """Callers for whom the floor chose an agent after somebody who had joined later, as its journal tells."""
    overtaken: dict[str, float]
    """Callers whose INVITE came after that of somebody who had joined later, and by how many seconds."""
    cpu: float
    """Milliseconds a call: Asterisk, and the engine with its back office where there is one."""
    others: float
    """Cores kept busy by what is neither of the switches nor SIPp."""
    stolen: float
    """Cores that the machine wanted and its host gave to others."""
    left: dict[str, list[str]]
    errors: str


@dataclass(frozen=True, slots=True)
class Burst:
    """All agents freed at once."""

    who: str
    failed: int
    waiting: int
    rings: tuple[float, ...]
    """Seconds from the first of the BYEs to each agent's next INVITE."""
    apart: float
    """Seconds between the first and the last of the BYEs."""
    passed_over: list[str]
    """Callers among the first in line for whom no phone of that first round rang."""
    twice: list[str]
    out_of_turn: list[str]
    """Callers for whom the floor chose an agent after somebody who had joined later, as its journal tells."""
    overtaken: dict[str, float]
    """Callers whose INVITE came after that of somebody who had joined later, and by how many seconds."""
    left: dict[str, list[str]]
    errors: str


def _hotline(folder: Path, count: int) -> AbstractContextManager[Measured]:
    return stand(folder, agents=count, record=False)


def _app_queue(folder: Path, count: int) -> AbstractContextManager[Measured]:
    return app_queue(folder, agents=count)


def _bare(folder: Path, count: int) -> AbstractContextManager[Measured]:
    return bare_loop(folder, agents=count)


SWITCHES: dict[str, Callable[[Path, int], AbstractContextManager[Measured]]] = {
    HOTLINE: _hotline,
    BARE: _bare,
    QUEUE: _app_queue,
}


def steady(who: str, size: Size, folder: Path) -> Steady:
    """Agents who ring 0.1 to 0.2 s and talk 0.8 to 1.6 s, never without somebody waiting. Raises StandFailed."""
    manner = Manner(ring=(100, 200), talk=(800, 1600))
    with SWITCHES[who](folder, size.agents) as here, agents(here, manner=manner) as answering:
        if size.first:
            _go_first(answering, *here.processes)
        callers = Callers(here, keys=_keys(), patience=120)
        before, since = _Used.now(here, answering), time.monotonic()
        batch = callers.call(20, size.calls, first=_FIRST, within=60 + size.calls, at_once=size.at_once)
        after, lasted = _Used.now(here, answering), time.monotonic() - since
        left = _quiet(here)
    found = wire.legs(here)
    return Steady(
        who=who,
        calls=size.calls,
        failed=size.calls - batch.succeeded,
        rings=tuple(wire.next_rings(found)),
        twice=wire.rung_twice(found),
        out_of_turn=_out_of_turn(here),
        overtaken=wire.overtaken(found, here.joined()),
        cpu=round((after.switch - before.switch) * 1000 / size.calls, 2),
        others=round(max(0.0, after.others - before.others) / lasted, 3),
        stolen=round((after.stolen - before.stolen) / lasted, 3),
        left=left,
        errors=batch.errors,
    )


def burst(who: str, size: Size, folder: Path) -> Burst:
    """Everybody talks, `size.waiting` callers wait, all agents hang up at one instant. Raises StandFailed."""
    rate, everybody = 30, size.crowd + size.waiting
    with SWITCHES[who](folder, size.crowd) as here:
        together = int(time.time() + 8 + everybody / rate)
        with agents(here, manner=Manner(ring=(800, 1200), talk=(800, 1600), together=together)) as answering:
            if size.first:
                _go_first(answering, *here.processes)
            callers = Callers(here, keys=_keys(), patience=120)
            batch = callers.call(rate, everybody, first=_FIRST, within=120)
            left = _quiet(here)
    found, joined = wire.legs(here), here.joined()
    ends = sorted(leg.hung_up for leg in found if leg.hung_up is not None)[: size.crowd]
    first = {leg.agent: leg.number for leg in found if leg.invited < ends[0]}
    second = [leg for leg in found if leg.invited >= ends[0]][: size.crowd]
    if len(first) < size.crowd or ends[0] < together or len(joined) < everybody:
        raise StandFailed(
            f"{len(first)} of {size.crowd} agents talked when they were to hang up together, the first hung up "
            f"{ends[0] - together:+.3f} s from then, {len(joined)} of {everybody} calls waited"
        )
    waiting = [number for number in joined if number not in first.values()]
    return Burst(
        who=who,
        failed=everybody - batch.succeeded,
        waiting=len(waiting),
        rings=tuple(sorted(leg.invited - ends[0] for leg in second)),
        apart=ends[-1] - ends[0],
        passed_over=sorted(set(waiting[: size.crowd]) - {leg.number for leg in second}),
        twice=wire.rung_twice(found),
        out_of_turn=_out_of_turn(here),
        overtaken=wire.overtaken(found, joined),
        left=left,
        errors=batch.errors,
    )


def faults(result: Steady | Burst) -> list[str]:
    """Why the result is not good, in words. What the others do wrong stands in the table and is not judged."""
    told = [f"{result.failed} calls failed: {result.errors[:300]}"] if result.failed else []
    told += [f"left on the switch: {name}" for names in result.left.values() for name in names]
    if result.who == HOTLINE:
        told += result.twice
        told += [f"{number} was chosen out of turn" for number in result.out_of_turn]
        if isinstance(result, Burst):
            told += [f"{number} was passed over" for number in result.passed_over]
    return [f"{result.who}: {line}" for line in told]


@dataclass(frozen=True, slots=True)
class _Used:
    """CPU seconds so far."""

    switch: float
    others: float
    """Of the machine, without the switch and SIPp."""
    stolen: float

    @classmethod
    def now(cls, here: Measured, answering: int) -> _Used:
        began = {child for process in here.processes for child in children(process)}  # the back office is the engine's
        switch = sum(map(cpu_seconds, {*here.processes, *began}))
        ended = resource.getrusage(resource.RUSAGE_CHILDREN)
        others = machine_seconds() - switch - cpu_seconds(answering) - ended.ru_utime - ended.ru_stime
        return cls(switch, others, stolen_seconds())


def _out_of_turn(here: Measured) -> list[str]:
    """Callers whose place in the order of choosing is not their place in line; none where the switch tells no order."""
    chosen = here.chosen()
    return [number for number, instead in zip(here.joined(), chosen, strict=False) if number != instead]


def _go_first(*processes: int) -> None:
    """Let these processes and the sessions they belong to run before everything else on the machine, as far as we may.

    Linux shares the CPU among sessions before it looks at niceness (autogroup); so both are set.
    """
    for process in processes:
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, process, -20)
            Path(f"/proc/{process}/autogroup").write_text("-20")


def _quiet(here: Measured) -> dict[str, list[str]]:
    """Wait until nothing is on the switch and every agent is ready; what is left there after 15 seconds."""
    wait_until(lambda: not any(here.left().values()) and here.ready_agents() == len(here.agents), 15)
    return here.left()


def _keys() -> str:
    return "rtp" if may_send_raw() else "info"


def table(runs: list[Steady], bursts: list[Burst]) -> str:
    """The figures of both side by side: median of the runs, and the worst of them."""
    rows: list[tuple[str, ...]] = [(f"of {len(runs) // len(SWITCHES)} run(s), median / worst", *SWITCHES)]

    def add(name: str, results: Sequence[Steady | Burst], figure: Callable[[Any], float]) -> None:
        cells = []
        for who in SWITCHES:
            values = [figure(result) for result in results if result.who == who]
            cells.append(f"{median(values):g} / {max(values):g}")
        rows.append((name, *cells))

    for part in ("p50", "p95", "p99", "most"):
        add(f"agent's hang-up to next ring, {part} (ms)", runs, partial(_part, part))
    add("  of so many hang-ups", runs, lambda r: len(r.rings))
    add("freed at once: first phone rings (ms)", bursts, lambda r: round(r.rings[0] * 1000, 1))
    add("freed at once: last phone rings (ms)", bursts, lambda r: round(r.rings[-1] * 1000, 1))
    add("  phones that rang", bursts, lambda r: len(r.rings))
    add("  callers who waited", bursts, lambda r: r.waiting)
    add("  first in line, but passed over", bursts, lambda r: len(r.passed_over))
    both: list[Steady | Burst] = [*runs, *bursts]
    add("callers chosen out of turn (only the hotline tells)", both, lambda r: len(r.out_of_turn))
    add("INVITE later than that of one behind, most (ms)", both, lambda r: round(_most(r.overtaken), 1))
    add("phones or callers rung twice", both, lambda r: len(r.twice))
    add("calls failed", both, lambda r: r.failed)
    add("CPU of the switch (ms a call)", runs, lambda r: r.cpu)
    add("cores kept busy by others", runs, lambda r: r.others)
    add("cores that the machine's host gave to others", runs, lambda r: r.stolen)
    wide = [max(len(row[column]) for row in rows) for column in range(1 + len(SWITCHES))]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(row, wide, strict=True)) for row in rows)


def _part(name: str, run: Steady) -> float:
    value: float = getattr(Spread.of(run.rings), name)
    return value


def _most(late: dict[str, float]) -> float:
    return max(late.values(), default=0.0) * 1000


def main() -> int:
    """The command."""
    command = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    command.add_argument("--repeat", type=int, default=1, help="so many runs of each, by turns (1)")
    command.add_argument("--calls", type=int, default=SIZE.calls, help=f"calls of the steady run ({SIZE.calls})")
    command.add_argument("--first", action="store_true", help="go before all other work of the machine (root)")
    command.add_argument("--picture", type=Path, help="write the curves here, as SVG")
    command.add_argument("--json", type=Path, help="write the results here")
    command.add_argument("--keep", type=Path, help="keep logs and databases in this new folder")
    given = command.parse_args()
    unwinds()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # unwinds, so that nothing of ours stays behind
    if shutil.which("sipp") is None:
        print("SIPp is not installed: apt-get install sip-tester", file=sys.stderr)
        return 2
    if given.first:
        _go_first(os.getpid())
    size, load = replace(SIZE, calls=given.calls, first=given.first), os.getloadavg()[0]
    runs: list[Steady] = []
    bursts: list[Burst] = []
    with tempfile.TemporaryDirectory(prefix="bench-") as temporary:
        folder = (given.keep or Path(temporary)).absolute()
        try:
            for turn in range(1, given.repeat + 1):
                for who in SWITCHES:
                    runs.append(steady(who, size, folder / f"{who}-{turn}"))
                    print(f"{turn} {who}: hang-up to next ring {Spread.of(runs[-1].rings)} ms", file=sys.stderr)
                    bursts.append(burst(who, size, folder / f"{who}-at-once-{turn}"))
                    rings = bursts[-1].rings
                    print(f"{turn} {who}: {len(rings)} phones within {rings[-1] * 1000:.0f} ms", file=sys.stderr)
        except (StandFailed, AsteriskMissing) as error:
            print(error, file=sys.stderr)
            return 1
    print("\n".join(f"{name}: {value}" for name, value in report.machine().items()))
    print(f"load average before: {load:.2f}\n\n{table(runs, bursts)}")
    if given.json:
        told = {"machine": report.machine(), "load": load, "steady": [asdict(r) for r in runs]}
        told["at once"] = [asdict(r) for r in bursts]
        given.json.write_text(json.dumps(told, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    if given.picture:
        given.picture.write_text(_picture(runs, bursts), encoding="utf-8")
    results: list[Steady | Burst] = [*runs, *bursts]
    wrong = [line for result in results for line in faults(result)]
    print("\n".join(wrong), end="\n" if wrong else "", file=sys.stderr)
    return 1 if wrong else 0


def _picture(runs: list[Steady], bursts: list[Burst]) -> str:
    """All runs of each together."""
    rings = {who: [s * 1000 for run in runs if run.who == who for s in run.rings] for who in SWITCHES}
    crowd = {who: [s * 1000 for run in bursts if run.who == who for s in run.rings] for who in SWITCHES}
    title = f"{SIZE.crowd} agents hang up at once, {SIZE.waiting} callers wait: phones ring after"
    return curves(
        [
            ("An agent hangs up, others wait: the same phone rings again after", rings, ((5, "p50"), (20, "p99"))),
            (title, crowd, ((500, "all"),)),
        ]
    )


if __name__ == "__main__":
    sys.exit(main())
