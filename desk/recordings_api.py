"""Recordings through the API: found, kept whatever their term, and those that were deleted, with the proof of it."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta

from aiohttp import web
from sqlalchemy import select

from desk.asked import choice, only, text, told
from desk.asked import reason as why_of
from desk.asker import ASKER, Asker
from desk.calls_page import MOST, limit_of
from desk.dossier_rows import ending_query
from desk.hearing import Hearing
from desk.refusal import Refusal, bad
from desk.roles import Permission
from desk.route import Route, one_of
from desk.schemas import COUNT, FLAG, MAYBE_TEXT, MAYBE_TIME, TEXT, TIME, either, listing, things
from paperwork.quality.score import State
from records.deleted import deleted
from records.found import NONE, Found, Sought, find
from records.recordings import FALLBACK, MESSAGES, TALKS, kept_in, whose
from records.retention.held import order_named
from records.retention.holds import Hold, Holds
from records.store import Store
from records.tables import journal
from routing.calendar import SHANGHAI

_KINDS = (TALKS, MESSAGES, FALLBACK)
_QUALITY = (NONE, *(state.value for state in State if state is not State.DISCARDED))
_NUMBER = {"type": "number"}
_SHEET = things(id=TEXT, state={"enum": list(_QUALITY[1:])}, by=TEXT, total=_NUMBER, most=_NUMBER)
_ONE = things(
    **{"recording": TEXT, "kind": {"enum": list(_KINDS)}, "call": TEXT, "day": TEXT, "line": MAYBE_TEXT},
    **{"agent": MAYBE_TEXT, "at": MAYBE_TIME, "seconds": _NUMBER, "held": FLAG, "may_hear": FLAG},
    number={**MAYBE_TEXT, "description": "The caller's, masked; null where a confidential line keeps it."},
    score=either(things(total=_NUMBER, most=_NUMBER)),
    sheets=listing(_SHEET),
)
_GONE = things(
    **{"number": COUNT, "at": TIME, "who": TEXT, "recording": TEXT, "call": MAYBE_TEXT, "line": MAYBE_TEXT},
    **{"day": MAYBE_TEXT, "reason": MAYBE_TEXT, "erased": FLAG, "sha256": listing(TEXT), "hash": TEXT, "before": TEXT},
)
_HOLD = things(call=TEXT, at=TIME, who=TEXT, reason=TEXT)


class RecordingsApi:
    """`/api/v1/recordings`, `holds`."""

    def __init__(
        self,
        store: Store,
        hearing: Hearing,
        holds: Holds,
        now: Callable[[], datetime],
    ) -> None:
        self._store, self._hearing, self._vault, self._holds = store, hearing, hearing.vault, holds
        self._now = now

    def routes(self) -> list[Route]:
        hear, hold = one_of(Permission.RECORDINGS), one_of(Permission.HOLDS)
        return [
            Route(
                "GET",
                "/api/v1/recordings",
                hear,
                self._on_list,
                "What was recorded, newest first.",
                query={
                    "from": "made on this day or later, like 2026-10-01",
                    "to": "and before this day",
                    "line": "of this line",
                    "agent": "of this agent",
                    "call": "of this call",
                    "recording": "the one of this name",
                    "kind": {"enum": list(_KINDS)},
                    "least": "seconds at least",
                    "most": "seconds at most",
                    "ends": "of a caller whose number ends with these four digits; never of a confidential line",
                    "quality": {"enum": list(_QUALITY), "description": "with a quality sheet in this state, or none"},
                    "scored": {"enum": ["0", "1"], "description": "whether there is a quality sheet of it"},
                    "held": {"enum": ["0", "1"], "description": "whether it is kept whatever its term"},
                    "limit": f"1 to {MOST}, 50 if not given",
                    "after": "`next` of the page before",
                },
                answer=things(recordings=listing(_ONE), next=either(TEXT)),
            ),
            Route(
                "GET",
                "/api/v1/recordings/deleted",
                one_of(Permission.RECORDINGS, Permission.AUDIT),
                self._on_deleted,
                "Recordings whose term was over, from the audit log: the hashes of their files, and the entry's own.",
                query={
                    "from": "deleted on this day or later, like 2026-10-01",
                    "to": "and before this day",
                    "line": "of this line",
                    "call": "of this call",
                    "recording": "of this name",
                    "limit": f"1 to {MOST}, 50 if not given",
                    "after": "`next` of the page before",
                },
                answer=things(deleted=listing(_GONE), next=either(TEXT)),
            ),
            Route(
                "GET",
                "/api/v1/holds",
                one_of(Permission.RECORDINGS, Permission.AUDIT),
                self._on_holds,
                "Calls of which nothing is deleted until somebody releases them.",
                answer=things(holds=listing(_HOLD)),
            ),
            Route(
                "POST",
                "/api/v1/holds",
                hold,
                self._on_hold,
                "Keep everything of a call, whatever its terms.",
                body={"call": TEXT, "reason": TEXT},
                required=("call", "reason"),
                answer=things(holds=listing(_HOLD)),
                status=201,
                refuses=(404,),
            ),
            Route(
                "POST",
                "/api/v1/holds/{call}/release",
                hold,
                self._on_release,
                "Let the terms of a held call count again.",
                body={"reason": TEXT},
                required=("reason",),
                answer=things(holds=listing(_HOLD)),
                refuses=(404,),
            ),
        ]

    # ── looking ─────────────────────────────────────────────────────────────

    async def _on_list(self, request: web.Request) -> web.Response:
        query, limit, asker = request.query, limit_of(request.query), request[ASKER]
        since, until = _day(query, "from"), _day(query, "to")
        ends = await self._ending(query, asker, since, until)
        sought = Sought(
            since,
            until,
            _name(query, "line"),
            _name(query, "agent"),
            _name(query, "call"),
            choice(query, "kind", _KINDS) if "kind" in query else None,
            _seconds(query, "least"),
            _seconds(query, "most"),
            _flag(query, "scored"),
            _flag(query, "held"),
            ends,
            choice(query, "quality", _QUALITY) if "quality" in query else None,
            _name(query, "recording"),
        )
        async with self._store.reading() as connection:
            found = await find(connection, self._vault, sought, limit=limit + 1, after=_place(query))
        page = found[:limit]
        following = f"{page[-1].listed}~{page[-1].recording.name}" if len(found) > limit else None
        return web.json_response({"recordings": [self._told(asker, one) for one in page], "next": following})

    async def _ending(
        self, query: Mapping[str, str], asker: Asker, since: date | None, until: date | None
    ) -> frozenset[str] | None:
        """The calls of numbers that end as asked; None when nothing of that was asked."""
        if (digits := query.get("ends")) is None:
            return None
        if not re.fullmatch("[0-9]{4}", digits):
            raise bad("`ends` is the last four digits of a number")
        calls = ending_query(digits, self._hearing.closed_to(asker), _midnight(since, -1), _midnight(until, 1))
        return frozenset(row["id"] for row in await self._store.rows(calls))

    def _told(self, asker: Asker, one: Found) -> dict[str, object]:
        may = self._hearing.may_hear(asker, one.recording.line)
        return {**one.to_json(), "may_hear": may, "number": one.number if may else None}

    async def _on_deleted(self, request: web.Request) -> web.Response:
        query, limit = request.query, limit_of(request.query)
        after = query.get("after")
        if after is not None and not re.fullmatch("[0-9]{1,15}", after):
            raise bad("`after` is `next` of the page before")
        found = await deleted(
            self._store,
            since=_midnight(_day(query, "from")),
            until=_midnight(_day(query, "to")),
            line=_name(query, "line"),
            call=_name(query, "call"),
            name=_name(query, "recording"),
            limit=limit + 1,
            before=None if after is None else int(after),
        )
        page = found[:limit]
        following = str(page[-1].number) if len(found) > limit else None
        return web.json_response({"deleted": [one.to_json() for one in page], "next": following})

    # ── keeping ─────────────────────────────────────────────────────────────

    async def _on_holds(self, _request: web.Request) -> web.Response:
        return await self._all_holds()

    async def _on_hold(self, request: web.Request) -> web.Response:
        asked = await told(request)
        only(asked, "call", "reason")
        call, why = text(asked, "call", longest=200), why_of(asked)
        call = whose(call) if "/" in call else call
        if not call or "\0" in call or not await self._known(call):
            raise Refusal(404, "not_found", "there is no such call")
        await self._holds.place(Hold(call, self._now(), request[ASKER].who, why))
        return await self._all_holds(201)

    async def _on_release(self, request: web.Request) -> web.Response:
        asked = await told(request)
        only(asked, "reason")
        hold = Hold(request.match_info["call"], self._now(), request[ASKER].who, why_of(asked))
        if not await self._holds.release(hold):
            raise Refusal(404, "not_found", "this call is not held")
        return await self._all_holds()

    async def _all_holds(self, status: int = 200) -> web.Response:
        return web.json_response({"holds": [one.to_json() for one in await self._holds.all()]}, status=status)

    async def _known(self, call: str) -> bool:
        if (order := order_named(call)) is not None:
            return await self._store.row(order) is not None
        query = select(journal.c.call).where(journal.c.call == call).limit(1)
        if await self._store.row(query) is not None:
            return True
        return bool(await asyncio.to_thread(lambda: kept_in(self._vault, call=call)))


def _place(query: Mapping[str, str]) -> tuple[date, str] | None:
    if "after" not in query:
        return None
    day, found, name = query["after"].partition("~")
    if not found or not 1 <= len(name) <= 200:
        raise bad("`after` is `next` of the page before")
    at = _day({"after": day}, "after")
    return None if at is None else (at, name)


def _day(query: Mapping[str, str], name: str) -> date | None:
    if name not in query:
        return None
    try:
        day = date.fromisoformat(query[name])
    except ValueError:
        raise bad(f"`{name}` is a day like 2026-10-01") from None
    if not 1970 < day.year < 9000:
        raise bad(f"`{name}` is a day of another age")
    return day


def _midnight(day: date | None, days: int = 0) -> datetime | None:
    """When a day begins in Shanghai, so many days later."""
    return None if day is None else datetime.combine(day, time(), SHANGHAI) + timedelta(days=days)


def _seconds(query: Mapping[str, str], name: str) -> float | None:
    if (value := query.get(name)) is None:
        return None
    if not (value.isascii() and value.isdigit() and len(value) < 7):
        raise bad(f"`{name}` is a number of seconds")
    return float(value)


def _flag(query: Mapping[str, str], name: str) -> bool | None:
    return choice(query, name, ("0", "1")) == "1" if name in query else None


def _name(query: Mapping[str, str], name: str) -> str | None:
    if name not in query:
        return None
    value = text(query, name, longest=200)
    if not value or "\0" in value:
        raise bad(f"`{name}` has 1 to 200 characters")
    return value
