"""受理情况统计报表 (附件7): what a line accepted, record by record; due on the 15th and the last day of each month."""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache
from typing import Any, Final

from sqlalchemy import ColumnElement, false, or_, select, true

from paperwork.reports.counted import answers_due
from paperwork.reports.lists import CHINA
from paperwork.reports.report import Column, Report, Row, Shape, Table
from paperwork.reports.sources import Asked, Sources
from records.instants import milliseconds
from records.paper_tables import answer_talks, answers
from records.privacy import mask_prose

TITLE = "受理情况统计报表"
FORM = "附件7"
COLUMNS = (
    Column("number", "接听单编号"),
    Column("day", "来电日期", Shape.DAY),
    Column("time", "来电时间"),
    Column("content", "受理内容"),
    Column("note", "备注"),
)
EPOCH: Final = date(1970, 1, 1)
HIDDEN: Final = "保密热线的、或查看人无权查看的受理内容和备注不列出"


async def line_sheet(sources: Sources, asked: Asked) -> Report:
    """附件7 of a period: a table for each line, or for the one that was asked for.

    Records that nobody filled yet have their row too, and say so. Telephone numbers in what was written are masked; of
    records that the asker may not read nothing that was written is told, and the table says so.
    """
    rows: dict[str, list[Row]] = {} if asked.line is None else {asked.line: []}
    hidden: set[str] = set()
    query = (
        select(
            answers.c.line,
            answers.c.number,
            # of a hundred thousand records each instant made a time of day would be a second's work
            milliseconds(answers.c.at).label("ms"),
            answers.c.content,
            answers.c.note,
            answers.c.filled.is_not(None).label("filled"),
            _closed(asked).label("closed"),
        )
        .where(*answers_due(asked.period, asked.line))
        .order_by(answers.c.at, answers.c.call)
    )
    async for row in sources.reading.each(query):
        told: Any = tuple(row.values())
        line, number, ms, content, note, filled, closed = told
        day, time = _wall(ms)
        if closed:
            hidden.add(line)
        said = "" if closed else mask_prose(content or "")
        noted = "未填写完整" if not filled else "" if closed else mask_prose(note or "")
        rows.setdefault(line, []).append(Row((number, day, time, said, noted)))
    tables = tuple(
        Table(line, sources.line_name(line), COLUMNS, tuple(of), HIDDEN if line in hidden else "", "number", "answers")
        for line, of in sorted(rows.items())
    )
    return Report(
        "line",
        TITLE,
        sources.hotline,
        asked.period,
        sources.now,
        tables or (Table("none", sources.hotline, COLUMNS, ()),),
        form=FORM,
        heads={"部门名称": _department(sources, asked.line), "统计时间": f"{asked.period.since}至{asked.period.last}"},
    )


def _wall(ms: int) -> tuple[date, str]:
    """Day and minute of China's clock."""
    minutes = (ms // 1000 + CHINA) // 60
    return _day(minutes // 1440), _TIMES[minutes % 1440]


_TIMES: Final = tuple(f"{minute // 60:02d}:{minute % 60:02d}" for minute in range(1440))


@cache
def _day(days: int) -> date:
    return EPOCH + timedelta(days=days)


def _closed(asked: Asked) -> ColumnElement[bool]:
    """Whether somebody talked in this record for a line that is closed to the asker."""
    if asked.closed is None:
        return true()
    if not asked.closed:
        return false()
    lines = sorted(asked.closed)
    talked = select(answer_talks.c.call).where(answer_talks.c.line.in_(lines))
    return or_(answers.c.line.in_(lines), answers.c.call.in_(talked))


def _department(sources: Sources, line: str | None) -> str:
    """Who answers for the line, and its name."""
    if line is None or line not in sources.plan.lines:
        return sources.hotline
    rule = sources.plan.lines[line]
    return f"{rule.owner}（{rule.name}）" if rule.owner else rule.name
