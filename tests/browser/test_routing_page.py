"""Browser: a plan is broken, mended, compared, published, called and taken back, all on its page."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from desk.roles import Role
from hotline.operators import read_config
from hotline.phone import Exchange
from hotline.settings import HOUSE
from ivr.events import EndReached
from tests.browser.stage import Language, desks, looks_right, looks_right_in_both, picture, watched
from tests.system.stage import WORKDAY, Stage, stage

pytestmark = [pytest.mark.system, pytest.mark.browser]


def line_of(file: Path, words: str) -> int:
    """Where it is written, from 1."""
    return next(n for n, row in enumerate(file.read_text("utf-8").splitlines(), 1) if row.strip().startswith(words))


async def called(here: Stage, keys: str) -> str | None:
    """The line that a real call gets to with these keys."""
    before = len([entry for entry in here.entries if isinstance(entry.event, EndReached)])
    talk = await here.caller()
    await talk.press(keys)
    await here.noted(EndReached, before + 1)
    await talk.hang_up()
    return [entry.event for entry in here.entries if isinstance(entry.event, EndReached)][-1].line


async def type_a_slip(page: Page, plan: Path) -> int:
    """From a card of the drawing to its text, and a letter too much there; on which line."""
    card = page.locator("svg [data-name=consult]").first
    await expect(card).to_be_visible(timeout=60_000)
    await card.click(position={"x": 20, "y": 20})
    row = line_of(plan, "4: immunization")
    for _ in range(row - line_of(plan, "consult:")):
        await page.keyboard.press("ArrowDown")
    await page.keyboard.press("End")
    await page.keyboard.type("x")
    return row


async def test_a_plan_is_broken_mended_published_called_and_taken_back(
    tmp_path: Path, sounds: Path, exchange: Exchange
) -> None:
    config, var = tmp_path / "config", tmp_path / "var"
    shutil.copytree(HOUSE / "config", config)
    for name in ("sounds", "moh"):
        shutil.copytree(sounds / name, var / name)
    plan = config / "plan.yaml"
    async with (
        stage(var, sounds, exchange, WORKDAY, read_config(config), config=config) as here,
        desks(here) as there,
    ):
        page = await there.sign_in(Role.ADMINISTRATOR, path="/routing")
        wrong = watched(page)
        await page.locator("[data-test=begin]").click()
        row = await type_a_slip(page, plan)
        problem = page.get_by_role("option").filter(has_text=f"plan.yaml:{row}")
        await expect(problem.first).to_contain_text("错误", timeout=60_000)
        await expect(problem.first).to_contain_text("immunization")
        await expect(page.locator(".cm-lint-marker-error")).to_have_count(1)
        await looks_right(page, "zh")

        for _ in range(len("immunizationx")):
            await page.keyboard.press("Backspace")
        await page.keyboard.type("childrens-health")
        await page.keyboard.press("Escape")  # names are offered while one types
        await expect(page.get_by_text("没有错误")).to_be_visible(timeout=60_000)
        await page.get_by_role("tab", name="比较").click()
        sentence = page.get_by_role("tabpanel").locator("li").filter(has_text="1,4").first
        await expect(sentence).to_contain_text("儿保", timeout=60_000)
        assert wrong == []

        await page.locator("[data-test=publish]").click()
        dialog = page.get_by_role("dialog", name="发布")
        await dialog.locator("[data-test=why]").fill("儿保也接预防接种")
        await expect(dialog.locator("[data-test=despite]")).to_be_visible(timeout=60_000)
        await dialog.locator("[data-test=despite]").fill("测试表明天一起改")
        await dialog.locator("[data-test=publish-now]").click()
        await expect(page.get_by_text("版本 2 已启用")).to_be_visible(timeout=60_000)
        assert await called(here, "14") == "childrens-health"

        await page.get_by_role("tab", name="版本").click()
        first = page.get_by_role("row").filter(has_text="由文件启用")
        await first.get_by_role("button", name="退回").click()
        await page.get_by_role("dialog").get_by_role("textbox").fill("先不改")
        await page.get_by_role("dialog").get_by_role("button", name="退回").click()
        await expect(page.get_by_text("版本 1 已启用")).to_be_visible(timeout=60_000)
        assert await called(here, "14") == "immunization"
        assert wrong == []


async def test_a_draft_with_a_slip_is_told_in_both_languages_and_no_tab_has_faults(
    tmp_path: Path, sounds: Path, exchange: Exchange
) -> None:
    config = tmp_path / "config"
    shutil.copytree(HOUSE / "config", config)
    async with (
        stage(tmp_path / "var", sounds, exchange, WORKDAY, read_config(config), config=config) as here,
        desks(here) as there,
    ):
        page = await there.sign_in(Role.LEADER, "chief", path="/routing")
        wrong = watched(page)
        await page.locator("[data-test=begin]").click()
        await type_a_slip(page, config / "plan.yaml")
        await expect(page.locator("[data-test=publish]")).to_have_count(0)
        slip = page.get_by_role("option").filter(has_text="immunizationx").first
        looks: tuple[tuple[Language, str, str], ...] = (("zh", "English", "错误"), ("en", "中文", "Error"))
        for language, switch, error in looks:
            await expect(slip).to_contain_text(error, timeout=60_000)
            await looks_right(page, language)
            await picture(page, "routing", language)
            await page.get_by_role("button", name=switch).click()
        await page.keyboard.press("Tab")
        await page.locator(".cm-activeLine").click()
        await page.keyboard.press("End")
        await page.keyboard.press("Backspace")
        await expect(page.get_by_text("没有错误")).to_be_visible(timeout=60_000)
        for tab in range(1, 6):
            await page.get_by_role("tab").nth(tab).click()
            told = page.get_by_role("tabpanel").locator("tbody, li, p.muted").first
            await expect(told).to_be_visible(timeout=60_000)
            await looks_right_in_both(page)
        assert wrong == []
