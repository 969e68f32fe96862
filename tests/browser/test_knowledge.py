"""Browser: an agent finds an article by keys alone; a leader writes, publishes and takes back."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import expect

from desk.roles import Role
from tests.browser.stage import OpenDesks, faults, looks_right, looks_right_in_both, picture, pictures, watched

pytestmark = [pytest.mark.system, pytest.mark.browser]
WRITTEN = ("附近门诊见本市疾控公布的名单", "座席反映没写门诊", "名单会变", "没写附近的门诊")
"""What the test writes."""


async def test_an_agent_finds_reads_and_judges_by_keys_what_a_leader_writes(open_desks: OpenDesks) -> None:
    async with open_desks() as desks:
        page = await desks.sign_in(Role.AGENT, "vaccine-1", path="/knowledge")
        wrong = watched(page)
        await expect(page.get_by_role("listbox", name="知识库")).to_contain_text("高血压")
        await page.keyboard.press("/")
        await page.keyboard.type("狗咬了怎么办")
        first = page.get_by_role("listbox", name="知识库").get_by_role("option").first
        await expect(first).to_contain_text("狂犬病暴露处置")
        await expect(first.locator("mark").first).to_have_text("狗咬")
        await picture(page, "knowledge-search", "zh")
        await page.keyboard.press("Enter")
        await expect(page.locator("article h2")).to_be_focused()
        await expect(page.locator("article table")).to_contain_text("接种疫苗")
        await expect(page.get_by_text("尚未经本单位专业人员复核")).to_be_visible()
        await looks_right(page, "zh")
        await page.get_by_role("button", name="没帮助").click()
        await page.get_by_placeholder("哪里没帮上").fill("没写附近的门诊")
        await page.keyboard.press("Enter")
        await expect(page.get_by_text("已记下，可以改")).to_be_visible()
        await picture(page, "knowledge", "zh")
        await desks.go(page, "/knowledge/script-high-risk", "en")
        await page.get_by_role("checkbox").first.check()
        await expect(page.get_by_text("1 of 8 steps done")).to_be_visible()
        await picture(page, "knowledge", "en")
        await looks_right(page, "en", *WRITTEN)

        leader = await desks.sign_in(Role.LEADER, "chief", path="/knowledge/rabies-exposure?view=edit")
        also_wrong = watched(leader)
        text = leader.get_by_role("textbox", name="正文")
        await expect(text).to_have_value(re.compile("马上冲洗伤口"))
        await text.press("Control+End")
        await text.type("\n\n附近门诊见本市疾控公布的名单。")
        await expect(leader.get_by_label("预览")).to_contain_text("附近门诊见本市疾控公布的名单")
        await looks_right_in_both(leader, *WRITTEN)
        await leader.get_by_role("textbox", name="标题", exact=True).focus()
        await pictures(leader, "knowledge-editor")
        await leader.get_by_placeholder("修改说明").fill("座席反映没写门诊")
        await leader.get_by_role("button", name="发布", exact=True).click()
        await expect(leader.locator("article")).to_contain_text("附近门诊见本市疾控公布的名单")
        await leader.get_by_text("版本", exact=True).click()
        await expect(leader.locator("pre ins").last).to_contain_text("附近门诊见本市疾控公布的名单")
        await looks_right_in_both(leader, *WRITTEN)
        await pictures(leader, "knowledge-versions")
        await leader.get_by_role("button", name="取回这一版").last.click()
        await leader.get_by_role("textbox", name="为什么取回").fill("名单会变")
        await leader.keyboard.press("Enter")
        await expect(leader.get_by_role("button", name="第 3 版")).to_be_visible()
        await desks.go(leader, "/knowledge/rabies-exposure?view=history", "en")
        await expect(leader.get_by_role("heading", level=1)).to_have_text("Knowledge")
        await leader.emulate_media(color_scheme="dark")
        assert await faults(leader) == []
        assert wrong == also_wrong == []
