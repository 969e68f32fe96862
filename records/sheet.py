"""Rows as CSV that a spreadsheet opens: UTF-8 with its mark, CRLF, and nothing in a cell that it would calculate."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from records.cdr import Cdr
from records.clock import wall_time
from records.legs import request_of

MARK: Final = "\ufeff"
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")

CALL_COLUMNS: Final = (
    *("id", "started", "answered", "ended", "number", "dialled", "direction", "callback", "plan", "line", "agent"),
    *("outcome", "reason", "reached_kind", "reached_line", "reached_open", "keys", "waited", "talked", "recording"),
    *("recording_refused", "asked", "asked_line", "asked_for", "turned_out", "test"),
)
LEG_COLUMNS: Final = (
    *("call", "number", "kind", "line", "agent", "phone", "asked", "from", "to", "seconds", "end", "turned_out"),
    *("asked_for", "test"),
)
ABANDONED_COLUMNS: Final = (
    *("call", "number", "line", "asked", "waited", "turned_out", "state", "ticket", "by_call", "at", "by", "outcome"),
)


def safe(value: Any) -> Any:
    """A cell. A text that a spreadsheet would calculate gets an apostrophe before it.

    >>> safe("=1+1"), safe(-5), safe(True), safe(None), safe("138****8000")
    ("'=1+1", -5, 'true', '', '138****8000')
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value


def lines(columns: Sequence[str], rows: Iterable[Mapping[str, Any]], *, head: bool = False) -> str:
    """The rows as lines, with `head` under the names of the columns. What a row has beside the columns is left out."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    if head:
        writer.writerow(columns)
    writer.writerows([safe(row.get(column)) for column in columns] for row in rows)
    return (MARK if head else "") + out.getvalue()


def record_line(record: Cdr, *, private: bool = False) -> dict[str, Any]:
    """A record as a line of a sheet: what `hotline calls --json` tells, and what the connect rate counts."""
    told = record.to_json(private=private)
    reached, request = told.pop("reached") or {}, request_of(record)
    return told | {
        **{f"reached_{name}": reached.get(name) for name in ("kind", "line", "open")},
        "asked": request and wall_time(request.at),
        "asked_line": request and request.line,
        "asked_for": request and request.seconds,
        "turned_out": request and request.turn,
    }
