"""Articles as the API tells of them, with the names of their lines and categories; and what that looks like."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from desk.schemas import COUNT, FLAG, MAYBE_TEXT, TEXT, TIME, either, listing, things
from knowledge.article import Article, Kind, State
from knowledge.book import Version, data_of
from knowledge.excerpt import excerpt, marks
from knowledge.index import Near, words_of
from knowledge.rendered import plain_text
from knowledge.uses import Use
from knowledge.votes import Tally, Vote
from paperwork.categories.spelling import written
from paperwork.categories.trees import Trees
from records.clock import wall_time
from routing.plan import Plan

KINDS = [kind.value for kind in Kind]
STATES = [state.value for state in State]
SPANS = listing({"type": "array", "items": dict(COUNT), "minItems": 2, "maxItems": 2})
DAY = {"type": ["string", "null"], "format": "date"}
NAMED = things(id=TEXT, name=TEXT)
CODED = things(code=TEXT, name=TEXT, path=TEXT)
_HEAD = {
    "id": TEXT,
    "title": TEXT,
    "kind": {"enum": KINDS},
    "kind_label": TEXT,
    "lines": listing(NAMED),
    "categories": listing(CODED),
    "review": DAY,
    "due": FLAG,
    "reviewed_by": MAYBE_TEXT,
}
HIT = things(
    **_HEAD, version=COUNT, excerpt=TEXT, title_marks=SPANS, excerpt_marks=SPANS, on_line=FLAG, in_category=FLAG
)
LISTED = things(
    **_HEAD,
    state={"enum": STATES},
    state_label=TEXT,
    newest=COUNT,
    live=either(COUNT),
    at=TIME,
    who=TEXT,
    useful=COUNT,
    unhelpful=COUNT,
)
HEADING = things(level=COUNT, text=TEXT, anchor=TEXT)
STEP = things(step=COUNT, title=TEXT, html=TEXT, text=TEXT)
SHOWN = {"html": TEXT, "headings": listing(HEADING), "steps": listing(STEP)}
ARTICLE = things(
    **_HEAD,
    version=COUNT,
    state={"enum": STATES},
    state_label=TEXT,
    at=TIME,
    who=TEXT,
    reason=MAYBE_TEXT,
    newest=COUNT,
    live=either(COUNT),
    keywords=listing(TEXT),
    sources=listing(TEXT),
    text=TEXT,
    **SHOWN,
    useful=COUNT,
    unhelpful=COUNT,
    my_vote=either(things(useful=FLAG, words=MAYBE_TEXT)),
)
VERSION = things(
    id=TEXT,
    version=COUNT,
    at=TIME,
    who=TEXT,
    reason=MAYBE_TEXT,
    state={"enum": STATES},
    state_label=TEXT,
    article={"type": "object"},
)
PIECE = things(kind={"enum": ["same", "added", "removed"]}, text=TEXT)
DIFFERENCE = things(
    **{"from": COUNT},
    to=COUNT,
    fields=listing(things(field=TEXT)),
    lines=listing(things(kind={"enum": ["same", "added", "removed", "changed"]}, pieces=listing(PIECE))),
)
UNHELPFUL = things(
    id=TEXT,
    title=TEXT,
    version=COUNT,
    useful=COUNT,
    unhelpful=COUNT,
    words=listing(things(at=TIME, words=MAYBE_TEXT, who=TEXT)),
)
USE = things(id=TEXT, title=TEXT, kind={"enum": KINDS}, version=COUNT, at=TIME, who=TEXT)


class Teller:
    """Tells of articles with what stands in the plan and in the tree now."""

    def __init__(self, plan: Plan | None, trees: Trees | None, today: date) -> None:
        self._plan, self._trees, self._today = plan, trees, today

    def hit(self, version: Version, question: str, near: Near) -> dict[str, Any]:
        """What was found: with the piece of its text in which the question stands."""
        words = words_of(question)
        piece, spans = excerpt(plain_text(version.article.text), question)
        return {
            **self._head(version.id, version.article),
            "version": version.version,
            "excerpt": piece,
            "title_marks": marks(version.article.title, words),
            "excerpt_marks": spans,
            "on_line": near.on_line(version.article),
            "in_category": near.category(version.article) > 0,
        }

    def listed(self, version: Version, live: int | None, tally: Tally) -> dict[str, Any]:
        """How an article stands, for who writes them."""
        return {
            **self._head(version.id, version.article),
            **_standing(version, live),
            "newest": version.version,
            **tally.to_json(),
        }

    def article(
        self,
        version: Version,
        shown: Mapping[str, Any],
        *,
        newest: int,
        live: int | None,
        tally: Tally,
        mine: Vote | None,
    ) -> dict[str, Any]:
        """One version, whole."""
        article = version.article
        return {
            **self._head(version.id, article),
            **_standing(version, live),
            "version": version.version,
            "reason": version.reason,
            "newest": newest,
            "keywords": list(article.keywords),
            "sources": list(article.sources),
            "text": article.text,
            **shown,
            **tally.to_json(),
            "my_vote": None if mine is None else {"useful": mine.useful, "words": mine.words},
        }

    def use(self, use: Use, version: Version) -> dict[str, Any]:
        """What was used in a call."""
        article = version.article
        return {
            "id": use.article,
            "title": article.title,
            "kind": article.kind.value,
            "version": use.version,
            "at": wall_time(use.at),
            "who": use.who,
        }

    def _head(self, id: str, article: Article) -> dict[str, Any]:
        data = data_of(article)
        return {
            "id": id,
            "title": article.title,
            "kind": article.kind.value,
            "kind_label": article.kind.label,
            "lines": [{"id": line, "name": self._line(line)} for line in article.lines],
            "categories": [self._category(code) for code in article.categories],
            "review": data["review"],
            "due": article.due(self._today),
            "reviewed_by": article.reviewed_by,
        }

    def _line(self, id: str) -> str:
        line = None if self._plan is None else self._plan.lines.get(id)
        return id if line is None else line.name

    def _category(self, code: str) -> dict[str, str]:
        found = None if self._trees is None else self._trees.category(code)
        if found is None:
            return {"code": code, "name": code, "path": code}
        return {"code": code, "name": found.name, "path": written(found.path)}


def _standing(version: Version, live: int | None) -> dict[str, Any]:
    return {
        "state": version.state.value,
        "state_label": version.state.label,
        "live": live,
        "at": wall_time(version.at),
        "who": version.who,
    }


def near_of(trees: Trees | None, line: str | None, code: str | None) -> Near:
    """Where somebody is who is on this line and chose this category: those above it are near too, and those below."""
    if code is None:
        return Near(line)
    codes = {code: 1.0}
    category = None if trees is None else trees.current(code)
    if trees is not None and category is not None:
        codes[category.code] = 1.0
        for below in trees.categories.values():
            if below.path[: len(category.path)] == category.path:
                codes.setdefault(below.code, 0.5)
        above, close = category.parent, 0.8
        while above is not None:
            parent = trees.categories[above]
            if parent.parent is None:
                break  # a bare kind says nothing
            codes.setdefault(above, close)
            above, close = parent.parent, close * 0.75
    return Near(line, codes)
