"""System: an agent signs in from a browser's place, and commands their seat of the running hotline, and no other."""

from __future__ import annotations

import asyncio
import json
import time
from typing import Any

import aiohttp
import pytest

from desk.live import SIGNED_OUT
from tests.phones import hear_each_other
from tests.system.test_floor_commands import NUMBER, Floor, floor

__all__ = ["floor"]

pytestmark = pytest.mark.system
OWN = "seven dwarfs at the pond"


async def told(socket: aiohttp.ClientWebSocketResponse, state: str) -> None:
    """The agent's talk is so."""
    async with asyncio.timeout(30):
        while [talk["state"] for talk in json.loads(await socket.receive_str()).get("talks", ())] != [state]:
            pass


async def in_hand(socket: aiohttp.ClientWebSocketResponse) -> dict[str, Any]:
    """The answer record that the agent has to do with."""
    async with asyncio.timeout(30):
        while not (found := json.loads(await socket.receive_str()).get("answers")):
            pass
    (one,) = found
    assert isinstance(one, dict)
    return one


async def last_word(socket: aiohttp.ClientWebSocketResponse) -> aiohttp.WSMessage:
    """What comes after everything about the floor, in which no whole number may stand."""
    while True:
        try:
            message = await socket.receive()
        except aiohttp.ClientConnectionResetError:
            continue  # a ping that came just before the good-bye cannot be answered any more
        if message.type is not aiohttp.WSMsgType.TEXT:
            return message
        assert NUMBER not in message.data


async def fills_the_record(http: aiohttp.ClientSession, one: dict[str, Any]) -> None:
    """附件6 was opened by the call; the agent fills it while they talk, and hands the question on with 附件9."""
    path = f"/api/v1/answers/{one['call']}"
    assert (one["agent"], one["talking"], one["missing"]) == ("vaccine-1", True, ["kind"])
    written = {"kind": "complaint", "place": "和平区", "content": "接种门诊排队太久", "asked_by": "张三"}
    async with http.put(path, json={"seq": one["seq"], **written}) as answer:
        told = await answer.json()
        assert (answer.status, told["heard_label"]) == (200, "举报投诉")
        assert (told["contact"], told["department"]) == (f"{NUMBER[:3]}****{NUMBER[-4:]}", "市疾病预防控制中心")
    async with http.post("/api/v1/orders", json={"call": one["call"]}) as answer:
        order = await answer.json()
        assert answer.status == 201, order
    async with asyncio.timeout(30):
        while told["work_order"] is None:
            async with http.get(path) as answer:
                told = await answer.json()
    assert (told["settled_label"], told["work_order"]) == ("转办", order["order"]["number"])
    async with http.get(path + "/sheet") as answer:
        sheet = {entered["label"]: entered["value"] for entered in (await answer.json())["fields"]}
    assert (sheet["接听类别"], sheet["主要内容"], sheet["问询人"]) == ("举报投诉", "接种门诊排队太久", "张*")


async def test_an_agent_signs_in_holds_a_real_caller_and_is_shown_out_when_disabled(floor: Floor) -> None:
    code, password, err = await floor.run("users", "add", "li", "--role", "agent", "--agent", "vaccine-1", "--made")
    assert code == 0, err
    jar = aiohttp.CookieJar(unsafe=True)
    async with aiohttp.ClientSession(floor.web, cookie_jar=jar, headers={"Origin": floor.web}) as http:

        async def ask(path: str, **data: Any) -> tuple[int, Any]:
            async with http.post(f"/api/v1/{path}", json=data) as answer:
                return answer.status, await answer.json()

        assert (await ask("desk/hold"))[0] == 401
        assert (await ask("session", name="li", password=password.strip()))[1]["stage"] == "password"
        assert (await ask("session/password", old=password.strip(), new=OWN))[1]["stage"] == "in"
        socket = await http.ws_connect("/api/v1/live")
        phone = await floor.phone("vaccine-1")
        caller = await (await (await floor.exchange.phone(NUMBER, switch=floor.sip)).dial("12320")).answered()
        await caller.press("14")
        talk = await (await phone.ringing(within=40.0)).answer()
        await hear_each_other(caller, talk)
        await told(socket, "talking")
        began = time.monotonic()
        assert (await ask("desk/hold"))[0] == 200
        await told(socket, "held")
        assert time.monotonic() - began < 5.0
        assert (await ask("desk/resume"))[0] == 200
        await fills_the_record(http, await in_hand(socket))
        assert (await ask("lead/move", agent="vaccine-2", lines=None))[0] == 403
        assert (await floor.run("users", "disable", "li"))[0] == 0
        async with asyncio.timeout(30):
            message = await last_word(socket)
        assert (message.type, message.data) == (aiohttp.WSMsgType.CLOSE, SIGNED_OUT)
        assert (await ask("desk/hangup"))[0] == 401
        await hear_each_other(caller, talk)  # the telephone knows nothing of it
        await caller.hang_up()
    code, out, _ = await floor.run("audit", "list", "--json")
    whats = [json.loads(line)["what"] for line in out.splitlines()]
    assert [what for what in whats if what in ("account_changed", "signed_in", "desk_command", "refused")] == [
        "account_changed",
        "account_changed",
        "signed_in",
        "desk_command",
        "desk_command",
        "refused",
        "account_changed",
    ]
    assert (await floor.run("audit", "verify"))[0] == 0
