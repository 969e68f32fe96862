"""A flood beside callers who mean it: do they notice, are flooders held to their share, does anybody hear nothing?

`python bench/flood.py` measures on a switch and an engine of its own: 5 callers a second alone; the same beside 50
calls a second from five numbers; then 120 calls a second of as many numbers, far beyond the knee. Exit status 1 when a
promise is broken. See docs/flood.md.
"""

from __future__ import annotations

import argparse
import json
import socket
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from bench import figures
from bench.calls import agents_for
from bench.figures import Spread
from bench.ports import free_ports
from bench.sipp import Batch, Callers, agents, batch_of, may_send_raw, sipp_command, start
from bench.stand import Stand, StandFailed, stand, unwinds, wait_until

HERE = Path(__file__).parent

MEANT, FLOODING, CROWD = 13900000000, 13700000000, 13600000000
"""First numbers of callers who mean it, of flooders, and of a crowd of which each calls once."""

AT_ONCE, PER_10M, WALL = 2, 6, 2
CALLERS = f"callers: {{number: {{at_once: {AT_ONCE}, per_10m: {PER_10M}}}, wall: {WALL}}}\n"
SHARE = PER_10M * WALL
"""Calls that one number gets in within ten minutes."""

HEARD = 20
"""Packets of sound, 20 ms each, that make a sentence or a greeting heard."""
SLOWER = 2.0
"""So many times the set-up time without a flood is promised beside one."""
NOT_COUNTED = 40.0
"""Milliseconds: below it the ratio says more of the clock's grain than of the hotline."""


@dataclass(slots=True)
class Ear:
    """Counts the sound that arrives at one port, stream by stream."""

    port: int
    packets: Counter[bytes] = field(default_factory=Counter)

    def heard(self) -> int:
        """Streams of which enough was heard."""
        return sum(count >= HEARD for count in self.packets.values())


@contextmanager
def ear() -> Iterator[Ear]:
    """Listen at a port of our own until the block ends."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as door:
        door.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
        door.bind(("127.0.0.1", 0))
        door.settimeout(0.2)
        here, over = Ear(door.getsockname()[1]), threading.Event()

        def listen() -> None:
            packet = bytearray(2048)
            while not over.is_set():
                try:
                    size = door.recv_into(packet)
                except TimeoutError:
                    continue
                if size > 12 and packet[1] & 0x7F == 8:
                    here.packets[bytes(packet[8:12])] += 1

        listening = threading.Thread(target=listen, daemon=True)
        listening.start()
        try:
            yield here
        finally:
            over.set()
            listening.join(2.0)


@dataclass(frozen=True, slots=True)
class Flood:
    """What came of calls that only call. `heard` counts those that were sent sound."""

    offered: int
    served: int
    busy: int
    refused: int
    """By the switch itself, without a word: 503."""
    failed: int
    heard: int

    def silent(self, untold: int) -> int:
        """Calls that were picked up, or refused in words, and were sent no sound. `untold` got the busy tone alone."""
        return max(0, self.served + self.busy - untold - self.heard)


@dataclass(frozen=True, slots=True)
class Result:
    """What was measured. Times are milliseconds."""

    alone: Spread
    beside: Spread
    meant: Batch
    outcomes: dict[str, int]
    """Of the callers who mean it, beside the flood."""
    flood: Flood
    let_in: dict[str, int]
    """Calls of each flooding number that were let in."""
    rejected: dict[str, int]
    """By reason, of the journal."""
    untold: int
    """Those that got the busy tone without a sentence."""
    crowd: Flood | None
    crowd_rejected: dict[str, int]
    crowd_untold: int

    def broken(self) -> list[str]:
        """Promises that do not hold, in words."""
        told = []
        if self.meant.failed or self.outcomes != {"talked": self.meant.offered}:
            told.append(f"not every caller who means it got to talk: {self.outcomes}, {self.meant.failed} failed")
        limit = max(NOT_COUNTED, self.alone.p99 * SLOWER)
        if self.beside.p99 > limit:
            told.append(f"set-up p99 is {self.beside.p99} ms beside the flood, {self.alone.p99} ms without it")
        if any(count > SHARE for count in self.let_in.values()):
            told.append(f"a flooder got more than {SHARE} calls in: {self.let_in}")
        for name, flood, untold in (("flood", self.flood, self.untold), ("crowd", self.crowd, self.crowd_untold)):
            if flood is not None and (flood.failed or flood.silent(untold)):
                told.append(f"{name}: {flood.failed} calls failed, {flood.silent(untold)} heard nothing")
        return told


class Flooders:
    """Calls and does nothing else, at a steady rate."""

    def __init__(self, here: Stand, ear: Ear, *, numbers: list[str], hold: float = 20.0) -> None:
        """They hang up after `hold` seconds when nobody else does."""
        self._here, self._numbers = here, numbers
        room = Environment(loader=FileSystemLoader(HERE), undefined=StrictUndefined, autoescape=False)  # noqa: S701
        self._scenario = here.folder / f"flooder-{ear.port}.xml"
        text = room.get_template("flooder.xml.j2").render(ear=ear.port, hold=round(hold * 1000))
        self._scenario.write_text(text, encoding="utf-8")

    def begin(self, name: str, rate: int, calls: int) -> tuple[subprocess.Popen[bytes], Path]:
        """Place so many calls, `rate` a second, in a folder of this name."""
        folder = self._here.folder / name
        folder.mkdir()
        (folder / "callers.csv").write_text("\n".join(["SEQUENTIAL", *self._numbers, ""]))
        command = sipp_command(self._scenario, self._here.sip, *free_ports(2))
        command += ["-inf", "callers.csv", "-r", str(rate), "-m", str(calls), "-l", str(calls)]
        command += ["-trace_stat", "-stf", "stat.csv", "-fd", "1", "-trace_logs", "-log_file", "keys.log"]
        command += ["-trace_err", "-error_file", "errors.log"]
        return start(command, folder), folder


def flood_of(folder: Path, heard: int) -> Flood:
    """What SIPp says of its calls in `folder`."""
    batch = batch_of(folder)
    ends = Counter(stamp.what for stamp in batch.keys)
    return Flood(batch.offered, ends["served"], ends["busy"], ends["refused"], batch.failed, heard)


def _ended(flooding: subprocess.Popen[bytes], within: float) -> None:
    try:
        flooding.wait(within)
    except subprocess.TimeoutExpired:
        flooding.kill()
        flooding.wait()
        raise StandFailed("SIPp did not end its calls") from None


def measure(folder: Path, *, rate: int, flood: int, seconds: int, crowd: int, hold: float = 20.0) -> Result:
    """Put up a hotline in `folder` and flood it; who floods hangs up after `hold` seconds. Raises StandFailed."""
    keys = "rtp" if may_send_raw() else "info"
    with (
        stand(folder, agents=agents_for(rate, 2.0), record=False, more=CALLERS, admission={"rate": 40}) as here,
        agents(here),
        ear() as sounds,
    ):
        callers = Callers(here, keys=keys, talk=1.0)
        within = seconds + 30
        alone = callers.call(rate, rate * seconds, first=MEANT, within=within)
        _quiet(here)
        numbers = [str(FLOODING + n) for n in range(5)]
        flooding, flooded = Flooders(here, sounds, numbers=numbers, hold=hold).begin(
            "flood", flood, flood * (seconds + 2)
        )
        try:
            time.sleep(1.0)
            meant = callers.call(rate, rate * seconds, first=MEANT + 1_000_000, within=within)
        finally:
            _ended(flooding, within + 30)
        _quiet(here)
        wait_until(lambda: all(call.outcome for call in figures.told(here.database).values()), 20)
        came = flood_of(flooded, sounds.heard())
        told = figures.told(here.database)
        outcomes = Counter(call.outcome or "none" for number, call in told.items() if int(number) >= MEANT + 1_000_000)
        rejected, untold = screened(here.database)
        let_in = {number: _let_in(here.database, number) for number in numbers}
        crowded = None
        if crowd:
            sounds.packets.clear()
            many = [str(CROWD + n) for n in range(crowd * seconds)]
            crowding, folder = Flooders(here, sounds, numbers=many, hold=min(hold, 6.0)).begin(
                "crowd", crowd, len(many)
            )
            _ended(crowding, seconds + 60)
            _quiet(here)
            crowded = flood_of(folder, sounds.heard())
        after, all_untold = screened(here.database)
    return Result(
        alone=Spread.of(alone.answers),
        beside=Spread.of(meant.answers),
        meant=meant,
        outcomes=dict(outcomes),
        flood=came,
        let_in=let_in,
        rejected=dict(rejected),
        untold=untold,
        crowd=crowded,
        crowd_rejected=dict(after - rejected),
        crowd_untold=all_untold - untold,
    )


def _quiet(here: Stand) -> None:
    wait_until(lambda: not any(here.left().values()) and here.ready_agents() == len(here.agents), 20)


def screened(database: Path) -> tuple[Counter[str], int]:
    """Calls that were not let in, by why; and how many of them heard no sentence."""
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as connection:
        facts = [
            json.loads(data) for (data,) in connection.execute("SELECT data FROM journal WHERE kind = 'CallScreened'")
        ]
    away = [fact for fact in facts if fact["lane"] == "away"]
    return Counter(fact["why"] for fact in away), sum(not fact["told"] for fact in away)


def _let_in(database: Path, number: str) -> int:
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as connection:
        return int(
            connection.execute(
                "SELECT count(*) FROM cdr WHERE number = ? AND answered IS NOT NULL", (number,)
            ).fetchone()[0]
        )


def table(result: Result) -> str:
    """The figures, for people."""
    lines = [
        f"callers who mean it: {result.meant.offered} offered, {result.outcomes}, {result.meant.failed} failed",
        f"INVITE to 200, p50 / p99 ms: alone {result.alone.p50} / {result.alone.p99}, "
        f"beside the flood {result.beside.p50} / {result.beside.p99}",
        f"let in of each flooder (share {SHARE}): {result.let_in}",
        _line("flood", result.flood, result.rejected, result.untold),
    ]
    if result.crowd is not None:
        lines.append(_line("crowd", result.crowd, result.crowd_rejected, result.crowd_untold))
    return "\n".join(lines)


def _line(name: str, flood: Flood, rejected: dict[str, int], untold: int) -> str:
    return (
        f"{name}: {flood.offered} offered, {flood.served} served, {flood.busy} busy ({untold} by tone alone), "
        f"{flood.refused} refused by the switch, {flood.failed} failed, {flood.silent(untold)} heard nothing; "
        f"not let in: {rejected}"
    )


def main() -> int:
    """The command."""
    command = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    command.add_argument("--rate", type=int, default=5, help="callers a second who mean it (5)")
    command.add_argument("--flood", type=int, default=50, help="calls a second of the five flooders (50)")
    command.add_argument("--crowd", type=int, default=120, help="calls a second of as many numbers; 0 for none (120)")
    command.add_argument("--seconds", type=int, default=20, help="how long each (20)")
    command.add_argument("--json", type=Path, help="write the results here")
    command.add_argument("--keep", type=Path, help="keep logs and database in this new folder")
    given = command.parse_args()
    unwinds()
    with tempfile.TemporaryDirectory(prefix="flood-") as temporary:
        folder = (given.keep or Path(temporary)).absolute()
        try:
            result = measure(
                folder, rate=given.rate, flood=given.flood, seconds=given.seconds, crowd=given.crowd
            )  # fmt: skip
        except StandFailed as error:
            print(error, file=sys.stderr)
            return 1
    print(table(result))
    if given.json:
        told: dict[str, Any] = {**asdict(result), "broken": result.broken()}
        del told["meant"]["answers"], told["meant"]["keys"]
        given.json.write_text(json.dumps(told, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    for broken in result.broken():
        print(f"broken: {broken}", file=sys.stderr)
    return 1 if result.broken() else 0


if __name__ == "__main__":
    sys.exit(main())
