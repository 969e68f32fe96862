"""Unit over real sockets and SQLite: what agents look up, and who writes it."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

from desk.roles import Role
from tests.desk.house import Browser, DeskHouse
from tests.desk.test_answers import answered

ARTICLES = "/api/v1/knowledge/articles"
SLEEP = {
    "title": "失眠怎么办",
    "lines": ["psychological-aid"],
    "categories": ["Z1103"],
    "keywords": ["睡不着"],
    "review": "2020-01-01",
    "sources": ["《指南》"],
    "text": "## 先了解\n\n每周几次？<b>不</b>\n\n[看](knowledge:fever)",
}
FEVER = {"title": "打完疫苗发烧", "lines": ["immunization"], "categories": ["Z0201"], "text": "一般一两天消退。"}
SCRIPT = {"title": "开头语", "kind": "script", "text": "微笑\n\n## 问候\n您好\n\n## 听\n嗯"}


async def published(leader: Browser, name: str, article: dict[str, Any]) -> None:
    status, told = await leader.post(ARTICLES, {"id": name, "article": article})
    assert (status, told["state"]) == (201, "draft"), told
    status, told = await leader.post(f"{ARTICLES}/{name}/publish", {"expected": 1, "reason": "复核过"})
    assert (status, told["state"], told["version"]) == (200, "published", 2), told


async def written(editor: Browser, article: dict[str, Any], expected: int) -> tuple[int, Any]:
    return (await editor.ask("PUT", f"{ARTICLES}/fever", {"article": article, "expected": expected}))[:2]


async def found(browser: Browser, query: str) -> list[str]:
    status, told = await browser.get(f"/api/v1/knowledge?{query}")
    assert status == 200, told
    return [one["id"] for one in told["articles"]]


async def test_an_agent_finds_what_a_leader_publishes_and_reads_it_as_safe_html(house: DeskHouse) -> None:
    async with house.browser(Role.LEADER) as leader, house.browser(Role.AGENT) as agent:
        await published(leader, "sleep", SLEEP)
        await published(leader, "fever", FEVER)
        await published(leader, "opening", SCRIPT)
        assert await found(agent, "q=睡不着") == ["sleep"]
        async with asyncio.timeout(20):  # pinyin is learned beside: nobody waits for it
            while await found(agent, "q=shimian") != ["sleep"]:
                house.later += timedelta(seconds=1)
                await asyncio.sleep(0.05)
        assert await found(agent, "line=immunization") == ["fever"]
        assert await found(agent, "line=immunization&category=Z1103") == ["sleep", "fever"]
        assert await found(agent, "category=Z020105") == ["fever"]  # a category below that of the article
        assert await found(agent, "kind=script") == ["opening"]
        assert sorted(await found(agent, "")) == ["fever", "opening", "sleep"]
        _, told = await agent.get("/api/v1/knowledge?q=每周几次")
        [hit] = told["articles"]
        assert [hit["excerpt"][a:b] for a, b in hit["excerpt_marks"]] == ["每周几次"]
        assert (hit["due"], hit["lines"]) == (True, [{"id": "psychological-aid", "name": "心理援助"}])
        _, article = await agent.get(f"{ARTICLES}/sleep")
        assert "&lt;b&gt;不&lt;/b&gt;" in article["html"]
        assert 'data-article="fever"' in article["html"]
        assert article["categories"] == [{"code": "Z1103", "name": "睡眠", "path": "咨询/生活方式/睡眠"}]
        _, script = await agent.get(f"{ARTICLES}/opening")
        assert [step["title"] for step in script["steps"]] == ["问候", "听"]


async def test_drafts_are_seen_by_who_writes_them_alone(house: DeskHouse) -> None:
    async with house.browser(Role.LEADER) as leader, house.browser(Role.AGENT) as agent:
        await published(leader, "fever", FEVER)
        status, draft = await written(leader, {**FEVER, "text": "新的话"}, 2)
        assert (status, draft["version"]) == (200, 3)
        assert (await agent.get(f"{ARTICLES}/fever"))[1]["text"] == "一般一两天消退。"
        assert (await agent.get(f"{ARTICLES}/fever?version=3"))[0] == 404
        assert (await agent.get(f"{ARTICLES}/fever?version=newest"))[0] == 404
        newest = (await leader.get(f"{ARTICLES}/fever?version=newest"))[1]
        assert (newest["text"], newest["version"], newest["live"]) == ("新的话", 3, 2)
        status, told = await leader.get(f"{ARTICLES}/fever/difference?from=2&to=3")
        assert [line["kind"] for line in told["lines"]] == ["removed", "added"]
        _, all_of_them = await leader.get(ARTICLES)
        assert [(one["id"], one["state"], one["live"], one["newest"]) for one in all_of_them["articles"]] == [
            ("fever", "draft", 2, 3)
        ]


async def test_two_editors_at_once_do_not_write_over_each_other(house: DeskHouse) -> None:
    async with house.browser(Role.LEADER) as leader, house.browser(Role.ADMINISTRATOR) as other:
        await published(leader, "fever", FEVER)
        assert (await written(other, {**FEVER, "text": "甲"}, 2))[0] == 200
        status, told = await written(leader, FEVER, 2)
        assert (status, told["error"]) == (409, "changed")


async def test_what_is_wrong_with_an_article_is_told_by_its_fields(house: DeskHouse) -> None:
    async with house.browser(Role.LEADER) as leader:
        for article, field in (
            ({**FEVER, "title": ""}, "title"),
            ({**FEVER, "text": " "}, "text"),
            ({**SCRIPT, "text": "没有步骤"}, "text"),
            ({**FEVER, "lines": ["nowhere"]}, "lines"),
            ({**FEVER, "categories": ["Z9999"]}, "categories"),
            ({**FEVER, "review": "soon"}, "review"),
        ):
            status, told = await leader.post(ARTICLES, {"article": article})
            assert (status, told["error"], list(told["fields"])) == (422, "unfit", [field]), told
        assert (await leader.post("/api/v1/knowledge/preview", {"article": SCRIPT}))[1]["steps"][0]["title"] == "问候"
        status, told = await leader.post(ARTICLES, {"article": FEVER})
        assert (status, told["id"]) == (201, "dwymfs")
        assert (await leader.post(ARTICLES, {"article": {**FEVER, "text": "又一篇"}}))[1]["id"] == "dwymfs-2"


async def test_an_article_is_retired_taken_back_and_answered_for(house: DeskHouse) -> None:
    async with house.browser(Role.LEADER) as leader, house.browser(Role.AGENT) as agent:
        await published(leader, "fever", FEVER)
        assert (await leader.post(f"{ARTICLES}/fever/retire", {"reason": "过时"}))[1]["state"] == "retired"
        assert (await agent.get(f"{ARTICLES}/fever"))[0] == 404
        assert await found(agent, "q=发烧") == []
        status, told = await leader.post(f"{ARTICLES}/fever/take-back", {"version": 2, "reason": "还要用"})
        assert (status, told["state"], told["version"]) == (200, "published", 4)
        assert await found(agent, "q=发烧") == ["fever"]
        _, told = await leader.get(f"{ARTICLES}/fever/versions")
        assert [one["reason"] for one in told["versions"]] == [None, "复核过", "过时", "还要用"]
    deeds = [one.deed for one in await house.written() if one.deed.what == "article_changed"]
    assert [(one.who, one.about, one.details["change"]) for one in deeds] == [
        ("desk:leader", "fever", change) for change in ("begun", "published", "retired", "taken_back")
    ]


async def test_agents_say_whether_it_helped_and_editors_read_what_did_not(house: DeskHouse) -> None:
    async with house.browser(Role.LEADER) as leader, house.browser(Role.AGENT) as agent:
        await published(leader, "fever", FEVER)
        vote = {"version": 2, "useful": False, "words": " 没说几天去医院 "}
        assert (await agent.post(f"{ARTICLES}/fever/vote", vote))[1] == {"useful": 0, "unhelpful": 1}
        assert (await agent.get(f"{ARTICLES}/fever"))[1]["my_vote"] == {"useful": False, "words": "没说几天去医院"}
        assert (await leader.post(f"{ARTICLES}/fever/vote", {"version": 2, "useful": True}))[1]["useful"] == 1
        assert (await agent.post(f"{ARTICLES}/fever/vote", {"version": 1, "useful": True}))[0] == 404  # a draft
        _, told = await leader.get("/api/v1/knowledge/unhelpful")
        [bad] = told["articles"]
        assert (bad["id"], bad["words"][0]["words"]) == ("fever", "没说几天去医院")
        assert (await agent.get("/api/v1/knowledge/unhelpful"))[0] == 403
        await leader.post(f"{ARTICLES}/fever/publish", {"article": {**FEVER, "text": "两天不退去医院。"}})
        assert (await leader.get("/api/v1/knowledge/unhelpful"))[1]["articles"] == []  # another version


async def test_what_was_used_in_a_call_is_seen_with_its_record_by_who_may_see_that(house: DeskHouse) -> None:
    await answered(house, "c1", ("immunization", "ann"))
    async with house.browser(Role.LEADER) as leader, house.browser(Role.AGENT) as agent:
        await published(leader, "fever", FEVER)
        status, told, _ = await agent.ask("PUT", "/api/v1/knowledge/calls/c1/fever")
        assert (status, [one["title"] for one in told["uses"]]) == (200, ["打完疫苗发烧"])
        await leader.post(f"{ARTICLES}/fever/publish", {"article": {**FEVER, "text": "别的"}})
        _, told = await leader.get("/api/v1/knowledge/calls/c1")
        assert [(one["id"], one["version"], one["who"]) for one in told["uses"]] == [("fever", 2, "desk:agent")]
        assert (await leader.get(f"{ARTICLES}/fever?version=2"))[1]["text"] == FEVER["text"]  # what was said then
        assert (await agent.ask("PUT", "/api/v1/knowledge/calls/c1/nothing"))[0] == 404
        assert (await agent.ask("PUT", "/api/v1/knowledge/calls/other/fever"))[0] == 404
        assert (await agent.ask("DELETE", "/api/v1/knowledge/calls/c1/fever"))[1] == {"uses": []}
        assert (await agent.ask("DELETE", "/api/v1/knowledge/calls/c1/fever"))[0] == 404
