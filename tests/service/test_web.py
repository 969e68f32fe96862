"""Unit over a real socket: the pages of a hotline that is made up."""

from __future__ import annotations

import os
import re
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import aiohttp
import aiohttp.web
import pytest
from prometheus_client import CollectorRegistry, Gauge
from prometheus_client.parser import text_string_to_metric_families

from acd.agent import Presence
from desk.desk import open_desk
from desk.gate import Gate
from desk.listening import listening
from hotline.web import LineStatus, Status, create_app
from ivr.outcomes import Outcome
from records.audit import Audit
from records.migrations import upgrade
from tests.desk.telephones import MadeUpTelephones

STATUS = Status(
    name="天津公共卫生热线",
    number="12320",
    now=datetime(2026, 10, 1, 1, 0, tzinfo=UTC),
    plan="3f2a",
    in_progress=4,
    lines=(
        LineStatus(
            "immunization",
            "预防接种 <b>",
            open=True,
            why="国庆节值班",
            waiting=2,
            longest_wait=75.4,
            agents={
                Presence.READY: 1,
                Presence.TALKING: 3,
                Presence.WRAP_UP: 2,
                Presence.BREAK: 4,
                Presence.OFFLINE: 5,
            },
            callbacks=7,
        ),
        LineStatus("tobacco", "戒烟", open=False, why="国庆节", waiting=0, longest_wait=0, agents={}),
        LineStatus("booking", "预约挂号", open=True, why="每天", waiting=0, longest_wait=0, agents={}, outside=True),
    ),
    today={Outcome.TALKED: 31, Outcome.ABANDONED: 2},
)


@dataclass
class MadeUpHotline:
    reasons: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    now: Status = STATUS

    def obstacles(self) -> Sequence[str]:
        return self.reasons

    def alarms(self) -> Sequence[str]:
        return self.wrong

    async def status(self) -> Status:
        return self.now


class Web:
    """The pages of `hotline`, asked for over loopback."""

    def __init__(self, session: aiohttp.ClientSession, hotline: MadeUpHotline) -> None:
        self._session, self.hotline = session, hotline

    async def get(self, path: str, host: str | None = None) -> tuple[int, str, aiohttp.ClientResponse]:
        async with self._session.get(path, headers={"Host": host} if host else None) as answer:
            return answer.status, await answer.text(), answer


class NoFloor:
    """Nobody asks for it here."""

    def floor(self, *, private: bool = False) -> dict[str, Any]:
        raise NotImplementedError

    async def desk(self, agent: str, verb: str, asked: Mapping[str, Any]) -> Any:
        raise NotImplementedError

    async def lead(self, leader: str, verb: str, asked: Mapping[str, Any]) -> Any:
        raise NotImplementedError


@asynccontextmanager
async def served(var: Path, hotline: MadeUpHotline, gate: Gate) -> AsyncIterator[int]:
    """The pages behind a gate, listening on loopback; the port."""
    url = f"sqlite+aiosqlite:///{var / 'hotline.db'}"
    await upgrade(url)
    registry = CollectorRegistry()
    Gauge("hotline_messages", "Messages.", registry=registry).inc()
    write = Audit(url, var).write
    async with (
        open_desk(
            url,
            gate,
            NoFloor(),
            MadeUpTelephones(),
            key=b"k" * 32,
            write=write,
            hotline=lambda: ("12320", "热线"),
            version="0",
        ) as desk,
        listening(create_app(hotline, registry, desk), Gate("127.0.0.1"), 0) as port,
    ):
        yield port


@pytest.fixture
async def web(tmp_path: Path) -> AsyncIterator[Web]:
    hotline = MadeUpHotline()
    async with (
        served(tmp_path, hotline, Gate("127.0.0.1")) as port,
        aiohttp.ClientSession(f"http://127.0.0.1:{port}") as session,
    ):
        yield Web(session, hotline)


async def test_it_is_ready_once_nothing_stands_in_the_way_and_not_when_something_comes_back(web: Web) -> None:
    web.hotline.reasons = ["Asterisk is not connected", "no plan is loaded"]
    status, text, _ = await web.get("/readyz")
    assert (status, "Asterisk is not connected" in text, '"ready": false' in text) == (503, True, True)
    web.hotline.reasons = []
    assert (await web.get("/readyz"))[:2] == (200, '{"ready": true, "reasons": [], "alarms": []}')
    web.hotline.reasons = ["no link to Asterisk"]
    assert (await web.get("/readyz"))[0] == 503


async def test_an_alarm_is_told_and_keeps_nobody_from_calling(web: Web) -> None:
    web.hotline.wrong = ["journal_not_written: database is locked"]
    told = '{"ready": true, "reasons": [], "alarms": ["journal_not_written: database is locked"]}'
    assert (await web.get("/readyz"))[:2] == (200, told)


async def test_it_is_alive_even_when_it_is_not_ready(web: Web) -> None:
    web.hotline.reasons = ["Asterisk is not connected"]
    assert (await web.get("/healthz"))[:2] == (200, f'{{"alive": true, "engine": {os.getpid()}}}')


async def test_metrics_come_in_the_format_that_prometheus_asks_for(web: Web) -> None:
    status, text, answer = await web.get("/metrics")
    assert status == 200
    assert answer.headers["Content-Type"].startswith("text/plain; version=")
    assert [family.name for family in text_string_to_metric_families(text)] == ["hotline_messages"]


class Table(HTMLParser):
    """The cells of the page's table, row by row, and every address that the page names."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self.addresses: list[str] = []
        self.open: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in ("meta", "link"):
            self.open.append(tag)
        if tag == "tr":
            self.rows.append([])
        if tag in ("th", "td"):
            self.rows[-1].append("")
        self.addresses += [value or "" for name, value in attrs if name in ("href", "src", "action", "data")]

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if {"th", "td"} & set(self.open):
            self.rows[-1][-1] = f"{self.rows[-1][-1]} {data.strip()}".strip()


async def test_the_page_tells_of_each_line_whether_it_is_open_who_waits_and_who_serves(web: Web) -> None:
    status, page, _ = await web.get("/status")
    assert status == 200
    table = Table(page)
    assert table.open == []
    assert table.rows[2:] == [
        ["预防接种 <b> immunization", "开放 open 国庆节值班", "2", "1:15", "7", "1", "3", "2", "4", "5"],
        ["戒烟 tobacco", "关闭 closed 国庆节", "0", "–", "0", "0", "0", "0", "0", "0"],
        ["预约挂号 booking", "开放 open 每天", "0", "–", "0", "外线号码 outside number"],
    ]
    assert "2026-10-01 09:00:00" in page
    assert "可以接听" in page
    assert re.search(r"待回拨.*?<dd>7</dd>", page, re.S)
    assert re.search(r"已接通.*?<dd>31</dd>", page, re.S)


async def test_the_page_loads_nothing_runs_nothing_and_lets_no_words_become_markup(web: Web) -> None:
    web.hotline.reasons = ["<script>alert(1)</script>"]
    _, page, answer = await web.get("/status")
    assert "<script" not in page
    assert "暂不能接听" in page
    assert all(address.startswith(("/", "data:")) for address in Table(page).addresses)
    policy = answer.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "unsafe" not in policy


async def test_the_page_tells_the_version_and_why_the_files_are_not_live(web: Web) -> None:
    web.hotline.now = replace(STATUS, version=7, notices=("plan.yaml:3:1: <unknown> key",))
    status, page, _ = await web.get("/status")
    assert (status, "plan.yaml:3:1: &lt;unknown&gt; key" in page, "7 · 3f2a" in page) == (200, True, True)
    assert "可以接听" in page


async def test_a_hotline_without_lines_has_a_page(web: Web) -> None:
    web.hotline.now = replace(STATUS, lines=(), today={})
    status, page, _ = await web.get("/status")
    assert (status, "没有线路" in page) == (200, True)


@pytest.mark.parametrize("path", ["/status", "/healthz", "/metrics", "/nowhere.txt"])
async def test_every_answer_bears_the_headers_that_guard_it(web: Web, path: str) -> None:
    _, _, answer = await web.get(path)
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Server"] == "hotline"


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example:8320", "[", "0.0.0.0:8320", "10.0.0.1"])
async def test_a_page_elsewhere_that_points_its_name_at_loopback_gets_nothing(web: Web, host: str) -> None:
    status, text, _ = await web.get("/status", host)
    assert status == 421
    assert "12320" not in text


@pytest.mark.parametrize("host", ["localhost:8320", "127.0.0.1", "[::1]:8320"])
async def test_loopback_names_are_served(web: Web, host: str) -> None:
    assert (await web.get("/status", host))[0] == 200


async def test_opened_on_purpose_probes_are_answered_under_any_name_and_nothing_else(tmp_path: Path) -> None:
    gate = Gate("0.0.0.0", frozenset({"hotline.example"}), behind_proxy=True)  # noqa: S104 - the case in question
    async with served(tmp_path, MadeUpHotline(), gate) as port, aiohttp.ClientSession() as session:
        statuses = {}
        for host in ("10.0.0.1:8320", "hotline.example"):
            for path in ("/healthz", "/readyz", "/metrics", "/status"):
                async with session.get(
                    f"http://127.0.0.1:{port}{path}", headers={"Host": host}, allow_redirects=False
                ) as answer:
                    statuses[host, path] = answer.status
        assert list(statuses.values()) == [200, 200, 421, 421, 200, 200, 401, 303]


async def test_a_port_that_is_taken_is_an_error_at_once(tmp_path: Path) -> None:
    async with served(tmp_path, MadeUpHotline(), Gate("127.0.0.1")) as port:
        with pytest.raises(OSError, match="address already in use"):
            async with listening(aiohttp.web.Application(), Gate("127.0.0.1"), port):
                pass
