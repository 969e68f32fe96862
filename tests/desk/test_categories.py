"""Unit over real sockets: what an agent's screen asks of the trees."""

from __future__ import annotations

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
