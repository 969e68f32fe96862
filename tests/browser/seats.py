"""Agents whose telephones are pages, and the caller whom they talk with."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from playwright.async_api import Locator, Page

from desk.roles import Role
from hotline import ear
from hotline.talk import Talk
from tests.browser.ears import with_ears
from tests.browser.stage import ALLOWED, Desks
from tests.phones import AGENT_TONE, CALLER_TONE, OTHER_TONE

FIRST, SECOND = "vaccine-1", "vaccine-2"
RING = 30_000
"""Milliseconds until a page rings: the caller hears sentences before."""
_ASK = """async ([method, path, body]) => {
  const headers = { 'Content-Type': 'application/json' };
  const answer = await fetch('/api/v1' + path, { method, headers, body: JSON.stringify(body) });
  return [answer.status, await answer.json()];
}"""


async def telephone(
    desks: Desks, agent: str, sound: Path, *, allowed: Sequence[str] = ALLOWED, scripts: Sequence[str] = ()
) -> Page:
    """An agent's page, registered and ready. `scripts` run before its own."""
    page = await desks.sign_in(Role.AGENT, agent, path="/healthz", sound=sound, allowed=allowed)
    await with_ears(page.context)
    for script in scripts:
        await page.context.add_init_script(script)
    await desks.go(page, "/")
    floor = desks.stage.hotline.board.dispatch.floor
    await desks.stage.until(lambda: f"web-{agent}" in floor.seat(agent).phones)
    return page


def bar(page: Page, button: str) -> Locator:
    """A button of the telephone's bar; a page may have its own of that name."""
    return page.get_by_role("region", name="电话").get_by_role("button", name=button)


async def caller(desks: Desks) -> Talk:
    """A caller who went to the vaccines' line, and speaks."""
    talk = await desks.stage.caller()
    await desks.stage.hears(talk, "main-menu", share=0.2)
    await talk.press("1")
    await desks.stage.hears(talk, "consult-menu", share=0.2)
    await talk.press("4")
    talk.speak(CALLER_TONE, endless=True)
    return talk


async def asks(page: Page, method: str, path: str, status: int = 200, **body: Any) -> Any:
    """What the page's own session is answered."""
    got, told = await page.evaluate(_ASK, [method, path, body])
    assert got == status, told
    return told


async def caller_hears(talk: Talk, *tones: float) -> None:
    """Wait until these tones come to the caller in one second, and no other of the agents'."""
    every = {AGENT_TONE, OTHER_TONE}

    def so(one: Talk) -> bool:
        last = one.heard[-8000:]
        return all((ear.tone(last, hertz) > 0.05) is (hertz in tones) for hertz in every)

    await talk.until(so, within=20)


def hears_music(talk: Talk) -> bool:
    """Whether there is sound, and no agent's, in the last second."""
    last = talk.heard[-8000:]
    return ear.level(last) > -45 and all(ear.tone(last, hertz) <= 0.05 for hertz in (AGENT_TONE, OTHER_TONE))
