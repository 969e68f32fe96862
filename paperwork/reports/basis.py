"""A report that is wanted, with all it is made from: a value, so that it can be made in another process."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any, Final

from paperwork.categories.trees import Trees
from paperwork.reports.book import BOOK
from paperwork.reports.differing import differences
from paperwork.reports.reading import open_reading
from paperwork.reports.report import Report
from paperwork.reports.signed import Signing, signed_report, without_words
from paperwork.reports.sources import Asked, Sources
from paperwork.reports.telling import cell
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


@dataclass(frozen=True, slots=True)
class Signed(Wish):
    """The report as it was signed: the last time, or the `nth`."""

    nth: int | None = None

    async def made(self) -> Report:
        """The report. Raises NotSigned, Spoiled, SQLAlchemy's DBAPIError."""
        return (await self._found())[1]

    async def _found(self) -> tuple[Signing, Report]:
        async with open_reading(self.basis.url) as reading:
            signing, report = await signed_report(reading, self.name, self.asked, self.nth)
        return signing, report if self.asked.closed is not None else without_words(report)


@dataclass(frozen=True, slots=True)
class Compared(Signed):
    """What the signed report would say today."""

    async def said(self) -> bytes:
        """`{"total", "cells": [{"table", "row", "column", "signed", "now"}]}`, the first `MOST_TOLD` of them. Raises
        NotSigned, Spoiled, SQLAlchemy's DBAPIError."""
        signing, signed = await self._found()
        async with self.basis.sources() as sources:
            now = await BOOK[self.name].make(sources, signing.asked())
        return json.dumps(compared(signed, now if self.asked.closed is not None else without_words(now))).encode()


MOST_TOLD: Final = 500
"""Cells that are told one by one; of the others how many there are."""


def compared(signed: Report, now: Report) -> dict[str, Any]:
    """As JSON."""
    found = differences(signed, now)
    cells = [
        {
            "table": one.table,
            "row": one.row,
            "column": one.column,
            "signed": cell(one.signed),
            "now": cell(one.now),
        }
        for one in islice(found, MOST_TOLD)
    ]
    return {"total": len(cells) + sum(1 for _ in found), "cells": cells}
