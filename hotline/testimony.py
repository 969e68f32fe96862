"""Why: the account of a call or of an agent's luck, from the database and with the live plan's names."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncEngine

from acd.agent import Presence
from ivr.journal import Entry
from records.account import Sentence, account, account_of_agent
from records.account_words import Language
from records.calls import considered_between, facts_of, newest
from records.database import open_database
from records.presences import Move, moves
from records.teller import Names
from routing.plan import Plan

AROUND = timedelta(minutes=1)
"""How long before and after the time that was asked for looks for an agent are told."""
NEWEST = "last"
"""Instead of a call's id: the newest one."""


class NoSuchCall(LookupError):
    """The journal has nothing of it."""


async def why_call(url: str, plan: Plan, call: str, language: Language) -> tuple[str, list[Sentence]]:
    """The call's id and its account, as far as it is written. Raises NoSuchCall, FileNotFoundError, DBAPIError."""
    engine = open_database(url, read_only=True)
    try:
        found = await newest(engine) if call == NEWEST else call
        entries = [] if found is None else await facts_of(engine, found)
        if found is None or not entries:
            raise NoSuchCall(f"the journal has no call {call!r}: `hotline calls --json` and `hotline floor` show ids")
        return found, account(entries, language, await _names(engine, plan, entries))
    finally:
        await engine.dispose()


async def why_agent(url: str, plan: Plan, agent: str, at: datetime, language: Language) -> list[Sentence]:
    """Why an agent was rung or not, around an instant. Raises FileNotFoundError, DBAPIError."""
    engine = open_database(url, read_only=True)
    try:
        entries = await considered_between(engine, at - AROUND, at + AROUND)
        return account_of_agent(agent, entries, language, await _names(engine, plan, entries))
    finally:
        await engine.dispose()


async def _names(engine: AsyncEngine, plan: Plan, entries: Iterable[Entry]) -> Names:
    """The plan's names, and of what kind each break was."""
    instants = [entry.at for entry in entries]
    told: dict[str, list[Move]] = {}
    if instants:
        told = await moves(engine, min(instants), max(instants) + timedelta(seconds=1))

    def on_break(agent: str, at: datetime) -> str | None:
        done = told.get(agent, [])
        place = bisect_right(done, at, key=lambda move: move.at)
        before = done[place - 1] if place else None
        return before.reason if before is not None and before.presence is Presence.BREAK else None

    return Names({line: rule.name for line, rule in plan.lines.items()}, plan.breaks, on_break)
