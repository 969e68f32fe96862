"""Whom a caller may be passed on to, and for what one may take a break: what an agent chooses from at their desk."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from aiohttp import web

from acd.agent import Presence
from desk.asker import ASKER
from desk.floor_api import Floor
from desk.roles import Permission
from desk.route import Route, one_of
from desk.schemas import COUNT, FLAG, TEXT, listing, things
from paperwork.pinyin import Spelled, Speller
from routing.plan import Plan

_TYPED = {
    "pinyin": {**TEXT, "description": "The syllables of the name, with spaces between; none until they are known."},
    "initials": {**TEXT, "description": "Their first letters."},
}
_LINE = things(
    id=TEXT,
    name=TEXT,
    owner=TEXT,
    **_TYPED,
    open=FLAG,
    waiting_calls=COUNT,
    longest_wait={"type": "number", "minimum": 0},
    ready={**COUNT, "description": "Agents who are free."},
    present={**COUNT, "description": "Agents who are there at all."},
    outside=FLAG,
    confidential=FLAG,
)
_AGENT = things(
    id=TEXT,
    name=TEXT,
    **_TYPED,
    presence={"enum": [presence.value for presence in Presence]},
    lines=listing(TEXT),
    leader=FLAG,
)


class TargetsApi:
    """`/api/v1/desk/targets`."""

    def __init__(self, floor: Floor, plan: Callable[[], Plan] | None, speller: Speller) -> None:
        self._floor, self._plan, self._speller = floor, plan, speller

    def routes(self) -> list[Route]:
        return [
            Route(
                "GET",
                "/api/v1/desk/targets",
                one_of(Permission.DESK),
                self._on_targets,
                "Lines and colleagues that a caller may be passed on to, as they stand now, and the reasons of breaks.",
                answer=things(
                    lines=listing(_LINE), agents=listing(_AGENT), breaks=listing(things(reason=TEXT, name=TEXT))
                ),
            )
        ]

    async def _on_targets(self, request: web.Request) -> web.Response:
        if self._plan is None:
            return web.json_response({"lines": [], "agents": [], "breaks": []})
        plan, mine = self._plan(), request[ASKER].agent
        names = {*(line.name for line in plan.lines.values()), *(agent.name for agent in plan.agents.values())}
        typed = self._speller.at_hand(names)  # who wants to pass a caller on waits for no dictionary
        floor = self._floor.floor()
        standing = {line["id"]: line for line in floor["lines"]}
        present = {agent["id"]: agent for agent in floor["agents"]}
        answer = {
            "lines": [_line(plan, line, standing.get(line, {}), typed) for line in plan.lines],
            "agents": [_agent(plan, one, present.get(one, {}), typed) for one in plan.agents if one != mine],
            "breaks": [{"reason": reason, "name": name} for reason, name in plan.breaks.items()],
        }
        return web.json_response(answer)


def _line(plan: Plan, line: str, stands: Mapping[str, Any], typed: Mapping[str, Spelled]) -> dict[str, Any]:
    rule, agents = plan.lines[line], stands.get("agents", {})
    return {
        "id": line,
        "name": rule.name,
        "owner": rule.owner,
        **typed[rule.name].to_json(),
        "open": stands.get("open", False),
        "waiting_calls": stands.get("waiting_calls", 0),
        "longest_wait": stands.get("longest_wait", 0.0),
        "ready": agents.get(Presence.READY, 0),
        "present": sum(count for presence, count in agents.items() if presence != Presence.OFFLINE),
        "outside": rule.outside is not None,
        "confidential": rule.confidential is not None,
    }


def _agent(plan: Plan, agent: str, stands: Mapping[str, Any], typed: Mapping[str, Spelled]) -> dict[str, Any]:
    rule = plan.agents[agent]
    return {
        "id": agent,
        "name": rule.name,
        **typed[rule.name].to_json(),
        "presence": stands.get("presence", Presence.OFFLINE),
        "lines": [plan.lines[line].name for line in stands.get("lines", rule.lines) if line in plan.lines],
        "leader": rule.leader,
    }
