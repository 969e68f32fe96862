"""The history of the tables, and how a database of any age is brought to today's."""

from __future__ import annotations

import asyncio
import time
from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util.exc import CommandError
from sqlalchemy import Connection, text
from sqlalchemy.exc import OperationalError

from records.database import open_database

LOCK = 0x12320
"""PostgreSQL's advisory lock of a migration; SQLite locks the whole file."""

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


async def upgrade(url: str, *, patience: float = PATIENCE) -> None:
    """Bring the database at `url` to the newest tables, all or nothing, one start after the other.

    `patience` is how many seconds it waits for who holds the database. Raises TooNew for a database that a newer
    version has written, SQLAlchemy's DBAPIError, TimeoutError and OSError for one that cannot be used now.
    """
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
