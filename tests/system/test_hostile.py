"""System: hostile traffic at the whole hotline. Nobody gets in, nothing falls over, callers are served meanwhile."""

from __future__ import annotations

import asyncio
import itertools
import random

import aiohttp
import pytest

from bench.attacker import attacker, drip, slow_connections
from bench.torture import Letter, mutants, named, sdp, sizes, torture
from hotline.asterisk_process import live_pid
from hotline.bans.ban import kept
from tests.phones import CALLER
from tests.system.conftest import OpenStage
from tests.system.stage import Stage

pytestmark = [pytest.mark.system, pytest.mark.load]

SEED = 4475


def sip(s: Stage) -> tuple[str, int]:
    return s.settings.sip.host, s.settings.sip.port


async def a_caller_is_served(s: Stage, number: str = CALLER) -> None:
    """A legitimate caller gets in and hears the greeting."""
    talk = await s.caller(number)
    await s.hears(talk, "greeting", share=0.3)
    await talk.hang_up()


async def test_torture_and_mutants_get_nobody_in_and_leave_nothing(open_stage: OpenStage) -> None:
    chance = random.Random(SEED)  # noqa: S311 - the same every time
    async with open_stage() as s:
        assert s.hotline.asterisk
        pid = s.hotline.asterisk.pid
        await a_caller_is_served(s)
        sources = (f"127.{n >> 8 & 127}.{n & 255}.9" for n in itertools.count(0x1001))  # none often enough to be banned
        strangers = 0
        for kinds in (torture, sizes, named):
            count = len(kinds("127.0.0.9:1", s.switch, "x"))
            for at in range(count):
                if at % 4 == 0:
                    source = next(sources)
                async with attacker(sip(s), source) as stranger:
                    message = list(kinds(stranger.own, s.switch, f"s{at}").values())[at]
                    stranger.send(message)
                    strangers += 1
                    assert stranger.admitted == []
        for batch in range(100):
            async with attacker(sip(s), next(sources)) as stranger:
                for message in itertools.islice(mutants(stranger.own, s.switch, f"b{batch}", chance), 5):
                    stranger.send(message)
                await asyncio.sleep(0)
                assert stranger.admitted == []
        slow = await slow_connections(sip(s), "127.0.0.8", 30)
        await a_caller_is_served(s, "13900000002")
        await drip(slow)
        # The same from the carrier's address: what is a call is one, and ends as one.
        async with attacker(sip(s), "127.0.0.1") as carrier:
            for kinds in (torture, named, sizes):
                for message in kinds(carrier.own, s.switch, "c").values():
                    carrier.send(message)
                    await s._beat()
            await s.until(lambda: len(carrier.admitted) > 0)
            await s.until(lambda: not s.hotline.board.calls)
        for writer in slow:
            writer.close()
        await a_caller_is_served(s, "13900000003")
        assert live_pid(s.hotline.asterisk.places.pid_file, str(s.hotline.asterisk.places.conf)) == pid


async def test_a_scanner_is_banned_and_callers_are_served_meanwhile(open_stage: OpenStage) -> None:
    async with open_stage() as s:
        assert s.hotline.asterisk
        agent = await s.agent("vct-1")
        async with attacker(sip(s), "127.0.0.66") as scanner, asyncio.TaskGroup() as tasks:

            async def scan() -> None:
                for number in itertools.count():
                    method = ("REGISTER", "INVITE")[number % 2]
                    letter = Letter(scanner.own, s.switch, method, mark=f"scan{number}")
                    letter.body = sdp(scanner.own) if method == "INVITE" else b""
                    scanner.send(bytes(letter))
                    await asyncio.sleep(1 / 200)

            scanning = tasks.create_task(scan())
            await s.until(lambda: scanner.answers[403] > 50)
            await a_caller_is_served(s)
            scanning.cancel()
        assert scanner.admitted == []
        # Counted to the limit, and some more while the ban was being written.
        assert s.settings.bans.after <= scanner.answers[401] < 100
        assert set(kept(s.settings.var)) == {"127.0.0.66"}
        assert "hotline_banned_addresses 1.0" in await metrics(s)
        shown = await s.hotline.asterisk.command("acl show banned")
        assert "deny - 127.0.0.66" in shown
        assert s.hotline.board.dispatch.floor.seat("vct-1").phone_up
        await agent.unregister()
        s.agents.remove(agent)


async def metrics(s: Stage) -> str:
    async with aiohttp.ClientSession() as http, http.get(f"http://127.0.0.1:{s.hotline.web_port}/metrics") as answer:
        return await answer.text()
