"""Shell: the engine is killed while a callback is being made. Nobody is called twice who answered."""

from __future__ import annotations

import pytest

from ivr.callbacks.events import CallbackClosed, CallerRung, CallPlaced
from ivr.events import CallEnded, TalkBegan
from ivr.outcomes import CallbackEnd, Outcome, Reason
from records.folding import fold
from tests.ivr.fake_switch import Behaviour
from tests.ivr.house import WORKDAY, by_call, house
from tests.ivr.test_adopted_calls import of_call, well_numbered
from tests.ivr.test_callbacks import AGENT_FIRST, CALLER_FIRST, books, busy, frees_the_agent

pytestmark = pytest.mark.looptime

ANN, ANSWERS = Behaviour(answers_after=1.0), Behaviour(answers_after=5.0)


@pytest.mark.parametrize("plan", [AGENT_FIRST, CALLER_FIRST])
async def test_who_talks_in_a_callback_talks_on_and_is_not_called_again(plan: object) -> None:
    booked = AGENT_FIRST if plan is AGENT_FIRST else CALLER_FIRST
    async with busy(booked) as h:
        await books(h)
        await h.ledger.noted(CallEnded)
        frees_the_agent(h)
        await h.ledger.noted(TalkBegan, 2)
        await h.passes(5.0)
        switch = h.switch
        (caller,) = (name for name in switch.channels if name.endswith("-x0"))
        talks_with = switch.hears(caller)
        h.killed()
    before = h.ledger.entries
    async with house(
        WORKDAY, booked, switch=switch, before=before, restored=before, ann=ANN, n13800138000=ANSWERS
    ) as h:
        await h.passes(60.0)
        assert switch.hears(caller) == talks_with
        assert not h.ledger.of(CallPlaced)
        switch.ends(caller)
        await h.ledger.noted(CallEnded)
        assert h.end == CallEnded(Outcome.TALKED, Reason.CALLER_HUNG_UP)
        entries = of_call(h.ledger, before)
        well_numbered(entries)
        assert sum(isinstance(entry.event, CallbackClosed) for entry in entries) == 1


async def test_a_callback_that_still_rang_is_made_again_and_the_try_does_not_count() -> None:
    async with busy(AGENT_FIRST, caller=Behaviour()) as h:
        await books(h)
        frees_the_agent(h)
        await h.ledger.noted(CallerRung)
        await h.passes(3.0)
        switch = h.switch
        h.killed()
    before = h.ledger.entries
    async with house(
        WORKDAY, AGENT_FIRST, switch=switch, before=before, restored=before, ann=ANN, n13800138000=ANSWERS
    ) as h:
        await h.ledger.noted(TalkBegan)
        assert h.ledger.of(CallbackClosed) == [
            CallbackClosed(
                CallbackEnd.REACHED, next(e.call for e in h.ledger.entries if isinstance(e.event, CallPlaced))
            )
        ]
        for caller in [name for name in switch.channels if name.endswith("-x0")]:
            switch.ends(caller)
        await h.ledger.noted(CallEnded, 2)
        records = [fold(told) for told in by_call(of_call(h.ledger, before))]
        ended = [(record.outcome, record.reason) for record in records if record.direction == "out"]
        assert ended == [
            (Outcome.UNANSWERED, Reason.ENGINE_STOPPED),
            (Outcome.TALKED, Reason.CALLER_HUNG_UP),
        ]


async def test_who_answered_in_the_instant_of_the_death_is_served_and_not_called_again() -> None:
    async with busy(AGENT_FIRST, caller=Behaviour(answers_after=5.0)) as h:
        await books(h)
        frees_the_agent(h)
        await h.ledger.noted(CallerRung)
        await h.passes(3.0)
        switch = h.switch
        h.killed()
        await h.passes(4.0)  # the caller answers, and nobody is told
    before = h.ledger.entries
    (caller,) = (name for name in switch.channels if name.endswith("-x0"))
    async with house(
        WORKDAY, AGENT_FIRST, switch=switch, before=before, restored=before, ann=ANN, n13800138000=ANSWERS
    ) as h:
        await h.ledger.noted(TalkBegan)
        assert h.ledger.of(CallbackClosed)[0].end is CallbackEnd.REACHED
        assert not h.ledger.of(CallPlaced)
        switch.ends(caller)
        await h.ledger.noted(CallEnded)
        assert h.end.outcome is Outcome.TALKED
