"""Shell: orders that a loaded switch carries out late, while the call that gave them goes on or ends."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from ivr.events import CallEnded, OfferEnded
from ivr.order import to_its_end
from tests.ivr.fake_switch import Behaviour, FakeSwitch
from tests.ivr.house import CALLER, house

pytestmark = pytest.mark.looptime

LATE = 0.5
"""Seconds from an order to its doing; once sent it is done, whether or not anybody still waits for the word."""


async def _bridge_late(switch: FakeSwitch, bridge: str, channels: Sequence[str]) -> None:
    loop = asyncio.get_running_loop()
    done = loop.create_future()

    def carry_out() -> None:
        switch.bridges[bridge] = tuple(channel for channel in channels if channel in switch.channels)
        if not done.done():
            done.set_result(None)

    loop.call_later(LATE, carry_out)
    await done


@pytest.mark.parametrize("after", [0.0, LATE / 2, LATE, 2 * LATE])
async def test_no_bridge_stays_when_the_caller_hangs_up_while_it_is_built(
    monkeypatch: pytest.MonkeyPatch, after: float
) -> None:
    monkeypatch.setattr(FakeSwitch, "bridge", _bridge_late)
    async with house(ann=Behaviour(answers_after=1.0)) as h:
        h.switch.caller_dials(CALLER)
        h.switch.caller_types(CALLER, "1")
        await h.ledger.noted(OfferEnded)  # the phone was answered: the bridge is being built
        await h.passes(after)
        h.switch.ends(CALLER)
        await h.ledger.noted(CallEnded)
        await h.passes(2 * LATE)
        assert h.is_clean()
        assert not h.board.dispatch.floor.talks()


@pytest.mark.parametrize("times", [1, 2, 3])
async def test_an_order_is_waited_for_however_often_its_caller_is_cancelled(times: int) -> None:
    sent, done = asyncio.Event(), asyncio.Event()

    async def order() -> None:
        sent.set()
        await done.wait()

    async with asyncio.TaskGroup() as tasks:
        caller = tasks.create_task(to_its_end(order()))
        await sent.wait()
        for _ in range(times):
            caller.cancel()
            await asyncio.wait({caller}, timeout=1.0)
        assert not caller.done()
        done.set()
        await asyncio.wait({caller})
        assert caller.cancelled()
