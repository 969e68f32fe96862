"""Unit over real sockets: the floor on a WebSocket, to whom it may be told and for as long as it may."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta
from pathlib import Path

import aiohttp
import pytest
from sqlalchemy import select

from desk.live import SIGNED_OUT
from desk.roles import Role
from records.store import Store
from records.tables import sessions
from tests.desk.house import Browser, DeskHouse, desk_house


async def live(browser: Browser) -> aiohttp.ClientWebSocketResponse:
    return await browser.session.ws_connect(browser.base + "/api/v1/live", origin=browser.base)


async def told(socket: aiohttp.ClientWebSocketResponse) -> dict[str, object]:
    async with asyncio.timeout(10):
        found: dict[str, object] = json.loads(await socket.receive_str())
        return found


async def test_a_change_of_the_floor_comes_to_everybody_who_looks_cut_to_what_they_may_see(house: DeskHouse) -> None:
    async with house.browser(Role.LEADER) as chief, house.browser(Role.AGENT) as ann:
        theirs, hers = await live(chief), await live(ann)
        assert len(await agents(theirs)) == 2
        assert await agents(hers) == ["ann"]
        house.floor.waiting = 9
        house.desk.live.changed()
        async with asyncio.timeout(10):
            for socket in (theirs, hers):
                news = json.loads(await socket.receive_str())
                while news.get("lines", [{}])[0].get("waiting_calls") != 9:
                    news = json.loads(await socket.receive_str())
                assert not news.keys() & {"whole", "agents", "talks"}, "what did not change is not told again"
        await theirs.close()
        await hers.close()


async def agents(socket: aiohttp.ClientWebSocketResponse) -> list[str]:
    floor = await told(socket)
    assert isinstance(floor["agents"], list)
    return [agent["id"] for agent in floor["agents"]]


async def test_who_is_disabled_while_they_look_sees_no_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("desk.live.LOOK_EVERY", 0.05)
    async with (
        desk_house(tmp_path) as house,
        house.browser(Role.LEADER) as chief,
        house.browser(Role.AGENT) as ann,
    ):
        theirs, hers = await live(chief), await live(ann)
        await told(theirs)
        await house.users.set_disabled("leader", True)
        async with asyncio.timeout(10):
            while (message := await theirs.receive()).type is aiohttp.WSMsgType.TEXT:
                pass
        assert (message.type, message.data) == (aiohttp.WSMsgType.CLOSE, SIGNED_OUT)
        house.floor.waiting = 9
        house.desk.live.changed()
        await told(hers)
        await hers.close()


async def test_a_page_that_is_looked_at_stays_signed_in_without_a_request_a_hidden_one_does_not_and_none_for_ever(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("desk.live.LOOK_EVERY", 0.05)
    async with (
        desk_house(tmp_path) as house,
        house.browser(Role.LEADER) as wall,
        house.browser(Role.QUALITY) as left,
    ):
        shown, hidden = await live(wall), await live(left)
        await shown.send_str("visible")
        await hidden.send_str("visible")
        await hidden.send_str("hidden")
        for minutes in range(40, 12 * 60, 40):
            house.later = timedelta(minutes=minutes)
            await used(house, "leader")
        assert await closed(hidden) == SIGNED_OUT
        assert not shown.closed
        house.later = timedelta(hours=12, minutes=2)
        assert await closed(shown) == SIGNED_OUT


async def used(house: DeskHouse, user: str) -> None:
    """Return when a session of theirs counts as used by now."""
    store = Store(house.url)
    async with asyncio.timeout(10):
        while True:
            row = await store.row(select(sessions.c.seen).where(sessions.c.user == user))
            if row is not None and house.now() - row["seen"] < timedelta(minutes=2):
                break
            await asyncio.sleep(0.01)
    await store.close()


async def closed(socket: aiohttp.ClientWebSocketResponse) -> int:
    """The code with which a socket was closed."""
    async with asyncio.timeout(10):
        while (message := await socket.receive()).type is aiohttp.WSMsgType.TEXT:
            pass
    return int(message.data)


async def test_one_user_opens_a_few_and_what_is_said_to_it_is_not_heard(house: DeskHouse) -> None:
    async with house.browser(Role.AGENT) as ann:
        sockets = [await live(ann) for _ in range(5)]
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            await live(ann)
        assert refused.value.status == 429
        await sockets[0].send_str('{"verb": "ready"}')
        await sockets[0].send_bytes(b"\xff" * 100)
        await told(sockets[0])
        await sockets[1].send_str("x" * 5000)
        async with asyncio.timeout(10):
            while (await sockets[1].receive()).type is aiohttp.WSMsgType.TEXT:
                pass
        assert house.floor.did == []
        for socket in sockets:
            await socket.close()
        assert (await ann.get("/api/v1/live"))[0] == 403
        assert (await ann.get("/api/v1/live", Origin=ann.base))[0] == 426


async def test_when_nothing_changes_a_sign_of_life_comes_and_whoever_comes_later_is_told_all(
    house: DeskHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("desk.live.AT_LEAST_EVERY", 0.2)
    async with house.browser(Role.LEADER) as chief, house.browser(Role.AGENT) as ann:
        theirs = await live(chief)
        assert (await told(theirs))["whole"] is True
        assert (await told(theirs)).keys() == {"now"}
        hers = await live(ann)
        first = await told(hers)
        assert first["whole"] is True
        assert first["lines"] == [{**line, "waiting": []} for line in house.floor.floor()["lines"]]
        assert (await told(hers)).keys() == {"now"}
        await theirs.close()
        await hers.close()


async def test_a_bug_in_what_is_shown_ends_nothing(house: DeskHouse, monkeypatch: pytest.MonkeyPatch) -> None:
    async with house.browser(Role.LEADER) as chief:
        socket = await live(chief)
        await told(socket)
        fell = asyncio.Event()

        def falls(*, private: bool = False) -> dict[str, object]:
            fell.set()
            return {"agents": [object()]}

        with monkeypatch.context() as patch:
            patch.setattr(house.floor, "floor", falls)
            house.desk.live.changed()
            await fell.wait()
        house.floor.waiting = 9
        house.desk.live.changed()
        assert (await told(socket))["lines"] == house.floor.floor()["lines"]
        await socket.close()
