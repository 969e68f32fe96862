"""Shell: a hotline that drains offers nobody to an agent any more, whatever they were doing when it began."""

from __future__ import annotations

import asyncio

import pytest

from acd.agent import Presence
from hotline.draining import Drain, Draining, To
from hotline.heartbeat import Heartbeat
from ivr.ari import AriSwitch
from ivr.events import Offered, TalkBegan, TalkEnded, WaitBegan
from ivr.switch import PhoneChanged
from routing.check import read_plan
from tests.ivr.fake_switch import Behaviour
from tests.ivr.house import House, house
from tests.routing.plans import SMALL

pytestmark = pytest.mark.looptime

ANSWERS = Behaviour(answers_after=1.0)


async def comes(h: House, caller: str) -> None:
    h.switch.caller_dials(caller)
    await h.passes(1.0)
    h.switch.caller_types(caller, "1")


@pytest.mark.parametrize("when", [Presence.OFFERED, Presence.TALKING, Presence.WRAP_UP])
async def test_who_waits_for_the_next_engine_is_not_offered_to_an_agent_who_gets_free(when: Presence) -> None:
    async with house(ann=ANSWERS) as h:
        seat, floor = "ann", h.board.dispatch.floor
        await comes(h, "first")
        await h.ledger.noted(Offered)
        if when is not Presence.OFFERED:
            await h.ledger.noted(TalkBegan)
        if when is Presence.WRAP_UP:
            h.switch.ends("first")
            await h.ledger.noted(TalkEnded)
            await h.passes(0.1)
        assert floor.seat(seat).presence is when
        if when is not Presence.OFFERED:
            await comes(h, "second")
        draining = Draining(h.board, Heartbeat(AriSwitch("http://127.0.0.1:1", "u", "p")), probe=lambda: None)
        work = asyncio.ensure_future(draining.run())
        draining.begin(Drain(To.NEXT, None, stays=True))
        await h.passes(0.5)
        if when is Presence.OFFERED:
            await comes(h, "second")
            await h.ledger.noted(TalkBegan)
        await h.ledger.noted(WaitBegan, 2)
        h.switch.ends("first")
        await h.passes(120.0)
        assert len(h.ledger.of(Offered)) == 1
        assert floor.seat(seat).presence is Presence.BREAK
        draining.take_back()
        await h.ledger.noted(Offered, 2)
        work.cancel()


async def test_who_signs_on_meanwhile_is_offered_nobody_until_the_drain_is_taken_back() -> None:
    plan = read_plan({"plan.yaml": SMALL.replace("agents:\n", "agents:\n  bob: {name: 乙, lines: [desk]}\n")})
    async with house(plan=plan, ann=ANSWERS, bob=ANSWERS) as h:
        await h.passes(0.1)
        h.switch.tell(PhoneChanged("ann", up=False))
        await comes(h, "talks")
        await h.ledger.noted(TalkBegan)
        await comes(h, "waits")
        await h.ledger.noted(WaitBegan, 2)
        draining = Draining(h.board, Heartbeat(AriSwitch("http://127.0.0.1:1", "u", "p")), probe=lambda: None)
        work = asyncio.ensure_future(draining.run())
        draining.begin(Drain(To.NEXT, None, stays=True))
        await h.passes(1.0)
        h.switch.tell(PhoneChanged("ann", up=True))
        await h.passes(10.0)
        assert len(h.ledger.of(Offered)) == 1
        assert h.board.dispatch.floor.seat("ann").presence is Presence.BREAK
        draining.take_back()
        await h.ledger.noted(TalkBegan, 2)
        work.cancel()
