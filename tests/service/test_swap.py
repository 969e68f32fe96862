"""Shell: the plan is swapped under calls on a fake switch in virtual time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from acd.agent import Presence
from hotline.arrangement import arrangement_of, floor_of
from hotline.call_service import callback_service_of, service_of
from hotline.live import Edition
from hotline.operators import Published
from hotline.sounds import KeptWords
from ivr.call_ids import CallIds
from ivr.callbacks.board import Callbacks
from ivr.dispatch import Dispatch
from ivr.events import CallArrived, CallEnded, EndReached, StepHeard, TalkBegan
from ivr.outcomes import Outcome
from ivr.outlook import Outlook
from ivr.switch import PhoneChanged
from ivr.switchboard import Switchboard
from routing.check import read_plan
from tests.ivr.fake_switch import Behaviour, FakeSwitch
from tests.ivr.house import Ledger, LoopClock
from tests.routing.plans import SMALL

pytestmark = pytest.mark.looptime

OTHER_KEYS = SMALL.replace("{1: desk, 2: night, 3: partner, 4: bye}", "{1: bye, 2: night, 3: partner, 4: desk}")
TWO_AGENTS = SMALL.replace("  ann: {", "  bob: {name: 乙, lines: [desk]}\n  ann: {")
ONLY_BOB = SMALL.replace("  ann: {name: 甲, lines: [desk, night]}", "  bob: {name: 乙, lines: [desk, night]}")
ANSWERS = Behaviour(answers_after=1.0)


def edition_of(text: str, number: int) -> Edition:
    """A plan whose sounds are kept under the edition's number."""
    plan = read_plan({"small.yaml": text})
    words = KeptWords(plan.words, {name: f"kept/{number}-{name}" for name in plan.words})
    return Edition(Published(plan, f"v{number}"), number, datetime.now(UTC), words)


@dataclass
class House:
    switch: FakeSwitch
    ledger: Ledger
    board: Switchboard
    now: Edition

    def swap(self, text: str) -> Edition:
        """What `hotline.service` does when a plan becomes live."""
        before, self.now = self.now, edition_of(text, self.now.number + 1)
        self.board.dispatch.signal(arrangement_of(self.now.plan))
        return before

    def heard(self, channel: str) -> list[str]:
        return [sound for caller, sound in self.switch.heard if caller == channel]

    def presence(self, agent: str) -> Presence:
        return self.board.dispatch.floor.seat(agent).presence


@asynccontextmanager
async def house(text: str = SMALL) -> AsyncIterator[House]:
    switch, ledger, clock, first = FakeSwitch(), Ledger(), LoopClock(), edition_of(text, 1)
    floor = floor_of(first.plan)
    here: House
    ids = CallIds("t")
    board = Switchboard(
        switch,
        ledger,
        clock,
        ids,
        dispatch=lambda spawn: Dispatch(floor, switch, clock, spawn),
        service=lambda dispatch: service_of(here.now, dispatch, clock, Outlook(clock, dispatch), callbacks),
        agents=lambda: here.now.plan.phones,
    )
    callbacks = Callbacks(
        board.dispatch,
        switch,
        ledger,
        clock,
        ids,
        board,
        lambda: callback_service_of(here.now, board.dispatch, clock, Outlook(clock, board.dispatch), callbacks),
    )
    here = House(switch, ledger, board, first)
    switch.connect()
    async with asyncio.TaskGroup() as tasks:
        serving = tasks.create_task(board.run())
        try:
            yield here
        finally:
            serving.cancel()


async def test_a_caller_in_the_menu_keeps_the_old_words_and_keys_and_a_newcomer_has_the_new() -> None:
    async with house() as here:
        here.switch.phone_up("ann", ANSWERS)
        here.switch.caller_dials("old")
        await here.ledger.noted(StepHeard)  # the greeting was heard, the menu is being said
        before = here.swap(OTHER_KEYS)
        here.switch.caller_dials("new")
        await here.ledger.noted(StepHeard, 2)
        here.switch.caller_types("old", "1")
        here.switch.caller_types("new", "1")
        await here.ledger.noted(TalkBegan)
        await here.ledger.noted(CallEnded)
        assert before.calls == 1
        here.switch.ends("old")
        await here.ledger.noted(CallEnded, 2)
        assert before.calls == 0
    assert {sound.split("-")[0] for sound in here.heard("old")} == {"kept/1"}
    assert {sound.split("-")[0] for sound in here.heard("new")} == {"kept/2"}
    assert "kept/1-connecting" in here.heard("old")
    assert "kept/2-goodbye" in here.heard("new")
    assert [event.plan for event in here.ledger.of(CallArrived)] == ["v1", "v2"]
    assert {event.kind for event in here.ledger.of(EndReached)} == {"line", "hangup"}


async def test_a_caller_who_waits_is_served_by_an_agent_whom_the_new_plan_brings() -> None:
    async with house() as here:
        here.switch.phone_up("ann", ANSWERS)
        for channel in ("first", "second"):
            here.switch.caller_dials(channel)
            here.switch.caller_types(channel, "1")
        await here.ledger.noted(TalkBegan)
        here.switch.tell(PhoneChanged("bob", up=True))  # an account of an older plan: nobody of ours yet
        here.swap(TWO_AGENTS)
        here.switch.phone_up("bob", ANSWERS)
        await here.ledger.noted(TalkBegan, 2)
        assert [talk.agent for talk in here.ledger.of(TalkBegan)] == ["ann", "bob"]
        here.switch.ends("first")
        here.switch.ends("second")
        await here.ledger.noted(CallEnded, 2)


async def test_the_talk_of_an_agent_who_is_gone_goes_on_to_its_own_end() -> None:
    async with house() as here:
        here.switch.phone_up("ann", ANSWERS)
        here.switch.caller_dials("caller")
        here.switch.caller_types("caller", "1")
        await here.ledger.noted(TalkBegan)
        here.swap(ONLY_BOB)
        here.switch.tell(PhoneChanged("ann", up=False))
        assert here.presence("ann") is Presence.TALKING
        assert len(here.switch.bridges) == 1
        here.switch.ends("caller")
        await here.ledger.noted(CallEnded)
        assert [event.outcome for event in here.ledger.of(CallEnded)] == [Outcome.TALKED]
        assert here.board.dispatch.floor.presences() == {Presence.OFFLINE: 1}


async def test_a_caller_whose_line_is_gone_from_the_plan_still_reaches_it() -> None:
    gone = SMALL.replace("4: bye", "4: bye, 5: extra").replace(
        "lines:\n", "lines:\n  extra: {name: 将撤, closed: closed, overflow: message}\n"
    )
    gone = gone.replace("lines: [desk, night]", "lines: [desk, night, extra]")
    async with house(gone) as here:
        here.switch.phone_up("ann", ANSWERS)
        here.switch.caller_dials("caller")
        await here.ledger.noted(StepHeard)
        here.swap(SMALL)
        here.switch.caller_types("caller", "5")
        await here.ledger.noted(TalkBegan)
        assert [(talk.line, talk.agent) for talk in here.ledger.of(TalkBegan)] == [("extra", "ann")]
        here.switch.ends("caller")
        await here.ledger.noted(CallEnded)


async def test_a_hundred_swaps_under_a_stream_of_callers_lose_none() -> None:
    texts = (SMALL, TWO_AGENTS, ONLY_BOB, OTHER_KEYS)
    async with house() as here:
        for agent in ("ann", "bob"):
            here.switch.phone_up(agent, ANSWERS)
        for number in range(100):
            here.switch.caller_dials(f"c{number}")
            here.switch.caller_types(f"c{number}", "1" if number % 3 else "3")
            here.swap(texts[number % len(texts)])
            for agent in here.now.agents:
                here.switch.tell(PhoneChanged(agent, up=True))
            async with asyncio.timeout(60):
                await here.ledger.noted(CallArrived, number + 1)
            if number >= 10:
                here.switch.ends(f"c{number - 10}")
        for number in range(100):
            here.switch.ends(f"c{number}")
        await here.ledger.noted(CallEnded, 100)
        assert here.board.calls == 0
        assert not here.switch.bridges
        assert Outcome.FAILED not in {event.outcome for event in here.ledger.of(CallEnded)}
        assert here.board.dispatch.legs.names() == frozenset()
