"""How a fault is struck: everybody calls, newcomers come, and all come to their end; what was promised of any fault."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Sequence
from pathlib import Path

from bench.chaos.house import house, house_on_a_wire
from bench.chaos.phases import Scene, Size, everybody_calling, newcomers
from bench.chaos.probe import Heard
from bench.chaos.promise import Promise, at_most, none_of
from bench.chaos.proxy import Wire

Fault = Callable[[Path, Size], list[Promise]]


def heard(fault: str, who: list[Heard], since: float, bar: float = 1.0) -> list[Promise]:
    """What was promised to those who called from `since` (Unix seconds) on: somebody answers, and there is sound."""
    new = [one for one in who if one.began >= since - 0.1]
    slowest = max((one.sounded or 99.0 for one in new), default=None)
    return [
        none_of(fault, f"new callers without an answer (of {len(new)})", [o.number for o in new if o.answered is None]),
        at_most(fault, "new caller: INVITE to first sound", slowest, bar),
    ]


def struck_on_the_wire(
    name: str,
    folder: Path,
    size: Size,
    strike: Callable[[Scene, Wire], list[Promise]],
    *,
    sound_within: float = 1.0,
    takes: float = 0.0,
) -> list[Promise]:
    lasts = size.lasts + takes
    with (
        house_on_a_wire(folder, answering=size.talking, silent=size.ringing) as (here, between),
        everybody_calling(here, size, lasts=lasts) as scene,
    ):
        with newcomers(here.stand.sip, 0.3, scene.newcomers):
            time.sleep(0.5)
            since = time.time()
            told = strike(scene, between)
            time.sleep(1.0)
        scene.over(lasts + 60)
        return [*told, *heard(name, scene.newcomers, since, sound_within), *scene.promises(name)]


def struck(
    name: str,
    folder: Path,
    size: Size,
    strike: Callable[[Scene], list[Promise]],
    *,
    sound_within: float = 1.0,
    takes: float = 0.0,
    settings: Sequence[tuple[str, str]] = (),
    let_go: Collection[str] = (),
) -> list[Promise]:
    """Strike while everybody calls and newcomers come; then let all come to their end.

    `takes` is how many seconds the fault itself lasts; `settings` are more variables of the hotline's surroundings;
    the calls of the phases `let_go` may end by it.
    """
    lasts = size.lasts + takes
    with (
        house(folder, answering=size.talking, silent=size.ringing, settings=settings) as here,
        everybody_calling(here, size, lasts=lasts) as scene,
    ):
        with newcomers(here.stand.sip, 0.3, scene.newcomers):
            time.sleep(0.5)
            since = time.time()
            told = strike(scene)
            time.sleep(1.0)
        scene.over(lasts + 60)
        return [*told, *heard(name, scene.newcomers, since, sound_within), *scene.promises(name, let_go)]
