"""The engine under load: what `hotline up` starts, without building prompts, and with its pulse taken.

Run by `bench.stand` as a program of its own: `python -m bench.engine --config DIR --var DIR --pulse FILE`.
"""

from __future__ import annotations

import argparse
import asyncio
import cProfile
import time
from array import array
from importlib import import_module
from pathlib import Path

from hotline.engine import serve
from hotline.logs import set_up_logs
from hotline.operators import read_config
from hotline.settings import load

BEAT = 0.01
"""Seconds between two beats of the pulse."""


async def _pulse(beats: array[float]) -> None:
    """Note how much later than asked the loop comes round: wall time and seconds late, by turns, until cancelled."""
    while True:
        before = time.perf_counter()
        await asyncio.sleep(BEAT)
        beats.extend((time.time(), time.perf_counter() - before - BEAT))


async def _run(config: Path, var: Path, beats: array[float]) -> None:
    settings, published = load(config=config, var=var), read_config(config)
    async with asyncio.TaskGroup() as tasks:
        beating = tasks.create_task(_pulse(beats))
        await serve(settings, published, managed=True)
        beating.cancel()


def main() -> None:
    """Serve until SIGTERM."""
    command = argparse.ArgumentParser(description=__doc__)
    command.add_argument("--config", type=Path, required=True)
    command.add_argument("--var", type=Path, required=True)
    command.add_argument("--pulse", type=Path, required=True)
    command.add_argument("--profile", type=Path, help="write a cProfile here (slows the engine down)")
    command.add_argument("--uvloop", action="store_true")
    given = command.parse_args()
    set_up_logs(level="info")
    factory = None
    if given.uvloop:
        factory = import_module("uvloop").new_event_loop
    profile = cProfile.Profile()
    if given.profile:
        profile.enable()
    beats = array("d")
    with asyncio.Runner(loop_factory=factory) as runner:
        runner.run(_run(given.config, given.var, beats))
    given.pulse.write_bytes(beats.tobytes())
    if given.profile:
        profile.disable()
        profile.dump_stats(given.profile)


if __name__ == "__main__":
    main()
