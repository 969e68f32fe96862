"""Browser: a caller and agents whose telephones are pages, from ringing to the work order, heard on every side."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page, expect

from hotline import ear
from tests.browser.ears import hears, hears_no, spoken
from tests.browser.seats import FIRST, RING, SECOND, asks, bar, caller, caller_hears, telephone
from tests.browser.stage import OpenDesks, faults, pictures, watched
from tests.phones import AGENT_TONE, CALLER_TONE, OTHER_TONE

pytestmark = [pytest.mark.system, pytest.mark.browser]


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
        told = await asks(
            page, "PUT", f"/answers/{call}", seq=record["seq"], kind="complaint", content="接种门诊排队太久"
        )
        assert told["kind"] == "complaint"
        order = await asks(page, "POST", "/orders", status=201, call=call)
        assert order["order"]["number"]
        assert wrong == []


async def got(page: Page, path: str) -> dict[str, Any] | None:
    """What the page's own session may see there; None where nothing is."""
    asked = "(path) => fetch('/api/v1' + path).then((answer) => (answer.ok ? answer.json() : null))"
    found: dict[str, Any] | None = await page.evaluate(asked, path)
    return found
