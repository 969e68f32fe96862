"""The trees of categories through the API: what an agent chooses from, and what it comes to in every form."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, Protocol

from aiohttp import web

from desk.asked import maybe_text, number, only
from desk.asked import told as read
from desk.asker import ASKER
from desk.ledger import Ledger
from desk.refusal import Refusal, Refusals, bad, refusing
from desk.roles import Permission
from desk.route import Route, one_of
from desk.schemas import COUNT, FLAG, MAYBE_TEXT, TEXT, listing, things
from paperwork.categories.category import OTHERS, Tree
from paperwork.categories.mapping import Mapped, NoCategory, NotWritten, Outdated, told_mapped
from paperwork.categories.spelling import written
from paperwork.categories.told import names_tree, own_tree, told
from paperwork.categories.trees import Trees
from paperwork.categories.unplaced import unplaced
from paperwork.kind import Kind
from paperwork.pinyin import Speller
from records.store import Store
from routing.reading.problem import Unreadable

_TREES = [tree.value for tree in Tree]
_KINDS = [kind.value for kind in Kind]
_CATEGORY = {
    "code": TEXT,
    "name": TEXT,
    "path": TEXT,
    "pinyin": {**TEXT, "description": "The syllables of the name, with spaces between."},
    "initials": {**TEXT, "description": "Their first letters."},
    "kinds": listing({"enum": _KINDS}),
    "kind_labels": listing(TEXT),
    "parent": MAYBE_TEXT,
    "retired": FLAG,
    "becomes": MAYBE_TEXT,
    **{tree.value: MAYBE_TEXT for tree in OTHERS},
    "written": {**listing({"enum": [tree.value for tree in OTHERS]}), "description": "Trees that the file names."},
}
_NODE = {"type": "object", "required": ["name", "path", "parts"], "properties": {"parts": {"type": "array"}}}
_KIND = {"enum": _KINDS, "description": "Only what goes with this kind."}
_MOST = 200


class Mapping(Protocol):
    """What writes a category's place into the operators' file: `hotline.mapping` is it."""

    def __call__(
        self, code: str, tree: Tree, path: str | None, /, *, version: int, first: Callable[[Mapped], None]
    ) -> Trees:
        """The trees that there are now. `first` is told before anything is written, and may hinder it; with another
        `version` than the file's nothing is. Blocks.

        Raises NotWritten, Outdated, NoCategory, Unreadable, OSError.
        """
        ...


class CategoriesApi:
    """`/api/v1/categories`."""

    def __init__(
        self,
        store: Store,
        trees: Callable[[], Trees] | None,
        speller: Speller,
        ledger: Ledger,
        mapping: Mapping | None,
    ) -> None:
        self._store, self._shelf, self._speller = store, trees, speller
        self._ledger, self._mapping = ledger, mapping

    def routes(self) -> list[Route]:
        look, every = one_of(Permission.REGISTERS_READ), "/api/v1/categories"
        return [
            Route(
                "GET",
                every,
                look,
                self._on_tree,
                "A whole tree, each category with those below it: our own, with codes, or that of a form.",
                query={
                    "tree": {"enum": _TREES, "description": "`own` without it."},
                    "kind": _KIND,
                    "retired": {"enum": ["0", "1"], "description": "1: those that are not offered any more, too."},
                },
                answer=things(tree={"enum": _TREES}, label=TEXT, version=COUNT, categories=listing(_NODE)),
                refuses=(503,),
            ),
            Route(
                "GET",
                every + "/search",
                look,
                self._on_search,
                "The categories that somebody means who types so much: a code, a part of a name, its pinyin initials.",
                query={
                    "q": {"type": "string", "minLength": 1, "maxLength": 100, "description": "What was typed."},
                    "kind": _KIND,
                    "limit": {"type": "integer", "minimum": 1, "maximum": _MOST, "description": "20 without it."},
                },
                required=("q",),
                answer=things(version=COUNT, categories=listing(things(**_CATEGORY))),
                refuses=(503,),
            ),
            Route(
                "GET",
                every + "/unmapped",
                one_of(Permission.CALLS),
                self._on_unmapped,
                "Categories without a place in a tree, places that nothing arrives at, records that cannot be placed.",
                answer=things(
                    version=COUNT,
                    codes=things(**{tree.value: listing(TEXT) for tree in OTHERS}),
                    unreached=things(**{tree.value: listing(TEXT) for tree in OTHERS}),
                    records=listing(
                        things(
                            tree={"enum": _TREES},
                            path=TEXT,
                            kind={"enum": _KINDS},
                            kind_label=TEXT,
                            rows=COUNT,
                            calls=COUNT,
                            missing=listing({"enum": _TREES}),
                        )
                    ),
                ),
                refuses=(503,),
            ),
            Route(
                "GET",
                every + "/{code}",
                look,
                self._on_category,
                "One category, retired or not, with those above it, the root first.",
                answer=things(version=COUNT, above=listing(things(code=TEXT, name=TEXT)), **_CATEGORY),
                refuses=(404, 503),
            ),
            Route(
                "PUT",
                every + "/{code}/places/{tree}",
                one_of(Permission.REGISTERS),
                self._on_place,
                "Where a category counts in another tree; null: where the one above it does. Written into the"
                " operators' file, with `version` counted up; 409 `changed` when it is not the one that was looked at.",
                body={"path": MAYBE_TEXT, "version": COUNT, "reason": MAYBE_TEXT},
                required=("path", "version"),
                answer=things(version=COUNT, **_CATEGORY),
                refuses=(404, 409, 422, 503),
            ),
        ]

    async def _trees(self) -> Trees:
        """Today's; a file that was changed is read again, beside the calls. Raises Refusal."""
        try:
            if self._shelf is not None:
                return await asyncio.to_thread(self._shelf)
        except (Unreadable, OSError):
            pass
        raise Refusal(503, "no_categories", "the categories cannot be read: `hotline check` says why")

    async def _on_tree(self, request: web.Request) -> web.Response:
        trees, kind = await self._trees(), _kind(request)
        try:
            tree = Tree(request.query.get("tree", Tree.OWN))
        except ValueError:
            raise bad(f"`tree` is one of {', '.join(_TREES)}") from None
        retired = request.query.get("retired", "0")
        if retired not in ("0", "1"):
            raise bad("`retired` is 1 or 0")
        if tree is Tree.OWN:
            found = own_tree(trees, kind, retired=retired == "1")
            await self._spell(found)
        else:
            found = names_tree(trees, tree)
            if kind is not None and any(one["name"] == kind.label for one in found):
                found = [one for one in found if one["name"] == kind.label]
        answer = {"tree": tree.value, "label": tree.label, "version": trees.version, "categories": found}
        return web.json_response(answer)

    async def _on_search(self, request: web.Request) -> web.Response:
        trees, kind = await self._trees(), _kind(request)
        asked, limit = request.query.get("q", ""), request.query.get("limit", "20")
        if not asked.strip() or len(asked) > 100:
            raise bad("`q` is what was typed, 1 to 100 characters")
        if not (limit.isascii() and limit.isdigit() and len(limit) < 5 and 1 <= int(limit) <= _MOST):
            raise bad(f"`limit` is a number from 1 to {_MOST}")
        found = [told(trees, one) for one in trees.search(asked, int(limit), kind)]
        await self._spell(found)
        return web.json_response({"version": trees.version, "categories": found})

    async def _on_category(self, request: web.Request) -> web.Response:
        trees = await self._trees()
        category = trees.category(request.match_info["code"])
        if category is None:
            raise Refusal(404, "no_category", "there is no such category")
        above: list[dict[str, Any]] = []
        parent = category.parent
        while parent is not None:
            up = trees.categories[parent]
            above.insert(0, {"code": up.code, "name": up.name})
            parent = up.parent
        one = told(trees, category)
        await self._spell([one])
        return web.json_response({**one, "version": trees.version, "above": above})

    async def _on_place(self, request: web.Request) -> web.Response:
        asked = await read(request)
        only(asked, "path", "version", "reason")
        code, tree = request.match_info["code"], _other(request.match_info["tree"])
        path, why = maybe_text(asked, "path", longest=200), maybe_text(asked, "reason", longest=500)
        if "path" not in asked:
            raise bad("`path` is a place in that tree, or null")
        if self._mapping is None:
            raise Refusal(409, "not_written", "the file of categories is not to be written from here")
        version, mapping, who = number(asked, "version", most=1_000_000_000), self._mapping, request[ASKER].who

        def first(found: Mapped) -> None:
            # we are in a thread: the loop goes on, and nothing is written before the audit log has it
            deed = self._ledger.write(who, "category_mapped", about=code, reason=why, **told_mapped(found, code, tree))
            asyncio.run_coroutine_threadsafe(deed, loop).result()

        loop = asyncio.get_running_loop()
        with refusing(_REFUSALS):
            trees = await asyncio.to_thread(lambda: mapping(code, tree, path, version=version, first=first))
        category = trees.category(code)
        assert category is not None  # noqa: S101 - it was mapped just now
        one = told(trees, category)
        await self._spell([one])
        return web.json_response({**one, "version": trees.version})

    async def _spell(self, categories: list[dict[str, Any]]) -> None:
        """Say of each, and of those below it, how its name is typed."""
        found = list(categories)
        for one in found:
            found += one.get("parts", ())
        typed = await self._speller.spell(one["name"] for one in found)
        for one in found:
            one.update(typed[one["name"]].to_json())

    async def _on_unmapped(self, _request: web.Request) -> web.Response:
        trees = await self._trees()
        records = [one.to_json() for one in await unplaced(self._store, trees)]
        codes = {tree.value: [one.code for one in trees.unmapped(tree)] for tree in OTHERS}
        unreached = {tree.value: [written(path) for path in trees.unreached(tree)] for tree in OTHERS}
        answer = {"version": trees.version, "codes": codes, "unreached": unreached, "records": records}
        return web.json_response(answer)


def _kind(request: web.Request) -> Kind | None:
    """The kind that was asked for. Raises Refusal."""
    asked = request.query.get("kind")
    try:
        return None if asked is None else Kind(asked)
    except ValueError:
        raise bad(f"`kind` is one of {', '.join(_KINDS)}") from None


def _other(asked: str) -> Tree:
    """One of the trees of others. Raises Refusal."""
    if asked not in [tree.value for tree in OTHERS]:
        raise Refusal(404, "not_found", "there is no such tree")
    return Tree(asked)


_REFUSALS: Refusals = {
    NoCategory: lambda _: Refusal(404, "no_category", "there is no such category"),
    Outdated: lambda _: Refusal(409, "changed", "somebody changed the categories: look again"),
    NotWritten: lambda error: Refusal(409, "not_written", str(error)),
    Unreadable: lambda error: Refusal(422, "unfit", str(error.problems[0])),
    OSError: lambda error: Refusal(503, "not_written", f"the file of categories cannot be written: {error.strerror}"),
}
