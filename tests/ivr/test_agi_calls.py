"""Shell: whole calls that come by FastAGI walk the plan, and leave exactly one record each."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from acd.agent import Presence
from ivr.agi.door import listening_at
from ivr.agi.switch import AgiSwitch, Ways
from ivr.events import CallEnded, MessageLeft, OfferEnded, RecordingEnded, TalkBegan
from ivr.outcomes import OfferResult, Outcome, Reason
from ivr.talk.states import Command
from ivr.talk.targets import Refused
from records.folding import fold
from tests.ivr.agi_client import Channel, FakeAsterisk
from tests.ivr.fake_switch import Behaviour
from tests.ivr.house import NIGHT, WORKDAY, House, by_call, house
from tests.ivr.worlds import agi_door


@dataclass
class Site:
    """A hotline, and an Asterisk that sends it callers by FastAGI."""

    house: House
    asterisk: FakeAsterisk
    agi: AgiSwitch

    async def chooses(self, key: str) -> Channel:
        """A caller calls and types a key at the menu."""
        caller = self.asterisk.calls()
        await caller.until(lambda: "hotline/choose" in caller.heard)
        caller.press(key)
        return caller

    async def ended(self) -> CallEnded:
        await self.house.ledger.noted(CallEnded)
        return self.house.end


@asynccontextmanager
async def site(folder: Path, at: datetime = WORKDAY, **phones: Behaviour) -> AsyncIterator[Site]:
    at -= timedelta(seconds=asyncio.get_running_loop().time())  # the house's clock counts from there
    agi, listening = AgiSwitch(Ways(recordings=folder)), listening_at("127.0.0.1", 0)
    async with house(at, agi=agi) as h, asyncio.TaskGroup() as tasks:
        door = tasks.create_task(agi_door(agi).run(listening))
        asterisk = FakeAsterisk(listening.getsockname()[1], tasks, {"web-ann": Behaviour(unknown=True), **phones})
        yield Site(h, asterisk, agi)
        asterisk.hang_up()
        door.cancel()


async def test_a_caller_chooses_a_line_talks_recorded_and_the_agent_hangs_up(tmp_path: Path) -> None:
    async with site(tmp_path, ann=Behaviour(answers_after=0.1)) as s:
        caller = await s.chooses("1")
        await s.house.ledger.noted(TalkBegan)
        await caller.until(lambda: caller.bridged == "ann")
        floor = s.house.board.dispatch.floor
        assert floor.presences() == {Presence.TALKING: 1}
        assert s.asterisk.legs["ann"].variables["recorded"].endswith(",ab")
        (talk,) = [talk for talk in [s.house.board.conversations.find("ann")] if talk is not None]
        for command in (Command.HOLD, Command.PAUSE_RECORDING, Command.CONSULT):
            with pytest.raises(Refused, match="FastAGI"):
                await talk.obey(command, "ann")
        s.asterisk.legs["ann"].hang_up()
        assert await s.ended() == CallEnded(Outcome.TALKED, Reason.OTHER_SIDE_HUNG_UP)
        await caller.left.wait()
        assert caller.variables["HOTLINE_STATUS"] == "served"
        assert caller.heard[:3] == ["hotline/welcome", "hotline/choose", "hotline/notice"]
        (ended,) = s.house.ledger.of(RecordingEnded)
        assert ended.seconds is not None
        record = fold(s.house.ledger.entries)
        assert (record.outcome, record.agent, record.line) == (Outcome.TALKED, "ann", "desk")
        assert len(by_call(s.house.ledger.entries)) == 1


async def test_a_caller_who_hangs_up_ends_the_talk_and_the_record_says_so(tmp_path: Path) -> None:
    async with site(tmp_path, ann=Behaviour(answers_after=0.1)) as s:
        caller = await s.chooses("1")
        await caller.until(lambda: caller.bridged == "ann")
        caller.hang_up()
        assert await s.ended() == CallEnded(Outcome.TALKED, Reason.CALLER_HUNG_UP)
        await s.house.ledger.until(lambda: s.house.board.calls == 0)


async def test_after_hours_a_message_is_left(tmp_path: Path) -> None:
    async with site(tmp_path, at=NIGHT) as s:
        caller = s.asterisk.calls()
        caller.speech = 3.0
        await caller.until(lambda: "hotline/choose" in caller.heard)
        caller.press("1")
        await caller.until(lambda: any(line.startswith("RECORD") for line in caller.commands), 10.0)
        caller.press("#")
        assert (await s.ended()).outcome is Outcome.MESSAGE
        (left,) = s.house.ledger.of(MessageLeft)
        assert left.seconds == pytest.approx(3.0)
        assert "hotline/thanks" in caller.heard


async def test_a_refused_offer_goes_on_and_the_agent_rests(tmp_path: Path) -> None:
    async with site(tmp_path, ann=Behaviour(fails_after=0.1, cause=21)) as s:
        caller = await s.chooses("1")
        await s.house.ledger.noted(OfferEnded)
        (ended,) = s.house.ledger.of(OfferEnded)
        assert (ended.result, ended.cause) == (OfferResult.REFUSED, 21)
        await caller.until(lambda: caller.music)  # they wait on
        caller.hang_up()
        assert (await s.ended()).outcome is Outcome.ABANDONED


async def test_a_line_outside_is_dialled_by_its_number(tmp_path: Path) -> None:
    async with site(tmp_path, WORKDAY, **{"0222@trunk": Behaviour(answers_after=0.1)}) as s:
        caller = await s.chooses("3")
        await caller.until(lambda: caller.bridged == "0222@trunk")
        s.asterisk.legs["0222@trunk"].hang_up()
        assert (await s.ended()).outcome is Outcome.TALKED


async def test_an_asterisk_that_breaks_off_ends_the_call_once(tmp_path: Path) -> None:
    async with site(tmp_path) as s:
        await s.chooses("1")
        s.agi.cut()
        await s.ended()
        await s.house.ledger.until(lambda: s.house.board.calls == 0)
        assert len(s.house.ledger.of(CallEnded)) == 1
