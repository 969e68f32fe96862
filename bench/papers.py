"""What a call that ends in a talk costs on paper: `python -m bench.papers`.

Its facts are written into the journal and filed as an answer record, one after the other, as on a quiet day. Told is
the processor that this took, all threads together: it does not depend on what else the machine does. `--postgresql`
measures with a server of its own, whose own processor is not in it.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

from bench import report
from hotline.operators import read_config
from hotline.settings import HOUSE
from ivr.events import (
    CallAnswered,
    CallArrived,
    CallEnded,
    Offered,
    OfferEnded,
    StepHeard,
    TalkBegan,
    TalkEnded,
    WaitBegan,
    WaitEnded,
)
from ivr.journal import Entry, Event
from ivr.outcomes import OfferResult, Outcome, Party, Reason, WaitEnd
from paperwork.answers.clerk import AnswerClerk
from paperwork.answers.names import PlanHouse
from paperwork.answers.office import open_clerk
from records.database import open_database
from records.journal import write_entries
from records.migrations import upgrade

WARM = 50
"""Calls before the first that counts: every statement has been compiled by then."""


def call_of(number: int) -> list[Entry]:
    """A caller presses a key, waits, and talks with an agent."""
    line, agent = "immunization", "vaccine-1"
    events: Sequence[Event] = (
        CallArrived(f"139{number:08d}", "12320", f"c-{number}", "v1"),
        CallAnswered(),
        StepHeard("root", ("welcome", "menu"), "1", asked=True),
        WaitBegan(line, 3),
        Offered(1, line, agent, "phone-1"),
        OfferEnded(1, OfferResult.ANSWERED),
        WaitEnded(line, WaitEnd.CONNECTED),
        TalkBegan(1, line, agent),
        TalkEnded(1, Party.CALLER),
        CallEnded(Outcome.TALKED, Reason.CALLER_HUNG_UP),
    )
    first = datetime.now(UTC)
    return [
        Entry(f"papers-{number}", seq, first + timedelta(seconds=seq), event) for seq, event in enumerate(events, 1)
    ]


def portions(entries: Sequence[Entry]) -> Iterator[Sequence[Entry]]:
    """As the journal writes them, which lets what happens within a fifth of a second gather: arrival, talk, end."""
    return (entries[begin:end] for begin, end in pairwise((0, 4, 8, 10)))


async def measure(url: str, calls: int) -> tuple[float, float]:
    """Milliseconds of the processor a call: what the journal and the records of calls cost, and the answer records."""
    await upgrade(url)
    plan = read_config(HOUSE / "config").plan
    engine = open_database(url)
    wrote = filed = 0.0
    async with (
        open_clerk(url, house=PlanHouse(lambda: plan), now=lambda: datetime.now(UTC)) as office,
        asyncio.TaskGroup() as tasks,
    ):
        clerk: AnswerClerk = office.clerk
        running = tasks.create_task(clerk.run())
        for number in range(calls + WARM):
            for portion in portions(call_of(number)):
                began = time.process_time()
                async with engine.begin() as connection:
                    await write_entries(connection, portion, "papers", derived=True)
                told = time.process_time()
                for entry in portion:
                    clerk.idle.clear()
                    clerk.hear(entry)
                    if isinstance(entry.event, TalkBegan | TalkEnded):
                        await asyncio.wait_for(clerk.idle.wait(), 30)
                if number >= WARM:
                    wrote, filed = wrote + told - began, filed + time.process_time() - told
        running.cancel()
    await engine.dispose()
    return 1_000 * wrote / calls, 1_000 * filed / calls


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--calls", type=int, default=1_000, help="how many (1000)")
    parser.add_argument("--postgresql", action="store_true", help="on a server of its own, as the tests have one")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        url = _server() if asked.postgresql else f"sqlite+aiosqlite:///{Path(folder) / 'hotline.db'}"
        wrote, filed = asyncio.run(measure(url, asked.calls))
    print(", ".join(report.machine().values()))
    print(f"a call, ms of the processor: journal and its record {wrote:.1f}, answer record {filed:.1f}")


def _server() -> str:
    """An empty database on a PostgreSQL that goes with this process."""
    from tests.postgres import postgres

    return postgres().url(postgres().make())


if __name__ == "__main__":
    main()
