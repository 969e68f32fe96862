"""The answer records of a running hotline, put together: the book, the clerk, and what they watch."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

from paperwork.answers.book import Book
from paperwork.answers.clerk import AnswerClerk
from paperwork.answers.codes import AnyCode, Codes
from paperwork.answers.names import House
from paperwork.answers.opening import Opening
from paperwork.answers.record import Record
from paperwork.answers.rules import AnswerRules
from paperwork.answers.watch import Watch
from records.store import Store


@dataclass(slots=True)
class Answers:
    """What the rest of the house asks of the answer records. `clerk` is one of the office's."""

    book: Book
    clerk: AnswerClerk
    watch: Watch
    house: House
    now: Callable[[], datetime]
    """The hotline's clock."""
    listeners: list[Callable[[], None]] = field(default_factory=list)
    """Told, right after it was written, that some record is not as it was."""


@asynccontextmanager
async def open_answers(
    url: str,
    *,
    house: House,
    node: str = "a",
    rules: Callable[[], AnswerRules] = AnswerRules,
    codes: Codes | None = None,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
    lag: Callable[[], int] = lambda: 0,
) -> AsyncIterator[Answers]:
    """On the database at `url`, whose tables are there or will be."""
    store = Store(url)
    watch = Watch(store, rules)
    listeners: list[Callable[[], None]] = []

    def changed(record: Record) -> None:
        watch.changed(record)
        for listener in listeners:
            listener()

    try:
        book = Book(store, rules, codes or AnyCode(), changed=changed)
        clerk = AnswerClerk(book, Opening(rules, house, node=node), watch, node=node, now=now, changed=changed, lag=lag)
        yield Answers(book, clerk, watch, house, now, listeners)
    finally:
        await store.close()
