"""Unit on real SQLite and files: what is too old goes and is written down; what is held never does."""

from __future__ import annotations

import asyncio
import os
import tempfile
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import cast

import pytest
from hypothesis import given
from hypothesis import settings as how
from hypothesis import strategies as st
from sqlalchemy import Executable, insert, update

from ivr.events import CallArrived
from records.audit import Head
from records.database import open_database
from records.migrations import upgrade
from records.paper_tables import answers, orders
from records.recordings import Recording
from records.retention.holds import Hold
from records.vault.vault import Kept, Vault
from tests.databases import execute
from tests.records.house import NOW, NUMBER, TERMS, TODAY, House
from tests.records.test_vault import sound


@pytest.fixture
def house(url: str, tmp_path: Path) -> House:
    return House(tmp_path, url)


def test_what_is_too_old_is_deleted_and_the_log_says_what_it_was(house: House) -> None:
    old, young = house.made("a-1", 31), house.made("a-2", 30)
    message, plain = house.made("a-3", 11, "messages"), house.made("1763600000.7", 11, "fallback", seal=False)
    mark = sha256((house.vault.folder / f"{old}.wav.sealed").read_bytes()).hexdigest()
    done = house.delete()
    assert set(done) == {old, message, plain}
    assert list(house.vault.names()) == [young]
    assert done[old].marks == (mark,)
    entries = asyncio.run(house.audit.entries())
    by_name = {entry.deed.about: entry.deed for entry in entries}
    assert set(by_name) == {old, message, plain}
    assert by_name[old].what == "recording_expired"
    assert by_name[old].reason == "kept for 30 days"
    assert by_name[old].details["sha256"] == [mark]
    assert isinstance(asyncio.run(house.audit.verify()), Head)
    assert house.delete() == {}


def test_a_dry_run_deletes_nothing(house: House) -> None:
    old = house.made("a-1", 31)
    assert [one.recording.name for one in asyncio.run(house.expiry.due(TERMS, TODAY))] == [old]
    assert list(house.vault.names()) == [old]
    assert asyncio.run(house.audit.entries()) == []


def test_what_is_held_stays_until_it_is_released(house: House) -> None:
    old = house.made("a-1", 4000)
    house.hold("a-1")
    done = house.delete()
    assert (done[old].held, done[old].marks) == (True, ())
    assert house.vault.read(old) == sound(0.1)
    assert asyncio.run(house.holds.release(Hold("a-1", NOW, "os:bob", "the case is closed")))
    assert not asyncio.run(house.holds.release(Hold("a-1", NOW, "os:bob", "again")))
    assert not house.delete()[old].held
    told = [(e.deed.who, e.deed.what, e.deed.reason) for e in asyncio.run(house.audit.entries())]
    assert told[:2] == [
        ("os:ann", "hold_placed", "the prosecutor asks"),
        ("os:bob", "hold_released", "the case is closed"),
    ]


def test_what_cannot_be_written_down_is_not_deleted(house: House, tmp_path: Path) -> None:
    old = house.made("a-1", 31)
    execute(house.url, "DROP TABLE audit")
    with pytest.raises(Exception, match=r'no such table: audit|relation "audit" does not exist'):
        house.delete()
    assert list(house.vault.names()) == [old]


def test_a_name_of_long_ago_does_not_delete_what_was_written_today(house: House) -> None:
    """The clock was wrong when it was named."""
    name = house.made("a-1", 4000)
    path = house.vault.folder / f"{name}.wav.sealed"
    os.utime(path, (NOW.timestamp(), NOW.timestamp()))
    assert house.delete() == {}


KIND = st.sampled_from(["talks", "messages", "fallback", "2026-10-01"])


@given(kind=KIND, age=st.integers(-400, 4000), line=st.sampled_from([None, "psychological-aid", "hiv", "consult"]))
def test_each_term_is_the_lines_own_or_everybodys(kind: str, age: int, line: str | None) -> None:
    kept = Kept(f"{kind}/x", 0, 0.0, plain=False, keys=())
    one = Recording(kept, kind, "a-1", TODAY - timedelta(days=age), line, None)
    everybody = {"talks": 30}.get(kind, 10)
    days = {"psychological-aid": {"talks": 1095}, "hiv": {"talks": 3}}.get(line or "", {}).get(kind)
    if days is None:
        days = 2 if line == "hiv" else everybody
    assert (TERMS.days(one), TERMS.over(one, TODAY)) == (days, age > days)


@how(max_examples=25, deadline=None)
@given(
    made=st.lists(st.tuples(st.sampled_from(["a-1", "a-2", "a-3"]), st.integers(0, 4000), KIND), max_size=6),
    held=st.sets(st.sampled_from(["a-1", "a-2", "a-3"])),
    nights=st.integers(1, 3),
)
def test_nothing_under_hold_is_ever_deleted(made: list[tuple[str, int, str]], held: set[str], nights: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        house = House(Path(folder), f"sqlite+aiosqlite:///{folder}/hotline.db")
        asyncio.run(upgrade(house.url))
        names = {}
        for index, (call, age, kind) in enumerate(made):
            name = house.made(call, age, kind, seal=bool(index % 2))
            names[name] = call
        for call in held:
            house.hold(call)
        before = {name: house.vault.read(name) for name in names}
        for _ in range(nights):
            house.delete()
        left = {name: house.vault.read(name) for name in house.vault.names()}
        assert left.items() >= {name: sound for name, sound in before.items() if names[name] in held}.items()
        assert all(not one.held for one in house.delete().values() if one.recording.call not in held)


def test_a_recording_that_cannot_be_erased_keeps_no_other_and_the_log_says_once_that_it_is_there(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    def told() -> list[str]:
        return [entry.deed.what for entry in asyncio.run(house.audit.entries()) if entry.deed.about == bad]

    bad, good = house.made("a-1", 31), house.made("a-2", 31)
    erase = Vault.erase

    def fails(self: Vault, name: str) -> int:
        if name == bad:
            raise PermissionError(13, "Permission denied")
        return erase(self, name)

    monkeypatch.setattr(Vault, "erase", fails)
    done = house.delete()
    assert (done[bad].why, done[good].why) == ("Permission denied", None)
    assert list(house.vault.names()) == [bad]
    assert told() == ["recording_expired", "recording_not_erased"]
    assert house.delete()[bad].why == "Permission denied"
    assert told() == ["recording_expired", "recording_not_erased"]
    assert list(asyncio.run(house.expiry.unerased())) == [bad]
    monkeypatch.undo()
    assert house.delete()[bad].why is None
    assert told() == ["recording_expired", "recording_not_erased", "recording_expired"]
    assert asyncio.run(house.expiry.unerased()) == {}
    house.delete()
    assert len(told()) == 3


def test_the_log_says_of_a_recording_that_went_in_a_night_broken_off_that_it_is_gone(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad = house.made("a-1", 31)

    def fails(_vault: Vault, _name: str) -> int:
        raise PermissionError(13, "Permission denied")

    with monkeypatch.context() as denied:
        denied.setattr(Vault, "erase", fails)
        house.delete()
    house.vault.erase(bad)
    house.delete()
    last = asyncio.run(house.audit.entries())[-1].deed
    assert (last.what, last.about, last.details["call"]) == ("recording_expired", bad, "a-1")


# ── sound of work orders ────────────────────────────────────────────────────


def ordered(house: House, number: str, *, call: str | None, recording: str | None = None) -> None:
    """An order that is open."""
    values = {"number": number, "seq": 1, "state": "opened", "source": "call", "call": call, "recording": recording}
    values |= {"urgency": "simple", "content": "食堂卫生", "feedback": "unit", "opened": NOW, "opened_by": "os:ann"}
    values |= {"hand_on_by": NOW, "reopened": 0, "urged": 0, "test": False}
    written(house, insert(orders).values(values))


def closed(house: House, number: str, at: datetime | None = NOW) -> None:
    written(house, update(orders).where(orders.c.number == number).values(closed=at))


def written(house: House, statement: Executable) -> None:
    async def write() -> None:
        engine = open_database(house.url)
        try:
            async with engine.begin() as connection:
                await connection.execute(statement)
        finally:
            await engine.dispose()

    asyncio.run(write())


def test_the_sound_of_an_order_stays_until_the_order_is_closed_and_goes_then_with_its_proof(house: House) -> None:
    talk, message, other = house.made("a-1", 400), house.made("a-2", 400, "messages"), house.made("a-3", 400)
    ordered(house, "2026-000001", call="a-1")
    ordered(house, "2026-000002", call=None, recording=message)
    done = house.delete()
    assert {name: (one.held, one.order, bool(one.marks)) for name, one in done.items()} == {
        talk: (True, "2026-000001", False),
        message: (True, "2026-000002", False),
        other: (False, None, True),
    }
    assert house.vault.read(talk) == house.vault.read(message) == sound(0.1)
    closed(house, "2026-000001")
    assert {name for name, one in house.delete().items() if not one.held} == {talk}
    closed(house, "2026-000001", None)  # opened again: what is gone is gone, and nothing breaks of it
    closed(house, "2026-000002")
    assert {name for name, one in house.delete().items() if not one.held} == {message}
    told = [entry.deed for entry in asyncio.run(house.audit.entries())]
    assert [(deed.what, deed.about, len(cast("list[str]", deed.details["sha256"]))) for deed in told] == [
        ("recording_expired", name, 1) for name in (other, talk, message)
    ]
    assert list(house.vault.names()) == []


def test_the_sound_of_a_held_order_stays_though_it_is_closed_until_it_is_released(house: House) -> None:
    talk = house.made("a-1", 400)
    ordered(house, "2026-000001", call="a-1")
    closed(house, "2026-000001")
    house.hold("order:2026-000001")
    done = house.delete()[talk]
    assert (done.held, done.order, done.to_json()["order"]) == (True, "2026-000001", "2026-000001")
    assert house.vault.read(talk) == sound(0.1)
    assert asyncio.run(house.holds.release(Hold("order:2026-000001", NOW, "os:bob", "the case is closed")))
    assert house.delete()[talk].marks
    assert list(house.vault.names()) == []


def test_the_numbers_of_a_held_orders_call_stay_whole_until_it_is_released(house: House) -> None:
    for call in ("a-1", "a-2"):
        house.note(call, NOW - timedelta(days=61), CallArrived(NUMBER, "12320", "c", "v1"))
        answer = {"call": call, "number": f"2026-{call}", "seq": 1, "state": "filled", "line": "supervision"}
        row = {**answer, "at": NOW - timedelta(days=61), "agent": "ann", "contact": NUMBER, "test": False}
        written(house, insert(answers).values(row))
    ordered(house, "2026-000001", call="a-1")
    ordered(house, "2026-000002", call=None)
    closed(house, "2026-000001", NOW - timedelta(days=61))
    house.hold("order:2026-000001")
    house.hold("order:2026-000002")

    def kept() -> set[str]:
        asyncio.run(house.reducing.reduce(NOW - timedelta(days=60), NOW, days=60))
        told = execute(house.url, "SELECT id, number FROM cdr UNION ALL SELECT number, contact FROM answers")
        return {name for name, number in told if number == NUMBER}

    assert kept() == {"a-1", "2026-a-1"}
    assert asyncio.run(house.holds.release(Hold("order:2026-000001", NOW, "os:bob", "the case is closed")))
    assert kept() == set()


def test_an_order_that_is_opened_between_the_look_and_the_deletion_keeps_its_sound(house: House) -> None:
    talk = house.made("a-1", 400)
    (due,) = asyncio.run(house.expiry.due(TERMS, TODAY))
    ordered(house, "2026-000001", call="a-1")
    assert asyncio.run(house.expiry._delete(due, NOW, None)).held
    assert list(house.vault.names()) == [talk]
