"""Unit on a real database: a past is brought along whole or not at all, and comes out again as it went in."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import func, insert, select
from sqlalchemy.exc import IntegrityError

from paperwork.categories.load import trees_in
from paperwork.categories.spelling import Path as Names
from paperwork.categories.spelling import path_of
from paperwork.categories.trees import Trees
from paperwork.categories.unplaced import unplaced
from paperwork.kind import Kind
from paperwork.past.export import exported, unfilled
from paperwork.past.imports import MOST_TOLD, Import, NoImport, SameFile, imported, look, retract, take_in
from paperwork.past.meaning import Meaning
from paperwork.past.row import PastRow
from paperwork.past.scratch import Scratch
from paperwork.past.sheet import NoSheet, Sheet, sheet_of
from records.migrations import upgrade
from records.paper_tables import answers, past_rows
from records.store import Store
from routing.calendar import SHANGHAI

CONFIG = Path(__file__).parents[2] / "config"
AT = datetime(2026, 10, 1, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def trees() -> Trees:
    return trees_in(CONFIG)


@pytest.fixture
async def store(url: str) -> AsyncIterator[Store]:
    store = Store(url)
    yield store
    await store.close()


def written_to(file: Path, text: str) -> Sheet:
    file.write_text(text, "utf-8")
    return sheet_of(file)


async def bring(store: Store, trees: Trees, file: Path, text: str) -> Import:
    with Scratch(store.url) as scratch:
        sheet = written_to(file, text)
        found = look(sheet, Meaning(trees), scratch=scratch)
        assert found.good, found.bad
        return await take_in(store, sheet, found, scratch, who="os:ann", at=AT)


async def sums(store: Store, trees: Trees, tree: str) -> Counter[Names | None]:
    """Calls by their place in a tree."""
    counted: Counter[Names | None] = Counter()
    for row in await store.rows(select(past_rows)):
        path = None if row["path"] is None else trees.place(row["tree"], path_of(row["path"]), tree, Kind(row["kind"]))
        counted[path] += row["count"]
    return counted


# ── published figures ───────────────────────────────────────────────────────

PROVINCE: Sequence[tuple[str, int, int]] = (
    ("预约挂号", 94_463, 84_315),
    ("寻医问药", 7_433, 4_587),
    ("妇幼卫生", 2_780, 3_605),
    ("政策法规", 2_112, 3_509),
    ("传染病", 2_394, 2_676),
    ("免疫预防", 2_431, 2_439),
    ("其他", 1_574, 1_493),
    ("精神卫生", 467, 645),
    ("慢性病", 438, 358),
    ("社会服务项目", 310, 399),
    ("职业卫生", 216, 240),
    ("营养", 192, 202),
    ("环境卫生", 178, 148),
    ("食品安全", 90, 100),
    ("意外伤害", 4, 19),
    ("地方病", 8, 5),
    ("放射卫生", 4, 2),
    ("学校卫生", 0, 0),
)
"""A province's bulletin: calls of 2014-11 and 2014-12, 219,836 together."""

CITIES: Sequence[tuple[str, int, int, int, int, int]] = (
    ("南京", 768_182, 0, 469, 0, 4_590),
    ("苏州", 547_131, 11, 260, 3, 2),
    ("淮安", 25_415, 0, 0, 0, 0),
    ("扬州", 15_403, 0, 0, 0, 2_553),
    ("镇江", 16_329, 0, 598, 1, 0),
    ("常州", 15_693, 2, 11, 0, 0),
    ("盐城", 13_945, 0, 10, 0, 0),
    ("南通", 12_972, 1, 149, 6, 107),
    ("无锡", 11_705, 0, 0, 0, 0),
    ("泰州", 11_031, 0, 34, 1, 94),
    ("徐州", 9_986, 0, 0, 0, 1_086),
    ("连云港", 6_913, 3, 44, 0, 1_672),
    ("宿迁", 978, 1, 163, 4, 63),
)
"""Its cities in 2014: 咨询 举报 投诉 建议 其他."""


@pytest.mark.parametrize("kind_first", [False, True])
async def test_a_provinces_months_come_in_as_published(
    store: Store, trees: Trees, tmp_path: Path, *, kind_first: bool
) -> None:
    rows = ["时间,类别,分类,件次"]
    for name, november, december in PROVINCE:
        kind = "预约挂号" if name == "预约挂号" else "咨询"
        path = f"{kind}/{name}" if kind_first else name
        rows += [f"2014-11,{kind},{path},{november}", f"2014-12,{kind},{path},{december}"]
    taken = await bring(store, trees, tmp_path / "a.csv", "\n".join(rows))
    assert (taken.rows, taken.calls) == (36, 219_836)
    counted = await sums(store, trees, "provincial")
    assert counted == {(name,): november + december for name, november, december in PROVINCE}
    assert sum((await sums(store, trees, "national")).values()) == 219_836
    assert (await sums(store, trees, "national"))[None] == 0


async def test_cities_come_in_as_published(store: Store, trees: Trees, tmp_path: Path) -> None:
    kinds = ("咨询", "举报", "投诉", "建议", "其他")
    rows = ["time,line,kind,category,place,count"]
    rows += [
        f"2014-01,,{kind},,{city},{count}" for city, *each in CITIES for kind, count in zip(kinds, each, strict=True)
    ]
    taken = await bring(store, trees, tmp_path / "a.csv", "\n".join(rows))
    assert taken.calls == 1_467_621
    query = select(past_rows.c.kind, func.sum(past_rows.c["count"]).label("calls")).group_by(past_rows.c.kind)
    found = {Kind(row["kind"]).label: row["calls"] for row in await store.rows(query)}
    assert found == {"咨询": 1_455_683, "举报": 18, "投诉": 1_738, "建议": 15, "其他": 10_167}
    place = select(func.sum(past_rows.c["count"]).label("calls")).where(past_rows.c.place == "南京")
    assert [row["calls"] for row in await store.rows(place)] == [773_241]


# ── all or nothing ──────────────────────────────────────────────────────────

FEW = "time,kind,category,count\n2014-11,咨询,寻医问药,7\n2014-11-03T09:00:30,举报,举报/公共卫生,\n"


async def test_the_same_file_is_noticed_under_any_name_and_the_same_rows_elsewhere_are_not(
    store: Store, trees: Trees, tmp_path: Path
) -> None:
    first = await bring(store, trees, tmp_path / "a.csv", FEW)
    with pytest.raises(SameFile, match=f"as {first.id}"):
        await bring(store, trees, tmp_path / "b.csv", FEW)
    second = await bring(store, trees, tmp_path / "c.csv", FEW + "\n")
    assert [one.id for one in await imported(store)] == [first.id, second.id] == ["2026-000001", "2026-000002"]


def test_a_file_that_is_changed_meanwhile_is_not_taken_for_what_it_was(trees: Trees, tmp_path: Path) -> None:
    sheet = written_to(tmp_path / "a.csv", FEW)
    written_to(tmp_path / "a.csv", FEW + "2014-11,咨询,,\n")
    with pytest.raises(NoSheet, match="changed while it was read"):
        look(sheet, Meaning(trees))


async def test_a_row_that_the_database_refuses_leaves_nothing_of_its_file(
    store: Store, trees: Trees, tmp_path: Path
) -> None:
    sheet = written_to(tmp_path / "a.csv", FEW)
    with Scratch(store.url) as scratch:
        found = look(sheet, Meaning(trees), scratch=scratch)
        scratch.add(2, PastRow(AT, None, Kind.CONSULT, None, None, None, 1))  # a line that is there already
        with pytest.raises(IntegrityError):
            await take_in(store, sheet, found, scratch, who="os:ann", at=AT)
    assert await imported(store) == []
    assert await store.rows(select(past_rows)) == []


async def test_thousands_of_rows_come_in_whole(store: Store, trees: Trees, tmp_path: Path) -> None:
    text = "time,kind,count\n" + "".join(f"2014-11-01 08:00:{at % 60:02},咨询,{at}\n" for at in range(12_345))
    taken = await bring(store, trees, tmp_path / "a.csv", text)
    found = await store.row(select(func.count().label("rows"), func.sum(past_rows.c["count"]).label("calls")))
    assert found is not None
    assert (found["rows"], found["calls"]) == (taken.rows, taken.calls) == (12_345, 12_345 * 12_344 // 2)


def test_of_too_many_bad_rows_the_rest_is_counted(trees: Trees, tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text("time,kind\n" + "never,咨询\n" * (MOST_TOLD + 50), "utf-8")
    found = look(sheet_of(file), Meaning(trees))
    assert (len(found.bad), found.more, found.bad[-1].line, found.good) == (MOST_TOLD, 50, MOST_TOLD + 1, False)


async def test_what_is_taken_back_is_gone_but_known_and_may_come_again(
    store: Store, trees: Trees, tmp_path: Path
) -> None:
    first = await bring(store, trees, tmp_path / "a.csv", FEW)
    other = await bring(store, trees, tmp_path / "b.csv", FEW + "\n")
    back = await retract(store, first.id, who="os:bob", reason="wrong year", at=AT)
    assert (back.retracted, back.retracted_by, back.reason) == (AT, "os:bob", "wrong year")
    assert {row["import"] for row in await store.rows(select(past_rows))} == {other.id}
    with pytest.raises(NoImport, match="wrong year"):
        await retract(store, first.id, who="os:bob", reason="again", at=AT)
    with pytest.raises(NoImport, match="no import is called"):
        await retract(store, "2026-000009", who="os:bob", reason="again", at=AT)
    again = await bring(store, trees, tmp_path / "a.csv", FEW)
    assert [one.id for one in await imported(store)] == [first.id, other.id, again.id]


# ── out again ───────────────────────────────────────────────────────────────


def answer(call: str, at: datetime, **values: object) -> dict[str, object]:
    return {
        "call": call,
        "number": f"2026-{call}",
        "seq": 1,
        "state": "filled",
        "at": at,
        "filled": at,
        "line": "immunization",
        "kind": "consult",
        "test": False,
        **values,
    }


async def out_of(url: str, trees: Trees) -> str:
    return "".join([lines async for lines in exported(url, trees)])


async def test_what_goes_out_comes_in_as_the_same_calls(url: str, store: Store, trees: Trees, tmp_path: Path) -> None:
    text = (
        "time,line,kind,category,place,count\n"
        '2014-11,,咨询,寻医问药,"南京,""江宁""",768182\n'
        "2014-11-03T09:00:30,hk,举报,举报/公共卫生,,2\n2014-12,,咨询,咨询/妇幼卫生,,5\n"
        "2014-12,,咨询,Z0202010101,,3\n2014-12,,建议,,,4\n2015-01,'=HYPERLINK(1),表扬,表扬,-,1\n"
    )
    await bring(store, trees, tmp_path / "a.csv", text)
    rows = [
        answer("c1", datetime(2026, 10, 1, 9, 0, 0, 123_000, SHANGHAI), category="Z02010102", place="和平区"),
        answer("c2", datetime(2026, 10, 1, 9, 1, tzinfo=SHANGHAI), kind="report", category="T0401"),
        answer("c3", datetime(2026, 10, 1, 9, 2, tzinfo=SHANGHAI), kind=None, filled=None),
        answer("c4", datetime(2026, 10, 1, 9, 3, tzinfo=SHANGHAI), test=True),
        answer("c5", datetime(2026, 10, 1, 9, 4, tzinfo=SHANGHAI), category=None, place="=1+1"),
        answer("c6", datetime(2026, 10, 1, 9, 5, tzinfo=SHANGHAI), category="Z01", filled=None, state="open"),
    ]
    for row in rows:
        await store.do(insert(answers).values(**row))
    first = await out_of(url, trees)
    assert first.splitlines()[0] == "time,line,kind,category,place,count"
    assert '2014-11,,咨询,寻医问药,"南京,""江宁""",768182' in first
    assert "2026-10-01T09:00:00.123,immunization,咨询,咨询/疾病预防控制/预防接种/疫苗种类/狂犬病疫苗,和平区,1" in first
    assert len(first.splitlines()) == 1 + 6 + 3
    assert "2015-01,'=HYPERLINK(1),表扬,表扬,'-,1\n" in first  # no spreadsheet runs what stands there
    assert "2026-10-01T09:04:00,immunization,咨询,,'=1+1,1\n" in first
    assert await unfilled(url) == 2
    stored = {row["line"] for row in await store.rows(select(past_rows.c.line))}
    assert stored == {None, "hk", "=HYPERLINK(1)"}

    elsewhere = f"sqlite+aiosqlite:///{tmp_path / 'other' / 'hotline.db'}"
    await upgrade(elsewhere)
    other = Store(elsewhere)
    taken = await bring(other, trees, tmp_path / "out.csv", first)
    assert taken.calls == 768_182 + 2 + 5 + 3 + 4 + 1 + 3
    assert await out_of(elsewhere, trees) == first
    for tree in ("own", "national", "provincial", "tianjin"):
        ours = await sums(store, trees, tree)
        for row in rows:
            if row["filled"] is not None and not row["test"]:
                code = row.get("category")
                ours[None if code is None else trees.path(str(code), tree, Kind(str(row["kind"])))] += 1
        assert _reported_as_complained(await sums(other, trees, tree)) == _reported_as_complained(ours)
    await other.close()


def _reported_as_complained(counted: Counter[Names | None]) -> Counter[Names | None]:
    """举报 and 投诉 share their categories; a sum of either is the same."""
    merged: Counter[Names | None] = Counter()
    for path, calls in counted.items():
        merged[("投诉", *path[1:]) if path is not None and path[0] == "举报" else path] += calls
    return merged


async def test_a_span_is_from_an_instant_until_before_another(
    url: str, store: Store, trees: Trees, tmp_path: Path
) -> None:
    await bring(store, trees, tmp_path / "a.csv", "time,kind\n2014-10-31 23:59:59,咨询\n2014-11,咨询\n2014-12,咨询\n")
    span = (datetime(2014, 11, 1, tzinfo=SHANGHAI), datetime(2014, 12, 1, tzinfo=SHANGHAI))
    text = "".join([lines async for lines in exported(url, trees, span)])
    assert [line.split(",")[0] for line in text.splitlines()] == ["time", "2014-11"]


async def test_every_category_of_ours_survives_going_out_and_coming_in(trees: Trees, url: str, store: Store) -> None:
    meaning = Meaning(trees)
    kinds = {"Z": "consult", "T": "complaint", "J": "suggestion", "B": "praise", "Y": "booking", "Q": "other"}
    for at, code in enumerate(trees.categories):
        row = answer(f"c{at:04}", AT.replace(minute=at // 60 % 60, second=at % 60), category=code, kind=kinds[code[0]])
        await store.do(insert(answers).values(**row))
    lines = (await out_of(url, trees)).splitlines()[1:]
    for code, line in zip(trees.categories, lines, strict=True):
        kind = Kind(kinds[code[0]])
        meant = meaning(kind, line.split(",")[3])
        assert meant is not None
        for tree in ("own", "national", "provincial", "tianjin"):
            assert trees.place(*meant, tree, kind) == trees.path(code, tree, kind)


async def test_what_has_no_place_in_a_tree_is_listed_with_its_counts(
    store: Store, trees: Trees, tmp_path: Path
) -> None:
    text = (
        "time,kind,category,count\n2014-11,咨询,咨询/政策法规,40\n2014-12,咨询,咨询/政策法规,2\n2014-11,建议,建议,9\n"
    )
    await bring(store, trees, tmp_path / "a.csv", text)
    await store.do(insert(answers).values(**answer("c1", AT, category="Z04")))
    await store.do(
        insert(past_rows).values(
            {"import": "x", "row": 1, "at": AT, "kind": "consult", "tree": "national", "path": "咨询/旧名", "count": 3}
        )
    )
    told = [one.to_json() for one in await unplaced(store, trees)]
    assert [(one["path"], one["rows"], one["calls"], one["missing"]) for one in told] == [
        ("咨询/政策法规", 2, 42, ["tianjin"]),
        ("咨询/旧名", 1, 3, ["own", "national", "provincial", "tianjin"]),
        ("Z04", 1, 1, ["tianjin"]),
    ]
