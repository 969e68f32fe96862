"""Unit on a real database: whoever is killed while a past is taken in loses and doubles nothing of it."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import select

from paperwork.categories.load import trees_in
from paperwork.past.imports import SameFile, imported
from records.paper_tables import past_rows
from records.store import Store
from tests.paperwork.killed_import import PORTION
from tests.paperwork.test_past_imports import CONFIG, bring

ROWS = 3 * PORTION + 3
TEXT = "time,kind,count\n" + "".join(f"2014-11-01 08:00:{at:02},咨询,{at + 1}\n" for at in range(ROWS))


@pytest.fixture
async def store(url: str) -> AsyncIterator[Store]:
    store = Store(url)
    yield store
    await store.close()


def killed(url: str, file: Path, portions: int) -> str:
    """Let a process take the file in, and kill it where it says that it is; what it said."""
    command = [sys.executable, "-m", "tests.paperwork.killed_import", url, str(file), str(portions)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        said = process.stdout.readline().strip()
        process.kill()
        assert process.wait() == -signal.SIGKILL, "it ended by itself"
    return said


async def test_who_is_killed_in_the_midst_left_nothing_and_the_next_takes_every_row_in_once(
    url: str, store: Store, tmp_path: Path
) -> None:
    file = tmp_path / "past.csv"
    file.write_text(TEXT, "utf-8")
    for portions in (1, 4):  # the first of them; the last, before it is said to be kept
        assert killed(url, file, portions) == "here"
        assert await imported(store) == []
        assert await store.rows(select(past_rows)) == []
    taken = await bring(store, trees_in(CONFIG), file, TEXT)
    assert (taken.rows, taken.id[-6:]) == (ROWS, "000001")
    await each_once(store)


async def test_who_is_killed_before_it_can_say_that_all_is_kept_has_kept_it_and_nobody_takes_it_in_again(
    url: str, store: Store, tmp_path: Path
) -> None:
    file = tmp_path / "past.csv"
    file.write_text(TEXT, "utf-8")
    assert killed(url, file, 0) == "kept"
    with pytest.raises(SameFile):
        await bring(store, trees_in(CONFIG), file, TEXT)
    (one,) = await imported(store)
    assert one.rows == ROWS
    await each_once(store)


async def each_once(store: Store) -> None:
    rows = await store.rows(select(past_rows.c["count"]))
    assert Counter(row["count"] for row in rows) == Counter(range(1, ROWS + 1))
