"""When each report is due: 附件7 of lines on the 15th and the last day, 附件8 on the 5th or 7th of the next month."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from paperwork.reports.report import Column, Period, Report, Row, Shape, Table
from paperwork.reports.signed import Signing, signings
from paperwork.reports.sources import Asked, Sources
from routing.calendar import SHANGHAI, Calendar, day_of

TITLE = "报表上报日程"
HALF = 15
"""The day on which the first half of a month is due."""
FARTHEST = 60
"""Days within which a workday is looked for."""


NAMES: Final = {"line": "受理情况统计报表（附件7）", "monthly": "数据统计月报表（附件8）"}


@dataclass(frozen=True, slots=True)
class Due:
    """One report that is due on a day, of which days, by whom (None: the hotline)."""

    report: str
    line: str | None
    period: Period
    day: date


def shifted(day: date, shift: str, calendar: Calendar) -> date:
    """Where a due day goes that is a day off; `none` leaves it where it is."""
    if shift == "none":
        return day
    step = timedelta(days=-1 if shift == "workday before" else 1)
    for _ in range(FARTHEST):
        if day_of(calendar, day).workday:
            return day
        day += step
    return day


def due_between(period: Period, lines: tuple[str, ...], monthly_day: int, shift: str, calendar: Calendar) -> list[Due]:
    """What is due on these days, in order."""
    found = [
        Due(report, line, of, _signable(of, day, shift, calendar))
        for report, line, of, day in _planned(period, lines, monthly_day)
    ]
    return sorted(
        (one for one in found if period.since <= one.day < period.until),
        key=lambda one: (one.day, one.report, one.line or ""),
    )


def _signable(period: Period, day: date, shift: str, calendar: Calendar) -> date:
    """Where a due day goes; when the workday before is before the period's last day, on which it may be signed first
    (`paperwork.reports.signed.may_be_signed`), it is the workday after: nobody signs on a day off, or too early.
    """
    moved = shifted(day, shift, calendar)
    return moved if moved >= period.last else shifted(day, "workday after", calendar)


def _planned(
    period: Period, lines: tuple[str, ...], monthly_day: int
) -> Iterator[tuple[str, str | None, Period, date]]:
    """Everything planned in the months around: a shift may lead from one to the next."""
    first = _month(period.since, -2)
    while first <= _month(period.until, 1):
        following = _month(first, 1)
        half = first.replace(day=HALF)
        for line in lines:
            yield "line", line, Period(first, half + timedelta(days=1)), half
            yield "line", line, Period(half + timedelta(days=1), following), following - timedelta(days=1)
        yield "monthly", None, Period(first, following), following.replace(day=monthly_day)
        first = following


def _month(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, 1)


@dataclass(frozen=True, slots=True)
class Reported:
    """A report that was due, and who signed it first; None when nobody did."""

    due: Due
    signed: Signing | None

    @property
    def in_time(self) -> bool:
        """Whether it was signed by the day on which it was due, in China."""
        return self.signed is not None and self.signed.at.astimezone(SHANGHAI).date() <= self.due.day


def _due(sources: Sources, asked: Asked) -> list[Due]:
    rules = sources.rules.reports
    lines = (asked.line,) if asked.line else tuple(sources.plan.lines)
    monthly_day = int(rules.monthly_due.removeprefix("day "))
    return due_between(asked.period, lines, monthly_day, rules.due_shift, sources.plan.calendar)


async def reported(sources: Sources, asked: Asked) -> list[Reported]:
    """What was due on the days of a period that are over; of one line its own reports alone."""
    today = sources.now.astimezone(SHANGHAI).date()
    wanted = [one for one in _due(sources, asked) if one.day < today and (asked.line is None or one.line == asked.line)]
    first: dict[tuple[str, str | None, Period], Signing] = {}
    for name in {one.report for one in wanted}:
        for signing in await signings(sources.reading, name=name):
            first.setdefault((signing.name, signing.line, signing.period), signing)
    return [Reported(one, first.get((one.report, one.line, one.period))) for one in wanted]


async def due(sources: Sources, asked: Asked) -> Report:
    """What is due on the days of a period."""
    found = _due(sources, asked)
    columns = (
        Column("day", "上报日期", Shape.DAY),
        Column("report", "报表"),
        Column("department", "部门名称"),
        Column("since", "统计自", Shape.DAY),
        Column("last", "统计至", Shape.DAY),
    )
    rows = tuple(
        Row(
            (
                one.day,
                NAMES[one.report],
                sources.line_name(one.line) if one.line else sources.hotline,
                one.period.since,
                one.period.last,
            )
        )
        for one in found
    )
    data = [
        {
            "day": one.day.isoformat(),
            "report": one.report,
            "line": one.line,
            "from": one.period.since.isoformat(),
            "to": one.period.until.isoformat(),
        }
        for one in found
    ]
    table = Table("due", TITLE, columns, rows)
    return Report("due", TITLE, sources.hotline, asked.period, sources.now, (table,), data={"due": data})
