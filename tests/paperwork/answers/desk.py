"""A clerk of answer records on a real database, and the calls that it hears of."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

from ivr.events import CallArrived, CallEnded, TalkBegan, TalkEnded
from ivr.journal import Entry, Event
from ivr.outcomes import Outcome, Party, Reason
from paperwork.answers.office import AnswerOffice, open_clerk
from paperwork.answers.rules import AnswerRules
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
    """The answer records of a database, and which of them were changed."""

    def __init__(self, url: str, office: AnswerOffice, now: Clock) -> None:
        self.store, self.now, self.answers = Store(url), now, office.answers
        self.book, self.clerk, self.watch = office.answers.book, office.clerk, office.watch
        self.happened = asyncio.Event()
        self.answers.listeners.append(self.happened.set)

    async def hear(self, entries: Sequence[Entry]) -> None:
        """Told and filed."""
        for entry in entries:
            self.clerk.hear(entry)
        await self.clerk._work()


@asynccontextmanager
async def room(url: str, rules: AnswerRules | None = None) -> AsyncIterator[Room]:
    """With a clock in our hands; the clerk runs when the test lets it."""
    now = Clock()
    async with open_clerk(
        url, house=MadeUpNames(), codes=MadeUpCodes(), rules=lambda: rules or AnswerRules(), now=now
    ) as office:
        room = Room(url, office, now)
        yield room
        await room.store.close()
