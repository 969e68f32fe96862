"""How long agents did what in a span: the stints of each, and their sums."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from datetime import datetime
from typing import Any

from acd.agent import Presence
from records.clock import wall_time
from records.presences import Stint, moves, stints, times


class NoSuchAgent(LookupError):
    """Nobody of this name is in the plan, or did anything."""


async def times_of(
    url: str, since: datetime, until: datetime, agent: str | None = None, *, known: Container[str]
) -> dict[str, Any]:
    """For each agent (or one) seconds by presence, of breaks by reason, and the stints; the seconds add up to the span.

    `known` are the agents of the plan; one who left it is told of while they are in the span. Raises NoSuchAgent,
    FileNotFoundError, SQLAlchemy's DBAPIError.
    """
    told = await moves(url, since, until, agent)
    if agent is not None:
        if agent not in known and not told.get(agent):
            raise NoSuchAgent(f"there is no agent {agent!r} in the live plan, and none did anything in that time")
        told.setdefault(agent, [])
    agents = [_one(name, stints(told[name], since, until)) for name in sorted(told)]
    return {"from": wall_time(since), "to": wall_time(until), "agents": agents}


def _one(agent: str, shift: Sequence[Stint]) -> dict[str, Any]:
    seconds: dict[str, float] = dict.fromkeys(Presence, 0.0)
    breaks: dict[str, float] = {}
    for (presence, reason), lasted in times(shift).items():
        seconds[presence] += lasted.total_seconds()
        if presence is Presence.BREAK:
            breaks[reason or ""] = lasted.total_seconds()
    return {
        "agent": agent,
        "seconds": _rounded(seconds),
        "breaks": _rounded(breaks),
        "stints": [stint.to_json() for stint in shift],
    }


def _rounded(seconds: Mapping[str, float]) -> dict[str, float]:
    return {name: round(value, 3) for name, value in seconds.items()}
