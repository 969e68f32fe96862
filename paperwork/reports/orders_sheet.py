"""Work orders by the unit that handles them: received, handed on, done, in time, overdue."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import RowMapping, case, func, select

from paperwork.orders.state import State
from paperwork.orders.words import Satisfaction, Source
from paperwork.reports.cases import handed_out
from paperwork.reports.lists import order_rows
from paperwork.reports.percent import percent
from paperwork.reports.report import Chart, Column, Look, Report, Row, Shape, Table
from paperwork.reports.sources import Asked, Sources
from paperwork.reports.units import unit_names
from records.paper_tables import orders

TITLE = "转办单办理情况"
TOTAL = "合计"
NOBODY = "未转办"


async def orders_sheet(sources: Sources, asked: Asked) -> Report:
    """Orders that were opened in a period, as they stand now."""
    finished = func.coalesce(orders.c.done, orders.c.answered)
    done = finished.is_not(None)
    late = orders.c.done_by.is_not(None) & (func.coalesce(finished, sources.now) > orders.c.done_by)
    keys = (orders.c.unit, orders.c.state, orders.c.source, orders.c.satisfaction)
    sums = {
        "handed_on": handed_out(),
        "done": done,
        "in_time": done & ~late,
        "late": late & ~done,
        "late_done": late & done,
    }
    counted = [func.sum(case((condition, 1), else_=0)).label(name) for name, condition in sums.items()]
    query = select(*keys, func.count().label("received"), *counted)
    rows = await sources.reading.rows(query.where(*order_rows(asked.period, asked.line)).group_by(*keys))
    decimals = sources.rules.reports.decimals if asked.decimals is None else asked.decimals
    units = _units(rows, decimals, await unit_names(sources.reading))
    tables = (
        units,
        _by(rows, "state", "办理状态", {state: state.label for state in State}),
        _by(rows, "source", "来源", {source: source.label for source in Source}),
        _by(rows, "satisfaction", "回访满意度", {one: one.label for one in Satisfaction}),
    )
    chart = Chart("各承办部门", Look.STACKED, "units", "unit", ("in_time", "late_done", "late", "running"))
    return Report("orders", TITLE, sources.hotline, asked.period, sources.now, tables, charts=(chart,))


def _units(rows: Sequence[RowMapping], decimals: int, names: Mapping[str, str]) -> Table:
    columns = (
        Column("unit", "承办部门"),
        Column("received", "受理数", Shape.COUNT),
        Column("handed_on", "转办数", Shape.COUNT, {"handed": "yes"}),
        Column("done", "办结数", Shape.COUNT, {"done": "yes"}),
        Column("in_time", "按期办结", Shape.COUNT, {"done": "yes", "late": "no"}),
        Column("late_done", "逾期办结", Shape.COUNT, {"done": "yes", "late": "yes"}),
        Column("late", "逾期未办结", Shape.COUNT, {"done": "no", "late": "yes"}),
        Column("running", "在办", Shape.COUNT, {"done": "no", "late": "no"}),
        Column("rate", "办结率", Shape.PERCENT),
        Column("in_time_rate", "按期办结率", Shape.PERCENT),
    )

    def row(name: str, of: Iterable[RowMapping], drill: Mapping[str, str], *, total: bool = False) -> Row:
        found = list(of)
        s = {
            key: sum(int(one[key]) for one in found)
            for key in ("received", "handed_on", "done", "in_time", "late_done", "late")
        }
        running = s["received"] - s["done"] - s["late"]
        rates = percent(s["done"], s["received"], decimals), percent(s["in_time"], s["done"], decimals)
        return Row((name, *s.values(), running, *rates), total=total, drill={"list": "orders", **drill})

    units = sorted({one["unit"] for one in rows}, key=lambda unit: (unit is None, unit or ""))
    parts = [
        row(
            NOBODY if unit is None else names.get(unit, unit),
            (one for one in rows if one["unit"] == unit),
            {"unit": unit or "-"},
        )
        for unit in units
    ]
    whole = row(TOTAL, rows, {}, total=True)
    note = "在办：未办结且未到期；按期办结率为按期办结占办结数的比例"
    return Table("units", "各承办部门办理情况", columns, (*parts, whole), note, "received")


def _by(rows: Sequence[RowMapping], key: str, title: str, labels: Mapping[Any, str]) -> Table:
    counts: dict[str | None, int] = {}
    for one in rows:
        counts[one[key]] = counts.get(one[key], 0) + int(one["received"])
    order = [*labels, *(name for name in counts if name not in labels)]
    told = [
        Row((labels.get(name, name or "未注明"), counts[name]), drill={"list": "orders", key: str(name or "-")})
        for name in order
        if counts.get(name)
    ]
    whole = Row((TOTAL, sum(counts.values())), total=True, drill={"list": "orders"})
    columns = (Column(key, title), Column("count", "件数", Shape.COUNT))
    return Table(key, title, columns, (*told, whole), counted="count")
