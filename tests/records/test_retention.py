"""Unit on real SQLite and files: what is too old goes and is written down; what is held never does."""

from __future__ import annotations

import asyncio
import json
import os
import sqlite3
import tempfile
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import cast

import pytest
from hypothesis import given
from hypothesis import settings as how
from hypothesis import strategies as st
from sqlalchemy import Executable, insert, update

from ivr.events import CallArrived, CallEnded, ConsultationBegan, DigitsEntered, Offered
from ivr.journal import Entry, Event
from ivr.outcomes import Outcome, Reason
from records import folding
from records.audit import Audit, Head
from records.calls import calls, facts_of
from records.cdr import Cdr
from records.database import open_database
from records.journal import SqlJournal
from records.migrations import upgrade
from records.paper_tables import orders
from records.recordings import Recording
from records.retention import reducing
from records.retention.expiry import Expired, Expiry
from records.retention.holds import Hold, Holds
from records.retention.reducing import Reduced, Reducing, without_numbers
from records.retention.terms import LineTerms, Terms
from records.vault.ciphers import CIPHERS
from records.vault.keys import KeyFile
from records.vault.vault import Kept, Vault
from tests.databases import REFUSED, execute
from tests.records.test_vault import put, sound

NOW = datetime(2026, 11, 20, 19, 0, tzinfo=UTC)
TODAY = date(2026, 11, 21)
TERMS = Terms(30, 10, 60, {"psychological-aid": LineTerms(talks=1095), "hiv": LineTerms(talks=3, messages=2)})
NUMBER = "13900000042"


class House:
    """Recordings, a database, and what deletes."""

    def __init__(self, var: Path, url: str) -> None:
        self.url = url
        keys = KeyFile(var / "keys.json")
        keys.rotate(CIPHERS["AES-256-GCM"], NOW)
        self.vault = Vault(var / "recordings", keys)
        self.holds, self.audit = Holds(self.url, var), Audit(self.url, var)
        self.expiry = Expiry(self.url, self.vault, self.holds, self.audit, "engine:a")
        self.reducing = Reducing(self.url, self.holds, self.audit, "engine:a")

    def made(self, call: str, age: int, kind: str = "talks", *, seal: bool = True) -> str:
        day = TODAY - timedelta(days=age)
        name = f"{kind}/{day:%Y/%m/%d}/{call}-1" if kind != "fallback" else f"fallback/{call}"
        path = put(self.vault, sound(0.1), name)
        then = (NOW - timedelta(days=age)).timestamp()
        os.utime(path, (then, then))
        if seal:
            self.vault.seal(name)
        return name

    def hold(self, call: str) -> None:
        asyncio.run(self.holds.place(Hold(call, NOW, "os:ann", "the prosecutor asks")))

    def delete(self) -> dict[str, Expired]:
        return {one.recording.name: one for one in asyncio.run(self.expiry.delete(TERMS, TODAY, NOW))}

    def note(self, call: str, ended: datetime, *events: Event) -> None:
        async def write() -> None:
            async with SqlJournal(self.url) as journal:
                for seq, event in enumerate((*events, CallEnded(Outcome.TALKED, Reason.COMPLETED)), 1):
                    journal.note(Entry(call, seq, ended, event))

        asyncio.run(write())


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


# ── numbers ─────────────────────────────────────────────────────────────────

TALE = (
    CallArrived(NUMBER, "12320", "c", "v1"),
    DigitsEntered("ask-id", "120101199001011234"),
    Offered(1, "booking", None, "02200000003"),
    Offered(2, "desk", "ann", "ann-phone"),
    ConsultationBegan(2, "number", "02200000009"),
)


def whole(house: House, call: str) -> str:
    async def read() -> str:
        engine = open_database(house.url, read_only=True)
        try:
            facts = await facts_of(engine, call)
            (record,) = [one for one in await calls(engine) if one.id == call]
        finally:
            await engine.dispose()
        return repr(facts) + json.dumps(record.to_json(private=True))

    return asyncio.run(read())


def test_numbers_of_old_calls_are_masked_for_good_and_all_else_stays(house: House, tmp_path: Path) -> None:
    house.note("a-1", NOW - timedelta(days=61), *TALE)
    house.note("a-2", NOW - timedelta(days=59), *TALE)
    house.note("a-3", NOW - timedelta(days=61), *TALE)
    house.hold("a-3")
    before = NOW - timedelta(days=60)
    assert asyncio.run(house.reducing.due(before)) == 1
    assert asyncio.run(house.reducing.reduce(before, NOW, days=60)) == Reduced(1)
    reduced = whole(house, "a-1")
    for number in (NUMBER, "120101199001011234", "02200000003", "02200000009"):
        assert number not in reduced
        assert number in whole(house, "a-2")
        assert number in whole(house, "a-3")
    assert "139****0042" in reduced
    assert "ann-phone" in reduced
    legs = execute(
        house.url, "SELECT call, phone FROM legs WHERE phone LIKE '022%' AND phone NOT LIKE '%*%' ORDER BY call, phone"
    )
    assert legs == [(call, number) for call in ("a-2", "a-3") for number in ("02200000003", "02200000009")]
    assert asyncio.run(house.reducing.reduce(before, NOW, days=60)) == Reduced(0)
    (entry,) = [e for e in asyncio.run(house.audit.entries()) if e.deed.what == "numbers_reduced"]
    assert entry.deed.details == {"calls": ["a-1"]}
    for change in (
        "UPDATE journal SET data = '{}' WHERE call = 'a-1'",
        "UPDATE journal SET data = '{}' WHERE call = 'a-2'",
        "DELETE FROM journal WHERE call = 'a-1'",
    ):
        with pytest.raises(REFUSED, match="append-only"):
            execute(house.url, change)
    execute(house.url, "INSERT INTO reducing VALUES ('a-2')")
    with pytest.raises(REFUSED, match="append-only"):
        execute(house.url, "UPDATE journal SET kind = 'CallEnded' WHERE call = 'a-2' AND seq = 1")


@pytest.mark.sqlite
def test_what_was_masked_is_not_in_the_file_any_more(house: House, tmp_path: Path) -> None:
    for call in range(40):
        house.note(f"a-{call}", NOW - timedelta(days=61), *TALE)
    file = tmp_path / "hotline.db"
    with closing(sqlite3.connect(file)) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    assert NUMBER.encode() in file.read_bytes()
    assert asyncio.run(house.reducing.reduce(NOW - timedelta(days=60), NOW, days=60)) == Reduced(40)
    with closing(sqlite3.connect(file)) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    assert NUMBER.encode() not in file.read_bytes()


def test_a_call_that_cannot_be_reduced_keeps_no_other_from_it_and_the_log_does_not_say_it_was(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    for call in ("a-1", "a-2", "a-3"):
        house.note(call, NOW - timedelta(days=61), *TALE)
    fold = folding.fold

    def fails(entries: Sequence[Entry]) -> Cdr:
        if entries[0].call == "a-2":
            raise KeyError("offer")
        return fold(entries)

    monkeypatch.setattr(reducing, "fold", fails)
    done = asyncio.run(house.reducing.reduce(NOW - timedelta(days=60), NOW, days=60))
    assert done == Reduced(2, ("calls a-2",))
    assert NUMBER not in whole(house, "a-3")
    assert NUMBER in whole(house, "a-2")
    told = [entry.deed.details["calls"] for entry in asyncio.run(house.audit.entries())]
    assert told == [["a-1"], ["a-3"]]
    assert isinstance(asyncio.run(house.audit.verify()), Head)


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


def test_facts_of_other_versions_are_reduced_by_their_fields() -> None:
    assert without_numbers("Unheard", {"number": NUMBER, "x": 1}) == {"number": "139****0042", "x": 1}
    assert without_numbers("PassedOn", {"to": "agent", "target": "12345678"}) == {"to": "agent", "target": "12345678"}


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


def test_an_order_that_is_opened_between_the_look_and_the_deletion_keeps_its_sound(house: House) -> None:
    talk = house.made("a-1", 400)
    (due,) = asyncio.run(house.expiry.due(TERMS, TODAY))
    ordered(house, "2026-000001", call="a-1")
    assert asyncio.run(house.expiry._delete(due, NOW, None)).held
    assert list(house.vault.names()) == [talk]
