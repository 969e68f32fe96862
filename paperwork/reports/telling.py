"""A report as JSON and as CSV; printed forms are `paperwork.printing`'s."""

from __future__ import annotations

import csv
import io
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from paperwork.reports.report import Chart, Report, Row, Table, Value
from records.clock import wall_time

_FORMULA = frozenset("=+-@\t\r")
"""A cell that begins so is calculated by a spreadsheet instead of shown."""


def contract_json(report: Report) -> Any:
    """What `--format json` prints: what the outside contract fixes, else the tables."""
    return screen_json(report) if report.data is None else report.data


def screen_json(report: Report) -> dict[str, Any]:
    """Tables, sentences and charts, in one form for every report. Decimals are texts, times are of China's wall."""
    return {
        "name": report.name,
        "title": report.title,
        "hotline": report.hotline,
        "form": report.form,
        "from": report.period.since.isoformat(),
        "to": report.period.until.isoformat(),
        "made": wall_time(report.made),
        "heads": dict(report.heads),
        "tables": [_table(table) for table in report.tables],
        "sentences": list(report.sentences),
        "charts": [_chart(chart) for chart in report.charts],
    }


def _table(table: Table) -> dict[str, Any]:
    return {
        "id": table.id,
        "title": table.title,
        "columns": [{"id": one.id, "title": one.title, "shape": one.shape.value} for one in table.columns],
        "rows": [_row(row) for row in table.rows],
        "note": table.note,
        "counted": table.counted,
    }


def _row(row: Row) -> dict[str, Any]:
    return {
        "values": [_cell(value) for value in row.values],
        "level": row.level,
        "total": row.total,
        "drill": None if row.drill is None else dict(row.drill),
    }


def _chart(chart: Chart) -> dict[str, Any]:
    return {
        "title": chart.title,
        "look": chart.look.value,
        "table": chart.table,
        "across": chart.across,
        "columns": list(chart.columns),
    }


def _cell(value: Value) -> str | int | None:
    match value:
        case Decimal():
            return f"{value:f}"
        case datetime():
            return wall_time(value)
        case date():
            return value.isoformat()
        case _:
            return value


def csv_of(table: Table) -> str:
    """One table, its titles first (RFC 4180). No cell of text begins as a formula does: an apostrophe stands before."""
    stream = io.StringIO()
    writer = csv.writer(stream)
    writer.writerow([_safe(column.title) for column in table.columns])
    for row in table.rows:
        writer.writerow([_safe(value) if isinstance(value, str) else _cell(value) for value in row.values])
    return stream.getvalue()


def _safe(text: str) -> str:
    return f"'{text}" if text and text[0] in _FORMULA else text


def csv_files(report: Report) -> dict[str, bytes]:
    """File name → CSV, a table each, with the mark by which spreadsheets know UTF-8."""
    return {f"{report.name}-{table.id}.csv": csv_of(table).encode("utf-8-sig") for table in report.tables}


def csv_together(report: Report) -> str:
    """All tables one below the other, each under its title and with an empty line between."""
    return "\r\n".join(f"{_safe(table.title)}\r\n{csv_of(table)}" for table in report.tables)
