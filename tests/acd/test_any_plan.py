"""Unit, property: any plan, any signal. Lines and agents by dice, reloaded under way, and twins restored from JSON.

The seeded days know one plan well; here rules meet that nobody would write side by side, and signals that make no
sense. What must be so is told by a model of its own, which asks the floor for places and presences alone.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from typing import TypeVar

import pytest
from pydantic import TypeAdapter

from acd.agent import Agent, BreakReason, Presence
from acd.floor import Floor
from acd.line import Limit, LimitKind, Line, Outside, Strategy
from acd.seat import Seat
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
    Failure,
    Hold,
    LineClosed,
    OfferFailed,
    Order,
    PhoneAnswered,
    PhoneDown,
    PhoneUp,
    PresenceChanged,
    Rearranged,
    Ring,
    ShiftBegan,
    ShiftEnded,
    Signal,
    StopRinging,
    TalkEnded,
    Tick,
    WrapUpExtended,
)
from acd.state import FloorState
from acd.waiting import Place
from tests.acd.day import Day
from tests.depth import depth

PLANS = depth(120)
SIGNALS = 250
PARTS = 2
NAMES = "abc"
AT_WORK = frozenset({Presence.READY, Presence.OFFERED, Presence.TALKING, Presence.WRAP_UP})
JSON = TypeAdapter(FloorState)

T = TypeVar("T")


# ── plans by dice ───────────────────────────────────────────────────────────


def any_line(dice: random.Random, name: str) -> Line:
    """Short times, so that all of them pass while calls wait."""
    return Line(
        name,
        ring_for=dice.choice((3.0, 8.0)),
        wrap_up_for=dice.choice((0.0, 2.0)),
        maximum_wait=dice.choice((15.0, 60.0)),
        priority=dice.choice((0, 0, 2)),
        empty_for=3.0,
        outside=dice.choice((None, None, Outside("022", dice.choice((1, 2)), ring_for=4.0, rest_for=2.0, attempts=2))),
        strategy=dice.choice(tuple(Strategy)),
        at_once=dice.choice((1, 1, 2, 3)),
        widen=dice.choice(((), ((2, 5.0),), ((2, 5.0), (3, 11.0)), ((1, 4.0), (2, 0.0)))),
        language_for=6.0,
        sticky_for=dice.choice((0.0, 7.0)),
        keep_free=dice.choice((0, 0, 1, 2)),
        urgent=dice.random() < 0.1,
        limits=tuple(any_limit(dice) for _ in range(dice.choice((0, 0, 1, 2)))),
        talk_warning=dice.choice((None, 5.0)),
    )


def any_limit(dice: random.Random) -> Limit:
    return Limit(dice.choice(tuple(LimitKind)), dice.choice((1.0, 3.0, 12.0)), joining=dice.random() < 0.5)


def any_lines(dice: random.Random, least: int = 2) -> list[Line]:
    return [any_line(dice, name) for name in dice.sample(NAMES, dice.randint(least, len(NAMES)))]


def any_agents(dice: random.Random) -> list[Agent]:
    return [any_agent(dice, f"g{number}") for number in range(dice.randint(2, 6))]


def any_agent(dice: random.Random, name: str) -> Agent:
    return Agent(
        name,
        dice.choice(((name,), (name, f"{name}x"), (f"{name}y",))),
        {line: dice.randint(1, 3) for line in NAMES if dice.random() < 0.6},
        frozenset(dice.sample(("yue", "sh"), dice.randint(0, 2))),
        rest_for=dice.choice((4.0, 0.0)),
    )


# ── what must be so ─────────────────────────────────────────────────────────


class AnyDay(Day):
    """A day whose plan changes, with a twin of the floor that was restored from JSON now and then."""

    def __init__(self, lines: Sequence[Line], agents: Sequence[Agent]) -> None:
        super().__init__(Floor(lines, agents), lines, agents)
        self.twin: Floor | None = None
        self.promised: dict[str, tuple[float, Line]] = {}
        """Call → when it joined, and the line as it was then."""
        self.phones: set[tuple[str, str]] = set()
        """Those that registered, and did not go since."""
        self.rests_until: dict[str, float] = {}
        """Line → until when its outside number is left alone."""
        self.unserved_since: dict[str, float] = {}

    def tell(self, signal: Signal) -> list[Order]:
        self._note(signal)
        presences = {seat.id: (seat.presence, seat.back_at) for seat in self.floor.seats()}
        outside = {offer.id: offer.line.id for offer in self.floor.offers() if offer.agent is None}
        self._note_failures([signal] if isinstance(signal, OfferFailed) else [], outside)
        orders = super().tell(signal)
        self._note_failures([order for order in orders if isinstance(order, StopRinging)], outside)
        self._only_the_ready_are_rung(signal, orders, presences)
        self._the_twin_agrees(signal, orders)
        wakes = self.floor.wake_at()
        assert wakes is None or wakes > self.now, "an alarm is in the past"
        self.check()
        return orders

    def _note(self, signal: Signal) -> None:
        match signal:
            case CallJoined(call, line):
                self.promised[call] = self.now, self.lines[line]
            case PhoneUp(agent, str(phone)):
                self.phones.add((agent, phone))
            case PhoneDown(agent, str(phone)):
                self.phones.discard((agent, phone))
            case AgentMoved():
                self.unserved_since.clear()
            case Rearranged(lines, agents):
                self.lines |= {line.id: line for line in lines}  # a line that is gone keeps its last rules
                self.agents = {agent.id: agent for agent in agents}
                self.unserved_since.clear()

    def _note_failures(self, ends: Sequence[OfferFailed | StopRinging], outside: dict[int, str]) -> None:
        for end in ends:
            rule = self.lines[outside[end.offer]].outside if end.offer in outside else None
            if rule is not None and end.failure is not None:
                self.rests_until[outside[end.offer]] = self.now + rule.rest_for

    def _only_the_ready_are_rung(
        self, signal: Signal, orders: Sequence[Order], before: dict[str, tuple[Presence, float | None]]
    ) -> None:
        for ring in orders:
            if not isinstance(ring, Ring) or ring.agent is None:
                continue
            assert ring.phones
            assert {(ring.agent, phone) for phone in ring.phones} <= self.phones, "a phone is rung that is not there"
            presence, back_at = before[ring.agent]
            back = (back_at is not None and back_at <= self.now) or signal in own_returns(signal, ring.agent)
            match presence:
                case Presence.OFFLINE:
                    assert isinstance(signal, PhoneUp | ShiftBegan), "somebody offline is rung"
                    assert signal.agent == ring.agent, "somebody offline is rung"
                case Presence.BREAK | Presence.WRAP_UP:
                    assert back, f"somebody in {presence} is rung"

    def _the_twin_agrees(self, signal: Signal, orders: list[Order]) -> None:
        if self.twin is not None:
            assert without_reasons(self.twin.handle(signal, self.now)) == orders, "a restored floor decides otherwise"
            assert self.twin.wake_at() == self.floor.wake_at(), "a restored floor wakes at another time"

    def restore_twin(self, *, explains: bool) -> None:
        """From now on there is a floor beside this one that was read from paper."""
        paper = JSON.dump_json(self.floor.state(self.now))
        self.twin = Floor.restored(JSON.validate_json(paper), explains=explains)

    def _must(self, joined: CallJoined, place: Place, seat: Seat) -> bool:
        """Agents whom a line keeps may pass callers over: who was kept is not known any more once they ring."""
        return super()._must(joined, place, seat) and not any(self.lines[line].keep_free for line in seat.lines)

    def booked(self, call: str, by: str) -> None:
        """A callback is about to take the call's place."""
        self.waiting.remove(call)
        self.waiting.add(by)
        self.end(call)
        self.joined[by] = replace(self.joined[call], call=by, patient=True)

    def check(self) -> None:
        places = self.places()
        self._everybody_is_somewhere_once(places)
        self._presences_agree()
        seats = {seat.id: seat for seat in self.floor.seats()}
        for place in places.values():
            rung = [ring for ring in self.ringing.values() if ring.call == place.call]
            self._no_ready_agent_is_beside(place, rung, seats)
            if not rung:
                self._the_outside_number_is_busy(place, seats)
                self._no_promise_is_broken(place)
        self._nobody_waits_where_nobody_serves(places, seats)
        assert self.floor.audit() == []

    def _no_ready_agent_is_beside(self, place: Place, rung: Sequence[Ring], seats: dict[str, Seat]) -> None:
        joined = self.joined[place.call]
        most = 1 if joined.only is not None else self.lines[joined.line].at_once
        overdue = self.floor._waiting[place.call].overdue is not None
        if overdue or len(rung) >= most or any(ring.agent is None for ring in rung):
            return
        for seat in seats.values():
            if seat.presence is Presence.READY:
                assert not self.may_take(seat, place, seats, rung=bool(rung)), f"{seat.id} idles beside {place.call}"

    def may_take(self, seat: Seat, place: Place, seats: dict[str, Seat], *, rung: bool) -> bool:
        """Whether nothing keeps this ready agent from this call."""
        joined = self.joined[place.call]
        if joined.only is not None:
            return joined.only == seat.id
        if joined.line not in seat.lines or self.wants_another(seat, place, seats, rung=rung):
            return False
        after = dict(self.lines[joined.line].widen).get(seat.lines[joined.line], 0.0)
        if place.since + after > self.now:
            return False
        return self.keeps(joined.line, seats) or not any(self.keeps(line, seats) for line in seat.lines)

    def wants_another(self, seat: Seat | None, place: Place, seats: dict[str, Seat], *, rung: bool) -> bool:
        """Whether the call may still wait for the caller's own agent, or one who speaks the language.

        A call for which a phone rings need not see at once that those have gone.
        """
        joined, line = self.joined[place.call], self.lines[self.joined[place.call].line]
        name, languages = (None, frozenset()) if seat is None else (seat.id, seat.agent.languages)
        team = [other for other in seats.values() if line.id in other.lines and (rung or other.presence in AT_WORK)]
        sticky = joined.had not in (None, name) and place.since + line.sticky_for > self.now
        if sticky and (rung or any(other.id == joined.had for other in team)):
            return True
        foreign = joined.language not in (None, *languages) and place.since + line.language_for > self.now
        return foreign and (rung or any(joined.language in other.agent.languages for other in team))

    def keeps(self, line: str, seats: dict[str, Seat]) -> bool:
        """Whether the line's last ready agents are kept for it now."""
        ready = sum(seat.presence is Presence.READY and line in seat.lines for seat in seats.values())
        return 0 < self.lines[line].keep_free >= ready

    def _the_outside_number_is_busy(self, place: Place, seats: dict[str, Seat]) -> None:
        joined = self.joined[place.call]
        outside = self.lines[joined.line].outside
        if outside is None or joined.only is not None or self.wants_another(None, place, seats, rung=False):
            return
        if self.rests_until.get(joined.line, 0.0) <= self.now:
            rings = (*self.ringing.values(), *self.talking.values())
            used = sum(ring.agent is None and ring.line == joined.line for ring in rings)
            assert used >= outside.simultaneous, f"the outside number idles beside {place.call}"

    def _no_promise_is_broken(self, place: Place) -> None:
        if not self.joined[place.call].patient:
            since, line = self.promised[place.call]
            assert self.now < since + line.maximum_wait, f"{place.call} waits longer than its line allows"

    def _nobody_waits_where_nobody_serves(self, places: dict[str, Place], seats: dict[str, Seat]) -> None:
        rung = {ring.call for ring in self.ringing.values()}
        for name, line in self.lines.items():
            there = any(name in seat.lines and seat.presence is not Presence.OFFLINE for seat in seats.values())
            if there or line.outside is not None:
                self.unserved_since.pop(name, None)
                continue
            if self.now < self.unserved_since.setdefault(name, self.now) + line.empty_for:
                continue
            for call in places.keys() - rung:
                joined = self.joined[call]
                lost = joined.line == name and joined.only is None and not joined.patient
                assert not lost, f"{call} waits where nobody serves"


def own_returns(signal: Signal, agent: str) -> Sequence[Signal]:
    """This signal, when it says that the agent's break or wrap-up is over."""
    return [signal] if isinstance(signal, BreakEnded) and signal.agent == agent else []


def without_reasons(orders: Sequence[Order]) -> list[Order]:
    """What a floor would have ordered that does not explain itself."""
    return [
        order
        for order in orders
        if not isinstance(order, Hold | PresenceChanged)
        and not (isinstance(order, Alert) and order.kind is AlertKind.PHONE_FAILED)
    ]


# ── signals by dice ─────────────────────────────────────────────────────────


class Chance:
    """Any signal, of whom it makes sense or not; time passes between them, or none at all."""

    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)  # noqa: S311  (plans, not secrets)
        self.lines, self.staff = any_lines(self.dice, least=len(NAMES)), any_agents(self.dice)
        self.day = AnyDay(self.lines, self.staff)
        self.count = 0

    def run(self, signals: int) -> None:
        moves = (self.join, self.ring_ends, self.talk_ends, self.caller, self.phone, self.agent, self.plan, self.tick)
        for move in self.dice.choices(moves, (25, 21, 10, 7, 13, 14, 5, 5), k=signals):
            self.pass_time()
            move()
            if self.dice.random() < 0.015:
                self.day.restore_twin(explains=self.dice.random() < 0.3)

    def pass_time(self) -> None:
        day, dice = self.day, self.dice
        until = day.now + dice.choice((0.0, 0.0, 0.1, 0.5, 1.0, 2.0, dice.random() * 4))
        wakes = day.floor.wake_at()
        if wakes is not None and dice.random() < 0.3:
            until = max(until, wakes)
        while (at := day.floor.wake_at()) is not None and at < until:
            day.now = at
            day.tell(Tick())
        day.now = until

    def one_of(self, those: Sequence[T], other: T) -> T:
        return self.dice.choice(those) if those else other

    def somebody(self) -> str:
        return self.one_of([seat.id for seat in self.day.floor.seats()], "nobody")

    def some_call(self) -> str:
        return self.one_of([*sorted(self.day.waiting), *(ring.call for ring in self.day.talking.values())], "none")

    def new_call(self) -> str:
        self.count += 1
        return f"c{self.count}"

    def join(self) -> None:
        dice = self.dice
        self.day.join(
            CallJoined(
                self.new_call(),
                dice.choice(NAMES),
                dice.choice((0, 0, 1)),
                waited=dice.choice((0.0, 0.0, 9.0)),
                language=dice.choice((None, None, "yue")),
                had=dice.choice((None, None, self.somebody())),
                only=self.somebody() if dice.random() < 0.15 else None,
                urgent=dice.random() < 0.05,
                past=frozenset(dice.sample((0, 1), dice.randint(0, 1))),
                patient=dice.random() < 0.1,
            )
        )

    def ring_ends(self) -> None:
        offer = self.one_of(sorted(self.day.ringing), 1)
        if self.dice.random() < 0.6:
            self.day.tell(PhoneAnswered(offer))
        else:
            self.day.ringing.pop(offer, None)
            self.day.tell(OfferFailed(offer, self.dice.choice(tuple(Failure))))

    def talk_ends(self) -> None:
        offer = self.one_of(sorted(self.day.talking), 1)
        talk = self.day.talking.pop(offer, None)
        if talk is not None:
            self.day.end(talk.call)
        self.day.tell(TalkEnded(offer))

    def caller(self) -> None:
        call = self.some_call()
        match self.dice.choice((CallLeft, CallLeft, CallLeft, CallLeft, CallReplaced, CallReplaced, CallRaised)):
            case signal if signal is CallLeft:
                self.leave(call)
            case signal if signal is CallRaised:
                self.day.tell(Tick())  # what is due by now is decided in the old order
                self.day.tell(CallRaised(call))
            case _:
                self.replace(call)

    def leave(self, call: str) -> None:
        day = self.day
        for offer in [ring.offer for ring in day.talking.values() if ring.call == call]:
            del day.talking[offer]
        if call in day.joined:
            day.waiting.discard(call)
            day.end(call)
        day.tell(CallLeft(call))

    def replace(self, call: str) -> None:
        day, by = self.day, self.new_call()
        if call in day.waiting:
            day.booked(call, by)
        day.tell(CallReplaced(call, by))

    def phone(self) -> None:
        name = self.somebody()
        if name in self.day.agents:
            phone = self.dice.choice(self.day.agents[name].phones)
            self.day.tell(PhoneUp(name, phone) if self.dice.random() < 0.75 else PhoneDown(name, phone))

    def agent(self) -> None:
        name, dice = self.somebody(), self.dice
        signals: tuple[Signal, ...] = (
            ShiftEnded(name),
            ShiftBegan(name),
            ShiftBegan(name),
            BreakBegan(name, dice.choice(("lunch", BreakReason.OTHER_CALL))),
            BreakEnded(name),
            BreakEnded(name, BreakReason.OTHER_CALL),
            WrapUpExtended(name, dice.choice((None, 3.0))),
            AgentMoved(name, dice.choice((None, {"a": 1}, {"b": 2, "c": 3}, {}))),
        )
        self.day.tell(dice.choice(signals))

    def plan(self) -> None:
        dice = self.dice
        match dice.randrange(4):
            case 0:
                self.day.tell(LineClosed(dice.choice(NAMES)))
            case 1:
                self.day.tell(Audited())
            case _:
                if dice.random() < 0.5:
                    self.lines = any_lines(dice)
                if dice.random() < 0.5:
                    self.staff = any_agents(dice)
                self.day.tell(Rearranged(self.lines, self.staff))

    def tick(self) -> None:
        self.day.tell(Tick())


@pytest.mark.parametrize("part", range(PARTS))
def test_under_any_plan_each_call_ends_once_and_nobody_idles_beside_one(part: int) -> None:
    rings = twins = 0
    for seed in range(part, PLANS, PARTS):
        chance = Chance(seed)
        try:
            chance.run(SIGNALS)
        except AssertionError as error:
            error.add_note(f"plan {seed}, at {chance.day.now}")
            raise
        rings += chance.day.rings
        twins += chance.day.twin is not None
    assert rings > PLANS // PARTS * SIGNALS // 10, "the days were too quiet to say anything"
    assert twins > PLANS // PARTS // 2, "too few floors were restored"
