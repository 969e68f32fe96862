"""What a request says of a report: which one, of which days, of which line, and what its asker may read in it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from aiohttp import web

from desk.asker import Asker
from desk.refusal import Refusal, bad
from desk.roles import Permission
from paperwork.answers.names import PlanHouse
from paperwork.reports.book import BOOK, Kept
from paperwork.reports.report import Period
from routing.plan import Plan


def closed_to(asker: Asker, plan: Plan) -> frozenset[str] | None:
    """The lines of whose records they may not read what was said; None: of none."""
    return PlanHouse(lambda: plan).closed_to(asker.agent) if Permission.ANSWERS in asker.permissions else None


def kept_of(request: web.Request) -> tuple[str, Kept]:
    """The report that is named. Raises Refusal."""
    name = request.match_info["name"]
    if name not in BOOK:
        raise Refusal(404, "not_found", f"there is no such report; there is {', '.join(BOOK)}")
    return name, BOOK[name]


def only_of(query: Mapping[str, Any], known: set[str]) -> None:
    """Nothing else is asked. Raises Refusal."""
    for name in query:
        if name not in known:
            raise bad(f"unknown: {name[:40]!r}; there is {', '.join(sorted(known))}")


def period_of(query: Mapping[str, Any], kept: Kept) -> Period:
    """`from` and `to`. Raises Refusal."""
    try:
        period = Period(day_of(query, "from"), day_of(query, "to"))
    except ValueError as error:
        raise bad(str(error)) from None
    if (period.until - period.since).days > kept.longest:
        raise bad(f"this report is of {kept.longest} days at most")
    return period


def day_of(query: Mapping[str, Any], name: str) -> date:
    """A day of our age. Raises Refusal."""
    try:
        day = date.fromisoformat(query.get(name, ""))
    except (TypeError, ValueError):
        raise bad(f"`{name}` is not a day; write it like 2026-10-01") from None
    if not 1980 <= day.year < 9000:
        raise bad(f"`{name}` is a day of another age")
    return day


def line_of(query: Mapping[str, Any]) -> str | None:
    """Only of this line; None for all. Raises Refusal."""
    line = query.get("line")
    if line is not None and (not isinstance(line, str) or not 1 <= len(line) <= 64 or "\0" in line):
        raise bad("`line` is the id of a line")
    return line
