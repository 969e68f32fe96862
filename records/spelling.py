"""How a fact is a line of text, and back: what the spool's files are made of."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from ivr.journal import Entry, from_data, to_data

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Spelling(Generic[T]):
    """`fact_of` raises ValueError, KeyError or TypeError for what is no fact."""

    line_of: Callable[[T], str]
    fact_of: Callable[[str], T]


def line_of(entry: Entry) -> str:
    """The entry as one line, without its newline. Any text survives, even what no database would take."""
    return json.dumps(
        {
            "call": entry.call,
            "seq": entry.seq,
            "at": entry.at.isoformat(),
            "kind": type(entry.event).__name__,
            "data": to_data(entry.event),
        }
    )


def entry_of(line: str) -> Entry:
    """The entry of a line. Raises ValueError, KeyError or TypeError for one that was cut or is not ours."""
    data: dict[str, Any] = json.loads(line)
    at = datetime.fromisoformat(data["at"])
    return Entry(data["call"], data["seq"], at, from_data(data["kind"], data["data"]))


ENTRIES = Spelling(line_of, entry_of)
