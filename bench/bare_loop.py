"""The least that a program on ARI can do, first come, first served: what it takes is Asterisk's own time.

No menus, hours, skills, limits, journal, adoption or records: its dialplan asks the two menus, and when an agent's leg
hangs up, the phone is rung for whoever waits longest. One file, one loop, aiohttp, as a first try would be written.
"""

from __future__ import annotations

import argparse
import asyncio
import subprocess
import sys
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp

from bench.plain_switch import PlainSwitch, menus, numbered, plain_switch
from bench.stand import StandFailed, wait_until
from hotline.secrets import keep_secrets
from hotline.settings import HOUSE

APP = "bare"


@dataclass(frozen=True, slots=True)
class Bare(PlainSwitch):
    """Asterisk with the bare loop on it, up."""

    loop: int
    """Process id."""

    @property
    def processes(self) -> tuple[int, ...]:
        """Whose CPU counts."""
        return (self.loop, self.asterisk)

    def ready_agents(self) -> int:
        """Phones that are there and have no call."""
        rows = self.told("pjsip show endpoints").splitlines()
        return sum("Endpoint:" in row and "agent-" in row and "Not in use" in row for row in rows)

    def joined(self) -> list[str]:
        """Numbers of the callers in the order in which they began to wait."""
        return (self.folder / "joined").read_text().split()

    def chosen(self) -> list[str]:
        """It chooses whoever is first; it does not tell."""
        return []


@contextmanager
def bare_loop(folder: Path, *, agents: int) -> Iterator[Bare]:
    """Put it up in `folder`, on free ports; it is down when the block ends. Raises StandFailed."""

    def change(_: Mapping[str, str], __: Sequence[str], ___: Sequence[str]) -> Mapping[str, str]:
        return {"extensions.conf": menus(f"Stasis({APP})")}

    with plain_switch(folder, agents=numbered(agents), needs="res_ari", change=change) as here:
        ari = here.settings.ari
        given = [str(ari.port), ari.user, keep_secrets(here.settings.var).ari_password, str(folder), *here.agents]
        command = [sys.executable, "-m", "bench.bare_loop", *given]
        with (folder / "loop.log").open("wb") as log:
            loop = subprocess.Popen(command, cwd=HOUSE, stdout=log, stderr=log)
        try:
            if not wait_until((folder / "joined").exists, 20):
                raise StandFailed(f"the bare loop did not come up: {(folder / 'loop.log').read_text()[-800:]}")
            yield Bare(here.folder, here.settings, here.agents, here.asterisk, here.program, here.places, loop.pid)
        finally:
            loop.terminate()
            loop.wait(10)


class Loop:
    """Callers in line, agents that are free, and who talks with whom."""

    def __init__(self, http: aiohttp.ClientSession, agents: Sequence[str], joined: Path) -> None:
        self._http, self._joined = http, joined
        self._free = deque(agents)
        self._line: deque[tuple[str, str]] = deque()
        """Channel and number."""
        self._agent: dict[str, str] = {}
        """By the channel of the leg."""
        self._other: dict[str, str] = {}
        """The leg of each caller who is being served, and the caller of each leg."""
        self._bridges: set[str] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    def heard(self, event: Mapping[str, Any]) -> None:
        """Take in an event of the switch."""
        channel = event.get("channel", {}).get("id", "")
        match event["type"]:
            case "StasisStart" if channel in self._agent:
                self._do(self._joins(self._other[channel], channel))
            case "StasisStart":
                number = event["channel"]["caller"]["number"]
                self._line.append((channel, number))
                with self._joined.open("a") as file:
                    file.write(number + "\n")
                self._do(self._order("POST", f"channels/{channel}/moh"))
                self._serve()
            case "ChannelHangupRequest" | "ChannelDestroyed":
                self._ended(channel)

    def _ended(self, channel: str) -> None:
        if (agent := self._agent.pop(channel, None)) is not None:
            self._free.append(agent)
            self._serve()
        if (other := self._other.pop(channel, None)) is not None:
            self._other.pop(other, None)
            self._do(self._parts(other, channel))
        else:
            self._line = deque(waiting for waiting in self._line if waiting[0] != channel)

    def _serve(self) -> None:
        while self._free and self._line:
            agent, (caller, number) = self._free.popleft(), self._line.popleft()
            leg = f"leg-{caller}"
            self._agent[leg], self._other[leg], self._other[caller] = agent, caller, leg
            asked = {"endpoint": f"PJSIP/{agent}", "app": APP, "channelId": leg, "callerId": number, "timeout": "30"}
            self._do(self._order("POST", "channels", **asked))

    async def _joins(self, caller: str, leg: str) -> None:
        bridge = f"bridge-{caller}"
        self._bridges.add(bridge)
        await self._order("DELETE", f"channels/{caller}/moh")
        await self._order("POST", "bridges", bridgeId=bridge, type="mixing")
        await self._order("POST", f"bridges/{bridge}/addChannel", channel=f"{caller},{leg}")

    async def _parts(self, *talked: str) -> None:
        for bridge in {f"bridge-{channel}" for channel in talked} & self._bridges:
            self._bridges.discard(bridge)
            await self._order("DELETE", f"bridges/{bridge}")
        await self._order("DELETE", f"channels/{talked[0]}")

    async def _order(self, method: str, path: str, **query: str) -> None:
        async with self._http.request(method, path, params=query) as answer:
            await answer.read()
            if answer.status >= 400 and answer.status != 404:
                print(method, path, answer.status, file=sys.stderr)

    def _do(self, work: Any) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


async def run(port: int, user: str, password: str, folder: Path, agents: Sequence[str]) -> None:
    """Until cancelled."""
    known = {"Authorization": aiohttp.encode_basic_auth(user, password)}
    http = aiohttp.ClientSession(f"http://127.0.0.1:{port}/ari/", headers=known)
    async with http, http.ws_connect(f"events?app={APP}") as events:
        loop = Loop(http, agents, folder / "joined")
        (folder / "joined").touch()
        async for message in events:
            loop.heard(message.json())


if __name__ == "__main__":
    command = argparse.ArgumentParser(description=__doc__)
    for name in ("port", "user", "password", "folder"):
        command.add_argument(name)
    command.add_argument("agents", nargs="+")
    given = command.parse_args()
    asyncio.run(run(int(given.port), given.user, given.password, Path(given.folder), given.agents))
