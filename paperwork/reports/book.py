"""Every report by its name."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Final

from paperwork.reports.briefing import briefing
from paperwork.reports.monthly import monthly
from paperwork.reports.report import Report
from paperwork.reports.sources import Asked, Sources

Maker = Callable[[Sources, Asked], Awaitable[Report]]


@dataclass(frozen=True, slots=True)
class Kept:
    """A report that can be made. `title` is what it is called on paper."""

    title: str
    make: Maker


BOOK: Final[Mapping[str, Kept]] = {
    "briefing": Kept("工作简报", briefing),
    "monthly": Kept("数据统计月报表（附件8）", monthly),
}
"""Name → report, in the order in which they are told."""

FORMATS: Final = ("json", "csv", "xlsx", "html", "pdf")
