"""Shell: an engine is killed, and the next one goes on with its callers as if nothing had happened."""

from __future__ import annotations

import pytest

from acd.agent import Presence
from ivr.events import (
    CallAdopted,
    CallArrived,
    CallEnded,
    CallerBack,
    Entry,
    Offered,
    OfferEnded,
    OfferResult,
    Outcome,
    Party,
    Reason,
    RecordingBegan,
    RecordingEnded,
    TalkBegan,
    TalkEnded,
    WaitBegan,
    WaitEnd,
    WaitEnded,
)
from ivr.talk.states import State
from records.cdr import fold
from tests.ivr.fake_switch import Behaviour, FakeSwitch
from tests.ivr.house import CALLER, Ledger, by_call, house

pytestmark = pytest.mark.looptime

ANSWERS = Behaviour(answers_after=1.0)
RINGS = Behaviour()


def of_call(ledger: Ledger, before: list[Entry]) -> list[Entry]:
    return sorted([*before, *ledger.entries], key=lambda entry: (entry.call, entry.seq))


def well_numbered(entries: list[Entry]) -> None:
    """Each call's facts are numbered from one on, none twice, and it ends once."""
    for told in by_call(entries):
        assert [entry.seq for entry in told] == list(range(1, len(told) + 1))
        assert sum(isinstance(entry.event, CallEnded) for entry in told) <= 1


async def test_callers_keep_their_places_and_the_next_engine_serves_them_in_their_order() -> None:
    switch = FakeSwitch(speech=0.0)
    async with house(switch=switch, ann=RINGS) as h:
        switch.registered.discard("ann")
        switch.phone_up("ann", RINGS)
        for number in ("one", "two", "three"):
            switch.caller_dials(number)
            await h.passes(1.0)
            switch.caller_types(number, "1")
            await h.passes(4.0)
        await h.passes(1.0)
        waited = h.ledger.of(WaitBegan)
        assert len(waited) == 3
        ids = [entry.call for entry in h.ledger.entries if isinstance(entry.event, WaitBegan)]
        h.killed()
    before = h.ledger.entries
    assert not any(isinstance(entry.event, CallEnded | WaitEnded) for entry in before)
    assert switch.channels >= {"one", "two", "three"}
    heard = len(switch.heard)
    async with house(switch=switch, before=before, ann=RINGS) as h:
        await h.passes(0.5)
        assert [place.call for place in h.board.dispatch.floor.waiting("desk")] == ids
        assert switch.music >= {"two", "three"}
        assert not any(sound == "greeting" for _, sound in switch.heard[heard:])
        assert [entry.call for entry in h.ledger.entries if isinstance(entry.event, Offered)] == ids[:1]
        ((call, result),) = [
            (entry.call, entry.event.result) for entry in h.ledger.entries if isinstance(entry.event, OfferEnded)
        ]
        assert (call, result) == (ids[0], OfferResult.WITHDRAWN)
        assert h.board.dispatch.floor.seat("ann").presence is Presence.OFFERED  # and not blamed
        switch.caller_dials("newcomer")
        await h.passes(1.0)
        switch.caller_types("newcomer", "1")
        await h.passes(4.0)
        assert [place.call for place in h.board.dispatch.floor.waiting("desk")][:3] == ids
        for number in ("one", "two", "three", "newcomer"):
            switch.ends(number)
        await h.passes(1.0)
        entries = of_call(h.ledger, before)
        well_numbered(entries)
        records = [fold(told) for told in by_call(entries)]
        assert [record.outcome for record in records] == [Outcome.ABANDONED] * 4
        assert records[0].waited > 15.0
        assert h.is_clean()


async def test_a_talk_goes_on_as_a_conversation_with_its_agent_and_ends_in_one_record() -> None:
    switch = FakeSwitch()
    async with house(switch=switch, ann=ANSWERS) as h:
        switch.caller_dials(CALLER)
        switch.caller_types(CALLER, "1")
        await h.ledger.noted(TalkBegan)
        await h.passes(5.0)
        (offer,) = (began.offer for began in h.ledger.of(TalkBegan))
        h.killed()
    before = h.ledger.entries
    (leg,) = switch.hears(CALLER)
    async with house(switch=switch, before=before, ann=ANSWERS) as h:
        await h.passes(1.0)
        assert switch.hears(CALLER) == {leg}
        assert h.board.dispatch.floor.seat("ann").presence is Presence.TALKING
        talk = h.board.conversations.of_agent("ann")
        assert talk.state is State.TALKING
        await talk.hold()
        assert switch.hears(CALLER) == {"music"}
        await talk.resume()
        assert switch.hears(CALLER) == {leg}
        await h.passes(20.0)
        switch.ends(leg)
        await h.ledger.noted(CallEnded)
        assert h.ledger.of(TalkEnded) == [TalkEnded(offer, Party.OTHER_SIDE)]
        recorded = [entry.event for entry in (*before, *h.ledger.entries)]
        began, over = (
            [event.file for event in recorded if isinstance(event, kind)] for kind in (RecordingBegan, RecordingEnded)
        )
        assert began == over
        assert began
        await h.passes(1.0)
        assert h.board.dispatch.floor.seat("ann").presence is Presence.WRAP_UP
        entries = of_call(h.ledger, before)
        well_numbered(entries)
        record = fold(entries)
        assert (record.outcome, record.reason) == (Outcome.TALKED, Reason.OTHER_SIDE_HUNG_UP)
        assert record.talked > 25.0
        assert h.is_clean()


async def test_a_caller_in_the_music_is_with_their_agent_again() -> None:
    switch = FakeSwitch()
    async with house(switch=switch, ann=ANSWERS) as h:
        switch.caller_dials(CALLER)
        switch.caller_types(CALLER, "1")
        await h.ledger.noted(TalkBegan)
        (leg,) = switch.hears(CALLER)
        await h.board.conversations.of_agent("ann").hold()
        h.killed()
    assert switch.hears(CALLER) == {"music"}
    async with house(switch=switch, before=h.ledger.entries, ann=ANSWERS) as h:
        await h.ledger.noted(CallerBack)
        await h.passes(1.0)
        assert switch.hears(CALLER) == {leg}
        switch.ends(CALLER)
        await h.ledger.noted(CallEnded)
        assert h.end == CallEnded(Outcome.TALKED, Reason.CALLER_HUNG_UP)
        await h.passes(1.0)
        assert h.is_clean()


async def test_who_was_in_the_menu_hears_it_from_its_beginning_and_not_the_greeting() -> None:
    switch = FakeSwitch()
    async with house(switch=switch) as h:
        switch.caller_dials(CALLER)
        await h.passes(20.0)
        first = next(sound for _, sound in switch.heard)
        h.killed()
    before, heard = h.ledger.entries, len(switch.heard)
    async with house(switch=switch, before=before, ann=ANSWERS) as h:
        await h.passes(1.0)
        assert first not in [sound for _, sound in switch.heard[heard:]]
        assert len(switch.heard) > heard
        switch.caller_types(CALLER, "1")
        await h.ledger.noted(TalkBegan)
        switch.ends(CALLER)
        await h.ledger.noted(CallEnded)
        well_numbered(of_call(h.ledger, before))
        assert not h.ledger.of(CallArrived)


async def test_a_call_that_the_switch_has_no_more_is_closed_with_what_was_done_for_it() -> None:
    switch = FakeSwitch()
    async with house(switch=switch, ann=ANSWERS) as h:
        for caller in ("talks", "waits"):
            switch.caller_dials(caller)
            await h.passes(1.0)
            switch.caller_types(caller, "1")
            await h.passes(5.0)
        h.killed()
    before = h.ledger.entries
    for caller in ("talks", "waits"):
        switch.ends(caller)
    for leg in tuple(switch.channels):
        switch.ends(leg)
    async with house(switch=switch, before=before, ann=ANSWERS) as h:
        await h.ledger.noted(CallEnded, 2)
        entries = of_call(h.ledger, before)
        well_numbered(entries)
        records = {record.outcome: record for told in by_call(entries) if (record := fold(told))}
        assert records.keys() == {Outcome.TALKED, Outcome.FAILED}
        assert {record.reason for record in records.values()} == {Reason.ENGINE_STOPPED}
        assert h.ledger.of(WaitEnded) == [WaitEnded("desk", WaitEnd.ENGINE_STOPPED)]
        assert h.ledger.of(TalkEnded)[0].by is Party.ENGINE


async def test_a_stranger_whom_the_journal_does_not_know_arrives_as_ever() -> None:
    switch = FakeSwitch()
    async with house(switch=switch) as h:
        switch.caller_dials(CALLER)
        await h.passes(3.0)
        h.killed()
    async with house(switch=switch) as h:
        await h.ledger.noted(CallArrived)
        assert not h.ledger.of(CallAdopted)
        switch.ends(CALLER)
        await h.ledger.noted(CallEnded)
