"""Shell: callbacks that keep the place, in every order that things can happen."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime

import pytest

from acd.agent import Presence
from ivr.callbacks.events import CallbackBooked, CallbackClosed, CallbackTried, CallerRung, CallPlaced
from ivr.events import CallArrived, CallEnded, Offered, TalkBegan, WaitEnded
from ivr.journal import Entry, Event
from ivr.outcomes import CallbackEnd, Outcome, Reason, WaitEnd
from records.folding import fold
from records.segments import Placed
from routing.calendar import SHANGHAI
from routing.check import read_plan
from routing.plan import Plan
from tests.ivr.fake_switch import BUSY, NO_ANSWER, Behaviour
from tests.ivr.house import WORKDAY, House, house
from tests.routing.plans import SMALL

pytestmark = pytest.mark.looptime

RULE = "callback: {{first: {first}, tries: 2, retry: 2m, expires: 2h, numbers: ['138*', '022*'], abandoned: 20s}}"


def plan(first: str = "agent") -> Plan:
    desk = "  desk: {name: 座席, keys: {1: ring-back, 2: bye}, maximum_wait: 30m, " + RULE.format(first=first) + ", "
    nodes = "nodes:\n  ring-back: {callback: offer, then: bye, otherwise: message}\n"
    text = SMALL.replace("  desk: {name: 座席, ", desk).replace("nodes:\n", nodes)
    return read_plan({"small.yaml": text.replace("prompts:\n", "prompts:\n  offer: 我们给您回电。\n")})


AGENT_FIRST, CALLER_FIRST = plan(), plan("caller")
NUMBER = "13800138000"
TALK = "talker"
"""Who has the only agent."""


@asynccontextmanager
async def busy(
    booked: Plan = AGENT_FIRST, at: datetime = WORKDAY, caller: Behaviour | None = None, other: Behaviour | None = None
) -> AsyncIterator[House]:
    """The only agent talks, and `caller` says how the phone of the one who waits behaves when it is called back."""
    behaviour = caller or Behaviour(answers_after=5.0)
    async with house(
        at, booked, ann=Behaviour(answers_after=1.0), n13800138000=behaviour, n02212345678=other or Behaviour()
    ) as h:
        await joins(h, TALK, "13900000000")
        await h.ledger.noted(TalkBegan)
        yield h


async def joins(h: House, channel: str, number: str = NUMBER) -> None:
    """Somebody calls and chooses the line."""
    h.switch.caller_dials(channel, number)
    h.switch.caller_types(channel, "1")
    await h.passes(6.0)  # the notice and the welcome


async def books(h: House, channel: str = "waiter", number: str = NUMBER) -> None:
    """Somebody waits, presses 1, and takes the number that was read."""
    await joins(h, channel, number)
    h.switch.caller_types(channel, "1")
    await h.passes(3.0)
    h.switch.caller_types(channel, "1")
    await h.ledger.noted(CallbackBooked)


def frees_the_agent(h: House) -> None:
    """The talk that kept the agent is over."""
    h.switch.ends(TALK)


def of_call(h: House, kind: type[CallArrived] | type[CallPlaced]) -> dict[str, list[Entry]]:
    """The entries of each call that began so."""
    begun = [entry.call for entry in h.ledger.entries if isinstance(entry.event, kind)]
    return {call: [entry for entry in h.ledger.entries if entry.call == call] for call in begun}


def called(h: House) -> str:
    """The call in which the callback was booked."""
    (call,) = (entry.call for entry in h.ledger.entries if isinstance(entry.event, CallbackBooked))
    return call


async def test_a_caller_books_hangs_up_and_is_called_when_the_agent_is_free() -> None:
    async with busy() as h:
        await books(h)
        await h.ledger.noted(CallEnded)
        assert h.end == CallEnded(Outcome.CALLBACK, Reason.COMPLETED)
        assert h.ledger.of(WaitEnded)[-1].end is WaitEnd.BOOKED
        floor = h.board.dispatch.floor
        (place,) = floor.waiting("desk")
        assert place.call == h.ledger.of(CallbackBooked)[0].ticket
        frees_the_agent(h)
        await h.ledger.noted(TalkBegan, 2)
        (placed,) = h.ledger.of(CallPlaced)
        assert (placed.number, placed.line) == (NUMBER, "desk")
        (bridge,) = h.switch.bridges.values()
        assert len(bridge) == 2
        heard = {channel: [sound for who, sound in h.switch.heard if who == channel] for channel in bridge}
        assert any("say-callback-notice" in sounds for sounds in heard.values())
        assert any("notice" in sounds for sounds in heard.values())  # of the recording, to the caller
        agent = next(leg for leg in bridge if "say-callback-notice" in heard[leg])
        await h.passes(60.0)
        h.switch.ends(agent)
        await h.ledger.noted(CallEnded, 3)
        assert h.ledger.of(CallEnded)[-1] == CallEnded(Outcome.TALKED, Reason.OTHER_SIDE_HUNG_UP)
        assert [closed.end for closed in h.ledger.of(CallbackClosed)] == [CallbackEnd.REACHED]
        (original,) = (fold(entries) for entries in of_call(h, CallArrived).values() if entries[0].call == called(h))
        (made,) = (fold(entries) for entries in of_call(h, CallPlaced).values())
        assert (original.direction, made.direction) == ("in", "out")
        assert original.callback == made.callback == place.call
        assert (made.number, made.talked > 0, made.agent) == (NUMBER, True, "ann")
        ringing = made.segments[0]
        assert isinstance(ringing, Placed)
        assert ringing.rung is not None
        assert made.answered is not None
        assert ringing.since < ringing.rung < made.answered == ringing.until
        await h.passes(1.0)
        assert h.is_clean()
        assert h.callbacks.tickets == []


async def test_the_caller_is_rung_first_hears_a_greeting_and_the_kept_agent_is_rung_then() -> None:
    async with busy(CALLER_FIRST) as h:
        await books(h)
        await h.ledger.noted(CallEnded)
        rung = len(h.switch.rung)
        frees_the_agent(h)
        await h.ledger.noted(CallerRung)
        assert h.switch.rung[rung:] in ([], [NUMBER])
        await h.ledger.noted(TalkBegan, 2)
        assert h.switch.rung[rung:] == [NUMBER, "ann"]
        (bridge,) = h.switch.bridges.values()
        assert any(sound == "say-callback-greeting" for _, sound in h.switch.heard)
        h.switch.ends(bridge[0])
        await h.ledger.noted(CallEnded, 3)
        await h.passes(1.0)
        assert h.is_clean()


@pytest.mark.parametrize("first", [AGENT_FIRST, CALLER_FIRST], ids=["agent first", "caller first"])
@pytest.mark.parametrize(
    ("phone", "reason"),
    [
        (Behaviour(fails_after=2.0, cause=BUSY), Reason.BUSY),
        (Behaviour(fails_after=20.0, cause=NO_ANSWER), Reason.NO_ANSWER),
        (Behaviour(), Reason.NO_ANSWER),
        (Behaviour(fails_after=0.5, cause=34), Reason.UNREACHABLE),
    ],
    ids=["busy", "no answer", "rings for ever", "no way there"],
)
async def test_who_is_not_reached_is_tried_again_and_then_no_more(
    first: Plan, phone: Behaviour, reason: Reason
) -> None:
    async with busy(first, caller=phone) as h:
        await books(h)
        frees_the_agent(h)
        await h.ledger.noted(CallbackTried)
        await h.passes(30.0)
        assert h.board.dispatch.floor.presences() == {Presence.READY: 1}  # the agent was let go
        await h.ledger.noted(CallbackClosed)
        assert [tried.reason for tried in h.ledger.of(CallbackTried)] == [reason, reason]
        assert h.ledger.of(CallbackClosed)[0].end is CallbackEnd.NOT_REACHED
        ends = [entries[-1].event for entries in of_call(h, CallPlaced).values()]
        assert ends == [CallEnded(Outcome.UNANSWERED, reason)] * 2
        begins = [entries[0].at for entries in of_call(h, CallPlaced).values()]
        assert (begins[1] - begins[0]).total_seconds() >= 120.0
        await h.passes(1.0)
        assert h.is_clean()


async def test_the_agent_answers_while_the_caller_is_asked_for_a_number() -> None:
    async with busy() as h:
        await joins(h, "waiter")
        h.switch.caller_types("waiter", "1")
        await h.passes(1.0)
        frees_the_agent(h)
        await h.ledger.noted(TalkBegan, 2)
        assert any("waiter" in members for members in h.switch.bridges.values())
        assert not h.ledger.of(CallbackBooked)
        h.switch.ends("waiter")
        await h.ledger.noted(CallEnded, 2)
        assert h.is_clean()


@pytest.mark.parametrize("declines", ["9", "0", ""])
async def test_who_declines_waits_on_with_the_very_same_place(declines: str) -> None:
    async with busy() as h:
        await joins(h, "waiter")
        (before,) = h.board.dispatch.floor.waiting("desk")
        h.switch.caller_types("waiter", "1")
        await h.passes(1.0)
        h.switch.caller_types("waiter", declines)
        await h.passes(40.0)
        assert h.board.dispatch.floor.waiting("desk") == [before]
        assert ("waiter", "say-callback-still-waiting") in h.switch.heard
        assert h.switch.music == {"waiter"}
        frees_the_agent(h)
        await h.ledger.noted(TalkBegan, 2)


async def test_who_hangs_up_before_confirming_is_called_back_only_as_one_who_gave_up() -> None:
    async with busy() as h:
        await joins(h, "waiter")
        h.switch.caller_types("waiter", "1")
        await h.passes(1.0)
        h.switch.ends("waiter")
        await h.ledger.noted(CallEnded)
        assert h.end == CallEnded(Outcome.ABANDONED, Reason.CALLER_HUNG_UP)
        assert not h.ledger.of(CallbackBooked)  # they waited less than the line asks for


async def test_who_gave_up_after_a_long_wait_is_called_back_at_the_place_they_had() -> None:
    async with busy() as h:
        await joins(h, "waiter")
        (before,) = h.board.dispatch.floor.waiting("desk")
        await h.passes(30.0)
        h.switch.ends("waiter")
        await h.ledger.noted(CallEnded)
        assert h.end == CallEnded(Outcome.ABANDONED, Reason.CALLER_HUNG_UP)
        (booked,) = h.ledger.of(CallbackBooked)
        assert booked.abandoned
        await h.passes(0.1)
        (after,) = h.board.dispatch.floor.waiting("desk")
        assert after.since == pytest.approx(before.since, abs=0.01)


async def test_who_hangs_up_in_the_words_that_follow_is_booked() -> None:
    async with busy() as h:
        await books(h)
        h.switch.ends("waiter")
        await h.ledger.noted(CallEnded)
        assert h.end == CallEnded(Outcome.CALLBACK, Reason.CALLER_HUNG_UP)
        assert [ticket.number for ticket in h.callbacks.tickets] == [NUMBER]


async def test_another_number_is_entered_read_back_and_called() -> None:
    async with busy(other=Behaviour(answers_after=3.0)) as h:
        await joins(h, "waiter")
        for keys in ("1", "2", "02212345678#", "1"):
            await h.passes(3.0)
            h.switch.caller_types("waiter", keys)
        await h.ledger.noted(CallbackBooked)
        frees_the_agent(h)
        await h.ledger.noted(TalkBegan, 2)
        assert h.switch.rung[-1] == "02212345678"


async def test_who_shows_no_number_has_to_enter_one_and_one_that_may_not_be_called_is_refused() -> None:
    async with busy() as h:
        await joins(h, "waiter", "")
        for keys in ("1", "110#", "13800138000#", "1"):
            h.switch.caller_types("waiter", keys)
            await h.passes(4.0)
        assert ("waiter", "say-callback-not-callable") in h.switch.heard
        assert [booked.number for booked in h.ledger.of(CallbackBooked)] == [NUMBER]


async def test_a_number_has_one_callback_and_who_asks_for_a_second_is_told() -> None:
    async with busy() as h:
        await books(h)
        await h.ledger.noted(CallEnded)
        await joins(h, "other", "02212345678")
        for keys in ("1", "2", "13800138000#", "1"):
            h.switch.caller_types("other", keys)
            await h.passes(3.0)
        assert ("other", "say-callback-already") in h.switch.heard
        assert len(h.ledger.of(CallbackBooked)) == 1
        assert len(h.board.dispatch.floor.waiting("desk")) == 2


async def test_who_calls_in_again_takes_the_place_back() -> None:
    async with busy() as h:
        await books(h)
        await h.ledger.noted(CallEnded)
        (before,) = h.board.dispatch.floor.waiting("desk")
        await joins(h, "earlier", "02212345678")
        await joins(h, "again")
        places = h.board.dispatch.floor.waiting("desk")
        assert len(places) == 2
        assert places[0].since == pytest.approx(before.since, abs=0.01)
        assert [closed.end for closed in h.ledger.of(CallbackClosed)] == [CallbackEnd.CALLED_IN]
        frees_the_agent(h)
        await h.ledger.noted(TalkBegan, 2)
        assert any("again" in members for members in h.switch.bridges.values())
        await h.passes(300.0)
        assert NUMBER not in h.switch.rung


async def test_the_turn_comes_exactly_when_it_would_have_come() -> None:
    answered: list[list[float]] = []
    for keeps in (False, True):
        async with busy() as h:
            for channel, number in (("early", "02211111111"), ("waiter", NUMBER), ("late", "02222222222")):
                await joins(h, channel, number)
            if keeps:
                h.switch.caller_types("waiter", "1")
                await h.passes(3.0)
                h.switch.caller_types("waiter", "1")
                await h.ledger.noted(CallbackBooked)
            loop_began = h.ledger.entries[0].at
            await h.passes(100.0 - (h.ledger.entries[-1].at - loop_began).total_seconds())
            frees_the_agent(h)
            for count, channel in ((2, "early"), (3, ""), (4, "late")):
                await h.ledger.noted(TalkBegan, count)
                bridge = next(iter(h.switch.bridges.values()))
                assert not channel or channel in bridge
                await h.passes(10.0)
                h.switch.ends(next(iter(h.switch.bridges.values()))[1])
            rings = [entry.at for entry in h.ledger.entries if isinstance(entry.event, Offered)]
            answered.append([(at - rings[1]).total_seconds() for at in rings[1:3]])
    assert answered[1] == pytest.approx(answered[0], abs=0.05)


async def test_the_agent_hangs_up_while_the_caller_is_rung_and_another_turn_follows() -> None:
    async with busy(caller=Behaviour(answers_after=8.0)) as h:
        await books(h)
        frees_the_agent(h)
        await h.ledger.noted(CallerRung)
        agent = next(channel for channel in h.switch.channels if channel.endswith("-2"))
        h.switch.ends(agent)
        await h.ledger.noted(CallbackTried)
        assert h.ledger.of(CallbackTried)[0].reason is Reason.OTHER_SIDE_HUNG_UP
        assert h.callbacks.tickets[0].tries == 0
        await h.ledger.noted(TalkBegan, 2)
        assert h.switch.rung.count(NUMBER) == 2


async def test_the_caller_answers_as_the_agent_hangs_up_and_waits_for_the_next_with_the_first_place() -> None:
    async with busy(caller=Behaviour()) as h:
        await books(h)
        frees_the_agent(h)
        await h.ledger.noted(CallerRung)
        await h.passes(1.0)
        (phone,) = (channel for channel in h.switch.channels if channel.endswith("-x0"))
        agent = next(channel for channel in h.switch.channels if channel.endswith("-2"))
        h.switch._pick_up(phone)
        h.switch.ends(agent)
        await h.ledger.noted(TalkBegan, 2)
        assert any(phone in members for members in h.switch.bridges.values())
        assert h.switch.rung.count(NUMBER) == 1


async def test_the_callback_waits_for_the_next_opening_and_is_made_then() -> None:
    almost_closed = datetime(2026, 11, 20, 16, 29, 0, tzinfo=SHANGHAI)
    async with busy(at=almost_closed) as h:
        await books(h)
        await h.ledger.noted(CallEnded)
        await h.passes(600.0)
        assert len(h.board.dispatch.floor.waiting("desk")) == 0
        frees_the_agent(h)
        await h.passes(3600.0)
        assert not h.ledger.of(CallPlaced)
        assert len(h.callbacks.tickets) == 1
        await h.passes(64 * 3600.0)  # over the weekend
        assert h.ledger.of(CallPlaced)
        (first, *_) = of_call(h, CallPlaced).values()
        assert first[0].at.astimezone(SHANGHAI) == datetime(2026, 11, 23, 8, 30, tzinfo=SHANGHAI)


async def test_a_callback_whose_turn_does_not_come_in_time_expires() -> None:
    async with busy() as h:
        await books(h)
        await h.passes(7000.0)
        await h.ledger.noted(CallbackClosed)
        assert h.ledger.of(CallbackClosed)[0].end is CallbackEnd.EXPIRED
        booked, closed = (
            next(entry.at for entry in h.ledger.entries if isinstance(entry.event, kind))
            for kind in (CallbackBooked, CallbackClosed)
        )
        assert (closed - booked).total_seconds() == pytest.approx(7200.0, abs=1.0)
        assert len(h.board.dispatch.floor.waiting("desk")) == 0


async def test_callbacks_of_an_engine_before_are_made_in_their_order() -> None:
    async with busy() as h:
        await books(h)
        await h.ledger.noted(CallEnded)
        entries = list(h.ledger.entries)
    (ticket,) = (entry.event.ticket for entry in entries if isinstance(entry.event, CallbackBooked))
    later = entries[-1].at.astimezone(SHANGHAI)
    again = house(
        later,
        AGENT_FIRST,
        restored=entries,
        ann=Behaviour(answers_after=1.0),
        n13800138000=Behaviour(answers_after=1.0),
    )
    async with again as h:
        await h.ledger.noted(TalkBegan)
        assert [placed.ticket for placed in h.ledger.of(CallPlaced)] == [ticket]
        (closed,) = (entry for entry in h.ledger.entries if isinstance(entry.event, CallbackClosed))
        assert (closed.call, closed.seq) == (ticket, 1)


@pytest.mark.parametrize("kind", [Offered, CallerRung, CallbackTried, TalkBegan])
async def test_an_engine_that_stops_in_the_midst_makes_each_callback_once_all_in_all(kind: type[Event]) -> None:
    """Whatever was going on: who talked is not called again, who did not is."""
    phone = Behaviour(fails_after=3.0) if kind is CallbackTried else Behaviour(answers_after=3.0)
    async with busy(caller=phone) as h:
        await books(h)
        frees_the_agent(h)
        await h.ledger.noted(kind, 1 if kind in (CallerRung, CallbackTried) else 2)
        await h.passes(0.1)
        bridges = dict(h.switch.bridges)
    assert bridges == h.switch.bridges  # a talk goes on without us
    assert {channel for channel in h.switch.channels if channel.endswith("-x0")} <= {*sum(bridges.values(), ())}
    entries = list(h.ledger.entries)
    later, quick = entries[-1].at.astimezone(SHANGHAI), Behaviour(answers_after=1.0)
    async with house(later, AGENT_FIRST, restored=entries, ann=quick, n13800138000=quick) as h:
        await h.passes(400.0)
        talks = 1 if kind is TalkBegan else 0
        assert len(h.ledger.of(TalkBegan)) + talks == 1
    told = [entry for entry in entries + h.ledger.entries if isinstance(entry.event, CallbackTried | CallbackClosed)]
    assert [entry.seq for entry in told] == list(range(1, len(told) + 1))


async def test_confirming_while_a_phone_rings_leads_to_that_phone_when_it_is_answered() -> None:
    async with busy() as h:
        await joins(h, "waiter")
        h.switch.caller_types("waiter", "1")
        await h.passes(1.0)
        h.switch.phones["ann"] = Behaviour(answers_after=6.0)
        frees_the_agent(h)
        await h.ledger.noted(Offered, 2)
        h.switch.caller_types("waiter", "1")
        await h.ledger.noted(TalkBegan, 2)
        assert ("waiter", "say-callback-almost") in h.switch.heard
        assert any("waiter" in members for members in h.switch.bridges.values())
        assert not h.ledger.of(CallbackBooked)


async def test_confirming_while_a_phone_rings_that_is_not_answered_books_the_callback() -> None:
    async with busy() as h:
        await joins(h, "waiter")
        h.switch.caller_types("waiter", "1")
        await h.passes(1.0)
        h.switch.phones["ann"] = Behaviour(fails_after=3.0)
        frees_the_agent(h)
        await h.ledger.noted(Offered, 2)
        h.switch.caller_types("waiter", "1")
        await h.ledger.noted(CallbackBooked)
        await h.ledger.noted(CallEnded)
        assert [ticket.number for ticket in h.callbacks.tickets] == [NUMBER]
