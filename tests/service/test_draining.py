"""Shell: a hotline that drains offers nobody to an agent any more, whatever they were doing when it began."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from acd.agent import Presence
from hotline.drain_kept import Drain, KeptDrain, To
from hotline.draining import Draining, End
from hotline.heartbeat import Heartbeat
from ivr.ari.switch import AriSwitch
from ivr.events import CallEnded, Offered, TalkBegan, TalkEnded, WaitBegan, WaitEnded
from ivr.outcomes import Outcome, Reason, WaitEnd
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


@asynccontextmanager
async def draining_of(h: House, kept: KeptDrain | None = None) -> AsyncIterator[Draining]:
    heart = Heartbeat(AriSwitch("http://127.0.0.1:1", "u", "p"))
    draining = Draining(h.board, heart, probe=lambda: None, kept=kept)
    work = asyncio.ensure_future(draining.run())
    try:
        yield draining
    finally:
        work.cancel()


async def one_talks_one_waits(h: House) -> None:
    await comes(h, "talks")
    await h.ledger.noted(TalkBegan)
    await comes(h, "waits")
    await h.ledger.noted(WaitBegan, 2)


async def test_who_waits_goes_to_the_fallback_and_the_hotline_ends_with_the_last_talk() -> None:
    async with house(ann=ANSWERS) as h:
        await one_talks_one_waits(h)
        async with draining_of(h) as draining:
            draining.begin(Drain(To.FALLBACK, None, stays=False))
            await h.ledger.noted(CallEnded)
            assert h.ledger.of(WaitEnded)[-1].end is WaitEnd.ENGINE_STOPPED
            assert h.end == CallEnded(Outcome.FAILED, Reason.ENGINE_STOPPED)
            assert h.switch.released == ["waits"]
            await h.passes(600.0)
            assert not draining.ended.done()
            h.switch.ends("talks")
            assert await asyncio.wait_for(draining.ended, 5.0) is End.DRAINED


@pytest.mark.parametrize(("to", "end"), [(To.FALLBACK, End.DRAINED), (To.NEXT, End.HANDED_OVER)])
async def test_a_drain_that_may_last_so_long_leaves_the_talks_alone_then(to: To, end: End) -> None:
    async with house(ann=ANSWERS) as h:
        await one_talks_one_waits(h)
        async with draining_of(h) as draining:
            draining.begin(Drain(to, asyncio.get_running_loop().time() + 60.0, stays=False))
            await h.passes(59.0)
            assert not draining.ended.done()
            assert await asyncio.wait_for(draining.ended, 2.0) is end
            assert not h.ledger.of(TalkEnded)


async def test_a_drain_that_keeps_who_waits_ends_with_the_last_talk_and_sends_nobody_away() -> None:
    async with house(ann=ANSWERS) as h:
        await one_talks_one_waits(h)
        async with draining_of(h) as draining:
            draining.begin(Drain(To.NEXT, None, stays=False))
            h.switch.ends("talks")
            assert await asyncio.wait_for(draining.ended, 5.0) is End.HANDED_OVER
            assert not h.ledger.of(WaitEnded)[1:]
            assert h.switch.released == []


async def test_one_that_stays_never_ends_by_itself() -> None:
    async with house(ann=ANSWERS) as h, draining_of(h) as draining:
        draining.begin(Drain(To.FALLBACK, None, stays=True))
        await h.passes(3600.0)
        assert draining.draining
        assert not draining.ended.done()
        draining.take_back()
        await one_talks_one_waits(h)


async def test_an_engine_that_follows_one_which_died_in_a_drain_drains_on(tmp_path: Path) -> None:
    kept = KeptDrain(tmp_path, "a supervisor")
    async with house(ann=ANSWERS) as first:
        await one_talks_one_waits(first)
        kept.keep(Drain(To.FALLBACK, None, stays=False))
        first.killed()
        left, switch = first.ledger.entries, first.switch
    async with house(before=left, switch=switch, ann=ANSWERS) as h, draining_of(h, kept) as draining:
        draining.go_on()
        await h.ledger.noted(CallEnded)
        assert h.switch.released == ["waits"]
        assert not draining.ended.done()
        h.switch.ends("talks")
        assert await asyncio.wait_for(draining.ended, 5.0) is End.DRAINED


def test_a_kept_drain_is_for_the_engines_of_one_supervisor_alone(tmp_path: Path) -> None:
    ours = KeptDrain(tmp_path, "ours")
    assert ours.left() is None
    ours.keep(Drain(To.NEXT, 12.5, stays=True))
    assert ours.left() == Drain(To.NEXT, 12.5, stays=True)
    assert KeptDrain(tmp_path, "of another start").left() is None
    assert ours.left() is None  # it was removed
    ours.keep(Drain(To.FALLBACK, None, stays=False))
    ours.forget()
    assert ours.left() is None
    (tmp_path / "drain.json").write_text("[]")
    assert ours.left() is None
