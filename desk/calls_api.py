"""Ended calls, their legs, and those that nobody answered: page by page, or all of them as CSV."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from aiohttp import web
from sqlalchemy import Select, select

from desk.asked import choice, instant
from desk.asker import ASKER
from desk.calls_page import MOST, limit_of, place, place_of
from desk.ledger import Ledger
from desk.refusal import Refusal, bad, forbidden
from desk.roles import Permission
from desk.route import Route, one_of
from desk.schemas import COUNT, FLAG, MAYBE_TEXT, TEXT, TIME, either, listing, things
from ivr.outcomes import Outcome
from records.abandoned import STATES, abandoned
from records.audit import Act
from records.finding import Which, WhichLegs, calls_query, leg_json, legs_query
from records.legs import LegKind, Turn
from records.rows import cdr_from
from records.sheet import ABANDONED_COLUMNS, CALL_COLUMNS, LEG_COLUMNS, lines, record_line
from records.store import Store
from records.tables import cdr, legs

_PRIVATE = {"private": "1 for whole numbers: needs numbers.read and a `reason`, and is audited", "reason": "why"}
_PAGED = {"limit": f"1 to {MOST}, 50 if not given", "after": "`next` of the page before"}
_SPAN = {"from": "from this time on", "to": "and before this time"}
_FORMAT = {"format": {"enum": ["json", "csv"], "description": "csv: all of them in one file, not a page"}}
_WHICH: Mapping[str, str | Mapping[str, Any]] = {
    "line": "that this line served",
    "agent": "in which this agent talked",
    "outcome": {"enum": [outcome.value for outcome in Outcome], "description": "how they ended"},
    "turned_out": {"enum": [turn.value for turn in Turn], "description": "how asking for a line turned out"},
    "direction": {"enum": ["in", "out"], "description": "out: callbacks"},
    "test": {
        "enum": ["0", "1"],
        "description": "calls that we made to see that all works; with the others if not given",
    },
    "asked_from": "that asked for a line from this time on",
    "asked_to": "and before this time",
    "number": "of this caller: needs numbers.read and a `reason`, and is audited",
}
_LEG = things(
    **{"call": TEXT, "number": COUNT, "kind": TEXT, "line": MAYBE_TEXT, "agent": MAYBE_TEXT, "phone": MAYBE_TEXT},
    **{"from": TIME, "to": TIME, "seconds": {"type": "number"}, "end": MAYBE_TEXT, "turned_out": MAYBE_TEXT},
)
_CALL = things(
    **{"id": TEXT, "started": TIME, "ended": TIME, "number": TEXT, "line": MAYBE_TEXT, "agent": MAYBE_TEXT},
    **{"outcome": TEXT, "reason": TEXT, "waited": {"type": "number"}, "talked": {"type": "number"}, "test": FLAG},
)
_MISSED = things(call=TEXT, number=TEXT, line=TEXT, asked=TIME, waited={"type": "number"}, state=TEXT)


class CallsApi:
    """`/api/v1/calls`, `legs`, `abandoned`."""

    def __init__(self, store: Store, ledger: Ledger) -> None:
        self._store, self._ledger = store, ledger

    def routes(self) -> list[Route]:
        every, own = one_of(Permission.CALLS), one_of(Permission.CALLS, Permission.CALLS_OWN)
        return [
            Route(
                "GET",
                "/api/v1/calls",
                own,
                self._on_calls,
                "The records of ended calls, newest first; an agent sees their own.",
                query={**_SPAN, **_WHICH, **_PAGED, **_FORMAT, **_PRIVATE},
                answer=things(calls=listing(_CALL), next=either(TEXT)),
            ),
            Route(
                "GET",
                "/api/v1/calls/{call}",
                own,
                self._on_call,
                "One ended call with its legs; an agent sees their own.",
                query=_PRIVATE,
                answer=things(call=_CALL, legs=listing(_LEG)),
                refuses=(404,),
            ),
            Route(
                "GET",
                "/api/v1/legs",
                every,
                self._on_legs,
                "Waits, offers, talks and consultations of ended calls, newest first.",
                query={
                    **_SPAN,
                    "line": "of this line",
                    "agent": "of this agent",
                    "kind": {"enum": [kind.value for kind in LegKind]},
                    "call": "of this call",
                    "turned_out": _WHICH["turned_out"],
                    "test": _WHICH["test"],
                    **_PAGED,
                    **_FORMAT,
                    **_PRIVATE,
                },
                answer=things(legs=listing(_LEG), next=either(TEXT)),
            ),
            Route(
                "GET",
                "/api/v1/abandoned",
                every,
                self._on_abandoned,
                "Callers whom nobody answered, newest first, and whether they were called back.",
                query={**_SPAN, "line": "that asked for this line first", **_PAGED, **_FORMAT, **_PRIVATE},
                answer=things(abandoned=listing(_MISSED), next=either(TEXT)),
            ),
        ]

    # ── calls ───────────────────────────────────────────────────────────────

    async def _on_calls(self, request: web.Request) -> web.StreamResponse:
        query, which = request.query, self._which(request)
        if which.number is not None and not _unmasks(request):
            raise bad("who looks for a number asks for whole ones: `private=1` and a `reason`")
        if _csv(request):
            told = {name: value for name, value in query.items() if name in (*_SPAN, *_WHICH) and name != "number"}
            private = await self._unmasked(request, "calls", export=True, **told)
            rows = calls_query(which)
            return await self._sheet(
                request, "calls", CALL_COLUMNS, rows, lambda row: record_line(cdr_from(row), private=private)
            )
        limit, after = limit_of(query), place_of(query)
        found = [cdr_from(row) for row in await self._store.rows(calls_query(which, after).limit(limit + 1))]
        page = found[:limit]
        private = await self._unmasked(request, "calls", calls=[one.id for one in page])
        following = place(page[-1].ended, page[-1].id) if len(found) > limit else None
        return web.json_response({"calls": [one.to_json(private=private) for one in page], "next": following})

    async def _on_call(self, request: web.Request) -> web.Response:
        name, which = request.match_info["call"], self._which(request)
        query = calls_query(which).where(cdr.c.id == name)
        row = await self._store.row(query) if len(name) <= 64 and "\0" not in name else None
        if row is None:
            raise Refusal(404, "not_found", "there is no such ended call")
        private = await self._unmasked(request, "calls", calls=[name])
        found = await self._store.rows(select(legs).where(legs.c.call == name).order_by(legs.c.number))
        of_call = [leg_json(leg, private=private) for leg in found]
        return web.json_response({"call": cdr_from(row).to_json(private=private), "legs": of_call})

    def _which(self, request: web.Request) -> Which:
        query = request.query
        agent = query.get("agent")
        asker = request[ASKER]
        if Permission.CALLS not in asker.permissions:
            if asker.agent is None:
                raise Refusal(409, "no_seat", "this account is no agent of the plan")
            agent = asker.agent
        return Which(
            instant(query, "from"),
            instant(query, "to"),
            _name(query, "line"),
            agent if agent is None else _clean(agent, "agent"),
            _one_of(query, "outcome", [outcome.value for outcome in Outcome]),
            _one_of(query, "turned_out", [turn.value for turn in Turn]),
            _one_of(query, "direction", ["in", "out"]),
            _name(query, "number"),
            _flag(query, "test"),
            instant(query, "asked_from"),
            instant(query, "asked_to"),
        )

    # ── legs ────────────────────────────────────────────────────────────────

    async def _on_legs(self, request: web.Request) -> web.StreamResponse:
        query = request.query
        which = WhichLegs(
            instant(query, "from"),
            instant(query, "to"),
            _name(query, "line"),
            _name(query, "agent"),
            _one_of(query, "kind", [kind.value for kind in LegKind]),
            _name(query, "call"),
            _one_of(query, "turned_out", [turn.value for turn in Turn]),
            _flag(query, "test"),
        )
        if _csv(request):
            told = {name: str(value) for name, value in asdict(which).items() if value is not None}
            private = await self._unmasked(request, "legs", export=True, **told)
            return await self._sheet(
                request, "legs", LEG_COLUMNS, legs_query(which), lambda row: leg_json(row, private=private)
            )
        limit = limit_of(query)
        at = place_of(query, numbered=True)
        after = None if at is None else (at[0], at[1].rpartition("~")[0], int(at[1].rpartition("~")[2]))
        rows = await self._store.rows(legs_query(which, after).limit(limit + 1))
        page = rows[:limit]
        private = await self._unmasked(request, "legs", calls=sorted({row["call"] for row in page}))
        following = None
        if len(rows) > limit:
            following = place(page[-1]["since"], f"{page[-1]['call']}~{page[-1]['number']}")
        return web.json_response({"legs": [leg_json(row, private=private) for row in page], "next": following})

    # ── whom nobody answered ────────────────────────────────────────────────

    async def _on_abandoned(self, request: web.Request) -> web.Response:
        query = request.query
        since, until, line = instant(query, "from"), instant(query, "to"), _name(query, "line")
        whole = _csv(request)
        limit, after = (None, None) if whole else (limit_of(query), place_of(query))
        async with self._store.reading() as connection:
            following = None if limit is None else limit + 1
            found = await abandoned(connection, since, until, line=line, limit=following, after=after)
        page = found[:limit]
        private = await self._unmasked(request, "abandoned", calls=[one.call for one in page])
        told = [{**one.to_json(private=private), "state_label": STATES[one.state]} for one in page]
        if whole:
            return web.Response(
                text=lines(ABANDONED_COLUMNS, told, head=True),
                content_type="text/csv",
                charset="utf-8",
                headers=_named("abandoned"),
            )
        more = limit is not None and len(found) > limit
        return web.json_response({"abandoned": told, "next": place(page[-1].asked, page[-1].call) if more else None})

    # ── both ────────────────────────────────────────────────────────────────

    async def _sheet(
        self,
        request: web.Request,
        name: str,
        columns: Sequence[str],
        query: Select[Any],
        told: Callable[[Any], Mapping[str, Any]],
    ) -> web.StreamResponse:
        """All rows as CSV, as they come from the database: a year takes no more memory than a day."""
        answer = web.StreamResponse(headers=_named(name))
        answer.content_type, answer.charset = "text/csv", "utf-8"
        async with self._store.portions(query) as portions:
            first: Sequence[Any] = await anext(
                portions, ()
            )  # before the answer begins: a database in trouble is told as one
            await answer.prepare(request)
            await answer.write(lines(columns, map(told, first), head=True).encode())
            async for portion in portions:
                await answer.write(lines(columns, map(told, portion)).encode())
        await answer.write_eof()
        return answer

    async def _unmasked(self, request: web.Request, about: str, **details: Any) -> bool:
        """Whether whole numbers are asked for; written down before they are shown. Raises Refusal."""
        if not _unmasks(request):
            return False
        asker = request[ASKER]
        if Permission.NUMBERS not in asker.permissions:
            raise forbidden()
        reason = request.query.get("reason", "").strip()
        if not 1 <= len(reason) <= 500 or "\0" in reason:
            raise bad("say why in `reason`: whole numbers are written into the audit log")
        await self._ledger.write(asker.who, Act.NUMBERS_SHOWN, about=about, reason=reason, **details)
        return True


def _unmasks(request: web.Request) -> bool:
    return choice(request.query, "private", ("0", "1"), "0") == "1"


def _csv(request: web.Request) -> bool:
    if "format" in request.query:
        return choice(request.query, "format", ("json", "csv")) == "csv"
    return "text/csv" in request.headers.get("Accept", "")


def _named(name: str) -> dict[str, str]:
    return {"Content-Disposition": f'attachment; filename="{name}.csv"'}


def _one_of(query: Mapping[str, str], name: str, choices: Sequence[str]) -> str | None:
    return choice(query, name, choices) if name in query else None


def _flag(query: Mapping[str, str], name: str) -> bool | None:
    return choice(query, name, ("0", "1")) == "1" if name in query else None


def _name(query: Mapping[str, str], name: str) -> str | None:
    return None if name not in query else _clean(query[name], name)


def _clean(value: str, name: str) -> str:
    if not 1 <= len(value) <= 100 or "\0" in value:
        raise bad(f"`{name}` has 1 to 100 characters")
    return value
