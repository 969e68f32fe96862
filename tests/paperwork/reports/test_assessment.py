"""Unit on a real database: each point of 附件10 comes from records, or says who entered it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pytest

from paperwork.reports.behind import Unknown
from paperwork.reports.report import Period
from paperwork.reports.rules import Entered, ReportRules
from paperwork.reports.signed import SignedReports
from paperwork.reports.sources import Asked
from records.paper_tables import orders, scores
from records.store import Store
from routing.calendar import SHANGHAI
from tests.paperwork.reports.conftest import Papers, plan

SINCE, UNTIL = date(2026, 10, 1), date(2026, 11, 1)
DAY = datetime(2026, 10, 9, 10, tzinfo=SHANGHAI)


async def test_points_are_taken_for_records_that_are_there_and_entered_where_none_can_be(papers: Papers) -> None:
    for _ in range(3):
        await papers.answer(DAY)
    await papers.answer(DAY, filled=None)
    nothing: dict[str, Any] = dict.fromkeys(column.name for column in orders.columns)
    for number, (handed, satisfied) in enumerate([(1, "satisfied"), (30, "dissatisfied"), (2, "fair")]):
        order = nothing | {
            "number": f"2026-{number:06d}", "seq": 1, "state": "closed", "source": "call", "urgency": "simple",
            "content": "…", "feedback": "unit", "opened": DAY, "opened_by": "desk:ann", "reopened": 0, "urged": 0,
            "hand_on_by": DAY + timedelta(hours=24), "handed_on": DAY + timedelta(hours=handed), "test": False,
            "satisfaction": satisfied, "handed_late": DAY + timedelta(hours=handed) if handed > 24 else None,
        }  # fmt: skip
        await papers.write(orders, order)
    order = order | {"satisfaction": None}
    fresh = {"number": "2026-000003", "hand_on_by": DAY + timedelta(days=400), "handed_late": DAY}
    waits = {"number": "2026-000004", "state": "opened", "clock": "hand_on", "handed_on": None}
    await papers.write(orders, order | fresh, order | waits)  # a new clock after a late hand-on; none yet
    rules = ReportRules(assessment=(Entered(item="training", month="2026-10", points=12, by="考核组甲"),))
    report = await papers.report("assessment", SINCE, UNTIL, rules)
    rows = {row.values[1]: row for row in report.tables[0].rows}
    told = {item: (row.values[3], row.values[4]) for item, row in rows.items()}
    assert told["接听记录完整"] == (Decimal("7.5"), 1)
    assert told["接通率"] == (Decimal(8), 0)
    assert told["首问负责，1个工作日内转办"] == (Decimal(2), 3)
    assert told["来电人满意"] == (Decimal("6.7"), 1)
    assert told["人员培训"] == (Decimal(12), None)
    assert rows["人员培训"].values[5] == "由考核组甲录入"
    assert told["组织领导与制度（5项，每项2分）"] == (None, None)
    total = report.tables[0].rows[-1].values
    assert (total[2], total[3]) == (Decimal(80), Decimal("36.2"))
    assert sum(row.values[2] for row in report.tables[0].rows[:-1]) == 80  # type: ignore[misc]
    assert "80分" in report.tables[0].note
    for item in ("接听记录完整", "首问负责，1个工作日内转办", "来电人满意", "接通率"):
        page = await papers.behind(report.period, rows[item].drill or {}, rules)
        assert page.total == rows[item].values[4], item


async def test_only_quality_sheets_that_count_make_points(papers: Papers) -> None:
    rules = ReportRules(assessment=(Entered(item="attitude", month="2026-10", points=3, by="考核组甲"),))

    async def judged(paper: str, state: str, total: float, most: float) -> None:
        sheet = {"paper": f"score:{paper}", "seq": 1, "state": state, "call": paper, "line": "immunization"}
        told = {"agent": "vaccine-1", "at": DAY, "by": "desk:q", "sheet": "s", "marks": {}, "fatal": False}
        await papers.write(scores, {**sheet, **told, "recording": None, "total": total, "most": most})

    async def attitude() -> tuple[Any, ...]:
        report = await papers.report("assessment", SINCE, UNTIL, rules)
        return next(row.values[3:5] for row in report.tables[0].rows if row.values[1] == "服务态度")

    await judged("a", "draft", 10, 10)
    await judged("b", "discarded", 0, 10)
    await judged("c", "seen", 0, 0)  # nothing of the sheet applied
    assert await attitude() == (Decimal(3), None)
    await judged("d", "submitted", 5, 10)
    assert await attitude() == (Decimal("2.0"), 2)
    report = await papers.report("agents", SINCE, UNTIL, rules, line="immunization")
    papers_table = next(table for table in report.tables if table.id == "papers")
    told = {row.values[-2:] for row in papers_table.rows if row.values[-2]}
    assert told == {(2, Decimal("50.0"))}


async def test_timely_reports_are_those_that_were_signed_by_their_day(papers: Papers) -> None:
    store = Store(papers.url)
    september, half = Period(date(2026, 9, 1), SINCE), Period(SINCE, date(2026, 10, 16))
    signed = SignedReports(store)
    asked = {"who": "desk:chief", "by": "班长甲"}
    on_time = datetime(2026, 10, 7, 23, 59, tzinfo=SHANGHAI)
    await signed.sign("monthly", Asked(september), "a", at=on_time, **asked)
    again = datetime(2026, 10, 20, tzinfo=SHANGHAI)
    await signed.sign("monthly", Asked(september), "b", at=again, reason="更正", **asked)
    late = datetime(2026, 10, 16, 0, 1, tzinfo=SHANGHAI)
    await signed.sign("line", Asked(half, "immunization"), "c", at=late, **asked)
    await store.close()
    entered = Entered(item="timely_reports", month="2026-10", points=10, by="考核组甲", line="emergency")
    rules = ReportRules(assessment=(entered,))
    whole = await papers.report("assessment", SINCE, UNTIL, rules)
    rows = {row.values[1]: row.values for row in whole.tables[0].rows}
    due = whole.tables[1].rows
    lines = len(plan().lines)
    assert len(due) == 2 * lines + 1
    assert rows["报表按时上报"][3:5] == ((Decimal(10) / len(due)).quantize(Decimal("0.1"), ROUND_HALF_UP), 2 * lines)
    assert [row.values[-1] for row in due].count("是") == 1
    timely = next(row for row in whole.tables[0].rows if row.values[1] == "报表按时上报")
    page = await papers.behind(whole.period, timely.drill or {}, rules)
    assert (page.total, len(page.rows)) == (2 * lines, min(2 * lines, 50))
    assert [one["by"] for one in page.rows if one["signed"] is not None] == ["班长甲"]
    (only,) = (await papers.behind(whole.period, {"list": "reports", "in_time": "yes"}, rules)).rows
    assert (only["report"], only["signed"]) == ("数据统计月报表（附件8）", "2026-10-07T23:59:00.000+08:00")
    for wrong in ({"list": "reports", "unit": "x"}, {"list": "reports", "in_time": "perhaps"}):
        with pytest.raises(Unknown):
            await papers.behind(whole.period, wrong, rules)
    own = await papers.report("assessment", SINCE, UNTIL, rules, line="immunization")
    assert [row.values[5] for row in own.tables[1].rows] == [late.astimezone(UTC), None]
    other = await papers.report("assessment", SINCE, UNTIL, rules, line="emergency")
    values = next(row.values for row in other.tables[0].rows if row.values[1] == "报表按时上报")
    assert values[3] == Decimal(10)  # entered: that line signs nothing here
