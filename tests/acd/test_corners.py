"""Unit: corners of the floor where signals of two kinds meet: new plans, wishes, limits and phones that ring."""

from __future__ import annotations

from collections.abc import Iterable

from acd.agent import Agent, BreakReason, Presence
from acd.floor import Floor
from acd.limits import LOOK_EVERY
from acd.line import Limit, LimitKind, Line, Outside
from acd.signals import (
    AgentMoved,
    Audited,
    BreakBegan,
    BreakEnded,
    CallJoined,
    CallLeft,
    CallReplaced,
    Failure,
    GivenUp,
    GiveUp,
    OfferFailed,
    PhoneAnswered,
    PhoneUp,
    Rearranged,
    Ring,
    ShiftEnded,
    StopRinging,
    TalkEnded,
    Tick,
)

ANN = Agent("ann", ("ann",), {"a": 1})
BOB = Agent("bob", ("bob",), {"a": 1})
CAT = Agent("cat", ("cat",), {"a": 1})


def floor_of(*agents: Agent, lines: Iterable[Line] = (Line("a"),)) -> Floor:
    """A floor whose agents are ready, the first the longest."""
    floor = Floor(lines, agents)
    for number, agent in enumerate(agents):
        for phone in agent.phones:
            floor.handle(PhoneUp(agent.id, phone), number / 100)
    return floor


# ── a new plan ──────────────────────────────────────────────────────────────


def test_an_agent_whose_new_phone_is_not_there_yet_is_offline_and_rung_once_it_is() -> None:
    floor = floor_of(ANN)
    other = Agent("ann", ("ann-2",), {"a": 1})
    assert floor.handle(Rearranged([Line("a")], [other]), 1.0) == []
    assert floor.seat("ann").presence is Presence.OFFLINE
    assert floor.handle(PhoneUp("ann", "ann-2"), 2.0) == []
    assert floor.handle(CallJoined("c", "a"), 3.0) == [Ring(1, "c", ("ann-2",), "a", "ann")]


def test_an_agent_whose_phone_is_changed_in_a_talk_ends_it_and_comes_back_with_the_new_one() -> None:
    floor = floor_of(ANN)
    floor.handle(CallJoined("c", "a"), 1.0)
    floor.handle(PhoneAnswered(1), 2.0)
    floor.handle(Rearranged([Line("a")], [Agent("ann", ("ann-2",), {"a": 1})]), 3.0)
    assert floor.seat("ann").presence is Presence.TALKING
    floor.handle(TalkEnded(1), 4.0)
    assert floor.seat("ann").presence is Presence.OFFLINE
    floor.handle(PhoneUp("ann", "ann-2"), 5.0)
    assert floor.seat("ann").presence is Presence.READY
    assert floor.audit() == []


def test_callers_whose_last_agent_lost_the_phone_to_a_new_plan_are_given_up_after_a_while() -> None:
    floor = floor_of(ANN)
    floor.handle(CallJoined("talks", "a"), 1.0)
    floor.handle(PhoneAnswered(1), 1.0)
    floor.handle(CallJoined("c", "a"), 2.0)
    floor.handle(BreakBegan("ann"), 2.5)
    floor.handle(TalkEnded(1), 3.0)
    floor.handle(Tick(), 18.0)
    floor.handle(Rearranged([Line("a")], [Agent("ann", ("ann-2",), {"a": 1})]), 20.0)
    assert floor.handle(Tick(), 40.0) == [GiveUp("c", "a", GivenUp.NOBODY_ON_SHIFT)]


def test_a_limit_that_gave_a_call_up_is_told_as_it_was_when_the_call_joined() -> None:
    limit = Limit(LimitKind.WAITED, 25.0)
    floor = floor_of(ANN, lines=(Line("a", limits=(Limit(LimitKind.LENGTH, 90), limit)),))
    floor.handle(CallJoined("talks", "a"), 1.0)
    floor.handle(PhoneAnswered(1), 1.0)
    floor.handle(CallJoined("c", "a"), 2.0)
    floor.handle(Rearranged([Line("a")], [ANN]), 3.0)
    (given,) = floor.handle(Tick(), 27.0)
    assert given == GiveUp("c", "a", GivenUp.MAXIMUM_WAIT, 1)
    assert isinstance(given, GiveUp)
    assert (given.rule, given.measured) == (limit, 25.0)


# ── wishes ──────────────────────────────────────────────────────────────────


def test_another_call_on_the_agent_s_phone_does_not_make_them_forget_the_lunch_they_asked_for() -> None:
    floor = floor_of(ANN)
    floor.handle(CallJoined("c", "a"), 1.0)
    floor.handle(PhoneAnswered(1), 1.0)
    floor.handle(BreakBegan("ann", "lunch"), 2.0)
    floor.handle(BreakBegan("ann", BreakReason.OTHER_CALL), 3.0)
    floor.handle(BreakEnded("ann", BreakReason.OTHER_CALL), 4.0)
    floor.handle(TalkEnded(1), 5.0)
    floor.handle(Tick(), 20.0)
    assert (floor.seat("ann").presence, floor.seat("ann").reason) == (Presence.BREAK, "lunch")


def test_a_shift_that_ends_while_the_phone_rings_ends_after_the_talk() -> None:
    floor = floor_of(ANN)
    floor.handle(CallJoined("c", "a"), 1.0)
    assert floor.handle(ShiftEnded("ann"), 2.0) == []
    floor.handle(PhoneAnswered(1), 3.0)
    floor.handle(TalkEnded(1), 4.0)
    floor.handle(Tick(), 19.0)
    assert floor.seat("ann").presence is Presence.OFFLINE


# ── limits ──────────────────────────────────────────────────────────────────


def test_a_limit_that_held_while_the_phone_rang_does_not_take_the_caller_from_an_agent_who_came_free() -> None:
    line = Line("a", limits=(Limit(LimitKind.NOBODY_READY, 0.0, joining=False),))
    floor = floor_of(ANN, BOB, lines=(line,))
    floor.handle(BreakBegan("bob"), 0.5)
    floor.handle(CallJoined("c", "a"), 1.0)
    floor.handle(Tick(), 1.0 + LOOK_EVERY)  # nobody is ready: ann's phone rings, for this very caller
    assert floor.handle(BreakEnded("bob"), 3.0) == []
    orders = floor.handle(OfferFailed(1, Failure.REFUSED), 4.0)
    assert orders == [Ring(2, "c", ("bob",), "a", "bob")]


def test_who_waits_is_given_up_soon_after_the_phone_that_rang_for_them_failed_and_nobody_is_ready() -> None:
    line = Line("a", limits=(Limit(LimitKind.NOBODY_READY, 0.0, joining=False),))
    floor = floor_of(ANN, lines=(line,))
    floor.handle(CallJoined("c", "a"), 1.0)
    floor.handle(Tick(), 2.0)
    assert floor.handle(OfferFailed(1, Failure.REFUSED), 2.5) == []
    assert floor.handle(Tick(), 3.0) == [GiveUp("c", "a", GivenUp.NOBODY_READY, 0)]


def test_nobody_on_shift_does_not_hold_for_a_line_with_an_outside_number() -> None:
    line = Line("a", outside=Outside("022"), limits=(Limit(LimitKind.NOBODY_ON_SHIFT, 0.0),))
    floor = Floor((line,), (ANN,))
    assert floor.handle(CallJoined("c", "a"), 9.0) == [Ring(1, "c", ("022",), "a", None)]


def test_a_call_past_its_wait_rings_no_further_phones() -> None:
    floor = floor_of(ANN, BOB, CAT, lines=(Line("a", ring_for=20, maximum_wait=10, at_once=2),))
    floor.handle(CallJoined("c", "a"), 1.0)
    assert floor.handle(Tick(), 11.0) == []
    assert floor.handle(OfferFailed(1, Failure.REFUSED), 12.0) == []
    orders = floor.handle(OfferFailed(2, Failure.REFUSED), 13.0)
    assert orders == [GiveUp("c", "a", GivenUp.MAXIMUM_WAIT)]


# ── estimates and mending ───────────────────────────────────────────────────


def test_nothing_is_said_of_the_wait_of_a_call_for_one_agent_alone() -> None:
    floor = floor_of(ANN, BOB, lines=(Line("a", wrap_up_for=0),))
    now = 0.0
    for number in range(8):
        floor.handle(CallJoined(f"c{number}", "a"), now)
        (offer,) = floor.offers()
        floor.handle(PhoneAnswered(offer.id), now + 5)
        floor.handle(TalkEnded(offer.id), now + 60)
        now += 100
    for call in ("x", "y"):
        floor.handle(CallJoined(call, "a"), now)
    for offer in floor.offers():
        floor.handle(PhoneAnswered(offer.id), now)
    floor.handle(CallJoined("anybody", "a"), now)
    floor.handle(CallJoined("mine", "a", only="ann"), now)
    assert floor.expected("anybody", now) is not None
    assert floor.expected("mine", now) is None


def test_an_outside_number_that_rang_for_nobody_is_free_again_once_that_is_mended() -> None:
    floor = Floor((Line("a", outside=Outside("022")),), ())
    floor.handle(CallJoined("c", "a"), 1.0)
    floor._forget(floor._waiting["c"])  # a bug: the offer is left behind
    floor.handle(Audited(), 2.0)
    assert floor.handle(CallJoined("d", "a"), 3.0) == [Ring(2, "d", ("022",), "a", None)]


def test_a_call_whose_ring_was_lost_is_counted_among_those_who_wait_once_that_is_mended() -> None:
    floor = floor_of(ANN)
    floor.handle(CallJoined("talks", "a"), 1.0)
    floor.handle(PhoneAnswered(1), 1.0)
    floor.handle(BreakBegan("ann"), 1.5)
    floor.handle(TalkEnded(1), 2.0)
    floor.handle(Tick(), 17.0)
    floor.handle(BreakEnded("ann"), 18.0)
    floor.handle(CallJoined("c", "a"), 19.0)
    del floor._offers[2]  # a bug: the ring is lost
    floor.handle(BreakBegan("ann"), 19.5)
    floor.handle(Audited(), 20.0)
    floor.handle(Audited(), 25.0)
    assert floor.audit() == []
    floor.handle(CallLeft("c"), 30.0)
    assert floor._desks["a"].pace.waiting == 0


# ── several phones at once ──────────────────────────────────────────────────


def test_a_call_of_which_one_of_two_phones_failed_rings_the_next_agent_who_comes_free() -> None:
    floor = floor_of(ANN, BOB, CAT, lines=(Line("a", at_once=2),))
    floor.handle(BreakBegan("cat"), 0.5)
    floor.handle(CallJoined("c", "a"), 1.0)
    assert floor.handle(OfferFailed(1, Failure.REFUSED), 2.0) == []
    assert floor.handle(BreakEnded("cat"), 3.0) == [Ring(3, "c", ("cat",), "a", "cat")]


def test_rings_for_several_at_once_widen_after_a_new_plan_too() -> None:
    far = Agent("far", ("far",), {"a": 2})
    line = Line("a", at_once=2, ring_for=60, widen=((2, 20.0),))
    floor = floor_of(ANN, far, lines=(line,))
    assert floor.handle(CallJoined("c", "a"), 1.0) == [Ring(1, "c", ("ann",), "a", "ann")]
    assert floor.handle(Rearranged([line], [ANN, far]), 2.0) == []
    assert floor.handle(Tick(), 21.0) == [Ring(2, "c", ("far",), "a", "far")]


def test_rings_for_several_at_once_widen_in_a_floor_that_was_restored() -> None:
    far = Agent("far", ("far",), {"a": 2})
    floor = floor_of(ANN, far, lines=(Line("a", at_once=2, ring_for=60, widen=((2, 20.0),)),))
    floor.handle(CallJoined("c", "a"), 1.0)
    again = Floor.restored(floor.state(2.0))
    assert again.handle(Tick(), 21.0) == floor.handle(Tick(), 21.0) == [Ring(2, "c", ("far",), "a", "far")]


def test_rings_for_several_at_once_widen_though_both_rang_in_the_meantime() -> None:
    far = Agent("far", ("far",), {"a": 2})
    floor = floor_of(ANN, BOB, far, lines=(Line("a", at_once=2, ring_for=60, widen=((2, 20.0),)),))
    floor.handle(CallJoined("c", "a"), 1.0)
    floor.handle(Tick(), 25.0)
    assert floor.handle(OfferFailed(1, Failure.REFUSED), 26.0) == [Ring(3, "c", ("far",), "a", "far")]


def test_a_call_that_rings_whom_it_had_before_rings_others_too_when_their_time_comes() -> None:
    floor = floor_of(ANN, BOB, lines=(Line("a", at_once=2, ring_for=60, sticky_for=10),))
    assert floor.handle(CallJoined("c", "a", had="ann"), 1.0) == [Ring(1, "c", ("ann",), "a", "ann")]
    assert floor.handle(Tick(), 11.0) == [Ring(2, "c", ("bob",), "a", "bob")]


def test_a_call_that_rings_whom_it_had_before_widens_afterwards_step_by_step() -> None:
    far = Agent("far", ("far",), {"a": 2})
    line = Line("a", at_once=2, ring_for=90, sticky_for=10, widen=((2, 40.0),))
    floor = floor_of(ANN, far, lines=(line,))
    floor.handle(CallJoined("c", "a", had="ann"), 1.0)
    assert floor.handle(Tick(), 11.0) == []
    assert floor.handle(Tick(), 41.0) == [Ring(2, "c", ("far",), "a", "far")]


# ── counts and reserves ─────────────────────────────────────────────────────


def test_calls_given_up_after_their_phone_failed_are_counted_out_once() -> None:
    line = Line("a", ring_for=60, maximum_wait=10)
    floor = floor_of(*(Agent(f"g{number}", (f"g{number}",), {"a": 1}) for number in range(5)), lines=(line,))
    for number in range(5):
        floor.handle(CallJoined(f"c{number}", "a"), 1.0)
    floor.handle(Tick(), 11.0)
    given = [order for number in range(5) for order in floor.handle(OfferFailed(number + 1, Failure.REFUSED), 12.0)]
    assert given == [GiveUp(f"c{number}", "a", GivenUp.MAXIMUM_WAIT) for number in range(5)]
    assert floor._desks["a"].pace.waiting == 0


def test_a_line_that_comes_down_to_the_agents_whom_it_keeps_rings_those_whom_another_keeps_too() -> None:
    lines = (Line("a", keep_free=1, widen=((2, 60.0),)), Line("b", keep_free=1))
    far, both = Agent("far", ("far",), {"a": 2}), Agent("both", ("both",), {"a": 1, "b": 1})
    floor = floor_of(far, both, lines=lines)
    assert floor.handle(CallJoined("c", "a"), 1.0) == []
    assert floor.handle(BreakBegan("far"), 2.0) == [Ring(1, "c", ("both",), "a", "both")]
    assert floor.audit() == []


def test_a_lunch_asked_for_in_the_talk_follows_a_call_that_the_agent_makes_in_the_wrap_up() -> None:
    floor = floor_of(ANN)
    floor.handle(CallJoined("c", "a"), 1.0)
    floor.handle(PhoneAnswered(1), 1.0)
    floor.handle(BreakBegan("ann", "lunch"), 2.0)
    floor.handle(TalkEnded(1), 3.0)
    floor.handle(BreakBegan("ann", BreakReason.OTHER_CALL), 4.0)
    floor.handle(BreakEnded("ann", BreakReason.OTHER_CALL), 30.0)
    assert (floor.seat("ann").presence, floor.seat("ann").reason) == (Presence.BREAK, "lunch")
    floor.handle(BreakEnded("ann"), 60.0)
    assert floor.seat("ann").presence is Presence.READY


def test_a_new_plan_that_takes_two_phones_rings_neither_for_the_other_s_call() -> None:
    floor = floor_of(ANN, BOB)
    assert floor.handle(CallJoined("c", "a"), 1.0) == [Ring(1, "c", ("ann",), "a", "ann")]
    others = [Agent("ann", ("ann-2",), {"a": 1}), Agent("bob", ("bob-2",), {"a": 1})]
    assert floor.handle(Rearranged([Line("a")], others), 2.0) == [StopRinging(1, Failure.UNREACHABLE)]
    assert floor.seat("bob").presence is Presence.OFFLINE


def test_a_callback_that_takes_the_place_of_a_call_rung_outside_gets_the_agent_who_came_free_meanwhile() -> None:
    floor = floor_of(ANN, lines=(Line("a", maximum_wait=10, outside=Outside("022", ring_for=60)),))
    floor.handle(BreakBegan("ann"), 0.5)
    assert floor.handle(CallJoined("c", "a"), 1.0) == [Ring(1, "c", ("022",), "a", None)]
    assert floor.handle(BreakEnded("ann"), 2.0) == []
    assert floor.handle(CallReplaced("c", "d"), 3.0) == [StopRinging(1), Ring(2, "d", ("ann",), "a", "ann")]


def test_a_pace_that_counts_wrongly_is_found_and_mended() -> None:
    floor = floor_of(ANN)
    floor._desks["a"].pace.waiting = -3  # a bug
    assert floor.audit() == ["line a: its agents or callers were counted wrongly"]
    floor.handle(Audited(), 1.0)
    assert floor.audit() == []
    assert floor._desks["a"].pace.waiting == 0


def test_a_line_that_comes_down_to_those_whom_it_keeps_rings_them_for_calls_that_grew_wide_meanwhile() -> None:
    lines = (Line("a", keep_free=1, widen=((2, 5.0), (3, 99.0))), Line("b", keep_free=1))
    far, both = Agent("far", ("far",), {"a": 3}), Agent("both", ("both",), {"a": 2, "b": 1})
    floor = floor_of(far, both, lines=lines)
    assert floor.handle(CallJoined("c", "a"), 1.0) == []
    assert floor.handle(BreakBegan("far"), 9.0) == [Ring(1, "c", ("both",), "a", "both")]


def test_a_line_that_comes_down_to_those_whom_it_keeps_rings_them_once_a_call_has_grown_wide() -> None:
    lines = (Line("a", keep_free=1, widen=((2, 5.0), (3, 99.0))), Line("b", keep_free=1))
    far, both = Agent("far", ("far",), {"a": 3}), Agent("both", ("both",), {"a": 2, "b": 1})
    floor = floor_of(far, both, lines=lines)
    assert floor.handle(CallJoined("c", "a"), 1.0) == []
    assert floor.handle(BreakBegan("far"), 3.0) == []
    assert floor.handle(Tick(), 6.0) == [Ring(1, "c", ("both",), "a", "both")]


def test_a_call_that_may_ring_two_rings_another_when_the_second_best_is_kept_by_then() -> None:
    ann, bob, cat = (
        Agent("ann", ("ann",), {"a": 1, "keeps": 1}),
        Agent("bob", ("bob",), {"a": 1, "keeps": 1}),
        Agent("cat", ("cat",), {"a": 1}),
    )
    floor = floor_of(ann, bob, cat, lines=(Line("a", at_once=2), Line("keeps", keep_free=1)))
    assert floor.handle(CallJoined("c", "a"), 1.0) == [
        Ring(1, "c", ("ann",), "a", "ann"),
        Ring(2, "c", ("cat",), "a", "cat"),
    ]
    assert floor.audit() == []


def test_a_call_that_waits_for_an_agent_who_is_moved_away_may_be_taken_by_anybody() -> None:
    floor = Floor(
        (Line("a", sticky_for=30), Line("b")), (Agent("ann", ("ann",), {"a": 1}), Agent("bob", ("bob",), {"a": 1}))
    )
    for name in ("ann", "bob"):
        floor.handle(PhoneUp(name), 0.0)
    floor.handle(CallJoined("talks", "a", had="ann"), 1.0)
    floor.handle(PhoneAnswered(1), 1.0)
    assert floor.handle(CallJoined("c", "a", had="ann"), 2.0) == []
    orders = floor.handle(AgentMoved("ann", {"b": 1}), 3.0)
    assert [(order.call, order.agent) for order in orders if isinstance(order, Ring)] == [("c", "bob")]


def test_a_call_whose_agent_goes_on_a_break_is_taken_by_another_who_speaks_its_language() -> None:
    people = [Agent(name, (name,), {"a": 1}, frozenset({"yue"})) for name in ("ann", "bob")]
    floor = Floor((Line("a", sticky_for=30, language_for=60),), people)
    for name in ("ann", "bob"):
        floor.handle(PhoneUp(name), 0.0)
    floor.handle(CallJoined("talks", "a", had="ann"), 1.0)
    floor.handle(PhoneAnswered(1), 1.0)
    assert floor.handle(CallJoined("c", "a", had="ann", language="yue"), 2.0) == []
    floor.handle(TalkEnded(1), 3.0)
    orders = floor.handle(BreakBegan("ann", "lunch"), 4.0)
    assert [(order.call, order.agent) for order in orders if isinstance(order, Ring)] == [("c", "bob")]
