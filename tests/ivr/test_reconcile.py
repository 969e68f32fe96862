"""Shell: events that never came, things on the switch that nobody knows, states that cannot be: each is mended."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from acd.agent import Presence
from acd.signals import CallJoined, CallLeft
from ivr.events import CallEnded, OfferEnded, TalkBegan, WaitBegan
from ivr.outcomes import OfferResult, Outcome, Reason
from ivr.reconcile import EVERY, Reconciler
from ivr.switch import Arrived, Gone, LegAnswered, LinkUp, PhoneChanged, Played, SwitchEvent
from routing.check import read_plan
from tests.ivr.fake_switch import Behaviour
from tests.ivr.house import CALLER, House, house
from tests.routing.plans import SMALL

pytestmark = pytest.mark.looptime

RINGS, ANSWERS = Behaviour(), Behaviour(answers_after=1.0)
_AGENTS = "".join(f"  a{n}: {{name: 甲, lines: [desk, night]}}\n" for n in range(6))
CROWD = read_plan({"crowd.yaml": SMALL.replace("  ann:", f"{_AGENTS}  ann:")})


@asynccontextmanager
async def reconciled(ann: Behaviour | None = None) -> AsyncIterator[tuple[House, Reconciler]]:
    async with house() as h:
        if ann is not None:
            h.switch.phone_up("ann", ann)
        await h.passes(0.1)
        yield h, Reconciler(h.switch, h.board)


async def rounds(h: House, reconciler: Reconciler) -> dict[str, int]:
    """Two looks, one after the other; what they mended."""
    for _ in range(2):
        await reconciler.look()
        await h.passes(EVERY)
    return {kind: count for kind, count in reconciler.repairs.items() if count}


async def waits(h: House) -> None:
    """A caller reaches the line, whose agent's phone rings."""
    h.switch.caller_dials(CALLER)
    h.switch.caller_types(CALLER, "1")
    await h.ledger.noted(WaitBegan)
    await h.passes(5.0)


async def talks(h: House) -> str:
    """A caller talks with an agent; the agent's leg."""
    h.switch.caller_dials(CALLER)
    h.switch.caller_types(CALLER, "1")
    await h.ledger.noted(TalkBegan)
    await h.passes(5.0)
    (leg,) = h.board.dispatch.legs.names()
    return leg


def unheard(h: House, kind: type[SwitchEvent], channel: str) -> None:
    """A channel ends, and we are not told."""
    h.switch.loses = kind
    h.switch.ends(channel)
    h.switch.loses = None


# ── what was not heard ──────────────────────────────────────────────────────


async def test_a_caller_who_hung_up_unheard_while_waiting_is_let_go() -> None:
    async with reconciled(ann=RINGS) as (h, reconciler):
        await waits(h)
        unheard(h, Gone, CALLER)
        assert await rounds(h, reconciler) == {"call_ended": 1}
        assert h.end == CallEnded(Outcome.ABANDONED, Reason.CALLER_HUNG_UP)
        assert h.is_clean()


async def test_a_caller_who_hung_up_unheard_in_a_talk_frees_the_agent() -> None:
    async with reconciled(ann=ANSWERS) as (h, reconciler):
        await talks(h)
        unheard(h, Gone, CALLER)
        assert await rounds(h, reconciler) == {"call_ended": 1}
        assert h.end == CallEnded(Outcome.TALKED, Reason.CALLER_HUNG_UP)
        assert h.is_clean()
        assert h.board.dispatch.floor.presences() == {Presence.WRAP_UP: 1}


async def test_an_agent_who_hung_up_unheard_frees_both() -> None:
    async with reconciled(ann=ANSWERS) as (h, reconciler):
        leg = await talks(h)
        unheard(h, Gone, leg)
        assert await rounds(h, reconciler) == {"leg_ended": 1}
        assert h.end == CallEnded(Outcome.TALKED, Reason.OTHER_SIDE_HUNG_UP)
        assert h.is_clean()


async def test_a_phone_that_stopped_ringing_unheard_is_no_longer_waited_for() -> None:
    async with reconciled(ann=RINGS) as (h, reconciler):
        await waits(h)
        (leg,) = h.board.dispatch.legs.names()
        unheard(h, Gone, leg)
        assert (await rounds(h, reconciler))["leg_ended"] == 1
        assert h.ledger.of(OfferEnded)[0].result is OfferResult.UNREACHABLE
        assert h.board.calls == 1


async def test_an_answer_that_was_not_heard_still_connects() -> None:
    async with reconciled(ann=ANSWERS) as (h, reconciler):
        h.switch.loses = LegAnswered
        await waits(h)
        h.switch.loses = None
        assert await rounds(h, reconciler) == {"leg_answered": 1}
        assert len(h.ledger.of(TalkBegan)) == 1
        h.switch.ends(CALLER)
        await h.ledger.noted(CallEnded)


async def test_a_prompt_that_ended_unheard_holds_nobody_up() -> None:
    async with reconciled(ann=ANSWERS) as (h, reconciler):
        h.switch.loses = Played
        h.switch.caller_dials(CALLER)
        await h.passes(0.5)
        await reconciler.look()
        await h.passes(EVERY)
        h.switch.loses = None
        assert await rounds(h, reconciler) == {"prompt_ended": 1}
        assert (CALLER, "choose") in h.switch.heard
        h.switch.ends(CALLER)
        await h.ledger.noted(CallEnded)


async def test_a_phone_that_came_and_went_unheard_is_known_again() -> None:
    async with reconciled(ann=ANSWERS) as (h, reconciler):
        h.switch.registered.discard("ann")
        assert await rounds(h, reconciler) == {"phone_went": 1}
        assert not h.board.dispatch.floor.seat("ann").phone_up
        h.switch.registered.add("ann")
        assert await rounds(h, reconciler) == {"phone_went": 1, "phone_came": 1}
        assert h.board.dispatch.floor.seat("ann").presence is Presence.READY


async def test_a_phone_that_is_no_agents_is_left_alone() -> None:
    async with reconciled(ann=ANSWERS) as (h, reconciler):
        h.switch.registered.add("door-bell")
        assert await rounds(h, reconciler) == {}


# ── what nobody knows ───────────────────────────────────────────────────────


@pytest.mark.parametrize("ear", [False, True])
async def test_a_leg_that_nobody_knows_is_hung_up(ear: bool) -> None:
    async with reconciled(ann=ANSWERS) as (h, reconciler):
        h.switch.channels.add("t-lost99-7")
        if ear:
            await h.switch.snoop("t-lost99-7-ear", "t-lost99-7", whispers=False)
        assert await rounds(h, reconciler) == {"leg_hung_up": 1 + ear}
        assert h.is_clean()


async def test_who_listens_beside_a_leg_of_ours_is_left_alone() -> None:
    async with reconciled(ann=ANSWERS) as (h, reconciler):
        leg = await talks(h)
        await h.switch.snoop(f"{leg}-ear1", leg, whispers=True)
        assert await rounds(h, reconciler) == {}
        h.switch.ends(CALLER)
        await h.ledger.noted(CallEnded)


async def test_a_bridge_that_nobody_knows_is_dropped() -> None:
    async with reconciled(ann=ANSWERS) as (h, reconciler):
        h.switch.bridges["t-lost99-7-talk"] = ()
        assert await rounds(h, reconciler) == {"bridge_dropped": 1}
        assert h.is_clean()


async def test_a_caller_whom_nobody_looks_after_is_given_to_the_dialplan() -> None:
    async with reconciled(ann=ANSWERS) as (h, reconciler):
        h.switch.loses = Arrived
        h.switch.caller_dials(CALLER)
        h.switch.loses = None
        assert await rounds(h, reconciler) == {"caller_released": 1}
        assert h.switch.released == [CALLER]


async def test_a_caller_whose_call_is_over_is_not_sent_through_the_plan_again() -> None:
    async with reconciled(ann=ANSWERS) as (h, reconciler):
        await talks(h)
        await reconciler.look()
        h.switch.ends(CALLER)
        await h.ledger.noted(CallEnded)
        h.switch.channels.add(CALLER)  # the switch did not do what it confirmed
        assert await rounds(h, reconciler) == {"caller_hung_up": 1}
        assert h.switch.released == []
        assert h.is_clean()


# ── what cannot be ──────────────────────────────────────────────────────────


@pytest.mark.parametrize("presence", [Presence.OFFERED, Presence.TALKING])
async def test_an_agent_stuck_in_something_that_is_over_is_ready_again(presence: Presence) -> None:
    async with reconciled(ann=ANSWERS) as (h, reconciler):
        seat = h.board.dispatch.floor.seat("ann")
        h.board.dispatch.floor._roster.move(seat, Presence.OFFERED, 0.0)
        if presence is Presence.TALKING:
            h.board.dispatch.floor._roster.move(seat, presence, 0.0)
        assert await rounds(h, reconciler) == {"floor_mended": 1}
        assert seat.presence is Presence.READY


async def test_an_offer_whose_leg_was_forgotten_is_over_for_the_floor_too() -> None:
    async with reconciled(ann=RINGS) as (h, reconciler):
        await waits(h)
        (leg,) = h.board.dispatch.legs.names()
        h.board.dispatch.legs._forget(leg)
        assert await rounds(h, reconciler) == {"leg_hung_up": 1, "floor_told": 1}
        assert h.board.dispatch.floor.offers() == ()
        assert h.switch.channels == {CALLER}


async def test_a_talk_whose_leg_was_forgotten_frees_the_agent() -> None:
    async with reconciled(ann=ANSWERS) as (h, reconciler):
        leg = await talks(h)
        h.board.dispatch.legs._forget(leg)
        repairs = await rounds(h, reconciler)
        assert repairs["floor_told"] == 1
        assert h.board.dispatch.floor.talks() == ()


async def test_a_call_that_the_floor_forgot_joins_again() -> None:
    async with reconciled() as (h, reconciler):
        h.switch.phone_up("ann", RINGS)
        await waits(h)
        floor, (call,) = h.board.dispatch.floor, h.board.dispatch._waiters
        for order in floor.handle(CallLeft(call), asyncio.get_running_loop().time()):
            h.board.dispatch._carry_out(order)
        assert floor.ahead(call) is None
        assert await rounds(h, reconciler) == {"floor_told": 1}
        assert floor.ahead(call) == 0
        assert len(h.switch.rung) == 2


async def test_a_wait_without_a_call_is_ended() -> None:
    async with reconciled(ann=RINGS) as (h, reconciler):
        h.board.dispatch.signal(CallJoined("t-ghost99", "desk"))
        assert await rounds(h, reconciler) == {"floor_told": 2}
        assert not h.board.dispatch.floor.waiting("desk")
        assert not h.board.dispatch.floor.offers()


# ── what is well ────────────────────────────────────────────────────────────


async def test_after_a_new_link_it_does_not_wait_for_its_hour() -> None:
    async with house(ann=RINGS) as h:
        await h.passes(0.1)
        reconciler = Reconciler(h.switch, h.board, every=3600.0)
        async with asyncio.TaskGroup() as tasks:
            running = tasks.create_task(reconciler.run())
            await waits(h)
            unheard(h, Gone, CALLER)
            h.switch.tell(LinkUp(restarted=False))
            await h.passes(5.0)
            assert reconciler.repairs["call_ended"] == 1
            running.cancel()


@pytest.mark.parametrize("seed", range(3))
async def test_healthy_traffic_is_never_touched(seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - traffic
    async with house(plan=CROWD) as h:
        for n in range(6):
            h.switch.phone_up(f"a{n}", Behaviour(answers_after=3.0 + n))
        reconciler = Reconciler(h.switch, h.board)

        async def caller(number: int) -> None:
            await h.passes(chance.uniform(0.0, 3600.0))
            channel = f"caller-{number}"
            h.switch.caller_dials(channel)
            await h.passes(chance.uniform(0.0, 6.0))
            h.switch.caller_types(channel, chance.choice(["1", "1", "1", "2", "4", "9"]))
            await h.passes(chance.expovariate(1 / 60.0))
            h.switch.ends(channel)

        async def agent(name: str) -> None:
            for _ in range(40):
                await h.passes(chance.expovariate(1 / 90.0))
                for leg in sorted(h.board.dispatch.legs.names())[: chance.randrange(3)]:
                    h.switch.ends(leg, chance.choice([16, 17, 19]))
                if chance.random() < 0.1:
                    up = name not in h.switch.registered
                    (h.switch.registered.add if up else h.switch.registered.discard)(name)
                    h.switch.tell(PhoneChanged(name, up))

        async with asyncio.TaskGroup() as tasks:
            running = tasks.create_task(reconciler.run())
            people = [tasks.create_task(caller(n)) for n in range(300)]
            people += [tasks.create_task(agent(f"a{n}")) for n in range(6)]
            await asyncio.wait(people)
            await h.passes(120.0)
            running.cancel()
        assert {kind: count for kind, count in reconciler.repairs.items() if count} == {}
        assert len(h.ledger.of(CallEnded)) == 300
        assert len(h.ledger.of(TalkBegan)) > 50
