"""Browser: whoever is nobody signs in and comes back, and the frame around all pages does its work."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from desk.roles import Role
from tests.browser.stage import SIZE, Language, OpenDesks, faults, picture, too_wide, watched

pytestmark = [pytest.mark.system, pytest.mark.browser]


async def test_the_frame_speaks_both_languages_is_light_and_dark_and_says_when_nobody_may_see(
    open_desks: OpenDesks,
) -> None:
    async with open_desks() as desks:
        stranger = await (await desks.chromium()).new_page()
        await stranger.goto(desks.base + "/nowhere")
        await stranger.wait_for_url("**/sign-in?then=%2Fnowhere")
        await stranger.set_viewport_size({"width": SIZE["width"], "height": SIZE["height"]})
        languages: tuple[Language, ...] = ("zh", "en")
        for language in languages:
            await desks.go(stranger, "/sign-in", language)
            assert await faults(stranger) == []
            await picture(stranger, "sign-in", language)
        page = await desks.sign_in(Role.AUDITOR, path="/nowhere")
        wrong = watched(page)
        for language, nowhere in (("zh", "没有这一页"), ("en", "There is no such page")):
            await desks.go(page, "/nowhere", language)
            await expect(page.get_by_role("heading", level=1)).to_have_text(nowhere)
            assert await faults(page) == []
        await page.get_by_label("Appearance").select_option("dark")
        assert await page.evaluate("document.documentElement.classList.contains('dark')")
        assert await faults(page) == []
        assert not await too_wide(page)
        await page.reload()
        assert await page.evaluate("document.documentElement.classList.contains('dark')")
        assert wrong == []
        await page.get_by_role("button", name="Sign out").click()
        await page.wait_for_url("**/sign-in?lang=en")


MOST = 300 * 1024
"""Bytes of script and style, as they are sent, that an agent's page may have."""
_SENT = """performance.getEntriesByType('resource')
    .filter(({ name }) => /[.](js|css)$/.test(name))
    .map(({ encodedBodySize }) => encodedBodySize)"""
_LOOKS = """
  window.looks = new Set()
  window.shifted = 0
  new PerformanceObserver((list) => {
    for (const one of list.getEntries()) window.shifted += one.value
  }).observe({ type: 'layout-shift', buffered: true })
  const look = () => {
    const header = document.querySelector('header')
    if (header !== null) {
      const [page, bar] = [getComputedStyle(document.body), getComputedStyle(header)]
      looks.add([page.backgroundColor, page.color, page.fontFamily, bar.display, bar.height].join())
    }
    requestAnimationFrame(look)
  }
  requestAnimationFrame(look)
"""
"""Notes how the page looks in each frame that has words, and how far things moved by themselves."""
STEADY = 0.1
"""What Chromium calls a good share of the page that may move by itself until all is there (cumulative layout shift)."""


async def test_an_agents_page_is_small_enough_for_an_old_computer_and_never_without_its_style(
    open_desks: OpenDesks,
) -> None:
    async with open_desks() as desks:
        page = await desks.sign_in(Role.AGENT, "vaccine-1", path="/healthz", theme="dark")
        await page.add_init_script(_LOOKS)
        await desks.go(page, "/desk")
        await desks.stage.until(lambda: desks.stage.hotline.board.dispatch.floor.seat("vaccine-1").phone_up)
        await expect(page.locator("[data-test=presence]")).to_be_visible()
        assert len(await page.evaluate("[...looks]")) == 1
        assert await page.evaluate("shifted") < STEADY
        sent = await page.evaluate(_SENT)
        assert len(sent) > 10
        assert 0 < sum(sent) <= MOST
        assert all(sent)  # nothing came from the browser's own store
