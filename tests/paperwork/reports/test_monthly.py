"""Unit on a real database: 附件8 from answer records, orders and imported rows."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from paperwork.kind import Kind
from paperwork.reports.report import Report
from records.paper_tables import orders
from routing.calendar import SHANGHAI
from tests.paperwork.reports.conftest import Papers

SINCE, UNTIL = date(2026, 10, 1), date(2026, 11, 1)
DAY = datetime(2026, 10, 9, 10, tzinfo=SHANGHAI)


def values(report: Report, table: str) -> list[tuple[Any, ...]]:
    return [row.values for row in next(one for one in report.tables if one.id == table).rows]


def note(report: Report, table: str) -> str:
    return next(one for one in report.tables if one.id == table).note


async def order(papers: Papers, number: int, **known: Any) -> None:
    row: dict[str, Any] = dict.fromkeys(column.name for column in orders.columns)
    row |= {
        "number": f"2026-{number:06d}", "seq": 1, "state": "opened", "source": "call", "kind": "complaint",
        "category": "T01", "urgency": "simple", "content": "…", "feedback": "unit", "opened": DAY,
        "opened_by": "desk:ann", "hand_on_by": DAY, "reopened": 0, "urged": 0, "test": False,
    }  # fmt: skip
    await papers.write(orders, row | known)


async def test_a_complaint_is_settled_by_us_or_handed_on_and_done_or_neither(papers: Papers) -> None:
    told = {"kind": "complaint", "category": "T01"}
    await papers.answer(DAY, **told)
    orders_of_calls: tuple[dict[str, Any], ...] = (
        {"handed_on": DAY, "done": DAY + timedelta(days=3), "state": "done"},
        {"handed_on": DAY, "state": "handed_on"},
        {"state": "opened"},
        {"state": "void", "handed_on": DAY},
        {"state": "returned", "handed_on": DAY, "sent_back": DAY},
        {"state": "closed", "handed_on": DAY, "sent_back": DAY, "done": DAY},
    )
    for number, known in enumerate(orders_of_calls):
        call = await papers.answer(DAY, settled="handed_on", **told)
        await order(papers, number, call=call, **known)
    await order(papers, 9, source="message", handed_on=DAY, done=DAY, state="closed", category=None)
    await order(papers, 10, source="message", test=True)
    report = await papers.report("monthly", SINCE, UNTIL)
    assert values(report, "complaints") == [
        ("食品安全监督执法", 7, 2, 2, 1, Decimal("42.9")),
        ("医疗服务", 0, 0, 0, 0, Decimal("0.0")),
        ("未细分", 1, 0, 1, 1, Decimal("100.0")),
        ("合计", 8, 2, 3, 2, Decimal("50.0")),
    ]
    assert note(report, "complaints") == "接收数中3件尚未处理或转出"
    assert values(report, "kinds") == [(0, 8, 0, 0, 0, 8)]


async def test_reports_and_suggestions_have_their_rates_and_imported_rows_are_named(papers: Papers) -> None:
    await papers.answer(DAY, kind="report", category="T01")
    call = await papers.answer(DAY, kind="report", category="T01", settled="handed_on")
    await order(papers, 1, call=call, kind="report", handed_on=DAY)
    await papers.past((DAY, Kind.REPORT, None, None, None, 2), (DAY, Kind.PRAISE, None, None, None, 7))
    report = await papers.report("monthly", SINCE, UNTIL)
    assert values(report, "handled") == [("举报", 4, 1, 1, Decimal("25.0")), ("建议", 0, 0, 0, Decimal("0.0"))]
    assert note(report, "handled") == "接收数中2件为导入的历史数据，没有办理记录"
    assert values(report, "kinds") == [(4, 0, 0, 7, 0, 11)]
    assert (report.form, report.heads["填报单位"]) == ("附件8", report.hotline)


async def test_consults_stand_in_the_order_of_the_form_with_what_it_does_not_list(papers: Papers) -> None:
    await papers.answer(DAY)
    await papers.answer(DAY)
    await papers.answer(DAY, category="Z01")
    await papers.past((DAY, Kind.CONSULT, "tianjin", "咨询/免疫预防/狂犬病疫苗", None, 1))
    report = await papers.report("monthly", SINCE, UNTIL)
    assert values(report, "consults") == [
        ("免疫预防", "", 3, Decimal("75.0")),
        ("", "狂犬病疫苗", 1, Decimal("33.3")),
        ("", "乙肝疫苗", 2, Decimal("66.7")),
        ("健康知识", "", 0, Decimal("0.0")),
        ("未对应", "", 1, Decimal("25.0")),
        ("合计", "", 4, Decimal("100.0")),
    ]
