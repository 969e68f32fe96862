"""Files of past calls, taken in whole or not at all, and taken back whole.

A file is read twice: first to find everything that is wrong, then into one transaction, which is therefore short.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Any

from sqlalchemy import Dialect, RowMapping, delete, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from paperwork.categories.spelling import written
from paperwork.filing import next_number
from paperwork.past.row import Categorise, PastRow
from paperwork.past.sheet import Bad, NoSheet, Sheet
from records.clock import wall_time
from records.paper_tables import imports, past_rows
from records.store import Store

MOST_TOLD = 200
"""Bad rows that are named; of the others it is said how many there are."""
AT_ONCE = 5_000
"""Rows that are handed to the database together."""


class SameFile(Exception):
    """This very file was taken in before."""

    def __init__(self, before: Import) -> None:
        self.before = before
        super().__init__(
            f"this file was imported before, on {wall_time(before.at)[:10]}, as {before.id} ({before.name})"
        )


class NoImport(Exception):
    """There is no such import, or its rows were taken back before."""


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


def look(sheet: Sheet, categorise: Categorise, lines: Mapping[str, str] | None = None) -> Found:
    """Everything that is wrong with a file, and what it holds. Raises NoSheet."""
    found = Found()
    for _, row in sheet.rows(categorise, lines):
        found.add(row)
    if found.good and not found.rows:
        raise NoSheet("the file has no rows below the first, which names the columns")
    return found


async def same_file(store: Store, sheet: Sheet) -> Import | None:
    """The import of this very file that stands, if there is one."""
    query = select(imports).where(imports.c.sha256 == sheet.sha256, imports.c.retracted.is_(None))
    row = await store.row(query)
    return None if row is None else _import(row)


async def take_in(
    store: Store,
    sheet: Sheet,
    found: Found,
    categorise: Categorise,
    *,
    lines: Mapping[str, str] | None = None,
    who: str,
    at: datetime,
) -> Import:
    """Write all rows of a file that was `look`ed at, or none.

    Raises SameFile, and NoSheet when the file is no longer what was looked at.
    """
    if (before := await same_file(store, sheet)) is not None:
        raise SameFile(before)
    try:
        async with store.writing() as connection:
            number = await next_number(connection, "import", at)
            taken = Import(number, sheet.sha256, sheet.file.name, at, who, found.rows, found.calls)
            await connection.execute(insert(imports), [_row(taken)])
            await _write(connection, taken, sheet.rows(categorise, lines))
    except IntegrityError as error:  # somebody takes in the same file at this moment
        if (before := await same_file(store, sheet)) is not None:
            raise SameFile(before) from error
        raise
    return taken


async def _write(connection: AsyncConnection, taken: Import, rows: Iterator[tuple[int, PastRow | Bad]]) -> None:
    again, way = Found(), _Way(connection.dialect)
    while portion := list(islice(rows, AT_ONCE)):
        values = []
        for line, row in portion:
            again.add(row)
            if isinstance(row, PastRow):
                values.append(way.values(taken.id, line, row))
        if values:
            await connection.exec_driver_sql(way.statement, values)
    if (again.rows, again.calls, again.good) != (taken.rows, taken.calls, True):
        raise NoSheet("the file was changed while it was read: nothing was imported, try again")


class _Way:
    """The insert as this database's driver takes it: handing each value through SQLAlchemy would take five times as
    long, and all writers wait for as long."""

    def __init__(self, dialect: Dialect) -> None:
        compiled: Any = insert(past_rows).compile(dialect=dialect, column_keys=[*_COLUMNS])
        self.statement = str(compiled)
        if tuple(compiled.positiontup) != _COLUMNS:
            raise NotImplementedError(f"{dialect.name}: values go by name, or in another order")
        instant: Any = past_rows.c.at.type.dialect_impl(dialect).bind_processor(dialect)
        self._instant: Callable[[datetime], Any] = instant or (lambda at: at)

    def values(self, taken: str, line: int, row: PastRow) -> tuple[Any, ...]:
        """In the order of `_COLUMNS`."""
        tree = None if row.tree is None else row.tree.value
        path = None if row.path is None else written(row.path)
        at = self._instant(row.at)
        return taken, line, at, row.line, row.kind.value, tree, path, row.place, row.count


_COLUMNS = tuple(column.name for column in past_rows.columns)


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
        raise NoImport(f"{id} was taken back on {wall_time(found.retracted)[:10]}: {found.reason}")
    return found


async def retract(store: Store, id: str, *, who: str, reason: str, at: datetime) -> Import:
    """Take all rows of an import back; that it was there stays known. Raises NoImport."""
    await standing(store, id)
    async with store.writing() as connection:
        mark = update(imports).where(imports.c.id == id, imports.c.retracted.is_(None))
        done = await connection.execute(mark.values(retracted=at, retracted_by=who, reason=reason))
        if not done.rowcount:
            raise NoImport(f"{id} was taken back at this moment by somebody else")
        await connection.execute(delete(past_rows).where(past_rows.c["import"] == id))
        row = (await connection.execute(select(imports).where(imports.c.id == id))).mappings().one()
    return _import(row)


def _row(taken: Import) -> dict[str, Any]:
    return {name: getattr(taken, name) for name in Import.__dataclass_fields__}


def _import(row: RowMapping) -> Import:
    return Import(**{name: row[name] for name in Import.__dataclass_fields__})
