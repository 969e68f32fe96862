"""Unit: whom a line rings, in which order its callers are served, and what it gives them up for."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from acd.agent import Agent, BreakReason, Presence
from acd.decision import Bar
from acd.floor import Floor
from acd.line import Limit, LimitKind, Line, Strategy
from acd.signals import (
    AgentMoved,
    Alert,
    AlertKind,
    Audited,
    BreakBegan,
    BreakEnded,
    CallJoined,
    CallLeft,
    CallRaised,
    CallReplaced,
    Connect,
    DayBegan,
    Failure,
    GivenUp,
    GiveUp,
    Hold,
    LineClosed,
    OfferFailed,
    Order,
    PhoneAnswered,
    PhoneDown,
    PhoneUp,
    Ring,
    ShiftBegan,
    ShiftEnded,
    StopRinging,
    TalkEnded,
    Tick,
    WrapUpExtended,
)


def floor_of(*agents: Agent, lines: Iterable[Line] = (Line("a"),), explains: bool = False) -> Floor:
    """A floor whose agents are ready, the first the longest."""
    floor = Floor(lines, agents, explains=explains)
    for number, agent in enumerate(agents):
        for phone in agent.phones:
            floor.handle(PhoneUp(agent.id, phone), number / 100)
    return floor


def agent(name: str, level: int = 1, *lines: str, **what: object) -> Agent:
    return Agent(name, (name,), dict.fromkeys(lines or ("a",), level), **what)  # type: ignore[arg-type]


def rung(orders: Iterable[Order]) -> list[tuple[str, str | None]]:
    return [(order.call, order.agent) for order in orders if isinstance(order, Ring)]


def serve(floor: Floor, call: str, at: float, lasts: float = 1.0, line: str = "a") -> str | None:
    """One call, answered at once; who had it."""
    (ring,) = (order for order in floor.handle(CallJoined(call, line), at) if isinstance(order, Ring))
    floor.handle(PhoneAnswered(ring.offer), at)
    floor.handle(TalkEnded(ring.offer), at + lasts)
    return ring.agent


# ── strategies ──────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("strategy", "order"),
    [
        (Strategy.LONGEST_IDLE, ["ann", "bob", "ann", "bob"]),
        (Strategy.FEWEST_CALLS, ["ann", "bob", "ann", "bob"]),
        (Strategy.LEAST_BUSY, ["ann", "bob", "bob", "ann"]),
        (Strategy.ROUND_ROBIN, ["ann", "bob", "ann", "bob"]),
        (Strategy.LEVEL, ["bob", "bob", "bob", "bob"]),
        (Strategy.FIXED_ORDER, ["ann", "ann", "ann", "ann"]),
    ],
)
def test_each_strategy_has_its_own_order(strategy: Strategy, order: list[str]) -> None:
    """Ann's calls last ten seconds and Bob's five, the last of them; Bob has the better level, Ann is written first."""
    floor = floor_of(agent("ann", 2), agent("bob", 1), lines=(Line("a", strategy=strategy, wrap_up_for=0),))
    had = []
    for number in range(4):
        had.append(serve(floor, f"c{number}", 100.0 * (number + 1), lasts=10.0 if number == 0 else 5.0))
    assert had == order


def test_calls_and_work_are_counted_by_the_day() -> None:
    floor = floor_of(agent("ann"), agent("bob"), lines=(Line("a", strategy=Strategy.FEWEST_CALLS, wrap_up_for=0),))
    assert [serve(floor, f"c{n}", 10.0 * n) for n in range(1, 4)] == ["ann", "bob", "ann"]
    floor.handle(DayBegan(), 50.0)
    assert floor.seat("ann").answered == 0
    assert serve(floor, "c9", 60.0) == "bob"  # none today, and idle for longer


def test_several_phones_ring_at_once_and_the_first_to_answer_has_the_call() -> None:
    floor = floor_of(agent("ann"), agent("bob"), agent("eve"), lines=(Line("a", at_once=2),))
    assert rung(floor.handle(CallJoined("c", "a"), 1.0)) == [("c", "ann"), ("c", "bob")]
    assert floor.handle(PhoneAnswered(2), 2.0) == [Connect(2, "c"), StopRinging(1)]
    assert floor.seat("ann").presence is Presence.READY
    assert floor.seat("ann").idle_since == 0.0  # nothing was lost by being let go


def test_an_agent_who_comes_free_joins_a_call_for_which_more_phones_may_ring() -> None:
    floor = Floor((Line("a", at_once=2),), (agent("ann"), agent("bob")))
    floor.handle(PhoneUp("ann"), 0.0)
    floor.handle(CallJoined("c", "a"), 1.0)
    assert rung(floor.handle(PhoneUp("bob"), 2.0)) == [("c", "bob")]


# ── levels, languages, the agent one had ────────────────────────────────────


def test_rings_widen_with_time() -> None:
    floor = floor_of(agent("second", 2), agent("third", 3), lines=(Line("a", widen=((2, 20.0), (3, 40.0))),))
    assert floor.handle(CallJoined("c", "a"), 10.0) == []
    assert floor.wake_at() == 30.0
    assert rung(floor.handle(Tick(), 30.0)) == [("c", "second")]
    floor.handle(OfferFailed(1, Failure.REFUSED), 31.0)
    assert rung(floor.handle(Tick(), 50.0)) == [("c", "third")]


def test_an_agent_of_a_lower_level_takes_the_one_who_waited_long_enough_not_the_head() -> None:
    other = Floor((Line("a", widen=((2, 20.0),), empty_for=900),), (agent("first"), agent("second", 2)))
    other.handle(PhoneUp("first"), 0.0)
    other.handle(CallJoined("old", "a"), 0.0)
    other.handle(PhoneAnswered(1), 1.0)
    other.handle(CallJoined("plain", "a"), 2.0)
    other.handle(CallJoined("high", "a", priority=5), 20.0)
    assert [place.call for place in other.waiting("a")] == ["high", "plain"]
    assert rung(other.handle(PhoneUp("second"), 25.0)) == [("plain", "second")]


def test_a_caller_waits_for_one_who_speaks_their_language_and_then_for_anybody() -> None:
    speaker = agent("eve", languages=frozenset({"yue"}))
    floor = floor_of(agent("ann"), speaker, lines=(Line("a", language_for=20),))
    floor.handle(CallJoined("c1", "a", language="yue"), 1.0)
    assert floor.seat("eve").presence is Presence.OFFERED
    floor.handle(PhoneAnswered(1), 2.0)
    assert floor.handle(CallJoined("c2", "a", language="yue"), 3.0) == []
    assert rung(floor.handle(Tick(), 23.0)) == [("c2", "ann")]


def test_a_caller_gets_the_agent_they_had_while_that_one_is_at_work() -> None:
    floor = floor_of(agent("ann"), agent("bob"), lines=(Line("a", sticky_for=30),))
    assert rung(floor.handle(CallJoined("c1", "a", had="bob"), 1.0)) == [("c1", "bob")]
    floor.handle(PhoneAnswered(1), 2.0)
    assert floor.handle(CallJoined("c2", "a", had="bob"), 3.0) == []
    assert rung(floor.handle(BreakBegan("bob", "lunch"), 4.0)) == []
    assert rung(floor.handle(TalkEnded(1), 5.0)) == []  # the paper first
    assert rung(floor.handle(Tick(), 20.0)) == [("c2", "ann")]  # bob is at lunch: no use waiting


def test_a_call_for_one_agent_alone_is_given_up_when_they_do_not_take_it() -> None:
    floor = floor_of(agent("ann"), agent("bob"))
    assert rung(floor.handle(CallJoined("c", "a", only="bob"), 1.0)) == [("c", "bob")]
    assert floor.handle(OfferFailed(1, Failure.REFUSED), 2.0) == [GiveUp("c", "a", GivenUp.AGENT_AWAY)]
    assert floor.handle(CallJoined("d", "a", only="bob"), 3.0) == [GiveUp("d", "a", GivenUp.AGENT_AWAY)]


# ── turns ───────────────────────────────────────────────────────────────────


def test_priority_is_a_head_start_that_a_long_wait_passes() -> None:
    floor = Floor((Line("a", head_start=60, most_head_start=90),), (agent("ann"),))
    floor.handle(PhoneUp("ann"), 0.0)
    floor.handle(CallJoined("first", "a"), 0.0)
    floor.handle(CallJoined("plain", "a"), 10.0)
    floor.handle(CallJoined("higher", "a", priority=1), 60.0)
    floor.handle(CallJoined("late", "a", priority=1), 80.0)
    floor.handle(CallJoined("capped", "a", priority=9), 110.0)
    assert [place.call for place in floor.waiting("a")] == ["first", "higher", "plain", "late", "capped"]
    assert floor.ahead("late") == 3


def test_urgent_calls_go_first_and_a_raised_one_with_them() -> None:
    floor = Floor((Line("a"), Line("hot", urgent=True)), (agent("ann", 1, "a", "hot"),))
    floor.handle(PhoneUp("ann"), 0.0)
    floor.handle(CallJoined("talks", "a"), 0.0)
    floor.handle(PhoneAnswered(1), 0.0)
    floor.handle(CallJoined("old", "a"), 1.0)
    floor.handle(CallJoined("raised", "a"), 2.0)
    floor.handle(CallJoined("urgent", "hot"), 3.0)
    floor.handle(CallRaised("raised"), 4.0)
    served = []
    for at in (20.0, 40.0, 60.0):
        floor.handle(TalkEnded(floor.talks()[0].id), at - 15)
        ((call, _),) = rung(floor.handle(Tick(), at))
        floor.handle(PhoneAnswered(floor.offers()[0].id), at)
        served.append(call)
    assert served == ["raised", "urgent", "old"]


def test_what_was_waited_elsewhere_counts() -> None:
    floor = Floor((Line("a"),), (agent("ann"),))
    floor.handle(PhoneUp("ann"), 0.0)
    floor.handle(CallJoined("talks", "a"), 0.0)
    floor.handle(PhoneAnswered(1), 0.0)
    floor.handle(CallJoined("here", "a"), 50.0)
    floor.handle(CallJoined("transferred", "a", waited=70.0), 60.0)
    assert [place.call for place in floor.waiting("a")] == ["transferred", "here"]


def test_a_callback_takes_the_very_place_and_no_limit_holds_for_it() -> None:
    floor = Floor((Line("a", maximum_wait=30),), (agent("ann"),))
    floor.handle(PhoneUp("ann"), 0.0)
    floor.handle(CallJoined("talks", "a"), 0.0)
    floor.handle(PhoneAnswered(1), 0.0)
    for number in range(3):
        floor.handle(CallJoined(f"c{number}", "a"), 1.0 + number)
    floor.handle(CallReplaced("c1", "back"), 5.0)
    assert [place.call for place in floor.waiting("a")] == ["c0", "back", "c2"]
    assert floor.ahead("c1") is None
    given = floor.handle(Tick(), 31.0) + floor.handle(Tick(), 33.0)
    assert [order.call for order in given if isinstance(order, GiveUp)] == ["c0", "c2"]
    floor.handle(TalkEnded(1), 100.0)
    assert rung(floor.handle(Tick(), 115.0)) == [("back", "ann")]


def test_an_agent_is_kept_free_for_a_line_until_there_is_another() -> None:
    lines = (Line("a"), Line("hot", keep_free=1))
    floor = floor_of(agent("ann", 1, "a", "hot"), lines=lines)
    assert floor.handle(CallJoined("c", "a"), 1.0) == []
    both = Floor(lines, (agent("ann", 1, "a", "hot"), agent("bob", 1, "hot")))
    both.handle(PhoneUp("ann"), 0.0)
    both.handle(CallJoined("c", "a"), 1.0)
    assert rung(both.handle(PhoneUp("bob"), 2.0)) == [("c", "ann")]
    assert rung(both.handle(CallJoined("d", "hot"), 3.0)) == [("d", "bob")]


# ── limits ──────────────────────────────────────────────────────────────────


def test_the_first_limit_that_holds_gives_a_call_up() -> None:
    line = Line("a", limits=(Limit(LimitKind.LENGTH, 2), Limit(LimitKind.NOBODY_READY, 0, waiting=False)))
    floor = Floor((line,), (agent("ann"),))
    floor.handle(PhoneUp("ann"), 0.0)
    floor.handle(CallJoined("talks", "a"), 0.0)
    assert floor.handle(CallJoined("c", "a"), 1.0) == [GiveUp("c", "a", GivenUp.NOBODY_READY, 1)]
    assert floor.handle(CallJoined("d", "a", past=frozenset({1})), 2.0) == []
    assert floor.handle(CallJoined("e", "a"), 3.0) == [GiveUp("e", "a", GivenUp.TOO_MANY, 0)]


def test_limits_are_looked_at_again_while_a_call_waits() -> None:
    line = Line("a", limits=(Limit(LimitKind.WAITED, 25), Limit(LimitKind.NOBODY_ON_SHIFT, 5)), empty_for=900)
    floor = floor_of(agent("ann"), lines=(line,))
    floor.handle(CallJoined("talks", "a"), 1.0)
    floor.handle(PhoneAnswered(1), 1.0)
    floor.handle(CallJoined("c", "a"), 2.0)
    floor.handle(CallJoined("d", "a"), 3.0)
    given: list[Order] = []
    while (at := floor.wake_at()) is not None and at <= 27.0:
        given += floor.handle(Tick(), at)
    assert given == [GiveUp("c", "a", GivenUp.MAXIMUM_WAIT, 0)]
    floor.handle(TalkEnded(1), 27.5)
    floor.handle(PhoneDown("ann"), 27.6)


def test_a_wait_that_became_too_long_sends_the_last_ones_on() -> None:
    line = Line("a", wrap_up_for=0, maximum_wait=9999, limits=(Limit(LimitKind.EXPECTED_WAIT, 150),))
    floor = floor_of(agent("ann"), agent("bob"), lines=(line,))
    now = 0.0
    for step in range(200):  # a call every thirty-five seconds, talks of sixty
        now = 5.0 * step
        orders: list[Order] = []
        for talk in floor.talks():
            if now - (talk.answered or now) >= 60:
                orders += floor.handle(TalkEnded(talk.id), now)
        if step % 7 == 0:
            orders += floor.handle(CallJoined(f"w{step}", "a"), now)
        for order in orders:
            if isinstance(order, Ring):
                floor.handle(PhoneAnswered(order.offer), now)
    for number in range(12):
        orders = floor.handle(CallJoined(f"c{number}", "a"), now)
        if any(isinstance(order, GiveUp) and order.why is GivenUp.EXPECTED_WAIT for order in orders):
            break
    else:
        raise AssertionError("everybody was let in")
    waits = floor.expected_wait("a", now)
    assert waits is not None
    assert waits.seconds > 150
    assert waits.low < waits.seconds < waits.high
    floor.handle(BreakBegan("bob", "lunch"), now)
    for talk in floor.talks():
        if talk.agent == "bob":
            floor.handle(TalkEnded(talk.id), now)
    given = [order for order in floor.handle(Tick(), now + 1.0) if isinstance(order, GiveUp)]
    assert given, "half the agents are gone, and nobody is told"
    assert {order.why for order in given} == {GivenUp.EXPECTED_WAIT}


def test_closing_a_line_sends_on_who_waits_but_not_whom_a_phone_rings_for() -> None:
    floor = floor_of(agent("ann"))
    floor.handle(CallJoined("rings", "a"), 1.0)
    floor.handle(CallJoined("c", "a"), 2.0)
    floor.handle(CallJoined("back", "a", patient=True), 3.0)
    assert floor.handle(LineClosed("a"), 4.0) == [GiveUp("c", "a", GivenUp.CLOSED)]
    gone = floor.handle(OfferFailed(1, Failure.REFUSED), 5.0)
    assert GiveUp("rings", "a", GivenUp.CLOSED) in gone
    assert [place.call for place in floor.waiting("a")] == ["back"]


# ── agents ──────────────────────────────────────────────────────────────────


def test_two_phones_of_one_agent_ring_together_and_one_is_enough() -> None:
    ann = Agent("ann", ("desk", "web"), {"a": 1})
    floor = floor_of(ann)
    (ring,) = floor.handle(CallJoined("c", "a"), 1.0)
    assert isinstance(ring, Ring)
    assert ring.phones == ("desk", "web")
    assert floor.handle(PhoneDown("ann", "web"), 2.0) == []
    orders = floor.handle(PhoneDown("ann", "desk"), 3.0)
    assert orders == [StopRinging(1, Failure.UNREACHABLE)]
    assert floor.seat("ann").presence is Presence.OFFLINE


def test_wrap_up_is_extended_or_ended_by_the_agent() -> None:
    floor = floor_of(agent("ann"))
    floor.handle(CallJoined("c", "a"), 1.0)
    floor.handle(PhoneAnswered(1), 2.0)
    floor.handle(TalkEnded(1), 10.0)
    floor.handle(WrapUpExtended("ann", 60.0), 20.0)
    assert floor.wake_at() == 80.0
    floor.handle(WrapUpExtended("ann", None), 30.0)
    assert floor.wake_at() is None
    floor.handle(BreakEnded("ann"), 500.0)
    assert floor.seat("ann").presence is Presence.READY


def test_a_shift_ends_after_the_talk_and_the_next_begins_without_the_old_break() -> None:
    floor = floor_of(agent("ann"))
    floor.handle(CallJoined("c", "a"), 1.0)
    floor.handle(PhoneAnswered(1), 2.0)
    floor.handle(ShiftEnded("ann"), 3.0)
    assert floor.seat("ann").presence is Presence.TALKING
    floor.handle(TalkEnded(1), 4.0)
    floor.handle(Tick(), 19.0)
    assert floor.seat("ann").presence is Presence.OFFLINE
    floor.handle(ShiftBegan("ann"), 100.0)
    assert floor.seat("ann").presence is Presence.READY


def test_a_lunch_outlives_the_phone_s_registration() -> None:
    floor = floor_of(agent("ann"))
    floor.handle(BreakBegan("ann", "lunch"), 1.0)
    floor.handle(PhoneDown("ann"), 2.0)
    floor.handle(PhoneUp("ann"), 3.0)
    assert (floor.seat("ann").presence, floor.seat("ann").reason) == (Presence.BREAK, "lunch")


def test_whose_phone_comes_back_to_a_call_that_the_floor_does_not_know_is_offered_nothing_until_it_is_over() -> None:
    floor = floor_of(agent("ann"))
    floor.handle(BreakBegan("ann", BreakReason.OTHER_CALL), 1.0)
    floor.handle(PhoneDown("ann"), 2.0)
    floor.handle(PhoneUp("ann"), 3.0)
    assert (floor.seat("ann").presence, floor.seat("ann").reason) == (Presence.BREAK, BreakReason.OTHER_CALL)
    floor.handle(PhoneDown("ann"), 4.0)
    floor.handle(BreakEnded("ann", BreakReason.OTHER_CALL), 5.0)
    floor.handle(PhoneUp("ann"), 6.0)
    assert floor.seat("ann").presence is Presence.READY


def test_a_call_that_the_floor_does_not_know_ends_no_break_but_its_own() -> None:
    floor = floor_of(agent("ann"))
    floor.handle(BreakBegan("ann", "lunch"), 1.0)
    floor.handle(BreakBegan("ann", BreakReason.OTHER_CALL), 2.0)
    floor.handle(BreakEnded("ann", BreakReason.OTHER_CALL), 3.0)
    assert (floor.seat("ann").presence, floor.seat("ann").reason) == (Presence.BREAK, "lunch")


def test_an_agent_who_is_moved_serves_the_other_line_at_once_and_comes_back() -> None:
    floor = floor_of(agent("ann"), lines=(Line("a"), Line("b", empty_for=100)))
    assert floor.handle(CallJoined("c", "b"), 1.0) == [GiveUp("c", "b", GivenUp.NOBODY_ON_SHIFT)]
    floor.handle(AgentMoved("ann", {"b": 1}), 2.0)
    assert rung(floor.handle(CallJoined("d", "b"), 3.0)) == [("d", "ann")]
    floor.handle(CallLeft("d"), 4.0)
    floor.handle(AgentMoved("ann", None), 5.0)
    assert rung(floor.handle(CallJoined("e", "a"), 6.0)) == [("e", "ann")]


def test_a_phone_that_failed_for_a_call_is_not_the_first_to_ring_for_it_again() -> None:
    floor = floor_of(agent("ann", rest_for=5.0), agent("bob"))
    floor.handle(CallJoined("c", "a"), 1.0)
    floor.handle(OfferFailed(1, Failure.REFUSED), 2.0)
    floor.handle(OfferFailed(2, Failure.REFUSED), 3.0)
    assert rung(floor.handle(Tick(), 7.0)) == [("c", "ann")]  # nobody else is there


# ── why, and mending ────────────────────────────────────────────────────────


def test_a_floor_that_explains_itself_says_who_was_eligible_and_who_was_not() -> None:
    lines = (Line("a", widen=((2, 20.0),)), Line("hot", keep_free=1))
    people = (agent("ann"), agent("bob"), agent("low", 2), agent("kept", 1, "a", "hot"), agent("off"))
    floor = Floor(lines, people, explains=True)
    for number, name in enumerate(("ann", "bob", "low", "kept")):
        floor.handle(PhoneUp(name), float(number))
    (ring,) = (order for order in floor.handle(CallJoined("c", "a"), 10.0) if isinstance(order, Ring))
    why = ring.why
    assert why is not None
    assert why.chosen == ("ann",)
    assert [(one.agent, one.by) for one in why.ranked] == [("ann", 10.0), ("bob", 9.0)]
    assert {bar: barred.agents for bar, barred in why.barred.items()} == {
        Bar.LEVEL: ("low",),
        Bar.KEPT_FREE: ("kept",),
        Bar.OFFLINE: ("off",),
    }
    floor.handle(CallJoined("d", "a"), 11.0)
    (hold,) = (order for order in floor.handle(CallJoined("e", "a"), 12.0) if isinstance(order, Hold))
    assert hold.why.ahead == 2  # phones ring for them, but nobody has answered
    assert hold.why.barred[Bar.OFFERED].count == 2


def test_a_corrupted_floor_mends_itself_and_says_so() -> None:
    floor = floor_of(agent("ann"), agent("bob"))
    floor.handle(CallJoined("c", "a"), 1.0)
    floor._offers.clear()  # as a bug would
    assert floor.audit()
    orders = floor.handle(Audited(), 2.0)
    assert {order.kind for order in orders if isinstance(order, Alert)} == {AlertKind.MENDED}
    assert rung(orders) == [("c", "bob")]
    assert floor.seat("ann").presence is Presence.READY
    assert floor.audit() == []


def test_the_same_reasons_are_said_once() -> None:
    floor = floor_of(agent("ann"), agent("bob", rest_for=1.0), explains=True)
    floor.handle(CallJoined("talks", "a"), 1.0)
    floor.handle(BreakBegan("bob", "lunch"), 2.0)
    said = [order for order in floor.handle(CallJoined("c", "a", language="yue"), 3.0) if isinstance(order, Hold)]
    assert len(said) == 1
    again = [order for order in floor.handle(BreakBegan("bob", "training"), 4.0) if isinstance(order, Hold)]
    assert again == []
