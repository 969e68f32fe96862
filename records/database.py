"""One door to the database: how its connections are set, whichever it is.

SQLite is the single machine's: write-ahead log, so that screens read while calls are written; a commit is on the disk
itself before the writer behind the calls goes on. PostgreSQL is the cluster's; nothing in the tables depends on which
it is.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import Connection, make_url
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine


def database_file(url: str) -> Path | None:
    """The file of an SQLite database; None for a server."""
    parts = make_url(url)
    if parts.get_backend_name() != "sqlite" or not parts.database or parts.database == ":memory:":
        return None
    return Path(parts.database)


def open_database(url: str, *, read_only: bool = False, busy: float = 2.0) -> AsyncEngine:
    """An engine for `url` (an async SQLAlchemy URL). `busy` is how many seconds SQLite waits for another's lock.

    Its errors don't show the values of a statement: callers' numbers are among them.

    `read_only` never makes a file and refuses to write: for commands that look at a running hotline's database.
    Raises FileNotFoundError when it is told to read a database that is not there.
    """
    file = database_file(url)
    if file is None:
        return create_async_engine(url, pool_pre_ping=True, hide_parameters=True)
    if read_only and not file.exists():
        raise FileNotFoundError(file)
    if not read_only:
        file.parent.mkdir(parents=True, exist_ok=True)
        _for_us_alone(file)
    # The driver is kept from opening transactions by itself: it would leave DDL outside of them.
    engine = create_async_engine(url, hide_parameters=True, connect_args={"isolation_level": None, "timeout": busy})

    @event.listens_for(engine.sync_engine, "connect")
    def prepare(connection: Any, _record: Any) -> None:
        cursor = connection.cursor()
        if read_only:
            cursor.execute("PRAGMA query_only=ON")
        else:
            cursor.execute("PRAGMA journal_mode=WAL")
            cursor.execute("PRAGMA synchronous=FULL")
            cursor.execute("PRAGMA foreign_keys=ON")
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def begin(connection: Connection) -> None:
        # A writer takes the lock at once: one that read first could not be let in later (SQLITE_BUSY without a wait).
        connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")

    return engine


def _for_us_alone(file: Path) -> None:
    """Numbers of callers are in it. SQLite gives the files beside it the same mode."""
    if not file.exists():
        file.touch(mode=0o600)
    elif file.stat().st_uid == os.geteuid():
        file.chmod(0o600)
