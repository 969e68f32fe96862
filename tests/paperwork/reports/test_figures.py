"""Unit, properties: in every table the parts add up to the whole, and percentages are what a fraction says they are."""

from __future__ import annotations

import re
from collections import Counter
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from paperwork.kind import Kind
from paperwork.reports.branch import UNDIVIDED, UNMAPPED
from paperwork.reports.classes import classes
from paperwork.reports.counted import Counted, Key
from paperwork.reports.figures import NO_PLACE, Figures, figures
from paperwork.reports.percent import change, percent
from tests.paperwork.reports.small_trees import CODES, NATIONAL, PROVINCIAL, SmallTrees

MONTHS = 3
TOGETHER = {"建议表扬": ("建议", "表扬")}


def _category(tree: str | None) -> st.SearchStrategy[str | None]:
    if tree is None:
        return st.sampled_from([None, *CODES])
    paths = NATIONAL if tree == "national" else tuple(f"咨询/{path}" for path in PROVINCIAL) + PROVINCIAL
    return st.sampled_from([None, "咨询/寻医问药", *paths])


KEYS = st.sampled_from([None, "national", "provincial"]).flatmap(
    lambda tree: st.builds(
        Key,
        month=st.integers(0, MONTHS - 1),
        kind=st.sampled_from(Kind),
        tree=st.just(tree),
        category=_category(tree),
        place=st.sampled_from([None, "", "和平区", "河西区", "南开区"]),
    )
)
FOUND = st.lists(st.builds(Counted, KEYS, st.integers(1, 10**6)), max_size=40)
TREES = st.sampled_from(["national", "provincial"])


def of(found: list[Counted], tree: str, *, together: bool = False, of_the_whole: bool = False) -> Figures:
    named = classes(TOGETHER if together else {})
    return figures(found, MONTHS, SmallTrees(), tree, named, of_the_whole=of_the_whole)


@settings(max_examples=40)
@given(FOUND, TREES, st.booleans(), st.booleans())
def test_every_table_adds_up_to_everything_that_was_counted(
    found: list[Counted], tree: str, together: bool, whole: bool
) -> None:
    told = of(found, tree, together=together, of_the_whole=whole)
    everything = sum(one.count for one in found)
    assert told.total == everything == sum(row.total for row in told.places) == sum(told.months)
    for place, month in enumerate(told.months):
        assert month == sum(one.count for one in found if one.key.month == place)
    for name in told.classes.names:
        members = told.classes.members(name)
        assert told.count(name) == sum(one.count for one in found if one.key.kind in members)
        assert told.count(name) == sum(row.counts[name] for row in told.places)
    assert all(set(row.counts) == set(told.classes.names) for row in told.places)


@settings(max_examples=40)
@given(FOUND, TREES, st.booleans())
def test_the_children_of_every_category_add_up_to_it_in_every_month(
    found: list[Counted], tree: str, whole: bool
) -> None:
    told = of(found, tree, of_the_whole=whole)
    below: Counter[tuple[str, ...]] = Counter()
    below_months: dict[tuple[str, ...], list[int]] = {}
    for leaf in told.categories:
        below[leaf.path[:-1]] += leaf.count
        sums = below_months.setdefault(leaf.path[:-1], [0] * MONTHS)
        below_months[leaf.path[:-1]] = [one + more for one, more in zip(sums, leaf.months, strict=True)]
        assert leaf.count == sum(leaf.months)
        assert len(leaf.path) <= (3 if whole else 4)
    for leaf in told.categories:
        if leaf.path in below:
            assert below[leaf.path] == leaf.count
            assert below_months[leaf.path] == list(leaf.months)
    if whole:
        assert below[()] == told.total
        assert {leaf.whole for leaf in told.categories} <= {told.total}
        return
    for name in told.classes.names:
        assert below.get((name,), told.count(name)) == told.count(name)
    for leaf in told.categories:
        parent = [one.count for one in told.categories if one.path == leaf.path[:-1]]
        assert leaf.whole == (parent[0] if parent else told.count(leaf.path[0]))


@settings(max_examples=40)
@given(FOUND, TREES)
def test_parents_stand_before_their_children_and_siblings_by_count(found: list[Counted], tree: str) -> None:
    told = of(found, tree)
    seen: list[tuple[str, ...]] = []
    last: dict[tuple[str, ...], int] = {}
    for leaf in told.categories:
        assert len(leaf.path) == 2 or leaf.path[:-1] in seen
        assert leaf.count <= last.get(leaf.path[:-1], leaf.count)
        last[leaf.path[:-1]] = leaf.count
        seen.append(leaf.path)
    assert len(set(seen)) == len(seen)
    totals = [(-row.total, row.place) for row in told.places]
    assert totals == sorted(totals)


@given(st.integers(0, 10**12), st.integers(1, 10**12), st.integers(0, 4))
def test_a_percentage_is_the_nearest_and_a_half_goes_up(part: int, whole: int, decimals: int) -> None:
    said = percent(part, whole, decimals)
    exact = Fraction(part * 100, whole)
    half = Fraction(1, 2 * 10**decimals)
    assert exact - half < Fraction(said) <= exact + half
    assert re.fullmatch(r"[0-9]+" + (rf"\.[0-9]{{{decimals}}}" if decimals else ""), f"{said:f}")


@given(st.integers(0, 10**9), st.integers(1, 10**9))
def test_a_decrease_is_rounded_as_an_increase_is(now: int, then: int) -> None:
    by = change(now, then)
    assert by is not None
    assert abs(by) == percent(abs(now - then), then)
    assert (by > 0) <= (now > then)
    assert (by < 0) <= (now < then)
    assert f"{by:f}" != "-0.0"


def test_of_nothing_everything_is_nothing() -> None:
    assert f"{percent(0, 0):f}" == "0.0"
    assert change(5, 0) is None
    told = of([], "national")
    assert (told.total, told.categories, told.places) == (0, (), ())


def one(
    kind: Kind, category: str | None, count: int, place: str | None = None, tree: str | None = "national"
) -> Counted:
    return Counted(Key(0, kind, tree, category, place), count)


def rows(told: Figures) -> list[tuple[str, int, str]]:
    return [("/".join(leaf.path), leaf.count, f"{percent(leaf.count, leaf.whole):f}") for leaf in told.categories]


def test_percentages_are_of_the_own_parent_and_what_no_child_has_is_shown() -> None:
    found = [
        one(Kind.CONSULT, "咨询/寻医问药/就医引导/专家查询", 30),
        one(Kind.CONSULT, "咨询/寻医问药/就医引导", 10),
        one(Kind.CONSULT, "咨询/寻医问药/疾病知识", 41),
        one(Kind.CONSULT, "咨询/其他", 19),
        one(Kind.CONSULT, None, 3),
        one(Kind.CONSULT, "X01", 7, tree=None),
    ]
    assert rows(of(found, "national")) == [
        ("咨询/寻医问药", 81, "73.6"),
        ("咨询/寻医问药/疾病知识", 41, "50.6"),
        ("咨询/寻医问药/就医引导", 40, "49.4"),
        ("咨询/寻医问药/就医引导/专家查询", 30, "75.0"),
        (f"咨询/寻医问药/就医引导/{UNDIVIDED}", 10, "25.0"),
        ("咨询/其他", 19, "17.3"),
        (f"咨询/{UNMAPPED}", 7, "6.4"),
        (f"咨询/{UNDIVIDED}", 3, "2.7"),
    ]


def test_a_report_has_the_categories_of_complaints_under_its_own_kind() -> None:
    found = [
        one(Kind.REPORT, "举报/公共卫生", 2),
        one(Kind.REPORT, "T01", 3, tree=None),
        one(Kind.COMPLAINT, "T01", 4, tree=None),
    ]
    assert rows(of(found, "national")) == [("投诉/公共卫生", 4, "100.0"), ("举报/公共卫生", 5, "100.0")]


def test_a_tree_without_kinds_lists_all_its_categories_and_what_has_none_of_them() -> None:
    found = [
        one(Kind.BOOKING, None, 5, tree="provincial"),
        one(Kind.BOOKING, "预约挂号/预约挂号", 1, tree="provincial"),
        one(Kind.CONSULT, "咨询/其他", 2, tree="provincial"),
        one(Kind.COMPLAINT, "其他", 2, tree="provincial"),
        one(Kind.CONSULT, None, 1, tree="provincial"),
    ]
    told = rows(of(found, "provincial", of_the_whole=True))
    assert told[:4] == [("预约挂号", 6, "54.5"), ("其他", 4, "36.4"), (UNMAPPED, 1, "9.1"), ("寻医问药", 0, "0.0")]
    assert sorted(path for path, _, _ in told) == sorted([*PROVINCIAL, UNMAPPED])


@pytest.mark.parametrize("place", [None, ""])
def test_who_named_no_place_is_counted_all_the_same(place: str | None) -> None:
    told = of([one(Kind.PRAISE, None, 4, place), one(Kind.PRAISE, None, 4, "和平区")], "national", together=True)
    assert [(row.place, row.counts["建议表扬"]) for row in told.places] == [("和平区", 4), (NO_PLACE, 4)]
    assert told.classes.names == ("咨询", "投诉", "举报", "建议表扬", "预约挂号", "其他")
    assert Decimal(percent(4, 8)) == 50
