"""An Asterisk without an engine, and callers on it that need no telephone: their keys are sent over ARI.

Each caller is one half of a Local channel; the other half walks the dialplan, and Asterisk tells of each of its steps.
So a caller knows when a key is asked for, and no test waits longer than the dialplan does.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path

import aiohttp

from bench.ports import free_ports
from hotline.accounts import phones_of
from hotline.fallback import dialplan_of
from hotline.managed import ManagedAsterisk
from hotline.secrets import keep_secrets
from hotline.settings import HOUSE, Settings, load
from ivr.clock import Clock
from prompts.catalogue import Catalogue
from routing.dialplan.record import FallbackCall, read
from routing.node import Say, Variant
from routing.plan import Plan

HUSH = b"\xd5" * 8
"""A millisecond of silence in A-law: fifty are what most prompts sound like here."""

LONGER = 500
"""Milliseconds of words that ask for nothing: a key typed ahead must come before they end."""

AT_ONCE = 24
"""Callers at one time."""

HEARD = ("ChannelDialplan", "ChannelDestroyed")
"""What Asterisk tells us of; without a filter it tells of each variable that is set."""

EXPECTED = re.compile(
    "Stasis app 'hotline' doesn't exist|outbound websocket per-call config for app 'hotline'"
    "|Taskprocessor 'stasis/m:ari:application/test"
    "|Queued '[A-Za-z]+' message for Stasis app 'test'; websocket is not ready"
    "|res_musiconhold.c: Failed to write frame to 'Local/"
)
"""What Asterisk says of an engine that is away, of our wish to be told a lot, and of callers who hang up to music."""


def settings_for(var: Path, trunk: int = 5070) -> Settings:
    sip, ari, web = free_ports(3)
    return load(
        var=var,
        config=HOUSE / "config",
        sip={"port": sip},
        ari={"port": ari},
        web={"port": web},
        rtp={"first": 23000, "last": 23999},
        trunk={"port": trunk},
    )


def ari_of(settings: Settings) -> str:
    return f"http://127.0.0.1:{settings.ari.port}/ari"


class Alone:
    """The switch, its ARI under an application that the dialplan does not know, and the calls it wrote down."""

    def __init__(self, asterisk: ManagedAsterisk, settings: Settings, plan: Plan, http: aiohttp.ClientSession) -> None:
        self.asterisk, self.settings, self.plan = asterisk, settings, plan
        self._http, self._url = http, ari_of(settings)
        self._callers: dict[str, asyncio.Queue[tuple[str, str]]] = {}
        self._count = 0
        self._room = asyncio.Semaphore(AT_ONCE)

    async def order(self, method: str, path: str, body: object = None, **query: str) -> object:
        async with self._http.request(method, self._url + path, params=query, json=body) as answer:
            if answer.status >= 400 and answer.status != 404:
                raise RuntimeError(f"{method} {path}: {answer.status} {await answer.text()}")
            return await answer.json() if answer.status == 200 else None

    async def hear(self, events: aiohttp.ClientWebSocketResponse) -> None:
        async for message in events:
            event = json.loads(message.data)
            steps = self._callers.get(event.get("channel", {}).get("id", ""))
            if steps is None:
                continue
            if event["type"] == "ChannelDialplan":
                steps.put_nowait((event["dialplan_app"], event["dialplan_app_data"]))
            elif event["type"] == "ChannelDestroyed":
                steps.put_nowait(("", ""))

    async def turn_to(self, at: datetime) -> None:
        """From now on it is this time on the hotline's clock."""
        await self.asterisk.reload(
            phones_of(self.plan, self.asterisk._secrets), dialplan_of(self.plan, self.settings, Clock.starting_at(at))
        )

    async def call(self, keys: Sequence[str], number: str, *, ahead: bool = False) -> str:
        """Call, press the keys when they are asked for (or all at once), hang up on who rings or records; the id."""
        async with self._room:
            self._count += 1
            here, there = f"test-{self._count:05}-here", f"test-{self._count:05}-there"
            steps = self._callers[there] = asyncio.Queue()
            await self.order(
                "POST",
                f"/channels/{here}",
                endpoint="Local/12320@from-trunk",
                app="test",
                callerId=number,
                otherChannelId=there,
            )
            async with asyncio.timeout(60):
                await self._press(here, steps, list(keys), ahead)
            del self._callers[there]
        return there

    async def _press(self, here: str, steps: asyncio.Queue[tuple[str, str]], left: list[str], ahead: bool) -> None:
        while True:
            app, data = await steps.get()
            if app == "":
                return
            if app in ("Dial", "Record"):
                await self.order("DELETE", f"/channels/{here}")
            elif app == "Read" and left and (ahead or not data.endswith(",0.05")):
                keys = "".join(left) if ahead else left[0]
                del left[: len(keys)]
                if keys == "h":
                    await self.order("DELETE", f"/channels/{here}")
                elif keys != ".":
                    await self.order("POST", f"/channels/{here}/dtmf", dtmf=keys)

    async def record(self, call: str) -> FallbackCall:
        """What the dialplan wrote down of a call. Raises TimeoutError."""
        async with asyncio.timeout(10):
            while True:
                for one in self.records():
                    if one.id == call:
                        return one
                await self.beat()

    def records(self) -> Iterable[FallbackCall]:
        log = self.asterisk.places.log / "fallback.log"
        lines = log.read_text(encoding="utf-8").splitlines(keepends=True) if log.exists() else []
        return [call for line in lines if line.endswith("\n") and (call := read(line)) is not None]

    async def beat(self) -> None:
        """Let a moment of real time pass."""
        try:
            async with asyncio.timeout(0.05):
                await asyncio.Event().wait()
        except TimeoutError:
            return

    async def empty(self) -> None:
        """Wait until no channel is left. Raises TimeoutError."""
        async with asyncio.timeout(15):
            while await self.order("GET", "/channels"):
                await self.beat()


@asynccontextmanager
async def alone(settings: Settings, plan: Plan, at: datetime) -> AsyncIterator[Alone]:
    """An Asterisk with the plan's dialplan and no engine; every prompt is silence, and short.

    At the end no channel may be left, and nothing that Asterisk complained about.
    """
    settings.sounds.mkdir(parents=True, exist_ok=True)
    settings.moh.mkdir(parents=True, exist_ok=True)
    told = {prompt for node in plan.nodes.values() if isinstance(node, Say | Variant) for prompt in node.say}
    for sound in [*Catalogue(plan.words).texts, "fallback"]:
        (settings.sounds / f"{sound}.alaw").write_bytes(HUSH * (LONGER if sound in told else 50))
    (settings.moh / "music.alaw").write_bytes(HUSH * 1000)
    secrets = keep_secrets(settings.var, plan.agents)
    headers = {"Authorization": aiohttp.encode_basic_auth(settings.ari.user, secrets.ari_password)}
    async with (
        ManagedAsterisk(
            settings, secrets, phones_of(plan, secrets), dialplan_of(plan, settings, Clock.starting_at(at))
        ) as asterisk,
        aiohttp.ClientSession(headers=headers, connector=aiohttp.TCPConnector(limit=12)) as http,
        http.ws_connect(f"{ari_of(settings)}/events", params={"app": "test", "subscribeAll": "true"}) as events,
        asyncio.TaskGroup() as tasks,
    ):
        here = Alone(asterisk, settings, plan, http)
        await here.order("PUT", "/applications/test/eventFilter", {"allowed": [{"type": name} for name in HEARD]})
        hearing = tasks.create_task(here.hear(events))
        yield here
        await here.empty()
        hearing.cancel()
    log = (asterisk.places.log / "messages.log").read_text(encoding="utf-8")
    complaints = [line for line in log.splitlines() if re.search("WARNING|ERROR", line) and not EXPECTED.search(line)]
    assert not complaints, "\n".join(complaints[:20])
