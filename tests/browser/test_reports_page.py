"""Browser: a leader reads a month, opens a number to its records, signs the month, and sees what differs later."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page, expect
from sqlalchemy import insert

from desk.roles import Role
from records.paper_tables import past_rows
from records.store import Store
from records.tables import cdr
from tests.browser.stage import OpenDesks, looks_right, picture, pictures, watched
from tests.paperwork.quality.house import call_row

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
GOOD = "时间,类别,分类,地区,件次\n2014-10,咨询,寻医问药/就医引导,南京,768182\n2014-10,表扬,表扬/表扬,,3\n"
BAD = "time,kind,category,count\n2014-10,咨询,,1\n2014-10,咨询,咨询/天气,1\n2014-13,咨询,,三\n2014-10,咨询,咨询\n"


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


async def somebody_called(url: str) -> None:
    """Since then reports are due."""
    store = Store(url)
    await store.do(insert(cdr).values(call_row("c-1", datetime.now(UTC) - timedelta(days=40))))
    await store.close()


async def brought(page: Page, folder: Path) -> None:
    """Calls of before come as a file: each mistake is told with its line, a good one is taken in, and taken back."""
    bad, good = folder / "有误.csv", folder / "2014年10月.csv"
    bad.write_text(BAD, "utf-8")
    good.write_text(GOOD, "gb18030")
    await page.get_by_role("button", name="旧数据").click()
    dialog = page.get_by_role("dialog", name="旧数据")
    await dialog.locator("input[type=file]").set_input_files(bad)
    await expect(dialog.get_by_role("alert")).to_contain_text("有 3 行不能导入", timeout=60_000)
    mistakes = dialog.get_by_role("listitem")
    await expect(mistakes).to_have_text(
        [
            re.compile("第 3 行.*“咨询/天气”在哪棵树中都没有"),
            re.compile("第 4 行.*没有这一天.*件次“三”不是数"),
            re.compile("第 5 行.*有 3 列"),
        ]
    )
    await looks_right(page, "zh", *PLACES, bad.name)
    await pictures(page, "reports-past-mistakes")
    await dialog.locator("input[type=file]").set_input_files(good)
    await expect(dialog.get_by_text("可以导入：2 行，768,185 件次")).to_be_visible(timeout=60_000)
    await dialog.get_by_role("button", name="导入", exact=True).click()
    row = dialog.get_by_role("row").filter(has_text=good.name)
    await expect(row).to_contain_text("768,185", timeout=60_000)
    await dialog.locator("input[type=file]").set_input_files(good)
    await expect(page.get_by_text("已经导入过（2014年10月.csv）")).to_be_visible(timeout=60_000)
    await page.locator(".el-message__closeBtn").first.click()
    await row.get_by_role("button", name="撤回").click()
    sure = page.get_by_role("dialog", name="撤回“2014年10月.csv”的全部数据")
    await sure.get_by_role("textbox").fill("月份写错")
    await sure.get_by_role("button", name="撤回").click()
    await expect(row).to_contain_text("已撤回：")
    await expect(row).to_contain_text("月份写错")
    await looks_right(page, "zh", *PLACES, good.name)
    await pictures(page, "reports-past")
    await dialog.get_by_label("Close").or_(dialog.get_by_label("关闭")).first.click()
    await expect(dialog).to_have_count(0)


async def test_a_leader_opens_signs_and_compares_a_months_briefing(open_desks: OpenDesks, tmp_path: Path) -> None:
    async with open_desks() as desks:
        url = desks.stage.settings.database_url
        await a_month(url, datetime(2025, 9, 1, 4, tzinfo=UTC), "i-1")
        await somebody_called(url)
        page = await desks.sign_in(Role.LEADER, "chief", path="/reports?month=2025-09")
        wrong = watched(page)
        late = page.get_by_role("region", name="份报表已过上报日期，尚未签发")
        await expect(late.get_by_role("listitem")).to_have_count(5, timeout=60_000)
        await expect(late.get_by_role("button", name=re.compile("^受理情况统计报表（附件7） · "))).not_to_have_count(0)
        kinds = page.get_by_role("region", name="业务受理情况")
        await expect(kinds).to_be_visible(timeout=60_000)
        await looks_right(page, "zh", *PLACES)
        await kinds.get_by_role("button", name="查看“投诉”的明细").click()
        drawer = page.get_by_role("dialog", name="明细：投诉")
        await expect(drawer.get_by_text("共 ")).to_be_visible()
        await expect(drawer.get_by_role("row")).to_have_count(1 + len(PLACES), timeout=30_000)
        await looks_right(page, "zh", *PLACES)
        await page.keyboard.press("Escape")
        await expect(drawer).to_have_count(0)
        places = page.get_by_role("region", name="各地受理情况")
        await places.get_by_role("button", name="查看“和平区 · 咨询”的明细").click()
        drawer = page.get_by_role("dialog", name="明细：和平区 · 咨询")
        of_consults = [path for kind, path, _ in MATTERS if kind == "consult"]
        await expect(drawer.get_by_role("row")).to_have_count(1 + len(of_consults), timeout=30_000)
        await expect(drawer.get_by_role("cell", name="导入的数据")).to_have_count(len(of_consults))
        await looks_right(page, "zh", *PLACES)
        await pictures(page, "reports-behind")
        await page.keyboard.press("Escape")
        await expect(drawer).to_have_count(0)
        await brought(page, tmp_path)
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
            await looks_right(page, language, *PLACES, "班长甲", "工作简报")
            await picture(page, "reports", language)
        assert wrong == []
