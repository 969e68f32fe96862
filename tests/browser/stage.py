"""The whole hotline with people at its desk: Chromium, signed in as somebody, on a real Asterisk."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

import aiohttp
import pyotp
from PIL import Image
from playwright.async_api import Browser, BrowserContext, Page, Playwright, async_playwright

from desk.passwords import hashed
from desk.roles import Role
from desk.users import Users
from hotline.operators import Published, read_config
from hotline.settings import HOUSE
from records.store import Store
from tests.system.stage import Stage

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or "/usr/bin/chromium"
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--use-fake-device-for-media-stream",
    "--autoplay-policy=no-user-gesture-required",
)
WILLING = "--use-fake-ui-for-media-stream"
"""Whoever is asked for the microphone says yes, whatever the page may."""
AXE = HOUSE / "desk" / "web" / "node_modules" / "axe-core" / "axe.min.js"
PICTURES = HOUSE / "docs" / "pictures" / "desk"
SIZE = {"width": 1366, "height": 768}
WORDS = "correct horse battery staple"
LEADER = "chief"
ALLOWED = ("microphone", "notifications")
"""What pages may; all else is refused them."""
Language = Literal["zh", "en"]
Theme = Literal["light", "dark"]
LANGUAGES: tuple[Language, ...] = ("zh", "en")


@cache
def _hash() -> str:
    return hashed(WORDS)


def staffed(folder: Path) -> Path:
    """The shipped files in `folder`, with a shift leader `chief`."""
    shutil.copytree(HOUSE / "config", folder)
    agents = folder / "agents.yaml"
    text = agents.read_text("utf-8")
    agents.write_text(text.replace("agents:\n", f"agents:\n  {LEADER}: {{name: 班长, leader: true}}\n", 1), "utf-8")
    return folder


def staffed_plan(folder: Path, **lines: Any) -> Published:
    """As `shipped_plan`, of `staffed` files: quick times, and no line confidential unless `confidential` is given."""
    published = read_config(folder)
    quick = {"ring": 4.0, "wrap_up": 1.0, "confidential": None, **lines}
    changed = {name: rule.model_copy(update=quick) for name, rule in published.plan.lines.items()}
    hotline = published.plan.hotline.model_copy(update={"wait": 2.0})
    return Published(published.plan.model_copy(update={"lines": changed, "hotline": hotline}), published.version)


@dataclass(slots=True)
class Desks:
    """A running hotline, and browsers in front of it."""

    stage: Stage
    base: str
    playwright: Playwright
    pages: AsyncExitStack
    programs: dict[tuple[Path | None, bool], Browser] = field(default_factory=dict)
    spare: dict[str, list[str]] = field(default_factory=dict)
    """Recovery codes by user, each good once."""

    async def chromium(self, sound: Path | None = None, *, willing: bool = True) -> Browser:
        """A browser whose microphone hears `sound` (a WAV file), over and over; beeps without one.

        One that is not `willing` gives it to pages that may have it alone.
        """
        key = sound, willing
        if key not in self.programs:
            flags = [*FLAGS, *([WILLING] if willing else [])]
            spoken = () if sound is None else (f"--use-file-for-fake-audio-capture={sound}",)
            program = await self.playwright.chromium.launch(executable_path=CHROMIUM, args=[*flags, *spoken])
            self.programs[key] = program
            self.pages.push_async_callback(program.close)
        return self.programs[key]

    async def sign_in(
        self,
        role: Role,
        agent: str | None = None,
        *,
        path: str = "/",
        language: Language = "zh",
        theme: Theme = "light",
        sound: Path | None = None,
        allowed: Sequence[str] = ALLOWED,
    ) -> Page:
        """A page of whoever has this role (and this agent's seat), in a browser profile of its own."""
        name = f"{role.value}-{agent or 'office'}"
        program = await self.chromium(sound, willing="microphone" in allowed)
        context = await program.new_context(
            viewport={"width": SIZE["width"], "height": SIZE["height"]},
            color_scheme=theme,
            locale="zh-CN" if language == "zh" else "en-GB",
            permissions=list(allowed),
        )
        await self._let_in(context, name, role, agent)
        page = await context.new_page()
        await self.go(page, path, language)
        return page

    async def go(self, page: Page, path: str, language: Language = "zh") -> None:
        mark = "&" if "?" in path else "?"
        await page.goto(f"{self.base}{path}{mark}lang={language}", wait_until="domcontentloaded")

    async def _let_in(self, context: BrowserContext, name: str, role: Role, agent: str | None) -> None:
        store = Store(self.stage.settings.database_url)
        self.pages.push_async_callback(store.close)
        users = Users(store)
        if await users.find(name) is None:
            rule = self.stage.plan.agents.get(agent or "")
            shown = name if rule is None else rule.name
            await users.add(name, shown, role, agent=agent, password=_hash(), must_change=False, now=datetime.now(UTC))
        jar = aiohttp.CookieJar(unsafe=True)
        async with aiohttp.ClientSession(cookie_jar=jar, headers={"Origin": self.base}) as http:

            async def ask(path: str, **data: Any) -> Any:
                async with http.post(f"{self.base}/api/v1/session{path}", json=data) as answer:
                    told = await answer.json()
                    assert answer.status == 200, told
                    return told

            told = await ask("", name=name, password=WORDS)
            if told["stage"] == "enrol":
                made = await ask("/enrolment")
                told = await ask("/enrolment/confirm", code=pyotp.TOTP(made["secret"]).now())
                self.spare[name] = told["recovery_codes"]
            assert told["stage"] == "in", told
            host = urlsplit(self.base).hostname
            cookies = [{"name": one.key, "value": one.value, "domain": host, "path": "/"} for one in jar]
            await context.add_cookies(cookies)  # type: ignore[arg-type]


@asynccontextmanager
async def desks(stage: Stage) -> AsyncIterator[Desks]:
    """Browsers in front of a running hotline; all are closed in the end."""
    base = f"http://127.0.0.1:{stage.settings.web.port}"
    async with async_playwright() as playwright, AsyncExitStack() as pages:
        yield Desks(stage, base, playwright, pages)


async def ask(page: Page, method: str, path: str, body: Any = None) -> Any:
    """What the API answers to whoever is signed in on this page. Raises AssertionError when it refuses."""
    told = await page.evaluate(
        """async ([method, path, body]) => {
            const headers = { 'Content-Type': 'application/json' }
            const sent = body === null ? { method } : { method, headers, body: JSON.stringify(body) }
            const answer = await fetch('/api/v1' + path, sent)
            return [answer.status, await answer.json()]
        }""",
        [method, path, body],
    )
    status, answer = told
    assert status < 300, (method, path, answer)
    return answer


AT_REST = """async () => {
  const ends = (one) => one.playState === "running" && Number.isFinite(one.effect.getComputedTiming().endTime)
  const moving = () => document.getAnimations().filter(ends)
  for (let left = moving(); left.length; left = moving()) await Promise.allSettled(left.map((one) => one.finished))
}"""
"""Until nothing fades in or out any more: half seen, everything lacks contrast. What turns for ever is let be."""


async def faults(page: Page) -> Sequence[str]:
    """What axe calls serious or critical about a page that has come to rest, by rule and element.

    What comes or goes while axe looks does so at once, as for people who want nothing to move.
    """
    await page.emulate_media(reduced_motion="reduce")
    await page.evaluate(AT_REST)
    await page.evaluate(AXE.read_text("utf-8"))
    found = await page.evaluate("axe.run({resultTypes: ['violations']}).then((told) => told.violations)")
    await page.emulate_media(reduced_motion="no-preference")
    return [
        f"{one['id']} ({one['impact']}): {node['html'][:160]} {[why['message'] for why in node['any']]}"
        for one in found
        if one["impact"] in ("serious", "critical")
        for node in one["nodes"]
    ]


TEXTS = """() => {
  const texts = new Set(), walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
  const shown = (one) => one.checkVisibility() && !one.closest('pre, code, svg, textarea, option, .prose')
  while (walker.nextNode()) {
    const text = walker.currentNode.textContent.trim(), around = walker.currentNode.parentElement
    if (text && around && shown(around) && !around.closest('[lang]:not(html)')) texts.add(text)
  }
  for (const one of document.querySelectorAll('[aria-label], [placeholder], [title]')) {
    for (const name of ['aria-label', 'placeholder', 'title']) {
      if (shown(one) && one.getAttribute(name)) texts.add(one.getAttribute(name))
    }
  }
  return [...texts]
}"""
"""Every text that a page shows, or says to screen readers, but for what is marked as being of another language."""


@cache
def _written() -> str:
    """What operators wrote in Chinese: names of lines, agents, categories, articles."""
    texts = sorted(path for end in ("yaml", "md") for path in (HOUSE / "config").rglob(f"*.{end}"))
    return "\n".join(path.read_text("utf-8") for path in texts)


async def strange(page: Page, language: Language, *data: str) -> Sequence[str]:
    """Texts of a page in the wrong script that are neither operators' nor `data`: Chinese in English, or words of
    English in Chinese."""
    known = "\n".join((_written(), *data, "中文", "班长"))
    texts = await page.evaluate(TEXTS)
    if language == "en":
        return [text for text in texts if any(run not in known for run in re.findall("[\u4e00-\u9fff]+", text))]
    return [text for text in texts if re.search(r"\b[A-Za-z]{2,} [a-z]{2,}\b", text) and text not in known]


async def too_wide(page: Page) -> bool:
    """Whether one has to scroll sideways."""
    return bool(await page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"))


async def looks_right(page: Page, language: Language, *data: str) -> None:
    """Nothing is wrong with a page as it stands, for whoever reads, listens, or has a small screen; `data` as in
    `strange`."""
    found = [await faults(page), await too_wide(page), await strange(page, language, *data)]
    assert found == [[], False, []], (page.url, found)


async def looks_right_in_both(page: Page, *data: str) -> None:
    """As `looks_right`, of a Chinese page and of the same in English; its dialogs stay open."""
    for language in LANGUAGES:
        with suppress(TimeoutError):  # what the server says in words is asked for anew
            async with asyncio.timeout(20):
                while await strange(page, language, *data):
                    await page.wait_for_timeout(100)
        await looks_right(page, language, *data)
        await _other_language(page)


async def _other_language(page: Page) -> None:
    await page.evaluate("document.querySelector('header button[lang]').click()")  # behind a dialog nobody can press it


def watched(page: Page) -> list[str]:
    """What went wrong on a page from now on: errors of scripts, and what its policy refused."""
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))

    def on_console(message: Any) -> None:
        if message.type == "error" and re.search(r"Content Security Policy|Uncaught", message.text):
            wrong.append(message.text)

    page.on("console", on_console)
    return wrong


def _pictures_are_wanted() -> bool:
    return os.environ.get("HOTLINE_PICTURES") == "1"


async def picture(page: Page, name: str, language: Language) -> None:
    """Keeps a page's look in docs/pictures/desk where HOTLINE_PICTURES=1 asks for it."""
    if _pictures_are_wanted():
        PICTURES.mkdir(parents=True, exist_ok=True)
        seen = Image.open(BytesIO(await page.screenshot(animations="disabled"))).convert("RGB")
        seen.quantize(256).save(PICTURES / f"{name}.{language}.png", optimize=True)  # a third of the bytes


async def pictures(page: Page, name: str, *, dark: bool = False) -> None:
    """The look of a Chinese page as it stands, in both languages, and `dark` as well; its dialogs stay open."""
    if not _pictures_are_wanted():
        return
    for language in LANGUAGES:
        await picture(page, name, language)
        if dark:
            await page.emulate_media(color_scheme="dark")
            await picture(page, f"{name}-dark", language)
            await page.emulate_media(color_scheme="light")
        await _other_language(page)


OpenDesks = Callable[..., Any]
