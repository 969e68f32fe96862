"""Unit over real sockets and SQLite: the audit log through the API."""

from __future__ import annotations

import asyncio
import csv
import io
from datetime import UTC, datetime, timedelta
from typing import Any

from desk.roles import Role
from records.audit import Act, Deed
from tests.desk.house import Browser, DeskHouse
from tests.records.test_audit import tamper

AUDIT = "/api/v1/audit"
AT = datetime(2026, 10, 1, 1, 0, tzinfo=UTC)


async def furnished(house: DeskHouse) -> None:
    """Somebody looked at numbers, changed an account and listened."""
    deeds = (
        Deed("desk:ann", Act.NUMBERS_SHOWN, "calls", "回拨来电人", {"calls": ["a-1", "a-2"]}),
        Deed("os:root", Act.ACCOUNT_CHANGED, "bob", None, {"change": "role"}),
        Deed("desk:chief", Act.RECORDING_HEARD, "talks/2026/10/01/a-2-1", "投诉复核 100%", {"call": "a-2"}),
    )
    for minutes, deed in enumerate(deeds):
        await house.audit.write(deed, AT + timedelta(minutes=minutes))


async def found(browser: Browser, query: str, until: str = "2026-10-02") -> list[Any]:
    status, told = await browser.get(f"{AUDIT}?to={until}{query}")
    assert status == 200, told
    return [entry["about"] for entry in told["entries"]]


async def looked_through(browser: Browser, head: str | None = None) -> dict[str, Any]:
    """What a look at the chain finds."""
    status, told = await browser.post(f"{AUDIT}/chain", {} if head is None else {"head": head})
    assert status == 202, told
    while told["state"] == "looking":
        await asyncio.sleep(0)
        _, told = await browser.get(f"{AUDIT}/chain")
    return dict(told)


async def test_an_auditor_finds_who_looked_at_whose_data_and_why_page_by_page(house: DeskHouse) -> None:
    await furnished(house)
    async with house.browser(Role.AUDITOR) as auditor:
        heard, changed, shown = "talks/2026/10/01/a-2-1", "bob", "calls"
        assert await found(auditor, "") == [heard, changed, shown]
        assert await found(auditor, "&who=ann") == [shown]
        assert await found(auditor, "&who=DESK:") == [heard, shown]
        assert await found(auditor, "&what=account_changed") == [changed]
        assert await found(auditor, "&about=a-2") == [heard, shown]
        assert await found(auditor, "&words=100%25") == [heard]
        assert await found(auditor, "&words=%25") == [heard], "a sign of the database's own language is taken as it is"
        assert await found(auditor, "&from=2026-10-01T09:01", until="2026-10-01T09:02") == [changed]
        _, first = await auditor.get(f"{AUDIT}?to=2026-10-02&limit=2")
        _, second = await auditor.get(f"{AUDIT}?to=2026-10-02&limit=2&after={first['next']}")
        assert [one["about"] for one in first["entries"] + second["entries"]] == [heard, changed, shown]
        assert second["next"] is None
        assert first["entries"][0]["at"] == "2026-10-01T09:02:00.000+08:00"
        for wrong in ("who=", "after=x", "format=xml", "from=gestern", "limit=0"):
            assert (await auditor.get(f"{AUDIT}?{wrong}"))[0] == 400, wrong


async def test_an_export_holds_all_that_is_meant_and_is_itself_answered_for(house: DeskHouse) -> None:
    await furnished(house)
    async with house.browser(Role.AUDITOR) as auditor:
        status, text = await auditor.get(f"{AUDIT}?format=csv&about=a-2&to=2026-10-02")
        assert status == 200
        rows = list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))
        assert [(row["who"], row["details"]) for row in rows] == [
            ("desk:chief", "call=a-2"),
            ("desk:ann", "calls=a-1,a-2"),
        ]
        assert [row["number"] for row in rows] == ["3", "1"]
    last = (await house.written())[-1].deed
    assert (last.what, dict(last.details)) == ("audit_exported", {"meant": ["about=a-2", "to=2026-10-02"]})


async def test_a_look_at_the_chain_says_that_it_is_whole_or_where_it_breaks(house: DeskHouse) -> None:
    await furnished(house)
    async with house.browser(Role.AUDITOR) as auditor:
        assert (await auditor.get(f"{AUDIT}/chain"))[1]["state"] == "unknown"
        whole = await looked_through(auditor)
        head = (await house.written())[-1]
        assert (whole["state"], whole["number"], whole["hash"]) == ("whole", head.number, head.hash)
        assert (await looked_through(auditor, f"{head.number}:{head.hash}"))["state"] == "whole"
        other = await looked_through(auditor, f"2:{'0' * 64}")
        assert (other["state"], other["number"]) == ("broken", 2)
        assert (await auditor.post(f"{AUDIT}/chain", {"head": "2:x"}))[0] == 400
        tamper(house.url, "UPDATE audit SET reason = 'nothing' WHERE number = 1")
        broken = await looked_through(auditor)
        assert (broken["state"], broken["number"], broken["hash"]) == ("broken", 1, None)
        assert "changed" in broken["why"]
