"""Browser: a judge finds a talk, says why, hears it by keys beside its waveform, judges it, and goes to the next."""

from __future__ import annotations

import asyncio
import io
import os
import wave
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

import numpy as np
import pytest
from playwright.async_api import Page, expect
from sqlalchemy import insert

from desk.roles import Role
from hotline.handset import RATE, Samples
from hotline.sealing import vault_of
from ivr.events import (
    CallArrived,
    CallEnded,
    CallerBack,
    CallerHeld,
    RecordingBegan,
    RecordingEnded,
    TalkBegan,
    TalkEnded,
    WaitBegan,
    WaitEnded,
)
from ivr.journal import Entry, Event
from ivr.outcomes import Outcome, Party, Reason, WaitEnd
from records.audit import Act, Audit, Deed
from records.folding import fold
from records.rows import entry_row, write_records
from records.store import Store
from records.tables import journal
from routing.calendar import SHANGHAI
from tests.browser.stage import Desks, Language, OpenDesks, looks_right, picture, watched

pytestmark = [pytest.mark.system, pytest.mark.browser]

TALKS: Sequence[tuple[str, str, int, str]] = (
    ("a-1xk2", "immunization", 26, "vaccine-1"),
    ("a-1xm7", "childrens-health", 23, "women-1"),
    ("a-1xp4", "health-supervision", 22, "supervision-1"),
    ("a-1xr9", "immunization", 20, "vaccine-2"),
    ("a-1xt3", "animal-injury", 16, "vaccine-1"),
    ("a-1xv8", "womens-health", 15, "women-2"),
    ("a-1xw5", "health-supervision", 13, "supervision-2"),
    ("a-1xy1", "health-knowledge", 9, "vaccine-2"),
    ("a-1y02", "immunization", 6, "vaccine-1"),
    ("a-1y46", "childrens-health", 5, "women-1"),
)
"""Call, line, day of October, agent."""
WRITTEN = ("用 hotline audit verify 验证整条审计链", "投诉核查", "法院调取", "问候规范，答复准确", "重听，没有报工号")
"""What the test writes."""
WHY: dict[Language, str] = {"zh": "收听理由", "en": "Why do you listen?"}


def named(call: str, day: int) -> str:
    return f"talks/2026/10/{day:02}/{call}-1"


def wav(sound: Samples) -> bytes:
    whole = io.BytesIO()
    with wave.open(whole, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(sound.astype("<i2").tobytes())
    return whole.getvalue()


def talk_of(spoken: Sequence[Samples], seconds: int) -> Samples:
    """Two people who take turns, one of them further away."""

    def turns() -> Iterator[Samples]:
        for turn in range(seconds):
            yield (spoken[turn % len(spoken)] * (0.9 if turn % 2 else 0.45)).astype(np.int16)
            yield np.zeros(RATE // 2, np.int16)

    return np.concatenate(list(turns()))[: seconds * RATE]


def facts_of(nth: int, call: str, line: str, day: int, agent: str) -> tuple[list[Entry], int]:
    """A talk with a hold in it, and how many seconds of it were recorded."""
    began = datetime(2026, 10, day, 9 + nth % 8, 7 * nth % 60, 12, tzinfo=SHANGHAI)
    name, first, second = named(call, day), 40 + 5 * nth, 50 + 7 * (nth % 4)
    told: list[tuple[float, Event]] = [
        (0, CallArrived(f"139000000{10 + nth % 3}", "12320", call, "p")),
        (8, WaitBegan(line, 0)),
        (14, WaitEnded(line, WaitEnd.CONNECTED)),
        (14, TalkBegan(1, line, agent)),
        (14, RecordingBegan(name, "talk")),
        (14 + first, CallerHeld(1)),
        (14 + first, RecordingEnded(name, float(first))),
        (56 + first, CallerBack(1)),
        (56 + first, RecordingBegan(name, "talk")),
        (56 + first + second, RecordingEnded(name, float(first + second))),
        (56 + first + second, TalkEnded(1, Party.CALLER)),
        (56 + first + second, CallEnded(Outcome.TALKED, Reason.CALLER_HUNG_UP)),
    ]
    facts = [Entry(call, seq, began + timedelta(seconds=at), event) for seq, (at, event) in enumerate(told, 1)]
    return facts, first + second


async def a_month(desks: Desks) -> None:
    """Talks of October, recorded; every other one is sealed."""
    vault, prompts = vault_of(desks.stage.settings), desks.stage.prompts
    spoken = [prompts[name] for name in sorted(prompts) if RATE < len(prompts[name]) < 6 * RATE][:9]
    store = Store(desks.stage.settings.database_url)
    for nth, (call, line, day, agent) in enumerate(TALKS):
        facts, seconds = facts_of(nth, call, line, day, agent)
        async with store.writing() as connection:
            await connection.execute(insert(journal), [entry_row(fact, "here") for fact in facts])
            await write_records(connection, [fold(facts)])
        path = vault.folder / f"{named(call, day)}.wav"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(wav(talk_of(spoken[nth % 4 :], seconds)))
        made = facts[-1].at.timestamp()
        os.utime(path, (made, made))
        if nth % 2:
            vault.seal(named(call, day))
    await store.close()


async def one_deleted(desks: Desks, call: str, day: int) -> None:
    """What the engine does when a term is over."""
    settings, name = desks.stage.settings, named(call, day)
    vault = vault_of(settings)
    details = {"call": call, "line": "womens-health", "day": f"2026-10-{day}", "sha256": vault.marks(name)}
    deed = Deed("engine:here", Act.RECORDING_EXPIRED, name, "kept for 30 days", details)
    await Audit(settings.database_url, settings.var).write(deed, datetime.now(SHANGHAI))
    vault.erase(name)


async def heard(desks: Desks, name: str) -> list[str | None]:
    entries = await Audit(desks.stage.settings.database_url, desks.stage.settings.var).entries()
    return [one.deed.reason for one in entries if one.deed.what == Act.RECORDING_HEARD and one.deed.about == name]


async def until(page: Page, holds: str) -> None:
    """Wait until something is so of the page's sound. Raises TimeoutError."""
    look = f"""() => new Promise((done) => {{
        const look = () => {{
            const sound = document.querySelector('audio')
            if (sound !== null && {holds}) done()
            else requestAnimationFrame(look)
        }}
        look()
    }})"""
    async with asyncio.timeout(30):
        await page.evaluate(look)


async def looked_at(page: Page, name: str, language: Language) -> None:
    """A talk that is open, some way into it, without a fault."""
    slider = page.get_by_role("slider")
    await expect(slider).to_be_visible()
    await until(page, "sound.readyState > 0")
    await slider.click(position={"x": 300, "y": 20})
    await looks_right(page, language, *WRITTEN)
    await picture(page, name, language)


async def test_a_judge_hears_a_talk_by_keys_judges_it_and_goes_to_the_next(open_desks: OpenDesks) -> None:
    async with open_desks() as desks:
        await a_month(desks)
        await one_deleted(desks, "a-1xv8", 15)
        page = await desks.sign_in(Role.QUALITY, path="/recordings")
        wrong = watched(page)
        first = named("a-1xk2", 26)

        # found by the end of the number; nothing of it is seen before there is a reason
        await page.get_by_label("查找").fill("0010")
        await page.keyboard.press("Enter")
        rows = page.get_by_role("rowheader").get_by_role("link")
        await expect(rows).to_have_count(4)
        await rows.first.click()
        await expect(page.get_by_label("收听理由")).to_be_visible()
        await looks_right(page, "zh", *WRITTEN)
        assert await heard(desks, first) == []
        await page.get_by_role("button", name="投诉核查").click()
        await page.keyboard.press("Enter")

        # heard and seen
        slider = page.get_by_role("slider")
        await expect(slider).to_be_visible()
        assert await page.locator("svg path.whole").get_attribute("d")
        await expect(page.get_by_role("button", name="跳到 0:40：保持 · 0:42 未录")).to_be_visible()
        await page.evaluate("document.activeElement.blur()")
        await page.keyboard.press("Space")
        await until(page, "sound.currentTime > 0.3")
        await page.keyboard.press("ArrowRight")
        await until(page, "sound.currentTime > 5.3")
        await page.keyboard.press("Alt+ArrowUp")
        assert await page.evaluate("document.querySelector('audio').playbackRate") == 1.25
        await page.keyboard.press("Space")
        assert await page.evaluate("document.querySelector('audio').paused")
        assert await heard(desks, first) == ["投诉核查"]

        # judged, and corrected after it was signed
        sheet = page.get_by_role("region", name="评分表")
        await sheet.get_by_label("开头语规范").fill("4.5")
        await sheet.get_by_label("评语").fill("问候规范，答复准确")
        await page.keyboard.press("Alt+KeyM")
        await expect(sheet.get_by_text("99.5 / 100 分，99.5%")).to_be_visible()
        await page.keyboard.press("Control+Enter")
        await expect(sheet.get_by_text("已提交 · ")).to_be_visible()
        await sheet.get_by_role("button", name="更正").click()
        await sheet.get_by_label("开头语规范").fill("3.5")
        await sheet.get_by_label("理由").fill("重听，没有报工号")
        await page.keyboard.press("Control+Enter")
        await expect(sheet.get_by_text("98.5 / 100 分")).to_be_visible()
        await looks_right(page, "zh", *WRITTEN)

        # one spot check after the other
        await desks.go(page, "/quality?period=2026-10")
        await page.get_by_role("button", name="抽取 2026-10").click()
        await expect(page.get_by_text("已评 1 / 9")).to_be_visible()
        await looks_right(page, "zh", *WRITTEN)
        await page.keyboard.press("Alt+KeyN")
        await expect(slider).to_be_visible()
        one = page.url
        await page.keyboard.press("Alt+KeyM")
        await page.keyboard.press("Control+Enter")
        await expect(page).not_to_have_url(one)
        await expect(page.get_by_text("已评 2 / 9")).to_be_visible()
        await page.get_by_text("统计").click()
        await expect(page.get_by_text("疾控一号座席")).to_be_visible()
        await looks_right(page, "zh", *WRITTEN)

        # a leader holds a call, and sees the proof of what is gone
        leader = await desks.sign_in(Role.LEADER, "chief", path=f"/recordings?recording={first}")
        await leader.get_by_role("button", name="法律保全").click()
        await leader.get_by_label("理由", exact=True).fill("法院调取")
        await leader.get_by_role("button", name="法律保全").click()
        await expect(leader.get_by_text("法院调取")).to_be_visible()
        await leader.get_by_text("已删除").click()
        await leader.get_by_role("link", name="证明").click()
        await expect(leader.get_by_text("文件 SHA-256")).to_be_visible()
        await looks_right(leader, "zh", *WRITTEN)

        for language, why in WHY.items():
            await desks.go(page, f"/quality?period=2026-10&sample={named('a-1xp4', 22)}", language)
            await looked_at(page, "quality", language)
            await desks.go(page, f"/recordings?recording={named('a-1xr9', 20)}", language)
            await page.get_by_label(why).fill("12345 · 0042")
            await page.keyboard.press("Enter")
            await looked_at(page, "recordings", language)
        assert wrong == []
