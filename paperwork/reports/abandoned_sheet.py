"""放弃来电: callers who hung up while they waited: how long they had waited, on which line, who was called back."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from itertools import pairwise

from sqlalchemy import case, func, select

from paperwork.reports.percent import percent
from paperwork.reports.report import Chart, Column, Look, Report, Row, Shape, Table
from paperwork.reports.sources import Asked, Sources
from records.legs import Turn
from records.tables import legs

TITLE = "放弃来电统计"
TOTAL = "合计"
LIMITS = (5, 15, 30, 60, 120, 300)
"""Seconds that part the waits."""


async def abandoned_sheet(sources: Sources, asked: Asked) -> Report:
    """Each call once for each line on which it gave up."""
    conditions = [legs.c.since >= asked.period.begin, legs.c.since < asked.period.end]
    conditions += [legs.c.turned_out.is_not(None), legs.c.counted.is_(True)]
    if asked.line is not None:
        conditions.append(legs.c.line == asked.line)
    place = case(*((legs.c.asked_for < limit, at) for at, limit in enumerate(LIMITS)), else_=len(LIMITS))
    keys = (legs.c.line, legs.c.turned_out, place)
    query = select(legs.c.line, legs.c.turned_out, place.label("place"), func.count().label("count"))
    rows = await sources.reading.rows(query.where(*conditions).group_by(*keys))
    counts = {(row["line"], row["turned_out"], row["place"]): row["count"] for row in rows}
    decimals = sources.rules.reports.decimals if asked.decimals is None else asked.decimals
    given_up = {(line, at): count for (line, turn, at), count in counts.items() if turn == Turn.ABANDONED}
    asked_for: dict[str | None, int] = {}
    for (line, _, _), count in counts.items():
        asked_for[line] = asked_for.get(line, 0) + count
    tables = (_lines(sources, given_up, asked_for, decimals), _waits(given_up))
    chart = Chart("挂机前等待时间", Look.BARS, "waits", "wait", ("count",))
    return Report("abandoned", TITLE, sources.hotline, asked.period, sources.now, tables, charts=(chart,))


def _lines(
    sources: Sources, given_up: dict[tuple[str | None, int], int], asked_for: dict[str | None, int], decimals: int
) -> Table:
    columns = (
        Column("line", "热线"),
        Column("asked", "请求数", Shape.COUNT, {"turned_out": ""}),
        Column("count", "放弃数", Shape.COUNT),
        Column("rate", "放弃率", Shape.PERCENT),
    )

    def of(lines: Iterable[str | None]) -> tuple[int, int, Decimal]:
        wanted = set(lines)
        lost = sum(count for (line, _), count in given_up.items() if line in wanted)
        all_of_them = sum(asked_for[line] for line in wanted)
        return all_of_them, lost, percent(lost, all_of_them, decimals)

    drill = {"list": "requests", "turned_out": Turn.ABANDONED.value}
    rows = [
        Row((sources.line_name(line), *of((line,))), drill={**drill, "line": line or "-"})
        for line in sorted(asked_for, key=lambda line: line or "")
    ]
    total = Row((TOTAL, *of(asked_for)), total=True, drill=drill)
    return Table("lines", "各热线", columns, (*rows, total), "每通来电在其请求过的每条热线各计一次", "count")


def _waits(given_up: dict[tuple[str | None, int], int]) -> Table:
    names = [f"不足{LIMITS[0]}秒"]
    names += [f"{low}至{high}秒" for low, high in pairwise(LIMITS)] + [f"{LIMITS[-1]}秒以上"]
    bounds = [0, *LIMITS]
    drill = {"list": "requests", "turned_out": Turn.ABANDONED.value}
    rows = []
    for at, name in enumerate(names):
        count = sum(number for (_, place), number in given_up.items() if place == at)
        waited = {"waited_from": str(bounds[at])} | ({"waited_to": str(LIMITS[at])} if at < len(LIMITS) else {})
        rows.append(Row((name, count), drill={**drill, **waited}))
    total = Row((TOTAL, sum(given_up.values())), total=True, drill=drill)
    columns = (Column("wait", "挂机前等待"), Column("count", "放弃数", Shape.COUNT))
    return Table("waits", "挂机前等待时间", columns, (*rows, total), counted="count")
