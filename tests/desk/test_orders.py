"""Unit over real sockets and SQLite: work orders through the API, by whom they may be seen and moved."""

from __future__ import annotations

from typing import Any

import jsonschema
import pytest

from desk.openapi import description
from desk.roles import Permission, Role
from ivr.events import CallArrived, MessageLeft
from ivr.journal import Entry, Event
from paperwork.filing import Filing, file
from records.store import Store
from tests.desk.house import Browser, DeskHouse
from tests.desk.test_answers import answered
from tests.paperwork.answers.desk import note
from tests.paperwork.answers.made_up import AT

ALL = "/api/v1/orders"
NUMBER = "13900000042"
CDC = {"name": "市疾控中心", "liaison_a": {"name": "联络员甲", "mobile": "13900000011"}}
COMPLAINT = {
    "source": "other",
    "content": "食堂卫生，请回电13900000042",
    "kind": "complaint",
    "contact": NUMBER,
    "asked_by": "张三",
}


async def opened(browser: Browser, **different: Any) -> dict[str, Any]:
    status, told = await browser.post(ALL, {**COMPLAINT, **different})
    assert status == 201, told
    return dict(told)


async def with_unit(chief: Browser) -> None:
    assert (await chief.ask("PUT", "/api/v1/registers/unit/cdc", {"entry": CDC}))[0] == 200


async def test_an_order_is_opened_handed_on_done_answered_and_closed(house: DeskHouse) -> None:
    async with house.browser(Role.LEADER) as chief:
        await with_unit(chief)
        told = await opened(chief)
        order = told["order"]
        one = f"{ALL}/{order['number']}"
        assert (order["state"], order["state_label"], order["digits"], order["seq"]) == (
            "opened", "已受理", order["number"][2:].replace("-", ""), 1,
        )  # fmt: skip
        for move, said, state in (
            ("sign", {"text": "同意转办"}, "approved"),
            ("hand-on", {"unit": "cdc", "means": "fax"}, "handed_on"),
            ("take", {}, "in_progress"),
            ("extend", {"workdays": 3, "reason": "取证"}, "extended"),
            ("done", {"text": "已整改"}, "done"),
            ("answer", {"text": "已告知"}, "answered"),
            ("visit", {"reached": False}, "answered"),
            ("visit", {"satisfaction": "satisfied"}, "visited"),
            ("confirm", {"text": "已落实"}, "visited"),
            ("close", {}, "closed"),
        ):
            assert move in [each["move"] for each in told["moves"]], (move, told["moves"])
            status, told = await chief.post(f"{one}/{move}", {"seq": told["order"]["seq"], **said})
            assert (status, told["order"]["state"]) == (200, state), told
        assert [fact["kind"] for fact in told["history"]] == [
            *("opened", "sign", "hand_on", "take", "extend", "done", "answer", "miss", "visit", "confirm", "close"),
        ]
        assert told["order"]["unit_name"] == "市疾控中心"
        assert {one["id"]: one["value"] for one in told["sheet"]["fields"]}["means"] == "传真"
        assert (await chief.get(one))[1] == told


async def test_who_is_second_or_asks_for_what_cannot_be_hears_409_and_nonsense_400(house: DeskHouse) -> None:
    async with house.browser(Role.LEADER) as chief:
        await with_unit(chief)
        told = await opened(chief)
        one = f"{ALL}/{told['order']['number']}"
        assert (await chief.post(one + "/urge", {"seq": 1, "text": "请尽快"}))[0] == 200
        for path, said, status, error in (
            ("/urge", {"seq": 1, "text": "请尽快"}, 409, "changed"),
            ("/done", {"text": "已办"}, 409, "refused"),
            ("/hand-on", {"unit": "nowhere"}, 400, "bad_request"),
            ("/hand-on", {}, 400, "bad_request"),
            ("/urge", {"text": 7}, 400, "bad_request"),
            ("/urge", {"text": "x", "seq": "1"}, 400, "bad_request"),
            ("/sing", {}, 404, "not_found"),
            ("/escalate", {}, 404, "not_found"),
        ):
            answer = await chief.post(one + path, said)
            assert (answer[0], answer[1]["error"]) == (status, error), (path, answer)
        assert (await chief.post(f"{ALL}/2020-000001/urge", {"text": "x"}))[0] == 404
        for said in ({"source": "message"}, {"line": "nowhere"}, {"recording": "x"}, {"another": 1}, {"content": ""}):
            status, answer = await chief.post(ALL, {**COMPLAINT, **said})
            assert status == 400, (said, answer)


async def test_the_unit_complained_of_is_not_handed_its_own_complaint(house: DeskHouse) -> None:
    async with house.browser(Role.LEADER) as chief:
        await with_unit(chief)
        told = await opened(chief, against="市疾控中心")
        status, answer = await chief.post(f"{ALL}/{told['order']['number']}/hand-on", {"unit": "cdc"})
        assert (status, answer["error"]) == (409, "refused")
        assert "complained of" in answer["message"]


async def test_agents_see_and_move_their_own_alone(house: DeskHouse) -> None:
    async with house.browser(Role.AGENT) as ann, house.browser(Role.LEADER) as chief:
        mine, theirs = await opened(ann), await opened(chief)
        _, listed = await ann.get(ALL)
        assert [one["number"] for one in listed["orders"]] == [mine["order"]["number"]]
        assert (await ann.get(f"{ALL}/{theirs['order']['number']}"))[0] == 404
        assert (await ann.post(f"{ALL}/{theirs['order']['number']}/urge", {"text": "x"}))[0] == 404
        own = f"{ALL}/{mine['order']['number']}"
        assert (await ann.post(own + "/sign", {"text": "同意"}))[0] == 403
        assert "sign" not in [move["move"] for move in mine["moves"]]
        status, settled = await ann.post(own + "/settle", {"text": "已解释"})
        assert (status, settled["order"]["state"]) == (200, "answered")
        _, board = await ann.get(ALL + "/board")
        assert sum(one["orders"] for one in board["states"]) == 1
        assert sum(one["orders"] for one in (await chief.get(ALL + "/board"))[1]["states"]) == 2


async def test_numbers_and_names_are_masked_everywhere_unless_somebody_says_why(house: DeskHouse) -> None:
    async with house.browser(Role.LEADER) as chief, house.browser(Role.AGENT) as ann:
        told = await opened(chief)
        one = f"{ALL}/{told['order']['number']}"
        for path in (ALL, one):
            answer = str((await chief.get(path))[1])
            assert NUMBER not in answer
            assert "张三" not in answer
            assert "139****0042" in answer
            assert NUMBER in str((await chief.get(path + "?private=1&reason=回访"))[1])
            assert (await chief.get(path + "?private=1"))[0] == 400
            assert (await ann.get(path + "?private=1&reason=回访"))[0] in (403, 404)
    deeds = [entry.deed for entry in await house.written() if entry.deed.what == "numbers_shown"]
    assert [(deed.about, deed.reason, deed.details["orders"]) for deed in deeds] == [
        ("orders", "回访", [told["order"]["number"]])
    ] * 2


async def test_an_order_of_a_confidential_line_shows_everybody_else_only_where_it_stands(house: DeskHouse) -> None:
    async with house.browser(Role.LEADER) as chief, house.browser(Role.AUDITOR) as auditor:
        told = await opened(chief, line="hiv-counselling")
        one = f"{ALL}/{told['order']['number']}"
        assert "食堂" in str((await chief.get(one))[1])
        for path in (ALL, one):
            answer = str((await auditor.get(path))[1])
            assert "食堂" not in answer
            assert "opened" in answer


async def test_which_unit_is_complained_of_is_asked_with_those_that_may_be_meant(house: DeskHouse) -> None:
    async with house.browser(Role.LEADER) as chief:
        await with_unit(chief)
        told = await opened(chief, against="天津市疾控中心消毒科")
        one = f"{ALL}/{told['order']['number']}/hand-on"
        status, answer = await chief.post(one, {"unit": "cdc"})
        assert (status, answer["error"], answer["units"]) == (409, "which_unit", {"cdc": "市疾控中心"})
        hand_on = {"unit": "cdc"}
        status, answer = await chief.post(ALL, {**COMPLAINT, "against": "疾控中心", "hand_on": hand_on})
        assert (status, answer["error"]) == (409, "which_unit")
        assert (await chief.post(one, {"unit": "cdc", "complained_of": "cdc"}))[1]["error"] == "refused"
        status, answer = await chief.post(one, {"unit": "cdc", "complained_of": "none"})
        assert (status, answer["history"][-1]["data"]["complained_of_name"]) == (200, None)
        again = {"changes": {"against": "疾控中心消毒科"}, "reason": "来电人补充", "complained_of": "cdc"}
        number = (await opened(chief, against="食堂"))["order"]["number"]
        status, answer = await chief.post(f"{ALL}/{number}/correct", again)
        assert (status, answer["history"][-1]["data"]["complained_of_name"]) == (200, "市疾控中心")


async def test_an_agent_hears_of_their_own_orders_time_and_nobody_of_a_tests(house: DeskHouse) -> None:
    async with house.browser(Role.AGENT) as ann, house.browser(Role.LEADER) as chief:
        numbers = [(await opened(browser))["order"]["number"] for browser in (ann, chief)]
        tried = (await opened(chief, test=True))["order"]["number"]
        late: dict[str, Any] = {"key": "1", "clock": "answer", "step": "50 %", "due": "x", "deadline": None, "told": []}
        store = Store(house.url)
        async with store.writing() as connection:
            filed = (Filing(f"order:{one}", 2, AT, "engine:a", "escalate", late) for one in (*numbers, tried))
            await file(connection, *filed)
        await store.close()
        path = f"{ALL}/escalations?from=2000-01-01"
        found = [[one["order"] for one in (await each.get(path))[1]["escalations"]] for each in (ann, chief)]
        assert [sorted(one) for one in found] == [numbers[:1], sorted(numbers)]


async def test_only_who_may_see_the_record_of_a_call_opens_an_order_from_it(house: DeskHouse) -> None:
    await answered(house, "a-1", ("immunization", "bob"))
    await answered(house, "a-2", ("immunization", "ann"))
    await answered(house, "a-3", ("immunization", "bob"), ("hiv-counselling", "bob"))
    left: tuple[Event, ...] = (
        CallArrived(NUMBER, "12320", "c", "v1"),
        MessageLeft("hiv-counselling", "messages/a-4", 9.0),
    )
    await note(house.url, *(Entry("a-4", seq, AT, event) for seq, event in enumerate(left, start=1)))
    async with house.browser(Role.AGENT) as ann, house.browser(Role.LEADER) as chief:
        for browser, call, status in (
            *((ann, "a-1", 400), (ann, "a-2", 201), (ann, "a-3", 400), (ann, "a-4", 400), (ann, "a-9", 400)),
            *((chief, "a-1", 201), (chief, "a-3", 400), (chief, "a-4", 400), (chief, "a-9", 400)),
        ):
            got, told = await browser.post(ALL, {"call": call, "content": "食堂卫生"})
            assert (got, status == 201 or "nothing is known of a call" in told["message"]) == (status, True), call
    assert (await house.answers.book.record("a-3")).body.work_order is None


async def test_nobody_lays_open_the_order_of_a_confidential_line_by_correcting_the_line(house: DeskHouse) -> None:
    await answered(house, "a-1", ("immunization", "ann"), ("hiv-counselling", "ann"))
    async with house.browser(Role.AGENT) as ann, house.browser(Role.LEADER) as chief:
        told = await opened(ann, call="a-1", source="call", line="immunization")
        assert (told["order"]["line"], "食堂" in str(told)) == ("hiv-counselling", True)
        one = f"{ALL}/{told['order']['number']}"
        for line in (None, "immunization"):
            assert (await chief.post(one + "/correct", {"changes": {"line": line}, "reason": "更正"}))[0] == 403
        status, seen = await chief.post(one + "/correct", {"changes": {"place": "和平区"}, "reason": "更正"})
        assert (status, "食堂" in str(seen)) == (200, False)


async def test_nobody_takes_their_own_orders_out_of_the_count(house: DeskHouse) -> None:
    async with house.browser(Role.AGENT) as ann, house.browser(Role.LEADER) as chief:
        assert (await ann.post(ALL, {**COMPLAINT, "test": True}))[0] == 403
        assert (await opened(chief, test=True))["order"]["number"].startswith("T")


async def test_pages_hold_each_order_once_while_new_ones_are_opened(house: DeskHouse) -> None:
    async with house.browser(Role.LEADER) as chief:
        first = [(await opened(chief))["order"]["number"] for _ in range(5)]
        seen, after = [], ""
        while True:
            _, page = await chief.get(f"{ALL}?limit=2{after}")
            seen += [one["number"] for one in page["orders"]]
            await opened(chief)
            if page["next"] is None:
                break
            after = f"&after={page['next']}"
        assert seen == first[::-1]


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("state=opened", 2),
        ("state=open", 3),
        ("state=answered,opened", 3),
        ("state=closed", 0),
        ("kind=report", 1),
        ("kind=complaint&state=opened", 1),
        ("source=call", 0),
        ("overdue=1", 0),
        ("clock=hand_on", 2),
        ("due_before=2999-01-01", 2),
        ("from=2999-01-01", 0),
        ("to=2999-01-01", 3),
        ("line=hiv", 0),
        ("tests=1", 4),
        ("opened_by=desk:leader", 3),
    ],
)
async def test_orders_are_found_by_what_is_asked_for(house: DeskHouse, query: str, count: int) -> None:
    async with house.browser(Role.LEADER) as chief:
        await opened(chief)
        await opened(chief, kind="report")
        await opened(chief, settle={"text": "已解释"})
        await opened(chief, test=True)
        status, told = await chief.get(f"{ALL}?{query}")
        assert (status, len(told["orders"])) == (200, count)
        assert (await chief.get(f"{ALL}?{query}&limit=0"))[0] == 400


async def test_what_is_answered_is_what_is_described(house: DeskHouse) -> None:
    described = description(house.desk.routes, "0")["paths"]
    async with house.browser(Role.LEADER) as chief:
        await with_unit(chief)
        told = await opened(chief)
        one = f"{ALL}/{told['order']['number']}"
        await chief.post(one + "/hand-on", {"unit": "cdc"})
        for path, address in (
            (ALL, ALL),
            (ALL + "/board", ALL + "/board"),
            (ALL + "/words", ALL + "/words"),
            (ALL + "/escalations", ALL + "/escalations"),
            (ALL + "/{number}", one),
        ):
            status, answer = await chief.get(address)
            assert status == 200
            schema = described[path]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
            jsonschema.validate(answer, schema)
    for path in (ALL, ALL + "/{number}/{move}"):
        assert described[path]["post"]["requestBody"]["content"]["application/json"]["schema"]["properties"]


async def test_a_machine_with_the_scope_reads_orders_and_no_number(house: DeskHouse) -> None:
    token = await house.token(Permission.ORDERS_READ)
    async with house.browser(Role.LEADER) as chief, house.browser() as machine:
        await opened(chief)
        status, told = await machine.get(ALL, Authorization=f"Bearer {token}")
        assert (status, told["orders"][0]["contact"]) == (200, "139****0042")
        assert (await machine.get(ALL + "?private=1&reason=x", Authorization=f"Bearer {token}"))[0] == 403


async def test_the_mayors_machine_hands_orders_over_and_hears_of_them(house: DeskHouse) -> None:
    path, row = "/api/v1/exchange/12345", {"number": "TJ-1", "content": "食堂卫生", "contact": NUMBER}
    bearer = f"Bearer {await house.token(Permission.EXCHANGE)}"
    async with house.browser() as machine, house.browser(Role.LEADER) as chief:
        status, told = await machine.post(path, {"orders": [row]}, Authorization=bearer)
        assert (status, told["orders"][0]["what"]) == (200, "new")
        status, told = await machine.post(path, {"csv": "number,content\nTJ-1,x\n"}, Authorization=bearer)
        assert (status, told["orders"][0]["what"]) == (200, "known")
        status, refused = await machine.post(path, {"orders": [row, {"number": "TJ-2"}]}, Authorization=bearer)
        assert (status, "row 2" in refused["message"]) == (422, True)
        for wrong in ({}, {"orders": [row], "csv": "x"}, {"csv": 1}):
            assert (await machine.post(path, wrong, Authorization=bearer))[0] == 400
        assert (await machine.post(ALL, COMPLAINT, Authorization=bearer))[0] == 403
        _, answers = await machine.get(path, Authorization=bearer)
        assert [one["state"] for one in answers["orders"]] == ["received"]
        assert NUMBER not in str(answers)
        order = answers["orders"][0]["order"]
        assert (await chief.post(f"{ALL}/{order}/accept"))[1]["order"]["state"] == "opened"
        status, page = await chief.get(f"{ALL}/{order}/sheet.html")
        assert (status, "转办单" in page, NUMBER in page) == (200, True, False)
