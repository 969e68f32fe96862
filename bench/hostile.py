"""Hostile traffic at the whole hotline, with figures: `python bench/hostile.py`.

Honest callers come all the time, some each second; around them strangers scan, torture and hold connections open. It
ends with 1 when somebody got in who should not, something fell over or was left behind, or honest callers waited more
than twice as long as before.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import random
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench import report
from bench.attacker import Attacker, attacker, drip, slow_connections
from bench.figures import Spread
from bench.honest import Served, call
from bench.stand import Stand, stand, unwinds, wait_until
from bench.torture import Letter, mutants, named, sdp, sizes, torture
from hotline.asterisk_process import live_pid
from hotline.asterisk_program import find_asterisk
from hotline.bans.ban import kept
from hotline.switch_config import Places

FLOOR = 50.0
"""Milliseconds: so long an honest caller may wait whatever the quiet phases, before and after, came to; below it the
machine's own noise is larger than what is measured."""

Phase = Callable[["Street"], Coroutine[Any, Any, None]]


@dataclass(slots=True)
class Street:
    """The stand, and what strangers did to it."""

    stand: Stand
    rate: float
    """Scans a second."""
    seconds: float
    chance: random.Random
    sent: int = 0
    admitted: list[str] = field(default_factory=list)
    """Strangers who got in."""
    asked: int = 0
    """Challenges that the one scanner got until it was banned."""
    _sources: itertools.count[int] = field(default_factory=lambda: itertools.count(0x1101))

    @property
    def switch(self) -> tuple[str, int]:
        return "127.0.0.1", self.stand.settings.sip.port

    def source(self) -> str:
        """An address that nobody came from yet."""
        n = next(self._sources)
        return f"127.{n >> 8 & 127}.{n & 255}.9"

    @asynccontextmanager
    async def stranger(self, source: str | None = None) -> AsyncIterator[Attacker]:
        async with attacker(self.switch, source or self.source()) as one:
            yield one
            self.admitted += one.admitted


def _scan(one: Attacker, switch: str, number: int) -> bytes:
    method = ("REGISTER", "INVITE")[number % 2]
    letter = Letter(one.own, switch, method, mark=f"scan{one.own}{number}".replace(":", "x"))
    letter.body = sdp(one.own) if method == "INVITE" else b""
    return bytes(letter)


async def quiet(street: Street) -> None:
    """Nobody but honest callers."""
    await asyncio.sleep(street.seconds)


async def scan(street: Street) -> None:
    """One address scans with REGISTER and INVITE."""
    async with street.stranger() as one:
        async for number in _paced(street):
            one.send(_scan(one, street.stand.sip, number))
        await asyncio.sleep(1)
        street.asked = one.answers[401]


async def botnet(street: Street) -> None:
    """As many scans, each five from another address: nobody knocks often enough to be banned."""
    one: Attacker | None = None
    async for number in _paced(street):
        if number % 5 == 0:
            if one is not None:
                street.admitted += one.admitted
                one.close()
            loop = asyncio.get_running_loop()
            _, one = await loop.create_datagram_endpoint(lambda: Attacker(street.switch), (street.source(), 0))
        if one is not None:
            one.send(_scan(one, street.stand.sip, number))
    if one is not None:
        one.close()


async def malformed(street: Street) -> None:
    """RFC 4475, odd sizes and names, then mutants, five from each address."""
    switch = street.stand.sip
    for kinds in (torture, sizes, named):
        for at in range(len(kinds("127.0.0.9:1", switch, "x"))):
            async with street.stranger() as one:
                one.send(list(kinds(one.own, switch, f"s{at}").values())[at])
                street.sent += 1
                await asyncio.sleep(1 / street.rate)
    async for number in _paced(street):
        if number % 5:
            continue
        async with street.stranger() as one:
            for message in itertools.islice(mutants(one.own, switch, f"b{number}", street.chance), 5):
                one.send(message)
            await asyncio.sleep(0.01)


async def carriers_mutants(street: Street) -> None:
    """The same from the carrier's own address, at a tenth of the rate: what is a call becomes one."""
    switch = street.stand.sip
    async with attacker(street.switch, "127.0.0.1") as carrier:
        for kinds in (torture, named, sizes):
            for message in kinds(carrier.own, switch, "c").values():
                carrier.send(message)
                street.sent += 1
                await asyncio.sleep(10 / street.rate)
        broken = mutants(carrier.own, switch, "cm", street.chance)
        for _ in range(round(street.seconds * street.rate / 10)):
            carrier.send(next(broken))
            street.sent += 1
            await asyncio.sleep(10 / street.rate)
        await asyncio.sleep(1)


async def slow(street: Street) -> None:
    """Three hundred connections over which a request never ends."""
    writers = await slow_connections(street.switch, street.source(), 300)
    until = time.monotonic() + street.seconds
    while time.monotonic() < until:
        street.sent += await drip(writers)
        await asyncio.sleep(1)
    for writer in writers:
        writer.close()


PHASES: dict[str, Phase] = {
    "quiet": quiet,
    "one scanner": scan,
    "botnet": botnet,
    "malformed": malformed,
    "malformed from the carrier": carriers_mutants,
    "slow connections": slow,
    "quiet again": quiet,
}


async def _paced(street: Street) -> AsyncIterator[int]:
    loop = asyncio.get_running_loop()
    begun = loop.time()
    for number in range(round(street.rate * street.seconds)):
        await asyncio.sleep(max(0.0, begun + number / street.rate - loop.time()))
        street.sent += 1
        yield number


@dataclass(frozen=True, slots=True)
class Result:
    """How honest callers fared in one phase. Milliseconds."""

    phase: str
    calls: int
    refused: int
    lost: int
    answered: Spread
    heard: Spread
    sent: int
    """Hostile messages meanwhile."""


async def _honest(street: Street, rate: float, stop: asyncio.Event) -> list[Served]:
    served: list[Served] = []
    numbers = itertools.count(street.chance.randrange(10**6))

    async def one() -> None:
        served.append(await call(street.switch, f"1390{next(numbers) % 10**7:07}"))

    async with asyncio.TaskGroup() as tasks:
        while not stop.is_set():
            tasks.create_task(one())
            await asyncio.sleep(1 / rate)
    return served


async def _phase(street: Street, name: str, calls: float) -> Result:
    before, stop = street.sent, asyncio.Event()
    async with asyncio.TaskGroup() as tasks:
        honest = tasks.create_task(_honest(street, calls, stop))
        await PHASES[name](street)
        stop.set()
    served = honest.result()
    return Result(
        name,
        len(served),
        sum(one.status is not None for one in served),
        sum(one.status is None and one.heard is None for one in served),
        Spread.of([one.answered for one in served if one.answered is not None]),
        Spread.of([one.heard for one in served if one.heard is not None]),
        street.sent - before,
    )


async def _run(here: Stand, given: argparse.Namespace) -> tuple[list[Result], Street]:
    street = Street(here, given.rate, given.seconds, random.Random(given.seed))  # noqa: S311 - the same every time
    return [await _phase(street, name, given.calls) for name in PHASES], street


def _broken(results: list[Result], street: Street) -> list[str]:
    """Promises that were not kept, in words."""
    here = street.stand
    places = Places.of(here.settings, find_asterisk(here.settings))
    told = [f"{len(street.admitted)} strangers got in"] if street.admitted else []
    if live_pid(places.pid_file, str(places.conf)) != here.asterisk:
        told.append("Asterisk is another one")
    if not Path(f"/proc/{here.engine}").exists():
        told.append("the engine is gone")
    if not wait_until(lambda: not any(here.left().values()), 45.0):
        told.append(f"left on the switch: {here.left()}")
    most = max(FLOOR, 2 * max(one.answered.p99 for one in results if one.sent == 0))
    for result in results:
        if result.refused or result.lost:
            told.append(f"{result.phase}: {result.refused} honest callers refused, {result.lost} not served")
        if result.answered.p99 > most:
            told.append(f"{result.phase}: answer after p99 {result.answered.p99:.0f} ms, more than {most:.0f}")
    return told


def main() -> int:
    """Measure, print, and say whether every promise was kept."""
    command = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    command.add_argument("--rate", type=float, default=200.0, help="hostile messages a second")
    command.add_argument("--calls", type=float, default=5.0, help="honest calls a second")
    command.add_argument("--seconds", type=float, default=30.0, help="each phase")
    command.add_argument("--seed", type=int, default=4475)
    command.add_argument("--json", type=Path)
    command.add_argument("--keep", type=Path, help="folder for logs and data")
    given = command.parse_args()
    unwinds()
    with tempfile.TemporaryDirectory() as scratch:
        folder = given.keep or Path(scratch) / "run"
        folder.mkdir(parents=True, exist_ok=True)
        with stand(folder / "stand", agents=1, record=False) as here:
            results, street = asyncio.run(_run(here, given))
            told = _broken(results, street)
            bans = kept(here.settings.var)
            logs = sum(path.stat().st_size for path in (here.settings.var / "asterisk" / "log").iterdir())
    for name, value in report.machine().items():
        print(f"{name}: {value}")
    print(f"\n{'phase':28}{'hostile':>9}{'calls':>7}{'answer p50':>12}{'p99':>7}{'sound p99':>11}  ms")
    for one in results:
        print(
            f"{one.phase:28}{one.sent:9}{one.calls:7}{one.answered.p50:12.1f}{one.answered.p99:7.1f}{one.heard.p99:11.1f}"
        )
    print(f"\nstrangers let in: {len(street.admitted)}; the one scanner was asked {street.asked} times, then banned")
    print(f"addresses banned: {len(bans)}; Asterisk's logs: {logs / 1024**2:.1f} MiB")
    print("\n".join(told) or "every promise was kept")
    if given.json:
        given.json.write_text(json.dumps({"results": [asdict(one) for one in results], "broken": told}), "utf-8")
    return 1 if told else 0


if __name__ == "__main__":
    sys.exit(main())
