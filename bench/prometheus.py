"""A real Prometheus with the shipped rules beside a hotline, in a hurry: for tests and for pictures of dashboards."""

from __future__ import annotations

import asyncio
import math
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import aiohttp
from ruamel.yaml import YAML

from hotline.settings import HOUSE

PROGRAM = HOUSE / ".prometheus" / "usr" / "bin" / "prometheus"
"""`scripts/setup test` brings it."""
ROOM = HOUSE / "monitoring"


class QueryFailed(RuntimeError):
    """Prometheus does not answer a query; the text says which and why."""


class Series(NamedTuple):
    """What a query answers under one name. `points` are Unix seconds and values; no value is NaN."""

    labels: Mapping[str, str]
    points: tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class Prometheus:
    """One that runs."""

    url: str
    http: aiohttp.ClientSession

    async def now(self, query: str, at: float | None = None) -> list[Series]:
        """The answer at an instant. Raises QueryFailed."""
        given = {"query": query} | ({} if at is None else {"time": str(at)})
        return [
            _series(one["metric"], [one["value"]]) for one in await self._ask("query", given) if _some(one["value"])
        ]

    async def over(self, query: str, since: float, until: float, step: float) -> list[Series]:
        """The answer over time. Raises QueryFailed."""
        given = {"query": query, "start": str(since), "end": str(until), "step": str(step)}
        return [_series(one["metric"], one["values"]) for one in await self._ask("query_range", given)]

    async def exemplars(self, query: str, since: float, until: float) -> list[Mapping[str, str]]:
        """What the samples of a query were told apart by beside their labels: the calls. Raises QueryFailed."""
        given = {"query": query, "start": str(since), "end": str(until)}
        return [found["labels"] for one in await self._data("query_exemplars", given) for found in one["exemplars"]]

    async def _ask(self, what: str, given: Mapping[str, str]) -> list[dict[str, Any]]:
        data = await self._data(what, given)
        if data["resultType"] == "scalar":
            return [{"metric": {}, "value": data["result"]}]
        found: list[dict[str, Any]] = data["result"]
        return found

    async def _data(self, what: str, given: Mapping[str, str]) -> Any:
        async with self.http.post(f"{self.url}/api/v1/{what}", data=given) as answer:
            if answer.status == 503:
                raise QueryFailed("Prometheus is not ready")
            told = await answer.json()
        if told["status"] != "success" or told.get("warnings"):
            raise QueryFailed(f"{given['query']}: {told.get('error') or told.get('warnings')}")
        return told["data"]


def _some(point: tuple[float, str]) -> bool:
    return not math.isnan(float(point[1]))


def _series(labels: Mapping[str, str], points: list[tuple[float, str]]) -> Series:
    return Series(labels, tuple((float(at), float(value)) for at, value in points if not math.isnan(float(value))))


@asynccontextmanager
async def watching(folder: Path, target: str, port: int, every: str = "1s") -> AsyncIterator[Prometheus]:
    """Scrape the hotline at `target` (`host:port`), with the shipped file but for intervals and Alertmanager; up when
    the first scrape came in. Raises TimeoutError."""
    config = _written(folder, target, every)
    command = [f"--config.file={config}", f"--storage.tsdb.path={folder / 'data'}", "--enable-feature=exemplar-storage"]
    command += [f"--web.listen-address=127.0.0.1:{port}", "--log.level=warn"]
    running = await asyncio.create_subprocess_exec(PROGRAM, *command)
    try:
        async with aiohttp.ClientSession() as http:
            here = Prometheus(f"http://127.0.0.1:{port}", http)
            async with asyncio.timeout(60):
                await _scraped(here)
            yield here
    finally:
        with suppress(ProcessLookupError):  # it said why
            running.terminate()
        await running.wait()


async def _scraped(here: Prometheus) -> None:
    while True:
        with suppress(aiohttp.ClientConnectionError, QueryFailed):  # it begins
            if await here.now('up{job="hotline"} == 1'):
                return
        await asyncio.sleep(0.1)


def _written(folder: Path, target: str, every: str) -> Path:
    yaml = YAML()
    config = yaml.load((ROOM / "prometheus.yml").read_text("utf-8"))
    config["global"] |= {"scrape_interval": every, "evaluation_interval": every, "scrape_timeout": every}
    del config["alerting"]
    config["scrape_configs"] = [job for job in config["scrape_configs"] if job["job_name"] == "hotline"]
    config["scrape_configs"][0]["static_configs"] = [{"targets": [target]}]
    (folder / "rules").mkdir(parents=True)
    for file in ROOM.glob("rules/*.yaml"):
        rules = yaml.load(file.read_text("utf-8"))
        for group in rules["groups"]:
            group["interval"] = every
        yaml.dump(rules, folder / "rules" / file.name)
    yaml.dump(config, folder / "prometheus.yml")
    return folder / "prometheus.yml"
