"""Unit: what a row of past calls says, however people write it; and why it cannot be taken in."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from paperwork.categories.load import trees_in
from paperwork.categories.spelling import path_of, written
from paperwork.categories.trees import Trees
from paperwork.kind import Kind
from paperwork.past.meaning import Meaning
from paperwork.past.row import Stretch, Unfit, columns_of, count_of, kind_of, moment_of, time_of
from paperwork.past.sheet import Bad, NoSheet, Sheet, sheet_of
from routing.calendar import SHANGHAI

CONFIG = Path(__file__).parents[2] / "config"


@pytest.fixture(scope="module")
def trees() -> Trees:
    return trees_in(CONFIG)


def china(year: int, month: int, day: int, hour: int = 0, minute: int = 0, second: int = 0, micro: int = 0) -> datetime:
    return datetime(year, month, day, hour, minute, second, micro, SHANGHAI)


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("2014-11", china(2014, 11, 1)),
        ("2014-11-03", china(2014, 11, 3)),
        ("2014-11-03T09:00", china(2014, 11, 3, 9)),
        ("2014-11-03 09:00:30", china(2014, 11, 3, 9, 0, 30)),
        ("2014-11-03T09:00:30.250", china(2014, 11, 3, 9, 0, 30, 250_000)),
        (" 2014/11/3 9:05 ", china(2014, 11, 3, 9, 5)),
        ("2014年11月", china(2014, 11, 1)),
        ("2014年11月3日 9:05", china(2014, 11, 3, 9, 5)),
        ("2014年11月3日9时05分30秒", china(2014, 11, 3, 9, 5, 30)),
        ("2014年11月3日 下午3时5分", china(2014, 11, 3, 15, 5)),
        ("2014/11/3 9:05 PM", china(2014, 11, 3, 21, 5)),
        ("2014/11/3 12:05:30 am", china(2014, 11, 3, 0, 5, 30)),
        ("2014-11-3 上午 12:05", china(2014, 11, 3, 0, 5)),
        ("2014-11-3 下午 12:05", china(2014, 11, 3, 12, 5)),
        ("２０１４／１１／３　９：０５", china(2014, 11, 3, 9, 5)),
        ("２０１４－１１－０３", china(2014, 11, 3)),
        ("2014-11-03T01:00:00Z", china(2014, 11, 3, 9)),
        ("2014-11-03T09:00+08:00", china(2014, 11, 3, 9)),
    ],
)
def test_a_time_is_chinas_and_a_month_counts_on_its_first_day(text: str, at: datetime) -> None:
    assert time_of(text) == at


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2014",
        "2014.1",
        "2014-13",
        "2014-11-31",
        "2014-11-03T25:00",
        "11/03/2014",
        "昨天",
        "0001-01",
        "2014-11 9:00",
        "2014-11-03 13:00 AM",
        "2014-11-03 25:00 PM",
        "2014-11-03 下午3:00 PM",
        "Nov-14",
        "41946.5",
    ],
)
def test_a_time_that_nobody_could_mean_is_refused(text: str) -> None:
    with pytest.raises(Unfit, match="time"):
        time_of(text)


def test_what_a_time_says_is_known() -> None:
    told = {
        text: moment_of(text)[1]
        for text in ("2014-11", "2014年11月", "2014/11/3", "2014-11-03T00:00", "2014-11-03 9:00")
    }
    assert list(told.values()) == [Stretch.MONTH, Stretch.MONTH, Stretch.DAY, Stretch.INSTANT, Stretch.INSTANT]


@pytest.mark.parametrize(("text", "count"), [("", 1), ("0", 0), ("768182", 768_182), ("768,182", 768_182), ("７", 7)])
def test_a_count_of_calls(text: str, count: int) -> None:
    assert count_of(text) == count


@pytest.mark.parametrize("text", ["-1", "1.5", "many", "1,23", "2147483648"])
def test_what_is_no_count(text: str) -> None:
    with pytest.raises(Unfit, match="count"):
        count_of(text)


def test_a_kind_is_one_of_the_forms_words() -> None:
    assert [kind_of(word) for word in ("咨询", " 预约挂号 ", "consult", "举报")] == [
        Kind.CONSULT,
        Kind.BOOKING,
        Kind.CONSULT,
        Kind.REPORT,
    ]
    with pytest.raises(Unfit, match="咨询、投诉、举报、建议、表扬、预约挂号、其他"):
        kind_of("求助")


def test_columns_come_in_any_order_and_under_chinese_headings() -> None:
    assert columns_of(["件次", "类别", "分类", "时间"]) == ("count", "kind", "category", "time")
    assert columns_of([" Time ", "KIND", ""]) == ("time", "kind")


@pytest.mark.parametrize(
    ("heading", "why"),
    [
        (["time"], "kind is missing"),
        (["time", "kind", "cuont"], "'cuont' is none"),
        (["time", "时间", "kind"], "twice"),
        (["2014-11", "咨询"], "names no column, it begins with '2014-11': write time,line,kind,"),
        ([], "names no column"),
        (["时间，类别，件次"], "separated by full-width commas"),
        (["time\tkind"], "separated by tabs"),
        (["time;kind;note"], "separated by semicolons"),
    ],
)
def test_columns_that_cannot_be_understood(heading: list[str], why: str) -> None:
    with pytest.raises(Unfit, match=why):
        columns_of(heading)


@pytest.mark.parametrize(
    ("kind", "text", "tree", "path"),
    [
        ("咨询", "咨询/寻医问药/就医引导", "national", "咨询/寻医问药/就医引导"),
        ("咨询", "寻医问药/就医引导/专家查询", "national", "咨询/寻医问药/就医引导/专家查询"),
        ("咨询", "咨询/医改政策/医保(医疗保险)", "national", "咨询/医改政策/医保（医疗保险）"),
        ("咨询", "咨询 ／ 寻医问药", "national", "咨询/寻医问药"),
        ("咨询", "寻医问药", "provincial", "寻医问药"),
        ("咨询", "咨询/妇幼卫生", "provincial", "妇幼卫生"),
        ("咨询", "预约挂号", "provincial", "预约挂号"),
        ("预约挂号", "预约挂号", "national", "预约挂号"),
        ("预约挂号", "预约挂号/预约/内科/消化内科", "national", "预约挂号/预约/内科/消化内科"),
        ("预约挂号", "预约/内科", "national", "预约挂号/预约/内科"),
        ("投诉", "投诉/公共卫生", "national", "投诉/公共卫生"),
        ("举报", "投诉/公共卫生", "national", "投诉/公共卫生"),
        ("举报", "举报/公共卫生", "national", "举报/公共卫生"),
        ("举报", "公共卫生", "national", "举报/公共卫生"),
        ("投诉", "投诉/人口和计划生育", "national", "投诉/人口与计划生育"),
        ("咨询", "咨询/艾滋病/同性", "tianjin", "咨询/艾滋病/同性"),
        ("咨询", "咨询类别/艾滋病/同性", "tianjin", "咨询/艾滋病/同性"),
        ("咨询", "艾滋病/同性", "tianjin", "咨询/艾滋病/同性"),
        ("投诉", "投诉类别/其他（如投诉12320等）", "tianjin", "投诉/其他(如投诉12320等)"),
        ("举报", "举报/行政管理", "tianjin", "举报/行政管理"),
        ("建议", "建议", "tianjin", "建议"),
        ("表扬", "表扬", "own", "B"),
        ("表扬", "表扬/表扬", "own", "B"),
        ("建议", "建议/建议", "tianjin", "建议"),
        ("举报", "投诉/投诉", "national", "投诉"),
        ("其他", "其他/其他", "provincial", "其他"),
        ("其他", "其他", "provincial", "其他"),
        ("投诉", "投诉", "national", "投诉"),
        ("预约挂号", "其他", "national", "预约挂号/其他"),
        ("咨询", "咨询/预约挂号", "provincial", "预约挂号"),
        ("投诉", "寻医问药", "provincial", "寻医问药"),
        ("咨询", "其他", "provincial", "其他"),
        ("建议", "食品安全", "provincial", "食品安全"),
        ("建议", "建议/食品安全", "provincial", "食品安全"),
        ("表扬", "表扬/寻医问药", "provincial", "寻医问药"),
        ("其他", "其他/营养", "provincial", "营养"),
        ("举报", "投诉/食品安全", "provincial", "食品安全"),
        ("预约挂号", "预约挂号/寻医问药", "provincial", "寻医问药"),
        ("咨询", "咨询/咨询类别/艾滋病/同性", "tianjin", "咨询/艾滋病/同性"),
        ("投诉", "投诉/投诉类别/医疗服务", "tianjin", "投诉/医疗服务"),
        ("建议", "建议/业务类别/建议", "tianjin", "建议"),
        ("咨询", "业务类别/咨询", "tianjin", "咨询"),
        ("举报", "业务类别/举报", "tianjin", "举报"),
        ("咨询", "咨询/疾病预防控制/传染病/按病种/艾滋病", "own", "Z02020101"),
        ("咨询", "Z0202010101", "own", "Z0202010101"),
    ],
)
def test_what_a_category_means(trees: Trees, kind: str, text: str, tree: str, path: str) -> None:
    found = Meaning(trees)(Kind.labelled(kind), text)
    assert found == (tree, path_of(path))
    assert found is None or trees.known(*found)


@pytest.mark.parametrize(
    ("kind", "text", "why"),
    [
        ("咨询", "投诉/公共卫生", "begins with 投诉, the row is of 咨询"),
        ("投诉", "举报/公共卫生", "begins with 举报, the row is of 投诉"),
        ("咨询", "咨询/寻医问药/就医指导", "is in no tree; did you mean 咨询/寻医问药/就医引导"),
        ("咨询", "咨询/没有", "in no tree"),
        ("投诉", "寻医问药/就医引导", "in no tree"),
        ("建议", "建议/公共卫生", "in no tree"),
        ("咨询", "T04", "is of 投诉、举报"),
        ("投诉", "预约挂号", "is a kind itself, the row is of 投诉"),
        ("其他", "预约挂号", "is a kind itself"),
        ("咨询", "投诉", "is a kind itself"),
        ("预约挂号", "咨询", "is a kind itself"),
        ("预约挂号", "预约挂号/寻医问药/就医引导", "in no tree"),
        ("建议", "建议/预约挂号", "in no tree"),
        ("投诉", "投诉/预约挂号", "in no tree"),
    ],
)
def test_a_category_that_means_nothing_is_refused(trees: Trees, kind: str, text: str, why: str) -> None:
    with pytest.raises(Unfit, match=why):
        Meaning(trees)(Kind.labelled(kind), text)


def test_every_path_of_every_tree_can_be_imported_as_it_is_published(trees: Trees) -> None:
    meaning = Meaning(trees)
    for tree in ("national", "tianjin"):
        for path in trees.paths(tree):
            kind = Kind.labelled(path[0])
            found = meaning(kind, written(path))
            assert found is not None
            assert found[1] == path
            assert trees.code(*found, kind) == trees.code(tree, path, kind)
    for path in trees.paths("provincial"):
        found = meaning(Kind.CONSULT, written(path))
        assert found == ("provincial", path)
    kinds = {kind.label for kind in Kind}
    for path in trees.paths("provincial"):
        for kind in Kind:
            if path[0] not in kinds - {kind.label, "其他"}:
                assert meaning(kind, f"{kind.label}/{written(path)}") is not None, "that list knows no kinds"


# ── files ───────────────────────────────────────────────────────────────────

GOOD = "time,kind,category,count\n2014-11,咨询,寻医问药,7433\n\n2014-12-01 08:30,投诉,,\n"


def sheet(tmp_path: Path, data: bytes | str) -> Sheet:
    file = tmp_path / "past.csv"
    file.write_bytes(data.encode() if isinstance(data, str) else data)
    return sheet_of(file)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_file_may_be_in_any_encoding_of_spreadsheets_here(tmp_path: Path, trees: Trees, encoding: str) -> None:
    rows = list(sheet(tmp_path, GOOD.replace("\n", "\r\n").encode(encoding)).rows(Meaning(trees)))
    assert [line for line, _ in rows] == [2, 4]
    first, second = (row for _, row in rows)
    assert not isinstance(first, Bad)
    assert not isinstance(second, Bad)
    assert (first.count, first.path, second.count, second.path) == (7433, ("寻医问药",), 1, None)
    assert second.kind is Kind.COMPLAINT


def test_every_bad_row_is_named_with_its_line_and_all_that_is_wrong_with_it(tmp_path: Path, trees: Trees) -> None:
    text = (
        "time,line,kind,category,place,count\n"
        '2014-11,"a\nb",咨询,,,\n'
        "2014-11,,咨询,,南京\n"
        "soon,,求助,,,x\n"
        "2014-11,,咨询,,,1,left over\n"
        "2014-11,,咨询,,,1,,\n"
    )
    bad = [row for _, row in sheet(tmp_path, text).rows(Meaning(trees)) if isinstance(row, Bad)]
    assert [one.line for one in bad] == [2, 4, 5, 6]
    assert "control characters" in bad[0].reason
    assert "5 columns, the first row has 6" in bad[1].reason
    assert all(word in bad[2].reason for word in ("time", "kind", "count"))
    assert "7 columns" in bad[3].reason


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "empty"),
        (b"\n\n", "empty"),
        ("时间;类别\n".encode(), "separated by semicolons"),
        (GOOD.encode("utf-16"), "UTF-16"),
        (b"PK\x03\x04\x00\x00", "no text"),
        (b"time,kind\n2014-11,\xff\xff\xff\n", "neither UTF-8 nor GB 18030"),
    ],
)
def test_what_is_no_such_file_is_said_in_one_line(tmp_path: Path, trees: Trees, data: bytes, why: str) -> None:
    with pytest.raises(NoSheet, match=why):
        list(sheet(tmp_path, data).rows(Meaning(trees)))


def test_a_quote_that_is_not_closed_swallows_nothing(tmp_path: Path, trees: Trees) -> None:
    text = 'time,kind,place\n2014-11,咨询,\n2014-11,"咨询,\nsoon,咨询,\n2014-11,咨询,\n2014-11,"咨询"x,\n'
    text += '2014-11, "咨询", "a,b"\n'
    for more in ("", "2014-11,咨询,\n" * 100):  # open until the file ends, or for too long
        rows = list(sheet(tmp_path, text + more).rows(Meaning(trees)))
        assert [line for line, row in rows if isinstance(row, Bad)] == [3, 4, 6]
        assert [line for line, _ in rows] == list(range(2, len(rows) + 2))
        last = rows[5][1]
        assert not isinstance(last, Bad)
        assert last.place == "a,b"


def test_spaces_behind_a_closing_quote_are_no_fault(tmp_path: Path, trees: Trees) -> None:
    text = 'time,kind,place\n2014-11, "咨询" ,"a "" , b"\t\n2014-11,"咨询" x,\n2014-11,咨询,"c" \r\n'
    rows = [row for _, row in sheet(tmp_path, text).rows(Meaning(trees))]
    first, bad, last = rows
    assert not isinstance(first, Bad)
    assert first.place == 'a " , b'
    assert isinstance(bad, Bad)
    assert "after the one that closes it come spaces, then a comma" in bad.reason
    assert not isinstance(last, Bad)
    assert last.place == "c"


def test_a_line_may_be_named_as_callers_know_it(tmp_path: Path, trees: Trees) -> None:
    text = "时间,热线,类别\n2014-11,预防接种,咨询\n2014-11,别的热线,咨询\n"
    found = [row for _, row in sheet(tmp_path, text).rows(Meaning(trees), {"预防接种": "immunization"})]
    assert [None if isinstance(row, Bad) else row.line for row in found] == ["immunization", "别的热线"]
