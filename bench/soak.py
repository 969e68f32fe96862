"""Hours of calls at a steady rate: no call fails, and what a leak would show in stays flat.

`python -m bench.soak --minutes 120` puts up a hotline of its own as `hotline up` does, lets SIPp call and answer, looks
every few seconds at memory, descriptors and tasks, and says at the end what grew. Exit status 1 when a promise broke.
"""

from __future__ import annotations

import argparse
import csv
import shutil
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import astuple, dataclass, fields
from pathlib import Path
from statistics import linear_regression, median

from bench import report
from bench.calls import agents_for
from bench.chaos.house import House, house
from bench.chaos.promise import Promise, exactly, none_of, table
from bench.sipp import Batch, Callers, agents, may_send_raw
from bench.stand import StandFailed, unwinds, wait_until
from hotline.asterisk_program import AsteriskMissing

ROUND = 480.0
"""Seconds after which the agents register anew: SIPp's registrations last ten minutes."""
FIRST = 13900000000
GROWTH = 4.0
"""MiB that the engine may gain from the end of the warm-up to the end of the run, whatever it is rounded up to."""
SLOPE = 1.0
"""MiB an hour of a long run (an hour and more)."""


@dataclass(frozen=True, slots=True)
class Look:
    """What was there at one instant."""

    at: float
    """Seconds from the beginning."""
    engine: float
    """MiB."""
    asterisk: float
    """MiB."""
    files: float
    tasks: float
    channels: int
    asterisk_files: int


def look(here: House, since: float) -> Look | None:
    """None while the hotline does not answer."""
    memory = here.metric("process_resident_memory_bytes")
    files, tasks = here.metric("process_open_fds"), here.metric("hotline_tasks")
    if memory is None or files is None or tasks is None:
        return None
    switch = Path(f"/proc/{here.asterisk}")
    pages = int((switch / "statm").read_text().split()[1])
    return Look(
        at=time.monotonic() - since,
        engine=memory / 2**20,
        asterisk=pages * 4096 / 2**20,
        files=files,
        tasks=tasks,
        channels=len(here.left()["channels"]),
        asterisk_files=len(list((switch / "fd").iterdir())),
    )


def soak(folder: Path, *, minutes: float, rate: int, talk: float = 3.0) -> tuple[list[Promise], list[Look]]:
    """Call for so long at so many calls a second; what was promised, and what was seen. Raises StandFailed."""
    looks: list[Look] = []
    batches: list[Batch] = []
    with house(folder, answering=agents_for(rate, talk)) as here:
        _quiet(here)
        since = time.monotonic()
        empty = look(here, since)
        with _looking(here, since, looks):
            ends, first = since + 60 * minutes, FIRST
            while (left := ends - time.monotonic()) > 5:
                calls = max(1, round(min(left, ROUND) * rate))
                batches.append(_round(here, rate, calls, first, talk, len(batches)))
                first += calls
        _quiet(here)
        last, gone = look(here, since), here.left()
        records = here.records()
    if empty is None or last is None:
        raise StandFailed(f"the hotline did not answer\n{here.log()}")
    offered = sum(batch.offered for batch in batches)
    name = f"{minutes:g} min at {rate} calls/s"
    promises = [
        _none_failed(name, f"calls failed (of {offered})", batches),
        exactly(name, "records that say talked", sum(o == "talked" for _, o, _ in records), offered),
        exactly(name, "records", len(records), offered),
        none_of(name, "channels and bridges left", gone["channels"] + gone["bridges"]),
        _not_above(name, "tasks at the end", last.tasks, empty.tasks + 2),
        _not_above(name, "open files of the engine at the end", last.files, empty.files + 20),
        _not_above(name, "open files of Asterisk at the end", last.asterisk_files, empty.asterisk_files + 20),
        _flat(name, "engine", [(one.at, one.engine) for one in looks]),
        _flat(name, "Asterisk", [(one.at, one.asterisk) for one in looks], share=3.0),
    ]
    return promises, looks


def _round(here: House, rate: int, calls: int, first: int, talk: float, n: int) -> Batch:
    stand = here.stand
    stand = type(stand)(here.folder / f"round-{n + 1}", stand.settings, stand.agents, stand.engine, stand.asterisk)
    stand.folder.mkdir()
    with agents(stand):
        callers = Callers(stand, keys="rtp" if may_send_raw() else "info", talk=talk)
        return callers.call(rate, calls, first=first, within=calls / rate + talk + 40)


def _quiet(here: House) -> None:
    wait_until(lambda: not any(here.left().values()) and not here.metric("hotline_calls_in_progress"), 20)
    time.sleep(3.0)  # connections that were kept for a moment close


@contextmanager
def _looking(here: House, since: float, looks: list[Look]) -> Iterator[None]:
    """Look every few seconds for as long as the block runs."""
    ending = threading.Event()

    def run() -> None:
        while not ending.wait(5.0):
            if (one := look(here, since)) is not None:
                looks.append(one)

    thread = threading.Thread(target=run, name="looks")
    thread.start()
    try:
        yield
    finally:
        ending.set()
        thread.join()


def _none_failed(name: str, what: str, batches: Sequence[Batch]) -> Promise:
    """With what SIPp says of those that did."""
    failed, words = sum(batch.failed for batch in batches), [batch.errors for batch in batches if batch.errors]
    told = f" ({words[0].splitlines()[0]})" if words and failed else ""
    return Promise(name, what, "0", f"{failed}{told}", failed == 0)


def _not_above(name: str, what: str, found: float, bar: float) -> Promise:
    return Promise(name, what, f"≤ {bar:g}", f"{found:g}", found <= bar)


def _flat(name: str, whose: str, memory: Sequence[tuple[float, float]], share: float = 1.0) -> Promise:
    """After a warm-up of a fifth: the slope of a long run, the growth of a short one."""
    warm = [(at, mib) for at, mib in memory if at >= memory[-1][0] / 5] if memory else []
    what = f"memory of {whose} after warm-up"
    if len(warm) < 10:
        return Promise(name, what, "flat", f"only {len(warm)} looks", held=False)
    hours = (warm[-1][0] - warm[0][0]) / 3600
    slope = linear_regression([at for at, _ in warm], [mib for _, mib in warm]).slope * 3600
    third = len(warm) // 3
    grew = median(mib for _, mib in warm[-third:]) - median(mib for _, mib in warm[:third])
    if hours >= 1:
        bar = SLOPE * share
        return Promise(name, what, f"≤ {bar:g} MiB/h", f"{slope:+.2f} MiB/h", slope <= bar)
    bar = GROWTH * share
    return Promise(name, what, f"≤ {bar:g} MiB more", f"{grew:+.1f} MiB ({warm[-1][1]:.0f} MiB)", grew <= bar)


def main() -> int:
    """The command."""
    command = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    command.add_argument("--minutes", type=float, default=120.0, help="how long (120)")
    command.add_argument("--rate", type=int, default=20, help="calls a second: half the knee (20)")
    command.add_argument("--csv", type=Path, help="write what was seen here")
    command.add_argument("--keep", type=Path, help="keep logs and databases in this new folder")
    given = command.parse_args()
    if shutil.which("sipp") is None:
        print("SIPp is not installed: apt-get install sip-tester", file=sys.stderr)
        return 2
    unwinds()
    with tempfile.TemporaryDirectory(prefix="soak-") as temporary:
        folder = (given.keep or Path(temporary)).absolute()
        try:
            promises, looks = soak(folder / "soak", minutes=given.minutes, rate=given.rate)
        except (StandFailed, AsteriskMissing) as error:
            print(error, file=sys.stderr)
            return 1
    if given.csv:
        with given.csv.open("w", newline="") as file:
            csv.writer(file).writerows([[f.name for f in fields(Look)], *map(astuple, looks)])
    print(", ".join(report.machine().values()) + "\n")
    print(table(promises))
    return 0 if all(promise.held for promise in promises) else 1


if __name__ == "__main__":
    sys.exit(main())
