"""A report as JSON and as CSV; printed forms are `paperwork.printing`'s."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from paperwork.reports.frozen import frozen
from paperwork.reports.report import Chart, Column, Report, Row, Table, Value
from records.clock import wall_time

_FORMULA = frozenset("=+-@\t\r")
"""A cell that begins so is calculated by a spreadsheet instead of shown."""


class NoTable(ValueError):
    """The report has no such table; one line for people."""


@dataclass(frozen=True, slots=True)
class Data:
    """As what a report is told to a program: `screen`, `json`, `csv`, or `frozen` to be signed; of CSV only one table,
    or all."""

    form: str
    table: str | None = None


def told(report: Report, data: Data) -> bytes:
    """The whole answer; of CSV the file's name and a newline come first. Raises NoTable."""
    if data.form == "frozen":
        return frozen(report).encode()
    if data.form != "csv":
        return json.dumps(screen_json(report) if data.form == "screen" else contract_json(report)).encode()
    name, content = csv_file(report, data.table)
    return name.encode() + b"\n" + content


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
        "columns": [_column(one) for one in table.columns],
        "rows": [_row(row, table.drill_of(row)) for row in table.rows],
        "note": table.note,
        "counted": table.counted,
    }


def _column(column: Column) -> dict[str, Any]:
    drill = None if column.drill is None else dict(column.drill)
    return {"id": column.id, "title": column.title, "shape": column.shape.value, "drill": drill}


def _row(row: Row, drill: Mapping[str, str] | None) -> dict[str, Any]:
    return {
        "values": [cell(value) for value in row.values],
        "level": row.level,
        "total": row.total,
        "drill": None if drill is None else dict(drill),
    }


def _chart(chart: Chart) -> dict[str, Any]:
    return {
        "title": chart.title,
        "look": chart.look.value,
        "table": chart.table,
        "across": chart.across,
        "columns": list(chart.columns),
    }


def cell(value: Value) -> str | int | None:
    """A value as JSON has it: decimals as text, times of China's wall."""
    if type(value) in _AS_IT_IS:  # most are: a line's report has half a million cells
        return value  # type: ignore[return-value]
    match value:
        case Decimal():
            return f"{value:f}"
        case datetime():
            return wall_time(value)
        case date():
            return value.isoformat()
        case _:
            return value


_AS_IT_IS = frozenset({str, int, type(None)})


def csv_of(table: Table) -> str:
    """One table, its titles first (RFC 4180). No cell of text begins as a formula does: an apostrophe stands before."""
    stream = io.StringIO()
    writer = csv.writer(stream)
    writer.writerow([_safe(column.title) for column in table.columns])
    for row in table.rows:
        writer.writerow([_safe(value) if isinstance(value, str) else cell(value) for value in row.values])
    return stream.getvalue()


def _safe(text: str) -> str:
    return f"'{text}" if text and text[0] in _FORMULA else text


def csv_files(report: Report) -> dict[str, bytes]:
    """File name → CSV, a table each, with the mark by which spreadsheets know UTF-8."""
    return {f"{report.name}-{table.id}.csv": csv_of(table).encode("utf-8-sig") for table in report.tables}


def csv_file(report: Report, wanted: str | None) -> tuple[str, bytes]:
    """Name and content of one file: the table that is wanted, the only one, or all in an archive. Raises NoTable."""
    if wanted is None and len(report.tables) > 1:
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            for file, content in csv_files(report).items():
                archive.writestr(file, content)
        return f"{report.name}.zip", packed.getvalue()
    tables = {table.id: table for table in report.tables}
    wanted = report.tables[0].id if wanted is None else wanted
    if wanted not in tables:
        raise NoTable(f"`table` is one of {', '.join(tables)}")
    return f"{report.name}-{wanted}.csv", csv_of(tables[wanted]).encode("utf-8-sig")


def csv_together(report: Report) -> str:
    """All tables one below the other, each under its title and with an empty line between."""
    return "\r\n".join(f"{_safe(table.title)}\r\n{csv_of(table)}" for table in report.tables)
