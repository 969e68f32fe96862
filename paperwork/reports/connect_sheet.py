"""接通率 by its published formula (`records.connect`): of all calls, by line, by day, by half hour, worst 24 hours."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Final

from paperwork.reports.report import Chart, Column, Look, Report, Row, Shape, Table
from paperwork.reports.rules import ReportRules
from paperwork.reports.sources import Asked, Sources
from records.connect import Formula, Tally, Window, together
from records.connect_counts import connect_by_half_hour, connect_by_line, connect_worst_24_hours
from records.legs import Turn
from routing.calendar import SHANGHAI

TITLE = "接通率统计"
TOTAL = "合计"
ANSWERED: Final = {"turned_out": Turn.ANSWERED.value}


def offered(formula: Formula) -> Mapping[str, str]:
    """What parts the requests that count from all of them, as a cell's `drill`."""
    return {} if formula.count_short else {"short_left_out": f"{formula.short:g}"}


def within(formula: Formula) -> Mapping[str, str]:
    """Those that were answered in time."""
    return {"waited_at_most": f"{formula.within:g}"}


def _counts(formula: Formula) -> tuple[Column, ...]:
    gave_up = {"turned_out": Turn.ABANDONED.value}
    short = f"{formula.short:g}"
    return (
        Column("offered", "请求数", Shape.COUNT, offered(formula)),
        Column("answered", "接通数", Shape.COUNT, ANSWERED),
        Column("within", "限时接通数", Shape.COUNT, {**ANSWERED, **within(formula)}),
        Column("rate", "接通率", Shape.PERCENT),
        Column("within_rate", "限时接通率", Shape.PERCENT),
        Column("abandoned", "放弃", Shape.COUNT, {**gave_up, "waited_from": short}),
        Column("short", "短时放弃", Shape.COUNT, {**gave_up, "waited_to": short}),
        Column("booked", "预约回拨", Shape.COUNT, {"turned_out": Turn.BOOKED.value}),
        Column("chose", "改选按键", Shape.COUNT, {"turned_out": Turn.CHOSE.value}),
        Column("given_up", "线路放弃", Shape.COUNT, {"turned_out": Turn.GIVEN_UP.value}),
        Column("failed", "故障", Shape.COUNT, {"turned_out": Turn.FAILED.value}),
        Column("mean", "平均等待秒", Shape.SECONDS),
        Column("longest", "最长等待秒", Shape.SECONDS),
        Column("asked", "求助总数", Shape.COUNT),
    )


def formula_of(sources: Sources, asked: Asked) -> Formula:
    """As the operators choose it."""
    return chosen_formula(sources.rules.reports, asked.decimals)


def chosen_formula(rules: ReportRules, decimals: int | None = None) -> Formula:
    """The formula of these rules."""
    connect, decimals = rules.connect, rules.decimals if decimals is None else decimals
    return Formula(connect.within, connect.short, connect.count_short, Decimal(connect.target), decimals)


async def connect_sheet(sources: Sources, asked: Asked) -> Report:
    """How many of the callers who asked for a line got somebody."""
    formula, period = formula_of(sources, asked), asked.period
    lines: Mapping[str, Tally] = {}
    slots: Mapping[datetime, Tally] = {}
    worst: Window | None = None
    if (connection := sources.reading.connection) is not None:
        span = (connection, period.begin, period.end, formula)
        lines = await connect_by_line(*span)
        slots = await connect_by_half_hour(*span, asked.line)
        worst = await connect_worst_24_hours(*span, asked.line)
    if asked.line is not None:
        lines = {line: tally for line, tally in lines.items() if line == asked.line}
    whole = together(slots.values())
    days: dict[date, Tally] = {}
    halves: dict[str, Tally] = {}
    for at, tally in slots.items():
        days[at.date()] = days.get(at.date(), Tally()) + tally
        halves[f"{at:%H:%M}"] = halves.get(f"{at:%H:%M}", Tally()) + tally
    every = {"list": "offered"}
    of_lines = [
        _row(sources.line_name(line), tally, formula, {"list": "requests", "line": line})
        for line, tally in lines.items()
    ]
    of_days = [_row(day, tally, formula, {**every, "day": day.isoformat()}) for day, tally in days.items()]
    of_halves = [_row(half, halves[half], formula, {**every, "half_hour": half}) for half in sorted(halves)]
    total = _row(TOTAL, whole, formula, every, total=True)
    twice = "转接的来电在两条热线各计一次，不列合计"
    tables = (
        _table("total", "总体", Column("what", "范围"), formula, [total], _told(formula)),
        _table("lines", "各热线", Column("line", "热线"), formula, of_lines, twice),
        _table("days", "各日", Column("day", "日期", Shape.DAY), formula, [*of_days, total]),
        _table("half_hours", "各时段", Column("half_hour", "时段"), formula, [*of_halves, total]),
        _worst(worst, formula),
    )
    charts = (
        Chart("各日接通率", Look.LINES, "days", "day", ("rate", "within_rate")),
        Chart("各时段请求与接通", Look.BARS, "half_hours", "half_hour", ("offered", "answered")),
    )
    return Report("connect", TITLE, sources.hotline, period, sources.now, tables, tuple(_said(whole, formula)), charts)


def _row(what: str | date, t: Tally, formula: Formula, drill: Mapping[str, str], *, total: bool = False) -> Row:
    rates = (t.rate(formula), t.quick(formula))
    counts = (t.abandoned, t.short, t.booked, t.chose, t.given_up, t.failed)
    longest = t.longest if t.answered else None
    values = (what, t.offered(formula), t.answered, t.within, *rates, *counts, t.mean(), longest, t.asked)
    return Row(values, total=total, drill=drill)


def _table(id: str, title: str, first: Column, formula: Formula, rows: list[Row], note: str = "") -> Table:
    return Table(id, title, (first, *_counts(formula)), tuple(rows), note, "asked")


def _worst(worst: Window | None, formula: Formula) -> Table:
    columns = (
        Column("since", "自", Shape.TIME),
        Column("until", "至", Shape.TIME),
        Column("offered", "请求数", Shape.COUNT, offered(formula)),
        Column("answered", "接通数", Shape.COUNT, ANSWERED),
        Column("rate", "接通率", Shape.PERCENT),
    )
    return Table("worst", "接通率最低的 24 小时", columns, () if worst is None else (_of_window(worst, formula),))


def _of_window(worst: Window, formula: Formula) -> Row:
    values = (worst.since, worst.until, worst.offered, worst.answered, worst.rate(formula))
    # on China's clock without an offset: in an address a `+` comes back as a space
    since, until = (one.astimezone(SHANGHAI).replace(tzinfo=None).isoformat() for one in (worst.since, worst.until))
    return Row(values, drill={"list": "offered", "at_from": since, "at_to": until})


def _told(formula: Formula) -> str:
    short = "计入" if formula.count_short else "不计入"
    return (
        f"接通率＝接通数÷请求数；限时为{formula.within:g}秒；{formula.short:g}秒内挂机的短时放弃{short}请求数；"
        "语音菜单和信息中结束的来电、回拨和测试来电不计"
    )


def _said(whole: Tally, formula: Formula) -> list[str]:
    if not whole.asked:
        return ["本期没有人工服务请求。"]
    reached = "达到" if whole.good(formula) else "未达到"
    rate, quick = whole.rate(formula), whole.quick(formula)
    return [
        f"请求{whole.offered(formula):,}次，接通{whole.answered:,}次，接通率{rate}%，{reached}{formula.target}%的目标；"
        f"{formula.within:g}秒内接通率{quick}%。"
    ]
