"""One state of a database, kept in a file while the hotline writes on, and put back into an empty place.

SQLite gives a file of its own kind, by its online backup: its write-ahead log lets writers go on meanwhile. PostgreSQL
gives an archive of `pg_dump`; what is counted for it is counted in the very state that is dumped, an exported snapshot.
"""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import inspect, make_url, text
from sqlalchemy.engine import URL
from sqlalchemy.ext.asyncio import AsyncConnection

from records.copying import TABLES, Content, content_of, count_of, reading, revision_of
from records.database import database_file, database_url, open_database
from records.migrations import head
from records.sqlite_copy import copy_file

SQLITE, SERVER = "sqlite", "postgresql"
FILES: Mapping[str, str] = {SQLITE: "hotline.db", SERVER: "hotline.dump"}
"""What a kind of database is kept in."""
_OTHERWISE = "; or back the server up by its own means and say --without-database"
_LIBPQ = {"host": "PGHOST", "port": "PGPORT", "ssl": "PGSSLMODE", "sslmode": "PGSSLMODE"}


class NotDumped(ValueError):
    """Why a database cannot be kept or put back, in one line for people."""


@dataclass(frozen=True, slots=True)
class Dump:
    """What was kept. `hash` of a table is empty where its tables are not today's: then its rows alone are counted."""

    kind: str
    revision: str | None
    tables: Mapping[str, Content]


async def dump(url: str, folder: Path) -> Dump:
    """Keep one state of the database as a file (`FILES`) in `folder`.

    Raises NotDumped; FileNotFoundError without a database, SQLAlchemy's DBAPIError, sqlite3.Error, OSError.
    """
    source = database_file(url)
    if source is not None:
        if not source.exists():
            raise FileNotFoundError(source)
        target = folder / FILES[SQLITE]
        await asyncio.to_thread(copy_file, source, target)
        async with reading(f"sqlite:///{target}") as connection:
            return await _counted(connection, SQLITE)
    async with reading(url) as connection:
        snapshot = str(await connection.scalar(text("SELECT pg_export_snapshot()")))
        words = ["--format=custom", "--no-owner", "--no-privileges", f"--snapshot={snapshot}"]
        await _run("pg_dump", url, [*words, f"--file={folder / FILES[SERVER]}"])
        return await _counted(connection, SERVER)


async def archive(url: str, target: Path) -> None:
    """Keep a server's database as it is now in a file that `pg_restore` reads. Raises NotDumped, OSError."""
    await _run("pg_dump", url, ["--format=custom", "--no-owner", "--no-privileges", f"--file={target}"], "")


async def put_back(kept: Path, url: str) -> None:
    """Fill the empty place that `url` names with what was kept; all or nothing. Raises as `dump` does."""
    file = database_file(url)
    kind = SERVER if file is None else SQLITE
    if kept.name != FILES[kind]:
        raise NotDumped(
            f"the backup is of {'PostgreSQL' if kind == SQLITE else 'SQLite'} and {database_shown(url)} is not: "
            "restore it into its own kind, then `hotline database copy`"
        )
    if await is_filled(url):
        raise NotDumped(f"{database_shown(url)} is not empty: name an empty database")
    if file is not None:
        file.parent.mkdir(parents=True, exist_ok=True)
        await asyncio.to_thread(copy_file, kept, file)
        return
    words = ["--no-owner", "--no-privileges", "--single-transaction", "--exit-on-error"]
    await _run("pg_restore", url, [*words, f"--dbname={database_url(url).database}", str(kept)])


async def look(url: str) -> Dump:
    """What a database holds, to be compared with what was kept. Raises as `dump` does."""
    async with reading(url) as connection:
        return await _counted(connection, SQLITE if database_file(url) else SERVER)


async def is_filled(url: str) -> bool:
    """Whether there is a table in it, or a file. Raises DBAPIError, OSError."""
    file = database_file(url)
    if file is not None:
        return file.exists()
    engine = open_database(url, read_only=True)
    try:
        async with engine.connect() as connection:
            return bool(await connection.run_sync(lambda sync: inspect(sync).get_table_names()))
    finally:
        await engine.dispose()


def database_shown(url: str) -> str:
    """For people: without the password."""
    file = database_file(url)
    return make_url(url).render_as_string(hide_password=True) if file is None else str(file)


async def _counted(connection: AsyncConnection, kind: str) -> Dump:
    revision = await connection.run_sync(revision_of)
    there = set(await connection.run_sync(lambda sync: inspect(sync).get_table_names()))
    known = [table for table in TABLES if table.name in there]
    if revision == head():
        return Dump(kind, revision, {one.name: await content_of(connection, one) for one in known})
    return Dump(kind, revision, {one.name: Content(await count_of(connection, one), "") for one in known})


async def _run(program: str, url: str, words: list[str], otherwise: str = _OTHERWISE) -> None:
    path = shutil.which(program)
    if path is None:
        raise NotDumped(
            f"{program} is not installed: apt-get install postgresql-client, of the server's version or newer"
            + otherwise
        )
    process = await asyncio.create_subprocess_exec(
        path, "--no-password", *words, env=environment(database_url(url)),
        stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        _, said = await process.communicate()
    except BaseException:
        process.kill()
        await process.wait()
        raise
    if process.returncode:
        lines = [line for line in said.decode("utf-8", "replace").splitlines() if line.strip()]
        told = " ".join(line.strip().removeprefix(f"{program}: ") for line in lines[:2])
        raise NotDumped(f"{program} did not do it: {told or f'exit status {process.returncode}'}")


def environment(url: URL) -> dict[str, str]:
    """How libpq's programs are told where to go: a password never stands in a list of processes."""
    told = {"host": url.host, "port": url.port, "ssl": url.query.get("ssl")} | dict(url.query)
    found = {_LIBPQ[name]: str(value) for name, value in told.items() if name in _LIBPQ and value is not None}
    parts = {"PGUSER": url.username, "PGPASSWORD": url.password, "PGDATABASE": url.database}
    return {**os.environ, **found, **{name: str(value) for name, value in parts.items() if value is not None}}
