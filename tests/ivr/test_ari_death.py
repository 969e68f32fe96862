"""Shell: the switch dies under orders. What was on it is gone, so nobody waits for it, or asks the next one for it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest
from aiohttp import web

from bench.ports import free_ports
from ivr.ari.link import ENGINE
from ivr.ari.switch import AriSwitch
from ivr.switch import ChannelGone, LinkUp, Phone, SwitchError, SwitchTaken

AT_ONCE = 2.0
"""Seconds; what waits for the link takes fifteen, or until there is one."""


class Asterisk:
    """As much of one as a link needs. It can die, and be another one afterwards."""

    def __init__(self) -> None:
        (self.port,) = free_ports(1)
        self.lives = 0
        self.silent: set[str] = set()
        """Orders, such as `POST`, that get no answer."""
        self.asked: list[str] = []
        self.variables: dict[str, str] = {}
        self._sockets: list[web.WebSocketResponse] = []
        self._runner: web.AppRunner | None = None

    async def start(self) -> None:
        self.lives += 1
        app = web.Application()
        app.router.add_route("*", "/{rest:.*}", self._answer)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self.port).start()

    async def stop(self) -> None:
        if self._runner is not None:
            await self._runner.cleanup()
        self._runner = None

    async def drop_links(self) -> None:
        """Let go of every socket, and answer on."""
        sockets, self._sockets = self._sockets, []
        for socket in sockets:
            await socket.close()

    async def replace_link(self) -> None:
        """Say to who listens that somebody else asked for the events."""
        for socket in self._sockets:
            await socket.send_json({"type": "ApplicationReplaced", "application": "hotline"})

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        path = request.path.removeprefix("/ari")
        if path == "/events":
            socket = web.WebSocketResponse()
            await socket.prepare(request)
            self._sockets.append(socket)
            async for _ in socket:
                pass
            return socket
        if path == "/asterisk/variable":
            if request.method == "POST":
                self.variables[request.query["variable"]] = request.query["value"]
            return web.json_response({"value": self.variables.get(request.query["variable"], "")})
        self.asked.append(f"{request.method} {path}")
        if request.method in self.silent:
            await asyncio.sleep(3600)
        if path == "/asterisk/info":
            return web.json_response({"status": {"startup_time": f"life {self.lives}"}})
        if path in ("/channels", "/bridges", "/endpoints/PJSIP"):
            return web.json_response([])
        return web.json_response({})


@asynccontextmanager
async def linked() -> AsyncIterator[tuple[Asterisk, AriSwitch, asyncio.Queue[LinkUp]]]:
    asterisk, ups = Asterisk(), asyncio.Queue[LinkUp]()

    async def read() -> None:
        async for event in switch.events():
            if isinstance(event, LinkUp):
                ups.put_nowait(event)

    await asterisk.start()
    async with AriSwitch(f"http://127.0.0.1:{asterisk.port}", "u", "p") as switch, asyncio.TaskGroup() as tasks:
        works = [tasks.create_task(switch.listen()), tasks.create_task(read())]
        await ups.get()
        try:
            yield asterisk, switch, ups
        finally:
            for work in works:
                work.cancel()
            await asterisk.stop()


ORDERS: tuple[Callable[[AriSwitch], Awaitable[object]], ...] = (
    lambda switch: switch.stop_playing("p"),
    lambda switch: switch.stop_music("c"),
    lambda switch: switch.bridge("b", ["c"]),
    lambda switch: switch.ring("n-abcdef-1", Phone("ann"), caller="1", like="c"),
)
RELEASES: tuple[Callable[[AriSwitch], Awaitable[object]], ...] = (
    lambda switch: switch.hang_up("c"),
    lambda switch: switch.drop_bridge("b"),
    lambda switch: switch.stop_recording("r"),
    lambda switch: switch.release("c"),
)


@pytest.mark.parametrize("told_after", [0.0, 0.3])
async def test_orders_on_their_way_fail_at_once_and_are_not_sent_to_the_next_one(told_after: float) -> None:
    async with linked() as (asterisk, switch, ups):
        asterisk.silent = {"POST", "DELETE"}
        begun = [asyncio.ensure_future(order(switch)) for order in (*ORDERS, *RELEASES)]
        async with asyncio.timeout(AT_ONCE):
            while len([one for one in asterisk.asked if one.startswith(("POST", "DELETE"))]) < len(begun):  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        await asterisk.stop()
        asyncio.get_running_loop().call_later(told_after, switch.died)
        async with asyncio.timeout(AT_ONCE):
            ends = await asyncio.gather(*begun, return_exceptions=True)
        assert all(end is None or isinstance(end, SwitchError) for end in ends), ends
        asterisk.silent, asterisk.asked = set(), []
        await asterisk.start()
        assert (await ups.get()).restarted
        assert not [one for one in asterisk.asked if "/c" in one.removeprefix("GET /channels")]


async def test_until_another_is_met_everything_on_it_is_gone_though_it_answers_already() -> None:
    async with linked() as (asterisk, switch, ups):
        switch.died()
        async with asyncio.timeout(AT_ONCE):
            for order in ORDERS:
                with pytest.raises(ChannelGone):
                    await order(switch)
            for order in RELEASES:
                await order(switch)
        assert not [one for one in asterisk.asked if one.startswith(("POST", "DELETE"))]
        await asterisk.stop()
        await asterisk.start()
        assert (await ups.get()).restarted
        await switch.hang_up("c")
        assert asterisk.asked[-1] == "DELETE /channels/c"


async def test_an_order_whose_link_broke_is_not_sent_to_an_asterisk_that_was_started_anew() -> None:
    async with linked() as (asterisk, switch, ups):
        asterisk.silent = {"POST"}
        rings = asyncio.ensure_future(switch.ring("n-abcdef-1", Phone("ann"), caller="1", like="c"))
        async with asyncio.timeout(AT_ONCE):
            while "POST /channels/n-abcdef-1" not in asterisk.asked:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        asterisk.silent, asterisk.asked = set(), []
        asterisk.lives += 1  # nobody saw it die
        await asterisk.drop_links()
        assert (await ups.get()).restarted
        with pytest.raises(ChannelGone):
            await rings
        assert "POST /channels/n-abcdef-1" not in asterisk.asked


async def test_a_sentence_whose_order_was_carried_out_unconfirmed_is_not_said_twice() -> None:
    async with linked() as (asterisk, switch, ups):
        asterisk.silent = {"POST"}
        plays = asyncio.ensure_future(switch.play("c", "p", ["one"]))
        async with asyncio.timeout(AT_ONCE):
            while "POST /channels/c/play/p" not in asterisk.asked:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        asterisk.silent = set()
        await asterisk.drop_links()
        assert not (await ups.get()).restarted
        await plays
        assert asterisk.asked.count("POST /channels/c/play/p") == 1
        assert "GET /playbacks/p" in asterisk.asked


async def test_a_try_of_our_own_that_arrives_late_is_no_other_engine() -> None:
    async with linked() as (asterisk, switch, ups):
        await asterisk.replace_link()
        async with asyncio.timeout(3.0):
            up = await ups.get()
        assert not up.restarted
        assert switch.up


async def test_an_engine_that_reached_for_the_switch_after_us_has_it() -> None:
    async def is_replaced() -> None:
        async with linked() as (asterisk, _, ups):
            asterisk.variables[ENGINE] = "the next one"
            await asterisk.replace_link()
            await ups.get()

    with pytest.raises(ExceptionGroup) as ended:
        await is_replaced()
    taken, rest = ended.value.split(SwitchTaken)
    assert taken is not None
    assert rest is None
