"""Unit: who gets which call. Values in, values out; no loop, no clock."""

from __future__ import annotations

import pytest

from acd.agent import Agent, BreakReason, IllegalMove, Presence
from acd.floor import Floor
from acd.line import Line, Outside
from acd.seat import Seat
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
    Ring,
    StopRinging,
    TalkEnded,
    TalkResumed,
    Tick,
)

ANN = Agent("ann", ("ann",), {"immunization": 1})
BOB = Agent("bob", ("bob",), {"immunization": 1})
BOTH = Agent("both", ("both",), {"immunization": 1, "emergency": 1})
VACCINES = Line("immunization", ring_for=20, wrap_up_for=10, maximum_wait=100)
DUTY = Line("emergency", priority=3, outside=Outside("022", simultaneous=2, ring_for=30, rest_for=5))


def floor_with(*agents: Agent, lines: tuple[Line, ...] = (VACCINES,), ready: bool = True) -> Floor:
    floor = Floor(lines, agents)
    for at, agent in enumerate(agents):
        if ready:
            assert floor.handle(PhoneUp(agent.id), at * 0.001) == []
    return floor


def ring(offer: int, call: str, agent: str, line: str = "immunization") -> Ring:
    return Ring(offer, call, (agent,), line, agent)


def test_no_answer_puts_the_call_back_at_the_head_and_rings_the_next() -> None:
    floor = floor_with(ANN, BOB)
    assert floor.handle(CallJoined("c1", "immunization"), 2.0) == [ring(1, "c1", "ann")]
    assert floor.wake_at() == 22.0
    assert floor.handle(Tick(), 22.0) == [StopRinging(1, Failure.UNANSWERED), ring(2, "c1", "bob")]
    assert floor.handle(PhoneAnswered(1), 22.1) == []  # a late answer to a dead offer changes nothing
    assert floor.handle(PhoneAnswered(2), 23.0) == [Connect(2, "c1")]
    assert floor.seat("ann").reason is BreakReason.UNANSWERED


def test_the_agent_who_has_been_idle_longest_is_rung() -> None:
    floor = floor_with(ANN, BOB)
    floor.handle(CallJoined("c1", "immunization"), 1.0)
    floor.handle(PhoneAnswered(1), 1.0)
    floor.handle(TalkEnded(1), 5.0)
    assert floor.handle(Tick(), 15.0) == []  # ann's wrap-up is over: bob has been idle longer
    assert floor.handle(CallJoined("c2", "immunization"), 16.0) == [ring(2, "c2", "bob")]


def test_callers_of_equal_priority_are_served_in_the_order_they_came() -> None:
    floor = floor_with(ANN)
    floor.handle(CallJoined("c0", "immunization"), 0.0)
    floor.handle(PhoneAnswered(1), 0.0)
    for at, call in enumerate(("c1", "c2", "c3")):
        assert floor.handle(CallJoined(call, "immunization"), 1.0 + at) == []
    assert [place.call for place in floor.waiting("immunization")] == ["c1", "c2", "c3"]
    assert [floor.ahead(call) for call in ("c1", "c2", "c3")] == [0, 1, 2]
    floor.handle(TalkEnded(1), 9.0)
    assert floor.handle(Tick(), 19.0) == [ring(2, "c1", "ann")]


def test_a_caller_of_higher_priority_goes_first() -> None:
    floor = floor_with(ANN)
    floor.handle(CallJoined("c0", "immunization"), 0.0)
    floor.handle(PhoneAnswered(1), 0.0)
    floor.handle(CallJoined("c1", "immunization"), 1.0)
    floor.handle(CallJoined("urgent", "immunization", priority=1), 2.0)
    assert floor.ahead("c1") == 1
    floor.handle(TalkEnded(1), 9.0)
    assert floor.handle(Tick(), 19.0) == [ring(2, "urgent", "ann")]


def test_an_agent_of_two_lines_takes_the_more_urgent_line_first_then_the_longer_wait() -> None:
    emergency = Line("emergency", priority=3)
    floor = floor_with(BOTH, lines=(VACCINES, emergency))
    floor.handle(CallJoined("c0", "immunization"), 0.0)
    floor.handle(PhoneAnswered(1), 0.0)
    floor.handle(CallJoined("c1", "immunization"), 1.0)
    floor.handle(CallJoined("e1", "emergency"), 2.0)
    floor.handle(TalkEnded(1), 9.0)
    assert floor.handle(Tick(), 19.0) == [ring(2, "e1", "both", "emergency")]


def test_a_hang_up_while_waiting_leaves_no_trace() -> None:
    floor = floor_with(ANN)
    floor.handle(CallJoined("c0", "immunization"), 0.0)
    floor.handle(CallJoined("c1", "immunization"), 1.0)
    assert floor.handle(CallLeft("c1"), 2.0) == []
    assert floor.ahead("c1") is None
    assert floor.handle(CallLeft("c1"), 2.0) == []


def test_a_hang_up_while_ringing_frees_the_agent_without_loss_of_idle_time() -> None:
    floor = floor_with(ANN, BOB)
    floor.handle(CallJoined("c1", "immunization"), 5.0)
    assert floor.handle(CallLeft("c1"), 6.0) == [StopRinging(1)]
    assert floor.handle(CallJoined("c2", "immunization"), 7.0) == [ring(2, "c2", "ann")]


def test_a_hang_up_in_the_instant_of_the_answer_sends_the_agent_to_wrap_up() -> None:
    floor = floor_with(ANN)
    floor.handle(CallJoined("c1", "immunization"), 5.0)
    floor.handle(PhoneAnswered(1), 6.0)
    assert floor.handle(CallLeft("c1"), 6.0) == []
    assert floor.seat("ann").presence is Presence.WRAP_UP
    assert floor.handle(TalkEnded(1), 6.0) == []  # the leg's own end comes after
    assert floor.talks() == ()


def test_a_hang_up_just_before_the_answer_wins() -> None:
    floor = floor_with(ANN)
    floor.handle(CallJoined("c1", "immunization"), 5.0)
    assert floor.handle(CallLeft("c1"), 6.0) == [StopRinging(1)]
    assert floor.handle(PhoneAnswered(1), 6.0) == []
    assert floor.seat("ann").presence is Presence.READY


@pytest.mark.parametrize("failure", [Failure.REFUSED, Failure.UNREACHABLE])
def test_a_phone_that_refuses_or_is_unreachable_rests_and_the_next_is_rung(failure: Failure) -> None:
    floor = floor_with(ANN, BOB)
    floor.handle(CallJoined("c1", "immunization"), 0.0)
    assert floor.handle(OfferFailed(1, failure), 1.0) == [ring(2, "c1", "bob")]
    assert floor.seat("ann").presence is Presence.BREAK
    floor.handle(PhoneAnswered(2), 2.0)
    floor.handle(CallJoined("c2", "immunization"), 3.0)
    assert floor.handle(Tick(), 31.0) == [ring(3, "c2", "ann")]  # 30 seconds later ann is back


def test_nobody_on_shift_gives_the_caller_up_at_once() -> None:
    floor = floor_with(ANN, ready=False)
    assert floor.handle(CallJoined("c1", "immunization"), 0.0) == [
        GiveUp("c1", "immunization", GivenUp.NOBODY_ON_SHIFT)
    ]


def test_the_last_agent_leaving_gives_callers_up_after_a_while_unless_somebody_returns() -> None:
    floor = floor_with(ANN, BOB)
    floor.handle(CallJoined("c0", "immunization"), 0.0)
    floor.handle(PhoneAnswered(1), 0.0)
    floor.handle(PhoneDown("bob"), 0.5)
    floor.handle(CallJoined("c1", "immunization"), 1.0)
    floor.handle(PhoneDown("ann"), 2.0)
    floor.handle(TalkEnded(1), 3.0)
    assert floor.seat("ann").presence is Presence.OFFLINE
    assert floor.wake_at() == 23.0
    assert floor.handle(Tick(), 23.0) == [GiveUp("c1", "immunization", GivenUp.NOBODY_ON_SHIFT)]

    floor.handle(PhoneUp("bob"), 30.0)
    floor.handle(CallJoined("c2", "immunization"), 31.0)
    floor.handle(CallJoined("c3", "immunization"), 32.0)
    floor.handle(PhoneAnswered(2), 33.0)
    floor.handle(PhoneDown("bob"), 34.0)
    floor.handle(TalkEnded(2), 35.0)
    assert floor.handle(PhoneUp("bob"), 40.0) == [ring(3, "c3", "bob")]
    assert floor.handle(Tick(), 55.0) == []


def test_maximum_wait_gives_the_caller_up() -> None:
    floor = floor_with(ANN)
    floor.handle(CallJoined("c0", "immunization"), 0.0)
    floor.handle(PhoneAnswered(1), 0.0)
    floor.handle(CallJoined("c1", "immunization"), 1.0)
    assert floor.wake_at() == 101.0
    assert floor.handle(Tick(), 101.0) == [GiveUp("c1", "immunization", GivenUp.MAXIMUM_WAIT)]


def test_a_phone_that_rings_at_the_maximum_wait_may_still_be_answered() -> None:
    floor = floor_with(ANN)
    floor.handle(CallJoined("c0", "immunization"), 0.0)
    floor.handle(PhoneAnswered(1), 0.0)
    floor.handle(CallJoined("c1", "immunization"), 1.0)
    floor.handle(TalkEnded(1), 80.0)
    assert floor.handle(Tick(), 90.0) == [ring(2, "c1", "ann")]
    assert floor.handle(Tick(), 101.0) == []
    assert floor.handle(Tick(), 110.0) == [
        StopRinging(2, Failure.UNANSWERED),
        GiveUp("c1", "immunization", GivenUp.MAXIMUM_WAIT),
    ]


def test_a_phone_that_unregisters_while_ringing_is_unreachable_and_the_call_goes_on() -> None:
    floor = floor_with(ANN, BOB)
    floor.handle(CallJoined("c1", "immunization"), 0.0)
    assert floor.handle(PhoneDown("ann"), 1.0) == [StopRinging(1, Failure.UNREACHABLE), ring(2, "c1", "bob")]


def test_a_phone_that_unregisters_in_a_talk_goes_offline_when_the_talk_is_over() -> None:
    floor = floor_with(ANN)
    floor.handle(CallJoined("c1", "immunization"), 0.0)
    floor.handle(PhoneAnswered(1), 1.0)
    floor.handle(PhoneDown("ann"), 2.0)
    assert floor.seat("ann").presence is Presence.TALKING
    floor.handle(TalkEnded(1), 3.0)
    assert floor.seat("ann").presence is Presence.OFFLINE


def test_wrap_up_ends_early_when_the_agent_says_so() -> None:
    floor = floor_with(ANN)
    floor.handle(CallJoined("c1", "immunization"), 0.0)
    floor.handle(PhoneAnswered(1), 1.0)
    floor.handle(CallJoined("c2", "immunization"), 2.0)
    floor.handle(TalkEnded(1), 3.0)
    assert floor.handle(BreakEnded("ann"), 4.0) == [ring(2, "c2", "ann")]


def test_a_break_asked_for_in_a_talk_begins_after_its_wrap_up() -> None:
    floor = floor_with(ANN)
    floor.handle(CallJoined("c1", "immunization"), 0.0)
    floor.handle(PhoneAnswered(1), 1.0)
    floor.handle(BreakBegan("ann"), 2.0)
    floor.handle(TalkEnded(1), 3.0)
    assert floor.seat("ann").presence is Presence.WRAP_UP
    floor.handle(Tick(), 18.0)
    assert (floor.seat("ann").presence, floor.seat("ann").reason) == (Presence.BREAK, BreakReason.OWN_WISH)
    assert floor.wake_at() is None
    floor.handle(CallJoined("c2", "immunization"), 4.0)
    assert floor.handle(BreakEnded("ann"), 5.0) == [ring(2, "c2", "ann")]


def test_an_own_break_outlasts_the_rest_after_an_unanswered_phone() -> None:
    floor = floor_with(ANN)
    floor.handle(CallJoined("c1", "immunization"), 0.0)
    floor.handle(Tick(), 20.0)
    floor.handle(BreakBegan("ann"), 21.0)
    assert floor.handle(Tick(), 60.0) == []
    assert floor.seat("ann").presence is Presence.BREAK


# ── outside numbers ─────────────────────────────────────────────────────────


def outside_ring(offer: int, call: str) -> Ring:
    return Ring(offer, call, ("022",), "emergency", None)


def test_the_outside_number_serves_when_no_agent_of_the_line_is_ready() -> None:
    floor = floor_with(BOTH, lines=(VACCINES, DUTY))
    assert floor.handle(CallJoined("c1", "emergency"), 0.0) == [ring(1, "c1", "both", "emergency")]
    assert floor.handle(CallJoined("c2", "emergency"), 1.0) == [outside_ring(2, "c2")]


def test_the_outside_number_takes_no_more_calls_than_agreed() -> None:
    floor = floor_with(lines=(DUTY,))
    assert floor.handle(CallJoined("c1", "emergency"), 0.0) == [outside_ring(1, "c1")]
    assert floor.handle(CallJoined("c2", "emergency"), 1.0) == [outside_ring(2, "c2")]
    assert floor.handle(CallJoined("c3", "emergency"), 2.0) == []
    floor.handle(PhoneAnswered(1), 3.0)
    assert floor.handle(TalkEnded(1), 4.0) == [outside_ring(3, "c3")]


def test_a_busy_outside_number_rests_and_is_given_up_after_its_attempts() -> None:
    floor = floor_with(lines=(DUTY,))
    floor.handle(CallJoined("c1", "emergency"), 0.0)
    assert floor.handle(OfferFailed(1, Failure.REFUSED), 1.0) == []
    assert floor.wake_at() == 6.0
    assert floor.handle(Tick(), 6.0) == [outside_ring(2, "c1")]
    assert floor.handle(OfferFailed(2, Failure.REFUSED), 7.0) == [GiveUp("c1", "emergency", GivenUp.OUTSIDE_FAILED)]


# ── the rest ────────────────────────────────────────────────────────────────


def test_signals_that_come_twice_change_nothing() -> None:
    floor = floor_with(ANN, BOB)
    floor.handle(CallJoined("c1", "immunization"), 0.0)
    assert floor.handle(CallJoined("c1", "immunization"), 0.1) == []
    assert floor.handle(PhoneUp("ann"), 0.2) == []
    floor.handle(PhoneAnswered(1), 1.0)
    assert floor.handle(PhoneAnswered(1), 1.0) == []
    assert floor.handle(OfferFailed(1, Failure.REFUSED), 1.1) == []
    assert floor.handle(CallJoined("c1", "immunization"), 1.2) == []
    floor.handle(TalkEnded(1), 2.0)
    assert floor.handle(TalkEnded(1), 2.0) == []
    assert floor.presences() == {Presence.WRAP_UP: 1, Presence.READY: 1}


def test_a_move_that_the_table_does_not_have_is_refused() -> None:
    with pytest.raises(IllegalMove, match="ann: offline → offered"):
        Seat(ANN).move(Presence.OFFERED, 0.0)


def test_a_talk_from_before_keeps_its_agent_and_its_number_and_is_followed_by_wrap_up() -> None:
    floor = floor_with(ANN, ready=False)
    assert floor.handle(TalkResumed(7, "c1", "immunization", "ann", 60.0), 0.0) == []
    assert floor.handle(PhoneUp("ann"), 0.1) == []
    assert floor.handle(CallJoined("c2", "immunization"), 1.0) == []
    assert floor.seat("ann").presence is Presence.TALKING
    floor.handle(TalkEnded(7), 5.0)
    assert floor.seat("ann").presence is Presence.WRAP_UP
    assert floor.handle(Tick(), 15.0) == [ring(8, "c2", "ann")]


def test_a_talk_from_before_of_whoever_is_in_something_else_is_none_of_the_floor() -> None:
    floor = floor_with(ANN)
    floor.handle(CallJoined("c1", "immunization"), 1.0)
    for resumed in (
        TalkResumed(7, "c2", "immunization", "ann"),
        TalkResumed(8, "c1", "immunization", "bob"),
        TalkResumed(9, "c3", "no-line", "ann"),
    ):
        assert floor.handle(resumed, 2.0) == []
    assert floor.talks() == ()
    assert floor.audit() == []


def test_who_waited_under_an_engine_before_is_admitted_and_their_limit_counts_on() -> None:
    floor = floor_with(ANN, ready=False)
    assert floor.handle(CallJoined("c1", "immunization", waited=40.0, here=30.0), 0.0) == []  # nobody is heard of yet
    assert floor.handle(CallJoined("c2", "immunization"), 0.0) == [
        GiveUp("c2", "immunization", GivenUp.NOBODY_ON_SHIFT)
    ]
    assert floor.handle(PhoneUp("ann"), 0.1) == [ring(1, "c1", "ann")]
    assert floor.handle(CallJoined("c2", "immunization", waited=10.0, here=10.0), 0.2) == []
    floor.handle(PhoneAnswered(1), 1.0)
    assert floor.handle(Tick(), 90.1) == []
    assert floor.handle(Tick(), 90.2) == [GiveUp("c2", "immunization", GivenUp.MAXIMUM_WAIT)]


# ── phones that vanish ─────────────────────────────────────────────────────────────────────


def test_an_agent_whose_phone_vanished_out_of_a_talk_rests_instead_of_writing_it_up() -> None:
    floor = floor_with(ANN, BOB)
    floor.handle(CallJoined("c1", "immunization"), 1.0)
    floor.handle(PhoneAnswered(1), 2.0)
    assert floor.handle(TalkEnded(1, lost=True), 9.0) == []
    assert (floor.seat("ann").presence, floor.seat("ann").reason) == (Presence.BREAK, BreakReason.UNREACHABLE)
    assert floor.handle(CallJoined("c1", "immunization", urgent=True), 9.0) == [ring(2, "c1", "bob")]
    floor.handle(PhoneAnswered(2), 10.0)
    floor.handle(Tick(), 39.0)
    assert floor.seat("ann").presence is Presence.READY


def test_an_agent_whose_phone_vanished_for_good_is_offline() -> None:
    floor = floor_with(ANN)
    floor.handle(CallJoined("c1", "immunization"), 1.0)
    floor.handle(PhoneAnswered(1), 2.0)
    floor.handle(PhoneDown("ann"), 8.0)
    floor.handle(TalkEnded(1, lost=True), 9.0)
    assert floor.seat("ann").presence is Presence.OFFLINE


def test_who_was_cut_off_by_the_last_agents_phone_waits_for_somebody_to_come_back_as_others_do() -> None:
    floor = floor_with(ANN)
    floor.handle(CallJoined("c1", "immunization"), 1.0)
    floor.handle(PhoneAnswered(1), 2.0)
    floor.handle(PhoneDown("ann"), 8.0)
    floor.handle(TalkEnded(1, lost=True), 9.0)
    assert floor.handle(CallJoined("c1", "immunization", urgent=True), 9.0) == []
    assert floor.handle(CallJoined("new", "immunization"), 9.5) == [
        GiveUp("new", "immunization", GivenUp.NOBODY_ON_SHIFT)
    ]
    assert floor.wake_at() == 9.0 + VACCINES.empty_for
    assert floor.handle(Tick(), 29.0) == [GiveUp("c1", "immunization", GivenUp.NOBODY_ON_SHIFT)]
    floor.handle(PhoneUp("ann"), 30.0)
    floor.handle(CallJoined("c2", "immunization"), 31.0)
    floor.handle(PhoneAnswered(2), 32.0)
    floor.handle(PhoneDown("ann"), 38.0)
    floor.handle(TalkEnded(2, lost=True), 39.0)
    floor.handle(CallJoined("c2", "immunization", urgent=True), 39.0)
    assert floor.handle(PhoneUp("ann"), 50.0) == [ring(3, "c2", "ann")]
