"""The reasons of the floor as JSON data, and back: what the journal keeps of a decision."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from acd.decision import Bar, Barred, Decision, Ranked
from acd.line import Strategy


def decision_data(decision: Decision) -> dict[str, Any]:
    """The decision as JSON data."""
    return {
        "strategy": decision.strategy,
        "waited": round(decision.waited, 3),
        "ahead": decision.ahead,
        "priority": decision.priority,
        "urgent": decision.urgent,
        "chosen": list(decision.chosen),
        "ranked": [_ranked_data(one) for one in decision.ranked],
        "barred": {bar: {"agents": list(who.agents), "count": who.count} for bar, who in decision.barred.items()},
        "outside": decision.outside,
        "over": list(decision.over),
    }


def _ranked_data(one: Ranked) -> dict[str, Any]:
    return {"agent": one.agent, "level": one.level, "by": round(one.by, 3), "failed_before": one.failed_before}


def decision_from(data: Mapping[str, Any]) -> Decision:
    """The decision that `decision_data` told, to the millisecond. Raises KeyError or ValueError for what is none."""
    return Decision(
        strategy=Strategy(data["strategy"]),
        waited=data["waited"],
        ahead=data["ahead"],
        priority=data["priority"],
        urgent=data["urgent"],
        chosen=tuple(data["chosen"]),
        ranked=tuple(Ranked(**one) for one in data["ranked"]),
        barred={Bar(bar): Barred(tuple(who["agents"]), who["count"]) for bar, who in data["barred"].items()},
        outside=data["outside"],
        over=tuple(data["over"]),
    )
