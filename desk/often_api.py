"""The categories that somebody chooses most likely next: those of the line, and their own of late."""

from __future__ import annotations

from collections.abc import Callable

from aiohttp import web

from desk.asker import ASKER
from desk.refusal import bad
from desk.roles import Permission
from desk.route import Route, one_of
from desk.schemas import TEXT, listing, things
from paperwork.answers.names import PlanHouse
from paperwork.answers.often import lately, often
from records.store import Store
from routing.plan import Plan


class OftenApi:
    """`/api/v1/desk/categories`."""

    def __init__(self, store: Store, plan: Callable[[], Plan] | None) -> None:
        self._store, self._plan = store, plan

    def routes(self) -> list[Route]:
        return [
            Route(
                "GET",
                "/api/v1/desk/categories",
                one_of(Permission.ANSWERS_OWN),
                self._on_often,
                "Codes of categories: those that a line's records had most often of late, and the agent's own.",
                query={"line": {"type": "string", "maxLength": 80, "description": "Of this line."}},
                required=("line",),
                answer=things(often=listing(TEXT), lately=listing(TEXT)),
            )
        ]

    async def _on_often(self, request: web.Request) -> web.Response:
        line, agent = request.query.get("line", ""), request[ASKER].agent
        if not 1 <= len(line) <= 80 or "\0" in line:
            raise bad("`line` is the line whose records are meant")
        shut = (
            self._plan is not None and line in PlanHouse(self._plan).closed_to(agent) and not self._serves(agent, line)
        )
        found = [] if shut else await often(self._store, line)
        own = [] if agent is None else await lately(self._store, agent)
        return web.json_response({"often": found, "lately": own})

    def _serves(self, agent: str | None, line: str) -> bool:
        rule = None if agent is None or self._plan is None else self._plan().agents.get(agent)
        return rule is not None and line in rule.lines
