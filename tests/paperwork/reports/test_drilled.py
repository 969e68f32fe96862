"""Unit on a real database: behind every number stand exactly the records that it counts."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from random import Random
from typing import Any

import pytest

from paperwork.kind import Kind
from paperwork.reports.book import BOOK
from paperwork.reports.drilled import Unknown
from paperwork.reports.report import Report, Shape
from paperwork.reports.rules import ReportRules
from records.paper_tables import orders
from routing.calendar import SHANGHAI
from tests.paperwork.reports.conftest import Papers

SINCE, UNTIL = date(2026, 10, 1), date(2026, 11, 1)
BEGIN = datetime(2026, 10, 1, tzinfo=SHANGHAI)
CATEGORIES = {
    Kind.CONSULT: ["Z01", "Z0101", "Z02", "X01", None],
    Kind.COMPLAINT: ["T01", "X01", None],
    Kind.REPORT: ["T01", None],
    Kind.BOOKING: ["Y01", None],
}
PATHS = ["咨询/寻医问药/就医引导/专家查询", "咨询/寻医问药", "咨询/疾病预防控制/预防接种", None]


async def fill(papers: Papers, seed: int = 1) -> None:
    """A month of everything, the edges of the month and what does not count included."""
    chance = Random(seed)  # noqa: S311

    def when() -> datetime:
        return BEGIN + timedelta(days=chance.choice([-1, 0, 0, 10, 20, 30, 31]), seconds=chance.randrange(86_400))

    calls = []
    for _ in range(60):
        kind = chance.choice(list(Kind))
        filled = chance.random() < 0.85
        calls.append(
            await papers.answer(
                when(), kind=kind.value, category=chance.choice(CATEGORIES.get(kind, [None])),
                place=chance.choice(["和平区", "河西区", "", None]), filled=BEGIN if filled else None,
                settled=chance.choice(["on_the_spot", "handed_on", None]), test=chance.random() < 0.1,
                agent=chance.choice(["vaccine-1", "vaccine-2", None]),
            )
        )  # fmt: skip
    past: list[tuple[datetime, Kind, str | None, str | None, str | None, int]] = []
    for _ in range(25):
        if chance.random() < 0.5:
            past.append((when(), Kind.CONSULT, "national", chance.choice(PATHS), "和平区", chance.randrange(1, 9)))
        else:
            past.append((when(), chance.choice(list(Kind)), None, None, None, chance.randrange(1, 9)))
    await papers.past(*past)
    rows = [_order(number, when(), calls, chance) for number in range(1, 41)]
    await papers.write(orders, *rows)


def _order(number: int, opened: datetime, calls: list[str], chance: Random) -> dict[str, Any]:
    handed, done = chance.random() < 0.7, chance.random() < 0.5
    row: dict[str, Any] = {column.name: None for column in orders.columns}
    kind = chance.choice([Kind.REPORT, Kind.COMPLAINT, Kind.SUGGESTION, None])
    return row | {
        "number": f"2026-{number:06d}", "seq": 1, "state": chance.choice(["handed_on", "done", "opened", "void"]),
        "source": chance.choice(["call", "message", "12345"]), "call": chance.choice([*calls, None, None, "b-1"]),
        "line": chance.choice(["immunization", None]), "kind": kind and kind.value, "category": "T01",
        "urgency": "simple", "content": "…", "feedback": "unit", "unit": chance.choice(["cdc", "inspection", None]),
        "opened": opened, "opened_by": "desk:ann", "hand_on_by": opened, "reopened": 0, "urged": 0,
        "test": chance.random() < 0.1,
        "handed_on": opened + timedelta(hours=1) if handed else None, "done_by": opened + timedelta(days=9),
        "done": opened + timedelta(days=chance.randrange(1, 15)) if done else None,
        "satisfaction": chance.choice(["satisfied", "not_satisfied", None]),
    }  # fmt: skip


async def listed(papers: Papers, report: Report, drill: Any, rules: ReportRules, **asked: Any) -> tuple[int, int]:
    """What the list says it has, and what its pages have."""
    pages: list[Any] = []
    after: str | None = None
    while True:
        page = await papers.behind(report.period, drill, rules, limit=7, after=after, **asked)
        pages += page.rows
        if (after := page.next) is None:
            break
    assert len({(row.get("source"), row["id"]) for row in pages}) == len(pages)
    return page.total, sum(row.get("count", 1) for row in pages)


@pytest.mark.parametrize("name", list(BOOK))
@pytest.mark.parametrize("asked", [{}, {"tree": "provincial"}, {"line": "immunization"}], ids=str)
async def test_every_number_that_can_be_opened_has_so_many_behind_it(
    papers: Papers, name: str, asked: dict[str, str]
) -> None:
    await fill(papers)
    rules = ReportRules(together={"建议表扬": ("建议", "表扬")})
    report = await papers.report(name, SINCE, UNTIL, rules, **asked)
    opened = 0
    for table in report.tables:
        if table.counted is None:
            continue
        column = [one.id for one in table.columns].index(table.counted)
        assert table.columns[column].shape is Shape.COUNT
        for row in table.rows:
            assert row.drill is not None, (table.id, row.values)
            count = row.values[column]
            assert await listed(papers, report, row.drill, rules, **asked) == (count, count), (table.id, row)
            opened += 1
    assert opened or name not in ("briefing", "monthly", "orders")


@pytest.mark.parametrize(
    "drill",
    [
        {},
        {"list": "callers"},
        {"list": "records", "number": "1"},
        {"list": "records", "kind": "天气"},
        {"list": "answers", "filled": "perhaps"},
    ],
)
async def test_what_cannot_be_asked_is_refused(papers: Papers, drill: dict[str, str]) -> None:
    report = await papers.report("briefing", SINCE, UNTIL)
    with pytest.raises(Unknown):
        await papers.behind(report.period, drill, ReportRules())
