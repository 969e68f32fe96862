"""Browser: what a leader and an administrator find in the office: records, calls, registers, accounts."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import Page, expect

from desk.roles import Role
from ivr.events import TalkBegan
from tests.browser.stage import WORDS, Desks, Language, OpenDesks, ask, looks_right, picture, watched
from tests.phones import CALLER

TYPED = ("市疾病预防控制中心", "联络员甲", "首次登记", "市里要求这样统计", "crm", "city-12345", "duty-screen")
"""What the test writes into forms."""

pytestmark = [pytest.mark.system, pytest.mark.browser]


async def a_call(desks: Desks) -> None:
    """Somebody rings, is talked to, and both hang up: a call with a record."""
    stage = desks.stage
    agent = await stage.agent("vaccine-1")
    caller = await stage.caller()
    await stage.hears(caller, "main-menu", share=0.3)
    await caller.press("1")
    await stage.hears(caller, "consult-menu", share=0.3)
    await caller.press("4")
    await (await agent.ringing()).answer()
    await stage.noted(TalkBegan)
    await caller.hang_up()
    await stage.record(CALLER)


async def looked_at(desks: Desks, page: Page, name: str, seen: dict[Language, str]) -> None:
    """The page of this name in both languages, without a fault."""
    for language, text in seen.items():
        await desks.go(page, f"/{name}", language)
        await expect(page.get_by_role("main").get_by_text(text).first).to_be_visible()
        await looks_right(page, language, *TYPED)
        await picture(page, name, language)


async def test_the_office_shows_records_calls_registers_and_accounts(open_desks: OpenDesks) -> None:
    async with open_desks() as desks:
        leader = await desks.sign_in(Role.LEADER, "chief", path="/registers")
        wrong = watched(leader)
        await a_call(desks)
        await leader.get_by_text("承办部门").first.click()
        await leader.get_by_role("button", name="新登记").click()
        dialog = leader.get_by_role("dialog")
        await dialog.get_by_label("编号", exact=True).fill("cdc")
        await dialog.get_by_label("部门名称").fill("市疾病预防控制中心")
        await dialog.get_by_label("联络人A姓名").fill("联络员甲")
        await dialog.get_by_label("说明原因").fill("首次登记")
        await dialog.get_by_role("button", name="保存").click()
        await expect(leader.get_by_role("button", name="cdc")).to_be_visible()
        await looked_at(desks, leader, "registers", {"zh": "热线名称", "en": "Since"})
        await looked_at(desks, leader, "calls", {"zh": "已接通", "en": "Talked"})
        await leader.get_by_title("Why it came so").first.click()
        await expect(leader.get_by_role("dialog").get_by_role("listitem").nth(3)).to_be_visible()
        await looks_right(leader, "en", *TYPED)
        await looked_at(desks, leader, "answers", {"zh": "未填：", "en": "Missing: "})
        await leader.get_by_role("rowheader").get_by_role("link").first.click()
        await expect(leader.get_by_role("dialog").get_by_text("Content", exact=True)).to_be_visible()
        await looks_right(leader, "en", *TYPED)
        await placed(desks, leader)
        assert wrong == []
        keeper = await desks.sign_in(Role.ADMINISTRATOR, path="/users")
        await keeper.get_by_role("button", name="新建账号").click()
        await keeper.get_by_role("dialog").get_by_label("用户名").fill("li")
        await keeper.get_by_role("dialog").get_by_label("座席编号").fill("vaccine-1")
        await keeper.get_by_role("dialog").get_by_role("button", name="新建账号").click()
        await expect(keeper.get_by_text("li 的新密码")).to_be_visible()
        await looked_at(desks, keeper, "users", {"zh": "值班长", "en": "Shift leader"})


async def placed(desks: Desks, leader: Page) -> None:
    """A category that counts nowhere in the city's tree gets its place; whoever is late with another has to look."""
    await desks.go(leader, "/categories")
    await expect(leader.get_by_text("目录第 1 版")).to_be_visible(timeout=30_000)
    await leader.get_by_label("查找分类").fill("Z07")
    row = leader.get_by_role("row").filter(has=leader.get_by_role("rowheader", name="Z07", exact=True))
    await expect(row).to_contain_text("未对应")
    await row.get_by_role("button").click()
    dialog = leader.get_by_role("dialog", name="Z07 计入哪里")
    await dialog.get_by_label("天津").fill("健康知识")
    await leader.get_by_role("option", name="咨询/健康知识", exact=True).click()
    await expect(dialog.get_by_role("button", name="保存")).to_be_disabled()
    await dialog.get_by_label("说明原因").fill("市里要求这样统计")
    await looks_right(leader, "zh", *TYPED)
    await ask(leader, "PUT", "/categories/Z0701/places/tianjin", {"path": "咨询/免疫预防", "version": 1})
    await dialog.get_by_role("button", name="保存").click()
    await expect(leader.get_by_text("刚刚被别人改过")).to_be_visible(timeout=30_000)
    await expect(leader.get_by_text("目录第 2 版")).to_be_visible(timeout=30_000)
    await row.get_by_role("button").click()
    await dialog.get_by_label("天津").fill("健康知识")
    await leader.get_by_role("option", name="咨询/健康知识", exact=True).click()
    await dialog.get_by_label("说明原因").fill("市里要求这样统计")
    await dialog.get_by_role("button", name="保存").click()
    await expect(leader.get_by_text("目录第 3 版")).to_be_visible(timeout=30_000)
    await expect(row).to_contain_text("单独指定")
    await looked_at(desks, leader, "categories", {"zh": "未对应", "en": "No place"})
    auditor = await desks.sign_in(Role.AUDITOR, path="/categories")
    await expect(auditor.get_by_text("目录第 3 版")).to_be_visible(timeout=30_000)
    await expect(auditor.get_by_role("rowheader", name="Z07", exact=True)).to_be_visible()
    await expect(auditor.get_by_role("table").get_by_role("button")).to_have_count(0)


async def test_other_systems_are_told_and_an_auditor_finds_who_wanted_it(open_desks: OpenDesks) -> None:
    async with open_desks() as desks:
        keeper = await desks.sign_in(Role.ADMINISTRATOR, path="/webhooks")
        wrong = watched(keeper)
        await told_elsewhere(keeper, desks)
        assert wrong == []
        await answered_for(desks)


async def told_elsewhere(keeper: Page, desks: Desks) -> None:
    """An administrator has another system told, sees that it takes nothing, pauses it, and what was tried is there."""
    await keeper.get_by_role("button", name="新增推送").click()
    dialog = keeper.get_by_role("dialog")
    await dialog.get_by_label("名称").fill("crm")
    await dialog.get_by_label("地址").fill("http://10.0.0.7/hook")
    await dialog.get_by_text("通话结束").click()
    add = dialog.get_by_role("button", name="新增推送")
    await add.click()
    await expect(keeper.get_by_text("http 没有加密")).to_be_visible()
    await dialog.get_by_label("地址").fill("https://crm.hotline.invalid/hook")
    await dialog.get_by_text("转办单到期提醒").click()
    await add.click()
    await expect(keeper.locator("[data-test=secret]")).to_have_text(re.compile("whk_"))
    row = keeper.get_by_role("row", name="crm")
    await row.get_by_role("button", name="测试").click()
    await expect(keeper.get_by_text("crm 没有收下")).to_be_visible(timeout=15_000)
    await row.get_by_role("button", name="暂停").click()
    await expect(row).to_contain_text("已暂停")
    await row.get_by_role("button", name="继续").click()
    await expect(row).to_contain_text("正常")
    await keeper.get_by_role("button", name="关闭", exact=True).first.click()
    for name, event in (("city-12345", "answer.signed"), ("duty-screen", "radar.alarm")):
        url = f"https://{name}.hotline.invalid/events"
        await ask(keeper, "POST", "/webhooks", {"name": name, "url": url, "events": [event, "message.left"]})
    await ask(keeper, "POST", "/webhooks/duty-screen/pause")
    await looked_at(desks, keeper, "webhooks", {"zh": "转办单到期提醒", "en": "A work order is due"})
    await keeper.get_by_role("link", name="crm").click()
    drawer = keeper.get_by_role("dialog")
    await drawer.get_by_text("given up").click()
    await expect(drawer.get_by_role("status")).to_have_text("None")
    await looks_right(keeper, "en", *TYPED)


async def answered_for(desks: Desks) -> None:
    """An auditor finds what the administrator did, and that the log is as it was written."""
    auditor = await desks.sign_in(Role.AUDITOR, path="/audit")
    await auditor.get_by_role("button", name="立即校验").click()
    await expect(auditor.locator("[data-test=chain]")).to_contain_text("都与写入时一致")
    await auditor.get_by_label("何事").select_option("webhook_changed")
    await expect(auditor.get_by_role("row")).to_have_count(7)
    await expect(auditor.get_by_role("row", name="crm").first).to_contain_text("事件推送变动")
    await again_by_a_recovery_code(desks)
    await auditor.get_by_label("何事").select_option("account_changed")
    mine = auditor.get_by_role("row", name="auditor-office").first
    await expect(mine).to_contain_text("变动 启用第二步验证")
    await auditor.get_by_label("何事").select_option("sign_in_refused")
    await expect(mine).to_contain_text("原因 验证码不对")
    await auditor.get_by_label("何事").select_option("recovery_code_used")
    await expect(mine).to_contain_text("剩余 9")
    await looked_at(desks, auditor, "audit", {"zh": "链头", "en": "Head"})


async def again_by_a_recovery_code(desks: Desks) -> None:
    """The auditor signs in a second time, elsewhere and without the app: a wrong code first, then one of the spare."""
    page = await (await desks.chromium()).new_page()
    await desks.go(page, "/sign-in")
    await page.get_by_label("用户名").fill("auditor-office")
    await page.get_by_label("密码").fill(WORDS)
    await page.keyboard.press("Enter")
    code = page.get_by_label("验证码")
    await code.fill("k3m2-k3m2-k3m2-k3m2")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("alert")).to_contain_text("验证码不对")
    await looks_right(page, "zh")
    await code.fill(desks.spare["auditor-office"][0])
    await page.keyboard.press("Enter")
    await page.wait_for_url(re.compile(r"/(?!sign-in)[^/]*$"))
