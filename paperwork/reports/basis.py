"""A report that is wanted, with all it is made from: a value, so that it can be made in another process."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime

from paperwork.categories.trees import Trees
from paperwork.reports.book import BOOK
from paperwork.reports.reading import open_reading
from paperwork.reports.report import Report
from paperwork.reports.sources import Asked, Sources
from paperwork.rules import Rules
from routing.plan import Plan


@dataclass(frozen=True, slots=True)
class Basis:
    """What is live at an instant, and where the database is."""

    url: str
    trees: Trees
    rules: Rules
    plan: Plan
    now: datetime

    @asynccontextmanager
    async def sources(self) -> AsyncIterator[Sources]:
        """One look at the database. Asking raises SQLAlchemy's DBAPIError."""
        async with open_reading(self.url) as reading:
            yield Sources(reading, self.trees, self.rules, self.plan, self.now)


@dataclass(frozen=True, slots=True)
class Wish:
    """The report `name` of the book."""

    name: str
    asked: Asked
    basis: Basis

    async def made(self) -> Report:
        """The report. Raises SQLAlchemy's DBAPIError."""
        async with self.basis.sources() as sources:
            return await BOOK[self.name].make(sources, self.asked)
