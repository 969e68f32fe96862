"""Unit over real sockets, on every database: a past is brought along through the API as by the command."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from sqlalchemy import func, select

from desk.roles import Role
from records.paper_tables import past_rows
from records.store import Store
from tests.desk.house import Browser, DeskHouse, desk_house

EVERY = "/api/v1/records/imports"
OCTOBER = "from=2014-11-01&to=2014-12-01"
GOOD = "时间,类别,分类,地区,件次\n2014-11,咨询,寻医问药/就医引导,南京,768182\n2014-11,表扬,表扬/表扬,,3\n".encode(
    "gb18030"
)
BAD = "time,kind,category,count\n2014-11,咨询,咨询/天气,1\n2014-11,咨询,咨询/其他,1\n2014-13,咨询,,1\n".encode()


@pytest.fixture
async def house(url: str, tmp_path: Path) -> AsyncIterator[DeskHouse]:
    async with desk_house(tmp_path, url=url) as house:
        yield house


async def send(browser: Browser, content: bytes, name: str = "旧数据.csv", **query: str) -> tuple[int, Any]:
    asked = "&".join(f"{one}={quote(value)}" for one, value in {"name": name, **query}.items())
    headers = {"Content-Type": "text/csv", "Origin": browser.base}
    async with browser.session.post(f"{browser.base}{EVERY}?{asked}", data=content, headers=headers) as answer:
        return answer.status, await answer.json()


async def rows_in(house: DeskHouse) -> int:
    store = Store(house.url)
    found = await store.row(select(func.count().label("n")).select_from(past_rows))
    await store.close()
    return 0 if found is None else int(found["n"])


async def test_a_file_is_looked_at_taken_in_once_counted_and_taken_back(house: DeskHouse) -> None:
    sha256 = hashlib.sha256(GOOD).hexdigest()
    async with house.browser(Role.LEADER) as chief:
        status, told = await send(chief, GOOD, dry_run="1")
        assert (status, told["imported"], told["rows"], told["calls"], told["sha256"]) == (
            200,
            False,
            2,
            768185,
            sha256,
        )
        assert await rows_in(house) == 0
        status, told = await send(chief, GOOD)
        assert (status, told["imported"], told["who"], told["name"]) == (200, True, "desk:leader", "旧数据.csv")
        assert await rows_in(house) == 2
        status, refused = await send(chief, GOOD, "another.csv", dry_run="1")
        assert (status, refused["error"]) == (409, "same_file")
        _, listed = await chief.get(EVERY)
        assert [(one["id"], one["sha256"], one["retracted"]) for one in listed["imports"]] == [
            (told["id"], sha256, None)
        ]
        _, report = await chief.get(f"/api/v1/reports/briefing?{OCTOBER}&format=json")
        assert [(one["kind"], one["count"]) for one in report["kinds"] if one["count"]] == [
            ("咨询", 768182),
            ("表扬", 3),
        ]

        one = f"{EVERY}/{told['id']}/retract"
        assert (await chief.post(one, {}))[0] == 400
        status, back = await chief.post(one, {"reason": "重复"})
        assert (status, back["retracted_by"], back["reason"]) == (200, "desk:leader", "重复")
        assert await rows_in(house) == 0
        assert (await chief.post(one, {"reason": "再来"}))[0] == 409
        assert (await chief.post(f"{EVERY}/nothing/retract", {"reason": "重复"}))[0] == 404
        assert (await send(chief, GOOD))[0] == 200
    deeds = [one.deed for one in await house.written() if one.deed.what.startswith("records_")]
    assert [deed.what for deed in deeds] == ["records_imported", "records_retracted", "records_imported"]
    assert dict(deeds[0].details) == {"sha256": sha256, "rows": 2, "calls": 768185}
    assert (deeds[1].about, deeds[1].reason) == (told["id"], "重复")


async def test_each_bad_row_is_named_and_nothing_is_taken_in(house: DeskHouse) -> None:
    async with house.browser(Role.ADMINISTRATOR) as chief:
        status, told = await send(chief, BAD)
        assert (status, told["imported"], [bad["line"] for bad in told["bad"]], told["more"]) == (200, False, [2, 4], 0)
        assert "咨询/天气" in told["bad"][0]["reason"]
        status, told = await send(chief, b"a,b\n1,2\n")
        assert (status, told["error"]) == (422, "no_sheet")
        assert (await send(chief, BAD, "../x.csv"))[0] == 400
        assert (await chief.post(f"{EVERY}?name=a.csv", {"time": 1}))[0] == 415
    assert await rows_in(house) == 0
    assert [one for one in await house.written() if one.deed.what.startswith("records_")] == []
