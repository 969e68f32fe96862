"""The history of the tables, and how a database of any age is brought to today's."""

from __future__ import annotations

import asyncio
from pathlib import Path

from alembic import command
from alembic.config import Config
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


def _upgrade(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
    config = alembic_config()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


async def upgrade(url: str) -> None:
    """Bring the database at `url` to the newest tables, all or nothing, one start after the other.

    Raises alembic's CommandError for a database that a newer version has written.
    """
    async with asyncio.timeout(PATIENCE + 5.0):
        while not await _upgraded(url):  # noqa: ASYNC110 - another process holds the file
            await asyncio.sleep(0.05)


async def _upgraded(url: str) -> bool:
    """One try; False when another start is just making the file: SQLite then does not wait for its lock."""
    engine = open_database(url, busy=PATIENCE)
    try:
        async with engine.begin() as connection:
            await connection.run_sync(_upgrade)
    except OperationalError as error:
        if "locked" not in str(error.orig):
            raise
        return False
    finally:
        await engine.dispose()
    return True
