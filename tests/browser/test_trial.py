"""Browser: a newcomer calls the hotline in one tab, is the agent in another, and the two hear each other."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.async_api import expect

from tests.browser.ears import hears, spoken, with_ears
from tests.browser.stage import SIZE, Language, OpenDesks, faults, picture, too_wide, watched
from tests.phones import AGENT_TONE

pytestmark = [pytest.mark.system, pytest.mark.browser]


async def test_a_newcomer_calls_in_one_tab_and_answers_in_another(open_desks: OpenDesks, tmp_path: Path) -> None:
    async with open_desks(ring=30.0) as desks:
        program = await desks.chromium(spoken(tmp_path / "own.wav", AGENT_TONE))
        context = await program.new_context(
            viewport={"width": SIZE["width"], "height": SIZE["height"]}, locale="zh-CN", permissions=["microphone"]
        )
        await with_ears(context)
        page = await context.new_page()
        wrong = watched(page)
        await page.goto(f"{desks.base}/try#{desks.stage.hotline.key}", wait_until="domcontentloaded")
        call = page.get_by_role("button", name="拨打 12320")
        await expect(call).to_be_enabled(timeout=30_000)
        assert desks.stage.hotline.key not in page.url
        async with context.expect_page() as opened:
            await page.get_by_role("button", name="打开座席页面").click()
        agent = await opened.value
        await agent.wait_for_url(f"{desks.base}/desk**")
        await expect(agent.get_by_role("region", name="电话")).to_contain_text("已就绪", timeout=30_000)
        languages: tuple[Language, ...] = ("zh", "en")
        for language in reversed(languages):
            await desks.go(page, "/try", language)
            await expect(page.get_by_role("heading", level=1)).to_be_visible()
            await expect(page.get_by_role("button", name="12320")).to_be_enabled(timeout=30_000)
            assert await faults(page) == []
            assert not await too_wide(page)
            await picture(page, "try", language)
        await call.click()
        await expect(page.get_by_role("button", name="0", exact=True)).to_be_enabled(timeout=30_000)
        await page.get_by_role("button", name="0", exact=True).click()
        await expect(agent.get_by_role("alertdialog")).to_contain_text("热线来电", timeout=40_000)
        await agent.keyboard.press("F2")
        await hears(agent, AGENT_TONE)
        await hears(page, AGENT_TONE)
        assert wrong == []
        await page.get_by_role("button", name="挂断").click()
        await expect(call).to_be_enabled(timeout=30_000)
