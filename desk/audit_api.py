"""The audit log through the API, for auditors: who, when, what, whose data and why; all of it as CSV; its chain."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from aiohttp import web

from desk.asked import choice, instant, maybe_text, only, told
from desk.asker import ASKER
from desk.audit_chain import Chain
from desk.calls_page import MOST, limit_of
from desk.ledger import Ledger
from desk.refusal import bad
from desk.roles import Permission
from desk.route import Route, one_of
from desk.schemas import COUNT, MAYBE_TEXT, MAYBE_TIME, TEXT, TIME, either, listing, things
from records.audit import Act, Head, written_from
from records.clock import wall_time
from records.deeds import COLUMNS, WhichDeeds, deeds_query, sheet_line
from records.sheet import lines
from records.store import Store

_ENTRY = things(
    number=COUNT, at=TIME, who=TEXT, what=TEXT, about=MAYBE_TEXT, reason=MAYBE_TEXT, details={"type": "object"},
    before=TEXT, hash=TEXT,
)  # fmt: skip
_CHAIN = things(
    state={"enum": ["unknown", "looking", "whole", "broken", "failed"]}, number=COUNT, hash=MAYBE_TEXT, why=MAYBE_TEXT,
    at=MAYBE_TIME,
)  # fmt: skip
_WHICH: Mapping[str, str | Mapping[str, Any]] = {
    "from": "from this time on",
    "to": "and before this time",
    "who": "a part of who did it, as `desk:ann`",
    "what": "what was done, one word as `numbers_shown`",
    "about": "a part of what it was about: a call, an account, a number of an order",
    "words": "a part of the reason",
}
_LONGEST = 100


class AuditApi:
    """`/api/v1/audit`, `audit/chain`."""

    def __init__(self, store: Store, ledger: Ledger, chain: Chain) -> None:
        self._store, self._ledger, self._chain = store, ledger, chain

    def routes(self) -> list[Route]:
        read = one_of(Permission.AUDIT)
        return [
            Route(
                "GET",
                "/api/v1/audit",
                read,
                self._on_list,
                "What is answered for, newest first; as CSV all that is meant, which is answered for itself.",
                query={
                    **_WHICH,
                    "limit": f"1 to {MOST}, 50 if not given",
                    "after": "`next` of the page before",
                    "format": {"enum": ["json", "csv"], "description": "csv: all of them in one file"},
                },
                answer=things(entries=listing(_ENTRY), next=either(TEXT)),
            ),
            Route(
                "GET",
                "/api/v1/audit/chain",
                read,
                self._on_chain,
                "What the last look at the chain found: `whole` up to entry `number`, or `broken` there and `why`.",
                answer=_CHAIN,
            ),
            Route(
                "POST",
                "/api/v1/audit/chain",
                read,
                self._on_look,
                "Look at every entry now, beside calls; ask again how it goes. `head` (NUMBER:HASH) is one that was "
                "written down elsewhere.",
                body={"head": MAYBE_TEXT},
                answer=_CHAIN,
                status=202,
            ),
        ]

    async def _on_list(self, request: web.Request) -> web.StreamResponse:
        query = request.query
        which = WhichDeeds(
            instant(query, "from"), instant(query, "to"), *(_part(query, name) for name in list(_WHICH)[2:])
        )
        if choice(query, "format", ("json", "csv"), "json") == "csv":
            return await self._sheet(request, which)
        limit, before = limit_of(query), _number(query)
        rows = await self._store.rows(deeds_query(which, before).limit(limit + 1))
        page = [{**written_from(row).to_json(), "at": wall_time(row["at"])} for row in rows[:limit]]
        following = str(page[-1]["number"]) if len(rows) > limit else None
        return web.json_response({"entries": page, "next": following})

    async def _sheet(self, request: web.Request, which: WhichDeeds) -> web.StreamResponse:
        """All that is meant, as it comes from the database: a year takes no more memory than a day."""
        meant = [f"{name}={value}" for name, value in request.query.items() if name in _WHICH]
        await self._ledger.write(request[ASKER].who, Act.AUDIT_EXPORTED, about="audit", meant=meant)
        answer = web.StreamResponse(headers={"Content-Disposition": 'attachment; filename="audit.csv"'})
        answer.content_type, answer.charset = "text/csv", "utf-8"
        async with self._store.portions(deeds_query(which)) as portions:
            first = await anext(portions, ())  # before the answer begins: a database in trouble is told as one
            await answer.prepare(request)
            await answer.write(lines(COLUMNS, map(_line, first), head=True).encode())
            async for portion in portions:
                await answer.write(lines(COLUMNS, map(_line, portion)).encode())
        await answer.write_eof()
        return answer

    async def _on_chain(self, _request: web.Request) -> web.Response:
        return web.json_response(self._chain.told())

    async def _on_look(self, request: web.Request) -> web.Response:
        asked = await told(request)
        only(asked, "head")
        self._chain.look(_head(maybe_text(asked, "head")))
        return web.json_response(self._chain.told(), status=202)


def _line(row: Any) -> dict[str, Any]:
    return {**sheet_line(written_from(row)), "at": wall_time(row["at"])}


def _part(query: Mapping[str, str], name: str) -> str | None:
    value = query.get(name)
    if value is None:
        return None
    if not 1 <= len(value.strip()) <= _LONGEST or "\0" in value:
        raise bad(f"`{name}` has 1 to {_LONGEST} characters")
    return value.strip()


def _number(query: Mapping[str, str]) -> int | None:
    value = query.get("after")
    if value is None:
        return None
    if not (value.isascii() and value.isdigit() and len(value) < 10):
        raise bad("`after` is `next` of the page before")
    return int(value)


def _head(text: str | None) -> Head | None:
    if text is None:
        return None
    if (found := re.fullmatch(r"([0-9]{1,9}):([0-9a-f]{64})", text.strip())) is None:
        raise bad("`head` is NUMBER:HASH, as a look at the chain gives it")
    return Head(int(found[1]), found[2])
