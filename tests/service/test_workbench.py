"""Shell over a real worker process: checks are done beside the hotline, which is never held up by them."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path

import orjson
import pytest

from hotline.drafting.config_folder import Change, finish
from hotline.drafting.workbench import Broken, Errors, Senseless, Workbench
from hotline.settings import HOUSE, Settings, load
from tests.routing.plans import SMALL

CONFIG = HOUSE / "config"
SHIPPED = {path.name: path.read_text("utf-8") for path in CONFIG.glob("*.yaml")}
TODAY = "2026-11-20"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load(config=CONFIG, var=tmp_path)


@pytest.fixture
async def bench(settings: Settings) -> AsyncIterator[Workbench]:
    bench = Workbench(settings)
    yield bench
    await bench.close()


async def longest_pause() -> float:
    """How long the loop was away at most, until somebody cancels this."""
    worst, before = 0.0, time.perf_counter()
    try:
        while True:
            await asyncio.sleep(0.001)
            worst, before = max(worst, time.perf_counter() - before), time.perf_counter()
    except asyncio.CancelledError:
        return worst


async def test_the_shipped_plan_is_checked_beside_the_loop_as_the_command_checks_it(bench: Workbench) -> None:
    assert orjson.loads(await bench.do("check", files={"plan.yaml": SMALL}, today=TODAY))["good"]  # it has begun
    async with asyncio.TaskGroup() as tasks:
        watching = tasks.create_task(longest_pause())
        cpu = time.thread_time()
        told = orjson.loads(await bench.do("check", files=SHIPPED, today=TODAY))
        cpu = time.thread_time() - cpu
        watching.cancel()
    assert told["good"]
    assert not [one for one in told["problems"] if one["severity"] == "error"]
    assert cpu < 0.1  # what the loop's thread did itself; its pauses are the machine's


async def test_a_broken_plan_is_no_error_of_the_worker_and_the_next_job_is_done(bench: Workbench) -> None:
    with pytest.raises(Errors):
        await bench.do("test", files={"plan.yaml": "nodes: {"})
    call = {"at": "2026-11-20T10:00+08:00", "keys": [], "scene": {"closed": "dsk"}, "direct": False}
    with pytest.raises(Senseless, match="dsk"):
        await bench.do("dial", files={"plan.yaml": SMALL}, **call)
    assert orjson.loads(await bench.do("check", files={"plan.yaml": SMALL}, today=TODAY))["good"]


async def test_a_job_that_takes_too_long_is_ended_and_a_fresh_worker_does_the_next(settings: Settings) -> None:
    bench = Workbench(settings, patience=0.01)
    with pytest.raises(Broken, match="not done within"):
        await bench.do("check", files=SHIPPED, today=TODAY)
    patient = Workbench(settings)
    assert orjson.loads(await patient.do("check", files={"plan.yaml": SMALL}, today=TODAY))["good"]
    await patient.close()


def test_files_that_a_crash_left_half_published_are_all_put_by_the_next_start(tmp_path: Path) -> None:
    config, var = tmp_path / "config", tmp_path / "var"
    config.mkdir()
    (config / "a.yaml").write_text("old\n")
    (config / "gone.yaml").write_text("old\n")
    change = Change(config, var, {"a.yaml": "new\n", "b.yaml": "new\n", "gone.yaml": None})
    change.put()
    change.take_out()
    assert {path.name: path.read_text() for path in config.iterdir()} == {"a.yaml": "old\n", "gone.yaml": "old\n"}
    assert not finish(config, var)

    intent = var / "drafts" / ".publishing"
    texts = {"a.yaml": "new\n", "b.yaml": "new\n", "gone.yaml": None}
    intent.write_bytes(orjson.dumps({"config": str(config.resolve()), "texts": texts}))
    (config / "a.yaml").write_text("new\n")  # as far as it got
    assert finish(config, var)
    assert {path.name: path.read_text() for path in config.iterdir()} == {"a.yaml": "new\n", "b.yaml": "new\n"}
    assert not finish(config, var)
