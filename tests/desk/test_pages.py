"""Unit over real sockets: the sign-in pages as a person without a script meets them."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from urllib.parse import urlencode

from desk.passwords import hashed
from desk.roles import PERMISSIONS as MAY
from desk.roles import Permission, Role
from desk.words import EN, PERMISSIONS, ROLES, ZH
from tests.desk.house import WORDS, Browser, DeskHouse


class Form(HTMLParser):
    """What a page has: labels by field, scripts, handlers, addresses; whether every tag is closed."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.labels: set[str] = set()
        self.fields: set[str] = set()
        self.live: list[str] = []
        self.open: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag not in ("meta", "link", "input", "path"):
            self.open.append(tag)
        if tag == "label":
            self.labels.add(given["for"] or "")
        if tag == "input" and given.get("type") != "hidden" and "hidden" not in given:
            self.fields.add(given["id"] or "")
        if tag == "script":
            self.live.append(tag)
        self.live += [name for name, _ in attrs if name.startswith("on") or name == "style"]

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.live += [name for name, _ in attrs if name.startswith("on") or name == "style"]

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def sound(page: str) -> Form:
    form = Form(page)
    assert form.open == []
    assert form.live == []
    assert form.labels == form.fields
    return form


async def send(browser: Browser, language: str = "zh", **fields: str) -> tuple[int, str]:
    status, page, answer = await browser.ask("POST", f"/sign-in?lang={language}", fields, form=True)
    if status == 303:
        assert answer.headers["Location"] in (f"/sign-in?lang={language}", "/")
        return status, (await browser.get(f"/sign-in?lang={language}"))[1]
    return status, page


async def test_a_leader_signs_in_for_the_first_time_with_forms_alone(house: DeskHouse) -> None:
    await house.users.add(
        "wang", "王<b>", Role.LEADER, agent="chief", password=hashed(WORDS), must_change=True, now=house.now()
    )
    async with house.browser() as browser:
        assert sound((await browser.get("/sign-in"))[1]).fields == {"name", "password"}
        status, page = await send(browser, step="password", name=" Wang ", password="wrong wrong wrong")
        assert (status, ZH["wrong"] in page, 'value="wang"' in page or 'value=" Wang "' in page) == (401, True, True)
        sound(page)
        status, page = await send(browser, step="password", name="Wang", password=WORDS)
        secret = re.search(r"<code>([A-Z2-7 ]+)</code>", page)
        assert secret is not None
        assert "<svg" in page
        sound(page)
        assert (await browser.get("/status"))[0] == 200  # on loopback
        house.secrets["wang"] = secret[1].replace(" ", "")
        status, again = await send(browser, step="enrol", code="000000")
        assert (status, ZH["wrong_code"] in again, secret[1] in again) == (401, True, True)
        status, page = await send(browser, step="enrol", code=house.code("wang"))
        assert (status, len(re.findall(r"<li><code>[a-z2-7-]{19}</code>", page))) == (200, 10)
        sound(page)
        page = (await browser.get("/sign-in"))[1]
        assert ZH["change_due"] in page
        sound(page)
        status, page = await send(browser, step="change", old=WORDS, new="short")
        assert (status, ZH["weak"] in page) == (400, True)
        status, page = await send(browser, "en", step="change", old=WORDS, new="seven dwarfs at the pond")
        assert (status, EN["you"] in page, "王&lt;b&gt;" in page, "numbers.read" in page) == (303, True, True, True)
        sound(page)
        status, _, answer = await browser.ask("POST", "/sign-out?lang=zh", {}, form=True)
        assert (status, answer.headers["Location"]) == (303, "/sign-in?lang=zh")
        assert ZH["password"] in (await browser.get("/sign-in?lang=zh"))[1]


async def test_who_had_to_sign_in_first_comes_to_where_they_wanted_and_nowhere_else(house: DeskHouse) -> None:
    async with house.browser(Role.AGENT) as ann:
        for wanted, there in {
            "/orders?state=open": "/orders?state=open",
            "//elsewhere.example": "/",
            "/\\elsewhere.example": "/",
            "https://elsewhere.example": "/",
            "/a/../../b": "/",
        }.items():
            asked = urlencode({"then": wanted, "lang": "en"})
            _, page, _ = await ann.ask("GET", "/sign-in?" + urlencode({"lang": "en", "do": "change", "then": wanted}))
            assert urlencode({"then": there}).replace("%2F", "%2F") in page, wanted
            status, _, answer = await ann.ask("GET", f"/sign-in?{asked}")
            assert (status, answer.headers["Location"]) == (303, there), wanted


async def test_steps_out_of_order_lead_back_to_the_one_that_is_due(house: DeskHouse) -> None:
    async with house.browser(Role.LEADER) as _:
        pass
    async with house.browser() as browser:
        status, page = await send(browser, step="factor", code="123456")
        assert (status, ZH["password"] in page) == (401, True)
        await send(browser, step="password", name="leader", password=WORDS)
        for fields in (
            {"step": "change", "old": WORDS, "new": "x" * 20},
            {"step": "enrol", "code": "1"},
            {"step": "?"},
            {},
        ):
            status, page = await send(browser, **fields)
            assert (status in (400, 409), ZH["not_due"] in page, ZH["code_hint"] in page) == (True, True, True)
        status, page = await send(browser, step="factor", code=house.code("leader"))
        assert (status, ZH["you"] in page) == (303, True)


async def test_an_agent_turns_the_second_step_on_by_the_page(house: DeskHouse) -> None:
    async with house.browser(Role.AGENT) as ann:
        assert 'do=enrol"' in (await ann.get("/sign-in"))[1]
        page = (await ann.get("/sign-in?do=enrol"))[1]
        secret = re.search(r"<code>([A-Z2-7 ]+)</code>", page)
        assert secret is not None
        house.secrets["agent"] = secret[1].replace(" ", "")
        assert (await send(ann, step="enrol", code=house.code("agent")))[0] == 200
        assert 'do=enrol"' not in (await ann.get("/sign-in"))[1]


async def test_the_pages_speak_both_languages_and_know_every_role_and_permission(house: DeskHouse) -> None:
    assert set(ZH) == set(EN)
    assert set(ROLES) == set(Role) == set(MAY)
    assert set(PERMISSIONS) == set(Permission)
    async with house.browser() as browser:
        for wanted, tongue in {"": "zh-CN", "en-GB,en;q=0.9": "en", "zh-CN,en": "zh-CN", "fr, en": "en"}.items():
            page = (await browser.get("/sign-in", Accept_Language=wanted))[1]
            assert f'<html lang="{tongue}">' in page, wanted
        assert '<html lang="en">' in (await browser.get("/sign-in?lang=en", Accept_Language="zh"))[1]


async def test_the_pages_are_guarded_by_their_headers(house: DeskHouse) -> None:
    async with house.browser() as browser:
        _, _, answer = await browser.ask("GET", "/sign-in")
        policy = answer.headers["Content-Security-Policy"]
        assert "script-src" not in policy
        assert "unsafe" not in policy
        assert {"default-src 'none'", "frame-ancestors 'none'", "form-action 'self'"} <= set(policy.split("; "))
        assert answer.headers["X-Frame-Options"] == "DENY"
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["Permissions-Policy"].startswith("microphone=(self), camera=()")


async def test_the_api_describes_every_route_that_it_has(house: DeskHouse) -> None:
    async with house.browser() as browser:
        status, told = await browser.get("/api/v1/openapi.json")
    assert (status, told["openapi"]) == (200, "3.1.0")
    described = {(method.upper(), path) for path, methods in told["paths"].items() for method in methods}
    assert described == {(r.method, r.path) for r in house.desk.routes if r.path.startswith("/api/")}
    operations = [operation for methods in told["paths"].values() for operation in methods.values()]
    assert len({operation["operationId"] for operation in operations}) == len(operations)
    assert told["paths"]["/api/v1/calls"]["get"]["security"] == [{"session": []}, {"token": []}]
    assert told["paths"]["/api/v1/users"]["post"]["x-permissions"] == ["users.manage"]
    assert told["paths"]["/api/v1/session"]["post"]["security"] == []
