"""Unit on a real database: what is filed stays filed, once and in order."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
from sqlalchemy import delete, update
from sqlalchemy.exc import DBAPIError

from paperwork.filing import Changed, Filing, file, filed, next_number
from records.paper_tables import filings
from records.store import Store

AT = datetime(2026, 12, 31, 15, 59, tzinfo=UTC)
NEW_YEAR = datetime(2026, 12, 31, 16, 1, tzinfo=UTC)


@pytest.fixture
async def store(url: str) -> AsyncIterator[Store]:
    store = Store(url)
    yield store
    await store.close()


def fact(seq: int, who: str = "desk:ann") -> Filing:
    return Filing("order:2026-000001", seq, AT, who, "opened", {"content": "食堂卫生"})


async def comes_second(store: Store) -> None:
    async with store.writing() as connection:
        assert await next_number(connection, "order", AT) == "2026-000001"
        await file(connection, fact(1, "desk:bob"))


async def test_what_was_filed_is_read_back_in_order(store: Store) -> None:
    async with store.writing() as connection:
        await file(connection, fact(1), fact(2))
        assert await filed(connection, "order:2026-000001") == [fact(1), fact(2)]
        assert await filed(connection, "order:2026-000002") == []


async def test_who_comes_second_is_refused_and_nothing_of_theirs_is_kept(store: Store) -> None:
    async with store.writing() as connection:
        await file(connection, fact(1))
    with pytest.raises(Changed):
        await comes_second(store)
    async with store.writing() as connection:
        assert await filed(connection, "order:2026-000001") == [fact(1)]
        assert await next_number(connection, "order", AT) == "2026-000001"


async def test_numbers_have_no_gaps_and_begin_anew_with_chinas_year(store: Store) -> None:
    async with store.writing() as connection:
        given = [await next_number(connection, "order", at) for at in (AT, AT, NEW_YEAR)]
        assert given == ["2026-000001", "2026-000002", "2027-000001"]
        assert await next_number(connection, "answer", AT) == "2026-000001"


@pytest.mark.parametrize("change", [delete(filings), update(filings).values(kind="closed")])
async def test_nobody_changes_or_removes_what_was_filed(store: Store, change: object) -> None:
    async with store.writing() as connection:
        await file(connection, fact(1))
    with pytest.raises(DBAPIError, match="append-only"):
        await store.do(change)  # type: ignore[arg-type]
