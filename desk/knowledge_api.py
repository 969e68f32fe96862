"""What agents look up: articles and talk scripts, found as one types; whether they helped, and where they were used."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from aiohttp import web

from desk.answers_seen import seen
from desk.asked import choice, flag, maybe_text, number, only, told
from desk.asker import ASKER
from desk.knowledge_told import ARTICLE, HIT, KINDS, USE, Teller, near_of
from desk.refusal import Refusal, bad, forbidden
from desk.roles import Permission
from desk.route import Route, one_of
from desk.schemas import COUNT, FLAG, MAYBE_TEXT, listing, things
from knowledge.article import Kind, State
from knowledge.book import Book, NoArticle, Version
from knowledge.rendered import shown
from knowledge.shelf import Shelf
from knowledge.uses import Use, Uses
from knowledge.votes import LONGEST, Vote, Votes
from paperwork.answers.office import Answers
from paperwork.categories.trees import Trees
from paperwork.pinyin import Speller
from records.store import Store
from routing.calendar import SHANGHAI
from routing.plan import Plan
from routing.reading.problem import Unreadable

ONE = "/api/v1/knowledge/articles/{id}"
_MOST, _LONGEST_QUESTION = 100, 200
_YES: Mapping[str, Any] = {"enum": ["0", "1"]}


class Knowing:
    """What both halves of `/api/v1/knowledge` stand on: the articles, and the names that are told with them."""

    def __init__(
        self,
        store: Store,
        plan: Callable[[], Plan] | None,
        trees: Callable[[], Trees] | None,
        speller: Speller,
        now: Callable[[], datetime],
    ) -> None:
        self.shelf, self.votes, self.uses, self.now = Shelf(store, speller), Votes(store), Uses(store), now
        self._plan, self._shelf_of_trees = plan, trees

    @property
    def book(self) -> Book:
        return self.shelf.book

    def plan(self) -> Plan | None:
        return None if self._plan is None else self._plan()

    async def trees(self) -> Trees | None:
        """The trees of categories; None when they cannot be read: articles are shown all the same."""
        if self._shelf_of_trees is None:
            return None
        try:
            return await asyncio.to_thread(self._shelf_of_trees)
        except (Unreadable, OSError):
            return None

    async def teller(self) -> Teller:
        return Teller(self.plan(), await self.trees(), self.now().astimezone(SHANGHAI).date())

    async def told(self, version: Version, who: str) -> dict[str, Any]:
        """One version, whole, as this person sees it."""
        stands = (await self.shelf.fresh()).newest.get(version.id)
        live = self.shelf.live.get(version.id)
        tallies = await self.votes.tallies([(version.id, version.version)])
        html = await asyncio.to_thread(shown, version.article)
        return (await self.teller()).article(
            version,
            html,
            newest=version.version if stands is None else max(stands.version, version.version),
            live=None if live is None else live.version,
            tally=tallies[version.id, version.version],
            mine=await self.votes.of(version.id, version.version, who),
        )


class KnowledgeApi:
    """`/api/v1/knowledge`, for who answers calls."""

    def __init__(self, knowing: Knowing, answers: Answers | None) -> None:
        self._knowing, self._answers = knowing, answers

    def routes(self) -> list[Route]:
        look = one_of(Permission.KNOWLEDGE_READ)
        every = "/api/v1/knowledge"
        routes = [
            Route(
                "GET",
                every,
                look,
                self._on_search,
                "Articles and scripts that somebody means who types so much, the likeliest first; without `q` what is "
                "proposed for a line and a category, or all of them by title.",
                query={
                    "q": "What was typed: Chinese, words, numbers, pinyin or its initials.",
                    "line": "Where one is; what belongs to this line comes before.",
                    "category": "What the call is about; what belongs to this code, or to one above, comes before.",
                    "kind": {"enum": KINDS, "description": "Only articles, or only scripts."},
                    "only": {**_YES, "description": "1: nothing that does not belong to the line and category."},
                    "limit": {"type": "string", "description": f"1 to {_MOST}, 20 if not given."},
                },
                answer=things(articles=listing(HIT)),
            ),
            Route(
                "GET",
                ONE,
                look,
                self._on_article,
                "One article: the version that agents see, or another one that was published; drafts for editors.",
                query={"version": "A number, or `newest`."},
                answer=ARTICLE,
            ),
            Route(
                "POST",
                ONE + "/vote",
                look,
                self._on_vote,
                "Whether a version helped, with a word. Once a person and version: the last one counts.",
                body={"version": COUNT, "useful": FLAG, "words": MAYBE_TEXT},
                required=("version", "useful"),
                answer=things(useful=COUNT, unhelpful=COUNT),
            ),
        ]
        return routes if self._answers is None else [*routes, *self._uses()]

    def _uses(self) -> list[Route]:
        call = "/api/v1/knowledge/calls/{call}"
        fill = one_of(Permission.ANSWERS_OWN, Permission.ANSWERS_SIGN)
        answer = things(uses=listing(USE))
        return [
            Route(
                "GET",
                call,
                one_of(Permission.ANSWERS, Permission.ANSWERS_OWN),
                self._on_uses,
                "Which articles were used in a call, for who may see its answer record.",
                answer=answer,
            ),
            Route(
                "PUT",
                call + "/{id}",
                fill,
                self._on_use,
                "Note that the version that agents see was used in this call; the first one of an article stands.",
                answer=answer,
            ),
            Route(
                "DELETE",
                call + "/{id}",
                fill,
                self._on_no_use,
                "Take that back: it was a slip.",
                answer=answer,
            ),
        ]

    # ── finding ─────────────────────────────────────────────────────────────

    async def _on_search(self, request: web.Request) -> web.Response:
        query, knowing = request.query, self._knowing
        question, line, code = (query.get(name) or "" for name in ("q", "line", "category"))
        if len(question) > _LONGEST_QUESTION or len(line) > 80 or len(code) > 80:
            raise bad(f"`q` has at most {_LONGEST_QUESTION} characters, `line` and `category` 80")
        limit = query.get("limit", "20")
        if not (limit.isascii() and limit.isdigit() and len(limit) < 4 and 1 <= int(limit) <= _MOST):
            raise bad(f"`limit` is a number from 1 to {_MOST}")
        kind = Kind(choice(query, "kind", KINDS)) if "kind" in query else None
        only_near = choice(query, "only", ("0", "1"), "0") == "1"
        shelf, trees = await knowing.shelf.fresh(), await knowing.trees()
        near = near_of(trees, line or None, code or None)
        found = shelf.index.search(question, int(limit), near=near, kind=kind, only=only_near)
        teller = await knowing.teller()
        hits = [teller.hit(shelf.live[one], question, near) for one in found]
        return web.json_response({"articles": hits})

    async def _on_article(self, request: web.Request) -> web.Response:
        asker, wanted = request[ASKER], request.query.get("version")
        version = await version_asked(self._knowing, request.match_info["id"], wanted)
        if version.state is not State.PUBLISHED and Permission.KNOWLEDGE not in asker.permissions:
            raise no_article()
        return web.json_response(await self._knowing.told(version, asker.who))

    async def _on_vote(self, request: web.Request) -> web.Response:
        asked = await told(request)
        only(asked, "version", "useful", "words")
        useful, words = flag(asked, "useful"), maybe_text(asked, "words", longest=LONGEST)
        if words is not None and "\0" in words:
            raise bad("`words` has a sign that nobody can see")
        nth = number(asked, "version", least=1)
        version = await version_asked(self._knowing, request.match_info["id"], str(nth))
        if version.state is not State.PUBLISHED:
            raise no_article()
        vote = Vote(version.id, nth, request[ASKER].who, self._knowing.now(), useful, (words or "").strip() or None)
        return web.json_response((await self._knowing.votes.cast(vote)).to_json())

    # ── used in a call ──────────────────────────────────────────────────────

    async def _on_uses(self, request: web.Request) -> web.Response:
        await self._record(request)
        return await self._told(request)

    async def _on_use(self, request: web.Request) -> web.Response:
        call = await self._record(request, mine=True)
        live = (await self._knowing.shelf.fresh()).live.get(request.match_info["id"])
        if live is None:
            raise no_article()
        use = Use(call, live.id, live.version, self._knowing.now(), request[ASKER].who)
        await self._knowing.uses.add(use)
        return await self._told(request)

    async def _on_no_use(self, request: web.Request) -> web.Response:
        call = await self._record(request, mine=True)
        if not await self._knowing.uses.remove(call, request.match_info["id"]):
            raise no_article()
        return await self._told(request)

    async def _record(self, request: web.Request, *, mine: bool = False) -> str:
        """The call, if they may see its record; `mine`: if they may write into it. Raises Refusal."""
        if self._answers is None:
            raise Refusal(404, "not_found", "there are no answer records")
        asker = request[ASKER]
        record = await seen(self._answers, asker, request.match_info["call"])
        if mine and asker.agent not in record.agents and Permission.ANSWERS_SIGN not in asker.permissions:
            raise forbidden()
        return record.call

    async def _told(self, request: web.Request) -> web.Response:
        uses = await self._knowing.uses.of(request.match_info["call"])
        found = await self._knowing.book.some((use.article, use.version) for use in uses)
        versions = {(one.id, one.version): one for one in found}
        teller = await self._knowing.teller()
        return web.json_response({"uses": [teller.use(use, versions[use.article, use.version]) for use in uses]})


async def version_asked(knowing: Knowing, id: str, wanted: str | None) -> Version:
    """A version by its number, `newest`, or without either the one that agents see. Raises Refusal."""
    if len(id) > 40 or not id.isprintable():
        raise no_article()
    if wanted is None:
        live = (await knowing.shelf.fresh()).live.get(id)
        if live is None:
            raise no_article()
        return live
    if wanted != "newest" and not (wanted.isascii() and wanted.isdigit() and 0 < len(wanted) < 7):
        raise bad("`version` is a number, or newest")
    try:
        return await knowing.book.find(id, None if wanted == "newest" else int(wanted))
    except NoArticle:
        raise no_article() from None


def no_article() -> Refusal:
    return Refusal(404, "not_found", "there is no such article")
