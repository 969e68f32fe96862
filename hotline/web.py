"""The hotline seen from outside: `/healthz`, `/readyz`, `/metrics`, and `/status` that says how it stands.

Nothing here changes anything, and nothing here names a caller. The guard and all else are the desk's.
"""

from __future__ import annotations

import os
from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Protocol

import jinja2
from aiohttp import web
from prometheus_client import CollectorRegistry
from prometheus_client.exposition import choose_encoder

from acd.agent import Presence
from desk.asker import ID
from desk.client import Client
from desk.desk import Desk
from desk.gate import Gate
from desk.guard import LARGEST_BODY
from desk.pages import STYLE_HASH
from desk.roles import Permission
from desk.route import PUBLIC, Route, one_of
from ivr.outcomes import Outcome
from routing.calendar import SHANGHAI

PAGES = Path(__file__).parent / "pages"

# UNANSWERED is not among them: it ends calls of our own alone
OUTCOMES: Mapping[Outcome, tuple[str, str]] = {
    Outcome.TALKED: ("已接通", "Talked"),
    Outcome.MESSAGE: ("已留言", "Left a message"),
    Outcome.INFORMED: ("已听取录音", "Informed"),
    Outcome.CALLBACK: ("已预约回电", "Callback booked"),
    Outcome.ABANDONED: ("等待中挂机", "Abandoned"),
    Outcome.LEFT: ("选择前挂机", "Left early"),
    Outcome.FAILED: ("故障", "Failed"),
    Outcome.REJECTED: ("未接入", "Not let in"),
}


@dataclass(frozen=True, slots=True)
class LineStatus:
    """One line now. `longest_wait` is in seconds; `agents` counts those who serve the line."""

    id: str
    name: str
    open: bool
    why: str
    waiting: int
    longest_wait: float
    agents: Mapping[Presence, int]
    outside: bool = False
    """The line is an outside number: it has no agents of ours."""
    callbacks: int = 0
    """Booked ones whose turn has not come, or who were not reached yet."""


@dataclass(frozen=True, slots=True)
class Status:
    """The hotline now. `today` counts the calls that came in and ended since midnight."""

    name: str
    number: str
    now: datetime
    plan: str
    in_progress: int
    lines: Sequence[LineStatus]
    today: Mapping[Outcome, int]
    version: int = 0
    """Under which number the plan is kept; 0 when it is not."""
    notices: Sequence[str] = ()
    """What an operator should know of the plan, though callers are served."""


class StatusView(Protocol):
    """What the pages ask the running hotline."""

    def obstacles(self) -> Sequence[str]:
        """What keeps it from taking calls, in words for an operator; empty when nothing does."""
        ...

    def alarms(self) -> Sequence[str]:
        """What is wrong though callers are served, in words for an operator."""
        ...

    async def status(self) -> Status:
        """How it stands."""
        ...


_VIEW: web.AppKey[StatusView] = web.AppKey("view", StatusView)
_REGISTRY = web.AppKey("registry", CollectorRegistry)
_GATE = web.AppKey("gate", Gate)


def _clock(seconds: float) -> str:
    return f"{int(seconds) // 60}:{int(seconds) % 60:02d}"


_STYLE = (PAGES / "status.css").read_text("utf-8")
_TEMPLATES = jinja2.Environment(
    loader=jinja2.FileSystemLoader(PAGES), autoescape=True, undefined=jinja2.StrictUndefined
)
_TEMPLATES.filters["clock"] = _clock

_HEADERS = {
    "Content-Security-Policy": (
        f"default-src 'none'; style-src 'sha256-{b64encode(sha256(_STYLE.encode()).digest()).decode()}' {STYLE_HASH}; "
        "img-src data:; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # `no-referrer` would make browsers send `Origin: null` with our own forms
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "microphone=(self), camera=(), geolocation=(), payment=(), usb=()",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",
    "Server": "hotline",
}


_FOR_A_YEAR = "max-age=31536000"


async def _harden(request: web.Request, response: web.StreamResponse) -> None:
    own = response.headers.get("Content-Security-Policy")  # of a printed page or the desk: with its own styles
    kept = response.headers.get("Cache-Control") if response.headers.get("ETag") else None  # of the desk's own files
    response.headers.update(_HEADERS)
    if kept is not None:
        response.headers["Cache-Control"] = kept
    if own is not None:
        response.headers["Content-Security-Policy"] = f"{own}; frame-ancestors 'none'"
    if request_id := request.get(ID):
        response.headers["X-Request-Id"] = request_id
    if request.app[_GATE].tls:
        response.headers["Strict-Transport-Security"] = _FOR_A_YEAR


async def _healthz(_request: web.Request) -> web.Response:
    return web.json_response({"alive": True, "engine": os.getpid()})


async def _readyz(request: web.Request) -> web.Response:
    obstacles = list(request.app[_VIEW].obstacles())
    told = {"ready": not obstacles, "reasons": obstacles, "alarms": list(request.app[_VIEW].alarms())}
    return web.json_response(told, status=503 if obstacles else 200)


async def _metrics(request: web.Request) -> web.Response:
    """In the format that is asked for: in OpenMetrics with a call's id where a count came from a call."""
    encode, kind = choose_encoder(request.headers.get("Accept", ""))
    return web.Response(body=encode(request.app[_REGISTRY]), headers={"Content-Type": kind})


async def _status(request: web.Request) -> web.Response:
    view = request.app[_VIEW]
    status = await view.status()
    page = _TEMPLATES.get_template("status.html").render(
        status=status,
        now=status.now.astimezone(SHANGHAI),
        obstacles=view.obstacles(),
        outcomes=OUTCOMES,
        Presence=Presence,
        style=_STYLE,
    )
    return web.Response(text=page, content_type="text/html")


def routes() -> tuple[Route, ...]:
    """What the hotline tells of itself (where nobody but this machine reaches it: to every program there), and the
    desk's pages."""
    return (
        Route("GET", "/status", one_of(Permission.STATUS), _status, "How the hotline stands.", page=True, local=True),
        Route("GET", "/healthz", PUBLIC, _healthz, "Whether the engine is alive."),
        Route("GET", "/readyz", PUBLIC, _readyz, "Whether it takes calls, and what keeps it from it."),
        Route("GET", "/metrics", one_of(Permission.METRICS), _metrics, "Figures for Prometheus.", local=True),
        *Client().routes(),
    )


def create_app(view: StatusView, registry: CollectorRegistry, desk: Desk) -> web.Application:
    """The application: the hotline's own pages and the desk's, all behind its guard."""
    app = web.Application(middlewares=desk.guard.middlewares(), client_max_size=LARGEST_BODY)
    app[_VIEW], app[_REGISTRY], app[_GATE] = view, registry, desk.guard.gate
    app.on_response_prepare.append(_harden)
    desk.give(app, routes())
    return app
