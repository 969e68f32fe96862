"""数据统计月报表 (附件8): its four tables.

接收数 are the counted records, the imported rows, and the orders that came by no answered call (messages, 12345). A
case is 办结 when the hotline settled it itself, or the unit that it was handed on to has done it; 办结率 is 办结 of
接收.
Imported rows say nothing of what became of them: they are in 接收 alone, and the note says how many they are.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from paperwork.kind import Kind
from paperwork.reports.branch import UNDIVIDED, UNMAPPED, Branch, leaves
from paperwork.reports.cases import Cases, Fate, cases
from paperwork.reports.percent import percent
from paperwork.reports.placing import Placing
from paperwork.reports.report import Chart, Column, Look, Report, Row, Shape, Table
from paperwork.reports.sources import Asked, Sources

TITLE = "12320数据统计月报表"
FORM = "附件8"
TREE = "tianjin"
TOTAL = "合计"
FIRST = ("举报", "投诉", "咨询", "建议", "其他")
"""The columns of table 1."""


@dataclass(frozen=True, slots=True)
class Handled:
    """Cases by what became of them."""

    settled: int = 0
    out: int = 0
    out_done: int = 0
    pending: int = 0
    imported: int = 0

    @classmethod
    def of(cls, found: Iterable[Cases]) -> Handled:
        counts = dict.fromkeys(Fate, 0)
        for one in found:
            counts[one.fate] += one.count
        return cls(**{fate.value: count for fate, count in counts.items()})

    @property
    def received(self) -> int:
        return self.settled + self.out + self.out_done + self.pending + self.imported

    @property
    def handed_on(self) -> int:
        return self.out + self.out_done

    @property
    def done(self) -> int:
        return self.settled + self.out_done


async def monthly(sources: Sources, asked: Asked) -> Report:
    """附件8 of a period, which is a month as a rule."""
    found = await cases(sources.reading, asked.period, asked.line)
    decimals = sources.rules.reports.decimals if asked.decimals is None else asked.decimals
    placing = Placing(sources.trees, TREE)
    tables = (
        _kinds(found, sources),
        _handled(found, decimals),
        _complaints(found, placing, sources, decimals),
        _consults(found, placing, decimals),
    )
    chart = Chart("投诉类别", Look.BARS, "complaints", "category", ("received",))
    name = sources.line_name(asked.line) if asked.line else sources.hotline
    return Report(
        "monthly",
        TITLE,
        sources.hotline,
        asked.period,
        sources.now,
        tables,
        charts=(chart,),
        form=FORM,
        heads={"填报单位": name, "统计时间": f"{asked.period.since:%Y年%m月%d日}至{asked.period.last:%Y年%m月%d日}"},
    )


def _kinds(found: Sequence[Cases], sources: Sources) -> Table:
    column_of = {kind: sources.rules.reports.monthly_kinds.get(kind.label, kind.label) for kind in Kind}
    counts = dict.fromkeys(FIRST, 0)
    for one in found:
        counts[column_of[one.key.kind]] += one.count
    into = {name: ",".join(kind.label for kind in Kind if column_of[kind] == name) for name in FIRST}
    columns = (
        *(Column(name, name, Shape.COUNT, {"kind": kinds} if kinds else None) for name, kinds in into.items()),
        Column("total", TOTAL, Shape.COUNT),
    )
    row = Row((*counts.values(), sum(counts.values())), drill={"list": "cases"})
    joined = "、".join(f"{kind}计入{into}" for kind, into in sources.rules.reports.monthly_kinds.items())
    return Table("kinds", "一、业务类别（件次）", columns, (row,), joined, "total")


def _fates(*fates: Fate) -> Mapping[str, str]:
    return {"fate": ",".join(fates)}


def _handled(found: Sequence[Cases], decimals: int) -> Table:
    columns = (
        Column("kind", "业务类别"),
        Column("received", "接收数", Shape.COUNT),
        Column("handed_on", "转办数", Shape.COUNT, _fates(Fate.OUT, Fate.OUT_DONE)),
        Column("done", "办结数", Shape.COUNT, _fates(Fate.SETTLED, Fate.OUT_DONE)),
        Column("rate", "办结率", Shape.PERCENT),
    )
    rows = []
    for kind in (Kind.REPORT, Kind.SUGGESTION):
        one = Handled.of(case for case in found if case.key.kind is kind)
        values = (kind.label, one.received, one.handed_on, one.done, percent(one.done, one.received, decimals))
        rows.append(Row(values, drill={"list": "cases", "kind": kind.label}))
    both = Handled.of(case for case in found if case.key.kind in (Kind.REPORT, Kind.SUGGESTION))
    return Table("handled", "二、举报、建议办理情况", columns, tuple(rows), _left_over(both), "received")


def _complaints(found: Sequence[Cases], placing: Placing, sources: Sources, decimals: int) -> Table:
    columns = (
        Column("category", "投诉类别"),
        Column("received", "接收数", Shape.COUNT),
        Column("settled", "12320处理数", Shape.COUNT, _fates(Fate.SETTLED)),
        Column("out", "转出数", Shape.COUNT, _fates(Fate.OUT, Fate.OUT_DONE)),
        Column("out_done", "转出办结数", Shape.COUNT, _fates(Fate.OUT_DONE)),
        Column("rate", "办结率", Shape.PERCENT),
    )
    complaints = [one for one in found if one.key.kind is Kind.COMPLAINT]
    grouped: dict[str, list[Cases]] = {name: [] for name in sources.trees.below(TREE, (Kind.COMPLAINT.label,))}
    for one in complaints:
        path = placing.below_kind(one.key)
        grouped.setdefault(path[0] if path else UNDIVIDED, []).append(one)

    def row(name: str, of: Sequence[Cases], *, total: bool = False) -> Row:
        h = Handled.of(of)
        values = (name, h.received, h.settled, h.handed_on, h.out_done, percent(h.done, h.received, decimals))
        drill = {"list": "cases", "kind": Kind.COMPLAINT.label}
        return Row(values, total=total, drill=drill if total else {**drill, "tree": TREE, "path": f"投诉/{name}"})

    rows = [row(name, of) for name, of in grouped.items()]
    whole = row(TOTAL, complaints, total=True)
    return Table("complaints", "三、投诉情况", columns, (*rows, whole), _left_over(Handled.of(complaints)), "received")


def _consults(found: Sequence[Cases], placing: Placing, decimals: int) -> Table:
    columns = (
        Column("category", "咨询类别"),
        Column("content", "咨询内容"),
        Column("count", "数量", Shape.COUNT),
        Column("percent", "占上级比例", Shape.PERCENT),
    )
    root = Branch.empty(1)
    kind = Kind.CONSULT.label
    for path in placing.below(kind):
        root.add(path, 0, 0)
    for one in found:
        if one.key.kind is Kind.CONSULT:
            root.add(placing.below_kind(one.key), 0, one.count)
    rows = []
    for leaf in leaves(root, placing.published(kind), by_count=False):
        name = ("", leaf.path[-1]) if len(leaf.path) > 1 else (leaf.path[0], "")
        drill = {"list": "cases", "kind": kind, "tree": TREE, "path": "/".join((kind, *leaf.path))}
        values = (*name, leaf.count, percent(leaf.count, leaf.whole, decimals))
        rows.append(Row(values, level=len(leaf.path) - 1, drill=drill))
    whole = percent(root.count, root.count, decimals)
    total = Row((TOTAL, "", root.count, whole), total=True, drill={"list": "cases", "kind": kind})
    note = f"{UNMAPPED}：本表没有列出的类别" if any(UNMAPPED in row.values for row in rows) else ""
    return Table("consults", "四、咨询情况", columns, (*rows, total), note, "count")


def _left_over(handled: Handled) -> str:
    """What the form has no column for."""
    parts = []
    if handled.pending:
        parts.append(f"{handled.pending}件尚未处理或转出")
    if handled.imported:
        parts.append(f"{handled.imported}件为导入的历史数据，没有办理记录")
    return f"接收数中{'；'.join(parts)}" if parts else ""
