"""The history of the tables, and how a database of any age is brought to today's."""

from __future__ import annotations

import asyncio
import errno
import os
import shutil
import sqlite3
import time
from contextlib import closing
from functools import cache
from pathlib import Path

import structlog
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util.exc import CommandError
from sqlalchemy import Connection, text
from sqlalchemy.exc import OperationalError

from records.database import database_file, open_database
from records.sqlite_copy import copy_file

log = structlog.get_logger(__name__)

LOCK = 0x12320
"""PostgreSQL's advisory lock of a migration; SQLite locks the whole file."""

DUMP = "hotline.dump"
"""What a server is copied into."""

_BY_HAND = "the next start of the hotline copies them and brings them up to date, as `hotline database upgrade` does"

ROOM_LEFT = 64 << 20
"""Bytes that a copy must leave free."""

PATIENCE = 60.0
"""Seconds that a second start waits for the first one's migration on SQLite."""


def alembic_config() -> Config:
    """Alembic's settings without an `alembic.ini`."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.set_main_option("path_separator", "os")
    return config


class TooNew(ValueError):
    """A newer version of the hotline has written this database; the text says what to do."""


@cache
def head() -> str:
    """The newest revision that this version knows."""
    newest = ScriptDirectory.from_config(alembic_config()).get_current_head()
    if newest is None:
        raise RuntimeError("there are no migrations")
    return newest


class NotKept(OSError):
    """A server's tables cannot be copied, so they stay as they are; the text says what to do."""


def kept_before(file: Path, revision: str) -> Path:
    """Where a copy of a database (an SQLite file, or `DUMP` of a server) lies as it was with these tables."""
    return file.with_name(f"{file.name}.before-{revision}")


async def _keep(url: str, folder: Path | None, patience: float) -> None:
    """Copy a database of former tables aside, for who goes back to the former version.

    Nothing is brought up to date without it. Raises OSError, of a server NotKept and DBAPIError.
    """
    file = database_file(url)
    if file is None:
        await _keep_server(url, folder, patience)
    elif file.exists() and file.stat().st_size:
        await _keep_file(file)


async def _keep_server(url: str, folder: Path | None, patience: float) -> None:
    """What pg_dump makes of it, in `folder`."""
    from records.dump import NotDumped, archive  # here: what counts a dump stands on us

    async with asyncio.timeout(patience + 5.0):
        revision = await _revision_on(url)
    if revision is None or revision >= head():
        return
    if folder is None:
        raise NotKept(f"the tables are of version {revision}, not {head()}: {_BY_HAND}")
    if (kept := kept_before(folder / DUMP, revision)).exists():
        return
    fresh = kept.with_name(f"{kept.name}.{os.getpid()}")
    try:
        await asyncio.to_thread(_empty, fresh)
        await archive(url, fresh)
        fresh.replace(kept)
    except NotDumped as error:
        raise NotKept(
            f"the tables are of version {revision}, not {head()}, and cannot be copied before they are brought up to "
            f"date: {error}; or back the server up by its own means, then `hotline database upgrade --without-copy`"
        ) from error
    finally:
        fresh.unlink(missing_ok=True)
    log.info("the database was copied before its tables are brought up to date", copy=str(kept), tables=revision)


async def _keep_file(file: Path) -> None:
    revision = await asyncio.to_thread(_revision_in, file)
    if revision is None or revision >= head() or (kept := kept_before(file, revision)).exists():
        return
    free, wanted = shutil.disk_usage(file.parent).free, (await asyncio.to_thread(file.stat)).st_size
    if free < wanted + ROOM_LEFT:
        raise OSError(
            errno.ENOSPC,
            f"{file.parent} has {free / 1e6:,.0f} MB free and {(wanted + ROOM_LEFT) / 1e6:,.0f} MB are wanted to keep "
            "a copy of the database before its tables are brought up to date: make room",
        )
    fresh = kept.with_name(f"{kept.name}.{os.getpid()}")
    try:
        await asyncio.to_thread(copy_file, file, fresh)
        fresh.replace(kept)
    except sqlite3.Error as error:
        raise OSError(f"{file} cannot be copied before its tables are brought up to date: {error}") from error
    finally:
        fresh.unlink(missing_ok=True)
    log.info("the database was copied before its tables are brought up to date", copy=str(kept), tables=revision)


def _empty(file: Path) -> None:
    """A file for us alone, and its folder."""
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    file.touch(0o600)


def _revision_in(file: Path) -> str | None:
    try:
        with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True, timeout=PATIENCE)) as database:
            found = database.execute("SELECT version_num FROM alembic_version").fetchone()
    except sqlite3.Error:
        return None  # no tables yet, or no database: who brings it up to date says what is wrong
    return None if found is None else str(found[0])


async def _revision_on(url: str) -> str | None:
    """Of which version a server's tables are; None without tables."""
    engine = open_database(url)
    try:
        async with engine.connect() as connection:
            return await connection.run_sync(lambda sync: MigrationContext.configure(sync).get_current_revision())
    finally:
        await engine.dispose()


def _upgrade(connection: Connection) -> None:
    if MigrationContext.configure(connection).get_current_revision() == head():
        return
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
    config = alembic_config()
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, "head")
    except CommandError as error:
        raise TooNew(
            f"the database was written by a newer version of the hotline ({error}): "
            "start that version, or put the database aside"
        ) from error


async def upgrade(
    url: str, *, patience: float = PATIENCE, keep: Path | None = None, without_copy: bool = False
) -> None:
    """Bring the database at `url` to the newest tables, all or nothing, one start after the other.

    Former tables are copied first (`kept_before`): an SQLite file beside itself, a server into the folder `keep`; who
    names no folder leaves a server's former tables to those who do.

    `patience` is how many seconds it waits for who holds the database. Raises TooNew for a database that a newer
    version has written, SQLAlchemy's DBAPIError, TimeoutError and OSError for one that cannot be used now.
    """
    if not without_copy:
        await _keep(url, keep, patience)
    until = time.monotonic() + patience
    async with asyncio.timeout(patience + 5.0):
        while not await _upgraded(url, patience, until):  # noqa: ASYNC110 - another process holds the file
            await asyncio.sleep(0.05)


async def _upgraded(url: str, patience: float, until: float) -> bool:
    """One try; False when another start is just making the file: SQLite then does not wait for its lock."""
    engine = open_database(url, busy=patience)
    try:
        async with engine.begin() as connection:
            await connection.run_sync(_upgrade)
    except OperationalError as error:
        if time.monotonic() >= until or "locked" not in str(error.orig):
            raise
        return False
    finally:
        await engine.dispose()
    return True
