"""Browser: what a leader sees and does at the wallboard. Tones tell who hears whom."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from playwright.async_api import Locator, Page, expect

from desk.roles import Role
from hotline.phone import answers
from hotline.sound_file import load as load_sound
from hotline.talk import Talk
from ivr.events import CallEnded, RecordingBegan, RecordingEnded, TalkBegan, TalkEnded, WaitBegan, WaitEnded
from prompts.phrases import Phrase
from tests.browser.stage import LEADER, OpenDesks, faults, looks_right, picture, pictures, watched
from tests.phones import AGENT_TONE, CALLER_TONE, CARRIER_TONE, OTHER_TONE, hears_only, hears_prompt
from tests.records.tales import GIVES_UP_WAITING, NINE, TALKS, Fact, entries
from tests.system.stage import WORKDAY, Stage

pytestmark = [pytest.mark.system, pytest.mark.browser]

AGENT = "vaccine-1"
NAME = "疾控一号座席"
LINE, OTHER_LINE = "预防接种", "卫生监督"
CUT = """
  const Real = WebSocket
  window.sockets = []
  window.WebSocket = class extends Real {
    constructor(at) {
      super(window.cut ? at + '/nowhere' : at)
      window.sockets.push(this)
    }
  }
"""
"""Lets a test cut what the page hears, as a network does that fails."""


def quickly(tale: list[Fact]) -> list[Fact]:
    """The same call, answered within the time that is promised, and not recorded: there is no sound of it."""
    return [(at / 4, event) for at, event in tale if not isinstance(event, RecordingBegan | RecordingEnded)]


def a_morning(stage: Stage, calls: int) -> None:
    """So many calls before this one, nearly all of them answered."""
    for n in range(calls):
        tale = GIVES_UP_WAITING if n % 29 == 28 else quickly(TALKS)
        began = WORKDAY - timedelta(minutes=88) + n * timedelta(minutes=84) / calls
        for entry in entries(tale, f"m-{n}"):
            stage.hotline.journal.note(replace(entry, at=began + (entry.at - NINE)))


async def test_a_leader_sees_who_waits_closes_a_line_and_is_told_why(open_desks: OpenDesks) -> None:
    async with open_desks() as desks:
        stage = desks.stage
        page = await desks.sign_in(Role.LEADER, LEADER, path="/wall")
        wrong = watched(page)
        a_morning(stage, 58)
        await stage.agent(AGENT, answers(speaking=AGENT_TONE))
        await stage.agent(LEADER, answers(speaking=OTHER_TONE))
        caller = await stage.caller("13900000001")
        await caller.press("14")
        await stage.noted(TalkBegan, 57)
        second = await stage.caller("13900000002")
        await second.press("14")
        await stage.noted(WaitBegan, 60)

        # who waits is shown within a moment, masked, with what the day came to
        waiting = page.get_by_role("table", name="排队的来电").locator("tbody tr")
        await expect(waiting).to_contain_text("139****0002", timeout=2000)
        await expect(waiting.get_by_role("button", name="我来接")).to_be_enabled()
        figures = page.get_by_role("region", name="今日数据")
        await expect(figures).to_contain_text("今日请求59")
        await expect(figures).to_contain_text("今日接通率96.6%达到目标 95%")
        agents = page.get_by_role("table", name="座席")
        row = agents.locator("tbody tr").filter(has_text=NAME)
        await expect(row).to_contain_text("通话")
        await looks_right(page, "zh")
        await pictures(page, "wall", dark=True)
        await page.emulate_media(color_scheme="dark")
        await page.get_by_role("button", name="English").click()
        await expect(page.get_by_role("table", name="Waiting calls")).to_contain_text("139****0002")
        await looks_right(page, "en")
        await page.emulate_media(color_scheme="light")
        await page.get_by_role("button", name="中文").click()

        # the line is closed: who waits goes where callers of a closed line go
        await page.get_by_role("button", name=LINE, exact=True).press("Enter")
        drawer = page.get_by_role("dialog")
        await drawer.get_by_role("button", name="关闭热线").click()
        await drawer.get_by_label("到几点为止").fill("23:00")
        await drawer.get_by_role("button", name="关闭热线").click()
        await expect(drawer).to_contain_text("关闭 人工")
        await stage.until(
            lambda: any(isinstance(e.event, WaitEnded) and e.event.end == "closed" for e in stage.entries)
        )
        await expect(drawer.get_by_role("button", name="恢复按时间")).to_be_visible()
        assert await faults(page) == []
        await page.keyboard.press("Escape")
        await expect(page.get_by_text("现在没有人排队")).to_be_visible()
        await expect(page.get_by_role("table", name="各热线")).to_contain_text("关闭")

        # why the call that is talked with went where it went
        await agents.get_by_role("button", name=NAME, exact=True).click()
        await drawer.get_by_role("button", name="139****0001").click()
        await expect(drawer.get_by_role("region", name="来龙去脉")).to_contain_text(f"{AGENT} 接通")
        await caller.hang_up()
        await stage.noted(TalkEnded, 57)
        await expect(drawer).to_contain_text("已经不在现场")
        assert wrong == []


async def dials(stage: Stage, number: str, keys: str, hertz: float) -> Talk:
    """A caller who speaks in this tone."""
    caller = await stage.caller(number)
    caller.speak(hertz, endless=True)
    await caller.press(keys)
    return caller


async def leads(page: Page, verb: str, within: Locator | None = None) -> None:
    """Press a button of what is attended (or within something else), and say that one is sure."""
    await (within or page.get_by_role("status")).get_by_role("button", name=verb, exact=True).click()
    await page.get_by_role("dialog").get_by_role("button", name=verb, exact=True).click()


async def turns(page: Page, switch: str, on: str) -> None:
    """Turn a switch of the whole hotline on until the evening; `on` is what its button says then."""
    await page.get_by_role("button", name=switch, exact=True).click()
    drawer = page.get_by_role("dialog", name=switch)
    await drawer.get_by_label("到几点为止").fill("23:00")
    await drawer.get_by_role("button", name="打开", exact=True).click()
    await expect(drawer).to_have_count(0)
    await expect(page.get_by_role("button", name=on)).to_be_visible()


async def turns_off(page: Page, switch: str, on: str) -> None:
    await page.get_by_role("button", name=on).click()
    await page.get_by_role("dialog", name=switch).get_by_role("button", name="关掉", exact=True).click()
    await expect(page.get_by_role("button", name=switch, exact=True)).to_be_visible()


async def test_a_leader_listens_joins_takes_over_raises_moves_and_turns_switches_and_is_heard_as_they_ought(
    open_desks: OpenDesks,
) -> None:
    async with open_desks() as desks:
        stage = desks.stage
        page = await desks.sign_in(Role.LEADER, LEADER, path="/wall")
        wrong = watched(page)
        agent = await stage.agent(AGENT, answers(speaking=AGENT_TONE))
        leader = await stage.agent(LEADER, answers(speaking=OTHER_TONE))
        first = await dials(stage, "13900000001", "14", CALLER_TONE)
        await stage.noted(TalkBegan)
        second = await dials(stage, "13900000002", "14", CALLER_TONE)
        await stage.noted(WaitBegan, 2)
        third = await dials(stage, "13900000003", "14", CARRIER_TONE)
        await stage.noted(WaitBegan, 3)

        # who was raised goes first
        waiting = page.get_by_role("table", name="排队的来电").locator("tbody tr")
        await expect(waiting.nth(1)).to_contain_text("139****0003")
        await waiting.nth(1).get_by_role("button", name="提到最前").click()
        await expect(waiting.first).to_contain_text("139****0003")
        await expect(waiting.first).to_contain_text("优先")

        # listening is heard by nobody, whispering by the agent alone, and who joins by both
        await page.get_by_role("button", name=f"监听 {NAME}").click()
        status = page.get_by_role("status")
        await expect(status.filter(has_text="监听")).to_contain_text(NAME)
        await hears_only(leader.talks[0], CALLER_TONE, AGENT_TONE)
        await hears_only(first, AGENT_TONE)
        await hears_only(agent.talks[0], CALLER_TONE)
        await page.get_by_role("button", name="密语").click()
        await hears_only(agent.talks[0], CALLER_TONE, OTHER_TONE)
        await hears_only(first, AGENT_TONE)
        await page.get_by_role("button", name="停止").click()
        await leader.talks[0].ended(within=5.0)
        await hears_only(agent.talks[0], CALLER_TONE)
        await page.get_by_role("button", name=f"监听 {NAME}").click()
        await expect(status.filter(has_text="监听")).to_contain_text(NAME)
        await leads(page, "加入")
        await hears_only(first, AGENT_TONE, OTHER_TONE)
        await hears_only(agent.talks[0], CALLER_TONE, OTHER_TONE)
        await hears_only(leader.talks[1], CALLER_TONE, AGENT_TONE)

        # who takes over has the caller; the agent has who was raised
        await leads(page, "接管")
        await agent.talks[0].ended(within=5.0)
        await hears_only(first, OTHER_TONE)
        await hears_only(leader.talks[1], CALLER_TONE)
        await stage.until(lambda: len(agent.talks) == 2)
        await hears_only(third, AGENT_TONE)
        await hears_only(agent.talks[1], CARRIER_TONE)
        await first.hang_up()
        await leader.talks[1].ended(within=5.0)
        await expect(waiting).to_have_count(1)
        await leads(page, "我来接", waiting)
        await hears_only(second, OTHER_TONE)
        await hears_only(leader.talks[2], CALLER_TONE)
        await expect(page.get_by_text("现在没有人排队")).to_be_visible()
        await second.hang_up()

        # an agent who is moved has the other line's callers
        await page.get_by_role("table", name="座席").get_by_role("button", name=NAME, exact=True).click()
        drawer = page.get_by_role("dialog", name=NAME)
        await drawer.get_by_role("button", name="调动热线").click()
        form = drawer.get_by_role("form", name=f"调动 {NAME}")
        for line in (LINE, "动物致伤门诊", "健康知识咨询"):
            await form.get_by_role("checkbox", name=line).uncheck()
        await form.get_by_role("checkbox", name=OTHER_LINE).check()
        assert await faults(page) == []
        await form.get_by_role("button", name="调动热线").click()
        await expect(drawer).to_contain_text("临时")
        await page.keyboard.press("Escape")
        await third.hang_up()

        # strangers prove that they are persons, and everybody hears what is urgent first
        await turns(page, "紧急通知", "紧急通知已开")
        await turns(page, "防恶意呼叫", "防恶意呼叫已开，到 23:00")
        fourth = await stage.caller("13900000004")
        fourth.speak(CALLER_TONE, endless=True)
        asked = load_sound(stage.settings.sounds / f"{Phrase.PROVE}.alaw")
        await hears_prompt(fourth, asked, share=0.3)
        await fourth.press("1")
        await stage.hears(fourth, "front-outbreak", share=0.2)
        await fourth.press("21")
        await stage.until(lambda: len(agent.talks) == 3)
        await hears_only(fourth, AGENT_TONE)
        await hears_only(agent.talks[2], CALLER_TONE)
        await turns_off(page, "防恶意呼叫", "防恶意呼叫已开")
        await turns_off(page, "紧急通知", "紧急通知已开")
        await fourth.hang_up()
        await stage.noted(CallEnded, 4)
        assert wrong == []


async def test_the_big_screen_reads_from_afar_and_says_when_it_is_old(open_desks: OpenDesks) -> None:
    async with open_desks() as desks:
        a_morning(desks.stage, 58)
        page = await desks.sign_in(Role.LEADER, LEADER, path="/wall?big", theme="dark")
        await page.add_init_script(CUT)
        await page.set_viewport_size({"width": 1920, "height": 1080})
        await desks.go(page, "/wall?big")
        await expect(page.get_by_role("main")).to_contain_text("24 小时接通率96.6%目标 95%")
        smallest = await page.evaluate(
            "Math.min(...[...document.querySelectorAll('main *')].filter((one) => one.childNodes.length === 1"
            " && one.firstChild.nodeType === 3 && !one.closest('.unseen') && one.textContent.trim())"
            ".map((one) => parseFloat(getComputedStyle(one).fontSize)))"
        )
        assert smallest >= 28
        await looks_right(page, "zh")
        await picture(page, "wall-big", "zh")
        await desks.go(page, "/wall?big", "en")
        await expect(page.get_by_role("main")).to_contain_text("96.6%")
        await looks_right(page, "en")
        await picture(page, "wall-big", "en")
        await desks.go(page, "/wall?big")
        await expect(page.get_by_role("main")).to_contain_text("96.6%")
        await page.evaluate("window.cut = true; sockets.forEach((one) => one.close())")
        stale = page.get_by_role("status")
        await expect(stale).to_contain_text(re.compile(r"数据停在 10:0\d:\d\d"))
        assert await faults(page) == []
        await page.evaluate("window.cut = false")
        await expect(stale).to_have_count(0, timeout=10_000)
