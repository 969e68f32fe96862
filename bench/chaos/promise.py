"""A promise: what was said, what was measured, and whether it held."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import inf


@dataclass(frozen=True, slots=True)
class Promise:
    """One line of the table."""

    fault: str
    what: str
    bar: str
    """In words: `≤ 3 s`, `0`."""
    measured: str
    held: bool
    slack: float = 0.0
    """What was measured, in times of the bar, where the promise is one of time; 0 where it is not."""


def at_most(fault: str, what: str, seconds: float | None, bar: float) -> Promise:
    """Seconds that may not be passed; None never came."""
    measured = "never" if seconds is None else f"{seconds:.2f} s"
    slack = inf if seconds is None else seconds / bar
    return Promise(fault, what, f"≤ {bar:g} s", measured, seconds is not None and seconds <= bar, slack)


def none_of(fault: str, what: str, found: Iterable[object]) -> Promise:
    """What must not be found at all; the first few are named."""
    there = list(found)
    named = f" ({', '.join(str(one) for one in there[:3])})" if there else ""
    return Promise(fault, what, "0", f"{len(there)}{named}", not there)


def exactly(fault: str, what: str, count: int, wanted: int) -> Promise:
    """A count that is known."""
    return Promise(fault, what, str(wanted), str(count), count == wanted)


def worst(rounds: list[list[Promise]]) -> list[Promise]:
    """Of repeats of one fault, for each promise the first that was broken, else the last."""
    told = []
    for same in zip(*rounds, strict=True):
        broken = [promise for promise in same if not promise.held]
        shown = broken[0] if broken else max(same, key=lambda promise: _number(promise.measured))
        held = len(same) - len(broken)
        measured = shown.measured if len(same) == 1 else f"{shown.measured} (worst; {held} of {len(same)} runs held)"
        told.append(Promise(shown.fault, shown.what, shown.bar, measured, not broken))
    return told


def table(promises: Iterable[Promise]) -> str:
    """As Markdown."""
    lines = ["| fault | promise | bar | measured | |", "|---|---|---|---|---|"]
    lines += [
        f"| {p.fault} | {p.what} | {p.bar} | {p.measured} | {'✓' if p.held else '**broken**'} |" for p in promises
    ]
    return "\n".join(lines)


def _number(measured: str) -> float:
    head = measured.split(" ", 1)[0]
    try:
        return float(head)
    except ValueError:
        return 0.0
