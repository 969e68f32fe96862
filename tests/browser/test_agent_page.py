"""Browser: an agent's whole turn by keys alone, from the ring to the next caller; a SIP phone is their telephone."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from playwright.async_api import Locator, Page, expect
from sqlalchemy import insert

from desk.roles import Role
from hotline.talk import Talk
from paperwork.kind import Kind
from paperwork.orders.asked import Open
from paperwork.orders.office import orders_of
from paperwork.orders.orders import Actor
from paperwork.orders.rules import OrderRules
from paperwork.registers.entries import Register
from paperwork.registers.registers import Registers
from paperwork.registers.unfit import entry_of
from records.paper_tables import answers
from records.store import Store
from records.tables import cdr
from tests.browser.stage import Desks, OpenDesks, looks_right_in_both, pictures, watched
from tests.paperwork.quality.house import call_row
from tests.phones import CALLER
from tests.system.stage import WORKDAY

pytestmark = [pytest.mark.system, pytest.mark.browser]
expect.set_options(timeout=20_000)  # names are spelled by a process that gives way to everything else
MASKED = f"{CALLER[:3]}****{CALLER[-4:]}"
UNITS = {"disease-control": "市疾病预防控制中心", "inspection": "市卫生监督所", "hospital": "市中心医院"}
BELOW, OFFICE = "疾控免疫科", "immunization-office"
"""A unit that is part of the first."""
ALIKE = UNITS["disease-control"] + "消毒科"
"""Whom a caller complains of in words that may mean the first."""


MATTER, ASKED = "孩子满八月龄，第一针麻腮风疫苗在哪里接种", "请告知最近的接种门诊和时间"
WRITTEN = (*UNITS.values(), BELOW, ALIKE, MATTER, ASKED, "接种门诊周末不开")
"""What the test writes."""
DIALOGS = (
    ("desk-transfer", "Alt+KeyT", "转接来电", "动物致伤门诊"),
    ("desk-keys", "Shift+Slash", "按键一览", "Alt"),
)
"""What a key opens: its picture, the key, its name, and words in it."""
EARLIER = {"a-0": ("vaccine-2", "Z020102", 8, 154.0), "a-1": ("vaccine-1", "Z020104", 2, 96.0)}
"""Calls of the same number: who answered, what about, days ago, seconds."""


async def remembered(desks: Desks) -> None:
    """Units to which an order can be handed, and what the caller did before."""
    store = Store(desks.stage.settings.database_url)
    for call, (agent, category, days, seconds) in EARLIER.items():
        at = WORKDAY - timedelta(days=days)
        row = {**call_row(call, at, agent, seconds=seconds), "number": CALLER}
        paper = {"call": call, "number": f"2025-0{call[2:]}0042", "seq": 1, "state": "signed", "at": at, "over": at}
        talked = {"line": "immunization", "agent": agent, "owner": agent, "kind": "consult", "category": category}
        await store.do(insert(cdr).values(row), insert(answers).values(paper | talked | {"test": False}))
    opening = Open(content="接种门诊周末不开", kind=Kind.COMPLAINT, contact=CALLER, line="immunization")
    orders = orders_of(store, plan=lambda: desks.stage.plan, rules=OrderRules, now=lambda: WORKDAY)
    await orders.open(opening, Actor("desk:chief", "班长"))
    registers = Registers(store)
    entries = {unit: {"name": name} for unit, name in UNITS.items()}
    for unit, said in (entries | {OFFICE: {"name": BELOW, "parent": "disease-control"}}).items():
        entry = entry_of(Register.UNIT, said)
        await registers.set(Register.UNIT, unit, entry, who="test", at=WORKDAY)
    await store.close()


async def rung(desks: Desks) -> tuple[Talk, Any]:
    """A caller in the line of immunization, and the phone that rings for them."""
    phone = await desks.stage.agent("vaccine-1")
    caller = await desks.stage.caller()
    await caller.press("14")
    return caller, await phone.ringing(within=40.0)


async def typed(page: Page, *keys: str) -> None:
    for key in keys:
        await page.keyboard.press(key)


async def shown(page: Page, test: str, words: str | Sequence[str]) -> None:
    for one in [words] if isinstance(words, str) else words:
        await expect(page.locator(f"[data-test={test}]")).to_contain_text(one, timeout=20_000)


async def accuses(page: Page) -> None:
    """Neither the unit complained of nor one that is part of it is handed the complaint: page and server see to it."""
    kinds = page.get_by_role("radiogroup", name="业务类型")
    await kinds.get_by_role("radio", name="投诉", exact=True).focus()
    await typed(page, "Space", "Alt+KeyO")
    await page.keyboard.type("jkmyk")
    await expect(page.locator("li[aria-selected=true]")).to_have_text(BELOW)
    await typed(page, "Enter")
    sheet = page.get_by_role("region", name="转办单")
    against, refused = sheet.get_by_label("被投诉/举报对象"), sheet.get_by_role("alert")
    await against.focus()
    await page.keyboard.type(BELOW)
    await expect(refused).to_have_text("这个部门就是被投诉对象，请转给别的部门")
    await expect(against).to_have_accessible_description("这个部门就是被投诉对象，请转给别的部门")
    await expect(sheet.get_by_role("button", name="转办", exact=True)).to_be_disabled()
    await looks_right_in_both(page, *WRITTEN)
    await typed(page, "Control+KeyA")
    await page.keyboard.type(UNITS["disease-control"])
    await expect(refused).to_have_count(0)
    await typed(page, "Control+Enter")
    their_own = page.get_by_text(f"{UNITS['disease-control']} 就是被投诉对象：请转给别的部门")
    await expect(their_own).to_be_visible()
    await expect(page.locator("[data-test=opened]")).to_have_count(0)
    await page.locator(".el-message__closeBtn").click()
    await expect(their_own).to_have_count(0)
    await which_is_meant(page, sheet)
    await expect(their_own).to_be_visible()
    await expect(page.locator("[data-test=opened]")).to_have_count(0)
    await against.focus()
    await typed(page, "Control+KeyA", "Delete")
    await kinds.get_by_role("radio", name="咨询", exact=True).focus()
    await typed(page, "Space")
    await expect(against).to_have_count(0)


async def which_is_meant(page: Page, sheet: Locator) -> None:
    """Of a name that is only like a unit's the agent is asked which one it is; what they say is taken."""
    which = sheet.get_by_label("被投诉的是哪个部门")
    await expect(which).to_have_count(0)
    await sheet.get_by_label("被投诉/举报对象").focus()
    await typed(page, "Control+KeyA")
    await page.keyboard.type(ALIKE)
    await typed(page, "Control+Enter")
    await expect(which.get_by_role("option")).to_have_text(["", UNITS["disease-control"], "都不是"])
    await which.select_option(UNITS["disease-control"])
    await which.focus()
    await typed(page, "Control+Enter")


async def test_a_turn_by_keys_alone_from_the_ring_to_the_next_caller(open_desks: OpenDesks) -> None:
    async with open_desks(wrap_up=60.0, ring=90.0) as desks:
        await remembered(desks)
        page = await desks.sign_in(Role.AGENT, "vaccine-1", path="/desk")
        wrong = watched(page)
        caller, ringing = await rung(desks)
        await shown(page, "presence", "振铃")
        await shown(page, "number", MASKED)
        await shown(page, "path", ["咨询", "预防接种"])
        await shown(page, "said", ["来电振铃", MASKED])
        await shown(page, "earlier", ["疾控二号座席 · 咨询/疾病预防控制/预防接种/接种单位", "看接听记录 2025-010042"])
        await looks_right_in_both(page, *WRITTEN)
        await pictures(page, "desk-ringing")
        talk = await ringing.answer()
        await shown(page, "record", "-000001")
        for name, key, dialog, seen in DIALOGS:
            await typed(page, key)
            opened = page.get_by_role("dialog", name=dialog)
            await expect(opened).to_contain_text(seen, timeout=40_000)
            await looks_right_in_both(page, *WRITTEN)
            await pictures(page, name)
            await typed(page, "Escape", "Escape")  # of the transfer's the list first
            await expect(opened).to_have_count(0)
        await typed(page, "Alt+KeyH")
        await shown(page, "talk", "保持中")
        await typed(page, "Alt+KeyH")
        await shown(page, "talk", "通话中")

        await typed(page, "Alt+KeyK")
        await page.keyboard.type("jzdw")
        await expect(page.locator("li[aria-selected=true]")).to_contain_text("接种单位")
        await page.keyboard.press("Enter")
        await page.keyboard.type(MATTER)
        await expect(page.get_by_role("radio", name="咨询", exact=True)).to_be_checked()
        await accuses(page)
        await page.get_by_role("radio", name="知识咨询").focus()
        await page.keyboard.press("Space")
        await shown(page, "keeping", "已保存")
        await page.reload()
        await shown(page, "record", "-000001")
        await expect(page.get_by_role("textbox", name="主要内容")).to_have_value(MATTER)

        await typed(page, "Alt+KeyO")
        await page.keyboard.type("jbyf")
        await expect(page.locator("li[aria-selected=true]")).to_have_text("市疾病预防控制中心", timeout=20_000)
        await page.keyboard.press("Enter")
        await page.keyboard.type(ASKED)
        await pictures(page, "desk", dark=True)
        await page.get_by_label("要求").focus()
        await typed(page, "Control+Enter")
        await shown(page, "opened", ["-000002", "市疾病预防控制中心"])
        await shown(page, "work-order", "-000002")
        await shown(page, "missing", "已填完整")
        await looks_right_in_both(page, *WRITTEN)

        await typed(page, "Alt+KeyQ")
        await shown(page, "presence", "话后处理")
        await expect(page.get_by_text("后转为空闲")).to_be_visible()
        await typed(page, "Alt+KeyN")
        await shown(page, "presence", "空闲")
        await typed(page, "Alt+KeyB")
        await page.get_by_role("button", name="午餐").focus()
        await page.keyboard.press("Enter")
        await shown(page, "presence", "小休")
        await typed(page, "Alt+KeyR")
        await shown(page, "presence", "空闲")
        assert wrong == []
        assert talk is not None
        await caller.hang_up()
