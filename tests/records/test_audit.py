"""Unit on real SQLite: what was done stays written as it was, and what was tampered with is found."""

from __future__ import annotations

import asyncio
import json
import multiprocessing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as how
from hypothesis import strategies as st

from records.audit import FIRST, HEAD, Act, Audit, Broken, Deed, Head
from records.database import database_file
from tests.databases import REFUSED, execute

AT = datetime(2026, 11, 20, 2, 0, 0, 123_456, tzinfo=UTC)


def deed(about: str = "a-1", **details: str) -> Deed:
    return Deed("os:ann", Act.RECORDING_HEARD, about, "a complaint is looked into", details)


async def filled(url: str, var: Path, entries: int = 5) -> Audit:
    audit = Audit(url, var)
    for index in range(entries):
        await audit.write(deed(f"a-{index}", line="预防接种"), AT + timedelta(minutes=index))
    return audit


def tamper(url: str, *statements: str) -> None:
    """As who has the file: triggers keep nobody off who may drop them."""
    drops = ["DROP TRIGGER IF EXISTS audit_keeps_rows", "DROP TRIGGER IF EXISTS audit_keeps_deeds"]
    if database_file(url) is None:
        drops = ["DROP TRIGGER IF EXISTS audit_keeps_deeds ON audit"]
    execute(url, *drops, *statements)


async def test_each_entry_carries_the_hash_of_the_one_before(url: str, tmp_path: Path) -> None:
    audit = await filled(url, tmp_path)
    entries = await audit.entries()
    assert [entry.number for entry in entries] == [1, 2, 3, 4, 5]
    assert [entry.before for entry in entries] == [FIRST, *(entry.hash for entry in entries[:-1])]
    assert await audit.verify() == Head(5, entries[-1].hash) == audit.head()
    assert entries[0].to_json()["at"] == "2026-11-20T02:00:00.123+00:00"
    assert entries[0].deed.details == {"line": "预防接种"}


async def test_an_empty_log_is_whole(url: str, tmp_path: Path) -> None:
    assert await Audit(url, tmp_path).verify() == Head(0, FIRST)


@pytest.mark.parametrize(
    ("change", "number"),
    [
        ("UPDATE audit SET reason = 'none of your business' WHERE number = 3", 3),
        ("UPDATE audit SET who = 'os:bob' WHERE number = 1", 1),
        ("UPDATE audit SET at = '2026-11-20 03:00:00.000000' WHERE number = 5", 5),
        ("UPDATE audit SET details = '{}' WHERE number = 2", 2),
        ("UPDATE audit SET details = 'no JSON' WHERE number = 2", 2),
        ("UPDATE audit SET hash = before WHERE number = 4", 4),
        ("DELETE FROM audit WHERE number = 3", 3),
        ("DELETE FROM audit WHERE number = 1", 1),
        ("DELETE FROM audit WHERE number > 3", 4),
        ("DELETE FROM audit", 1),
    ],
)
async def test_tampering_deletion_and_truncation_are_found(url: str, tmp_path: Path, change: str, number: int) -> None:
    audit = await filled(url, tmp_path)
    tamper(url, change)
    found = await audit.verify()
    assert isinstance(found, Broken)
    assert found.number == number


@pytest.mark.parametrize("change", ["DELETE FROM audit WHERE number > 3", "DELETE FROM audit"])
async def test_what_was_cut_off_is_found_however_much_is_written_after(
    url: str, tmp_path: Path, change: str, capsys: pytest.CaptureFixture[str]
) -> None:
    audit = await filled(url, tmp_path)
    head = audit.head()
    tamper(url, change)
    for index in range(6):  # past the number of the kept head
        await audit.write(deed(f"b-{index}"), AT)
    assert audit.head() == head
    assert isinstance(found := await audit.verify(), Broken)
    assert (found.number, "kept head" in found.why) == (5, True)
    assert "audit log was cut off or changed" in capsys.readouterr().out


async def test_a_chain_that_was_made_anew_does_not_fit_the_kept_head(url: str, tmp_path: Path) -> None:
    audit = await filled(url, tmp_path)
    head = audit.head()
    tamper(url, "DELETE FROM audit")
    (tmp_path / "elsewhere").mkdir()
    await filled(url, tmp_path / "elsewhere", entries=2)
    await Audit(url, tmp_path / "elsewhere").write(deed("a-2", line="forged"), AT)
    await filled(url, tmp_path / "elsewhere", entries=3)
    assert isinstance(found := await audit.verify(), Broken)
    assert "kept head" in found.why
    (tmp_path / HEAD).unlink()  # they had that file too; not the line of the log that went to another machine
    assert isinstance(await audit.verify(), Head)
    assert isinstance(await audit.verify(head), Broken)


async def test_the_database_refuses_to_change_or_remove_an_entry(url: str, tmp_path: Path) -> None:
    await filled(url, tmp_path)
    for change in ("UPDATE audit SET who = 'os:bob'", "DELETE FROM audit", "DELETE FROM audit WHERE number = 5"):
        with pytest.raises(REFUSED, match="append-only"):
            execute(url, change)


async def test_a_crash_before_the_head_was_kept_loses_nothing(url: str, tmp_path: Path) -> None:
    audit = await filled(url, tmp_path)
    (tmp_path / HEAD).write_text(json.dumps({"number": 4, "hash": (await audit.entries())[3].hash}))
    assert await audit.verify() == Head(5, (await audit.entries())[4].hash)
    await audit.write(deed("a-5"), AT)
    assert audit.head() == await audit.verify()


async def test_a_damaged_head_is_told_and_not_replaced(url: str, tmp_path: Path) -> None:
    audit = await filled(url, tmp_path)
    (tmp_path / HEAD).write_text("{")
    with pytest.raises(ValueError, match="damaged"):
        await audit.verify()


def _write_many(url: str, var: Path, name: str) -> None:
    async def write() -> None:
        audit = Audit(url, var)
        async with asyncio.TaskGroup() as tasks:
            for index in range(6):
                tasks.create_task(audit.write(Deed(f"os:{name}", Act.SIGNED_IN, str(index)), AT))

    asyncio.run(write())


def test_writers_of_several_processes_make_one_chain(url: str, tmp_path: Path) -> None:
    """Three at once, each with six at once."""
    spawn = multiprocessing.get_context("spawn")
    writers = [spawn.Process(target=_write_many, args=(url, tmp_path, name)) for name in ("ann", "bob", "eve")]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(60)
        assert writer.exitcode == 0
    head = asyncio.run(Audit(url, tmp_path).verify())
    assert isinstance(head, Head)
    assert head.number == 18
    assert Audit(url, tmp_path).head() == head


@pytest.mark.parametrize(
    "bad",
    [
        {"who": "ann"},
        {"who": "os:ann\nos:bob"},
        {"what": "Looked"},
        {"about": " "},
        {"reason": ""},
        {"reason": "x" * 1001},
        {"details": {"share": 0.5}},
    ],
)
def test_what_could_not_be_kept_as_it_is_is_refused(bad: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=":"):
        Deed(**{"who": "os:ann", "what": "signed_in", **bad})  # type: ignore[arg-type]


TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=30).filter(str.strip)


@how(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(about=TEXT, reason=TEXT, detail=TEXT | st.integers(-(2**40), 2**40) | st.booleans() | st.none())
def test_whatever_is_written_reads_back_as_it_was(
    url: str, tmp_path: Path, about: str, reason: str, detail: str | int | bool | None
) -> None:
    audit = Audit(url, tmp_path)
    written = asyncio.run(audit.write(Deed("desk:ann", "signed_in", about, reason, {"x": detail}), AT))
    assert asyncio.run(audit.entries(last=1)) == [written]
    assert isinstance(asyncio.run(audit.verify()), Head)
