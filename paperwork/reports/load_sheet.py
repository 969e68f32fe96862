"""话务量: who called when, how many got somebody and how fast, by half hour of the day and by day of the week."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal

from sqlalchemy import extract, func, select

from paperwork.reports.connect_sheet import ANSWERED, formula_of, offered, within
from paperwork.reports.lists import HALF_HOUR, arrivals
from paperwork.reports.report import Chart, Column, Look, Report, Row, Shape, Table
from paperwork.reports.sources import Asked, Sources
from records.connect import Formula, Tally
from records.connect_counts import connect_by_half_hour
from records.tables import cdr
from routing.calendar import SHANGHAI

TITLE = "话务量统计"
TOTAL = "合计"
WEEKDAYS = ("周一", "周二", "周三", "周四", "周五", "周六", "周日")


@dataclass(frozen=True, slots=True)
class Load:
    """Calls that came in; the seconds that they talked; those of them who asked for a line."""

    arrived: int = 0
    talked: Decimal = Decimal(0)
    asked: Tally = Tally()  # noqa: RUF009 - a frozen value

    def __add__(self, other: Load) -> Load:
        return Load(self.arrived + other.arrived, self.talked + other.talked, self.asked + other.asked)


async def load_sheet(sources: Sources, asked: Asked) -> Report:
    """Half hours are those in which a call came in; who asked for a line counts when they asked."""
    formula = formula_of(sources, asked)
    slots = await _slots(sources, asked, formula)
    halves = {f"{half // 2:02d}:{half % 2 * 30:02d}": Load() for half in range(48)}
    days = [Load() for _ in WEEKDAYS]
    for at, one in slots.items():
        halves[f"{at:%H:%M}"] += one
        days[at.weekday()] += one
    whole = sum(slots.values(), Load())
    total = _row(TOTAL, whole, formula, {"list": "calls"}, total=True)
    of_halves = [_row(half, one, formula, {"list": "calls", "half_hour": half}) for half, one in halves.items()]
    of_days = [
        _row(WEEKDAYS[day], one, formula, {"list": "calls", "weekday": str(day)}) for day, one in enumerate(days)
    ]
    tables = (
        Table("half_hours", "各时段", _columns("时段", formula), (*of_halves, total), counted="arrived"),
        Table("weekdays", "一周各日", _columns("星期", formula), (*of_days, total), counted="arrived"),
    )
    charts = (
        Chart("各时段来电与接通", Look.BARS, "half_hours", "what", ("arrived", "answered")),
        Chart("一周各日来电", Look.BARS, "weekdays", "what", ("arrived", "answered")),
    )
    return Report("load", TITLE, sources.hotline, asked.period, sources.now, tables, charts=charts)


async def _slots(sources: Sources, asked: Asked, formula: Formula) -> Mapping[datetime, Load]:
    """By half hour of China's clock."""
    epoch = extract("epoch", cdr.c.started)
    slot = epoch - epoch % HALF_HOUR
    query = select(slot.label("slot"), func.count().label("arrived"), func.sum(cdr.c.talked).label("talked"))
    rows = await sources.reading.rows(query.where(*arrivals(asked.period, asked.line)).group_by(slot))
    slots = {
        datetime.fromtimestamp(int(row["slot"]), SHANGHAI): Load(row["arrived"], _seconds(row["talked"]))
        for row in rows
    }
    if (connection := sources.reading.connection) is not None:
        begin, end = asked.period.begin, asked.period.end
        for at, tally in (await connect_by_half_hour(connection, begin, end, formula, asked.line)).items():
            slots[at] = slots.get(at, Load()) + Load(asked=tally)
    return slots


def _columns(what: str, formula: Formula) -> tuple[Column, ...]:
    asked = {"list": "offered"}
    answered = {**asked, **ANSWERED}
    return (
        Column("what", what),
        Column("arrived", "来电数", Shape.COUNT),
        Column("offered", "请求数", Shape.COUNT, {**asked, **offered(formula)}),
        Column("answered", "接通数", Shape.COUNT, answered),
        Column("within", "限时接通数", Shape.COUNT, {**answered, **within(formula)}),
        Column("rate", "接通率", Shape.PERCENT),
        Column("mean", "平均等待秒", Shape.SECONDS),
        Column("longest", "最长等待秒", Shape.SECONDS),
        Column("talked", "通话秒数", Shape.SECONDS),
    )


def _row(what: str, one: Load, formula: Formula, drill: Mapping[str, str], *, total: bool = False) -> Row:
    t = one.asked
    counts = (one.arrived, t.offered(formula), t.answered, t.within, t.rate(formula), t.mean())
    return Row((what, *counts, t.longest if t.answered else None, one.talked), total=total, drill=drill)


def _seconds(value: float | None) -> Decimal:
    return Decimal(str(value or 0)).quantize(Decimal("0.1"), ROUND_HALF_UP)
