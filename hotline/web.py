"""The hotline seen from outside: `/healthz`, `/readyz`, `/metrics`, and one page that says how it stands.

Nothing here changes anything, and nothing here names a caller.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from ipaddress import ip_address
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

import jinja2
from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest

from acd.agent import Presence
from ivr.events import Outcome
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

    async def status(self) -> Status:
        """How it stands."""
        ...


_VIEW: web.AppKey[StatusView] = web.AppKey("view", StatusView)
_REGISTRY = web.AppKey("registry", CollectorRegistry)


def _clock(seconds: float) -> str:
    return f"{int(seconds) // 60}:{int(seconds) % 60:02d}"


_STYLE = (PAGES / "status.css").read_text("utf-8")
_TEMPLATES = jinja2.Environment(
    loader=jinja2.FileSystemLoader(PAGES), autoescape=True, undefined=jinja2.StrictUndefined
)
_TEMPLATES.filters["clock"] = _clock

_HEADERS = {
    "Content-Security-Policy": (
        f"default-src 'none'; style-src 'sha256-{b64encode(sha256(_STYLE.encode()).digest()).decode()}'; "
        "img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",
    "Server": "hotline",
}


async def _harden(_request: web.Request, response: web.StreamResponse) -> None:
    response.headers.update(_HEADERS)


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _only_for_loopback_names() -> Callable[..., Awaitable[web.StreamResponse]]:
    """Against DNS rebinding: a page elsewhere may point its own name at 127.0.0.1, but must send that name as Host."""

    @web.middleware
    async def check(
        request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        try:
            name = urlsplit(f"//{request.headers.get('Host', '')}").hostname or ""
        except ValueError:
            name = ""
        if not _is_loopback(name):
            raise web.HTTPMisdirectedRequest(text="open this page as http://127.0.0.1 or http://localhost\n")
        return await handler(request)

    return check


async def _healthz(_request: web.Request) -> web.Response:
    return web.json_response({"alive": True})


async def _readyz(request: web.Request) -> web.Response:
    obstacles = list(request.app[_VIEW].obstacles())
    return web.json_response({"ready": not obstacles, "reasons": obstacles}, status=503 if obstacles else 200)


async def _metrics(request: web.Request) -> web.Response:
    text = generate_latest(request.app[_REGISTRY])
    return web.Response(body=text, headers={"Content-Type": CONTENT_TYPE_LATEST})


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


def create_app(view: StatusView, registry: CollectorRegistry, *, host: str) -> web.Application:
    """The application. When `host`, the address it will listen at, is loopback, only loopback names may ask for it."""
    app = web.Application(middlewares=[_only_for_loopback_names()] if _is_loopback(host) else [])
    app[_VIEW], app[_REGISTRY] = view, registry
    app.on_response_prepare.append(_harden)
    app.add_routes(
        [
            web.get("/", _status),
            web.get("/healthz", _healthz),
            web.get("/readyz", _readyz),
            web.get("/metrics", _metrics),
        ]
    )
    return app


@asynccontextmanager
async def open_web(app: web.Application, host: str, port: int) -> AsyncIterator[int]:
    """Listen; yields the port (which one, when `port` is 0). Raises OSError when it is taken."""
    runner = web.AppRunner(app, access_log=None, handle_signals=False, shutdown_timeout=2.0)
    await runner.setup()
    try:
        site = web.TCPSite(runner, host, port)
        await site.start()
        yield runner.addresses[0][1]
    finally:
        await runner.cleanup()
