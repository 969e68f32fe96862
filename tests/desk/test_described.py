"""Unit over real sockets and SQLite: the API does what its description says, whatever it is asked for.

Every operation is asked for things that its description allows and for things that it does not, by each role, by a
machine and by nobody; an answer must be one that is described, in status, type and form.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from unittest import SkipTest

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from jsonschema import Draft202012Validator
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from desk import guard
from desk.roles import PERMISSIONS, SCOPES, Role
from paperwork.past.bringing import Bringing
from paperwork.printing.press import Press, Printed
from paperwork.printing.render import Format
from records.store import Store
from tests.desk.house import DeskHouse, desk_house
from tests.desk.test_orders import COMPLAINT
from tests.paperwork.quality.house import call_row, calls_in

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
AT = datetime(2026, 10, 5, 1, 0, tzinfo=UTC)
JSON = "application/json"
EACH = 2
"""Examples of each operation, way and asker."""
ENDING = re.compile(r"/session(/|$)|/me$")
"""What takes the session away that asks; asked for by nobody alone."""
KNOWN: Mapping[str, str] = {
    "register": "unit",
    "id": "cdc",
    "call": "a-1",
    "verb": "ready",
    "name": "crm",
    "number": "2026-000001",
    "tree": "own",
    "line": "immunization",
    "agent": "vaccine-1",
    "ticket": "a-1",
}
"""What there is, by the name that paths have for it."""


async def furnished(house: DeskHouse) -> None:
    """Something to ask for."""
    store = Store(house.url)
    await calls_in(store, *(call_row(f"a-{n}", AT + timedelta(minutes=n)) for n in range(4)))
    await store.close()
    async with house.browser(Role.ADMINISTRATOR) as chief, house.browser(Role.QUALITY) as judge:
        entry = {"name": "疾控", "liaison_a": {"name": "甲", "mobile": "13900000011"}}
        assert (await chief.ask("PUT", "/api/v1/registers/unit/cdc", {"entry": entry}))[0] == 200
        hook = {"name": "crm", "url": "https://crm.example.org/", "events": ["call.ended"]}
        assert (await chief.post("/api/v1/webhooks", hook))[0] == 201
        score = {"call": "a-1", "agent": "ann", "sheet": "service"}
        assert (await judge.post("/api/v1/quality/scores", score))[0] == 201
    await house.settle(Role.AUDITOR, "victim")
    async with house.browser(Role.LEADER, "leader-asks") as leader:
        status, told = await leader.post("/api/v1/orders", COMPLAINT)
        assert status == 201, told


@schemathesis.serializer("text/csv")
def as_it_is(_context: Any, value: Any) -> bytes:
    return value if isinstance(value, bytes) else str(value).encode(errors="replace")


async def unset(_press: Press, printed: Printed, form: Format | str) -> bytes:
    """What the press gives without setting type: that takes a second, and is tested in tests/paperwork/printing."""
    if isinstance(printed, Bringing):
        return await printed.said()
    return b"<html><style></style></html>" if form == Format.HTML else b"%PDF-"


@pytest.fixture
async def whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A desk with everything in it, at which nobody asks too often."""
    for name in ("PER_ADDRESS", "PER_USER"):
        monkeypatch.setattr(guard, name, (1e9, 1e9))
    monkeypatch.setattr(Press, "make", unset)
    async with desk_house(tmp_path) as house:
        await furnished(house)
        yield house


async def test_the_api_does_what_its_description_says_whoever_asks_for_whatever(whole: DeskHouse) -> None:
    async with whole.browser() as stranger:
        _, described = await stranger.get("/api/v1/openapi.json")
    askers: dict[str, dict[str, str]] = {"nobody": {}}
    machine = await whole.token(*SCOPES)
    askers["machine"] = {"Authorization": f"Bearer {machine}"}
    for role in Role:
        async with whole.browser(role, f"{role.value}-asks") as browser:
            askers[role.value] = {"Cookie": f"hotline={browser.cookie()}", "Origin": whole.base}
    wrong = await asyncio.to_thread(lambda: list(attacked(described, whole.base, askers)))
    assert wrong == []


def attacked(described: dict[str, Any], base: str, askers: Mapping[str, Mapping[str, str]]) -> Iterator[str]:
    """Every answer that is none of those described, in a line. What takes away is asked for last."""
    found = list(schemathesis.openapi.from_dict(described).get_all_operations())
    operations = [one.ok() for one in found if isinstance(one, Ok)]
    assert len(operations) == len(found)
    with requests.Session() as session:
        for operation in sorted(operations, key=lambda one: one.method.upper() == "DELETE"):
            if "101" in operation.definition.raw["responses"]:
                continue
            for way, who in ways_of(operation):
                yield from asked(operation, way, base, session, who, askers[who])


def ways_of(operation: Any) -> Iterator[tuple[st.SearchStrategy[Any], str]]:
    """How an operation is asked for, and by whom: each way by another of those who may."""
    names = re.findall(r"{(\w+)}", operation.path)
    there = {name: known(operation.path, name) for name in names if name in KNOWN}
    yield operation.as_strategy(), "nobody"
    may = askers_of(operation)
    if ENDING.search(operation.path) or not may:
        yield operation.as_strategy(generation_mode=GenerationMode.NEGATIVE), "nobody"
        return
    ways = [operation.as_strategy(), operation.as_strategy(generation_mode=GenerationMode.NEGATIVE)]
    ways += [operation.as_strategy(path_parameters=there)] if there else []
    for nth in range(max(len(ways), len(may))):
        yield ways[nth % len(ways)], may[nth % len(may)]


def known(path: str, name: str) -> str:
    return "a-1~ann~1" if "/quality/" in path else "victim" if "/users/" in path else KNOWN[name]


def askers_of(operation: Any) -> list[str]:
    """Those whom an operation is for; what others hear is held by test_who_may."""
    wanted = set(operation.definition.raw["x-permissions"])
    roles = [role.value for role in Role if wanted & {str(one) for one in PERMISSIONS[role]}]
    machines = any("token" in way for way in operation.definition.raw["security"])
    return [*roles, "machine"] if machines else roles


def asked(
    operation: Any,
    way: st.SearchStrategy[Any],
    base: str,
    session: requests.Session,
    who: str,
    headers: Mapping[str, str],
) -> list[str]:
    """What one asker found wrong with one operation."""
    wrong: dict[str, None] = {}

    def ask(case: Any) -> None:
        answer = case.call(base_url=base, session=session, headers=dict(headers), timeout=20)
        try:
            case.validate_response(answer, checks=CHECKS)
        except FailureGroup as error:
            why = "; ".join(str(one) for one in error.exceptions)
            wrong[f"{operation.label} as {who}: {answer.status_code}: {why[:600]} | {answer.text[:200]}"] = None

    bounded = settings(
        max_examples=EACH,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    with suppress(Unsatisfiable, SkipTest):  # there is nothing that could be wrong with it in this way
        bounded(given(case=way)(ask))()
    return list(wrong)


async def test_every_route_says_what_it_answers_with(house: DeskHouse) -> None:
    silent = [
        (route.method, route.path)
        for route in house.desk.routes
        if route.path.startswith("/api/") and not route.socket and route.answer is None and route.media == JSON
    ]
    assert silent == []


async def test_the_description_is_openapi(house: DeskHouse) -> None:
    async with house.browser() as stranger:
        _, described = await stranger.get("/api/v1/openapi.json")
    operations = [one for path in described["paths"].values() for one in path.values()]
    names = [one["operationId"] for one in operations]
    assert len(names) == len(set(names)), "two operations of one name"
    assert all(one["responses"] and one["summary"] for one in operations)
    for one in operations:
        for parameter in one.get("parameters", ()):
            Draft202012Validator.check_schema(parameter["schema"])
        for content in one.get("requestBody", {}).get("content", {}).values():
            Draft202012Validator.check_schema(content["schema"])
        for answer in one["responses"].values():
            for content in answer.get("content", {}).values():
                Draft202012Validator.check_schema(content["schema"])
