"""附件4 热线登记表 and 附件5 座席员登记表: the first a box, the second a list that may be long."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from paperwork.printing.form import Band, Field, Form, Line
from paperwork.printing.text import chinese_day, chinese_minute
from paperwork.registers.sheet import AgentsSheet, Labelled, LineSheet
from paperwork.reports.report import Column, Period, Report, Row, Table
from routing.calendar import SHANGHAI


def line_form(sheet: LineSheet, hotline: str, now: datetime) -> Form:
    """附件4 of one line; fields stand two to a line, in their order."""
    lines: list[Line] = list(pairs(sheet.fields))
    for name, fields in sheet.liaisons:
        lines += [(Band(name),), *pairs(fields)]
    return Form(
        sheet.form,
        "热线登记表",
        hotline,
        lines,
        foot=(("填表人（签字）", ""), ("单位负责人（签字、盖章）", ""), ("填表日期", "")),
        note=f"第{sheet.version}版，{chinese_minute(sheet.changed)}登记。内容如有变更，应及时报告并重新登记。",
        made=f"截至 {chinese_minute(sheet.as_of)}　打印时间 {chinese_minute(now)}",
        marks={"line": sheet.title},
    )


def pairs(fields: Sequence[Labelled]) -> list[Line]:
    """Two fields to a line; the last of an odd number has one of its own."""
    lines: list[Line] = []
    for at in range(0, len(fields), 2):
        both = fields[at : at + 2]
        wide = 4 if len(both) == 2 else 10
        lines.append(tuple(Field(one.label, one.value, wide) for one in both))
    return lines


def agents_report(sheet: AgentsSheet, hotline: str, now: datetime) -> Report:
    """附件5 of one line: a list as a report is, so that it may be a workbook too."""
    day = sheet.as_of.astimezone(SHANGHAI).date()
    columns = tuple(Column(f"c{at}", title) for at, title in enumerate(sheet.columns))
    heads = {one.label: one.value for one in sheet.heads} | {"登记日期": chinese_day(sheet.as_of)}
    return Report(
        "agents",
        sheet.title,
        hotline,
        Period(day, day + timedelta(days=1)),
        now,
        (Table("agents", "", columns, tuple(Row(row) for row in sheet.rows)),),
        form=sheet.form,
        heads=heads,
    )
