"""Unit over real sockets and databases: calls, legs and missed callers, filtered, paged and as CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from desk.roles import Permission, Role
from ivr.callbacks.events import CallbackBooked, CallbackClosed, CallPlaced
from ivr.events import CallAnswered, CallArrived, CallEnded, TalkBegan, WaitEnded
from ivr.journal import Entry
from ivr.outcomes import CallbackEnd, Outcome, Reason, WaitEnd
from records.journal import SqlJournal
from tests.desk.house import Browser, DeskHouse, desk_house
from tests.records.tales import GIVES_UP_WAITING, NUMBER, OUTSIDE, OVERFLOWS, TALKS, WAITS, Fact, entries

STRANGE: list[Fact] = [(0, CallArrived("=1+1", "+8612320", "x", "p")), *OVERFLOWS[1:]]
TEST: list[Fact] = [(0, CallArrived("1", "12320", "x", "p", test=True)), *OVERFLOWS[1:]]
BOOKED: list[Fact] = [
    (0, CallArrived("13900000077", "12320", "x", "p")),
    *GIVES_UP_WAITING[1:-1],
    (20, CallbackBooked("t-1", "immunization", "13900000077", 10.5, abandoned=True)),
    GIVES_UP_WAITING[-1],
]
PLACED: list[Fact] = [
    (600, CallPlaced("t-1", "immunization", "13900000077", "12320", "p")),
    (605, CallAnswered()),
    (606, TalkBegan(9, "immunization", "1002")),
    (660, CallEnded(Outcome.TALKED, Reason.CALLER_HUNG_UP)),
]
CAME_BACK: list[Fact] = [(at + 900, event) for at, event in TALKS]


@pytest.fixture
async def house(url: str, tmp_path: Path) -> AsyncIterator[DeskHouse]:
    async with desk_house(tmp_path, url=url) as house:
        yield house


async def tell(house: DeskHouse, *tales: list[Fact]) -> None:
    async with SqlJournal(house.url) as journal:
        for n, tale in enumerate(tales):
            for entry in entries(tale, f"a-{n}"):
                journal.note(entry)
        if BOOKED in tales:
            journal.note(Entry("t-1", 1, entries(PLACED)[-1].at, CallbackClosed(CallbackEnd.REACHED, "a-3")))


async def sheet(browser: Browser, path: str, **headers: str) -> list[dict[str, str]]:
    status, text, answer = await browser.ask("GET", path, headers=headers)
    assert (status, answer.content_type, answer.charset) == (200, "text/csv", "utf-8"), text
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert text.startswith("\ufeff")
    return list(csv.DictReader(io.StringIO(text[1:], newline="")))


async def ids(browser: Browser, asked: str) -> list[str]:
    status, told = await browser.get(f"/api/v1/calls?{asked}")
    assert status == 200, told
    return sorted(call["id"] for call in told["calls"])


async def test_calls_are_found_by_line_agent_outcome_and_what_asking_came_to(house: DeskHouse) -> None:
    await tell(house, TALKS, OVERFLOWS, GIVES_UP_WAITING, OUTSIDE, TEST)
    async with house.browser(Role.LEADER) as chief:
        assert await ids(chief, "line=immunization") == ["a-0", "a-1", "a-2", "a-4"]
        assert await ids(chief, "line=general&test=0") == ["a-1"]
        assert await ids(chief, "test=1") == ["a-4"]
        assert await ids(chief, "agent=1002") == ["a-0"]
        assert await ids(chief, "outcome=abandoned") == ["a-2"]
        assert await ids(chief, "turned_out=answered&asked_to=2026-10-01T09:00:09.6&test=0") == ["a-0", "a-1", "a-3"]
        for wrong in ("outcome=happy", "direction=up", "test=2", "line=", "format=xml", "turned_out=x", "number=1"):
            assert (await chief.get(f"/api/v1/calls?{wrong}"))[0] == 400, wrong


async def test_a_number_is_looked_for_by_who_may_and_it_is_written_down_without_it(house: DeskHouse) -> None:
    await tell(house, TALKS, BOOKED)
    async with house.browser(Role.LEADER) as chief, house.browser(Role.AUDITOR) as auditor:
        assert await ids(chief, f"number={NUMBER}&private=1&reason=complaint") == ["a-0"]
        assert (await auditor.get(f"/api/v1/calls?number={NUMBER}&private=1&reason=x"))[0] == 403
    (shown,) = [entry.deed for entry in await house.written() if entry.deed.what == "numbers_shown"]
    assert shown.details == {"calls": ["a-0"]}
    assert NUMBER not in str(shown)


async def test_one_call_is_told_with_its_legs_to_who_may_see_it(house: DeskHouse) -> None:
    mine = [(at, TalkBegan(2, "immunization", "ann") if isinstance(e, TalkBegan) else e) for at, e in TALKS]
    await tell(house, mine, OUTSIDE)
    async with house.browser(Role.AGENT) as ann, house.browser(Role.QUALITY) as quality:
        status, told = await ann.get("/api/v1/calls/a-0")
        assert status == 200
        assert [leg["kind"] for leg in told["legs"]] == ["wait", "offer", "offer", "talk"]
        assert (await ann.get("/api/v1/calls/a-1"))[0] == 404
        _, told = await quality.get("/api/v1/calls/a-1")
        assert told["legs"][0]["phone"] == "022****4321"
        _, told = await quality.get("/api/v1/calls/a-1?private=1&reason=check")
        assert told["legs"][0]["phone"] == "02287654321"


async def test_pages_of_legs_have_every_leg_once(house: DeskHouse) -> None:
    await tell(house, TALKS, OVERFLOWS, GIVES_UP_WAITING, TALKS, TALKS)
    async with house.browser(Role.LEADER) as chief:
        found, after = [], ""
        while True:
            status, told = await chief.get(f"/api/v1/legs?limit=3{after}")
            assert status == 200, told
            found += [(leg["call"], leg["number"]) for leg in told["legs"]]
            if told["next"] is None:
                break
            after = f"&after={told['next']}"
        assert len(found) == len(set(found)) == 3 * 4 + 4 + 2
        _, told = await chief.get("/api/v1/legs?kind=talk&agent=1003")
        assert [(leg["line"], leg["seconds"]) for leg in told["legs"]] == [("general", 30.0)]
        assert (await chief.get("/api/v1/legs?after=2026-10-01T09:00~a-1"))[0] == 400


async def test_a_sheet_has_every_call_and_nothing_that_would_be_calculated(house: DeskHouse) -> None:
    await tell(house, TALKS, STRANGE)
    async with house.browser(Role.LEADER) as chief:
        rows = await sheet(chief, "/api/v1/calls?private=1&reason=month&format=csv")
        assert [row["id"] for row in rows] == ["a-0", "a-1"]
        assert (rows[1]["number"], rows[1]["dialled"], rows[0]["turned_out"]) == ("'=1+1", "'+8612320", "answered")
        assert rows[0]["asked_for"] == "26.75"
        assert len(await sheet(chief, "/api/v1/legs", Accept="text/csv")) == 8
        assert (await sheet(chief, "/api/v1/calls?format=csv"))[0]["number"] == "138****8000"
    async with house.browser() as machine:
        token = await house.token(Permission.CALLS)
        rows = await sheet(machine, "/api/v1/calls?format=csv", Authorization=f"Bearer {token}")
        assert len(rows) == 2
    deeds = [entry.deed for entry in await house.written() if entry.deed.what == "numbers_shown"]
    assert [deed.details for deed in deeds] == [{"export": True}]


async def test_whom_nobody_answered_is_listed_with_what_became_of_them(house: DeskHouse) -> None:
    late = [(at + 60, event) for at, event in GIVES_UP_WAITING]
    nameless = [(at + 90, CallArrived("", "12320", "x", "p") if at == 0 else e) for at, e in GIVES_UP_WAITING]
    await tell(house, GIVES_UP_WAITING, late, BOOKED, PLACED, CAME_BACK, nameless)
    async with house.browser(Role.LEADER) as chief:
        status, told = await chief.get("/api/v1/abandoned")
        assert status == 200, told
        assert {one["call"]: (one["state"], one["by_call"], one["by"]) for one in told["abandoned"]} == {
            "a-0": ("came_back", "a-4", "1002"),
            "a-1": ("came_back", "a-4", "1002"),
            "a-2": ("reached", "a-3", "1002"),
            "a-5": ("open", None, None),
        }
        assert {one["number"] for one in told["abandoned"]} == {"138****8000", "139****0077", ""}
        assert told["abandoned"][0]["waited"] == 10.5
        seen, after = [], ""
        while after is not None:
            _, told = await chief.get(f"/api/v1/abandoned?limit=1{after and '&after=' + after}")
            seen += [one["call"] for one in told["abandoned"]]
            after = told["next"]
        assert sorted(seen) == ["a-0", "a-1", "a-2", "a-5"]
        assert len(await sheet(chief, "/api/v1/abandoned?line=immunization&format=csv")) == 4
        assert await sheet(chief, "/api/v1/abandoned?line=general&format=csv") == []


async def test_whom_their_line_or_we_lost_is_in_the_list_unless_something_came_of_it(house: DeskHouse) -> None:
    def ended(wait: WaitEnd, outcome: Outcome, reason: Reason) -> list[Fact]:
        return [*WAITS, (70, WaitEnded("immunization", wait)), (70, CallEnded(outcome, reason))]

    given_up = ended(WaitEnd.MAXIMUM_WAIT, Outcome.LEFT, Reason.CALLER_HUNG_UP)
    broken = ended(WaitEnd.MEDIA_LOST, Outcome.FAILED, Reason.MEDIA_LOST)
    message = ended(WaitEnd.MAXIMUM_WAIT, Outcome.MESSAGE, Reason.COMPLETED)
    await tell(house, given_up, broken, message, TALKS)
    async with house.browser(Role.LEADER) as chief:
        _, told = await chief.get("/api/v1/abandoned")
    assert {one["call"]: one["turned_out"] for one in told["abandoned"]} == {"a-0": "given_up", "a-1": "failed"}


@pytest.mark.parametrize("asked", ["from=2026-10-01T09:00&to=2026-10-01T10:00", "limit=1"])
async def test_a_booked_callback_waits_until_it_is_done_with(house: DeskHouse, asked: str) -> None:
    async with SqlJournal(house.url) as journal:
        for entry in entries(BOOKED):
            journal.note(entry)
    async with house.browser(Role.LEADER) as chief:
        _, told = await chief.get(f"/api/v1/abandoned?{asked}")
        assert [(one["state"], one["state_label"]) for one in told["abandoned"]] == [("booked", "待回拨")]
        async with SqlJournal(house.url) as journal:
            at = entries(BOOKED)[-1].at + timedelta(hours=1)
            journal.note(Entry("t-1", 2, at, CallbackClosed(CallbackEnd.NOT_REACHED)))
        _, told = await chief.get(f"/api/v1/abandoned?{asked}")
        assert [(one["state"], one["result"]) for one in told["abandoned"]] == [("not_reached", "not_reached")]
