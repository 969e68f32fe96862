"""Shell: an engine is killed, and the next one goes on with its callers as if nothing had happened."""

from __future__ import annotations

import asyncio

import pytest

from acd.agent import Presence
from ivr.adoption import adoption
from ivr.adoption.flow import AdoptingFlow
from ivr.adoption.names import mark_of, offer_of
from ivr.adoption.remains import Remains, remains
from ivr.adoption.unfinished import Unfinished
from ivr.call import Call, Flow
from ivr.events import (
    CallAdopted,
    CallArrived,
    CallEnded,
    CallerBack,
    MessageLeft,
    Offered,
    OfferEnded,
    RecordingBegan,
    RecordingEnded,
    TalkBegan,
    TalkEnded,
    WaitBegan,
    WaitEnded,
)
from ivr.journal import Entry
from ivr.outcomes import OfferResult, Outcome, Party, Reason, WaitEnd
from ivr.switch import Found
from ivr.talk.states import State
from records.folding import fold
from tests.ivr.fake_switch import Behaviour, FakeSwitch
from tests.ivr.house import CALLER, NIGHT, Ledger, by_call, house

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
    await asyncio.sleep(3600.0)  # virtual
    async with house(switch=switch, before=before, ann=ANSWERS) as h:
        await h.ledger.noted(CallEnded, 2)
        entries = of_call(h.ledger, before)
        well_numbered(entries)
        records = {record.outcome: record for told in by_call(entries) if (record := fold(told))}
        assert records.keys() == {Outcome.TALKED, Outcome.FAILED}
        assert {record.reason for record in records.values()} == {Reason.ENGINE_STOPPED}
        assert h.ledger.of(WaitEnded) == [WaitEnded("desk", WaitEnd.ENGINE_STOPPED)]
        assert h.ledger.of(TalkEnded)[0].by is Party.ENGINE
        assert not h.ledger.of(CallAdopted)
        for told in by_call(entries):  # what nobody saw does not count
            assert fold(told).waited + fold(told).talked < 30.0


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


# ── the rest of what a call may be in ───────────────────────────────────────


async def test_a_message_goes_on_and_counts() -> None:
    switch = FakeSwitch(speech=30.0)
    async with house(NIGHT, switch=switch) as h:
        switch.caller_dials(CALLER)
        await h.passes(1.0)
        switch.caller_types(CALLER, "1")
        await h.ledger.noted(RecordingBegan)
        await h.passes(5.0)
        h.killed()
        handed_over = h.clock.monotonic()
    assert h.clock.monotonic() - handed_over < 0.1  # the next engine waits for nobody's end
    before = h.ledger.entries
    async with house(NIGHT, switch=switch, before=before) as h:
        await h.passes(5.0)
        assert switch.recordings
        switch.ends(CALLER)
        await h.ledger.noted(CallEnded)
        assert h.end == CallEnded(Outcome.MESSAGE, Reason.COMPLETED)
        (message,) = h.ledger.of(MessageLeft)
        assert message.seconds >= 10.0
        well_numbered(of_call(h.ledger, before))


async def test_a_message_that_ended_while_nobody_looked_counts_too() -> None:
    for stays in (True, False):
        switch = FakeSwitch(speech=30.0)
        async with house(NIGHT, switch=switch) as h:
            switch.caller_dials(CALLER)
            await h.passes(1.0)
            switch.caller_types(CALLER, "1")
            await h.ledger.noted(RecordingBegan)
            await h.passes(5.0)
            h.killed()
        before = h.ledger.entries
        switch.caller_types(CALLER, "#")
        if not stays:
            switch.ends(CALLER)
        async with house(NIGHT, switch=switch, before=before) as h:
            await h.ledger.noted(CallEnded)
            assert h.end.outcome is Outcome.MESSAGE
            assert len(h.ledger.of(MessageLeft)) == 1
            well_numbered(of_call(h.ledger, before))


async def test_an_agent_who_hung_up_meanwhile_ends_the_talk_and_who_was_held_goes_first_on_the_line() -> None:
    for held in (True, False):
        switch = FakeSwitch()
        async with house(switch=switch, ann=ANSWERS) as h:
            switch.caller_dials(CALLER)
            switch.caller_types(CALLER, "1")
            await h.ledger.noted(TalkBegan)
            (leg,) = switch.hears(CALLER)
            if held:
                await h.board.conversations.of_agent("ann").hold()
            h.killed()
        before = h.ledger.entries
        switch.ends(leg)
        async with house(switch=switch, before=before, ann=ANSWERS) as h:
            if held:
                await h.ledger.noted(WaitBegan)
                assert h.ledger.of(WaitBegan)[0].urgent
                await h.ledger.noted(TalkBegan)
                (anew,) = switch.hears(CALLER)
                assert not anew.startswith(leg)
                switch.ends(CALLER)
            await h.ledger.noted(CallEnded)
            reason = Reason.CALLER_HUNG_UP if held else Reason.OTHER_SIDE_HUNG_UP
            assert h.end == CallEnded(Outcome.TALKED, reason)
            entries = of_call(h.ledger, before)
            well_numbered(entries)
            assert fold(entries).outcome is Outcome.TALKED


async def test_a_hand_over_writes_nothing_and_touches_nothing() -> None:
    switch = FakeSwitch()
    async with house(switch=switch, ann=ANSWERS) as h:
        for caller in ("talks", "waits"):
            switch.caller_dials(caller)
            await h.passes(1.0)
            switch.caller_types(caller, "1")
            await h.passes(8.0)
        noted, heard, channels = len(h.ledger.entries), len(switch.heard), set(switch.channels)
        h.board.hand_over()
        await h.passes(5.0)
    assert (len(h.ledger.entries), len(switch.heard), set(switch.channels)) == (noted, heard, channels)
    assert switch.released == []
    async with house(switch=switch, before=h.ledger.entries, ann=ANSWERS) as h:
        await h.ledger.noted(CallAdopted, 2)
        for caller in ("talks", "waits"):
            switch.ends(caller)
        await h.ledger.noted(CallEnded, 2)
        assert {end.reason for end in h.ledger.of(CallEnded)} == {Reason.CALLER_HUNG_UP}
        await h.passes(3.0)
        assert h.is_clean()


async def test_engines_may_die_one_after_the_other() -> None:
    switch, entries = FakeSwitch(), list[Entry]()
    async with house(switch=switch, ann=RINGS) as h:
        switch.caller_dials(CALLER)
        await h.passes(1.0)
        switch.caller_types(CALLER, "1")
        await h.ledger.noted(Offered)
        h.killed()
    entries += h.ledger.entries
    for by in (1, 2, 3):
        async with house(switch=switch, before=entries, ann=RINGS) as h:
            await h.ledger.noted(Offered)
            assert h.ledger.of(CallAdopted) == [CallAdopted(by)]
            await h.passes(0.5)
            assert any(f"-{mark_of(by)}" in name for name in switch.channels)
            h.killed()
        entries += h.ledger.entries
    async with house(switch=switch, before=entries, ann=ANSWERS) as h:
        await h.ledger.noted(TalkBegan)
        switch.ends(CALLER)
        await h.ledger.noted(CallEnded)
        entries += h.ledger.entries
    well_numbered(entries)
    offers = [entry.event.offer for entry in entries if isinstance(entry.event, Offered)]
    assert len(set(offers)) == len(offers) >= 5
    record = fold(entries)
    assert record.outcome is Outcome.TALKED


def test_no_name_of_one_engine_begins_another_ones() -> None:
    names = [f"n-call-{mark_of(by)}{number}" for by in range(60) for number in (1, 7, 17)]
    assert len(set(names)) == len(names)
    for one in names:
        mark = one.rpartition("-")[2].rstrip("0123456789")
        assert not any(
            other.startswith(one) and other.rpartition("-")[2].rstrip("0123456789") != mark for other in names
        )
        number = int(one.rpartition("-")[2].lstrip("abcdefghijklmnopqrstuvwxyz"))
        assert offer_of(one) == number
    assert offer_of("n-call-xb1001") == -1001
    assert offer_of("n-call~1-12a") == 12
    assert offer_of("n-call") is None


@pytest.mark.parametrize("why", ["no place", "a bug", "a bug in what is left"])
async def test_a_call_that_cannot_be_adopted_ends_once_and_hinders_no_other(
    monkeypatch: pytest.MonkeyPatch, why: str
) -> None:
    switch = FakeSwitch(speech=0.0)
    async with house(switch=switch, ann=RINGS) as h:
        switch.registered.discard("ann")
        switch.phone_up("ann", RINGS)
        for number in ("one", "two"):
            switch.caller_dials(number)
            await h.passes(1.0)
            switch.caller_types(number, "1")
            await h.passes(4.0)
        first, second = (entry.call for entry in h.ledger.entries if isinstance(entry.event, WaitBegan))
        h.killed()
    before = h.ledger.entries
    resume = AdoptingFlow.resume

    def no_resume(self: AdoptingFlow, call: Call, one: Unfinished, of_it: Remains) -> Flow | None:
        if call.id != first:
            return resume(self, call, one, of_it)
        if why == "no place":
            return None
        raise ValueError(why)

    def no_remains(one: Unfinished, found: Found) -> Remains | None:
        if one.id == first:
            raise ValueError(why)
        return remains(one, found)

    if why == "a bug in what is left":
        monkeypatch.setattr(adoption, "remains", no_remains)
    else:
        monkeypatch.setattr(AdoptingFlow, "resume", no_resume)
    async with house(switch=switch, before=before, ann=RINGS) as h:
        await h.ledger.noted(CallEnded)
        told = [entry for entry in of_call(h.ledger, before) if entry.call == first]
        well_numbered(told)
        assert fold(told).reason is Reason.ENGINE_STOPPED
        assert second in [place.call for place in h.board.dispatch.floor.waiting("desk")]
        for number in ("one", "two"):
            switch.ends(number)
        await h.passes(1.0)
        well_numbered(of_call(h.ledger, before))
