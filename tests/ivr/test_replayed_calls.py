"""Shell: what a call on a fake switch writes down, replayed, leads where the call did."""

from __future__ import annotations

from datetime import datetime

import pytest

from ivr.events import CallArrived, CallEnded, EndReached
from ivr.journal import Entry, to_data
from records.paths import Fact, recorded
from routing.calendar import SHANGHAI
from routing.check import read_plan
from routing.rehearsal.replay import LEFT, Reached, Recorded, Replayed, replay
from tests.ivr.fake_switch import Behaviour
from tests.ivr.house import CALLER, House, house
from tests.routing.rich import RICH

pytestmark = pytest.mark.looptime

PLAN = read_plan({"rich.yaml": RICH})
DAY = datetime(2026, 11, 27, 10, 0, tzinfo=SHANGHAI)
NIGHT = DAY.replace(hour=22)
UNTIL_SILENCE = 20.0
"""Seconds after which a caller who types nothing has been asked for the last time."""


async def told(h: House, typed: str) -> list[Entry]:
    """What a call writes down whose caller types this; a space is a while in which nothing is typed."""
    h.switch.caller_dials(CALLER)
    for keys in typed.split():
        h.switch.caller_types(CALLER, keys)
        await h.passes(3.0)
    await h.passes(UNTIL_SILENCE)
    h.switch.ends(CALLER)
    await h.ledger.noted(CallEnded)
    return h.ledger.entries


@pytest.mark.parametrize("at", [DAY, NIGHT])
@pytest.mark.parametrize(
    "typed",
    [
        "",
        "1",
        "0",
        "2",
        "22",
        "2 1",
        "3 1200# 1",
        "3 9912# 1",
        "3 12# 1200#",
        "4 1",
        "4 * 5",
        "5",
        "*",
        "9 9 9",
        "9 3 0",
    ],
)
async def test_a_call_replayed_through_its_own_plan_gets_where_it_got(typed: str, at: datetime) -> None:
    async with house(at, PLAN, ann=Behaviour(answers_after=1.0)) as h:
        call = as_recorded(await told(h, typed))
        first = next(iter(h.ledger.of(EndReached)), None)
    assert call.end == (Reached(LEFT) if first is None else Reached(first.kind, first.line))
    assert replay(PLAN, call) == Replayed(call.end, None)


@pytest.mark.parametrize("typed", ["", "3", "3 12", "4", "9", "2"])
async def test_a_caller_who_hung_up_hangs_up_there_again(typed: str) -> None:
    async with house(DAY, PLAN, ann=Behaviour(answers_after=1.0)) as h:
        h.switch.caller_dials(CALLER)
        for keys in typed.split():
            await h.passes(1.0)
            h.switch.caller_types(CALLER, keys)
        await h.passes(1.0)
        h.switch.ends(CALLER)
        await h.ledger.noted(CallEnded)
        call = as_recorded(h.ledger.entries)
    assert call.end == Reached(LEFT)
    assert replay(PLAN, call) == Replayed(Reached(LEFT), None)


def as_recorded(entries: list[Entry]) -> Recorded:
    """The call as the database would give it back."""
    arrived = entries[0].event
    assert isinstance(arrived, CallArrived)
    [call] = recorded(
        Fact(entry.call, entries[0].at, arrived.number, type(entry.event).__name__, to_data(entry.event))
        for entry in entries
    )
    return call
