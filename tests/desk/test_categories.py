"""Unit over real sockets: what an agent's screen asks of the trees."""

from __future__ import annotations

import sys

import pytest

from desk.roles import Role
from tests.desk.house import DeskHouse

EVERY = "/api/v1/categories"


async def test_a_screen_gets_the_tree_whole_and_by_kind(house: DeskHouse) -> None:
    async with house.browser(Role.AGENT) as ann:
        status, told = await ann.get(EVERY)
        assert (status, told["tree"], told["version"]) == (200, "own", 1)
        assert [one["name"] for one in told["categories"]] == ["咨询", "投诉", "建议", "表扬", "预约挂号", "其他"]
        first = told["categories"][0]["parts"][0]
        assert (first["code"], first["path"], first["provincial"]) == ("Z01", "咨询/寻医问药", "寻医问药")
        _, told = await ann.get(f"{EVERY}?kind=report")
        assert [one["code"] for one in told["categories"]] == ["T"]
        _, told = await ann.get(f"{EVERY}?tree=tianjin&kind=consult")
        assert [one["name"] for one in told["categories"][0]["parts"]][:2] == ["艾滋病", "免疫预防"]
        assert told["categories"][0]["parts"][0]["parts"][0]["code"] == "Z0202010101"


async def test_a_screen_finds_a_category_and_shows_where_it_stands(house: DeskHouse) -> None:
    async with house.browser(Role.AGENT) as ann:
        _, told = await ann.get(f"{EVERY}/search?q=yygh&limit=1")
        assert [one["code"] for one in told["categories"]] == ["Y"]
        _, told = await ann.get(f"{EVERY}/search?q=gongg&kind=consult")
        assert told["categories"] == []
        _, one = await ann.get(f"{EVERY}/Z010101")
        assert [above["name"] for above in one["above"]] == ["咨询", "寻医问药", "就医引导"]
        assert (await ann.get(f"{EVERY}/Z99"))[0] == 404


@pytest.mark.parametrize(
    "asked", ["?tree=moon", "?kind=song", "?retired=2", "/search", "/search?q=%20", "/search?q=a&limit=0"]
)
async def test_what_makes_no_sense_is_refused(house: DeskHouse, asked: str) -> None:
    async with house.browser(Role.AGENT) as ann:
        assert (await ann.get(EVERY + asked))[0] == 400


async def test_who_reads_calls_sees_what_cannot_be_placed_and_what_was_imported(house: DeskHouse) -> None:
    async with house.browser(Role.LEADER) as chief:
        status, told = await chief.get(f"{EVERY}/unmapped")
        assert (status, told["codes"]["national"], told["records"]) == (200, [], [])
        assert "Z07" in told["codes"]["tianjin"]
        assert await chief.get("/api/v1/records/imports") == (200, {"imports": []})


async def test_a_leader_gives_a_category_its_place_in_another_tree(house: DeskHouse) -> None:
    assert house.town is not None
    async with house.browser(Role.LEADER) as chief:
        one = f"{EVERY}/Z07/places/tianjin"
        assert (await chief.ask("PUT", one, {"path": "咨询/天气", "version": 1}))[0] == 422
        status, told, _ = await chief.ask("PUT", one, {"path": "咨询/健康知识", "version": 1, "reason": "市里要求"})
        assert (status, told["tianjin"], told["version"]) == (200, "咨询/健康知识", 2)
        _, left = await chief.get(f"{EVERY}/unmapped")
        assert ("Z07" in left["codes"]["tianjin"], left["version"]) == (False, 2)
        status, told, _ = await chief.ask("PUT", one, {"path": None, "version": 1})
        assert (status, told["error"]) == (409, "changed")
        status, told, _ = await chief.ask("PUT", one, {"path": None, "version": 2})
        assert (status, told["tianjin"], told["version"]) == (200, None, 3)
        assert (await chief.ask("PUT", f"{EVERY}/Z99/places/tianjin", {"path": None, "version": 3}))[0] == 404
        assert (await chief.ask("PUT", f"{EVERY}/Z07/places/own", {"path": None, "version": 3}))[0] == 404
        (house.town.config / ".git").mkdir()
        status, told, _ = await chief.ask("PUT", one, {"path": "咨询/健康知识", "version": 3})
        assert (status, told["error"]) == (409, "not_written")
    deeds = [one.deed for one in await house.written() if one.deed.what == "category_mapped"]
    assert [(deed.about, deed.reason, deed.details["was"], deed.details["now"]) for deed in deeds] == [
        ("Z07", "市里要求", None, "咨询/健康知识"),
        ("Z07", None, "咨询/健康知识", None),
    ]


async def test_whoever_asks_first_waits_for_no_dictionary(house: DeskHouse, monkeypatch: pytest.MonkeyPatch) -> None:
    await house.desk.spell_ahead()
    async with house.browser(Role.AGENT) as ann:
        monkeypatch.setattr(sys, "executable", "/nowhere/python")
        status, told = await ann.get(EVERY)
    assert status == 200
    assert [one for one in told["categories"] if one["pinyin"]] == told["categories"]
