"""Unit over real sockets: every route against everybody. A route that is not in this table fails."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from desk.roles import PERMISSIONS, SCOPES, Permission, Role
from desk.route import Door
from hotline.web import routes as own_routes
from records.audit import Deed
from tests.desk.house import Browser, DeskHouse, desk_house

ALL = frozenset(Role)
A, L, Q, R, U = Role.AGENT, Role.LEADER, Role.QUALITY, Role.ADMINISTRATOR, Role.AUDITOR

SIGNED_IN: dict[tuple[str, str], frozenset[Role]] = {
    ("GET", "/api/v1/me"): ALL,
    ("GET", "/api/v1/session"): ALL,
    ("POST", "/api/v1/session/factor"): ALL,
    ("POST", "/api/v1/session/enrolment"): ALL,
    ("POST", "/api/v1/session/enrolment/confirm"): ALL,
    ("POST", "/api/v1/session/password"): ALL,
    ("GET", "/api/v1/users"): frozenset({R, U}),
    ("POST", "/api/v1/users"): frozenset({R}),
    ("PATCH", "/api/v1/users/{name}"): frozenset({R}),
    ("POST", "/api/v1/users/{name}/password"): frozenset({R}),
    ("DELETE", "/api/v1/users/{name}/factor"): frozenset({R}),
    ("GET", "/api/v1/users/{name}/sessions"): frozenset({R, U}),
    ("DELETE", "/api/v1/users/{name}/sessions"): frozenset({R}),
    ("GET", "/api/v1/answers"): frozenset({A, L, Q}),
    ("GET", "/api/v1/answers/incomplete"): frozenset({A, L, Q}),
    ("GET", "/api/v1/answers/fields"): frozenset({A, L, Q}),
    ("GET", "/api/v1/answers/{call}"): frozenset({A, L, Q}),
    ("GET", "/api/v1/answers/{call}/history"): frozenset({A, L, Q}),
    ("GET", "/api/v1/answers/{call}/sheet"): frozenset({A, L, Q}),
    **{("GET", f"/api/v1/answers/{{call}}/sheet.{form}"): frozenset({A, L, Q}) for form in ("pdf", "html")},
    ("PUT", "/api/v1/answers/{call}"): frozenset({A, L}),
    ("POST", "/api/v1/answers/{call}/sign"): frozenset({L}),
    ("POST", "/api/v1/answers/{call}/correct"): frozenset({L}),
    ("GET", "/api/v1/floor"): frozenset({A, L, Q, R}),
    ("GET", "/api/v1/live"): frozenset({A, L, Q, R}),
    ("GET", "/api/v1/phone"): frozenset({A, L}),
    ("POST", "/api/v1/phone/credentials"): frozenset({A, L}),
    ("GET", "/api/v1/calls"): ALL,
    ("GET", "/api/v1/calls/{call}"): ALL,
    ("GET", "/api/v1/calls/{call}/dossier"): frozenset({L}),
    ("GET", "/api/v1/desk/caller"): frozenset({A, L}),
    ("GET", "/api/v1/desk/categories"): frozenset({A, L}),
    ("GET", "/api/v1/desk/targets"): frozenset({A, L}),
    ("GET", "/api/v1/legs"): frozenset({L, Q, R, U}),
    ("GET", "/api/v1/abandoned"): frozenset({L, Q, R, U}),
    ("GET", "/api/v1/recordings"): frozenset({L, Q}),
    ("GET", "/api/v1/recordings/sound"): frozenset({L, Q}),
    ("GET", "/api/v1/recordings/peaks"): frozenset({L, Q}),
    ("GET", "/api/v1/recordings/deleted"): frozenset({L, Q, U}),
    ("GET", "/api/v1/holds"): frozenset({L, Q, U}),
    ("POST", "/api/v1/holds"): frozenset({L}),
    ("POST", "/api/v1/holds/{call}/release"): frozenset({L}),
    ("POST", "/api/v1/desk/{verb}"): frozenset({A, L}),
    ("POST", "/api/v1/lead/{verb}"): frozenset({L}),
    ("GET", "/api/v1/front"): frozenset({A, L, Q, R}),
    ("POST", "/api/v1/front/on"): frozenset({L}),
    ("POST", "/api/v1/front/off"): frozenset({L}),
    ("GET", "/api/v1/attack"): frozenset({L, Q, R}),
    ("POST", "/api/v1/attack/on"): frozenset({L}),
    ("POST", "/api/v1/attack/off"): frozenset({L}),
    ("GET", "/api/v1/lines"): frozenset({A, L, Q, R}),
    **{("POST", f"/api/v1/lines/{{line}}/{turn}"): frozenset({L}) for turn in ("open", "close", "normal")},
    ("GET", "/api/v1/nuisance"): frozenset({L, Q, R}),
    ("POST", "/api/v1/nuisance"): frozenset({L}),
    ("DELETE", "/api/v1/nuisance/{id}"): frozenset({L}),
    ("GET", "/api/v1/calls/{call}/why"): frozenset({L, Q, R, U}),
    ("GET", "/api/v1/calls/{call}/live"): frozenset({A, L, Q, R}),
    ("GET", "/api/v1/agents/{agent}/why"): frozenset({L, Q, R, U}),
    ("GET", "/api/v1/floor/times"): frozenset({A, L, Q, R}),
    ("GET", "/api/v1/alarms"): frozenset({L, Q, R}),
    ("GET", "/api/v1/callbacks"): frozenset({L, Q, R}),
    ("POST", "/api/v1/callbacks/{ticket}/cancel"): frozenset({L}),
    ("GET", "/api/v1/registers"): ALL,
    ("GET", "/api/v1/registers/changes"): ALL,
    ("GET", "/api/v1/registers/gaps"): ALL,
    ("GET", "/api/v1/registers/export"): ALL,
    ("POST", "/api/v1/registers/import"): frozenset({L, R}),
    ("GET", "/api/v1/registers/{register}"): ALL,
    ("GET", "/api/v1/registers/{register}/{id}"): ALL,
    ("GET", "/api/v1/registers/{register}/{id}/history"): ALL,
    **{("GET", f"/api/v1/registers/line/{{id}}/sheet.{form}"): ALL for form in ("pdf", "html")},
    **{("GET", f"/api/v1/registers/line/{{id}}/agents.{form}"): ALL for form in ("pdf", "html", "xlsx")},
    ("PUT", "/api/v1/registers/{register}/{id}"): frozenset({L, R}),
    ("POST", "/api/v1/registers/{register}/{id}/retire"): frozenset({L, R}),
    ("GET", "/api/v1/quality/sheets"): frozenset({A, L, Q, U}),
    ("GET", "/api/v1/quality/samples"): frozenset({L, Q, U}),
    ("POST", "/api/v1/quality/samples"): frozenset({Q}),
    ("GET", "/api/v1/quality/scores"): frozenset({A, L, Q, U}),
    ("POST", "/api/v1/quality/scores"): frozenset({Q}),
    ("GET", "/api/v1/quality/scores/{id}"): frozenset({A, L, Q, U}),
    ("POST", "/api/v1/quality/scores/{id}/mark"): frozenset({Q}),
    ("POST", "/api/v1/quality/scores/{id}/submit"): frozenset({Q}),
    ("POST", "/api/v1/quality/scores/{id}/discard"): frozenset({Q}),
    ("POST", "/api/v1/quality/scores/{id}/settle"): frozenset({Q}),
    ("POST", "/api/v1/quality/scores/{id}/correct"): frozenset({Q}),
    ("POST", "/api/v1/quality/scores/{id}/seen"): frozenset({A, L}),
    ("POST", "/api/v1/quality/scores/{id}/contest"): frozenset({A, L}),
    ("GET", "/api/v1/quality/averages"): frozenset({L, Q, U}),
    ("GET", "/api/v1/quality/calibration"): frozenset({L, Q, U}),
    ("GET", "/api/v1/quality/satisfaction"): frozenset({L, Q, U}),
    ("GET", "/api/v1/audit"): frozenset({U}),
    ("GET", "/api/v1/audit/chain"): frozenset({U}),
    ("POST", "/api/v1/audit/chain"): frozenset({U}),
    ("GET", "/api/v1/webhooks"): frozenset({R}),
    ("POST", "/api/v1/webhooks"): frozenset({R}),
    ("DELETE", "/api/v1/webhooks/{name}"): frozenset({R}),
    ("POST", "/api/v1/webhooks/{name}/test"): frozenset({R}),
    ("POST", "/api/v1/webhooks/{name}/retry"): frozenset({R}),
    ("POST", "/api/v1/webhooks/{name}/pause"): frozenset({R}),
    ("POST", "/api/v1/webhooks/{name}/resume"): frozenset({R}),
    ("GET", "/api/v1/webhooks/{name}/deliveries"): frozenset({R}),
    ("GET", "/api/v1/orders"): ALL,
    ("GET", "/api/v1/orders/board"): ALL,
    ("GET", "/api/v1/orders/words"): ALL,
    ("GET", "/api/v1/orders/units"): frozenset({A, L, R}),
    ("GET", "/api/v1/orders/escalations"): frozenset({A, L, Q, R, U}),
    ("GET", "/api/v1/orders/{number}"): ALL,
    ("GET", "/api/v1/orders/{number}/sheet.pdf"): ALL,
    ("GET", "/api/v1/orders/{number}/sheet.html"): ALL,
    ("GET", "/api/v1/exchange/12345"): frozenset({L, R}),
    ("POST", "/api/v1/exchange/12345"): frozenset({L, R}),
    ("GET", "/api/v1/reports"): frozenset({L, Q, R, U}),
    ("GET", "/api/v1/reports/late"): frozenset({L, Q, R, U}),
    ("GET", "/api/v1/reports/{name}"): frozenset({L, Q, R, U}),
    ("GET", "/api/v1/reports/{name}/rows"): frozenset({L, Q, R, U}),
    ("GET", "/api/v1/reports/{name}/signings"): frozenset({L, Q, R, U}),
    ("GET", "/api/v1/reports/{name}/differences"): frozenset({L, Q, R, U}),
    ("POST", "/api/v1/reports/{name}/sign"): frozenset({L}),
    ("GET", "/api/v1/signed-reports"): frozenset({L, Q, R, U}),
    ("POST", "/api/v1/orders"): frozenset({A, L, R}),
    ("POST", "/api/v1/orders/{number}/{move}"): frozenset({A, L, R}),
    ("GET", "/api/v1/categories"): ALL,
    ("GET", "/api/v1/categories/search"): ALL,
    ("GET", "/api/v1/categories/unmapped"): frozenset({L, Q, R, U}),
    ("GET", "/api/v1/categories/{code}"): ALL,
    ("PUT", "/api/v1/categories/{code}/places/{tree}"): frozenset({L, R}),
    ("GET", "/api/v1/records/imports"): frozenset({L, Q, R, U}),
    ("POST", "/api/v1/records/imports"): frozenset({L, R}),
    ("POST", "/api/v1/records/imports/{id}/retract"): frozenset({L, R}),
    **{
        ("GET", f"/api/v1/routing{what}"): frozenset({L, Q, R})
        for what in (
            "",
            "/files",
            "/draft",
            "/draft.zip",
            "/drawing.svg",
            "/versions",
            "/calendar",
            "/rules",
            "/schema",
        )
    },
    **{
        ("POST", f"/api/v1/routing/{what}"): frozenset({L, Q, R})
        for what in ("draft", "draft/renew", "check", "test", "dial", "diff")
    },
    ("PUT", "/api/v1/routing/draft/file"): frozenset({L, Q, R}),
    ("DELETE", "/api/v1/routing/draft"): frozenset({L, Q, R}),
    ("POST", "/api/v1/routing/publish"): frozenset({R}),
    ("POST", "/api/v1/routing/rollback"): frozenset({R}),
    ("GET", "/api/v1/knowledge"): frozenset({A, L, Q, R}),
    ("GET", "/api/v1/knowledge/articles/{id}"): frozenset({A, L, Q, R}),
    ("POST", "/api/v1/knowledge/articles/{id}/vote"): frozenset({A, L, Q, R}),
    ("GET", "/api/v1/knowledge/calls/{call}"): frozenset({A, L, Q}),
    ("PUT", "/api/v1/knowledge/calls/{call}/{id}"): frozenset({A, L}),
    ("DELETE", "/api/v1/knowledge/calls/{call}/{id}"): frozenset({A, L}),
    ("GET", "/api/v1/knowledge/articles"): frozenset({L, R}),
    ("POST", "/api/v1/knowledge/articles"): frozenset({L, R}),
    ("PUT", "/api/v1/knowledge/articles/{id}"): frozenset({L, R}),
    ("POST", "/api/v1/knowledge/articles/{id}/publish"): frozenset({L, R}),
    ("POST", "/api/v1/knowledge/articles/{id}/retire"): frozenset({L, R}),
    ("POST", "/api/v1/knowledge/articles/{id}/take-back"): frozenset({L, R}),
    ("GET", "/api/v1/knowledge/articles/{id}/versions"): frozenset({L, R}),
    ("GET", "/api/v1/knowledge/articles/{id}/difference"): frozenset({L, R}),
    ("POST", "/api/v1/knowledge/preview"): frozenset({L, R}),
    ("GET", "/api/v1/knowledge/unhelpful"): frozenset({L, R}),
    # these end the session: last
    ("POST", "/sign-out"): ALL,
    ("DELETE", "/api/v1/session"): ALL,
}
HALF_IN = {
    ("GET", "/api/v1/session"),
    ("POST", "/api/v1/session/factor"),
    ("POST", "/api/v1/session/enrolment"),
    ("POST", "/api/v1/session/enrolment/confirm"),
    ("POST", "/api/v1/session/password"),
    ("POST", "/sign-out"),
    ("DELETE", "/api/v1/session"),
}
ANYBODY = {
    ("POST", "/api/v1/try"),
    ("POST", "/api/v1/try/credentials"),
    ("POST", "/api/v1/try/agent"),
    ("GET", "/api/v1/try/phone"),
    ("GET", "/sign-in"),
    ("POST", "/sign-in"),
    ("POST", "/api/v1/session"),
    ("GET", "/api/v1/openapi.json"),
    ("GET", "/healthz"),
    ("GET", "/readyz"),
    ("GET", "/"),
    ("GET", "/assets/{name}"),
    ("GET", "/theme.js"),
    ("GET", "/icon.svg"),
    ("GET", "/{page}"),
    ("GET", "/{page}/{part}"),
}
LOCAL = {("GET", "/status"): ALL, ("GET", "/metrics"): frozenset({R})}
"""Open on loopback alone; elsewhere for these."""
MACHINES = {
    ("GET", "/api/v1/floor"): Permission.FLOOR,
    **{("GET", f"/api/v1/{path}"): Permission.FLOOR for path in ("front", "attack", "lines", "alarms", "callbacks")},
    ("GET", "/api/v1/floor/times"): Permission.FLOOR,
    ("GET", "/api/v1/calls/{call}/live"): Permission.FLOOR,
    ("GET", "/api/v1/calls/{call}/why"): Permission.CALLS,
    ("GET", "/api/v1/agents/{agent}/why"): Permission.CALLS,
    ("GET", "/api/v1/calls"): Permission.CALLS,
    ("GET", "/api/v1/calls/{call}"): Permission.CALLS,
    ("GET", "/api/v1/legs"): Permission.CALLS,
    ("GET", "/api/v1/abandoned"): Permission.CALLS,
    **{key: Permission.REGISTERS_READ for key in SIGNED_IN if key[0] == "GET" and "/registers" in key[1]},
    **{
        key: Permission.ORDERS_READ
        for key in SIGNED_IN
        if key[0] == "GET" and "/orders" in key[1] and "/units" not in key[1]
    },
    **{
        key: Permission.REGISTERS_READ
        for key in SIGNED_IN
        if key[0] == "GET" and key[1].startswith("/api/v1/categories")
    },
    ("GET", "/api/v1/categories/unmapped"): Permission.CALLS,
    ("GET", "/api/v1/records/imports"): Permission.CALLS,
    ("GET", "/api/v1/exchange/12345"): Permission.EXCHANGE,
    ("POST", "/api/v1/exchange/12345"): Permission.EXCHANGE,
    **{key: Permission.REPORTS for key in SIGNED_IN if key[0] == "GET" and "reports" in key[1]},
    ("GET", "/metrics"): Permission.METRICS,
    ("GET", "/status"): Permission.STATUS,
}


async def unwritten(_deed: Deed, _at: datetime) -> None:
    """Thousands are refused here, each of them an entry on the disk; test_attacks holds that it is there."""


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[DeskHouse]:
    async with desk_house(tmp_path, write=unwritten) as house:
        yield house


A_MOMENT = timedelta(seconds=1)
"""Between two requests: nobody who asks for so many routes is told to wait."""


def address(path: str) -> str:
    return re.sub(r"{\w+}", "nobody", path.replace("{verb}", "ready").replace("{call}", "a-0"))


async def shut_out(browser: Browser, method: str, path: str, **headers: str) -> bool:
    status, told, answer = await browser.ask(method, address(path), headers={"Origin": browser.base, **headers})
    if status in (401, 403):
        assert told["error"] in ("not_signed_in", "forbidden"), (method, path, told)
        return True
    return status == 303 and answer.headers["Location"] == "/sign-in"


async def test_every_route_is_in_these_tables_with_its_need(house: DeskHouse) -> None:
    declared = {(route.method, route.path): route for route in (*house.desk.routes, *own_routes())}
    served = {(route.method, route.resource.canonical) for route in house.app.router.routes() if route.resource}
    assert served == set(declared)
    assert served == set(SIGNED_IN) | ANYBODY | set(LOCAL)
    for key, route in declared.items():
        if route.need.door is Door.PERMITTED:
            may = {role for role in Role if PERMISSIONS[role] & route.need.permissions}
            assert may == {**SIGNED_IN, **LOCAL}[key], key
        assert route.local == (key in LOCAL)


async def test_each_role_gets_what_the_table_says_and_nothing_else(house: DeskHouse) -> None:
    for role in Role:
        async with house.browser(role) as browser:
            for (method, path), roles in SIGNED_IN.items():
                if not browser.cookie():
                    await house.sign_in(browser, role)
                house.later += A_MOMENT
                assert await shut_out(browser, method, path) is (role not in roles), (role, method, path)
    assert {(kind, who) for kind, who, _, _ in house.floor.did} == {
        ("desk", "ann"),
        ("desk", "chief"),
        ("lead", "chief"),
    }


async def test_who_is_nobody_or_half_in_gets_no_further_than_the_door(house: DeskHouse) -> None:
    async with house.browser() as stranger:
        for method, path in SIGNED_IN:
            house.later += A_MOMENT
            assert await shut_out(stranger, method, path), (method, path)
        for method, path in ANYBODY - {("POST", "/sign-in"), ("POST", "/api/v1/session")}:
            assert not (await shut_out(stranger, method, path)), (method, path)
    await house.settle(Role.ADMINISTRATOR)
    async with house.browser() as half:
        for method, path in SIGNED_IN:
            house.later += A_MOMENT
            if not half.cookie():
                assert (await half.password("administrator"))[1]["stage"] == "enrol"
            assert await shut_out(half, method, path) is ((method, path) not in HALF_IN), (method, path)
    assert house.floor.did == []


async def test_a_token_opens_what_its_scope_says_and_no_session(house: DeskHouse) -> None:
    every = {**SIGNED_IN, **LOCAL}
    async with house.browser() as machine:
        for scope in SCOPES:
            house.later += timedelta(seconds=30)  # so many requests come from nobody at once
            bearer = f"Bearer {await house.token(scope)}"
            for method, path in every:
                if (method, path) in LOCAL:
                    continue
                house.later += A_MOMENT
                opens = MACHINES.get((method, path)) is scope
                if path == "/api/v1/live" and scope is Permission.FLOOR:
                    opens = False
                assert await shut_out(machine, method, path, Authorization=bearer) is not opens, (scope, method, path)


def test_no_machine_and_no_keeper_of_accounts_sees_numbers_and_who_reads_the_audit_log_changes_nothing() -> None:
    assert Permission.NUMBERS not in SCOPES
    assert Permission.NUMBERS not in PERMISSIONS[Role.ADMINISTRATOR]
    changing = {Permission.DESK, Permission.LEAD, Permission.USERS, Permission.REGISTERS, Permission.QUALITY}
    changing |= {Permission.WEBHOOKS, Permission.ORDERS, Permission.ORDERS_OWN}
    changing |= {Permission.ANSWERS_SIGN, Permission.ANSWERS_OWN, Permission.PLAN_PUBLISH, Permission.KNOWLEDGE}
    assert not PERMISSIONS[Role.AUDITOR] & changing
    assert not SCOPES & changing
    says: Callable[[Role], bool] = lambda role: Permission.USERS in PERMISSIONS[role]  # noqa: E731
    assert [role for role in Role if says(role)] == [Role.ADMINISTRATOR]
