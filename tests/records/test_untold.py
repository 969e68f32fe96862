"""Unit on real databases: calls of before get their legs, once, in portions, whatever interrupts it."""

from __future__ import annotations

import asyncio
from typing import Any

from sqlalchemy import delete, select, update

from records.copying import about
from records.database import open_database
from records.journal import SqlJournal
from records.tables import cdr, legs
from records.untold import Untold, tell_some, untellable, untold
from tests.records.tales import TALES, entries

_EMPTY: dict[str, Any] = {
    "legs": None, "asked": None, "asked_line": None, "asked_for": None, "turned_out": None, "ticket": None,
}  # fmt: skip


async def both_layers(url: str) -> tuple[list[Any], list[Any]]:
    engine = open_database(url, read_only=True)
    async with engine.connect() as connection:
        records = (await connection.execute(select(cdr).order_by(cdr.c.id))).all()
        told = (await connection.execute(select(legs).order_by(legs.c.call, legs.c.number))).all()
    await engine.dispose()
    return list(records), list(told)


async def test_what_is_told_later_is_what_would_have_been_told_at_once(url: str) -> None:
    async with SqlJournal(url) as journal:
        for n, tale in enumerate(TALES * 3):
            for entry in entries(tale, f"a-{n:02}"):
                journal.note(entry)
    before = await both_layers(url)
    engine = open_database(url)
    async with engine.begin() as connection:
        await connection.execute(delete(legs))
        await connection.execute(update(cdr).values(_EMPTY))
        assert await untold(connection) == len(TALES) * 3
    assert await tell_some(engine, 5) == 5  # the engine dies here
    async with engine.connect() as connection:
        assert await untold(connection) == len(TALES) * 3 - 5
    await asyncio.wait_for(Untold(url, wait=lambda _: asyncio.sleep(0)).run(), 20)
    assert await both_layers(url) == before
    assert await tell_some(engine) == 0
    await engine.dispose()


async def test_a_call_that_cannot_be_told_keeps_no_other_untold(url: str) -> None:
    async with SqlJournal(url) as journal:
        for n, tale in enumerate(TALES):
            for entry in entries(tale, f"a-{n:02}"):
                journal.note(entry)
    engine = open_database(url)
    async with engine.begin() as connection:
        await connection.execute(delete(legs))
        await connection.execute(update(cdr).values(_EMPTY))
        await connection.execute(update(cdr).where(cdr.c.id == "a-01").values(segments=[{"kind": "newer"}]))
    await asyncio.wait_for(Untold(url, wait=lambda _: asyncio.sleep(0)).run(), 20)
    async with engine.connect() as connection:
        assert (await untold(connection), await untellable(connection)) == (0, 1)
        assert len(set((await connection.execute(select(legs.c.call))).scalars())) > 3
    await engine.dispose()
    found = await about(url)
    assert (found.untold, found.untellable) == (0, 1)
