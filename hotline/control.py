"""The door for commands: a socket in `var` that only its owner may open, on which the running engine is asked.

Whoever adds a command gives `open_control` its routes; `ask` is the other end. Everything is JSON.
"""

from __future__ import annotations

import json
import os
import socket
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web

SOCKET = "control.sock"

_LONGEST = 100
"""Bytes of a socket's path: `sun_path` has 108."""

PATIENCE = 600.0
"""Seconds that an answer may take: prompts may have to be spoken first."""


LONGEST_REFUSAL = 1000
"""Characters of a refusal's words, which may repeat what was asked."""


class NotRunning(RuntimeError):
    """No engine listens; the text says how to start one."""


class Refused(RuntimeError):
    """The engine would not do it; the text says why."""


@asynccontextmanager
async def open_control(var: Path, routes: Iterable[web.AbstractRouteDef]) -> AsyncIterator[None]:
    """Listen on `var/control.sock`. Raises OSError."""
    app = web.Application(client_max_size=1 << 16)
    app.add_routes(routes)
    runner = web.AppRunner(app, access_log=None, handle_signals=False, shutdown_timeout=2.0)
    await runner.setup()
    with _door(var) as door:
        try:
            await web.SockSite(runner, door).start()
            yield
        finally:
            await runner.cleanup()


@contextmanager
def _door(var: Path) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX) as door, _path(var) as path:
        os.fchmod(door.fileno(), 0o600)  # before it has a name: nobody else can open it, not even for an instant
        Path(path).unlink(missing_ok=True)
        door.bind(path)
        try:
            yield door
        finally:
            Path(path).unlink(missing_ok=True)


async def ask(var: Path, method: str, path: str, data: dict[str, Any] | None = None) -> Any:
    """What the running engine answers. Raises NotRunning, Refused."""
    with _path(var) as door:
        try:
            async with (
                aiohttp.ClientSession(
                    connector=aiohttp.UnixConnector(door), timeout=aiohttp.ClientTimeout(total=PATIENCE)
                ) as http,
                http.request(method, f"http://hotline{path}", json=data) as reply,
            ):
                said = await reply.text()
        except aiohttp.ClientConnectorError as error:
            raise NotRunning(f"no hotline runs on {var}: start it with `hotline up`") from error
        except (aiohttp.ClientError, TimeoutError) as error:
            raise Refused(f"the hotline did not answer: {error or type(error).__name__}") from error
    if reply.status >= 500 or reply.content_type != "application/json":
        raise Refused(f"the hotline could not do it ({reply.status}): see its log")
    answer = json.loads(said)
    if reply.status == 400:
        raise Refused(str(answer.get("error", "the hotline did not understand")))
    return answer


async def told(request: web.Request) -> dict[str, Any]:
    """The JSON object of a request, empty when it has no body. Raises web.HTTPBadRequest."""
    if not request.can_read_body:
        return {}
    try:
        data = await request.json()
    except (ValueError, LookupError, RecursionError):  # no JSON, in no encoding, or nested without end
        raise bad("expected JSON") from None
    if not isinstance(data, dict):
        raise bad("expected a JSON object")
    return data


def bad(why: str) -> web.HTTPBadRequest:
    """The refusal of a request that makes no sense; `ask` raises Refused with these words."""
    shown = "".join(sign if sign.isprintable() else "\ufffd" for sign in why[:LONGEST_REFUSAL])
    return web.HTTPBadRequest(text=json.dumps({"error": shown}), content_type="application/json")


@contextmanager
def _path(var: Path) -> Iterator[str]:
    """The socket's path, by way of an open folder where it would be too long for the kernel."""
    path = str(var / SOCKET)
    if len(os.fsencode(path)) <= _LONGEST or not var.is_dir():
        yield path
        return
    folder = os.open(var, os.O_PATH | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{folder}/{SOCKET}"
    finally:
        os.close(folder)
