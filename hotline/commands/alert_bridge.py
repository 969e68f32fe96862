"""Alerts into a group of WeCom or DingTalk: alert-bridge."""

from __future__ import annotations

import asyncio
import signal
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Final

import typer
from aiohttp import web

from hotline.alerting.bridge import create_app
from hotline.alerting.notice import Alert, Notice, Status
from hotline.alerting.robots import Post, Refused, Robots, RobotsError, robots_in
from hotline.alerting.words import told
from hotline.logs import set_up_logs
from hotline.settings_values import loopback
from hotline.terminal import Config, Var, fail, people, settings_of

app = typer.Typer()

PORT: Final = 9098


@app.command("alert-bridge")
def alert_bridge(
    robots: Annotated[Path | None, typer.Option(help="File of the robots; default is robots.yaml in --var.")] = None,
    host: Annotated[
        str, typer.Option(help="Where to listen; beyond this machine the file needs a token.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help="Where to listen.")] = PORT,
    trial: Annotated[
        str | None, typer.Option(help="Only send a trial message to this robot; 0 when it took it.")
    ] = None,
    config: Config = None,
    var: Var = None,
) -> None:
    """Pass what Alertmanager tells on to robots of WeCom and DingTalk, and stay in the foreground."""
    settings = settings_of(config, var)
    set_up_logs(level=settings.log_level, as_json=settings.log_json)
    file = robots or settings.var / "robots.yaml"
    try:
        known = robots_in(file)
    except RobotsError as error:
        fail(error)
    if trial is not None:
        _try(known, trial)
        return
    if known.token is None and not loopback(host):
        fail(f"{host} is not this machine alone: write a token into {file}, and the same into alertmanager.yml")
    try:
        asyncio.run(_serve(known, host, port))
    except OSError as error:
        fail(f"{host}:{port}: {error.strerror or error}")


async def _serve(robots: Robots, host: str, port: int) -> None:
    """Until somebody says stop."""
    asked = asyncio.Event()
    for sign in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(sign, asked.set)
    post = Post()
    runner = web.AppRunner(create_app(robots, post), access_log=None)
    try:
        await runner.setup()
        await web.TCPSite(runner, host, port).start()
        people.print(f"alerts come in at http://{host}:{port}/ROBOT for {', '.join(robots.robots)}")
        await asked.wait()
    finally:
        await runner.cleanup()
        await post.close()


def _try(robots: Robots, name: str) -> None:
    robot = robots.robots.get(name)
    if robot is None:
        fail(f"no robot {name}; there are: {', '.join(robots.robots)}")
    words = {"summary": "a trial: alerts arrive here", "summary_zh": "试发：告警会发到这里"}
    alert = Alert(status=Status.FIRING, labels={"alertname": "Trial"}, annotations=words, since=datetime.now(UTC))
    message = told(Notice(status=Status.FIRING, alerts=[alert]), robots.language, robot.most)

    async def send() -> None:
        post = Post()
        try:
            await post(robot, message)
        finally:
            await post.close()

    try:
        asyncio.run(send())
    except Refused as error:
        fail(f"{name} did not take it: {error}")
    except TimeoutError:
        fail(f"{name} did not take it: no answer in time; does this machine reach the internet (HTTPS_PROXY)?")
    people.print(f"{name} took it")
