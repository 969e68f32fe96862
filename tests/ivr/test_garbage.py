"""Shell: a call that ended leaves nothing to the garbage collector; each of a full collection's calls holds up all."""

from __future__ import annotations

import gc
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from ivr.events import CallEnded, ConsultationAnswered, RecordingBegan, TalkBegan, WaitBegan
from ivr.outcomes import Outcome
from ivr.talk.targets import ToAgent, ToNumber
from tests.ivr.house import NIGHT, House, house
from tests.ivr.test_conversation import BOB, PLAN, QUICK, leg_of

pytestmark = pytest.mark.looptime

Walk = Callable[[House, str], Awaitable[object]]


async def comes(h: House, caller: str, keys: str = "") -> None:
    h.switch.caller_dials(caller)
    await h.passes(3.0)
    h.switch.caller_types(caller, keys)
    await h.passes(1.0)


async def talks(h: House, caller: str) -> Any:
    before = len(h.ledger.of(TalkBegan))
    await comes(h, caller, "1")
    await h.ledger.noted(TalkBegan, before + 1)
    await h.passes(10.0)
    return h.board.conversations.of_agent("ann")


async def hangs_up_in_the_menu(h: House, caller: str) -> None:
    await comes(h, caller)
    h.switch.ends(caller)


async def hangs_up_in_line(h: House, caller: str) -> None:
    h.switch.vanish("ann")
    before = len(h.ledger.of(WaitBegan))
    await comes(h, caller, "2")
    await h.ledger.noted(WaitBegan, before + 1)
    h.switch.ends(caller)


async def talks_and_hangs_up(h: House, caller: str) -> None:
    await talks(h, caller)
    h.switch.ends(caller)


async def is_hung_up_on(h: House, caller: str) -> None:
    await talks(h, caller)
    h.switch.ends(leg_of(h, h.board.dispatch.floor.talks()[0].id))


async def is_held(h: House, caller: str) -> None:
    ann = await talks(h, caller)
    await ann.hold()
    await h.passes(5.0)
    await ann.resume()
    h.switch.ends(caller)


async def is_passed_on_warm(h: House, caller: str) -> None:
    before = len(h.ledger.of(ConsultationAnswered))
    ann = await talks(h, caller)
    await ann.consult(BOB)
    await h.ledger.noted(ConsultationAnswered, before + 1)
    await ann.complete()
    await h.passes(10.0)
    h.switch.ends(caller)


async def is_passed_on_blind(h: House, caller: str) -> None:
    ann = await talks(h, caller)
    await ann.transfer(ToAgent("bob"))
    await h.passes(10.0)
    h.switch.ends(caller)


async def is_passed_outside(h: House, caller: str) -> None:
    ann = await talks(h, caller)
    await ann.transfer(ToNumber("0222"))
    await h.passes(10.0)
    h.switch.ends(caller)


async def leaves_a_message(h: House, caller: str) -> None:
    h.switch.speech = 8.0
    before = len(h.ledger.of(RecordingBegan))
    await comes(h, caller, "1")
    await h.ledger.noted(RecordingBegan, before + 1)
    await h.passes(10.0)
    h.switch.ends(caller)


@pytest.mark.parametrize(
    ("walk", "outcome"),
    [
        (hangs_up_in_the_menu, Outcome.LEFT),
        (hangs_up_in_line, Outcome.ABANDONED),
        (talks_and_hangs_up, Outcome.TALKED),
        (is_hung_up_on, Outcome.TALKED),
        (is_held, Outcome.TALKED),
        (is_passed_on_warm, Outcome.TALKED),
        (is_passed_on_blind, Outcome.TALKED),
        (is_passed_outside, Outcome.TALKED),
        (leaves_a_message, Outcome.MESSAGE),
    ],
)
async def test_a_call_that_ended_leaves_nothing_to_the_garbage_collector(walk: Walk, outcome: Outcome) -> None:
    night = {"at": NIGHT} if walk is leaves_a_message else {}
    async with house(plan=PLAN, ann=QUICK, bob=QUICK, n0222=QUICK, **night) as h:  # type: ignore[arg-type]
        await _ended(h, walk, "first")  # what is made once
        gc.collect()
        gc.disable()
        gc.set_debug(gc.DEBUG_SAVEALL)
        try:
            await _ended(h, walk, "second")
            gc.collect()
            found = Counter(type(one).__name__ for one in gc.garbage)
        finally:
            gc.set_debug(0)
            gc.garbage.clear()
            gc.enable()
        assert [end.outcome for end in h.ledger.of(CallEnded)] == [outcome, outcome]
        assert found == Counter()


async def _ended(h: House, walk: Walk, caller: str) -> None:
    before = len(h.ledger.of(CallEnded))
    await walk(h, caller)
    await h.ledger.noted(CallEnded, before + 1)
    await h.passes(30.0)
