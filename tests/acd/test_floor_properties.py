"""Unit, property: whatever happens in whatever order, no call is lost and no agent idles beside a caller."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from pydantic import TypeAdapter

from acd.agent import Agent, BreakReason, Presence
from acd.floor import Floor
from acd.line import Line, Outside
from acd.signals import (
    AgentMoved,
    Audited,
    BreakBegan,
    BreakEnded,
    CallJoined,
    CallLeft,
    CallRaised,
    CallReplaced,
    DayBegan,
    Failure,
    LineClosed,
    OfferFailed,
    OffersMade,
    PhoneAnswered,
    PhoneDown,
    PhoneUp,
    Rearranged,
    ShiftBegan,
    ShiftEnded,
    TalkEnded,
    TalkResumed,
    Tick,
    WrapUpExtended,
)
from acd.state import FloorState
from tests.acd.day import AGENTS, LINES, Day
from tests.depth import depth

_agents = st.sampled_from(AGENTS)
_JSON = TypeAdapter(FloorState)


class AnyDay(RuleBasedStateMachine):
    """Everything that a floor may be told, in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.day = Day(Floor(LINES, AGENTS, explains=True))
        self.count = 0

    def _name(self) -> str:
        self.count += 1
        return f"c{self.count}"

    # ── calls ───────────────────────────────────────────────────────────────

    @rule(
        line=st.sampled_from(LINES),
        priority=st.integers(-1, 3),
        language=st.sampled_from((None, None, "yue")),
        had=st.sampled_from((None, None, "bob", "max", "gone")),
        only=st.sampled_from((None, None, None, "ann", "max")),
        urgent=st.sampled_from((False, False, True)),
        waited=st.sampled_from((0.0, 0.0, 30.0)),
        patient=st.sampled_from((False, False, False, True)),
        again=st.booleans(),
        here=st.sampled_from((None, None, 0.0, 45.0)),
    )
    def a_call_joins(self, line: Line, again: bool, **what: Any) -> None:
        joined = CallJoined(self._name(), line.id, **what)
        self.day.join(joined)
        if again and joined.call in self.day.waiting:
            assert self.day.tell(joined) == []

    @precondition(lambda self: self.day.waiting)
    @rule(data=st.data())
    def a_caller_hangs_up(self, data: Any) -> None:
        call = data.draw(st.sampled_from(sorted(self.day.waiting)))
        self.day.waiting.remove(call)
        self.day.tell(CallLeft(call))
        self.day.end(call)
        assert self.day.tell(CallLeft(call)) == []

    @precondition(lambda self: self.day.waiting)
    @rule(data=st.data())
    def a_callback_takes_a_place(self, data: Any) -> None:
        day, by = self.day, self._name()
        call = data.draw(st.sampled_from(sorted(day.waiting)))
        place = day.places()[call]
        day.waiting.remove(call)
        day.waiting.add(by)
        day.end(call)
        day.joined[by] = replace(day.joined[call], call=by, patient=True)
        day.tell(CallReplaced(call, by))
        if by in day.waiting:
            assert day.places()[by] == place._replace(call=by)

    @precondition(lambda self: self.day.waiting)
    @rule(data=st.data())
    def a_call_is_raised(self, data: Any) -> None:
        call = data.draw(st.sampled_from(sorted(self.day.waiting)))
        self.day.tell(CallRaised(call))

    @precondition(lambda self: self.day.ringing)
    @rule(data=st.data())
    def a_phone_is_answered(self, data: Any) -> None:
        self.day.tell(PhoneAnswered(data.draw(st.sampled_from(sorted(self.day.ringing)))))

    @precondition(lambda self: self.day.ringing)
    @rule(data=st.data(), failure=st.sampled_from((Failure.REFUSED, Failure.UNREACHABLE)))
    def a_phone_fails(self, data: Any, failure: Failure) -> None:
        offer = data.draw(st.sampled_from(sorted(self.day.ringing)))
        del self.day.ringing[offer]
        self.day.tell(OfferFailed(offer, failure))

    @precondition(lambda self: self.day.talking)
    @rule(data=st.data(), by_caller=st.booleans())
    def a_talk_ends(self, data: Any, by_caller: bool) -> None:
        offer = data.draw(st.sampled_from(sorted(self.day.talking)))
        call = self.day.talking.pop(offer).call
        self.day.tell(CallLeft(call) if by_caller else TalkEnded(offer))
        self.day.end(call)

    @rule(data=st.data(), agent=st.sampled_from((*AGENTS, None)), beyond=st.integers(1, 30), talked=st.floats(0, 900))
    def a_talk_from_before_goes_on(self, data: Any, agent: Agent | None, beyond: int, talked: float) -> None:
        line = "out" if agent is None else data.draw(st.sampled_from(sorted(agent.lines)))
        if line not in self.day.lines or (agent is not None and agent.id not in self.day.agents):
            return
        offer = self.day.floor.state(self.day.now).offered + beyond
        resumed = TalkResumed(offer, self._name(), line, None if agent is None else agent.id, talked)
        self.day.resume(resumed)
        if offer in self.day.talking:
            assert self.day.floor.handle(resumed, self.day.now) == []  # told twice

    @rule(last=st.integers(0, 50))
    def an_engine_before_had_made_offers(self, last: int) -> None:
        self.day.tell(OffersMade(last))

    # ── agents ──────────────────────────────────────────────────────────────

    @rule(agent=_agents, up=st.booleans(), which=st.integers(0, 1))
    def a_phone_comes_or_goes(self, agent: Agent, up: bool, which: int) -> None:
        phone = agent.phones[min(which, len(agent.phones) - 1)]
        self.day.tell(PhoneUp(agent.id, phone) if up else PhoneDown(agent.id, phone))

    @rule(agent=_agents, reason=st.sampled_from(("lunch", BreakReason.OTHER_CALL)))
    def a_break_begins(self, agent: Agent, reason: str) -> None:
        self.day.tell(BreakBegan(agent.id, reason))

    @rule(agent=_agents, reason=st.sampled_from((None, BreakReason.OTHER_CALL)))
    def a_break_ends(self, agent: Agent, reason: str | None) -> None:
        self.day.tell(BreakEnded(agent.id, reason))

    @rule(agent=_agents, seconds=st.sampled_from((None, 5.0, 60.0)))
    def a_wrap_up_takes_longer(self, agent: Agent, seconds: float | None) -> None:
        self.day.tell(WrapUpExtended(agent.id, seconds))

    @rule(agent=_agents, begins=st.booleans())
    def a_shift_begins_or_ends(self, agent: Agent, begins: bool) -> None:
        self.day.tell(ShiftBegan(agent.id) if begins else ShiftEnded(agent.id))

    @rule(
        agent=_agents,
        lines=st.none() | st.dictionaries(st.sampled_from([*(line.id for line in LINES), "gone"]), st.integers(1, 2)),
    )
    def a_leader_moves_an_agent(self, agent: Agent, lines: dict[str, int] | None) -> None:
        self.day.tell(AgentMoved(agent.id, lines))

    # ── the house ───────────────────────────────────────────────────────────

    @rule(line=st.sampled_from(LINES))
    def a_leader_closes_a_line(self, line: Line) -> None:
        self.day.tell(LineClosed(line.id))

    @rule()
    def midnight_passes(self) -> None:
        self.day.tell(DayBegan())

    @rule()
    def the_floor_looks_itself_over(self) -> None:
        assert self.day.tell(Audited()) == []

    @rule()
    def another_process_goes_on(self) -> None:
        state = self.day.floor.state(self.day.now)
        self.day.floor = Floor.restored(_JSON.validate_json(_JSON.dump_json(state)), explains=True)

    @rule(data=st.data())
    def the_operators_change_lines_and_agents(self, data: Any) -> None:
        day, lines = self.day, []
        for line in data.draw(st.lists(st.sampled_from(LINES), unique_by=lambda line: line.id, min_size=1)):
            outside = data.draw(st.sampled_from((line.outside, None, Outside("022"))))
            empty_for = data.draw(st.sampled_from((line.empty_for, 5.0)))
            widen = data.draw(st.sampled_from((line.widen, (), ((2, 5.0), (3, 9.0)))))
            lines.append(replace(line, outside=outside, empty_for=empty_for, widen=widen))
        names = [line.id for line in lines]
        levels = st.dictionaries(st.sampled_from(names), st.integers(1, 2))
        agents = [
            replace(agent, lines=data.draw(levels))
            for agent in data.draw(st.lists(_agents, unique_by=lambda agent: agent.id))
        ]
        before = {name: replace(day.floor.seat(name)) for name in day.agents}
        day.lines, day.agents = {line.id: line for line in lines}, {agent.id: agent for agent in agents}
        day.tell(Rearranged(lines, agents))
        for name in before.keys() & day.agents.keys():
            was, now = before[name], day.floor.seat(name)
            called = was.presence is Presence.READY and now.presence is Presence.OFFERED
            unplugged = bool(was.phones) and not now.phones
            assert called or unplugged or (was.presence, was.idle_since) == (now.presence, now.idle_since)

    @rule(seconds=st.floats(0, 40))
    def time_passes(self, seconds: float) -> None:
        day, until = self.day, self.day.now + seconds
        while (at := day.floor.wake_at()) is not None and at <= until:
            assert at >= day.now, "an alarm was set in the past"
            day.now = at
            day.tell(Tick())
            day.check()
        day.now = until

    @rule(offer=st.integers(1, 60))
    def something_late_comes_of_a_dead_offer(self, offer: int) -> None:
        day = self.day
        if offer not in day.ringing and offer not in day.talking:
            for signal in (PhoneAnswered(offer), OfferFailed(offer, Failure.REFUSED), TalkEnded(offer)):
                assert day.tell(signal) == []

    @invariant()
    def all_is_as_it_must_be(self) -> None:
        self.day.check()


AnyDay.TestCase.settings = settings(max_examples=depth(50), stateful_step_count=60, deadline=None)
TestAnyDay = AnyDay.TestCase
