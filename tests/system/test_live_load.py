"""System: a hundred plans, one after the other, under a steady load of callers. No figure is judged here."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from pathlib import Path

import pytest

from bench.calls import Load, agents_for, measure
from hotline.control import SOCKET, ask

pytestmark = [pytest.mark.system, pytest.mark.load]


async def reload_often(folder: Path, times: int) -> Counter[str]:
    """Give the stand in `folder` so many plans, each with other rules; what came of each."""
    plan = folder / "config" / "plan.yaml"
    async with asyncio.timeout(60):
        while not await asyncio.to_thread((folder / "var" / SOCKET).exists):
            await asyncio.wait([asyncio.get_running_loop().create_future()], timeout=0.1)
    text = await asyncio.to_thread(plan.read_text, "utf-8")
    results: Counter[str] = Counter()
    for number in range(times):
        fresh = plan.with_suffix(".new")
        rules = text.replace("wrap_up: 0s", f"wrap_up: {number % 2}s")
        await asyncio.to_thread(fresh.write_text, f"{rules}\n# {number}\n", "utf-8")
        await asyncio.to_thread(fresh.replace, plan)
        change = await ask(folder / "var", "POST", "/reload")
        results[change["result"]] += 1
    return results


async def test_a_hundred_reloads_under_load_lose_no_call(tmp_path: Path) -> None:
    load = Load(rate=4, seconds=70, talk=1.0, agents=agents_for(4, 2.0), keys="info", warm=0)
    folder = tmp_path / "run"
    async with asyncio.TaskGroup() as tasks:
        reloads = tasks.create_task(reload_often(folder, 100))
        result = await asyncio.to_thread(measure, load, folder)
        assert reloads.done(), "the load ended before the reloads"
    # A saved file is noticed by itself too: then the command finds it live already.
    assert reloads.result()["refused"] == 0
    assert reloads.result().total() == 100
    assert (result.succeeded, result.talked, result.outcomes) == (280, 280, {"talked": 280}), result.errors
    assert result.left == {"channels": [], "bridges": []}
    live = json.loads((folder / "var" / "plans" / "live.json").read_text())
    assert live["number"] >= 100
