"""Rows between looking and writing: on the disk, as the database's driver takes them.

So a file is read once, its size takes no memory, and the transaction that keeps all other writers waiting only writes.
"""

from __future__ import annotations

import pickle
import tempfile
from collections.abc import Callable, Iterator
from datetime import datetime
from types import TracebackType
from typing import Any, Self

from sqlalchemy import insert, make_url
from sqlalchemy.ext.asyncio import AsyncConnection

from paperwork.categories.spelling import written
from paperwork.past.row import PastRow
from records.paper_tables import past_rows

AT_ONCE = 5_000
"""Rows that are handed to the database together."""
COLUMNS = tuple(column.name for column in past_rows.columns)


class Scratch:
    """Rows for the database at `url`. Nothing else reads the file: it has no name."""

    def __init__(self, url: str) -> None:
        dialect = make_url(url).get_dialect()()
        compiled: Any = insert(past_rows).compile(dialect=dialect, column_keys=[*COLUMNS])
        if tuple(compiled.positiontup) != COLUMNS:
            raise NotImplementedError(f"{dialect.name}: values go by name, or in another order")
        # Handing each value through SQLAlchemy would take five times as long.
        self._statement = str(compiled)
        self._instant: Callable[[datetime], Any] = _as_text if dialect.name == "sqlite" else lambda at: at
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 - `__exit__` closes it
        self._waiting: list[tuple[Any, ...]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def add(self, line: int, row: PastRow) -> None:
        """Keep a row of the file's line. Raises OSError when the disk is full."""
        tree = None if row.tree is None else row.tree.value
        path = None if row.path is None else written(row.path)
        at = self._instant(row.at)
        self._waiting.append((line, at, row.line, row.kind.value, tree, path, row.place, row.count, row.span.value))
        if len(self._waiting) == AT_ONCE:
            self._keep()

    async def write(self, connection: AsyncConnection, taken: str) -> None:
        """Write all rows as those of the import `taken`."""
        self._keep()
        for rows in self._portions():
            await connection.exec_driver_sql(self._statement, [(taken, *row) for row in rows])

    def _keep(self) -> None:
        if self._waiting:
            pickle.dump(self._waiting, self._file, pickle.HIGHEST_PROTOCOL)
            self._waiting = []

    def _portions(self) -> Iterator[list[tuple[Any, ...]]]:
        self._file.flush()
        end = self._file.tell()
        self._file.seek(0)
        while self._file.tell() < end:
            yield pickle.load(self._file)  # noqa: S301 - we wrote it, and nobody else could


def _as_text(at: datetime) -> str:
    """An instant as `records.tables.Instant` lies in SQLite: `2014-11-03 01:00:00.000000`."""
    return at.replace(tzinfo=None).isoformat(" ", "microseconds")
