"""Shell: a bulletin of the national scheme, written as people write files, comes out as a fraction says it must."""

from __future__ import annotations

import csv
import json
from collections import Counter
from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Any

import pytest
from typer.testing import CliRunner

from hotline.cli import app_of
from hotline.settings import HOUSE

APP = app_of(["records", "report"])
CONFIG = str(HOUSE / "config")
Names = tuple[str, ...]
KINDS = ("咨询", "投诉", "举报", "建议", "表扬", "预约挂号", "其他")

ROWS: tuple[tuple[str, str, str, str, str, Names], ...] = (
    # time, kind, category, place, count; where it is counted
    ("2014-11", "咨询", "咨询/寻医问药/就医引导", "南京", "1,237", ("寻医问药", "就医引导")),
    ("2014-11-01", "咨询", "咨询／寻医问药／疾病知识", "南京", "911", ("寻医问药", "疾病知识")),
    ("2014-11-03T09:00", "咨询", " 咨询 / 寻医问药 / 药物咨询 ", "苏州", "", ("寻医问药", "药物咨询")),
    ("2014-11-03 09:00:30", "咨询", "咨询/医改政策/医保(医疗保险)", "苏州", "7", ("医改政策", "医保（医疗保险）")),
    ("2014-11-30T23:59:59+08:00", "咨询", "咨询/医改政策/医保（医疗保险）", "", "6", ("医改政策", "医保（医疗保险）")),
    ("2014-10-31T16:00:00Z", "咨询", "咨询/医改政策/基本公共卫生服务/0-6岁儿童健康管理", "无锡", "3",
     ("医改政策", "基本公共卫生服务", "0-6岁儿童健康管理")),
    ("2014/11/9 8:30", "咨询", "咨询/医改政策/基本公共卫生服务/２型糖尿病患者健康管理", "无锡", "1",
     ("医改政策", "基本公共卫生服务", "2型糖尿病患者健康管理")),
    ("2014年11月", "咨询", "咨询/寻医问药/就医引导/挂号科室咨询(门诊科室)", "无锡", "13",
     ("寻医问药", "就医引导", "挂号科室咨询（门诊科室）")),
    ("2014-11", "咨询", "咨询/公共卫生/食品安全/食品的质量、加工与卫生", "苏州", "2",
     ("公共卫生", "食品安全", "食品的质量、加工与卫生")),
    ("2014-11", "咨询", "咨询/其他", "南京,江宁", "29", ("其他",)),
    ("2014-11", "咨询", "咨询", '"老"城区', "5", ()),
    ("2014-11", "投诉", "投诉/公共卫生", "南京", "17", ("公共卫生",)),
    ("2014-11", "投诉", "投诉/人口和计划生育", "南京", "4", ("人口与计划生育",)),
    ("2014-11", "投诉", "投诉", "南京", "1", ()),
    ("2014-11", "举报", "举报/公共卫生", "苏州", "2", ("公共卫生",)),
    ("2014-11", "举报", "投诉/其他", "苏州", "1", ("其他",)),
    ("2014-11", "建议", "建议", "", "8", ()),
    ("2014-11", "表扬", "表扬", "", "9", ()),
    ("2014-11", "其他", "其他", "", "10", ()),
    ("2014-11", "其他", "", "", "11", ()),
    ("2014-11", "预约挂号", "预约挂号/预约/内科", "南京", "778", ("预约", "内科")),
    ("2014-11", "预约挂号", "预约挂号/预约/内科/消化内科", "南京", "222", ("预约", "内科", "消化内科")),
    ("2014-11", "预约挂号", "预约挂号/退约", "南京", "55", ("退约",)),
)  # fmt: skip
OUTSIDE = (("2014-10-31T23:59:59", "咨询", "咨询/其他"), ("2014-12-01", "表扬", "表扬"))


def half_up(part: int, whole: int) -> str:
    tenths = int(Fraction(part * 1000, whole) + Fraction(1, 2))
    return f"{tenths // 10}.{tenths % 10}"


def expected(counted: Iterable[tuple[Names, int]]) -> Mapping[str, tuple[int, str]]:
    """Each row of the categories: its count, and the percentage of its own parent."""
    direct: Counter[Names] = Counter()
    whole: Counter[Names] = Counter()
    for path, count in counted:
        direct[path] += count
        for end in range(1, len(path) + 1):
            whole[path[:end]] += count
    parents = {path[:-1] for path in whole}
    for path in parents:
        if len(path) and direct[path]:
            whole[(*path, "未细分")] = direct[path]
    return {"/".join(path): (n, half_up(n, whole[path[:-1]])) for path, n in whole.items() if len(path) > 1 and n}


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Any:
    folder = tmp_path_factory.mktemp("bulletin")
    file = folder / "国家 2014-11.csv"
    with file.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.writer(stream, quoting=csv.QUOTE_ALL)  # ends its lines with CR LF, as spreadsheets do
        writer.writerow(["time", "line", "kind", "category", "place", "count"])
        writer.writerows([time, "", kind, category, place, count] for time, kind, category, place, count, _ in ROWS)
        writer.writerows([time, "", kind, category, "南京", "1000"] for time, kind, category in OUTSIDE)
    var = ("--var", str(folder / "var"), "--config", CONFIG)
    taken = CliRunner().invoke(APP, ["records", "import", str(file), *var, "--json"])
    assert taken.exit_code == 0, taken.output
    assert json.loads(taken.stdout)["rows"] == len(ROWS) + len(OUTSIDE)
    asked = ["report", "briefing", "--from", "2014-11-01", "--to", "2014-12-01", "--tree", "national"]
    done = CliRunner().invoke(APP, [*asked, "--format", "json", *var])
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


def count_of(text: str) -> int:
    return int(text.replace(",", "")) if text else 1


def test_categories_are_counted_at_three_levels_each_of_its_own_parent(told: Any) -> None:
    found = {one["path"]: (one["count"], one["percent"]) for one in told["categories"]}
    assert found == expected(((kind, *path), count_of(count)) for _, kind, _, _, count, path in ROWS)
    for kind in ("建议", "表扬", "其他"):  # the kind itself is no category of it
        assert not any(path.startswith(f"{kind}/") for path in found)


def test_kinds_and_places_add_up_to_everything(told: Any) -> None:
    kinds: Counter[str] = Counter()
    places: Counter[str] = Counter()
    for _, kind, _, place, count, _ in ROWS:
        kinds[kind] += count_of(count)
        places[place or "未注明"] += count_of(count)
    total = sum(kinds.values())
    assert told["kinds"] == [
        {"kind": kind, "count": kinds[kind], "percent": half_up(kinds[kind], total)} for kind in KINDS
    ]
    assert {row["place"]: row["合计"] for row in told["places"]} == places
    assert {row["place"]: row["percent"] for row in told["shares"]} == {
        place: half_up(count, total) for place, count in places.items()
    }
    assert told["totals"]["合计"] == total == sum(row["合计"] for row in told["places"])
