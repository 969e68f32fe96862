"""Browser: what goes wrong at an agent's page: no microphone, a headset pulled out, a reload, no network for 10 s."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from ivr.events import AgentAway, AgentBack, PassedBack
from tests.browser.cable import cable
from tests.browser.ears import hears, spoken
from tests.browser.seats import FIRST, RING, bar, caller, caller_hears, hears_music, telephone
from tests.browser.stage import ALLOWED, Desks, OpenDesks, faults, pictures
from tests.phones import AGENT_TONE, CALLER_TONE

pytestmark = [pytest.mark.system, pytest.mark.browser]

WITHOUT = 10.0
"""Seconds without a network."""
HEADSET = """
  const devices = navigator.mediaDevices
  const open = devices.getUserMedia.bind(devices)
  const taken = []
  let plugged = true
  devices.getUserMedia = async (wanted) => {
    if (!plugged) throw new DOMException('', 'NotFoundError')
    const stream = await open(wanted)
    taken.push(...stream.getTracks())
    return stream
  }
  window.unplug = () => {
    plugged = false
    for (const track of taken.filter((one) => one.readyState === 'live')) {
      track.stop()
      track.dispatchEvent(new Event('ended'))
    }
  }
  window.plug = () => {
    plugged = true
    devices.dispatchEvent(new Event('devicechange'))
  }
"""
"""Lets a test pull the headset out: the microphone that Chromium makes up is part of it."""
REFUSED = "浏览器不允许使用麦克风"


def counted(desks: Desks, kind: type[AgentAway | AgentBack]) -> int:
    return sum(isinstance(one.event, kind) for one in desks.stage.entries)


async def checks_the_headset(page: Page) -> None:
    """Refused, the check says what to do; allowed, its bar moves."""
    await bar(page, "检查耳麦").click()
    dialog = page.get_by_role("dialog", name="检查耳麦")
    await expect(dialog.get_by_role("alert")).to_contain_text(REFUSED)
    assert await faults(page) == []
    await pictures(page, "phone-refused")
    await page.context.grant_permissions(list(ALLOWED))
    await expect(dialog.get_by_role("alert")).to_have_count(0)
    await expect(dialog.get_by_role("meter")).not_to_have_attribute("aria-valuenow", "0")
    await pictures(page, "phone-check")
    await page.keyboard.press("Escape")
    await expect(dialog).to_have_count(0)


async def test_a_call_outlives_a_refused_microphone_a_lost_headset_a_reload_and_ten_seconds_without_network(
    open_desks: OpenDesks, tmp_path: Path
) -> None:
    async with open_desks(ring=60.0) as desks, cable(desks.stage.settings.web.port) as line:
        voice = spoken(tmp_path / "one.wav", AGENT_TONE)
        there = replace(desks, base=line.base)
        page = await telephone(there, FIRST, voice, allowed=("notifications",), scripts=(HEADSET,))
        await line.join(page)

        # a microphone that is refused is told of before anybody rings, and the call that rings can still be answered
        told = page.get_by_role("alert").filter(has_text=REFUSED)
        await expect(told).to_be_visible()
        await checks_the_headset(page)
        await expect(told).to_have_count(0)
        await page.context.clear_permissions()
        await page.context.grant_permissions(["notifications"])
        await expect(told).to_be_visible()
        talk = await caller(desks)
        ring = page.get_by_role("alertdialog")
        await expect(ring).to_contain_text("热线来电", timeout=RING)
        await page.keyboard.press("F2")
        await expect(ring.get_by_role("alert")).to_contain_text(REFUSED)
        await page.context.grant_permissions(list(ALLOWED))
        await page.keyboard.press("F2")
        await hears(page, CALLER_TONE)
        await caller_hears(talk, AGENT_TONE)

        # a headset that is pulled out
        await page.evaluate("window.unplug()")
        await expect(page.get_by_role("alert").filter(has_text="耳麦断开")).to_be_visible()
        await caller_hears(talk)
        await page.evaluate("window.plug()")
        await expect(page.get_by_role("alert").filter(has_text="耳麦断开")).to_have_count(0)
        await caller_hears(talk, AGENT_TONE)

        # a page that is loaded anew
        await page.reload(wait_until="domcontentloaded")
        await hears(page, CALLER_TONE)
        await caller_hears(talk, AGENT_TONE)

        # no network
        away, back = counted(desks, AgentAway), counted(desks, AgentBack)
        loop = asyncio.get_running_loop()
        since = loop.time()
        await line.cut()
        await desks.stage.noted(AgentAway, away + 1, within=WITHOUT)
        await talk.until(hears_music, within=WITHOUT)
        await expect(page.get_by_role("alert").filter(has_text="网络断开")).to_be_visible(timeout=WITHOUT * 1000)
        await page.wait_for_timeout(max(0.0, since + WITHOUT - loop.time()) * 1000)
        assert counted(desks, AgentBack) == back
        await line.mend()
        await desks.stage.noted(AgentBack, back + 1, within=15.0)
        await hears(page, CALLER_TONE)
        await caller_hears(talk, AGENT_TONE)
        await expect(page.get_by_role("alert").filter(has_text="网络断开")).to_have_count(0)
        assert not [one for one in desks.stage.entries if isinstance(one.event, PassedBack)]
        await talk.hang_up()
        await expect(page.get_by_role("region", name="电话")).to_contain_text("已就绪", timeout=15_000)
