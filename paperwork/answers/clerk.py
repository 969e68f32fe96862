"""The clerk of the answer records: opens one within a second of a call's first talk, and one for every talk there was.

What is heard is filed from memory, without waiting for the journal. What nobody heard (the process was killed, the
database was away, the office was closed) is found by looking through the journal for talks that were not filed: at the
start, after every trouble, and once an hour, in portions, what is heard meanwhile between them. `marks` says how far
back that look has to go.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from time import monotonic as steady
from typing import Any

import structlog
from sqlalchemy import RowMapping, Select, exists, or_, select

from ivr.callbacks.events import CallPlaced
from ivr.events import CallArrived, CallEnded, TalkBegan, TalkEnded
from ivr.journal import Entry
from paperwork.answers.book import Book
from paperwork.answers.opening import OF_TALKS, Opening, Told, is_of_caller
from paperwork.answers.record import SERIES, Record
from paperwork.answers.rules import AnswerRules
from paperwork.answers.watch import Watch
from paperwork.answers.words import State
from paperwork.filing import Changed
from records.behind import may_pass
from records.behind import told as words_of
from records.paper_tables import answer_talks, answers, marks, orders
from records.rows import entries_from, insert_once
from records.tables import journal, kind_found

log = structlog.get_logger(__name__)

BATCH = 4
"""Facts of one transaction: on SQLite, whoever writes calls waits for it. A fact takes 8 ms of a processor."""
MOST = 20_000
"""Facts that memory holds while the database is away; the journal has them all."""
AFRESH = 3600.0
"""Seconds between two looks through the journal when all is well."""
BACK = timedelta(days=1)
"""So far behind a look that found all filed stays the mark: facts are written into the journal late, too."""
HANDED_FOR = timedelta(days=30)
"""Work orders that were opened longer ago are in their records, or never will be."""
LOOKS_EVERY = 30.0
"""Seconds between two looks at what is incomplete, when nothing happens; and at least between two looks through the
journal, but for the first ones."""
PORTION = 1000
"""Facts of the journal that are read at once: calls are served in the same loop."""
FIRST_PAUSE, LONGEST_PAUSE = 0.1, 5.0


class AnswerClerk:
    """Is `paperwork.office.Clerk`. `lag`: facts that the journal has not written; `changed` hears of records.

    `since` is when the hotline began that has this office: calls of before have no records, if it is the first one.
    """

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
        since: datetime | None = None,
        wait: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._book, self._opening, self._watch = book, opening, watch
        self._node, self._now, self._changed, self._lag, self._wait = node, now, changed, lag, wait
        self._who, self._since = f"engine:{node}", since
        self._waiting: deque[Told] = deque()
        self._numbers: dict[str, str] = {}
        """Of calls that live."""
        self._stirred = asyncio.Event()
        self._looked: float | None = None
        """When the journal was looked through to the end; None is: it has to be."""
        self._tried: float | None = None
        """When that was tried last."""
        self._patience = 1.0
        """Seconds until it is tried again: on a busy day the journal has never written everything."""
        self._judged: AnswerRules | None = None
        """By which all open records were judged last."""
        self._judging: str | None = None
        """The last call of those that were judged by the rules of now, while others are left."""
        self._odd: dict[str, set[str]] = {"talk": set(), "end": set(), "order": set(), "rules": set()}
        """Calls with which something could not be done: our bug. It is tried again with the next look for such."""
        self._told: set[tuple[str, str]] = set()
        """Those that the log has, since the last look through the journal."""
        self._seen: float | None = None
        """When it was looked at what is incomplete."""
        self.idle = asyncio.Event()
        """Set while there is nothing to do."""
        self.alarm: str | None = None
        """Why no record can be opened at the moment, or which are not as they should be."""

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
            self._look_through()
            log.error("too many talks wait for their records: they are read from the journal later")
        self._waiting.append(told)
        self._stirred.set()

    def stir(self) -> None:
        """Look at once: a work order was opened or changed."""
        self._seen = None
        self._stirred.set()

    def _look_through(self) -> None:
        """Something was missed maybe."""
        self._looked = None
        if self._tried is not None:
            self._patience = LOOKS_EVERY

    # ── working ─────────────────────────────────────────────────────────────

    async def run(self) -> None:
        """Work until cancelled."""
        pause = FIRST_PAUSE
        while True:
            try:
                await self._work()
            except Exception as error:  # an engine that ends by it would meet it again at once
                await self._wait(self._in_trouble(error, pause))
                pause = min(LONGEST_PAUSE, 2 * pause)
                continue
            self.alarm, pause = self._oddities(), FIRST_PAUSE
            if self._judging is not None:
                self._stirred.set()
            if not self._stirred.is_set():
                self.idle.set()
            with suppress(TimeoutError):
                async with asyncio.timeout(min(LOOKS_EVERY, self._patience)):
                    await self._stirred.wait()
            self.idle.clear()
            self._stirred.clear()

    def _in_trouble(self, error: Exception, pause: float) -> float:
        """Say so; how many seconds to wait."""
        if _may_pass(error):
            self._look_through()
            self.alarm = f"answer records cannot be opened: {words_of(error)}"
            log.warning("answer records wait for the database", error=words_of(error), waiting=len(self._waiting))
            return pause
        self.alarm = "answer records are not looked after: the log says why"
        log.error("answer records met a bug", exc_info=error)
        return LONGEST_PAUSE

    def _oddities(self) -> str | None:
        calls = sorted(self._watch.odd.union(*self._odd.values()))
        if not calls:
            return None
        some = ", ".join(calls[:3]) + (" …" if len(calls) > 3 else "")
        return f"the answer records of {len(calls)} calls are not as they should be ({some}): the log says why"

    def _is_odd(self, what: str, call: str, error: Exception) -> None:
        """It keeps no other waiting. What may pass is raised again."""
        if _may_pass(error):
            raise error
        if (what, call) not in self._told:
            log.error("an answer record cannot be written: a bug", of=what, call=call, exc_info=error)
        self._told.add((what, call))
        self._odd[what].add(call)

    async def _work(self) -> None:
        await self._file_waiting()
        if self._is_due():
            await self.catch_up()
        if self._seen is None or steady() - self._seen > LOOKS_EVERY:
            await self._end_the_lost()
            await self._hand_on()
            await self._watch.look(self._now())
            self._seen = steady()
        await self._reconsider()

    def _is_due(self) -> bool:
        """Whether the journal has to be looked through now."""
        if self._looked is not None and steady() - self._looked <= AFRESH:
            return False
        return self._tried is None or steady() - self._tried >= self._patience

    async def _file_waiting(self) -> None:
        while self._waiting:
            some = [self._waiting[at] for at in range(min(BATCH, len(self._waiting)))]
            await self._file(some)
            for one in some:  # what overflowed meanwhile is gone from the left already
                if self._waiting and self._waiting[0] is one:
                    self._waiting.popleft()

    async def _file(self, facts: Sequence[Told], what: str = "talk") -> None:
        """All of them in one transaction; fact by fact, should one of them meet a bug."""
        try:
            await self._take(facts)
        except Exception as error:
            if _may_pass(error):
                raise
            for one in facts:
                try:
                    await self._take([one])
                except Exception as error:
                    self._is_odd(what, one.entry.call, error)

    async def _take(self, facts: Sequence[Told]) -> None:
        async with self._book.store.writing() as connection:
            records = await self._opening.take(connection, facts, self._now())
        for record in records:
            self._changed(record)

    # ── catching up ─────────────────────────────────────────────────────────

    async def catch_up(self) -> int:
        """File every talk of the journal that was not filed; how many facts there were."""
        began, behind, count = self._now(), self._lag(), 0
        since = await self._mark(self._since or began)
        self._odd["talk"].clear()
        self._told.clear()
        last: RowMapping | None = None
        while True:
            async with self._book.store.reading() as connection:
                rows = (await connection.execute(self._unfiled(since, last))).mappings().all()
            found = entries_from(rows)
            for at in range(0, len(found), BATCH):
                await self._file([Told(entry) for entry in found[at : at + BATCH]])
                await self._file_waiting()
            count += len(found)
            if len(rows) < PORTION:
                break
            last = rows[-1]
        if count:
            log.info("talks were filed that nobody had heard of", facts=count)
        self._tried = steady()
        if behind == 0:
            await self._move_mark(max(since, began - BACK))
            self._looked, self._patience = steady(), LOOKS_EVERY
        else:
            self._patience = min(AFRESH, 2 * self._patience)
        return count

    def _unfiled(self, since: datetime, last: RowMapping | None) -> Select[Any]:
        """The next facts of talks that were not filed, after this one."""
        done = exists().where(answer_talks.c.call == journal.c.call, answer_talks.c.fact == journal.c.seq)
        query = (
            select(journal)
            .where(journal.c.at >= since, journal.c.node == self._node, journal.c.kind.in_(OF_TALKS), ~done)
            .where(journal.c.call.not_like("%~%"))
            .order_by(journal.c.at, journal.c.call, journal.c.seq)
            .limit(PORTION)
        )
        if last is None:
            return query
        at, call, seq = last["at"], last["call"], last["seq"]
        later = (journal.c.call > call) | ((journal.c.call == call) & (journal.c.seq > seq))
        return query.where(journal.c.at >= at, (journal.c.at > at) | later)

    async def _end_the_lost(self) -> None:
        """Talks of which nobody told that they ended, though their call did."""
        rows = await self._book.store.rows(select(answers.c.call).where(answers.c.over.is_(None)))
        heard = {one.entry.call for one in self._waiting}
        talking = [row["call"] for row in rows if row["call"] not in heard]
        self._odd["end"].clear()
        for at in range(0, len(talking), BATCH):
            query = select(journal).where(journal.c.call.in_(talking[at : at + BATCH]))
            ends = await self._book.store.rows(query.where(kind_found == CallEnded.__name__))
            if ends:
                await self._file([Told(entry) for entry in entries_from(ends)], "end")

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
        self._odd["order"].clear()
        for row in await self._book.store.rows(query):
            try:
                await self._book.name_order(row["call"], row["number"], who=self._who, at=self._now())
            except Exception as error:
                self._is_odd("order", row["call"], error)
            await self._file_waiting()

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
        """A portion of the records that today's rules find complete, once the rules have changed and at the start."""
        if (rules := self._watch.rules()) != self._judged:
            self._judged, self._judging = rules, ""
            self._odd["rules"].clear()
        if self._judging is None:
            return
        found, last = await self._watch.complete_by_now(self._judging)
        count = 0
        for call in found:
            try:
                count += await self._book.reconsider(call, who=self._who, at=self._now())
            except Exception as error:
                self._is_odd("rules", call, error)
            await self._file_waiting()
        self._judging = last
        if count:
            log.info("answer records are complete by the rules of today", records=count)


def _may_pass(error: Exception) -> bool:
    return isinstance(error, Changed) or may_pass(error)
