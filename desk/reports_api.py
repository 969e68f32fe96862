"""Reports through the API: as data for screens, as files, and what is behind each of their numbers."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Final

from aiohttp import web

from desk.asked import choice
from desk.asker import ASKER
from desk.ledger import Ledger
from desk.printed import Printing
from desk.refusal import Refusal, bad
from desk.reports_asked import closed_to, kept_of, line_of, only_of, period_of
from desk.roles import Permission
from desk.route import Route, one_of
from desk.schemas import COUNT, FLAG, MAYBE_TEXT, TEXT, listing, things
from paperwork.printing.render import Format
from paperwork.reports.basis import Basis, Signed, Wish
from paperwork.reports.behind import Unknown
from paperwork.reports.book import BOOK, Kept
from paperwork.reports.drilled import MOST, NAMES, behind
from paperwork.reports.late import late
from paperwork.reports.rules import TREES
from paperwork.reports.signed import signings_of
from paperwork.reports.sources import Asked
from paperwork.reports.telling import Data

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
    *(
        "number",
        "kind",
        "tree",
        "path",
        "place",
        "source",
        "agent",
        "fate",
        "state",
        "filled",
        "unit",
        "urgency",
        "satisfaction",
    ),
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
    *("waited_from", "waited_to", "waited_at_most", "short_left_out", "at_from", "at_to", "answered", "in_time"),
)
"""What a cell's `drill` may say beside `list`, `line`, `from` and `to`."""
_LATE = things(report=TEXT, line=MAYBE_TEXT, **{"from": TEXT, "to": TEXT}, day=TEXT)

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
                "Which reports, formats, trees, lists and lines there are.",
                answer=things(
                    reports=listing(known),
                    formats=listing(TEXT),
                    trees=listing(TEXT),
                    lists=listing(TEXT),
                    lines=listing(things(id=TEXT, name=TEXT)),
                ),
            ),
            Route(
                "GET",
                every + "/late",
                look,
                self._on_late,
                "附件7 and 附件8 of the last year whose due day is over and that nobody signed, the newest first; none"
                " of a hotline that signs on paper.",
                answer=things(late=listing(_LATE)),
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
                    "signed": "As it was signed: `last`, or the number of the signing.",
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
                "What is behind a number, one record, call or order after the other: its row's `drill`, and over it"
                " its column's, where an empty word takes the row's away.",
                query={
                    **_PERIOD,
                    "list": f"One of {', '.join(NAMES)}.",
                    **dict.fromkeys(_WORDS, "As the cell's `drill` says."),
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
        plan = (await asyncio.to_thread(self._live)).plan
        lines = [{"id": line, "name": rule.name} for line, rule in plan.lines.items()]
        words = {"formats": list(FORMATS), "trees": list(TREES), "lists": list(NAMES)}
        return web.json_response({"reports": reports, **words, "lines": lines})

    async def _on_late(self, _request: web.Request) -> web.Response:
        async with (await asyncio.to_thread(self._live)).sources() as sources:
            found = sorted((one.due for one in await late(sources)), key=lambda one: one.day, reverse=True)
        told = [
            {
                "report": one.report,
                "line": one.line,
                "from": one.period.since.isoformat(),
                "to": one.period.until.isoformat(),
                "day": one.day.isoformat(),
            }
            for one in found
        ]
        return web.json_response({"late": told})

    async def _on_report(self, request: web.Request) -> web.Response:
        query = request.query
        name, kept = kept_of(request)
        only_of(query, {*_PERIOD, *_MAKING, "format", "table", "signed"})
        wanted = choice(query, "format", FORMATS, "screen")
        tree = choice(query, "tree", TREES) if "tree" in query else None
        decimals = int(choice(query, "decimals", tuple("01234"))) if "decimals" in query else None
        period, line = period_of(query, kept), line_of(query)
        basis = await asyncio.to_thread(self._live)  # files that were changed are read again
        asked = Asked(period, line, tree, decimals, closed_to(request[ASKER], basis.plan))
        await self._shown(request, name, kept, asked)
        wish = Wish(name, asked, basis)
        if "signed" in query:
            wish = await _as_signed(wish, query["signed"])
        if wanted in ("screen", "json"):
            return web.Response(body=await self._press.made(wish, Data(wanted)), content_type="application/json")
        if wanted == "csv":
            file, _, content = (await self._press.made(wish, Data(wanted, query.get("table")))).partition(b"\n")
            return _file(content, file.decode())
        form = Format(wanted)
        return self._press.answer(await self._press.made(wish, form), form, f"{name}-{period.since}")

    async def _on_rows(self, request: web.Request) -> web.Response:
        query = request.query
        name, kept = kept_of(request)
        only_of(query, {*_PERIOD, "list", *_WORDS, "limit", "after"})
        drill = {word: query[word] for word in ("list", *_WORDS) if word in query}
        if any(not 1 <= len(value) <= 200 or "\0" in value for value in drill.values()):
            raise bad("a word of `drill` has 1 to 200 characters")
        if query.get("line") == "-":
            drill["line"] = "-"
        asked = Asked(period_of(query, kept), None if "line" in drill else line_of(query))
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


def _file(content: bytes, name: str) -> web.Response:
    kind = "application/zip" if name.endswith(".zip") else "text/csv"
    safe = "".join(sign if sign.isascii() and (sign.isalnum() or sign in "-_.") else "-" for sign in name)
    headers = {"Content-Disposition": f'attachment; filename="{safe}"'}
    return web.Response(
        body=content, content_type=kind, charset="utf-8" if kind == "text/csv" else None, headers=headers
    )


async def _as_signed(wish: Wish, which: str) -> Signed:
    """The signing that is asked for. Raises Refusal when nobody signed that."""
    if which != "last" and not (which.isascii() and which.isdigit() and len(which) < 5):
        raise bad("`signed` is `last` or the number of a signing")
    async with wish.basis.sources() as sources:
        found = await signings_of(sources.reading, wish.name, wish.asked)
    nth = None if which == "last" else int(which)
    if not any(nth in (None, one.nth) for one in found):
        raise Refusal(404, "not_found", "nobody signed this")
    return Signed(wish.name, wish.asked, wish.basis, nth)
