"""Unit over real sockets and files: what leaders turn by hand, and what the log says of it."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

from desk.roles import Role
from hotline.by_hand import ByHandWatch
from hotline.front import turned_on
from hotline.nuisance import NuisanceWatch
from ivr.door.door import Treatment
from records.store import Store
from tests.desk.house import NUMBER, DeskHouse
from tests.paperwork.quality.house import call_row, calls_in


async def test_a_leader_turns_a_front_message_on_for_a_while_and_off_and_it_is_written_down(
    house: DeskHouse, tmp_path: Path
) -> None:
    async with house.browser(Role.LEADER) as chief, house.browser(Role.AGENT) as ann:
        _, told = await ann.get("/api/v1/front")
        names = [one["name"] for one in told["messages"]]
        assert not any(one["on"] for one in told["messages"] if one["by"] == "hand")
        until = (house.now() + timedelta(hours=1)).isoformat()
        status, told = await chief.post("/api/v1/front/on", {"name": names[0], "until": until, "reason": "疫情"})
        assert (status, told["notice"]) == (200, None)
        assert told["messages"][0]["by"] == "hand"
        found = turned_on(tmp_path)
        assert found is not None
        assert found.name == names[0]
        assert (await ann.get("/api/v1/front"))[1]["messages"][0]["on"]
        assert (await chief.post("/api/v1/front/off"))[0] == 200
        assert turned_on(tmp_path) is None
    deeds = [(one.deed.who, one.deed.what, one.deed.about, one.deed.reason) for one in await house.written()]
    assert ("desk:leader", "front_on", names[0], "疫情") in deeds
    assert ("desk:leader", "front_off", None, None) in deeds


async def test_what_cannot_be_turned_is_refused_with_the_field_that_is_wrong(house: DeskHouse) -> None:
    async with house.browser(Role.LEADER) as chief:
        for path, asked, field in (
            ("front/on", {"name": "nothing"}, "name"),
            ("front/on", {"name": "outbreak", "until": "2020-01-01T00:00"}, "until"),
            ("attack/on", {"until": "soon"}, "until"),
            ("attack/on", {"front": "nothing"}, "front"),
            ("lines/immunization/close", {"until": "1"}, "until"),
            ("nuisance", {"number": "nobody", "reason": "x"}, "number"),
            ("nuisance", {"number": NUMBER, "reason": "x", "for": "ever"}, "for"),
        ):
            status, told = await chief.post(f"/api/v1/{path}", asked)
            assert (status, list(told["fields"])) == (400, [field]), (path, told)
        assert (await chief.post("/api/v1/lines/nowhere/close"))[0] == 404
        assert (await chief.post("/api/v1/lines/nowhere/normal"))[0] == 404
        assert (await chief.post("/api/v1/front/on", {"name": "outbreak", "til": "18:00"}))[0] == 400


async def test_the_attack_switch_says_who_turned_it_and_until_when(house: DeskHouse) -> None:
    async with house.browser(Role.LEADER) as chief, house.browser(Role.QUALITY) as judge:
        assert (await chief.post("/api/v1/attack/on", {"reason": "五个号码"}))[1]["by"] == "desk:leader"
        _, shown = await judge.get("/api/v1/attack")
        assert (shown["on"], shown["by"]) == (True, "desk:leader")
        assert (await chief.post("/api/v1/attack/off"))[1] == {"on": False, "by": None, "until": None}
    whats = [(one.deed.what, one.deed.reason) for one in await house.written()]
    assert [one for one in whats if one[0].startswith("attack")] == [("attack_on", "五个号码"), ("attack_off", None)]


async def test_a_line_is_closed_opened_and_follows_its_hours_again(house: DeskHouse, tmp_path: Path) -> None:
    watch = ByHandWatch(tmp_path, lambda: house.now())

    def line(told: Any) -> tuple[bool, str]:
        (row,) = [one for one in told["lines"] if one["line"] == "immunization"]
        return row["open"], row["by"]

    async with house.browser(Role.LEADER) as chief:
        assert line((await chief.post("/api/v1/lines/immunization/close", {"until": None}))[1]) == (False, "hand")
        assert watch() == {"immunization": False}
        assert line((await chief.post("/api/v1/lines/immunization/open"))[1]) == (True, "hand")
        assert line((await chief.post("/api/v1/lines/immunization/normal"))[1])[1] == "hours"
        assert watch() == {}
        assert (await chief.post("/api/v1/lines/immunization/normal"))[0] == 200
    whats = [one.deed.what for one in await house.written() if one.deed.about == "immunization"]
    assert whats == ["line_closed", "line_opened", "line_normal"]


async def test_a_caller_is_listed_by_their_call_and_nobody_sees_the_number_who_may_not(
    house: DeskHouse, tmp_path: Path
) -> None:
    store = Store(house.url)
    await calls_in(
        store, {**call_row("a-1", house.now()), "number": NUMBER}, {**call_row("a-2", house.now()), "number": ""}
    )
    await store.close()
    listed = NuisanceWatch(tmp_path, lambda: house.now())
    async with house.browser(Role.LEADER) as chief, house.browser(Role.ADMINISTRATOR) as keeper:
        asked = {"call": "a-1", "treatment": "block", "reason": "骚扰座席", "for": "30d"}
        status, told = await chief.post("/api/v1/nuisance", asked)
        assert status == 200, told
        assert [(one["pattern"], one["treatment"], one["by"]) for one in told["entries"]] == [
            ("139****0011", "block", "desk:leader")
        ]
        assert listed(NUMBER) is Treatment.BLOCK
        assert NUMBER not in str(await keeper.get("/api/v1/nuisance"))
        assert (await keeper.get("/api/v1/nuisance?private=1&reason=x"))[0] == 403
        assert (await chief.get("/api/v1/nuisance?private=1"))[0] == 400
        assert NUMBER in str(await chief.get("/api/v1/nuisance?private=1&reason=complaint"))
        assert (await chief.post("/api/v1/nuisance", {"call": "a-2", "reason": "x"}))[0] == 409
        assert (await chief.post("/api/v1/nuisance", {"call": "a-3", "reason": "x"}))[0] == 404
        assert (await chief.post("/api/v1/nuisance", {"call": "a-1"}))[0] == 400
        assert (await chief.post("/api/v1/nuisance", {"call": "a-1", "number": NUMBER, "reason": "x"}))[0] == 400
        assert (await chief.ask("DELETE", "/api/v1/nuisance/7"))[0] == 404
        assert (await chief.ask("DELETE", f"/api/v1/nuisance/{told['entries'][0]['id']}"))[0] == 200
        assert listed(NUMBER) is None
    log = await house.written()
    assert NUMBER not in str(log)
    assert [one.deed.what for one in log if "nuisance" in one.deed.what] == ["nuisance_added", "nuisance_removed"]
    assert [one.deed.details["call"] for one in log if one.deed.what == "nuisance_added"] == ["a-1"]
