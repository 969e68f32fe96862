"""System: reload, rollback and versions as an operator types them, over restarts and with nothing running."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal
from asyncio.subprocess import Process
from pathlib import Path
from typing import Any

import pytest

from hotline.settings import HOUSE, load
from tests.system.stage import lend
from tests.system.test_command_line import Terminal, processes_of

pytestmark = pytest.mark.system


class Operator(Terminal):
    """A terminal with a config folder of its own, and sounds that were built before."""

    def __init__(self, folder: Path, sounds: Path) -> None:
        super().__init__(folder)
        self.config = folder / "config"
        shutil.copytree(HOUSE / "config", self.config)
        self.environment["HOTLINE_CONFIG"] = str(self.config)
        lend(load(var=self.var, config=self.config), sounds)

    def write(self, wait: str) -> None:
        """Another wait after a menu's words, as an editor saves it."""
        text = (HOUSE / "config" / "plan.yaml").read_text("utf-8")
        fresh = self.config / "plan.new"
        fresh.write_text(text.replace("wait: 5s", f"wait: {wait}", 1), "utf-8")
        fresh.replace(self.config / "plan.yaml")

    async def live(self) -> int:
        """The number of the version that is marked as live."""
        _, out, _ = await self.run("versions", "--json")
        (number,) = [version["number"] for version in json.loads(out) if version["live"]]
        return int(number)

    async def up(self) -> Process:
        process = await self.start("up")
        await self.ready(process)
        return process

    async def down(self, up: Process) -> str:
        """Ctrl-C; what it said while it ran."""
        up.send_signal(signal.SIGINT)
        async with asyncio.timeout(20):
            out, err = await up.communicate()
        assert up.returncode == 0, err.decode()
        return (out + err).decode()


async def until(holds: Any, within: float = 20.0) -> None:
    async with asyncio.timeout(within):
        while not await holds():
            pass


async def test_a_plan_goes_forward_and_back_on_command_and_a_rollback_outlives_a_restart(
    tmp_path: Path, sounds: Path
) -> None:
    here = Operator(tmp_path, sounds)
    up = await here.up()
    assert await here.live() == 1
    code, out, err = await here.run("reload")
    assert (code, out) == (0, "")
    assert "nothing changed: version 1" in err

    here.write("6s")
    code, out, _ = await here.run("reload", "--json")
    change = json.loads(out)
    assert (code, change["number"]) == (0, 2)  # done, or unchanged when the saved file was noticed first
    code, _, err = await here.run("rollback")
    assert (code, "version 1 (" in err) == (0, True)
    code, out, err = await here.run("rollback")
    assert (code, out) == (1, "")
    assert "none is older than 1" in err

    await here.down(up)
    up = await here.up()
    assert await here.live() == 1
    code, _, err = await here.run("rollback", "2")
    assert (code, "version 2 (" in err) == (0, True)
    assert "set aside by a rollback" in await here.down(up)


async def test_a_bad_file_is_told_with_every_place_and_does_not_keep_a_restart_from_serving(
    tmp_path: Path, sounds: Path
) -> None:
    here = Operator(tmp_path, sounds)
    up = await here.up()
    here.write("a while")
    code, out, err = await here.run("reload")
    assert code == 1
    assert out.startswith(f"{here.config}/plan.yaml:")
    assert "refused: version 1" in err
    await here.down(up)

    up = await here.up()
    assert await here.live() == 1
    here.write("7s")

    async def taken() -> bool:
        return await here.live() == 2

    await until(taken)
    here.write("8s")
    os.kill(up.pid, signal.SIGHUP)

    async def taken_too() -> bool:
        return await here.live() == 3

    await until(taken_too)
    assert "the config folder is refused; the last live plan serves" in await here.down(up)
    assert processes_of(here.var) == []


async def test_without_a_running_hotline_a_rollback_waits_for_the_next_start_and_a_reload_says_how_to_start(
    tmp_path: Path, sounds: Path
) -> None:
    here = Operator(tmp_path, sounds)
    code, out, err = await here.run("rollback")
    assert (code, out) == (1, "")
    assert "never started here" in err
    await here.down(await here.up())
    here.write("6s")
    await here.down(await here.up())
    assert await here.live() == 2
    code, out, err = await here.run("reload")
    assert (code, out) == (1, "")
    assert "hotline up" in err
    code, _, err = await here.run("rollback", "1")
    assert code == 0
    assert "from its next start" in err
    up = await here.up()
    assert await here.live() == 1
    await here.down(up)
