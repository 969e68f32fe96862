"""What a report is made from, and what was asked of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from paperwork.reports.placing import Trees
from paperwork.reports.reading import Reading
from paperwork.reports.report import Period
from paperwork.rules import Rules
from routing.plan import Plan


@dataclass(frozen=True, slots=True)
class Sources:
    """`plan` names lines and agents and has the calendar, `now` is when the report is made."""

    reading: Reading
    trees: Trees
    rules: Rules
    plan: Plan
    now: datetime

    @property
    def hotline(self) -> str:
        return self.plan.hotline.name

    def line_name(self, line: str | None) -> str:
        """As people know it; a line that the plan has no more keeps its id."""
        if line is None:
            return "未注明"
        return self.plan.lines[line].name if line in self.plan.lines else line

    def agent_name(self, agent: str) -> str:
        """As people know them."""
        return self.plan.agents[agent].name if agent in self.plan.agents else agent


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody wants to see. Without a `tree` or `decimals` the rules decide."""

    period: Period
    line: str | None = None
    tree: str | None = None
    decimals: int | None = None
    closed: frozenset[str] | None = frozenset()
    """Lines of whose records the asker may not read what was said; None: of no line they may."""
