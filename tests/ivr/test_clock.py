"""Shell, in virtual time: the wall's clock is set while people call, and nobody's time runs backwards."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from ivr.call_ids import AHEAD, CallIds
from ivr.clock import LOOKS_EVERY, until
from ivr.events import CallEnded, Offered, TalkBegan
from ivr.outcomes import WaitEnd
from records.folding import fold
from routing.calendar import SHANGHAI
from tests.ivr.fake_switch import Behaviour
from tests.ivr.house import CALLER, LoopClock, house
from tests.ivr.test_waiting import ALMOST_CLOSED, LEAVES_AT_CLOSING, busy, dials, ends

HOUR = timedelta(hours=1)


@pytest.mark.looptime
@pytest.mark.parametrize("step", [HOUR, -HOUR])
async def test_a_call_lasts_as_long_as_it_lasted_however_the_clock_is_set_meanwhile(step: timedelta) -> None:
    async with house(ann=Behaviour(answers_after=4.0)) as h:
        h.switch.caller_dials(CALLER)
        h.switch.caller_types(CALLER, "1")
        await h.ledger.noted(Offered)
        h.clock.stepped.append(step)
        await h.ledger.noted(TalkBegan)
        await h.passes(60.0)
        h.clock.stepped.append(-2 * step)
        await h.passes(60.0)
        h.switch.ends(CALLER)
        await h.ledger.noted(CallEnded)
        assert all(one.at <= next_.at for one, next_ in pairwise(h.ledger.entries))
        record = fold(h.ledger.entries)
        assert record.talked == pytest.approx(120.0, abs=1.0)
        assert record.waited == pytest.approx(4.0, abs=2.0)
        assert record.ended is not None
        assert record.ended - record.started < timedelta(minutes=3)


@pytest.mark.looptime
async def test_a_line_closes_though_the_clock_jumped_over_its_closing_time() -> None:
    async with busy(LEAVES_AT_CLOSING, at=ALMOST_CLOSED - HOUR) as h:
        dials(h)
        await h.passes(60.0)
        assert ends(h) == []
        h.clock.stepped.append(HOUR)
        await h.passes(LOOKS_EVERY + 1.0)
        assert ends(h) == [("desk", WaitEnd.CLOSED)]


@pytest.mark.looptime
async def test_a_line_does_not_close_early_when_the_clock_is_set_back() -> None:
    async with busy(LEAVES_AT_CLOSING, at=ALMOST_CLOSED) as h:
        dials(h)
        h.clock.stepped.append(-HOUR)
        await h.passes(120.0)
        assert ends(h) == []


@pytest.mark.looptime
@pytest.mark.parametrize(("step", "after"), [(timedelta(), 100.0), (HOUR, 30.0), (-HOUR, 3700.0)])
async def test_who_waits_for_an_instant_is_not_led_astray_by_a_clock_that_is_set(step: timedelta, after: float) -> None:
    clock = LoopClock(begins=datetime(2026, 11, 20, 23, 59, tzinfo=SHANGHAI))
    instant = clock.now() + timedelta(seconds=100)
    began = clock.monotonic()

    async def wait() -> None:
        async with until(clock, instant):
            await asyncio.sleep(20.0)
            clock.stepped.append(step)
            await asyncio.Event().wait()

    with pytest.raises(TimeoutError):
        await wait()
    assert after - LOOKS_EVERY <= clock.monotonic() - began <= after


def test_ids_do_not_come_twice_when_the_clock_is_set_back_and_the_engine_starts_anew(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    kept: list[int] = []
    now = 1_800_000_000_000
    monkeypatch.setattr("ivr.call_ids.time.time_ns", lambda: now * 1_000_000)
    ids = CallIds("a", keep=kept.append)
    given = {ids() for _ in range(AHEAD + 10)}
    now += 3_600_000
    given |= {ids() for _ in range(10)}
    now -= 7_200_000
    given |= {ids() for _ in range(10)}
    after = len(kept)
    again = CallIds("a", after=kept[-1], keep=kept.append)
    fresh = {again() for _ in range(1000)}
    assert len(given) == AHEAD + 30
    assert not given & fresh
    assert after == 3  # seldom


FILES = ("tests/routing/test_calendar.py", "tests/service/test_shifts.py", "tests/records/test_today.py")


@pytest.mark.parametrize("zone", ["America/New_York", "Asia/Kathmandu"])
def test_the_machine_may_lie_in_any_time_zone(zone: str) -> None:
    checkout = Path(__file__).parents[2]
    program = (
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-x",
        "-p",
        "no:cacheprovider",
        *FILES,
        "-k",
        "not postgresql and not property",
    )
    environment = {**os.environ, "TZ": zone, "PYTHONPATH": os.pathsep.join([str(checkout), *sys.path])}
    done = subprocess.run(program, cwd=checkout, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-3000:]
