"""The switch: what its link tells at each scrape, and what Asterisk itself is asked a few times a minute."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Protocol

import structlog
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from hotline.metrics import families as f
from hotline.switch_refused import SwitchRefused

log = structlog.get_logger(__name__)

ASKED_EVERY: Final = 15.0
"""Seconds: as often as Prometheus usually comes."""

COMMANDS: Final = (
    "core show channels count",
    "core show uptime seconds",
    "core show taskprocessors",
    "pjsip show contacts",
    "pjsip show registrations",
)
_CALLS = re.compile(r"^([0-9]+) active channels?$", re.MULTILINE)
_UPTIME = re.compile(r"^System uptime: ([0-9]+)", re.MULTILINE)
_QUEUE = re.compile(r"^\S+ +[0-9]+ +([0-9]+) +[0-9]+ ", re.MULTILINE)
"""Of a line of task queues: name, done, waiting, most."""
_CONTACT = re.compile(r"^ *Contact: +trunk/\S+ +\S+ +(Avail|Unavail)\b", re.MULTILINE)
"""`NonQual` is one that is not asked."""
_REGISTRATION = re.compile(r"^ *trunk/\S+ +\S+ +(\w+)", re.MULTILINE)


class LinkView(Protocol):
    """The link to the switch: whether it is up, how many events wait, and how long an order takes lately (seconds)."""

    @property
    def up(self) -> bool: ...

    @property
    def depth(self) -> int: ...

    @property
    def trip(self) -> float: ...


class LinkGauges(Collector):
    """The link at the moment of the scrape."""

    def __init__(self, link: LinkView) -> None:
        self._link = link

    def collect(self) -> Iterator[Metric]:
        """The families, for a `CollectorRegistry` to which this was registered."""
        yield f.ARI_LINK_UP.measured(self._link.up)
        yield f.ARI_QUEUE.measured(self._link.depth)
        yield f.ARI_TRIP.measured(self._link.trip)


class RepairGauges(Collector):
    """What was mended since the start, by kind."""

    def __init__(self, repairs: Mapping[str, int]) -> None:
        """`repairs` holds every kind."""
        self._repairs = repairs

    def collect(self) -> Iterator[Metric]:
        """The family, for a `CollectorRegistry` to which this was registered."""
        family = f.REPAIRS.measured()
        for what, count in self._repairs.items():
            family.add_metric([what], float(count))
        yield family


@dataclass(frozen=True, slots=True)
class Told:
    """What Asterisk told of itself; None is what it did not tell."""

    channels: int | None = None
    uptime: int | None = None
    waiting: int | None = None
    """Tasks in its longest queue."""
    trunk_up: bool | None = None
    registered: bool | None = None


def told(answers: Mapping[str, str]) -> Told:
    """Read from the answers to `COMMANDS`."""
    channels, uptime, tasks, contacts, registrations = (answers.get(command, "") for command in COMMANDS)
    waiting = [int(found) for found in _QUEUE.findall(tasks)]
    return Told(
        channels=_number(_CALLS, channels),
        uptime=_number(_UPTIME, uptime),
        waiting=max(waiting) if waiting else None,
        trunk_up=found[1] == "Avail" if (found := _CONTACT.search(contacts)) else None,
        registered=found[1] == "Registered" if (found := _REGISTRATION.search(registrations)) else None,
    )


def _number(pattern: re.Pattern[str], text: str) -> int | None:
    return int(found[1]) if (found := pattern.search(text)) else None


class AsteriskGauges(Collector):
    """What our own Asterisk told last; nothing while it does not answer. `run()` for ever."""

    def __init__(self, ask: Callable[[str], Awaitable[str]]) -> None:
        """`ask` puts a line to Asterisk's command line; it may raise SwitchRefused."""
        self._ask, self._told = ask, Told()

    async def run(self) -> None:
        """Ask every quarter of a minute."""
        while True:
            await self.look()
            await asyncio.sleep(ASKED_EVERY)

    async def look(self) -> None:
        """Ask once."""
        try:
            self._told = told({command: await self._ask(command) for command in COMMANDS})
        except SwitchRefused as error:
            self._told = Told()
            log.info("asterisk does not tell how it is", error=str(error))

    def collect(self) -> Iterator[Metric]:
        """The families, for a `CollectorRegistry` to which this was registered."""
        now = self._told
        for family, value in (
            (f.SWITCH_CHANNELS, now.channels),
            (f.SWITCH_UPTIME, now.uptime),
            (f.SWITCH_TASKS, now.waiting),
            (f.TRUNK_UP, now.trunk_up),
            (f.TRUNK_REGISTERED, now.registered),
        ):
            yield family.measured() if value is None else family.measured(value)
