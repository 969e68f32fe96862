"""How soon a page of the desk is there: Chromium with nothing in its cache, on a hotline of its own.

`python -m bench.paint` puts a hotline up, signs an agent and a shift leader in, opens their pages `--runs` times, each
time in a new profile, and prints median and worst of what Chromium's own Performance API tells: the first paint, the
first words, when the page's main part stands, when the telephone is registered, and what was loaded until the words.
`--slow 4` lets Chromium's processor be four times as slow, as an old computer's is. Ends with 1 when the median of an
agent's first words is later than a second. See docs/performance.md.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from bench import report
from bench.desks import CHROMIUM, cookies
from bench.stand import Stand, StandFailed, stand, unwinds
from desk.roles import Role

AIM = 1000.0
"""Milliseconds until the first words of the agent's page."""
_FLAGS = ["--no-sandbox", "--disable-gpu", "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]
_WATCH = """(marks) => {
  window.stands = {}
  const look = () => {
    for (const [name, mark] of Object.entries(marks)) {
      if (window.stands[name] === undefined && document.querySelector(mark)) window.stands[name] = performance.now()
    }
  }
  new MutationObserver(look).observe(document, { childList: true, subtree: true, attributes: true })
}"""
"""Notes when elements are there for the first time."""
_TOLD = """() => {
  const paint = (name) => performance.getEntriesByName(name)[0]?.startTime ?? null
  const words = paint('first-contentful-paint')
  const loaded = performance.getEntriesByType('resource').filter((one) => one.responseEnd <= (words ?? 0))
  return {
    'page received': performance.getEntriesByType('navigation')[0].responseEnd,
    'first paint': paint('first-paint'),
    'first words': words,
    ...window.stands,
    'requests until then': loaded.length,
    'KiB until then': loaded.reduce((sum, one) => sum + one.encodedBodySize, 0) / 1024,
  }
}"""


@dataclass(frozen=True, slots=True)
class Opened:
    """A page that is measured."""

    path: str
    role: Role
    agent: bool
    marks: dict[str, str]
    """What has to stand, by its selector; the last of them is waited for."""


PAGES = {
    "agent": Opened(
        "/desk", Role.AGENT, True, {"main part stands": "[data-test=presence]", "telephone registered": ".registered"}
    ),
    "leader": Opened("/wall", Role.LEADER, False, {"main part stands": "table[aria-labelledby=wall-agents] tbody tr"}),
}


async def once(chromium: Any, here: Stand, page: Opened, secret: str, slow: float) -> dict[str, float]:
    """One opening of a page in a profile that has nothing. Milliseconds since it was asked for."""
    context = await chromium.new_context(viewport={"width": 1366, "height": 768}, permissions=["microphone"])
    try:
        await context.add_cookies([{"name": "hotline", "value": secret, "domain": "127.0.0.1", "path": "/"}])
        await context.add_init_script(f"({_WATCH})({json.dumps(page.marks)})")
        opened = await context.new_page()
        if slow != 1:
            session = await context.new_cdp_session(opened)
            await session.send("Emulation.setCPUThrottlingRate", {"rate": slow})
        await opened.goto(f"http://127.0.0.1:{here.settings.web.port}{page.path}?lang=zh")
        await opened.locator(list(page.marks.values())[-1]).first.wait_for()
        told: dict[str, float] = await opened.evaluate(_TOLD)
        return told
    finally:
        await context.close()


async def measure(here: Stand, given: argparse.Namespace) -> dict[str, list[dict[str, float]]]:
    from playwright.async_api import async_playwright  # the other measurements need no browser

    names = {name: (page.role, here.agents[0] if page.agent else None) for name, page in PAGES.items()}
    secrets = await cookies(here, names)
    async with async_playwright() as playwright:
        chromium = await playwright.chromium.launch(executable_path=CHROMIUM, args=_FLAGS)
        try:
            await once(chromium, here, PAGES["leader"], secrets["leader"], 1)  # Chromium's own beginning is not ours
            return {
                name: [await once(chromium, here, page, secrets[name], given.slow) for _ in range(given.runs)]
                for name, page in PAGES.items()
            }
        finally:
            await chromium.close()


def table(told: dict[str, list[dict[str, float]]]) -> str:
    """Median and worst of each figure, for people."""
    rows = [f"{'':28}" + "".join(f"{name:>20}" for name in told)]
    for figure in dict.fromkeys(figure for runs in told.values() for figure in runs[0]):
        row = f"{figure:28}"
        for runs in told.values():
            values = [run[figure] for run in runs if run.get(figure) is not None]
            row += f"{f'{median(values):.0f} / {max(values):.0f}' if values else '–':>20}"
        rows.append(row)
    return "\n".join(rows)


def main() -> int:
    """The command."""
    command = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    command.add_argument("--runs", type=int, default=5, help="openings of each page (5)")
    command.add_argument("--slow", type=float, default=1, help="so many times as slow a processor (1)")
    command.add_argument("--json", type=Path, help="write all figures here")
    given = command.parse_args()
    unwinds()
    with tempfile.TemporaryDirectory(prefix="paint-") as folder:
        try:
            with stand(Path(folder) / "stand", agents=8, record=False) as here:
                told = asyncio.run(measure(here, given))
        except StandFailed as error:
            print(error, file=sys.stderr)
            return 1
    machine = report.machine()
    print("".join(f"{name}: {value}\n" for name, value in machine.items()), end="")
    print(f"{given.runs} openings of each page, nothing cached, processor {given.slow:g} times as slow")
    print("milliseconds, median / worst\n\n" + table(told))
    if given.json:
        given.json.write_text(json.dumps({"machine": machine, **told}, indent=1, ensure_ascii=False) + "\n", "utf-8")
    words = median(run["first words"] for run in told["agent"])
    return 0 if words <= AIM or given.slow != 1 else 1


if __name__ == "__main__":
    sys.exit(main())
