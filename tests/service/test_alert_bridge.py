"""Shell: Alertmanager tells the bridge, and the bridge a robot that is made up: over real HTTP, refusals and all."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from structlog.testing import capture_logs

from bench.ports import free_ports
from hotline.alerting.bridge import LARGEST, create_app
from hotline.alerting.robots import Post, Robots, RobotsError, robots_in
from hotline.settings import HOUSE
from tests.monitoring.prometheus import alertmanager

KEY, SECRET, TOKEN = "0f0f-key-of-a-group", "SECmade-up", "a-token-that-is-long-enough"


@dataclass
class Group:
    """A group's robot: keeps what it is told, and answers as it should."""

    got: list[dict[str, Any]] = field(default_factory=list)
    asked: list[dict[str, str]] = field(default_factory=list)
    answer: dict[str, Any] = field(default_factory=lambda: {"errcode": 0, "errmsg": "ok"})
    status: int = 200
    silent: bool = False
    base: str = ""
    told: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def handle(self, request: web.Request) -> web.Response:
        self.asked.append(dict(request.query))
        async with self.told:
            self.got.append(await request.json())
            self.told.notify_all()
        if self.silent:
            await asyncio.Event().wait()
        return web.json_response(self.answer, status=self.status, headers={"Location": f"{self.base}/elsewhere"})

    async def has(self, messages: int) -> None:
        """Wait until it was told so often. Raises TimeoutError."""
        async with asyncio.timeout(60), self.told:
            await self.told.wait_for(lambda: len(self.got) >= messages)


@asynccontextmanager
async def served(app: web.Application) -> AsyncIterator[str]:
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    try:
        (port,) = free_ports(1)
        await web.TCPSite(runner, "127.0.0.1", port).start()
        yield f"http://127.0.0.1:{port}"
    finally:
        await runner.cleanup()


@asynccontextmanager
async def grouped() -> AsyncIterator[Group]:
    group, app = Group(), web.Application()
    app.router.add_post("/send", group.handle)
    async with served(app) as base:
        group.base = base
        yield group


def robots(group: Group, token: str | None = None) -> Robots:
    return Robots.model_validate(
        {
            "robots": {
                "duty": {"kind": "wecom", "url": f"{group.base}/send?key={KEY}"},
                "office": {"kind": "dingtalk", "url": f"{group.base}/send?access_token={KEY}", "secret": SECRET},
            },
            "token": token,
        }
    )


@asynccontextmanager
async def bridged(group: Group, *, token: str | None = None, patience: float = 5.0) -> AsyncIterator[str]:
    post = Post(now=lambda: 1_795_000_000.25, patience=patience)
    try:
        async with served(create_app(robots(group, token), post)) as base:
            yield base
    finally:
        await post.close()


def a_notice(**more: Any) -> dict[str, Any]:
    labels = {"alertname": "HotlineDown", "severity": "page", "hotline": "12320"}
    one = {"status": "firing", "labels": labels, "annotations": {"summary_zh": "没有应答"}}
    return {"status": "firing", "alerts": [one | {"startsAt": "2026-11-20T02:00:00Z"}], **more}


async def tell(url: str, body: Any, headers: dict[str, str] | None = None) -> tuple[int, str]:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    given = {"Content-Type": "application/json"} | (headers or {})
    async with aiohttp.ClientSession() as http, http.post(url, data=data, headers=given) as answer:
        return answer.status, await answer.text()


async def test_wecom_is_told_in_markdown() -> None:
    async with grouped() as group, bridged(group) as bridge:
        assert await tell(f"{bridge}/duty", a_notice()) == (200, "told\n")
        (message,) = group.got
        assert message["msgtype"] == "markdown"
        assert "**HotlineDown** 没有应答" in message["markdown"]["content"]
        assert group.asked == [{"key": KEY}]


async def test_dingtalk_is_told_under_a_signature_that_it_can_check() -> None:
    async with grouped() as group, bridged(group) as bridge:
        assert (await tell(f"{bridge}/office", a_notice()))[0] == 200
        (message,), (asked,) = group.got, group.asked
        assert message["markdown"]["title"] in message["markdown"]["text"]
        assert (asked["access_token"], asked["timestamp"]) == (KEY, "1795000000250")
        signed = hmac.new(SECRET.encode(), f"1795000000250\n{SECRET}".encode(), hashlib.sha256).digest()
        assert base64.b64decode(asked["sign"]) == signed


@pytest.mark.parametrize(
    ("answer", "status", "said"),
    [
        ({"errcode": 45009, "errmsg": "api freq out of limit"}, 200, "errcode 45009: api freq out of limit"),
        ({"errcode": 310000, "errmsg": "sign not match"}, 200, "errcode 310000: sign not match"),
        ({"errcode": 0}, 503, "answers 503"),
        ({"errcode": 0}, 302, "answers 302"),  # never followed
        ({"hello": "world"}, 200, "no robot's answer"),
    ],
)
async def test_a_robot_that_refuses_is_alertmanagers_to_try_again(
    answer: dict[str, Any], status: int, said: str
) -> None:
    async with grouped() as group, bridged(group) as bridge:
        group.answer, group.status = answer, status
        with capture_logs() as logs:
            code, text = await tell(f"{bridge}/duty", a_notice())
        assert code == 502
        assert said in text
        assert len(group.got) == 1
        assert KEY not in text + str(logs)


async def test_a_robot_that_is_silent_or_gone_is_too_and_nobody_reads_its_address() -> None:
    async with grouped() as group:
        group.silent = True
        async with bridged(group, patience=0.2) as bridge:
            with capture_logs() as logs:
                assert (await tell(f"{bridge}/office", a_notice()))[0] == 504
    async with bridged(group) as bridge:  # the group is gone by now
        with capture_logs() as more:
            code, text = await tell(f"{bridge}/office", a_notice())
    assert code == 502
    for secret in (KEY, SECRET):
        assert secret not in text + str(logs) + str(more)


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("nobody", a_notice(), 404),
        ("duty", b"not json", 400),
        ("duty", [], 400),
        ("duty", {"status": "firing", "alerts": [{"status": "firing"}]}, 400),
        ("duty", b"[" * 100_000, 400),
        ("duty", b" " * (LARGEST + 1), 413),
        ("duty", {"status": "resolved", "alerts": []}, 200),
    ],
)
async def test_what_is_no_notice_reaches_no_group(path: str, body: Any, status: int) -> None:
    async with grouped() as group, bridged(group) as bridge:
        code, text = await tell(f"{bridge}/{path}", body)
        assert code == status
        assert text.count("\n") <= 1
        assert group.got == []


async def test_a_page_in_a_browser_cannot_write_into_a_group() -> None:
    async with grouped() as group, bridged(group) as bridge:
        for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data"):
            assert (await tell(f"{bridge}/duty", a_notice(), {"Content-Type": kind}))[0] == 415
        assert group.got == []


async def test_with_a_token_only_who_shows_it_is_heard() -> None:
    async with grouped() as group, bridged(group, token=TOKEN) as bridge:
        for shown in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": f"Bearer {TOKEN}é"}):
            assert (await tell(f"{bridge}/duty", a_notice(), shown))[0] == 401
        assert group.got == []
        assert (await tell(f"{bridge}/duty", a_notice(), {"Authorization": f"Bearer {TOKEN}"}))[0] == 200


async def test_a_real_alertmanager_tells_the_group_and_tries_again_until_it_is_told(tmp_path: Path) -> None:
    async with grouped() as group, bridged(group) as bridge:
        group.answer = {"errcode": -1, "errmsg": "system busy"}
        async with _alertmanager(tmp_path, bridge) as url:
            await _post_alert(f"{url}/api/v2/alerts")
            await group.has(2)  # refused, and told again
            group.answer = {"errcode": 0, "errmsg": "ok"}
            await group.has(len(group.got) + 1)
    text = group.got[-1]["markdown"]["content"]
    assert "12320 · 紧急告警 1" in text
    assert "**TrunkDown** 外部无法呼入" in text
    assert "处理" in text


@asynccontextmanager
async def _alertmanager(folder: Path, bridge: str) -> AsyncIterator[str]:
    """The shipped configuration, in a hurry."""
    shipped = (HOUSE / "monitoring" / "alertmanager.yml").read_text("utf-8")
    config, (port,) = folder / "alertmanager.yml", free_ports(1)
    config.write_text(shipped.replace("http://127.0.0.1:9098", bridge).replace("10s", "100ms"), "utf-8")
    with alertmanager() as program:
        running = await asyncio.create_subprocess_exec(
            *(program, f"--config.file={config}", f"--storage.path={folder}"),
            *(f"--web.listen-address=127.0.0.1:{port}", "--cluster.listen-address="),
        )
        try:
            yield f"http://127.0.0.1:{port}"
        finally:
            with suppress(ProcessLookupError):  # what it said as it ended is above
                running.terminate()
            await running.wait()


async def _post_alert(url: str) -> None:
    """As soon as it listens."""
    now = datetime.now(UTC)
    alert = {
        "labels": {"alertname": "TrunkDown", "severity": "page", "hotline": "12320"},
        "annotations": {"summary_zh": "外部无法呼入", "runbook": "house.md#trunkdown"},
        "startsAt": now.isoformat(),
        "endsAt": (now + timedelta(hours=1)).isoformat(),
    }
    async with asyncio.timeout(60), aiohttp.ClientSession() as http:
        while True:
            try:
                async with http.post(url, json=[alert]) as answer:
                    assert answer.status == 200, await answer.text()
                    return
            except aiohttp.ClientConnectionError:
                await asyncio.sleep(0.05)


# ── the file, and the command ───────────────────────────────────────────────


def write(folder: Path, text: str, mode: int = 0o600) -> Path:
    file = folder / "robots.yaml"
    file.write_text(text, "utf-8")
    file.chmod(mode)
    return file


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("robots: {duty: {kind: wecom, url: 'http://example.com/secret'}}", "robots.duty: url: write"),
        ("robots: {duty: {kind: wecom, url: 'secret'}}", "robots.duty: url: write"),
        ("robots: {duty: {kind: slack, url: 'https://secret.example'}}", "robots.duty.kind: "),
        ("robots: {duty: {kind: wecom, url: 'https://x.example', secret: secret}}", "only DingTalk's"),
        ("robots: {}", "robots: "),
        ("robots: {Duty!: {kind: wecom, url: 'https://secret.example'}}", "robots.Duty!.[key]: "),
        ("token: secret\nrobots: {duty: {kind: wecom, url: 'https://x.example'}}", "token: "),
        ("robots: {duty: [secret", ":1: not YAML"),
        ("", "the file: "),
    ],
)
def test_a_wrong_file_is_told_in_one_line_without_what_is_secret(tmp_path: Path, text: str, said: str) -> None:
    file = write(tmp_path, text)
    with pytest.raises(RobotsError) as caught:
        robots_in(file)
    assert said in str(caught.value)
    assert str(caught.value).startswith(str(file))
    assert "\n" not in str(caught.value)
    assert "secret.example" not in str(caught.value)


def test_a_file_that_everybody_can_read_is_refused(tmp_path: Path) -> None:
    good = "robots: {duty: {kind: wecom, url: 'https://x.example/?key=1'}}"
    with pytest.raises(RobotsError, match="chmod 600"):
        robots_in(write(tmp_path, good, 0o604))
    assert robots_in(write(tmp_path, good, 0o640)).robots["duty"].kind == "wecom"
    assert "key=1" not in repr(robots_in(write(tmp_path, good)))


async def command(*words: str | Path) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "hotline", "alert-bridge", *words),
        cwd=HOUSE,
        env=os.environ | {"HOTLINE_LOG_JSON": "1"},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )


async def test_the_command_tells_the_group_and_ends_when_it_is_told_to(tmp_path: Path) -> None:
    async with grouped() as group:
        file = write(tmp_path, f"robots: {{duty: {{kind: wecom, url: '{group.base}/send?key={KEY}'}}}}")
        trial = await command("--robots", file, "--trial", "duty")
        said, _ = await trial.communicate()
        assert (trial.returncode, b"duty took it" in said) == (0, True), said
        assert "试发" in group.got[0]["markdown"]["content"]
        group.answer = {"errcode": 93000, "errmsg": "invalid webhook url"}
        trial = await command("--robots", file, "--trial", "duty")
        said, _ = await trial.communicate()
        assert trial.returncode == 1
        assert b"errcode 93000" in said
        open_door = await command("--robots", file, "--host", "0.0.0.0")  # noqa: S104 - it is refused
        said, _ = await open_door.communicate()
        assert open_door.returncode == 1
        assert b"write a token into" in said
        (port,) = free_ports(1)
        bridge = await command("--robots", file, "--port", str(port))
        assert bridge.stdout is not None
        async with asyncio.timeout(60):
            assert b"alerts come in at" in await bridge.stdout.readline()
            assert (await tell(f"http://127.0.0.1:{port}/duty", a_notice()))[0] == 502
            bridge.terminate()
            rest = await bridge.stdout.read()
        assert await bridge.wait() == 0
        assert b"a robot did not take an alert" in rest
        assert KEY.encode() not in rest
