"""How long it takes to tell an agent who is calling: `python -m bench.dossier [--records 300000] [--postgresql]`.

A database with so many ended calls, an answer record for each, two legs, and an order for every fifteenth; most numbers
called a few times, one three thousand times. Told are milliseconds from the question to the whole answer, as the desk
makes it: facts of the call, earlier calls with their records, open orders, names of units; the median and the slowest.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import tempfile
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

from numpy.random import default_rng
from sqlalchemy import insert, text

from desk.asker import Asker
from desk.caller_api import CallerApi, Nobody
from desk.dossier import Current
from desk.roles import PERMISSIONS, Role
from hotline.operators import read_config
from hotline.settings import HOUSE
from ivr.events import CallArrived, StepHeard, TalkBegan, WaitBegan
from ivr.journal import Entry, Event
from records.database import open_database
from records.migrations import upgrade
from records.paper_tables import answers, orders
from records.store import Store
from records.tables import cdr, legs
from routing.calendar import SHANGHAI

AIM = 50.0
"""Milliseconds."""
BEGIN = datetime(2026, 10, 1, tzinfo=SHANGHAI)
AT_ONCE = 5_000
OFTEN, RARE, NEVER = "13900000099", "13900000042", "13900000007"
LINES = ("immunization", "health-knowledge", "psychological-aid", "animal-injury")


class OneCall(Nobody):
    """A call that just rings."""

    def __init__(self, number: str, line: str) -> None:
        events: tuple[Event, ...] = (
            CallArrived(number, "12320", "c", "7"),
            StepHeard("main", ("main-menu",), "1", asked=True),
            WaitBegan(line, 0),
            TalkBegan(1, line, "ann"),
        )
        self._facts = [Entry("now", n + 1, BEGIN + timedelta(days=40, seconds=n), one) for n, one in enumerate(events)]

    def facts(self, call: str) -> Sequence[Entry]:
        return self._facts if call == "now" else ()


def calls(number: int) -> Iterator[tuple[dict[str, Any], dict[str, Any], list[dict[str, Any]], dict[str, Any] | None]]:
    """A call, its answer record, its legs, its order."""
    chance = default_rng(12320)
    seconds, picks = chance.integers(0, 30 * 86_400, number), chance.integers(0, 1 << 30, (number, 3))
    for place in range(number):
        at = BEGIN + timedelta(seconds=int(seconds[place]))
        a, b, c = (int(one) for one in picks[place])
        caller = OFTEN if place % 100 == 0 else RARE if place % 30_000 == 1 else f"137{a % 90_000:08d}"
        call, line = f"c-{place}", LINES[b % 4]
        told = {"line": line, "agent": "ann", "test": False}
        record = {
            **told, "id": call, "started": at, "ended": at + timedelta(minutes=4), "number": caller,
            "dialled": "12320", "plan": "p", "outcome": "talked", "reason": "completed", "keys": "1", "waited": 3.0,
            "talked": 120.0, "segments": [], "direction": "in", "asked": at, "asked_line": line, "legs": 2,
        }  # fmt: skip
        answer = {
            **told, "call": call, "number": f"2026-{place:06d}", "seq": 2, "state": "filled", "at": at,
            "kind": "consult", "category": "Z0201", "contact": caller, "content": "问接种时间", "filled": at,
        }  # fmt: skip
        leg = {"call": call, "since": at, "until": at, "counted": True, "test": False, "seconds": 9.0, "line": line}
        order = None
        if c % 15 == 0:
            order = {
                "number": f"2026-{place:06d}", "seq": 1, "state": "done" if c % 45 else "handed_on", "source": "call",
                "call": call, "line": line, "kind": "complaint", "urgency": "simple", "content": "…", "caller": caller,
                "contact": caller, "feedback": "unit", "unit": "cdc", "opened": at, "opened_by": "desk:a", "urged": 0,
                "hand_on_by": at, "reopened": 0, "test": False,
            }  # fmt: skip
        yield record, answer, [{**leg, "number": 1, "kind": "wait"}, {**leg, "number": 2, "kind": "talk"}], order


async def fill(url: str, number: int) -> None:
    """The database."""
    await upgrade(url)
    engine = open_database(url)
    async with engine.begin() as connection:
        waiting: list[Any] = []
        for place, one in enumerate(calls(number), 1):
            waiting.append(one)
            if len(waiting) < AT_ONCE and place < number:
                continue
            await connection.execute(insert(cdr), [row[0] for row in waiting])
            await connection.execute(insert(answers), [row[1] for row in waiting])
            await connection.execute(insert(legs), [leg for row in waiting for leg in row[2]])
            await connection.execute(insert(orders), [row[3] for row in waiting if row[3] is not None])
            waiting = []
        if connection.dialect.name == "postgresql":
            await connection.execute(text("ANALYZE"))  # its own housekeeping would within a minute
    await engine.dispose()


async def measure(url: str) -> float:
    """Tell each caller's; the slowest median in milliseconds."""
    plan, store, slowest = read_config(HOUSE / "config").plan, Store(url), 0.0
    asker = Asker("desk:ann", PERMISSIONS[Role.AGENT])
    wanted = {"often": OFTEN, "ten times": RARE, "never": NEVER, "a few times": "13700000017"}
    for words, number in wanted.items():
        api = CallerApi(store, OneCall(number, "immunization"), lambda: plan, lambda code: code)
        times = []
        for _ in range(41):
            began = perf_counter()
            told = await api._dossier(Current("now", "immunization"), asker)  # noqa: SLF001 - what its route does
            times.append((perf_counter() - began) * 1e3)
        assert told is not None
        shown = f"{len(told['calls'] or ())} calls, {len(told['orders'] or ())} orders"
        print(f"{words:12} {median(times):7.1f} ms, slowest {max(times[1:]):7.1f}, first {times[0]:7.1f}  ({shown})")
        slowest = max(slowest, median(times))
    await store.close()
    return slowest


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, default=300_000)
    parser.add_argument("--postgresql", action="store_true", help="on a server of its own, as the tests have one")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        url = _server() if asked.postgresql else f"sqlite+aiosqlite:///{Path(folder) / 'hotline.db'}"
        asyncio.run(fill(url, asked.records))
        slowest = asyncio.run(measure(url))
        print(f"load of the machine {os.getloadavg()[0]:.1f}")
    raise SystemExit(slowest > AIM)


def _server() -> str:
    """An empty database on a PostgreSQL that goes with this process."""
    from tests.postgres import postgres

    return postgres().url(postgres().make())


if __name__ == "__main__":
    main()
