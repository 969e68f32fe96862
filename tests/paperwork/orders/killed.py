"""A program that opens and moves orders until it is killed, again and again: `python -m tests.paperwork.orders.killed`.

Prints `NUMBER SEQ` of each change the moment that it is known to be kept.
"""

from __future__ import annotations

import asyncio
import os
import random
import signal
import sys
import time
from datetime import timedelta

import structlog
from sqlalchemy.exc import OperationalError

from paperwork.orders.asked import Open, read
from paperwork.orders.escalating import Escalating
from paperwork.orders.exchange import rows_of, take
from paperwork.orders.messages import Messages
from paperwork.orders.state import Move
from tests.paperwork.orders.house import ANN, ENGINE, local, order_house


async def work(url: str, turn: int, dice: random.Random) -> None:
    """Do this and that without end."""
    async with order_house(url, local("2026-11-20 10:00") + timedelta(days=turn)) as house:
        clerks = Escalating(house.orders, ENGINE.who), Messages(house.orders, ENGINE.who, nothing)
        for count in range(100_000):
            form = read(Open, {"content": "食堂卫生", "source": "other"})
            order = await house.orders.open(form, ANN)
            os.write(1, f"{order.number} {order.seq}\n".encode())
            for move, said in ((Move.HAND_ON, {"unit": "cdc"}), (Move.DONE, {"text": "已办"})):
                order = await house.orders.move(order.number, move, said, ANN)
                os.write(1, f"{order.number} {order.seq}\n".encode())
                if dice.random() < 0.3:
                    house.later(days=dice.randrange(20))
            rows = f"number,content\nTJ-{turn}-{count},x\nTJ-{turn}-{count}b,x\n"
            await take(house.orders, rows_of(rows, "csv"), ENGINE)
            await clerks[1].take()
            await clerks[0].look()


async def nothing() -> None:
    """Everything is written."""


def main(url: str, seed: int, turns: int) -> None:
    """Let `turns` engines be killed, one after the other, each at a moment that chance has chosen."""
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    dice = random.Random(seed)  # noqa: S311 - chance, not a secret
    for turn in range(turns):
        child = os.fork()
        if child == 0:
            try:
                asyncio.run(work(url, turn, random.Random(seed * 1000 + turn)))  # noqa: S311
            except OperationalError:
                os._exit(1)
        time.sleep(0.25 + 0.3 * dice.random())
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
