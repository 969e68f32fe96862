"""The other half of `/api/v1/knowledge`: for who writes the articles."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from typing import Any

from aiohttp import web

from desk.asked import Asked, choice, maybe_text, number, only, reason, told
from desk.asker import ASKER
from desk.knowledge_api import ONE, Knowing, no_article
from desk.knowledge_told import DIFFERENCE, LISTED, SHOWN, STATES, UNHELPFUL, VERSION
from desk.ledger import Ledger
from desk.refusal import Refusal, Refusals, bad, not_now, refusing, unfit
from desk.roles import Permission
from desk.route import Route, one_of
from desk.schemas import TEXT, listing, things, written
from knowledge.article import ID, Article, State
from knowledge.book import Changed, Illegal, NoArticle, Unfit, Version, article_of
from knowledge.difference import difference
from knowledge.rendered import shown
from paperwork.categories.spelling import initials
from records.audit import Act

_EXPECTED = {"type": ["integer", "null"], "minimum": 0, "description": "The version that was looked at; 0: none."}
_WHY = {"type": ["string", "null"], "maxLength": 500}


class KnowledgeDesk:
    """`/api/v1/knowledge`, for editors."""

    def __init__(self, knowing: Knowing, ledger: Ledger) -> None:
        self._knowing, self._ledger = knowing, ledger

    def routes(self) -> list[Route]:
        manage, every = one_of(Permission.KNOWLEDGE), "/api/v1/knowledge/articles"
        article = written(Article)
        back = {"type": "integer", "minimum": 1, "description": "The version that is to stand again."}
        return [
            Route(
                "GET",
                every,
                manage,
                self._on_list,
                "Every article as it stands, drafts and retired ones too, by title; all of them at once.",
                query={"state": {"enum": STATES, "description": "Only those whose newest version is this."}},
                answer=things(articles=listing(LISTED)),
            ),
            Route(
                "POST",
                every,
                manage,
                self._on_new,
                "Begin an article as a draft; without an `id` one is made of the initials of its title.",
                body={"article": article, "id": {"type": ["string", "null"], "pattern": ID}, "reason": _WHY},
                required=("article",),
                answer=VERSION,
                status=201,
                refuses=(409, 422),
            ),
            Route(
                "PUT",
                ONE,
                manage,
                self._on_draft,
                "Write a draft; what agents see stays until it is published. 409 `changed` when somebody wrote since.",
                body={"article": article, "reason": _WHY, "expected": _EXPECTED},
                required=("article",),
                answer=VERSION,
                refuses=(409, 422),
            ),
            Route(
                "POST",
                ONE + "/publish",
                manage,
                self._on_publish,
                "Let agents see the newest version, or the article that is given.",
                body={"article": article, "reason": _WHY, "expected": _EXPECTED},
                answer=VERSION,
                refuses=(409, 422),
            ),
            Route(
                "POST",
                ONE + "/retire",
                manage,
                self._on_retire,
                "Take an article out of use. Its versions stay, and it may be written again.",
                body={"reason": TEXT, "expected": _EXPECTED},
                required=("reason",),
                answer=VERSION,
                refuses=(409,),
            ),
            Route(
                "POST",
                ONE + "/take-back",
                manage,
                self._on_take_back,
                "Let an older version stand again, as a new one.",
                body={"version": back, "reason": TEXT, "expected": _EXPECTED},
                required=("version", "reason"),
                answer=VERSION,
                refuses=(409,),
            ),
            Route(
                "GET",
                ONE + "/versions",
                manage,
                self._on_versions,
                "Every version of an article, oldest first.",
                answer=things(versions=listing(VERSION)),
            ),
            Route(
                "GET",
                ONE + "/difference",
                manage,
                self._on_difference,
                "What changed from one version to another: fields, lines, and words within lines.",
                query={"from": "The number of the one.", "to": "The number of the other."},
                required=("from", "to"),
                answer=DIFFERENCE,
            ),
            Route(
                "POST",
                "/api/v1/knowledge/preview",
                manage,
                self._on_preview,
                "How an article would look: made as agents get it, and kept nowhere.",
                body={"article": article},
                required=("article",),
                answer=things(**SHOWN),
                refuses=(422,),
            ),
            Route(
                "GET",
                "/api/v1/knowledge/unhelpful",
                manage,
                self._on_unhelpful,
                "Articles whose version of today did not help somebody, with what they said: the worst first.",
                answer=things(articles=listing(UNHELPFUL)),
            ),
        ]

    # ── looking ─────────────────────────────────────────────────────────────

    async def _on_list(self, request: web.Request) -> web.Response:
        state = choice(request.query, "state", STATES) if "state" in request.query else None
        shelf = await self._knowing.shelf.fresh()
        found = [one for one in shelf.newest.values() if state in (None, one.state)]
        live = {one.id: version.version for one in found if (version := shelf.live.get(one.id)) is not None}
        tallies = await self._knowing.votes.tallies((one.id, live.get(one.id, one.version)) for one in found)
        teller = await self._knowing.teller()
        told = [
            teller.listed(one, live.get(one.id), tallies[one.id, live.get(one.id, one.version)])
            for one in sorted(found, key=lambda one: (one.article.title, one.id))
        ]
        return web.json_response({"articles": told})

    async def _on_versions(self, request: web.Request) -> web.Response:
        with refusing(_REFUSALS):
            found = await self._knowing.book.versions(_id(request))
        return web.json_response({"versions": [one.to_json() for one in found]})

    async def _on_difference(self, request: web.Request) -> web.Response:
        numbers = [_number(request.query, name) for name in ("from", "to")]
        with refusing(_REFUSALS):
            old, new = [await self._knowing.book.find(_id(request), nth) for nth in numbers]
        found = await asyncio.to_thread(difference, old.article, new.article)
        return web.json_response({"from": numbers[0], "to": numbers[1], **found})

    async def _on_preview(self, request: web.Request) -> web.Response:
        asked = await told(request)
        only(asked, "article")
        return web.json_response(await asyncio.to_thread(shown, _article(asked)))

    async def _on_unhelpful(self, _request: web.Request) -> web.Response:
        shelf = await self._knowing.shelf.fresh()
        live = shelf.live
        found = await self._knowing.votes.unhelpful((one.id, one.version) for one in live.values())
        told = [
            {
                "id": one.article,
                "title": live[one.article].article.title,
                "version": one.version,
                **one.tally.to_json(),
                "words": [{"at": vote.to_json()["at"], "words": vote.words, "who": vote.who} for vote in one.votes],
            }
            for one in found
        ]
        return web.json_response({"articles": told})

    # ── writing ─────────────────────────────────────────────────────────────

    async def _on_new(self, request: web.Request) -> web.Response:
        asked = await told(request)
        only(asked, "article", "id", "reason")
        article = _article(asked)
        name = maybe_text(asked, "id", longest=40)
        if name is None:
            name = _made(article.title, (await self._knowing.shelf.fresh()).newest)
        return await self._write(request, name, article, State.DRAFT, "begun", asked, expected=0, status=201)

    async def _on_draft(self, request: web.Request) -> web.Response:
        asked = await told(request)
        only(asked, "article", "reason", "expected")
        article = _article(asked)
        return await self._write(
            request, _id(request), article, State.DRAFT, "drafted", asked, expected=_expected(asked)
        )

    async def _on_publish(self, request: web.Request) -> web.Response:
        asked = await told(request)
        only(asked, "article", "reason", "expected")
        article = None if asked.get("article") is None else _article(asked)
        expected = _expected(asked)
        return await self._write(request, _id(request), article, State.PUBLISHED, "published", asked, expected=expected)

    async def _on_retire(self, request: web.Request) -> web.Response:
        asked = await told(request)
        only(asked, "reason", "expected")
        reason(asked)
        return await self._write(
            request, _id(request), None, State.RETIRED, "retired", asked, expected=_expected(asked)
        )

    async def _on_take_back(self, request: web.Request) -> web.Response:
        asked = await told(request)
        only(asked, "version", "reason", "expected")
        why, nth = reason(asked), number(asked, "version", least=1)
        with refusing(_REFUSALS):
            new = await self._knowing.book.take_back(
                _id(request),
                nth,
                who=request[ASKER].who,
                at=self._knowing.now(),
                reason=why,
                expected=_expected(asked),
            )
        return await self._told(request, new, "taken_back", why)

    async def _write(
        self,
        request: web.Request,
        id: str,
        article: Article | None,
        state: State,
        change: str,
        asked: Asked,
        *,
        expected: int | None,
        status: int = 200,
    ) -> web.Response:
        why = None if asked.get("reason") in (None, "") else reason(asked)
        if article is not None:
            await self._led(article)
        with refusing(_REFUSALS):
            new = await self._knowing.book.write(
                id, article, state, who=request[ASKER].who, at=self._knowing.now(), reason=why, expected=expected
            )
        return await self._told(request, new, change, why, status)

    async def _led(self, article: Article) -> None:
        """Lines and categories that an article names are there. Raises Refusal."""
        plan, trees = self._knowing.plan(), await self._knowing.trees()
        lost = {
            "lines": [] if plan is None else [line for line in article.lines if line not in plan.lines],
            "categories": [] if trees is None else [c for c in article.categories if trees.category(c) is None],
        }
        fields = {name: f"not there: {', '.join(names)}" for name, names in lost.items() if names}
        if fields:
            raise unfit("; ".join(f"{name}: {why}" for name, why in fields.items()), fields)

    async def _told(
        self, request: web.Request, new: Version, change: str, why: str | None, status: int = 200
    ) -> web.Response:
        self._knowing.shelf.stir()
        await self._ledger.write(
            request[ASKER].who, Act.ARTICLE_CHANGED, about=new.id, reason=why, change=change, version=new.version
        )
        return web.json_response(new.to_json(), status=status)


_REFUSALS: Refusals = {
    Unfit: lambda error: unfit(str(error), error.fields),
    Changed: lambda _: Refusal(409, "changed", "somebody else wrote a version meanwhile: look again"),
    Illegal: not_now,
    NoArticle: lambda _: no_article(),
}


def _article(asked: Asked) -> Article:
    data = asked.get("article")
    if not isinstance(data, Mapping):
        raise bad("`article` is an object with the fields of an article")
    with refusing(_REFUSALS):
        return article_of(data)


def _id(request: web.Request) -> str:
    name = request.match_info["id"]
    if not re.match(ID, name):
        raise no_article()
    return name


def _made(title: str, taken: Mapping[str, Any]) -> str:
    """An id from the initials of a title that nobody has yet."""
    letters = re.sub(r"^[^a-z]+", "", initials(title))[:30] or "article"
    names = (f"{letters}-{nth + 1}" if nth else letters for nth in range(len(taken) + 1))
    return next(name for name in names if name not in taken)


def _number(query: Mapping[str, str], name: str) -> int:
    value = query.get(name, "")
    if not (value.isascii() and value.isdigit() and 0 < len(value) < 7):
        raise bad(f"`{name}` is the number of a version")
    return int(value)


def _expected(asked: Asked) -> int | None:
    return None if asked.get("expected") is None else number(asked, "expected")
