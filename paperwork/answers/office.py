"""The answer records of a running hotline, put together: the book, the clerk, and what they watch.

The clerk works in one process alone (`open_clerk`); whoever reads and fills records beside it opens the book.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

from paperwork.answers.book import Book
from paperwork.answers.clerk import AnswerClerk
from paperwork.answers.codes import AnyCode, Codes
from paperwork.answers.hands import Hands, Shown
from paperwork.answers.names import House
from paperwork.answers.opening import Opening
from paperwork.answers.record import Record
from paperwork.answers.rules import AnswerRules
from paperwork.answers.watch import Handed, Standing, Watch
from records.store import Store


@dataclass(slots=True)
class Answers:
    """What the rest of the house asks of the answer records."""

    book: Book
    shown: Shown
    house: House
    now: Callable[[], datetime]
    """The hotline's clock."""
    listeners: list[Callable[[], None]] = field(default_factory=list)
    """Told, right after it was written here, that some record is not as it was."""


@dataclass(slots=True)
class AnswerOffice:
    """The same with those who open the records. `clerk` is one of the office's."""

    answers: Answers
    clerk: AnswerClerk
    watch: Watch


@asynccontextmanager
async def open_book(
    url: str,
    *,
    house: House,
    hands: Hands,
    rules: Callable[[], AnswerRules] = AnswerRules,
    codes: Codes | None = None,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> AsyncIterator[Answers]:
    """For the desk, on the database at `url`: `hands` is told by the clerk, wherever that is, and by this book."""
    store = Store(url)
    listeners: list[Callable[[], None]] = []

    def changed(record: Record) -> None:
        hands.changed(record)
        for listener in listeners:
            listener()

    try:
        yield Answers(Book(store, rules, codes or AnyCode(), changed=changed), hands, house, now, listeners)
    finally:
        await store.close()


@asynccontextmanager
async def open_clerk(
    url: str,
    *,
    house: House,
    node: str = "a",
    rules: Callable[[], AnswerRules] = AnswerRules,
    codes: Codes | None = None,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
    lag: Callable[[], int] = lambda: 0,
    since: datetime | None = None,
    told: Callable[[Handed | Standing], None] = lambda seen: None,
) -> AsyncIterator[AnswerOffice]:
    """On the database at `url`, whose tables are there or will be. `told` hears what the watch saw."""
    store = Store(url)
    watch = Watch(store, rules, told)
    listeners: list[Callable[[], None]] = []

    def changed(record: Record) -> None:
        watch.changed(record)
        for listener in listeners:
            listener()

    try:
        book = Book(store, rules, codes or AnyCode(), changed=changed)
        opening = Opening(rules, house, node=node)
        clerk = AnswerClerk(book, opening, watch, node=node, now=now, changed=changed, lag=lag, since=since)
        yield AnswerOffice(Answers(book, watch, house, now, listeners), clerk, watch)
    finally:
        await store.close()
