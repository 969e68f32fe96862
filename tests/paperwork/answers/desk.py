"""A clerk of answer records on a real database, and the calls that it hears of."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

from ivr.events import CallArrived, CallEnded, Entry, Event, Outcome, Party, Reason, TalkBegan, TalkEnded
from paperwork.answers.book import Book
from paperwork.answers.clerk import AnswerClerk
from paperwork.answers.opening import Opening
from paperwork.answers.record import Record
from paperwork.answers.rules import AnswerRules
from paperwork.answers.watch import Watch
from records.journal import SqlJournal
from records.store import Store
from tests.paperwork.answers.made_up import AT, CONTACT, MadeUpCodes, MadeUpNames


def tale(call: str, *talks: tuple[str, str | None], number: str = CONTACT, ends: bool = True) -> list[Entry]:
    """A call in which these lines' agents (None: an outside number) talked, one after the other."""
    events: list[Event] = [CallArrived(number, "12320", "c", "v1")]
    for offer, (line, agent) in enumerate(talks, start=1):
        last = offer == len(talks)
        events.append(TalkBegan(offer, line, agent))
        if not last or ends:
            events.append(TalkEnded(offer, Party.CALLER if last else Party.PASSED_ON))
    if ends:
        events.append(CallEnded(Outcome.TALKED, Reason.CALLER_HUNG_UP))
    return [Entry(call, seq, AT + timedelta(seconds=seq), event) for seq, event in enumerate(events, start=1)]


async def note(url: str, *entries: Entry, node: str = "a") -> None:
    """Into the journal of a database, as an engine does that has no office."""
    async with SqlJournal(url, node=node) as journal:
        for entry in entries:
            journal.note(entry)


class Clock:
    """In our hands."""

    def __init__(self) -> None:
        self.at = AT

    def __call__(self) -> datetime:
        return self.at


class Room:
    """The clerk, the book, and the records that they changed."""

    def __init__(self, url: str, rules: AnswerRules) -> None:
        self.store, self.now, self.told = Store(url), Clock(), list[Record]()
        self.watch = Watch(self.store, rules)
        self.book = Book(self.store, rules, MadeUpCodes(), changed=self._changed)
        opening = Opening(rules, MadeUpNames(), node="a")
        self.happened = asyncio.Event()
        self.clerk = AnswerClerk(self.book, opening, self.watch, node="a", now=self.now, changed=self._filed)

    def _changed(self, record: Record) -> None:
        self.watch.changed(record)
        self.told.append(record)

    def _filed(self, record: Record) -> None:
        self.told.append(record)
        self.happened.set()

    async def hear(self, entries: Sequence[Entry]) -> None:
        """Told and filed."""
        for entry in entries:
            self.clerk.hear(entry)
        await self.clerk._work()


@asynccontextmanager
async def room(url: str, rules: AnswerRules | None = None) -> AsyncIterator[Room]:
    room = Room(url, rules or AnswerRules())
    try:
        yield room
    finally:
        await room.store.close()
