"""Shell: an agent's page reloads, or its network breaks, in the midst of a talk; in virtual time."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from acd.agent import Presence
from hotline.browsers import with_browsers
from ivr.adoption.names import again, first_of, offer_of
from ivr.events import (
    AgentAway,
    AgentBack,
    Attendance,
    CallEnded,
    CallerBack,
    CallerHeld,
    ConsultationEnded,
    PassedBack,
    RecordingBegan,
    TalkBegan,
    TalkEnded,
)
from ivr.outcomes import ConsultationEnd, Outcome, Party
from ivr.talk.states import State
from ivr.talk.targets import Refused, ToAgent
from prompts.phrases import Phrase
from routing.check import read_plan
from tests.depth import depth
from tests.ivr.fake_switch import Behaviour
from tests.ivr.house import CALLER, House, house
from tests.routing.plans import SMALL

pytestmark = pytest.mark.looptime

TEAM = SMALL.replace(
    "  ann: {name: 甲, lines: [desk, night]}",
    "  ann: {name: 甲, lines: [desk, night]}\n  bob: {name: 乙, lines: [desk]}\n  chief: {name: 班长, leader: true}\n"
    "  deputy: {name: 副班长, leader: true}",
)
PLAN = with_browsers(read_plan({"team.yaml": TEAM}))
PAGE, CHIEF, DEPUTY = "web-ann", "web-chief", "web-deputy"
QUICK = Behaviour(answers_after=0.5)


@asynccontextmanager
async def talking(**phones: Behaviour) -> AsyncIterator[House]:
    """A caller has talked with ann for 20 s, who sits at her page."""
    async with house(plan=PLAN, watched=True) as h:
        h.switch.phone_up(PAGE, QUICK)
        h.switch.caller_dials(CALLER)
        h.switch.caller_types(CALLER, "1")
        await h.ledger.noted(TalkBegan)
        for name, behaviour in phones.items():
            h.switch.phone_up(name, behaviour)
        await h.passes(20.0)
        yield h


def leg_of(h: House, agent: str = "ann") -> str:
    talk = h.board.conversations.find(agent)
    assert talk is not None
    side = talk.side_of(agent)
    assert side is not None
    return side.leg


def state(h: House) -> State:
    (talk,) = h.board.conversations.all()
    return talk.state


async def ended(h: House, channel: str = CALLER) -> None:
    h.switch.ends(channel)
    await h.ledger.noted(CallEnded)
    await h.passes(1.0)
    assert h.is_clean()


async def test_a_page_that_reloads_is_rung_for_its_talk_and_both_talk_on() -> None:
    async with talking() as h:
        old, call = leg_of(h), h.ledger.entries[0].call
        h.switch.vanish(PAGE)
        await h.passes(2.0)
        assert h.ledger.of(AgentAway) == [AgentAway(1)]
        assert (state(h), h.board.dispatch.floor.seat("ann").presence) == (State.AWAY, Presence.TALKING)
        assert (CALLER, Phrase.AWAY) in h.switch.heard
        await h.passes(3.0)
        assert h.switch.hears(CALLER) == {"music"}
        h.switch.phone_up(PAGE, QUICK)
        await h.ledger.noted(AgentBack)
        await h.passes(0.5)
        new = leg_of(h)
        assert new == again(old)
        assert h.switch.returning == [(new, call)]
        assert (h.ledger.of(AgentBack), state(h)) == ([AgentBack(1, again=True)], State.TALKING)
        assert (h.switch.hears(CALLER), h.switch.hears(new)) == ({new}, {CALLER})
        assert old not in h.switch.channels
        assert not h.ledger.of(CallerHeld), "it was nobody's wish"
        assert not h.ledger.of(TalkEnded)
        await ended(h)
        assert h.end.outcome is Outcome.TALKED
        assert h.ledger.of(TalkEnded) == [TalkEnded(1, Party.CALLER)]


async def test_a_network_that_comes_back_in_time_goes_on_with_the_same_leg_and_rings_nobody() -> None:
    async with talking() as h:
        leg = leg_of(h)
        h.switch.vanish(PAGE)
        await h.passes(9.0)
        assert state(h) is State.AWAY
        h.switch.silent.discard(leg)
        await h.passes(1.0)
        h.switch.phone_up(PAGE, QUICK)
        await h.passes(1.0)
        assert h.ledger.of(AgentBack) == [AgentBack(1, again=False)]
        assert (leg_of(h), h.switch.returning, h.switch.hears(CALLER)) == (leg, [], {leg})
        await ended(h)


async def test_who_does_not_come_back_in_time_loses_the_caller_to_the_head_of_the_line() -> None:
    async with talking() as h:
        h.switch.vanish(PAGE)
        await h.passes(15.0)
        assert not h.ledger.of(PassedBack)
        h.switch.phone_up("bob", QUICK)
        await h.ledger.noted(PassedBack)
        assert h.ledger.of(TalkEnded) == [TalkEnded(1, Party.LOST)]
        assert h.board.dispatch.floor.seat("ann").presence is Presence.OFFLINE
        await h.ledger.noted(TalkBegan, 2)
        assert h.ledger.of(TalkBegan)[1].agent == "bob"
        assert (CALLER, Phrase.INTERRUPTED) in h.switch.heard
        await ended(h)


async def test_a_page_that_hangs_up_on_purpose_ends_the_talk_at_once() -> None:
    async with talking() as h:
        h.switch.ends(leg_of(h))
        await h.ledger.noted(TalkEnded)
        assert h.ledger.of(TalkEnded) == [TalkEnded(1, Party.OTHER_SIDE)]
        assert not h.ledger.of(AgentAway)
        await h.ledger.noted(CallEnded)


async def test_whose_sound_the_switch_ended_is_waited_for_without_a_leg_and_rung_at_once() -> None:
    async with talking() as h:
        old = leg_of(h)
        h.switch.sound_stops(old)
        await h.passes(0.3)
        assert state(h) is State.AWAY
        await h.ledger.noted(AgentBack)
        await h.passes(0.2)
        assert h.switch.hears(CALLER) == {leg_of(h)} != {old}
        await ended(h)


async def test_the_caller_may_hang_up_while_they_wait_and_while_the_page_rings() -> None:
    for late in (2.0, 4.5):
        async with talking() as h:
            h.switch.vanish(PAGE)
            await h.passes(3.0)
            h.switch.phone_up(PAGE, Behaviour(answers_after=3.0))
            await h.passes(late - 2.0)
            await ended(h)
            assert h.ledger.of(TalkEnded) == [TalkEnded(1, Party.CALLER)]
            assert not h.ledger.of(AgentBack)


async def test_a_page_that_asks_twice_and_is_there_at_the_same_time_is_rung_once() -> None:
    async with talking() as h:
        h.switch.silent.add(leg_of(h))
        h.board.conversations.wants_back("ann")  # before anybody noticed: it reloaded at once
        h.board.conversations.wants_back("ann")
        await h.ledger.noted(AgentBack)
        await h.passes(3.0)
        assert len(h.switch.returning) == 1
        assert h.ledger.of(AgentAway) == [AgentAway(1)]
        assert h.switch.hears(CALLER) == {leg_of(h)}
        h.switch.silent.add(leg_of(h))
        h.board.conversations.wants_back("ann")  # and once more
        await h.ledger.noted(AgentBack, 2)
        assert leg_of(h).endswith("-aa1")
        await ended(h)


async def test_a_page_that_asks_though_its_leg_sounds_keeps_it() -> None:
    async with talking() as h:
        leg = leg_of(h)
        h.switch.phone_up(PAGE, Behaviour(answers_after=2.0))
        h.board.conversations.wants_back("ann")
        await h.ledger.noted(AgentBack)
        await h.passes(3.0)
        assert h.ledger.of(AgentBack) == [AgentBack(1, again=False)]
        assert h.switch.hears(CALLER) == {leg}
        await ended(h)


async def test_a_phone_that_is_no_page_is_lost_at_once_and_cannot_ask_to_come_back() -> None:
    async with house(plan=PLAN, watched=True, ann=QUICK) as h:
        h.switch.caller_dials(CALLER)
        h.switch.caller_types(CALLER, "1")
        await h.ledger.noted(TalkBegan)
        with pytest.raises(Refused):
            h.board.conversations.wants_back("ann")
        with pytest.raises(Refused):
            h.board.conversations.wants_back("bob")
        h.switch.vanish("ann")
        await h.ledger.noted(PassedBack)
        assert not h.ledger.of(AgentAway)


async def test_a_caller_on_hold_hears_music_on_and_is_on_hold_when_the_agent_is_back() -> None:
    async with talking() as h:
        await h.board.conversations.of_agent("ann").hold()
        h.switch.vanish(PAGE)
        await h.passes(4.0)
        assert state(h) is State.AWAY
        assert (CALLER, Phrase.AWAY) not in h.switch.heard
        h.switch.phone_up(PAGE, QUICK)
        await h.ledger.noted(AgentBack)
        await h.passes(0.5)
        assert (state(h), h.switch.hears(CALLER)) == (State.HELD, {"music"})
        assert (len(h.ledger.of(CallerHeld)), len(h.ledger.of(CallerBack))) == (1, 0)
        await h.board.conversations.of_agent("ann").resume()
        assert h.switch.hears(CALLER) == {leg_of(h)}
        await ended(h)


async def consulting(h: House) -> None:
    await h.board.conversations.of_agent("ann").consult(ToAgent("bob"))
    await h.passes(2.0)
    assert state(h) is State.CONSULTING


async def test_who_was_asked_waits_too_and_the_agent_is_back_with_them() -> None:
    async with talking(bob=QUICK) as h:
        await consulting(h)
        h.switch.vanish(PAGE)
        await h.passes(4.0)
        assert state(h) is State.AWAY
        h.switch.phone_up(PAGE, QUICK)
        await h.ledger.noted(AgentBack)
        await h.passes(0.5)
        assert state(h) is State.CONSULTING
        assert h.switch.hears(leg_of(h)) == {leg_of(h, "bob")}
        await h.board.conversations.of_agent("ann").complete()
        assert h.switch.hears(CALLER) == {leg_of(h, "bob")}
        await ended(h)


async def test_who_was_asked_has_the_caller_when_the_agent_stays_away() -> None:
    async with talking(bob=QUICK) as h:
        await consulting(h)
        h.switch.vanish(PAGE)
        await h.passes(18.0)
        assert h.ledger.of(TalkEnded) == [TalkEnded(1, Party.PASSED_ON)]
        assert (state(h), h.switch.hears(CALLER)) == (State.TALKING, {leg_of(h, "bob")})
        await ended(h)


async def test_who_was_asked_may_hang_up_meanwhile_and_the_agent_is_back_with_the_caller() -> None:
    async with talking(bob=QUICK) as h:
        await consulting(h)
        h.switch.vanish(PAGE)
        await h.passes(4.0)
        h.switch.ends(leg_of(h, "bob"))
        await h.ledger.noted(ConsultationEnded)
        assert h.ledger.of(ConsultationEnded)[0].end is ConsultationEnd.HUNG_UP
        assert state(h) is State.AWAY
        h.switch.phone_up(PAGE, QUICK)
        await h.ledger.noted(AgentBack)
        await h.passes(0.5)
        assert (state(h), h.switch.hears(CALLER)) == (State.TALKING, {leg_of(h)})
        await ended(h)


async def test_a_leader_who_listens_hears_the_talk_again_when_the_agent_is_back() -> None:
    async with talking(chief=QUICK) as h:
        await h.supervision.listen("chief", "ann")
        (ear,) = h.switch.ears
        listener = next(
            other for members in h.switch.bridges.values() if ear in members for other in members if other != ear
        )
        h.switch.vanish(PAGE)
        await h.passes(4.0)
        h.switch.phone_up(PAGE, QUICK)
        await h.ledger.noted(AgentBack)
        await h.passes(1.0)
        assert h.switch.hears(listener) == {CALLER, leg_of(h)}
        await ended(h)


async def test_a_leader_may_take_a_caller_who_waits_for_a_page() -> None:
    async with talking(chief=QUICK) as h:
        await h.supervision.listen("chief", "ann")
        h.switch.vanish(PAGE)
        await h.passes(4.0)
        await h.supervision.take("chief", "ann")
        assert (state(h), h.switch.hears(CALLER)) == (State.TALKING, {leg_of(h, "chief")})
        h.switch.phone_up(PAGE, QUICK)
        await h.passes(20.0)
        assert not h.switch.returning
        assert h.switch.hears(CALLER) == {leg_of(h, "chief")}
        await ended(h)


@asynccontextmanager
async def led() -> AsyncIterator[House]:
    """A shift leader at their page took the caller over, 5 s ago."""
    async with talking(**{CHIEF: QUICK}) as h:
        await h.supervision.take("chief", "ann")
        await h.passes(5.0)
        assert h.switch.hears(CALLER) == {leg_of(h, "chief")}
        yield h


async def left_in_peace(h: House) -> None:
    """The call is over, and the leader may be rung again."""
    await ended(h)
    assert h.board.dispatch.floor.seat("chief").presence is Presence.READY
    assert h.supervision.attending("chief") is None
    assert not h.board.conversations.legs.names()
    assert not h.board.dispatch.legs.names()


async def test_a_leader_who_took_a_talk_is_waited_for_and_rung_at_their_page() -> None:
    async with led() as h:
        old = leg_of(h, "chief")
        h.switch.vanish(CHIEF)
        await h.passes(3.0)
        offer = offer_of(old)
        assert offer is not None
        assert (state(h), h.ledger.of(AgentAway)) == (State.AWAY, [AgentAway(offer)])
        assert (CALLER, Phrase.AWAY) in h.switch.heard
        h.switch.phone_up(CHIEF, QUICK)
        await h.ledger.noted(AgentBack)
        await h.passes(0.5)
        new = leg_of(h, "chief")
        assert (new, h.ledger.of(AgentBack)) == (again(old), [AgentBack(offer, again=True)])
        assert (h.switch.hears(CALLER), h.switch.hears(new)) == ({new}, {CALLER})
        assert old not in h.switch.channels
        assert h.supervision.attending("chief") == (Attendance.TALKING, "ann")
        assert h.board.dispatch.floor.seat("chief").presence is Presence.BREAK, "nothing is offered to them"
        await h.board.conversations.of_agent("chief").hold()
        assert h.switch.hears(CALLER) == {"music"}
        await left_in_peace(h)


async def test_a_leader_whose_network_comes_back_talks_on_and_may_hang_up() -> None:
    async with led() as h:
        leg = leg_of(h, "chief")
        h.switch.vanish(CHIEF)
        await h.passes(8.0)
        h.switch.silent.discard(leg)
        await h.passes(1.0)
        h.switch.phone_up(CHIEF, QUICK)
        await h.passes(1.0)
        assert (leg_of(h, "chief"), h.switch.returning, h.switch.hears(CALLER)) == (leg, [], {leg})
        h.switch.ends(leg)
        await h.ledger.noted(CallEnded)
        assert h.end.outcome is Outcome.TALKED
        await left_in_peace(h)


async def test_a_leader_who_stays_away_loses_the_caller_to_the_head_of_the_line() -> None:
    async with led() as h:
        h.switch.vanish(CHIEF)
        await h.passes(15.0)
        assert not h.ledger.of(PassedBack)
        await h.ledger.noted(PassedBack)
        assert h.ledger.of(TalkEnded)[-1].by is Party.LOST
        assert h.supervision.attending("chief") is None
        await h.ledger.noted(TalkBegan, 3)
        assert h.ledger.of(TalkBegan)[-1].agent == "ann"
        await ended(h)


async def test_a_leader_who_took_a_waiting_call_is_waited_for_too() -> None:
    async with house(plan=PLAN, watched=True) as h:
        h.switch.phone_up(PAGE, Behaviour(answers_after=900.0))
        h.switch.phone_up(CHIEF, QUICK)
        h.switch.caller_dials(CALLER)
        h.switch.caller_types(CALLER, "1")
        await h.passes(8.0)
        await h.supervision.take_waiting("chief", h.ledger.entries[0].call)
        await h.ledger.noted(TalkBegan)
        h.switch.vanish(CHIEF)
        await h.passes(3.0)
        assert state(h) is State.AWAY
        h.switch.phone_up(CHIEF, QUICK)
        await h.ledger.noted(AgentBack)
        await h.passes(0.5)
        assert h.switch.hears(CALLER) == {leg_of(h, "chief")}
        await left_in_peace(h)


async def test_a_leader_who_only_joined_is_not_waited_for_as_the_others_talk_on() -> None:
    async with talking(**{CHIEF: QUICK}) as h:
        await h.supervision.join("chief", "ann")
        h.switch.vanish(CHIEF)
        await h.passes(8.0)
        assert (state(h), h.switch.hears(CALLER)) == (State.TALKING, {leg_of(h)})
        assert not h.ledger.of(AgentAway)
        assert h.supervision.attending("chief") is None
        await ended(h)


async def test_leaders_away_from_two_talks_at_once_come_back_each_to_their_own() -> None:
    async with talking(**{CHIEF: QUICK}) as h:
        h.switch.phone_up("web-bob", QUICK)
        h.switch.phone_up(DEPUTY, QUICK)
        h.switch.caller_dials("other")
        h.switch.caller_types("other", "1")
        await h.ledger.noted(TalkBegan, 2)
        await h.supervision.take("chief", "ann")
        await h.supervision.take("deputy", "bob")
        for page in (CHIEF, DEPUTY):
            h.switch.vanish(page)
        await h.passes(4.0)
        assert len(h.ledger.of(AgentAway)) == 2
        for page in (DEPUTY, CHIEF):
            h.switch.phone_up(page, QUICK)
        await h.ledger.noted(AgentBack, 2)
        await h.passes(0.5)
        assert h.switch.hears(CALLER) == {leg_of(h, "chief")}
        assert h.switch.hears("other") == {leg_of(h, "deputy")}
        h.switch.ends("other")
        await h.ledger.noted(CallEnded)
        h.switch.ends(CALLER)
        await h.ledger.noted(CallEnded, 2)
        await h.passes(1.0)
        assert h.is_clean()


async def test_an_engine_that_follows_waits_for_a_leader_too() -> None:
    async with led() as first:
        first.killed()
    async with house(plan=PLAN, watched=True, switch=first.switch, before=first.ledger.entries) as h:
        await h.passes(5.0)
        old = leg_of(h, "chief")
        h.switch.vanish(CHIEF)
        await h.passes(3.0)
        assert state(h) is State.AWAY
        h.switch.phone_up(CHIEF, QUICK)
        await h.ledger.noted(AgentBack)
        await h.passes(0.5)
        assert h.switch.hears(CALLER) == {leg_of(h, "chief")} != {old}
        await ended(h)


async def test_a_talk_that_is_recorded_goes_on_in_the_same_file() -> None:
    async with house(plan=PLAN, watched=True) as h:
        h.switch.phone_up(PAGE, QUICK)
        h.switch.caller_dials(CALLER)
        h.switch.caller_types(CALLER, "1")
        await h.ledger.noted(RecordingBegan)
        h.switch.vanish(PAGE)
        await h.passes(4.0)
        assert not h.switch.recordings
        h.switch.phone_up(PAGE, QUICK)
        await h.ledger.noted(RecordingBegan, 2)
        first, second = h.ledger.of(RecordingBegan)
        assert first == second
        await ended(h)


@pytest.mark.parametrize("leg_lives", [True, False])
async def test_an_engine_that_is_killed_meanwhile_leaves_a_talk_that_the_next_one_knows(leg_lives: bool) -> None:
    async with talking() as first:
        first.switch.vanish(PAGE)
        await first.passes(4.0)
        first.killed()
    switch = first.switch
    if not leg_lives:
        switch.hand_over()
        switch.ends("t-" + "".join(leg for leg in switch.at if leg in switch.channels).partition("-")[2])
    async with house(plan=PLAN, watched=True, switch=switch, before=first.ledger.entries) as h:
        if leg_lives:
            await h.ledger.noted(AgentAway)  # it is silent still
            h.switch.phone_up(PAGE, QUICK)
            await h.ledger.noted(AgentBack)
            await h.passes(0.5)
            assert h.switch.hears(CALLER) == {leg_of(h)}
        else:
            await h.ledger.noted(PassedBack)
            assert h.ledger.of(TalkEnded) == [TalkEnded(1, Party.LOST)]
            h.switch.phone_up(PAGE, QUICK)
            await h.ledger.noted(TalkBegan)
        await ended(h)


@settings(max_examples=depth(30), deadline=None)
@given(
    st.lists(
        st.tuples(
            st.floats(0.0, 20.0),
            st.sampled_from(["up", "sounds", "asks", "vanish", "hold", "resume", "bye", "caller", "bob"]),
        ),
        max_size=8,
    )
)
async def test_whatever_happens_meanwhile_nobody_is_lost_and_nothing_is_left(happens: list[tuple[float, str]]) -> None:
    async with talking() as h:
        h.switch.vanish(PAGE)
        for pause, what in happens:
            await h.passes(pause)
            talk = h.board.conversations.find("ann")
            match what:
                case "up":
                    h.switch.phone_up(PAGE, QUICK)
                case "bob":
                    h.switch.phone_up("bob", QUICK)
                case "vanish":
                    h.switch.vanish(PAGE)
                case "sounds":
                    h.switch.silent.clear()
                case "caller":
                    h.switch.ends(CALLER)
                case _ if talk is None:
                    continue
                case "bye":
                    h.switch.ends(leg_of(h))
                case "asks" | "hold" | "resume":
                    hand = h.board.conversations.of_agent("ann")
                    try:
                        if what == "asks":
                            h.board.conversations.wants_back("ann")
                        else:
                            await (hand.hold() if what == "hold" else hand.resume())
                    except Refused:
                        continue
        await h.passes(40.0)
        talks = {offer.agent for offer in h.board.dispatch.floor.talks()}
        seated = {seat.id for seat in h.board.dispatch.floor.seats() if seat.presence is Presence.TALKING}
        assert talks == seated
        if CALLER in h.switch.channels:
            told = {playback.channel for playback in h.switch.playing.values()}
            recorded = {recording.channel for recording in h.switch.recordings.values()}
            assert h.switch.hears(CALLER) or CALLER in told | recorded, "the caller hears somebody, music or words"
            h.switch.ends(CALLER)
        await h.ledger.noted(CallEnded)
        await h.passes(2.0)
        assert h.is_clean()


@pytest.mark.parametrize(
    ("leg", "more", "offer"),
    [
        ("t-1a2b3c4d-12", "t-1a2b3c4d-a12", 12),
        ("t-1a2b3c4d-b7b", "t-1a2b3c4d-ba7b", 7),
        ("t-1a2b3c4d~1-3", "t-1a2b3c4d~1-a3", 3),
    ],
)
def test_another_leg_of_an_offer_is_known_by_its_name(leg: str, more: str, offer: int) -> None:
    assert again(leg) == more
    assert offer_of(again(again(leg), 2)) == offer
    assert first_of(again(again(leg), 2)) == leg
    assert first_of(leg) == leg
