"""How long each report of a month with 300,000 records takes, and how much memory: `python bench/reports.py`.

Makes a database with as many answer records, calls and legs as asked for, one month before and one year before a
third of them, imported rows and work orders; then makes each report twice and tells the second time, its share of the
database's answer, and the peak of Python's memory. `--formats` tells for each format, too, how long it takes to write a
report that is made. `--postgresql` measures a server of its own, `--url` one that is there and empty.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import resource
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from numpy.random import Generator, default_rng
from sqlalchemy import insert, select, text

from hotline.office import trees_of
from hotline.operators import read_config
from hotline.settings import HOUSE
from paperwork.kind import Kind
from paperwork.printing.render import Format, Unprintable, render
from paperwork.reports.book import BOOK
from paperwork.reports.reading import open_reading
from paperwork.reports.report import Period, Report
from paperwork.reports.sources import Asked, Sources
from paperwork.reports.telling import contract_json, csv_files
from paperwork.rules import rules_in
from records.database import open_database
from records.migrations import upgrade
from records.paper_tables import answers, orders, past_rows
from records.tables import cdr, legs
from routing.calendar import SHANGHAI

AIM = 5.0
"""Seconds for a month of 300,000 records."""
AT_ONCE = 5_000
ALIKE = 20
"""Each record is there so many times: the database copies them faster than we tell them."""
MONTHS = ((date(2026, 10, 1), 1.0), (date(2026, 9, 1), 0.33), (date(2025, 10, 1), 0.33))
OCTOBER = Period(date(2026, 10, 1), date(2026, 11, 1))


def rows_of(
    chance: Generator, begin: date, number: int, codes: Mapping[str, list[str]]
) -> Iterator[tuple[dict[str, Any], ...]]:
    """An answer record, its call, and its legs, so many times; `codes` are the categories of each kind."""
    first = datetime(begin.year, begin.month, 1, tzinfo=SHANGHAI)
    lines, agents = ["immunization", "health-knowledge", "womens-health"], ["vaccine-1", "vaccine-2", "women-1"]
    kinds = [kind.value for kind in Kind]
    seconds = chance.integers(0, 30 * 86_400, number)
    picks = chance.integers(0, 1 << 30, (number, 6))
    for place in range(number):
        at = first + timedelta(seconds=int(seconds[place]))
        a, b, c, d, e, f = (int(one) for one in picks[place])
        call, line, agent = f"{begin:%y%m}-{place}", lines[a % 3], agents[b % 3]
        kind = kinds[c % len(kinds)] if c % 5 == 0 else "consult"
        answer = {
            "call": call, "number": f"{begin:%y%m}-{place:06d}", "seq": 2, "state": "filled", "at": at, "line": line,
            "agent": agent, "kind": kind, "category": codes[kind][d % len(codes[kind])], "place": f"区{e % 16}",
            "content": "问接种时间", "settled": "on_the_spot" if f % 9 else "handed_on", "test": False,
            "filled": None if f % 50 == 0 else at,
        }  # fmt: skip
        turn, waited = ("answered", e % 40) if f % 20 else ("abandoned", e % 90)
        told = {"turned_out": turn, "asked_for": float(waited)}
        record = {
            "id": call, "started": at, "ended": at + timedelta(minutes=4), "number": "13900000001", "dialled": "12320",
            "plan": "p", "line": line, "agent": agent, "outcome": "talked", "reason": "completed", "keys": "1",
            "waited": float(waited), "talked": float(a % 400), "segments": [], "direction": "in", "test": False,
            "asked": at, "asked_line": line, "legs": 3, **told,
        }  # fmt: skip
        common = {"call": call, "line": line, "since": at, "until": at, "counted": True, "test": False, "seconds": 9.0}
        nobody = {"turned_out": None, "asked_for": None, "agent": agent}
        yield (
            answer,
            record,
            {**common, **told, "number": 1, "kind": "wait", "agent": None, "end": "connected"},
            {**common, **nobody, "number": 2, "kind": "offer", "end": "answered"},
            {**common, **nobody, "number": 3, "kind": "talk", "end": "caller"},
        )


async def fill(url: str, number: int) -> None:
    """The database."""
    chance = default_rng(12320)
    categories = trees_of(HOUSE / "config").categories
    codes = {kind.value: [code for code, one in categories.items() if kind in one.kinds] for kind in Kind}
    await upgrade(url)
    engine = open_database(url)
    async with engine.begin() as connection:
        for begin, share in MONTHS:
            batch: list[tuple[dict[str, Any], ...]] = []
            for row in rows_of(chance, begin, int(number * share) // ALIKE, codes):
                batch.append(row)
                if len(batch) == AT_ONCE:
                    await _write(connection, batch)
                    batch = []
            await _write(connection, batch)
        for copy in range(1, ALIKE):
            for table, named in ((answers, ("call", "number")), (cdr, ("id",)), (legs, ("call",))):
                columns = [one + f"+{copy}" if one.name in named else one for one in table.c]
                first = table.c[named[0]].not_like("%+%")
                await connection.execute(insert(table).from_select(table.c.keys(), select(*columns).where(first)))
        past = [
            {"import": "i", "row": row, "at": datetime(2026, 10, 5, tzinfo=UTC), "kind": "consult", "tree": "national",
             "path": "咨询/寻医问药/就医引导", "place": f"区{row % 16}", "count": 3}
            for row in range(number // 100)
        ]  # fmt: skip
        await connection.execute(insert(past_rows), past)
        await connection.execute(insert(orders), [_order(place) for place in range(number // 60)])
        if connection.dialect.name == "postgresql":
            await connection.execute(text("ANALYZE"))  # its own housekeeping would within a minute
    await engine.dispose()


def _order(place: int) -> dict[str, Any]:
    opened = datetime(2026, 10, 1 + place % 30, 9, tzinfo=SHANGHAI)
    return {
        "number": f"2026-{place:06d}", "seq": 1, "state": "done" if place % 3 else "handed_on", "source": "call",
        "call": f"2610-{place * 9}", "line": "immunization", "kind": "complaint", "urgency": "simple", "content": "…",
        "feedback": "unit", "unit": f"unit-{place % 7}", "opened": opened, "opened_by": "desk:a", "urged": 0,
        "hand_on_by": opened, "handed_on": opened, "done_by": opened + timedelta(days=9), "reopened": 0, "test": False,
        "done": opened + timedelta(days=place % 14) if place % 3 else None,
    }  # fmt: skip


async def _write(connection: Any, batch: list[tuple[dict[str, Any], ...]]) -> None:
    if batch:
        await connection.execute(insert(answers), [row[0] for row in batch])
        await connection.execute(insert(cdr), [row[1] for row in batch])
        await connection.execute(insert(legs), [leg for row in batch for leg in row[2:]])


async def measure(url: str, name: str, *, formats: bool) -> dict[str, Any]:
    """Seconds of the second time, those of the processor in them (a server's own are not), and what its JSON has."""
    config = HOUSE / "config"
    trees, rules, plan = trees_of(config), rules_in(config), read_config(config).plan
    taken, worked, text = 0.0, 0.0, ""
    for _ in range(2):
        begin, at_work = time.perf_counter(), time.process_time()
        async with open_reading(url) as reading:
            sources = Sources(reading, trees, rules, plan, datetime(2026, 11, 2, tzinfo=UTC))
            line = "immunization" if name == "line" else None
            made = await BOOK[name].make(sources, Asked(OCTOBER, line))
        text = json.dumps(contract_json(made), ensure_ascii=False)
        taken, worked = time.perf_counter() - begin, time.process_time() - at_work
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    told = {"report": name, "seconds": round(taken, 2), "cpu": round(worked, 2), "bytes": len(text), "peak_mib": peak}
    if formats:
        told["formats"] = {form: _written(made, form) for form in ("csv", *Format)}
        told["peak_mib_formats"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return told


def _written(made: Report, form: str) -> float | str:
    """Seconds of the second time: the first one loads the type setter, which a running hotline's press has loaded."""
    taken = 0.0
    for _ in range(2):
        begin = time.perf_counter()
        try:
            csv_files(made) if form == "csv" else render(made, form)
        except Unprintable as error:
            return str(error)
        taken = time.perf_counter() - begin
    return round(taken, 2)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, default=300_000)
    parser.add_argument("--url", help="of an empty database; SQLite in a new folder without one")
    parser.add_argument("--formats", action="store_true", help="write each as CSV, HTML, PDF and XLSX, too")
    parser.add_argument("--postgresql", action="store_true", help="on a server of its own, as the tests have one")
    parser.add_argument("--repeat", type=int, default=1, metavar="N", help="tell the median of so many measurements")
    parser.add_argument("--only", help="this report of the database at --url, which is filled already")
    asked = parser.parse_args()
    if asked.only:
        print(json.dumps(asyncio.run(measure(asked.url, asked.only, formats=asked.formats)), ensure_ascii=False))
        return
    with tempfile.TemporaryDirectory() as folder:
        url = asked.url or (_server() if asked.postgresql else f"sqlite+aiosqlite:///{Path(folder) / 'hotline.db'}")
        asyncio.run(fill(url, asked.records))
        slow = 0
        for name in BOOK:
            # a process each: the peak of memory is its own
            found = sorted(
                (json.loads(asyncio.run(_alone(url, name, formats=asked.formats))) for _ in range(asked.repeat)),
                key=_seconds,
            )
            told = {**found[len(found) // 2], "load": round(os.getloadavg()[0], 1)}
            print(json.dumps(told, ensure_ascii=False), flush=True)
            slow += told["seconds"] > AIM
    sys.exit(1 if slow else 0)


def _server() -> str:
    """An empty database on a PostgreSQL that goes with this process."""
    from tests.postgres import postgres

    return postgres().url(postgres().make())


def _seconds(told: dict[str, Any]) -> float:
    return float(told["seconds"])


async def _alone(url: str, name: str, *, formats: bool) -> str:
    command = (sys.executable, __file__, "--url", url, "--only", name, *(("--formats",) if formats else ()))
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    told, _ = await process.communicate()
    return told.decode()


if __name__ == "__main__":
    main()
