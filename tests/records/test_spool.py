"""Unit on real files: what was told survives the engine, and a disk that takes nothing harms nobody."""

from __future__ import annotations

import asyncio
import os
import resource
import sqlite3
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
import structlog

from ivr.journal import Entry
from records import spool
from records.calls import calls
from records.journal import SqlJournal
from records.presences import Presences
from records.spelling import ENTRIES
from records.spool import Spool
from tests.databases import execute
from tests.records.tales import OUTSIDE, TALKS, entries
from tests.records.test_journal import at_once, left_files, tell, written

TURNS = 20


@pytest.mark.parametrize("seed", [1, 2])
async def test_whatever_was_told_to_an_engine_that_was_killed_is_written_exactly_once(
    url: str, tmp_path: Path, seed: int
) -> None:
    program = (sys.executable, "-m", "tests.records.killed", url, str(tmp_path), str(seed), str(TURNS))
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    out, log = tmp_path / "out", tmp_path / "log"
    with out.open("wb") as stdout, log.open("wb") as stderr:
        process = await asyncio.create_subprocess_exec(*program, env=environment, stdout=stdout, stderr=stderr)
        assert await process.wait() == 0, log.read_text()
    # A kill may cut the program's last word, too.
    told = Counter(line for line in out.read_text().splitlines(keepends=True) if line.endswith("\n"))
    async with SqlJournal(url, wait=at_once) as journal, Presences(url, wait=at_once) as presences:
        await journal.flush()
        await presences.flush()
        assert (journal.refused, journal.lost, presences.refused, presences.lost) == (0, 0, 0, 0)
    rows = execute(url, "SELECT call, seq FROM journal UNION ALL SELECT agent, number FROM presences")
    kept = Counter(f"{who} {number}\n" for who, number in rows)
    assert len(told) > 10 * TURNS
    assert not told - kept, told - kept
    assert set(kept.values()) == {1}
    assert len(kept - told) <= 2 * TURNS  # told, but killed before it could say so
    assert left_files(tmp_path) == []


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not holds():  # noqa: ASYNC110 - nobody tells
            await asyncio.sleep(0.01)


def files(folder: Path) -> list[tuple[str, int]]:
    return [(file.name, file.stat().st_size) for file in sorted(folder.glob("*.jsonl"))]


async def test_a_spool_is_emptied_when_its_facts_are_written_and_removed_at_the_end(url: str, tmp_path: Path) -> None:
    async with SqlJournal(url, wait=at_once) as journal:
        tell(journal, entries(TALKS))
        ((name, size),) = files(tmp_path)
        assert (name, size > 0) == ("journal-spool-000001.jsonl", True)
        assert (tmp_path / name).stat().st_mode & 0o777 == 0o600
        await journal.flush()
        assert files(tmp_path) == [(name, 0)]
    assert files(tmp_path) == []


async def test_under_load_that_never_pauses_written_files_go_all_the_same(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spool, "SEGMENT", 10_000)
    most = 0
    async with SqlJournal(url, wait=at_once) as journal:
        for number in range(300):
            tell(journal, entries(TALKS, f"a-{number:03}"))
            most = max(most, len(files(tmp_path)))
            await asyncio.sleep(0.002)
    assert 1 < most < 20
    assert len(await calls(url)) == 300
    assert left_files(tmp_path) == []


async def test_files_of_an_engine_that_lives_are_left_to_it(url: str, tmp_path: Path) -> None:
    living: Spool[Entry] = Spool(tmp_path / "journal-spool", ENTRIES)
    for entry in entries(OUTSIDE, "a-1"):
        living.put(entry, None)
    async with SqlJournal(url, wait=at_once) as journal:
        tell(journal, entries(OUTSIDE, "a-2"))
        await journal.flush()
    assert {entry.call for entry in await written(url)} == {"a-2"}
    living.close()
    async with SqlJournal(url, wait=at_once) as journal:
        await journal.flush()
    assert {entry.call for entry in await written(url)} == {"a-1", "a-2"}


async def test_what_an_older_version_had_spilled_is_written_too(url: str, tmp_path: Path) -> None:
    lines = "\n".join(map(ENTRIES.line_of, entries(OUTSIDE)))
    (tmp_path / "journal-spill.jsonl").write_text(lines)
    async with SqlJournal(url, wait=at_once) as journal:
        await journal.flush()
    assert await written(url) == entries(OUTSIDE)
    assert left_files(tmp_path) == []


async def test_a_line_that_is_no_fact_is_told_and_kept_and_costs_no_other_one(url: str, tmp_path: Path) -> None:
    lines = [*map(ENTRIES.line_of, entries(OUTSIDE)), '{"call": "a-9", "kind": "Unheard', "\0\0\0"]
    (tmp_path / "journal-spool-000007.jsonl").write_text("\n".join(lines))
    async with SqlJournal(url, wait=at_once) as journal:
        await journal.flush()
        assert journal.refused == 2
    assert await written(url) == entries(OUTSIDE)
    assert left_files(tmp_path) == ["journal-refused.jsonl"]
    assert "Unheard" in (tmp_path / "journal-refused.jsonl").read_text()


@contextmanager
def full_disk() -> Iterator[None]:
    """No file of this process may grow past what it is: writes fail as on a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, hard))
    try:
        with structlog.testing.capture_logs():  # pytest's own file takes nothing either
            yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.sqlite
async def test_on_a_full_disk_memory_goes_on_alone_and_everything_is_written_when_there_is_room(
    url: str, tmp_path: Path
) -> None:
    async with SqlJournal(url) as journal:
        tell(journal, entries(TALKS, "a-1"))
        await journal.flush()
        with full_disk():
            tell(journal, entries(TALKS, "a-2"))
            assert journal.spool_alarm == "File too large"
            await until(lambda: journal.alarm is not None)
            assert journal.lag() == len(TALKS)
            assert not journal.alive
        async with asyncio.timeout(10):
            await journal.flush()
        tell(journal, entries(TALKS, "a-3"))
        assert journal.lost == 0
    assert await written(url) == [*entries(TALKS, "a-1"), *entries(TALKS, "a-2"), *entries(TALKS, "a-3")]
    assert [record.talked for record in await calls(url)] == [120.0] * 3


@pytest.mark.sqlite
async def test_what_only_memory_has_goes_to_the_spool_as_soon_as_that_takes_it(url: str, tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "hotline.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        async with SqlJournal(url, busy=0.01, drain=0.05) as journal:
            with full_disk():
                tell(journal, entries(TALKS))
                assert journal.spool_alarm is not None
            await until(lambda: journal.spool_alarm is None)
        assert journal.lost == 0
        other.execute("ROLLBACK")
    assert await written(url) == []
    async with SqlJournal(url, wait=at_once) as journal:
        await journal.flush()
    assert await written(url) == entries(TALKS)


@pytest.mark.sqlite
async def test_a_spool_that_was_removed_is_begun_anew_with_what_is_not_written(url: str, tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "hotline.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        async with SqlJournal(url, busy=0.01, drain=0.05) as journal:
            tell(journal, entries(TALKS))
            (tmp_path / "journal-spool-000001.jsonl").unlink()
            await until(lambda: bool(left_files(tmp_path)))
        other.execute("ROLLBACK")
    async with SqlJournal(url, wait=at_once) as journal:
        await journal.flush()
    assert await written(url) == entries(TALKS)
