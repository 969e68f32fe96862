"""Browser: a leader opens a work order by hand, hands it on, and sees its clock; everything by the page."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.async_api import Locator, Page, expect

from desk.roles import Role
from tests.browser.stage import OpenDesks, ask, looks_right, picture, pictures, watched

pytestmark = [pytest.mark.system, pytest.mark.browser]

MATTERS: tuple[dict[str, Any], ...] = (
    {"content": "接种门诊排队两小时，希望分时段预约", "kind": "complaint", "place": "和平区"},
    {"content": "某餐馆后厨卫生差，多人腹泻", "kind": "report", "place": "南开区", "urgency": "emergency"},
    {"content": "建议社区医院周末开放儿童保健", "kind": "suggestion", "place": "河西区"},
    {"content": "询问外地儿童转入接种手续，需要书面答复", "kind": "consult", "place": "河东区", "urgency": "complex"},
)
UNIT = "市疾病预防控制中心"
ALIKE = "外省疾病预防控制中心"
NUMBER = "13900000001"
WRITTEN = (UNIT, ALIKE, "小区二次供水有异味三天", "来电人补充", "等待检测结果", "登记", "已向来电人说明", "已电话答复")
WRITTEN += tuple(matter[part] for matter in MATTERS for part in ("content", "place"))
"""What the test writes into forms."""


async def some_orders(page: Page) -> list[str]:
    """Orders in every column of the board."""
    unit = {"entry": {"name": UNIT}, "reason": "登记"}
    await ask(page, "PUT", "/registers/unit/cdc", unit)
    numbers = []
    for matter in MATTERS:
        opened = await ask(page, "POST", "/orders", {"urgency": "simple", "source": "other", **matter})
        numbers.append(opened["order"]["number"])
    for number in numbers[1:]:
        await ask(page, "POST", f"/orders/{number}/hand-on", {"unit": "cdc"})
    for number in numbers[2:]:
        await ask(page, "POST", f"/orders/{number}/done", {"result": "explained", "text": "已向来电人说明"})
    await ask(page, "POST", f"/orders/{numbers[3]}/answer", {"text": "已电话答复", "means": "telephone"})
    return numbers


async def corrected(page: Page, drawer: Locator) -> None:
    """What was written wrongly is put right, with a reason; what the rules do not let happen is said in words."""
    await drawer.get_by_role("button", name="更正", exact=True).click()
    send = drawer.get_by_role("button", name="更正", exact=True)
    await drawer.get_by_label("为什么更正").fill("来电人补充")
    await expect(send).to_be_disabled()
    await drawer.get_by_label("反映内容").fill("小区二次供水有异味三天")
    await drawer.get_by_label("联系电话").fill("139****0001")
    await send.click()
    await expect(page.get_by_text("有打码的号码或姓名")).to_be_visible()
    await page.locator(".el-message__closeBtn").first.click()
    await drawer.get_by_label("联系电话").fill(NUMBER)
    await looks_right(page, "zh", *WRITTEN)
    await pictures(page, "order-correct")
    await send.click()
    await expect(drawer.get_by_text("改了反映内容、联系电话：来电人补充")).to_be_visible()
    await expect(drawer.get_by_text("小区二次供水有异味三天")).to_be_visible()
    await expect(drawer.get_by_text(NUMBER)).to_have_count(0)
    await drawer.get_by_role("button", name="延期", exact=True).click()
    await drawer.get_by_label("延长工作日").fill("3")
    await drawer.get_by_label("原因").fill("等待检测结果")
    await drawer.get_by_role("button", name="延期", exact=True).click()
    await drawer.get_by_role("button", name="更正", exact=True).click()
    await drawer.get_by_label("紧急程度").click()
    await page.get_by_role("option", name="复杂").click()
    await drawer.get_by_label("为什么更正").fill("情况复杂")
    await send.click()
    await expect(page.get_by_text("已经延长过，不能再改紧急程度")).to_be_visible()
    await drawer.get_by_role("button", name="取消").click()


async def test_a_leader_opens_an_order_hands_it_on_and_sees_its_clock(open_desks: OpenDesks) -> None:
    async with open_desks() as desks:
        page = await desks.sign_in(Role.LEADER, "chief", path="/orders")
        wrong = watched(page)
        await some_orders(page)
        await page.reload()
        await expect(page.locator("section").first.get_by_role("button")).to_have_count(1)
        await page.get_by_role("button", name="新开转办单").click()
        dialog = page.get_by_role("dialog")
        await dialog.get_by_label("反映内容").fill("小区二次供水有异味")
        await dialog.get_by_label("接听类别").click()
        await page.get_by_role("option", name="投诉").click()
        await dialog.get_by_label("被反映单位").fill(ALIKE)
        await dialog.get_by_role("button", name="新开转办单").click()
        drawer = page.get_by_role("dialog", name="转办单")
        await drawer.get_by_role("button", name="转办", exact=True).click()
        await drawer.get_by_label("承办部门").click()
        await page.get_by_role("option", name=UNIT).click()
        await drawer.get_by_role("button", name="转办", exact=True).click()
        asked = page.get_by_role("alert").filter(has_text=f"“{ALIKE}”可能就是{UNIT}")
        await expect(asked).to_be_visible()
        await asked.locator(".el-message__closeBtn").click()
        await expect(asked).to_have_count(0)  # no other message is taken for it
        await drawer.get_by_label("被反映的是哪个部门").click()
        await page.get_by_role("option", name="都不是").click()
        await drawer.get_by_role("button", name="转办", exact=True).click()
        await expect(drawer.get_by_text("已转办").first).to_be_visible()
        await expect(drawer.get_by_text("办结 ").first).to_be_visible()
        await expect(drawer.get_by_text("被反映的不是登记的任何部门")).to_be_visible()
        await looks_right(page, "zh", *WRITTEN)
        await corrected(page, drawer)
        await page.keyboard.press("Escape")
        out = page.get_by_role("region", name="承办中")
        await expect(out.get_by_text("小区二次供水有异味三天")).to_be_visible()
        await page.get_by_role("radio", name="到期提醒").press("Space")
        row = page.get_by_role("row").filter(
            has_text="到期前 1 个工作日"
        )  # of the emergency, as soon as it is handed on
        await expect(row.get_by_role("link", name="2026-000002")).to_be_visible()
        await looks_right(page, "zh", *WRITTEN)
        for language in ("zh", "en"):
            await desks.go(page, "/orders", language)
            await expect(page.locator("section").first.get_by_role("button")).to_have_count(1)
            await looks_right(page, language, *WRITTEN)
            await picture(page, "orders", language)
        assert wrong == []
