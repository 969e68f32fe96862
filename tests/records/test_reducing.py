"""Unit on real databases: numbers of old calls are masked for good, and all else stays."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from ivr.events import CallArrived, ConsultationBegan, DigitsEntered, Offered
from ivr.journal import Entry
from records import folding
from records.audit import Head
from records.calls import calls, facts_of
from records.cdr import Cdr
from records.database import open_database
from records.retention import reducing
from records.retention.reducing import Reduced, without_numbers
from tests.databases import REFUSED, execute
from tests.records.house import NOW, NUMBER, House


@pytest.fixture
def house(url: str, tmp_path: Path) -> House:
    return House(tmp_path, url)


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


def test_facts_of_other_versions_are_reduced_by_their_fields() -> None:
    assert without_numbers("Unheard", {"number": NUMBER, "x": 1}) == {"number": "139****0042", "x": 1}
    assert without_numbers("PassedOn", {"to": "agent", "target": "12345678"}) == {"to": "agent", "target": "12345678"}
