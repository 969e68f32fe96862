"""话题雷达: the categories that rose beyond their usual range, day by day and over the whole period."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Iterator, Mapping
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

from sqlalchemy import extract, func, select

from paperwork.kind import Kind
from paperwork.reports.classes import classes
from paperwork.reports.compared import before
from paperwork.reports.counted import OWN, Key, of_answers, of_past
from paperwork.reports.figures import Places
from paperwork.reports.lists import CHINA, DAY
from paperwork.reports.percent import change
from paperwork.reports.report import Chart, Column, Look, Period, Report, Row, Shape, Table, days_of
from paperwork.reports.rise import Grade, Rise, Sensitivity, all_rises
from paperwork.reports.sources import Asked, Sources
from records.paper_tables import answers, past_rows
from routing.calendar import day_of

TITLE = "话题雷达"
LABELS = {Grade.RAISED: "升高", Grade.STRONG: "激增"}
EPOCH = date(1970, 1, 1)
SURGE = Decimal(200)
"""Per cent by which a period beyond the one before is a surge."""

Series = Mapping[str, Mapping[date, int]]
"""Path of a category → day → how many."""


def sensitivity_of(sources: Sources) -> Sensitivity:
    """As the operators chose it."""
    radar = sources.rules.reports.radar
    return Sensitivity(history=radar.history, raised=radar.raised, strong=radar.strong, least=radar.least)


async def radar(sources: Sources, asked: Asked) -> Report:
    """Every day of the period held against the weeks before it, and the period against the one before."""
    sense = sensitivity_of(sources)
    tree = asked.tree or sources.rules.reports.tree
    decimals = sources.rules.reports.decimals if asked.decimals is None else asked.decimals
    earlier = before(asked.period)
    back = min(earlier.since, asked.period.since - timedelta(days=sense.history))
    span = Period(back, asked.period.until)
    series = await series_of(sources, span, tree, asked.line)
    months = await series_of(sources, span, tree, asked.line, months=True)
    found = found_in(series, asked.period, sources, sense)
    return Report(
        "radar",
        TITLE,
        sources.hotline,
        asked.period,
        sources.now,
        (_days(found, tree), _periods(_together(series, months), asked.period, earlier, sense, decimals, tree)),
        tuple(_said(found)),
        (Chart("超出常态的类别", Look.BARS, "days", "path", ("count",)),) if found else (),
    )


def found_in(series: Series, period: Period, sources: Sources, sense: Sensitivity) -> list[tuple[str, Rise]]:
    """Each rise of each category, the strongest first."""
    first = min((day for counts in series.values() for day in counts), default=period.since)
    last = min(period.until, sources.now.date() + timedelta(days=1))
    days = [period.since + timedelta(days=ahead) for ahead in range(max(0, (last - period.since).days))]
    calendar = sources.plan.calendar
    kinds = {day: day_of(calendar, day).workday for day in _every(first, period.until)}
    found = all_rises(series, days, kinds.__getitem__, first, sense)
    return sorted(found, key=lambda one: (one[1].grade is not Grade.STRONG, -one[1].distance, one[0], one[1].day))


def _every(first: date, until: date) -> Iterator[date]:
    return (first + timedelta(days=ahead) for ahead in range((until - first).days))


async def series_of(sources: Sources, period: Period, tree: str, line: str | None, *, months: bool = False) -> Series:
    """Counts by day of each row of the briefing's categories, at every level below its kind.

    Imported rows that count a whole month are of no day: only with `months` are they told, on the first, and alone.
    """
    rules = sources.rules.reports
    places = Places(sources.trees, tree, classes(rules.together), of_the_whole=tree in rules.of_the_whole)
    series: dict[str, dict[date, int]] = {}
    found = _imported(sources, period, line, months=True) if months else _by_day(sources, period, line)
    async for key, day, count in found:
        path = places.path(key)
        for end in range(1 if places.of_the_whole else 2, len(path) + 1):
            counts = series.setdefault("/".join(path[:end]), {})
            counts[day] = counts.get(day, 0) + count
    return series


async def _by_day(sources: Sources, period: Period, line: str | None) -> AsyncIterator[tuple[Key, date, int]]:
    seconds = extract("epoch", answers.c.at) + CHINA
    day = (seconds - seconds % DAY).label("day")
    keys = (answers.c.kind, answers.c.category)
    query = select(day, *keys, func.count().label("count")).where(*of_answers(period, line)).group_by(day, *keys)
    for row in await sources.reading.rows(query):
        yield Key(0, Kind(row["kind"]), None, row["category"], None), _date(row["day"]), row["count"]
    async for told in _imported(sources, period, line, months=False):
        yield told


async def _imported(
    sources: Sources, period: Period, line: str | None, *, months: bool
) -> AsyncIterator[tuple[Key, date, int]]:
    seconds = extract("epoch", past_rows.c.at) + CHINA
    day = (seconds - seconds % DAY).label("day")
    told = (past_rows.c.kind, past_rows.c.tree, past_rows.c.path)
    total = func.sum(past_rows.c.count).label("total")
    of_span = past_rows.c.span == "month" if months else past_rows.c.span != "month"
    query = select(day, *told, total).where(*of_past(period, line), of_span).group_by(day, *told)
    for row in await sources.reading.rows(query):
        key = Key(0, Kind(row["kind"]), row["tree"] or OWN, row["path"], None)
        yield key, _date(row["day"]), int(row["total"])


def _together(*parts: Series) -> Series:
    whole: dict[str, Counter[date]] = {}
    for part in parts:
        for path, counts in part.items():
            whole.setdefault(path, Counter()).update(counts)
    return whole


def _date(seconds: float) -> date:
    return EPOCH + timedelta(days=int(seconds) // DAY)


def _days(found: list[tuple[str, Rise]], tree: str) -> Table:
    columns = (
        Column("path", "类别"),
        Column("day", "日期", Shape.DAY),
        Column("grade", "程度"),
        Column("count", "当日", Shape.COUNT),
        Column("usual", "常态", Shape.SECONDS),
        Column("limit", "上限", Shape.SECONDS),
        Column("distance", "偏离", Shape.SECONDS),
    )
    rows = tuple(
        Row(
            (path, one.day, LABELS[one.grade], one.count, _tenth(one.usual), _tenth(one.limit), _tenth(one.distance)),
            drill={"list": "records", "tree": tree, "path": path, "day": one.day.isoformat()},
        )
        for path, one in found
    )
    note = "常态为此前同类日（工作日或休息日）的中位水平，偏离以其稳健标准差计"
    return Table("days", "逐日", columns, rows, note, "count")


def _periods(series: Series, period: Period, earlier: Period, sense: Sensitivity, decimals: int, tree: str) -> Table:
    """The period and the one before: what more than trebled, and what more is beyond chance."""
    columns = (
        Column("path", "类别"),
        Column("count", "本期", Shape.COUNT),
        Column("earlier", "上期", Shape.COUNT, days_of(earlier)),
        Column("change", "增长", Shape.PERCENT),
        Column("grade", "程度"),
    )
    rows: list[tuple[Decimal, Row]] = []
    for path, counts in series.items():
        now = sum(count for day, count in counts.items() if period.since <= day < period.until)
        was = sum(count for day, count in counts.items() if earlier.since <= day < earlier.until)
        by = change(now, was, decimals)
        if now < sense.least or by is None or by < 50 or now - was < sense.raised * was**0.5:
            continue
        label = LABELS[Grade.STRONG if by >= SURGE else Grade.RAISED]
        drill = {"list": "records", "tree": tree, "path": path}
        rows.append((by, Row((path, now, was, by, label), drill=drill)))
    ordered = tuple(row for _, row in sorted(rows, key=lambda one: (-one[0], str(one[1].values[0]))))
    return Table("periods", "与上期相比", columns, ordered, "增长一半以上且超出偶然波动的类别；增至三倍为激增", "count")


def _tenth(value: float) -> Decimal:
    return Decimal(str(value)).quantize(Decimal("0.1"), ROUND_HALF_UP)


def _said(found: list[tuple[str, Rise]]) -> Iterator[str]:
    if not found:
        yield "各类别都在常态范围之内。"
    for path, one in found[:5]:
        yield f"{one.day:%m月%d日}{path}{one.count:,}件，常态{one.usual:g}件，{LABELS[one.grade]}。"
