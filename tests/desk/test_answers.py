"""Unit over real sockets: who talked fills the record of a call, a leader judges it, nobody sees more than they may."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from desk.roles import Permission, Role
from paperwork.answers.opening import Told
from tests.desk.house import Browser, DeskHouse
from tests.paperwork.answers.desk import tale
from tests.paperwork.answers.made_up import AT, CONTACT, FULL

ONE = "/api/v1/answers/a-1"


async def answered(house: DeskHouse, call: str, *talks: tuple[str, str | None], ends: bool = True) -> None:
    """A call came and went, and its record was opened."""
    for entry in tale(call, *talks, ends=ends):
        house.clerk.hear(entry)
    await house.clerk._work()


async def put(browser: Browser, data: Any, path: str = ONE) -> tuple[int, Any]:
    return (await browser.ask("PUT", path, data))[:2]


async def test_the_agent_fills_and_the_leader_signs_and_corrects(house: DeskHouse) -> None:
    await answered(house, "a-1", ("immunization", "ann"))
    async with house.browser(Role.AGENT) as ann, house.browser(Role.LEADER) as chief:
        _, told = await ann.get(ONE)
        assert (told["number"], told["state"], told["contact"], told["agent_name"]) == (
            f"{told['at'][:4]}-000001",
            "open",
            "139****0042",
            "受理员甲",
        )
        assert told["missing"] == [{"field": "kind", "label": "业务类型"}]
        status, told = await put(ann, {"seq": told["seq"], "kind": "consult", "content": "接种地点"})
        assert (status, [one["field"] for one in told["missing"]]) == (200, ["heard", "category", "settled"])
        assert (await chief.post(ONE + "/sign", {"seq": told["seq"], "opinion": "同意"}))[0] == 422
        status, told = await put(ann, {"seq": told["seq"], **FULL})
        assert (status, told["state"], told["missing"], told["category_path"]) == (
            200,
            "filled",
            [],
            "咨询/预防接种/接种地点",
        )
        assert (told["asked_by"], told["gender_label"], told["settled_label"]) == ("张*", "女", "当场答复")
        assert (await ann.post(ONE + "/sign", {"seq": told["seq"], "opinion": "同意"}))[0] == 403
        status, told = await chief.post(ONE + "/sign", {"seq": told["seq"], "opinion": "同意"})
        assert (status, told["state"], told["signature"]["name"]) == (200, "signed", "leader")
        status, refused = await put(ann, {"seq": told["seq"], "place": "河西区"})
        assert (status, refused["error"]) == (409, "not_now")
        status, told = await chief.post(
            ONE + "/correct", {"seq": told["seq"], "reason": "听错了", "place": "河西区", "gender": "male"}
        )
        assert (status, told["place"], told["corrections"][0]["reason"]) == (200, "河西区", "听错了")
        assert told["corrections"][0]["changes"][0] == {
            "field": "place",
            "label": "所在地",
            "value": "河西区",
            "before": "和平区",
        }
        _, sheet = await chief.get(ONE + "/sheet")
        assert next(one["value"] for one in sheet["fields"] if one["id"] == "gender") == "女"
        _, history = await chief.get(ONE + "/history")
        assert [one["kind"] for one in history["filings"]] == [
            "opened",
            "left",
            "filled",
            "filled",
            "signed",
            "corrected",
        ]
        assert CONTACT not in str(history)
    assert [deed.deed.what for deed in await house.written() if deed.deed.what.startswith("answer")] == [
        "answer_signed",
        "answer_corrected",
    ]


async def test_who_comes_second_reads_again_but_the_end_of_the_talk_is_in_nobodys_way(house: DeskHouse) -> None:
    story = tale("a-1", ("immunization", "ann"))
    for entry in story[:2]:
        house.clerk.hear(entry)
    await house.clerk._work()
    async with house.browser(Role.AGENT) as ann, house.browser(Role.LEADER) as chief:
        assert (await put(ann, {"seq": 1, "place": "和平区"}))[1]["seq"] == 2
        status, refused = await put(chief, {"seq": 1, "place": "河西区"})
        assert (status, refused["error"]) == (409, "changed")
        for entry in story[2:]:
            house.clerk.hear(entry)
        await house.clerk._work()
        assert (await put(ann, {"seq": 2, "content": "接种地点"}))[1]["seq"] == 4
        assert (await put(ann, {"seq": 9, "content": "?"}))[0] == 409
        assert (await put(ann, {"seq": 4, "content": "接种地点"}))[1]["seq"] == 4  # nothing changed, nothing filed


async def test_two_at_once_one_is_refused_and_nothing_of_it_is_kept(house: DeskHouse) -> None:
    await answered(house, "a-1", ("immunization", "ann"))
    async with house.browser(Role.AGENT) as ann, house.browser(Role.LEADER) as chief:
        done = await asyncio.gather(
            *(put(one, {"seq": 2, "place": place}) for one, place in ((ann, "和平区"), (chief, "河西区")))
        )
        assert sorted(status for status, _ in done) == [200, 409]
        kept = next(told["place"] for status, told in done if status == 200)
        assert (await ann.get(ONE))[1]["place"] == kept


async def test_each_field_that_cannot_be_so_is_named(house: DeskHouse) -> None:
    await answered(house, "a-1", ("immunization", "ann"))
    async with house.browser(Role.AGENT) as ann:
        status, told = await put(ann, {"seq": 2, "gender": "x", "category": "999"})
        assert (status, told["error"], set(told["fields"])) == (422, "unfit", {"gender"})
        status, told = await put(ann, {"seq": 2, "category": "999"})
        assert (status, set(told["fields"])) == (422, {"category"})
        for wrong in ({"seq": 2, "colour": "red"}, {"place": "x"}, {"seq": "2"}, {"seq": 0}):
            assert (await put(ann, wrong))[0] == 400
        assert (await put(ann, {"seq": 2, "test": True}))[0] == 403


async def test_an_agent_sees_the_calls_that_they_talked_in_and_no_others(house: DeskHouse) -> None:
    await answered(house, "a-1", ("immunization", "ann"), ("animal-injury", "bob"))
    await answered(house, "a-2", ("immunization", "bob"))
    async with house.browser(Role.AGENT) as ann:
        _, told = await ann.get("/api/v1/answers")
        assert [one["call"] for one in told["answers"]] == ["a-1"]
        assert told["answers"][0]["owner"] == "bob"
        assert (await ann.get("/api/v1/answers/a-2"))[0] == 404
        assert (await put(ann, {"seq": 1}, "/api/v1/answers/a-2"))[0] == 404
        assert (await ann.get("/api/v1/answers?agent=bob"))[0] == 403
        assert (await put(ann, {"seq": 4, "content": "先接的电话"}))[0] == 200


async def test_papers_of_a_confidential_line_are_for_who_talked_and_whom_the_line_names(house: DeskHouse) -> None:
    await answered(house, "a-1", ("immunization", "bob"), ("hiv", "ann"))
    async with house.browser(Role.QUALITY) as quality:
        assert (await quality.get("/api/v1/answers"))[1]["answers"] == []
        for path in (ONE, ONE + "/history", ONE + "/sheet"):
            assert (await quality.get(path))[0] == 404
        assert (await quality.get("/api/v1/answers/incomplete"))[1]["groups"] == []
    for role in (Role.LEADER, Role.AGENT):
        async with house.browser(role) as browser:
            assert [one["call"] for one in (await browser.get("/api/v1/answers"))[1]["answers"]] == ["a-1"]
            _, told = await browser.get(ONE)
            assert (told["confidential"], told["line"]) == (True, "immunization")


async def test_whole_names_and_contacts_are_for_a_reason_that_is_written_down_first(house: DeskHouse) -> None:
    await answered(house, "a-1", ("immunization", "ann"))
    await answered(house, "a-2", ("immunization", "bob"))
    async with house.browser(Role.AGENT) as ann, house.browser(Role.QUALITY) as quality:
        await put(ann, {"seq": 2, "asked_by": "张三"})
        for browser in (ann, quality):
            assert (await browser.get(ONE + "?private=1"))[0] == 400
            _, told = await browser.get(ONE + "?private=1&reason=call+back")
            assert (told["asked_by"], told["contact"]) == ("张三", CONTACT)
        assert (await ann.get("/api/v1/answers/a-2?private=1&reason=x"))[0] == 404
        assert (await quality.get("/api/v1/answers?private=1&reason=x"))[1]["answers"][0]["contact"] == CONTACT
    shown = [one.deed for one in await house.written() if one.deed.what == "numbers_shown"]
    assert [(deed.who, deed.reason, deed.details["calls"]) for deed in shown] == [
        ("desk:agent", "call back", ["a-1"]),
        ("desk:quality", "call back", ["a-1"]),
        ("desk:quality", "x", ["a-2", "a-1"]),
    ]


async def test_pages_are_stable_and_filters_are_what_they_say(house: DeskHouse) -> None:
    house.later = AT + timedelta(hours=2) - datetime.now(UTC)
    stories = [tale(f"a-{n}", ("immunization", "ann") if n % 2 else ("booking", None)) for n in range(7)]
    async with house.answers.book.store.writing() as connection:
        facts = [Told(entry) for story in stories for entry in story[1:-1]]
        await house.clerk._opening.take(connection, facts, house.now())
    async with house.browser(Role.LEADER) as chief:

        async def calls(query: str) -> list[str]:
            found, after = [], ""
            while True:
                _, told = await chief.get(f"/api/v1/answers?limit=2&{query}{after}")
                found += [one["call"] for one in told["answers"]]
                if told["next"] is None:
                    return found
                after = f"&after={told['next']}"

        every = [f"a-{n}" for n in range(7)]
        assert await calls("") == every[::-1]
        assert await calls("order=oldest") == every
        assert await calls("missing=1&order=oldest") == ["a-1", "a-3", "a-5"]
        assert await calls("state=filled&order=oldest") == ["a-0", "a-2", "a-4", "a-6"]
        assert await calls("line=booking&agent=ann") == []
        assert await calls("owner=ann&from=2026-11-20T10:00&to=2026-11-20T10:05") == []
        assert len(await calls("from=2026-11-20T10:05&to=2026-11-20T10:06")) == 7
        assert await calls("number=2026-000003") == ["a-2"]
        assert await calls("late=1&order=oldest") == ["a-1", "a-3", "a-5"]
        for wrong in ("limit=0", "after=x", "state=gone", "from=x", "missing=2", "line=%00"):
            assert (await chief.get(f"/api/v1/answers?{wrong}"))[0] == 400
        _, told = await chief.get("/api/v1/answers/incomplete")
        (group,) = told["groups"]
        assert (group["line_name"], group["owner_name"], group["incomplete"], group["late"]) == (
            "预防接种",
            "受理员甲",
            3,
            3,
        )


async def test_the_desk_learns_at_once_that_a_record_was_opened_or_changed(house: DeskHouse) -> None:
    looks: list[None] = []
    house.answers.listeners.append(lambda: looks.append(None))
    await answered(house, "a-1", ("immunization", "ann"), ends=False)
    assert len(looks) == 1
    async with house.browser(Role.AGENT) as ann:
        await put(ann, {"seq": 1, "kind": "praise"})
        assert len(looks) == 2
        (one,) = house.answers.shown.in_hand()
        assert (one.call, one.owner, one.seq, one.missing) == ("a-1", "ann", 2, ("content",))


async def test_a_form_is_told_what_it_may_ask(house: DeskHouse) -> None:
    async with house.browser(Role.AGENT) as ann:
        _, told = await ann.get("/api/v1/answers/fields")
        heard = next(one for one in told["fields"] if one["field"] == "heard")
        assert [one["label"] for one in heard["choices"]] == ["政策咨询", "知识咨询", "举报投诉", "其他"]
        consult = next(one for one in told["kinds"] if one["kind"] == "consult")
        assert consult["required"] == ["kind", "heard", "category", "content", "settled"]


@pytest.mark.parametrize("scope", [Permission.CALLS, Permission.FLOOR])
async def test_no_machine_reads_them(house: DeskHouse, scope: Permission) -> None:
    async with house.browser() as machine:
        bearer = f"Bearer {await house.token(scope)}"
        assert (await machine.get("/api/v1/answers", Authorization=bearer))[0] == 403
