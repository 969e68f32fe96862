"""The hatch between the engine and its back office: facts go out to be filed, how the papers are comes in.

Theory of operation
-------------------
The engine tells facts as they are noted, a few at a time, and never waits for an answer. Clerks file them, each known
by its place in the journal (`call`, `seq`), and say what the screens should show. A room that is lost is begun anew,
with growing pauses: its clerks look through the journal for what nobody filed. So a call is served whether there is a
room or not, and the same facts come to the same papers.

The room writes, too, what the journal and the presences would write behind the calls (`write`). They keep each fact
until it says that it is in the database; what it does not say soon they write themselves.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from itertools import count
from time import monotonic
from typing import Final, Protocol, cast

import structlog

from hotline.alarms import AlarmKind
from hotline.backoffice.apart import RoomLost
from hotline.backoffice.messages import (
    Begin,
    Book,
    Facts,
    Flush,
    Flushed,
    NewPlan,
    OrdersChanged,
    Said,
    State,
    Told,
    Write,
    Wrote,
)
from hotline.backoffice.room import open_room
from ivr.journal import Entry
from paperwork.answers.watch import Handed, Standing
from paperwork.orders.tally import Tally
from paperwork.reports.rise import Grade
from records.presences import Move
from routing.plan import Plan

log = structlog.get_logger(__name__)

GATHER: Final = 0.02
"""Seconds that facts gather before they are told: none is told within the step that noted it."""
PAUSES: Final = (0.5, 1.0, 2.0, 5.0, 10.0, 30.0)
"""Seconds before the next room after so many in a row were lost."""
LASTED: Final = 60.0
"""Seconds after which a room that is lost is no more one in a row."""
WRITES_WITHIN: Final = 5.0
"""Seconds that a room may take for a batch."""
SLOW_FOR: Final = 30.0
"""Seconds in which one that took longer is asked for nothing more."""
MISSED_AFTER: Final = 30.0
"""Seconds without a room that answers, after which it is an alarm."""


class Room(Protocol):
    """Where the clerks are, here (`within`) or elsewhere (`apart.apart`)."""

    @property
    def pid(self) -> int | None:
        """Its process, when it has one of its own."""
        ...

    def take(self, message: Told) -> None: ...

    def abandon(self) -> None: ...

    async def run(self) -> None: ...


Opens = Callable[[Begin, Callable[[Said], None]], AbstractAsyncContextManager[Room]]


@asynccontextmanager
async def within(begin: Begin, heard: Callable[[Said], None]) -> AsyncIterator[Room]:
    """The clerks in this very process: for tests, and for who looks at them closely."""
    async with open_room(begin, heard) as room:
        yield room


class Hatch:
    """`hear` every fact, `run` for ever. `seen` is told what the clerks saw of answer records.

    `begin` makes what a new room is told first; `lag` and `flush` are the journal's.
    """

    def __init__(
        self,
        opens: Opens,
        *,
        begin: Callable[[], Begin],
        seen: Callable[[Handed | Standing], None],
        lag: Callable[[], int],
        flush: Callable[[], Awaitable[None]],
    ) -> None:
        self._opens, self._begin, self._seen, self._lag, self._flush = opens, begin, seen, lag, flush
        self._room: Room | None = None
        self._facts: list[Entry] | None = None
        """Not told yet; None while nobody is to be told: whoever begins later finds them in the journal."""
        self._told_lag = 0
        self._flushes: set[asyncio.Task[None]] = set()
        self._numbers = count(1)
        self._writes: dict[int, asyncio.Future[bool]] = {}
        """Batches that are being written."""
        self._answers = False
        """The room said something."""
        self._slow_until = 0.0
        self._state = State()
        self._heard_at = monotonic()
        self._why: str | None = None
        """How the last room was lost, until another one says something."""

    @property
    def tally(self) -> Tally:
        """Of the orders, at the clerk's last look."""
        return self._state.tally

    @property
    def rising(self) -> Mapping[Grade, int]:
        """Topics that rise beyond their usual range today, by how far; at the radar's last look."""
        return self._state.rising

    @property
    def late(self) -> Mapping[str, int]:
        """Reports that were due and nobody signed, by their name; at the clerk's last look."""
        return self._state.late

    @property
    def pid(self) -> int | None:
        """The process of the back office; None without one."""
        return None if self._room is None else self._room.pid

    def abandon(self) -> None:
        """The next engine is waited for: end the room without waiting for what it is doing."""
        if self._room is not None:
            self._room.abandon()

    def alarm(self, kind: AlarmKind) -> str | None:
        """Why an alarm of a clerk stands."""
        return self._state.alarms.get(kind)

    def missed(self) -> str | None:
        """Why nothing is filed at the moment."""
        if (silent := monotonic() - self._heard_at) < MISSED_AFTER:
            return None
        return f"no papers are filed for {silent:.0f} s: {self._why or 'the back office says nothing'}"

    # ── telling ─────────────────────────────────────────────────────────────

    def hear(self, entry: Entry) -> None:
        """A subscriber of the journal."""
        if self._facts is None:
            return
        if not self._facts:
            asyncio.get_running_loop().call_later(GATHER, self._tell_facts)
        self._facts.append(entry)

    async def write(self, book: Book, facts: Sequence[Entry] | Sequence[Move]) -> bool:
        """Have these facts written; whether they are in the database now. What is not may be written again."""
        if not self._answers or monotonic() < self._slow_until:
            return False
        number = next(self._numbers)
        written: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._writes[number] = written
        self._tell(Write(number, book, cast("tuple[Entry, ...] | tuple[Move, ...]", tuple(facts))))
        try:
            async with asyncio.timeout(WRITES_WITHIN):
                return await written
        except TimeoutError:
            self._slow_until = monotonic() + SLOW_FOR
            log.warning("the back office is slow: the engine writes facts itself", facts=len(facts), seconds=SLOW_FOR)
            return False
        finally:
            del self._writes[number]

    def plan_changed(self, plan: Plan) -> None:
        """This one is live."""
        self._tell(NewPlan(plan))

    def orders_changed(self) -> None:
        """An order was changed here."""
        self._tell(OrdersChanged())

    def _tell_facts(self) -> None:
        if self._room is None or self._facts is None:
            return
        entries, self._facts = tuple(self._facts), []
        self._told_lag = self._lag()
        self._tell(Facts(entries, self._told_lag))

    def _tell(self, message: Told) -> None:
        if self._room is not None:
            self._room.take(message)

    # ── hearing ─────────────────────────────────────────────────────────────

    def _hear(self, said: Said) -> None:
        self._heard_at, self._why, self._answers = monotonic(), None, True
        match said:
            case Wrote(number, done):
                if (written := self._writes.get(number)) is not None and not written.done():
                    written.set_result(done)
            case State():
                self._state = said
                if self._lag() != self._told_lag:
                    self._tell_facts()
            case Flush(number):
                task = asyncio.get_running_loop().create_task(self._flushed(number))
                self._flushes.add(task)
                task.add_done_callback(self._flushes.discard)
            case Handed() | Standing():
                self._seen(said)

    async def _flushed(self, number: int) -> None:
        await self._flush()
        self._tell(Flushed(number))

    # ── working ─────────────────────────────────────────────────────────────

    async def run(self) -> None:
        """Keep a room open until cancelled."""
        lost = 0
        while True:
            began = monotonic()
            try:
                await self._open()
            except (RoomLost, OSError) as error:
                self._why = str(error)
                lost = 0 if monotonic() - began > LASTED else lost + 1
                pause = PAUSES[min(lost, len(PAUSES)) - 1] if lost else PAUSES[0]
                log.error("the back office is lost and begun anew", why=self._why, in_seconds=pause)
                await asyncio.sleep(pause)

    async def _open(self) -> None:
        """One room, until it is lost."""
        begin, self._facts = self._begin(), []  # in one step: what is noted from here on is told
        try:
            async with self._opens(begin, self._hear) as room:
                self._room = room
                self._tell_facts()
                await room.run()
        finally:
            self._room, self._facts, self._answers = None, None, False
            for written in self._writes.values():
                if not written.done():
                    written.set_result(False)
            for task in self._flushes:
                task.cancel()
