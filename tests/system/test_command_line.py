"""System: the commands as a stranger types them, against a hotline started by one of them."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import aiohttp
import pytest
import pytest_asyncio

from bench.ports import free_ports
from hotline.operators import read_config
from hotline.settings import HOUSE
from ivr.ari.link import ENGINE
from tests.system.stage import config_that_keeps_numbers

pytestmark = pytest.mark.system

HOTLINE = str(Path(sys.executable).with_name("hotline"))


class Terminal:
    """A shell in an empty folder, with ports of its own and the shipped config, which keeps every line's numbers."""

    def __init__(self, folder: Path) -> None:
        sip, ari, web, trunk = free_ports(4)
        self.ari = f"http://127.0.0.1:{ari}"
        self.sip = f"127.0.0.1:{sip}"
        self.web = f"http://127.0.0.1:{web}"
        self.var = folder / "var"
        self.environment = {
            **os.environ,
            "HOTLINE_VAR": str(self.var),
            "HOTLINE_CONFIG": str(config_that_keeps_numbers(folder / "shipped")),
            "HOTLINE_SIP__PORT": str(sip),
            "HOTLINE_ARI__PORT": str(ari),
            "HOTLINE_WEB__PORT": str(web),
            "HOTLINE_TRUNK__PORT": str(trunk),
            "HOTLINE_RTP__FIRST": "23000",
            "HOTLINE_RTP__LAST": "23999",
            "HOTLINE_CLOCK": "2026-11-20T10:00",
        }

    async def start(self, *words: str) -> Process:
        return await asyncio.create_subprocess_exec(
            HOTLINE, *words, env=self.environment, stdout=PIPE, stderr=PIPE, start_new_session=True
        )

    async def run(self, *words: str) -> tuple[int | None, str, str]:
        """Exit code, what went to stdout, what went to stderr."""
        async with asyncio.timeout(120):
            process = await self.start(*words)
            out, err = await process.communicate()
        return process.returncode, out.decode(), err.decode()

    async def ready(self, process: Process) -> None:
        async with asyncio.timeout(60), aiohttp.ClientSession() as http:
            while process.returncode is None:
                try:
                    async with http.get(f"{self.web}/readyz") as reply:
                        if reply.status == 200:
                            return
                except aiohttp.ClientError:
                    pass  # not yet listening
                await asyncio.wait([asyncio.get_running_loop().create_future()], timeout=0.1)
        _, said = await process.communicate()
        raise AssertionError(f"the hotline ended before it was ready: {said.decode()}")


@pytest_asyncio.fixture(loop_scope="function")
async def terminal(tmp_path: Path) -> AsyncIterator[Terminal]:
    """A hotline runs beside it, started by `hotline up`, and is stopped by Ctrl-C at the end."""
    here = Terminal(tmp_path)
    up = await here.start("up")
    await here.ready(up)
    yield here
    up.send_signal(signal.SIGINT)
    async with asyncio.timeout(20):
        _, said = await up.communicate()
    assert up.returncode == 0, said.decode()
    assert processes_of(here.var) == []


def processes_of(var: Path) -> list[bytes]:
    """Command lines of the processes that live which speak of a hotline's folder."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):  # gone by now
            found.append(path.read_bytes())
    return [command for command in found if bytes(var) in command]


async def test_a_call_its_record_and_the_pages(terminal: Terminal) -> None:
    code, out, err = await terminal.run("call", "2,1", "--json")
    assert code == 0, err
    trial = json.loads(out)
    assert trial["agrees"]
    assert trial["reached"] == {"kind": "line", "line": "health-supervision", "open": True}

    code, out, _ = await terminal.run("dial", "2,1", "--at", "2026-11-20T10:00", "--json")
    assert code == 0
    assert json.loads(out)["end"] == trial["reached"]

    record_is_there = False
    async with asyncio.timeout(10):
        while not record_is_there:  # it is written a moment after the hang-up
            record_is_there = bool((await terminal.run("calls", "--json"))[1])
    code, out, _ = await terminal.run("calls", "--last", "1", "--json", "--private", "--reason", "a test")
    record = json.loads(out)
    assert (code, record["keys"], record["line"]) == (0, "2,1", "health-supervision")
    assert record["number"].startswith("000")

    async with aiohttp.ClientSession() as http:
        async with http.get(f"{terminal.web}/metrics") as reply:
            metrics = await reply.text()
        async with http.get(f"{terminal.web}/status") as reply:
            page = await reply.text()
    assert 'hotline_line_calls_total{line="health-supervision"} 1.0' in metrics
    assert "hotline_ari_link_up 1.0" in metrics
    assert "卫生监督" in page


async def test_phones_are_shown_with_their_secrets_and_doctor_is_content(terminal: Terminal) -> None:
    code, out, _ = await terminal.run("phones", "--json")
    phones = {phone["agent"]: phone["secret"] for phone in json.loads(out)}
    assert code == 0
    assert phones.keys() == read_config(HOUSE / "config").plan.phones.keys()
    assert all(len(secret) == 32 for secret in phones.values())
    code, out, _ = await terminal.run("doctor", "--json")
    assert [finding for finding in json.loads(out) if finding["needed"] and not finding["ok"]] == []
    assert code == 0


async def test_a_second_hotline_on_the_same_folder_is_refused_in_one_line(terminal: Terminal) -> None:
    for command in ("up", "serve"):
        code, out, err = await terminal.run(command)
        assert (code, out) == (1, "")
        assert "another hotline already runs" in err
        assert "Traceback" not in err


async def test_an_engine_whose_switch_is_taken_over_ends_in_one_line(tmp_path: Path) -> None:
    here = Terminal(tmp_path)
    up = await here.start("up")
    await here.ready(up)
    secrets = json.loads((here.var / "secrets.json").read_text())
    headers = {"Authorization": aiohttp.encode_basic_auth("hotline", secrets["ari_password"])}
    async with (
        aiohttp.ClientSession(headers=headers) as http,
        http.post(f"{here.ari}/ari/asterisk/variable", params={"variable": ENGINE, "value": "another"}),
        http.ws_connect(f"{here.ari}/ari/events?app=hotline"),
        asyncio.timeout(20),
    ):
        _, err = await up.communicate()
    assert up.returncode == 1
    assert "another engine took this Asterisk over" in err.decode()
    assert "Traceback" not in err.decode()
    assert processes_of(here.var) == []
