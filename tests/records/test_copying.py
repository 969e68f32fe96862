"""Unit on real databases: what was copied is the same, whichever kinds they are, and nothing is copied by halves."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from acd.agent import Presence
from ivr.events import CallArrived
from ivr.journal import Entry
from paperwork.filing import Filing, file, next_number
from records import copying
from records.audit import Audit, Deed, Head
from records.copying import NotCopied, about, contents, copy, differences
from records.journal import SqlJournal
from records.migrations import upgrade
from records.presences import Presences
from records.store import Store
from tests.databases import execute
from tests.records.tales import NINE, TALES, entries

AT = datetime(2026, 12, 31, 15, 59, 59, 999000, tzinfo=UTC)


async def filled(url: str, var: Path) -> None:
    async with SqlJournal(url, folder=var) as journal, Presences(url, folder=var) as presences:
        for n, tale in enumerate(TALES):
            for entry in entries(tale, f"a-{n}"):
                journal.note(entry)
        journal.note(Entry("a-strange", 1, NINE, CallArrived("\udcff\0😀", "12320", "c", "p")))
        presences.note("ann", NINE, Presence.READY)
    for n in range(5):
        await Audit(url, var).write(Deed("os:ann", "tried", f"a-{n}", "为何", {"ok": True, "n": n}), AT)
    store = Store(url)
    async with store.writing() as connection:
        number = await next_number(connection, "order", AT)
        await file(
            connection, Filing(f"order:{number}", 1, AT, "os:ann", "opened", {"内容": "食堂", "b": [1, 2.5, None]})
        )
    await store.close()


async def test_a_copy_into_the_other_kind_is_the_same_and_its_chain_holds(
    url: str, bare: str, other: str, tmp_path: Path
) -> None:
    await filled(url, tmp_path)
    for target in (bare, other):
        told: dict[str, int] = {}
        total = await copy(url, target, told.__setitem__)
        assert total == sum(told.values()) > 100
        assert differences(await contents(url), await contents(target)) == []
        assert isinstance(await Audit(target, tmp_path).verify(), Head)
    there = await about(other)
    assert (there.revision, there.rows["audit"], there.size > 0) == (there.newest, 5, True)
    execute(other, "INSERT INTO holds VALUES ('a-1', '2026-10-01 01:00:00.000000', 'os:ann', 'x')")
    assert differences(await contents(url), await contents(other)) == ["holds"]


async def test_nothing_is_copied_over_something_or_by_halves(url: str, bare: str, tmp_path: Path) -> None:
    await filled(url, tmp_path)
    await upgrade(bare)
    execute(bare, "INSERT INTO holds VALUES ('a-1', '2026-10-01 01:00:00.000000', 'os:ann', 'x')")
    with pytest.raises(NotCopied, match="not empty: there are rows in holds"):
        await copy(url, bare)
    assert (await about(bare)).rows["journal"] == 0
    with pytest.raises(NotCopied, match="same database"):
        await copy(url, url)


async def test_a_copy_that_is_broken_off_leaves_an_empty_database(
    url: str, bare: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await filled(url, tmp_path)

    def told(table: str, rows: int) -> None:
        if table == "journal":
            raise KeyboardInterrupt(rows)

    with pytest.raises(KeyboardInterrupt):
        await copy(url, bare, told)
    assert set((await about(bare)).rows.values()) == {0}
    monkeypatch.setattr(copying, "ROWS_AT_ONCE", 3)
    await copy(url, bare)
    assert differences(await contents(url), await contents(bare)) == []


async def test_tables_of_another_version_are_not_copied(url: str, bare: str) -> None:
    execute(url, "UPDATE alembic_version SET version_num = '0005'")
    with pytest.raises(NotCopied, match="version 0005"):
        await copy(url, bare)
