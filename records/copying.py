"""One database copied into another of any kind, all or nothing, and compared with it afterwards.

Rows are streamed in portions, so that years take no more memory than a day; they are read from one state of the source
and written in one transaction, so that a copy that was broken off left nothing behind. The comparison counts each
table's rows and adds up their hashes: the sum does not depend on the order in which a database gives them.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from alembic.runtime.migration import MigrationContext
from sqlalchemy import JSON, Connection, Table, func, insert, inspect, select, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from records import knowledge_tables, paper_tables
from records.database import database_file, open_database, readable
from records.migrations import head, upgrade
from records.untold import untellable, untold

ROWS_AT_ONCE = 1_000
TABLES = tuple(paper_tables.filings.metadata.sorted_tables)
"""All of them: every file of tables shares one metadata."""
assert knowledge_tables.articles in TABLES  # noqa: S101 - a file that nobody imported would not be copied


class NotCopied(ValueError):
    """Why a database cannot be copied, in one line for people."""


@dataclass(frozen=True, slots=True)
class Content:
    """What a table holds: how many rows, and the sum of their hashes."""

    rows: int
    hash: str


@dataclass(frozen=True, slots=True)
class About:
    """A database from outside. `revision` is that of its tables, None without any; `size` in bytes.

    `untold` calls are told their legs while the hotline runs, `untellable` ones cannot be: no report counts either.
    """

    kind: str
    version: str
    revision: str | None
    newest: str
    size: int
    rows: Mapping[str, int]
    untold: int = 0
    untellable: int = 0

    def to_json(self) -> dict[str, Any]:
        return {
            "kind": self.kind,
            "version": self.version,
            "revision": self.revision,
            "newest": self.newest,
            "bytes": self.size,
            "rows": dict(self.rows),
            "untold": self.untold,
            "untellable": self.untellable,
        }


async def about(url: str) -> About:
    """How a database is. Raises FileNotFoundError, SQLAlchemy's DBAPIError, ValueError for a URL that is none."""
    async with reading(url) as connection:
        kind = connection.dialect.name
        asked = "SELECT sqlite_version()" if kind == "sqlite" else "SHOW server_version"
        version = str(await connection.scalar(text(asked)))
        there = set(await connection.run_sync(lambda sync: inspect(sync).get_table_names()))
        rows = {one.name: await count_of(connection, one) for one in TABLES if one.name in there}
        file = database_file(url)
        size = _file_size(url) if file else await connection.scalar(text("SELECT pg_database_size(current_database())"))
        revision = await connection.run_sync(revision_of)
        told = (await untold(connection), await untellable(connection)) if revision == head() else (0, 0)
        return About(kind, version, revision, head(), int(size or 0), rows, *told)


async def contents(url: str) -> dict[str, Content]:
    """What each table holds. Raises as `about` does; NotCopied when its tables are not today's."""
    async with reading(url) as connection:
        await _todays(connection, url)
        return {one.name: await content_of(connection, one) for one in TABLES}


async def copy(source: str, target: str, told: Callable[[str, int], None] = lambda _table, _rows: None) -> int:
    """Copy everything into an empty database, whose tables are made; how many rows there were.

    `told` hears of each table and its rows. Raises NotCopied; FileNotFoundError without a source, DBAPIError, OSError.
    """
    if source == target:
        raise NotCopied("both are the same database")
    async with reading(source) as before:
        await _todays(before, source)
        await upgrade(target)
        into = open_database(target, busy=30.0)
        try:
            return await _copied(before, into, told)
        finally:
            await into.dispose()


async def _copied(before: AsyncConnection, into: AsyncEngine, told: Callable[[str, int], None]) -> int:
    total = 0
    async with into.begin() as connection:
        for table in TABLES:
            if await connection.scalar(select(1).select_from(table).limit(1)) is not None:
                raise NotCopied(f"the target is not empty: there are rows in {table.name}")
        for table in TABLES:
            rows = 0
            async for portion in _portions(before, table):
                await connection.execute(insert(table), portion)
                rows += len(portion)
            told(table.name, rows)
            total += rows
    return total


def differences(one: Mapping[str, Content], other: Mapping[str, Content]) -> list[str]:
    """The tables that do not hold the same."""
    return [table for table in one if one[table] != other.get(table)]


async def _portions(connection: AsyncConnection, table: Table) -> AsyncIterator[list[dict[str, Any]]]:
    query = select(table).execution_options(yield_per=ROWS_AT_ONCE)
    rows = await connection.stream(query)
    async for portion in rows.mappings().partitions():
        yield [dict(row) for row in portion]


async def count_of(connection: AsyncConnection, table: Table) -> int:
    """Its rows."""
    return int(await connection.scalar(select(func.count()).select_from(table)) or 0)


async def content_of(connection: AsyncConnection, table: Table) -> Content:
    """What it holds."""
    rows = total = 0
    async for portion in _portions(connection, table):
        rows += len(portion)
        total += sum(_hash(table, row) for row in portion)
    return Content(rows, f"{total % (1 << 256):064x}")


def _hash(table: Table, row: Mapping[str, Any]) -> int:
    told = [_plain(row[column.name], json_data=isinstance(column.type, JSON)) for column in table.columns]
    spelt = json.dumps(told, ensure_ascii=True, sort_keys=True, separators=(",", ":"))
    return int.from_bytes(sha256(spelt.encode()).digest())


def _plain(value: Any, *, json_data: bool) -> Any:
    if json_data:
        return readable(value)
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="milliseconds")
    return value.hex() if isinstance(value, bytes) else value


async def _todays(connection: AsyncConnection, url: str) -> None:
    revision = await connection.run_sync(revision_of)
    if revision != head():
        why = "has no tables" if revision is None else f"has tables of version {revision}, ours are of {head()}"
        raise NotCopied(f"{_shown(url)} {why}: a start of this version of the hotline on it brings it up to date")


def revision_of(connection: Connection) -> str | None:
    """Of which version its tables are; None without any."""
    return MigrationContext.configure(connection).get_current_revision()


def _shown(url: str) -> str:
    file = database_file(url)
    return "the database" if file is None else str(file)


def _file_size(url: str) -> int:
    file = database_file(url)
    files = [] if file is None else [file, file.with_name(file.name + "-wal")]
    return sum(one.stat().st_size for one in files if one.exists())


@asynccontextmanager
async def reading(url: str) -> AsyncIterator[AsyncConnection]:
    """One state of a database, whatever is written to it meanwhile."""
    engine = open_database(url, read_only=True)
    try:
        async with engine.connect() as connection:
            if connection.dialect.name == "postgresql":
                await connection.execution_options(isolation_level="REPEATABLE READ")
            yield connection
    finally:
        await engine.dispose()
