"""Files of past calls, taken in whole or not at all, and taken back whole.

A file is read once, to find everything that is wrong; what was read goes from the disk into one short transaction.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from paperwork.filing import next_number
from paperwork.past.row import Categorise, PastRow
from paperwork.past.scratch import Scratch
from paperwork.past.sheet import Bad, NoSheet, Sheet
from records.clock import wall_time
from records.paper_tables import imports, past_rows
from records.store import Store

MOST_TOLD = 10_000
"""Bad rows that are named; of the others it is said how many there are."""


class SameFile(Exception):
    """This very file was taken in before."""

    def __init__(self, before: Import) -> None:
        self.before = before
        super().__init__(
            f"this file was imported before, on {wall_time(before.at)[:10]}, as {before.id} ({before.name})"
        )


class NoImport(Exception):
    """There is no such import, or its rows were taken back before."""


class TakenBack(NoImport):
    """They were taken back before."""


@dataclass(frozen=True, slots=True)
class Import:
    """A file that was taken in: `rows` of it, `calls` in them. `retracted` is when its rows were taken back."""

    id: str
    sha256: str
    name: str
    at: datetime
    who: str
    rows: int
    calls: int
    retracted: datetime | None = None
    retracted_by: str | None = None
    reason: str | None = None

    def to_json(self) -> dict[str, Any]:
        """What `hotline records imports --json` prints."""
        return {
            "id": self.id,
            "name": self.name,
            "at": wall_time(self.at),
            "who": self.who,
            "rows": self.rows,
            "calls": self.calls,
            "sha256": self.sha256,
            "retracted": None if self.retracted is None else wall_time(self.retracted),
            "retracted_by": self.retracted_by,
            "reason": self.reason,
        }


@dataclass(slots=True)
class Found:
    """What a file holds: counted, and every row that cannot be taken in (the first `MOST_TOLD` by name)."""

    rows: int = 0
    calls: int = 0
    first: datetime | None = None
    last: datetime | None = None
    bad: list[Bad] = field(default_factory=list)
    more: int = 0

    def add(self, row: PastRow | Bad) -> None:
        if isinstance(row, Bad):
            if len(self.bad) < MOST_TOLD:
                self.bad.append(row)
            else:
                self.more += 1
            return
        self.rows += 1
        self.calls += row.count
        self.first = row.at if self.first is None else min(self.first, row.at)
        self.last = row.at if self.last is None else max(self.last, row.at)

    @property
    def good(self) -> bool:
        return not self.bad


def look(
    sheet: Sheet, categorise: Categorise, lines: Mapping[str, str] | None = None, scratch: Scratch | None = None
) -> Found:
    """Everything that is wrong with a file, and what it holds; its good rows go into `scratch`. Raises NoSheet."""
    found = Found()
    for line, row in sheet.rows(categorise, lines):
        found.add(row)
        if scratch is not None and isinstance(row, PastRow) and found.good:
            scratch.add(line, row)
    if found.good and not found.rows:
        raise NoSheet("the file has no rows below the first, which names the columns")
    return found


async def same_file(store: Store, sheet: Sheet) -> Import | None:
    """The import of this very file that stands, if there is one."""
    query = select(imports).where(imports.c.sha256 == sheet.sha256, imports.c.retracted.is_(None))
    row = await store.row(query)
    return None if row is None else _import(row)


async def take_in(store: Store, sheet: Sheet, found: Found, scratch: Scratch, *, who: str, at: datetime) -> Import:
    """Write all rows of a file that was `look`ed at and found good, or none. Raises SameFile."""
    if not found.good:
        raise ValueError("a file with bad rows is not taken in")
    if (before := await same_file(store, sheet)) is not None:
        raise SameFile(before)
    try:
        async with store.writing() as connection:
            number = await next_number(connection, "import", at)
            taken = Import(number, sheet.sha256, sheet.name, at, who, found.rows, found.calls)
            await connection.execute(insert(imports), [_row(taken)])
            await scratch.write(connection, number)
    except IntegrityError as error:  # somebody takes in the same file at this moment
        if (before := await same_file(store, sheet)) is not None:
            raise SameFile(before) from error
        raise
    return taken


async def imported(store: Store) -> Sequence[Import]:
    """All files that were ever taken in, the newest last."""
    rows = await store.rows(select(imports).order_by(imports.c.at, imports.c.id))
    return [_import(row) for row in rows]


async def standing(store: Store, id: str) -> Import:
    """An import whose rows stand. Raises NoImport."""
    row = await store.row(select(imports).where(imports.c.id == id))
    if row is None:
        raise NoImport(f"no import is called {id}: `hotline records imports` lists them")
    found = _import(row)
    if found.retracted is not None:
        raise TakenBack(f"{id} was taken back on {wall_time(found.retracted)[:10]}: {found.reason}")
    return found


async def retract(store: Store, id: str, *, who: str, reason: str, at: datetime) -> Import:
    """Take all rows of an import back; that it was there stays known. Raises NoImport."""
    await standing(store, id)
    async with store.writing() as connection:
        mark = update(imports).where(imports.c.id == id, imports.c.retracted.is_(None))
        done = await connection.execute(mark.values(retracted=at, retracted_by=who, reason=reason))
        if not done.rowcount:
            raise TakenBack(f"{id} was taken back at this moment by somebody else")
        await connection.execute(delete(past_rows).where(past_rows.c["import"] == id))
        row = (await connection.execute(select(imports).where(imports.c.id == id))).mappings().one()
    return _import(row)


def _row(taken: Import) -> dict[str, Any]:
    return {name: getattr(taken, name) for name in Import.__dataclass_fields__}


def _import(row: RowMapping) -> Import:
    return Import(**{name: row[name] for name in Import.__dataclass_fields__})
