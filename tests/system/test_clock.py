"""System: the clock is set by an hour under callers, and back; libfaketime does it to all processes of ours."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import pytest

from bench.chaos.wall import Wall
from hotline.phone import Exchange
from ivr.outcomes import Outcome, Reason
from tests.phones import AGENT_TONE, hears
from tests.system.test_faults import KEYS, NEWCOMER, TALKING, WAITING, House, house

pytestmark = pytest.mark.system

HOUR = timedelta(hours=1)
SHORT = timedelta(minutes=2)
"""Longer than anything here lasts, and much shorter than an hour."""


@pytest.mark.parametrize("steps", [(HOUR, timedelta()), (-HOUR, timedelta())], ids=["on and back", "back and on"])
async def test_a_clock_that_is_set_under_callers_costs_nobody_their_place_and_no_record_a_second(
    tmp_path: Path, sounds: Path, exchange: Exchange, steps: Sequence[timedelta]
) -> None:
    wall = Wall(tmp_path)
    here = House(tmp_path, sounds, exchange)
    here.environment |= wall.environment
    async with house(tmp_path, sounds, exchange, here) as (here, _):
        await here.agent()
        talking = await here.talking()
        waiting = await here.waiting()
        wall.set(steps[0])
        await hears(talking, AGENT_TONE, within=45.0)
        newcomer = await here.caller(NEWCOMER)
        await newcomer.press(KEYS)
        await talking.hang_up()
        await hears(waiting, AGENT_TONE, within=45.0)
        wall.set(steps[1])
        await waiting.hang_up()
        await hears(newcomer, AGENT_TONE, within=45.0)
        await newcomer.hang_up()
        for number in (TALKING, WAITING, NEWCOMER):
            record = await here.record(number)
            assert (record.outcome, record.reason) == (Outcome.TALKED, Reason.CALLER_HUNG_UP)
            assert record.talked is not None
            assert record.waited is not None
            assert record.ended is not None
            for seconds in (record.talked, record.waited):
                assert 0 <= seconds < SHORT.total_seconds()
            assert timedelta() <= record.ended - record.started < SHORT
