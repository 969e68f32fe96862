"""Unit over real sockets and SQLite: quality through the API; an agent sees their own sheets and no drafts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from desk.roles import Role
from paperwork.quality.rules import QualityRules
from records.store import Store
from tests.desk.house import DeskHouse
from tests.paperwork.quality.house import call_row, calls_in

BASE = "/api/v1/quality"
AT = datetime(2026, 10, 5, 1, 0, tzinfo=UTC)
FULL = {name: item.points for name, item in QualityRules().sheets["service"].items.items()}


async def calls(var: Path) -> None:
    store = Store(f"sqlite+aiosqlite:///{var / 'hotline.db'}")
    rows = [call_row(f"a-{n}", AT + timedelta(minutes=n), "ann" if n % 2 else "bob") for n in range(6)]
    await calls_in(store, *rows)
    await store.close()


async def test_a_talk_is_judged_seen_contested_and_settled(house: DeskHouse, tmp_path: Path) -> None:
    await calls(tmp_path)
    async with house.browser(Role.QUALITY) as judge, house.browser(Role.AGENT) as ann:
        asked = {"call": "a-1", "agent": "ann", "sheet": "service", "marks": {**FULL, "greeting": 3.5}}
        status, made = await judge.post(BASE + "/scores", asked)
        assert (status, made["state_label"], made["missing"]) == (201, "草稿", [])
        one = f"{BASE}/scores/{made['id']}"
        assert (await ann.get(one))[0] == 404
        assert (await ann.get(BASE + "/scores"))[1]["scores"] == []
        assert (await judge.post(one + "/submit"))[1]["percent"] == 98.5
        assert [row["id"] for row in (await ann.get(BASE + "/scores"))[1]["scores"]] == [made["id"]]
        assert (await ann.post(one + "/seen"))[1]["state_label"] == "座席已阅"
        assert (await ann.post(one + "/contest", {}))[0] == 400
        assert (await ann.post(one + "/contest", {"reason": "系统故障"}))[1]["moves"] == ["settled"]
        status, done = await judge.post(one + "/settle", {"reason": "采纳", "marks": {"greeting": 5}})
        assert (status, done["percent"], done["state"]) == (200, 100.0, "settled")
        assert (await judge.post(one + "/settle", {"reason": "再次"}))[0] == 409
        assert (await judge.post(one + "/correct", {"reason": "重听"}))[0] == 400
        status, done = await judge.post(one + "/correct", {"reason": "重听", "marks": {"greeting": 4}})
        assert (status, done["percent"], done["state"]) == (200, 99.0, "submitted")
        assert (await judge.post(BASE + "/scores", {**asked, "marks": {"greeting": 6}}))[0] == 400
        assert (await judge.post(BASE + "/scores", {**asked, "call": "nothing"}))[0] == 404
        other = (await judge.post(BASE + "/scores", {**asked, "call": "a-2", "agent": "bob"}))[1]
        await judge.post(f"{BASE}/scores/{other['id']}/submit")
        assert (await ann.get(f"{BASE}/scores/{other['id']}"))[0] == 404
        assert (await ann.get(BASE + "/scores?agent=bob"))[0] == 403
        assert (await ann.post(f"{BASE}/scores/{other['id']}/seen"))[0] == 404
        _, told = await judge.get(BASE + "/averages?by=agent&from=2026-10-01")
        assert {row["of"]: row["count"] for row in told["averages"]} == {"ann": 1, "bob": 1}
        pages, after = [], ""
        while after is not None:
            _, page = await judge.get(f"{BASE}/scores?limit=1{after}")
            pages += [row["id"] for row in page["scores"]]
            after = page["next"] and f"&after={page['next']}"
        assert pages == [other["id"], made["id"]]


async def test_a_spot_check_is_drawn_once_and_written_down(house: DeskHouse, tmp_path: Path) -> None:
    await calls(tmp_path)
    house.later = datetime(2026, 12, 1, tzinfo=UTC) - datetime.now(UTC)
    async with house.browser(Role.QUALITY) as judge:
        status, told = await judge.post(BASE + "/samples", {"plan": "monthly", "period": "2026-10"})
        assert (status, len(told["samples"])) == (200, 6)
        assert (await judge.get(BASE + "/samples?plan=monthly"))[1] == told
        assert (await judge.post(BASE + "/samples", {"plan": "monthly", "period": "2027-01"}))[0] == 409
        assert (await judge.post(BASE + "/samples", {"plan": "monthly", "period": "soon"}))[0] == 400
        assert (await judge.post(BASE + "/samples", {"plan": "mine", "period": "2026-10"}))[0] == 400
    deeds = [entry.deed.about for entry in await house.written() if entry.deed.what == "sample_drawn"]
    assert deeds[0] == "monthly 2026-10"
