"""Shell, in virtual time: the floor is told who comes on duty, and the house is warned before a line is empty."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from acd.signals import DayBegan, LineClosed, ShiftBegan, ShiftEnded, Signal
from hotline.by_hand import ByHand, ByHandWatch, keep
from hotline.shifts import Shifts
from routing.plan import Plan
from tests.routing.test_shifts import EARLY, LATE, at, plan

TEAM = plan({"ann": {"shift": "early"}, "bob": {"shift": "late"}}, early=[EARLY], late=[LATE])


class Room:
    """A floor that remembers what it was told, and a clock that is set by hand."""

    def __init__(self, whole: Plan, now: datetime, there: str = "ann bob", var: Path | None = None) -> None:
        self.plan, self.now, self.there = whole, now, there.split()
        self.told: list[Signal] = []
        self.warned: list[tuple[str, int]] = []
        by_hand: Callable[[], dict[str, bool]] = dict if var is None else ByHandWatch(var, lambda: self.now)  # type: ignore[assignment]
        self.shifts = Shifts(
            lambda: self.plan,
            lambda: self.now,
            self.told.append,
            lambda agent: agent in self.there,
            by_hand,
            lambda line, minutes: self.warned.append((line, minutes)),
        )

    def heard(self) -> list[Signal]:
        self.told.clear()
        self.shifts.look()
        return list(self.told)


def test_the_floor_is_told_of_each_shift_once() -> None:
    room = Room(TEAM, at(9))
    assert room.heard() == [ShiftBegan("ann"), ShiftEnded("bob")]
    assert room.heard() == []
    room.now = at(12)
    assert room.heard() == [ShiftEnded("ann"), ShiftBegan("bob")]


def test_another_plan_has_all_shifts_told_anew() -> None:
    room = Room(TEAM, at(9))
    room.shifts.look()
    room.plan = plan({"ann": {}, "cid": {"shift": "late"}}, early=[EARLY], late=[LATE])
    assert room.heard() == [ShiftBegan("ann"), ShiftEnded("cid")]


def test_a_clock_that_is_set_changes_who_is_on_duty() -> None:
    room = Room(TEAM, at(9))
    room.shifts.look()
    room.now = at(13, day=23)  # Monday
    assert room.heard() == [ShiftEnded("ann"), ShiftBegan("bob"), DayBegan()]


def test_the_house_is_warned_once_before_a_line_is_empty_and_once_when_it_is() -> None:
    room = Room(TEAM, at(16, 10), there="bob")
    room.shifts.look()
    assert room.warned == []
    room.plan = plan({"ann": {"shift": "early"}}, early=[EARLY])
    room.now, room.there = at(11, 51), ["ann"]
    for _ in range(3):
        room.shifts.look()
    assert room.warned == [("desk", 9)]
    assert (dict(room.shifts.soon_empty()), room.shifts.empty()) == ({"desk": 9}, ())
    room.now = at(12, 0)
    for _ in range(3):
        room.shifts.look()
    assert room.warned == [("desk", 9), ("desk", 0)]
    assert (dict(room.shifts.soon_empty()), room.shifts.empty()) == ({}, ("desk",))


def test_a_line_closed_by_hand_is_told_once_and_again_when_it_is_closed_again(tmp_path: Path) -> None:
    room = Room(TEAM, at(9), var=tmp_path)
    room.shifts.look()
    keep(tmp_path, {"desk": ByHand(False, at(10))})
    assert room.heard() == [LineClosed("desk")]
    assert room.heard() == []
    room.now = at(10)
    assert room.heard() == []  # its time is over
    keep(tmp_path, {"desk": ByHand(False, at(11))})
    assert room.heard() == [LineClosed("desk")]


@pytest.mark.looptime
async def test_the_floor_is_told_at_the_very_instant() -> None:
    loop = asyncio.get_running_loop()
    began, told = loop.time(), list[tuple[float, Signal]]()
    shifts = Shifts(
        lambda: TEAM,
        lambda: at(11, 59) + timedelta(seconds=loop.time() - began),
        lambda signal: told.append((round(loop.time() - began, 1), signal)),
        lambda agent: True,
    )
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(90):
            await shifts.run()
    assert told[2:] == [(60.0, ShiftEnded("ann")), (60.0, ShiftBegan("bob"))]
