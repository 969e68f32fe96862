"""Whom a caller may be passed on to, and what the lines say of their talks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from acd.agent import Presence
from acd.floor import Floor
from routing.calendar import SHANGHAI, Opening, opening
from routing.plan import Plan
from routing.written import is_called_by


class Refused(Exception):
    """A command does not fit what is going on. Its words are for the person who gave it."""


@dataclass(frozen=True, slots=True)
class ToLine:
    """The callers who wait on a line."""

    kind: ClassVar[str] = "line"
    id: str


@dataclass(frozen=True, slots=True)
class ToAgent:
    """One agent, and nobody else."""

    kind: ClassVar[str] = "agent"
    id: str


@dataclass(frozen=True, slots=True)
class ToNumber:
    """An outside number, over the trunk."""

    kind: ClassVar[str] = "number"
    id: str


Target = ToLine | ToAgent | ToNumber

_AWAY = {
    Presence.OFFLINE: "is not there",
    Presence.OFFERED: "is being rung",
    Presence.TALKING: "is talking",
    Presence.WRAP_UP: "is not ready yet",
    Presence.BREAK: "is on a break",
}


@dataclass(frozen=True, slots=True)
class TalkRules:
    """A plan as a conversation looks at it: a call keeps the plan that it began with."""

    plan: Plan
    floor: Floor
    now: Callable[[], datetime]
    say: Callable[[tuple[str, ...]], tuple[str, ...]]
    """The sounds of prompts, in the language that this caller hears."""
    away: tuple[str, ...] = ()
    """The sounds that ask a caller to wait for the agent whose browser is gone."""
    capped: Callable[[str | None], str | None] = lambda agent: None
    """Why this agent dials no more outside numbers today, in words for them."""

    def hold_limit(self, line: str) -> float:
        """Seconds of music after which the caller is brought back."""
        return self.plan.lines[line].hold_limit

    def ring_for(self, line: str) -> float:
        """Seconds that an outside number rings, to which an agent of this line passes a caller."""
        outside = self.plan.lines[line].outside
        return 30.0 if outside is None else outside.ring

    def notice(self, line: str) -> tuple[str, ...]:
        """The sounds that must be heard before a talk of this line is recorded; none when it is not."""
        rule = self.plan.lines[line]
        return self.say(rule.notice) if rule.record else ()

    def refusal(self, line: str) -> str | None:
        """The key by which a caller refuses to be recorded by this line."""
        return self.plan.lines[line].refuse

    def file(self, line: str, leg: str) -> str | None:
        """Where a talk of this line is recorded, which begins now; None when it is not."""
        if not self.plan.lines[line].record:
            return None
        return f"talks/{self.now().astimezone(SHANGHAI):%Y/%m/%d}/{leg}"

    def line_of(self, agent: str, line: str) -> str:
        """The line whose rules hold when an agent gets a caller of `line`: that one, or one of theirs that is open."""
        theirs = self.plan.agents[agent].lines
        if line in theirs:
            return line
        return next((name for name in theirs if self._opening(name).open), line)

    def _opening(self, line: str) -> Opening:
        return opening(self.plan.calendar, self.plan.hours_of(line), self.now())

    def is_ready(self, agent: str) -> bool:
        """Whether the agent can be rung now."""
        try:
            return self.floor.seat(agent).presence is Presence.READY
        except KeyError:
            return False

    def admit(self, target: Target, by: str | None) -> None:
        """Nothing, when a caller can be passed on there now by this agent. Raises Refused."""
        match target:
            case ToLine(line):
                self._admit_line(line)
            case ToAgent(agent):
                self._admit_agent(agent, by)
            case ToNumber(number):
                self._admit_number(number, by)

    def _admit_line(self, line: str) -> None:
        if line not in self.plan.lines or not self.floor.is_line(line):
            raise Refused(f"there is no line {line}")
        opened = self._opening(line)
        if not opened.open:
            raise Refused(f"{self.plan.lines[line].name} is closed now ({opened.why})")
        if not self.floor.served(line):
            raise Refused(f"nobody is on shift at {self.plan.lines[line].name}")

    def _admit_agent(self, agent: str, by: str | None) -> None:
        if agent == by:
            raise Refused("that is you")
        try:
            presence = self.floor.seat(agent).presence
            name = self.plan.agents[agent].name
        except KeyError:
            raise Refused(f"there is no agent {agent}") from None
        if presence is not Presence.READY:
            raise Refused(f"{name} {_AWAY[presence]}")

    def _admit_number(self, number: str, by: str | None) -> None:
        allowed = self.plan.hotline.may_dial
        if allowed is None:
            named = (line.outside.number for line in self.plan.lines.values() if line.outside is not None)
            if number not in named:
                raise Refused("only the outside numbers of the lines may be dialled; `hotline.may_dial` allows others")
        elif not any(is_called_by(pattern, number) for pattern in allowed):
            raise Refused("this number is not among those of `hotline.may_dial`")
        if not self.plan.may_leave_the_country(number):
            raise Refused("numbers abroad are not dialled: `outbound.international` allows them")
        if (why := self.capped(by)) is not None:
            raise Refused(why)
