"""Today as it happens, beside the calls: heard from the journal and the floor, begun with what the database knows.

The database is read at the start, after midnight and when the operators choose another formula, never for a change of
the floor. While it cannot be read, `complete` is False and the figures are those of this run of the engine.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Protocol

import structlog
from sqlalchemy.exc import DBAPIError

from acd.agent import Presence
from hotline.alarms import Alarms
from hotline.floor_watch import Alerted
from ivr.journal import Entry
from records.behind import told
from records.connect import AgentTally, Formula, Tally, formula_json, percent
from records.database import open_database
from records.presences import Move
from records.today import DAY, Tell, Today
from records.today_agents import TimesToday
from records.today_counts import read_today

log = structlog.get_logger()

LOOKS_EVERY = 1.0
AGAIN = 15.0
"""Seconds until a database in trouble is asked again."""
HOUR = timedelta(hours=1)
JUDGED_FROM, HOUR_JUDGED_FROM = 20, 10
"""Calls of 24 hours, and of one hour, from which on a rate says something."""
FALLS_BELOW, RISES_ABOVE = 5, 3
"""Percent below the target at which the last hour's rate begins to be an alarm, and ends to be."""

UNREADABLE = (DBAPIError, OSError, TimeoutError)


class RateAlert(StrEnum):
    """What a shift leader should know of the connect rate."""

    LOW = "connect_rate_low"  # of the last 24 hours, below the target of GB/T 33358-2016
    FALLING = "connect_rate_falling"  # of the last hour, far below it: the 24 hours follow


class Written(Protocol):
    """Who writes facts behind: what was told so far can be waited for."""

    async def caught_up(self) -> bool: ...


class TodayWatch:
    """Subscribe `hear` to the journal, `moved` to the presences; `read()` once, then `run()` for ever."""

    def __init__(
        self,
        url: str,
        now: Callable[[], datetime],
        formula: Callable[[], Formula],
        written: Iterable[Written],
        left: Iterable[list[Entry]] = (),
        tell: Tell | None = None,
    ) -> None:
        """`left` are the facts of calls that go on since an engine before this one; `tell` is told of each request."""
        self._url, self._now, self._formula, self._written = url, now, formula, tuple(written)
        self._calls, self._times = Today(formula(), now()), TimesToday(now())
        self._moves: list[Move] | None = None
        """What agents did while the database is being read."""
        self.complete = False
        """Whether what was before this engine began is counted."""
        for entries in left:
            for entry in entries:
                self._calls.hear(entry)
        if tell is not None:
            self._calls.tell = tell
        self._rates = Alarms(now, {RateAlert.LOW: self._why_low, RateAlert.FALLING: self._why_falling})
        self._falls = False
        self._cached: tuple[int, str, dict[str, Any]] = (-1, "", {})
        self._of_lines: dict[str, dict[str, Any]] = {}
        self._of_lines_at = -1

    # ── hearing ─────────────────────────────────────────────────────────────

    def hear(self, entry: Entry) -> None:
        """Take in a fact of a call."""
        self._calls.hear(entry)

    def moved(self, move: Move) -> None:
        """Take in that an agent does something else."""
        if self._moves is not None:
            self._moves.append(move)
        self._times.hear(move)

    async def read(self) -> bool:
        """Begin with what the database knows; whether it could be read."""
        self._calls.listen()
        self._moves, formula = [], self._formula()
        try:
            for writer in self._written:
                if not await writer.caught_up():
                    return False
            engine = open_database(self._url, read_only=True)
            try:
                seed, moves = await read_today(engine, self._now(), formula)
            finally:
                await engine.dispose()
        except UNREADABLE as error:
            log.error("what today was before cannot be read from the database", error=told(error))
            return False
        else:
            self._calls.sow(seed, formula)
            self._times.sow(moves, seed.begin)
            known = {(move.agent, move.at, move.number) for some in moves.values() for move in some}
            for move in self._moves:
                if (move.agent, _ms(move.at), move.number) not in known:
                    self._times.hear(move)
            self.complete = True
            return True
        finally:
            self._moves = None

    async def run(self) -> None:
        """Turn the page at midnight, look at the rates, and read what could not be read."""
        due = asyncio.get_running_loop().time() + (0.0 if not self.complete else 1e9)
        while True:
            before, now = self._calls.begin, self._now()
            self._look(now)
            turned = self._calls.begin != before
            asked = turned or self._calls.formula != self._formula()
            if asked or (not self.complete and asyncio.get_running_loop().time() >= due):
                try:
                    await self.read()
                except Exception:  # no figure may end the engine
                    log.exception("today's figures met a bug")
                due = asyncio.get_running_loop().time() + AGAIN
            with suppress(Exception):
                self._rates.look()
            await asyncio.sleep(LOOKS_EVERY)

    def _look(self, now: datetime) -> None:
        self._calls.look(now)
        self._times.look(now)

    # ── alarms ──────────────────────────────────────────────────────────────

    def alerts(self) -> list[Alerted]:
        """Of the rates: those that stand, and those of the last hour."""
        return self._rates.alerts()

    def _why_low(self) -> str | None:
        formula = self._calls.formula
        offered, answered = self._calls.last_24_hours(self._now())
        if offered < JUDGED_FROM or 100 * answered >= formula.target * offered:
            return None
        return f"{percent(answered, offered, formula.decimals)} % of {offered} in 24 h, at least {formula.target} %"

    def _why_falling(self) -> str | None:
        formula, now = self._calls.formula, self._now()
        offered, answered = self._calls.last.count(now - HOUR, now, formula)
        line = formula.target - (RISES_ABOVE if self._falls else FALLS_BELOW)
        self._falls = offered >= HOUR_JUDGED_FROM and 100 * answered < line * offered
        if not self._falls:
            return None
        return f"{percent(answered, offered, formula.decimals)} % of {offered} in the last hour"

    # ── telling ─────────────────────────────────────────────────────────────

    def last_24_hours(self) -> tuple[int, int]:
        """Offered and answered."""
        return self._calls.last_24_hours(self._now())

    def to_json(self) -> dict[str, Any]:
        """The whole hotline's day. Percentages and seconds are text, as in the reports: no reader rounds them again."""
        now = self._now()
        self._look(now)
        minute = f"{now:%H:%M}"
        if self._cached[:2] == (self._calls.mark, minute):
            return {**self._cached[2], "complete": self.complete}
        calls, formula = self._calls, self._calls.formula
        told: dict[str, Any] = {
            "date": calls.begin.date().isoformat(),
            "calls": calls.whole().to_json(formula),
            "last_24_hours": _rate(calls.last.count(now - DAY, now, formula), formula),
            "last_hour": _rate(calls.last.count(now - HOUR, now, formula), formula),
            "half_hours": [_half_hour(at, calls.half_hours[at], formula) for at in sorted(calls.half_hours)],
            "formula": formula_json(formula),
        }
        self._cached = (calls.mark, minute, told)
        return {**told, "complete": self.complete}

    def line(self, line: str) -> dict[str, Any]:
        """One line's day."""
        if self._of_lines_at != self._calls.mark:
            self._of_lines, self._of_lines_at = {}, self._calls.mark
        if line not in self._of_lines:
            self._of_lines[line] = self._calls.lines.get(line, Tally()).to_json(self._calls.formula)
        return self._of_lines[line]

    def agent(self, agent: str, now: datetime) -> dict[str, Any]:
        """One agent's day: what rang and was answered, and the seconds since midnight by what they did."""
        rung = self._calls.agents.get(agent, _NOTHING)
        seconds: dict[str, float] = {}
        breaks: dict[str, float] = {}
        for (presence, reason), lasted in self._times.of(agent, now).items():
            seconds[presence] = round(seconds.get(presence, 0.0) + lasted.total_seconds(), 1)
            if presence is Presence.BREAK:
                breaks[reason or ""] = round(lasted.total_seconds(), 1)
        return {
            "rung": rung.rung,
            "answered": rung.answered,
            "missed": rung.refused + rung.unanswered + rung.unreachable,
            "talks": rung.talks,
            "seconds": seconds,
            "breaks": breaks,
        }


_NOTHING = AgentTally()


def _rate(counts: tuple[int, int], formula: Formula) -> Mapping[str, Any]:
    offered, answered = counts
    rate = percent(answered, offered, formula.decimals)
    return {
        "offered": offered,
        "answered": answered,
        "rate": None if rate is None else str(rate),
        "good": 100 * answered >= formula.target * offered,
    }


def _half_hour(at: datetime, tally: Tally, formula: Formula) -> Mapping[str, Any]:
    rate = tally.rate(formula)
    return {
        "from": f"{at:%H:%M}",
        "offered": tally.offered(formula),
        "answered": tally.answered,
        "rate": None if rate is None else str(rate),
    }


def _ms(at: datetime) -> datetime:
    return at.replace(microsecond=at.microsecond // 1000 * 1000)
