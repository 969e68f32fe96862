"""The synthetic caller on the real switch: the shipped plan passes, uncounted; a broken prompt is an alarm."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import aiohttp
import numpy as np
import pytest

from hotline.alarms import AlarmKind
from hotline.control import ask
from hotline.handset import RATE
from hotline.sound_file import a_law_code
from hotline.sounds import KeptWords
from hotline.testcalls.account import NUMBER
from records.legs import requests_of
from tests.system.conftest import OpenStage
from tests.system.stage import Stage

pytestmark = [pytest.mark.system, pytest.mark.timeout(600)]

PATH = ["3"]
"""Greeting, main menu, and the line of an outside number, which nobody dials here."""


async def _call(s: Stage, keys: list[str] | None = None) -> dict[str, Any]:
    told: dict[str, Any] = await ask(s.settings.var, "POST", "/test-call", {} if keys is None else {"keys": keys})
    return told


async def _metric(s: Stage, line: str) -> float:
    async with aiohttp.ClientSession() as http, http.get(f"http://127.0.0.1:{s.hotline.web_port}/metrics") as reply:
        text = await reply.text()
    found = [one for one in text.splitlines() if one.startswith(f"{line} ")]
    return float(found[0].rpartition(" ")[2])


async def test_the_shipped_plan_passes_uncounted_and_a_prompt_that_breaks_is_an_alarm_within_a_period(
    open_stage: OpenStage, tmp_path: Path, sounds: Path
) -> None:
    shutil.copytree(sounds / "sounds", tmp_path / "var" / "sounds")  # ours alone: one is broken below
    async with open_stage(changed={"test_calls": {"every": 30, "paths": ["3"]}}) as s:
        told = await _call(s, PATH)
        assert told["why"] == ""
        assert (told["result"], told["heard"]) == ("passed", ["greeting", "main-menu"])
        assert s.carrier.dialled == [], "nobody is rung"

        record = await s.record(NUMBER)
        assert (record.test, record.outcome, record.keys) == (True, "informed", "3")
        status = await s.hotline.view.status()
        assert (status.in_progress, sum(status.today.values())) == (0, 0)
        assert await _metric(s, 'hotline_test_calls_total{outcome="informed"}') >= 1
        assert await _metric(s, 'hotline_synthetic_calls_total{result="passed"}') >= 1
        assert await _metric(s, 'hotline_calls_total{outcome="informed",reason="completed"}') == 0

        assert not requests_of(record), "no connect rate has it"

        await ask(s.settings.var, "POST", "/drain", {"to": "fallback", "stay": True})
        assert (await _call(s, PATH))["result"] == "fallback", "an engine that lets nobody in"
        await ask(s.settings.var, "DELETE", "/drain")
        await s.until(lambda: not s.hotline.view.obstacles())

        kept = KeptWords.of(s.plan, s.settings.sounds).kept["main-menu"]
        (whole,) = [path for path in (s.settings.sounds / "kept").glob("*.alaw") if f"kept/{path.stem}" == kept]
        good = whole.read_bytes()
        whole.write_bytes(a_law_code(np.zeros(8 * RATE, np.int16)))
        told_of = "prompt main-menu was silent"
        await s.until(lambda: any(told_of in alarm for alarm in s.hotline.alarms.told()), within=30 + 90)

        whole.write_bytes(good)
        assert (await _call(s, PATH))["passed"]
        await s.until(lambda: not s.hotline.alarms.stands(AlarmKind.TEST_CALLS))
