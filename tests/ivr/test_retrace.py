"""Shell: wherever a call is when its engine dies, the journal leads to the node at which it was."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest

from ivr.adoption.retrace import retrace
from ivr.adoption.unfinished import last_outcome, unfinished
from ivr.events import StepHeard, TalkBegan, TalkEnded, WaitBegan, WaitEnded
from ivr.journal import Entry, from_data, to_data
from ivr.outcomes import Outcome
from ivr.outlook import Outlook
from routing.calendar import SHANGHAI
from routing.check import read_plan
from routing.scene import Scene
from tests.ivr.fake_switch import Behaviour
from tests.ivr.house import PLAN as SMALL_PLAN
from tests.ivr.house import House, LoopClock, house
from tests.ivr.test_replayed_calls import DAY, NIGHT, told
from tests.routing.rich import RICH

pytestmark = pytest.mark.looptime

PLAN = read_plan({"rich.yaml": RICH})


def scene_of(h: House, at: datetime) -> Scene:
    return Outlook(LoopClock(begins=at), h.board.dispatch).scene("13800138000")


@pytest.mark.parametrize("at", [DAY, NIGHT])
@pytest.mark.parametrize("typed", ["", "1", "2", "22", "2 1", "3 1200# 1", "3 12# 1200#", "4 1", "4 * 5", "*", "9 3 0"])
async def test_the_walk_is_found_again_at_every_step(typed: str, at: datetime) -> None:
    async with house(at, PLAN, ann=Behaviour(answers_after=1.0)) as h:
        entries = await told(h, typed)
        scene = scene_of(h, at)
        for number, entry in enumerate(entries[1:], 1):
            traced = retrace(PLAN, entries[:number], lambda then: replace(scene, at=then))
            if isinstance(entry.event, StepHeard) and traced.position is not None:
                assert traced.position.step.node == entry.event.node
            one = unfinished(entries[:number])
            assert one is not None
            assert one.seq == number
            _agrees(entries[:number], one.waits is not None, set(one.talks))
        assert unfinished(entries) is None


def _agrees(entries: list[Entry], waits: bool, talks: set[int]) -> None:
    events = [entry.event for entry in entries]
    began = {event.offer for event in events if isinstance(event, TalkBegan)}
    assert talks == began - {event.offer for event in events if isinstance(event, TalkEnded)}
    if sum(isinstance(event, WaitBegan) for event in events) > sum(isinstance(event, WaitEnded) for event in events):
        assert waits


async def test_another_plan_than_the_calls_own_stops_nobody() -> None:
    async with house(DAY, PLAN, ann=Behaviour(answers_after=1.0)) as h:
        entries = await told(h, "3 1200# 1")
        scene = scene_of(h, DAY)
        for number in range(1, len(entries)):
            assert retrace(SMALL_PLAN, entries[:number], lambda then: replace(scene, at=then)) is not None


def test_a_wait_of_before_0_4_is_read_and_a_place_comes_back_as_it_was() -> None:
    assert from_data("WaitBegan", {"line": "desk", "ahead": 2}) == WaitBegan("desk", 2)
    place = WaitBegan("desk", 2, 30.5, 1, "yue", "ann", "bob", True, (0, 2), 60.0)
    assert from_data("WaitBegan", to_data(place)) == place


def test_a_call_of_which_nothing_is_left_ends_as_what_was_done_for_it() -> None:
    when = datetime(2026, 11, 20, 10, 0, tzinfo=SHANGHAI)
    waited = [Entry("c-1", 1, when, WaitBegan("desk", 0))]
    talked = [*waited, Entry("c-1", 2, when, TalkBegan(1, "desk", "ann"))]
    for entries, outcome in ((waited, Outcome.FAILED), (talked, Outcome.TALKED)):
        one = unfinished(entries)
        assert one is not None
        assert last_outcome(one) is outcome
