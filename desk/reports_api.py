"""Reports through the API: as data for screens, as files, and what is behind each of their numbers."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from datetime import date
from typing import Final

from aiohttp import web

from desk.asked import choice
from desk.asker import ASKER, Asker
from desk.ledger import Ledger
from desk.printed import Printing
from desk.refusal import Refusal, bad
from desk.roles import Permission
from desk.route import Route, one_of
from desk.schemas import COUNT, FLAG, MAYBE_TEXT, TEXT, listing, things
from paperwork.answers.names import PlanHouse
from paperwork.printing.render import Format
from paperwork.reports.basis import Basis, Wish
from paperwork.reports.book import BOOK, Kept
from paperwork.reports.drilled import MOST, Unknown, behind
from paperwork.reports.lists import LISTS
from paperwork.reports.report import Period
from paperwork.reports.rules import TREES
from paperwork.reports.sources import Asked
from paperwork.reports.telling import Data
from routing.plan import Plan

FORMATS: Final = ("screen", "json", "csv", "xlsx", "html", "pdf")
_PERIOD: Mapping[str, str] = {
    "from": "The first day, like 2026-10-01.",
    "to": "The day after the last.",
    "line": "Only of this line.",
}
_MAKING: Mapping[str, str] = {
    "tree": f"Categories in this tree: {', '.join(TREES)}.",
    "decimals": "Of percentages, 0 to 4.",
}
_WORDS: Final = (
    *("kind", "tree", "path", "place", "source", "agent", "fate", "state", "filled", "unit", "urgency", "satisfaction"),
    *(
        "handed",
        "handed_on_late",
        "done",
        "late",
        "outcome",
        "reason",
        "turned_out",
        "half_hour",
        "weekday",
        "day",
        "end",
    ),
    *("waited_from", "waited_to"),
)
"""What a row's `drill` may say beside `list` and `line`."""

Live = Callable[[], Basis]
"""Where the database is, and today's plan, rules and trees."""


class ReportsApi:
    """`/api/v1/reports`. Reports are made in the process of the `press`: a month is seconds of work."""

    def __init__(self, live: Live, ledger: Ledger, press: Printing) -> None:
        self._live, self._ledger, self._press = live, ledger, press

    def routes(self) -> list[Route]:
        look = one_of(Permission.REPORTS)
        every = "/api/v1/reports"
        known = things(name=TEXT, title=TEXT, persons=FLAG)
        return [
            Route(
                "GET",
                every,
                look,
                self._on_all,
                "Which reports, formats, trees and lists there are.",
                answer=things(reports=listing(known), formats=listing(TEXT), trees=listing(TEXT), lists=listing(TEXT)),
            ),
            Route(
                "GET",
                every + "/{name}",
                look,
                self._on_report,
                "A report of a period: as data for screens, as the documented JSON, or as a file. What was said in"
                " calls stands in 附件7 for who may read answer records, of confidential lines for their listeners.",
                query={
                    **_PERIOD,
                    **_MAKING,
                    "format": f"One of {', '.join(FORMATS)}; screen without one.",
                    "table": "As CSV only this table; all of them are a ZIP archive.",
                },
                required=("from", "to"),
                answer={},
                refuses=(404, 409, 503),
            ),
            Route(
                "GET",
                every + "/{name}/rows",
                look,
                self._on_rows,
                "What is behind a number: the words of its row's `drill`, one record, call or order after the other.",
                query={
                    **_PERIOD,
                    "list": f"One of {', '.join(LISTS)}.",
                    **dict.fromkeys(_WORDS, "As the row's `drill` says."),
                    "limit": f"From 1 to {MOST}.",
                    "after": "`next` of the page before.",
                },
                required=("from", "to", "list"),
                answer=things(total=COUNT, rows=listing({"type": "object"}), next=MAYBE_TEXT),
                refuses=(404,),
            ),
        ]

    async def _on_all(self, _request: web.Request) -> web.Response:
        reports = [{"name": name, "title": kept.title, "persons": kept.persons} for name, kept in BOOK.items()]
        return web.json_response(
            {"reports": reports, "formats": list(FORMATS), "trees": list(TREES), "lists": list(LISTS)}
        )

    async def _on_report(self, request: web.Request) -> web.Response:
        query = request.query
        name, kept = _kept(request)
        _only(query, {*_PERIOD, *_MAKING, "format", "table"})
        wanted = choice(query, "format", FORMATS, "screen")
        tree = choice(query, "tree", TREES) if "tree" in query else None
        decimals = int(choice(query, "decimals", tuple("01234"))) if "decimals" in query else None
        period, line = _period(query, kept), _line(query)
        basis = await asyncio.to_thread(self._live)  # files that were changed are read again
        asked = Asked(period, line, tree, decimals, _closed(request[ASKER], basis.plan))
        await self._shown(request, name, kept, asked)
        wish = Wish(name, asked, basis)
        if wanted in ("screen", "json"):
            return web.Response(body=await self._press.made(wish, Data(wanted)), content_type="application/json")
        if wanted == "csv":
            file, _, content = (await self._press.made(wish, Data(wanted, query.get("table")))).partition(b"\n")
            return _file(content, file.decode())
        form = Format(wanted)
        return self._press.answer(await self._press.made(wish, form), form, f"{name}-{period.since}")

    async def _on_rows(self, request: web.Request) -> web.Response:
        query = request.query
        name, kept = _kept(request)
        _only(query, {*_PERIOD, "list", *_WORDS, "limit", "after"})
        drill = {word: query[word] for word in ("list", *_WORDS) if word in query}
        if any(not 1 <= len(value) <= 200 or "\0" in value for value in drill.values()):
            raise bad("a word of `drill` has 1 to 200 characters")
        if query.get("line") == "-":
            drill["line"] = "-"
        asked = Asked(_period(query, kept), None if "line" in drill else _line(query))
        limit = query.get("limit", "50")
        if not (limit.isascii() and limit.isdigit() and len(limit) < 6 and 1 <= int(limit) <= MOST):
            raise bad(f"`limit` is a number from 1 to {MOST}")
        await self._shown(request, name, kept, asked)
        try:
            async with (await asyncio.to_thread(self._live)).sources() as sources:
                page = await behind(sources, asked, drill, limit=int(limit), after=query.get("after"))
        except Unknown as error:
            raise bad(str(error)) from None
        return web.json_response({"total": page.total, "rows": [dict(row) for row in page.rows], "next": page.next})

    async def _shown(self, request: web.Request, name: str, kept: Kept, asked: Asked) -> None:
        """Who looks at what persons did or said answers for it."""
        if kept.persons:
            period = asked.period
            await self._ledger.write(
                request[ASKER].who,
                "report_shown",
                about=name,
                reason=None,
                since=str(period.since),
                until=str(period.until),
            )


def _closed(asker: Asker, plan: Plan) -> frozenset[str] | None:
    """The lines of whose records they may not read what was said; None: of none."""
    return PlanHouse(lambda: plan).closed_to(asker.agent) if Permission.ANSWERS in asker.permissions else None


def _kept(request: web.Request) -> tuple[str, Kept]:
    name = request.match_info["name"]
    if name not in BOOK:
        raise Refusal(404, "not_found", f"there is no such report; there is {', '.join(BOOK)}")
    return name, BOOK[name]


def _only(query: Mapping[str, str], known: set[str]) -> None:
    for name in query:
        if name not in known:
            raise bad(f"unknown: {name[:40]!r}; there is {', '.join(sorted(known))}")


def _period(query: Mapping[str, str], kept: Kept) -> Period:
    try:
        period = Period(_day(query, "from"), _day(query, "to"))
    except ValueError as error:
        raise bad(str(error)) from None
    if (period.until - period.since).days > kept.longest:
        raise bad(f"this report is of {kept.longest} days at most")
    return period


def _day(query: Mapping[str, str], name: str) -> date:
    try:
        day = date.fromisoformat(query.get(name, ""))
    except ValueError:
        raise bad(f"`{name}` is not a day; write it like 2026-10-01") from None
    if not 1980 <= day.year < 9000:
        raise bad(f"`{name}` is a day of another age")
    return day


def _line(query: Mapping[str, str]) -> str | None:
    line = query.get("line")
    if line is not None and (not 1 <= len(line) <= 64 or "\0" in line):
        raise bad("`line` is the id of a line")
    return line


def _file(content: bytes, name: str) -> web.Response:
    kind = "application/zip" if name.endswith(".zip") else "text/csv"
    safe = "".join(sign if sign.isascii() and (sign.isalnum() or sign in "-_.") else "-" for sign in name)
    headers = {"Content-Disposition": f'attachment; filename="{safe}"'}
    return web.Response(
        body=content, content_type=kind, charset="utf-8" if kind == "text/csv" else None, headers=headers
    )
