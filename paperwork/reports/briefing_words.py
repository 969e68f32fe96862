"""What a briefing says in sentences: the whole, the top three of each level, what changed, who has how much of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from paperwork.reports.branch import Leaf
from paperwork.reports.figures import top
from paperwork.reports.percent import change
from paperwork.reports.report import Period

if TYPE_CHECKING:
    from paperwork.reports.briefing import Briefing

_LEVELS = "一二三"


def sentences(told: Briefing) -> Iterator[str]:
    """All of them, in the order of a bulletin."""
    f = told.figures
    if not f.total:
        yield f"{spoken(told.period)}没有受理记录。"
        return
    parts = "，".join(
        f"{name}{f.count(name):,}件（{told.share(f.count(name))}%）" for name in f.classes.names if f.count(name)
    )
    yield f"{spoken(told.period)}，共受理{f.total:,}件，其中{parts}。"
    yield from _changes(told)
    for above in [()] if told.of_the_whole else [(name,) for name in f.classes.names]:
        yield from _tops(told, above)
    known = [row for row in f.places if row.total]
    if len(known) > 1:
        yield "各地受理量占比：" + "、".join(f"{row.place}{told.share(row.total)}%" for row in known) + "。"


def spoken(period: Period) -> str:
    """`2014年11月`, `2014年11月至12月`, `2014年11月3日至9日`."""
    first, last = period.since, period.last
    year = "" if first.year == last.year else f"{last.year}年"
    if first.day == 1 and period.until.day == 1:
        head = f"{first.year}年{first.month}月"
        return head if (first.year, first.month) == (last.year, last.month) else f"{head}至{year}{last.month}月"
    head = f"{first.year}年{first.month}月{first.day}日"
    if first == last:
        return head
    month = "" if (first.year, first.month) == (last.year, last.month) else f"{last.month}月"
    return f"{head}至{year}{month}{last.day}日"


def _changes(told: Briefing) -> Iterator[str]:
    for what, then in (("环比", told.earlier), ("同比", told.year_ago)):
        if then is not None:
            yield _changed(told, what, then)


def _changed(told: Briefing, what: str, then: Mapping[str, int]) -> str:
    f = told.figures
    parts = [(name, f.count(name), then[name]) for name in f.classes.names if f.count(name) or then[name]]
    told_parts = "，".join(f"{name}{_moved(told, now, was)}" for name, now, was in parts)
    return f"{what}，受理总量{_moved(told, f.total, sum(then.values()))}；其中{told_parts}。"


def _moved(told: Briefing, now: int, was: int) -> str:
    by = change(now, was, told.decimals)
    if by is None:
        return f"新增{now:,}件"
    if now == was:
        return "持平"
    return f"{'增长' if now > was else '下降'}{abs(by):f}%"


def _tops(told: Briefing, above: tuple[str, ...]) -> Iterator[str]:
    """A sentence a level: the first three, then the first three of each of these, then of the first of those."""
    leading: list[tuple[str, ...]] = [above]
    for level in _LEVELS:
        groups = [(path, top(told.figures.categories, path)) for path in leading]
        groups = [(path, found) for path, found in groups if found]
        if not groups:
            return
        if level == "一":
            path, found = groups[0]
            yield f"{path[-1] if path else '各类业务'}居前{_many(found)}位的是：{_listed(told, found)}。"
        else:
            yield "其中，" + "；".join(f"{path[-1]}以{_listed(told, found)}居前" for path, found in groups) + "。"
        leading = [leaf.path for _, found in groups for leaf in (found if level == "一" else found[:1])]


def _many(found: list[Leaf]) -> str:
    return "一二三"[len(found) - 1]


def _listed(told: Briefing, found: list[Leaf]) -> str:
    return "、".join(f"{leaf.path[-1]}{leaf.count:,}件（{told.share(leaf.count, leaf.whole)}%）" for leaf in found)
