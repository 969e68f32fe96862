"""Who is calling: what an agent sees of a caller before the first word, put together from facts. Pure.

A caller's number is masked here and nowhere shown whole. Of a call that a confidential line serves nothing is told by
number: no earlier call, no order, no callback, no mark of the nuisance list.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import RowMapping

from ivr.callbacks.events import CallPlaced
from ivr.callbacks.ticket import Ticket
from ivr.events import (
    CallArrived,
    CallRaised,
    CallScreened,
    Flagged,
    MessageLeft,
    PassedOn,
    StatusAsked,
    StepHeard,
    TalkBegan,
    WaitBegan,
)
from ivr.journal import Entry
from paperwork.orders.state import State
from records.clock import wall_time
from records.folding import fold
from records.privacy import mask
from records.segments import Wait
from routing.node import Menu
from routing.plan import Plan

SHOWN: Final = 10
"""Earlier calls, and open orders, that are shown at most."""


class Phase(StrEnum):
    """What an agent has to do with their call now."""

    OFFERED = "offered"
    TALKING = "talking"
    WRAP_UP = "wrap_up"


class Hidden(StrEnum):
    """Why nothing is told of the number."""

    CONFIDENTIAL = "confidential"
    NO_NUMBER = "no_number"
    """It is withheld, or was masked for good."""
    NO_DATABASE = "no_database"


@dataclass(frozen=True, slots=True)
class Current:
    """An agent's call. `line` is the one it rings or was talked on for; None where the facts say it."""

    call: str
    line: str | None
    phase: Phase | None = None
    """None to who only looks."""


@dataclass(frozen=True, slots=True)
class Known:
    """What the running hotline knows of a number: `nuisance` is `slow` or `block`, `counsellor` an agent's id."""

    nuisance: str | None = None
    counsellor: str | None = None
    callbacks: tuple[Ticket, ...] = ()


@dataclass(frozen=True, slots=True)
class Past:
    """What the records know of a number: rows of `desk.dossier_rows`, one more than is shown where there are more."""

    calls: Sequence[Mapping[str, Any] | RowMapping] = ()
    orders: Sequence[Mapping[str, Any] | RowMapping] = ()
    units: Mapping[str, str] | None = None
    """Id → name."""


def number_of(entries: Sequence[Entry]) -> str:
    """The caller's whole number as the facts have it; empty when it is withheld or masked for good."""
    for entry in entries:
        if isinstance(event := entry.event, CallArrived | CallPlaced):
            return "" if "*" in event.number else event.number
    return ""


def lines_of(entries: Sequence[Entry], line: str | None = None) -> tuple[str, ...]:
    """The lines that the call was made for, waited on, talked on or left a message on; with `line`, the last one."""
    served = [
        entry.event.line
        for entry in entries
        if isinstance(entry.event, WaitBegan | TalkBegan | MessageLeft | CallPlaced)
    ]
    return tuple(dict.fromkeys(one for one in (*served, line) if one))


def is_confidential(plan: Plan, lines: Collection[str]) -> bool:
    """Whether one of the lines is: then nothing is told by number."""
    rules = (plan.lines.get(line) for line in lines)
    return any(rule is not None and rule.confidential is not None for rule in rules)


def dossier(
    current: Current,
    entries: Sequence[Entry],
    plan: Plan,
    now: datetime,
    *,
    known: Known = Known(),
    past: Past | None = None,
    hidden: Hidden | None = None,
    path: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """Everything, as the API tells it. `entries` are the call's, in their order, and not empty.

    `path` says of a category's code what people call it. With `hidden`, or without `past`, nothing is told by number.
    """
    record, lines = fold(entries), lines_of(entries, current.line)
    line = current.line or (lines[-1] if lines else record.line)
    number, secret = number_of(entries), is_confidential(plan, lines)
    hidden = Hidden.CONFIDENTIAL if secret else hidden or (Hidden.NO_NUMBER if not number else None)
    rule = None if line is None else plan.lines.get(line)
    begun = [entry.event for entry in entries if isinstance(entry.event, WaitBegan)]
    shown = past if hidden is None else None
    return {
        "call": current.call,
        "phase": current.phase,
        "line": line,
        "line_name": line if rule is None else rule.name,
        "department": "" if rule is None else rule.owner or rule.name,
        "confidential": secret,
        "number": mask(record.number) if record.number else None,
        "dialled": record.dialled,
        "direction": record.direction,
        "arrived": wall_time(record.started),
        "waited": _waited(record.segments, now),
        "path": path_of(entries, plan),
        "talks": _talks(entries, plan),
        "priority": begun[-1].priority if begun else 0,
        "urgent": any(one.urgent for one in begun) or (rule is not None and rule.urgent),
        "raised": any(isinstance(entry.event, CallRaised) for entry in entries),
        "flagged": any(isinstance(entry.event, Flagged) for entry in entries),
        "language": next((one.language for one in reversed(begun) if one.language), None),
        "screened": _screened(entries),
        "asked_for": _asked_for(entries),
        "counsellor": _person(plan, known.counsellor),
        "hidden": hidden,
        "nuisance": known.nuisance if hidden in (None, Hidden.NO_DATABASE) else None,
        "callbacks": [_callback(one, plan) for one in known.callbacks] if hidden is None else None,
        "calls": None if shown is None else [_earlier(row, plan, path or {}) for row in shown.calls[:SHOWN]],
        "more_calls": shown is not None and len(shown.calls) > SHOWN,
        "orders": None if shown is None else [_order(row, shown, path or {}, now) for row in shown.orders[:SHOWN]],
    }


# ── this call ───────────────────────────────────────────────────────────────


def path_of(entries: Sequence[Entry], plan: Plan) -> list[dict[str, Any]]:
    """Where the caller came by: of each node what they heard, which key they pressed, and what it stood for."""
    told: list[dict[str, Any]] = []
    for entry in entries:
        if not isinstance(step := entry.event, StepHeard):
            continue
        heard = [plan.words[sound] for sound in step.prompts if sound in plan.words]
        if told and told[-1]["node"] == step.node and told[-1]["key"] is None:
            before = told.pop()["heard"]  # silence, and then a key
            heard = heard or before
        told.append(
            {
                "at": wall_time(entry.at),
                "node": step.node,
                "heard": heard,
                "key": step.heard,
                "asked": step.asked,
                "meant": None if step.heard is None else _meant(step.node, heard, step.heard, plan),
            }
        )
    return told


def _meant(node: str, heard: Sequence[str], key: str, plan: Plan) -> str | None:
    """What a key stood for: the line that it leads to, else what the menu says of it."""
    rule = plan.nodes.get(node)
    target = rule.keys.get(key) if isinstance(rule, Menu) else None
    if target is not None and (line := plan.lines.get(target)) is not None:
        return line.name
    return option_of(heard, key)


def option_of(heard: Sequence[str], key: str) -> str | None:
    """What a menu's words say of a key: of `咨询请按1，举报请按2` and `2` it is `举报`."""
    option = re.compile(rf"([^，。；、：,.;:\s]+?)请?按{re.escape(key)}(?![0-9])")
    return next((found[1] for text in heard if (found := option.search(text))), None)


def _waited(segments: Sequence[object], now: datetime) -> float:
    """Seconds on lines so far: a wait that goes on lasts until now."""
    waits = [one for one in segments if isinstance(one, Wait)]
    return round(sum(max(0.0, ((one.until or now) - one.since).total_seconds()) for one in waits), 1)


def _talks(entries: Sequence[Entry], plan: Plan) -> list[dict[str, Any]]:
    """Who talked with the caller in this call, and who passed them on: nobody has to tell everything again."""
    passed = {entry.event.offer for entry in entries if isinstance(entry.event, PassedOn)}
    return [
        {
            "at": wall_time(entry.at),
            "line": talk.line,
            "line_name": _line(plan, talk.line),
            "agent": talk.agent,
            "agent_name": _name(plan, talk.agent),
            "passed_on": talk.offer in passed,
        }
        for entry in entries
        if isinstance(talk := entry.event, TalkBegan)
    ]


def _screened(entries: Sequence[Entry]) -> dict[str, str] | None:
    """How the door let the call in, when not like any other."""
    found = next((entry.event for entry in entries if isinstance(entry.event, CallScreened)), None)
    return None if found is None else {"lane": found.lane, "why": found.why}


def _asked_for(entries: Sequence[Entry]) -> list[dict[str, Any]]:
    """The orders of which the caller asked before how they stand, and heard it."""
    return [
        {"order": asked.order, "standing": asked.standing}
        for entry in entries
        if isinstance(asked := entry.event, StatusAsked) and asked.order is not None
    ]


# ── this number ─────────────────────────────────────────────────────────────


def _callback(ticket: Ticket, plan: Plan) -> dict[str, Any]:
    return {
        "ticket": ticket.id,
        "line": ticket.line,
        "line_name": _line(plan, ticket.line),
        "booked": wall_time(ticket.booked),
        "tries": ticket.tries,
    }


def _earlier(row: Mapping[str, Any] | RowMapping, plan: Plan, path: Mapping[str, str]) -> dict[str, Any]:
    code = row["category"]
    return {
        "call": row["id"],
        "at": wall_time(row["started"]),
        "direction": row["direction"],
        "line": row["line"],
        "line_name": _line(plan, row["line"]),
        "agent": row["agent"],
        "agent_name": _name(plan, row["agent"]),
        "outcome": row["outcome"],
        "talked": row["talked"],
        "record": row["record"],
        "kind": row["kind"],
        "category": code,
        "category_path": None if code is None else path.get(code, code),
        "work_order": row["work_order"],
    }


def _order(row: Mapping[str, Any] | RowMapping, past: Past, path: Mapping[str, str], now: datetime) -> dict[str, Any]:
    code, unit = row["category"], row["unit"]
    return {
        "number": row["number"],
        "state": row["state"],
        "state_label": State(row["state"]).label,
        "opened": wall_time(row["opened"]),
        "due": row["due"] and wall_time(row["due"]),
        "overdue": row["due"] is not None and now > row["due"],
        "urgency": row["urgency"],
        "unit": unit,
        "unit_name": None if unit is None else (past.units or {}).get(unit, unit),
        "kind": row["kind"],
        "category": code,
        "category_path": None if code is None else path.get(code, code),
        "call": row["call"],
    }


def _line(plan: Plan, line: str | None) -> str | None:
    rule = None if line is None else plan.lines.get(line)
    return line if rule is None else rule.name


def _name(plan: Plan, agent: str | None) -> str | None:
    rule = None if agent is None else plan.agents.get(agent)
    return agent if rule is None else rule.name


def _person(plan: Plan, agent: str | None) -> dict[str, Any] | None:
    return None if agent is None else {"agent": agent, "agent_name": _name(plan, agent)}
