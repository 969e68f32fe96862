"""System: the engine, its supervisor or Asterisk die under real callers. Others take their place by themselves."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sqlite3
import time
from asyncio.subprocess import Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path

import aiohttp
import pytest

from hotline.asterisk_program import find_asterisk
from hotline.fallback_calls import PLAN
from hotline.heartbeat import VARIABLE
from hotline.phone import Exchange, Phone, answers
from hotline.secrets import keep_secrets
from hotline.settings import HOUSE, load
from hotline.sound_file import load as load_sound
from hotline.switch_config import Places
from hotline.talk import Talk
from ivr.outcomes import Outcome, Reason
from records.calls import calls
from records.cdr import Cdr
from tests.phones import AGENT_TONE, agent_phone, hears, hears_prompt
from tests.system.stage import lend
from tests.system.test_command_line import Terminal, processes_of

pytestmark = pytest.mark.system

AGENT, KEYS = "vct-1", "15"
TALKING, WAITING, NEWCOMER = "13900000001", "13900000002", "13900000003"


class House(Terminal):
    """A hotline that runs in processes of its own, with callers and an agent."""

    def __init__(self, folder: Path, sounds: Path, exchange: Exchange) -> None:
        super().__init__(folder)
        self.exchange, self.sounds = exchange, sounds / "sounds"
        self.settings = load(var=self.var, config=HOUSE / "config")
        lend(self.settings, sounds)

    async def agent(self) -> Phone:
        secret = keep_secrets(self.var, [AGENT]).phones[AGENT]
        return await agent_phone(self.exchange, self.sip, AGENT, secret, answers(speaking=AGENT_TONE))

    async def caller(self, number: str) -> Talk:
        return await (await (await self.exchange.phone(number, switch=self.sip)).dial("12320")).answered()

    async def talking(self) -> Talk:
        """A caller who talks with the agent."""
        caller = await self.caller(TALKING)
        await caller.press(KEYS)
        await hears(caller, AGENT_TONE, within=45.0)
        return caller

    async def waiting(self) -> Talk:
        """One who waits for the same agent, and was told so."""
        caller = await self.caller(WAITING)
        await caller.press(KEYS)
        await self.hears(caller, "all-busy", within=45.0)
        return caller

    async def hears(self, talk: Talk, prompt: str, within: float = 20.0) -> None:
        await hears_prompt(talk, load_sound(self.sounds / f"{prompt}.alaw"), within, share=0.2)

    async def engine(self, other_than: int = 0, within: float = 20.0) -> int:
        """The pid of the engine, once one that is ready is another than that."""
        async with asyncio.timeout(within), aiohttp.ClientSession() as http:
            while True:
                try:
                    async with http.get(f"{self.web}/readyz") as ready, http.get(f"{self.web}/healthz") as health:
                        engine = int((await health.json())["engine"])
                    if ready.status == 200 and engine != other_than:
                        return engine
                except aiohttp.ClientError:
                    pass  # none listens
                await asyncio.wait([asyncio.get_running_loop().create_future()], timeout=0.05)

    async def nobody_but_the_fallback_served(self, number: str) -> None:
        """There is no record of an engine that had them; that of the fallback comes when an engine next looks."""
        assert {record.plan for record in await calls(self.settings.database_url, number=number)} <= {PLAN}

    async def beat(self) -> int:
        """When the engine lived last, as Asterisk's dialplan knows it."""
        secrets = keep_secrets(self.var)
        headers = {"Authorization": aiohttp.encode_basic_auth("hotline", secrets.ari_password)}
        async with (
            aiohttp.ClientSession(headers=headers) as http,
            http.get(f"{self.ari}/ari/asterisk/variable", params={"variable": VARIABLE}) as reply,
        ):
            return int((await reply.json())["value"])

    async def record(self, number: str, within: float = 10.0) -> Cdr:
        """The one record of this number's call, once it has ended."""
        async with asyncio.timeout(within):
            while not (found := await calls(self.settings.database_url, number=number)):
                await asyncio.wait([asyncio.get_running_loop().create_future()], timeout=0.1)
        assert len(found) == 1
        return found[0]

    def facts(self, kind: str) -> list[str]:
        """The calls of which the journal has a fact of this kind."""
        with closing(sqlite3.connect(self.var / "hotline.db", timeout=5)) as database:
            rows = database.execute("SELECT call FROM journal WHERE kind = ?", (kind,)).fetchall()
        return [str(call) for (call,) in rows]


@asynccontextmanager
async def house(
    folder: Path, sounds: Path, exchange: Exchange, here: House | None = None
) -> AsyncIterator[tuple[House, Process]]:
    """The hotline up; Ctrl-C ends it with 0 and leaves no process. `here` is where one ran before."""
    here = here or House(folder, sounds, exchange)
    up = await here.start("up")
    await here.ready(up)
    try:
        yield here, up
    finally:
        up.send_signal(signal.SIGINT)
        async with asyncio.timeout(20):
            _, said = await up.communicate()
    assert up.returncode == 0, said.decode()
    assert processes_of(here.var) == [], said.decode()


@asynccontextmanager
async def never_left(up: Process) -> AsyncIterator[None]:
    """One that a failed test would leave behind slows every other test down."""
    try:
        yield
    finally:
        if up.returncode is None:
            os.killpg(up.pid, signal.SIGKILL)
            await up.wait()


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


async def test_a_killed_engine_is_followed_by_another_and_no_talk_is_cut(
    tmp_path: Path, sounds: Path, exchange: Exchange
) -> None:
    async with house(tmp_path, sounds, exchange) as (here, up):
        await here.agent()
        talking = await here.talking()
        first = await here.engine()
        assert first != up.pid
        os.kill(first, signal.SIGKILL)
        await here.engine(other_than=first, within=10.0)
        assert up.returncode is None
        await hears(talking, AGENT_TONE)
        await talking.hang_up()


async def test_asterisk_dies_and_its_calls_are_closed_once_and_the_next_one_is_served(
    tmp_path: Path, sounds: Path, exchange: Exchange
) -> None:
    async with house(tmp_path, sounds, exchange) as (here, _):
        agent = await here.agent()
        talking = await here.talking()
        waiting = await here.waiting()
        engine = await here.engine()
        places = Places.of(here.settings, find_asterisk(here.settings))
        os.kill(int(places.pid_file.read_text()), signal.SIGKILL)
        talked, waited = await here.record(TALKING, within=5.0), await here.record(WAITING, within=5.0)
        assert (talked.outcome, talked.reason) == (Outcome.TALKED, Reason.MEDIA_LOST)
        assert (waited.outcome, waited.reason) == (Outcome.FAILED, Reason.MEDIA_LOST)
        assert waited.waited is not None
        assert waited.waited > 0
        assert await here.engine(within=10.0) == engine
        for talk in (agent.talks[-1], talking, waiting):
            await talk.hang_up()  # nobody told their phones
        after = await here.caller(NEWCOMER)
        await after.press(KEYS)
        await hears(after, AGENT_TONE, within=45.0)
        await after.hang_up()
        assert (await here.record(NEWCOMER)).outcome is Outcome.TALKED
        assert (await here.record(TALKING)).reason is Reason.MEDIA_LOST


async def test_a_supervisor_that_is_killed_takes_its_engine_along_and_the_next_one_goes_on(
    tmp_path: Path, sounds: Path, exchange: Exchange
) -> None:
    here = House(tmp_path, sounds, exchange)
    first = await here.start("up")
    await here.ready(first)
    await here.agent()
    talking = await here.talking()
    engine = await here.engine()
    first.kill()
    await first.wait()
    async with asyncio.timeout(5.0):
        while is_alive(engine):
            await asyncio.wait([asyncio.get_running_loop().create_future()], timeout=0.05)
    async with house(tmp_path, sounds, exchange, here) as (again, _):
        assert await again.engine() != engine
        await hears(talking, AGENT_TONE)
        await talking.hang_up()
        assert (await again.record(TALKING)).reason is Reason.CALLER_HUNG_UP


async def test_callers_of_a_frozen_engine_hear_the_fallback_until_it_thaws(
    tmp_path: Path, sounds: Path, exchange: Exchange
) -> None:
    async with house(tmp_path, sounds, exchange) as (here, _):
        engine = await here.engine()
        assert await here.beat() > 0
        os.kill(engine, signal.SIGSTOP)
        try:
            last = await here.beat()
            async with asyncio.timeout(10.0):
                while time.time() <= last + 3:
                    await asyncio.wait([asyncio.get_running_loop().create_future()], timeout=0.1)
            caller = await here.caller(NEWCOMER)
            await here.hears(caller, "greeting")
            await caller.hang_up()
        finally:
            os.kill(engine, signal.SIGCONT)
        assert await here.engine() == engine
        await here.nobody_but_the_fallback_served(NEWCOMER)


async def test_a_restart_under_calls_keeps_the_supervisor_and_every_call(
    tmp_path: Path, sounds: Path, exchange: Exchange
) -> None:
    async with house(tmp_path, sounds, exchange) as (here, up):
        await here.agent()
        talking = await here.talking()
        waiting = await here.waiting()
        before = await here.engine()
        code, said, told = await here.run("restart", "--json")
        assert code == 0, told
        after = json.loads(said)
        assert (after["before"], after["calls"]) == (before, 2)
        assert await here.engine(other_than=before) == after["engine"]
        assert up.returncode is None
        await hears(talking, AGENT_TONE)
        await talking.hang_up()
        await hears(waiting, AGENT_TONE, within=45.0)  # in their place, without a key pressed again
        await waiting.hang_up()
        for number in (TALKING, WAITING):
            record = await here.record(number)
            assert (record.outcome, record.reason) == (Outcome.TALKED, Reason.CALLER_HUNG_UP)


async def test_a_drained_hotline_lets_talks_end_and_gives_the_rest_to_the_dialplan(
    tmp_path: Path, sounds: Path, exchange: Exchange
) -> None:
    here = House(tmp_path, sounds, exchange)
    up = await here.start("up")
    async with never_left(up):
        await here.ready(up)
        await here.agent()
        talking = await here.talking()
        waiting = await here.waiting()
        drain = await here.start("drain")
        given_back = await here.record(WAITING)
        assert given_back.reason is Reason.ENGINE_STOPPED
        assert not here.facts("FallbackEnded")
        newcomer = await here.caller(NEWCOMER)
        await here.hears(newcomer, "greeting")  # of the plan without an engine
        await hears(talking, AGENT_TONE)
        assert up.returncode is None
        await talking.hang_up()
        async with asyncio.timeout(20.0):
            _, told = await drain.communicate()
        assert [drain.returncode, await up.wait()] == [0, 0], told.decode()
        assert (waiting.ending, newcomer.ending) == (None, None)
        await waiting.hang_up()
        code, _, why = await here.run("call", "2,1", "--wait", "3")
        assert code == 1
        assert "callers hear the fallback plan: no hotline runs" in why
    async with house(tmp_path, sounds, exchange, here), asyncio.timeout(20.0):  # takes Asterisk over, and ends it
        while not here.facts("FallbackEnded"):  # the one record goes on to the end of the call
            await asyncio.wait([asyncio.get_running_loop().create_future()], timeout=0.1)
        await newcomer.hang_up()
    assert (await here.record(WAITING)).id == given_back.id == here.facts("FallbackEnded")[0]
    assert (await here.record(TALKING)).outcome is Outcome.TALKED
    await here.nobody_but_the_fallback_served(NEWCOMER)
