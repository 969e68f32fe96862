"""Callers in every phase of a call at once, and what must be true of them when all is over."""

from __future__ import annotations

import asyncio
import sys
import threading
import time
from collections import Counter
from collections.abc import Collection, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from itertools import pairwise

from bench.chaos.crowd import Crowd, Group
from bench.chaos.house import LINE, MENU, MESSAGE, RING, House
from bench.chaos.probe import Heard, probe
from bench.chaos.promise import Promise, exactly, none_of
from bench.sipp import Batch, Manner, agents, may_send_raw
from bench.stand import Stand, StandFailed, wait_until

ENDED = {
    "talking": {"talked"},
    "waiting": {"talked"},
    "ringing": {"abandoned"},
    "menu": {"left"},
    "message": {"message"} if may_send_raw() else {"message", "informed"},
}
"""What a caller's record may say who was in a phase when the fault came."""


@dataclass(frozen=True, slots=True)
class Size:
    """How many are in each phase."""

    talking: int = 25
    waiting: int = 25
    ringing: int = 10
    menu: int = 25
    message: int = 15
    lasts: float = 30.0
    """Seconds for which they stay, a fault of no length included."""

    @property
    def short(self) -> bool:
        return self.calls < 50

    @property
    def calls(self) -> int:
        return self.talking + self.waiting + self.ringing + self.menu + self.message


SHORT = Size(talking=4, waiting=5, ringing=2, menu=3, message=2, lasts=12.0)


@dataclass(slots=True)
class Scene:
    """Everybody is where they should be."""

    here: House
    size: Size
    crowds: list[Crowd]
    newcomers: list[Heard] = field(default_factory=list)
    batches: dict[str, Batch] = field(default_factory=dict)
    silent: int = 0
    """Process id of the SIPp that is all phones which only ring."""
    answering: int = 0
    """And of the one that is all which answer."""

    def known(self) -> dict[str, float | None]:
        """How many talk, ring, wait and live, as the hotline tells it; None while it does not answer."""
        here = self.here
        return {
            "talking": here.metric("hotline_talks"),
            "ringing": here.metric("hotline_offers_ringing"),
            "waiting": here.metric("hotline_waiting_calls", line="line"),
            "calls": here.metric("hotline_calls_in_progress"),
        }

    def settled(self) -> bool:
        """Whether the hotline knows of exactly these calls: who talks, for whom it rings, who waits."""
        return self.on_the_floor() and (self.known()["calls"] or 0) >= self.size.calls

    def on_the_floor(self) -> bool:
        """The same of those on the floor alone, whoever is in a menu or leaves a message."""
        known, size = self.known(), self.size
        return (known["talking"], known["ringing"], known["waiting"]) == (size.talking, size.ringing, size.waiting)

    def back_within(self, since: float, within: float = 20.0) -> float | None:
        """Seconds from `since` (monotonic) until the hotline again knows of all of them; None when it never did."""
        if not wait_until(self.settled, min(within, 6.0)):
            print(f"what the hotline knows: {self.known()}", file=sys.stderr)
            return None
        return time.monotonic() - since

    def over(self, within: float) -> None:
        """Let everybody come to their end."""
        self.batches = {crowd.group.name: crowd.over(within) for crowd in self.crowds}
        wait_until(lambda: not any(self.here.left().values()) and self.here.ready(), 15)
        wait_until(lambda: not self.here.metric("hotline_journal_lag_entries"), 10)

    def promises(self, fault: str, let_go: Collection[str] = ()) -> list[Promise]:
        """No call was cut, no place lost, each has one record that says what happened, nothing stays behind.

        Of a phase that is `let_go`, calls may end before their callers hang up.
        """
        records = self.here.records()
        of: dict[str, list[str]] = {}
        for number, outcome, _ in records:
            of.setdefault(number, []).append(outcome)
        numbers = {crowd.group.name: crowd.group.numbers for crowd in self.crowds}
        everybody = [number for group in numbers.values() for number in group]
        wrong = [
            f"{name}: {outcome}" + (f" ×{count}" if count > 1 else "")
            for name, group in numbers.items()
            for outcome, count in Counter(of[number][0] for number in group if number in of).items()
            if outcome not in ENDED[name]
        ]
        waited = [number for number in self.here.in_order("WaitBegan") if number in set(numbers["waiting"])]
        waited = list(dict.fromkeys(waited))
        served = list(dict.fromkeys(number for number in self.here.offered() if number in set(waited)))
        left = self.here.left()
        return [
            none_of(
                fault,
                "calls cut",
                [
                    f"{name}: {batch.failed}"
                    for name, batch in self.batches.items()
                    if batch.failed and name not in let_go
                ],
            ),
            exactly(fault, "records of the crowd's calls", sum(len(of.get(n, ())) for n in everybody), len(everybody)),
            none_of(fault, "callers without exactly one record", [n for n in everybody if len(of.get(n, ())) != 1]),
            none_of(fault, "records that say something else", wrong),
            none_of(fault, "places lost (served out of turn)", _out_of_turn(waited, served)),
            none_of(fault, "channels and bridges left", left["channels"] + left["bridges"]),
        ]


@contextmanager
def everybody_calling(here: House, size: Size, *, lasts: float) -> Iterator[Scene]:
    """All are in their phase when the block begins; those who talk are let go `lasts` seconds after the first call.

    Raises StandFailed.
    """
    together = int(time.time() + 6 + size.calls / 12 + lasts)
    patience = lasts + 60
    groups = [
        Group("ringing", size.ringing, RING, 13900001000, hold=lasts + 8),
        Group("talking", size.talking, LINE, 13900002000, patience=patience),
        Group("waiting", size.waiting, LINE, 13900003000, patience=patience),
        Group("menu", size.menu, MENU, 13900004000, hold=lasts + 8),
        Group("message", size.message, MESSAGE, 13900005000, hold=lasts + 8, speaks=True),
    ]
    never = round((lasts + 100) * 1000)
    manner = Manner(ring=(100, 300), talk=(500, 900), together=together)
    with ExitStack() as stack:
        silent = Stand(here.folder / "silent", here.settings, here.silent, here.engine, here.asterisk)
        scene = Scene(here, size, [])
        scene.silent = stack.enter_context(agents(silent, manner=Manner(ring=(never, never))))
        scene.answering = stack.enter_context(agents(here.stand, manner=manner, beside=size.ringing))
        for group in groups:
            scene.crowds.append(Crowd(here.folder, here.stand.sip, group))
            if group.name == "talking" and not wait_until(
                lambda: here.metric("hotline_talks") == size.talking, 15 + size.talking / 10
            ):
                raise StandFailed(f"only {here.metric('hotline_talks')} of {size.talking} talk\n{here.log()}")
        if not wait_until(scene.settled, 25):
            raise StandFailed(f"not everybody is where they should be: {scene.known()}\n{here.log()}")
        time.sleep(2.5)  # messages are being spoken
        yield scene


@contextmanager
def newcomers(sip: str, every: float, into: list[Heard]) -> Iterator[None]:
    """Somebody calls every so many seconds, listens for a second and hangs up, for as long as the block runs."""
    host, _, port = sip.partition(":")
    ending = threading.Event()

    async def call() -> None:
        async with asyncio.TaskGroup() as tasks:
            number = 13900009000
            while not ending.is_set():
                number += 1
                tasks.create_task(_one((host, int(port)), str(number), into))
                await asyncio.sleep(every)

    thread = threading.Thread(target=lambda: asyncio.run(call()), name="newcomers")
    thread.start()
    try:
        yield
    finally:
        ending.set()
        thread.join()


async def _one(sip: tuple[str, int], number: str, into: list[Heard]) -> None:
    into.append(await probe(sip, number, stay=1.0))


def _out_of_turn(waited: list[str], served: list[str]) -> list[str]:
    """Who was served after somebody who had come later."""
    place = {number: at for at, number in enumerate(waited)}
    return [later for earlier, later in pairwise(served) if place[later] < place[earlier]]
