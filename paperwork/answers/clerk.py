"""The clerk of the answer records: opens one within a second of a call's first talk, and one for every talk there was.

What is heard is filed from memory, without waiting for the journal. What nobody heard (the process was killed, the
database was away, the office was closed) is found by looking through the journal for talks that were not filed: at the
start, after every trouble, and once an hour. `marks` says how far back that look has to go.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from time import monotonic as steady
from typing import Final

import structlog
from sqlalchemy import exists, or_, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from ivr.events import CallArrived, CallEnded, CallPlaced, Entry, TalkBegan, TalkEnded
from paperwork.answers.book import Book
from paperwork.answers.opening import OF_TALKS, Opening, Told, is_of_caller
from paperwork.answers.record import SERIES, Record
from paperwork.answers.watch import Watch
from paperwork.answers.words import State
from paperwork.filing import Changed
from records.behind import told as words_of
from records.paper_tables import answer_talks, answers, marks, orders
from records.rows import entries_from, insert_once
from records.store import NoDatabase
from records.tables import journal

log = structlog.get_logger(__name__)

BATCH = 200
"""Facts of one transaction."""
MOST = 20_000
"""Facts that memory holds while the database is away; the journal has them all."""
AFRESH = 3600.0
"""Seconds between two looks through the journal when all is well."""
BACK = timedelta(days=1)
"""So far behind a look that found all filed stays the mark: facts are written into the journal late, too."""
HANDED_FOR = timedelta(days=30)
"""Work orders that were opened longer ago are in their records, or never will be."""
LOOKS_EVERY = 30.0
"""Seconds between two looks at what is incomplete, when nothing happens."""
FIRST_PAUSE, LONGEST_PAUSE = 0.1, 5.0

TROUBLE: Final = (DBAPIError, OSError, TimeoutError, NoDatabase, Changed)


class AnswerClerk:
    """Is `paperwork.office.Clerk`. `lag`: facts that the journal has not written; `changed` hears of records."""

    def __init__(
        self,
        book: Book,
        opening: Opening,
        watch: Watch,
        *,
        node: str,
        now: Callable[[], datetime],
        changed: Callable[[Record], None],
        lag: Callable[[], int] = lambda: 0,
        wait: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._book, self._opening, self._watch = book, opening, watch
        self._node, self._now, self._changed, self._lag, self._wait = node, now, changed, lag, wait
        self._waiting: deque[Told] = deque()
        self._numbers: dict[str, str] = {}
        """Of calls that live."""
        self._stirred = asyncio.Event()
        self._looked: float | None = None
        """When the journal was looked through to the end; None is: it has to be."""
        self._seen: float | None = None
        """When it was looked at what is incomplete."""
        self.idle = asyncio.Event()
        """Set while there is nothing to do."""
        self.alarm: str | None = None
        """Why no record can be opened at the moment."""

    # ── hearing ─────────────────────────────────────────────────────────────

    def hear(self, entry: Entry) -> None:
        """A fact was noted."""
        match entry.event:
            case CallArrived(number=number) | CallPlaced(number=number):
                self._numbers[entry.call] = number
            case TalkBegan() | TalkEnded() if is_of_caller(entry.call):
                self._take_in(Told(entry, self._numbers.get(entry.call)))
            case CallEnded():
                self._numbers.pop(entry.call, None)

    def _take_in(self, told: Told) -> None:
        if len(self._waiting) >= MOST:
            self._waiting.clear()  # not lost: the journal is looked through once the database is back
            self._looked = None
            log.error("too many talks wait for their records: they are read from the journal later")
        self._waiting.append(told)
        self._stirred.set()

    def stir(self) -> None:
        """Look at once: a work order was opened or changed."""
        self._seen = None
        self._stirred.set()

    # ── working ─────────────────────────────────────────────────────────────

    async def run(self) -> None:
        """Work until cancelled."""
        pause = FIRST_PAUSE
        while True:
            try:
                await self._work()
                self.alarm, pause = None, FIRST_PAUSE
            except TROUBLE as error:
                self.alarm = f"answer records cannot be opened: {words_of(error)}"
                log.warning("answer records wait for the database", error=words_of(error), waiting=len(self._waiting))
                self._looked = None
                await self._wait(pause)
                pause = min(LONGEST_PAUSE, 2 * pause)
                continue
            except Exception:  # an engine that ends by it would meet it again at once
                log.exception("answer records met a bug")
                await self._wait(LONGEST_PAUSE)
                continue
            if not self._stirred.is_set():
                self.idle.set()
            with suppress(TimeoutError):
                async with asyncio.timeout(1.0 if self._looked is None else LOOKS_EVERY):
                    await self._stirred.wait()
            self.idle.clear()
            self._stirred.clear()

    async def _work(self) -> None:
        while self._waiting:
            some = [self._waiting[at] for at in range(min(BATCH, len(self._waiting)))]
            await self._file(some)
            for one in some:  # what overflowed meanwhile is gone from the left already
                if self._waiting and self._waiting[0] is one:
                    self._waiting.popleft()
        if self._looked is None or steady() - self._looked > AFRESH:
            await self.catch_up()
        if self._seen is None or steady() - self._seen > LOOKS_EVERY:
            await self._end_the_lost()
            await self._hand_on()
            await self._watch.look(self._now())
            self._seen = steady()

    async def _file(self, facts: Sequence[Told]) -> None:
        """All of them in one transaction; call by call, should one of them meet a bug."""
        try:
            await self._take(facts)
        except TROUBLE:
            raise
        except Exception:
            for one in facts:
                try:
                    await self._take([one])
                except TROUBLE:
                    raise
                except Exception:
                    log.exception("a talk has no place in an answer record: a bug", call=one.entry.call)

    async def _take(self, facts: Sequence[Told]) -> None:
        async with self._book.store.writing() as connection:
            records = await self._opening.take(connection, facts, self._now())
        for record in records:
            self._changed(record)

    # ── catching up ─────────────────────────────────────────────────────────

    async def catch_up(self) -> int:
        """File every talk of the journal that was not filed; how many facts there were."""
        began, behind, count = self._now(), self._lag(), 0
        since = await self._mark(began)
        while True:
            async with self._book.store.reading() as connection:
                found = await self._unfiled(connection, since)
            for at in range(0, len(found), BATCH):
                await self._file([Told(entry) for entry in found[at : at + BATCH]])
            count += len(found)
            if len(found) < MOST:
                break
        if count:
            log.info("talks were filed that nobody had heard of", facts=count)
        if behind == 0:
            await self._move_mark(max(since, began - BACK))
            self._looked = steady()
        await self._reconsider()
        return count

    async def _unfiled(self, connection: AsyncConnection, since: datetime) -> list[Entry]:
        done = exists().where(answer_talks.c.call == journal.c.call, answer_talks.c.fact == journal.c.seq)
        query = (
            select(journal)
            .where(journal.c.at >= since, journal.c.node == self._node, journal.c.kind.in_(OF_TALKS), ~done)
            .where(journal.c.call.not_like("%~%"))
            .order_by(journal.c.at, journal.c.call, journal.c.seq)
            .limit(MOST)
        )
        return entries_from((await connection.execute(query)).mappings())

    async def _end_the_lost(self) -> None:
        """Talks of which nobody told that they ended, though their call did."""
        talking = select(answers.c.call).where(answers.c.over.is_(None))
        query = select(journal).where(journal.c.call.in_(talking), journal.c.kind == CallEnded.__name__)
        async with self._book.store.reading() as connection:
            entries = entries_from((await connection.execute(query.limit(BATCH))).mappings())
        heard = {one.entry.call for one in self._waiting}
        if lost := [Told(entry) for entry in entries if entry.call not in heard]:
            await self._file(lost)

    async def _hand_on(self) -> None:
        """Records of calls from which a work order was opened name it: `settled` is handed on."""
        query = (
            select(orders.c.call, orders.c.number)
            .join(answers, answers.c.call == orders.c.call)
            .where(answers.c.work_order.is_(None), answers.c.state != State.SIGNED)
            .where(orders.c.opened >= self._now() - HANDED_FOR, orders.c.state != "void")
            .where(or_(orders.c.handed_on.is_not(None), orders.c.answered.is_(None)))  # else settled on the spot
            .order_by(orders.c.opened, orders.c.number)
        )
        for row in await self._book.store.rows(query):
            await self._book.name_order(row["call"], row["number"], who=f"engine:{self._node}", at=self._now())

    async def _mark(self, now: datetime) -> datetime:
        """From when on there are records: calls of before the office was opened for the first time have none."""
        query = select(marks.c.at).where(marks.c.name == SERIES)
        async with self._book.store.writing() as connection:
            at = await connection.scalar(query)
            if at is None:
                row = {"name": SERIES, "at": now}
                await connection.execute(insert_once(marks, connection.dialect), [row])
                at = now
        return at

    async def _move_mark(self, at: datetime) -> None:
        await self._book.store.do(marks.update().where(marks.c.name == SERIES, marks.c.at < at).values(at=at))

    async def _reconsider(self) -> None:
        """Records that today's rules find complete."""
        found = await self._watch.complete_by_now()
        if found:
            count = await self._book.reconsider(found, who=f"engine:{self._node}", at=self._now())
            log.info("answer records are complete by the rules of today", records=count)
