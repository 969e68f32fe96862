"""Shell: corners where a new plan or a late word of the switch meets a call that goes on."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from dataclasses import replace

import pytest

from acd.agent import Presence
from acd.signals import Rearranged
from hotline.arrangement import arrangement_of
from ivr.events import CallEnded, EndReached, LineGaveUp, TalkBegan
from ivr.outcomes import Outcome, WaitEnd
from ivr.switch import Arrived, Phone
from ivr.talk.legs import Legs
from routing.check import read_plan
from tests.ivr.fake_switch import Behaviour, FakeSwitch
from tests.ivr.house import CALLER, NIGHT, PLAN, House, house
from tests.routing.plans import SMALL

pytestmark = pytest.mark.looptime

LIMITED = read_plan(
    {
        "small.yaml": SMALL.replace(
            "record: true,", "record: true, limits: [{when: length, over: 90, then: bye}, {when: WHEN, then: night}],"
        ).replace("WHEN", "waited, over: 30s")
    }
)
"""Whoever waits thirty seconds for the desk is passed on to the night's line."""


async def _waits_at_the_desk(h: House) -> None:
    for channel in ("first", CALLER):
        h.switch.caller_dials(channel)
        h.switch.caller_types(channel, "1")
    await h.ledger.noted(TalkBegan)


async def test_a_limit_holds_to_its_end_for_who_waits_though_a_new_plan_has_none() -> None:
    async with house(plan=LIMITED, ann=Behaviour(answers_after=1.0), n0221=Behaviour(answers_after=1.0)) as h:
        await _waits_at_the_desk(h)
        h.board.dispatch.signal(arrangement_of(PLAN))
        await h.ledger.noted(TalkBegan, 2)
        (given,) = h.ledger.of(LineGaveUp)
        assert (given.why, given.limit, given.over) == (WaitEnd.MAXIMUM_WAIT, 1, 30.0)
        assert h.ledger.of(TalkBegan)[1].line == "night"


async def test_a_limit_that_only_a_newer_plan_has_leads_to_the_overflow_of_the_call_s_own() -> None:
    async with house(plan=LIMITED, ann=Behaviour(answers_after=1.0)) as h:
        newer = arrangement_of(
            read_plan(
                {
                    "small.yaml": SMALL.replace("record: true,", "limits: [LIMIT],").replace(
                        "LIMIT", "{when: nobody_ready, over: 1s, then: bye}"
                    )
                }
            )
        )
        h.board.dispatch.signal(newer)
        await h.passes(5.0)
        h.switch.caller_dials("first")
        h.switch.caller_types("first", "1")
        await h.ledger.noted(TalkBegan)
        h.switch.caller_dials(CALLER)
        h.switch.caller_types(CALLER, "1")
        await h.ledger.noted(LineGaveUp)
        await h.ledger.noted(EndReached, 3)
        assert h.ledger.of(EndReached)[2].kind == "message"


async def test_an_agent_whose_phone_went_to_another_in_their_own_call_is_let_back_all_the_same() -> None:
    async with house(NIGHT, ann=Behaviour(answers_after=1.0), n0221=Behaviour(answers_after=1.0)) as h:
        h.switch.channels.add("ann-calls")
        h.switch.tell(Arrived("ann-calls", "", "12320", phone="ann"))
        h.switch.caller_types("ann-calls", "2")
        await h.ledger.noted(TalkBegan)
        lines, (ann,) = arrangement_of(PLAN).lines, arrangement_of(PLAN).agents
        others = [replace(ann, phones=("ann-2",)), replace(ann, id="bob", phones=("ann",))]
        h.board.dispatch.signal(Rearranged(lines, others))
        h.board._agents = lambda: {"ann": "bob", "ann-2": "ann"}
        h.board.dispatch.phone_changed("ann", up=True, phone="ann-2")
        h.switch.ends("ann-calls")
        await h.ledger.noted(CallEnded)
        await h.passes(0.1)
        assert h.board.dispatch.floor.seat("ann").presence is Presence.READY
        assert h.ledger.of(CallEnded)[0].outcome is Outcome.TALKED


async def test_a_leg_that_was_answered_and_gone_before_its_ringer_was_cancelled_leaves_nothing() -> None:
    switch, tasks = FakeSwitch(), set[asyncio.Task[None]]()

    def spawn(work: Coroutine[object, object, None]) -> None:
        tasks.add(asyncio.ensure_future(work))

    legs = Legs(switch, spawn)
    switch.phones["0221"] = Behaviour()
    ringing = asyncio.ensure_future(
        legs.ring(1, None, "t-1-p1", Phone("0221", trunk=True), caller="", like=CALLER, limit=9.0)
    )
    await asyncio.wait({ringing}, timeout=0.1)
    assert legs.answered("t-1-p1")
    assert legs.gone("t-1-p1")
    ringing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await ringing
    await asyncio.gather(*tasks)
    assert legs.names() == frozenset()
