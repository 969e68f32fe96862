"""Unit over real sockets, with a real config folder: drafts are checked, tried, published and taken back."""

from __future__ import annotations

import io
import zipfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from desk.roles import Role
from tests.desk.house import Browser, DeskHouse, desk_house
from tests.service.town import Town

TABLE = """\
tests:
  - {at: 2026-11-20T10:00, keys: "1", expect: line desk, open: true}
  - {at: 2026-11-20T22:00, keys: "1", expect: message desk, open: false}
"""
ROOT = "/api/v1/routing"


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[DeskHouse]:
    async with desk_house(tmp_path) as house:
        (town_of(house).config / "tests").mkdir()
        (town_of(house).config / "tests" / "calls.yaml").write_text(TABLE, "utf-8")
        yield house


@pytest.fixture
async def chief(house: DeskHouse) -> AsyncIterator[Browser]:
    async with house.browser(Role.ADMINISTRATOR, "chief-of-all") as browser:
        yield browser


def town_of(house: DeskHouse) -> Town:
    assert house.town is not None
    return house.town


async def begun(browser: Browser, **asked: Any) -> dict[str, Any]:
    status, told = await browser.post(f"{ROOT}/draft", asked)
    assert status == 201, told
    found: dict[str, Any] = told
    return found


async def edited(browser: Browser, old: str, new: str, name: str = "plan.yaml") -> dict[str, Any]:
    """One's draft with a piece of a file changed."""
    _, told = await browser.get(f"{ROOT}/draft")
    file = next(one for one in told["draft"]["files"] if one["name"] == name)
    assert old in file["text"]
    body = {"name": name, "text": file["text"].replace(old, new, 1), "was": file["digest"]}
    status, told, _ = await browser.ask("PUT", f"{ROOT}/draft/file", body)
    assert status == 200, told
    found: dict[str, Any] = told
    return found


async def test_a_draft_is_begun_from_the_live_plan_and_kept_for_its_owner_alone(
    house: DeskHouse, chief: Browser
) -> None:
    draft = await begun(chief)
    assert [file["name"] for file in draft["files"]] == ["plan.yaml", "tests/calls.yaml"]
    assert (draft["source"], draft["touched"], draft["behind"]) == ("live", {}, None)
    assert (await edited(chief, "您好", "您好，这里是热线"))["touched"] == {"plan.yaml": "changed"}
    assert (await chief.post(f"{ROOT}/draft", {}))[1]["error"] == "there_is_one"
    async with house.browser(Role.LEADER, "leader-looks") as leader:
        assert (await leader.get(f"{ROOT}/draft"))[1] == {"draft": None}
        state = (await leader.get(ROOT))[1]
    assert [(one["user"], one["files"]) for one in state["drafts"]] == [("chief-of-all", ["plan.yaml"])]
    assert (state["folder"]["is"], state["why_not"]) == ("live", None)
    assert "您好，这里是热线" not in (town_of(house).config / "plan.yaml").read_text("utf-8")


async def test_a_check_tells_every_problem_at_its_place_in_both_languages(chief: Browser) -> None:
    await begun(chief)
    told = (await chief.post(f"{ROOT}/check", {}))[1]
    assert told["good"]
    assert {(one["severity"], one["part"]) for one in told["problems"]} == {("warning", "plan")}
    await edited(chief, "2: night", "2: nigth")
    status, told = await chief.post(f"{ROOT}/check", {})
    assert (status, told["good"]) == (200, False)
    problem = next(one for one in told["problems"] if one["severity"] == "error")
    assert (problem["file"], problem["line"], problem["rule"]) == ("plan.yaml", 14, "unknown-name")
    assert "did you mean `night`" in problem["en"]
    assert "是不是想写 `night`" in problem["zh"]
    assert (await chief.post(f"{ROOT}/test", {}))[1]["error"] == "has_errors"


async def test_a_table_of_test_calls_that_cannot_be_read_is_told_with_the_problems(chief: Browser) -> None:
    await begun(chief)
    await edited(chief, "line desk", "lane desk", "tests/calls.yaml")
    told = (await chief.post(f"{ROOT}/check", {}))[1]
    assert told["good"]
    of_tables = [one for one in told["problems"] if one["part"] == "tests"]
    assert [(one["file"], one["line"], one["severity"]) for one in of_tables] == [("tests/calls.yaml", 2, "error")]


async def test_test_calls_say_which_leads_elsewhere_and_what_none_came_by(chief: Browser) -> None:
    await begun(chief)
    told = (await chief.post(f"{ROOT}/test", {}))[1]
    assert (told["passed"], told["failed"], len(told["calls"])) == (2, 0, 2)
    assert "bye" in told["coverage"]["nodes"]["missed"]
    await edited(chief, "1: desk", "1: night")
    told = (await chief.post(f"{ROOT}/test", {}))[1]
    assert (told["passed"], told["failed"]) == (0, 2)
    bad = told["calls"][0]
    assert (bad["line"], bad["faults"][0]["expected"], bad["faults"][0]["got"]) == (2, "line desk", "line night")


async def test_a_call_is_dialled_key_by_key_up_to_where_it_waits_for_the_next(chief: Browser) -> None:
    await begun(chief)

    async def dialled(*keys: str, **more: Any) -> dict[str, Any]:
        status, told = await chief.post(
            f"{ROOT}/dial", {"keys": list(keys), "at": "2026-11-20T22:00", "of": "draft", **more}
        )
        assert status == 200, told
        found: dict[str, Any] = told
        return found

    waits = await dialled()
    assert [(one["step"], one["heard"]) for one in waits["steps"]] == [("hello", None), ("main", None)]
    assert waits["steps"][1]["say"] == ["请选择。"]
    assert waits["end"] is None
    there = await dialled("9", "1")
    assert [(one["step"], one["heard"]) for one in there["steps"]][1:3] == [("main", "9"), ("main", "1")]
    assert (there["end"]["kind"], there["end"]["line"], there["end"]["open"]) == ("message", "desk", False)
    by_hand = await dialled("1", scene={"opened": "desk"})
    assert (by_hand["end"]["kind"], by_hand["end"]["name"]) == ("line", "座席")
    assert (await chief.post(f"{ROOT}/dial", {"scene": {"opened": "dsk"}}))[0] == 400
    assert (await chief.post(f"{ROOT}/dial", {"keys": ["t"]}))[0] == 400


async def test_the_plan_is_drawn_and_its_days_are_told(chief: Browser) -> None:
    status, drawn, answer = await chief.ask("GET", f"{ROOT}/drawing.svg?of=live")
    assert (status, answer.content_type) == (200, "image/svg+xml")
    assert 'data-name="main"' in drawn
    assert (await chief.get(f"{ROOT}/drawing.svg?of=live&calls=yesterday"))[0] in (200, 400)
    told = (await chief.get(f"{ROOT}/calendar?days=60"))[1]
    assert len(told["days"]) == 60
    assert {one["name"]: len(one["days"]) for one in told["hours"]} == {"office": 60, "always": 60}
    assert [line["hours"] for line in told["lines"]] == ["office", "always", "always"]


async def test_what_a_draft_changes_is_told_in_sentences_and_line_by_line(chief: Browser) -> None:
    await begun(chief)
    await edited(chief, "1: desk", "1: night")
    told = (await chief.post(f"{ROOT}/diff", {}))[1]
    first = told["groups"][0]
    assert first["zh"] == "来电走向不同"
    assert "座席" in first["changes"][0]["zh"]
    assert told["files"][0]["file"] == "plan.yaml"
    assert "-    keys: {1: desk," in told["files"][0]["lines"]
    assert (await chief.post(f"{ROOT}/diff", {"old": 1, "new": "live"}))[1]["groups"] == []
    assert (await chief.post(f"{ROOT}/diff", {"old": 99}))[0] == 404


async def test_a_published_draft_is_live_and_in_the_folder_and_answered_for(house: DeskHouse, chief: Browser) -> None:
    await begun(chief)
    await edited(chief, "name: 小热线", "name: 大热线")
    assert (await chief.post(f"{ROOT}/publish", {}))[0] == 400
    status, done = await chief.post(f"{ROOT}/publish", {"why": "改名"})
    assert (status, done["result"], done["number"]) == (200, "done", 2)
    town = town_of(house)
    assert town.live_names == ["大热线"]
    assert "name: 大热线" in (town.config / "plan.yaml").read_text("utf-8")
    assert not [path for path in town.config.iterdir() if path.name.startswith(".")]
    assert (await chief.get(f"{ROOT}/draft"))[1] == {"draft": None}
    newest = (await chief.get(f"{ROOT}/versions"))[1]["versions"][0]
    assert (newest["number"], newest["live"], newest["who"], newest["why"]) == (2, True, "chief-of-all", "改名")
    deeds = {entry.deed.what: entry.deed for entry in await house.written()}
    assert (deeds["plan_published"].reason, deeds["plan_published"].who) == ("改名", "desk:chief-of-all")
    assert deeds["plan_live"].about == "version 2"


async def test_errors_always_keep_a_draft_back_and_failing_tests_unless_somebody_says_why(
    house: DeskHouse, chief: Browser
) -> None:
    await begun(chief)
    await edited(chief, "1: desk", "1: dsk")
    status, told = await chief.post(f"{ROOT}/publish", {"why": "x", "despite": "y"})
    assert (status, told["error"]) == (409, "has_errors")
    assert "plan.yaml:14" in told["fields"]["0"]
    await edited(chief, "1: dsk", "1: night")
    status, told = await chief.post(f"{ROOT}/publish", {"why": "夜班接听"})
    assert (status, told["error"]) == (409, "tests_fail")
    assert town_of(house).live_names == []
    assert (await chief.post(f"{ROOT}/publish", {"why": "夜班接听", "despite": "测试明天改"}))[0] == 200


async def test_a_draft_on_what_is_no_longer_live_is_refused_and_can_be_put_on_what_is(
    house: DeskHouse, chief: Browser
) -> None:
    await begun(chief)
    await edited(chief, "您好。", "您好！")
    async with house.browser(Role.ADMINISTRATOR, "other-chief") as other:
        await begun(other)
        text = TABLE.replace("T22:00", "T23:00")
        calls = next(
            one for one in (await other.get(f"{ROOT}/draft"))[1]["draft"]["files"] if one["name"] == "tests/calls.yaml"
        )
        body = {"name": "tests/calls.yaml", "text": text, "was": calls["digest"]}
        assert (await other.ask("PUT", f"{ROOT}/draft/file", body))[0] == 200
        status, done = await other.post(f"{ROOT}/publish", {"why": "晚一点"})
        assert (status, done["result"]) == (200, "unchanged")
    status, told = await chief.post(f"{ROOT}/publish", {"why": "问候"})
    assert (status, told["error"], told["fields"]) == (409, "changed", {"tests/calls.yaml": "changed"})
    status, told = await chief.post(f"{ROOT}/draft/renew", {})
    assert (status, told["both"], told["touched"]) == (200, [], {"plan.yaml": "changed"})
    assert (await chief.post(f"{ROOT}/publish", {"why": "问候"}))[0] == 200
    assert "T23:00" in (town_of(house).config / "tests" / "calls.yaml").read_text("utf-8")


async def test_two_windows_of_one_person_do_not_overwrite_each_other(chief: Browser) -> None:
    draft = await begun(chief)
    file = draft["files"][0]
    first = {"name": "plan.yaml", "text": file["text"] + "# one\n", "was": file["digest"]}
    assert (await chief.ask("PUT", f"{ROOT}/draft/file", first))[0] == 200
    status, told, _ = await chief.ask("PUT", f"{ROOT}/draft/file", {**first, "text": "# two\n"})
    assert (status, told["error"]) == (409, "changed")
    for name in ("../etc/x.yaml", "settings.yaml", "recordings/a.yaml", "tests/deep/a.yaml", ".a.yaml", "plan.txt"):
        body = {"name": name, "text": "", "was": None}
        assert (await chief.ask("PUT", f"{ROOT}/draft/file", body))[1]["error"] == "unfit", name
    large = {"name": "large.yaml", "text": "#" * 300_000, "was": None}
    assert (await chief.ask("PUT", f"{ROOT}/draft/file", large))[0] == 200


async def test_a_refused_publication_leaves_the_folder_as_it_was(house: DeskHouse, chief: Browser) -> None:
    town = town_of(house)
    before = (town.config / "plan.yaml").read_bytes()
    await begun(chief)
    await edited(chief, "您好。", "您好！")
    town.switch_refuses = True
    status, told = await chief.post(f"{ROOT}/publish", {"why": "x"})
    assert (status, told["error"]) == (409, "refused")
    assert (town.config / "plan.yaml").read_bytes() == before
    assert (await chief.get(f"{ROOT}/draft"))[1]["draft"]["touched"] == {"plan.yaml": "changed"}


async def test_a_folder_that_is_kept_elsewhere_is_not_written_and_the_draft_can_be_taken_away(
    house: DeskHouse, chief: Browser
) -> None:
    (town_of(house).config / ".git").mkdir()
    await begun(chief)
    await edited(chief, "您好。", "您好！")
    assert (await chief.get(ROOT))[1]["why_not"]["code"] == "repository"
    status, told = await chief.post(f"{ROOT}/publish", {"why": "x"})
    assert (status, told["error"]) == (409, "repository")
    async with chief.session.get(f"{chief.base}{ROOT}/draft.zip") as answer:
        archive = zipfile.ZipFile(io.BytesIO(await answer.read()))
    assert "您好！" in archive.read("plan.yaml").decode()


async def test_a_version_is_taken_back_with_a_reason_and_a_new_draft_begins_from_what_is_live(
    house: DeskHouse, chief: Browser
) -> None:
    await begun(chief)
    await edited(chief, "name: 小热线", "name: 大热线")
    assert (await chief.post(f"{ROOT}/publish", {"why": "改名"}))[0] == 200
    assert (await chief.post(f"{ROOT}/rollback", {}))[0] == 400
    status, done = await chief.post(f"{ROOT}/rollback", {"why": "改错了"})
    assert (status, done["number"], town_of(house).live_names[-1]) == (200, 1, "小热线")
    assert (await chief.get(ROOT))[1]["folder"]["is"] == "set_aside"
    await begun(chief)
    await edited(chief, "您好。", "您好！")
    status, done = await chief.post(f"{ROOT}/publish", {"why": "问候"})
    assert (status, done["number"]) == (200, 3)
    assert (await chief.get(ROOT))[1]["folder"]["is"] == "live"
    assert (await chief.post(f"{ROOT}/rollback", {"number": 77, "why": "x"}))[0] == 404


async def test_what_was_typed_into_the_folder_and_never_live_is_kept_when_a_publication_takes_its_place(
    house: DeskHouse, chief: Browser
) -> None:
    config = town_of(house).config
    (config / "more.yaml").write_text("nodes: {", "utf-8")
    assert (await chief.get(ROOT))[1]["folder"]["is"] == "other"
    await begun(chief)
    await edited(chief, "您好。", "您好！")
    assert (await chief.post(f"{ROOT}/publish", {"why": "问候"}))[0] == 200
    assert not (config / "more.yaml").exists()
    draft = await begun(chief, user="REPLACED")
    assert {file["name"] for file in draft["files"]} == {"plan.yaml", "more.yaml", "tests/calls.yaml"}


async def test_who_may_not_publish_takes_nobodys_draft(house: DeskHouse, chief: Browser) -> None:
    await begun(chief)
    async with house.browser(Role.LEADER, "leader-drafts") as leader:
        assert (await leader.post(f"{ROOT}/draft", {"user": "chief-of-all"}))[0] == 403
        await begun(leader)
        await edited(leader, "您好。", "您好！")
        assert (await leader.post(f"{ROOT}/publish", {"why": "x"}))[0] == 403
    draft = await begun(chief, user="leader-drafts", instead=True)
    assert draft["touched"] == {"plan.yaml": "changed"}


async def test_rules_and_schemas_are_there_for_editors(chief: Browser) -> None:
    rules = {rule["id"]: rule for rule in (await chief.get(f"{ROOT}/rules"))[1]["rules"]}
    assert rules["unknown-name"]["mending"]["zh"]
    schemas = (await chief.get(f"{ROOT}/schema"))[1]
    assert "nodes" in schemas["plan"]["properties"]
    assert "tests" in schemas["tests"]["properties"]
