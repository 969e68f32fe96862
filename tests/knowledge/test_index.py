"""Unit: what agents find who type while a caller talks. No loop, no database."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hotline.settings import HOUSE
from knowledge.article import Article, Kind
from knowledge.excerpt import excerpt, marks
from knowledge.folder import FOLDER, read_folder
from knowledge.index import Index, Near
from knowledge.signs import joined
from paperwork.pinyin import Speller


@pytest.fixture(scope="module")
def shipped() -> Index:
    filed, problems = read_folder(HOUSE / "config" / FOLDER)
    assert problems == []
    names = {name for one in filed for name in (one.article.title, *one.article.keywords)}
    spelled = asyncio.run(Speller().spell(names))
    index = Index()
    for one in filed:
        index.put(one.id, one.article, spelled)
    return index


def article(title: str, text: str = "正文", **more: object) -> Article:
    return Article.model_validate({"title": title, "text": text, **more})


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("狗咬了怎么办", "rabies-exposure"),
        ("被猫抓了要打针吗", "rabies-exposure"),
        ("打疫苗发烧", "fever-after-vaccination"),
        ("孩子打完疫苗之后发烧了", "fever-after-vaccination"),
        ("窗口期", "hiv-window"),
        ("阻断药", "hiv-pep"),
        ("72小时", "hiv-pep"),
        ("失眠", "insomnia"),
        ("最近总是睡不着怎么办", "insomnia"),
        ("预约不上", "hospital-booking"),
        ("我想取消预约", "hospital-booking"),
        ("疫苗漏打了", "vaccination-missed"),
        ("接种证丢了", "vaccination-record"),
        ("九价", "hpv-vaccine"),
        ("hpv", "hpv-vaccine"),
        ("ＨＰＶ疫苗", "hpv-vaccine"),
        ("聚餐以后好几个人拉肚子", "food-poisoning"),
        ("饭店有人抽烟", "smoking-complaint"),
        ("不想活了", "script-high-risk"),
        ("来电人骂人", "script-angry"),
        ("听不懂方言", "script-dialect"),
        ("建册需要什么材料", "maternal-record"),
        ("煤气", "carbon-monoxide"),
        ("钉子扎脚", "tetanus-wound"),
        ("被钉子扎了", "tetanus-wound"),
        ("水发黄", "drinking-water"),
        ("办健康证", "health-certificate"),
        ("投诉怎么还没人联系我", "complaint-progress"),
        ("shimian", "insomnia"),
        ("yygh", "hospital-booking"),
        ("jkz", "health-certificate"),
        ("kqb", "rabies-exposure"),
        ("kuangquanb", "rabies-exposure"),
    ],
)
def test_a_question_as_callers_ask_it_finds_its_article_first(shipped: Index, typed: str, first: str) -> None:
    found = shipped.search(typed, 5)
    assert found[:1] == [first], found


@pytest.mark.parametrize("word", ["狂犬病暴露", "艾滋病检测", "预约挂号", "失眠", "高血压"])
def test_what_is_typed_so_far_finds_it_from_the_first_character_on(shipped: Index, word: str) -> None:
    whole = shipped.search(word, 1)
    for length in range(2, len(word) + 1):
        assert whole[0] in shipped.search(word[:length], 8), word[:length]
    assert shipped.search(word[0], 40)


def test_every_shipped_article_is_found_by_its_title_and_among_the_first_by_each_keyword(shipped: Index) -> None:
    filed, _ = read_folder(HOUSE / "config" / FOLDER)
    sharing = {key: sum(key in map(joined, one.article.keywords) for one in filed) for key in _keys(filed)}
    for one in filed:
        assert shipped.search(one.article.title, 1) == [one.id]
        for word in one.article.keywords:
            assert one.id in shipped.search(word, sharing[joined(word)] + 1), (one.id, word)


def _keys(filed: object) -> Iterator[str]:
    for one in filed:  # type: ignore[attr-defined]
        yield from map(joined, one.article.keywords)


WORDS = st.text(alphabet="狗猫咬抓伤口疫苗发热咳嗽abc12", min_size=1, max_size=6)
ARTICLES = st.lists(
    st.builds(
        article,
        title=WORDS.filter(joined),
        text=st.text(alphabet="狗猫咬抓伤口疫苗发热咳嗽abc12，。\n# ", min_size=1, max_size=60).filter(str.strip),
        keywords=st.lists(WORDS, unique=True, max_size=4),
    ),
    min_size=1,
    max_size=12,
)


@settings(max_examples=40, deadline=None)
@given(ARTICLES, st.data())
def test_every_article_is_found_by_its_own_title_and_each_keyword_whatever_came_and_went(
    articles: list[Article], data: st.DataObject
) -> None:
    index = Index()
    kept: dict[str, Article] = {}
    for nth, one in enumerate(articles):
        index.put(f"a{nth}", one)
        kept[f"a{nth}"] = one
        if data.draw(st.booleans()):
            gone = data.draw(st.sampled_from(sorted(kept)))
            index.drop(gone)
            del kept[gone]
        changes: bool = data.draw(st.booleans())
        if kept and changes:
            changed = data.draw(st.sampled_from(sorted(kept)))
            kept[changed] = one
            index.put(changed, one)
    assert len(index) == len(kept)
    for name, one in kept.items():
        titled = [other for other in kept.values() if joined(other.title) == joined(one.title)]
        assert name in index.search(one.title, len(titled))
        for word in one.keywords:
            if joined(word):
                having = [a for a in kept.values() if joined(word) in map(joined, (a.title, *a.keywords))]
                assert name in index.search(word, len(having)), (word, one)
    for name in list(kept):
        index.drop(name)
    assert (len(index), index.search("狗"), index.search("")) == (0, [], [])


def test_what_stands_near_comes_before_what_says_as_much_elsewhere() -> None:
    index = Index()
    index.put("a", article("发热", lines=["childrens-health"]))
    index.put("b", article("发热", lines=["immunization"], categories=["Z0201"]))
    assert index.search("发热")[0] == "a"
    assert index.search("发热", near=Near("immunization"))[0] == "b"
    assert index.search("发热", near=Near(None, {"Z0201": 1.0}))[0] == "b"
    assert index.search("发热", near=Near("immunization"), only=True) == ["b"]


def test_without_a_word_a_line_and_a_category_are_proposed_theirs() -> None:
    index = Index()
    index.put("far", article("一"))
    index.put("line", article("二", lines=["animal-injury"]))
    index.put("code", article("三", categories=["Z06050101"]))
    index.put("script", article("四", "## 一\n话", kind="script", lines=["animal-injury"]))
    assert index.search("", near=Near("animal-injury", {"Z06050101": 1.0})) == ["code", "line", "script"]
    assert index.search("", near=Near("animal-injury"), kind=Kind.SCRIPT) == ["script"]
    assert index.search("", near=Near("booking")) == []
    assert set(index.search("")) == {"far", "line", "code", "script"}


def test_an_article_of_no_line_belongs_to_all_of_them() -> None:
    index = Index()
    index.put("all", article("开头语"))
    index.put("other", article("开头语二", lines=["booking"]))
    assert index.search("开头语", near=Near("animal-injury"), only=True) == ["all"]


def test_nothing_is_found_for_signs_and_spaces_but_everything_by_title() -> None:
    index = Index()
    index.put("b", article("乙"))
    index.put("a", article("甲"))
    assert index.search(" ，？ ") == ["b", "a"]
    assert index.search("qqqq") == []


def test_an_excerpt_shows_where_the_question_stands() -> None:
    text = "开头。" * 30 + "用肥皂水冲洗伤口 15 分钟。" + "结尾。" * 30
    piece, spans = excerpt(text, "伤口怎么冲洗")
    assert "冲洗伤口" in piece
    assert piece.startswith("…")
    assert {piece[a:b] for a, b in spans} >= {"冲洗伤口"}
    assert excerpt("短", "无")[0] == "短"
    assert marks("HPV 疫苗", ["hpv"]) == [(0, 3)]


def test_a_review_is_due_the_day_after_its_date() -> None:
    one = article("甲", review="2026-10-01")
    assert not one.due(date(2026, 10, 1))
    assert one.due(date(2026, 10, 2))
