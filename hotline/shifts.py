"""Shifts on a running hotline: tells the floor who comes on duty and who goes, and warns before a line is empty."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta

import structlog

from acd.signals import DayBegan, LineClosed, ShiftBegan, ShiftEnded, Signal
from routing.calendar import SHANGHAI
from routing.plan import Plan
from routing.shifts import left_empty, on_duty, shift_turns

log = structlog.get_logger()

WARNED = timedelta(minutes=10)
"""So long before nobody is on shift for an open line, it is told."""

LOOKS_EVERY = timedelta(seconds=15)
"""A look at least so often: a clock may be set, and a phone may go."""


class Shifts:
    """Keeps the floor's shifts as the live plan has them. `run()` for ever; `look()` after each change of the plan."""

    def __init__(
        self,
        plan: Callable[[], Plan],
        now: Callable[[], datetime],
        signal: Callable[[Signal], None],
        there: Callable[[str], bool],
        by_hand: Callable[[], Mapping[str, bool]] = dict,
        warn: Callable[[str, int], None] = lambda line, minutes: None,
    ) -> None:
        """`there`: whether an agent's phone is there. `warn` is told once of each line that will be empty, and in how
        many minutes; 0 when it is."""
        self._plan, self._now, self._signal, self._there = plan, now, signal, there
        self._by_hand, self._warn = by_hand, warn
        self._told: dict[str, bool] = {}
        self._told_of: Plan | None = None
        self._shut: frozenset[str] = frozenset()
        self._warned: dict[str, bool] = {}
        self._day: date | None = None
        self._woken = asyncio.Event()

    def wake(self) -> None:
        """Look again at once: something changed."""
        self._woken.set()

    async def run(self) -> None:
        """Look whenever a shift begins or ends."""
        while True:
            self._woken.clear()
            try:
                self.look()
            except Exception:
                log.exception("a look at the shifts met a bug")
            try:
                async with asyncio.timeout(self._pause()):
                    await self._woken.wait()
            except TimeoutError:
                pass

    def _pause(self) -> float:
        """Seconds until the next shift begins or ends, or the next look is due."""
        now = self._now()
        midnight = datetime.combine(now.astimezone(SHANGHAI).date() + timedelta(days=1), datetime.min.time(), SHANGHAI)
        due = [*shift_turns(self._plan(), now, now + LOOKS_EVERY), now + LOOKS_EVERY, midnight]
        return max(0.01, (min(due) - now).total_seconds())

    def look(self) -> None:
        """Tell the floor who is on duty now, which lines were closed by hand, and that a day began; warn of lines."""
        plan, now = self._plan(), self._now()
        if plan is not self._told_of:
            self._told, self._told_of = {}, plan
        duty = {agent: on_duty(plan, agent, now) for agent in plan.agents}
        for agent in (agent for agent in duty if self._told.get(agent) is not duty[agent]):
            self._signal(ShiftBegan(agent) if duty[agent] else ShiftEnded(agent))
        self._told = duty
        shut = frozenset(line for line, is_open in self._by_hand().items() if not is_open and line in plan.lines)
        for line in sorted(shut - self._shut):
            log.info("a line was closed by hand", line=line)
            self._signal(LineClosed(line))
        self._shut = shut
        today = now.astimezone(SHANGHAI).date()
        if self._day is not None and today != self._day:
            self._signal(DayBegan())
        self._day = today
        self._tell_of_empty_lines()

    def _tell_of_empty_lines(self) -> None:
        soon, empty = self.soon_empty(), self.empty()
        warned = {**dict.fromkeys(soon, False), **dict.fromkeys(empty, True)}
        for line, is_empty in warned.items():
            if self._warned.get(line) is is_empty:
                continue
            minutes = 0 if is_empty else soon[line]
            if is_empty:
                log.warning("nobody is on shift for an open line", line=line)
            else:
                log.warning("nobody will be on shift for an open line", line=line, minutes=minutes)
            self._warn(line, minutes)
        self._warned = warned

    def warned_of(self) -> Mapping[str, bool]:
        """As the last look found it: the lines that were told of, and whether nobody is on shift by now."""
        return self._warned

    def soon_empty(self) -> Mapping[str, int]:
        """Line → minutes until it is open with nobody on shift, for those to which that happens within ten."""
        return {line: math.ceil((at - self._now()).total_seconds() / 60) for line, at in self._left() if at is not None}

    def empty(self) -> tuple[str, ...]:
        """Lines that are open now with nobody on shift."""
        return tuple(line for line, at in self._left() if at is None)

    def _left(self) -> list[tuple[str, datetime | None]]:
        """Lines that are, or will be, empty: None is now."""
        now = self._now()
        found = left_empty(self._plan(), now, now + WARNED, self._there, self._by_hand())
        return [(line, None if at <= now else at) for line, at in found.items()]
