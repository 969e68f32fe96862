"""Unit over real sockets: who may try the hotline in a browser, as whom, and that nobody can from elsewhere."""

from __future__ import annotations

import asyncio
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from desk.gate import Gate
from desk.roles import Role
from desk.telephone import NOT_YOURS
from desk.trying import USER
from hotline.operators import read_config
from hotline.settings import HOUSE, SettingsError, load
from hotline.trying import CALLER, caller_of, may_be_tried
from tests.desk.house import Browser, DeskHouse, desk_house
from tests.desk.test_sip import sip


async def ticket_of(house: DeskHouse, browser: Browser) -> str:
    status, told = await browser.post("/api/v1/try", {"key": house.desk.trial.key})
    assert status == 200, told
    return str(told["ticket"])


async def test_the_key_works_once_and_its_ticket_makes_a_caller(house: DeskHouse) -> None:
    key = house.desk.trial.key
    async with house.browser() as one, house.browser() as two:
        assert (await two.post("/api/v1/try", {"key": key + "x"}))[0] == 409
        ticket = await ticket_of(house, one)
        assert (await two.post("/api/v1/try", {"key": key}))[0] == 409
        assert (await two.post("/api/v1/try", {"key": ""}))[0] == 409
        assert (await two.post("/api/v1/try/credentials", {"ticket": "guess"}))[0] == 409
        _, told = await one.post("/api/v1/try/credentials", {"ticket": ticket})
        assert house.telephones.secrets == {CALLER: told["secret"]}
        url = f"{one.base}/api/v1/try/phone?tab=tab-00000001&ticket={ticket}"
        own = f"<sip:{CALLER}@hotline.invalid>;tag=1"
        async with one.session.ws_connect(url, origin=one.base, protocols=("sip",)) as socket, asyncio.timeout(10):
            await socket.send_str(sip("INVITE sip:12320@hotline.invalid SIP/2.0", From=own))
            assert (await socket.receive_str()).startswith("SIP/2.0 200")
            await socket.send_str(sip("INVITE sip:12320@hotline.invalid SIP/2.0"))
            await socket.receive()
            assert socket.close_code == NOT_YOURS
        for origin in ("https://elsewhere.example", None):
            with pytest.raises(aiohttp.WSServerHandshakeError):
                await one.session.ws_connect(url, origin=origin)


async def test_a_tab_becomes_an_agent_whom_nobody_is_with_an_agents_rights_and_it_is_written_down(
    house: DeskHouse,
) -> None:
    await house.settle(Role.AGENT)  # is ann
    async with house.browser() as one:
        ticket = await ticket_of(house, one)
        assert (await one.post("/api/v1/try/agent", {"ticket": "guess"}))[0] == 409
        status, told = await one.post("/api/v1/try/agent", {"ticket": ticket})
        assert (status, told["agent"]) == (200, "bob")
        _, me = await one.get("/api/v1/me")
        assert (me["name"], me["role"], me["agent"]) == (USER, "agent", "bob")
        assert (await one.post("/api/v1/try/agent", {"ticket": ticket}))[0] == 200
    written = [one.deed.what for one in await house.written()]
    assert written.count("trial_agent") == 2
    assert "trial_began" in written


OPENED = [
    Gate("127.0.0.1", behind_proxy=True, proxies=(ip_network("127.0.0.0/8"),)),
    Gate("192.0.2.1", names=frozenset({"127.0.0.1"}), tls=True),
]


@pytest.mark.parametrize("gate", OPENED, ids=["proxy", "network"])
async def test_a_web_that_others_reach_cannot_be_tried_and_the_trials_account_is_over(
    tmp_path: Path, gate: Gate
) -> None:
    async with desk_house(tmp_path) as house, house.browser() as one:
        await one.post("/api/v1/try/agent", {"ticket": await ticket_of(house, one)})
        url = house.url
    (tmp_path / "opened").mkdir()
    async with desk_house(tmp_path / "opened", gate=gate, url=url) as house, house.browser() as one:
        await house.desk.trial.begin()
        assert house.desk.trial.key == ""
        user = await house.users.find(USER)
        assert user is not None
        assert user.disabled
        headers = {"X-Forwarded-Proto": "https", "Origin": house.base.replace("http:", "https:")}
        for path, body in (("", {"key": ""}), ("/credentials", {"ticket": "x"}), ("/agent", {"ticket": "x"})):
            status, told = await one.post(f"/api/v1/try{path}", body, **headers)
            assert (status, told["error"]) == (409, "no_trial"), told


HERE: dict[str, Any] = {}
ELSEWHERE: dict[str, dict[str, Any]] = {
    "web": {"web": {"behind_proxy": True}},
    "phones": {"sip": {"host": "0.0.0.0"}},  # noqa: S104 - read, not bound
    "sound": {"webrtc": {"media": "192.0.2.1"}},
    "carrier": {"trunk": {"host": "192.0.2.1"}},
    "whose calls": {"trunk": {"match": ["192.0.2.0/24"]}},
    "the carrier's door": {"trunk": {"listen": {"host": "127.0.0.1", "port": 5061}}},
    "nat": {"sip": {"external_host": "192.0.2.1"}},
}


def test_on_one_machine_it_can_be_tried_unless_the_settings_say_no(tmp_path: Path) -> None:
    plan = read_config(HOUSE / "config").plan
    assert [one.username for one in caller_of(load(config=tmp_path), plan)] == [CALLER]
    assert not may_be_tried(load(config=tmp_path, web={"trial": False}))
    assert not may_be_tried(load(config=tmp_path, webrtc={"enabled": False}))


@pytest.mark.parametrize("what", ELSEWHERE)
def test_whatever_others_reach_ends_it_and_who_wants_it_all_the_same_is_refused(tmp_path: Path, what: str) -> None:
    settings = load(config=tmp_path, **ELSEWHERE[what])
    assert not may_be_tried(settings)
    assert caller_of(settings, read_config(HOUSE / "config").plan) == []
    wanted = settings.model_copy(update={"web": settings.web.model_copy(update={"trial": True})})
    with pytest.raises(SettingsError, match="this machine alone"):
        may_be_tried(wanted)
