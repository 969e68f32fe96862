"""A hotline's journal and office until they are killed; run it as `python -m tests.paperwork.answers.killed`.

Prints `CALL begun` the moment that a talk was noted.
"""

from __future__ import annotations

import asyncio
import os
import random
import signal
import sys
import time

import structlog

from ivr.events import TalkBegan
from records.journal import SqlJournal
from tests.paperwork.answers.desk import room, tale


async def work(url: str, turn: int, dice: random.Random) -> None:
    """Calls without end, heard by the clerk as they are noted."""
    async with SqlJournal(url) as journal, room(url) as here, asyncio.TaskGroup() as tasks:
        journal.subscribe(here.clerk.hear)
        tasks.create_task(here.clerk.run())
        for number in range(10_000):
            call = f"a-{turn}-{number}"
            for entry in tale(call, ("immunization", "ann"), ("animal-injury", "bob")):
                journal.note(entry)
                if isinstance(entry.event, TalkBegan):
                    os.write(1, f"{call} begun\n".encode())
                await asyncio.sleep(dice.choice((0.0, 0.0, 0.002, 0.01)))


def main(url: str, seed: int, turns: int) -> None:
    """Let `turns` engines be killed, one after the other, each at a moment that chance has chosen."""
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    dice = random.Random(seed)  # noqa: S311 - chance, not a secret
    for turn in range(turns):
        child = os.fork()
        if child == 0:
            asyncio.run(work(url, turn, random.Random(seed * 1000 + turn)))  # noqa: S311
        time.sleep(0.1 + 0.5 * dice.random())
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
