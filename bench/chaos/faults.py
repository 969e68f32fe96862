"""The faults, each on a hotline of its own with callers in every phase, and what was promised of it."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

from bench.chaos.house import house
from bench.chaos.phases import Scene, Size, everybody_calling, newcomers
from bench.chaos.probe import Heard
from bench.chaos.promise import Promise, at_most, none_of

Fault = Callable[[Path, Size], list[Promise]]


def _heard(fault: str, who: list[Heard], since: float, bar: float = 1.0) -> list[Promise]:
    """What was promised to those who called from `since` (Unix seconds) on: somebody answers, and there is sound."""
    new = [one for one in who if one.began >= since - 0.1]
    slowest = max((one.sounded or 99.0 for one in new), default=None)
    return [
        none_of(fault, f"new callers without an answer (of {len(new)})", [o.number for o in new if o.answered is None]),
        at_most(fault, "new caller: INVITE to first sound", slowest, bar),
    ]


def nothing(folder: Path, size: Size) -> list[Promise]:
    """No fault: what the rest is held against."""

    def strike(scene: Scene) -> list[Promise]:
        return [at_most("no fault", "state equals the switch", scene.back_within(time.monotonic()), 1.0)]

    return _struck("no fault", folder, size, strike, lasts=15.0)


def kill_engine(folder: Path, size: Size) -> list[Promise]:
    """`kill -9` of the engine."""
    name = "kill -9 of the engine"

    def strike(scene: Scene) -> list[Promise]:
        here, since = scene.here, time.monotonic()
        here.signal_engine(signal.SIGKILL)
        return [at_most(name, "all callers adopted, with their places", scene.back_within(since), 3.0)]

    return _struck(name, folder, size, strike)


def freeze(seconds: float) -> Fault:
    """The engine stops for so long (SIGSTOP)."""

    def fault(folder: Path, size: Size) -> list[Promise]:
        name = f"engine frozen for {seconds:g} s"

        def strike(scene: Scene) -> list[Promise]:
            engine = scene.here.engine
            os.kill(engine, signal.SIGSTOP)
            time.sleep(seconds)
            since = time.monotonic()
            os.kill(engine, signal.SIGCONT)
            return [at_most(name, "state equals the switch again", scene.back_within(since), 3.0)]

        return _struck(name, folder, size, strike, sound_within=4.5)

    return fault


def _struck(
    name: str,
    folder: Path,
    size: Size,
    strike: Callable[[Scene], list[Promise]],
    *,
    sound_within: float = 1.0,
    lasts: float = 30.0,
) -> list[Promise]:
    """Strike while everybody calls and newcomers come; then let all come to their end."""
    with (
        house(folder, answering=size.talking, silent=size.ringing) as here,
        everybody_calling(here, size, lasts=lasts) as scene,
    ):
        with newcomers(here, 0.3, scene.newcomers):
            time.sleep(0.5)
            since = time.time()
            told = strike(scene)
            time.sleep(1.0)
        scene.over(lasts + 60)
        return [*told, *_heard(name, scene.newcomers, since, sound_within), *scene.promises(name)]


FAULTS: dict[str, Fault] = {
    "nothing": nothing,
    "kill-engine": kill_engine,
    "freeze-2": freeze(2.0),
    "freeze-10": freeze(10.0),
}
"""By the name that the command knows."""
