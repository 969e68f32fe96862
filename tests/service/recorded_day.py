"""A made-up day in the journal: callers and agents of a plan, played on the floor and written as a hotline writes."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

from acd.floor import Floor
from acd.signals import PhoneDown, PhoneUp
from acd.simulation.caller import Abandoned, Answered, Caller, Told, TurnedAway
from acd.simulation.run import Fact, simulate
from hotline.arrangement import arrangement_of
from hotline.simulation.draws import Demand, drawn
from ivr.events import (
    CallAnswered,
    CallArrived,
    CallEnded,
    EndReached,
    Offered,
    OfferEnded,
    TalkBegan,
    TalkEnded,
    WaitBegan,
    WaitEnded,
)
from ivr.journal import Entry, Event
from ivr.outcomes import OfferResult, Outcome, Party, Reason, WaitEnd
from records.journal import SqlJournal
from records.migrations import upgrade
from routing.plan import Plan

HELD = 5.0
"""Seconds of the welcome."""
RINGS = 4.0


def record(
    var: Path, plan: Plan, begin: datetime, demands: Sequence[Demand], hours: float, seed: int = 1, closed: int = 0
) -> list[Told]:
    """Write such a day, all agents on duty for its hours; `closed` callers find the first line closed before it begins.

    Returns what became of each caller.
    """
    arrangement = arrangement_of(plan)
    facts = [Fact(0.0, PhoneUp(agent.id)) for agent in arrangement.agents]
    facts += [Fact(hours * 3600.0, PhoneDown(agent.id)) for agent in arrangement.agents]
    callers = drawn(list(demands), hours * 3600.0 - 1200.0, seed)
    told = list(simulate(Floor(arrangement.lines, arrangement.agents), callers, facts, rings=RINGS))
    entries = [entry for one in told for entry in _entries(one, begin)]
    for number in range(closed):
        entries += _closed(f"closed-{number}", demands[0].line, begin - timedelta(seconds=60.0 * (number + 1)))
    asyncio.run(_write(var, entries))
    return told


async def _write(var: Path, entries: Sequence[Entry]) -> None:
    url = f"sqlite+aiosqlite:///{var}/hotline.db"
    await upgrade(url)
    async with SqlJournal(url) as journal:
        for entry in entries:
            journal.note(entry)


def _entries(told: Told, begin: datetime) -> list[Entry]:
    caller, over = told.caller, told.at - told.caller.at
    talk = caller.talk
    facts: list[tuple[float, Event]] = [*_opening(caller, open_now=True), (0.0, WaitBegan(caller.line, 0))]
    match told:
        case Answered(agent=agent):
            phone = agent or "outside"
            facts += [
                (over - RINGS, Offered(1, caller.line, agent, phone)),
                (over, OfferEnded(1, OfferResult.ANSWERED)),
                (over, TalkBegan(1, caller.line, agent)),
                (over, WaitEnded(caller.line, WaitEnd.CONNECTED)),
                (over + talk, TalkEnded(1, Party.CALLER)),
                (over + talk, CallEnded(Outcome.TALKED, Reason.CALLER_HUNG_UP)),
            ]
        case Abandoned():
            facts += [
                (over, WaitEnded(caller.line, WaitEnd.CALLER_LEFT)),
                (over, CallEnded(Outcome.ABANDONED, Reason.CALLER_HUNG_UP)),
            ]
        case TurnedAway(why=why):
            facts += [
                (over, WaitEnded(caller.line, WaitEnd(why.value))),
                (over + 10, CallEnded(Outcome.INFORMED, Reason.COMPLETED)),
            ]
        case _:
            return []
    since = begin + timedelta(seconds=caller.at)
    return _noted(caller.id, since, facts)


def _opening(caller: Caller, *, open_now: bool) -> list[tuple[float, Event]]:
    return [
        (-HELD, CallArrived("13800138000", "12320", "PJSIP/trunk-1", "plan-1")),
        (-HELD, CallAnswered()),
        (0.0, EndReached("line" if open_now else "message", caller.line, open_now, "")),
    ]


def _closed(call: str, line: str, at: datetime) -> list[Entry]:
    facts = [
        *_opening(Caller(call, 0.0, line, 0.0), open_now=False),
        (9.0, CallEnded(Outcome.LEFT, Reason.CALLER_HUNG_UP)),
    ]
    return _noted(call, at, facts)


def _noted(call: str, since: datetime, facts: Sequence[tuple[float, Event]]) -> list[Entry]:
    return [Entry(call, seq, since + timedelta(seconds=after), event) for seq, (after, event) in enumerate(facts, 1)]
