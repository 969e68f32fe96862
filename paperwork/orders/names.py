"""What ids in an order are called today: people of the house, lines, categories, units."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from sqlalchemy import select

from paperwork.registers.units import Units
from records.store import Store
from records.tables import users
from routing.plan import Plan


@dataclass(frozen=True, slots=True)
class HouseNames:
    """As of one moment; `paperwork.orders.sheet.Names`."""

    plan: Plan | None = None
    people: Mapping[str, str] = field(default_factory=dict)
    """Account → the person's name."""
    units: Mapping[str, str] = field(default_factory=dict)
    path: Callable[[str], str | None] = lambda code: None
    """Code of a category → its path."""

    @classmethod
    async def of(
        cls, store: Store, plan: Plan | None, path: Callable[[str], str | None] = lambda code: None
    ) -> HouseNames:
        """Looked up now. Raises what the Store raises."""
        people = {row["name"]: row["shown"] for row in await store.rows(select(users.c.name, users.c.shown))}
        units = {unit.id: unit.name for unit in await Units(store).all()}
        return cls(plan, people, units, path)

    def person(self, who: str) -> str:
        kind, _, name = who.partition(":")
        if kind == "engine":
            return "系统"
        return self.people.get(name, name) if kind == "desk" else name or who

    def owner(self, line: str | None) -> str:
        rule = self.plan.lines.get(line) if self.plan is not None and line is not None else None
        if rule is not None:
            return rule.owner or rule.name
        return line or ("" if self.plan is None else self.plan.hotline.name)

    def line(self, line: str) -> str:
        rule = None if self.plan is None else self.plan.lines.get(line)
        return line if rule is None else rule.name

    def category(self, code: str) -> str:
        return self.path(code) or code

    def unit(self, unit: str) -> str:
        return self.units.get(unit, unit)

    def policy(self, code: str) -> bool:
        return "政策" in (self.path(code) or "")
