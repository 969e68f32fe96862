"""Unit on real databases: articles go on in versions, and every process sees them within seconds."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from hotline.settings import HOUSE
from knowledge.article import Article, State
from knowledge.book import Book, Changed, Illegal, NoArticle, Unfit, article_of
from knowledge.folder import FOLDER
from knowledge.seed import plant
from knowledge.shelf import Shelf
from knowledge.uses import Use, Uses
from knowledge.votes import Tally, Vote, Votes
from records.store import Store
from tests.databases import REFUSED, execute

AT = datetime(2026, 10, 1, 1, tzinfo=UTC)
WHO = "desk:chief"


def article(title: str = "失眠", text: str = "睡不着", **more: object) -> Article:
    return article_of({"title": title, "text": text, **more})


@pytest.fixture
async def store(url: str) -> AsyncIterator[Store]:
    store = Store(url)
    yield store
    await store.close()


async def test_a_draft_beside_what_is_published_changes_nothing_for_agents(store: Store) -> None:
    book, shelf = Book(store), Shelf(store, every=0.0)
    first = await book.write("sleep", article(), State.PUBLISHED, who=WHO, at=AT, reason="new")
    await book.write("sleep", article(text="早起"), State.DRAFT, who=WHO, at=AT, expected=1)
    await shelf.fresh()
    assert (first.version, shelf.live["sleep"].article.text) == (1, "睡不着")
    assert (shelf.newest["sleep"].state, shelf.newest["sleep"].version) == (State.DRAFT, 2)
    await book.write("sleep", None, State.PUBLISHED, who=WHO, at=AT, expected=2)
    assert (await shelf.fresh()).live["sleep"].article.text == "早起"
    assert shelf.index.search("早起") == ["sleep"]


async def test_a_retired_article_is_found_no_more_and_may_come_back(store: Store) -> None:
    book, shelf = Book(store), Shelf(store, every=0.0)
    await book.write("sleep", article(), State.PUBLISHED, who=WHO, at=AT)
    await book.write("sleep", None, State.RETIRED, who=WHO, at=AT, reason="old")
    assert (await shelf.fresh()).index.search("失眠") == []
    back = await book.take_back("sleep", 1, who=WHO, at=AT, reason="wanted")
    assert (back.version, back.state) == (3, State.PUBLISHED)
    assert (await shelf.fresh()).index.search("失眠") == ["sleep"]
    assert [one.state for one in await book.versions("sleep")] == [State.PUBLISHED, State.RETIRED, State.PUBLISHED]


async def test_what_cannot_be_done_is_refused_and_writes_nothing(store: Store) -> None:
    book = Book(store)
    await book.write("sleep", article(), State.DRAFT, who=WHO, at=AT, expected=0)
    with pytest.raises(Changed):
        await book.write("sleep", article("别的"), State.DRAFT, who=WHO, at=AT, expected=0)
    with pytest.raises(NoArticle):
        await book.write("nothing", None, State.PUBLISHED, who=WHO, at=AT)
    with pytest.raises(Unfit):
        await book.write("Not An Id", article(), State.DRAFT, who=WHO, at=AT)
    with pytest.raises(Illegal):
        await book.take_back("sleep", 1, who=WHO, at=AT, reason="why")
    with pytest.raises(Illegal):
        await book.take([("new", article(), State.RETIRED)], who=WHO, at=AT, reason=None)
    assert await book.count() == 1


async def test_the_same_again_is_no_new_version(store: Store) -> None:
    book = Book(store)
    wish = ("sleep", article(), State.PUBLISHED)
    assert [fresh for _, fresh in await book.take([wish], who=WHO, at=AT, reason="r")] == [True]
    assert [fresh for _, fresh in await book.take([wish], who=WHO, at=AT, reason="r")] == [False]
    assert await book.count() == 1


async def test_a_clock_that_was_set_back_does_not_reorder_versions(store: Store) -> None:
    book = Book(store)
    await book.write("sleep", article(), State.DRAFT, who=WHO, at=AT)
    later = await book.write("sleep", article("晚"), State.DRAFT, who=WHO, at=AT - timedelta(days=1))
    assert later.at == AT


async def test_no_version_is_changed_or_taken_away_behind_our_back(store: Store) -> None:
    await Book(store).write("sleep", article(), State.PUBLISHED, who=WHO, at=AT)
    for statement in ("DELETE FROM articles", "UPDATE articles SET state = 'draft'"):
        with pytest.raises(REFUSED, match="append-only"):
            execute(store.url, statement)


async def test_another_process_sees_a_change_within_seconds_and_asks_no_more_often(store: Store) -> None:
    now = 0.0
    shelf = Shelf(store, monotonic=lambda: now)
    book = Book(store)
    assert not (await shelf.fresh()).live
    await book.write("sleep", article(), State.PUBLISHED, who=WHO, at=AT)
    now = 1.9
    assert not (await shelf.fresh()).live
    now = 2.0
    assert list((await shelf.fresh()).live) == ["sleep"]
    await book.write("sleep", None, State.RETIRED, who=WHO, at=AT)
    shelf.stir()
    assert not (await shelf.fresh()).live


async def test_only_what_changed_is_read_again(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    book, shelf = Book(store), Shelf(store, every=0.0)
    wishes = [(f"a{nth}", article(f"文章{nth}"), State.PUBLISHED) for nth in range(5)]
    await book.take(wishes, who=WHO, at=AT, reason="r")
    await shelf.fresh()
    put: list[str] = []
    monkeypatch.setattr(shelf.index, "put", lambda name, *_: put.append(name))
    await book.write("a3", article("换了"), State.PUBLISHED, who=WHO, at=AT)
    await shelf.fresh()
    assert put == ["a3"]


async def test_the_shipped_articles_are_taken_in_once(store: Store) -> None:
    book, folder = Book(store), HOUSE / "config" / FOLDER
    taken = await plant(book, folder, who="engine:a", at=AT)
    assert taken == len(list(folder.glob("*.md"))) > 25
    assert await plant(book, folder, who="engine:b", at=AT) == 0
    assert await plant(Book(store), Path("nowhere"), who="engine:b", at=AT) == 0


async def test_a_person_counts_once_for_a_version_with_their_last_word(store: Store) -> None:
    votes = Votes(store)
    assert await votes.cast(Vote("sleep", 1, "desk:ann", AT, useful=False, words="看不懂")) == Tally(0, 1)
    assert await votes.cast(Vote("sleep", 1, "desk:bob", AT, useful=True)) == Tally(1, 1)
    [bad] = await votes.unhelpful([("sleep", 1), ("other", 2)])
    assert [vote.words for vote in bad.votes] == ["看不懂"]
    assert await votes.cast(Vote("sleep", 1, "desk:ann", AT, useful=True)) == Tally(2, 0)
    assert await votes.unhelpful([("sleep", 1)]) == []
    assert (await votes.tallies([("sleep", 2)])) == {("sleep", 2): Tally()}


async def test_the_first_use_of_an_article_in_a_call_stands(store: Store) -> None:
    uses = Uses(store)
    await uses.add(Use("c1", "sleep", 1, AT, "desk:ann"))
    await uses.add(Use("c1", "sleep", 2, AT + timedelta(minutes=1), "desk:bob"))
    assert [(one.version, one.who) for one in await uses.of("c1")] == [(1, "desk:ann")]
    assert await uses.remove("c1", "sleep")
    assert not await uses.remove("c1", "sleep")
    assert await uses.of("c1") == []
