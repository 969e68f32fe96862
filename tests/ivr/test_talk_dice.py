"""Shell: whatever agents, leaders, callers and the switch do, in whatever order, nothing is left and all are free."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from random import Random
from typing import Any

import pytest

from acd.agent import Presence
from acd.signals import Signal
from acd.signals import TalkEnded as TalkOver
from ivr.events import (
    CallEnded,
    CallerBack,
    CallerHeld,
    ConsultationBegan,
    ConsultationEnded,
    LeaderCame,
    LeaderLeft,
    RecordingBegan,
    RecordingEnded,
    TalkBegan,
    TalkEnded,
)
from ivr.journal import Event
from ivr.lead.supervision import Supervision
from ivr.outcomes import Outcome, Reason
from ivr.switch import SwitchError
from ivr.talk.conversations import AgentTalk
from ivr.talk.targets import Refused, ToAgent, ToLine, ToNumber
from routing.check import read_plan
from tests.ivr.fake_switch import Behaviour, FakeSwitch
from tests.ivr.house import House, house
from tests.routing.plans import SMALL

pytestmark = pytest.mark.looptime

PLAN = read_plan(
    {
        "dice.yaml": SMALL.replace(
            "  ann: {name: 甲, lines: [desk, night]}",
            "  ann: {name: 甲, lines: [desk, night]}\n  bob: {name: 乙, lines: [expert]}\n"
            "  cat: {name: 丙, lines: [expert, desk]}\n  chief: {name: 班长, lines: {}, leader: true}\n"
            "  deputy: {name: 副班长, lines: {}, leader: true}",
        ).replace(
            "lines:\n  desk:",
            "lines:\n  expert: {name: 专家, hours: always, closed: closed, overflow: message, hold_limit: 20s,\n"
            "    record: true, notice: notice}\n  desk:",
        )
    }
)
AGENTS, LEADERS = ("ann", "bob", "cat"), ("chief", "deputy")
TARGETS = (ToLine("expert"), ToLine("night"), ToAgent("bob"), ToAgent("cat"), ToAgent("chief"), ToNumber("0221"))
DESK: tuple[Callable[[AgentTalk, Random], Awaitable[None]], ...] = (
    lambda talk, dice: talk.hold(),
    lambda talk, dice: talk.resume(),
    lambda talk, dice: talk.transfer(dice.choice(TARGETS)),
    lambda talk, dice: talk.consult(dice.choice(TARGETS)),
    lambda talk, dice: talk.consult(dice.choice(TARGETS)),
    lambda talk, dice: talk.complete(),
    lambda talk, dice: talk.cancel(),
    lambda talk, dice: talk.merge(),
    lambda talk, dice: talk.merge(),
    lambda talk, dice: talk.leave(),
    lambda talk, dice: talk.flag(),
)
LEAD = (Supervision.listen, Supervision.listen, Supervision.whisper, Supervision.join, Supervision.take)
FRAIL = ("play", "start_music", "stop_music", "bridge", "part", "snoop", "record_bridge", "stop_recording", "ring")
"""What the switch may fail to do; what it is told to end it ends, or it is the reconciler's."""
PAUSES = (0.0, 0.0, 0.001, 0.5, 1.0, 2.0, 7.0)
PAIRS: tuple[tuple[type[Event], type[Event]], ...] = (
    (TalkBegan, TalkEnded),
    (CallerHeld, CallerBack),
    (ConsultationBegan, ConsultationEnded),
    (RecordingBegan, RecordingEnded),
)


@dataclass(slots=True)
class FrailSwitch(FakeSwitch):
    """Takes a moment for each order, and fails now and then, before or after it did what it was told."""

    dice: Random = field(default_factory=Random)
    fails: float = 0.0

    async def _frailly(self, order: Callable[..., Awaitable[Any]], *args: Any, **more: Any) -> None:
        await asyncio.sleep(self.dice.choice((0.0, 0.0, 0.01, 0.2)))
        luck = self.dice.random()
        if luck < self.fails / 2:
            raise SwitchError("500 the switch is ill")
        await order(*args, **more)
        if luck < self.fails:
            raise SwitchError("the switch did not answer in time")


def _frail(name: str) -> Callable[..., Awaitable[None]]:
    async def order(self: FrailSwitch, *args: Any, **more: Any) -> None:
        await self._frailly(getattr(super(FrailSwitch, self), name), *args, **more)

    return order


for _name in FRAIL:
    setattr(FrailSwitch, _name, _frail(_name))


def manner(dice: Random) -> Behaviour:
    """Mostly they answer."""
    luck = dice.random()
    if luck < 0.75:
        return Behaviour(answers_after=dice.choice((0.0, 0.5, 1.0, 3.0)))
    return Behaviour() if luck < 0.87 else Behaviour(fails_after=dice.choice((0.0, 1.0)))


async def somebody_does_something(h: House, dice: Random) -> None:
    switch, luck = h.switch, dice.random()
    if luck < 0.60:
        await dice.choice(DESK)(h.board.conversations.of_agent(dice.choice((*AGENTS, *AGENTS, *LEADERS))), dice)
    elif luck < 0.80:
        await dice.choice(LEAD)(h.supervision, dice.choice(LEADERS), dice.choice(AGENTS))
    elif luck < 0.84:
        await h.supervision.stop(dice.choice(LEADERS))
    elif luck < 0.87:
        waits = [place.call for line in PLAN.lines for place in h.board.dispatch.floor.waiting(line)]
        if waits:
            await h.supervision.take_waiting(dice.choice(LEADERS), dice.choice(waits))
    elif luck < 0.95:
        if legs := sorted(switch.channels - switch.callers):
            switch.ends(dice.choice(legs))
    elif luck < 0.97:
        switch.phones[dice.choice((*AGENTS, *LEADERS))] = manner(dice)
    elif callers := sorted(switch.callers & switch.channels):
        switch.ends(dice.choice(callers))


async def unhindered(work: Awaitable[None]) -> None:
    with suppress(Refused):
        await work


@pytest.mark.parametrize("fails", [0.0, 0.05, 0.3])
@pytest.mark.parametrize("seed", range(60))
async def test_nothing_is_left_whatever_happens(seed: int, fails: float) -> None:
    dice = Random(f"{seed} {fails}")  # noqa: S311  (dice, not keys)
    switch = FrailSwitch(dice=dice, fails=fails)
    phones = {name: manner(dice) for name in (*AGENTS, *LEADERS)}
    told: list[int] = []
    phones["n0221"] = manner(dice)
    async with house(plan=PLAN, switch=switch, **phones) as h:  # type: ignore[arg-type]  # phones alone
        floor = h.board.dispatch.floor
        handle = floor.handle

        def handled(signal: Signal, now: float) -> Any:
            if isinstance(signal, TalkOver):
                told.append(signal.offer)
            return handle(signal, now)

        floor.handle = handled  # type: ignore[method-assign]
        async with asyncio.TaskGroup() as tasks:
            for number in range(2):
                switch.caller_dials(f"caller{number}")
                switch.caller_types(f"caller{number}", "1")
            await h.passes(12.0)
            for _ in range(40):
                tasks.create_task(unhindered(somebody_does_something(h, dice)))
                await h.passes(dice.choice(PAUSES))
            switch.fails = 0.0
            await h.passes(1.0)
            for channel in sorted(switch.callers):
                switch.ends(channel)
        await h.passes(120.0)
        assert h.is_clean(), vars_of(switch)
        assert h.board.conversations.all() == ()
        assert not h.board.conversations.legs.names()
        assert not h.board.dispatch.legs.names()
        assert not switch.ears
        assert all(h.supervision.attending(leader) is None for leader in LEADERS)
        assert [floor.seat(name).presence for name in (*AGENTS, *LEADERS)] == [Presence.READY] * 5
        assert not floor.audit()
        assert sorted(told) == sorted(set(told))
        check_journal(h, fails)


def check_journal(h: House, fails: float) -> None:
    calls = {entry.call for entry in h.ledger.entries}
    assert len(calls) == 2
    for call in calls:
        events = [entry.event for entry in h.ledger.entries if entry.call == call]
        ends = [event for event in events if isinstance(event, CallEnded)]
        assert len(ends) == 1
        assert events[-1] is ends[0]
        assert ends[0].reason is not Reason.BUG
        assert fails or ends[0].outcome is not Outcome.FAILED
        for begins, over in PAIRS:
            assert sum(isinstance(e, begins) for e in events) == sum(isinstance(e, over) for e in events), begins
        came = [event.leader for event in events if isinstance(event, LeaderCame)]
        left = [event.leader for event in events if isinstance(event, LeaderLeft)]
        assert set(left) == set(came)
        assert len(left) <= len(came)


def vars_of(switch: FakeSwitch) -> str:
    return f"{switch.channels} {switch.music} {switch.playing} {switch.recordings} {switch.bridges}"
