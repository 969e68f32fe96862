"""Shell: whatever the switch tells or answers, the adapter lives, and lets through only what has its shape."""

from __future__ import annotations

import asyncio
import copy
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any, get_args, get_type_hints

import orjson
import pytest
from aiohttp import web
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bench.ports import free_ports
from ivr.ari import orders
from ivr.ari.link import KEYS
from ivr.ari.switch import AriSwitch
from ivr.switch import (
    Arrived,
    Gone,
    KeyTyped,
    LinkDown,
    LinkUp,
    Phone,
    PhoneChanged,
    Played,
    Recorded,
    SwitchEnding,
    SwitchError,
    SwitchEvent,
)
from tests.depth import depth

PATIENT = settings(max_examples=depth(40), deadline=None, suppress_health_check=list(HealthCheck))

CHANNEL = {
    "id": "a-1700000000.1",
    "name": "PJSIP/trunk-00000001",
    "state": "Up",
    "caller": {"name": "", "number": "13900000001"},
    "dialplan": {"context": "from-trunk", "exten": "12320", "app_name": "Stasis", "app_data": "hotline,inbound"},
}
EVENTS: tuple[dict[str, Any], ...] = (
    {"type": "StasisStart", "args": ["inbound"], "channel": CHANNEL},
    {"type": "StasisStart", "args": ["leg"], "channel": CHANNEL},
    {"type": "StasisStart", "args": ["ear"], "channel": CHANNEL},
    {"type": "StasisEnd", "channel": CHANNEL},
    {"type": "ChannelDtmfReceived", "digit": "5", "channel": CHANNEL},
    {"type": "PlaybackFinished", "playback": {"id": "a-1-p1", "state": "done"}},
    {"type": "RecordingFinished", "recording": {"name": "talks/1", "duration": 3, "talking_duration": 2}},
    {"type": "RecordingFailed", "recording": {"name": "talks/1"}},
    {"type": "ChannelHangupRequest", "soft": True, "cause": 1, "channel": CHANNEL},
    {"type": "ChannelHangupRequest", "soft": True, "cause": 4, "channel": CHANNEL},
    {"type": "ChannelDestroyed", "cause": 16, "channel": CHANNEL},
    {"type": "DeviceStateChanged", "device_state": {"name": "PJSIP/ann", "state": "NOT_INUSE"}},
)
ODD: tuple[Any, ...] = (
    *(None, True, -1, 0, 2**63, 1e308, "", "x", "\x00", "\x1b[2J", "1" * 65536, "\u202e12320", "12320\n", "+", [], {}),
    *([1], {"id": 1}, [["leg"]], "a-1\r\nVia: x", "../../etc/passwd", "${SHELL(id)}", "%s%n", "'; DROP TABLE cdr;--"),
)
JSON = st.recursive(
    st.one_of(st.sampled_from(ODD), st.text(max_size=5), st.integers(), st.floats(allow_nan=False)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=9), inner, max_size=3)),
    max_leaves=10,
)


def _paths(value: Any) -> list[tuple[str, ...]]:
    if not isinstance(value, dict):
        return []
    return [path for key, inner in value.items() for path in [(key,), *((key, *rest) for rest in _paths(inner))]]


@st.composite
def spoiled(draw: st.DrawFn) -> Any:
    """An event of Asterisk's, with parts replaced, lost or added."""
    event = copy.deepcopy(draw(st.sampled_from(EVENTS)))
    for _ in range(draw(st.integers(1, 3))):
        paths = _paths(event)
        if not paths:
            break
        *way, last = draw(st.sampled_from(paths))
        here: Any = event
        for step in way:
            here = here[step]
        match draw(st.sampled_from(["replace", "lose", "add"])):
            case "replace":
                here[last] = draw(JSON)
            case "lose":
                del here[last]
            case _:
                here[draw(st.text(max_size=9))] = draw(JSON)
    return event


async def _heard(told: list[Any]) -> list[SwitchEvent]:
    """What comes of these, one after the other."""
    switch = AriSwitch("http://127.0.0.1:1", "u", "p", phones=("ann",))
    for one in told:
        await switch._queue.put(one)
    await switch._queue.put(LinkDown())
    heard: list[SwitchEvent] = []
    async for event in switch.events():
        if event == LinkDown():
            return heard
        heard.append(event)
    raise AssertionError("the switch has more to tell")


def _is_of_its_shape(event: SwitchEvent) -> bool:
    hints = get_type_hints(type(event))
    return all(isinstance(getattr(event, name), get_args(hint) or hint) for name, hint in hints.items())


@PATIENT
@given(st.lists(st.one_of(spoiled(), st.dictionaries(st.sampled_from(["type", "channel"]), JSON)), max_size=5))
def test_an_event_of_another_shape_is_passed_over_or_let_through_with_what_is_sound_of_it(told: list[Any]) -> None:
    for event in asyncio.run(_heard(told)):
        assert isinstance(
            event, Arrived | KeyTyped | Gone | SwitchEnding | Played | Recorded | PhoneChanged
        ) or hasattr(event, "leg")
        assert _is_of_its_shape(event), event
        if isinstance(event, Arrived):
            for number in (event.number, event.dialled):
                assert number.removeprefix("+").isdecimal() or number == ""
                assert len(number) <= 21
        if isinstance(event, KeyTyped):
            assert event.key in KEYS


@pytest.mark.parametrize(
    "number", ["", "anonymous", "139 0000", "１３９", "139\n", "1" * 21, "\u202e139", "<sip:1>", None, 7]
)
def test_a_number_that_is_none_is_withheld(number: Any) -> None:
    channel = {**CHANNEL, "caller": {"number": number}, "dialplan": {**CHANNEL["dialplan"], "exten": number}}  # type: ignore[dict-item]
    (arrived,) = asyncio.run(_heard([{"type": "StasisStart", "args": ["inbound"], "channel": channel}]))
    assert arrived == Arrived("a-1700000000.1", "", "")


def test_every_event_of_asterisks_is_understood_as_it_is() -> None:
    assert len(asyncio.run(_heard(list(EVENTS)))) == len(EVENTS) - 1  # an ear's entering is of no interest


# ── a switch that misbehaves ────────────────────────────────────────────────

GARBAGE = (
    b"", b"{", b"[]", b"{}", b"null", b"5", b'"x"', b'[{"id": 1}]', b'[{"id": []}]', b"[null]", b"\xff\xfe", b"<html>",
    b'{"status": null}', b'{"status": {"startup_time": []}}', b"[" * 5000, b'[{"id": "x", "channels": 7}]',
)  # fmt: skip


class Misbehaving:
    """Something that speaks HTTP and WebSocket, and means no good."""

    def __init__(self, seed: int) -> None:
        self._dice = random.Random(seed)  # noqa: S311 - no secret
        self.asked = 0

    async def answer(self, request: web.Request) -> web.StreamResponse:
        self.asked += 1
        if request.path == "/ari/events":
            return await self._tell(request)
        match self._dice.randrange(6):
            case 0:
                return web.Response(status=self._dice.choice([200, 204, 302, 400, 401, 404, 409, 412, 422, 500, 503]))
            case 1:  # less than was announced
                reply = web.StreamResponse(headers={"Content-Length": "1000"})
                await reply.prepare(request)
                await reply.write(b'{"id": ')
                self._cut(request)
                return reply
            case 2:
                self._cut(request)
                return web.Response()
            case 3:  # longer than anybody waits
                await asyncio.sleep(3600)
                return web.Response()
            case _:
                return web.Response(body=self._dice.choice(GARBAGE), content_type="application/json")

    async def _tell(self, request: web.Request) -> web.StreamResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        for _ in range(self._dice.randrange(6)):
            body = self._dice.choice([*GARBAGE[:10], orjson.dumps(self._dice.choice(EVENTS)), b'"' + b"x" * 99 + b'"'])
            with suppress(ConnectionError):
                if self._dice.random() < 0.3:
                    await socket.send_bytes(body)
                else:
                    await socket.send_str(body.decode(errors="replace"))
        return socket

    @staticmethod
    def _cut(request: web.Request) -> None:
        assert request.transport is not None
        request.transport.abort()


@asynccontextmanager
async def misbehaving(seed: int) -> AsyncIterator[tuple[Misbehaving, AriSwitch]]:
    odd = Misbehaving(seed)
    app = web.Application()
    app.router.add_route("*", "/{rest:.*}", odd.answer)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    (port,) = free_ports(1)
    await web.TCPSite(runner, "127.0.0.1", port).start()
    try:
        async with AriSwitch(f"http://127.0.0.1:{port}", "u", "p", phones=("ann",)) as switch:
            yield odd, switch
    finally:
        await runner.cleanup()


def _orders(switch: AriSwitch) -> list[Callable[[], Awaitable[object]]]:
    return [
        lambda: switch.answer("a"),
        lambda: switch.play("a", "p", ["one"]),
        lambda: switch.stop_playing("p"),
        lambda: switch.plays("p"),
        lambda: switch.start_music("a"),
        lambda: switch.stop_music("a"),
        lambda: switch.record("a", "r", limit=1.0, silence=1.0),
        lambda: switch.ring("n-abcdef-1", Phone("ann"), caller="1", like="a"),
        lambda: switch.bridge("b", ["a"]),
        lambda: switch.snoop("e", "a", whispers=False),
        switch.census,
        lambda: switch.there(["ann"]),
        lambda: switch.there([f"p{n}" for n in range(9)]),
        lambda: switch.rings("a"),
        lambda: switch.packets("a"),
        lambda: switch.record_bridge("b", "r"),
        lambda: switch.stop_recording("r"),
        lambda: switch.drop_bridge("b"),
        lambda: switch.hang_up("a"),
        lambda: switch.release("a"),
        lambda: switch.watch(["ann", "bob"]),
    ]


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Orders that wait for an answer a tenth of a second."""
    monkeypatch.setattr(orders, "ORDER_TIMEOUT", 0.1)


@pytest.mark.usefixtures("hurried")
@pytest.mark.parametrize("seed", range(4))
async def test_no_answer_of_the_switch_raises_anything_but_that_it_failed_us(seed: int) -> None:
    async with misbehaving(seed) as (_, switch):
        for up in (False, True):
            switch.up = up
            for order in _orders(switch):
                with suppress(SwitchError):
                    async with asyncio.timeout(8.0):
                        await order()


@pytest.mark.usefixtures("hurried")
@pytest.mark.parametrize("seed", range(2))
async def test_the_link_is_built_up_again_and_again_whatever_it_is_met_with(seed: int) -> None:
    async with misbehaving(seed) as (odd, switch), asyncio.TaskGroup() as tasks:
        listening = tasks.create_task(switch.listen())
        reading = tasks.create_task(_read(switch))
        async with asyncio.timeout(20.0):
            while odd.asked < 12:  # noqa: ASYNC110 - the other side counts
                await asyncio.sleep(0.05)
        assert not listening.done()
        assert not reading.done()
        listening.cancel()
        reading.cancel()


async def _read(switch: AriSwitch) -> None:
    async for event in switch.events():
        assert isinstance(event, LinkUp | LinkDown) or _is_of_its_shape(event)
