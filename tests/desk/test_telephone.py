"""Unit over real sockets: the door by which a browser's SIP comes to the switch, and to whom it opens."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from desk.roles import Role
from desk.telephone import ELSEWHERE, NOT_YOURS, PING, SIGNED_OUT
from tests.desk.house import Browser, DeskHouse, desk_house
from tests.desk.test_sip import HOSTILE, sip

TAB, OTHER = "tab-00000001", "tab-00000002"


async def door(browser: Browser, tab: str = TAB, take: int = 0, **more: Any) -> aiohttp.ClientWebSocketResponse:
    more = {"origin": browser.base, "protocols": ("sip",), **more}
    url = f"{browser.base}/api/v1/phone?tab={tab}&take={take}"
    socket: aiohttp.ClientWebSocketResponse = await browser.session.ws_connect(url, **more)
    return socket


async def answer(socket: aiohttp.ClientWebSocketResponse) -> aiohttp.WSMessage:
    async with asyncio.timeout(10):
        return await socket.receive()


async def closed(socket: aiohttp.ClientWebSocketResponse) -> int | None:
    """The code with which it was closed, whatever was said before."""
    async with asyncio.timeout(10):
        while (message := await socket.receive()).type is aiohttp.WSMsgType.TEXT:
            pass
    return socket.close_code if message.type is not aiohttp.WSMsgType.CLOSE else message.data


async def test_an_agents_page_registers_with_a_secret_of_its_session(house: DeskHouse) -> None:
    async with house.browser(Role.AGENT) as ann:
        status, told = await ann.post("/api/v1/phone/credentials", {"tab": TAB})
        assert (status, told["phone"], told["realm"]) == (200, "web-ann", "hotline")
        assert house.telephones.secrets == {"web-ann": told["secret"]}
        assert len(told["secret"]) >= 32
        socket = await door(ann)
        assert socket.protocol == "sip"
        await socket.send_str(sip())
        assert (await answer(socket)).data.startswith("SIP/2.0 200 OK")
        assert house.telephones.heard == [sip()]
        _, again = await ann.post("/api/v1/phone/credentials", {"tab": TAB})
        assert again["secret"] != told["secret"]
        await socket.close()


@pytest.mark.parametrize("what", ["the carrier's name", "another agent", "another's secret", "a call of its own"])
async def test_who_speaks_for_another_is_put_out_and_written_down(house: DeskHouse, what: str) -> None:
    async with house.browser(Role.AGENT) as ann:
        socket = await door(ann)
        await socket.send_str(HOSTILE[what])
        assert await closed(socket) == NOT_YOURS
        assert house.telephones.heard == []
    (refused,) = [one.deed for one in await house.written() if one.deed.what == "phone_refused"]
    assert (refused.who, refused.about) == ("desk:agent", "ann")


async def test_bytes_floods_and_giants_are_put_out(house: DeskHouse) -> None:
    async with house.browser(Role.AGENT) as ann:
        socket = await door(ann)
        await socket.send_bytes(sip().encode())
        assert await closed(socket) == NOT_YOURS
        socket = await door(ann)
        for _ in range(200):
            await socket.send_str(sip())
        assert await closed(socket) == NOT_YOURS
        socket = await door(ann)
        await socket.send_str(sip(X="x" * 40_000))
        assert await closed(socket) == aiohttp.WSCloseCode.MESSAGE_TOO_BIG
        socket = await door(ann)
        await socket.send_str("\r\n\r\n")
        assert (await answer(socket)).data == "\r\n"
        await socket.send_str(sip())
        assert (await answer(socket)).data.startswith("SIP/2.0 200")
        await socket.close()
    assert "\r\n\r\n" not in house.telephones.heard


async def test_another_tab_does_not_take_the_telephone_unless_it_asks_to(house: DeskHouse) -> None:
    async with house.browser(Role.AGENT) as ann, house.browser(Role.AGENT) as elsewhere:
        first = await door(ann)
        status, told = await elsewhere.post("/api/v1/phone/credentials", {"tab": OTHER})
        assert (status, told["error"]) == (409, "elsewhere")
        assert house.telephones.secrets == {}
        assert await closed(await door(elsewhere, OTHER)) == ELSEWHERE
        await first.send_str(sip())
        assert (await answer(first)).type is aiohttp.WSMsgType.TEXT
        second = await door(elsewhere, OTHER, take=1)
        assert await closed(first) == ELSEWHERE
        await second.send_str(sip())
        assert (await answer(second)).type is aiohttp.WSMsgType.TEXT
        await second.close()
    assert "phone_taken" in [one.deed.what for one in await house.written()]


async def test_the_same_tab_comes_back_before_its_old_connection_is_known_to_be_dead(house: DeskHouse) -> None:
    async with house.browser(Role.AGENT) as ann:
        first = await door(ann)
        again = await door(ann)
        assert await closed(first) == ELSEWHERE
        await again.send_str(sip())
        assert (await answer(again)).type is aiohttp.WSMsgType.TEXT
        assert house.desk.telephone.open == 1
        await again.close()


async def test_who_signs_out_loses_the_telephone_and_its_secret(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("desk.telephone.LOOK_EVERY", 0.05)
    async with desk_house(tmp_path) as house, house.browser(Role.AGENT) as ann:
        await ann.post("/api/v1/phone/credentials", {"tab": TAB})
        socket = await door(ann)
        assert (await ann.ask("DELETE", "/api/v1/session"))[0] == 200
        assert await closed(socket) == SIGNED_OUT
        async with asyncio.timeout(10):
            await house.telephones.forgot.wait()
        assert house.telephones.secrets == {}


async def test_a_browser_that_does_not_read_keeps_the_switch_from_nothing(house: DeskHouse) -> None:
    house.telephones.flood = 2000
    async with house.browser(Role.AGENT) as ann:
        socket = await door(ann)
        await socket.send_str(sip())
        async with asyncio.timeout(20):
            await house.telephones.left.wait()
        await socket.close()


async def test_a_page_whose_network_is_gone_leaves_the_switch_within_five_seconds_and_one_that_is_there_stays(
    house: DeskHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert PING * 1.5 < 5
    monkeypatch.setattr("desk.telephone.PING", 0.2)
    async with house.browser(Role.AGENT) as ann, house.browser(Role.LEADER) as chief:
        gone = await door(ann, autoping=False)
        there = await door(chief)
        hears = asyncio.ensure_future(there.receive())
        async with asyncio.timeout(3):
            await house.telephones.left.wait()
        assert house.desk.telephone.open == 1
        assert not hears.done(), "its pings are answered by the library, as by a browser"
        hears.cancel()
        await there.close()
        await gone.close()


async def test_an_answer_to_the_switchs_own_sign_of_life_puts_nobody_out(house: DeskHouse) -> None:
    async with house.browser(Role.AGENT) as ann:
        socket = await door(ann)
        await socket.send_str("\r\n")
        await socket.send_str(sip())
        assert "200 OK" in (await answer(socket)).data
        assert len(house.telephones.heard) == 1
        await socket.close()


async def test_a_switch_that_is_away_or_goes_is_told_as_that(house: DeskHouse) -> None:
    async with house.browser(Role.AGENT) as ann:
        socket = await door(ann)
        await house.telephones.spoken[0].close()
        assert await closed(socket) == aiohttp.WSCloseCode.TRY_AGAIN_LATER
        house.telephones.away = True
        status, told = await ann.post("/api/v1/phone/credentials", {"tab": TAB})
        assert (status, told["error"]) == (503, "switch_away")
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            await door(ann)
        assert refused.value.status == 503


@pytest.mark.parametrize("origin", ["https://elsewhere.example", "null", None])
async def test_no_page_elsewhere_opens_the_door(house: DeskHouse, origin: str | None) -> None:
    async with house.browser(Role.AGENT) as ann:
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            await door(ann, origin=origin)
        assert refused.value.status == 403
    assert house.telephones.heard == []


async def test_an_account_without_a_seat_has_no_telephone(house: DeskHouse) -> None:
    async with house.browser(Role.AGENT) as ann:
        await house.users.set_role("agent", Role.AGENT, None)
        await house.sign_in(ann, Role.AGENT)
        status, told = await ann.post("/api/v1/phone/credentials", {"tab": TAB})
        assert (status, told["error"]) == (409, "no_seat")
        for bad in ({}, {"tab": "x"}, {"tab": TAB, "take": 1}, {"tab": TAB, "phone": "web-bob"}):
            assert (await ann.post("/api/v1/phone/credentials", bad))[0] in (400, 409)
