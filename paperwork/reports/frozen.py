"""A report as text that is kept for good, and back: the same value gives the same text, and so the same digest. Pure.

What was signed is kept as it was, whatever becomes of records, plan and program afterwards; it can still be shown,
printed and compared, because the whole value is kept and not how it looked.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from hashlib import sha256
from typing import Any, Final

from paperwork.reports.report import Chart, Column, Look, Period, Report, Row, Shape, Table, Value
from records.database import readable

VERSION: Final = 1
"""Of this form; a later program reads every form there ever was."""


class Spoiled(ValueError):
    """What was kept is not what was signed; one line for people."""


def frozen(report: Report) -> str:
    """The report as canonical JSON: sorted names, no spaces, ASCII alone. When it was made is no part of it: two that
    say the same are the same."""
    value = {
        "version": VERSION,
        "name": report.name,
        "title": report.title,
        "hotline": report.hotline,
        "since": report.period.since.isoformat(),
        "until": report.period.until.isoformat(),
        "form": report.form,
        "heads": dict(report.heads),
        "tables": [_table(table) for table in report.tables],
        "sentences": list(report.sentences),
        "charts": [_chart(chart) for chart in report.charts],
        "data": report.data,
    }
    # PostgreSQL knows no zero byte in a text: what is hashed must be what can be kept
    return json.dumps(readable(value), sort_keys=True, separators=(",", ":"))


def digest(text: str) -> str:
    """SHA-256 of what was kept, as hex."""
    return sha256(text.encode()).hexdigest()


def thawed(text: str, expected: str, made: datetime) -> Report:
    """The report of a text whose digest is known, made when it was signed. Raises Spoiled."""
    if digest(text) != expected:
        raise Spoiled("the signed report is not what was signed: its digest does not fit")
    value = json.loads(text)
    return Report(
        value["name"],
        value["title"],
        value["hotline"],
        Period(date.fromisoformat(value["since"]), date.fromisoformat(value["until"])),
        made,
        tuple(_table_of(table) for table in value["tables"]),
        tuple(value["sentences"]),
        tuple(_chart_of(chart) for chart in value["charts"]),
        value["form"],
        value["heads"],
        value["data"],
    )


def _table(table: Table) -> dict[str, Any]:
    return {
        "id": table.id,
        "title": table.title,
        "columns": [_column(one) for one in table.columns],
        "rows": [_row(row) for row in table.rows],
        "note": table.note,
        "counted": table.counted,
        **({} if table.each is None else {"each": table.each}),  # what was signed before there was any reads the same
    }


def _table_of(kept: Mapping[str, Any]) -> Table:
    columns = tuple(Column(name, title, Shape(shape), *drill) for name, title, shape, *drill in kept["columns"])
    rows = tuple(map(_row_of, kept["rows"]))
    return Table(kept["id"], kept["title"], columns, rows, kept["note"], kept["counted"], kept.get("each"))


def _column(column: Column) -> list[Any]:
    told: list[Any] = [column.id, column.title, column.shape.value]
    return told if column.drill is None else [*told, dict(column.drill)]  # what was signed before reads the same


def _row(row: Row) -> list[Any]:
    drill = None if row.drill is None else dict(row.drill)
    return [[_cell(value) for value in row.values], row.level, row.total, drill]


def _row_of(kept: list[Any]) -> Row:
    values, level, total, drill = kept
    return Row(tuple(map(_value, values)), level, total, drill)


def _cell(value: Value) -> str | int | dict[str, str] | None:
    match value:
        case Decimal():
            return {"decimal": f"{value:f}"}
        case datetime():
            return {"time": value.isoformat()}
        case date():
            return {"day": value.isoformat()}
        case _:
            return value


def _value(kept: Any) -> Value:
    match kept:
        case {"decimal": str(text)}:
            return Decimal(text)
        case {"time": str(text)}:
            return datetime.fromisoformat(text)
        case {"day": str(text)}:
            return date.fromisoformat(text)
        case str() | int() | None:
            return kept
    raise Spoiled(f"{str(kept)[:40]!r} is no cell of a report")


def _chart(chart: Chart) -> list[Any]:
    return [chart.title, chart.look.value, chart.table, chart.across, list(chart.columns)]


def _chart_of(kept: list[Any]) -> Chart:
    title, look, table, across, columns = kept
    return Chart(title, Look(look), table, across, tuple(columns))
