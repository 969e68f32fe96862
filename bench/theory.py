"""The floor against queueing theory: Erlang C and Erlang A, with confidence intervals.

Three questions, one command (about five minutes on two cores):

1. *Does the floor do what theory's line does?* Both are given the same callers; the other one is ten lines long, the
   recursion by which a call is answered when the first of N agents has no more work of earlier calls. Every single wait
   must be the same.
2. *What are the waits of the floor?* From those very runs, with the usual 95 % interval over runs.
3. *What are they, more sharply?* A mean over waits that hang together for hours needs hundreds of millions of calls. As
   the recursion gives the floor's waits, it is run on those, and its interval counts for both. There the chance in how
   many called and how long they talked is taken out by regression (control variates): their expectations are known.

Every run begins with a warm-up that does not count.
"""

from __future__ import annotations

import argparse
import re
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from heapq import heapreplace
from math import inf, sqrt
from pathlib import Path
from statistics import fmean, stdev
from typing import NamedTuple

import numpy as np
from numpy.random import default_rng

from acd.erlang import Steady, steady
from acd.floor import Floor
from acd.signals import PhoneUp
from acd.simulation.caller import Abandoned, Answered, Caller
from acd.simulation.run import Fact, simulate
from hotline.simulation.draws import Demand
from hotline.simulation.steady import one_line

HANDLE, PATIENCE, WITHIN = 180.0, 120.0, 20.0
ROWS = ((10, 160.0), (20, 360.0), (50, 940.0), (200, 3880.0))
WARM_UP = 10_000.0
"""Seconds, several times the line's memory."""
PAGE = Path(__file__).resolve().parents[1] / "docs" / "simulation.md"


class Row(NamedTuple):
    agents: int
    per_hour: float
    patience: float | None

    @property
    def name(self) -> str:
        return f"{'C' if self.patience is None else 'A'} {self.agents}"

    @property
    def theory(self) -> Steady:
        return steady(self.agents, self.per_hour, HANDLE, self.patience, WITHIN)


class Run(NamedTuple):
    """One run: means over its calls, and what is known of them."""

    wait: float
    """Of all callers."""
    abandoned: float
    prompt: float
    """Share answered in time."""
    rate: float
    """Calls a second, relative to what was asked for."""
    talk: float
    """Mean handling, relative likewise."""
    patience: float
    apart: float = 0.0
    """The largest difference between a wait of the floor and one of the recursion."""
    calls: int = 0


def drawn(row: Row, calls: int, seed: int) -> tuple[list[float], list[float], list[float]]:
    """Instants, handling times and patiences of so many calls."""
    chance = default_rng([seed, row.agents, row.patience is None])
    at = np.cumsum(chance.exponential(3600.0 / row.per_hour, calls)).tolist()
    talks = chance.exponential(HANDLE, calls).tolist()
    patience = [inf] * calls if row.patience is None else chance.exponential(row.patience, calls).tolist()
    return at, talks, patience


def recursion(row: Row, at: list[float], talks: list[float], patience: list[float]) -> Iterator[tuple[float, bool]]:
    """Each call's wait and whether it is answered: first come, first served by the agent who is free first."""
    free = [0.0] * row.agents
    for instant, talk, patient in zip(at, talks, patience, strict=True):
        wait = free[0] - instant
        if wait <= 0.0:
            heapreplace(free, instant + talk)
            yield 0.0, True
        elif wait <= patient:
            heapreplace(free, free[0] + talk)
            yield wait, True
        else:
            yield patient, False


def floor_waits(row: Row, at: list[float], talks: list[float], patience: list[float]) -> list[tuple[float, bool]]:
    """The same from the floor."""
    lines, agents = one_line(row.agents, Demand("line", row.per_hour, HANDLE))
    callers = (
        Caller(str(n), *told) for n, told in enumerate(zip(at, ["line"] * len(at), talks, patience, strict=True))
    )
    waits = [(0.0, False)] * len(at)
    for told in simulate(Floor(lines, agents), callers, [Fact(0.0, PhoneUp(agent.id)) for agent in agents]):
        if isinstance(told, Answered | Abandoned):
            waits[int(told.caller.id)] = (told.at - told.caller.at, isinstance(told, Answered))
    return waits


def measure(row: Row, calls: int, seed: int, floor: bool) -> Run:
    """One run, of the floor beside the recursion or of the recursion alone."""
    at, talks, patience = drawn(row, calls, seed)
    waits = list(recursion(row, at, talks, patience))
    apart = 0.0
    if floor:
        ours = floor_waits(row, at, talks, patience)
        apart = max(abs(a - b) if one == other else inf for (a, one), (b, other) in zip(ours, waits, strict=True))
        waits = ours
    first = next(n for n, instant in enumerate(at) if instant >= WARM_UP)
    counted = waits[first:]
    return Run(
        wait=sum(wait for wait, _ in counted) / len(counted),
        abandoned=sum(not answered for _, answered in counted) / len(counted),
        prompt=sum(answered and wait <= WITHIN for wait, answered in counted) / len(counted),
        rate=len(counted) * 3600.0 / row.per_hour / (at[-1] - at[first - 1]) - 1.0,
        talk=sum(talks[first:]) / len(counted) / HANDLE - 1.0,
        patience=0.0 if row.patience is None else sum(patience[first:]) / len(counted) / row.patience - 1.0,
        apart=apart,
        calls=len(counted),
    )


class Figure(NamedTuple):
    mean: float
    half: float
    """Half of the 95 % interval."""


def figure(runs: list[Run], of: str) -> Figure:
    """The mean over runs and its interval."""
    values = [getattr(run, of) for run in runs]
    return Figure(fmean(values), _student(len(runs) - 1) * stdev(values) / sqrt(len(runs)))


def sharpened(runs: list[Run], of: str) -> Figure:
    """The same by regression on what is known to be 0 in expectation."""
    values = np.array([getattr(run, of) for run in runs])
    known = np.array([[1.0, run.rate, run.talk, run.patience] for run in runs])
    if not known[:, 3].any():
        known = known[:, :3]
    fitted, *_ = np.linalg.lstsq(known, values, rcond=None)
    spare = len(runs) - known.shape[1]
    noise = float(((values - known @ fitted) ** 2).sum()) / spare
    error = sqrt(noise * float(np.linalg.inv(known.T @ known)[0, 0]))
    return Figure(float(fitted[0]), _student(spare) * error)


def _student(freedom: int) -> float:
    """The 97.5 % quantile of Student's distribution, by its expansion; good to 1 % from 4 on."""
    z = 1.95996
    return z + (z**3 + z) / (4 * freedom) + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * freedom**2)


def rows() -> list[Row]:
    return [Row(agents, rate, patience) for patience in (None, PATIENCE) for agents, rate in ROWS]


def table(ours: dict[Row, list[Run]], sharp: dict[Row, list[Run]]) -> str:
    """As Markdown."""
    out = [
        "| line | figure | theory | floor, 95 % interval | calls | sharper, 95 % interval | calls | off |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for row, runs in ours.items():
        theory = row.theory
        figures = {
            "mean wait, s": ("wait", theory.wait),
            f"answered within {WITHIN:g} s": ("prompt", theory.service_level),
        }
        if row.patience is not None:
            figures["hung up"] = ("abandoned", theory.abandons)
        for number, (name, (of, oracle)) in enumerate(figures.items()):
            floor, more = figure(runs, of), sharpened(sharp[row], of)
            line = f"{row.name}, {row.per_hour:g}/h" if number == 0 else ""
            out.append(
                f"| {line} | {name} | {oracle:.4g} | {floor.mean:.4g} ± {100 * floor.half / oracle:.1f} % "
                f"| {sum(run.calls for run in runs) / 1e6:.2f} M | {more.mean:.4g} ± {100 * more.half / oracle:.2f} % "
                f"| {sum(run.calls for run in sharp[row]) / 1e6:.0f} M | {100 * (more.mean / oracle - 1):+.2f} % |"
            )
    return "\n".join(out)


def main() -> int:
    parse = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parse.add_argument("--calls", type=float, default=1.6, help="million calls of the floor, all rows together")
    parse.add_argument("--sharp", type=float, default=150.0, help="million calls of the recursion, all rows together")
    parse.add_argument("--write", action="store_true", help="put the table into docs/simulation.md")
    asked = parse.parse_args()
    began = time.monotonic()
    shares: dict[tuple[float | None, int], int] = {(None, 10): 4, (None, 20): 12, (None, 50): 28, (None, 200): 70}
    with ProcessPoolExecutor(2) as pool:
        ours = {}
        sharp = {}
        for row in rows():
            count = 24
            calls = int(asked.calls * 1e6 / len(rows()) / count + WARM_UP * row.per_hour / 3600)
            ours[row] = [pool.submit(measure, row, calls, seed, True) for seed in range(count)]
            count = 120
            part = shares.get((row.patience, row.agents), 9 if row.agents > 100 else 5) / 138
            calls = int(asked.sharp * 1e6 * part / count + WARM_UP * row.per_hour / 3600)
            sharp[row] = [pool.submit(measure, row, calls, 1000 + seed, False) for seed in range(count)]
        floor = {row: [run.result() for run in runs] for row, runs in ours.items()}
        more = {row: [run.result() for run in runs] for row, runs in sharp.items()}
    apart = max(run.apart for runs in floor.values() for run in runs)
    told = table(floor, more)
    calls_told = sum(run.calls for runs in floor.values() for run in runs)
    words = (
        f"{told}\n\nThe largest difference between a wait of the floor and the recursion's, over {calls_told:,} calls: "
        f"{apart:.1e} s."
    )
    print(words, f"\n\n{time.monotonic() - began:.0f} s", sep="")
    off = [
        f"{row.name}: {of}"
        for row in more
        for of, oracle in (("wait", row.theory.wait), ("prompt", row.theory.service_level))
        for told_by in (sharpened(more[row], of),)
        if abs(told_by.mean / oracle - 1) > 0.03 or told_by.half / oracle > 0.03
    ]
    if asked.write:
        put(PAGE, "theory", words)
    if off or apart > 1e-6:
        print(
            "more than 3 % off, or not known better than that:", ", ".join(off) or "the floor and the recursion differ"
        )
        return 1
    return 0


def put(page: Path, name: str, words: str) -> None:
    """Replace what stands between the page's marks of this name."""
    begin, end = f"<!-- {name} -->\n", f"\n<!-- /{name} -->"
    text = page.read_text(encoding="utf-8")
    new = re.sub(f"{re.escape(begin)}.*?{re.escape(end)}", lambda _: begin + words + end, text, flags=re.DOTALL)
    if begin not in text:
        raise SystemExit(f"{page} has no mark {begin.strip()}")
    page.write_text(new, encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
