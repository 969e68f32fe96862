"""The whole hotline on a real Asterisk, with callers, agents and a carrier, for one test."""

from __future__ import annotations

import asyncio
import re
import shutil
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from bench.ports import free_ports
from hotline import ear
from hotline.handset import Samples
from hotline.operators import Published, read_config
from hotline.phone import Exchange, Manner, Phone
from hotline.sealing import vault_of
from hotline.secrets import keep_secrets
from hotline.service import Running, running
from hotline.settings import HOUSE, Settings, load
from hotline.sound_file import load as load_sound
from hotline.sound_file import wav
from hotline.talk import Talk
from ivr.journal import Entry, Event
from records.calls import calls
from records.cdr import Cdr
from routing.calendar import SHANGHAI
from routing.plan import Plan
from tests.phones import CALLER, Carrier, agent_phone, hears_prompt

WORKDAY = datetime(2026, 11, 20, 10, 0, tzinfo=SHANGHAI)
NIGHT = datetime(2026, 11, 20, 22, 0, tzinfo=SHANGHAI)
HOLIDAY = datetime(2026, 10, 1, 10, 0, tzinfo=SHANGHAI)
MAKE_UP_WORKDAY = datetime(2026, 10, 10, 10, 0, tzinfo=SHANGHAI)
"""A Saturday worked in exchange for the National Day holiday."""


def config_that_keeps_numbers(folder: Path) -> Path:
    """The shipped files, copied into `folder`, with no line confidential: a test asks for records by number.

    Agents wrap up for a second, so that whoever waits for one is not waited for.
    """
    shutil.copytree(HOUSE / "config", folder)
    lines = folder / "lines.yaml"
    text = re.sub(r"^    (confidential|wrap_up):.*\n", "", lines.read_text("utf-8"), flags=re.MULTILINE)
    lines.write_text(re.sub(r"^    name:.*\n", r"\g<0>    wrap_up: 1s\n", text, flags=re.MULTILINE), "utf-8")
    return folder


def shipped_plan(**lines: float) -> Published:
    """The shipped hotline, with times that a test can wait for: `ring`, `wrap_up`, `maximum_wait` of all lines.

    No line is confidential: records are asked for by number.
    """
    published = read_config(HOUSE / "config")
    plan = published.plan
    quick = {"ring": 4.0, "wrap_up": 1.0, "confidential": None, **lines}
    hotline = plan.hotline.model_copy(update={"wait": 2.0})
    changed = {name: rule.model_copy(update=quick) for name, rule in plan.lines.items()}
    return Published(plan.model_copy(update={"lines": changed, "hotline": hotline}), published.version)


@dataclass(slots=True)
class Stage:
    """One hotline and everybody who calls it."""

    settings: Settings
    plan: Plan
    hotline: Running
    exchange: Exchange
    carrier: Carrier
    entries: list[Entry]
    prompts: dict[str, Samples]
    agents: list[Phone] = field(default_factory=list)
    mended: set[str] = field(default_factory=set)
    """What the reconciler is to mend in this test; all else that it mends is a bug, or a false alarm."""

    @property
    def switch(self) -> str:
        return f"127.0.0.1:{self.settings.sip.port}"

    async def caller(self, number: str = CALLER) -> Talk:
        """A caller on the trunk, whose call was answered."""
        phone = await self.exchange.phone(number, switch=self.switch)
        return await (await phone.dial("12320")).answered()

    async def agent(self, username: str, manner: Manner | None = None) -> Phone:
        """An agent's phone, registered, its agent ready."""
        secret = keep_secrets(self.settings.var, [username]).phones[username]
        phone = await agent_phone(self.exchange, self.switch, username, secret, manner)
        self.agents.append(phone)
        await self.until(lambda: self.hotline.board.dispatch.floor.seat(username).phone_up)
        return phone

    async def phone(self, name: str, agent: str, manner: Manner | None = None) -> Phone:
        """Another phone of an agent, registered."""
        secret = keep_secrets(self.settings.var, [name]).phones[name]
        phone = await agent_phone(self.exchange, self.switch, name, secret, manner)
        self.agents.append(phone)
        await self.until(lambda: name in self.hotline.board.dispatch.floor.seat(agent).phones)
        return phone

    async def until(self, holds: Callable[[], bool], within: float = 45.0) -> None:
        """Wait until something is so. Raises TimeoutError."""
        async with asyncio.timeout(within):
            while not holds():
                await self._beat()

    async def noted(self, kind: type[Event], times: int = 1, within: float = 60.0) -> None:
        """Wait until so many facts of a kind were noted."""
        await self.until(lambda: sum(isinstance(e.event, kind) for e in self.entries) >= times, within)

    async def record(self, number: str = CALLER) -> Cdr:
        """The record of this number's call, once it has ended."""
        async with asyncio.timeout(30.0):
            while True:
                await self.hotline.journal.flush()
                if found := await calls(self.settings.database_url, number=number):
                    return found[-1]
                await self._beat()

    async def hears(self, talk: Talk, prompt: str, *, share: float = 0.6, within: float = 45.0) -> None:
        """Wait until so much of a prompt was heard. Raises TimeoutError."""
        await hears_prompt(talk, self.prompts[prompt], within, share=share)

    def heard(self, talk: Talk) -> list[str]:
        """The prompts that were heard, in order."""
        return [heard.name for heard in ear.sequence(self.prompts, talk.unbroken) if heard.match.share > 0.1]

    def recording(self, file: str) -> Samples:
        """What was recorded, whether it was sealed by now or not."""
        return wav(vault_of(self.settings).read(file))

    async def left_on_the_switch(self) -> list[str]:
        """Channels and bridges that exist on Asterisk once calls had a moment to end; a recorder is a channel too."""
        ari = self.hotline.switch
        left: list[str] = ["?"]
        for _ in range(400):
            channels = await ari._order("GET", "/channels")
            bridges = await ari._order("GET", "/bridges")
            left = [channel["name"] for channel in channels] + [bridge["id"] for bridge in bridges]
            if not left:
                break
            await self._beat()
        return left

    async def _beat(self) -> None:
        """Let a moment of real time pass: real phones and a real switch run beside us."""
        try:
            async with asyncio.timeout(0.05):
                await asyncio.Event().wait()
        except TimeoutError:
            return


@asynccontextmanager
async def stage(
    var: Path,
    sounds: Path,
    exchange: Exchange,
    at: datetime,
    published: Published,
    *,
    config: Path = HOUSE / "config",
    changed: Mapping[str, Mapping[str, Any]] | None = None,
) -> AsyncIterator[Stage]:
    """The hotline up, at an instant of its own; nothing may be left on the switch when the test ends.

    `changed` are settings of a part, such as `{"rtp": {"timeout": 2}}`.
    """
    sip, ari = free_ports(2)
    carrier = await Carrier.open(exchange)
    settings = load(
        var=var,
        config=config,
        sip={"port": sip, **(changed or {}).get("sip", {})},
        ari={"port": ari},
        web={"port": free_ports(1)[0]},
        rtp={"first": 22000, "last": 22999, **(changed or {}).get("rtp", {})},
        webrtc=dict((changed or {}).get("webrtc", {})),
        agi=dict((changed or {}).get("agi", {})),
        test_calls=dict((changed or {}).get("test_calls", {})),
        trunk={"port": int(exchange.address.rpartition(":")[2])},
        clock=at,
    )
    lend(settings, sounds)
    prompts = {name: load_sound(settings.sounds / f"{name}.alaw") for name in published.plan.prompts}
    entries: list[Entry] = []
    async with running(settings, published, managed=True) as hotline:
        hotline.journal.subscribe(entries.append)
        here = Stage(settings, published.plan, hotline, exchange, carrier, entries, prompts)
        await here.until(lambda: hotline.switch.up)
        yield here
        left = await here.left_on_the_switch()
        assert left == []
        assert {what for what, count in hotline.reconciler.repairs.items() if count} <= here.mended
        await here.until(lambda: not hotline.board.calls)  # the last words of a call may follow its channel's end
        assert hotline.board.dispatch.legs.names() == frozenset()
        for phone in here.agents:
            await phone.unregister()


def lend(settings: Settings, sounds: Path) -> None:
    """Let a hotline play sounds that were built before."""
    settings.var.mkdir(exist_ok=True)
    if settings.sounds.exists():
        return  # it has its own
    settings.sounds.symlink_to(sounds / "sounds")
    settings.moh.symlink_to(sounds / "moh")
