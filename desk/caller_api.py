"""Who is calling, through the API: the call that an agent is offered or talks with, and any call to a shift leader.

Whose call it is comes from the session, and the number is looked up here: it is in no request and, whole, in no answer.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any, Protocol

import structlog
from aiohttp import web
from sqlalchemy.exc import DBAPIError

from desk.asker import ASKER, Asker
from desk.caller_schemas import DOSSIER
from desk.dossier import Current, Hidden, Known, Past, dossier, is_confidential, lines_of, number_of
from desk.dossier_rows import calls_query, facts_query, orders_query
from desk.refusal import Refusal
from desk.roles import Permission
from desk.route import Route, one_of
from desk.schemas import either, things
from ivr.journal import Entry
from paperwork.answers.names import PlanHouse
from paperwork.registers.units import Units
from records.rows import entries_from
from records.store import NoDatabase, Store
from routing.plan import Plan

log = structlog.get_logger(__name__)


class Callers(Protocol):
    """What the running hotline knows of those who call: `hotline.desk_callers` is it."""

    def current(self, agent: str) -> Current | None:
        """The call that is this agent's now; None while there is none."""
        ...

    def facts(self, call: str) -> Sequence[Entry]:
        """The facts of a call that lives, those too that the database has not yet; none of another."""
        ...

    def now(self) -> datetime:
        """By the clock that the facts are stamped with."""
        ...

    def known(self, number: str, line: str | None) -> Known:
        """What is known of a number that calls on a line; the counsellor only where the line keeps its callers one."""
        ...


class Nobody:
    """Where no hotline runs behind the desk: nobody calls."""

    def current(self, agent: str) -> Current | None:
        return None

    def facts(self, call: str) -> Sequence[Entry]:
        return ()

    def now(self) -> datetime:
        return datetime.now(UTC)

    def known(self, number: str, line: str | None) -> Known:
        return Known()


class CallerApi:
    """`/api/v1/desk/caller` and `/api/v1/calls/{call}/dossier`. `path` gives a category's path."""

    def __init__(
        self,
        store: Store,
        callers: Callers,
        plan: Callable[[], Plan] | None,
        path: Callable[[str], str | None],
    ) -> None:
        self._store, self._callers, self._plan, self._path = store, callers, plan, path

    def routes(self) -> list[Route]:
        return [
            Route(
                "GET",
                "/api/v1/desk/caller",
                one_of(Permission.DESK),
                self._on_caller,
                "Who is calling: the call that one's own phone rings for, that one talks in, or that one wraps up.",
                answer=things(caller=either(DOSSIER)),
            ),
            Route(
                "GET",
                "/api/v1/calls/{call}/dossier",
                one_of(Permission.LEAD),
                self._on_dossier,
                "The same of any call, living or ended, for shift leaders.",
                answer=DOSSIER,
            ),
        ]

    async def _on_caller(self, request: web.Request) -> web.Response:
        asker = request[ASKER]
        if asker.agent is None or self._plan is None or (current := self._callers.current(asker.agent)) is None:
            return web.json_response({"caller": None})
        return web.json_response({"caller": await self._dossier(current, asker)})

    async def _on_dossier(self, request: web.Request) -> web.Response:
        call, asker = request.match_info["call"], request[ASKER]
        known = len(call) <= 64 and call.isprintable() and self._plan is not None
        told = await self._dossier(Current(call, None), asker, hide=True) if known else None
        if told is None:
            raise Refusal(404, "not_found", "nothing is known of this call")
        return web.json_response(told)

    async def _dossier(self, current: Current, asker: Asker, *, hide: bool = False) -> dict[str, Any] | None:
        """None for a call of which nothing is known; with `hide` also for one of a line that is closed to the asker."""
        assert self._plan is not None  # noqa: S101 - who asks has looked
        plan, now = self._plan(), self._callers.now()
        entries, written = await self._entries(current.call)
        if not entries:
            return None
        lines, number = lines_of(entries, current.line), number_of(entries)
        closed = PlanHouse(lambda: plan).closed_to(asker.agent)
        if hide and closed & set(lines):
            return None
        known, past, hidden = Known(), None, None if written else Hidden.NO_DATABASE
        if number:
            known = self._callers.known(number, lines[-1] if lines else None)
            if not is_confidential(plan, lines) and written:
                past = await self._past(number, current.call, closed)
                hidden = None if past is not None else Hidden.NO_DATABASE
        codes = {row["category"] for row in (*past.calls, *past.orders)} if past is not None else set()
        path = {code: self._path(code) or code for code in codes if code is not None}
        return dossier(current, entries, plan, now, known=known, past=past, hidden=hidden, path=path)

    async def _entries(self, call: str) -> tuple[list[Entry], bool]:
        """The call's facts, in their order, and whether the database told what it has of them."""
        found = {entry.seq: entry for entry in self._callers.facts(call)}
        try:
            written = entries_from(await self._store.rows(facts_query(call)))
        except (DBAPIError, NoDatabase) as error:
            if not found:
                raise
            log.warning("an agent is told of a caller without the database", call=call, error=str(error)[:200])
            return [found[seq] for seq in sorted(found)], False
        found.update((entry.seq, entry) for entry in written if entry.seq not in found)
        return [found[seq] for seq in sorted(found)], True

    async def _past(self, number: str, call: str, closed: frozenset[str]) -> Past | None:
        """What the records know of the number; None while they cannot be read."""
        try:
            calls = await self._store.rows(calls_query(number, closed, but=call))
            orders = await self._store.rows(orders_query(number, closed))
            wanted = {row["unit"] for row in orders if row["unit"] is not None}
            names = {unit.id: unit.name for unit in await Units(self._store).all()} if wanted else {}
        except (DBAPIError, NoDatabase) as error:
            log.warning("what a caller did before cannot be read", call=call, error=str(error)[:200])
            return None
        return Past(calls, orders, names)
