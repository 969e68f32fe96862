"""Unit on a real database: briefings come out of what was counted, published ones exactly."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from paperwork.kind import Kind
from paperwork.reports.report import Report
from paperwork.reports.rules import ReportRules
from routing.calendar import SHANGHAI
from tests.paperwork.reports.conftest import Papers

GOLDEN = Path(__file__).parent / "golden"
NOVEMBER, DECEMBER, JANUARY = date(2014, 11, 1), date(2014, 12, 1), date(2015, 1, 1)


def golden(name: str) -> Iterator[dict[str, str]]:
    with (GOLDEN / name).open(encoding="utf-8", newline="") as stream:
        yield from csv.DictReader(stream)


def at(*when: int) -> datetime:
    return datetime(*when, tzinfo=SHANGHAI)  # type: ignore[arg-type, misc]


def data(report: Report) -> dict[str, Any]:
    assert report.data is not None
    return dict(report.data)


async def test_the_categories_of_a_province_come_out_as_they_were_published(papers: Papers) -> None:
    published = {row["category"]: row for row in golden("categories_2014-11_12.csv")}
    total = published.pop("合计")
    for month, day in (("2014-11", at(2014, 11, 30, 23, 59)), ("2014-12", at(2014, 12, 1))):
        for name, row in published.items():
            kind = Kind.BOOKING if name == "预约挂号" else Kind.CONSULT
            path = None if name == "预约挂号" else f"咨询/{name}"
            if int(row[month]):
                await papers.past((day, kind, "provincial", path, None, int(row[month])))
    report = await papers.report("briefing", NOVEMBER, JANUARY, tree="provincial", decimals=2)
    told = data(report)
    assert [one["path"] for one in told["categories"]] == list(published)
    for one in told["categories"]:
        row = published[one["path"]]
        assert (str(one["count"]), one["percent"]) == (row["total"], row["percent"])
    for month in told["months"]:
        assert {one["path"]: str(one["count"]) for one in month["categories"]} == {
            name: row[month["month"]] for name, row in published.items()
        }
        assert str(month["合计"]) == total[month["month"]]
    table = next(table for table in report.tables if table.id == "categories")
    assert table.rows[-1].values == (
        "合计",
        *(int(total[key]) for key in ("2014-11", "2014-12", "total")),
        Decimal(100),
    )
    assert told["totals"]["合计"] == int(total["total"])


async def test_the_places_of_a_province_come_out_as_they_were_published(papers: Papers) -> None:
    published = {row["city"]: row for row in golden("cities_2014.csv")}
    total = published.pop("合计")
    kinds = [kind for kind in Kind if kind.label in total]
    for city, row in published.items():
        rows = [(at(2014, 3, 9, 12), kind, None, None, city, int(row[kind.label])) for kind in kinds]
        await papers.past(*(row for row in rows if row[-1]))
    told = data(await papers.report("briefing", date(2014, 1, 1), JANUARY))
    # the bulletin has them in an order of its own
    assert {row["place"]: row["合计"] for row in told["places"]} == {
        city: int(row["合计"]) for city, row in published.items()
    }
    for row in told["places"]:
        assert list(row) == ["place", *(kind.label for kind in Kind), "合计"]
        assert all(str(row[kind.label]) == published[row["place"]][kind.label] for kind in kinds)
        assert row["表扬"] == row["预约挂号"] == 0
    assert all(str(told["totals"][kind.label]) == total[kind.label] for kind in kinds)
    assert str(told["totals"]["合计"]) == total["合计"]


async def test_the_json_has_the_fixed_rows_and_nothing_more_in_them(papers: Papers) -> None:
    await papers.past(
        (at(2026, 10, 1), Kind.CONSULT, "national", "咨询/寻医问药/就医引导/专家查询", "和平区", 3),
        (at(2026, 10, 31, 23, 59), Kind.CONSULT, "national", "咨询/其他", "河西区", 1),
        (at(2026, 10, 3), Kind.PRAISE, None, None, None, 3),
        (at(2026, 9, 30, 23, 59), Kind.CONSULT, "national", "咨询/其他", None, 100),
        (at(2026, 11, 1), Kind.CONSULT, "national", "咨询/其他", None, 100),
    )
    told = data(await papers.report("briefing", date(2026, 10, 1), date(2026, 11, 1)))
    assert told["kinds"] == [
        {"kind": "咨询", "count": 4, "percent": "57.1"},
        {"kind": "投诉", "count": 0, "percent": "0.0"},
        {"kind": "举报", "count": 0, "percent": "0.0"},
        {"kind": "建议", "count": 0, "percent": "0.0"},
        {"kind": "表扬", "count": 3, "percent": "42.9"},
        {"kind": "预约挂号", "count": 0, "percent": "0.0"},
        {"kind": "其他", "count": 0, "percent": "0.0"},
    ]
    assert told["categories"] == [
        {"path": "咨询/寻医问药", "count": 3, "percent": "75.0"},
        {"path": "咨询/寻医问药/就医引导", "count": 3, "percent": "100.0"},
        {"path": "咨询/寻医问药/就医引导/专家查询", "count": 3, "percent": "100.0"},
        {"path": "咨询/其他", "count": 1, "percent": "25.0"},
    ]
    nobody = {kind.label: 0 for kind in Kind}
    assert told["places"] == [
        {"place": "和平区", **nobody, "咨询": 3, "合计": 3},
        {"place": "未注明", **nobody, "表扬": 3, "合计": 3},
        {"place": "河西区", **nobody, "咨询": 1, "合计": 1},
    ]


async def test_filled_records_count_with_imported_rows_and_unfilled_ones_are_shown(papers: Papers) -> None:
    await papers.past((at(2026, 10, 1), Kind.CONSULT, "national", "咨询/疾病预防控制/预防接种", "和平区", 2))
    await papers.answer(at(2026, 10, 2, 9))
    await papers.answer(at(2026, 10, 2, 10), kind="report", category="T01")
    await papers.answer(at(2026, 10, 2, 11), category=None)
    await papers.answer(at(2026, 10, 2, 12), test=True)
    await papers.answer(at(2026, 10, 2, 13), kind=None, category=None, filled=None, state="open")
    told = data(await papers.report("briefing", date(2026, 10, 1), date(2026, 11, 1)))
    assert {one["path"]: one["count"] for one in told["categories"]} == {
        "咨询/疾病预防控制": 3,
        "咨询/疾病预防控制/预防接种": 3,
        "咨询/未细分": 1,
        "举报/公共卫生": 1,
    }
    assert told["totals"]["合计"] == 5
    assert told["completeness"] == {"records": 4, "filled": 3, "未填": 1}
    of_a_line = data(await papers.report("briefing", date(2026, 10, 1), date(2026, 11, 1), line="immunization"))
    assert of_a_line["totals"]["合计"] == 3


async def test_it_says_how_much_more_it_is_than_the_month_and_the_year_before(papers: Papers) -> None:
    await papers.past(
        (at(2025, 10, 9), Kind.CONSULT, None, None, None, 200),
        (at(2026, 9, 9), Kind.CONSULT, None, None, None, 80),
        (at(2026, 9, 9), Kind.PRAISE, None, None, None, 20),
        (at(2026, 10, 9), Kind.CONSULT, "national", "咨询/其他", None, 150),
    )
    report = await papers.report("briefing", date(2026, 10, 1), date(2026, 11, 1))
    changes = data(report)["change"]
    assert changes["month_on_month"]["合计"] == {"count": 100, "percent": "50.0"}
    assert changes["month_on_month"]["kinds"]["表扬"] == {"count": 20, "percent": "-100.0"}
    assert changes["year_on_year"]["合计"] == {"count": 200, "percent": "-25.0"}
    assert report.sentences == (
        "2026年10月，共受理150件，其中咨询150件（100.0%）。",
        "环比，受理总量增长50.0%；其中咨询增长87.5%，表扬下降100.0%。",
        "同比，受理总量下降25.0%；其中咨询下降25.0%。",
        "咨询居前一位的是：其他150件（100.0%）。",
    )
    early = data(await papers.report("briefing", date(2025, 10, 1), date(2025, 11, 1)))
    assert early["change"] == {"month_on_month": None, "year_on_year": None}


async def test_the_first_three_of_each_level_are_named(papers: Papers) -> None:
    when = at(2026, 10, 9)
    await papers.past(
        (when, Kind.CONSULT, "national", "咨询/寻医问药/就医引导/专家查询", None, 30),
        (when, Kind.CONSULT, "national", "咨询/寻医问药/就医引导/其他", None, 20),
        (when, Kind.CONSULT, "national", "咨询/寻医问药/疾病知识", None, 25),
        (when, Kind.CONSULT, "national", "咨询/疾病预防控制/预防接种", None, 20),
        (when, Kind.CONSULT, "national", "咨询/其他", None, 5),
    )
    report = await papers.report("briefing", date(2026, 10, 1), date(2026, 11, 1))
    assert report.sentences[1:] == (
        "咨询居前三位的是：寻医问药75件（75.0%）、疾病预防控制20件（20.0%）、其他5件（5.0%）。",
        "其中，寻医问药以就医引导50件（66.7%）、疾病知识25件（33.3%）居前；疾病预防控制以预防接种20件（100.0%）居前。",
        "其中，就医引导以专家查询30件（60.0%）、其他20件（40.0%）居前。",
    )


async def test_kinds_that_a_bulletin_takes_together_are_one_column(papers: Papers) -> None:
    await papers.past((at(2026, 10, 9), Kind.PRAISE, None, None, "和平区", 2))
    await papers.past((at(2026, 10, 9), Kind.SUGGESTION, None, None, "和平区", 1))
    rules = ReportRules(together={"建议表扬": ("建议", "表扬")}, decimals=2)
    told = data(await papers.report("briefing", date(2026, 10, 1), date(2026, 11, 1), rules))
    assert told["kinds"][3] == {"kind": "建议表扬", "count": 3, "percent": "100.00"}
    assert told["places"][0]["建议表扬"] == 3
    assert "表扬" not in told["places"][0]


async def test_without_anything_everything_is_empty(papers: Papers) -> None:
    papers.url = papers.url.replace("hotline.db", "never.db")
    report = await papers.report("briefing", date(2026, 10, 1), date(2026, 11, 1))
    told = data(report)
    assert (told["categories"], told["places"]) == ([], [])
    assert {(one["count"], one["percent"]) for one in told["kinds"]} == {(0, "0.0")}
    assert report.sentences == ("2026年10月没有受理记录。",)
