"""Signing reports through the API: what was signed stays as it was, and what would be different today is told."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import Final

from aiohttp import web

from desk.asked import maybe_text, only, told
from desk.asker import ASKER
from desk.ledger import Ledger
from desk.printed import Printing
from desk.refusal import Refusal, bad
from desk.reports_api import Live
from desk.reports_asked import closed_to, day_of, kept_of, line_of, only_of, period_of
from desk.roles import Permission
from desk.route import Route, one_of
from desk.schemas import COUNT, MAYBE_TEXT, TEXT, TIME, listing, things
from paperwork.answers.names import PlanHouse
from paperwork.filing import Changed
from paperwork.reports.basis import Compared, Wish
from paperwork.reports.book import BOOK
from paperwork.reports.rules import TREES
from paperwork.reports.signed import CannotSign, SignedReports, may_be_signed, signings, signings_of
from paperwork.reports.sources import Asked
from paperwork.reports.telling import Data
from records.store import Store

SIGNED: Final = "report_signed"
_SIGNING = things(
    **{"report": TEXT, "from": TEXT, "to": TEXT, "line": MAYBE_TEXT, "tree": MAYBE_TEXT, "number": COUNT},
    **{"at": TIME, "who": TEXT, "by": TEXT, "reason": MAYBE_TEXT, "digest": TEXT},
)
_CELL = things(
    table=TEXT,
    row=TEXT,
    column=TEXT,
    signed={"type": ["string", "integer", "null"]},
    now={"type": ["string", "integer", "null"]},
)
_PAPER: Final = {
    "from": "The first day, like 2026-10-01.",
    "to": "The day after the last.",
    "line": "Only of this line.",
    "tree": f"Categories in this tree: {', '.join(TREES)}.",
}


class SignedApi:
    """`/api/v1/signed-reports`, and what is signed of one report."""

    def __init__(self, live: Live, store: Store, ledger: Ledger, press: Printing, now: Callable[[], datetime]) -> None:
        self._live, self._ledger, self._press, self._now = live, ledger, press, now
        self._signed = SignedReports(store)

    def routes(self) -> list[Route]:
        look, sign = one_of(Permission.REPORTS), one_of(Permission.REPORTS_SIGN)
        one = "/api/v1/reports/{name}"
        return [
            Route(
                "GET",
                "/api/v1/signed-reports",
                look,
                self._on_all,
                "What was signed, in its order; corrections behind what they correct.",
                query={
                    "name": f"Only of this report: {', '.join(BOOK)}.",
                    "from": "Of periods that begin on this day or later.",
                    "to": "And before this day.",
                },
                answer=things(signings=listing(_SIGNING)),
            ),
            Route(
                "GET",
                one + "/signings",
                look,
                self._on_one,
                "Who signed this report, and when.",
                query=_PAPER,
                required=("from", "to"),
                answer=things(signings=listing(_SIGNING)),
                refuses=(404,),
            ),
            Route(
                "GET",
                one + "/differences",
                look,
                self._on_differences,
                "What the signed report would say today, cell by cell; `total` counts all, the first 500 are told.",
                query=_PAPER,
                required=("from", "to"),
                answer=things(total=COUNT, cells=listing(_CELL)),
                refuses=(404, 409, 503),
            ),
            Route(
                "POST",
                one + "/sign",
                sign,
                self._on_sign,
                "Keep the report for good as it is now. What was signed before stays; signing again says why.",
                body={
                    "from": TEXT,
                    "to": TEXT,
                    "line": MAYBE_TEXT,
                    "tree": {"enum": [*TREES, None]},
                    "decimals": {"type": ["integer", "null"], "minimum": 0, "maximum": 4},
                    "by": {**MAYBE_TEXT, "description": "The name on paper; the account's without one."},
                    "reason": {**MAYBE_TEXT, "description": "Of a correction."},
                },
                required=("from", "to"),
                answer=_SIGNING,
                status=201,
                refuses=(404, 409, 503),
            ),
        ]

    async def _on_all(self, request: web.Request) -> web.Response:
        query = request.query
        only_of(query, {"name", "from", "to"})
        name = query.get("name")
        if name is not None and name not in BOOK:
            raise bad(f"`name` is one of {', '.join(BOOK)}")
        since, until = (day_of(query, one) if one in query else None for one in ("from", "to"))
        async with (await asyncio.to_thread(self._live)).sources() as sources:
            found = await signings(sources.reading, name=name, since=since, until=until)
        return web.json_response({"signings": [one.to_json() for one in found]})

    async def _on_one(self, request: web.Request) -> web.Response:
        wish = await self._wish(request)
        async with wish.basis.sources() as sources:
            found = await signings_of(sources.reading, wish.name, wish.asked)
        return web.json_response({"signings": [one.to_json() for one in found]})

    async def _on_differences(self, request: web.Request) -> web.Response:
        wish = await self._wish(request)
        async with wish.basis.sources() as sources:
            if not await signings_of(sources.reading, wish.name, wish.asked):
                raise Refusal(404, "not_found", "nobody signed this")
        if BOOK[wish.name].persons:
            await self._written_down(request, "report_shown", wish)
        compared = Compared(wish.name, wish.asked, wish.basis)
        return web.Response(body=await self._press.made(compared, Data("screen")), content_type="application/json")

    async def _on_sign(self, request: web.Request) -> web.Response:
        name, kept = kept_of(request)
        asked = await told(request)
        only(asked, "from", "to", "line", "tree", "decimals", "by", "reason")
        tree = _one_of(maybe_text(asked, "tree"), TREES)
        basis = await asyncio.to_thread(self._live)
        closed = PlanHouse(lambda: basis.plan).closed_to(None)
        wish = Wish(name, Asked(period_of(asked, kept), line_of(asked), tree, _decimals(asked), closed), basis)
        by, why = _name(request, maybe_text(asked, "by", longest=60)), maybe_text(asked, "reason", longest=500)
        try:
            may_be_signed(name, wish.asked.period, self._now())
            text = (await self._press.made(wish, Data("frozen"))).decode()
            await self._signed.before(name, wish.asked, text, at=self._now(), reason=why)
            await self._written_down(request, SIGNED, wish, why)
            signing = await self._signed.sign(
                name, wish.asked, text, who=request[ASKER].who, by=by, at=self._now(), reason=why
            )
        except CannotSign as error:
            raise Refusal(409, "refused", str(error)) from None
        except Changed:
            raise Refusal(409, "changed", "somebody signs this at the same moment: look again") from None
        return web.json_response(signing.to_json(), status=201)

    async def _wish(self, request: web.Request) -> Wish:
        name, kept = kept_of(request)
        query = request.query
        only_of(query, set(_PAPER))
        tree = _one_of(query.get("tree"), TREES)
        period, line = period_of(query, kept), line_of(query)
        basis = await asyncio.to_thread(self._live)
        return Wish(name, Asked(period, line, tree, closed=closed_to(request[ASKER], basis.plan)), basis)

    async def _written_down(self, request: web.Request, what: str, wish: Wish, why: str | None = None) -> None:
        period = wish.asked.period
        line = {} if wish.asked.line is None else {"line": wish.asked.line}
        await self._ledger.write(
            request[ASKER].who,
            what,
            about=wish.name,
            reason=why,
            since=str(period.since),
            until=str(period.until),
            **line,
        )


def _one_of(word: str | None, words: tuple[str, ...]) -> str | None:
    if word is not None and word not in words:
        raise bad(f"`tree` is one of {', '.join(words)}")
    return word


def _decimals(asked: object) -> int | None:
    value = asked.get("decimals") if isinstance(asked, dict) else None
    if value is not None and (isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= 4):
        raise bad("`decimals` is a whole number from 0 to 4")
    return value


def _name(request: web.Request, said: str | None) -> str:
    """What stands on paper: a name that was given, or the account's."""
    user = request[ASKER].user
    name = (said or (user.shown if user is not None else "")).strip()
    if not name or "\0" in name:
        raise bad("`by` is the name that stands on paper: 1 to 60 characters")
    return name
