"""Unit over a real socket: whatever is written into the door for commands, it is answered, and never by a bug."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import quote

import aiohttp
import pytest
import structlog

from hotline.control import SOCKET
from tests.ivr.fake_switch import Behaviour
from tests.service.floor_house import FloorHouse, floor_house

ODD: tuple[Any, ...] = (
    *(None, True, False, 0, -1, 1, 7, 1e308, 2**70, float("nan"), float("inf"), "", "ann", "desk", "\x00", "\x1b[2J"),
    *(
        "\u202e",
        "a" * 5000,
        "line:desk",
        "line:",
        "agent:bob",
        "number:0",
        "number:\n1",
        "../../x",
        "%s",
        "'; --",
        [],
        {},
    ),
    *([1, 2], {"desk": 1}, {"desk": True}, {"desk": None}, {"nothing": 1}, {"": {}}, [["x"]], "lunch", "unreachable"),
)
NAMES = ("reason", "seconds", "to", "warm", "agent", "lines", "call", "number", "ticket", "x", "")
DESK = (
    "ready",
    "break",
    "extend",
    "transfer",
    "hangup",
    "hold",
    "resume",
    "complete",
    "cancel",
    "merge",
    "leave",
    "flag",
)
LEAD = ("move", "raise", "flag", "take-call", "listen", "whisper", "join", "take", "stop", "nothing", "%00")
TIMES = (
    "0001-01-01",
    "0001-01-01T00:00",
    "9999-12-31T23:59:59",
    "9999-12-31T23:59-23:59",
    "-1",
    "now",
    "\x00",
    "2026-13-01",
)
RAW = (
    b"", b"{", b"[]", b"null", b"5", b"\xff\xfe{}", b"\xed\xa0\x80", b"[" * 60_000, b'{"a":' * 9_000, b"x" * 70_000,
    b'{"seconds": 1e999}', b'{"seconds": -Infinity}', b'{"to": "\\ud800"}', b'{"to": "\\u0000"}',
    b'{"agent": "a", "agent": 1}',
)  # fmt: skip
TYPES = ("application/json", "application/json; charset=nothing", "application/json; charset=utf-16", "text/plain", "x")


def wish(dice: Random) -> tuple[str, str, bytes]:
    """A method, a path and a body."""
    body = json.dumps({dice.choice(NAMES): dice.choice(ODD) for _ in range(dice.randrange(4))}).encode()
    if dice.random() < 0.3:
        body = dice.choice(RAW)
    who = dice.choice(("ann", "bob", "chief", "nobody", "%F0%9F%98%80", "%00", "a" * 3000, "%2e%2e"))
    match dice.randrange(7):
        case 0:
            span = f"from={quote(dice.choice(TIMES))}&to={quote(dice.choice(TIMES))}"
            return "GET", f"/floor/times?{span}{dice.choice(('', '&agent=ann', '&agent=%00', '&agent='))}", b""
        case 1:
            return "GET", f"/why?agent={who}&at={quote(dice.choice(TIMES))}", b""
        case 2:
            return "GET", f"/why?call={quote(str(dice.choice(ODD))[:200])}&lang={dice.choice(('zh', 'en', '%00'))}", b""
        case 3:
            return "POST", f"/lead/{dice.choice(('chief', who))}/{dice.choice(LEAD)}", body
        case 4:
            return "POST", "/callbacks/cancel", body
        case _:
            return "POST", f"/desk/{dice.choice(('ann', 'bob', who))}/{dice.choice(DESK)}", body


async def answers(f: FloorHouse, method: str, path: str, body: bytes, kind: str) -> tuple[int, str]:
    async with (
        aiohttp.ClientSession(connector=aiohttp.UnixConnector(str(f.var / SOCKET))) as http,
        http.request(method, f"http://hotline{path}", data=body, headers={"Content-Type": kind}) as reply,
    ):
        return reply.status, (await reply.read()).decode()


@pytest.mark.parametrize("seed", range(2))
async def test_nothing_that_is_asked_for_is_a_bug_of_ours(
    seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hotline.floor_door.PATIENCE", 0.2)
    monkeypatch.setattr("hotline.floor_door.RING_FOR", 0.2)
    dice = Random(seed)  # noqa: S311 - no secret
    quiet = Behaviour(fails_after=0.01)
    async with floor_house(tmp_path, {"ann": quiet, "bob": quiet, "chief": quiet}) as f:
        with structlog.testing.capture_logs() as logs:
            for _ in range(120):
                method, path, body = wish(dice)
                status, said = await answers(f, method, path, body, dice.choice(TYPES[:1] * 3 + TYPES))
                assert status < 500, (method, path, body[:200], said)
                if status == 400 and said.startswith("{"):
                    why = json.loads(said)["error"]
                    assert why.isprintable(), (path, why)
        assert not [log for log in logs if log["log_level"] == "error"]
        floor = f.house.board.dispatch.floor
        assert not floor.audit()
        assert (await f.get("/floor"))["agents"]
