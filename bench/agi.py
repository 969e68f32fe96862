"""How many callers by FastAGI at once: channels of a real Asterisk that hear prompts and music, and hang up.

    python -m bench.agi [--callers 200]

Prints seconds and this process's CPU seconds after each step. Needs `make setup`; the Asterisk is its own.
"""

from __future__ import annotations

import argparse
import asyncio
import resource
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from bench.ports import free_ports
from hotline.agi_dialplan import snippet
from hotline.managed import ManagedAsterisk
from hotline.secrets import keep_secrets
from hotline.settings import load
from ivr.agi.door import listening_at
from ivr.agi.switch import AgiSwitch, Ways
from ivr.switch import Arrived, Played
from tests.ivr.worlds import Listener, agi_door, put_sounds

TOGETHER = 10
"""Callers who arrive in the same moment."""
MUSIC = 5.0
"""Seconds of music on hold."""


async def measure(folder: Path, callers: int) -> None:
    """Let so many call, and print how long each step took."""
    sip, ari = free_ports(2)
    settings = load(
        var=folder / "var",
        config=folder,
        sip={"port": sip, "max_calls": 3 * callers},
        ari={"port": ari},
        agi={"enabled": True},
        webrtc={"enabled": False},
    )
    secrets = keep_secrets(settings.var, ())
    put_sounds(settings)
    switch, listening = AgiSwitch(Ways(recordings=settings.recordings)), listening_at("127.0.0.1", 0)
    door, listener = agi_door(switch, 2 * callers), Listener(switch)
    dialplan = snippet(f"127.0.0.1:{listening.getsockname()[1]}")
    async with asyncio.TaskGroup() as tasks, ManagedAsterisk(settings, secrets, [], dialplan) as asterisk:
        works = [tasks.create_task(door.run(listening)), tasks.create_task(listener.listen())]
        await asterisk.command("module load res_clioriginate.so")
        began = time.monotonic()

        def tell(what: str) -> None:
            used = resource.getrusage(resource.RUSAGE_SELF)
            print(f"{time.monotonic() - began:7.2f} s, CPU {used.ru_utime + used.ru_stime:6.2f} s: {what}", flush=True)

        for _ in range(0, callers, TOGETHER):
            await asyncio.gather(
                *(
                    asterisk.command("channel originate Local/12320@hotline application Wait 600")
                    for _ in range(TOGETHER)
                )
            )
        await _until(lambda: _told(listener, Arrived) >= callers)
        tell(f"{switch.calls} arrived")
        names = [event.channel for event in listener.told if isinstance(event, Arrived)]
        await asyncio.gather(*(switch.answer(name) for name in names))
        tell("all answered")
        await asyncio.gather(*(switch.play(name, f"p-{name}", ["one", "two"]) for name in names))
        await _until(lambda: _told(listener, Played) >= callers)
        failed = sum(isinstance(event, Played) and event.failed for event in listener.told)
        tell(f"all heard two prompts of 2 s, {failed} did not")
        for name in names:
            await switch.start_music(name)
        await asyncio.sleep(MUSIC)
        tell(f"{MUSIC:.0f} s of music, {door.sessions} sessions")
        await asyncio.gather(*(switch.hang_up(name) for name in names))
        await _until(lambda: door.sessions == 0)
        tell("all hung up")
        for work in works:
            work.cancel()


def _told(listener: Listener, kind: type[Arrived] | type[Played]) -> int:
    return sum(isinstance(event, kind) for event in listener.told)


async def _until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(60.0):
        while not holds():  # noqa: ASYNC110 - the switch tells, and nobody stirs
            await asyncio.sleep(0.02)


def main() -> None:
    """Read the command line, and measure."""
    read = argparse.ArgumentParser(description=__doc__)
    read.add_argument("--callers", type=int, default=200)
    given = read.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(measure(Path(folder), given.callers))


if __name__ == "__main__":
    main()
