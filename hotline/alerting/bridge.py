"""The bridge: Alertmanager posts to `/ROBOT`, and its group reads what is wrong and what to do.

A robot that does not take it is Alertmanager's to try again: it gets 502, or 504 for one that is silent.
"""

from __future__ import annotations

import hmac
from collections.abc import Awaitable, Callable
from typing import Final

import structlog
from aiohttp import web
from pydantic import ValidationError

from hotline.alerting.notice import Notice
from hotline.alerting.robots import Refused, Robot, Robots
from hotline.alerting.words import Told, told

log = structlog.get_logger(__name__)

LARGEST: Final = 1_000_000
"""Bytes of a notice."""

Posting = Callable[[Robot, Told], Awaitable[None]]


def create_app(robots: Robots, post: Posting) -> web.Application:
    """The application. `post` raises Refused or TimeoutError."""

    async def notify(request: web.Request) -> web.Response:
        if not _known(request, robots):
            return _answer(401, "show the token of the robots' file: authorization in alertmanager.yml")
        if request.content_type != "application/json":  # which no page of a browser can send without asking first
            return _answer(415, "send application/json")
        name = request.match_info["robot"]
        robot = robots.robots.get(name)
        if robot is None:
            return _answer(404, f"no such robot; there are: {', '.join(robots.robots)}")
        try:
            notice = Notice.model_validate_json(await request.read())
        except ValidationError as error:
            first = error.errors(include_input=False, include_url=False)[0]
            return _answer(400, f"not a notice of Alertmanager: {'.'.join(map(str, first['loc']))}: {first['msg']}")
        if not notice.alerts:
            return _answer(200, "nothing to tell")
        try:
            await post(robot, told(notice, robots.language, robot.most))
        except Refused as error:
            log.warning("a robot did not take an alert", robot=name, why=str(error))
            return _answer(502, f"{name}: {error}")
        except TimeoutError:
            log.warning("a robot did not take an alert", robot=name, why="no answer in time")
            return _answer(504, f"{name}: no answer in time")
        log.info("a robot was told", robot=name, alerts=len(notice.alerts))
        return _answer(200, "told")

    async def healthz(_request: web.Request) -> web.Response:
        return web.json_response({"alive": True})

    app = web.Application(client_max_size=LARGEST)
    app.router.add_get("/healthz", healthz)
    app.router.add_post("/{robot}", notify)
    return app


def _known(request: web.Request, robots: Robots) -> bool:
    if robots.token is None:
        return True
    shown = request.headers.get("Authorization", "")
    return hmac.compare_digest(shown.encode(), f"Bearer {robots.token.get_secret_value()}".encode())


def _answer(status: int, words: str) -> web.Response:
    return web.Response(status=status, text=f"{words}\n")
