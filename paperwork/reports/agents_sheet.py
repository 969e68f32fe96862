"""座席工作统计: what each agent did: talks, time, breaks, passing on, records, quality."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from sqlalchemy import case, func, select

from acd.agent import Presence
from ivr.outcomes import OfferResult, Party
from paperwork.quality.score import COUNTED
from paperwork.reports.connect_sheet import formula_of
from paperwork.reports.counted import answers_due
from paperwork.reports.report import Chart, Column, Look, Report, Row, Shape, Table
from paperwork.reports.sources import Asked, Sources
from records.connect import AgentTally, Formula
from records.legs import LegKind
from records.paper_tables import answers, scores
from records.presences import moves_read, stints, times
from records.tables import legs

TITLE = "座席工作统计"
TOTAL = "合计"


@dataclass(slots=True)
class Sheet:
    """One agent's. Seconds; `quality` are points and how many of what most."""

    rung: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    talks: int = 0
    talked: Decimal = Decimal(0)
    passed_on: int = 0
    consulted: int = 0
    times: Mapping[tuple[Presence, str | None], timedelta] = field(default_factory=dict)
    records: int = 0
    filled: int = 0
    scores: int = 0
    points: Decimal = Decimal(0)
    most: Decimal = Decimal(0)

    def lasted(self, *wanted: Presence) -> Decimal:
        seconds = sum((span for (presence, _), span in self.times.items() if presence in wanted), timedelta())
        return Decimal(str(seconds.total_seconds())).quantize(Decimal(1), ROUND_HALF_UP)


async def agents_sheet(sources: Sources, asked: Asked) -> Report:
    """All agents of the plan who answer, and whoever else did something in the period."""
    sheets: dict[str, Sheet] = {
        agent: Sheet()
        for agent, rule in sources.plan.agents.items()
        if (asked.line is None and rule.lines) or asked.line in rule.lines
    }
    for fill in (_legs, _records, _scores):
        await fill(sources, asked, sheets)
    await _presences(sources, asked, sheets)
    formula = formula_of(sources, asked)
    order = sorted(sheets)
    tables = (
        _talks(sources, sheets, order, formula),
        _times(sources, sheets, order),
        _papers(sources, sheets, order),
    )
    chart = Chart("通话数", Look.BARS, "talks", "agent", ("talks",))
    return Report("agents", TITLE, sources.hotline, asked.period, sources.now, tables, charts=(chart,))


async def _legs(sources: Sources, asked: Asked, sheets: dict[str, Sheet]) -> None:
    conditions = [legs.c.since >= asked.period.begin, legs.c.since < asked.period.end, legs.c.agent.is_not(None)]
    conditions.append(legs.c.test.is_(False))
    if asked.line is not None:
        conditions.append(legs.c.line == asked.line)
    keys = (legs.c.agent, legs.c.kind, legs.c.end)
    query = select(*keys, func.count().label("count"), func.sum(legs.c.seconds).label("seconds"))
    for row in await sources.reading.rows(query.where(*conditions).group_by(*keys)):
        sheet = sheets.setdefault(row["agent"], Sheet())
        if row["kind"] == LegKind.TALK:
            sheet.talks += row["count"]
            sheet.talked += Decimal(str(row["seconds"])).quantize(Decimal("0.1"), ROUND_HALF_UP)
            sheet.passed_on += row["count"] if row["end"] == Party.PASSED_ON else 0
        elif row["kind"] == LegKind.OFFER:
            sheet.rung[row["end"] or OfferResult.WITHDRAWN] += row["count"]
        elif row["kind"] == LegKind.CONSULTATION:
            sheet.consulted += row["count"]


async def _records(sources: Sources, asked: Asked, sheets: dict[str, Sheet]) -> None:
    filled = case((answers.c.filled.is_not(None) & answers.c.kind.is_not(None), 1), else_=0)
    query = select(answers.c.agent, func.count().label("records"), func.sum(filled).label("filled"))
    due = (*answers_due(asked.period, asked.line), answers.c.agent.is_not(None))
    for row in await sources.reading.rows(query.where(*due).group_by(answers.c.agent)):
        sheet = sheets.setdefault(row["agent"], Sheet())
        sheet.records, sheet.filled = row["records"], int(row["filled"])


async def _scores(sources: Sources, asked: Asked, sheets: dict[str, Sheet]) -> None:
    conditions = [scores.c.at >= asked.period.begin, scores.c.at < asked.period.end, scores.c.agent.is_not(None)]
    conditions.append(scores.c.state.in_(COUNTED))
    if asked.line is not None:
        conditions.append(scores.c.line == asked.line)
    sums = (func.sum(scores.c.total).label("points"), func.sum(scores.c.most).label("most"))
    query = select(scores.c.agent, func.count().label("count"), *sums).where(*conditions).group_by(scores.c.agent)
    for row in await sources.reading.rows(query):
        sheet = sheets.setdefault(row["agent"], Sheet())
        sheet.scores, sheet.points, sheet.most = row["count"], Decimal(str(row["points"])), Decimal(str(row["most"]))


async def _presences(sources: Sources, asked: Asked, sheets: dict[str, Sheet]) -> None:
    """What has not been yet is not told: a period that goes on ends now."""
    connection = sources.reading.connection
    until = min(asked.period.end, sources.now)
    if connection is None or until <= asked.period.begin:
        return
    for agent, moves in (await moves_read(connection, asked.period.begin, until)).items():
        told = times(stints(moves, asked.period.begin, until))
        if agent in sheets or any(presence is not Presence.OFFLINE for presence, _ in told):
            sheets.setdefault(agent, Sheet()).times = told


def _rang(result: OfferResult) -> Mapping[str, str]:
    return {"list": "rung", "end": result.value}


def _talks(sources: Sources, sheets: dict[str, Sheet], order: list[str], formula: Formula) -> Table:
    columns = (
        Column("agent", "座席"),
        Column("talks", "通话数", Shape.COUNT),
        Column("talked", "通话秒数", Shape.SECONDS),
        Column("mean", "平均通话秒数", Shape.SECONDS),
        Column("rung", "振铃数", Shape.COUNT, {"list": "rung"}),
        Column("answered", "接听数", Shape.COUNT, _rang(OfferResult.ANSWERED)),
        Column("refused", "拒接数", Shape.COUNT, _rang(OfferResult.REFUSED)),
        Column("unanswered", "未接数", Shape.COUNT, _rang(OfferResult.UNANSWERED)),
        Column("rate", "接听率", Shape.PERCENT),
        Column("passed_on", "转接数", Shape.COUNT, {"end": Party.PASSED_ON.value}),
        Column("consulted", "咨询转接数", Shape.COUNT, {"list": "consulted"}),
    )

    def row(
        name: str, talks: int, talked: Decimal, rung: Mapping[str, int], more: tuple[int, int], **known: Any
    ) -> Row:
        tally = AgentTally(sum(rung.values()), rung.get("answered", 0), withdrawn=rung.get("withdrawn", 0))
        mean = (talked / talks).quantize(Decimal("0.1"), ROUND_HALF_UP) if talks else None
        counts = (tally.rung, tally.answered, rung.get("refused", 0), rung.get("unanswered", 0), tally.rate(formula))
        return Row((name, talks, talked, mean, *counts, *more), **known)

    rows = []
    together: dict[str, int] = defaultdict(int)
    for agent in order:
        one = sheets[agent]
        for end, count in one.rung.items():
            together[end] += count
        more = (one.passed_on, one.consulted)
        drill = {"list": "talks", "agent": agent}
        rows.append(row(sources.agent_name(agent), one.talks, one.talked, one.rung, more, drill=drill))
    all_of_them = sheets.values()
    sums = (sum(one.passed_on for one in all_of_them), sum(one.consulted for one in all_of_them))
    talks, talked = sum(one.talks for one in all_of_them), sum((one.talked for one in all_of_them), Decimal(0))
    rows.append(row(TOTAL, talks, talked, together, sums, total=True, drill={"list": "talks"}))
    note = "接听率不含来电人先挂机或系统收回的振铃"
    return Table("talks", "通话", columns, tuple(rows), note, "talks")


_SHOWN = (
    ("ready", "空闲秒数", (Presence.READY,)),
    ("offered", "振铃秒数", (Presence.OFFERED,)),
    ("talking", "占线秒数", (Presence.TALKING,)),
    ("wrap_up", "话后处理秒数", (Presence.WRAP_UP,)),
    ("breaks", "小休秒数", (Presence.BREAK,)),
)


def _times(sources: Sources, sheets: dict[str, Sheet], order: list[str]) -> Table:
    on_duty = tuple(presence for presence in Presence if presence is not Presence.OFFLINE)
    columns = (
        Column("agent", "座席"),
        Column("on_duty", "在线秒数", Shape.SECONDS),
        *(Column(name, title, Shape.SECONDS) for name, title, _ in _SHOWN),
        Column("reasons", "小休原因"),
    )
    wanted = (on_duty, *(presences for _, _, presences in _SHOWN))

    def spans(of: Iterable[Sheet]) -> list[Decimal]:
        found = list(of)
        return [sum((one.lasted(*presences) for one in found), Decimal(0)) for presences in wanted]

    rows = [
        Row((sources.agent_name(agent), *spans((sheets[agent],)), _reasons(sources, sheets[agent]))) for agent in order
    ]
    rows.append(Row((TOTAL, *spans(sheets.values()), ""), total=True))
    return Table("times", "时间", columns, tuple(rows))


def _reasons(sources: Sources, sheet: Sheet) -> str:
    told = []
    for (presence, reason), span in sorted(sheet.times.items(), key=lambda one: str(one[0])):
        if presence is Presence.BREAK:
            name = "未说明" if reason is None else sources.plan.breaks.get(reason, reason)
            told.append(f"{name}{round(span.total_seconds())}秒")
    return "、".join(told)


def _papers(sources: Sources, sheets: dict[str, Sheet], order: list[str]) -> Table:
    columns = (
        Column("agent", "座席"),
        Column("records", "接听记录单", Shape.COUNT),
        Column("filled", "已填", Shape.COUNT, {"filled": "yes"}),
        Column("unfilled", "未填", Shape.COUNT, {"filled": "no"}),
        Column("scores", "质检次数", Shape.COUNT),
        Column("quality", "质检平均得分率", Shape.PERCENT),
    )

    def row(name: str, of: Iterable[Sheet], drill: Mapping[str, str], *, total: bool = False) -> Row:
        found = list(of)
        records, filled = sum(one.records for one in found), sum(one.filled for one in found)
        points, most = sum((one.points for one in found), Decimal(0)), sum((one.most for one in found), Decimal(0))
        share = (points * 100 / most).quantize(Decimal("0.1"), ROUND_HALF_UP) if most else None
        values = (name, records, filled, records - filled, sum(one.scores for one in found), share)
        return Row(values, total=total, drill={"list": "answers", **drill})

    rows = [row(sources.agent_name(agent), (sheets[agent],), {"agent": agent}) for agent in order]
    rows.append(row(TOTAL, sheets.values(), {"answered": "yes"}, total=True))
    return Table("papers", "记录与质量", columns, tuple(rows), "记录单计给首先接听的座席", "records")
