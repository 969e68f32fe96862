"""The trees of categories through the API: what an agent chooses from, and what it comes to in every form."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from aiohttp import web

from desk.refusal import Refusal, bad
from desk.roles import Permission
from desk.route import Route, one_of
from desk.schemas import COUNT, FLAG, MAYBE_TEXT, TEXT, either, listing, things
from paperwork.categories.category import OTHERS, Tree
from paperwork.categories.spelling import written
from paperwork.categories.told import names_tree, own_tree, told
from paperwork.categories.trees import Trees
from paperwork.categories.unplaced import unplaced
from paperwork.kind import Kind
from paperwork.past.imports import imported
from records.store import Store
from routing.reading.problem import Unreadable

_TREES = [tree.value for tree in Tree]
_KINDS = [kind.value for kind in Kind]
_CATEGORY = {
    "code": TEXT,
    "name": TEXT,
    "path": TEXT,
    "kinds": listing({"enum": _KINDS}),
    "kind_labels": listing(TEXT),
    "parent": MAYBE_TEXT,
    "retired": FLAG,
    "becomes": MAYBE_TEXT,
    **{tree.value: MAYBE_TEXT for tree in OTHERS},
}
_NODE = {"type": "object", "required": ["name", "path", "parts"], "properties": {"parts": {"type": "array"}}}
_KIND = {"enum": _KINDS, "description": "Only what goes with this kind."}
_MOST = 200


class CategoriesApi:
    """`/api/v1/categories` and `/api/v1/records/imports`."""

    def __init__(self, store: Store, trees: Callable[[], Trees] | None) -> None:
        self._store, self._shelf = store, trees

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
                "GET",
                "/api/v1/records/imports",
                one_of(Permission.CALLS),
                self._on_imports,
                "The files of past calls that were taken in, newest last.",
                answer=things(
                    imports=listing(
                        things(
                            id=TEXT,
                            name=TEXT,
                            at=TEXT,
                            who=TEXT,
                            rows=COUNT,
                            calls=COUNT,
                            sha256=TEXT,
                            retracted=either(TEXT),
                            retracted_by=MAYBE_TEXT,
                            reason=MAYBE_TEXT,
                        )
                    )
                ),
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
        return web.json_response({"version": trees.version, "categories": found})

    async def _on_category(self, request: web.Request) -> web.Response:
        trees = await self._trees()
        category = trees.category(request.match_info["code"])
        if category is None:
            raise Refusal(404, "no_category", "there is no such category")
        above: list[dict[str, Any]] = []
        parent = category.parent
        while parent is not None:
            one = trees.categories[parent]
            above.insert(0, {"code": one.code, "name": one.name})
            parent = one.parent
        return web.json_response({**told(trees, category), "version": trees.version, "above": above})

    async def _on_unmapped(self, _request: web.Request) -> web.Response:
        trees = await self._trees()
        records = [one.to_json() for one in await unplaced(self._store, trees)]
        codes = {tree.value: [one.code for one in trees.unmapped(tree)] for tree in OTHERS}
        unreached = {tree.value: [written(path) for path in trees.unreached(tree)] for tree in OTHERS}
        answer = {"version": trees.version, "codes": codes, "unreached": unreached, "records": records}
        return web.json_response(answer)

    async def _on_imports(self, _request: web.Request) -> web.Response:
        return web.json_response({"imports": [one.to_json() for one in await imported(self._store)]})


def _kind(request: web.Request) -> Kind | None:
    """The kind that was asked for. Raises Refusal."""
    asked = request.query.get("kind")
    try:
        return None if asked is None else Kind(asked)
    except ValueError:
        raise bad(f"`kind` is one of {', '.join(_KINDS)}") from None
