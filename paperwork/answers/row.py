"""How a record lies in its row: what lists, counts and reports ask for. The filings have all of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import RowMapping

from paperwork.answers.record import Body, Record, box_of, typed

_PLAIN = (
    "asked_by",
    "gender",
    "contact",
    "kind",
    "category",
    "place",
    "content",
    "note",
    "heard_note",
    "settled",
    "work_order",
    "test",
)


def row_of(record: Record) -> dict[str, Any]:
    """The row of `answers`, but for `reduced`, which retention writes."""
    signature = record.signature
    return {
        "call": record.call,
        "number": record.number,
        "seq": record.seq,
        "state": str(record.state),
        "at": record.at,
        "line": record.line,
        "agent": record.agent,
        "owner": record.owner,
        **{name: _text(getattr(record.body, name)) for name in _PLAIN},
        "heard": _text(box_of(record.body)),
        "over": record.over,
        "filled": record.filled,
        "signed": None if signature is None else signature.at,
        "signed_by": None if signature is None else signature.by,
    }


def _text(value: Any) -> Any:
    return str(value) if isinstance(value, str) else value


def body_of(row: Mapping[str, Any] | RowMapping) -> Body:
    """What the row knows of the body: all but the consent."""
    return Body(**{name: typed(name, row[name]) for name in (*_PLAIN, "heard")})
