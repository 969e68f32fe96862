"""System: the link to Asterisk breaks in every way while callers are there. They notice nothing, and no call fails."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import pytest

from bench.chaos.proxy import Wire, wire
from bench.ports import free_ports
from hotline.accounts import phones_of
from hotline.managed import ManagedAsterisk
from hotline.phone import Exchange, answers
from hotline.secrets import keep_secrets
from hotline.service import Running, running
from hotline.settings import HOUSE, load
from hotline.talk import Talk
from ivr.events import CallEnded, TalkBegan, WaitBegan
from ivr.journal import Entry, Event
from ivr.outcomes import Outcome
from tests.phones import AGENT_TONE, CARRIER_TONE, Carrier, agent_phone, hears
from tests.system.stage import WORKDAY, lend, shipped_plan

pytestmark = pytest.mark.system

AGENT = "vaccine-1"


@dataclass(slots=True)
class House:
    """A hotline that reaches its Asterisk over a wire which can be cut."""

    hotline: Running
    wire: Wire
    sip: str
    ari: str
    exchange: Exchange
    entries: list[Entry]

    async def caller(self, number: str) -> Talk:
        return await (await (await self.exchange.phone(number, switch=self.sip)).dial("12320")).answered()

    @asynccontextmanager
    async def ghost(self) -> AsyncIterator[None]:
        """Somebody asks for the events whom the switch takes for the engine."""
        headers = {"Authorization": aiohttp.encode_basic_auth("hotline", "of-the-operator")}
        async with (
            aiohttp.ClientSession(headers=headers) as http,
            http.ws_connect(f"{self.ari}/ari/events?app=hotline"),
        ):
            yield

    async def until(self, holds: object, within: float) -> float:
        """Wait until something is so; the seconds that it took. Raises TimeoutError."""
        assert callable(holds)
        loop = asyncio.get_running_loop()
        began = loop.time()
        async with asyncio.timeout(within):
            while not holds():
                await self.passes(0.05)
        return loop.time() - began

    async def passes(self, seconds: float) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await asyncio.Event().wait()

    def noted(self, kind: type[Event]) -> list[Entry]:
        return [entry for entry in self.entries if isinstance(entry.event, kind)]


@asynccontextmanager
async def opened(var: Path, sounds: Path, exchange: Exchange) -> AsyncIterator[House]:
    sip, ari, reached, web = free_ports(4)
    carrier = await Carrier.open(exchange)
    common = {
        "var": var,
        "config": HOUSE / "config",
        "sip": {"port": sip},
        "web": {"port": web},
        "trunk": {"port": int(exchange.address.rpartition(":")[2])},
        "rtp": {"first": 24000, "last": 24999},
        "clock": WORKDAY,
    }
    theirs = load(**common, ari={"port": ari, "password": "of-the-operator"})
    ours = load(**common, ari={"port": reached, "password": "of-the-operator"})
    lend(ours, sounds)
    published = shipped_plan(ring=20.0)
    secrets = keep_secrets(var, published.plan.agents)
    known = type(secrets)("of-the-operator", secrets.phones)
    entries: list[Entry] = []
    async with ManagedAsterisk(theirs, known, phones_of(published.plan, secrets)):
        with wire(reached, ari) as cable:
            async with running(ours, published, managed=False) as hotline:
                hotline.journal.subscribe(entries.append)
                house = House(hotline, cable, f"127.0.0.1:{sip}", f"http://127.0.0.1:{ari}", exchange, entries)
                await house.until(lambda: hotline.switch.up, 20.0)
                await agent_phone(exchange, house.sip, AGENT, secrets.phones[AGENT], answers(speaking=AGENT_TONE))
                await house.until(lambda: hotline.board.dispatch.floor.seat(AGENT).phone_up, 20.0)
                yield house
    assert carrier.dialled == []
    assert CARRIER_TONE


SOON = 9.0
"""Seconds. How soon is promised, and judged where nothing else runs: `bench/chaos`."""


async def test_a_reset_and_ten_silent_seconds_fail_no_call_and_what_happened_meanwhile_is_seen(
    tmp_path: Path, sounds: Path, exchange: Exchange, capsys: pytest.CaptureFixture[str]
) -> None:
    async with opened(tmp_path / "var", sounds, exchange) as h:
        board, switch = h.hotline.board, h.hotline.switch
        talking = await h.caller("13900000001")
        await talking.press("14")
        await hears(talking, AGENT_TONE, within=30.0)
        waiting, leaving = [await h.caller(f"1390000000{n}") for n in (2, 3)]
        for caller in (waiting, leaving):
            await caller.press("14")
        await h.until(lambda: len(h.noted(WaitBegan)) == 3, 30.0)
        in_menu = await h.caller("13900000004")
        assert board.calls == 4

        h.wire.reset()
        noticed = await h.until(lambda: not switch.up, SOON)
        back = await h.until(lambda: switch.up, SOON)
        assert board.calls == 4
        await hears(talking, AGENT_TONE)

        async with h.ghost():  # a try of ours that the network held back
            await h.until(lambda: not switch.up, SOON)
            await h.until(lambda: switch.up, SOON)
        assert board.calls == 4

        h.wire.swallow()
        silent = await h.until(lambda: not switch.up, SOON)
        await leaving.hang_up()
        await hears(talking, AGENT_TONE)
        await h.passes(10.0 - silent)
        assert not switch.up
        h.wire.flow()
        found = await h.until(lambda: switch.up and board.calls == 3, SOON)
        with capsys.disabled():
            sys.stdout.write(
                f"\nreset: noticed {noticed:.2f} s, back {back:.2f} s; silence: noticed {silent:.2f} s, "
                f"state equals the switch {found:.2f} s after it\n"
            )
        (left,) = h.noted(CallEnded)
        assert isinstance(left.event, CallEnded)
        assert left.event.outcome is Outcome.ABANDONED
        await hears(talking, AGENT_TONE)

        await in_menu.press("14")
        await h.until(lambda: len(h.noted(WaitBegan)) == 4, 20.0)
        await talking.hang_up()  # the agent is free, and the next is served
        await h.until(lambda: len(h.noted(TalkBegan)) == 2, 30.0)
        await hears(waiting, AGENT_TONE, within=10.0)
        for caller in (waiting, in_menu):
            await caller.hang_up()
        await h.until(lambda: not board.calls, 10.0)
        outcomes = {entry.event.outcome for entry in h.entries if isinstance(entry.event, CallEnded)}
        assert outcomes == {Outcome.TALKED, Outcome.ABANDONED}
