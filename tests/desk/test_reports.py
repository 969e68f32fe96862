"""Unit over real sockets: reports as data, as files, and what is behind their numbers."""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, date, datetime, timedelta
from urllib.parse import urlencode

import pytest
from sqlalchemy import insert

from desk.roles import Permission, Role
from paperwork.reports.report import Period
from paperwork.reports.signed import SignedReports
from paperwork.reports.sources import Asked
from records.audit import Written
from records.paper_tables import answer_talks, answers, past_rows
from records.store import Store
from records.tables import cdr
from routing.calendar import SHANGHAI
from tests.desk.house import DeskHouse
from tests.paperwork.quality.house import call_row

OCTOBER = "from=2026-10-01&to=2026-11-01"


async def past(url: str) -> None:
    store = Store(url)
    row = {"import": "i", "line": None, "at": datetime(2026, 10, 9, tzinfo=UTC), "kind": "consult"}
    rows = [
        {**row, "row": 1, "tree": "national", "path": "咨询/寻医问药/就医引导", "place": "和平区", "count": 2},
        {**row, "row": 2, "tree": "national", "path": "咨询/其他", "place": None, "count": 1},
    ]
    await store.do(insert(past_rows).values(rows))
    await store.close()


async def test_a_report_is_data_for_screens_and_a_number_leads_to_its_records(house: DeskHouse) -> None:
    await past(house.url)
    async with house.browser(Role.LEADER) as browser:
        await house.sign_in(browser, Role.LEADER)
        status, told = await browser.get(f"/api/v1/reports/briefing?{OCTOBER}")
        assert status == 200, told
        tables = {table["id"]: table for table in told["tables"]}
        row = next(row for row in tables["categories"]["rows"] if row["values"][0] == "咨询/寻医问药")
        assert row["values"][1:] == [2, "66.7"]
        status, behind = await browser.get(f"/api/v1/reports/briefing/rows?{OCTOBER}&{urlencode(row['drill'])}")
        assert status == 200, behind
        assert (behind["total"], behind["next"]) == (2, None)
        assert [(one["source"], one["id"], one["kind"], one["count"]) for one in behind["rows"]] == [
            ("past", "i:1", "咨询", 2)
        ]
        status, told = await browser.get(f"/api/v1/reports/briefing?{OCTOBER}&format=json&decimals=0")
        assert [one["percent"] for one in told["categories"]] == ["67", "100", "33"]


async def test_reports_that_nobody_signed_are_listed_until_somebody_does(house: DeskHouse) -> None:
    today = house.now().astimezone(SHANGHAI).date()
    store = Store(house.url)
    async with house.browser(Role.LEADER) as browser:
        await house.sign_in(browser, Role.LEADER)
        assert await browser.get("/api/v1/reports/late") == (200, {"late": []})  # nobody ever called
        await store.do(insert(cdr).values(call_row("c-1", house.now() - timedelta(days=40))))
        _, told = await browser.get("/api/v1/reports/late")
        days = [date.fromisoformat(one["day"]) for one in told["late"]]
        assert days == sorted(days, reverse=True)
        assert today - timedelta(days=41) < days[-1] <= days[0] < today
        assert {one["report"] for one in told["late"]} == {"line", "monthly"}
        first = told["late"][0]
        asked = Asked(Period(date.fromisoformat(first["from"]), date.fromisoformat(first["to"])), first["line"])
        await SignedReports(store).sign(first["report"], asked, "{}", who="desk:chief", by="班长甲", at=house.now())
        assert await browser.get("/api/v1/reports/late") == (200, {"late": told["late"][1:]})
    await store.close()


async def test_files_are_named_and_several_tables_come_in_an_archive(house: DeskHouse) -> None:
    async with house.browser(Role.LEADER) as browser:
        await house.sign_in(browser, Role.LEADER)
        async with browser.session.get(f"{browser.base}/api/v1/reports/orders?{OCTOBER}&format=csv") as answer:
            assert answer.headers["Content-Disposition"] == 'attachment; filename="orders.zip"'
            with zipfile.ZipFile(io.BytesIO(await answer.read())) as archive:
                assert "orders-units.csv" in archive.namelist()
        async with browser.session.get(f"{browser.base}/api/v1/reports/due?{OCTOBER}&format=csv") as answer:
            assert answer.content_type == "text/csv"
            assert (await answer.read()).startswith("\ufeff上报日期,".encode())


async def test_who_looks_at_what_persons_did_is_written_down(house: DeskHouse) -> None:
    async with house.browser(Role.QUALITY) as browser:
        await house.sign_in(browser, Role.QUALITY)
        assert (await browser.get(f"/api/v1/reports/agents?{OCTOBER}"))[0] == 200
        assert (await browser.get(f"/api/v1/reports/load?{OCTOBER}"))[0] == 200
    shown: list[Written] = [one for one in await house.audit.entries() if one.deed.what == "report_shown"]
    assert [one.deed.about for one in shown] == ["agents"]


async def test_what_callers_said_is_for_those_who_may_read_their_records(house: DeskHouse) -> None:
    store = Store(house.url)
    row = {"seq": 2, "state": "filled", "at": datetime(2026, 10, 9, tzinfo=UTC), "kind": "consult", "test": False}
    row |= {"filled": row["at"], "note": "备注甲"}
    lines = {"a-1": "immunization", "a-2": "hiv-counselling", "a-3": "immunization"}
    rows = [
        {**row, "call": call, "line": line, "number": f"2026-{call}", "content": f"内容{call}"}
        for call, line in lines.items()
    ]
    await store.do(insert(answers).values(rows))
    passed_on = {"call": "a-3", "fact": 1, "began": True, "line": "hiv-counselling", "agent": "bob"}
    await store.do(insert(answer_talks).values(passed_on))
    await store.close()
    path = f"/api/v1/reports/line?{OCTOBER}"
    said = {}
    for role in (Role.LEADER, Role.QUALITY, Role.ADMINISTRATOR, Role.AUDITOR):
        async with house.browser(role) as browser:
            status, told = await browser.get(path)
            assert status == 200, told
            cells = [row["values"] for table in told["tables"] for row in table["rows"]]
            assert sorted(row[0] for row in cells) == ["2026-a-1", "2026-a-2", "2026-a-3"]
            said[role] = sorted(text for row in cells for text in row[3:] if text)
            if role is Role.AUDITOR:
                async with browser.session.get(f"{browser.base}{path}&format=csv") as answer:
                    assert "内容".encode() not in await answer.read()
    async with house.browser() as machine:
        _, told = await machine.get(path, Authorization=f"Bearer {await house.token(Permission.REPORTS)}")
        assert "内容" not in str(told["tables"][0]["rows"] + told["tables"][1]["rows"])
    assert said == {
        Role.LEADER: ["内容a-1", "备注甲"],
        Role.QUALITY: ["内容a-1", "备注甲"],
        Role.ADMINISTRATOR: [],
        Role.AUDITOR: [],
    }
    shown = [one.deed for one in await house.audit.entries() if one.deed.what == "report_shown"]
    assert [deed.about for deed in shown] == ["line"] * 6


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("weather?" + OCTOBER, 404),
        ("briefing", 400),
        ("briefing?from=2026-10-01&to=2026-10-01", 400),
        ("briefing?from=1026-10-01&to=2026-10-01", 400),
        (f"briefing?{OCTOBER}&format=docx", 400),
        (f"briefing?{OCTOBER}&wish=1", 400),
        (f"briefing?{OCTOBER}&format=csv&table=none", 400),
        (f"briefing/rows?{OCTOBER}", 400),
        (f"briefing/rows?{OCTOBER}&list=records&kind=x", 400),
        (f"briefing/rows?{OCTOBER}&list=records&tree=x&path=y", 400),
        (f"briefing/rows?{OCTOBER}&list=calls&weekday=seven", 400),
        (f"briefing/rows?{OCTOBER}&list=calls&half_hour=nine", 400),
        (f"briefing/rows?{OCTOBER}&list=calls&day=9999-12-31", 400),
        (f"briefing/rows?{OCTOBER}&list=calls&day=0001-01-01", 400),
        (f"briefing/rows?{OCTOBER}&list=calls&weekday=99999999999999999999", 400),
        (f"briefing/rows?{OCTOBER}&list=calls&half_hour=99999999999999999999:0", 400),
        (f"monthly?{OCTOBER}&line=gone", 200),
        ("line?from=2024-01-01&to=2026-01-01", 400),
        (f"briefing/rows?{OCTOBER}&list=requests&waited_from=nan", 200),
        (f"briefing/rows?{OCTOBER}&list=records&after=x~y", 400),
        (f"briefing/rows?{OCTOBER}&list=records&limit=0", 400),
    ],
)
async def test_what_cannot_be_meant_is_refused(house: DeskHouse, path: str, status: int) -> None:
    async with house.browser(Role.LEADER) as browser:
        await house.sign_in(browser, Role.LEADER)
        assert (await browser.get(f"/api/v1/reports/{path}"))[0] == status


SEPTEMBER = {"from": "2026-09-01", "to": "2026-10-01"}
"""Over by the clock of this house."""


async def test_a_leader_signs_a_month_and_what_would_differ_today_is_told(house: DeskHouse) -> None:
    query = urlencode(SEPTEMBER)
    async with house.browser(Role.LEADER) as browser:
        status, first = await browser.post("/api/v1/reports/monthly/sign", SEPTEMBER)
        assert status == 201, first
        assert (first["number"], first["by"], first["reason"]) == (1, "leader", None)
        assert (await browser.post("/api/v1/reports/monthly/sign", SEPTEMBER))[0] == 409
        row = {"import": "i", "row": 1, "kind": "complaint", "at": datetime(2026, 9, 9, tzinfo=UTC), "count": 2}
        store = Store(house.url)
        await store.do(insert(past_rows).values(row))
        await store.close()
        status, told = await browser.get(f"/api/v1/reports/monthly/differences?{query}")
        assert status == 200, told
        cell = next(one for one in told["cells"] if one["column"] == "投诉")
        assert (cell["signed"], cell["now"]) == (0, 2)
        assert told["total"] == len(told["cells"])
        status, told = await browser.post("/api/v1/reports/monthly/sign", SEPTEMBER)
        assert (status, told["error"]) == (409, "refused")
        again = {**SEPTEMBER, "reason": "补录历史数据", "by": "班长甲"}
        status, second = await browser.post("/api/v1/reports/monthly/sign", again)
        assert (status, second["number"], second["by"]) == (201, 2, "班长甲")
        counts = {}
        for which in ("1", "last"):
            status, told = await browser.get(f"/api/v1/reports/monthly?{query}&signed={which}")
            assert status == 200, told
            counts[which] = told["tables"][0]["rows"][0]["values"][-1]
        assert counts == {"1": 0, "last": 2}
        assert (await browser.get(f"/api/v1/reports/monthly?{query}&signed=3"))[0] == 404
        assert (await browser.get(f"/api/v1/reports/briefing/differences?{query}"))[0] == 404
        assert (await browser.get("/api/v1/signed-reports?name=monthly"))[1] == {"signings": [first, second]}
        assert (await browser.get(f"/api/v1/reports/monthly/signings?{query}"))[1] == {"signings": [first, second]}
    signed = [one.deed for one in await house.audit.entries() if one.deed.what == "report_signed"]
    assert [(deed.about, deed.reason) for deed in signed] == [("monthly", None), ("monthly", "补录历史数据")]


async def test_days_that_are_not_over_are_not_signed_nor_by_who_only_looks(house: DeskHouse) -> None:
    async with house.browser(Role.LEADER) as browser:
        status, told = await browser.post("/api/v1/reports/monthly/sign", {"from": "2026-10-01", "to": "2027-01-01"})
        assert (status, told["error"]) == (409, "refused")
        for body in ({}, {**SEPTEMBER, "tree": "x"}, {**SEPTEMBER, "decimals": 9}, {**SEPTEMBER, "wish": 1}):
            assert (await browser.post("/api/v1/reports/monthly/sign", body))[0] == 400
    async with house.browser(Role.QUALITY) as browser:
        assert (await browser.post("/api/v1/reports/monthly/sign", SEPTEMBER))[0] == 403
