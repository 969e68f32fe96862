"""System: the engine dies, or runs on somebody else's Asterisk. Callers notice as little as can be."""

from __future__ import annotations

import asyncio
import os
import signal
from contextlib import suppress
from pathlib import Path

import pytest

from hotline import ear
from hotline.accounts import phones_of
from hotline.managed import ManagedAsterisk
from hotline.phone import Exchange, answers
from hotline.secrets import keep_secrets
from hotline.service import running
from hotline.settings import HOUSE, load
from hotline.sound_file import load as load_sound
from tests.phones import AGENT_TONE, CARRIER_TONE, Carrier, agent_phone, hears, hears_prompt
from tests.ports import free_ports
from tests.system.stage import WORKDAY, lend, shipped_plan
from tests.system.test_command_line import Terminal

pytestmark = pytest.mark.system


async def test_a_killed_engine_cuts_no_talk_and_the_next_looks_after_those_who_wait(
    tmp_path: Path, sounds: Path, exchange: Exchange
) -> None:
    here = Terminal(tmp_path)
    lend(load(var=here.var, config=HOUSE / "config"), sounds)
    secret = keep_secrets(here.var, ["vct-1"]).phones["vct-1"]
    up = await here.start("up")
    await here.ready(up)
    await agent_phone(exchange, here.sip, "vct-1", secret, answers(speaking=AGENT_TONE))
    talking, waiting, late = [
        await (await (await exchange.phone(f"1390000000{n}", switch=here.sip)).dial("12320")).answered()
        for n in range(2)
    ] + [await (await exchange.phone("13900000002", switch=here.sip)).dial("12320")]
    await late.answered()
    await talking.press("15")
    await hears(talking, AGENT_TONE, within=45.0)
    await waiting.press("15")
    await hears_prompt(waiting, load_sound(sounds / "sounds" / "all-busy.alaw"), within=45.0, share=0.2)

    os.kill(up.pid, signal.SIGKILL)
    await up.wait()
    newcomer = await (await (await exchange.phone("13900000003", switch=here.sip)).dial("12320")).answered()
    await hears_prompt(newcomer, load_sound(sounds / "sounds" / "greeting.alaw"), within=20.0, share=0.3)
    await newcomer.hang_up()
    assert talking.ending is None
    assert waiting.ending is None

    again = await here.start("up")
    try:
        await here.ready(again)
        await hears(talking, AGENT_TONE)
        await talking.hang_up()
        await hears(waiting, AGENT_TONE, within=60.0)
        await waiting.hang_up()
        await late.hang_up()
    finally:
        again.send_signal(signal.SIGINT)
        async with asyncio.timeout(20):
            await again.communicate()
    assert again.returncode == 0


async def test_the_hotline_serves_on_an_asterisk_that_somebody_else_runs(
    tmp_path: Path, sounds: Path, exchange: Exchange
) -> None:
    sip, ari, web = free_ports(3)
    carrier = await Carrier.open(exchange)
    settings = load(
        var=tmp_path / "var",
        config=HOUSE / "config",
        sip={"port": sip},
        ari={"port": ari, "password": "of-the-operator"},
        web={"port": web},
        trunk={"port": int(exchange.address.rpartition(":")[2])},
        clock=WORKDAY,
    )
    lend(settings, sounds)
    published = shipped_plan()
    secrets = keep_secrets(settings.var, published.plan.agents)
    theirs = type(secrets)("of-the-operator", secrets.phones)
    async with ManagedAsterisk(settings, theirs, phones_of(published.plan, secrets)) as asterisk:
        async with running(settings, published, managed=False) as hotline:
            async with asyncio.timeout(20.0):
                while not hotline.switch.up:  # before that Asterisk serves callers by itself
                    with suppress(TimeoutError):
                        async with asyncio.timeout(0.05):
                            await asyncio.Event().wait()
            caller = await (
                await (await exchange.phone("13900000001", switch=f"127.0.0.1:{sip}")).dial("12320")
            ).answered()
            await caller.press("3")
            await hears(caller, CARRIER_TONE, within=45.0)
            await caller.hang_up()
            assert hotline.asterisk is None
        assert "22." in await asterisk.command("core show version")
    assert carrier.dialled == ["02200000003"]
    assert ear.level(caller.heard) > -60
