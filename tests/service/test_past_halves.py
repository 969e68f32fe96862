"""Shell: a month of the national scheme, worked out by hand, comes out as it was on paper: halves are rounded up."""

from __future__ import annotations

import csv
import json
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from hotline.cli import app_of
from hotline.settings import HOUSE

APP = app_of(["records", "report"])
CONFIG = str(HOUSE / "config")

BROUGHT = """\
时间,类别,分类,地区,件次
2014-12-01,咨询,咨询/寻医问药/就医引导/专家查询,甲市,1
2014-12-02,咨询,咨询/寻医问药/就医引导/预约诊疗流程,甲市,150
2014/12/3 8:05,咨询,咨询/寻医问药/就医引导/预约诊疗流程,乙市,49
2014-12,咨询,咨询/寻医问药/就医引导/医疗机构信息,乙市,200
2014-12,咨询,咨询/寻医问药/疾病知识,甲市,20
2014-12,咨询,咨询/寻医问药/疾病知识/儿科疾病,甲市,29
2014-12-31 23:59:59,咨询,咨询/寻医问药/疾病知识/外科疾病,甲市,1
2014-12,咨询,咨询/寻医问药/药物咨询,丙市,250
2014-12,咨询,咨询/寻医问药/其他,丙市,100
2014-12,咨询,咨询/疾病预防控制/预防接种,甲市,0
2014-12,咨询,咨询/疾病预防控制/预防接种/疫苗种类,甲市,0
2014-12,咨询,咨询/疾病预防控制/传染病,甲市,100
2014-12,咨询,咨询/公共卫生,乙市,350
2014-12,咨询,咨询/医改政策,甲市,350
2014-12,投诉,投诉/公共卫生,甲市,1
2014-12,投诉,投诉/其他,乙市,15
2014-12,举报,举报/公共卫生,甲市,1
2014-12,举报,举报/其他,,7
2014-12,表扬,,丙市,1
2014-12,其他,,丙市,375
2014-11,咨询,咨询/寻医问药,甲市,1280
2014-11,投诉,,甲市,64
2014-11,举报,,甲市,8
2014-11,建议,,甲市,3
2014-11,其他,,甲市,400
"""
KINDS = {"咨询": (1600, "80.0"), "投诉": (16, "0.8"), "举报": (8, "0.4"), "建议": (0, "0.0"), "表扬": (1, "0.1"),
         "预约挂号": (0, "0.0"), "其他": (375, "18.8")}  # fmt: skip
CATEGORIES = (
    ("咨询/寻医问药", 800, 1600, ("50", "50.0", "50.00")),
    ("咨询/寻医问药/就医引导", 400, 800, ("50", "50.0", "50.00")),
    ("咨询/寻医问药/就医引导/医疗机构信息", 200, 400, ("50", "50.0", "50.00")),
    ("咨询/寻医问药/就医引导/预约诊疗流程", 199, 400, ("50", "49.8", "49.75")),
    ("咨询/寻医问药/就医引导/专家查询", 1, 400, ("0", "0.3", "0.25")),
    ("咨询/寻医问药/药物咨询", 250, 800, ("31", "31.3", "31.25")),
    ("咨询/寻医问药/其他", 100, 800, ("13", "12.5", "12.50")),
    ("咨询/寻医问药/疾病知识", 50, 800, ("6", "6.3", "6.25")),
    ("咨询/寻医问药/疾病知识/儿科疾病", 29, 50, ("58", "58.0", "58.00")),
    ("咨询/寻医问药/疾病知识/未细分", 20, 50, ("40", "40.0", "40.00")),
    ("咨询/寻医问药/疾病知识/外科疾病", 1, 50, ("2", "2.0", "2.00")),
    ("咨询/医改政策", 350, 1600, ("22", "21.9", "21.88")),
    ("咨询/公共卫生", 350, 1600, ("22", "21.9", "21.88")),
    ("咨询/疾病预防控制", 100, 1600, ("6", "6.3", "6.25")),
    ("咨询/疾病预防控制/传染病", 100, 100, ("100", "100.0", "100.00")),
    ("咨询/疾病预防控制/预防接种", 0, 100, ("0", "0.0", "0.00")),
    ("咨询/疾病预防控制/预防接种/疫苗种类", 0, 0, ("0", "0.0", "0.00")),
    ("投诉/其他", 15, 16, ("94", "93.8", "93.75")),
    ("投诉/公共卫生", 1, 16, ("6", "6.3", "6.25")),
    ("举报/其他", 7, 8, ("88", "87.5", "87.50")),
    ("举报/公共卫生", 1, 8, ("13", "12.5", "12.50")),
)
"""Path, count, that of its own parent, and the percentage with none, one and two decimals."""
PLACES = {"甲市": (653, "32.7"), "乙市": (614, "30.7"), "丙市": (726, "36.3"), "未注明": (7, "0.4")}
"""Of 2000: 32.65, 30.7, 36.3, 0.35."""


@pytest.fixture(scope="module")
def var(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("halves")
    (folder / "国家.csv").write_bytes(
        BROUGHT.replace("\n", "\r\n").encode("gbk")
    )  # as Excel saves it on Chinese Windows
    asked("records", "import", str(folder / "国家.csv"), "--var", str(folder))
    return folder


def asked(*words: str) -> str:
    done = CliRunner().invoke(APP, [*words, "--config", CONFIG])
    assert done.exit_code == 0, done.output
    return done.stdout


def briefing(var: Path, *words: str) -> str:
    return asked("report", "briefing", "--from", "2014-12-01", "--to", "2015-01-01", "--var", str(var), *words)


@pytest.fixture(scope="module")
def told(var: Path) -> Any:
    return json.loads(briefing(var))


@pytest.mark.parametrize("decimals", [None, 0, 1, 2])
def test_each_category_is_counted_and_its_share_of_its_own_parent_rounded_half_up(
    var: Path, decimals: int | None
) -> None:
    words = () if decimals is None else ("--decimals", str(decimals))
    found = json.loads(briefing(var, *words))["categories"]
    digits = 1 if decimals is None else decimals
    assert [(one["path"], one["count"], one["percent"]) for one in found] == [
        (path, count, shares[digits]) for path, count, _, shares in CATEGORIES
    ]
    for one, (_, count, of, _) in zip(found, CATEGORIES, strict=True):
        exact = Decimal(count * 100) / Decimal(of) if of else Decimal(0)  # these end: none is rounded twice
        assert one["percent"] == str(exact.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP))


def test_the_printed_table_says_the_same(var: Path) -> None:
    rows = list(csv.reader(briefing(var, "--format", "csv", "--table", "categories").splitlines()))
    names = [path if path.count("/") == 1 else path.rsplit("/", 1)[1] for path, *_ in CATEGORIES]
    assert [row[0].strip() for row in rows[1:]] == names
    assert [(int(row[1]), row[2]) for row in rows[1:]] == [(count, shares[1]) for _, count, _, shares in CATEGORIES]


def test_kinds_and_places_come_with_their_totals(told: Any) -> None:
    assert {one["kind"]: (one["count"], one["percent"]) for one in told["kinds"]} == KINDS
    shares = {one["place"]: one["percent"] for one in told["shares"]}
    assert {row["place"]: (row["合计"], shares[row["place"]]) for row in told["places"]} == PLACES
    for row in told["places"]:
        assert row["合计"] == sum(row[kind] for kind in KINDS)
    for kind, (count, _) in KINDS.items():
        assert told["totals"][kind] == count == sum(row[kind] for row in told["places"])
    assert told["totals"]["合计"] == 2000


def test_of_two_that_are_alike_the_first_of_the_published_order_is_named_first(told: Any) -> None:
    (first,) = [one for one in told["sentences"] if one.startswith("咨询居前")]
    assert first == ("咨询居前三位的是：寻医问药800件（50.0%）、医改政策350件（21.9%）、公共卫生350件（21.9%）。")


def test_the_month_before_is_a_base_but_for_what_it_had_none_of(told: Any) -> None:
    changes = told["change"]
    assert changes["year_on_year"] is None
    assert {kind: one["percent"] for kind, one in changes["month_on_month"]["kinds"].items()} == {
        "咨询": "25.0",
        "投诉": "-75.0",
        "举报": "0.0",
        "建议": "-100.0",
        "表扬": None,
        "预约挂号": None,
        "其他": "-6.3",
    }
    assert changes["month_on_month"]["合计"] == {"count": 1755, "percent": "14.0"}
    (said,) = [one for one in told["sentences"] if one.startswith("环比")]
    assert said == (
        "环比，受理总量增长14.0%；其中咨询增长25.0%，投诉下降75.0%，举报持平，建议下降100.0%，表扬新增1件，其他下降6.3%。"
    )
