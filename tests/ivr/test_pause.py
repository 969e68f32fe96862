"""Shell: an agent lets what is said go unrecorded for a while, in virtual time."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from ivr.events import CallEnded, RecordingBegan, RecordingEnded, RecordingPaused, RecordingResumed, TalkBegan
from ivr.talk.pause import AT_MOST
from ivr.talk.targets import Refused, ToAgent
from routing.check import read_plan
from tests.ivr.fake_switch import Behaviour
from tests.ivr.house import CALLER, House, house
from tests.routing.plans import SMALL

pytestmark = pytest.mark.looptime

PLAN = read_plan(
    {"team.yaml": SMALL.replace("  ann: {name: 甲, lines: [desk, night]}",
                                "  ann: {name: 甲, lines: [desk, night]}\n  bob: {name: 乙, lines: [desk]}")}
)  # fmt: skip
QUICK = Behaviour(answers_after=0.5)


@asynccontextmanager
async def recorded() -> AsyncIterator[House]:
    """A caller talks with ann, and it is recorded."""
    async with house(plan=PLAN, ann=QUICK) as h:
        h.switch.caller_dials(CALLER)
        h.switch.caller_types(CALLER, "1")
        await h.ledger.noted(RecordingBegan)
        await h.passes(10.0)
        yield h


async def test_nothing_is_recorded_until_the_agent_says_so_and_then_into_the_same_file() -> None:
    async with recorded() as h:
        ann = h.board.conversations.of_agent("ann")
        await ann.pause_recording()
        assert (h.switch.recordings, h.ledger.of(RecordingPaused)) == ({}, [RecordingPaused(1, "ann")])
        await ann.hold()
        await ann.resume()
        assert h.switch.recordings == {}, "not by going on hold and back"
        await h.passes(20.0)
        await ann.resume_recording()
        assert h.ledger.of(RecordingResumed) == [RecordingResumed(1, "ann")]
        first, second = h.ledger.of(RecordingBegan)
        assert first == second
        assert list(h.switch.recordings) == [first.file]
        h.switch.ends(CALLER)
        await h.ledger.noted(CallEnded)
        assert len(h.ledger.of(RecordingEnded)) == 2


async def test_a_pause_that_nobody_ends_ends_by_itself() -> None:
    async with recorded() as h:
        await h.board.conversations.of_agent("ann").pause_recording()
        await h.passes(AT_MOST - 1.0)
        assert h.switch.recordings == {}
        await h.passes(2.0)
        assert h.ledger.of(RecordingResumed) == [RecordingResumed(1, None)]
        assert h.switch.recordings
        h.switch.ends(CALLER)
        await h.ledger.noted(CallEnded)


async def test_who_has_the_caller_next_is_recorded_and_a_talk_s_end_ends_it() -> None:
    async with recorded() as h:
        h.switch.phone_up("bob", QUICK)
        await h.passes(0.1)
        ann = h.board.conversations.of_agent("ann")
        await ann.pause_recording()
        await ann.transfer(ToAgent("bob"))
        await h.ledger.noted(TalkBegan, 2)
        await h.passes(1.0)
        assert h.ledger.of(RecordingResumed) == [RecordingResumed(1, None)]
        assert h.switch.recordings
        await h.board.conversations.of_agent("bob").pause_recording()
        h.switch.ends(CALLER)
        await h.ledger.noted(CallEnded)
        assert len(h.ledger.of(RecordingResumed)) == 2


async def test_a_talk_that_is_not_recorded_has_no_pause() -> None:
    plain = read_plan({"team.yaml": SMALL.replace(", record: true", "").replace(", notice: notice", "")})
    async with house(plan=plain, ann=QUICK) as h:
        h.switch.caller_dials(CALLER)
        h.switch.caller_types(CALLER, "1")
        await h.ledger.noted(TalkBegan)
        with pytest.raises(Refused, match="not recorded"):
            await h.board.conversations.of_agent("ann").pause_recording()
        h.switch.ends(CALLER)
        await h.ledger.noted(CallEnded)


async def test_a_pause_outlives_the_engine() -> None:
    async with recorded() as first:
        await first.board.conversations.of_agent("ann").pause_recording()
        first.killed()
    async with house(plan=PLAN, switch=first.switch, before=first.ledger.entries) as h:
        await h.passes(5.0)
        assert h.switch.recordings == {}
        await h.passes(AT_MOST)
        assert h.ledger.of(RecordingResumed) == [RecordingResumed(1, None)]
        assert h.switch.recordings
        h.switch.ends(CALLER)
        await h.ledger.noted(CallEnded)
