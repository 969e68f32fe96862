"""Unit over real sockets and real databases: people sign in, step by step, and so do those who should not."""

from __future__ import annotations

from collections.abc import AsyncIterator, Hashable
from datetime import timedelta
from pathlib import Path

import pyotp
import pytest

from desk.lockout import Lockout
from desk.passwords import hashed, made
from desk.roles import PERMISSIONS, Role
from tests.desk.house import WORDS, DeskHouse, desk_house


@pytest.fixture
async def house(url: str, tmp_path: Path) -> AsyncIterator[DeskHouse]:
    async with desk_house(tmp_path, url=url) as house:
        yield house


async def test_an_agent_signs_in_sees_who_they_are_and_signs_out(house: DeskHouse) -> None:
    async with house.browser(Role.AGENT) as ann:
        status, me = await ann.get("/api/v1/me")
        assert (status, me["name"], me["role"], me["agent"], me["second_factor"]) == (
            200,
            "agent",
            "agent",
            "ann",
            False,
        )
        assert me["permissions"] == sorted(PERMISSIONS[Role.AGENT])
        kept = ann.cookie()
        assert (await ann.ask("DELETE", "/api/v1/session"))[0] == 200
        assert (await ann.get("/api/v1/me"))[0] == 401
        assert (await ann.get("/api/v1/me", Cookie=f"hotline={kept}"))[0] == 401
    whats = [entry.deed.what for entry in await house.written()]
    assert whats == ["signed_in", "signed_out"]


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.AGENT])
async def test_whoever_may_do_more_than_an_agent_sets_up_a_second_step_first(house: DeskHouse, role: Role) -> None:
    await house.settle(role)
    async with house.browser() as browser:
        assert (await browser.password(role.value))[1]["stage"] == "enrol"
        assert (await browser.get("/api/v1/me"))[0] == 401
        _, made_up = await browser.post("/api/v1/session/enrolment")
        assert made_up["uri"].startswith("otpauth://totp/12320")
        assert "<svg" in made_up["picture"]
        assert "<script" not in made_up["picture"]
        assert "style=" not in made_up["picture"]
        house.secrets[role.value] = made_up["secret"]
        assert (await browser.post("/api/v1/session/enrolment/confirm", {"code": "000000"}))[0] == 401
        status, told = await browser.post("/api/v1/session/enrolment/confirm", {"code": house.code(role.value)})
        assert (status, told["stage"], len(set(told["recovery_codes"]))) == (200, "in", 10)
        assert (await browser.get("/api/v1/me"))[1]["second_factor"] is True
    async with house.browser() as second:
        assert (await second.password(role.value))[1]["stage"] == "factor"
        assert (await second.get("/api/v1/me"))[0] == 401


async def test_an_agent_may_turn_the_second_step_on(house: DeskHouse) -> None:
    async with house.browser(Role.AGENT) as ann:
        secret = (await ann.post("/api/v1/session/enrolment"))[1]["secret"]
        assert (await ann.post("/api/v1/session/enrolment"))[1]["secret"] == secret
        code = pyotp.TOTP(secret).at(house.now())
        assert (await ann.post("/api/v1/session/enrolment/confirm", {"code": code}))[1]["stage"] == "in"
        assert (await ann.post("/api/v1/session/enrolment"))[0] == 409
    async with house.browser() as again:
        assert (await again.password("agent"))[1]["stage"] == "factor"


async def test_a_code_works_once_and_none_from_before_it(house: DeskHouse) -> None:
    async with house.browser(Role.LEADER) as _:
        pass
    code = house.code("leader")
    before = pyotp.TOTP(house.secrets["leader"]).at(house.now() - timedelta(seconds=30))
    async with house.browser() as first:
        await first.password("leader")
        assert (await first.post("/api/v1/session/factor", {"code": code}))[0] == 200
    async with house.browser() as second:
        await second.password("leader")
        assert (await second.post("/api/v1/session/factor", {"code": code}))[1]["error"] == "wrong_code"
        assert (await second.post("/api/v1/session/factor", {"code": before}))[1]["error"] == "wrong_code"
        assert (await second.post("/api/v1/session/factor", {"code": house.code("leader")}))[0] == 200


async def test_a_code_of_a_clock_that_is_a_step_off_works_and_of_two_steps_does_not(house: DeskHouse) -> None:
    async with house.browser(Role.LEADER) as _:
        pass
    house.later += timedelta(minutes=5)
    totp = pyotp.TOTP(house.secrets["leader"])
    async with house.browser() as browser:
        await browser.password("leader")
        for steps in (-2, 2):
            code = totp.at(house.now() + timedelta(seconds=30 * steps))
            assert (await browser.post("/api/v1/session/factor", {"code": code}))[0] == 401
        code = totp.at(house.now() - timedelta(seconds=30))
        assert (await browser.post("/api/v1/session/factor", {"code": code}))[0] == 200


async def test_a_recovery_code_works_once_however_it_is_typed(house: DeskHouse) -> None:
    async with house.browser(Role.LEADER) as _:
        pass
    code = house.codes["leader"][3]
    async with house.browser() as browser:
        await browser.password("leader")
        shouted = code.upper().replace("-", " ")
        assert (await browser.post("/api/v1/session/factor", {"code": shouted}))[1]["stage"] == "in"
    async with house.browser() as browser:
        await browser.password("leader")
        assert (await browser.post("/api/v1/session/factor", {"code": code}))[0] == 401
    (used,) = [entry.deed for entry in await house.written() if entry.deed.what == "recovery_code_used"]
    assert used.details == {"left": 9}


async def test_nobody_enrols_what_another_session_was_shown(house: DeskHouse) -> None:
    await house.settle(Role.LEADER)
    async with house.browser() as thief, house.browser() as owner:
        await thief.password("leader")
        seen = (await thief.post("/api/v1/session/enrolment"))[1]["secret"]
        await owner.password("leader")
        assert (await owner.post("/api/v1/session/enrolment"))[1]["secret"] != seen
        code = pyotp.TOTP(seen).at(house.now())
        assert (await thief.post("/api/v1/session/enrolment/confirm", {"code": code}))[0] == 409


async def test_who_has_a_first_password_chooses_their_own_before_anything_else(house: DeskHouse) -> None:
    first, own = made(), "sieben Zwerge am Weiher"
    await house.users.add(
        "eve", "Eve", Role.AGENT, agent=None, password=hashed(first), must_change=True, now=house.now()
    )
    async with house.browser() as eve:
        assert (await eve.password("eve", first))[1]["stage"] == "password"
        assert (await eve.get("/api/v1/me"))[0] == 401
        for weak in ("short", "a" * 40, "eve-eve-eve-eve-1234", first, "password1234567890", "x\n" * 20):
            status, told = await eve.post("/api/v1/session/password", {"old": first, "new": weak})
            assert (status, told["error"]) == (400, "weak"), weak
        assert (await eve.post("/api/v1/session/password", {"old": "wrong", "new": own}))[0] == 401
        assert (await eve.post("/api/v1/session/password", {"old": first, "new": own}))[1]["stage"] == "in"
        assert (await eve.get("/api/v1/me"))[0] == 200
    async with house.browser() as eve:
        assert (await eve.password("eve", first))[0] == 401
        assert (await eve.password("eve", own))[1]["stage"] == "in"


async def test_a_password_that_was_hashed_cheaply_is_hashed_anew_at_the_next_sign_in(house: DeskHouse) -> None:
    from argon2 import PasswordHasher

    cheap = PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1).hash(WORDS)
    await house.users.add("eve", "Eve", Role.AGENT, agent=None, password=cheap, must_change=False, now=house.now())
    async with house.browser() as eve:
        assert (await eve.password("eve"))[0] == 200
    user = await house.users.find("eve")
    assert user is not None
    assert "m=19456,t=2,p=1" in user.password
    async with house.browser() as eve:
        assert (await eve.password("eve"))[0] == 200


async def test_unknown_users_wrong_passwords_and_disabled_users_hear_the_same(house: DeskHouse) -> None:
    await house.settle(Role.AGENT)
    await house.settle(Role.AUDITOR, "gone")
    await house.settle(Role.ADMINISTRATOR)
    await house.users.set_disabled("gone", True)
    async with house.browser() as browser:
        answers = [
            await browser.password("agent", "wrong wrong wrong"),
            await browser.password("nobody", "wrong wrong wrong"),
            await browser.password("gone"),
            await browser.password("'; DROP TABLE users; --"),
            await browser.password("名" * 100),
        ]
    assert {(status, told["error"], told["message"]) for status, told in answers} == {
        (401, "wrong", "the name or the password is not right")
    }


@pytest.mark.parametrize("name", ["agent", "nobody"])
async def test_guessing_is_slowed_down_the_same_for_known_and_unknown_users(house: DeskHouse, name: str) -> None:
    await house.settle(Role.AGENT)
    async with house.browser() as browser:
        statuses = [(await browser.password(name, "wrong wrong wrong"))[0] for _ in range(7)]
        assert statuses == [401] * 6 + [429]
        _, told, answer = await browser.ask("POST", "/api/v1/session", {"name": name, "password": WORDS})
        assert (told["error"], int(answer.headers["Retry-After"]) <= 5) == ("locked", True)
        house.later += timedelta(seconds=6)
        assert (await browser.password(name, "wrong wrong wrong"))[0] == 401
        house.later += timedelta(seconds=6)
        assert (await browser.password(name, "wrong wrong wrong"))[0] == 429
        house.later += timedelta(seconds=6)
        assert (await browser.password(name))[0] == (200 if name == "agent" else 401)


async def test_strangers_who_fail_on_purpose_do_not_keep_the_owner_out(house: DeskHouse) -> None:
    async with house.browser(Role.AGENT) as owner, house.browser() as stranger:
        while (await stranger.password("agent", "wrong wrong wrong"))[0] == 401:
            pass
        assert (await stranger.password("agent"))[1]["error"] == "locked"
        status, told = await owner.password("agent")
        assert (status, told["stage"]) == (200, "in")
        assert (await stranger.password("agent"))[1]["error"] == "locked"


async def test_a_made_up_mark_of_a_known_browser_is_worth_nothing(house: DeskHouse) -> None:
    async with house.browser(Role.AGENT) as owner:
        mark = owner.cookie("hotline-device")
    assert mark.startswith("agent~")
    forged = "~".join(["agent", "0" * 16, *mark.split("~")[2:]])
    async with house.browser() as stranger:
        for _ in range(6):
            await stranger.password("agent", "wrong wrong wrong")
        answers = [
            await stranger.post(
                "/api/v1/session", {"name": "agent", "password": "wrong wrong"}, Cookie=f"hotline-device={one}"
            )
            for one in (forged, "agent~~~", "agent~x~y~z", mark.replace("agent", "agenx"))
        ]
        assert {told["error"] for _, told in answers} == {"locked"}


async def test_guessing_codes_is_slowed_down_in_all_sessions_together(house: DeskHouse) -> None:
    async with house.browser(Role.LEADER) as _:
        pass
    async with house.browser() as one, house.browser() as two:
        await one.password("leader")
        await two.password("leader")
        for browser in (one, two, one, two, one, two):
            assert (await browser.post("/api/v1/session/factor", {"code": "123456"}))[0] == 401
        assert (await two.post("/api/v1/session/factor", {"code": "123456"}))[1]["error"] == "locked"
        house.later += timedelta(seconds=6)
        assert (await one.post("/api/v1/session/factor", {"code": house.code("leader")}))[0] == 200


async def test_however_many_addresses_fail_guessed_codes_are_not_forgotten(
    house: DeskHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with house.browser(Role.LEADER) as _:
        pass
    async with house.browser() as thief:
        await thief.password("leader")
        for _ in range(6):
            assert (await thief.post("/api/v1/session/factor", {"code": "123456"}))[0] == 401
        charge, forged = Lockout.charge, iter(range(20_000))

        def of_many(lockout: Lockout, key: Hashable, now: float) -> None:
            if isinstance(key, tuple) and key[0] == "address":
                for _ in range(10_001):
                    charge(lockout, ("address", "leader", f"2001:db8:0:{next(forged):x}::/64"), now)
            charge(lockout, key, now)

        monkeypatch.setattr(Lockout, "charge", of_many)
        async with house.browser() as other:
            await other.password("leader", "wrong wrong wrong")
        assert (await thief.post("/api/v1/session/factor", {"code": "123456"}))[1]["error"] == "locked"


async def test_half_a_sign_in_is_over_after_ten_minutes(house: DeskHouse) -> None:
    async with house.browser(Role.LEADER) as _:
        pass
    async with house.browser() as browser:
        await browser.password("leader")
        house.later += timedelta(minutes=10)
        assert (await browser.post("/api/v1/session/factor", {"code": house.code("leader")}))[0] == 401


async def test_a_session_ends_when_nothing_is_asked_for_an_hour_and_after_twelve_in_any_case(house: DeskHouse) -> None:
    async with house.browser(Role.AGENT) as ann:
        for _ in range(14):
            house.later += timedelta(minutes=50)
            assert (await ann.get("/api/v1/me"))[0] == 200
        house.later += timedelta(minutes=50)
        assert (await ann.get("/api/v1/me"))[0] == 401
    async with house.browser(Role.AGENT) as ann:
        house.later += timedelta(minutes=61)
        assert (await ann.get("/api/v1/me"))[0] == 401


async def test_the_audit_log_has_every_sign_in_and_every_failure_and_no_password(house: DeskHouse) -> None:
    async with house.browser(Role.LEADER) as browser:
        pass
    async with house.browser() as browser:
        await browser.password("leader", "secret-that-was-wrong")
        await browser.password("secret-typed-as-name", "wrong")
        await browser.password("leader")
        await browser.post("/api/v1/session/factor", {"code": "123456"})
    entries = await house.written()
    told = [(entry.deed.who, entry.deed.what, entry.deed.about, entry.deed.details.get("why")) for entry in entries]
    assert told == [
        ("desk:leader", "account_changed", "leader", None),
        ("desk:leader", "signed_in", None, None),
        ("address:127.0.0.1", "sign_in_refused", "leader", "wrong"),
        ("address:127.0.0.1", "sign_in_refused", None, "wrong"),
        ("address:127.0.0.1", "sign_in_refused", "leader", "code"),
    ]
    assert "secret" not in str([entry.to_json() for entry in entries])
