"""What desks in browsers cost, and how soon they know: WebSockets of the live floor on a hotline that takes calls.

`python -m bench.desks --desks 200` puts up a hotline of its own with so many agents, registers their phones, opens a
live floor for each agent and some for shift leaders, and measures the engine's CPU: nobody connected, all connected and
idle, all connected while calls come. How late a desk knows is from SIPp's word that the agent answered (its 200 OK) to
the message that says `talking` at that agent's own desk and at a leader's; with `--browser`, to the wallboard's DOM in
Chromium as well. See docs/performance.md.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import tempfile
import threading
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiohttp

from bench import report
from bench.figures import Work
from bench.sipp import Callers, agent_stamps, agents, may_send_raw
from bench.stand import Stand, StandFailed, stand, unwinds
from desk.passwords import hashed
from desk.roles import Role
from desk.sessions import Sessions, Stage
from desk.users import Users
from records.store import Store

LEADERS = 3
FIRST = 13900000000
WORDS = "correct horse battery staple"
CHROMIUM = "/usr/bin/chromium"

WATCH_ROWS = """
() => {
  window.seen = []
  const states = new Map()
  const look = () => {
    for (const row of document.querySelectorAll('table[aria-labelledby="wall-agents"] tbody tr')) {
      const [name, state] = [row.cells[0].innerText.trim(), row.cells[1].innerText.trim()]
      if (states.get(name) !== state) {
        states.set(name, state)
        window.seen.push([name, state, Date.now() / 1000])
      }
    }
  }
  look()
  new MutationObserver(look).observe(document.body, { childList: true, subtree: true, characterData: true })
}
"""
"""Notes when an agent's state changes in the page."""


@dataclass
class Desk:
    """One live floor: what it was told."""

    agent: str | None
    messages: int = 0
    size: int = 0
    talking: dict[str, list[float]] = field(default_factory=dict)
    """Agent → when they were told to talk."""
    before: dict[str, str] = field(default_factory=dict)

    def hear(self, text: str, at: float) -> None:
        self.messages += 1
        self.size += len(text)
        for one in json.loads(text).get("agents", ()):
            if one["presence"] == "talking" and self.before.get(one["id"]) != "talking":
                self.talking.setdefault(one["id"], []).append(at)
            self.before[one["id"]] = one["presence"]


async def cookies(here: Stand, names: Mapping[str, tuple[Role, str | None]]) -> dict[str, str]:
    """Accounts, signed in: name → the session's id."""
    store = Store(here.settings.database_url)
    users, sessions, now = Users(store), Sessions(store), datetime.now(UTC)
    password = hashed(WORDS)
    found = {}
    for name, (role, agent) in names.items():
        await users.add(name, name, role, agent=agent, password=password, must_change=False, now=now)
        found[name] = await sessions.begin(name, Stage.IN, address="127.0.0.1", browser="bench", now=now)
    await store.close()
    return found


@asynccontextmanager
async def listening(here: Stand, secrets: Mapping[str, str], desks: Mapping[str, Desk]) -> AsyncIterator[None]:
    """All of them connected, and told the whole floor."""
    base = f"http://127.0.0.1:{here.settings.web.port}"
    async with AsyncExitStack() as stack:
        http = await stack.enter_async_context(aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)))
        tasks = await stack.enter_async_context(asyncio.TaskGroup())
        works = []
        for name, desk in desks.items():
            headers = {"Cookie": f"hotline={secrets[name]}"}
            socket = await stack.enter_async_context(
                http.ws_connect(f"{base}/api/v1/live", origin=base, headers=headers, max_msg_size=0)
            )
            works.append(tasks.create_task(_hear(socket, desk)))
        async with asyncio.timeout(30):
            while not all(desk.messages for desk in desks.values()):  # noqa: ASYNC110 - they tell nobody
                await asyncio.sleep(0.05)
        yield
        for work in works:
            work.cancel()


async def _hear(socket: aiohttp.ClientWebSocketResponse, desk: Desk) -> None:
    async for message in socket:
        desk.hear(message.data, time.time())


def spread(late: list[float]) -> dict[str, float] | None:
    """Milliseconds."""
    if not late:
        return None
    told = sorted(late)
    at = [told[min(len(told) - 1, int(len(told) * share))] * 1000 for share in (0.5, 0.95, 0.99)]
    return dict(
        zip(("n", "p50", "p95", "p99", "max"), [len(told), *(round(x, 1) for x in (*at, told[-1] * 1000))], strict=True)
    )


def lateness(answered: list[tuple[float, str]], told: Mapping[str, list[float]]) -> list[float]:
    """Seconds from each agent's answer to the first telling after it."""
    late = []
    for at, agent in answered:
        after = [moment - at for moment in told.get(agent, ()) if moment >= at - 0.002]
        if after and min(after) < 2.0:
            late.append(max(0.0, min(after)))
    return late


async def core(here: Stand, answering: int, seconds: float) -> float:
    """The share of a core that the engine takes."""
    before, since = Work.now(here.engine, here.asterisk, answering), time.monotonic()
    await asyncio.sleep(seconds)
    after = Work.now(here.engine, here.asterisk, answering)
    return round((after.engine - before.engine) / (time.monotonic() - since), 4)


async def measure(here: Stand, answering: int, given: argparse.Namespace) -> dict[str, Any]:
    told: dict[str, Any] = {"desks": given.desks, "leaders": LEADERS}
    names = {f"desk-{n:04}": (Role.AGENT, agent) for n, agent in enumerate(here.agents[: given.desks])}
    every: dict[str, tuple[Role, str | None]] = {**names, **{f"wall-{n}": (Role.QUALITY, None) for n in range(LEADERS)}}
    secrets = await cookies(here, every)
    desks = {name: Desk(agent) for name, (_, agent) in every.items()}
    await asyncio.sleep(3)
    told["core, nobody connected"] = await core(here, answering, given.seconds)
    async with listening(here, secrets, desks), AsyncExitStack() as stack:
        await asyncio.sleep(3)
        for desk in desks.values():
            desk.messages = desk.size = 0
        told["core, idle"] = await core(here, answering, given.seconds)
        told["idle messages a desk a second"] = round(
            sum(desk.messages for desk in desks.values()) / len(desks) / given.seconds, 2
        )
        page = await wallboard(stack, here, secrets["wall-0"]) if given.browser else None
        callers = Callers(here, keys="rtp" if may_send_raw() else "info", talk=given.talk)
        count = round(given.rate * given.seconds)
        placed: list[Any] = []
        calling = threading.Thread(
            target=lambda: placed.append(callers.call(given.rate, count, first=FIRST, within=given.seconds + 60))
        )
        for desk in desks.values():
            desk.messages = desk.size = 0
        calling.start()
        told[f"core, {given.rate} calls a second"] = await core(here, answering, given.seconds)
        own = [desk for desk in desks.values() if desk.agent is not None]
        walls = [desk for desk in desks.values() if desk.agent is None]
        told["messages a second: desk, leader"] = [
            round(sum(desk.messages for desk in some) / len(some) / given.seconds, 2) for some in (own, walls)
        ]
        told["KiB a second: desk, leader"] = [
            round(sum(desk.size for desk in some) / len(some) / given.seconds / 1024, 2) for some in (own, walls)
        ]
        await asyncio.to_thread(calling.join)
        told["calls"] = {"placed": placed[0].offered, "succeeded": placed[0].succeeded}
        stamps = agent_stamps(here)
        rung = {stamp.number: stamp.agent for stamp in stamps if stamp.what == "invited"}
        answered = [(stamp.at, rung[stamp.number]) for stamp in stamps if stamp.what == "answered"]
        of_own = {agent: times for desk in own for agent, times in desk.talking.items()}
        told["200 OK to the agent's desk, ms"] = spread(lateness(answered, of_own))
        told["200 OK to a leader's, ms"] = spread(lateness(answered, walls[-1].talking))
        if page is not None:
            seen: dict[str, list[float]] = {}
            for name, state, at in await page.evaluate("window.seen"):
                if state in ("通话", "Talking"):
                    seen.setdefault(name, []).append(at)
            told["200 OK to the wallboard's DOM, ms"] = spread(lateness(answered, seen))
    return told


async def wallboard(stack: AsyncExitStack, here: Stand, secret: str) -> Any:
    """The wallboard in Chromium, with every change of an agent's state noted."""
    from playwright.async_api import async_playwright  # the others need no browser

    playwright = await stack.enter_async_context(async_playwright())
    chromium = await playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
    stack.push_async_callback(chromium.close)
    context = await chromium.new_context(viewport={"width": 1366, "height": 768})
    await context.add_cookies([{"name": "hotline", "value": secret, "domain": "127.0.0.1", "path": "/"}])
    page = await context.new_page()
    await page.goto(f"http://127.0.0.1:{here.settings.web.port}/wall?lang=zh")
    await page.locator('table[aria-labelledby="wall-agents"] tbody tr').first.wait_for()
    await page.evaluate(WATCH_ROWS)
    return page


def main() -> int:
    """The command."""
    command = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    command.add_argument("--desks", type=int, default=200, help="agents, each with a desk (200)")
    command.add_argument("--seconds", type=float, default=30, help="of each measurement (30)")
    command.add_argument("--rate", type=int, default=2, help="calls a second (2)")
    command.add_argument("--talk", type=float, default=3.0, help="seconds of talk (3)")
    command.add_argument("--browser", action="store_true", help="the wallboard in Chromium as well")
    command.add_argument("--json", type=Path, help="write the results here")
    given = command.parse_args()
    unwinds()
    with tempfile.TemporaryDirectory(prefix="desks-") as folder:
        try:
            with stand(Path(folder) / "stand", agents=given.desks, record=False) as here, agents(here) as answering:
                told = {"machine": report.machine(), **asyncio.run(measure(here, answering, given))}
        except StandFailed as error:
            print(error, file=sys.stderr)
            return 1
    text = json.dumps(told, indent=1, ensure_ascii=False)
    print(text)
    if given.json:
        given.json.write_text(text + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
