"""Unit, property: whatever happens in whatever order, no call is lost and no agent idles beside a caller."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

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
    GiveUp,
    OfferFailed,
    Order,
    PhoneAnswered,
    PhoneDown,
    PhoneUp,
    Rearranged,
    Ring,
    Signal,
    StopRinging,
    TalkEnded,
    Tick,
)

LINES = (
    Line("one", ring_for=20, wrap_up_for=10, maximum_wait=60),
    Line("two", ring_for=10, wrap_up_for=0, maximum_wait=90, priority=2),
    Line("out", maximum_wait=50, outside=Outside("022", simultaneous=2)),
)
AGENTS = (
    Agent("ann", ("ann",), {"one": 1}),
    Agent("bob", ("bob",), {"one": 1, "two": 1}),
    Agent("eve", ("eve",), {"two": 1, "out": 1}),
    Agent("max", ("max",), {"one": 1, "two": 1, "out": 1}),
)


class AnyDay(RuleBasedStateMachine):
    """A day on the floor, kept beside a plain model of what its orders mean."""

    def __init__(self) -> None:
        super().__init__()
        self.floor = Floor(LINES, AGENTS)
        self.lines = frozenset(line.id for line in LINES)
        """Of the present plan; the others are gone, and calls of an older plan may still be there."""
        self.agents = {agent.id: agent for agent in AGENTS}
        self.now = 0.0
        self.joined = 0
        self.line_of: dict[str, str] = {}
        self.ended: Counter[str] = Counter()
        self.waiting: set[str] = set()
        self.ringing: dict[int, Ring] = {}
        self.talking: dict[int, Ring] = {}

    def tell(self, signal: Signal) -> None:
        for order in self.floor.handle(signal, self.now):
            self.obey(order)

    def obey(self, order: Order) -> None:
        match order:
            case Ring(offer, call, _, line, agent):
                assert call in self.waiting
                assert self.line_of[call] == line
                assert all(other.call != call for other in self.ringing.values()), "two phones ring for one call"
                if agent is not None:
                    busy = [*self.ringing.values(), *self.talking.values()]
                    assert all(other.agent != agent for other in busy), "an agent was offered two things"
                self.ringing[offer] = order
            case StopRinging(offer):
                del self.ringing[offer]
            case Connect(offer, call):
                self.waiting.remove(call)
                self.talking[offer] = self.ringing.pop(offer)
            case GiveUp(call):
                self.waiting.discard(call)
                assert all(other.call != call for other in self.ringing.values())
                self.end(call)

    def end(self, call: str) -> None:
        self.ended[call] += 1
        assert self.ended[call] == 1, "a call ended twice"

    @rule(line=st.sampled_from(LINES), priority=st.integers(0, 3))
    def a_caller_joins(self, line: Line, priority: int) -> None:
        self.joined += 1
        call = f"c{self.joined}"
        self.line_of[call] = line.id
        self.waiting.add(call)
        self.tell(CallJoined(call, line.id, priority))

    @precondition(lambda self: self.waiting)
    @rule(data=st.data())
    def a_waiting_caller_hangs_up(self, data: Any) -> None:
        call = data.draw(st.sampled_from(sorted(self.waiting)))
        self.waiting.remove(call)
        self.tell(CallLeft(call))
        self.end(call)

    @precondition(lambda self: self.ringing)
    @rule(data=st.data())
    def a_phone_is_answered(self, data: Any) -> None:
        self.tell(PhoneAnswered(data.draw(st.sampled_from(sorted(self.ringing)))))

    @precondition(lambda self: self.ringing)
    @rule(data=st.data(), failure=st.sampled_from((Failure.REFUSED, Failure.UNREACHABLE)))
    def a_phone_fails(self, data: Any, failure: Failure) -> None:
        offer = data.draw(st.sampled_from(sorted(self.ringing)))
        del self.ringing[offer]
        self.tell(OfferFailed(offer, failure))

    @precondition(lambda self: self.talking)
    @rule(data=st.data(), by_caller=st.booleans())
    def a_talk_ends(self, data: Any, by_caller: bool) -> None:
        offer = data.draw(st.sampled_from(sorted(self.talking)))
        call = self.talking.pop(offer).call
        self.tell(CallLeft(call) if by_caller else TalkEnded(offer))
        self.end(call)

    @rule(agent=st.sampled_from(AGENTS), up=st.booleans())
    def a_phone_comes_or_goes(self, agent: Agent, up: bool) -> None:
        self.tell(PhoneUp(agent.id) if up else PhoneDown(agent.id))

    @rule(agent=st.sampled_from(AGENTS), begins=st.booleans())
    def a_break_begins_or_ends(self, agent: Agent, begins: bool) -> None:
        self.tell(BreakBegan(agent.id) if begins else BreakEnded(agent.id))

    @rule(data=st.data())
    def the_operators_change_lines_and_agents(self, data: Any) -> None:
        lines = []
        for line in data.draw(st.lists(st.sampled_from(LINES), unique=True, min_size=1)):
            outside = data.draw(st.sampled_from((line.outside, None, Outside("022"))))
            empty_for = data.draw(st.sampled_from((line.empty_for, 5.0)))
            lines.append(replace(line, outside=outside, empty_for=empty_for))
        names = [line.id for line in lines]
        levels = st.dictionaries(st.sampled_from(names), st.just(1))
        agents = [
            replace(agent, lines=data.draw(levels))
            for agent in data.draw(st.lists(st.sampled_from(AGENTS), unique_by=lambda agent: agent.id))
        ]
        before = {name: replace(self.floor.seat(name)) for name in self.agents}
        self.lines, self.agents = frozenset(names), {agent.id: agent for agent in agents}
        self.tell(Rearranged(lines, agents))
        for name in before.keys() & self.agents.keys():
            was, now = before[name], self.floor.seat(name)
            called = was.presence is Presence.READY and now.presence is Presence.OFFERED
            assert called or (was.presence, was.idle_since) == (now.presence, now.idle_since)
        for name in self.agents.keys() - before.keys():
            busy = [*self.ringing.values(), *self.talking.values()]
            offline = self.floor.seat(name).presence is Presence.OFFLINE
            assert offline or any(ring.agent == name for ring in busy)

    @rule(seconds=st.floats(0, 40))
    def time_passes(self, seconds: float) -> None:
        until = self.now + seconds
        while (at := self.floor.wake_at()) is not None and at <= until:
            assert at >= self.now, "an alarm was set in the past"
            self.now = at
            self.tell(Tick())
        self.now = until

    @rule(offer=st.integers(1, 60))
    def something_late_comes_of_a_dead_offer(self, offer: int) -> None:
        if offer not in self.ringing and offer not in self.talking:
            for signal in (PhoneAnswered(offer), OfferFailed(offer, Failure.REFUSED), TalkEnded(offer)):
                assert self.floor.handle(signal, self.now) == []

    @invariant()
    def every_call_is_somewhere_exactly_once(self) -> None:
        on_floor = {place.call for line in LINES for place in self.floor.waiting(line.id)}
        assert on_floor == self.waiting
        assert {offer.id for offer in self.floor.offers()} == self.ringing.keys()
        assert {offer.id for offer in self.floor.talks()} == self.talking.keys()
        in_talk = {ring.call for ring in self.talking.values()}
        assert self.line_of.keys() == on_floor | in_talk | self.ended.keys()

    @invariant()
    def the_phones_say_the_same_as_the_presences(self) -> None:
        for agent in self.agents:
            presence = self.floor.seat(agent).presence
            assert (presence is Presence.OFFERED) == any(r.agent == agent for r in self.ringing.values())
            assert (presence is Presence.TALKING) == any(r.agent == agent for r in self.talking.values())
        busy = {r.agent for r in (*self.ringing.values(), *self.talking.values()) if r.agent is not None}
        assert sum(self.floor.presences().values()) == len(self.agents.keys() | busy), "who is gone is gone"

    @invariant()
    def no_ready_agent_idles_beside_a_caller_they_could_take(self) -> None:
        rung = {ring.call for ring in self.ringing.values()}
        for name, agent in self.agents.items():
            if self.floor.seat(name).presence is Presence.READY:
                for line in agent.lines:
                    assert all(place.call in rung for place in self.floor.waiting(line))

    @invariant()
    def nobody_is_served_before_those_ahead_of_them(self) -> None:
        rung = {ring.call for ring in self.ringing.values()}
        for line in LINES:
            places = self.floor.waiting(line.id)
            assert list(places) == sorted(places)
            assert len([p for p in places if p.call in rung]) <= len(AGENTS) + 2

    @invariant()
    def the_outside_number_keeps_its_limit(self) -> None:
        used = Counter(r.line for r in (*self.ringing.values(), *self.talking.values()) if r.agent is None)
        assert all(calls <= 2 for calls in used.values())

    @invariant()
    def nobody_waits_for_ever_where_nobody_serves(self) -> None:
        at = self.floor.wake_at()
        for name, desk in self.floor._desks.items():
            if desk.free and not desk.served(self.floor._seats):
                assert desk.empty_since is not None, name
                assert at is not None
                assert at <= desk.empty_since + desk.line.empty_for

    @invariant()
    def only_an_agent_who_is_gone_serves_no_line_that_is_there(self) -> None:
        for name, desk in self.floor._desks.items():
            if name in self.lines:
                now = [agent for agent in desk.agents if agent in self.agents]
                assert sorted(now) == sorted(agent for agent, a in self.agents.items() if name in a.lines)


AnyDay.TestCase.settings = settings(max_examples=150, stateful_step_count=60, deadline=None)
TestAnyDay = AnyDay.TestCase
