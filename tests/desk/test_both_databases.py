"""Unit over real sockets: whatever is asked of a desk on PostgreSQL is answered as by one on SQLite."""

from __future__ import annotations

import json
import re
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from desk import guard
from desk.roles import Role
from paperwork.reports.book import BOOK
from tests.desk.house import DeskHouse, desk_house
from tests.desk.test_described import furnished
from tests.desk.test_reports import past

OCTOBER = {"from": "2026-10-01", "to": "2026-11-01"}
SEPTEMBER = {"from": "2026-09-01", "to": "2026-10-01"}
_OF_THE_MOMENT = re.compile(
    r'"[0-9]{4}-[0-9]{2}-[0-9]{2}T[^"]+"|"[0-9a-f]{32,}"|"(?:hash|request)": "[^"]*"'
    r'|"签发": "[^"]*"'  # who signed and the minute in which they did: the two houses may sign in two
)


def scrubbed(told: Any) -> str:
    """Without what is of the moment, or of chance."""
    return _OF_THE_MOMENT.sub('"…"', json.dumps(told, sort_keys=True, ensure_ascii=False))


async def everything(house: DeskHouse) -> dict[str, str]:
    """What is asked → status and answer."""
    found: dict[str, str] = {}
    await furnished(house)
    await past(house.url)
    for role in (Role.LEADER, Role.ADMINISTRATOR, Role.AUDITOR):
        async with house.browser(role, "leader-asks" if role is Role.LEADER else None) as browser:

            async def ask(path: str, browser: Any = browser, role: Role = role) -> Any:
                async with browser.session.get(f"{browser.base}{path}") as answer:
                    told = await answer.json() if answer.content_type == "application/json" else await answer.text()
                    found[f"{role} {path}"] = f"{answer.status} {scrubbed(told)}"
                    return told

            described = await ask("/api/v1/openapi.json")
            for path, operations in described["paths"].items():
                get = operations.get("get", {})
                asked = {one["name"] for one in get.get("parameters", ()) if one["required"]}
                if (
                    get
                    and path not in ("/api/v1/me", "/api/v1/audit")  # what was asked here is in the log a moment later
                    and "{" not in path
                    and asked <= set(OCTOBER)
                    and "101" not in get["responses"]
                ):
                    await ask(f"{path}?{urlencode(OCTOBER)}" if asked else path)
            if role is not Role.LEADER:
                continue
            for name in BOOK:
                told = await ask(f"/api/v1/reports/{name}?{urlencode(OCTOBER)}")
                drills = [row["drill"] for table in told["tables"] for row in table["rows"] if row["drill"]]
                for drill in drills[:3]:
                    await ask(f"/api/v1/reports/{name}/rows?{urlencode({**OCTOBER, **drill, 'limit': 2})}")
            for body in (SEPTEMBER, SEPTEMBER, {**SEPTEMBER, "reason": "更正"}):
                status, told = await browser.post("/api/v1/reports/monthly/sign", body)
                found[f"sign {len(found)}"] = f"{status} {told.get('error')} {told.get('sha256')}"
            await ask(f"/api/v1/reports/monthly/differences?{urlencode(SEPTEMBER)}")
            await ask(f"/api/v1/reports/monthly?{urlencode({**SEPTEMBER, 'signed': 'last'})}")
    return found


@pytest.mark.postgresql
async def test_every_list_and_report_and_signing_is_the_same_on_both(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("PER_ADDRESS", "PER_USER"):
        monkeypatch.setattr(guard, name, (1e9, 1e9))
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    async with AsyncExitStack() as stack:
        on_sqlite = await everything(await stack.enter_async_context(desk_house(tmp_path / "a")))
        on_server = await everything(await stack.enter_async_context(desk_house(tmp_path / "b", url=url)))
    different = {
        asked: (told, on_server.get(asked)) for asked, told in on_sqlite.items() if told != on_server.get(asked)
    }
    assert different == {}
    refused = {asked: told[:200] for asked, told in on_server.items() if told[0] == "5"}
    assert refused == {}
    assert sum(told.startswith("200") for told in on_server.values()) > 100
