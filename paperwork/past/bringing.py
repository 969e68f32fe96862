"""A file of past calls that is to be looked at or taken in: a value, so that it is done in another process.

What is told of it is what the command prints, whoever asks.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from paperwork.categories.trees import Trees
from paperwork.past.imports import Found, Import, SameFile, look, same_file, take_in
from paperwork.past.meaning import Meaning
from paperwork.past.scratch import Scratch
from paperwork.past.sheet import NoSheet, sheet_of
from records.clock import wall_time
from records.store import Store


@dataclass(frozen=True, slots=True)
class Bringing:
    """The file at `file`, in whose rows `lines` are called by name (name → id). `who` takes it in at `at`; without,
    it is only looked at."""

    url: str
    file: Path
    trees: Trees
    lines: Mapping[str, str]
    at: datetime
    who: str | None = None

    async def said(self) -> bytes:
        """What `told` or `told_bad` gives, with the file's `sha256`; `{"no_sheet": why}` or `{"same_file": why}` where
        nothing else can be said. Raises OSError, SQLAlchemy's DBAPIError."""
        store = Store(self.url)
        try:
            return json.dumps(await self._done(store)).encode()
        except NoSheet as error:
            return json.dumps({"no_sheet": str(error)}).encode()
        except SameFile as error:
            return json.dumps({"same_file": str(error)}).encode()
        finally:
            await store.close()

    async def _done(self, store: Store) -> dict[str, Any]:
        with Scratch(self.url) as scratch:
            sheet = sheet_of(self.file)
            if (before := await same_file(store, sheet)) is not None:  # known at once; its rows are many
                raise SameFile(before)
            found = look(sheet, Meaning(self.trees), self.lines, scratch)
            if not found.good:
                return told_bad(found)
            taken = None
            if self.who is not None:
                taken = await take_in(store, sheet, found, scratch, who=self.who, at=self.at)
            return {**told(found, taken), "sha256": sheet.sha256}


def told(found: Found, taken: Import | None) -> dict[str, Any]:
    """What a good file holds, and what it is called since it was taken in."""
    first, last = (None if at is None else wall_time(at) for at in (found.first, found.last))
    said = {"imported": taken is not None, "rows": found.rows, "calls": found.calls, "first": first, "last": last}
    return said if taken is None else {**taken.to_json(), **said}


def told_bad(found: Found) -> dict[str, Any]:
    """Each row that cannot be taken in, and how many more there are."""
    named = [{"line": bad.line, "reason": bad.reason} for bad in found.bad]
    return {"imported": False, "bad": named, "more": found.more}
