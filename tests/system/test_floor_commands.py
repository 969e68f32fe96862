"""System: agents and a shift leader act by commands while real phones ring, and the journal says why it came so."""

from __future__ import annotations

import asyncio
import json
import shutil
import signal
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from hotline.phone import Exchange, Phone
from hotline.secrets import keep_secrets
from hotline.settings import HOUSE, load
from tests.phones import AGENT_TONE, agent_phone, hear_each_other, hears
from tests.system.stage import lend
from tests.system.test_command_line import Terminal

pytestmark = pytest.mark.system

NUMBER = "13900000007"


class Floor(Terminal):
    """A terminal beside a hotline with a shift leader and a lunch break."""

    def __init__(self, folder: Path, sounds: Path, exchange: Exchange) -> None:
        super().__init__(folder)
        self.exchange = exchange
        config = folder / "config"
        shutil.copytree(HOUSE / "config", config)
        self.environment["HOTLINE_CONFIG"] = str(config)
        agents = config / "agents.yaml"
        text = agents.read_text("utf-8")
        text = text.replace("agents:\n", "agents:\n  chief: {name: 班长, leader: true}\n", 1)
        agents.write_text(text, "utf-8")
        lend(load(var=self.var, config=config), sounds)

    async def phone(self, agent: str) -> Phone:
        secret = keep_secrets(self.var, [agent]).phones[agent]
        phone = await agent_phone(self.exchange, self.sip, agent, secret)
        await self.until(lambda floor: one(floor["agents"], agent)["presence"] == "ready")
        return phone

    async def does(self, *words: str) -> Any:
        """What a command answers with --json."""
        code, out, err = await self.run(*words, "--json")
        assert code == 0, err
        return json.loads(out)

    async def until(self, holds: Callable[[Any], bool]) -> Any:
        """The floor, once it is so."""
        async with asyncio.timeout(60):
            while not holds(floor := await self.does("floor")):
                pass
        return floor


def one(rows: list[Any], name: str) -> Any:
    (row,) = (row for row in rows if row["id"] == name)
    return row


@pytest_asyncio.fixture(loop_scope="function")
async def floor(tmp_path: Path, sounds: Path, exchange: Exchange) -> AsyncIterator[Floor]:
    """The hotline is up."""
    here = Floor(tmp_path, sounds, exchange)
    up = await here.start("up")
    try:
        await here.ready(up)
        yield here
    finally:
        up.send_signal(signal.SIGINT)
        async with asyncio.timeout(20):
            await up.communicate()


async def test_an_agent_holds_resumes_passes_on_and_breaks_by_commands_and_why_tells_it_all(floor: Floor) -> None:
    first, second = await floor.phone("vaccine-1"), await floor.phone("vaccine-2")
    assert (await floor.does("desk", "vaccine-2", "break", "lunch"))["reason"] == "lunch"
    caller = await (await (await floor.exchange.phone(NUMBER, switch=floor.sip)).dial("12320")).answered()
    await caller.press("14")
    ring = await first.ringing(within=40.0)
    (offer,) = (await floor.until(lambda f: bool(f["offers"])))["offers"]
    assert (offer["agent"], offer["line"]) == ("vaccine-1", "immunization")
    talk = await ring.answer()
    await hear_each_other(caller, talk)
    (told,) = (await floor.until(lambda f: bool(f["talks"])))["talks"]
    assert (told["agent"], told["state"], told["number"]) == ("vaccine-1", "talking", "139****0007")

    await floor.does("desk", "vaccine-1", "hold")
    assert (await floor.does("floor"))["talks"][0]["state"] == "held"
    await floor.does("desk", "vaccine-1", "resume")
    await hear_each_other(caller, talk)

    code, _, err = await floor.run("desk", "vaccine-1", "transfer", "agent:vaccine-2")
    assert (code, err.count("\n")) == (1, 1)
    assert "is on a break" in err
    assert (await floor.does("desk", "vaccine-2", "ready"))["presence"] == "ready"
    await floor.does("desk", "vaccine-1", "transfer", "agent:vaccine-2")
    taken = await (await second.ringing(within=20.0)).answer()
    taken.speak(AGENT_TONE, endless=True)
    await hears(caller, AGENT_TONE)
    assert (await floor.does("desk", "vaccine-1", "extend", "600"))["presence"] == "wrap_up"
    await floor.does("desk", "vaccine-2", "hangup")
    await caller.ended(within=20.0)

    account = await floor.does("why", "last", "--lang", "en")
    texts = [sentence["text"] for sentence in account["sentences"]]
    assert any("Rang vaccine-1 (immunization" in text and "vaccine-2 on a break (午餐)" in text for text in texts)
    assert any("vaccine-1 put the caller on hold" in text for text in texts)
    assert any("vaccine-1 passed the caller on to vaccine-2" in text for text in texts)
    assert NUMBER not in json.dumps(account)
    code, out, _ = await floor.run("why", account["call"])
    assert code == 0
    assert "接通，预防接种" in out

    (times,) = (await floor.does("floor", "--agent", "vaccine-2", "--from", "2026-11-20T00:00"))["agents"]
    assert times["breaks"]["lunch"] > 0
    assert sum(times["seconds"].values()) == pytest.approx(sum(stint["seconds"] for stint in times["stints"]), abs=0.05)


async def test_a_leader_listens_moves_an_agent_and_raises_a_call_by_commands(floor: Floor) -> None:
    agent, chief = await floor.phone("vaccine-1"), await floor.phone("chief")
    caller = await (await (await floor.exchange.phone(NUMBER, switch=floor.sip)).dial("12320")).answered()
    await caller.press("14")
    talk = await (await agent.ringing(within=40.0)).answer()
    await hear_each_other(caller, talk)

    talk.speak(AGENT_TONE, endless=True)
    listening = asyncio.create_task(floor.does("lead", "chief", "listen", "vaccine-1"))
    ear = await (await chief.ringing(within=20.0)).answer()
    told = await listening
    assert told["attending"] == {"how": "listening", "agent": "vaccine-1"}
    await hears(ear, AGENT_TONE)
    await floor.does("lead", "chief", "stop")
    await ear.ended(within=20.0)

    second = await (await (await floor.exchange.phone("13900000008", switch=floor.sip)).dial("12320")).answered()
    third = await (await (await floor.exchange.phone("13900000009", switch=floor.sip)).dial("12320")).answered()
    await second.press("14")
    await floor.until(lambda f: one(f["lines"], "immunization")["waiting_calls"] == 1)
    await third.press("14")
    waits = await floor.until(lambda f: one(f["lines"], "immunization")["waiting_calls"] == 2)
    last = one(waits["lines"], "immunization")["waiting"][1]["call"]
    assert (await floor.does("lead", "chief", "raise", last))["ahead"] == 0
    moved = await floor.does("lead", "chief", "move", "vaccine-1", "health-supervision=2")
    assert moved["lines"] == {"health-supervision": 2}
    assert not (await floor.does("lead", "chief", "move", "vaccine-1", "back"))["moved"]
    code, _, err = await floor.run("lead", "vaccine-1", "stop")
    assert (code, err) == (1, "vaccine-1 is no shift leader: the plan says `leader: true` of one who is\n")
    for one_of_them in (caller, second, third):
        await one_of_them.hang_up()
    await floor.until(lambda f: not f["talks"] and one(f["lines"], "immunization")["waiting_calls"] == 0)
