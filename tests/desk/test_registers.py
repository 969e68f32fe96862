"""Unit over real sockets and SQLite: the registers through the API."""

from __future__ import annotations

from desk.roles import Role
from tests.desk.house import DeskHouse

CDC = {"name": "市疾控中心", "liaison_a": {"name": "甲", "mobile": "13900000011"}}
ONE = "/api/v1/registers/unit/cdc"


async def test_an_entry_is_written_read_changed_and_retired_and_all_of_it_is_in_the_audit_log(house: DeskHouse) -> None:
    async with house.browser(Role.LEADER) as chief, house.browser(Role.AGENT) as ann:
        status, told, _ = await chief.ask("PUT", ONE, {"entry": CDC, "expected": 0})
        assert (status, told["version"], told["who"]) == (200, 1, "desk:leader")
        assert (await chief.ask("PUT", ONE, {"entry": {**CDC, "phone": "12345"}, "expected": 0}))[0] == 409
        status, told, _ = await chief.ask("PUT", ONE, {"entry": {**CDC, "postcode": "1"}})
        assert (status, told["error"]) == (400, "bad_request")
        assert "postcode (邮政编码)" in told["message"]
        _, listed = await ann.get("/api/v1/registers/unit")
        assert [entry["entry"]["liaison_a"]["name"] for entry in listed["entries"]] == ["甲"]
        assert (await chief.post(ONE + "/retire", {"reason": "撤销"}))[1]["retired"] is True
        assert (await chief.post(ONE + "/retire", {"reason": "撤销"}))[0] == 404
        _, listed = await ann.get("/api/v1/registers/unit")
        assert listed["entries"] == []
        _, history = await ann.get(ONE + "/history")
        assert [(one["version"], one["reason"]) for one in history["versions"]] == [(1, None), (2, "撤销")]
    deeds = [entry.deed for entry in await house.written() if entry.deed.what == "register_changed"]
    assert [(deed.who, deed.about, deed.details["change"]) for deed in deeds] == [
        ("desk:leader", "unit:cdc", "set"),
        ("desk:leader", "unit:cdc", "retired"),
    ]


async def test_a_file_is_taken_in_whole_or_not_at_all_and_comes_out_again(house: DeskHouse) -> None:
    async with house.browser(Role.ADMINISTRATOR) as chief:
        bad = {"text": "代码,姓名,编号\nann,甲,1\nBob,乙,2\n", "format": "csv", "register": "agent", "reason": "换人"}
        _, told = await chief.post("/api/v1/registers/import", bad)
        assert (told["new"], len(told["problems"])) == (0, 1)
        assert "registers.csv:3" in told["problems"][0]
        assert (await chief.get("/api/v1/registers/agent"))[1]["entries"] == []
        good = {**bad, "text": "代码,姓名,编号\nann,甲,1\nbob,乙,2\n"}
        assert (await chief.post("/api/v1/registers/import", {**good, "dry_run": True}))[1]["new"] == 2
        assert (await chief.post("/api/v1/registers/import", good))[1] == {"new": 2, "same": 0, "problems": []}
        assert (await chief.post("/api/v1/registers/import", good))[1] == {"new": 0, "same": 2, "problems": []}
        status, text = await chief.get("/api/v1/registers/export?format=csv&register=agent")
        assert (status, text.count("\r\n")) == (200, 3)
        assert (await chief.get("/api/v1/registers/export?format=csv"))[0] == 400


async def test_changes_and_gaps_are_told_in_chinese_words(house: DeskHouse) -> None:
    async with house.browser(Role.LEADER) as chief:
        await chief.ask("PUT", ONE, {"entry": CDC})
        day = house.now().date()
        _, told = await chief.get(f"/api/v1/registers/changes?from={day.replace(day=1)}&to={day.year + 1}-01-01")
        (change,) = told["changes"]
        assert (change["kind_label"], change["fields"][0]["label"]) == ("新增", "部门名称")
        assert (await chief.get("/api/v1/registers/changes?from=2026-02-01&to=2026-01-01"))[0] == 400
        _, told = await chief.get("/api/v1/registers/gaps")
        assert {"register": "unit", "id": "cdc", "kind": "no_liaison"}.items() <= told["gaps"][-1].items()
        assert (await chief.get("/api/v1/registers/nothing"))[0] == 404
        _, told = await chief.get("/api/v1/registers")
        assert told["registers"][0]["label"] == "热线登记表"
