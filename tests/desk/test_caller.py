"""Unit over real sockets: an agent is told who is calling them, and of nobody else; the number goes nowhere."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import insert, text, update
from sqlalchemy.dialects import sqlite

from desk.dossier import Current, Known, Phase
from desk.dossier_rows import calls_query, facts_query, orders_query
from desk.roles import Role
from ivr.events import CallArrived, StepHeard, TalkBegan, WaitBegan
from ivr.journal import Entry, Event
from paperwork.answers.often import lately_query, often_query
from records.rows import entry_row
from records.store import Store
from records.tables import cdr, journal, legs
from tests.desk.house import DeskHouse
from tests.paperwork.quality.house import call_row, calls_in

AT = datetime(2026, 10, 1, 1, 0, tzinfo=UTC)
NUMBER = "13900000011"
MINE = "/api/v1/desk/caller"


def story(call: str, line: str = "immunization", number: str = NUMBER) -> list[Entry]:
    events: tuple[Event, ...] = (
        CallArrived(number, "12320", "c", "7"),
        StepHeard("main", ("main-menu",), "1", asked=True),
        WaitBegan(line, 0),
        TalkBegan(1, line, "ann"),
    )
    return [Entry(call, n + 1, AT + timedelta(seconds=10 * n), event) for n, event in enumerate(events)]


def leg(call: str, line: str) -> dict[str, Any]:
    times = {"since": AT, "until": AT, "seconds": 1.0, "counted": True, "test": False}
    return {"call": call, "number": 1, "kind": "wait", "line": line, **times}


async def test_an_agent_is_told_of_their_own_call_alone(house: DeskHouse) -> None:
    house.callers.told["a-9"] = story("a-9")
    async with house.browser(Role.AGENT) as ann, house.browser(Role.LEADER) as chief:
        assert await ann.get(MINE) == (200, {"caller": None})
        house.callers.current_of["bob"] = Current("a-9", "immunization", Phase.TALKING)
        assert (await ann.get(MINE))[1]["caller"] is None
        house.callers.current_of["ann"] = Current("a-9", "immunization", Phase.OFFERED)
        caller = (await ann.get(MINE))[1]["caller"]
        assert (caller["call"], caller["phase"], caller["number"]) == ("a-9", "offered", "139****0011")
        assert (await ann.get("/api/v1/calls/a-9/dossier"))[0] == 403
        status, told = await chief.get("/api/v1/calls/a-9/dossier")
        assert (status, told["phase"], told["path"]) == (200, None, caller["path"])
        assert (await chief.get("/api/v1/calls/a-0/dossier"))[0] == 404
        assert NUMBER not in str(caller)
        assert NUMBER not in str(told)


async def test_what_the_caller_did_before_is_told_without_the_confidential_and_the_tests(house: DeskHouse) -> None:
    store = Store(house.url)
    await calls_in(store, *(call_row(f"a-{n}", AT + timedelta(minutes=n)) for n in range(6)))
    await store.do(
        insert(legs).values([leg("a-1", "psychological-aid"), leg("a-2", "animal-injury")]),
        update(cdr).where(cdr.c.id == "a-3").values(line="hiv-counselling"),
        update(cdr).where(cdr.c.id == "a-4").values(test=True),
        update(cdr).where(cdr.c.id == "a-5").values(number="13900000012"),
    )
    await store.close()
    house.callers.told["a-9"] = story("a-9")
    house.callers.current_of["ann"] = Current("a-9", "immunization", Phase.TALKING)
    async with house.browser(Role.LEADER) as chief, house.browser(Role.AGENT) as ann:
        order = {"content": "接种点没有疫苗", "kind": "complaint", "contact": NUMBER, "line": "immunization"}
        assert (await chief.post("/api/v1/orders", order))[0] == 201
        secret = {**order, "line": "psychological-aid"}
        assert (await chief.post("/api/v1/orders", secret))[0] == 201
        caller = (await ann.get(MINE))[1]["caller"]
        assert [one["call"] for one in caller["calls"]] == ["a-2", "a-0"]
        assert [(one["state"], one["overdue"]) for one in caller["orders"]] == [("opened", False)]


async def test_a_confidential_call_shows_no_past_and_is_closed_to_leaders_who_do_not_listen_there(
    house: DeskHouse,
) -> None:
    store = Store(house.url)
    await calls_in(store, call_row("a-1", AT))
    await store.close()
    house.callers.told["a-9"] = story("a-9", "psychological-aid")
    house.callers.numbers[NUMBER] = Known("block", "mind-2")
    house.callers.current_of["ann"] = Current("a-9", "psychological-aid", Phase.TALKING)
    async with house.browser(Role.AGENT) as ann, house.browser(Role.LEADER) as chief:
        caller = (await ann.get(MINE))[1]["caller"]
        assert (caller["hidden"], caller["calls"], caller["nuisance"]) == ("confidential", None, None)
        assert caller["counsellor"] == {"agent": "mind-2", "agent_name": "心理援助二号座席"}
        assert (await chief.get("/api/v1/calls/a-9/dossier"))[0] == 404


async def test_an_ended_call_is_told_from_the_database(house: DeskHouse) -> None:
    store = Store(house.url)
    await store.do(insert(journal).values([entry_row(entry, "a") for entry in story("a-9")]))
    await store.close()
    async with house.browser(Role.LEADER) as chief:
        status, told = await chief.get("/api/v1/calls/a-9/dossier")
        assert (status, [one["key"] for one in told["path"]]) == (200, ["1"])


async def test_whom_a_caller_may_be_passed_on_to_is_told_with_how_it_is_typed(house: DeskHouse) -> None:
    async with house.browser(Role.AGENT) as ann:
        status, told = await ann.get("/api/v1/desk/targets")
        assert {one["pinyin"] for one in told["lines"]} == {""}  # nobody waits for the dictionary
        assert (await ann.get("/api/v1/categories"))[0] == 200  # which learns all that it is asked for in turn
        status, told = await ann.get("/api/v1/desk/targets")
    line = next(one for one in told["lines"] if one["id"] == "immunization")
    assert (status, line["name"], line["pinyin"], line["initials"]) == (200, "预防接种", "yu fang jie zhong", "yfjz")
    assert {one["reason"] for one in told["breaks"]} == {"lunch", "training", "meeting"}
    agent = next(one for one in told["agents"] if one["id"] == "vaccine-1")
    assert (agent["presence"], agent["lines"][0]) == ("offline", "预防接种")


async def test_an_order_is_opened_and_handed_on_in_one_breath_or_not_at_all(house: DeskHouse) -> None:
    async with house.browser(Role.ADMINISTRATOR) as keeper, house.browser(Role.AGENT) as ann:
        entry = {"name": "市卫生监督所", "also": ["卫监所"]}
        assert (await keeper.ask("PUT", "/api/v1/registers/unit/inspection", {"entry": entry}))[0] == 200
        units = (await ann.get("/api/v1/orders/units"))[1]["units"]
        assert [(one["id"], one["initials"], one["also"]) for one in units] == [("inspection", "swsjds", ["卫监所"])]
        matter = {"content": "餐馆卫生差", "kind": "complaint"}
        handed = {**matter, "hand_on": {"unit": "inspection", "note": "请三日内现场检查"}}
        status, told = await ann.post("/api/v1/orders", handed)
        assert (status, told["order"]["state"], told["order"]["unit_name"]) == (201, "handed_on", "市卫生监督所")
        assert told["order"]["done_by"] is not None
        for wrong in ({"unit": "nobody"}, {"unit": "inspection", "colour": "red"}):
            assert (await ann.post("/api/v1/orders", {**matter, "hand_on": wrong}))[0] == 400
        accused = {**handed, "against": "卫监所"}
        assert (await ann.post("/api/v1/orders", accused))[0] == 409
        both = {**handed, "settle": {"text": "已答复"}}
        assert (await ann.post("/api/v1/orders", both))[0] == 400
        assert len((await ann.get("/api/v1/orders"))[1]["orders"]) == 1


async def test_every_question_about_a_number_goes_by_an_index(house: DeskHouse) -> None:
    store = Store(house.url)
    hidden = frozenset({"psychological-aid", "hiv-counselling"})
    asked = (
        facts_query("a-1"),
        calls_query(NUMBER, hidden, but="a-9"),
        orders_query(NUMBER, hidden),
        often_query("immunization"),
        lately_query("ann"),
    )
    for query in asked:
        words = str(query.compile(dialect=sqlite.dialect(), compile_kwargs={"literal_binds": True}))
        steps = [row["detail"] for row in await store.rows(text(f"EXPLAIN QUERY PLAN {words.replace(':', '::')}"))]
        assert not [step for step in steps if step.startswith("SCAN") and "newest" not in step], steps
    await store.close()
