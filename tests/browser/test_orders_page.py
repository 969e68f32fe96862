"""Browser: a leader opens a work order by hand, hands it on, and sees its clock; everything by the page."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.async_api import Page, expect

from desk.roles import Role
from tests.browser.stage import OpenDesks, ask, faults, picture, too_wide, watched

pytestmark = [pytest.mark.system, pytest.mark.browser]

MATTERS: tuple[dict[str, Any], ...] = (
    {"content": "接种门诊排队两小时，希望分时段预约", "kind": "complaint", "place": "和平区"},
    {"content": "某餐馆后厨卫生差，多人腹泻", "kind": "report", "place": "南开区", "urgency": "emergency"},
    {"content": "建议社区医院周末开放儿童保健", "kind": "suggestion", "place": "河西区"},
    {"content": "询问外地儿童转入接种手续，需要书面答复", "kind": "consult", "place": "河东区", "urgency": "complex"},
)


async def some_orders(page: Page) -> list[str]:
    """Orders in every column of the board."""
    unit = {"entry": {"name": "市疾病预防控制中心"}, "reason": "登记"}
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
        await dialog.get_by_role("button", name="新开转办单").click()
        drawer = page.get_by_role("dialog", name="转办单")
        await drawer.get_by_role("button", name="转办", exact=True).click()
        await drawer.get_by_label("承办部门").click()
        await page.get_by_role("option", name="市疾病预防控制中心").click()
        await drawer.get_by_role("button", name="转办", exact=True).click()
        await expect(drawer.get_by_text("已转办").first).to_be_visible()
        await expect(drawer.get_by_text("办结 ").first).to_be_visible()
        assert await faults(page) == []
        await page.keyboard.press("Escape")
        out = page.get_by_role("region", name="承办中")
        await expect(out.get_by_text("小区二次供水有异味")).to_be_visible()
        for language in ("zh", "en"):
            await desks.go(page, "/orders", language)
            await expect(page.locator("section").first.get_by_role("button")).to_have_count(1)
            assert await faults(page) == []
            assert not await too_wide(page)
            await picture(page, "orders", language)
        assert wrong == []
