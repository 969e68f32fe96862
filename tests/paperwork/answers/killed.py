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


async def work(url: str, turn: int, dice: random.Random, done: int) -> None:
    """Calls without end, heard by the clerk as they are noted; a byte to `done` for each change of a record."""
    async with SqlJournal(url) as journal, room(url) as here, asyncio.TaskGroup() as tasks:

        def told() -> None:
            os.write(done, b".")

        here.answers.listeners.append(told)
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
        done, writes = os.pipe()
        child = os.fork()
        if child == 0:
            asyncio.run(work(url, turn, random.Random(seed * 1000 + turn), writes))  # noqa: S311
        for _ in range(dice.randrange(12)):
            os.read(done, 1)
        time.sleep(0.05 * dice.random())
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        os.close(done)
        os.close(writes)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
