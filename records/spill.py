"""Where facts wait in a file when they cannot wait in memory: JSON lines, only ever appended to."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any, Generic, TypeVar

import structlog

from ivr.events import Entry, from_data, to_data

log = structlog.get_logger(__name__)

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Spelling(Generic[T]):
    """How a fact is a line of text, and back. `fact_of` raises ValueError, KeyError or TypeError for what is none."""

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


class Spill(Generic[T]):
    """The spill file at `path`, and beside it the part that is being read back (`.reading`).

    Facts are read back in parts: `take()` sets what is there aside, `read(n)` gives its facts, `done()` removes
    it once they are all written. Dying in between costs nothing: the next `take()` finds the part again.
    """

    def __init__(self, path: Path, spelling: Spelling[T]) -> None:
        self.path = path
        self._spelling = spelling
        self.part = path.with_suffix(".reading.jsonl")

    def __bool__(self) -> bool:
        return self.path.exists() or self.part.exists()

    def put(self, facts: Iterable[T]) -> None:
        """Append. Blocks as long as the operating system takes to copy a line. Raises OSError on a full disk."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.open("a", encoding="utf-8") as file:
            # The newline goes ahead, so that a line which a crash has cut never swallows the next one.
            file.writelines("\n" + self._spelling.line_of(fact) for fact in facts)

    def take(self) -> bool:
        """Set what was spilled aside for reading; False when there is nothing."""
        if not self.part.exists():
            with suppress(FileNotFoundError):
                self.path.rename(self.part)
        return self.part.exists()

    def read(self, batch: int) -> Iterator[list[T]]:
        """The facts of the part set aside, up to `batch` at a time. A line that was cut by a crash is logged."""
        with self.part.open(encoding="utf-8", errors="replace") as file:
            number = 0
            while lines := list(islice(file, batch)):
                facts: list[T] = []
                for line in lines:
                    number += 1
                    try:
                        facts.extend([self._spelling.fact_of(line)] if line.strip() else [])
                    except (ValueError, KeyError, TypeError):
                        log.exception("spilled line cannot be read", file=str(self.part), line=number)
                yield facts

    def done(self) -> None:
        """The part set aside is written: remove it."""
        self.part.unlink()
