"""A program that tells facts until it is killed, again and again; run it as `python -m tests.records.killed`.

Prints `CALL SEQ` of each fact the moment that `note` has returned, and `AGENT NUMBER` of each move.
"""

from __future__ import annotations

import asyncio
import os
import random
import signal
import sys
import time
from itertools import count
from pathlib import Path

import structlog

from acd.agent import Presence
from ivr.events import StepHeard
from ivr.journal import Entry
from records import spool
from records.journal import SqlJournal
from records.presences import Presences
from tests.records.tales import at


async def tell(url: str, folder: Path, turn: int, dice: random.Random) -> None:
    """Tell facts without end. Memory and files are small, so that everything happens that can."""
    spool.SEGMENT = dice.choice((500, 5_000, 5_000_000))
    limit = dice.choice((3, 50, 100_000))
    async with (
        SqlJournal(url, limit=limit, folder=folder) as journal,
        Presences(url, limit=limit, folder=folder) as presences,
    ):
        for number in count(1):
            journal.note(
                Entry(f"a-{turn}", number, at(number), StepHeard("menu", ("words",) * dice.randrange(40), "1"))
            )
            os.write(1, f"a-{turn} {number}\n".encode())
            presences.note(f"agent{turn}", at(number), Presence.READY)
            os.write(1, f"agent{turn} {number}\n".encode())
            if dice.random() < 0.2:
                await asyncio.sleep(dice.choice((0.0, 0.0, 0.001, 0.01)))


def main(url: str, folder: Path, seed: int, turns: int) -> None:
    """Let `turns` engines be killed, one after the other, each at a moment that chance has chosen."""
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    dice = random.Random(seed)  # noqa: S311 - chance, not a secret
    for turn in range(turns):
        child = os.fork()
        if child == 0:
            asyncio.run(tell(url, folder, turn, random.Random(seed * 1000 + turn)))  # noqa: S311
        time.sleep(dice.choice((0.02, 0.1, 0.3, 0.5)) * dice.random())
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]))
