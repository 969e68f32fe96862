"""工作简报: places × kinds with totals, categories to three levels, the top three of each, and how it has changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from paperwork.kind import Kind
from paperwork.reports.branch import Leaf
from paperwork.reports.briefing_words import sentences
from paperwork.reports.classes import Classes, classes
from paperwork.reports.compared import before, year_before
from paperwork.reports.counted import Completeness, completeness, counted, kinds_counted, months_of
from paperwork.reports.figures import Figures, figures
from paperwork.reports.percent import change, percent
from paperwork.reports.report import Chart, Column, Look, Period, Report, Row, Shape, Table, Value, days_of
from paperwork.reports.sources import Asked, Sources

TITLE = "工作简报"
TOTAL = "合计"
MOST_MONTHS = 24
"""A longer period is told as a whole alone."""


@dataclass(frozen=True, slots=True)
class Briefing:
    """All figures of one briefing. `earlier` and `year_ago` are by class, None when nothing was counted then."""

    period: Period
    months: tuple[Period, ...]
    tree: str
    of_the_whole: bool
    decimals: int
    figures: Figures
    earlier: Mapping[str, int] | None
    year_ago: Mapping[str, int] | None
    completeness: Completeness

    def share(self, part: int, whole: int | None = None) -> str:
        """Of all, or of `whole`."""
        return f"{percent(part, self.figures.total if whole is None else whole, self.decimals):f}"


async def briefing(sources: Sources, asked: Asked) -> Report:
    """The briefing of a period."""
    rules = sources.rules.reports
    tree = asked.tree or rules.tree
    named = classes(rules.together)
    months = months_of(asked.period)
    months = months if len(months) <= MOST_MONTHS else (asked.period,)
    found = await counted(sources.reading, months, asked.line)
    whole = tree in rules.of_the_whole
    told = Briefing(
        asked.period,
        months,
        tree,
        whole,
        rules.decimals if asked.decimals is None else asked.decimals,
        figures(found, len(months), sources.trees, tree, named, of_the_whole=whole),
        await _by_class(sources, named, before(asked.period), asked.line),
        await _by_class(sources, named, year_before(asked.period), asked.line),
        await completeness(sources.reading, asked.period, asked.line),
    )
    return Report(
        "briefing",
        TITLE,
        sources.hotline,
        asked.period,
        sources.now,
        _tables(told),
        tuple(sentences(told)),
        _charts(told),
        data=_data(told),
    )


async def _by_class(sources: Sources, named: Classes, period: Period, line: str | None) -> Mapping[str, int] | None:
    found = await kinds_counted(sources.reading, period, line)
    if not any(found.values()):
        return None
    by_class = dict.fromkeys(named.names, 0)
    for kind in Kind:
        by_class[named.name_of[kind]] += found.get(kind, 0)
    return by_class


def _data(told: Briefing) -> dict[str, Any]:
    """What `--format json` prints. The rows of the first three are fixed: nothing may be added to them."""
    f = told.figures
    totals = {name: f.count(name) for name in f.classes.names}
    return {
        "kinds": [{"kind": name, "count": count, "percent": told.share(count)} for name, count in totals.items()],
        "categories": [_category(told, leaf) for leaf in f.categories],
        "places": [{"place": row.place, **row.counts, TOTAL: row.total} for row in f.places],
        "totals": {"place": TOTAL, **totals, TOTAL: f.total},
        "shares": [{"place": row.place, "percent": told.share(row.total)} for row in f.places],
        "months": [
            {
                "month": f"{month.since:%Y-%m}",
                "from": month.since.isoformat(),
                "to": month.until.isoformat(),
                "kinds": {name: f.kinds[name][place] for name in f.classes.names},
                "categories": [{"path": "/".join(leaf.path), "count": leaf.months[place]} for leaf in f.categories],
                TOTAL: f.months[place],
            }
            for place, month in enumerate(told.months)
        ],
        "change": {
            "month_on_month": _change(told, told.earlier, before(told.period)),
            "year_on_year": _change(told, told.year_ago, year_before(told.period)),
        },
        "completeness": {
            "records": told.completeness.records,
            "filled": told.completeness.filled,
            "未填": told.completeness.unfilled,
        },
        "tree": told.tree,
        "from": told.period.since.isoformat(),
        "to": told.period.until.isoformat(),
        "sentences": list(sentences(told)),
    }


def _category(told: Briefing, leaf: Leaf) -> dict[str, Any]:
    return {"path": "/".join(leaf.path), "count": leaf.count, "percent": told.share(leaf.count, leaf.whole)}


def _change(told: Briefing, then: Mapping[str, int] | None, period: Period) -> dict[str, Any] | None:
    if then is None:
        return None
    now = {name: told.figures.count(name) for name in told.figures.classes.names}

    def one(count: int, was: int) -> dict[str, Any]:
        by = change(count, was, told.decimals)
        return {"count": was, "percent": None if by is None else f"{by:f}"}

    return {
        "from": period.since.isoformat(),
        "to": period.until.isoformat(),
        "kinds": {name: one(now[name], then[name]) for name in now},
        TOTAL: one(sum(now.values()), sum(then.values())),
    }


def _tables(told: Briefing) -> tuple[Table, ...]:
    return _kinds(told), _categories(told), _places(told), _changes(told), _completeness(told)


def _kinds(told: Briefing) -> Table:
    f = told.figures
    columns = (
        Column("kind", "业务类别"),
        *_month_columns(told),
        Column("count", "数量", Shape.COUNT),
        Column("percent", "百分比", Shape.PERCENT),
    )
    rows = [
        Row(
            (name, *_of_months(told, f.kinds[name]), f.count(name), percent(f.count(name), f.total, told.decimals)),
            drill={"list": "records", "kind": name},
        )
        for name in f.classes.names
    ]
    months = _of_months(told, f.months)
    total = Row(
        (TOTAL, *months, f.total, percent(f.total, f.total, told.decimals)), total=True, drill={"list": "records"}
    )
    return Table("kinds", "业务受理情况", columns, (*rows, total), counted="count")


def _categories(told: Briefing) -> Table:
    f = told.figures
    columns = (
        Column("path", "类别"),
        *_month_columns(told),
        Column("count", "数量", Shape.COUNT),
        Column("percent", "百分比", Shape.PERCENT),
    )
    base = 1 if told.of_the_whole else 2
    rows = [
        Row(
            (
                leaf.path[-1] if len(leaf.path) > base else "/".join(leaf.path),
                *_of_months(told, leaf.months),
                leaf.count,
                percent(leaf.count, leaf.whole, told.decimals),
            ),
            level=len(leaf.path) - base,
            drill={"list": "records", "tree": told.tree, "path": "/".join(leaf.path)},
        )
        for leaf in f.categories
    ]
    if told.of_the_whole:
        months = _of_months(told, f.months)
        rows.append(
            Row(
                (TOTAL, *months, f.total, percent(f.total, f.total, told.decimals)),
                total=True,
                drill={"list": "records"},
            )
        )
    whole = "全部来电" if told.of_the_whole else "其上一级"
    return Table("categories", "各类别情况", columns, tuple(rows), f"百分比为占{whole}的比例，四舍五入", "count")


def _places(told: Briefing) -> Table:
    f = told.figures
    columns = (
        Column("place", "地区"),
        *(Column(name, name, Shape.COUNT, {"kind": name}) for name in f.classes.names),
        Column("total", TOTAL, Shape.COUNT),
        Column("percent", "占比", Shape.PERCENT),
    )
    rows = [
        Row(
            (row.place, *row.counts.values(), row.total, percent(row.total, f.total, told.decimals)),
            drill={"list": "records", "place": row.place},
        )
        for row in f.places
    ]
    sums = (f.count(name) for name in f.classes.names)
    total = Row(
        (TOTAL, *sums, f.total, percent(f.total, f.total, told.decimals)), total=True, drill={"list": "records"}
    )
    return Table("places", "各地受理情况", columns, (*rows, total), counted="total")


def _changes(told: Briefing) -> Table:
    f = told.figures
    columns = (
        Column("kind", "业务类别"),
        Column("count", "本期", Shape.COUNT),
        Column("earlier", "上期", Shape.COUNT, days_of(before(told.period))),
        Column("month_on_month", "环比增减", Shape.PERCENT),
        Column("year_ago", "上年同期", Shape.COUNT, days_of(year_before(told.period))),
        Column("year_on_year", "同比增减", Shape.PERCENT),
    )

    def row(name: str, now: int, was: int | None, last: int | None, *, total: bool = False) -> Row:
        by = None if was is None else change(now, was, told.decimals)
        over = None if last is None else change(now, last, told.decimals)
        drill = {"list": "records"} if total else {"list": "records", "kind": name}
        return Row((name, now, was, by, last, over), total=total, drill=drill)

    def of(then: Mapping[str, int] | None, name: str) -> int | None:
        return None if then is None else then[name]

    rows = [row(name, f.count(name), of(told.earlier, name), of(told.year_ago, name)) for name in f.classes.names]
    sums = [None if then is None else sum(then.values()) for then in (told.earlier, told.year_ago)]
    return Table("change", "增减情况", columns, (*rows, row(TOTAL, f.total, *sums, total=True)), counted="count")


def _completeness(told: Briefing) -> Table:
    done = told.completeness
    columns = (Column("what", "接听记录单"), Column("count", "份数", Shape.COUNT))
    rows = (
        Row(("已填", done.filled), drill={"list": "answers", "filled": "yes"}),
        Row(("未填", done.unfilled), drill={"list": "answers", "filled": "no"}),
        Row((TOTAL, done.records), total=True, drill={"list": "answers"}),
    )
    return Table("completeness", "记录填写情况", columns, rows, "未填的记录没有类别，不计入以上各表", "count")


def _whole(told: Briefing) -> Row:
    f = told.figures
    values: tuple[Value, ...] = (TOTAL, *_of_months(told, f.months), f.total, percent(f.total, f.total, told.decimals))
    return Row(values, total=True, drill={"list": "records"})


def _month_columns(told: Briefing) -> tuple[Column, ...]:
    if len(told.months) == 1:
        return ()
    return tuple(
        Column(f"{month.since:%Y-%m}", f"{month.since.year}年{month.since.month}月", Shape.COUNT, days_of(month))
        for month in told.months
    )


def _of_months(told: Briefing, counts: tuple[int, ...]) -> tuple[int, ...]:
    return counts if len(told.months) > 1 else ()


def _charts(told: Briefing) -> tuple[Chart, ...]:
    kinds = Chart("业务类别", Look.BARS, "kinds", "kind", ("count",))
    places = Chart("各地业务", Look.STACKED, "places", "place", told.figures.classes.names)
    return (kinds, places) if told.figures.places else (kinds,)
