"""Unit: lines and agents change while callers wait and talk."""

from __future__ import annotations

from dataclasses import replace

from acd.agent import Agent, Presence
from acd.floor import Floor
from acd.line import Line, Outside
from acd.signals import (
    BreakBegan,
    BreakEnded,
    CallJoined,
    CallLeft,
    Connect,
    Failure,
    GivenUp,
    GiveUp,
    OfferFailed,
    PhoneAnswered,
    PhoneDown,
    PhoneUp,
    Rearranged,
    Ring,
    TalkEnded,
    Tick,
)

VACCINES = Line("vaccines", ring_for=20, wrap_up_for=0, maximum_wait=60)
TOBACCO = Line("tobacco", ring_for=20, wrap_up_for=0, maximum_wait=60)
ANN = Agent("ann", ("ann",), {"vaccines": 1})
BOB = Agent("bob", ("bob",), {"vaccines": 1})


def floor_with(*agents: Agent, lines: tuple[Line, ...] = (VACCINES, TOBACCO)) -> Floor:
    floor = Floor(lines, agents)
    for agent in agents:
        floor.handle(PhoneUp(agent.id), 0.0)
    return floor


def test_a_new_agent_begins_offline_and_serves_those_who_wait_once_the_phone_is_there() -> None:
    floor = floor_with(ANN)
    floor.handle(CallJoined("c1", "vaccines"), 1.0)
    floor.handle(CallJoined("c2", "vaccines"), 2.0)
    assert floor.handle(Rearranged([VACCINES, TOBACCO], [ANN, BOB]), 3.0) == []
    assert floor.seat("bob").presence is Presence.OFFLINE
    assert floor.handle(PhoneUp("bob"), 4.0) == [Ring(2, "c2", ("bob",), "vaccines", "bob")]


def test_an_agent_who_stays_keeps_presence_and_idle_time() -> None:
    floor = floor_with(ANN, BOB)
    floor.handle(BreakBegan("ann"), 5.0)
    floor.handle(BreakEnded("ann"), 6.0)
    floor.handle(Rearranged([VACCINES], [BOB, ANN]), 7.0)
    assert (floor.seat("ann").presence, floor.seat("ann").idle_since) == (Presence.READY, 6.0)
    assert floor.handle(CallJoined("c1", "vaccines"), 8.0) == [Ring(1, "c1", ("bob",), "vaccines", "bob")]


def test_an_agent_who_gets_a_line_takes_its_callers_at_once() -> None:
    floor = floor_with(ANN, replace(BOB, lines={"tobacco": 1}))
    floor.handle(CallJoined("c1", "vaccines"), 1.0)
    floor.handle(CallJoined("c2", "vaccines"), 2.0)
    orders = floor.handle(Rearranged([VACCINES, TOBACCO], [ANN, BOB]), 3.0)
    assert orders == [Ring(2, "c2", ("bob",), "vaccines", "bob")]


def test_an_agent_who_is_gone_ends_the_talk_and_gets_no_other() -> None:
    floor = floor_with(ANN, BOB)
    floor.handle(CallJoined("c1", "vaccines"), 1.0)
    floor.handle(PhoneAnswered(1), 2.0)
    assert floor.handle(Rearranged([VACCINES], [BOB]), 3.0) == []
    assert floor.seat("ann").presence is Presence.TALKING
    floor.handle(PhoneUp("ann"), 4.0)
    assert floor.handle(TalkEnded(1), 5.0) == []
    assert floor.presences() == {Presence.READY: 1}
    for late in (PhoneUp("ann"), PhoneDown("ann"), BreakBegan("ann"), BreakEnded("ann")):
        assert floor.handle(late, 6.0) == []
    assert floor.presences() == {Presence.READY: 1}


def test_the_phone_of_an_agent_who_is_gone_rings_to_its_end_and_may_still_be_answered() -> None:
    floor = floor_with(ANN)
    floor.handle(CallJoined("c1", "vaccines"), 1.0)
    assert floor.handle(Rearranged([VACCINES], []), 2.0) == []
    assert floor.handle(PhoneAnswered(1), 3.0) == [Connect(1, "c1")]


def test_a_caller_whose_ringing_agent_is_gone_goes_to_the_next_when_the_phone_fails() -> None:
    floor = floor_with(ANN, BOB)
    floor.handle(CallJoined("c1", "vaccines"), 1.0)
    floor.handle(Rearranged([VACCINES], [BOB]), 2.0)
    assert floor.handle(OfferFailed(1, Failure.UNREACHABLE), 3.0) == [Ring(2, "c1", ("bob",), "vaccines", "bob")]
    assert floor.presences() == {Presence.OFFERED: 1}


def test_an_agent_who_went_and_came_back_within_a_talk_is_an_agent_as_before() -> None:
    floor = floor_with(ANN)
    floor.handle(CallJoined("c1", "vaccines"), 1.0)
    floor.handle(PhoneAnswered(1), 2.0)
    floor.handle(Rearranged([VACCINES], []), 3.0)
    floor.handle(Rearranged([VACCINES], [ANN]), 4.0)
    floor.handle(PhoneUp("ann"), 5.0)
    floor.handle(TalkEnded(1), 6.0)
    assert floor.seat("ann").presence is Presence.READY


def test_what_was_to_come_of_an_agent_who_left_does_not_come_to_one_who_has_the_name_later() -> None:
    floor = floor_with(ANN)
    floor.handle(CallJoined("c1", "vaccines"), 1.0)
    floor.handle(OfferFailed(1, Failure.REFUSED), 2.0)  # a rest of 30 seconds
    floor.handle(Rearranged([VACCINES], []), 3.0)
    floor.handle(Rearranged([VACCINES], [ANN]), 4.0)
    floor.handle(PhoneUp("ann"), 5.0)
    floor.handle(BreakBegan("ann"), 6.0)
    floor.handle(Tick(), 25.0)  # c1 rang again, unanswered: the wished break begins
    floor.handle(Tick(), 32.0)  # the end of the rest of the one who left
    assert floor.seat("ann").presence is Presence.BREAK


def test_callers_of_a_line_that_is_gone_are_served_to_the_last_by_those_who_served_it() -> None:
    floor = floor_with(ANN)
    floor.handle(CallJoined("c1", "vaccines"), 1.0)
    floor.handle(CallJoined("c2", "vaccines"), 2.0)
    floor.handle(Rearranged([TOBACCO], [replace(ANN, lines={"tobacco": 1})]), 3.0)
    floor.handle(CallLeft("c1"), 4.0)
    floor.handle(CallJoined("c3", "vaccines"), 5.0)  # its call holds the older plan
    floor.handle(PhoneAnswered(2), 6.0)
    assert [place.call for place in floor.waiting("vaccines")] == ["c3"]
    assert floor.handle(TalkEnded(2), 7.0) == [Ring(3, "c3", ("ann",), "vaccines", "ann")]


def test_an_agent_who_loses_one_line_of_two_serves_it_no_more() -> None:
    both = replace(ANN, lines={"vaccines": 1, "tobacco": 1})
    floor = floor_with(both, BOB)
    floor.handle(Rearranged([VACCINES, TOBACCO], [replace(ANN, lines={"tobacco": 1}), BOB]), 1.0)
    assert floor.handle(CallJoined("c1", "vaccines"), 2.0) == [Ring(1, "c1", ("bob",), "vaccines", "bob")]
    assert floor.handle(CallJoined("c2", "vaccines"), 3.0) == []


def test_callers_whose_last_agent_is_gone_are_given_up_after_a_while() -> None:
    floor = floor_with(ANN)
    floor.handle(CallJoined("c1", "vaccines"), 1.0)
    floor.handle(PhoneAnswered(1), 2.0)
    floor.handle(CallJoined("c2", "vaccines"), 3.0)
    floor.handle(Rearranged([VACCINES], []), 4.0)
    floor.handle(TalkEnded(1), 5.0)
    assert floor.wake_at() == 25.0
    assert floor.handle(Tick(), 25.0) == [GiveUp("c2", "vaccines", GivenUp.NOBODY_ON_SHIFT)]


def test_callers_of_whom_the_only_agent_is_taken_from_a_break_are_given_up_after_a_while() -> None:
    floor = floor_with(ANN)
    floor.handle(BreakBegan("ann"), 0.5)
    floor.handle(CallJoined("c1", "vaccines"), 1.0)
    floor.handle(Rearranged([VACCINES], []), 4.0)
    assert floor.wake_at() == 24.0
    assert floor.handle(Rearranged([replace(VACCINES, empty_for=5)], []), 10.0) == []
    assert floor.wake_at() == 15.0
    assert floor.handle(Tick(), 15.0) == [GiveUp("c1", "vaccines", GivenUp.NOBODY_ON_SHIFT)]


def test_callers_whom_a_new_agent_reaches_in_time_are_not_given_up() -> None:
    floor = floor_with(ANN)
    floor.handle(BreakBegan("ann"), 0.5)
    floor.handle(CallJoined("c1", "vaccines"), 1.0)
    floor.handle(Rearranged([VACCINES], []), 4.0)
    floor.handle(Rearranged([VACCINES], [BOB]), 5.0)
    floor.handle(PhoneUp("bob"), 6.0)
    floor.handle(OfferFailed(1, Failure.REFUSED), 7.0)
    assert floor.handle(Tick(), 24.0) == []


def test_an_agent_who_is_gone_is_so_too_when_the_caller_hangs_up_while_the_phone_rings() -> None:
    floor = floor_with(ANN)
    floor.handle(CallJoined("c1", "vaccines"), 1.0)
    floor.handle(Rearranged([VACCINES], []), 2.0)
    floor.handle(CallLeft("c1"), 3.0)
    assert floor.presences() == {}


def test_a_caller_whose_phone_rings_past_the_line_s_end_is_not_forgotten_when_it_fails() -> None:
    slow = replace(VACCINES, ring_for=40, maximum_wait=600)
    floor = floor_with(ANN, lines=(slow, TOBACCO))
    floor.handle(CallJoined("c1", "vaccines"), 1.0)
    floor.handle(Rearranged([slow, TOBACCO], [replace(ANN, lines={"tobacco": 1})]), 2.0)
    assert floor.handle(Tick(), 22.0) == []  # the line has been empty long enough, but the phone may be answered
    gone = floor.handle(OfferFailed(1, Failure.REFUSED), 30.0)
    assert gone == [GiveUp("c1", "vaccines", GivenUp.NOBODY_ON_SHIFT)]


def test_an_agent_who_gets_two_lines_takes_the_more_urgent_caller() -> None:
    urgent = replace(TOBACCO, priority=5)
    floor = floor_with(ANN, Agent("eve", ("eve",)), lines=(VACCINES, urgent))
    floor.handle(BreakBegan("ann"), 0.5)
    eve = Agent("eve", ("eve",), {"vaccines": 1, "tobacco": 1})
    floor.handle(Rearranged([VACCINES, urgent], [replace(ANN, lines=eve.lines), Agent("eve", ("eve",))]), 1.0)
    floor.handle(CallJoined("c1", "vaccines"), 2.0)
    floor.handle(CallJoined("c2", "tobacco"), 3.0)
    orders = floor.handle(Rearranged([VACCINES, urgent], [replace(ANN, lines=eve.lines), eve]), 4.0)
    assert orders == [Ring(1, "c2", ("eve",), "tobacco", "eve")]


def test_an_outside_number_that_is_new_takes_those_who_wait() -> None:
    floor = floor_with(ANN)
    floor.handle(CallJoined("c1", "vaccines"), 1.0)
    floor.handle(CallJoined("c2", "vaccines"), 2.0)
    outside = replace(VACCINES, outside=Outside("022"))
    assert floor.handle(Rearranged([outside], [ANN]), 3.0) == [Ring(2, "c2", ("022",), "vaccines", None)]


def test_an_outside_number_that_is_gone_still_ends_its_talk() -> None:
    outside = replace(VACCINES, outside=Outside("022"))
    floor = floor_with(lines=(outside,))
    floor.handle(CallJoined("c1", "vaccines"), 1.0)
    floor.handle(PhoneAnswered(1), 2.0)
    assert floor.handle(Rearranged([VACCINES], []), 3.0) == []
    assert floor.handle(CallJoined("c2", "vaccines"), 4.0) == [GiveUp("c2", "vaccines", GivenUp.NOBODY_ON_SHIFT)]
    assert floor.handle(TalkEnded(1), 5.0) == []
    assert floor.handle(Rearranged([outside], []), 6.0) == []
    assert floor.handle(CallJoined("c3", "vaccines"), 7.0) == [Ring(2, "c3", ("022",), "vaccines", None)]


def test_new_rules_hold_for_the_next_ring_and_a_waiting_caller_keeps_the_wait_that_was_promised() -> None:
    floor = floor_with(ANN)
    floor.handle(CallJoined("c1", "vaccines"), 0.0)
    floor.handle(CallJoined("c2", "vaccines"), 1.0)
    floor.handle(Rearranged([replace(VACCINES, ring_for=5, maximum_wait=10)], [ANN]), 2.0)
    assert floor.wake_at() == 20.0  # the ring that was begun
    floor.handle(PhoneAnswered(1), 3.0)
    assert floor.wake_at() == 61.0
    floor.handle(TalkEnded(1), 4.0)
    assert floor.wake_at() == 9.0


def test_an_arrangement_that_changes_nothing_orders_nothing() -> None:
    floor = floor_with(ANN, BOB)
    for number in range(4):
        floor.handle(CallJoined(f"c{number}", "vaccines"), 1.0)
    floor.handle(PhoneAnswered(1), 2.0)
    before = (floor.presences(), floor.waiting("vaccines"), floor.offers(), floor.talks(), floor.wake_at())
    assert floor.handle(Rearranged([VACCINES, TOBACCO], [ANN, BOB]), 3.0) == []
    assert before == (floor.presences(), floor.waiting("vaccines"), floor.offers(), floor.talks(), floor.wake_at())
