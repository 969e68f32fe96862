"""Unit over real sockets and SQLite: ended calls, page by page; and the running floor through the API."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import chain
from pathlib import Path

import pytest
from sqlalchemy import insert

from desk.roles import Permission, Role
from hotline.desk_floor import DeskFloor
from ivr.events import TalkBegan
from records.store import Store
from records.tables import cdr
from tests.desk.house import NUMBER, Browser, DeskHouse, desk_house
from tests.ivr.fake_switch import Behaviour
from tests.service.floor_house import floor_house

BEGAN = datetime(2026, 10, 1, 1, 0, tzinfo=UTC)


async def calls_in(var: Path, number: int) -> None:
    """So many ended calls, each second one of them ann's, several ending in one instant."""
    store = Store(f"sqlite+aiosqlite:///{var / 'hotline.db'}")
    rows: list[dict[str, object]] = [
        {
            "id": f"a-{n:03}",
            "started": BEGAN + timedelta(minutes=n),
            "ended": BEGAN + timedelta(minutes=n // 3 * 3, hours=1),
            "number": NUMBER,
            "dialled": "12320",
            "plan": "3f2a",
            "agent": "ann" if n % 2 else "bob",
            "outcome": "talked",
            "reason": "caller_hung_up",
            "keys": "1",
            "waited": 1.0,
            "talked": 2.0,
            "segments": [],
        }
        for n in range(number)
    ]
    await store.do(insert(cdr).values(rows))
    await store.close()


async def pages(browser: Browser, asked: str) -> list[list[str]]:
    found, after = [], ""
    while True:
        status, told = await browser.get(f"/api/v1/calls?{asked}{after}")
        assert status == 200, told
        found.append([call["id"] for call in told["calls"]])
        if told["next"] is None:
            return found
        after = f"&after={told['next']}"


async def test_pages_have_every_call_once_newest_first(house: DeskHouse, tmp_path: Path) -> None:
    await calls_in(tmp_path, 20)
    every = [f"a-{n:03}" for n in reversed(range(20))]
    async with house.browser(Role.LEADER) as chief, house.browser(Role.AGENT) as ann:
        found = await pages(chief, "limit=7")
        assert [len(page) for page in found] == [7, 7, 6]
        assert [*chain(*found)] == every
        assert [*chain(*await pages(ann, "limit=3"))] == every[::2]
        assert [*chain(*await pages(chief, "from=2026-10-01T09:05&to=2026-10-01T09:08"))] == ["a-007", "a-006", "a-005"]
        _, told = await chief.get("/api/v1/calls?limit=1")
        assert told["calls"][0]["number"] == "139****0011"
        _, told = await chief.get("/api/v1/calls?limit=1&private=1&reason=complaint%2012")
        assert told["calls"][0]["number"] == NUMBER
    (shown,) = [entry.deed for entry in await house.written() if entry.deed.what == "numbers_shown"]
    assert (shown.reason, shown.details) == ("complaint 12", {"calls": ["a-019"]})


@pytest.mark.parametrize(
    "asked",
    [
        "limit=0",
        "limit=501",
        "limit=x",
        "limit=%D9%A1",
        "from=yesterday",
        "to=9999-12-31T23:59",
        "after=x",
        "after=~",
        "private=2",
    ],
)
async def test_what_is_no_page_is_told_so(house: DeskHouse, asked: str) -> None:
    async with house.browser() as machine:
        bearer = f"Bearer {await house.token(Permission.CALLS)}"
        status, told = await machine.get(f"/api/v1/calls?{asked}", Authorization=bearer)
        assert (status, told["error"]) == (400, "bad_request")


async def test_the_running_floor_obeys_an_agent_at_the_desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.ivr.fake_switch.PROMPT", 0.01)
    (tmp_path / "floor").mkdir()
    async with (
        floor_house(tmp_path / "floor", {"ann": Behaviour(answers_after=0.02)}) as f,
        desk_house(tmp_path) as house,
    ):
        real = DeskFloor(f.state, f.door)
        for name in ("floor", "desk", "lead"):
            monkeypatch.setattr(house.floor, name, getattr(real, name))
        await f.house.passes(0.01)
        async with house.browser(Role.AGENT) as ann, house.browser(Role.LEADER) as chief:
            f.house.switch.caller_dials("caller", NUMBER)
            f.house.switch.caller_types("caller", "1")
            await f.house.ledger.noted(TalkBegan)
            assert (await ann.post("/api/v1/desk/hold"))[0] == 200
            _, floor = await ann.get("/api/v1/floor")
            assert [(talk["state"], talk["number"]) for talk in floor["talks"]] == [("held", "139****0011")]
            assert (await ann.post("/api/v1/desk/sing"))[1]["error"] == "refused"
            status, told = await ann.post("/api/v1/desk/extend", {"seconds": "soon"})
            assert (status, told["message"]) == (409, "ann is not in wrap-up")
            assert (await chief.post("/api/v1/lead/move", {"agent": "ann", "lines": {"desk": 1}}))[1]["moved"] is True
            _, floor = await chief.get("/api/v1/floor?private=1&reason=complaint")
            assert floor["talks"][0]["number"] == NUMBER
            monkeypatch.setattr("hotline.floor_state.secretive", lambda _plan: {"desk"})
            _, floor = await chief.get("/api/v1/floor?private=1&reason=complaint")
            assert floor["talks"][0]["number"] == "139****0011"  # a line that keeps no numbers
