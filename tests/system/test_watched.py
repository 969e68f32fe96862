"""System: a real Prometheus watches a real hotline. What is exposed is what the table says, and dashboards show it."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import aiohttp
import pytest
from prometheus_client.parser import text_string_to_metric_families

from bench.ports import free_ports
from bench.prometheus import Prometheus, watching
from hotline.dashboards.boards import BOARDS
from hotline.dashboards.grafana import MARKS
from hotline.dashboards.panel import Ask
from hotline.metrics.families import FAMILIES
from hotline.metrics.family import Kind
from hotline.phone import answers
from ivr.events import CallEnded, WaitBegan
from tests.phones import AGENT_TONE
from tests.system.conftest import OpenStage
from tests.system.stage import Stage

pytestmark = pytest.mark.system

ASKED = dict.fromkeys(asked for board in BOARDS for panel in board.panels for asked in panel.asks)
OF_THE_CLIENT = ("process_", "hotline_office_process_")


async def test_what_is_exposed_is_the_table_and_every_panel_has_its_answer(
    open_stage: OpenStage, tmp_path: Path
) -> None:
    async with open_stage(ring=20.0) as s:
        target, (port,) = f"127.0.0.1:{s.hotline.web_port}", free_ports(1)
        async with watching(tmp_path / "prometheus", target, port) as prometheus:
            began = time.time()
            await some_calls(s)
            await as_the_table_says(target)
            await every_panel_answers(prometheus)
            found = await prometheus.exemplars("hotline_wait_seconds_bucket", began, time.time() + 1)
            (waited,) = {entry.call for entry in s.entries if isinstance(entry.event, WaitBegan)}
            assert {one["call"] for one in found} == {waited}  # from a long wait on a graph to its call


async def some_calls(s: Stage) -> None:
    """One talks with an agent, one hangs up in the menu."""
    await s.agent("vaccine-1", answers(speaking=AGENT_TONE, hanging_up_after=1.0))
    caller = await s.caller()
    await caller.press("14")
    await caller.ended(60.0)
    other = await s.caller()
    await s.hears(other, "main-menu", share=0.3)
    await other.hang_up()
    await s.noted(CallEnded, 2)


async def as_the_table_says(target: str) -> None:
    """Every family with its type and labels, values of closed lists only, and nothing else."""
    async with aiohttp.ClientSession() as http, http.get(f"http://{target}/metrics") as answer:
        text = await answer.text()
    found = {family.name: family for family in text_string_to_metric_families(text)}
    assert {name for name in found if not name.startswith(OF_THE_CLIENT)} == set(FAMILIES)
    for name, family in FAMILIES.items():
        told = found[name]
        assert (told.type, told.documentation) == (str(family.kind), family.english)
        labels = {label.name: label.values for label in family.labels}
        more = {"le"} if family.kind is Kind.HISTOGRAM else set()
        for sample in told.samples:
            assert sample.labels.keys() - more == labels.keys(), sample
            for label, value in sample.labels.items():
                assert not labels.get(label) or value in labels[label], sample


async def every_panel_answers(prometheus: Prometheus) -> None:
    """None with an error; each that is not quiet with data, as soon as what happened was scraped and judged."""
    for _, query, _, _ in MARKS:
        await prometheus.now(Ask(query).filled(span="1h", step="1m"))
    waiting = list(ASKED)
    try:
        async with asyncio.timeout(120):
            while waiting:
                queries = [asked.filled(span="1h", step="5m", line=".*") for asked in waiting]
                found = [await prometheus.now(query) for query in queries]
                waiting = [asked for asked, answer in zip(waiting, found, strict=True) if not answer]
                waiting = [asked for asked in waiting if not asked.quiet]
    except TimeoutError:
        pytest.fail("\n".join(["no answer to:", *(asked.expr for asked in waiting)]))
    (talked,) = await prometheus.now('hotline_calls_total{outcome="talked", reason="other_side_hung_up"}')
    assert talked.points[-1][1] == 1
    (rate,) = await prometheus.now("hotline_connect_rate_24h_ratio")
    assert rate.points[-1][1] == 1
    async with asyncio.timeout(60):
        while not (gone := await prometheus.now("sum(hotline_menu_hang_ups_total) > 0")):
            await prometheus.now("up")  # until it was scraped
    assert gone[0].points[-1][1] == 1
