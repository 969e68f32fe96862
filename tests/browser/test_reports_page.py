"""Browser: a leader reads a month, opens a number to its records, signs the month, and sees what differs later."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.async_api import expect
from sqlalchemy import insert

from desk.roles import Role
from records.paper_tables import past_rows
from records.store import Store
from tests.browser.stage import OpenDesks, faults, picture, too_wide, watched

pytestmark = [pytest.mark.system, pytest.mark.browser]

PLACES = ("和平区", "南开区", "河西区", "河东区", "河北区", "红桥区")
MATTERS = (
    ("consult", "咨询/寻医问药/就医引导", 1840),
    ("consult", "咨询/疾病预防控制/预防接种", 1210),
    ("consult", "咨询/疾病预防控制/传染病", 640),
    ("complaint", None, 96),
    ("report", None, 41),
    ("booking", None, 5120),
    ("praise", None, 23),
)


async def a_month(url: str, first: datetime, mark: str, times: int = 1) -> None:
    rows: list[dict[str, Any]] = []
    for kind, path, count in MATTERS:
        for place, name in enumerate(PLACES):
            told = {"import": mark, "row": len(rows) + 1, "at": first + timedelta(days=place * 4), "line": None}
            told |= {"kind": kind, "tree": path and "national", "path": path, "place": name, "span": "day"}
            rows.append({**told, "count": times * count // (place + 2)})
    store = Store(url)
    await store.do(insert(past_rows).values(rows))
    await store.close()


async def test_a_leader_opens_signs_and_compares_a_months_briefing(open_desks: OpenDesks) -> None:
    async with open_desks() as desks:
        url = desks.stage.settings.database_url
        await a_month(url, datetime(2025, 9, 1, 4, tzinfo=UTC), "i-1")
        page = await desks.sign_in(Role.LEADER, "chief", path="/reports?month=2025-09")
        wrong = watched(page)
        kinds = page.get_by_role("region", name="业务受理情况")
        await expect(kinds).to_be_visible(timeout=60_000)
        assert await faults(page) == []
        await kinds.get_by_role("button", name="查看“投诉”的明细").click()
        drawer = page.get_by_role("dialog", name="明细：投诉")
        await expect(drawer.get_by_text("共 ")).to_be_visible()
        await expect(drawer.get_by_role("row")).to_have_count(1 + len(PLACES), timeout=30_000)
        assert await faults(page) == []
        await page.keyboard.press("Escape")
        await page.get_by_role("button", name="签发", exact=True).click()
        dialog = page.get_by_role("dialog", name="签发工作简报")
        await dialog.get_by_label("签发人姓名").fill("班长甲")
        await dialog.get_by_role("button", name="签发", exact=True).click()
        await expect(page.get_by_text("班长甲 已于")).to_be_visible(timeout=60_000)
        await expect(page.get_by_text("与签发时一致")).to_be_visible(timeout=60_000)
        await a_month(url, datetime(2025, 9, 2, 4, tzinfo=UTC), "i-2")
        await page.reload()
        await page.get_by_role("button", name="处数据变化").click(timeout=60_000)
        await expect(page.get_by_text("业务受理情况 · 投诉 · 数量")).to_be_visible()
        await page.get_by_role("button", name="看签发时的样子").click()
        await expect(page.get_by_role("button", name="看现在的数据")).to_be_visible(timeout=60_000)
        for language in ("zh", "en"):
            title = {"zh": "业务受理情况", "en": "What was received"}[language]
            await desks.go(page, "/reports?month=2025-09", language)
            await expect(page.get_by_role("region", name=title)).to_be_visible(timeout=60_000)
            assert await faults(page) == []
            assert not await too_wide(page)
            await picture(page, "reports", language)
        assert wrong == []
