"""Unit: one choice of an agent fills every form, and an edit of the tree never changes what a record meant."""

from __future__ import annotations

from pathlib import Path

import pytest

from paperwork.categories.category import OTHERS, Tree
from paperwork.categories.load import trees_in, trees_of
from paperwork.categories.shelf import Shelf
from paperwork.categories.spelling import initials, path_of, written
from paperwork.categories.trees import Trees
from paperwork.categories.written import CategoriesFile
from paperwork.kind import Kind
from paperwork.past.meaning import Meaning
from paperwork.reading import read_text
from paperwork.reports.counted import Key
from paperwork.reports.placing import Placing
from routing.reading.problem import Unreadable

CONFIG = Path(__file__).parents[2] / "config"

SMALL = """\
version: 1
categories:
  - code: Z
    name: 咨询
    kinds: [咨询]
    city: 咨询
    parts:
      - code: Z1
        name: 疫苗
        city: 咨询/免疫
        parts:
          - {code: Z11, name: 狂犬疫苗}
          - {code: Z12, name: 乙肝疫苗}
      - {code: Z2, name: 政策}
  - {code: T, name: 投诉, kinds: [投诉, 举报], city: 投诉/卫生}
trees:
  tianjin:
    咨询: {免疫: [狂犬疫苗], 其他: }
    投诉: [卫生]
""".replace("city:", "tianjin:")


def read(text: str) -> Trees:
    return trees_of(*read_text("c.yaml", text, CategoriesFile))


def problems(text: str) -> list[str]:
    with pytest.raises(Unreadable) as refused:
        read(text)
    return [str(problem) for problem in refused.value.problems]


@pytest.fixture(scope="module")
def shipped() -> Trees:
    return trees_in(CONFIG)


# ── the shipped trees ───────────────────────────────────────────────────────


def test_our_tree_is_as_fine_as_the_national_one(shipped: Trees) -> None:
    for path in shipped.paths(Tree.NATIONAL):
        code = shipped.code(Tree.NATIONAL, path)
        assert code is not None
        assert shipped.path(code) == path == shipped.path(code, Tree.NATIONAL)


def test_the_national_tree_has_its_published_size_and_order(shipped: Trees) -> None:
    assert shipped.roots(Tree.NATIONAL) == ("咨询", "投诉", "预约挂号")
    paths = list(shipped.paths(Tree.NATIONAL))
    assert [sum(len(path) == depth for path in paths) for depth in (1, 2, 3, 4)] == [3, 31, 98, 218]
    assert shipped.below(Tree.NATIONAL, path_of("咨询/寻医问药")) == ("就医引导", "疾病知识", "药物咨询", "其他")
    assert shipped.roots(Tree.PROVINCIAL)[:3] == ("预约挂号", "寻医问药", "政策法规")
    assert len(shipped.roots(Tree.PROVINCIAL)) == 18
    assert shipped.roots(Tree.TIANJIN) == ("举报", "投诉", "咨询", "建议", "其他")
    assert len(shipped.below(Tree.TIANJIN, ("投诉",))) == 7


@pytest.mark.parametrize("tree", OTHERS)
def test_an_agent_can_choose_every_category_of_every_form(shipped: Trees, tree: Tree) -> None:
    assert shipped.unreached(tree) == ()
    finest = [path for path in shipped.paths(tree) if not shipped.below(tree, path) and path != ("举报",)]
    chosen = {shipped.path(one.code, tree) for one in shipped.categories.values()}
    assert set(finest) <= chosen


def test_nothing_is_unmapped_but_what_the_citys_form_has_no_row_for(shipped: Trees) -> None:
    assert shipped.unmapped(Tree.NATIONAL) == ()
    assert shipped.unmapped(Tree.PROVINCIAL) == ()
    tops = {one.path[:2] for one in shipped.unmapped(Tree.TIANJIN)}
    assert ("咨询", "政策法规") in tops
    assert all(path[0] == "咨询" for path in tops)


@pytest.mark.parametrize("tree", OTHERS)
@pytest.mark.parametrize("into", list(Tree))
def test_a_path_leads_to_a_known_path_or_nowhere(shipped: Trees, tree: Tree, into: Tree) -> None:
    for path in shipped.paths(tree):
        for kind in (None, *Kind):
            found = shipped.place(tree, path, into, kind)
            assert found is None or shipped.known(into, found)


@pytest.mark.parametrize(
    ("tree", "path", "into", "kind", "found"),
    [
        ("tianjin", "咨询/艾滋病/同性", "national", None, "咨询/疾病预防控制/传染病/按病种"),
        ("tianjin", "咨询/艾滋病/同性", "provincial", None, "传染病"),
        ("tianjin", "咨询/免疫预防", "national", None, "咨询/疾病预防控制/预防接种"),
        ("national", "咨询/公共卫生/意外伤害/动物咬伤", "tianjin", None, "咨询/动物致伤"),
        ("national", "预约挂号/预约/内科/消化内科", "provincial", None, "预约挂号"),
        ("provincial", "妇幼卫生", "national", None, "咨询/妇幼保健"),
        ("provincial", "其他", "national", Kind.CONSULT, "咨询/其他"),
        ("provincial", "其他", "national", Kind.COMPLAINT, "投诉/其他"),
        ("provincial", "政策法规", "national", Kind.COMPLAINT, "投诉/政策法规"),
        ("national", "举报/公共卫生", "national", None, "举报/公共卫生"),
        ("national", "举报/公共卫生", "tianjin", None, "举报/其他公卫监督执法"),
        ("national", "投诉/公共卫生", "tianjin", Kind.COMPLAINT, "投诉/其他公卫监督执法"),
        ("tianjin", "咨询/心理援助/婚姻情感", "national", None, "咨询/公共卫生/精神卫生"),  # 婚姻 or 恋爱: not known
        ("own", "Z0202010101", "tianjin", None, "咨询/艾滋病/同性"),
        ("own", "Z0202010101", "own", None, "咨询/疾病预防控制/传染病/按病种/艾滋病/同性"),
        ("national", "咨询/政策法规", "tianjin", None, None),
        ("national", "咨询/没有这一类", "own", None, None),
    ],
)
def test_where_a_path_stands_elsewhere(
    shipped: Trees, tree: str, path: str, into: str, kind: Kind | None, found: str | None
) -> None:
    assert shipped.place(tree, path_of(path), into, kind) == (None if found is None else path_of(found))


def test_a_path_is_known_however_its_brackets_are_written(shipped: Trees) -> None:
    right = path_of("咨询/医改政策/医保（医疗保险）/其他")
    assert shipped.spelled(Tree.NATIONAL, path_of("咨询 / 医改政策／医保(医疗保险)/ 其他")) == right
    assert shipped.spelled(Tree.NATIONAL, ("投诉", "人口和计划生育")) == ("投诉", "人口与计划生育")
    assert shipped.spelled(Tree.TIANJIN, ("咨询类别", "艾滋病", "同性")) == ("咨询", "艾滋病", "同性")
    assert shipped.spelled(Tree.NATIONAL, ("举报", "公共卫生")) == ("举报", "公共卫生")
    assert shipped.spelled(Tree.NATIONAL, ("举报", "寻医问药")) is None


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("就医引导", "Z0101"),
        ("jyyd", "Z0101"),
        ("Z0101", "Z0101"),
        ("妇保 孕期", "Z090101"),
        ("狂犬", "Z02010102"),
        ("0－6岁", "Z050201"),
        ("gxy", "Z02030101"),
    ],
)
def test_an_agent_finds_a_category_by_what_they_type(shipped: Trees, typed: str, first: str) -> None:
    assert shipped.search(typed)[0].code == first


def test_a_search_keeps_to_the_kind_and_the_limit(shipped: Trees) -> None:
    assert {one.code[0] for one in shipped.search("公共卫生", 50, Kind.REPORT)} == {"T"}
    assert len(shipped.search("其他", 3)) == 3
    assert shipped.search("  ") == ()
    assert shipped.search("没有这样的分类") == ()


def test_every_shipped_name_can_be_typed_by_its_initials(shipped: Trees) -> None:
    for category in shipped.categories.values():
        assert len(initials(category.name)) == sum(sign.isalnum() for sign in category.name), category.name


def test_what_goes_with_a_kind(shipped: Trees) -> None:
    assert shipped.goes_with("T04", Kind.REPORT)
    assert not shipped.goes_with("T04", Kind.CONSULT)
    assert not shipped.goes_with("none", Kind.CONSULT)
    assert [shipped.of_kind(kind).code for kind in Kind] == ["Z", "T", "T", "J", "B", "Y", "Q"]  # type: ignore[union-attr]


# ── inheriting, retiring ────────────────────────────────────────────────────


def test_a_category_stands_where_its_parent_does_but_not_in_a_bare_kind() -> None:
    trees = read(SMALL)
    assert trees.path("Z12", "tianjin") == ("咨询", "免疫")
    assert trees.path("Z2", "tianjin") is None
    assert [one.code for one in trees.unmapped("tianjin")] == ["Z2"]
    assert trees.unreached("tianjin") == (("咨询", "免疫", "狂犬疫苗"), ("咨询", "其他"))
    assert trees.place("tianjin", ("咨询", "免疫", "狂犬疫苗"), "own") == ("咨询", "疫苗")


RETIRED = SMALL.replace(
    "{code: Z12, name: 乙肝疫苗}", "{code: Z12, name: 乙肝疫苗, retired: true, becomes: Z11}"
).replace("{code: Z2, name: 政策}", "{code: Z2, name: 政策, retired: true}")


def test_a_retired_code_stays_readable_and_counts_where_it_went() -> None:
    trees = read(RETIRED)
    assert trees.categories["Z12"].name == "乙肝疫苗"
    assert trees.path("Z12") == ("咨询", "疫苗", "狂犬疫苗")
    assert trees.path("Z2") == ("咨询", "政策")
    assert trees.known("own", ("咨询", "政策"))
    assert trees.place("own", ("咨询", "疫苗", "乙肝疫苗"), "own") == ("咨询", "疫苗", "狂犬疫苗")
    assert [one.code for one in trees.children("Z")] == ["Z1"]
    assert [one.code for one in trees.children("Z", retired=True)] == ["Z1", "Z2"]
    assert not trees.goes_with("Z2", Kind.CONSULT)
    assert trees.search("乙肝") == ()


def test_another_name_changes_nothing_for_a_record() -> None:
    before, after = read(SMALL), read(SMALL.replace("name: 疫苗", "name: 预防接种"))
    assert before.path("Z11", "tianjin") == after.path("Z11", "tianjin")
    assert after.path("Z11") == ("咨询", "预防接种", "狂犬疫苗")


# ── what is wrong is told with its place ────────────────────────────────────


@pytest.mark.parametrize(
    ("wrong", "right", "told"),
    [
        ("tianjin: 咨询/免役", "tianjin: 咨询/免疫", "c.yaml:10:18: categories.0.parts.0.tianjin: the"),
        ("code: Z11, name: 乙肝疫苗", "code: Z12, name: 乙肝疫苗", "c.yaml:13:20: categories.0.parts.0.parts.1"),
        ("{code: Z12, name: 狂犬疫苗}", "{code: Z12, name: 乙肝疫苗}", "this name stands here twice"),
        ("name: 政/策", "name: 政策", "has no `/`"),
        ("{code: Z2, name: 政策, becomes: Z1}", "{code: Z2, name: 政策}", "only a category with `retired: true`"),
        ("{code: Z2, name: 政策, retired: true, becomes: Z9}", "{code: Z2, name: 政策}", "no category has this code"),
        ("{code: Z2, name: 政策, retired: true, becomes: Z2}", "{code: Z2, name: 政策}", "in a circle: Z2 → Z2"),
        ("kinds: [投诉, 举办]", "kinds: [投诉, 举报]", "must be one of"),
        ("{code: T, name: 投诉, t", "{code: T, name: 投诉, kinds: [投诉, 举报], t", "with which `kinds` it goes"),
        ("免疫: [狂犬疫苗, 狂犬疫苗]", "免疫: [狂犬疫苗]", "this name stands here twice"),
        ("免疫: 狂犬疫苗", "免疫: [狂犬疫苗]", "names within names"),
        ("code: Z 2", "code: Z2", "letters, digits and hyphens"),
        ("colour: red\ntrees:", "trees:", "unknown key `colour`"),
        ("back: {tianjin: {咨询/免疫: [Z7]}}\ntrees:", "trees:", "no category in use has this code"),
        ("also: {tianjin: {免疫: 咨询/免役}}\ntrees:", "trees:", "the tianjin tree has no such path"),
    ],
)  # fmt: skip
def test_what_is_wrong_in_the_file_is_told(wrong: str, right: str, told: str) -> None:
    assert right in SMALL
    found = problems(SMALL.replace(right, wrong, 1))
    assert any(told in problem for problem in found), found


def test_a_circle_of_retired_codes_is_told_and_not_followed() -> None:
    text = SMALL.replace("{code: Z11, name: 狂犬疫苗}", "{code: Z11, name: 狂犬疫苗, retired: true, becomes: Z12}")
    text = text.replace("{code: Z12, name: 乙肝疫苗}", "{code: Z12, name: 乙肝疫苗, retired: true, becomes: Z11}")
    assert any("Z11 → Z12 → Z11" in problem for problem in problems(text))


# ── while the hotline runs ──────────────────────────────────────────────────


def test_an_edit_is_taken_up_and_a_spoiled_file_leaves_the_trees_from_before(tmp_path: Path) -> None:
    file = tmp_path / "paperwork" / "categories.yaml"
    file.parent.mkdir()
    file.write_text(SMALL, "utf-8")
    shelf = Shelf(tmp_path)
    first = shelf.trees()
    assert shelf.trees() is first
    file.write_text(SMALL.replace("name: 政策", "name: 政策法规"), "utf-8")
    assert shelf.trees().path("Z2") == ("咨询", "政策法规")
    file.write_text("version: 1\ncategories: [", "utf-8")
    assert shelf.trees().path("Z2") == ("咨询", "政策法规")
    file.unlink()
    assert shelf.trees().path("Z2") == ("咨询", "政策法规")


@pytest.mark.parametrize("tree", list(Tree))
@pytest.mark.parametrize("kind", list(Kind))
def test_a_kind_written_as_its_own_category_is_no_category_of_it(shipped: Trees, tree: Tree, kind: Kind) -> None:
    meant = Meaning(shipped)(kind, kind.label)
    assert meant is not None
    keys = [Key(0, kind, meant[0], written(meant[1]), None)]
    root = shipped.of_kind(kind)
    assert root is not None
    keys.append(Key(0, kind, None, root.code, None))
    for key in keys:
        found = Placing(shipped, tree).below_kind(key)
        assert found == (() if tree is not Tree.PROVINCIAL else shipped.path(root.code, tree) or ()), key


def test_a_name_of_the_province_that_goes_with_no_category_of_the_kind_leads_nowhere(shipped: Trees) -> None:
    for kind, name in ((Kind.CONSULT, "预约挂号"), (Kind.BOOKING, "寻医问药"), (Kind.SUGGESTION, "食品安全")):
        assert shipped.place("provincial", (name,), "national", kind) is None
        assert Placing(shipped, "national").below_kind(Key(0, kind, "provincial", name, None)) == ("未对应",)
        assert Placing(shipped, "provincial").below_kind(Key(0, kind, "provincial", name, None)) == (name,)
