"""Every report by its name."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Final

from paperwork.reports.abandoned_sheet import abandoned_sheet
from paperwork.reports.agents_sheet import agents_sheet
from paperwork.reports.assessment import assessment
from paperwork.reports.briefing import briefing
from paperwork.reports.connect_sheet import connect_sheet
from paperwork.reports.due import due
from paperwork.reports.line_sheet import line_sheet
from paperwork.reports.load_sheet import load_sheet
from paperwork.reports.monthly import monthly
from paperwork.reports.orders_sheet import orders_sheet
from paperwork.reports.places_sheet import places_sheet
from paperwork.reports.radar import radar
from paperwork.reports.report import Report
from paperwork.reports.sources import Asked, Sources

Maker = Callable[[Sources, Asked], Awaitable[Report]]


@dataclass(frozen=True, slots=True)
class Kept:
    """A report that can be made. `title` is what it is called on paper."""

    title: str
    make: Maker
    persons: bool = False
    """It tells of persons, be it what agents did or what callers said: who looks at it stands in the audit log."""
    longest: int = 3700
    """Days of a period that a screen may ask for."""


BOOK: Final[Mapping[str, Kept]] = {
    "briefing": Kept("工作简报", briefing),
    "line": Kept("受理情况统计报表（附件7）", line_sheet, persons=True, longest=400),
    "monthly": Kept("数据统计月报表（附件8）", monthly),
    "assessment": Kept("考核表（附件10）", assessment),
    "orders": Kept("转办单办理情况", orders_sheet),
    "connect": Kept("接通率统计", connect_sheet),
    "load": Kept("话务量统计", load_sheet),
    "abandoned": Kept("放弃来电统计", abandoned_sheet),
    "agents": Kept("座席工作统计", agents_sheet, persons=True, longest=400),
    "places": Kept("各地受理情况", places_sheet),
    "radar": Kept("话题雷达", radar, longest=400),
    "due": Kept("报表上报日程", due),
}
"""Name → report, in the order in which they are told."""

FORMATS: Final = ("json", "csv", "xlsx", "html", "pdf")
