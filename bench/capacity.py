"""What this machine holds: calls a second, callers who wait at once, talks that are recorded at once.

Each is climbed step by step on a hotline of its own (`bench.stand`: own folder, own ports) until a step does not hold;
`hotline bench` puts it on one page. A step holds when no call failed, nothing stayed behind, the 200 came within 0.2 s
at p99 and the engine's loop was never late for long.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from bench import figures, report
from bench.calls import KNEE, MEASURED, Load, agents_for, measure
from bench.figures import Spread, Work
from bench.sipp import GRACE, Callers, agents, may_send_raw
from bench.stand import StandFailed, stand, wait_until

LATE: Final = 0.1
"""Seconds by which the engine's loop may be late at p99."""
TALK: Final = 20.0
"""Seconds of a recorded talk."""
JOINING: Final = 20
"""Callers a second who join those that wait."""
HELD: Final = 15.0
"""Seconds for which all of them wait."""
PARTS: Final = ("calls", "waiting", "talks")

LADDERS: Final[dict[str, tuple[int, ...]]] = {
    "calls": (5, 10, 20, 30, 40, 50, 60, 80, 100),
    "waiting": (50, 100, 200, 400, 800),
    "talks": (25, 50, 100, 150, 200, 300, 400),
}
"""Steps of each part: calls a second, callers, talks."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a ladder. Times are milliseconds at p99, `cores` what engine and Asterisk kept busy."""

    load: int
    holds: bool
    calls: int
    good: int
    answer: float
    late: float
    cores: float
    memory: float
    """MiB of both."""
    why: str = ""

    def to_json(self) -> dict[str, Any]:
        """The same as data."""
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True, slots=True)
class Ladder:
    """One part: what was tried, and the highest step that held; 0 when none did."""

    part: str
    steps: tuple[Step, ...]

    @property
    def holds(self) -> int:
        return max((step.load for step in self.steps if step.holds), default=0)

    @property
    def more(self) -> bool:
        """Every step held: the machine may hold more than was tried."""
        return bool(self.steps) and self.steps[-1].holds

    def to_json(self) -> dict[str, Any]:
        """The same as data."""
        return {"holds": self.holds, "more": self.more, "steps": [step.to_json() for step in self.steps]}


def climb(part: str, loads: Iterable[int], step: Callable[[int], Step], tell: Callable[[str, Step], None]) -> Ladder:
    """Step after step, until one does not hold."""
    steps: list[Step] = []
    for load in loads:
        steps.append(step(load))
        tell(part, steps[-1])
        if not steps[-1].holds:
            break
    return Ladder(part, tuple(steps))


def calls_a_second(rate: int, folder: Path, *, seconds: int) -> Step:
    """The whole main job at this rate: `bench.calls`. Raises StandFailed."""
    keys = "rtp" if may_send_raw() else "info"
    return _of(rate, Load(rate, seconds, 3.0, agents_for(rate, 3.0), keys=keys, warm=1), folder)


def recorded_talks(talks: int, folder: Path, *, talk: float = TALK) -> Step:
    """So many talks at once, each recorded, with sound both ways where that may be sent. Raises StandFailed."""
    sound = may_send_raw()
    rate = max(1, round(talks / talk))
    seconds = round(talk) + 5
    load = Load(
        rate,
        seconds,
        talk,
        round(rate * (talk + 2 * GRACE) * 1.2) + 5,
        record=True,
        sound=sound,
        keys="rtp" if sound else "info",
        warm=0,
    )
    return _of(talks, load, folder)


def _of(step: int, load: Load, folder: Path) -> Step:
    result = measure(load, folder)
    answer, late = result.times.get("INVITE to 200"), result.times.get("engine loop late")
    return _step(
        step,
        result.load.calls,
        result.talked,
        answer,
        late,
        result.busy["engine"] + result.busy["asterisk"],
        sum(result.memory.values()),
        "" if result.good else result.errors or f"{result.talked} of {result.load.calls} talked",
    )


def waiting_callers(callers: int, folder: Path, *, held: float = HELD) -> Step:
    """So many callers who hear music at once, before an agent who talks all the while. Raises StandFailed."""
    joining = callers / JOINING
    keys = "rtp" if may_send_raw() else "info"
    with stand(folder, agents=1, record=False) as here, agents(here) as answering:
        calling = Callers(here, keys=keys, talk=joining + held)
        before, since = Work.now(here.engine, here.asterisk, answering), time.time()
        batch = calling.call(JOINING, callers, first=MEASURED, within=2 * joining + held + 60)
        after, until = Work.now(here.engine, here.asterisk, answering), time.time()
        wait_until(lambda: not any(here.left().values()), 30)
        left = here.left()
        ended = wait_until(lambda: all(one.outcome for one in figures.told(here.database).values()), 30)
    told = figures.told(here.database).values()
    waited = sum(one.reached is not None and one.outcome in ("abandoned", "talked") for one in told)
    wrong = [] if ended else ["some calls have no record"]
    wrong += ["something stayed on the switch"] if any(left.values()) else []
    wrong += [f"{waited} of {callers} waited"] if waited != callers or batch.failed else []
    cpu = after.engine - before.engine + after.asterisk - before.asterisk
    return _step(
        callers,
        callers,
        waited,
        _spread(batch.answers),
        _spread(figures.lateness(folder / "pulse", since, until)),
        cpu / (until - since),
        after.engine_memory + after.asterisk_memory,
        "; ".join(wrong),
    )


def _spread(seconds: Sequence[float]) -> Spread | None:
    return Spread.of(seconds) if seconds else None


def _step(
    load: int,
    calls: int,
    good: int,
    answer: Spread | None,
    late: Spread | None,
    cores: float,
    memory: float,
    wrong: str,
) -> Step:
    slow = answer is None or answer.p99 > 1000 * KNEE
    behind = late is None or late.p99 > 1000 * LATE
    why = wrong or ("answered late" if slow else "the engine's loop was late" if behind else "")
    told = [0.0 if one is None else one.p99 for one in (answer, late)]
    return Step(
        load, not why, calls, good, told[0], told[1], round(cores, 2), round(memory), why.splitlines()[0] if why else ""
    )


def survey(
    folder: Path,
    parts: Sequence[str] = PARTS,
    *,
    ladders: Mapping[str, Sequence[int]] | None = None,
    seconds: int = 15,
    talk: float = TALK,
    held: float = HELD,
    tell: Callable[[str, Step], None] = lambda part, step: None,
) -> dict[str, Any]:
    """Climb these parts below `folder`: the machine, its load before, a `Ladder` by part. Raises StandFailed."""
    ladders = ladders or LADDERS
    ways: dict[str, Callable[[int], Step]] = {
        "calls": lambda load: calls_a_second(load, folder / f"calls-{load}", seconds=seconds),
        "waiting": lambda load: waiting_callers(load, folder / f"waiting-{load}", held=held),
        "talks": lambda load: recorded_talks(load, folder / f"talks-{load}", talk=talk),
    }
    began, busy = datetime.now(UTC), os.getloadavg()[0]
    climbed = {part: climb(part, ladders[part], ways[part], tell) for part in parts}
    if not any(ladder.steps for ladder in climbed.values()):
        raise StandFailed("nothing was measured")
    return {
        "machine": report.machine(),
        "began": began.isoformat(timespec="seconds"),
        "load_before": round(busy, 2),
        "parts": climbed,
    }
