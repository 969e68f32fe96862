"""Unit over real sockets, databases and sealed files: recordings are found, heard and held, each deed written down."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert

from desk.roles import Role
from ivr.events import CallArrived, CallEnded, MessageLeft, RecordingBegan, TalkBegan, TalkEnded
from ivr.journal import Entry
from ivr.outcomes import Outcome, Party, Reason
from records.audit import Act
from records.journal import SqlJournal
from records.paper_tables import orders, scores
from records.retention.expiry import Expiry
from records.retention.holds import Holds
from records.retention.terms import Terms
from records.store import Store
from tests.desk.house import NUMBER, Browser, DeskHouse, desk_house, shipped
from tests.records.test_vault import put, sound

AT = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
ONE, TWO = "talks/2026/11/20/a-1-1", "talks/2026/11/19/a-2-1"
LEFT, QUIET = "messages/2026/11/20/a-3", "messages/2026/11/20/a-4"


def confidential() -> str:
    return next(line for line, rule in shipped().lines.items() if rule.confidential is not None)


@pytest.fixture
async def house(url: str, tmp_path: Path) -> AsyncIterator[DeskHouse]:
    async with desk_house(tmp_path, url=url) as house:
        assert house.vault is not None
        async with SqlJournal(url) as journal:
            tell(journal, "a-1", RecordingBegan(ONE, "talk"), TalkBegan(1, "immunization", "ann"))
            tell(journal, "a-2", RecordingBegan(TWO, "talk"), TalkBegan(1, "general", "bob"))
            tell(journal, "a-3", MessageLeft("immunization", LEFT, 1.0))
            tell(journal, "a-4", MessageLeft(confidential(), QUIET, 1.0))
        for seconds, name in enumerate((ONE, TWO, LEFT, QUIET), 1):
            put(house.vault, sound(float(seconds)), name)
            if seconds % 2:
                house.vault.seal(name)
        yield house


def tell(journal: SqlJournal, call: str, *events: RecordingBegan | TalkBegan | MessageLeft) -> None:
    ends = [TalkEnded(1, Party.CALLER)] if len(events) == 2 else []
    told = [CallArrived(NUMBER, "12320", "c", "p"), *events, *ends, CallEnded(Outcome.TALKED, Reason.COMPLETED)]
    for seq, event in enumerate(told, 1):
        journal.note(Entry(call, seq, AT, event))


async def names(browser: Browser, asked: str = "") -> Sequence[str]:
    status, told = await browser.get(f"/api/v1/recordings?{asked}")
    assert status == 200, told
    return [one["recording"] for one in told["recordings"]]


async def test_recordings_are_found_by_what_is_known_of_them(house: DeskHouse) -> None:
    store = Store(house.url)
    about = {"paper": "score:1", "seq": 1, "recording": TWO, "call": "a-2", "agent": "bob", "at": AT, "by": "q"}
    score = {"state": "standing", "sheet": "s", "marks": {}, "total": 88.0, "most": 100.0, "fatal": False}
    await store.do(insert(scores).values(**about, **score))
    await store.close()
    async with house.browser(Role.QUALITY) as quality:
        assert await names(quality) == [ONE, QUIET, LEFT, TWO]
        assert await names(quality, "line=immunization") == [ONE, LEFT]
        assert await names(quality, "agent=bob") == [TWO]
        assert await names(quality, "call=a-3") == [LEFT]
        assert await names(quality, f"recording={TWO}") == [TWO]
        assert await names(quality, "recording=talks/2026/11/20/a-9-1") == []
        assert await names(quality, "from=2026-11-20") == [ONE, QUIET, LEFT]
        assert await names(quality, "to=2026-11-20") == [TWO]
        assert await names(quality, "kind=messages&least=4") == [QUIET]
        assert await names(quality, "most=2") == [ONE, TWO]
        assert await names(quality, "scored=1") == [TWO]
        assert await names(quality, "held=1") == []
        _, told = await quality.get("/api/v1/recordings?call=a-2")
        (one,) = told["recordings"]
        assert (one["seconds"], one["sealed"], one["score"]) == (2.0, False, {"total": 88.0, "most": 100.0})
        seen, after = [], ""
        while after is not None:
            _, told = await quality.get(f"/api/v1/recordings?limit=1{after and '&after=' + after}")
            seen += [one["recording"] for one in told["recordings"]]
            after = told["next"]
        assert seen == [ONE, QUIET, LEFT, TWO]
        for wrong in ("from=x", "held=2", "least=x", "after=x", "kind=x", "limit=0"):
            assert (await quality.get(f"/api/v1/recordings?{wrong}"))[0] == 400, wrong


async def listen(browser: Browser, name: str, why: str = "check", **headers: str) -> tuple[int, bytes, str]:
    path = f"{browser.base}/api/v1/recordings/sound?recording={name}&reason={why}"
    async with browser.session.get(path, headers=headers) as answer:
        return answer.status, await answer.read(), answer.headers.get("Content-Range", "")


async def test_who_listens_is_written_down_once_for_all_pieces_of_it(house: DeskHouse) -> None:
    whole = sound(1.0)
    async with house.browser(Role.LEADER) as chief:
        assert await listen(chief, ONE) == (200, whole, "")
        assert await listen(chief, ONE, Range="bytes=0-99") == (206, whole[:100], f"bytes 0-99/{len(whole)}")
        assert (await listen(chief, ONE, Range="bytes=-10"))[1] == whole[-10:]
        assert (await listen(chief, ONE, Range=f"bytes={len(whole)}-"))[0] == 416
        assert (await listen(chief, ONE, why="complaint"))[0] == 200
        assert (await listen(chief, ONE, why=""))[0] == 400
        assert (await listen(chief, "talks/2026/11/20/a-9-1"))[0] == 404
        assert (await listen(chief, "../keys"))[0] == 404
        download = f"/api/v1/recordings/sound?recording={TWO}&reason=police&download=1"
        async with chief.session.get(chief.base + download) as answer:
            assert answer.headers["Content-Disposition"] == 'attachment; filename="a-2-1.wav"'
    deeds = [entry.deed for entry in await house.written()]
    assert [(deed.what, deed.about, deed.reason) for deed in deeds if deed.what.startswith("recording")] == [
        (Act.RECORDING_HEARD, ONE, "check"),
        (Act.RECORDING_HEARD, ONE, "complaint"),
        (Act.RECORDING_EXPORTED, TWO, "police"),
    ]


async def shape(browser: Browser, name: str, asked: str = "&reason=check") -> tuple[int, Any]:
    return await browser.get(f"/api/v1/recordings/peaks?recording={name}{asked}")


async def test_a_shape_is_that_of_the_sound_plain_sealed_or_going_on(house: DeskHouse) -> None:
    assert house.vault is not None
    async with house.browser(Role.QUALITY) as quality:
        for name, seconds in ((ONE, 1.0), (TWO, 2.0)):  # the first is sealed
            status, told = await shape(quality, name, "&reason=check&columns=4")
            assert (status, told["seconds"], told["cut"]) == (200, seconds, False)
            assert told["sides"] == [{"side": "both", "low": [1] * 4, "high": [1] * 4}]
        assert len((await shape(quality, TWO))[1]["sides"][0]["low"]) == 1000
        put(house.vault, sound(3.0, level=9)[:-7], TWO)  # it goes on; what was remembered is of another length
        assert (await shape(quality, TWO))[1]["cut"] is True
        assert (await shape(quality, TWO, "&reason=check&columns=1"))[1]["sides"][0]["high"] == [9]
        put(house.vault, b"no sound", TWO)
        assert (await shape(quality, TWO))[0] == 503
        assert (await shape(quality, "talks/2026/11/20/a-9-1"))[0] == 404
        for wrong in ("", "&reason=", "&reason=x&columns=0", "&reason=x&columns=4001"):
            assert (await shape(quality, ONE, wrong))[0] == 400, wrong


async def test_a_shape_asks_for_what_its_sound_asks_for_and_is_one_listening_with_it(house: DeskHouse) -> None:
    async with house.browser(Role.QUALITY) as quality, house.browser(Role.ADMINISTRATOR) as keeper:
        assert (await shape(quality, QUIET))[0] == 403
        assert (await shape(keeper, ONE))[0] == 403
        assert (await shape(quality, ONE))[0] == 200
        assert (await listen(quality, ONE))[0] == 200
    heard = [entry.deed for entry in await house.written() if entry.deed.what == Act.RECORDING_HEARD]
    assert [(deed.about, deed.reason) for deed in heard] == [(ONE, "check")]


async def test_a_recording_is_found_by_the_end_of_its_callers_number_but_not_on_a_confidential_line(
    house: DeskHouse,
) -> None:
    async with house.browser(Role.QUALITY) as quality:
        assert await names(quality, f"ends={NUMBER[-4:]}") == [ONE, LEFT, TWO]
        assert await names(quality, f"ends={NUMBER[-4:]}&from=2026-11-20") == [ONE, LEFT]
        assert await names(quality, "ends=9999") == []
        assert (await quality.get("/api/v1/recordings?ends=11"))[0] == 400
        _, told = await quality.get("/api/v1/recordings")
        assert {one["call"]: one["number"] for one in told["recordings"]} == {
            "a-1": "139****0011",
            "a-2": "139****0011",
            "a-3": "139****0011",
            "a-4": None,
        }
        assert told["recordings"][0]["at"] == "2026-11-20T10:00:00.000+08:00"


async def test_recordings_are_found_by_how_their_quality_sheets_stand(house: DeskHouse) -> None:
    store = Store(house.url)
    about = {"seq": 1, "agent": "ann", "at": AT, "by": "desk:q", "sheet": "s@1", "marks": {}, "fatal": False}
    for paper, name, call, state in (
        ("score:a-1~ann~1", ONE, "a-1", "draft"),
        ("score:a-2~bob~1", TWO, "a-2", "discarded"),
        ("score:a-2~bob~2", TWO, "a-2", "submitted"),
        ("score:a-3~ann~1", LEFT, "a-3", "discarded"),
    ):
        row = {**about, "paper": paper, "recording": name, "call": call, "state": state, "total": 9.0, "most": 10.0}
        await store.do(insert(scores).values(row))
    await store.close()
    async with house.browser(Role.QUALITY) as quality:
        assert await names(quality, "quality=none") == [QUIET, LEFT]
        assert await names(quality, "quality=draft") == [ONE]
        assert await names(quality, "quality=submitted") == [TWO]
        assert await names(quality, "scored=1") == [TWO]
        assert (await quality.get("/api/v1/recordings?quality=discarded"))[0] == 400
        _, told = await quality.get("/api/v1/recordings?call=a-2")
        (one,) = told["recordings"]
        assert [sheet["id"] for sheet in one["sheets"]] == ["a-2~bob~2"]


async def test_what_was_deleted_is_proven_by_the_audit_log(house: DeskHouse, tmp_path: Path) -> None:
    assert house.vault is not None
    expiry = Expiry(house.url, house.vault, Holds(house.url, tmp_path), house.audit, "engine:test")
    marks = {name: house.vault.marks(name) for name in (ONE, TWO)}
    await expiry.delete(Terms(1, 1, 1), date(2100, 1, 1), datetime.now(UTC))
    async with house.browser(Role.AUDITOR) as auditor, house.browser(Role.AGENT) as ann:
        _, told = await auditor.get("/api/v1/recordings/deleted?call=a-2")
        (one,) = told["deleted"]
        assert (one["recording"], one["sha256"], one["erased"]) == (TWO, marks[TWO], True)
        entry = (await house.audit.entries())[one["number"] - 1]
        assert (one["hash"], one["before"]) == (entry.hash, entry.before)
        assert (await auditor.get(f"/api/v1/recordings/deleted?recording={TWO}"))[1]["deleted"] == [one]
        assert (await auditor.get("/api/v1/recordings/deleted?line=nothing"))[1] == {"deleted": [], "next": None}
        assert (await auditor.get("/api/v1/recordings/deleted?from=2100-01-01"))[1]["deleted"] == []
        _, first = await auditor.get("/api/v1/recordings/deleted?limit=1")
        _, rest = await auditor.get(f"/api/v1/recordings/deleted?after={first['next']}")
        whole = [each["recording"] for each in (*first["deleted"], *rest["deleted"])]
        assert sorted(whole) == sorted((ONE, TWO, LEFT, QUIET))
        assert (await ann.get("/api/v1/recordings/deleted"))[0] == 403
        assert (await auditor.get("/api/v1/recordings/deleted?after=x"))[0] == 400


async def test_a_confidential_line_is_heard_by_nobody_whom_it_does_not_name(house: DeskHouse) -> None:
    for role in (Role.LEADER, Role.QUALITY):
        async with house.browser(role) as browser:
            _, told = await browser.get("/api/v1/recordings?call=a-4")
            assert [one["may_hear"] for one in told["recordings"]] == [False]
            assert (await listen(browser, QUIET))[0] == 403
    assert not [entry for entry in await house.written() if entry.deed.what == Act.RECORDING_HEARD]


async def test_what_cannot_be_written_down_is_not_heard(house: DeskHouse, monkeypatch: pytest.MonkeyPatch) -> None:
    async def refuse(*_deed: object) -> None:
        raise OSError("the disk is full")

    async with house.browser(Role.LEADER) as chief:
        monkeypatch.setattr(house.desk.ledger, "_write", refuse)
        status, body, _ = await listen(chief, ONE)
        assert status == 500
        assert b"RIFF" not in body


async def test_who_holds_an_order_holds_the_sounds_of_its_call_and_the_sound_that_it_names(house: DeskHouse) -> None:
    store = Store(house.url)
    order = {"seq": 1, "state": "closed", "source": "call", "urgency": "simple", "content": "x", "feedback": "unit"}
    order |= {"opened": AT, "opened_by": "q", "hand_on_by": AT, "closed": AT, "reopened": 0, "urged": 0, "test": False}
    for number, about in (("1", {"call": "a-1"}), ("2", {"recording": LEFT}), ("3", {"call": "a-2"})):
        await store.do(insert(orders).values(number=f"2026-00000{number}", **order, **about))
    await store.close()
    async with house.browser(Role.LEADER) as chief:
        for number in ("1", "2"):
            said = {"call": f"order:2026-00000{number}", "reason": "the prosecutor asks"}
            assert (await chief.post("/api/v1/holds", said))[0] == 201
        assert await names(chief, "held=1") == [ONE, LEFT]
        _, told = await chief.get("/api/v1/recordings")
        assert {one["recording"] for one in told["recordings"] if one["held"]} == {ONE, LEFT}
        assert (await chief.post("/api/v1/holds/order:2026-000001/release", {"reason": "closed"}))[0] == 200
        assert await names(chief, "held=1") == [LEFT]


async def test_a_call_is_held_and_released_with_a_reason(house: DeskHouse) -> None:
    async with house.browser(Role.LEADER) as chief, house.browser(Role.AUDITOR) as auditor:
        status, told = await chief.post("/api/v1/holds", {"call": ONE, "reason": "the prosecutor asks"})
        assert (status, [hold["call"] for hold in told["holds"]]) == (201, ["a-1"])
        assert await names(chief, "held=1") == [ONE]
        assert (await auditor.get("/api/v1/holds"))[1]["holds"][0]["reason"] == "the prosecutor asks"
        assert (await chief.post("/api/v1/holds", {"call": "a-99", "reason": "x"}))[0] == 404
        assert (await chief.post("/api/v1/holds", {"call": "order:2026-000099", "reason": "x"}))[0] == 404
        assert (await chief.post("/api/v1/holds/a-1/release", {"reason": ""}))[0] == 400
        assert (await chief.post("/api/v1/holds/a-1/release", {"reason": "closed"}))[1] == {"holds": []}
        assert (await chief.post("/api/v1/holds/a-1/release", {"reason": "closed"}))[0] == 404
    assert [e.deed.what for e in await house.written() if "hold" in e.deed.what] == ["hold_placed", "hold_released"]
