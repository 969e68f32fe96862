"""One door to the database: how its connections are set, whichever it is.

SQLite is the single machine's: write-ahead log, so that screens read while calls are written; a commit is on the disk
itself before the writer behind the calls goes on. PostgreSQL is a server's: named by its URL, and nothing in the tables
or the statements depends on which of the two it is.
"""

from __future__ import annotations

import json
import os
import re
import sqlite3
from contextlib import suppress
from pathlib import Path
from typing import Any

import asyncpg  # type: ignore[import-untyped]
from sqlalchemy import event
from sqlalchemy.dialects.postgresql.asyncpg import AsyncAdapt_asyncpg_dbapi
from sqlalchemy.engine import URL, Connection, make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from records import visit

POSTGRESQL, SQLITE = "postgresql+asyncpg", "sqlite+aiosqlite"
_SPELT = {"postgresql": POSTGRESQL, "postgres": POSTGRESQL, "sqlite": SQLITE}
"""How people, and other programs' settings, write the two."""
PATIENCE = 10.0
"""Seconds that a server may take to let a connection in."""


def database_url(text: str) -> URL:
    """The URL with our driver: `postgresql://` is `postgresql+asyncpg://`, and libpq's `sslmode` is asyncpg's `ssl`.

    Raises ValueError, with one line for people, for a database of another kind.
    """
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):
        raise ValueError("this is no URL of a database; write postgresql://USER@HOST/NAME") from None
    url = url.set(drivername=_SPELT.get(url.drivername, url.drivername))
    if url.drivername not in (POSTGRESQL, SQLITE):
        raise ValueError(f"a database of the kind {url.drivername!r} is not supported: sqlite or postgresql")
    if (mode := url.query.get("sslmode")) is not None:
        url = url.difference_update_query(["sslmode"]).update_query_dict({"ssl": mode})
    return url


class LetsGo(sqlite3.Connection):
    """Gives its lock up when it is closed.

    SQLite's own close waits for every cursor to be gone; those of an interrupted transaction live on in its exception,
    and the lock with them, until garbage is next collected.
    """

    def close(self) -> None:
        with suppress(sqlite3.Error):  # closed already, or spoiled: there is no lock to give up
            self.rollback()
        super().close()


def database_file(url: str) -> Path | None:
    """The file of an SQLite database; None for a server."""
    parts = database_url(url)
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
        return _server(database_url(url), read_only=read_only)
    if read_only and not file.exists():
        raise FileNotFoundError(file)
    if not read_only:
        file.parent.mkdir(parents=True, exist_ok=True)
        _for_us_alone(file)
    # The driver is kept from opening transactions by itself: it would leave DDL outside of them.
    settings = {"isolation_level": None, "timeout": busy, "factory": LetsGo, "async_creator_fn": visit.Connection}
    engine = create_async_engine(database_url(url), hide_parameters=True, connect_args=settings)

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


def _server(url: URL, *, read_only: bool) -> AsyncEngine:
    # a fact leaves the spool when it is committed: what is committed is on the disk
    settings = {"application_name": "hotline", "timezone": "UTC", "synchronous_commit": "on"}
    if read_only:
        settings["default_transaction_read_only"] = "on"
    return create_async_engine(
        url,
        pool_pre_ping=True,
        hide_parameters=True,
        json_serializer=_json,
        connect_args={"server_settings": settings, "timeout": PATIENCE, "async_creator_fn": _connected},
    )


async def _connected(*where: Any, **how: Any) -> Any:
    """As asyncpg connects, its refusals told as errors of a database: the driver leaves them as they are."""
    try:
        return await asyncpg.connect(*where, **how)
    except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError) as error:
        refused = AsyncAdapt_asyncpg_dbapi.OperationalError
        raise refused(str(error) or repr(error), error) from error  # type: ignore[no-untyped-call]


def _json(value: Any) -> str:
    """JSON that PostgreSQL takes: it knows no zero byte in a text and no half of a surrogate pair, as SQLite does."""
    text = json.dumps(value)
    return json.dumps(readable(value)) if _UNREADABLE.search(text) else text


_UNREADABLE = re.compile(r"\\u(?:0000|[dD][89a-fA-F])")


def readable(value: Any) -> Any:
    """JSON data as PostgreSQL keeps it."""
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode().replace("\0", "?")
    if isinstance(value, dict):
        return {readable(name): readable(part) for name, part in value.items()}
    return [readable(part) for part in value] if isinstance(value, list | tuple) else value


def _for_us_alone(file: Path) -> None:
    """Numbers of callers are in it. SQLite gives the files beside it the same mode."""
    if not file.exists():
        file.touch(mode=0o600)
    elif file.stat().st_uid == os.geteuid():
        file.chmod(0o600)
