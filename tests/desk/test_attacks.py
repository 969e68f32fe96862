"""Unit over real sockets: what a page elsewhere, a stranger on the wire or somebody inside may try."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta
from pathlib import Path

import aiohttp
import pytest
from yarl import URL

from desk.gate import Gate
from desk.roles import Permission, Role
from desk.users import Users
from tests.desk.house import NUMBER, WORDS, DeskHouse, desk_house

UNSAFE = [
    ("POST", "/api/v1/desk/ready"),
    ("DELETE", "/api/v1/session"),
    ("POST", "/sign-out"),
    ("POST", "/sign-in"),
    ("POST", "/api/v1/session"),
    ("POST", "/api/v1/session/password"),
]


async def raw(house: DeskHouse, sent: bytes, *, wait: float = 5.0) -> bytes:
    """What the server says to these bytes until it closes, or for so long."""
    port = int(house.base.rpartition(":")[2])
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(sent)
        async with asyncio.timeout(wait):
            return await reader.read()
    except TimeoutError:
        return b""
    finally:
        writer.close()


# ── sessions ────────────────────────────────────────────────────────────────


async def test_a_session_that_was_planted_before_the_sign_in_is_worth_nothing_after(house: DeskHouse) -> None:
    await house.settle(Role.LEADER)
    async with house.browser() as thief, house.browser() as victim:
        await thief.password("leader")
        planted = thief.cookie()
        victim.session.cookie_jar.update_cookies({"hotline": planted}, response_url=URL(victim.base))
        await house.sign_in(victim, Role.LEADER)
        assert victim.cookie() != planted
        assert (await thief.get("/api/v1/me"))[0] == 401
    async with house.browser() as thief:
        assert (await thief.get("/api/v1/me", Cookie=f"hotline={planted}"))[0] == 401


async def test_every_step_gives_a_new_session_and_ends_the_one_before(house: DeskHouse) -> None:
    await house.settle(Role.LEADER)
    async with house.browser() as browser:
        await browser.password("leader")
        half = browser.cookie()
        _, made = await browser.post("/api/v1/session/enrolment")
        house.secrets["leader"] = made["secret"]
        await browser.post("/api/v1/session/enrolment/confirm", {"code": house.code("leader")})
        whole = browser.cookie()
        new = {"old": WORDS, "new": "seven dwarfs at the pond"}
        assert (await browser.post("/api/v1/session/password", new))[0] == 200
        assert len({half, whole, browser.cookie()}) == 3
        for old in (half, whole):
            async with house.browser() as other:
                assert (await other.get("/api/v1/session", Cookie=f"hotline={old}"))[0] == 401
        assert (await browser.get("/api/v1/me"))[0] == 200


@pytest.mark.parametrize("done", ["disabled", "role", "password", "factor", "signed out"])
async def test_what_is_done_to_an_account_ends_its_sessions_at_once(house: DeskHouse, done: str) -> None:
    async with house.browser(Role.LEADER) as browser:
        match done:
            case "disabled":
                await house.users.set_disabled("leader", True)
            case "role":
                await house.users.set_role("leader", Role.AGENT, "chief")
            case "password":
                await house.users.set_password("leader", "x", must_change=True)
            case "factor":
                await house.users.reset_factor("leader")
            case _:
                async with house.browser(Role.ADMINISTRATOR) as boss:
                    assert (await boss.ask("DELETE", "/api/v1/users/leader/sessions"))[1] == {"ended": 1}
        assert (await browser.get("/api/v1/floor"))[0] == 401


async def test_a_step_that_was_under_way_when_a_session_was_ended_gives_no_new_one(
    house: DeskHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with house.browser(Role.LEADER) as _:
        pass
    async with house.browser() as thief:
        assert (await thief.password("leader"))[1]["stage"] == "factor"
        right = Users.use_step

        async def ended_meanwhile(users: Users, name: str, step: int) -> bool:
            await users.set_password(name, "x", must_change=True)
            return await right(users, name, step)

        monkeypatch.setattr(Users, "use_step", ended_meanwhile)
        house.later += timedelta(seconds=60)
        assert (await thief.post("/api/v1/session/factor", {"code": house.code("leader")}))[0] == 401
        assert (await thief.get("/api/v1/session"))[0] == 401


async def test_cookies_are_out_of_reach_of_scripts_other_sites_and_plain_wires(
    house: DeskHouse, tmp_path: Path
) -> None:
    await house.settle(Role.AGENT)
    async with house.browser() as browser:
        _, _, answer = await browser.ask("POST", "/api/v1/session", {"name": "agent", "password": WORDS})
    for line in answer.headers.getall("Set-Cookie"):
        assert {"HttpOnly", "Path=/", "SameSite=Strict"} <= set(line.split("; "))
        assert "Domain" not in line
    (tmp_path / "tls").mkdir()
    gate = Gate("0.0.0.0", frozenset({"hotline.example"}), tls=True)  # noqa: S104
    async with desk_house(tmp_path / "tls", gate) as tls:
        await tls.settle(Role.AGENT)
        async with tls.browser() as browser:
            browser.origin = "https://hotline.example"
            sent = {"Host": "hotline.example"}
            data = {"name": "agent", "password": WORDS}
            _, _, answer = await browser.ask("POST", "/api/v1/session", data, headers=sent)
            lines = answer.headers.getall("Set-Cookie")
            assert sorted(line.partition("=")[0] for line in lines) == ["__Host-hotline", "__Host-hotline-device"]
            assert all("Secure" in line.split("; ") and "Domain" not in line for line in lines)
            assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"
            value = next(line for line in lines if line.startswith("__Host-hotline=")).split(";")[0].partition("=")[2]
            # a cookie without the prefix may have been planted from a plain wire: it is not looked at
            assert (await browser.get("/api/v1/me", Cookie=f"hotline={value}", **sent))[0] == 401
            assert (await browser.get("/api/v1/me", Cookie=f"__Host-hotline={value}", **sent))[0] == 200


# ── other sites ─────────────────────────────────────────────────────────────


ELSEWHERE: list[dict[str, str]] = [
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
    {},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site", "Origin": "SAME"},
    {"Sec-Fetch-Site": "none"},
    {"Origin": "SAME.evil.example"},
    {"Origin": "SAME, https://evil.example"},
]


async def test_a_page_elsewhere_changes_nothing(house: DeskHouse) -> None:
    async with house.browser(Role.AGENT) as ann:
        ann.origin = None
        for method, path in UNSAFE:
            for headers in ELSEWHERE:
                sent = {name: value.replace("SAME", ann.base) for name, value in headers.items()}
                status, told, _ = await ann.ask(method, path, {}, headers=sent)
                assert (status, told["error"]) == (403, "other_site"), (method, path, headers)
        assert house.floor.did == []
        assert (await ann.get("/api/v1/me"))[0] == 200


@pytest.mark.parametrize("headers", [{"Sec-Fetch-Site": "same-origin"}, {"Origin": "SAME"}])
async def test_our_own_pages_do_by_either_sign(house: DeskHouse, headers: dict[str, str]) -> None:
    async with house.browser(Role.AGENT) as ann:
        ann.origin = None
        sent = {name: value.replace("SAME", ann.base) for name, value in headers.items()}
        assert (await ann.ask("POST", "/api/v1/desk/ready", headers=sent))[0] == 200


async def test_a_form_of_another_kind_is_no_json(house: DeskHouse) -> None:
    async with house.browser(Role.AGENT) as ann:
        for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"):
            status, told, _ = await ann.ask(
                "POST", "/api/v1/desk/break", b'{"reason": "lunch"}', headers={"Content-Type": kind}
            )
            assert (status, told["error"]) == (415, "bad_type")
        assert house.floor.did == []


@pytest.mark.parametrize("origin", ["https://evil.example", "null", None])
async def test_a_page_elsewhere_opens_no_websocket(house: DeskHouse, origin: str | None) -> None:
    async with house.browser(Role.AGENT) as ann:
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            await ann.session.ws_connect(ann.base + "/api/v1/live", origin=origin)
        assert refused.value.status == 403


async def test_a_name_that_somebody_pointed_here_gets_nothing(house: DeskHouse) -> None:
    for host in [
        "evil.example",
        "127.0.0.1.evil.example",
        "127.0.0.1@evil.example",
        "evil.example:80",
        "[::2]",
        "a b",
        "127.1",
        "",
    ]:
        said = await raw(house, f"GET /sign-in HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode())
        assert said.split(b" ", 2)[1] in (b"421", b"400"), said


async def test_two_names_at_once_get_nothing(house: DeskHouse) -> None:
    said = await raw(
        house, b"GET /sign-in HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\nConnection: close\r\n\r\n"
    )
    assert said.split(b" ", 2)[1] in (b"421", b"400")


# ── the wire ────────────────────────────────────────────────────────────────


async def test_no_path_leads_to_a_file(house: DeskHouse) -> None:
    for path in [
        "/../../etc/passwd",
        "/%2e%2e/%2e%2e/etc/passwd",
        "/sign-in/..%2f..%2fpages/sign-in.css",
        "/pages/sign-in.html",
    ]:
        said = await raw(house, f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
        head, _, body = said.partition(b"\r\n\r\n")
        assert head.split(b" ", 2)[1] in (b"404", b"400")
        assert json.loads(body)["error"] in ("not_found", "bad_request")


async def test_no_other_method_does_anything(house: DeskHouse) -> None:
    for method in ["TRACE", "CONNECT", "PUT", "OPTIONS", "HEAD", "get", "PROPFIND"]:
        said = await raw(
            house, f"{method} /api/v1/session HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode()
        )
        assert said.split(b" ", 2)[1] in (b"404", b"405", b"400")


async def test_a_method_is_what_the_request_line_says(house: DeskHouse) -> None:
    async with house.browser(Role.AGENT) as ann:
        tricks = {"X-HTTP-Method-Override": "POST", "X-HTTP-Method": "POST", "X-Method-Override": "POST"}
        assert (await ann.get("/api/v1/desk/ready?_method=POST", **tricks))[0] == 405
    assert house.floor.did == []


async def test_a_body_that_is_too_large_is_not_taken_in(house: DeskHouse) -> None:
    async with house.browser(Role.AGENT) as ann:
        for data in (b"x" * 65_537, b"[" * 1_000_000):
            status, told, _ = await ann.ask(
                "POST", "/api/v1/desk/ready", data, headers={"Content-Type": "application/json"}
            )
            assert (status, told["error"]) == (413, "too_large")
    chunks = b"".join(b"8000\r\n" + b"x" * 0x8000 + b"\r\n" for _ in range(3)) + b"0\r\n\r\n"
    said = await raw(
        house,
        b"POST /api/v1/session HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n"
        b"Content-Type: application/json\r\nConnection: close\r\n\r\n" + chunks,
    )
    assert said.split(b" ", 2)[1] == b"413"


async def test_a_body_is_not_unpacked(house: DeskHouse) -> None:
    import gzip

    async with house.browser(Role.AGENT) as ann:
        bomb = gzip.compress(b"0" * 10_000_000)
        status, told, _ = await ann.ask(
            "POST",
            "/api/v1/desk/ready",
            bomb,
            headers={"Content-Type": "application/json", "Content-Encoding": "gzip"},
        )
        assert (status, told["error"]) == (415, "bad_type")


async def test_a_slow_body_is_cut_off(house: DeskHouse, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("desk.guard.BODY_PATIENCE", 0.2)
    said = await raw(
        house,
        b"POST /api/v1/session HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n"
        b"Content-Type: application/json\r\n\r\n{",
    )
    assert said.split(b" ", 2)[1] == b"408"
    assert b'"too_slow"' in said


async def test_a_connection_that_brings_no_whole_request_is_closed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("desk.listening.HEADERS", 0.3)
    async with desk_house(tmp_path) as house:
        port = int(house.base.rpartition(":")[2])
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: ")
        async with asyncio.timeout(5):
            assert await reader.read() == b""
        writer.close()


async def test_one_address_has_its_share_of_connections(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("desk.listening.PER_ADDRESS", 5)
    async with desk_house(tmp_path) as house:
        port = int(house.base.rpartition(":")[2])
        kept = [await asyncio.open_connection("127.0.0.1", port) for _ in range(5)]
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
        with pytest.raises((ConnectionError, EOFError)):
            await reader.readexactly(1)
        writer.close()
        kept[0][1].close()
        await kept[0][1].wait_closed()
        async with house.browser() as browser:
            async with asyncio.timeout(5):
                while True:
                    try:
                        assert (await browser.get("/healthz"))[0] == 200
                        break
                    except aiohttp.ClientConnectionError:
                        await asyncio.sleep(0.01)
        for _, one in kept:
            one.close()


async def test_what_is_no_http_is_refused_without_a_word_about_us(house: DeskHouse) -> None:
    for sent in [
        b"GET / HTTP/1.1\r\nHost: localhost\r\nX: a\x00b\r\n\r\n",
        b"GET /\xff\xfe HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"GET / HTTP/9.9\r\nHost: localhost\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"GET / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost\r\n" + b"X-Many: y\r\n" * 200 + b"\r\n",
        b"GET /" + b"a" * 20_000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n",
    ]:
        said = await raw(house, sent, wait=2.0)
        assert said == b"" or said.split(b" ", 2)[1] in (b"400", b"404", b"431", b"405"), said
        assert b"aiohttp" not in said
        assert b"Python" not in said
        assert b"Traceback" not in said


async def test_no_header_of_ours_can_be_split(house: DeskHouse) -> None:
    async with house.browser() as browser:
        for path in ("/sign-in?lang=en%0d%0aSet-Cookie:%20hotline=x", "/api/v1/desk/x%0d%0aSet-Cookie:%20a=b"):
            _, _, answer = await browser.ask("GET", path)
            assert "Set-Cookie" not in answer.headers
        form = {"step": "password", "name": "x\r\nSet-Cookie: a=b", "password": "y"}
        status, page, answer = await browser.ask("POST", "/sign-in?lang=zh%0d%0aX:y", form, form=True)
        assert (status, "Set-Cookie" in answer.headers, "用户名或密码不对" in page) == (401, False, True)


async def test_an_error_of_ours_tells_nothing_but_its_number(
    house: DeskHouse, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fails(*, private: bool = False) -> dict[str, object]:
        raise RuntimeError(f"secret of the engine {NUMBER}")

    async with house.browser(Role.LEADER) as browser:
        monkeypatch.setattr(house.floor, "floor", fails)
        status, told, answer = await browser.ask("GET", "/api/v1/floor")
        assert (status, told["error"], set(told)) == (500, "internal", {"error", "message", "request"})
        assert answer.headers["X-Request-Id"] == told["request"]
        assert told["request"] in capsys.readouterr().out


async def test_one_address_and_one_user_are_held_to_their_shares(house: DeskHouse) -> None:
    async with house.browser(Role.AGENT) as ann, house.browser() as other:
        statuses = [(await ann.get("/api/v1/me"))[0] for _ in range(130)]
        assert statuses[:90] == [200] * 90
        assert 429 in statuses
        assert (await other.get("/api/v1/openapi.json"))[0] == 200
        while (await other.get("/api/v1/openapi.json"))[0] == 200:
            pass
        assert (await other.get("/healthz"))[0] == 200
        house.later += timedelta(seconds=10)
        assert (await ann.get("/api/v1/me"))[0] == 200


async def test_a_flood_of_sign_ins_is_told_to_come_back_and_hashes_few_at_once(house: DeskHouse) -> None:
    await house.settle(Role.AGENT)
    async with house.browser() as browser:
        told = await asyncio.gather(*(browser.password(f"user{n}", "wrong wrong wrong") for n in range(60)))
        kinds = {answer["error"] for _, answer in told}
        assert kinds <= {"wrong", "busy", "too_many"}
        assert "too_many" in kinds or "busy" in kinds
        house.later += timedelta(minutes=5)
        assert (await browser.password("agent"))[0] == 200


# ── tokens, and who asks for numbers ────────────────────────────────────────


async def test_a_token_that_ended_was_revoked_or_was_never_is_worth_nothing(house: DeskHouse) -> None:
    one, two = await house.token(Permission.CALLS), await house.token(Permission.CALLS)
    async with house.browser() as machine:
        assert (await machine.get("/api/v1/calls", Authorization=f"Bearer {one}"))[0] == 200
        await house.tokens.revoke("m0x", house.now())
        for shown in (one, one[:-1], "hlt_" + "a" * 43, "", "x" * 500):
            status, told, _ = await machine.ask("GET", "/api/v1/calls", headers={"Authorization": f"Bearer {shown}"})
            assert (status, told["error"]) == (401, "bad_token")
        house.later += timedelta(days=1, seconds=1)
        assert (await machine.get("/api/v1/calls", Authorization=f"Bearer {two}"))[0] == 401
        assert (await machine.get("/api/v1/calls", Authorization=f"Basic {two}"))[0] == 401


async def test_whole_numbers_are_for_whom_may_with_a_reason_and_are_written_down_first(house: DeskHouse) -> None:
    async with house.browser(Role.LEADER) as chief:
        assert NUMBER not in str(await chief.get("/api/v1/floor"))
        assert (await chief.get("/api/v1/floor?private=1"))[0] == 400
        assert NUMBER in str(await chief.get("/api/v1/floor?private=1&reason=complaint"))
        shown = [entry.deed for entry in await house.written() if entry.deed.what == "numbers_shown"]
        assert [(deed.who, deed.about, deed.reason) for deed in shown] == [("desk:leader", "floor", "complaint")]
    for role in (Role.AGENT, Role.ADMINISTRATOR):
        async with house.browser(role) as browser:
            assert (await browser.get("/api/v1/floor?private=1&reason=curious"))[0] == 403


async def test_without_an_audit_log_no_number_is_shown(house: DeskHouse, monkeypatch: pytest.MonkeyPatch) -> None:
    async with house.browser(Role.LEADER) as chief:
        await house.desk.ledger.flush()

        async def fails(*_: object) -> None:
            raise OSError("no space left on device")

        monkeypatch.setattr(house.desk.ledger, "_write", fails)
        status, told = await chief.get("/api/v1/floor?private=1&reason=complaint")
        assert (status, NUMBER in str(told)) == (500, False)


async def test_an_agent_commands_their_own_seat_whatever_they_say(house: DeskHouse) -> None:
    async with house.browser(Role.AGENT) as ann:
        assert (await ann.post("/api/v1/desk/break", {"agent": "bob", "reason": "lunch"}))[0] == 200
        assert house.floor.did == [("desk", "ann", "break", {"agent": "bob", "reason": "lunch"})]
        for verb in ("..%2flead%2fmove", "../lead/move", "ready%00", "x" * 50):
            assert (await ann.post(f"/api/v1/desk/{verb}"))[0] in (400, 403, 404)
        _, floor = await ann.get("/api/v1/floor")
        assert [agent["id"] for agent in floor["agents"]] == ["ann"]
        assert (floor["talks"], floor["callbacks"], floor["alerts"], floor["lines"][0]["waiting"]) == ([], [], [], [])
    done = [(entry.deed.who, entry.deed.what, entry.deed.about) for entry in await house.written()]
    assert ("desk:agent", "desk_command", "ann") in done
    assert ("desk:agent", "refused", "POST /api/v1/lead/{verb}") in done
