"""Property over a real socket: whatever is sent, the answer is ours, and never 500."""

from __future__ import annotations

import asyncio
import http.client
import json
import tempfile
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from desk.roles import Role
from tests.depth import depth
from tests.desk.house import DeskHouse, desk_house

Json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
FIELDS = [
    "name",
    "password",
    "code",
    "old",
    "new",
    "role",
    "agent",
    "disabled",
    "shown",
    "reason",
    "seconds",
    "call",
    "lines",
]
PATHS = [
    ("POST", "/api/v1/session"),
    ("POST", "/api/v1/session/factor"),
    ("POST", "/api/v1/session/enrolment/confirm"),
    ("POST", "/api/v1/session/password"),
    ("POST", "/api/v1/desk/ready"),
    ("POST", "/api/v1/lead/move"),
    ("POST", "/api/v1/users"),
    ("PATCH", "/api/v1/users/nobody"),
    ("POST", "/sign-in"),
]


@dataclass
class Served:
    """A desk in a thread of its own, and the cookies of one of each role."""

    port: int
    cookies: list[str]

    def ask(self, method: str, path: str, body: bytes, headers: dict[str, str]) -> tuple[int, bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        sent = {"Origin": f"http://127.0.0.1:{self.port}", **headers}
        try:
            connection.request(method, path, body, sent)
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    ready, over, found = threading.Event(), threading.Event(), []

    async def serve() -> None:
        with tempfile.TemporaryDirectory() as var, pytest.MonkeyPatch.context() as patch:
            patch.setattr("desk.guard.PER_ADDRESS", (1e9, 1e9))
            patch.setattr("desk.guard.PER_USER", (1e9, 1e9))
            async with desk_house(Path(var)) as house:
                found.append(Served(int(house.base.rpartition(":")[2]), await _cookies(house)))
                ready.set()
                await asyncio.to_thread(over.wait)

    thread = threading.Thread(target=asyncio.run, args=(serve(),))
    thread.start()
    assert ready.wait(30)
    yield found[0]
    over.set()
    thread.join(30)


async def _cookies(house: DeskHouse) -> list[str]:
    cookies = [""]
    for role in (Role.AGENT, Role.LEADER, Role.ADMINISTRATOR):
        async with house.browser(role) as browser:
            cookies.append(f"hotline={browser.cookie()}")
    return cookies


def ours(status: int, body: bytes, path: str) -> None:
    assert status < 500, (path, body)
    if status >= 400 and not path.startswith("/sign-in"):
        assert set(json.loads(body)) == {"error", "message", "request"}, (path, body)
        assert b"Traceback" not in body


_LONG = settings(max_examples=depth(30), deadline=None, suppress_health_check=list(HealthCheck))


@_LONG
@given(
    who=st.integers(0, 3),
    where=st.sampled_from(PATHS),
    data=st.dictionaries(st.sampled_from(FIELDS) | st.text(), Json, max_size=5) | Json,
)
def test_no_json_makes_it_fall(served: Served, who: int, where: tuple[str, str], data: Any) -> None:
    body = json.dumps(data, ensure_ascii=False).encode("utf-8", "surrogatepass")
    headers = {"Content-Type": "application/json", "Cookie": served.cookies[who]}
    ours(*served.ask(*where, body, headers), where[1])


@_LONG
@given(
    who=st.integers(0, 3),
    where=st.sampled_from(PATHS),
    body=st.binary(max_size=300) | st.integers(1, 3000).map(lambda n: b'{"a":' * n),
    kind=st.sampled_from(
        [
            "application/json",
            "application/x-www-form-urlencoded",
            "multipart/form-data",
            "x",
            "application/json; charset=x",
        ]
    ),
)
def test_no_bytes_make_it_fall(served: Served, who: int, where: tuple[str, str], body: bytes, kind: str) -> None:
    headers = {"Content-Type": kind, "Cookie": served.cookies[who]}
    ours(*served.ask(*where, body, headers), where[1])


@_LONG
@given(
    who=st.integers(0, 3),
    path=st.sampled_from(
        [
            "/api/v1/users/{}/sessions",
            "/api/v1/desk/{}",
            "/api/v1/calls?after={}",
            "/api/v1/calls?from={}",
            "/api/v1/calls?limit={}",
            "/api/v1/floor?private=1&reason={}",
            "/sign-in?lang={}",
            "/{}",
        ]
    ),
    text=st.text(max_size=80) | st.binary(max_size=40),
)
def test_no_address_makes_it_fall(served: Served, who: int, path: str, text: str | bytes) -> None:
    at = path.format(quote(text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass"), safe=""))
    ours(*served.ask("GET", at, b"", {"Cookie": served.cookies[who]}), at)


@_LONG
@given(
    name=st.sampled_from(
        ["Cookie", "Authorization", "X-Forwarded-For", "Accept-Language", "User-Agent", "Content-Type"]
    ),
    value=st.text(st.characters(min_codepoint=32, max_codepoint=255, exclude_characters="\x7f"), max_size=200),
)
def test_no_header_makes_it_fall(served: Served, name: str, value: str) -> None:
    ours(*served.ask("GET", "/api/v1/me", b"", {name: value}), "/api/v1/me")
