"""System: the engine dies, or runs on somebody else's Asterisk. Callers notice as little as can be."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import sqlite3
import sys
from contextlib import closing, suppress
from datetime import datetime
from pathlib import Path

import pytest

from bench.ports import free_ports
from hotline import ear
from hotline.accounts import phones_of
from hotline.managed import ManagedAsterisk
from hotline.phone import Exchange, Phone, answers, never_answers
from hotline.secrets import keep_secrets
from hotline.service import running
from hotline.settings import HOUSE, load
from hotline.sound_file import load as load_sound
from hotline.talk import Talk
from tests.phone.voices import babble
from tests.phones import AGENT_TONE, CALLER_TONE, CARRIER_TONE, Carrier, agent_phone, hears, hears_prompt
from tests.system.stage import WORKDAY, lend, shipped_plan
from tests.system.test_command_line import Terminal

pytestmark = pytest.mark.system


async def test_a_killed_engine_loses_no_call_and_no_place(
    tmp_path: Path, sounds: Path, exchange: Exchange, capsys: pytest.CaptureFixture[str]
) -> None:
    here = Terminal(tmp_path)
    lend(load(var=here.var, config=HOUSE / "config"), sounds)
    secrets = keep_secrets(here.var, ["vct-1", "vaccine-1"]).phones
    up = await here.start("up")
    await here.ready(up)
    agent = await agent_phone(exchange, here.sip, "vct-1", secrets["vct-1"], answers(speaking=AGENT_TONE))
    rung = await agent_phone(exchange, here.sip, "vaccine-1", secrets["vaccine-1"], never_answers)

    async def calls(number: int, keys: str = "") -> Talk:
        phone = await exchange.phone(f"1390000000{number}", switch=here.sip)
        talk = await (await phone.dial("12320")).answered()
        if keys:
            await talk.press(keys)
        return talk

    talking = await calls(0, "15")
    await hears(talking, AGENT_TONE, within=45.0)
    queue = []
    for number in (1, 2, 3):
        queue.append(await calls(number, "15"))
        await noted(here, "WaitBegan", 1 + number)
    ringing = await calls(4, "14")
    await rings(rung)
    leaving = await calls(5, "14")
    await noted(here, "WaitBegan", 6)
    await leaving.press("2")
    await noted(here, "RecordingBegan", 1, like="%message%")
    leaving.speak(babble(5, 90.0))
    in_menu = await calls(6)
    greeting, menu = (load_sound(sounds / "sounds" / f"{name}.alaw") for name in ("greeting", "main-menu"))
    await hears_prompt(in_menu, menu, within=30.0, share=0.2)
    places = (await noted(here, "WaitBegan", 6))[1:4]

    os.kill(up.pid, signal.SIGKILL)
    await up.wait()
    newcomer = await calls(7)
    await hears_prompt(newcomer, greeting, within=20.0, share=0.3)
    await newcomer.hang_up()
    said = in_menu.handset.seconds

    again = await here.start("up")
    try:
        await here.ready(again)
        everybody = [talking, *queue, ringing, leaving, in_menu]
        assert [talk.ending for talk in everybody] == [None] * 7
        code, out, err = await here.run("floor", "--json")
        assert code == 0, err
        (line,) = [one for one in json.loads(out)["lines"] if one["id"] == "hiv-counselling"]
        assert [one["call"] for one in line["waiting"]] == places
        talking.speak(CALLER_TONE)
        await hears(talking, AGENT_TONE)
        await hears(agent.talks[0], CALLER_TONE)
        await hears_prompt(in_menu, menu, within=30.0, share=0.2)
        heard = ear.find(greeting, in_menu.handset.unbroken(said))
        assert heard is None or heard.share < 0.3  # what was said goes on, and nothing from its beginning
        await rings(rung)
        await talking.hang_up()
        await hears(queue[0], AGENT_TONE, within=30.0)
        for talk in (*queue, ringing, leaving, in_menu):
            await talk.hang_up()
        records = await ended(here, 8)  # who came while no engine lived has one too
        outcomes = [record["outcome"] for record in records]
        assert outcomes == ["talked", "talked", "abandoned", "abandoned", "abandoned", "message", "left", "left"]
        assert len({record["id"] for record in records}) == 8
    finally:
        again.send_signal(signal.SIGINT)
        async with asyncio.timeout(20):
            _, log = await again.communicate()
    assert again.returncode == 0
    heard_at, adopted_at = (stamp(log.decode(), words) for words in ("the switch is heard", "calls were adopted"))
    took = (adopted_at - heard_at).total_seconds()
    with capsys.disabled():
        sys.stdout.write(f"\n7 calls adopted {took:.3f} s after the link\n")
    assert took < 3.0


async def noted(here: Terminal, kind: str, times: int, *, like: str = "%") -> list[str]:
    """Wait until so many facts of a kind are in the journal; their calls, in the order in which they were noted."""
    async with asyncio.timeout(90.0):
        while True:
            with closing(sqlite3.connect(f"file:{here.var / 'hotline.db'}?mode=ro", uri=True)) as database:
                query = "SELECT call FROM journal WHERE kind = ? AND data LIKE ? ORDER BY at"
                found = database.execute(query, (kind, like)).fetchall()
            if len(found) >= times:
                return [call for (call,) in found]
            await moment()


async def rings(phone: Phone) -> None:
    """Wait until one call, and no more, rings there."""
    async with asyncio.timeout(30.0):
        while phone.live != 1:
            await moment()


async def moment() -> None:
    """Other processes go on."""
    with suppress(TimeoutError):
        async with asyncio.timeout(0.1):
            await asyncio.Event().wait()


async def ended(here: Terminal, calls: int) -> list[dict[str, str]]:
    """Wait until there are records of so many calls, one a number; in the order of their numbers."""
    async with asyncio.timeout(60.0):
        while True:
            code, out, err = await here.run("calls", "--json", "--private", "--reason", "test", "--last", "50")
            assert code == 0, err
            found = [json.loads(line) for line in out.splitlines()]
            if len(found) >= calls:
                assert len(found) == calls
                return sorted(found, key=lambda record: str(record["number"]))


def stamp(log: str, words: str) -> datetime:
    """When a line of the log was written."""
    line = next(line for line in log.splitlines() if words in line)
    return datetime.fromisoformat(re.sub(r"\x1b\[[0-9;]*m", "", line).split()[0])


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
