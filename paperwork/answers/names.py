"""What the live plan knows of lines and agents: names, whose line it is, and which are confidential."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from routing.plan import Plan


class House(Protocol):
    """As the records ask for it; lines and agents that the plan does not have (any more) are called by their ids."""

    def line(self, line: str) -> str:
        """As people know it."""
        ...

    def owner(self, line: str) -> str:
        """The institution that the line belongs to (部门名称), or the line's own name."""
        ...

    def agent(self, agent: str) -> str: ...

    def keeps_numbers(self, line: str) -> bool:
        """Whether numbers of its callers stay in the records after the call."""
        ...

    def closed_to(self, agent: str | None) -> frozenset[str]:
        """The confidential lines whose papers somebody may not read, be they agent or (None) of the house alone."""
        ...


class PlanHouse:
    """The plan that is live."""

    def __init__(self, plan: Callable[[], Plan]) -> None:
        self._plan = plan

    def line(self, line: str) -> str:
        rule = self._plan().lines.get(line)
        return line if rule is None else rule.name

    def owner(self, line: str) -> str:
        rule = self._plan().lines.get(line)
        return line if rule is None else rule.owner or rule.name

    def agent(self, agent: str) -> str:
        rule = self._plan().agents.get(agent)
        return agent if rule is None else rule.name

    def keeps_numbers(self, line: str) -> bool:
        rule = self._plan().lines.get(line)
        return rule is None or rule.confidential is None or rule.confidential.numbers

    def closed_to(self, agent: str | None) -> frozenset[str]:
        rules = self._plan().lines.items()
        return frozenset(
            line for line, rule in rules if rule.confidential is not None and agent not in rule.confidential.listeners
        )
