"""What was asked for from where: places × kinds, and the categories of the first level in each place."""

from __future__ import annotations

from paperwork.reports.classes import classes
from paperwork.reports.counted import Counted, counted
from paperwork.reports.figures import NO_PLACE, Places, figures
from paperwork.reports.percent import percent
from paperwork.reports.report import Chart, Column, Look, Report, Row, Shape, Table, Value
from paperwork.reports.sources import Asked, Sources

TITLE = "各地受理情况"
TOTAL = "合计"


async def places_sheet(sources: Sources, asked: Asked) -> Report:
    """Two tables: places × kinds with shares, places × categories."""
    rules = sources.rules.reports
    decimals = rules.decimals if asked.decimals is None else asked.decimals
    tree = asked.tree or rules.tree
    named = classes(rules.together)
    found = await counted(sources.reading, (asked.period,), asked.line)
    whole = tree in rules.of_the_whole
    told = figures(found, 1, sources.trees, tree, named, of_the_whole=whole)
    columns = (
        Column("place", "地区"),
        *(Column(name, name, Shape.COUNT, {"kind": name}) for name in named.names),
        Column("total", TOTAL, Shape.COUNT),
        Column("percent", "占比", Shape.PERCENT),
    )
    rows = [
        Row(
            (row.place, *row.counts.values(), row.total, percent(row.total, told.total, decimals)),
            drill={"list": "records", "place": row.place},
        )
        for row in told.places
    ]
    all_of_it = percent(told.total, told.total, decimals)
    sums: tuple[Value, ...] = (*(told.count(name) for name in named.names), told.total, all_of_it)
    total = Row((TOTAL, *sums), total=True, drill={"list": "records"})
    tables = (
        Table("places", TITLE, columns, (*rows, total), counted="total"),
        _categories(found, Places(sources.trees, tree, named, of_the_whole=whole), tree),
    )
    chart = Chart(TITLE, Look.STACKED, "places", "place", named.names)
    return Report("places", TITLE, sources.hotline, asked.period, sources.now, tables, charts=(chart,))


def _categories(found: list[Counted], places: Places, tree: str) -> Table:
    """Place and category of the first level, the most first within each place."""
    counts: dict[str, dict[str, int]] = {}
    for one in found:
        path = "/".join(places.path(one.key)[: 1 if places.of_the_whole else 2])
        here = counts.setdefault(one.key.place or NO_PLACE, {})
        here[path] = here.get(path, 0) + one.count
    rows: list[Row] = []
    order = sorted(counts, key=lambda place: (-sum(counts[place].values()), place))
    for place in order:
        rows.append(Row((place, "", sum(counts[place].values())), drill={"list": "records", "place": place}))
        for path, count in sorted(counts[place].items(), key=lambda one: (-one[1], one[0])):
            exact = path if "/" in path or places.of_the_whole else f"{path}/未细分"
            drill = {"list": "records", "place": place, "tree": tree, "path": exact}
            rows.append(Row(("", path, count), level=1, drill=drill))
    columns = (Column("place", "地区"), Column("path", "类别"), Column("count", "数量", Shape.COUNT))
    return Table("categories", "各地各类别情况", columns, tuple(rows), counted="count")
