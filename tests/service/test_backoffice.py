"""Unit and one real process: papers are filed beside the engine, and whatever happens there, all of them are."""

from __future__ import annotations

import asyncio
import os
import pickle
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from acd.agent import Presence
from hotline.alarms import AlarmKind
from hotline.backoffice import hatch as hatch_module
from hotline.backoffice.apart import Apart, RoomLost, apart
from hotline.backoffice.hatch import Hatch, Opens, within
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
from hotline.operators import read_config
from hotline.settings import HOUSE, load
from ivr.journal import Entry
from paperwork.answers.watch import Handed, Standing
from paperwork.orders.tally import Tally
from records.journal import SqlJournal
from records.migrations import upgrade
from records.presences import Move
from tests.paperwork.answers.desk import tale
from tests.paperwork.answers.made_up import AT

PLAN = read_config(HOUSE / "config").plan


@dataclass
class MadeUpRoom:
    """Keeps what it is told; lost when the test says so."""

    begin: Begin
    tell: Callable[[Said], None]
    told: list[Told] = field(default_factory=list)
    lost: asyncio.Event = field(default_factory=asyncio.Event)
    pid: int | None = None

    def take(self, message: Told) -> None:
        self.told.append(message)

    def abandon(self) -> None:
        self.lost.set()

    async def run(self) -> None:
        await self.lost.wait()
        raise RoomLost("it ended with status 1")

    @property
    def asked(self) -> list[Told]:
        """All but the facts."""
        return [told for told in self.told if not isinstance(told, Facts)]

    def heard(self) -> list[Entry]:
        return [entry for told in self.told if isinstance(told, Facts) for entry in told.entries]


@dataclass
class House:
    """A hatch, and the rooms that were opened behind it."""

    var: Path
    rooms: list[MadeUpRoom] = field(default_factory=list)
    seen: list[Handed | Standing] = field(default_factory=list)
    lag: int = 0
    flushed: asyncio.Event = field(default_factory=asyncio.Event)
    opening: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.opening.set()
        settings = load(config=HOUSE / "config", var=self.var)
        self.hatch = Hatch(
            self._open,
            begin=lambda: Begin(settings, PLAN, timedelta(hours=1), AT, self.lag),
            seen=self.seen.append,
            lag=lambda: self.lag,
            flush=self._flush,
        )

    async def _flush(self) -> None:
        await self.flushed.wait()

    @asynccontextmanager
    async def _open(self, begin: Begin, tell: Callable[[Said], None]) -> AsyncIterator[MadeUpRoom]:
        await self.opening.wait()
        self.rooms.append(MadeUpRoom(begin, tell))
        yield self.rooms[-1]


async def so(holds: Callable[[], bool], within: float = 60.0) -> None:
    """Wait until it is so. Raises TimeoutError."""
    async with asyncio.timeout(within):
        while not holds():  # noqa: ASYNC110 - a process of its own works beside us
            await asyncio.sleep(0.01)


@asynccontextmanager
async def working(work: Awaitable[None]) -> AsyncIterator[None]:
    task = asyncio.ensure_future(work)
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


def now_told(call: str) -> list[Entry]:
    """A call in which somebody talks now: what was before the first office has no papers."""
    told = tale(call, ("immunization", "ann"), ends=False)
    return [replace(entry, at=datetime.now(UTC) + timedelta(milliseconds=entry.seq)) for entry in told]


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hatch_module, "PAUSES", (0.01,))


async def test_facts_are_told_in_order_a_few_at_a_time_with_what_the_database_has_not(tmp_path: Path) -> None:
    house, told = House(tmp_path), tale("a-1", ("immunization", "ann"))
    async with working(house.hatch.run()):
        await so(lambda: bool(house.rooms))
        for entry in told:
            house.hatch.hear(entry)
        house.lag = 5
        (room,) = house.rooms
        assert room.heard() == [], "not within the step that noted it"
        await so(lambda: room.heard() == told)
        assert [fact.lag for fact in room.told if isinstance(fact, Facts)] == [0, 5]
        house.lag = 0
        room.tell(State())
        assert room.told[-1] == Facts((), 0)


async def test_what_is_noted_while_a_room_is_opened_is_told_to_it(tmp_path: Path) -> None:
    house, told = House(tmp_path), tale("a-1", ("immunization", "ann"))
    house.opening.clear()
    house.hatch.hear(told[0])  # nobody is to be told yet: it is in the journal by then, or counted as lag
    async with working(house.hatch.run()):
        await asyncio.sleep(0.05)
        for entry in told[1:]:
            house.hatch.hear(entry)
        await asyncio.sleep(0.05)
        house.opening.set()
        await so(lambda: bool(house.rooms) and house.rooms[0].heard() == told[1:])


async def test_the_clerks_words_come_through_and_a_flush_is_answered_when_it_is_done(tmp_path: Path) -> None:
    house = House(tmp_path)
    async with working(house.hatch.run()):
        await so(lambda: bool(house.rooms))
        (room,) = house.rooms
        room.tell(State({AlarmKind.ORDERS: "the clocks stand still"}, Tally(units={"cdc": (3, 1)})))
        assert house.hatch.alarm(AlarmKind.ORDERS) == "the clocks stand still"
        assert house.hatch.alarm(AlarmKind.ANSWERS) is None
        assert house.hatch.tally.units == {"cdc": (3, 1)}
        room.tell(Standing(1.0))
        assert house.seen == [Standing(1.0)]
        room.tell(Flush(7))
        await asyncio.sleep(0.02)
        assert room.asked == []
        house.flushed.set()
        await so(lambda: room.asked == [Flushed(7)])
        house.hatch.plan_changed(PLAN)
        house.hatch.orders_changed()
        assert room.asked[1:] == [NewPlan(PLAN), OrdersChanged()]


@pytest.mark.usefixtures("quick")
async def test_a_room_that_is_lost_is_begun_anew_and_missed_when_none_answers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    house, now = House(tmp_path), [0.0]
    monkeypatch.setattr(hatch_module, "monotonic", lambda: now[0])
    house.hatch._heard_at = 0.0
    async with working(house.hatch.run()):
        await so(lambda: len(house.rooms) == 1)
        house.rooms[0].lost.set()
        await so(lambda: len(house.rooms) == 2)
        assert house.hatch.missed() is None
        now[0] = 40.0
        assert house.hatch.missed() == "no papers are filed for 40 s: it ended with status 1"
        house.hatch.hear(*tale("a-1", ends=False))
        await so(lambda: len(house.rooms[1].heard()) == 1)
        house.rooms[1].tell(State())
        assert house.hatch.missed() is None


@pytest.mark.usefixtures("quick")
async def test_a_batch_is_written_by_the_room_or_else_by_whoever_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    house, facts = House(tmp_path), tale("a-1", ends=False)
    assert not await house.hatch.write(Book.JOURNAL, facts), "there is no room yet"
    async with working(house.hatch.run()):
        await so(lambda: bool(house.rooms))
        assert not await house.hatch.write(Book.JOURNAL, facts), "it has said nothing yet"
        (room,) = house.rooms
        room.tell(State())
        for done in (True, False):
            asked = asyncio.ensure_future(house.hatch.write(Book.JOURNAL, facts))
            await so(lambda: bool(room.asked))
            (message,) = room.asked
            assert isinstance(message, Write)
            assert message.facts == tuple(facts)
            room.tell(Wrote(message.number, done))
            assert await asked is done
            room.told.clear()
        asked = asyncio.ensure_future(house.hatch.write(Book.PRESENCES, [Move("ann", AT, 1, Presence.READY)]))
        await so(lambda: bool(room.asked))
        room.lost.set()
        assert await asked is False
        await so(lambda: len(house.rooms) == 2)
        house.rooms[1].tell(State())
        monkeypatch.setattr(hatch_module, "WRITES_WITHIN", 0.01)
        assert not await house.hatch.write(Book.JOURNAL, facts), "it takes too long"
        monkeypatch.setattr(hatch_module, "WRITES_WITHIN", 5.0)
        house.rooms[1].told.clear()
        assert not await house.hatch.write(Book.JOURNAL, facts)
        assert house.rooms[1].asked == [], "it is not asked again soon"


def test_all_that_is_said_is_understood_in_another_process(tmp_path: Path) -> None:
    settings = load(config=HOUSE / "config", var=tmp_path)
    for message in (
        Begin(settings, PLAN, timedelta(hours=1), AT, 3),
        Facts(tuple(tale("a-1", ("immunization", "ann"))), 2),
        State({AlarmKind.ORDERS: "why"}, Tally()),
        Standing(1.0),
        Handed("a-1", 3, None),
        Write(1, Book.PRESENCES, (Move("ann", AT, 1, Presence.BREAK, "lunch"),)),
    ):
        assert pickle.loads(pickle.dumps(message)) == message  # noqa: S301 - our own words


@pytest.mark.parametrize("opens", [within, apart])
async def test_a_talk_has_its_record_soon_and_a_killed_office_catches_up(
    opens: Opens, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hatch_module, "PAUSES", (0.01,))
    settings, opened, processes = load(config=HOUSE / "config", var=tmp_path), list[str](), list[int]()
    began = datetime.now(UTC)
    await upgrade(settings.database_url)

    @asynccontextmanager
    async def watched(begin: Begin, heard: Callable[[Said], None]) -> AsyncIterator[hatch_module.Room]:
        async with opens(begin, heard) as room:
            if isinstance(room, Apart):
                processes.append(room._process.pid)
            yield room

    def seen(what: Handed | Standing) -> None:
        if isinstance(what, Handed):
            opened.append(what.call)

    async with SqlJournal(settings.database_url, folder=settings.spool) as journal:
        hatch = Hatch(
            watched,
            begin=lambda: Begin(settings, PLAN, timedelta(0), began, journal.lag()),
            seen=seen,
            lag=journal.lag,
            flush=journal.flush,
        )
        written: list[bool] = []

        async def write(facts: Sequence[Entry]) -> bool:
            written.append(await hatch.write(Book.JOURNAL, facts))
            return written[-1]

        journal.elsewhere = write
        journal.subscribe(hatch.hear)
        async with working(hatch.run()):
            await so(lambda: hatch._answers)
            for entry in now_told("a-1"):
                journal.note(entry)
            await so(lambda: "a-1" in opened)
            await journal.flush()
            assert written == [True], "by the back office"
            if opens is apart:
                os.kill(processes[0], signal.SIGKILL)
                for entry in now_told("a-2"):
                    journal.note(entry)
                await journal.flush()
                assert written[1:] in ([False], []), "by ourselves, while nobody is there"
                await so(lambda: "a-2" in opened)
                assert len(processes) == 2
        for process in processes:
            with pytest.raises(ProcessLookupError):
                os.kill(process, 0)
