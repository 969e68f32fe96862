"""Which talks are drawn for a spot check. Pure, and without chance: anybody can draw again and gets the same.

Each talk has a lot: SHA-256 over the plan's name, the period and the recording's name. The smallest lots are drawn.
Nobody can choose one, since nobody chooses what a talk's recording is called; and nobody can deny one.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from hashlib import sha256

from paperwork.quality.rules import SamplingPlan
from routing.calendar import SHANGHAI

_MONTH = re.compile(r"(2[0-9]{3})-(0[1-9]|1[0-2])")
_WEEK = re.compile(r"(2[0-9]{3})-W([0-5][0-9])")


@dataclass(frozen=True, slots=True)
class Talk:
    """A recorded talk that may be drawn."""

    recording: str
    call: str
    line: str
    agent: str
    at: datetime
    seconds: float


def days_of(period: str) -> tuple[datetime, datetime]:
    """From when until before when a period is: a month `2026-10` or a week `2026-W41`. Raises ValueError."""
    try:
        if month := _MONTH.fullmatch(period):
            first = date(int(month[1]), int(month[2]), 1)
            return _midnight(first), _midnight((first + timedelta(days=31)).replace(day=1))
        if week := _WEEK.fullmatch(period):
            monday = date.fromisocalendar(int(week[1]), int(week[2]), 1)
            return _midnight(monday), _midnight(monday + timedelta(days=7))
    except ValueError:
        pass
    raise ValueError(f"{period[:20]!r} is no period: write a month like 2026-10 or a week like 2026-W41")


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), SHANGHAI)


def lot(plan: str, period: str, recording: str) -> str:
    """The lot of one talk."""
    return sha256(f"{plan}\n{period}\n{recording}".encode()).hexdigest()


def draw(name: str, plan: SamplingPlan, period: str, talks: Iterable[Talk]) -> list[Talk]:
    """The talks that this plan draws of a period, by their lots.

    Of each agent so many, one of each of their lines in turn; then of each line what it lacks.
    """
    lots = {
        talk: lot(name, period, talk.recording)
        for talk in talks
        if talk.seconds >= plan.shortest and (plan.lines is None or talk.line in plan.lines)
    }
    ranked = sorted(lots, key=lambda talk: (lots[talk], talk.recording))
    of_agents: dict[str, list[Talk]] = defaultdict(list)
    of_lines: dict[str, list[Talk]] = defaultdict(list)
    for talk in ranked:
        of_agents[talk.agent].append(talk)
        of_lines[talk.line].append(talk)
    drawn: set[Talk] = set()
    for theirs in of_agents.values():
        drawn.update(_in_turn(theirs)[: plan.per_agent])
    for of_line in of_lines.values():
        rest = [talk for talk in of_line if talk not in drawn]
        lacks = plan.per_line - (len(of_line) - len(rest))
        drawn.update(rest[: max(0, lacks)])
    return [talk for talk in ranked if talk in drawn]


def _in_turn(ranked: Sequence[Talk]) -> list[Talk]:
    """The first of each line, then the second of each …; lines in the order of their first lots."""
    by_line: dict[str, list[Talk]] = defaultdict(list)
    for talk in ranked:
        by_line[talk.line].append(talk)
    rounds = max(map(len, by_line.values()), default=0)
    return [talks[nth] for nth in range(rounds) for talks in by_line.values() if nth < len(talks)]
