"""Unit, property: hundreds of days of a thousand signals, with signals that come twice, late, or never.

Cheaper than drawn examples and far busier: phones ring, fail and are let go on lines that are never empty.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace

import pytest

from acd.agent import BreakReason
from acd.floor import Floor
from acd.signals import (
    AgentMoved,
    BreakBegan,
    BreakEnded,
    CallJoined,
    CallLeft,
    CallRaised,
    CallReplaced,
    Failure,
    LineClosed,
    OfferFailed,
    PhoneAnswered,
    PhoneDown,
    PhoneUp,
    ShiftBegan,
    ShiftEnded,
    Signal,
    TalkEnded,
    Tick,
    WrapUpExtended,
)
from tests.acd.day import AGENTS, LINES, Day
from tests.depth import depth

DAYS = depth(200)
SIGNALS = 1000
PARTS = 4
LOOK_EVERY = 19
"""Signals between two looks at the whole floor; what orders say is looked at always."""


class Chance:
    """A day by dice. Some signals come twice, some again long after, some agents' ends are never told."""

    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)  # noqa: S311  (days, not secrets)
        self.day = Day(Floor(LINES, AGENTS, explains=seed % 10 == 0))
        self.count = 0
        self.told: list[Signal] = []
        self.moves: list[tuple[Callable[[], None], int]] = [
            (self.joins, 30),
            (self.answers, 25),
            (self.fails, 5),
            (self.talk_ends, 20),
            (self.hangs_up, 4),
            (self.phone, 5),
            (self.agent, 5),
            (self.rare, 1),
            (self.again, 3),
            (self.time, 20),
        ]
        for agent in AGENTS:
            for phone in agent.phones:
                self.day.tell(PhoneUp(agent.id, phone))

    def run(self, signals: int) -> None:
        moves, weights = zip(*self.moves, strict=True)
        for number, move in enumerate(self.dice.choices(moves, weights, k=signals)):
            move()
            if number % LOOK_EVERY == 0:
                self.day.check()
        self.day.check()

    def finish(self) -> None:
        """Everybody hangs up: each call has ended exactly once, and nothing is left."""
        day = self.day
        for ring in list(day.talking.values()):
            del day.talking[ring.offer]
            day.tell(CallLeft(ring.call))
            day.end(ring.call)
        for call in sorted(day.waiting):
            if call in day.waiting:
                day.waiting.remove(call)
                day.tell(CallLeft(call))
                day.end(call)
        day.check()
        assert set(day.ended) == set(day.joined)
        assert not day.floor.offers()
        assert not day.floor.talks()

    def tell(self, signal: Signal) -> None:
        self.told.append(signal)
        self.day.tell(signal)

    def joins(self) -> None:
        self.count += 1
        dice = self.dice
        self.day.join(
            CallJoined(
                f"c{self.count}",
                dice.choice(LINES).id,
                dice.choice((0, 0, 0, 1, 3)),
                language="yue" if dice.random() < 0.1 else None,
                had=dice.choice(AGENTS).id if dice.random() < 0.1 else None,
                only=dice.choice(AGENTS).id if dice.random() < 0.03 else None,
                patient=dice.random() < 0.1,
            )
        )

    def answers(self) -> None:
        if self.day.ringing:
            self.tell(PhoneAnswered(self.dice.choice(sorted(self.day.ringing))))

    def fails(self) -> None:
        if self.day.ringing:
            offer = self.dice.choice(sorted(self.day.ringing))
            del self.day.ringing[offer]
            self.tell(OfferFailed(offer, self.dice.choice(tuple(Failure))))

    def talk_ends(self) -> None:
        if self.day.talking:
            offer = self.dice.choice(sorted(self.day.talking))
            call = self.day.talking.pop(offer).call
            self.tell(CallLeft(call) if self.dice.random() < 0.5 else TalkEnded(offer))
            self.day.end(call)

    def hangs_up(self) -> None:
        if self.day.waiting:
            call = self.dice.choice(sorted(self.day.waiting))
            self.day.waiting.remove(call)
            self.tell(CallLeft(call))
            self.day.end(call)

    def phone(self) -> None:
        agent = self.dice.choice(AGENTS)
        phone = self.dice.choice(agent.phones)
        self.tell(PhoneDown(agent.id, phone) if self.dice.random() < 0.3 else PhoneUp(agent.id, phone))

    def agent(self) -> None:
        agent = self.dice.choice(AGENTS).id
        signals: tuple[Signal, ...] = (
            BreakBegan(agent, "lunch"),
            BreakBegan(agent, BreakReason.OTHER_CALL),
            BreakEnded(agent),
            BreakEnded(agent),
            BreakEnded(agent, BreakReason.OTHER_CALL),
            WrapUpExtended(agent, 30.0),
            ShiftEnded(agent),
            ShiftBegan(agent),
            ShiftBegan(agent),
        )
        self.tell(self.dice.choice(signals))

    def rare(self) -> None:
        day, dice = self.day, self.dice
        match dice.randrange(4):
            case 0:
                lines = {line.id: dice.choice((1, 2)) for line in LINES if dice.random() < 0.4}
                self.tell(AgentMoved(dice.choice(AGENTS).id, dice.choice((lines, None))))
            case 1:
                self.tell(LineClosed(dice.choice(LINES).id))
            case 2 if day.waiting:
                self.tell(CallRaised(dice.choice(sorted(day.waiting))))
            case 3 if day.waiting:
                self.count += 1
                call, by = dice.choice(sorted(day.waiting)), f"c{self.count}"
                day.waiting.remove(call)
                day.waiting.add(by)
                day.end(call)
                old = day.joined[call]
                day.joined[by] = replace(old, call=by, patient=True)
                self.tell(CallReplaced(call, by))

    def again(self) -> None:
        """A signal of a call or an offer that is over comes once more."""
        if not self.told:
            return
        signal = self.dice.choice(self.told[-200:])
        match signal:
            case PhoneAnswered(offer) | OfferFailed(offer) | TalkEnded(offer):
                if offer not in self.day.ringing and offer not in self.day.talking:
                    assert self.day.tell(signal) == []
            case CallLeft(call) if call in self.day.ended:
                assert self.day.tell(signal) == []
            case _:
                return

    def time(self) -> None:
        day, until = self.day, self.day.now + self.dice.expovariate(1 / 4.0)
        while (at := day.floor.wake_at()) is not None and at <= until:
            day.now = at
            day.tell(Tick())
        day.now = until


@pytest.mark.parametrize("part", range(PARTS))
def test_whatever_happens_each_call_ends_once_and_nobody_idles_beside_one(part: int) -> None:
    rings = 0
    for seed in range(part, DAYS, PARTS):
        chance = Chance(seed)
        chance.run(SIGNALS)
        chance.finish()
        rings += chance.day.rings
    assert rings > DAYS // PARTS * SIGNALS // 20, "the days were too quiet to say anything"
