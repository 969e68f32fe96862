"""考核 (附件10): points from the records behind them; what no record can tell is entered by hand, and says by whom.

| item | points | from |
|---|---|---|
| 组织管理 | 10 | entered |
| 信息报送: records | 10 | the share of answer records that are filled |
| 信息报送: timely reports | 10 | the share signed by the day on which they were due; entered where none was signed |
| 电话接听: connect rate | 8 | −0.2 for each caller who waited long and was not answered, 3 at most |
| 电话接听: attitude | 4 | quality sheets' share of their points; entered where there are none |
| 首问负责 and hand-on within 1 workday | 8 | −2 for each order that was handed on too late |
| 培训 | 15 | entered |
| 满意度 | 10 + 5 | the share of satisfied callers in follow-up calls; 5 entered |

The published points add up to 80, not 100: the sheet says so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from sqlalchemy import ColumnElement, func, select

from paperwork.orders.words import Satisfaction
from paperwork.reports.counted import completeness
from paperwork.reports.due import NAMES, Reported, reported
from paperwork.reports.lists import handed_on_late, order_rows, score_rows
from paperwork.reports.report import Column, Report, Row, Shape, Table
from paperwork.reports.sources import Asked, Sources
from records.legs import Turn
from records.paper_tables import orders, scores
from records.tables import legs

TITLE = "12320热线考核表"
FORM = "附件10"
PUBLISHED = Decimal(80)
LONG_RING, MOST_OFF, LATE = Decimal("0.2"), Decimal(3), Decimal(2)
Drill = Mapping[str, str] | None


@dataclass(frozen=True, slots=True)
class Mark:
    """One item: its points (None: nobody has said), how they came about, and how many records are behind them."""

    group: str
    item: str
    most: Decimal
    points: Decimal | None
    why: str
    behind: int | None = None
    drill: Drill = None


async def assessment(sources: Sources, asked: Asked) -> Report:
    """附件10 of a period; entered points are those of the month in which it begins."""
    told = await reported(sources, asked)
    timely = _timely(sources, asked, told)
    marks = (
        _entered(sources, asked, "组织管理", "组织领导与制度（5项，每项2分）", 10, "organisation"),
        await _records(sources, asked),
        timely,
        await _connect(sources, asked),
        await _attitude(sources, asked),
        await _first_contact(sources, asked),
        _entered(sources, asked, "培训", "人员培训", 15, "training"),
        await _satisfied(sources, asked),
        _entered(sources, asked, "满意度", "其他评价", 5, "satisfaction"),
    )
    columns = (
        Column("group", "考核项目"),
        Column("item", "考核内容"),
        Column("most", "满分", Shape.POINTS),
        Column("points", "得分", Shape.POINTS),
        Column("behind", "所据记录数", Shape.COUNT),
        Column("why", "得分依据"),
    )
    rows = [Row((one.group, one.item, one.most, one.points, one.behind, one.why), drill=one.drill) for one in marks]
    given = [one for one in marks if one.points is not None]
    total = sum((one.points or Decimal(0) for one in given), Decimal(0))
    missing = "" if len(given) == len(marks) else f"，其中{len(marks) - len(given)}项未录入"
    whole = Row(("合计", "", PUBLISHED, total, None, f"已评{len(given)}项{missing}"), total=True)
    note = "考核标准公布的各项满分合计80分，不是100分"
    table = Table("marks", TITLE, columns, (*rows, whole), note, counted="behind")
    heads = {"被考核部门": sources.line_name(asked.line) if asked.line else sources.hotline}
    tables = (table, _reports(sources, told)) if told else (table,)
    return Report("assessment", TITLE, sources.hotline, asked.period, sources.now, tables, form=FORM, heads=heads)


def _entered(sources: Sources, asked: Asked, group: str, item: str, most: int, name: str) -> Mark:
    """Points that somebody wrote into the rules for this month."""
    month = f"{asked.period.since:%Y-%m}"
    for one in sources.rules.reports.assessment:
        if (one.item, one.month) == (name, month) and one.line == asked.line:
            points = min(Decimal(str(one.points)), Decimal(most))
            return Mark(group, item, Decimal(most), points, f"由{one.by}录入{f'：{one.why}' if one.why else ''}")
    return Mark(group, item, Decimal(most), None, "没有可据的记录，须人工录入")


def _timely(sources: Sources, asked: Asked, told: Sequence[Reported]) -> Mark:
    """Half of them in time are half of the points. A hotline that signs nothing here reports in another way."""
    group, item = "信息报送", "报表按时上报"
    if not any(one.signed for one in told):
        return _entered(sources, asked, group, item, 10, "timely_reports")
    late = sum(not one.in_time for one in told)
    why = f"应上报{len(told)}份，按时签发{len(told) - late}份，逾期或未签发{late}份"
    drill = {"list": "reports", "in_time": "no"}
    return Mark(group, item, Decimal(10), _share(len(told) - late, len(told), 10), why, late, drill)


def _reports(sources: Sources, told: Sequence[Reported]) -> Table:
    """What the points of timely reports come from."""
    columns = (
        Column("day", "上报期限", Shape.DAY),
        Column("report", "报表"),
        Column("department", "部门名称"),
        Column("since", "统计自", Shape.DAY),
        Column("last", "统计至", Shape.DAY),
        Column("signed", "签发时间", Shape.TIME),
        Column("by", "签发人"),
        Column("in_time", "按时"),
    )
    rows = tuple(
        Row(
            (
                one.due.day,
                NAMES[one.due.report],
                sources.line_name(one.due.line) if one.due.line else sources.hotline,
                one.due.period.since,
                one.due.period.last,
                None if one.signed is None else one.signed.at,
                None if one.signed is None else one.signed.by,
                "是" if one.in_time else "否",
            )
        )
        for one in told
    )
    return Table("reports", "报表上报情况", columns, rows, "首次签发的日期与上报期限相比")


async def _records(sources: Sources, asked: Asked) -> Mark:
    done = await completeness(sources.reading, asked.period, asked.line)
    points = _share(done.filled, done.records, 10)
    why = f"接听记录单{done.records}份，未填{done.unfilled}份"
    return Mark(
        "信息报送", "接听记录完整", Decimal(10), points, why, done.unfilled, {"list": "answers", "filled": "no"}
    )


async def _connect(sources: Sources, asked: Asked) -> Mark:
    within = sources.rules.reports.connect.within
    conditions: list[ColumnElement[bool]] = [legs.c.since >= asked.period.begin, legs.c.since < asked.period.end]
    conditions += [legs.c.turned_out == Turn.ABANDONED, legs.c.counted.is_(True), legs.c.asked_for >= within]
    if asked.line is not None:
        conditions.append(legs.c.line == asked.line)
    lost = await _count(sources, conditions)
    points = Decimal(8) - min(LONG_RING * lost, MOST_OFF)
    drill = {"list": "requests", "turned_out": Turn.ABANDONED.value, "waited_from": f"{within:g}"}
    why = f"等待{within:g}秒以上无人接听{lost}次，每次扣0.2分，最多扣3分"
    return Mark("电话接听", "接通率", Decimal(8), points, why, lost, drill)


async def _attitude(sources: Sources, asked: Asked) -> Mark:
    """Sheets that count; where nobody judged a point that applied, as where there are none, what was entered."""
    conditions = score_rows(asked.period, asked.line)
    sums = (func.count().label("count"), func.sum(scores.c.total).label("total"), func.sum(scores.c.most).label("most"))
    row = await sources.reading.row(select(*sums).where(*conditions))
    if row is None or not row["most"]:
        return _entered(sources, asked, "电话接听", "服务态度", 4, "attitude")
    share = Decimal(str(row["total"])) / Decimal(str(row["most"]))
    points = _tenth(share * 4)
    why = f"质检评分{row['count']}份的平均得分率"
    return Mark("电话接听", "服务态度", Decimal(4), points, why, row["count"], {"list": "scores"})


async def _first_contact(sources: Sources, asked: Asked) -> Mark:
    late = await _count(sources, [*order_rows(asked.period, asked.line), handed_on_late(orders.c, sources.now)])
    points = max(Decimal(8) - LATE * late, Decimal(0))
    drill = {"list": "orders", "handed_on_late": "yes"}
    why = f"超过时限转办{late}件，每件扣2分"
    return Mark("电话接听", "首问负责，1个工作日内转办", Decimal(8), points, why, late, drill)


async def _satisfied(sources: Sources, asked: Asked) -> Mark:
    asked_them = [*order_rows(asked.period, asked.line), orders.c.satisfaction.is_not(None)]
    told = await _count(sources, asked_them)
    unhappy = await _count(sources, [*asked_them, orders.c.satisfaction == Satisfaction.DISSATISFIED])
    if not told:
        return _entered(sources, asked, "满意度", "来电人满意", 10, "satisfied")
    drill = {"list": "orders", "satisfaction": str(Satisfaction.DISSATISFIED)}
    points = _share(told - unhappy, told, 10)
    return Mark("满意度", "来电人满意", Decimal(10), points, f"回访{told}件，不满意{unhappy}件", unhappy, drill)


async def _count(sources: Sources, conditions: list[ColumnElement[bool]]) -> int:
    row = await sources.reading.row(select(func.count().label("count")).where(*conditions))
    return 0 if row is None else int(row["count"])


def _share(part: int, whole: int, most: int) -> Decimal:
    """Of nothing all of it: nobody failed."""
    return _tenth(Decimal(part * most) / Decimal(whole)) if whole else Decimal(most)


def _tenth(value: Decimal) -> Decimal:
    return value.quantize(Decimal("0.1"), ROUND_HALF_UP)
