"""Browser: a caller and agents whose telephones are pages, from ringing to the work order, heard on every side."""

from __future__ import annotations

import asyncio
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import chinese_calendar
import pytest
from playwright.async_api import Page, expect

from hotline import ear
from paperwork.registers.entries import Register
from paperwork.registers.registers import Registers
from paperwork.registers.unfit import entry_of
from records.store import Store
from tests.browser.ears import hears, hears_no, spoken
from tests.browser.seats import FIRST, RING, SECOND, asks, bar, caller, caller_hears, telephone
from tests.browser.stage import Desks, OpenDesks, faults, pictures, watched
from tests.phones import AGENT_TONE, CALLER_TONE, OTHER_TONE
from tests.system.stage import WORKDAY

pytestmark = [pytest.mark.system, pytest.mark.browser]
UNITS = {"disease-control": "市疾病预防控制中心", "inspection": "市卫生监督所"}
MATTER = "接种门诊排队太久"


async def test_a_call_goes_from_ring_to_work_order_through_two_pages(open_desks: OpenDesks, tmp_path: Path) -> None:
    async with open_desks(ring=20.0, wrap_up=600.0) as desks:
        floor = desks.stage.hotline.board.dispatch.floor
        one = await telephone(desks, FIRST, spoken(tmp_path / "one.wav", AGENT_TONE))
        wrong = watched(one)
        talk = await caller(desks)
        await expect(one.get_by_role("alertdialog")).to_contain_text("热线来电", timeout=RING)
        await pictures(one, "phone-ringing")
        assert await faults(one) == []
        await one.keyboard.press("F2")
        await hears(one, CALLER_TONE)
        await caller_hears(talk, AGENT_TONE)

        await one.keyboard.press("F8")
        await caller_hears(talk)
        await one.keyboard.press("F8")
        await caller_hears(talk, AGENT_TONE)

        await asks(one, "POST", "/desk/hold")
        await hears_no(one, CALLER_TONE)
        await caller_hears(talk)
        assert ear.level(talk.heard[-8000:]) > -45  # music
        await asks(one, "POST", "/desk/resume")
        await hears(one, CALLER_TONE)

        two = await telephone(desks, SECOND, spoken(tmp_path / "two.wav", OTHER_TONE))
        await asks(one, "POST", "/desk/transfer", to=f"agent:{SECOND}", warm=True)
        await two.get_by_role("button", name="接听").click(timeout=RING)
        await hears(two, AGENT_TONE)
        await hears(one, OTHER_TONE)
        await hears_no(two, CALLER_TONE)
        await caller_hears(talk)

        await asks(one, "POST", "/desk/merge")
        await hears(one, CALLER_TONE)
        await hears(two, CALLER_TONE)
        await caller_hears(talk, AGENT_TONE, OTHER_TONE)
        await expect(one.get_by_text("音质")).to_be_visible()
        await pictures(one, "phone-talking")

        await asks(one, "POST", "/desk/leave")
        await caller_hears(talk, OTHER_TONE)
        await expect(one.get_by_text("已就绪")).to_be_visible()
        await bar(two, "挂断").click()
        await desks.stage.until(lambda: floor.seat(SECOND).presence.value == "wrap_up")
        await talk.hang_up()

        call = desks.stage.entries[0].call
        async with asyncio.timeout(20):
            while (record := await got(one, f"/answers/{call}")) is None:
                await one.wait_for_timeout(100)
        page = two if record["agent"] == SECOND else one
        told = await asks(page, "PUT", f"/answers/{call}", seq=record["seq"], kind="complaint", content=MATTER)
        assert told["kind"] == "complaint"
        await handed_on(desks, page, call)
        assert wrong == []


async def handed_on(desks: Desks, page: Page, call: str) -> None:
    """附件9 of the call's record: never to the unit complained of, and due on the day that the workdays come to."""
    store = Store(desks.stage.settings.database_url)
    for one, name in UNITS.items():
        await Registers(store).set(Register.UNIT, one, entry_of(Register.UNIT, {"name": name}), who="t", at=WORKDAY)
    await store.close()
    said = {"call": call, "against": UNITS["inspection"]}
    refused = await asks(page, "POST", "/orders", status=409, **said, hand_on={"unit": "inspection"})
    assert refused["error"] == "refused"
    whole = await asks(page, "POST", "/orders", status=201, **said, hand_on={"unit": "disease-control"})
    due = on_the_fingers(WORKDAY.date(), 7)
    assert whole["order"]["against"] == UNITS["inspection"]
    assert whole["order"]["done_by"].startswith(f"{due}T23:59:59")
    form = {one["id"]: one["value"] for one in whole["sheet"]["fields"]}
    assert (form["unit"], form["heard"], form["content"]) == (UNITS["disease-control"], "举报投诉", MATTER)


def on_the_fingers(day: date, count: int) -> date:
    """So many workdays after a day, by the public calendar alone."""
    while count > 0:
        day += timedelta(days=1)
        count -= not chinese_calendar.is_holiday(day)
    return day


async def got(page: Page, path: str) -> dict[str, Any] | None:
    """What the page's own session may see there; None where nothing is."""
    asked = "(path) => fetch('/api/v1' + path).then((answer) => (answer.ok ? answer.json() : null))"
    found: dict[str, Any] | None = await page.evaluate(asked, path)
    return found
