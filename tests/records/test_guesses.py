"""Contract: the mistakes of callers who asked for orders, read back by the next engine, on a real database."""

from __future__ import annotations

from datetime import timedelta

from ivr.guesses import Mistake
from records.guesses import mistakes_since
from records.journal import SqlJournal
from tests.records.tales import ARRIVES, INQUIRES, NINE, NUMBER, TALKS, at, entries


async def test_the_next_engine_knows_who_keyed_what_fitted_nothing(url: str) -> None:
    async with SqlJournal(url, node="here") as journal:
        for call, tale in (("a-1", INQUIRES), ("a-2", TALKS), ("a-3", ARRIVES)):
            for entry in entries(tale, call):
                journal.note(entry)
    assert await mistakes_since(url, NINE, node="here") == [Mistake("a-1", NUMBER, at(20.2))]
    assert await mistakes_since(url, NINE) == [Mistake("a-1", NUMBER, at(20.2))]
    assert await mistakes_since(url, NINE, node="there") == []
    assert await mistakes_since(url, NINE + timedelta(minutes=1)) == []
