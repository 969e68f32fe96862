"""Unit over real sockets and databases: administrators keep the accounts; nobody is left without one."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from desk.roles import Role
from desk.users import Unfit
from tests.desk.house import DeskHouse, desk_house


@pytest.fixture
async def house(url: str, tmp_path: Path) -> AsyncIterator[DeskHouse]:
    async with desk_house(tmp_path, url=url) as house:
        yield house


async def test_an_administrator_lets_somebody_in_whose_first_password_is_shown_once(house: DeskHouse) -> None:
    async with house.browser(Role.ADMINISTRATOR) as boss, house.browser() as new:
        asked = {"name": "wang", "shown": "王医生", "role": "agent", "agent": "bob"}
        status, made = await boss.post("/api/v1/users", asked)
        assert (status, made["must_change_password"], made["agent"]) == (201, True, "bob")
        assert (await new.password("wang", made["password"]))[1]["stage"] == "password"
        _, listed = await boss.get("/api/v1/users")
        assert made["password"] not in str(listed)
        assert [user["name"] for user in listed["users"]] == ["administrator", "wang"]
        (added,) = [e.deed for e in await house.written() if e.deed.details.get("change") == "added"]
        assert (added.who, added.about) == ("desk:administrator", "wang")
        assert made["password"] not in str(added)


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"name": "Wang", "role": "agent"}, "is no user name"),
        ({"name": "wang", "role": "god"}, "`role` is one of agent"),
        ({"name": "wang", "role": "auditor", "agent": "bob"}, "has no seat"),
        ({"name": "wang", "role": "agent", "agent": "../x"}, "is no agent id"),
        ({"name": "wang", "role": "agent", "shown": " "}, "the name to be shown"),
        ({"name": "wang", "role": "agent", "password": "mine"}, "unknown: 'password'"),
        ({"name": ["wang"], "role": "agent"}, "`name` is a text"),
        ({"name": "administrator", "role": "agent"}, "there is a user administrator already"),
        ({"name": "wang", "role": "agent", "agent": "ann"}, "the agent ann is agent already"),
    ],
)
async def test_an_account_that_cannot_be_is_refused_with_the_reason(
    house: DeskHouse, asked: dict[str, object], words: str
) -> None:
    await house.settle(Role.AGENT)
    async with house.browser(Role.ADMINISTRATOR) as boss:
        status, told = await boss.post("/api/v1/users", asked)
        assert (status, words in told["message"]) == (400, True), told


async def test_nobody_changes_their_own_account_and_the_last_administrator_stays(house: DeskHouse) -> None:
    async with house.browser(Role.ADMINISTRATOR) as boss:
        for change in ({"role": "agent"}, {"disabled": True}):
            status, told, _ = await boss.ask("PATCH", "/api/v1/users/administrator", change)
            assert (status, told["error"]) == (409, "yourself")
        assert (await boss.ask("DELETE", "/api/v1/users/administrator/factor"))[0] == 409
    with pytest.raises(Unfit, match="the only administrator"):
        await house.users.set_role("administrator", Role.AGENT, None)
    with pytest.raises(Unfit, match="the only administrator"):
        await house.users.set_disabled("administrator", True)
    await house.settle(Role.ADMINISTRATOR, "second")
    await house.users.set_disabled("administrator", True)
    with pytest.raises(Unfit, match="the only administrator"):
        await house.users.set_disabled("second", True)


async def test_a_lost_phone_is_mended_by_an_administrator(house: DeskHouse) -> None:
    async with house.browser(Role.LEADER) as _, house.browser(Role.ADMINISTRATOR) as boss:
        assert (await boss.ask("DELETE", "/api/v1/users/leader/factor"))[1]["second_factor"] is False
    async with house.browser() as again:
        assert (await again.password("leader"))[1]["stage"] == "enrol"


async def test_an_administrator_makes_an_agent_a_leader_who_then_needs_the_second_step(house: DeskHouse) -> None:
    async with house.browser(Role.AGENT) as ann, house.browser(Role.ADMINISTRATOR) as boss:
        assert (await boss.ask("PATCH", "/api/v1/users/agent", {"role": "leader"}))[1]["role"] == "leader"
        assert (await ann.get("/api/v1/me"))[0] == 401
        assert (await ann.password("agent"))[1]["stage"] == "enrol"
        assert (await boss.ask("PATCH", "/api/v1/users/nobody", {"role": "leader"}))[0] == 404
