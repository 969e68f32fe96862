"""A day on the floor, kept beside a plain model of what its orders mean, and held to what must be so."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from acd.agent import Agent, Presence
from acd.floor import Floor
from acd.line import Limit, LimitKind, Line, Outside, Strategy
from acd.seat import Seat
from acd.signals import (
    Alert,
    AlertKind,
    CallJoined,
    Connect,
    GiveUp,
    Hold,
    Order,
    PresenceChanged,
    Rearranged,
    Ring,
    Signal,
    StopRinging,
    TalkResumed,
)
from acd.waiting import Place

LINES = (
    Line("one", ring_for=20, wrap_up_for=10, maximum_wait=60, strategy=Strategy.FEWEST_CALLS),
    Line("two", ring_for=10, wrap_up_for=0, maximum_wait=90, priority=2, widen=((2, 15.0),), sticky_for=12),
    Line("out", maximum_wait=50, outside=Outside("022", simultaneous=2), strategy=Strategy.ROUND_ROBIN),
    Line("hot", ring_for=15, wrap_up_for=5, keep_free=1, urgent=True, at_once=2, strategy=Strategy.LEVEL),
    Line(
        "short",
        language_for=10,
        limits=(
            Limit(LimitKind.LENGTH, over=4),
            Limit(LimitKind.NOBODY_READY, over=25),
            Limit(LimitKind.EXPECTED_WAIT, over=40),
        ),
        strategy=Strategy.LEAST_BUSY,
    ),
)
AGENTS = (
    Agent("ann", ("ann",), {"one": 1}),
    Agent("bob", ("bob", "bob-web"), {"one": 1, "two": 1, "hot": 1}, frozenset({"yue"})),
    Agent("eve", ("eve",), {"two": 2, "out": 1, "short": 1}),
    Agent("max", ("max",), {"one": 1, "two": 1, "out": 1, "hot": 2, "short": 2}, rest_for=0.0),
    Agent("zoe", ("zoe",), {"hot": 1, "short": 1}, frozenset({"yue"})),
)

AT_ONCE = 1e-6
"""Seconds: what happens at one instant has no order."""


class Day:
    """Tell it signals; it keeps what the orders mean and fails on what cannot be."""

    def __init__(self, floor: Floor, lines: Iterable[Line] = LINES, agents: Iterable[Agent] = AGENTS) -> None:
        self.floor = floor
        self.lines = {line.id: line for line in lines}
        """Of the present plan; others are gone, and calls of an older plan may still be there."""
        self.agents = {agent.id: agent for agent in agents}
        self.now = 0.0
        self.joined: dict[str, CallJoined] = {}
        self.ended: Counter[str] = Counter()
        self.waiting: set[str] = set()
        self.ringing: dict[int, Ring] = {}
        self.talking: dict[int, Ring] = {}
        self.rings = 0

    def tell(self, signal: Signal) -> list[Order]:
        before = self.places()
        free = before.keys() - {ring.call for ring in self.ringing.values()}
        orders = self.floor.handle(signal, self.now)
        for order in orders:
            self.obey(order, before)
        free -= {ring.call for ring in self.ringing.values()}
        for order in orders:
            if isinstance(order, Ring) and order.agent in self.agents and not isinstance(signal, Rearranged):
                self._nobody_was_passed_over(order, before, free & self.waiting)
        return orders

    def join(self, joined: CallJoined) -> None:
        self.joined[joined.call] = joined
        self.waiting.add(joined.call)
        self.tell(joined)

    def resume(self, resumed: TalkResumed) -> None:
        """A talk from before is told; it counts when its agent is in nothing else."""
        busy = {ring.agent for ring in (*self.ringing.values(), *self.talking.values())}
        if resumed.agent is not None:
            taken = resumed.agent in busy
        else:
            taken = self.lines[resumed.line].outside is None or self._outside(resumed.line) >= 2
        if taken:
            return
        self.joined[resumed.call] = CallJoined(resumed.call, resumed.line)
        self.talking[resumed.offer] = Ring(resumed.offer, resumed.call, (), resumed.line, resumed.agent)
        self.tell(resumed)

    def _outside(self, line: str) -> int:
        rings = (*self.ringing.values(), *self.talking.values())
        return sum(ring.agent is None and ring.line == line for ring in rings)

    def end(self, call: str) -> None:
        self.ended[call] += 1
        assert self.ended[call] == 1, "a call ended twice"

    def obey(self, order: Order, before: dict[str, Place]) -> None:
        match order:
            case Ring():
                self._rings(order, before)
            case StopRinging(offer):
                del self.ringing[offer]
            case Connect(offer, call):
                self.waiting.remove(call)
                self.talking[offer] = self.ringing.pop(offer)
            case GiveUp(call):
                self.waiting.discard(call)
                assert all(other.call != call for other in self.ringing.values())
                self.end(call)
            case Hold(call):
                assert call in self.waiting
            case Alert(kind, what=what):
                assert kind is not AlertKind.MENDED, what
            case PresenceChanged():
                pass

    def _rings(self, ring: Ring, before: dict[str, Place]) -> None:
        self.rings += 1
        assert ring.call in self.waiting
        joined = self.joined[ring.call]
        assert joined.line == ring.line
        for_it = [other for other in self.ringing.values() if other.call == ring.call]
        at_once = self.lines[ring.line].at_once if ring.line in self.lines else 2
        assert len(for_it) < at_once, "too many phones ring for one call"
        if ring.agent is None:
            assert joined.only is None
        else:
            busy = [*self.ringing.values(), *self.talking.values()]
            assert all(other.agent != ring.agent for other in busy), "an agent was offered two things"
            assert joined.only in (None, ring.agent)
            place = before.get(ring.call) or self.places().get(ring.call)
            if place is not None and ring.line in self.lines and ring.agent in self.agents:
                self._may(joined, ring.agent, self.now - place.since)
        self.ringing[ring.offer] = ring

    def _may(self, joined: CallJoined, agent: str, waited: float) -> None:
        """A level that is not rung yet is rung only for the caller's own agent, or one who speaks the language."""
        after = dict(self.lines[joined.line].widen).get(self.level(agent, joined.line), 0.0)
        speaks = joined.language in self.agents[agent].languages
        assert waited >= after - 1e-6 or agent in (joined.had, joined.only) or speaks, "a level was rung too early"

    def _nobody_was_passed_over(self, ring: Ring, before: dict[str, Place], free: set[str]) -> None:
        """First come, first served, among those whom this agent might have had: who waited on, waits behind."""
        place = before.get(ring.call)
        if ring.agent is None or place is None:
            return
        seat = self.floor.seat(ring.agent)
        for call in free:
            if before[call] < place:
                assert not self._must(self.joined[call], before[call], seat), f"{ring.call} went before {call}"

    def level(self, agent: str, line: str) -> int:
        return self.floor.seat(agent).lines.get(line, 1)

    # ── what must be so ─────────────────────────────────────────────────────

    def places(self) -> dict[str, Place]:
        return {call: waiting.place for call, waiting in self.floor._waiting.items()}

    def check(self) -> None:
        places = self.places()
        self._everybody_is_somewhere_once(places)
        self._presences_agree()
        self._nobody_idles_beside_a_call(places)
        self._limits_hold()
        assert self.floor.audit() == []

    def _everybody_is_somewhere_once(self, places: dict[str, Place]) -> None:
        assert places.keys() == self.waiting
        assert {offer.id for offer in self.floor.offers()} == self.ringing.keys()
        assert {offer.id for offer in self.floor.talks()} == self.talking.keys()
        in_talk = {ring.call for ring in self.talking.values()}
        assert self.joined.keys() == self.waiting | in_talk | self.ended.keys()
        assert not self.waiting & self.ended.keys()

    def _presences_agree(self) -> None:
        offered = {ring.agent for ring in self.ringing.values()}
        talking = {ring.agent for ring in self.talking.values()}
        for name in self.agents:
            presence = self.floor.seat(name).presence
            assert (presence is Presence.OFFERED) == (name in offered)
            assert (presence is Presence.TALKING) == (name in talking)
        busy = (offered | talking) - {None}
        assert sum(self.floor.presences().values()) == len(self.agents.keys() | busy), "who is gone is gone"

    def _nobody_idles_beside_a_call(self, places: dict[str, Place]) -> None:
        rung = {ring.call for ring in self.ringing.values()}
        free = [place for call, place in places.items() if call not in rung]
        for name in self.agents:
            seat = self.floor.seat(name)
            if seat.presence is Presence.READY:
                for place in free:
                    assert not self._must(self.joined[place.call], place, seat), f"{name} idles beside {place.call}"

    def _must(self, joined: CallJoined, place: Place, seat: Seat) -> bool:
        """Whether nothing could keep this agent from this call."""
        line, agent = self.lines.get(joined.line), self.agents[seat.agent.id]
        if line is None:
            return False
        if joined.only is not None:
            return joined.only == agent.id
        if line.id not in seat.lines:
            return False
        waited = self.now - place.since - AT_ONCE
        sticky = joined.had not in (None, agent.id) and waited <= line.sticky_for
        foreign = joined.language is not None and joined.language not in agent.languages
        if sticky or (foreign and waited <= line.language_for):
            return False
        if waited <= dict(line.widen).get(seat.lines[line.id], 0.0) and line.widen:
            return False
        return line.keep_free > 0 or not any(self._keeps(other, seat) for other in seat.lines)

    def _keeps(self, line: str, seat: Seat) -> bool:
        rule = self.lines.get(line)
        ready = [
            name
            for name in self.agents
            if self.floor.seat(name).presence is Presence.READY and line in self.floor.seat(name).lines
        ]
        return rule is None or 0 < rule.keep_free >= len(ready)

    def _limits_hold(self) -> None:
        used = Counter(r.line for r in (*self.ringing.values(), *self.talking.values()) if r.agent is None)
        assert all(calls <= 2 for calls in used.values())
        for place in self.places().values():
            patient = self.joined[place.call].patient
            assert patient or self.now - place.since <= 800, "somebody waits for ever"
